"""Indicator rows out of text without cells: where a cell ends, and whose it is, in one search.

Comes in: a flow, the stretches between header and total row, the header's columns. Goes out: rows of cells
under those columns. A beam of readings runs over the stretch; each reading is a sequence of (column, stretch)
with a cost from the same table that aligns grids, plus what cells say of each other: target and actual alike,
score not above weight, weights that sum to the level's `（50分）` and to the total. Where readings of nearly
the same cost differ in a row, that row is a guess.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from normalizers.levels import read_level
from pipeline.model.regions import CellRow
from pipeline.model.roles import Role
from pipeline.model.standards import BUDGET_WEIGHT
from pipeline.table import likelihood
from pipeline.table.header import Column
from pipeline.untabled.boundaries import boundaries, by_cost, cell_cost, end_cost, kind, start_cost
from pipeline.untabled.stream import GUESS, LINE, MOST_SURE, NONE, READER, SPACE, WIDE, Flow
from pipeline.words.values import word, words

BEAM = 16
SEGMENTS = 70  # cheapest stretches tried from one place
LONGEST = {
    Role.NAME: 150,
    Role.REASON: 200,
    Role.REMARK: 160,
    Role.TARGET: 60,
    Role.ACTUAL: 60,
    Role.LEVEL1: 26,
    Role.LEVEL2: 30,
    Role.SIDE: 14,
}
LONGEST_FIGURE = 12
LONGEST_CELL = max(LONGEST.values())
WORST = 6.5
JOIN_SPACE = 1.4  # a cell that runs over a break by which cells are parted
JOIN_PANGU = 0.12  # the same where the break only parts Chinese from digits
JOIN_LINE = 1.6
ALIKE = -0.9
FULL_SCORE = -0.5
OVER = 7.0
SUM_OFF = 4.5
UNIT_TWICE = 0.8  # a measure with its unit where the unit has a column of its own
NOTHING = -1.2  # 0 beside 0, 无 beside 0: a row that says that there is nothing
UNIT_OF_WORDS = 2.0  # a unit beside a target without a figure
_NOTHING = frozenset(words("nothing", "values"))
_SIGNS = frozenset(words("sign", "marks"))
_NO_UNIT = frozenset(("", *words("unit", "none")))
_POINT = word("points", "unit")
_BARE = re.compile(r"[\d.,]+")
_POINTS = re.compile(rf"\d+(\.\d+)?{_POINT}?")
_WITH_UNIT = re.compile(r"[≥≤><=]?[\d.,]+[^\d.,]+")
_UNIT_LAST = re.compile(r"\d[^\d]+$")
_FIGURES = re.compile(r"[\d.,~-]+")
_NEVER_FIRST = (
    Role.WEIGHT,
    Role.SCORE,
    Role.ACTUAL,
    Role.TARGET,
    Role.REASON,
    Role.REMARK,
    Role.UNIT,
)  # columns with which no row begins
SIGNED = -1.0  # a bare figure behind a sign in a column of its own
EXPLAINED = 0.1  # share of rows with a remark from which on all are taken to have one
EXPLAINED_BLANK = 3.0
ROW_IN_LINE = 3.0  # a row that starts inside a line where rows have lines of their own
ROW_OVER_LINE = 1.2  # a row that goes on in the next line there
CLOSES = 0.01  # points: sums that differ by less are equal
CLOSE = 3.0  # readings that cost this much more than the best are still to be heard


@dataclass(frozen=True, slots=True)
class Block:
    """What the search knows of the block: columns, how cells are parted, the printed total and the fund
    block's weight.
    """

    columns: tuple[Column, ...]
    sep: int
    total: float | None
    budget: float | None
    scored: bool = True  # the weight and score columns hold figures; a plan's are printed and left blank
    explained: bool = False  # most rows have a remark, so that a row without one is odd
    by_line: bool = False  # nothing parts the cells, but every row has its line


Pick = tuple[int, int, int]
"""A cell of a reading: start, end, column."""


class _Memory(NamedTuple):
    """What a reading remembers of its cells: of the row, and of the sums so far."""

    weight: float | None = None
    target: str = ""
    name: str = ""
    unit: str = ""
    summed: float = 0.0
    in_level: float = 0.0
    level_sum: float | None = None

    def in_next_row(self) -> _Memory:
        """The sums alone."""
        return _Memory(None, "", "", "", *self.sums)

    @property
    def sums(self) -> tuple[float, float, float | None]:
        """What the next rows need of it."""
        return self[4:]

    @property
    def level_open(self) -> bool:
        """Do the weights of the level not sum to what is printed with its label?"""
        return self.level_sum is not None and abs(self.in_level - self.level_sum) > CLOSES


_NOTHING_YET = _Memory()


@dataclass(frozen=True, slots=True)
class _State:
    cost: float
    column: int  # column of the last cell; -1 before a row's first
    pick: Pick | None  # the last cell
    before: _State | None = None
    memory: _Memory = _NOTHING_YET

    def picks(self) -> list[Pick]:
        """All cells of this reading, first to last."""
        out = []
        state: _State | None = self
        while state is not None:
            if state.pick is not None:
                out.append(state.pick)
            state = state.before
        return out[::-1]


@dataclass(frozen=True, slots=True)
class _Ground:
    """What stays the same during a search."""

    flow: Flow
    block: Block
    roles: tuple[Role, ...]
    blanks: tuple[float, ...]  # what a row without a text in the column costs
    passed: tuple[
        tuple[float, ...], ...
    ]  # what the blanks between two cells cost, by last column + 1 and column
    rules: tuple[_Rule | None, ...]  # of each column
    name_at: int

    def index(self, role: Role) -> int:
        """The place of a column, 0 where there is none of the role."""
        return self.roles.index(role) if role in self.roles else 0


def cut_rows(flow: Flow, stretches: Sequence[tuple[int, int]], block: Block, first_row: int) -> list[CellRow]:
    """The rows of an indicator block, cells in place."""
    rows: list[CellRow] = []
    for start, end in stretches:
        if end <= start:
            continue
        last = (start, end) == stretches[-1]
        best, close = _search(flow, start, end, block, last)
        roles = {c.role for c in block.columns}
        if block.total is None and Role.WEIGHT in roles and not roles & {Role.ACTUAL, Role.SCORE}:
            unscored = _search(flow, start, end, replace(block, scored=False), last)
            best, close = min((best, close), unscored, key=lambda found: found[0].cost)
        if _share(best, block.columns, Role.REMARK) >= EXPLAINED:
            best, close = _search(flow, start, end, replace(block, explained=True), last)
        others = [(s.cost, set(s.picks())) for s in close]
        for picks in _rows_of(best.picks()):
            sure = min(_agreed(picks, best.cost, others), MOST_SURE if block.sep == NONE else 1.0)
            flags = GUESS if sure < 0.9 or block.sep == NONE else frozenset()
            n = first_row + len(rows)
            cells = [flow.cell(a, b, n, block.columns[c].start, sure, flags) for a, b, c in picks]
            rows.append(CellRow(tuple(cells), True, 0, reader=READER))
    return rows


def _share(reading: _State, columns: Sequence[Column], role: Role) -> float:
    """The share of a reading's rows that fill a column."""
    rows = _rows_of(reading.picks())
    return sum(any(columns[c].role == role for _, _, c in row) for row in rows) / max(1, len(rows))


