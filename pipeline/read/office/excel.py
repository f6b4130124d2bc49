"""Excel (.xlsx, .xls, and workbooks in one XML) → tables.

Comes in: the bytes of a workbook. Goes out: per visible sheet one table with its merged ranges, every cell's
text as the sheet shows it: by its number format (0.88 under `0%` is `88%`), dates as dates, formulas by their
stored value, errors as `#REF!`. Hidden sheets are left out and said so (`hidden_sheets_skipped`); hidden rows
stay, for their figures are part of the sums; formulas without a stored value are blank and said so
(`values_missing`). Refused: locked or broken workbooks.
"""

from __future__ import annotations

import datetime
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation

import openpyxl
import xlrd
from lxml import etree
from openpyxl.cell.cell import Cell as OpenCell
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet
from xlrd.compdoc import CompDocError

from pipeline.model.cells import Cell, Problem, Reading, Table
from pipeline.model.errors import Code, error
from pipeline.model.flags import Flag
from pipeline.read.office.number_format import shown
from pipeline.read.office.ole import workbook

XLSX_READER, XLS_READER = "xlsx", "xls"
MOST_ROWS, MOST_COLS = 20_000, 400
MOST_BYTES = 400_000_000  # unpacked size of a workbook
LONGEST_GAP = 20  # blank rows or columns between texts: more say nothing more
LEAST_BESIDE = 3  # columns and rows with text that each of two tables side by side has
STRICT = (  # the names that the strict kind of these files has for the usual ones (ISO/IEC 29500-1)
    (
        b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    ),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
)
# what openpyxl and xlrd raise on bytes that are no workbook
_ODD = (LookupError, InvalidOperation, ValueError, TypeError, RuntimeError)
_BROKEN_XLSX = (
    *_ODD,
    SyntaxError,
    InvalidFileException,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    AttributeError,
)
_BROKEN_XLS = (*_ODD, CompDocError, struct.error, AssertionError, OverflowError, MemoryError)
_SHEET_PART = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_UNSTORED = re.compile(rb"<c\b[^>]*>\s*<f\b[^>]*(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>")
_DRAWINGS = re.compile(rb"<(?:legacyDrawing|drawing|picture)\b[^>]*/>")
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")

_SS = "{urn:schemas-microsoft-com:office:spreadsheet}"
_XL = "{urn:schemas-microsoft-com:office:excel}"
NAMED_FORMATS: Mapping[str, str] = {  # as workbooks in one XML call them
    "Percent": "0.00%", "Fixed": "0.00", "Standard": "#,##0.00", "General Number": "General",
    "Currency": "#,##0.00", "Short Date": "yyyy-mm-dd", "Long Date": "yyyy-mm-dd",
    "Medium Date": "yyyy-mm-dd", "General Date": "yyyy-mm-dd",
}  # fmt: skip

Span = tuple[int, int, int, int]  # first row, first column, rows, columns


def read_xlsx(data: bytes, name: str, media_type: str) -> Reading:
    """Reads a .xlsx.

    Raises:
        PipelineError: `damaged` where openpyxl cannot open it, `too_large` where it unpacks beyond bounds.
    """
    try:
        usual, unstored = _prepared(data, name)
        book = openpyxl.load_workbook(io.BytesIO(usual), data_only=True, keep_links=False)
    except _BROKEN_XLSX as exception:
        raise error(Code.DAMAGED, name, f"the workbook cannot be opened ({exception})") from exception
    problems: list[Problem] = []
    if unstored:
        problems.append(
            Problem(Code.VALUES_MISSING, f"{unstored} formulas have no stored value; their cells are blank")
        )
    try:
        sheets = [s for s in book.worksheets if s.sheet_state == "visible"]
        tables: list[Table] = []
        for sheet in sheets:
            table, cut = _sheet(dict(_xlsx_texts(sheet)), _xlsx_spans(sheet), XLSX_READER)
            tables += _beside(table) if table is not None else []
            problems += _too_far(cut)
        hidden = len(book.worksheets) > len(sheets)
    finally:
        book.close()
    flags = (Flag.HIDDEN_SHEETS_SKIPPED.value,) if hidden else ()
    return Reading(tuple(tables), media_type, XLSX_READER, flags=flags, problems=tuple(problems))


