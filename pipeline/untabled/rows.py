"""Indicator rows out of text without cells: where a cell ends, and whose it is, in one search.

Comes in: a flow, the stretches between header and total row, the header's columns. Goes out: rows of cells
under those columns, and what the reading costs. The search goes from place to place; a node is a place, the
column of the cell that ends there, and the little that later cells still ask of it (its weight, its target,
the sums so far). All ways into a node are kept, so that the probability of every row against its rivals is
the sum over all ways that have its cuts.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from pipeline.model.regions import CellRow
from pipeline.model.roles import POINTS, Role
from pipeline.model.standards import BUDGET_WEIGHT
from pipeline.table import likelihood
from pipeline.table.header import Column
from pipeline.untabled.boundaries import boundaries
from pipeline.untabled.promising import Coarse, Passing, promising
from pipeline.untabled.segments import Said, Segment, said, segments
from pipeline.untabled.stream import GUESS, LINE, NONE, Flow, row_of

# Nodes of one place that are followed; with 12 and a margin of 5, 12 of 171 rows of one line are wrong.
BEAM = 24
MARGIN = 8.0  # what a way may cost more than the best one to the same place
ALIKE = -0.9
FULL_SCORE = -0.5
OVER = 4.0
SUM_OFF = 4.5
UNIT_TWICE = 0.8  # a measure with its unit where the unit has a column of its own
NOTHING = -1.2  # 0 beside 0, 无 beside 0: a row that says that there is nothing
UNIT_OF_WORDS = 2.0  # a unit beside a target without a figure
SIGNED = -1.0  # a bare figure behind a sign in a column of its own
NEAR = 80  # characters before an actual value in which its target stands
PROMISING = 4.0  # what a way may cost more than the cheapest one, before its cells are compared
# shares of rows with such a text from which on all are taken to have one
EXPLAINED = {Role.REMARK: 0.1, Role.REASON: 0.5}
EXPLAINED_BLANK = 0.6
ROW_IN_LINE = 3.0  # a row that starts inside a line where rows have lines of their own
ROW_OVER_LINE = 1.2  # a row that goes on in the next line there
SHARP = 3.0  # log odds of a difference of 1 in cost
CLOSES = 0.01  # points: sums that differ by less are equal
DEAR = 0.0  # what a row costs at most in a block whose columns hold what they are made for
NO_RESULTS = 4.0  # a block whose column of actual values is blank throughout
SURE = 0.9  # rows below it are guesses
_NEVER_FIRST = frozenset(
    {Role.WEIGHT, Role.SCORE, Role.ACTUAL, Role.TARGET, Role.REASON, Role.REMARK, Role.UNIT}
)  # columns with which no row begins
_BLANK_FACTOR = {Role.NAME: 1.6, Role.TARGET: 2.2, Role.ACTUAL: 2.2, Role.WEIGHT: 2.5, Role.SCORE: 2.2}


@dataclass(frozen=True, slots=True)
class Block:
    """What the search knows of the block: columns, how cells are parted, the printed total and the fund
    block's weight.
    """

    columns: tuple[Column, ...]
    sep: int
    total: float | None
    budget: float | None
    blank: frozenset[Role] = frozenset()  # columns that are printed and left blank
    explained: frozenset[Role] = frozenset()  # texts that most rows have, so that a row without one is odd
    own_levels: bool = False  # the levels have words that no list has
    by_line: bool = False  # nothing parts the cells, but every row has its line


Pick = tuple[int, int, int]
"""A cell of a reading: start, end, column."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Rows of cells, how probable each is against its rivals, and what the whole costs."""

    rows: tuple[tuple[Pick, ...], ...]
    sure: tuple[float, ...]
    cost: float


class _Memory(NamedTuple):
    """What a reading remembers of its cells: of the row, and of the sums so far."""

    weight: float | None = None
    target: Said | None = None
    nothing: bool = False  # the row's name says so
    unit: bool = False
    sign: bool = False  # the last cell is one
    summed: float = 0.0
    in_level: float = 0.0
    level_sum: float | None = None
    level: str = ""

    @property
    def level_open(self) -> bool:
        """Do the weights of the level not sum to what is printed with its label?"""
        return self.level_sum is not None and abs(self.in_level - self.level_sum) > CLOSES


