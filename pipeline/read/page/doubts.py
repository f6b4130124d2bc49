"""Where the cells of a page stand, doubted by geometry alone.

Comes in: the tables that were found on a page, its characters and rulings. Goes out: the kinds of doubt. What
the texts say, and whether figures add up, is no doubt about where they stand: most sums that do not close are
the form's own fault. Nor is it one that a table has other columns than the page before: of 49 sound documents
31 begin another form there. It refuses nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import pairwise

from pipeline.read.page.lattice import Char, Grid, Ruling, Span, cells_of, lines_of, parts

ACROSS = 0.25  # of a character's size: so far it stands on both sides of a wall
CLEAR = 0.35  # of the character's size: how far texts of two cells keep from each other
WIDE_GAP = 1.2  # of the character's size: a gap that parts columns where no ruling does
FEWEST_BESIDE = 3  # texts beside each other that are a row of a table


class Doubt(StrEnum):
    """Why the cells of a page may not be those that are drawn."""

    OUTSIDE = "outside"
    """Texts stand beside each other between the page's rulings, in no cell."""
    ACROSS = "across"
    """A character stands on both sides of a wall between two cells."""
    BESIDE = "beside"
    """Texts stand on both sides of a border, clear of it, and no wall is between them."""


def doubts_of(
    found: Sequence[Grid], chars: Sequence[Char], across: Sequence[Ruling], down: Sequence[Ruling]
) -> frozenset[Doubt]:
    """What is doubtful on a page."""
    out = set()
    outside = list(chars)
    for grid in found:
        if not outside:
            break
        owners = cells_of(grid, outside)
        held: dict[int, list[Char]] = {}
        for owner, char in zip(owners, outside, strict=True):
            held.setdefault(owner, []).append(char)
        outside = held.pop(-1, [])
        if any(_beside(grid, span, text) for span, text in _wide_cells(grid, held)):
            out.add(Doubt.BESIDE)
        if any(_over_a_wall(grid, grid.cells[n], text) for n, text in held.items()):
            out.add(Doubt.ACROSS)
    if (across or down) and _rows_between(outside, across, down):
        out.add(Doubt.OUTSIDE)
    return frozenset(out)


def _wide_cells(grid: Grid, held: dict[int, list[Char]]) -> Iterator[tuple[Span, list[Char]]]:
    for n, text in held.items():
        if grid.cells[n][3] > 1:
            yield from parts(grid, grid.cells[n], text)


def _beside(grid: Grid, cell: Span, chars: Sequence[Char]) -> bool:
    return bool(chars) and any(_clear(x, chars) for x in grid.xs[cell[1] + 1 : cell[1] + cell[3]])


def _clear(x: float, chars: Sequence[Char]) -> bool:
    """Do texts stand on both sides of a border, and clear of it?"""
    left = [c.x1 for c in chars if c.x0 + c.x1 < 2 * x]
    right = [c.x0 for c in chars if c.x0 + c.x1 >= 2 * x]
    if not left or not right:
        return False
    return max(left) <= x <= min(right) and min(right) - max(left) >= CLEAR * chars[0].size


def _over_a_wall(grid: Grid, cell: Span, chars: Sequence[Char]) -> bool:
    left, right = grid.xs[cell[1]], grid.xs[cell[1] + cell[3]]
    return any(c.x0 < left - ACROSS * c.size or c.x1 > right + ACROSS * c.size for c in chars)


def _rows_between(chars: Sequence[Char], across: Sequence[Ruling], down: Sequence[Ruling]) -> bool:
    """Do texts stand beside each other between the highest and the lowest ruling?"""
    ends = [r.at for r in across] + [y for r in down for y in (r.start, r.end)]
    top, bottom = min(ends), max(ends)
    for line in lines_of([c for c in chars if top < c.base < bottom]):
        gaps = sum(b.x0 - a.x1 > WIDE_GAP * max(a.size, 1.0) for a, b in pairwise(line))
        if gaps >= FEWEST_BESIDE - 1:
            return True
    return False


def cut(grid: Grid, chars: Sequence[Char]) -> Grid:
    """The grid with its cells cut at every border that texts keep clear of."""
    held: dict[int, list[Char]] = {}
    for owner, char in zip(cells_of(grid, chars), chars, strict=True):
        held.setdefault(owner, []).append(char)
    cells = [piece for n, cell in enumerate(grid.cells) for piece in _pieces(grid, cell, held.get(n, []))]
    return Grid(grid.xs, grid.ys, tuple(cells))


def _pieces(grid: Grid, cell: Span, chars: Sequence[Char]) -> Iterator[Span]:
    row, col, rows, cols = cell
    start = col
    for at in range(col + 1, col + cols):
        if chars and _clear(grid.xs[at], chars):
            yield row, start, rows, at - start
            start = at
    yield row, start, rows, col + cols - start