def _prepared(data: bytes, name: str) -> tuple[bytes, int]:
    """The workbook in the usual names, without drawings, over which openpyxl may stumble; and how many
    formulas lack a value.
    """
    out, unstored = io.BytesIO(), 0
    with zipfile.ZipFile(io.BytesIO(data)) as package, zipfile.ZipFile(out, "w") as made:
        infos = package.infolist()
        if sum(info.file_size for info in infos) > MOST_BYTES:
            raise error(Code.TOO_LARGE, name, "the workbook unpacks to more than 400 MB")
        for info in infos:
            content = package.read(info)
            for strict, usual in STRICT:
                content = content.replace(strict, usual)
            if _SHEET_PART.fullmatch(info.filename):
                unstored += sum(
                    1 for m in _UNSTORED.finditer(content) if not (b't="str"' in m[0] and b"<v" in m[0])
                )  # a stored empty text
                content = _DRAWINGS.sub(b"", content)
            made.writestr(info.filename, content)
    return out.getvalue(), unstored


def _too_far(cut: int) -> list[Problem]:
    return (
        [
            Problem(
                Code.TABLE_UNREAD, f"{cut} cells beyond row {MOST_ROWS} or column {MOST_COLS} were not read"
            )
        ]
        if cut
        else []
    )


def read_xls(data: bytes, name: str, media_type: str) -> Reading:
    """Reads a .xls.

    Raises:
        PipelineError: `encrypted` where a password is needed, `damaged` where xlrd cannot open it.
    """
    stream = workbook(data)  # not xlrd's own way to it, which follows sectors in a circle for ever
    if stream is None:
        raise error(Code.DAMAGED, name, "the workbook cannot be opened")
    try:
        book = xlrd.open_workbook(
            file_contents=stream, formatting_info=True, ragged_rows=True, logfile=io.StringIO()
        )
    except xlrd.XLRDError as exception:
        locked = "encrypted" in str(exception).lower()
        raise error(
            Code.ENCRYPTED if locked else Code.DAMAGED, name, f"the workbook cannot be opened ({exception})"
        ) from exception
    except _BROKEN_XLS as exception:
        raise error(Code.DAMAGED, name, "the workbook cannot be opened") from exception
    sheets = [s for s in book.sheets() if s.visibility == 0]
    tables: list[Table] = []
    problems: list[Problem] = []
    try:
        for sheet in sheets:
            spans = [(r0, c0, r1 - r0, c1 - c0) for r0, r1, c0, c1 in sheet.merged_cells]
            table, cut = _sheet(dict(_xls_texts(book, sheet)), spans, XLS_READER)
            tables += _beside(table) if table is not None else []
            problems += _too_far(cut)
    except _BROKEN_XLS as exception:
        raise error(Code.DAMAGED, name, "a sheet of the workbook cannot be read") from exception
    flags = (Flag.HIDDEN_SHEETS_SKIPPED.value,) if len(sheets) < book.nsheets else ()
    return Reading(tuple(tables), media_type, XLS_READER, flags=flags, problems=tuple(problems))


