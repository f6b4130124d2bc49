"""What a form says in sentences: the lines of 资金管理情况, and boxes such as 存在问题 and 改进措施.

Comes in: the rows of a form's head and of what stands below its indicators. Goes out: `Statement`s in printed
order, a line of 资金管理情况 with its text and the problem beside it. A box without a text gives none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from pipeline.model.cells import Cell
from pipeline.model.form import Field, Statement
from pipeline.model.regions import CellRow
from pipeline.words.vocabulary import bare, words

MANAGEMENT, BOXES, TEXT_HEADS, PROBLEM_HEADS = (
    frozenset(words("statement", key)) for key in ("management", "boxes", "text_heads", "problem_heads")
)
_COLON = re.compile(r"[:：]")


def read_statements(rows: Iterable[CellRow]) -> tuple[Statement, ...]:
    """The statements of a form's head or of its end."""
    out: list[Statement] = []
    problems: Cell | None = None  # the head of the column of problems
    for row in rows:
        cells = row.filled
        keys = [bare(c.text) for c in cells]
        if any(key in TEXT_HEADS for key in keys):
            problems = next((c for c, key in zip(cells, keys, strict=True) if key in PROBLEM_HEADS), None)
            continue
        at = next((i for i, key in enumerate(keys) if key in MANAGEMENT), None)
        out += _boxes(cells, keys) if at is None else [_line(cells[at], cells[at + 1 :], problems, row.spans)]
    return tuple(out)


def _line(label: Cell, cells: Sequence[Cell], head: Cell | None, spans: bool) -> Statement:
    """A line of 资金管理情况: what stands under the head of the problems is one, else the second text."""
    if spans and head is not None:
        beside = [c for c in cells if c.col < head.col + head.col_span and head.col < c.col + c.col_span]
        texts = [c for c in cells if c not in beside]
    else:
        texts, beside = list(cells[:1]), list(cells[1:2])
    return Statement(Field(label.text, (label,)), _field(texts), _field(beside))


def _boxes(cells: Sequence[Cell], keys: Sequence[str]) -> Iterator[Statement]:
    """`改进措施 | 加强管理` in two cells, or `改进措施：加强管理` in one."""
    for i, (cell, key) in enumerate(zip(cells, keys, strict=True)):
        if key in BOXES:
            if i + 1 < len(cells) and keys[i + 1] not in BOXES:
                yield Statement(Field(cell.text, (cell,)), _field(cells[i + 1 : i + 2]))
            continue
        label, *rest = _COLON.split(cell.text, maxsplit=1)
        if rest and rest[0].strip() and bare(label) in BOXES:
            yield Statement(Field(label), Field(rest[0].strip(), (cell,)))


def _field(cells: Sequence[Cell]) -> Field | None:
    return Field("\n".join(c.text for c in cells), tuple(cells)) if cells else None
