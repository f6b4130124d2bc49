"""Labels that no list has → marked as labels, so that none is taken for a value or swallowed by the one
before it.

Comes in: the tagged rows of a form's head. Goes out: the same rows. A heading beside that of a goal becomes
the other goal's; a text that stands where labels stand, before its own value, gets the tag `unknown`. A text
that may as well be a value stays one.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from normalizers.symbols import fold, is_blank
from normalizers.units import is_amount
from pipeline.form.tags import Group, Tagged, TaggedRow

LONGEST = 14  # characters of a label: the longest of 800 words that no list has has 11
SHORTEST_GOAL = 8  # characters: shorter texts below two headings are headings themselves
UNKNOWN: tuple[Group, str] = ("unknown", "")
FUNDS: tuple[Group, ...] = ("fund_line", "fund_block", "fund_nature", "fund_scope")
_MARKS = re.compile(r"[\d,，。;；、%]")


def with_unknown(rows: Sequence[TaggedRow]) -> list[TaggedRow]:
    """The rows with their unknown labels marked."""
    labelled = {t.cell.col for row in rows for t in row.cells if t.key("field") is not None}
    out: list[TaggedRow] = []
    goal = False  # does a goal's text stand above?
    lines: set[int] = set()  # grid columns of the labels of the fund lines above
    for at, row in enumerate(rows):
        below = rows[at + 1] if at + 1 < len(rows) else None
        if row.with_tag("goal"):
            row, goal = _goal_heads(row, below), True
        elif len(row.with_tag("fund_column")) < 2:
            if any(t.tags for t in row.cells):
                row, goal = _beside_known(_amounts(row)), False
            elif lines and (of_line := _line_label(row, lines)) is not None:
                row = _marked(row, [of_line], ("fund_line", ""))
            elif not goal and _alone(row, labelled):
                row = _marked(row, _filled(row)[::2])
        named = {t.cell.col for t in row.cells if t.key("fund_line") is not None or t.key("fund_nature")}
        lines = lines | named if named else lines if _heads_funds(row) else set()
        out.append(row)
    return out


def may_be_label(text: str) -> bool:
    """Could a text that no list has be a label: short, without figures and marks of a sentence?"""
    key = fold(text).rstrip(":")
    return 2 <= len(key) <= LONGEST and not _MARKS.search(key) and not is_amount(text)


def _filled(row: TaggedRow) -> list[Tagged]:
    return [t for t in row.cells if not is_blank(t.cell.text)]


def _marked(row: TaggedRow, labels: Sequence[Tagged], *tags: tuple[Group, str]) -> TaggedRow:
    marked = {id(t) for t in labels}
    return replace(
        row,
        cells=tuple(replace(t, tags=t.tags | {UNKNOWN, *tags}) if id(t) in marked else t for t in row.cells),
    )


# ---- goals
# ----------------------------------------------------------------------------------------------------


def _goal_heads(row: TaggedRow, below: TaggedRow | None) -> TaggedRow:
    """`年度总体目标 | 预期目标 | …` over two texts: the heading that is not known is that of the other goal,
    for there are two and they have an order.
    """
    texts = [] if below is None else [t for t in below.values if not is_blank(t.cell.text)]
    if below is None or len(texts) < 2 or not any(len(t.cell.text) > SHORTEST_GOAL for t in texts):
        return row
    if any(t.key(g) is not None for t in below.cells for g in ("field", "fund_column", "fund_line", "goal")):
        return row
    cells = _filled(row)
    unknown = [t for t in cells if not t.tags and may_be_label(t.cell.text)]
    if not unknown or any(not t.tags and t not in unknown for t in cells):
        return row
    heads = cells[-2:] if len(cells) > 2 else cells
    for other in unknown:
        if other not in heads or len(cells) - len(unknown) == 0:
            row = _marked(row, [other])
        else:
            row = _marked(row, [other], ("goal", "actual" if other is heads[-1] else "expected"))
    return row


# ---- labels beside their values
# ----------------------------------------------------------------------------------------------------


def _beside_known(row: TaggedRow) -> TaggedRow:
    """Labels among the values of a row that has known labels: before the first of them, and behind the value
    of each.
    """
    labels: list[Tagged] = []
    for known, run in _runs(row.cells):
        if known is not None and known.key("field") is None:
            continue
        filled = [t for t in run if not is_blank(t.cell.text)]
        valued = known is not None and not (
            filled and len(filled) % 2 == 0 and _blank_behind(row, known, filled[0])
        )
        pairs = filled[valued:]
        if len(pairs) % 2 == 0 and all(may_be_label(t.cell.text) for t in pairs[::2]):
            labels += pairs[::2]
    return _marked(row, labels)


def _blank_behind(row: TaggedRow, label: Tagged, first: Tagged) -> bool:
    """Does a cell that holds nothing stand between a label and the first text behind it?"""
    return any(label.cell.col < c.col < first.cell.col and is_blank(c.text) for c in row.row.cells)


def _runs(cells: Sequence[Tagged]) -> Iterator[tuple[Tagged | None, list[Tagged]]]:
    """Every label with the cells behind it, up to the next; first the cells before any label."""
    known: Tagged | None = None
    run: list[Tagged] = []
    for t in cells:
        if t.tags:
            yield known, run
            known, run = t, []
        else:
            run.append(t)
    yield known, run


def _alone(row: TaggedRow, labelled: set[int]) -> bool:
    """A row of pairs without a known label: texts that may be labels stand where labels stand."""
    cells = _filled(row)
    if len(cells) < 2 or len(cells) % 2 or cells[0].cell.col not in labelled:
        return False
    return all(may_be_label(t.cell.text) for t in cells[::2])


def _heads_funds(row: TaggedRow) -> bool:
    """Do the row's labels stand over the fund block or over one of its panels?"""
    groups: tuple[Group, ...] = ("fund_column", *FUNDS)
    return any(t.key(group) is not None for t in row.cells for group in groups)


def _line_label(row: TaggedRow, lines: set[int]) -> Tagged | None:
    """The first text of a row without known labels, where it stands below the labels of the fund lines and
    nothing but amounts and blanks is beside it.
    """
    filled = _filled(row)
    if not filled:
        return None
    label, *others = filled
    if label.cell.col not in lines or not may_be_label(label.cell.text):
        return None
    beside = [t for t in row.row.cells if t.col > label.cell.col]
    return label if beside and all(is_amount(t.cell.text) for t in others) else None


def _amounts(row: TaggedRow) -> TaggedRow:
    """An unknown word before an amount, in a row of the fund block, is the label of a line."""
    if not any(t.key(g) is not None for t in row.cells for g in FUNDS):
        return row
    labels = [
        a
        for a, b in itertools.pairwise(_filled(row))
        if not a.tags and not b.tags and may_be_label(a.cell.text) and is_amount(b.cell.text)
    ]
    return _marked(row, labels, ("fund_line", ""))