@dataclass(slots=True, eq=False)
class _Node:
    """A place, and all ways there that have the same future."""

    at: int
    column: int  # of the last cell; -1 before a row's first
    cost: float  # of the cheapest way
    back: _Node | None
    memory: _Memory
    ways: list[tuple[_Node, float]] = field(default_factory=list)
    onward: list[tuple[_Node, float]] = field(default_factory=list)
    reached: float = 0.0  # minus the log of the sum over all ways here
    ahead: float = math.inf  # the same of all ways from here to the end


@dataclass(frozen=True, slots=True)
class _Ground:
    """What stays the same during a search."""

    flow: Flow
    block: Block
    roles: tuple[Role, ...]
    blanks: tuple[float, ...]  # what a row without a text in the column costs
    passed: tuple[tuple[float, ...], ...]  # what blanks between two cells cost, by last column + 1 and column
    passing: Passing
    name_at: int
    score_at: int
    target_at: int
    asks_target: int  # the last column that asks for the target
    weighted: bool


def cut_rows(flow: Flow, stretches: Sequence[tuple[int, int]], block: Block, first_row: int) -> list[CellRow]:
    """The rows of an indicator block, cells in place."""
    rows: list[CellRow] = []
    for start, end in stretches:
        if end <= start:
            continue
        found = read_rows(flow, start, end, block, last=(start, end) == stretches[-1])
        for picks, probability in zip(found.rows, found.sure, strict=True):
            glued = block.sep == NONE
            flags = GUESS if probability < SURE or glued else frozenset()
            n = first_row + len(rows)
            cells = [flow.cell(a, b, n, block.columns[c].start, probability, flags) for a, b, c in picks]
            rows.append(row_of(cells, tuple(block.columns[c].role for _, _, c in picks), glued=glued))
    return rows


def read_rows(flow: Flow, start: int, end: int, block: Block, *, last: bool) -> Reading:
    """The best reading of a stretch; `last`: nothing of the block follows."""
    best = _search(flow, start, end, block, last)
    roles = {c.role for c in block.columns}
    if block.total is None and Role.WEIGHT in roles and not roles & {Role.ACTUAL, Role.SCORE}:
        unscored = _search(flow, start, end, replace(block, blank=POINTS), last)
        best = min(best, unscored, key=lambda r: r.cost)
    if Role.ACTUAL in roles and best.cost > DEAR * len(best.rows):
        unknown = _search(flow, start, end, replace(block, blank=frozenset({Role.ACTUAL})), last)
        best = min(best, replace(unknown, cost=unknown.cost + NO_RESULTS), key=lambda r: r.cost)
    explained = {r for r, most in EXPLAINED.items() if _share(best, block.columns, r) >= most}
    if explained:
        best = _search(flow, start, end, replace(block, explained=frozenset(explained)), last)
    return best


def estimate(flow: Flow, start: int, end: int, block: Block) -> Reading:
    """The rows of a stretch as the first pass tells them, quickly: what its cells say to each other is not
    weighed, and nothing is known of rivals.
    """
    ground = _ground(flow, block)
    coarse = _promising(flow, boundaries(flow, start, end, block.sep), ground)
    rows: list[list[Pick]] = []
    at, last = start, -1
    for segment in coarse.way:
        if not rows or segment.column <= last:
            rows.append([])
        rows[-1].append((at, segment.stop, segment.column))
        at, last = segment.stop, segment.column
    return Reading(tuple(map(tuple, rows)), (0.0,) * len(rows), coarse.cost)


def _share(reading: Reading, columns: Sequence[Column], role: Role) -> float:
    """The share of a reading's rows that fill a column."""
    filled = sum(any(columns[c].role == role for _, _, c in row) for row in reading.rows)
    return filled / max(1, len(reading.rows))


