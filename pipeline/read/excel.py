"""Excel (.xlsx and .xls) → tables.

Comes in: the bytes of a workbook. Goes out: per visible sheet one table with its merged ranges, every cell's text as the sheet
shows it: by its number format (0.88 under `0%` is `88%`), dates as dates, formulas by their stored value. Hidden sheets are
left out and said so (`hidden_sheets_skipped`); hidden rows stay, for their figures are part of the sums. Refused: locked or
broken workbooks.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping

import openpyxl
import xlrd
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet
from xlrd.compdoc import CompDocError

from pipeline.errors import Code, error
from pipeline.flags import Flag
from pipeline.model import Cell, Reading, Table
from pipeline.read.number_format import shown

XLSX_READER, XLS_READER = "xlsx", "xls"
MOST_ROWS, MOST_COLS = 20_000, 400
# what xlrd raises on bytes that are no workbook
_BROKEN_XLS = (CompDocError, struct.error, AssertionError, IndexError, KeyError, ValueError, TypeError, OverflowError, MemoryError)

Span = tuple[int, int, int, int]  # first row, first column, rows, columns


def read_xlsx(data: bytes, name: str, media_type: str) -> Reading:
    """Reads a .xlsx.

    Raises:
        PipelineError: `damaged` where openpyxl cannot open it.
    """
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        zlib.error,
        KeyError,
        ValueError,
        TypeError,
        EOFError,
        OSError,
        AttributeError,
    ) as exception:
        raise error(Code.DAMAGED, name, f"the workbook cannot be opened ({exception})") from exception
    try:
        sheets = [s for s in book.worksheets if s.sheet_state == "visible"]
        tables = [t for s in sheets if (t := _sheet(dict(_xlsx_texts(s)), _xlsx_spans(s), XLSX_READER)) is not None]
        hidden = len(book.worksheets) > len(sheets)
    finally:
        book.close()
    return Reading(tuple(tables), media_type, XLSX_READER, flags=(Flag.HIDDEN_SHEETS_SKIPPED.value,) if hidden else ())


def read_xls(data: bytes, name: str, media_type: str) -> Reading:
    """Reads a .xls.

    Raises:
        PipelineError: `encrypted` where a password is needed, `damaged` where xlrd cannot open it.
    """
    try:
        book = xlrd.open_workbook(file_contents=data, formatting_info=True)
    except xlrd.XLRDError as exception:
        locked = "encrypted" in str(exception).lower()
        raise error(Code.ENCRYPTED if locked else Code.DAMAGED, name, f"the workbook cannot be opened ({exception})") from exception
    except _BROKEN_XLS as exception:
        raise error(Code.DAMAGED, name, "the workbook cannot be opened") from exception
    sheets = [s for s in book.sheets() if s.visibility == 0]
    tables = []
    for sheet in sheets:
        spans = [(r0, c0, r1 - r0, c1 - c0) for r0, r1, c0, c1 in sheet.merged_cells]
        table = _sheet(dict(_xls_texts(book, sheet)), spans, XLS_READER)
        if table is not None:
            tables.append(table)
    hidden = len(sheets) < book.nsheets
    return Reading(tuple(tables), media_type, XLS_READER, flags=(Flag.HIDDEN_SHEETS_SKIPPED.value,) if hidden else ())


def _sheet(texts: Mapping[tuple[int, int], str], spans: list[Span], reader: str) -> Table | None:
    """The used part of a sheet as one table; None for a sheet without a text."""
    used = [place for place, text in texts.items() if text.strip()]
    if not used:
        return None
    n_rows, n_cols = max(r for r, _ in used) + 1, max(c for _, c in used) + 1
    covered: dict[tuple[int, int], bool] = {}
    cells = []
    for r, c, rows, cols in spans:
        rows, cols = min(rows, n_rows - r), min(cols, n_cols - c)
        if rows < 1 or cols < 1:
            continue
        covered.update({(a, b): True for a in range(r, r + rows) for b in range(c, c + cols)})
        cells.append(Cell(texts.get((r, c), ""), r, c, rows, cols))
    cells += [Cell(texts.get((r, c), ""), r, c) for r in range(n_rows) for c in range(n_cols) if (r, c) not in covered]
    return Table(tuple(sorted(cells, key=lambda cell: (cell.row, cell.col))), n_rows, n_cols, reader, True)


def _xlsx_spans(sheet: Worksheet) -> list[Span]:
    return [(m.min_row - 1, m.min_col - 1, m.max_row - m.min_row + 1, m.max_col - m.min_col + 1) for m in sheet.merged_cells.ranges]


def _xlsx_texts(sheet: Worksheet) -> Iterator[tuple[tuple[int, int], str]]:
    for row in sheet.iter_rows(max_row=min(sheet.max_row, MOST_ROWS), max_col=min(sheet.max_column, MOST_COLS)):
        for cell in row:
            if cell.value is not None:
                yield (cell.row - 1, cell.column - 1), shown(cell.value, cell.number_format or "General")


def _xls_texts(book: xlrd.Book, sheet: xlrd.sheet.Sheet) -> Iterator[tuple[tuple[int, int], str]]:
    for r in range(min(sheet.nrows, MOST_ROWS)):
        for c in range(min(sheet.row_len(r), MOST_COLS)):
            cell = sheet.cell(r, c)
            if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK, xlrd.XL_CELL_ERROR):
                continue
            style = book.format_map[book.xf_list[cell.xf_index].format_key].format_str
            value: object = cell.value
            if cell.ctype == xlrd.XL_CELL_DATE:
                try:
                    value = xlrd.xldate.xldate_as_datetime(cell.value, book.datemode)
                except (xlrd.xldate.XLDateError, OverflowError, ValueError):
                    value = cell.value
            elif cell.ctype == xlrd.XL_CELL_BOOLEAN:
                value = bool(cell.value)
            yield (r, c), shown(value, style)
