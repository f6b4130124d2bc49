"""Lines of text in columns → rows, by where the lines stand.

Comes in: the heights of the lines in each column of a band, and which are figures. Goes out: rows, and which
lines of each column make one cell of which rows. The lines of a cell follow each other closely, and all cells
of a row stand around one middle (or at one top, or one foot); a cell that is merged over rows, in the first
columns, stands in the middle of them. What fits best wins, by dynamic programming. It refuses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from statistics import median

import numpy as np
import numpy.typing as npt

MOST_LEVELS = 24  # heights at which lines stand in one row
MOST_MERGING = 3  # columns at the left that may hold merged cells
TIGHT = 1.12  # times the closest lines: so near are lines of one text
LOOSEST = 1.75  # of a character's height: lines further apart are not of one text
SAME = 0.3  # of a character's height: lines nearer than this are at one height
# what the parts of a row cost, in blank cells
OFF = 6.0  # by squared distance from the row's middle, in characters
MOST_OFF = 2.5  # at most so much a cell
MOST_LABEL_OFF = 30.0  # and so much a merged label
FURTHER_LINE = 0.08
FURTHER_FIGURE = 2.0  # figures do not wrap
TORN = 0.8  # a text cut between two rows
APART = 4.0  # a text with a gap in it
MERGED = 0.12  # a further row under one label
UNCOVERED = 0.5  # a row at the table's ends that no merged label covers
LEAST_FILL = 0.05
ALIGNMENTS = ("middle", "top", "foot")


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of one column: its baseline, and whether it is a figure."""

    y: float
    figure: bool


Column = Sequence[TextLine]
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Held:
    """Lines `first` to `last` (exclusive) of a column stand in `rows` rows from `row` on; `off`: how far from
    their middle, in points.
    """

    first: int
    last: int
    row: int
    rows: int
    off: float


@dataclass(frozen=True, slots=True)
class Stacked:
    """How many rows there are, what each column holds, and what it cost."""

    n_rows: int
    columns: tuple[tuple[Held, ...], ...]
    cost: float


def stacked(columns: Sequence[Column], height: float, *, goes_on: bool) -> Stacked:
    """The best reading; `height` is that of a character; `goes_on`: the table began on a page before, so that
    rows at its top may belong to labels there.
    """
    cores = [
        (merging, _levels(columns[merging:], height))
        for merging in range(min(MOST_MERGING, len(columns) - 2) + 1)
    ]
    parted = [(*_rows(told, height, way), way, merging) for way in ALIGNMENTS for merging, told in cores]
    found: list[tuple[float, int, Stacked]] = []
    for at in sorted(range(len(parted)), key=lambda k: parted[k][0]):
        cost, rows, way, merging = parted[at]
        if found and cost > min(found)[0]:
            break  # merged labels only add to it
        whole = _labelled(columns, rows, merging, height, way, goes_on)
        found.append((cost + whole.cost, at, whole))
    cost, _, best = min(found)
    return replace(best, cost=cost)


def _labelled(
    columns: Sequence[Column],
    rows: Sequence[tuple[float, float]],
    merging: int,
    height: float,
    way: str,
    goes_on: bool,
) -> Stacked:
    """The rows with what each column holds there; the cost is that of the labels in the first `merging`
    columns alone, which are merged.
    """
    core = columns[merging:]
    held: list[tuple[Held, ...]] = []
    places = _places(core, rows, way)
    tight = _tight(columns, height)
    merged_cost = 0.0
    for column in columns[:merging]:
        more, labels = _covering(column, places, height, way, goes_on, tight)
        merged_cost += more
        held.append(labels)
    for column in core:
        cells: list[Held] = []
        for r, (low, high) in enumerate(rows):
            at = [k for k, line in enumerate(column) if low <= line.y <= high]
            if at:
                off = abs(_place([column[k].y for k in at], way) - places[r].middle)
                cells.append(Held(at[0], at[-1] + 1, r, 1, off))
        held.append(tuple(cells))
    return Stacked(len(rows), tuple(held), merged_cost)


def _place(ys: Sequence[float], way: str) -> float:
    if way == "middle":
        return (ys[0] + ys[-1]) / 2
    return ys[0] if way == "top" else ys[-1]


@dataclass(frozen=True, slots=True)
class _Levels:
    """Heights at which lines stand, from `low` to `high` each, and every stretch of them that may be a row.

    Arrays have one entry a stretch: where it begins and ends (exclusive), what its texts cost wherever they
    stand, and for each column how many lines it holds there, and where the first and the last of them stand.
    """

    low: tuple[float, ...]
    high: tuple[float, ...]
    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]
    texts: Numbers
    counts: npt.NDArray[np.int64]
    firsts: Numbers
    lasts: Numbers