def _search(flow: Flow, start: int, end: int, block: Block, last: bool) -> Reading:
    """The cheapest way through a stretch, and how probable its rows are."""
    ground = _ground(flow, block)
    spots = boundaries(flow, start, end, block.sep)
    onward = _promising(flow, spots, ground).kept
    places: dict[int, dict[object, _Node]] = {start: {None: _Node(start, -1, 0.0, None, _Memory())}}
    least: dict[int, float] = {}
    kept: list[_Node] = []
    for i, at in enumerate(spots[:-1]):
        nodes = _followed(places.pop(at, {}).values())
        if not nodes or at == end:
            continue
        kept += nodes
        for node in nodes:
            _go_on(node, onward[i], ground, places, least)
    finals = _followed(places.get(end, {}).values())
    if not finals:
        return Reading((((start, end, ground.name_at),),), (0.0,), math.inf)
    kept += finals
    closing = [_closing(node, ground, last) for node in finals]
    for final, cost in zip(finals, closing, strict=True):
        final.ahead = SHARP * cost
    best = min(range(len(finals)), key=lambda k: finals[k].cost + closing[k])
    path: list[_Node] = []
    way: _Node | None = finals[best]
    while way is not None:
        path.append(way)
        way = way.back
    _look_back(kept)
    rows = _rows_of(path[::-1])
    by_place: dict[int, list[_Node]] = {}
    for node in kept:
        by_place.setdefault(node.at, []).append(node)
    whole = _sum([f.reached + f.ahead for f in finals])
    sure = tuple(round(_probability(row, by_place, whole), 3) for row in rows)
    return Reading(tuple(map(tuple, rows)), sure, finals[best].cost + closing[best])


def _promising(flow: Flow, spots: Sequence[int], ground: _Ground) -> Coarse:
    """The stretches from every place that can be part of a good reading."""
    columns = {i: role for i, role in enumerate(ground.roles) if role not in ground.block.blank}
    block = ground.block
    found = [
        segments(flow, spots, i, columns, block.sep, own_levels=block.own_levels)
        for i in range(len(spots) - 1)
    ]
    saved = [
        [_saved(flow, at, s.stop, ground.roles[s.column]) for s in here]
        for at, here in zip(spots, found, strict=False)
    ]
    starts = [ground.block.by_line and flow.breaks[at] == LINE for at in spots[:-1]]
    return promising(spots, found, saved, starts, ground.passing, PROMISING)


def _saved(flow: Flow, at: int, stop: int, role: Role) -> float:
    """What a cell could save at most beside others, less what it costs by itself."""
    key = flow.keys[at:stop]
    if role == Role.ACTUAL:
        return -ALIKE if flow.keys.find(key, max(0, at - NEAR), at) >= 0 else 0.0
    if role == Role.SCORE:
        return -FULL_SCORE
    if role == Role.WEIGHT:
        points = said(role, key).points
        return 0.0 if points is None else -_weight_prior(points)
    if role == Role.TARGET:
        cell = said(role, key)
        return -NOTHING if cell.nothing else -SIGNED if cell.bare else 0.0
    return 0.0


def _followed(nodes: Iterable[_Node]) -> list[_Node]:
    """The cheapest nodes of a place, with the sum over the ways to each."""
    found = sorted(nodes, key=lambda n: n.cost)[:BEAM]
    for node in found:
        if node.ways:
            node.reached = _sum([before.reached + cost for before, cost in node.ways])
            for before, cost in node.ways:
                before.onward.append((node, cost))
    return found


def _sum(costs: Sequence[float]) -> float:
    """Minus the log of the sum of probabilities, of their minus logs."""
    least = min(costs)
    if len(costs) == 1 or least == math.inf:
        return least
    return least - math.log(sum(math.exp(least - c) for c in costs))


def _look_back(nodes: Sequence[_Node]) -> None:
    """From the last place to the first: the sum over all ways from each node to the end."""
    for node in reversed(nodes):
        if node.onward:
            node.ahead = _sum([onward.ahead + cost for onward, cost in node.onward])


def _rows_of(path: Sequence[_Node]) -> list[list[Pick]]:
    rows: list[list[Pick]] = []
    for before, node in pairwise(path):
        if not rows or node.column <= before.column:
            rows.append([])
        rows[-1].append((before.at, node.at, node.column))
    return rows


def _probability(row: Sequence[Pick], by_place: dict[int, list[_Node]], whole: float) -> float:
    """The share of all ways that have this row: its cells, and a row's end before and behind them."""
    first = row[0][2]
    here = {
        n: math.exp(whole - n.reached - n.ahead) for n in by_place.get(row[0][0], ()) if n.ahead < math.inf
    }
    for k, (_, stop, column) in enumerate(row):
        following: dict[_Node, float] = {}
        for node, share in here.items():
            if k == 0 and first > node.column >= 0:
                continue
            for onward, cost in node.onward:
                if onward.at == stop and onward.column == column and onward.ahead < math.inf:
                    part = share * math.exp(node.ahead - onward.ahead - cost)
                    following[onward] = following.get(onward, 0.0) + part
        here = following
    return min(1.0, sum(share * _ends_row(node) for node, share in here.items()))


