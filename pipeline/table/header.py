"""Header rows of an indicator block → the columns below them.

Comes in: a row of cells, the one after it (for headers of two rows) and the rows below. Goes out: `Column`s
in printed order, each with its role, how sure it is, and its place; or None where the row is no such header.
What a column holds is decided by its label and its contents together (`roles`), so an unknown word loses no
column.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto

from normalizers.levels import read_level
from pipeline.model.cells import Cell
from pipeline.model.regions import CellRow
from pipeline.model.roles import LEVELS, VALUES, Role
from pipeline.table.role_model import text_odds
from pipeline.table.roles import ColumnTexts, assign
from pipeline.words import vocabulary

BESIDE_LEVELS = frozenset({*VALUES, Role.SIGN, Role.UNIT, Role.REMARK})  # one of them makes a header
PARTS = frozenset(
    {Role.SIGN, Role.TARGET, Role.UNIT, Role.VALUE_TYPE, Role.DIRECTION}
)  # what may stand below a two-row 年度指标值
TWICE = frozenset({Role.LEVEL2, Role.NAME, Role.TARGET})  # what a header of two terms has twice
ELSEWHERE = ("field", "fund_column", "fund_line", "goal")  # groups whose labels head no column of indicators
FEWEST = 3
LONGEST_LABEL = 16  # characters of a label that no list knows
OFFSETS = (0, 1, -1, 2)  # how far right of their labels the cells of a row may stand in a loose grid
OUTSIDE = -1.0  # log odds of a cell that stands under no label
SLIPPED = 2.0  # log odds that a row stands one column beside its labels
UNLABELLED = 0.5  # share of the rows that a column without a label fills


Placed = tuple[CellRow, int]
"""A row, and how far right of their labels its cells stand."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it holds, its first grid column, how many it covers, its printed label (empty where it
    has none), the probability of its role, and the role that is next.
    """

    role: Role
    start: int
    width: int
    label: str
    sure: float = 1.0
    rival: Role | None = field(default=None, compare=False)

    def overlap(self, start: int, width: int) -> int:
        """How many grid columns a cell shares with this column."""
        return max(0, min(self.start + self.width, start + width) - max(self.start, start))

    def meets(self, start: int, width: int) -> bool:
        """Does a cell share any grid column with this column?"""
        return self.start < start + width and start < self.start + self.width

    @property
    def known(self) -> bool:
        """Does the vocabulary know the label?"""
        return role_of(self.label) is not None


def role_of(label: str, fuzzy: bool = True) -> Role | None:
    """The role that a column of the indicator block has by its label; None where the label is not known."""
    key = vocabulary.key_of("column", label, fuzzy)
    return None if key is None else Role(key)


def header_roles(filled: Sequence[Cell]) -> frozenset[Role] | None:
    """The roles that the filled cells of a row of labels announce; None where it is not the header of an
    indicator block.

    Some of its words may be unknown, as long as they could be labels and the known ones are those of such a
    header.
    """
    if len(filled) < FEWEST:
        return None
    roles = [role_of(c.text) for c in filled]
    known = frozenset(r for r in roles if r is not None)
    unknown = [c.text for c, r in zip(filled, roles, strict=True) if r is None]
    if len(unknown) * 2 <= len(filled) and len(known) >= FEWEST and known & LEVELS and known & BESIDE_LEVELS:
        return known
    levels, values = known & LEVELS, known & set(VALUES)
    some = len(known) * 3 >= len(filled) and len(known) >= 2
    heads = some and (len(levels) >= 2 or bool(levels and values))
    heads = heads or (len(values) >= FEWEST and bool(values & {Role.TARGET, Role.ACTUAL}))
    return known if heads and all(_may_be_label(t) for t in unknown) else None


def _may_be_label(text: str) -> bool:
    """Could an unknown text head a column: short words, no figure, no label of another part of a form?"""
    key = vocabulary.bare(text)
    if not 2 <= len(key) <= LONGEST_LABEL or re.search(r"\d", key):
        return False
    if any(vocabulary.find(group, text, fuzzy=False) is not None for group in ELSEWHERE):
        return False
    return not _is_level(text)


def _none(_header_rows: int) -> tuple[CellRow, ...]:
    return ()


def read_columns(
    filled: Sequence[Cell], under: Sequence[Cell] = (), rows: Callable[[int], Sequence[CellRow]] = _none
) -> tuple[tuple[Column, ...], bool] | None:
    """Columns of a header row's filled cells, and whether the row below, `under`, belongs to the header; None
    where it is none.

    `rows` gives those below a header of so many rows: what stands in a column tells, with its label, what the
    column is.
    """
    whole = _torn(filled, under)
    if whole is not None:
        return _settle(_columns(whole), rows(2)), True
    if header_roles(filled) is None:
        return None
    filled, under = _side_back(filled, under)
    if _goes_on(filled, under):
        return _settle(_under_parent(_columns(filled), _columns(under)), rows(2)), True
    return _settle(_columns(filled), rows(1)), False


def _side_back(filled: Sequence[Cell], below: Sequence[Cell]) -> tuple[Sequence[Cell], Sequence[Cell]]:
    """Both rows of labels, where the label beside the levels has slipped from the first to the beginning of
    the second: what stood right of it has moved into its place, and moves back.
    """
    slipped = (
        len(below) > 1
        and below[0].col == filled[0].col
        and role_of(below[0].text) == Role.SIDE
        and role_of(filled[0].text) == Role.LEVEL1
        and _goes_on(moved := [replace(c, col=c.col + below[0].col_span) for c in filled], below[1:])
    )
    return ([below[0], *moved], below[1:]) if slipped else (filled, below)


def _goes_on(filled: Sequence[Cell], below: Sequence[Cell]) -> bool:
    """Is the row below a second row of labels: parts of a target's column, or, whatever they are, labels that
    stand under one label for all of them, half of them known?
    """
    if len(below) < 2:
        return False
    known = {c: role for c in below if (role := role_of(c.text)) is not None}
    parts = set(known.values())
    if len(known) == len(below) and parts <= PARTS | set(VALUES) and len(PARTS & parts) >= 2:
        return True
    first, last = below[0].col, below[-1].col + below[-1].col_span
    together = sum(c.col < last and first < c.col + c.col_span for c in filled) == 1
    some = len(known) * 2 >= len(below) and all(c in known or _may_be_label(c.text) for c in below)
    return together and some


def implied_columns(rows: Sequence[CellRow]) -> tuple[Column, ...]:
    """The columns of rows whose header is lost: by their places in the grid and by what stands in them."""
    cells = [c for row in rows for c in row.filled]
    places = sorted({c.col for c in cells})
    ends = [*places[1:], max((c.col + c.col_span for c in cells), default=0)]
    return _settle(
        [Column(Role.OTHER, a, max(1, b - a), "") for a, b in zip(places, ends, strict=True)], rows
    )


def _columns(cells: Sequence[Cell]) -> list[Column]:
    return [Column(role_of(c.text) or Role.OTHER, c.col, c.col_span, c.text) for c in cells]


def _torn(filled: Sequence[Cell], below: Sequence[Cell]) -> list[Cell] | None:
    """The labels of a header that a line break has torn over two rows, whole again; None where none is.

    A known label over or under one with which it makes no other is whole already.
    """
    rests = _rests(filled, below)
    if not rests:
        return None
    known = 0
    for c, rest in rests.items():
        if role_of(c.text + rest.text, fuzzy=False) is not None:
            known += 1
        elif any(role_of(t, fuzzy=False) is not None for t in (c.text, rest.text)):
            return None
    if known * 2 < len(rests):
        return None
    out = [replace(c, text=c.text + rests[c].text) if c in rests else c for c in filled]
    return out if header_roles(out) is not None else None


def _rests(filled: Sequence[Cell], below: Sequence[Cell]) -> dict[Cell, Cell] | None:
    """The label that each text below goes on: the one above it, or one beside that if this makes a known
    label; None where a text stands below none.
    """
    out: dict[Cell, Cell] = {}
    for rest in below:
        above = next((k for k, c in enumerate(filled) if c.col == rest.col), None)
        if above is None:
            return None
        near = [filled[k] for k in (above, above + 1, above - 1) if 0 <= k < len(filled)]
        made = (c for c in near if c not in out and role_of(c.text + rest.text, fuzzy=False) is not None)
        out[next(made, filled[above])] = rest
    return out if len(out) == len(below) else None


def halves(columns: Sequence[Column]) -> tuple[tuple[Column, ...], ...]:
    """A header that has its names and targets twice, side by side (中期 | 年度), as two; any other as it is.

    The first levels belong to both; in each the columns of the other half are read as nothing.
    """
    again = {
        c: role
        for c in columns
        if c.role == Role.OTHER and (role := role_of(c.label)) is not None and role in TWICE
    }
    if not {Role.NAME, Role.TARGET} <= set(again.values()):
        return (tuple(columns),)
    first_half = {*again.values(), *VALUES}
    second = [
        replace(c, role=again[c])
        if c in again
        else replace(c, role=Role.OTHER)
        if c.role in first_half
        else c
        for c in columns
    ]
    return tuple(columns), tuple(second)


def _under_parent(columns: list[Column], parts: list[Column]) -> list[Column]:
    """The columns of a second header row take the place of the one above them."""
    first, last = parts[0].start, parts[-1].start + parts[-1].width
    above = [c for c in columns if first <= c.start < last or c.meets(first, last - first)]
    parent = next((c for c in above if len(above) == 1 or c.role in (Role.TARGET, Role.OTHER)), None) or next(
        (c for c in columns if c.role == Role.TARGET), None
    )
    if parent is None:
        return sorted(columns + parts, key=lambda c: c.start)
    at = columns.index(parent)
    behind = columns[at + 1 :]
    wider = last - behind[0].start if behind and parent.overlap(first, 1) else 0
    if wider > 0:  # a loose grid: the label above is one cell, however many columns stand below it
        behind = [replace(c, start=c.start + wider) for c in behind]
    return columns[:at] + parts + behind


def _settle(columns: list[Column], rows: Sequence[CellRow]) -> tuple[Column, ...]:
    """The columns with their roles, by labels and contents together; a place that holds texts under no label
    is a column too.

    In a loose grid rows may stand beside their labels, or the labels may be wrong or lost: where the rows
    stand is told from what the columns hold as well, and the likeliest reading counts.
    """
    by_labels = _placed(columns, rows)
    found = _refined(columns, by_labels)
    if any(offset for _, offset in by_labels):
        found = max(found, _refined(columns, [(row, 0) for row in rows]), key=_score)
    return found[1]


def _refined(columns: list[Column], placed: Sequence[Placed]) -> tuple[float, tuple[Column, ...]]:
    """The columns, with rows placed anew by what these are found to be."""
    found = _settled(columns, placed)
    again = _placed(found[1], [row for row, _ in placed])
    return found if again == placed else max(found, _settled(columns, again), key=_score)


def _score(settled: tuple[float, tuple[Column, ...]]) -> float:
    return settled[0]


def _settled(columns: list[Column], placed: Sequence[Placed]) -> tuple[float, tuple[Column, ...]]:
    """The columns of rows that stand where `placed` says, and the log odds of this."""
    bare = _without_label(columns, placed)
    if bare:
        columns = sorted([*columns, *bare], key=lambda c: c.start)
    found = assign([ColumnTexts(c.label, _texts(c, placed)) for c in columns])
    settled = tuple(
        replace(c, role=role, sure=sure, rival=rival)
        for c, role, sure, rival in zip(columns, found.roles, found.sure, found.rival, strict=True)
    )
    return found.score - SLIPPED * sum(abs(offset) for _, offset in placed), settled


def _placed(columns: Sequence[Column], rows: Sequence[CellRow]) -> list[Placed]:
    return [(row, _offset(columns, row)) for row in rows]


def _offset(columns: Sequence[Column], row: CellRow) -> int:
    """How far right of their labels a row's cells stand; in a loose grid what suits the known labels best."""
    known = [c for c in columns if c.role != Role.OTHER]
    if row.spans or not known:
        return 0

    def suits(offset: int) -> float:
        total = 0.0
        for cell in row.filled:
            under = next((c for c in columns if c.meets(cell.col - offset, cell.col_span)), None)
            total += OUTSIDE if under is None else text_odds(under.role, cell.text)
        return total

    return max(OFFSETS, key=lambda offset: suits(offset) - SLIPPED * abs(offset))


