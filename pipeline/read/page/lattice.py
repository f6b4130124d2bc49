"""Rulings and characters of a page → tables of cells with exact spans.

Comes in: horizontal and vertical rulings and characters, all in one system of points with the origin at the
top left. Goes out: tables whose cells are the rectangles that the rulings bound, each with the text inside
it, and the characters that stand outside every table. Rulings may be broken, doubled, thin, or lacking at the
outer edge; a page break leaves cells open.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.model.cells import Box, Cell, Table

SNAP = 2.2  # points: rulings nearer than this are one
GAP = 4.5  # points: a gap in a ruling that is no gap
TOUCH = 3.0  # points by which rulings that meet may miss each other
SHORTEST = 5.0  # points: a shorter stroke is part of a character
COVERED = 0.6  # share of a cell's side that a ruling must cover to be its wall
LEAST_CELLS, LEAST_CELLS_AT_FOOT = 4, 2
ALONG = 6.0  # points by which the ends of rulings side by side may differ
SAME_LINE = 0.45  # of the character's size: baselines nearer than this are one line
OFF_CENTRE = 0.2  # of a row's height: how far from its middle a text of its own may stand
CLOSE = (
    1.15  # how much further than lines of a text the last and first lines of two texts stand apart at least
)
LEADING = 1.7  # of the character's size: lines of one text are no further apart
FEWEST_BESIDE = 2  # characters on each side of a border before two cells are told apart
WIDER = 1.5  # how much wider than any gap inside them the gap between two cells' texts is
CLEAR = 0.35  # of the character's size: how far texts of two cells keep from each other
WORD_GAP = 0.28  # of the character's size: a wider gap in Latin text is a space


class Char(NamedTuple):
    """One character: its loose box, the baseline's y, and its size in points."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    base: float
    size: float


class Ruling(NamedTuple):
    """A horizontal (`at` = y, `start`–`end` = x) or vertical (`at` = x) line."""

    at: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Grid:
    """The borders of one table and its cells as (first row, first column, rows, columns)."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    cells: tuple[tuple[int, int, int, int], ...]

    @property
    def box(self) -> Box:
        """The table's outer borders."""
        return self.xs[0], self.ys[0], self.xs[-1], self.ys[-1]


_BASE, _LEFT = attrgetter("base", "x0"), attrgetter("x0")
_AT, _START = attrgetter("at"), attrgetter("start")

Turn = Callable[[Any, Any], tuple[Any, Any]]
"""From the x and y of a point, or of an array of them, of the page as it is stored to the
upright page with its origin at the top left.
"""


def levelled(segments: Iterable[Box], turn: Turn) -> tuple[list[Ruling], list[Ruling]]:
    """Lines (x0, y0, x1, y1) of a page as it is stored, as horizontal and vertical rulings of the upright
    page.
    """
    told = list(dict.fromkeys(segments))  # neighbouring cells often draw a border twice
    if not told:
        return [], []
    stored = np.array(told)
    (ax, ay), (bx, by) = turn(stored[:, 0], stored[:, 1]), turn(stored[:, 2], stored[:, 3])
    level = np.abs(ay - by) <= np.abs(ax - bx)
    x, y = ((ax + bx) / 2)[~level], ((ay + by) / 2)[level]
    along_x, along_y = np.stack([ax, bx])[:, level], np.stack([ay, by])[:, ~level]
    across = list(map(Ruling, y.tolist(), along_x.min(axis=0).tolist(), along_x.max(axis=0).tolist()))
    down = list(map(Ruling, x.tolist(), along_y.min(axis=0).tolist(), along_y.max(axis=0).tolist()))
    return across, down


def merged(rulings: Sequence[Ruling], gap: float = GAP) -> list[Ruling]:
    """Rulings on one line become one where they meet or nearly meet."""
    out: list[Ruling] = []
    group: list[Ruling] = []
    for r in sorted(rulings, key=_AT):
        if group and r.at - group[-1].at > SNAP:
            out += _joined(group, gap)
            group = []
        group.append(r)
    return out + (_joined(group, gap) if group else [])