def _ends_row(node: _Node) -> float:
    """The share of the ways from a node that begin a new row."""
    if not node.onward:
        return 1.0
    return sum(
        math.exp(node.ahead - onward.ahead - cost)
        for onward, cost in node.onward
        if onward.column <= node.column
    )


def _ground(flow: Flow, block: Block) -> _Ground:
    roles = tuple(c.role for c in block.columns)
    blanks = []
    for role in roles:
        blank = likelihood.blank_cost(role) * _BLANK_FACTOR.get(role, 1.0)
        if role in block.blank:
            blank = 0.0
        blanks.append(EXPLAINED_BLANK if role in block.explained else blank)
    n = len(roles)

    passed = tuple(tuple(_passed(blanks, last, column) for column in range(n)) for last in range(-1, n))

    def place(role: Role) -> int:
        return roles.index(role) if role in roles else 0

    return _Ground(
        flow,
        block,
        roles,
        tuple(blanks),
        passed,
        _passing(roles, blanks, passed, place(Role.NAME), by_line=block.by_line),
        place(Role.NAME),
        place(Role.SCORE),
        place(Role.TARGET),
        max(place(Role.ACTUAL), place(Role.UNIT)),
        Role.WEIGHT in roles,
    )


def _passing(
    roles: Sequence[Role],
    blanks: Sequence[float],
    passed: Sequence[Sequence[float]],
    name_at: int,
    *,
    by_line: bool,
) -> Passing:
    """The same as arrays, with what a row's start costs inside a line and at the start of one."""
    n = len(roles)
    inside, start = np.array(passed), np.array(passed)
    for last in range(-1, n):
        for column in range(n):
            if column > last:
                start[last + 1, column] += ROW_OVER_LINE if last >= 0 else 0.0
            elif last < name_at or roles[column] in _NEVER_FIRST:
                inside[last + 1, column] = start[last + 1, column] = math.inf
            else:
                inside[last + 1, column] += ROW_IN_LINE if by_line else 0.0
    end = np.array([sum(blanks[last + 1 :]) for last in range(-1, n)])
    return Passing(inside, start, end)


def _passed(blanks: Sequence[float], last: int, column: int) -> float:
    """What the blank columns between two cells cost, over the row's end where the second is not right of the
    first.
    """
    if column > last:
        return sum(blanks[last + 1 : column])
    return sum(blanks[last + 1 :]) + sum(blanks[:column])


def _go_on(
    node: _Node,
    found: Sequence[Segment],
    ground: _Ground,
    places: dict[int, dict[object, _Node]],
    least: dict[int, float],
) -> None:
    """One more cell behind a node, in every way that is not too dear."""
    so_far, last = node.cost, node.column
    passed = ground.passed[last + 1]
    roles, name_at = ground.roles, ground.name_at
    keys = ground.flow.keys
    at_line = ground.block.by_line and ground.flow.breaks[node.at] == LINE
    for segment in found:
        column, stop = segment.column, segment.stop
        new_row = column <= last
        if new_row and (last < name_at or roles[column] in _NEVER_FIRST):
            continue
        step = segment.cost + passed[column]
        if ground.block.by_line:
            if new_row:
                step += 0.0 if at_line else ROW_IN_LINE
            elif at_line and last >= 0:
                step += ROW_OVER_LINE
        if so_far + step > least.get(stop, math.inf) + MARGIN:
            continue
        added, memory = _together(
            node.memory, said(roles[column], keys[node.at : stop]), roles[column], ground, new_row
        )
        step += added
        total = so_far + step
        if total < least.get(stop, math.inf):
            least[stop] = total
        future = _future(memory, column, ground)
        here = places.setdefault(stop, {})
        known = here.get(future)
        if known is None:
            known = here[future] = _Node(stop, column, total, node, memory)
        elif total < known.cost:
            known.cost, known.back, known.memory = total, node, memory
        known.ways.append((node, SHARP * step))