def _texts(column: Column, rows: Sequence[Placed]) -> tuple[str, ...]:
    """What stands under a column, a text a row; cells that are merged over other columns say nothing."""
    return tuple(
        " ".join(
            c.text
            for c in row.cells
            if c.text and column.meets(c.col - offset, c.col_span) and c.col_span <= column.width + 1
        )
        for row, offset in rows
    )


def _without_label(columns: Sequence[Column], rows: Sequence[Placed]) -> list[Column]:
    """Places where rows hold texts that stand under no label: right of the first one, or labels of levels.

    In a loose grid a cell may have slipped there from the column beside it. A label of a level stands in one
    row for several; it has slipped where both levels have their columns.
    """
    first = min(c.start for c in columns)
    lacks_level = not {Role.LEVEL1, Role.LEVEL2} <= {c.role for c in columns}
    found: dict[tuple[int, int], list[Beside]] = {}
    for row, offset in rows:
        for c in row.filled:
            place = (c.col - offset, c.col_span)
            if not any(col.meets(*place) for col in columns):
                how = Beside.LEVEL if lacks_level and _is_level(c.text) else Beside.UNTOLD
                if how == Beside.UNTOLD and place[0] > first:
                    how = Beside.PLACED if row.spans else _beside(columns, row, c, offset)
                found.setdefault(place, []).append(how)
    taken: set[int] = set()
    out = []
    for (start, width), hows in sorted(found.items(), key=lambda item: -len(item[1])):
        placed = hows.count(Beside.PLACED)
        apart, levels, odd = (hows.count(h) for h in (Beside.APART, Beside.LEVEL, Beside.ODD_THERE))
        if Beside.UNTOLD not in hows:
            apart += odd
        cover = set(range(start, start + width))
        enough = apart + levels >= UNLABELLED * len(rows) or levels == len(hows)
        if (placed or (apart + levels >= 2 and enough)) and not cover & taken:
            taken |= cover
            out.append(Column(Role.OTHER, start, width, ""))
    return out


def _is_level(text: str) -> bool:
    return any((found := read_level(text, level)) is not None and found.known for level in (1, 2))


class Beside(Enum):
    """What tells whether a text that stands under no label has slipped from the column beside it."""

    PLACED = auto()  # the source knows its columns: nothing has slipped
    APART = auto()  # that column holds a text of its own in this row
    ODD_THERE = auto()  # the text does not suit that column
    LEVEL = auto()  # the text is the label of a level
    UNTOLD = auto()


def _beside(columns: Sequence[Column], row: CellRow, cell: Cell, offset: int) -> Beside:
    """The column beside the cell is the one to its right if there is one."""
    place = cell.col - offset
    beside = next((c for c in columns if c.start > place), columns[-1])
    if any(beside.meets(c.col - offset, c.col_span) for c in row.filled):
        return Beside.APART
    odd = beside.start > place and beside.role != Role.OTHER and text_odds(beside.role, cell.text) < OUTSIDE
    return Beside.ODD_THERE if odd else Beside.UNTOLD
