"""Tables inside cells → one grid: the outer cell gives way to the rows and columns of what is in it.

Comes in: a table's cells and, for some of them, the tables that they hold. Goes out: the cells of one grid
without a hole: outer rows and columns are split where an inner table needs more of them, and every other cell
spans what it spanned before. The text of a cell beside its inner table becomes a row above it. Nothing is
refused; what is too small to be a table is not for here (`is_data`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import accumulate

from pipeline.model.cells import Cell, Table

LEAST_ROWS, LEAST_COLS, LEAST_TEXTS = 2, 2, 4  # less inside a cell only arranges its text


def is_data(table: Table) -> bool:
    """Is a table inside a cell one with rows and columns, rather than a way to arrange some words?"""
    texts = sum(1 for c in table.cells if c.text.strip())
    return table.n_rows >= LEAST_ROWS and table.n_cols >= LEAST_COLS and texts >= LEAST_TEXTS


def opened(outer: Table, inner: Mapping[int, Sequence[Table]]) -> Table:
    """The outer table with `inner[i]`, the tables of its i-th cell, in place of that cell."""
    boxes = {i: _stacked(outer.cells[i].text, tables) for i, tables in inner.items() if tables}
    if not boxes:
        return outer
    heights, widths = [1] * outer.n_rows, [1] * outer.n_cols
    for i, box in boxes.items():
        cell = outer.cells[i]
        _widen(heights, cell.row, cell.row_span, box.n_rows)
        _widen(widths, cell.col, cell.col_span, box.n_cols)
    tops, lefts = [0, *accumulate(heights)], [0, *accumulate(widths)]
    cells: list[Cell] = []
    for i, cell in enumerate(outer.cells):
        row, col = tops[cell.row], lefts[cell.col]
        rows, cols = tops[cell.row + cell.row_span] - row, lefts[cell.col + cell.col_span] - col
        if i in boxes:
            cells += _fitted(boxes[i], row, col, rows, cols)
        else:
            cells.append(replace(cell, row=row, col=col, row_span=rows, col_span=cols))
    return replace(
        outer, cells=tuple(sorted(cells, key=lambda c: (c.row, c.col))), n_rows=tops[-1], n_cols=lefts[-1]
    )


def _widen(sizes: list[int], start: int, span: int, wanted: int) -> None:
    """Makes the last row or column of a span larger until there is room."""
    sizes[start + span - 1] += max(0, wanted - sum(sizes[start : start + span]))


def _fitted(box: Table, row: int, col: int, rows: int, cols: int) -> list[Cell]:
    """A table's cells at their place, the last row and column filling what room is left."""
    out = []
    for c in box.cells:
        high = rows - c.row if c.row + c.row_span >= box.n_rows else c.row_span
        wide = cols - c.col if c.col + c.col_span >= box.n_cols else c.col_span
        out.append(replace(c, row=row + c.row, col=col + c.col, row_span=high, col_span=wide))
    return out


def _stacked(text: str, tables: Sequence[Table]) -> Table:
    """A cell's text and its tables one under the other, all as wide as the widest."""
    n_cols = max(t.n_cols for t in tables)
    cells = [Cell(text, 0, 0, 1, n_cols)] if text.strip() else []
    row = len(cells)
    for table in tables:
        cells += _fitted(table, row, 0, table.n_rows, n_cols)
        row += table.n_rows
    return replace(tables[0], cells=tuple(cells), n_rows=row, n_cols=n_cols)