def read_xml_workbook(data: bytes, name: str, media_type: str) -> Reading:
    """Reads a workbook that is a single XML, as Excel 2003 and many reporting systems write it.

    Raises:
        PipelineError: `damaged` where it is no XML.
    """
    try:
        root = etree.fromstring(
            data, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
        )
        styles = {
            s.get(f"{_SS}ID"): n.get(f"{_SS}Format")
            for s in root.iter(f"{_SS}Style")
            for n in s.iter(f"{_SS}NumberFormat")
        }
        sheets = list(root.iter(f"{_SS}Worksheet"))
        visible = [
            s
            for s in sheets
            if not any(
                str(v.text).startswith("SheetHidden") or v.text == "SheetVeryHidden"
                for v in s.iter(f"{_XL}Visible")
            )
        ]
        tables: list[Table] = []
        problems: list[Problem] = []
        for sheet in visible:
            texts, spans = _xml_cells(sheet, styles)
            table, cut = _sheet(texts, spans, XLSX_READER)
            tables += _beside(table) if table is not None else []
            problems += _too_far(cut)
    except (etree.XMLSyntaxError, *_ODD) as exception:
        raise error(Code.DAMAGED, name, f"the workbook cannot be read ({exception})") from exception
    flags = (Flag.HIDDEN_SHEETS_SKIPPED.value,) if len(visible) < len(sheets) else ()
    return Reading(tuple(tables), media_type, XLSX_READER, flags=flags, problems=tuple(problems))


def _xml_cells(
    sheet: etree._Element, styles: Mapping[str, str]
) -> tuple[dict[tuple[int, int], str], list[Span]]:
    """The texts and merged ranges of a sheet; rows and cells without an index follow the one before."""
    texts: dict[tuple[int, int], str] = {}
    spans: list[Span] = []
    r = -1
    for row in sheet.iter(f"{_SS}Row"):
        r = int(row.get(f"{_SS}Index", r + 2)) - 1
        c = -1
        for cell in row.iter(f"{_SS}Cell"):
            c = int(cell.get(f"{_SS}Index", c + 2)) - 1
            wide, high = int(cell.get(f"{_SS}MergeAcross", 0)), int(cell.get(f"{_SS}MergeDown", 0))
            content = cell.find(f"{_SS}Data")
            if content is not None:
                style = styles.get(cell.get(f"{_SS}StyleID", "")) or "General"
                texts[r, c] = _xml_text(
                    "".join(content.itertext()),
                    content.get(f"{_SS}Type", ""),
                    NAMED_FORMATS.get(style, style),
                )
            if wide or high:
                spans.append((r, c, high + 1, wide + 1))
            c += wide
    return texts, spans


def _xml_text(text: str, kind: str, style: str) -> str:
    if kind == "Number":
        return shown(Decimal(text), style)
    if kind == "DateTime":
        return shown(datetime.datetime.fromisoformat(text.partition(".")[0]), style)
    return (
        shown(text == "1", style) if kind == "Boolean" else shown(text, style) if kind == "String" else text
    )


def _sheet(
    texts: Mapping[tuple[int, int], str], spans: Sequence[Span], reader: str
) -> tuple[Table | None, int]:
    """The used part of a sheet as one table, None for a sheet without a text; and how many texts stand too
    far out to be read.
    """
    all_used = [place for place, text in texts.items() if text.strip()]
    used = [(r, c) for r, c in all_used if r < MOST_ROWS and c < MOST_COLS]
    if not used:
        return None, len(all_used)
    rows, n_rows = _closed({r for r, _ in used})
    cols, n_cols = _closed({c for _, c in used})
    at = {(rows[r], cols[c]): texts[r, c] for r, c in used}
    covered: set[tuple[int, int]] = set()
    cells = []
    for r, c, high, wide in spans:
        inside_r = [rows[k] for k in range(r, min(r + high, MOST_ROWS)) if k in rows]
        inside_c = [cols[k] for k in range(c, min(c + wide, MOST_COLS)) if k in cols]
        if not inside_r or not inside_c:
            continue
        places = {(a, b) for a in inside_r for b in inside_c}
        if places & covered:
            continue
        covered |= places
        cells.append(Cell(texts.get((r, c), ""), inside_r[0], inside_c[0], len(inside_r), len(inside_c)))
    cells += [
        Cell(at.get((r, c), ""), r, c) for r in range(n_rows) for c in range(n_cols) if (r, c) not in covered
    ]
    table = Table(tuple(sorted(cells, key=lambda cell: (cell.row, cell.col))), n_rows, n_cols, reader, True)
    return table, len(all_used) - len(used)


