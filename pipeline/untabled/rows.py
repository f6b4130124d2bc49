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
from collections.abc import Sequence
from dataclasses import dataclass, replace

from normalizers.levels import read_level
from pipeline.model.cells import CellRow
from pipeline.table import likelihood
from pipeline.table.header import Column
from pipeline.untabled.boundaries import boundaries, by_cost, cell_cost, end_cost, kind, start_cost
from pipeline.untabled.head import GUESS, MOST_SURE, READER
from pipeline.untabled.stream import LINE, NONE, Flow

BEAM = 16
SEGMENTS = 70  # cheapest stretches tried from one place
LONGEST = {
    "name": 150,
    "reason": 200,
    "remark": 160,
    "target": 60,
    "actual": 60,
    "level1": 26,
    "level2": 30,
    "side": 14,
}
LONGEST_FIGURE = 12
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
_NOTHING = ("0", "无")
_SIGNS = ("≥", "≤", ">", "<", "=")
_NO_UNIT = ("", "无", "/", "-", "—")
SIGNED = -1.0  # a bare figure behind a sign in a column of its own
EXPLAINED = 0.1  # share of rows with a remark from which on all are taken to have one
EXPLAINED_BLANK = 3.0
ROW_IN_LINE = 3.0  # a row that starts inside a line where rows have lines of their own
ROW_OVER_LINE = 1.2  # a row that goes on in the next line there
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


@dataclass(frozen=True, slots=True)
class _State:
    cost: float
    column: int  # column of the last cell; -1 before a row's first
    pick: tuple[int, int, int] | None  # (start, end, column) of the last cell
    before: _State | None = None
    weight: float | None = None
    summed: float = 0.0
    in_level: float = 0.0
    level_sum: float | None = None
    target: str = ""
    name: str = ""
    unit: str = ""

    def picks(self) -> list[tuple[int, int, int]]:
        """All cells of this reading, first to last."""
        out = []
        state: _State | None = self
        while state is not None:
            if state.pick is not None:
                out.append(state.pick)
            state = state.before
        return out[::-1]


def cut_rows(flow: Flow, stretches: Sequence[tuple[int, int]], block: Block, first_row: int) -> list[CellRow]:
    """The rows of an indicator block, cells in place."""
    rows: list[CellRow] = []
    for start, end in stretches:
        if end <= start:
            continue
        last = (start, end) == stretches[-1]
        best, close = _search(flow, start, end, block, last)
        roles = {c.role for c in block.columns}
        if block.total is None and "weight" in roles and not roles & {"actual", "score"}:
            unscored = _search(flow, start, end, replace(block, scored=False), last)
            best, close = min((best, close), unscored, key=lambda found: found[0].cost)
        if _share(best, block.columns, "remark") >= EXPLAINED:
            best, close = _search(flow, start, end, replace(block, explained=True), last)
        others = [(s.cost, set(s.picks())) for s in close]
        for picks in _rows_of(best.picks()):
            sure = min(_agreed(picks, best.cost, others), MOST_SURE if block.sep == NONE else 1.0)
            flags = GUESS if sure < 0.9 or block.sep == NONE else frozenset()
            n = first_row + len(rows)
            cells = [flow.cell(a, b, n, block.columns[c].start, sure, flags) for a, b, c in picks]
            rows.append(CellRow(tuple(cells), True, 0, reader=READER))
    return rows


def _share(reading: _State, columns: Sequence[Column], role: str) -> float:
    """The share of a reading's rows that fill a column."""
    rows = _rows_of(reading.picks())
    return sum(any(columns[c].role == role for _, _, c in row) for row in rows) / max(1, len(rows))


def _rows_of(picks: Sequence[tuple[int, int, int]]) -> list[list[tuple[int, int, int]]]:
    rows: list[list[tuple[int, int, int]]] = []
    for pick in picks:
        if not rows or pick[2] <= rows[-1][-1][2]:
            rows.append([])
        rows[-1].append(pick)
    return rows