def _rows_of(picks: Sequence[Pick]) -> list[list[Pick]]:
    rows: list[list[Pick]] = []
    for pick in picks:
        if not rows or pick[2] <= rows[-1][-1][2]:
            rows.append([])
        rows[-1].append(pick)
    return rows


def _agreed(row: Sequence[Pick], cost: float, others: Sequence[tuple[float, set[Pick]]]) -> float:
    """The share of the readings' weight that has this very row."""
    total = same = 1.0
    wanted = set(row)
    for other, picks in others:
        weight = math.exp(cost - other)
        total += weight
        same += weight if wanted <= picks else 0.0
    return round(same / total, 3)


def _search(flow: Flow, start: int, end: int, block: Block, last: bool) -> tuple[_State, list[_State]]:
    """The best reading of a stretch and the ones that come close."""
    ground = _ground(flow, block)
    spots = boundaries(flow, start, end, block.sep)
    beams: dict[int, list[_State]] = {start: [_State(0.0, -1, None)]}
    for at in spots:
        states = beams.get(at)
        if not states or at == end:
            continue
        del beams[at]
        segments = [s for s in _segments(ground, at, spots) if not _unused(ground, s[1])]
        for state in _prune(states, ground):
            for stop, column, cost in segments:
                following = _step(state, at, stop, column, cost, ground)
                if following is not None:
                    beams.setdefault(stop, []).append(following)
    finals = [_close(s, ground, last) for s in beams.get(end, [])]
    if not finals:
        return _State(0.0, 0, (start, end, ground.name_at)), []
    finals.sort(key=lambda s: s.cost)
    return finals[0], [s for s in finals[1:] if s.cost - finals[0].cost < CLOSE]


_BLANK_FACTOR = {
    Role.NAME: 1.6,
    Role.TARGET: 2.2,
    Role.ACTUAL: 2.2,
    Role.WEIGHT: 2.5,
    Role.SCORE: 2.2,
}