def _levels(core: Sequence[Column], height: float) -> _Levels:
    low: list[float] = []
    high: list[float] = []
    for y in sorted(line.y for column in core for line in column):
        if low and y - high[-1] <= SAME * height and y - low[-1] <= 2 * SAME * height:
            high[-1] = y
        else:
            low.append(y)
            high.append(y)
    n = len(low)
    last_level, back = (axis.ravel() for axis in np.mgrid[1 : n + 1, 1 : MOST_LEVELS + 1])
    starts, ends = (last_level - back)[last_level >= back], last_level[last_level >= back]
    usual = max(1.0, median(len(column) for column in core))
    tight = _tight(core, height)
    texts = np.zeros(len(starts))
    held: list[tuple[npt.NDArray[np.int64], Numbers, Numbers]] = []
    for column in core:
        blank = min(1.0, max(LEAST_FILL, len(column) / usual))
        ys = np.array([line.y for line in column])
        before = np.searchsorted(ys, [*low, np.inf])  # lines of the column above each level
        first, last = before[starts], before[ends]
        texts += np.where(last > first, _own_costs(column, ys, tight, height)(first, last), blank)
        if len(ys):
            held.append((last - first, ys[np.minimum(first, len(ys) - 1)], ys[np.maximum(last - 1, 0)]))
    counts, firsts, lasts = (np.array(part).T for part in zip(*held, strict=True))
    return _Levels(tuple(low), tuple(high), starts, ends, texts, counts, firsts, lasts)


def _own_costs(
    column: Column, ys: Numbers, tight: float, height: float
) -> Callable[[npt.NDArray[np.int64], npt.NDArray[np.int64]], Numbers]:
    """What the lines of a column from the first to the last (exclusive) cost as those of one cell."""
    figure = np.array([line.figure for line in column], bool)
    gaps, both = np.diff(ys), figure[1:] & figure[:-1]
    joints = APART * (gaps > _loosest(tight, height)) + FURTHER_FIGURE * both + FURTHER_LINE
    summed = np.r_[0.0, np.cumsum(joints), 0.0]
    torn = np.r_[0.0, TORN * ((gaps <= TIGHT * tight) & ~both), 0.0]  # by the lines above the cut

    def cost(first: npt.NDArray[np.int64], last: npt.NDArray[np.int64]) -> Numbers:
        own: Numbers = summed[np.maximum(last - 1, 0)] - summed[first] + torn[np.minimum(last, len(torn) - 1)]
        return own

    return cost


def _loosest(tight: float, height: float) -> float:
    """How far apart lines of one text stand at most."""
    return min(LOOSEST * height, tight * TIGHT + 0.05 * height)


