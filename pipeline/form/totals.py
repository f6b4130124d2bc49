"""The row of totals and the totals that stand in a text.

Comes in: the rows below the indicators. Goes out: the printed sums of weights and of scores.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from normalizers.numerals import number
from normalizers.symbols import fold
from pipeline.model.cells import Cell, Line
from pipeline.model.form import Field
from pipeline.model.regions import CellRow
from pipeline.model.roles import Role
from pipeline.table.header import Column
from pipeline.table.likelihood import level_known
from pipeline.words import vocabulary
from pipeline.words.values import word

POINT = word("points", "unit")
_SUBTOTAL = vocabulary.words("subtotal", "words")
LONGEST_REMARK = 4  # characters of what else may stand in a row of totals
_TOTAL_TEXT = re.compile(rf"^(.{{1,12}}?)[:：]?(?:[(]{POINT}[)])?[:：]?(\d{{1,3}}(?:\.\d+)?){POINT}?$")


def opens_total(row: CellRow) -> bool:
    """A row that opens with 总分 or 合计."""
    filled = row.filled
    return bool(filled) and vocabulary.is_in("total", filled[0].text)


def is_total(row: CellRow) -> bool:
    """A row that opens with 总分 or 合计 and holds figures only."""
    filled = row.filled
    if not opens_total(row):
        return len(filled) == 1 and _labelled_total(filled[0].text) is not None
    return all(_is_figure(c) or len(fold(c.text)) <= LONGEST_REMARK for c in filled[1:])


def is_subtotal(row: CellRow) -> bool:
    """A row that sums some of the indicators: `小计`, `产出指标小计`, and figures only."""
    filled = row.filled
    at = next((n for n, c in enumerate(filled[:3]) if fold(c.text).rstrip(":").endswith(_SUBTOTAL)), None)
    if at is None:
        return False
    return all(level_known(c.text, 1) or level_known(c.text, 2) for c in filled[:at]) and all(
        map(_is_figure, filled[at + 1 :])
    )


def _is_figure(cell: Cell) -> bool:
    return number(fold(cell.text).rstrip(POINT)) is not None


def _labelled_total(text: str) -> str | None:
    """`总分：98` → `98`."""
    m = _TOTAL_TEXT.match(fold(text))
    return m[2] if m and vocabulary.is_in("total", m[1]) else None


def totals(
    row: CellRow | None, columns: Sequence[Column], roles: frozenset[Role]
) -> tuple[Field | None, Field | None]:
    """The total row's weight and score; `columns`: the last block's, `roles`: those of all blocks."""
    if row is None:
        return None, None
    figures = [c for c in row.filled if _is_figure(c)]
    if not figures:
        text = _labelled_total(row.filled[0].text)
        return None, Field(text, (row.filled[0],)) if text else None
    fields = [Field(c.text, (c,)) for c in figures]
    if len(figures) >= 2 and {Role.WEIGHT, Role.SCORE} <= roles:
        points = [c.role for c in columns if c.role in (Role.WEIGHT, Role.SCORE)]
        return (fields[1], fields[0]) if points == [Role.SCORE, Role.WEIGHT] else (fields[0], fields[1])
    if _single_total(figures[0], columns, row.spans, roles) == Role.WEIGHT:
        return fields[0], None
    return None, fields[0]


def _single_total(cell: Cell, columns: Sequence[Column], spans: bool, roles: frozenset[Role]) -> Role:
    """What the only figure of a total row sums."""
    if Role.SCORE not in roles:
        return Role.WEIGHT
    if Role.WEIGHT not in roles:
        return Role.SCORE
    under = {c.role: c for c in columns if c.role in (Role.WEIGHT, Role.SCORE)}
    near = min(under.values(), key=lambda c: (-c.overlap(cell.col, cell.col_span), abs(c.start - cell.col)))
    return near.role if spans or near.overlap(cell.col, 1) else Role.SCORE


def total_in_head(head: Iterable[CellRow]) -> Field | None:
    """The total score beside its label in a form's head (`自评总分（分） | 97.5`)."""
    for row in head:
        filled = row.filled
        for label, value, after in zip(filled, filled[1:], (*filled[2:], None), strict=False):
            if POINT not in label.text or not vocabulary.is_in("total", label.text) or not _is_figure(value):
                continue
            if after is None or not _is_figure(after):
                return Field(value.text, (value,))
    return None


def total_in_text(tail: Iterable[CellRow], after: Iterable[Line]) -> Field | None:
    """The total score in a text below the indicators."""
    for row in tail:
        for c in row.filled:
            if (text := _labelled_total(c.text)) is not None:
                return Field(text, (c,))
    for line in after:
        if (text := _labelled_total(line.text)) is not None:
            return Field(text)
    return None