def _agreed(
    row: Sequence[tuple[int, int, int]],
    cost: float,
    others: Sequence[tuple[float, set[tuple[int, int, int]]]],
) -> float:
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
    spots = boundaries(flow, start, end, block.sep)
    roles = [c.role for c in block.columns]
    beams: dict[int, list[_State]] = {start: [_State(0.0, -1, None)]}
    unused = () if block.scored else ("weight", "score")
    blanks = [0.0 if r in unused else likelihood.blank_cost(r) * _BLANK_FACTOR.get(r, 1.0) for r in roles]
    if block.explained:
        blanks = [b * EXPLAINED_BLANK if r == "remark" else b for b, r in zip(blanks, roles, strict=True)]
    for at in spots:
        states = beams.pop(at, None)
        if not states or at == end:
            if at == end and states:
                beams[end] = states
            continue
        segments = _segments(flow, at, spots, roles, block.sep)
        for state in _prune(states, roles, block.total is not None):
            for stop, column, cost in segments:
                if roles[column] in unused:
                    continue
                following = _step(state, at, stop, column, cost, flow, roles, blanks, block)
                if following is not None:
                    beams.setdefault(stop, []).append(following)
    finals = [_close(s, roles, blanks, block, last) for s in beams.get(end, [])]
    if not finals:
        return _State(0.0, 0, (start, end, _index(roles, "name"))), []
    finals.sort(key=lambda s: s.cost)
    return finals[0], [s for s in finals[1:] if s.cost - finals[0].cost < CLOSE]


_BLANK_FACTOR = {"name": 1.6, "target": 2.2, "actual": 2.2, "weight": 2.5, "score": 2.2}


def _index(roles: Sequence[str], role: str) -> int:
    return roles.index(role) if role in roles else 0


def _prune(states: list[_State], roles: Sequence[str], summing: bool) -> list[_State]:
    """The cheapest states, one for each future that they can have: what is behind them and no longer asked is
    forgotten.
    """
    actual, weight, target, unit = (_index(roles, r) for r in ("actual", "weight", "target", "unit"))
    best: dict[tuple[object, ...], _State] = {}
    for s in sorted(states, key=lambda s: s.cost):
        future = (
            s.column,
            s.level_sum,
            round(s.in_level, 2) if s.level_sum is not None else 0.0,
            round(s.summed, 2) if summing else 0.0,
            s.weight if s.column == weight else None,
            s.target if s.column < max(actual, unit) else "",
            s.column < target and s.unit not in _NO_UNIT,
            s.column < target and s.name in _NOTHING,
        )
        best.setdefault(future, s)
        if len(best) >= BEAM:
            break
    return list(best.values())