def _future(m: _Memory, column: int, ground: _Ground) -> object:
    """What later cells still ask of a reading: readings that are alike in it are one node."""
    return (
        column,
        m.level_sum,
        round(m.in_level, 2) if m.level_sum is not None else 0.0,
        round(m.summed, 2) if ground.block.total is not None else 0.0,
        m.weight if column < ground.score_at else None,
        m.target.key if m.target is not None and column < ground.asks_target else "",
        m.unit and column < ground.target_at,
        m.nothing and column < ground.target_at,
        m.sign,
    )


def _together(m: _Memory, cell: Said, role: Role, ground: _Ground, new_row: bool) -> tuple[float, _Memory]:
    """What a cell costs beside those before it, and what is remembered then."""
    sign = m.sign
    if new_row:
        m = _Memory(summed=m.summed, in_level=m.in_level, level_sum=m.level_sum, level=m.level)
    elif sign:
        m = m._replace(sign=False)
    if role == Role.LEVEL1:
        if cell.key == m.level:
            return 0.0, m
        # the weights of the level before must sum to what was printed with it
        added = SUM_OFF if m.level_open else 0.0
        return added, m._replace(
            level_sum=cell.level_sum if ground.weighted else None, in_level=0.0, level=cell.key
        )
    if role == Role.NAME:
        return 0.0, m._replace(nothing=cell.nothing)
    if role == Role.SIGN:
        return 0.0, m._replace(sign=cell.sign)
    if role == Role.TARGET:
        return _target_cost(m, cell, ground, sign), m._replace(target=cell)
    if role == Role.UNIT:
        return _unit_cost(m, cell), m._replace(unit=cell.unit)
    if role == Role.ACTUAL:
        # most targets are reached to the letter
        return (ALIKE if m.target is not None and cell.key == m.target.key else 0.0), m
    if role == Role.WEIGHT:
        return _weight_cost(m, cell)
    if role == Role.SCORE:
        return _score_cost(m, cell), m
    return 0.0, m


def _target_cost(m: _Memory, cell: Said, ground: _Ground, sign: bool) -> float:
    """A bare figure belongs behind a sign and before a unit; 0 beside 0 says that there is nothing."""
    added = 0.0
    if sign and cell.bare:
        added += SIGNED
    elif cell.with_unit and Role.UNIT in ground.roles:
        added += UNIT_TWICE
    if cell.nothing and m.nothing:
        added += NOTHING
    if m.unit and not cell.figures:
        added += UNIT_OF_WORDS
    return added


def _unit_cost(m: _Memory, cell: Said) -> float:
    """A unit belongs to a figure that has none."""
    if not cell.unit or m.target is None:
        return 0.0
    if m.target.unit_last:
        return UNIT_TWICE
    return 0.0 if m.target.key[-1].isdigit() else UNIT_OF_WORDS


def _weight_cost(m: _Memory, cell: Said) -> tuple[float, _Memory]:
    """Weights are small and stay below the level's sum."""
    weight = cell.points
    if weight is None:
        return 0.0, m._replace(weight=None)
    m = m._replace(weight=weight, summed=m.summed + weight, in_level=m.in_level + weight)
    over = m.level_sum is not None and m.in_level > m.level_sum + CLOSES
    return _weight_prior(weight) + (SUM_OFF if over else 0.0), m


def _weight_prior(weight: float) -> float:
    """Weights are small whole or half numbers."""
    if weight == 0:
        return 1.2
    if weight > 30:
        return 1.5
    return 0.0 if weight == int(weight) else 0.25 if weight * 2 == int(weight * 2) else 0.5


def _score_cost(m: _Memory, cell: Said) -> float:
    """A score is not above its weight, and mostly the whole of it."""
    if m.weight is None or cell.points is None:
        return 0.0
    if cell.points > m.weight:
        return OVER
    return FULL_SCORE if cell.points == m.weight else 0.4 if cell.points >= m.weight / 2 else 1.0


def _closing(node: _Node, ground: _Ground, last: bool) -> float:
    """What the end of a stretch costs, sums weighed; `last`: nothing of the block follows."""
    block, memory = ground.block, node.memory
    cost = sum(ground.blanks[node.column + 1 :])
    if memory.level_open:
        cost += SUM_OFF
    if last and block.total is not None and ground.weighted:
        budget = block.budget if block.budget is not None else BUDGET_WEIGHT
        off = min(abs(memory.summed + b - block.total) for b in (0.0, budget))
        cost += SUM_OFF if off > CLOSES else 0.0
    return cost