def _ground(flow: Flow, block: Block) -> _Ground:
    roles = tuple(c.role for c in block.columns)
    blanks = []
    for role in roles:
        blank = likelihood.blank_cost(role) * _BLANK_FACTOR.get(role, 1.0)
        if not block.scored and role in (Role.WEIGHT, Role.SCORE):
            blank = 0.0
        blanks.append(blank * EXPLAINED_BLANK if block.explained and role == Role.REMARK else blank)
    n = len(roles)
    return _Ground(
        flow,
        block,
        roles,
        tuple(blanks),
        tuple(tuple(_passed(blanks, last, column) for column in range(n)) for last in range(-1, n)),
        tuple(_RULES.get(role) for role in roles),
        roles.index(Role.NAME) if Role.NAME in roles else 0,
    )


def _unused(ground: _Ground, column: int) -> bool:
    """Is the column printed and left blank?"""
    return not ground.block.scored and ground.roles[column] in (Role.WEIGHT, Role.SCORE)


def _prune(states: list[_State], ground: _Ground) -> list[_State]:
    """The cheapest states, one for each future that they can have: what is behind them and no longer asked is
    forgotten.
    """
    weight, target = ground.index(Role.WEIGHT), ground.index(Role.TARGET)
    last_of_target = max(ground.index(Role.ACTUAL), ground.index(Role.UNIT))
    summing = ground.block.total is not None
    best: dict[tuple[object, ...], _State] = {}
    for s in sorted(states, key=lambda s: s.cost):
        m = s.memory
        future = (
            s.column,
            m.level_sum,
            round(m.in_level, 2) if m.level_sum is not None else 0.0,
            round(m.summed, 2) if summing else 0.0,
            m.weight if s.column == weight else None,
            m.target if s.column < last_of_target else "",
            s.column < target and m.unit not in _NO_UNIT,
            s.column < target and m.name in _NOTHING,
        )
        best.setdefault(future, s)
        if len(best) >= BEAM:
            break
    return list(best.values())


def _step(state: _State, at: int, stop: int, column: int, cost: float, ground: _Ground) -> _State | None:
    """The state after one more cell; None where it cannot be."""
    memory = state.memory
    if column <= state.column:
        if state.column < ground.name_at or ground.roles[column] in _NEVER_FIRST:
            return None
        memory = memory.in_next_row()
    passed = ground.passed[state.column + 1][column]
    if ground.block.by_line:
        passed += _line_cost(state, at, column, ground.flow)
    total = state.cost + cost + passed
    rule = ground.rules[column]
    if rule is not None:
        keys = ground.flow.keys
        before = keys[state.pick[0] : state.pick[1]] if state.pick is not None else ""
        added, memory = rule(memory, keys[at:stop], before, ground.roles)
        total += added
    return _State(total, column, (at, stop, column), state, memory)


def _passed(blanks: Sequence[float], last: int, column: int) -> float:
    """What the blank columns between two cells cost, over the row's end where the second is not right of the
    first.
    """
    if column > last:
        return sum(blanks[last + 1 : column])
    return sum(blanks[last + 1 :]) + sum(blanks[:column])


def _line_cost(state: _State, at: int, column: int, flow: Flow) -> float:
    """What it costs where every row has its line: a row begins inside one, or goes on in the next."""
    at_line = flow.breaks[at] == LINE
    if column > state.column:
        return ROW_OVER_LINE if at_line and state.column >= 0 else 0.0
    return 0.0 if at_line else ROW_IN_LINE


# From what the reading remembers, the cell, the cell before it and the block's columns: what the cell
# costs, and what is remembered then.
_Rule = Callable[[_Memory, str, str, Sequence[Role]], tuple[float, _Memory]]


def _level1_rule(m: _Memory, key: str, _before: str, roles: Sequence[Role]) -> tuple[float, _Memory]:
    """The weights of the level before must sum to what was printed with it."""
    found = read_level(key, 1)
    level_sum = found.weight if found and Role.WEIGHT in roles else None
    return SUM_OFF if m.level_open else 0.0, m._replace(level_sum=level_sum, in_level=0.0)


def _target_rule(m: _Memory, key: str, before: str, roles: Sequence[Role]) -> tuple[float, _Memory]:
    """A bare figure belongs behind a sign and before a unit; 0 beside 0 says that there is nothing."""
    added = 0.0
    if before in _SIGNS and _BARE.fullmatch(key):
        added += SIGNED
    elif Role.UNIT in roles and _WITH_UNIT.fullmatch(key):
        added += UNIT_TWICE
    if key in _NOTHING and m.name in _NOTHING:
        added += NOTHING
    if m.unit not in _NO_UNIT and not _FIGURES.fullmatch(key):
        added += UNIT_OF_WORDS
    return added, _Memory(m.weight, key, m.name, m.unit, *m.sums)


def _unit_rule(m: _Memory, key: str, _before: str, _roles: Sequence[Role]) -> tuple[float, _Memory]:
    """A unit belongs to a figure that has none."""
    added = 0.0
    if key not in _NO_UNIT and m.target:
        added = (
            UNIT_TWICE if _UNIT_LAST.search(m.target) else 0.0 if m.target[-1].isdigit() else UNIT_OF_WORDS
        )
    return added, _Memory(m.weight, m.target, m.name, key, *m.sums)


