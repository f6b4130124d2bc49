"""Printed forms → a .xlsx: one under the other, side by side, or each on a sheet of its own.

Comes in: sheets with their merged cells and the way to arrange them. Goes out: the bytes of a workbook as
openpyxl writes it. It refuses nothing.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from tests.writers.sheet import Sheet

ARRANGEMENTS = ("stacked", "side by side", "sheets")


def written(sheets: Sequence[Sheet], arrangement: str) -> bytes:
    """The forms; a blank row or column parts those on one sheet."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    row = col = 0
    for sheet in sheets:
        if arrangement == "sheets" or not book.worksheets:
            book.create_sheet()
            row = col = 0
        height = _put(book.worksheets[-1], sheet, row, col)
        row += height + 1 if arrangement == "stacked" else 0
        col += sheet.n_cols + 1 if arrangement == "side by side" else 0
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _put(target: Worksheet, sheet: Sheet, row: int, col: int) -> int:
    """Writes a form with its upper left corner there and gives the rows that it takes; titles go over its
    width.
    """
    for line in (*sheet.titles, *sheet.notes):
        row += 1
        target.cell(row, col + 1, line)
        target.merge_cells(start_row=row, end_row=row, start_column=col + 1, end_column=col + sheet.n_cols)
    for cell in sheet.cells:
        r, c = row + cell.row + 1, col + cell.col + 1
        place = target.cell(r, c, cell.text or None)
        if cell.text.startswith("="):  # a text all the same
            place.data_type = "s"
        if cell.row_span > 1 or cell.col_span > 1:
            target.merge_cells(
                start_row=r, end_row=r + cell.row_span - 1, start_column=c, end_column=c + cell.col_span - 1
            )
    return len(sheet.titles) + len(sheet.notes) + sheet.n_rows
