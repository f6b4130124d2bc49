"""Cells of a row → the header's columns, by what they are rather than by where they landed.

Comes in: the cells of one row and the columns of the header above it. Goes out: an `Alignment`: the
cheapest assignment of the cells, in their order, to columns, its cost, and the margin to the second best. A
row that fits nowhere has a high cost and a small margin.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from normalizers.symbols import fold, is_blank
from pipeline.model.cells import Cell
from pipeline.model.roles import Role
from pipeline.table import likelihood
from pipeline.table.header import Column
from pipeline.table.own_labels import Suits
from pipeline.words.values import word, words

SHIFT_LOOSE = (
    0.3  # per column that a cell stands away from its header, where the source may have shifted rows
)
SHIFT_MOST = 1.2
SHIFT_ALONE = 1.0  # a lone cell has no neighbours to be told by: its place counts for more
SHIFT_EXACT = 4.0  # the same where the source knows its columns
JOIN = 2.5  # two neighbouring cells that are one
SCORE_OVER_WEIGHT = 6.0
SIGN_ALONE = 2.0
NOTHING_NAMED = -1.0
EXACT_FIT = 3.3  # what a cell under its own column may cost where the source knows its columns
JOINED = frozenset(
    {Role.NAME, Role.TARGET, Role.ACTUAL, Role.REASON, Role.REMARK, Role.SIDE, Role.OTHER}
)  # columns whose cells may be several
NUMERIC = (Role.WEIGHT, Role.SCORE)
ANY_BLOCK = Suits()
NOTHING = frozenset(words("nothing", "values"))
POINT = word("points", "unit")


@dataclass(frozen=True, slots=True)
class Alignment:
    """One row read: the cells of each column, in order, what the reading costs and how far the next best one
    is.
    """

    at: tuple[tuple[int, tuple[Cell, ...]], ...]
    cost: float
    margin: float
    shifted: bool

    def cells(self, columns: Sequence[Column], role: Role) -> tuple[Cell, ...]:
        """The cells that stand in columns of this role, left to right."""
        return tuple(c for j, cells in self.at if columns[j].role == role for c in cells)


@dataclass(frozen=True, slots=True)
class _Way:
    cost: float
    picks: tuple[tuple[int, int], ...]  # (cell, column)


def align(
    cells: Sequence[Cell],
    columns: Sequence[Column],
    spans: bool,
    offset: int = 0,
    suits: Suits = ANY_BLOCK,
) -> Alignment:
    """The cheapest way to put the non-blank cells of a row, in order, into the columns.

    `offset` is how many grid columns the data stand to the right of their header in this block.
    Dashes count as texts (they hold the place of a figure), empty cells do not.
    """
    texts = [c for c in cells if c.text]
    n, m = len(texts), len(columns)
    table: list[list[list[_Way]]] = [[[] for _ in range(m + 1)] for _ in range(n + 1)]
    table[0][0] = [_Way(0.0, ())]
    for i in range(n + 1):
        for j in range(1, m + 1):
            column = columns[j - 1]
            ways = [
                _Way(w.cost + (0.0 if n == 1 else likelihood.blank_cost(column.role)), w.picks)
                for w in table[i][j - 1]
            ]
            if i:
                cell = texts[i - 1]
                here = _place(cell, column, spans, offset, n == 1, suits)
                ways += [_Way(w.cost + here, (*w.picks, (i - 1, j - 1))) for w in table[i - 1][j - 1]]
                ways += [
                    _Way(w.cost + _join(texts[i - 2], cell, column, spans, suits), (*w.picks, (i - 1, j - 1)))
                    for w in table[i - 1][j]
                    if w.picks and w.picks[-1] == (i - 2, j - 1)
                ]
            table[i][j] = _best(ways)
    ways = [_Way(w.cost + _together(texts, columns, w), w.picks) for w in table[n][m]]
    if not spans:
        ways = [_Way(w.cost - _moved_at_once(texts, columns, w, offset), w.picks) for w in ways]
    ways = _best(ways)
    if not ways:
        return Alignment((), 99.0, 0.0, True)
    best = ways[0]
    margin = ways[1].cost - best.cost if len(ways) > 1 else 9.0
    at: dict[int, list[Cell]] = {}
    for i, j in best.picks:
        at.setdefault(j, []).append(texts[i])
    shifted = any(not columns[j].overlap(texts[i].col - offset, texts[i].col_span) for i, j in best.picks)
    return Alignment(tuple((j, tuple(c)) for j, c in sorted(at.items())), best.cost, margin, shifted)


def exact(
    cells: Sequence[Cell],
    columns: Sequence[Column],
    offset: int = 0,
    worst: float = EXACT_FIT,
    suits: Suits = ANY_BLOCK,
) -> Alignment | None:
    """The reading in which every cell stands under its own column; None where one does not, or does not suit
    it.

    `worst` is the highest cost that a cell may have there.
    """
    at: dict[int, list[Cell]] = {}
    cost = 0.0
    for c in cells:
        if not c.text:
            continue
        first = c.col - offset
        last = first + c.col_span
        under = [j for j, col in enumerate(columns) if col.start < last and first < col.start + col.width]
        if len(under) != 1 or (under[0] in at and columns[under[0]].role not in JOINED):
            return None
        here = suits.cost(columns[under[0]].role, c.text)
        if here > worst:
            return None
        at.setdefault(under[0], []).append(c)
        cost += here
    return Alignment(tuple((j, tuple(v)) for j, v in sorted(at.items())), cost, 9.0, False)


def _best(ways: list[_Way]) -> list[_Way]:
    """The cheapest ways, each assignment once."""
    seen: set[tuple[tuple[int, int], ...]] = set()
    out: list[_Way] = []
    for w in sorted(ways, key=lambda w: w.cost):
        if w.picks not in seen:
            seen.add(w.picks)
            out.append(w)
        if len(out) == 6:
            break
    return out


def _place(cell: Cell, column: Column, spans: bool, offset: int, alone: bool, suits: Suits) -> float:
    away = (
        0
        if column.overlap(cell.col - offset, cell.col_span)
        else min(
            abs(cell.col - offset - column.start), abs(cell.col - offset - column.start - column.width + 1)
        )
    )
    shift = (
        SHIFT_EXACT * min(away, 2)
        if spans
        else SHIFT_ALONE * away
        if alone
        else min(SHIFT_MOST, SHIFT_LOOSE * away)
    )
    here = suits.cost(column.role, cell.text)
    return (min(here, 2.0) if spans and not away else here) + shift


def _moved_at_once(texts: Sequence[Cell], columns: Sequence[Column], way: _Way, offset: int) -> float:
    """What the shifts of a row's cells cost beyond one, where all stand equally far from their columns: the
    row has lost cells at its beginning, or won some, and that happened once.
    """
    moves = {columns[j].start - texts[i].col + offset for i, j in way.picks}
    if len(texts) < 2 or len(moves) > 1:
        return 0.0
    return (len(texts) - 1) * min(SHIFT_MOST, SHIFT_LOOSE * abs(moves.pop()))


def _join(before: Cell, cell: Cell, column: Column, spans: bool, suits: Suits) -> float:
    if column.role in NUMERIC:
        return 99.0
    both = spans and column.overlap(before.col, before.col_span) and column.overlap(cell.col, cell.col_span)
    return (
        0.1
        if both
        else JOIN
        + max(
            0.0,
            suits.cost(column.role, before.text + cell.text) - suits.cost(column.role, before.text),
        )
    )


def _together(texts: Sequence[Cell], columns: Sequence[Column], way: _Way) -> float:
    """What cells say of each other: a score is not above its weight, a row without a name says 无 or 0 in its
    target.
    """
    number: dict[Role, float] = {}
    for i, j in way.picks:
        role, key = columns[j].role, fold(texts[i].text).rstrip(POINT)
        if role in NUMERIC and not is_blank(key):
            try:
                number[role] = float(key)
            except ValueError:
                continue
    roles = {columns[j].role: texts[i].text for i, j in way.picks}
    if Role.SIGN in roles and Role.TARGET not in roles:
        return SIGN_ALONE
    if Role.NAME not in roles and fold(roles.get(Role.TARGET, "")) in NOTHING:
        return NOTHING_NAMED
    return SCORE_OVER_WEIGHT if number.get(Role.SCORE, 0.0) > number.get(Role.WEIGHT, 1e9) else 0.0
