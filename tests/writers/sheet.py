"""A form as it is laid out on paper, before any file format: titles, notes and a grid of merged cells.

Comes in: rows of pieces from a template. Goes out: a `Sheet`, whose cells know their place, spans and
meaning, so that a writer can print it and a damage can pick the cell that it tears. It refuses a grid with
holes or overlapping cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WCell:
    """One cell; `role` is the truth field that it prints (`level1`, `name`, `weight`, …) or the kind of label
    that it is.
    """

    text: str
    row: int
    col: int
    row_span: int = 1
    col_span: int = 1
    role: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One form: lines above the grid, the grid, and the row numbers (from 0) that hold one indicator each."""

    titles: tuple[str, ...]
    notes: tuple[str, ...]
    cells: tuple[WCell, ...]
    n_rows: int
    n_cols: int
    indicator_rows: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """A cell that is not placed yet: text, spans and role."""

    text: str
    cols: int = 1
    rows: int = 1
    role: str = ""


def placed(rows: Sequence[Sequence[Piece]], n_cols: int) -> tuple[WCell, ...]:
    """Puts the pieces of each row into the first free columns, as an HTML table does.

    Raises ValueError where a row does not fill the grid's `n_cols` columns exactly.
    """
    taken: set[tuple[int, int]] = set()
    out = []
    for r, row in enumerate(rows):
        col = 0
        for piece in row:
            while (r, col) in taken:
                col += 1
            out.append(WCell(piece.text, r, col, piece.rows, piece.cols, piece.role))
            for rr in range(r, r + piece.rows):
                for cc in range(col, col + piece.cols):
                    if (rr, cc) in taken or cc >= n_cols or rr >= len(rows):
                        raise ValueError(
                            f"row {r}: {piece.text!r} overlaps or leaves the grid of {len(rows)} × {n_cols}"
                        )
                    taken.add((rr, cc))
            col += piece.cols
        if missing := [c for c in range(n_cols) if (r, c) not in taken]:
            raise ValueError(f"row {r} leaves columns {missing} empty")
    return tuple(out)


def lattice(sheet: Sheet) -> list[list[WCell]]:
    """For every row and column the cell that covers it."""
    grid: list[list[WCell | None]] = [[None] * sheet.n_cols for _ in range(sheet.n_rows)]
    for cell in sheet.cells:
        for r in range(cell.row, cell.row + cell.row_span):
            for c in range(cell.col, cell.col + cell.col_span):
                grid[r][c] = cell
    return [[c for c in row if c is not None] for row in grid]


def spread(total: int, least: Sequence[int], stretch: Sequence[int]) -> list[int]:
    """Column spans that sum to `total`: at least `least` each, the rest dealt out in turn to the places in
    `stretch`.
    """
    spans = list(least)
    for extra in range(total - sum(spans)):
        spans[stretch[extra % len(stretch)]] += 1
    return spans