def _joined(group: Sequence[Ruling], gap: float) -> list[Ruling]:
    at = sum(r.at * (r.end - r.start + 0.1) for r in group) / sum(r.end - r.start + 0.1 for r in group)
    out: list[Ruling] = []
    for r in sorted(group, key=_START):
        if out and r.start - out[-1].end <= gap:
            out[-1] = Ruling(at, out[-1].start, max(out[-1].end, r.end))
        else:
            out.append(Ruling(at, r.start, r.end))
    return [r for r in out if r.end - r.start >= SHORTEST]


def grids(
    horizontal: Sequence[Ruling],
    vertical: Sequence[Ruling],
    foot: float = float("inf"),
    gap: float = GAP,
    touch: float = TOUCH,
) -> list[Grid]:
    """The tables that the rulings of a page draw, top to bottom; below `foot` a row of two cells is one, for
    it may go on on the next page. `gap` and `touch`: how badly rulings may be drawn.
    """
    across, down = merged(horizontal, gap), merged(vertical, gap)
    parents = list(range(len(across) + len(down)))

    def root(i: int) -> int:
        while parents[i] != i:
            parents[i] = parents[parents[i]]
            i = parents[i]
        return i

    for i, h in enumerate(across):
        for j, v in enumerate(down):
            if h.start - touch <= v.at <= h.end + touch and v.start - touch <= h.at <= v.end + touch:
                parents[root(i)] = root(len(across) + j)
    groups: dict[int, tuple[list[Ruling], list[Ruling]]] = {}
    for i in range(len(parents)):
        sides = groups.setdefault(root(i), ([], []))
        if i < len(across):
            sides[0].append(across[i])
        else:
            sides[1].append(down[i - len(across)])
    alone = [v for h, vs in groups.values() if not h for v in vs]
    found = [
        g
        for h, v in groups.values()
        if h and (g := _grid(h, [*v, *(a for a in alone if _along(a, v))], foot)) is not None
    ]
    return sorted(found, key=lambda g: (g.ys[0], g.xs[0]))


def _along(alone: Ruling, down: Sequence[Ruling]) -> bool:
    """Does a vertical ruling that meets none run along a grid's others? It is the side of a merged cell that
    fills the whole page.
    """
    if not down:
        return False
    top, bottom = min(v.start for v in down), max(v.end for v in down)
    return abs(alone.start - top) <= ALONG and abs(alone.end - bottom) <= ALONG


def _grid(across: Sequence[Ruling], down: Sequence[Ruling], foot: float) -> Grid | None:
    """One connected group of rulings as a grid; None where it draws no table."""
    if len(across) < 2 or not down:
        return None
    left, right = min(h.start for h in across), max(h.end for h in across)
    top, bottom = min(v.start for v in down), max(v.end for v in down)
    xs = marks([v.at for v in down] + [left, right])
    ys = marks([h.at for h in across] + [top, bottom])
    n_rows, n_cols = len(ys) - 1, len(xs) - 1
    if n_rows < 1 or n_cols < 1:
        return None
    cells = _cells(xs, ys, across, down)
    least = LEAST_CELLS if ys[0] < foot else LEAST_CELLS_AT_FOOT
    if len(cells) < least or (n_cols < 2 and n_rows < 2):
        return None
    return Grid(tuple(xs), tuple(ys), tuple(cells))


def marks(values: Sequence[float]) -> list[float]:
    """Borders nearer to the next than `TOUCH` are one, at their mean; in order."""
    out: list[list[float]] = []
    for v in sorted(values):
        if out and v - out[-1][-1] <= TOUCH:
            out[-1].append(v)
        else:
            out.append([v])
    return [sum(g) / len(g) for g in out]


def _cells(
    xs: Sequence[float], ys: Sequence[float], across: Sequence[Ruling], down: Sequence[Ruling]
) -> list[tuple[int, int, int, int]]:
    """Boxes of the grid without a wall between them are one cell; what is no rectangle is cut into rows of
    it.
    """
    n_rows, n_cols = len(ys) - 1, len(xs) - 1
    walls = _covered(xs, ys, down).T.tolist()
    floors = _covered(ys, xs, across).tolist()
    seen = [[False] * n_cols for _ in range(n_rows)]
    out = []
    for i in range(n_rows):
        for j in range(n_cols):
            if seen[i][j]:
                continue
            width = 1
            while j + width < n_cols and not walls[i][j + width] and not seen[i][j + width]:
                width += 1
            height = 1
            while i + height < n_rows and _opens(i + height, j, width, walls, floors, seen):
                height += 1
            for a in range(i, i + height):
                for b in range(j, j + width):
                    seen[a][b] = True
            out.append((i, j, height, width))
    return out