def _off(told: _Levels, height: float, way: str) -> Numbers:
    """What it costs that the texts of a row do not stand around one middle: that of the longest ones."""
    held = told.counts > 0
    place = (told.firsts + told.lasts) / 2 if way == "middle" else told.firsts if way == "top" else told.lasts
    longest = told.counts == told.counts.max(axis=1, keepdims=True)
    ordered = np.sort(np.where(longest, place, np.inf), axis=1)
    row, n = np.arange(len(ordered)), longest.sum(axis=1)
    middle = (ordered[row, (n - 1) // 2] + ordered[row, n // 2]) / 2
    off = np.minimum(OFF * ((place - middle[:, None]) / height) ** 2, MOST_OFF)
    return np.asarray(np.where(held, off, 0.0).sum(axis=1))


def _of_one_text(own: Sequence[TextLine], tight: float, height: float) -> float:
    """What lines cost as those of one cell."""
    total = FURTHER_LINE * (len(own) - 1)
    for a, b in pairwise(own):
        if b.y - a.y > _loosest(tight, height):
            total += APART
        if a.figure and b.figure:
            total += FURTHER_FIGURE
    return total


def _rows(told: _Levels, height: float, way: str) -> tuple[float, list[tuple[float, float]]]:
    """The cheapest parting of all lines into rows: its cost, and each row's first and last baseline."""
    n = len(told.low)
    prices = told.texts + _off(told, height, way)
    firsts = np.searchsorted(told.ends, np.arange(1, n + 2))
    best = np.zeros(n + 1)
    came = [0] * (n + 1)
    for end in range(1, n + 1):
        here = slice(firsts[end - 1], firsts[end])
        costs = best[told.starts[here]] + prices[here]
        least = int(costs.argmin())
        best[end], came[end] = costs[least], int(told.starts[here][least])
    out: list[tuple[float, float]] = []
    end = n
    while end:
        out.append((told.low[came[end]], told.high[end - 1]))
        end = came[end]
    return float(best[-1]), out[::-1]


def _tight(core: Sequence[Column], height: float) -> float:
    """How closely lines of one text follow each other; 0 where figures do too: nearness says nothing then."""
    gaps = sorted(b.y - a.y for column in core for a, b in pairwise(column) if b.y - a.y > SAME * height)
    if not gaps:
        return 0.0
    least = gaps[min(len(gaps) - 1, len(gaps) // 20)]
    figures = [b.y - a.y for column in core for a, b in pairwise(column) if a.figure and b.figure]
    near = sum(g <= TIGHT * least for g in figures)
    return 0.0 if least > LOOSEST * height or near > 0.2 * len(figures) else least


@dataclass(frozen=True, slots=True)
class _Row:
    """Where the cells of a row stand, and its borders."""

    middle: float
    top: float
    foot: float


def _places(core: Sequence[Column], rows: Sequence[tuple[float, float]], way: str) -> list[_Row]:
    """Every row's middle (top, foot) and borders.

    A border is halfway between the texts of two rows; where cells stand in the middle of their rows, each
    border mirrors the next one, which tells them better where a merged label made a row higher.
    """
    if not rows:
        return []
    middles = []
    for low, high in rows:
        stacks = [[line.y for line in column if low <= line.y <= high] for column in core]
        most = max(len(s) for s in stacks)
        middles.append(median(_place(s, way) for s in stacks if len(s) == most))
    halves = [(a[1] + b[0]) / 2 for a, b in pairwise(rows)]
    if way != "middle" or len(rows) < 2:
        edges = [2 * rows[0][0] - halves[0] if halves else rows[0][0] - 1, *halves]
        edges.append(2 * rows[-1][1] - halves[-1] if halves else rows[-1][1] + 1)
    else:
        edges = [2 * middles[0] - halves[0], *halves, 2 * middles[-1] - halves[-1]]
        mirrored = [0.0]
        for m in middles:
            mirrored.append(2 * m - mirrored[-1])
        signs = [1 if k % 2 == 0 else -1 for k in range(len(mirrored))]
        first = median(s * (e - x) for s, e, x in zip(signs, edges, mirrored, strict=True))
        better = [x + s * first for s, x in zip(signs, mirrored, strict=True)]
        if all(a[1] - 1 <= e <= b[0] + 1 for (a, b), e in zip(pairwise(rows), better[1:-1], strict=True)):
            edges = better
    return [_Row(m, a, b) for m, (a, b) in zip(middles, pairwise(edges), strict=True)]


def _covering(
    column: Column, rows: Sequence[_Row], height: float, way: str, goes_on: bool, tight: float
) -> tuple[float, tuple[Held, ...]]:
    """Lines of a column of merged labels, by the rows that they stand in the middle of; every row is covered
    but those at the ends.
    """
    told = _Labels(column, rows, height, way, tight)

    @cache
    def go(i: int, j: int) -> tuple[float, tuple[Held, ...]]:
        if i == len(column):
            return UNCOVERED * (len(rows) - j), ()
        if j == len(rows):
            return 50.0 * (len(column) - i), ()
        best: tuple[float, tuple[Held, ...]] = (float("inf"), ())
        if i == 0:
            rest, held = go(i, j + 1)
            best = (rest + (UNCOVERED if goes_on else 2.0), held)
        for last in range(i + 1, len(column) + 1):
            if last > i + 1 and column[last - 1].y - column[last - 2].y > LOOSEST * height:
                break
            texts = told.texts(i, last)
            for end in range(j + 1, len(rows) + 1):
                if texts + MERGED * (end - j - 1) >= best[0]:
                    break
                more, off = told.price(i, last, j, end)
                if texts + more >= best[0]:
                    continue
                rest, held = go(last, end)
                if texts + more + rest < best[0]:
                    best = (texts + more + rest, (Held(i, last, j, end - j, off), *held))
        return best

    return go(0, 0)


@dataclass(frozen=True, slots=True)
class _Labels:
    """A column of labels beside rows."""

    column: Column
    rows: Sequence[_Row]
    height: float
    way: str
    tight: float

    def texts(self, first: int, last: int) -> float:
        """What lines cost as those of one label."""
        own = self.column[first:last]
        if not self.tight:
            return FURTHER_LINE * (len(own) - 1)
        near = last < len(self.column) and self.column[last].y - own[-1].y <= TIGHT * self.tight
        return _of_one_text(own, self.tight, self.height) + (TORN if near else 0.0)

    def price(self, first: int, last: int, row: int, end: int) -> tuple[float, float]:
        """What it costs that lines stand beside rows, and how far off their place they stand."""
        here = _place([line.y for line in self.column[first:last]], self.way)
        top, foot = self.rows[row], self.rows[end - 1]
        if end > row + 1 and (top.top > here or foot.foot < self.column[first].y):
            return float("inf"), 0.0
        if self.way == "middle":
            want = top.middle if end == row + 1 else (top.top + foot.foot) / 2
        else:
            want = top.middle if self.way == "top" else foot.middle
        off = abs(here - want)
        return min(OFF * (off / self.height) ** 2, MOST_LABEL_OFF) + MERGED * (end - row - 1), off