def _closed(used: set[int]) -> tuple[dict[int, int], int]:
    """Old numbers of rows or columns to new ones, from 0 to the last used one, and their count; long blank
    stretches are cut short.
    """
    numbers: dict[int, int] = {}
    last = -1
    for n in sorted(used):
        for k in range(max(last + 1, n - LONGEST_GAP), n + 1):
            numbers[k] = len(numbers)
        last = n
    return numbers, len(numbers)


def _beside(table: Table) -> list[Table]:
    """Tables that stand side by side on a sheet, told apart by columns that hold no text and that no merged
    cell crosses.
    """
    filled = {
        c
        for cell in table.cells
        if cell.text.strip() or cell.col_span > 1
        for c in range(cell.col, cell.col + cell.col_span)
    }
    parts: list[list[int]] = [[]]
    for c in range(table.n_cols):
        if c in filled:
            parts[-1].append(c)
        elif parts[-1]:
            parts.append([])
    parts = [p for p in parts if p]
    if len(parts) < 2 or any(len(p) < LEAST_BESIDE or _height(table, p) < LEAST_BESIDE for p in parts):
        return [table]
    out = []
    for part in parts:
        cells = tuple(
            replace(cell, col=cell.col - part[0]) for cell in table.cells if part[0] <= cell.col <= part[-1]
        )
        out.append(replace(table, cells=cells, n_cols=len(part)))
    return out


def _height(table: Table, part: Sequence[int]) -> int:
    return len({cell.row for cell in table.cells if cell.text.strip() and part[0] <= cell.col <= part[-1]})


def _xlsx_spans(sheet: Worksheet) -> list[Span]:
    return [
        (m.min_row - 1, m.min_col - 1, m.max_row - m.min_row + 1, m.max_col - m.min_col + 1)
        for m in sheet.merged_cells.ranges
    ]


def _xlsx_texts(sheet: Worksheet) -> Iterator[tuple[tuple[int, int], str]]:
    for (
        row,
        column,
    ), cell in sheet._cells.items():  # not `iter_rows`, which makes a cell for every place up to the last
        if cell.value is not None:
            yield (row - 1, column - 1), _ESCAPE.sub(_unescaped, shown(cell.value, _style(cell)))


def _style(cell: OpenCell) -> str:
    """A cell's number format; `General` where the workbook names one that it does not have."""
    try:
        return str(cell.number_format or "General")
    except IndexError:
        return "General"


def _unescaped(match: re.Match[str]) -> str:
    """A character that XML cannot hold, as Excel writes it (`_x000D_`)."""
    ch = chr(int(match[1], 16))
    return ch if ch.isprintable() or ch in "\t\n" else ""


def _xls_texts(book: xlrd.Book, sheet: xlrd.sheet.Sheet) -> Iterator[tuple[tuple[int, int], str]]:
    for r in range(sheet.nrows):
        for c in range(sheet.row_len(r)):
            cell = sheet.cell(r, c)
            if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
                continue
            if cell.ctype == xlrd.XL_CELL_ERROR:
                yield (r, c), xlrd.error_text_from_code.get(cell.value, "#VALUE!")
                continue
            style = book.format_map[book.xf_list[cell.xf_index].format_key].format_str or "General"
            value: object = cell.value
            if cell.ctype == xlrd.XL_CELL_DATE:
                try:
                    moment = xlrd.xldate.xldate_as_datetime(cell.value, book.datemode)
                    value = moment if cell.value >= 1 else moment.time()
                except (xlrd.xldate.XLDateError, OverflowError, ValueError):
                    value = cell.value
            elif cell.ctype == xlrd.XL_CELL_BOOLEAN:
                value = bool(cell.value)
            yield (r, c), shown(value, style)
