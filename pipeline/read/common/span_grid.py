"""Rows of cells with row and column spans → a grid, as browsers lay it out.

Comes in: per row the cells with the spans that the markup gives them, and the row group that each row stands
in. Goes out: cells with their place. A cell takes the first column that no cell from above covers; a span
that would run into such a cell, past its row group or past the table's own width is cut there (HTML Living
Standard, 4.9.12.1, but with overlaps cut instead of laid over each other). Refused (None): tables wider than
`MAX_COLS`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.model.cells import Cell

MAX_COLS = 1000  # also the largest colspan that the HTML standard allows


@dataclass(frozen=True, slots=True)
class SpanCell:
    """A cell before it has a place: `row_span` 0 means down to the end of the row group."""

    text: str
    row_span: int = 1
    col_span: int = 1
    line_start: int | None = None
    line_end: int | None = None


Placed = tuple[tuple[Cell, ...], int]


def place(rows: Sequence[Sequence[SpanCell]], groups: Sequence[int]) -> Placed | None:
    """The cells at their places, in reading order, and the number of columns; `groups[i]` is the group of row
    i.

    Rows without any cell are rows, unless the table has fewer holes without them: some programs write them
    where their own row spans do not count them.
    """
    whole = _laid(rows, groups)
    kept = [n for n, row in enumerate(rows) if row]
    if whole is None or len(kept) == len(rows):
        return whole
    bare = _laid([rows[n] for n in kept], [groups[n] for n in kept])
    return bare if bare is not None and _holes(bare, range(len(kept))) < _holes(whole, kept) else whole


def _holes(placed: Placed, rows: Iterable[int]) -> int:
    """Places in these rows that no cell covers."""
    cells, n_cols = placed
    wanted = set(rows)
    covered = sum(c.col_span * sum(r in wanted for r in range(c.row, c.row + c.row_span)) for c in cells)
    return len(wanted) * n_cols - covered


def _laid(rows: Sequence[Sequence[SpanCell]], groups: Sequence[int]) -> Placed | None:
    group_end = _group_ends(groups)
    covered: list[int] = []  # per column, the first row that no cell from above covers
    placed: list[tuple[SpanCell, int, int, int, int]] = []
    for r, row in enumerate(rows):
        col = 0
        for cell in row:
            while col < len(covered) and covered[col] > r:
                col += 1
            if col >= MAX_COLS:
                return None
            height = group_end[r] - r if cell.row_span == 0 else min(cell.row_span, group_end[r] - r)
            width = _free_width(covered, r, col, min(max(1, cell.col_span), MAX_COLS - col))
            if col + width > len(covered):
                covered.extend([0] * (col + width - len(covered)))
            covered[col : col + width] = [r + height] * width
            placed.append((cell, r, col, height, width))
            col += width
    n_cols = _real_width(placed)
    cells = tuple(
        Cell(c.text, r, col, height, min(width, n_cols - col), line_start=c.line_start, line_end=c.line_end)
        for c, r, col, height, width in placed
    )
    return cells, n_cols


def _group_ends(groups: Sequence[int]) -> list[int]:
    ends = [0] * len(groups)
    end = len(groups)
    for r in range(len(groups) - 1, -1, -1):
        if r + 1 < len(groups) and groups[r + 1] != groups[r]:
            end = r + 1
        ends[r] = end
    return ends


def _free_width(covered: Sequence[int], row: int, col: int, wanted: int) -> int:
    for width in range(1, wanted):
        if col + width < len(covered) and covered[col + width] > row:
            return width
    return wanted


def _real_width(placed: Sequence[tuple[SpanCell, int, int, int, int]]) -> int:
    """The columns of the table: a cell alone in its row does not widen it by a generous colspan."""
    per_row: dict[int, int] = {}
    for _, r, _, _, _ in placed:
        per_row[r] = per_row.get(r, 0) + 1
    widths = [col + width for _, r, col, _, width in placed if per_row[r] > 1]
    starts = [col + 1 for _, _, col, _, _ in placed]
    return max(widths + starts, default=0)