def _step(
    state: _State,
    at: int,
    stop: int,
    column: int,
    cost: float,
    flow: Flow,
    roles: Sequence[str],
    blanks: Sequence[float],
    block: Block,
) -> _State | None:
    """The state after one more cell; None where it cannot be."""
    role = roles[column]
    key = flow.keys[at:stop]
    total = state.cost + cost
    weight, summed, in_level, level_sum = state.weight, state.summed, state.in_level, state.level_sum
    target, name, unit = state.target, state.name, state.unit
    if column > state.column:
        total += sum(blanks[state.column + 1 : column])
        total += ROW_OVER_LINE if block.by_line and state.column >= 0 and flow.breaks[at] == LINE else 0.0
    else:
        if state.column < _index(roles, "name") or role in (
            "weight",
            "score",
            "actual",
            "target",
            "reason",
            "remark",
            "unit",
        ):
            return None
        total += sum(blanks[state.column + 1 :]) + sum(blanks[:column])
        total += ROW_IN_LINE if block.by_line and flow.breaks[at] != LINE else 0.0
        weight, target, name, unit = None, "", "", ""
    if role == "level1":
        found = read_level(key, 1)
        if level_sum is not None and abs(in_level - level_sum) > 0.01:
            total += SUM_OFF
        level_sum, in_level = (found.weight if found and "weight" in roles else None), 0.0
    elif role == "target":
        target = key
        bare = re.fullmatch(r"[\d.,]+", key) is not None
        if bare and state.pick is not None and flow.keys[state.pick[0] : state.pick[1]] in _SIGNS:
            total += SIGNED
        elif "unit" in roles and re.fullmatch(r"[≥≤><=]?[\d.,]+[^\d.,]+", key):
            total += UNIT_TWICE
        if key in _NOTHING and name in _NOTHING:
            total += NOTHING
        if unit not in _NO_UNIT and not re.fullmatch(r"[\d.,~-]+", key):
            total += UNIT_OF_WORDS
    elif role == "unit":
        unit = key
        if key not in _NO_UNIT and target:
            total += (
                UNIT_TWICE
                if re.search(r"\d[^\d]+$", target)
                else 0.0
                if re.search(r"\d$", target)
                else UNIT_OF_WORDS
            )
    elif role == "name":
        name = key
    elif role == "actual":
        total += ALIKE if key == target else 0.0
    elif role == "weight":
        weight = float(key.rstrip("分")) if re.fullmatch(r"\d+(\.\d+)?分?", key) else None
        summed += weight or 0.0
        in_level += weight or 0.0
        if weight is not None:
            total += _weight_prior(weight)
            if level_sum is not None and in_level > level_sum + 0.01:
                total += SUM_OFF
    elif role == "score" and weight is not None and re.fullmatch(r"\d+(\.\d+)?分?", key):
        score = float(key.rstrip("分"))
        total += (
            OVER if score > weight else FULL_SCORE if score == weight else 0.4 if score >= weight / 2 else 1.0
        )
    return _State(
        total, column, (at, stop, column), state, weight, summed, in_level, level_sum, target, name, unit
    )


def _weight_prior(weight: float) -> float:
    """Weights are small whole or half numbers."""
    if weight == 0:
        return 1.2
    if weight > 30:
        return 1.5
    return 0.0 if weight == int(weight) else 0.25 if weight * 2 == int(weight * 2) else 0.5


def _close(state: _State, roles: Sequence[str], blanks: Sequence[float], block: Block, last: bool) -> _State:
    cost = state.cost + sum(blanks[state.column + 1 :])
    if state.level_sum is not None and abs(state.in_level - state.level_sum) > 0.01:
        cost += SUM_OFF
    if last and block.total is not None and "weight" in roles:
        off = min(
            abs(state.summed + b - block.total)
            for b in (0.0, block.budget if block.budget is not None else 10.0)
        )
        cost += SUM_OFF if off > 0.01 else 0.0
    return _State(cost, state.column, state.pick, state.before)


def _segments(
    flow: Flow, at: int, spots: Sequence[int], roles: Sequence[str], sep: int
) -> list[tuple[int, int, float]]:
    """The cheapest (end, column, cost) from one place."""
    out: list[tuple[float, int, int]] = []
    index = _after(spots, at)
    joins = 0.0
    torn = start_cost(flow, at, "unit" in roles)
    labels = [i for i, role in enumerate(roles) if role in ("level1", "level2")]
    for stop in spots[index:]:
        n = stop - at
        if n > 200 or joins > WORST + 2:
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


def _after(spots: Sequence[int], at: int) -> int:
    low, high = 0, len(spots)
    while low < high:
        mid = (low + high) // 2
        if spots[mid] <= at:
            low = mid + 1
        else:
            high = mid
    return low


def _join(flow: Flow, at: int, sep: int) -> float:
    """What it costs that a cell goes on over this place."""
    if at >= len(flow.breaks) or not flow.breaks[at]:
        return 0.0
    a, b = kind(flow.keys[at - 1]), kind(flow.keys[at])
    if flow.breaks[at] == 1 and sep <= 1 and {a, b} & {"n", "s", "p", "a"} and a != b:
        return JOIN_PANGU * 3 if sep else JOIN_PANGU
    if sep and flow.breaks[at] < sep:
        return 0.0
    return JOIN_LINE if flow.breaks[at] >= 2 else JOIN_SPACE