def _opens(
    row: int,
    col: int,
    width: int,
    walls: Sequence[Sequence[bool]],
    floors: Sequence[Sequence[bool]],
    seen: Sequence[Sequence[bool]],
) -> bool:
    """Does the stretch above go on into this row: no floor above it, no wall inside it, and not both walls
    beside it at an end?
    """
    sides = (col, col + width)
    if all(walls[row - 1][k] and not walls[row][k] for k in sides):
        return False
    columns = range(col, col + width)
    inside = any(walls[row][j] for j in range(col + 1, col + width))
    return not inside and not any(floors[row][j] or seen[row][j] for j in columns)


def _covered(
    borders: Sequence[float], cuts: Sequence[float], rulings: Sequence[Ruling]
) -> npt.NDArray[np.bool_]:
    """For each border and each stretch between two cuts: do the border's rulings cover most of it?"""
    at, start, end = np.array(rulings).T
    cut = np.array(cuts)
    shares = np.minimum(end[:, None], cut[1:]) - np.maximum(start[:, None], cut[:-1])
    of = np.abs(np.array(borders)[:, None] - at) <= TOUCH
    covered: npt.NDArray[np.bool_] = of @ np.maximum(shares, 0.0) >= COVERED * (cut[1:] - cut[:-1])
    return covered


def tables(
    found: Sequence[Grid], chars: Sequence[Char], page: int, reader: str
) -> tuple[list[Table], list[Char]]:
    """The grids with their texts, and the characters outside all of them."""
    inside: list[dict[int, list[Char]]] = [{} for _ in found]
    outside = list(chars)
    for g, held in zip(found, inside, strict=True):
        if not outside:
            break
        numbers = cells_of(g, outside)
        for n, c in zip(numbers, outside, strict=True):
            if n >= 0:
                held.setdefault(n, []).append(c)
        outside = [c for n, c in zip(numbers, outside, strict=True) if n < 0]
    out = []
    for k, g in enumerate(found):
        if not inside[k]:
            continue
        cells = tuple(
            Cell(
                "\n".join(text_lines(held)), r, c, rows, cols, page=page,
                box=(
                    round(g.xs[c], 2), round(g.ys[r], 2), round(g.xs[c + cols], 2), round(g.ys[r + rows], 2),
                ),
            )
            for n, whole in enumerate(g.cells)
            for (r, c, rows, cols), held in parts(g, whole, inside[k].get(n, []))
        )  # fmt: skip
        out.append(Table(cells, len(g.ys) - 1, len(g.xs) - 1, reader, True, page, tuple(g.xs)))
    return out, outside


Span = tuple[int, int, int, int]


def parts(grid: Grid, cell: Span, chars: Sequence[Char]) -> list[tuple[Span, list[Char]]]:
    """A cell whose text shows that rulings inside it were lost is cut; any other stays whole."""
    return [piece for part, held in _bands(grid, cell, chars) for piece in _stripes(grid, part, held)]


def _bands(grid: Grid, cell: Span, chars: Sequence[Char]) -> list[tuple[Span, list[Char]]]:
    """Over several rows: texts that stand in the middle of each row. A merged cell's text stands in its own
    middle, or at its top.
    """
    row, col, rows, cols = cell
    if rows == 1 or len(chars) < rows:
        return [(cell, list(chars))]
    parts: list[list[Char]] = [[] for _ in range(rows)]
    for c in chars:
        parts[min(max(bisect_right(grid.ys, (c.top + c.bottom) / 2) - 1 - row, 0), rows - 1)].append(c)
    for i, part in enumerate(parts):
        if not part:
            return [(cell, list(chars))]
        top, bottom = grid.ys[row + i], grid.ys[row + i + 1]
        middle = (min(c.top for c in part) + max(c.bottom for c in part)) / 2
        if abs(middle - (top + bottom) / 2) > OFF_CENTRE * (bottom - top):
            return [(cell, list(chars))]
    if _one_text(parts):
        return [(cell, list(chars))]
    return [((row + i, col, 1, cols), part) for i, part in enumerate(parts)]