def _name_rule(m: _Memory, key: str, _before: str, _roles: Sequence[Role]) -> tuple[float, _Memory]:
    return 0.0, _Memory(m.weight, m.target, key, m.unit, *m.sums)


def _actual_rule(m: _Memory, key: str, _before: str, _roles: Sequence[Role]) -> tuple[float, _Memory]:
    """Most targets are reached to the letter."""
    return ALIKE if key == m.target else 0.0, m


def _weight_rule(m: _Memory, key: str, _before: str, _roles: Sequence[Role]) -> tuple[float, _Memory]:
    """Weights are small and stay below the level's sum."""
    if not _POINTS.fullmatch(key):
        return 0.0, m._replace(weight=None)
    weight = float(key.rstrip(_POINT))
    summed, in_level = m.summed + weight, m.in_level + weight
    m = _Memory(weight, m.target, m.name, m.unit, summed, in_level, m.level_sum)
    over = m.level_sum is not None and m.in_level > m.level_sum + CLOSES
    return _weight_prior(weight) + (SUM_OFF if over else 0.0), m


def _score_rule(m: _Memory, key: str, _before: str, _roles: Sequence[Role]) -> tuple[float, _Memory]:
    """A score is not above its weight, and mostly the whole of it."""
    if m.weight is None or not _POINTS.fullmatch(key):
        return 0.0, m
    score = float(key.rstrip(_POINT))
    if score > m.weight:
        return OVER, m
    return FULL_SCORE if score == m.weight else 0.4 if score >= m.weight / 2 else 1.0, m


_RULES: Mapping[Role, _Rule] = {
    Role.LEVEL1: _level1_rule,
    Role.TARGET: _target_rule,
    Role.UNIT: _unit_rule,
    Role.NAME: _name_rule,
    Role.ACTUAL: _actual_rule,
    Role.WEIGHT: _weight_rule,
    Role.SCORE: _score_rule,
}


def _weight_prior(weight: float) -> float:
    """Weights are small whole or half numbers."""
    if weight == 0:
        return 1.2
    if weight > 30:
        return 1.5
    return 0.0 if weight == int(weight) else 0.25 if weight * 2 == int(weight * 2) else 0.5


def _close(state: _State, ground: _Ground, last: bool) -> _State:
    """The state at the end of a stretch, sums weighed; `last`: nothing of the block follows."""
    block, memory = ground.block, state.memory
    cost = state.cost + sum(ground.blanks[state.column + 1 :])
    if memory.level_open:
        cost += SUM_OFF
    if last and block.total is not None and Role.WEIGHT in ground.roles:
        budget = block.budget if block.budget is not None else BUDGET_WEIGHT
        off = min(abs(memory.summed + b - block.total) for b in (0.0, budget))
        cost += SUM_OFF if off > CLOSES else 0.0
    return _State(cost, state.column, state.pick, state.before)


def _segments(ground: _Ground, at: int, spots: Sequence[int]) -> list[tuple[int, int, float]]:
    """The cheapest (end, column, cost) from one place."""
    flow, sep, roles = ground.flow, ground.block.sep, ground.roles
    out: list[tuple[float, int, int]] = []
    joins = 0.0
    torn = start_cost(flow, at, Role.UNIT in roles)
    labels = [i for i, role in enumerate(roles) if role in (Role.LEVEL1, Role.LEVEL2)]
    for stop in spots[bisect_right(spots, at) :]:
        n = stop - at
        if n > LONGEST_CELL or joins > WORST + 2:
            break
        key = flow.keys[at:stop]
        for column, role in enumerate(roles):
            if n > LONGEST.get(role, LONGEST_FIGURE):
                continue
            cost = joins + cell_cost(role, key, sep == NONE) + end_cost(flow, stop) + torn.get(role, 0.0)
            if cost < WORST:
                out.append((cost, stop, column))
        joins += _join(flow, stop, sep)
    return by_cost(out, labels, SEGMENTS)


def _join(flow: Flow, at: int, sep: int) -> float:
    """What it costs that a cell goes on over this place."""
    if at >= len(flow.breaks) or not flow.breaks[at]:
        return 0.0
    a, b = kind(flow.keys[at - 1]), kind(flow.keys[at])
    if flow.breaks[at] == SPACE and sep <= SPACE and {a, b} & {"n", "s", "p", "a"} and a != b:
        return JOIN_PANGU * 3 if sep else JOIN_PANGU
    if sep and flow.breaks[at] < sep:
        return 0.0
    return JOIN_LINE if flow.breaks[at] >= WIDE else JOIN_SPACE