def _one_text(parts: Sequence[Sequence[Char]]) -> bool:
    """Do the lines follow each other over the rows' borders as closely as lines of one text do?"""
    lines = [lines_of(part) for part in parts]
    between = min(b[0][0].base - a[-1][0].base for a, b in pairwise(lines))
    within = [b[0].base - a[0].base for held in lines for a, b in pairwise(held)]
    return between <= (
        CLOSE * max(within) if within else LEADING * max(c.size for part in parts for c in part)
    )


def _stripes(grid: Grid, cell: Span, chars: Sequence[Char]) -> list[tuple[Span, list[Char]]]:
    """Over several columns: texts that keep clear of a border inside, wider than they keep apart in
    themselves.

    A merged cell's text runs over the borders, or is set wide as a whole (`总　分`).
    """
    row, col, rows, cols = cell
    for at in range(1, cols):
        x = grid.xs[col + at]
        left = [c for c in chars if (c.x0 + c.x1) / 2 < x]
        right = [c for c in chars if (c.x0 + c.x1) / 2 >= x]
        if min(len(left), len(right)) < FEWEST_BESIDE:
            continue
        gap = min(c.x0 for c in right) - max(c.x1 for c in left)
        crosses = max(c.x1 for c in left) > x + 0.5 or min(c.x0 for c in right) < x - 0.5
        if not crosses and gap >= max(CLEAR * left[0].size, WIDER * max(_widest(left), _widest(right))):
            return [((row, col, rows, at), left), *_stripes(grid, (row, col + at, rows, cols - at), right)]
    return [(cell, list(chars))]


def _widest(chars: Sequence[Char]) -> float:
    """The widest gap between neighbours of a line, in points."""
    return max((b.x0 - a.x1 for line in lines_of(chars) for a, b in pairwise(line)), default=0.0)


def cells_of(grid: Grid, chars: Sequence[Char]) -> list[int]:
    """The number of the cell that each character's middle is in, -1 where it is outside the grid."""
    owner = np.zeros((len(grid.ys) - 1, len(grid.xs) - 1), int)
    for n, (r, c, rows, cols) in enumerate(grid.cells):
        owner[r : r + rows, c : c + cols] = n
    _, x0, top, x1, bottom, *_ = zip(*chars, strict=True)
    x, y = (np.array(x0) + x1) / 2, (np.array(top) + bottom) / 2
    left, upper, right, lower = grid.box
    cols = np.clip(np.searchsorted(grid.xs, x, "right") - 1, 0, owner.shape[1] - 1)
    rows_ = np.clip(np.searchsorted(grid.ys, y, "right") - 1, 0, owner.shape[0] - 1)
    within = (left <= x) & (x <= right) & (upper <= y) & (y <= lower)
    found: list[int] = np.where(within, owner[rows_, cols], -1).tolist()
    return found


def lines_of(chars: Sequence[Char]) -> list[list[Char]]:
    """Characters by their baselines, top to bottom, each line from left to right."""
    out: list[list[Char]] = []
    last: Char | None = None
    for c in sorted(chars, key=_BASE):
        if last and c.base - last.base <= SAME_LINE * max(c.size, last.size, 1.0):
            out[-1].append(c)
        else:
            out.append([c])
        last = c
    for line in out:
        line.sort(key=_LEFT)
    return out


def text_lines(chars: Sequence[Char]) -> list[str]:
    """The text of each line, with a space where Latin words stand apart."""
    out = []
    for line in lines_of(chars):
        text = [line[0].text]
        for a, b in pairwise(line):
            if b.x0 - a.x1 > WORD_GAP * max(a.size, 1.0):
                text.append(" ")
            text.append(b.text)
        out.append("".join(text))
    return out
