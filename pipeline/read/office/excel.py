"""Excel (.xlsx, .xls, and workbooks in one XML) → tables.

Comes in: the bytes of a workbook. Goes out: per visible sheet one table with its merged ranges, every cell's
text as the sheet shows it: by its number format (0.88 under `0%` is `88%`), dates as dates, formulas by their
stored value; errors (`#REF!`) are blank and flagged. Hidden sheets are left out and said so
(`hidden_sheets_skipped`); hidden rows stay, for their figures are part of the sums; formulas without a stored
value are blank, in doubt, and said so (`values_missing`). Refused: locked or broken workbooks.
"""

from __future__ import annotations

import datetime
import io
import re
import struct
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

import openpyxl
import xlrd
from lxml import etree
from openpyxl.cell.cell import Cell as OpenCell
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.model.cells import Cell, Problem, Reading, Table
from pipeline.model.errors import Code, error
from pipeline.model.flags import Flag
from pipeline.read.common.bounds import at_most_texts
from pipeline.read.common.broken import ZIP_BREAKS, BrokenError, foreign, package_of, part_of, xml_of
from pipeline.read.office.number_format import shown
from pipeline.read.office.ole import workbook

XLSX_READER, XLS_READER = "xlsx", "xls"
MOST_ROWS, MOST_COLS = 20_000, 400
MOST_BYTES = 400_000_000  # unpacked size of a workbook
MOST_STORED = 2_000_000  # cells of a workbook that openpyxl keeps, empty ones too, at 0.6 kB each
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
_ODD = (LookupError, ValueError, TypeError, RuntimeError, ArithmeticError, AttributeError, AssertionError)
_XLSX_BREAKS = (*_ODD, *ZIP_BREAKS, SyntaxError, InvalidFileException)
_XLS_BREAKS = (*_ODD, struct.error, MemoryError)
_SHEET_PART = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_UNSTORED = re.compile(rb"<c\b[^<>]*>\s*+<f\b[^<>]*(?:/>|>[^<]*</f>)\s*+(?:<v\s*+/>|<v>\s*+</v>)?\s*+</c>")
_CELL = re.compile(rb"<c[\s>/]")
_FILLED = re.compile(rb"<(?:v|is)>")
STYLES = "xl/styles.xml"
NO_BORDER = b"<border><left/><right/><top/><bottom/></border>"
ERROR_CODES = frozenset(  # of ECMA-376-1, 18.18.11 and later versions of Excel
    (
        "#NULL!",
        "#DIV/0!",
        "#VALUE!",
        "#REF!",
        "#NAME?",
        "#NUM!",
        "#N/A",
        "#GETTING_DATA",
        "#SPILL!",
        "#CALC!",
        "#FIELD!",
    )
)
NOT_STORED = "#NOT-STORED!"  # stands for the value that a formula lacks; no program writes it
UNSURE = 0.5  # confidence of a cell whose value is not known
_DRAWINGS = re.compile(rb"<(?:legacyDrawing|drawing|picture)\b[^<>]*/>")
_BORDER = re.compile(rb"<border(?:\s[^<>]*)?(?<!/)>[^<]*+(?:<(?!/?border[\s>])[^<]*+)*+</border>")
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
        usual, unstored = _prepared(package_of(data), name)
        with foreign(*_XLSX_BREAKS):
            book = openpyxl.load_workbook(io.BytesIO(usual), data_only=True, keep_links=False)
    except BrokenError as broken:
        raise error(Code.DAMAGED, name, f"the workbook cannot be opened ({broken})") from broken
    problems: list[Problem] = []
    if unstored:
        problems.append(
            Problem(Code.VALUES_MISSING, f"{unstored} formulas have no stored value; their cells are blank")
        )
    try:
        sheets = [s for s in book.worksheets if s.sheet_state == "visible"]
        tables: list[Table] = []
        for sheet in sheets:
            table, cut = _sheet(dict(_xlsx_texts(sheet)), _xlsx_spans(sheet), XLSX_READER, name)
            tables += _beside(table) if table is not None else []
            problems += _too_far(cut)
        hidden = len(book.worksheets) > len(sheets)
    finally:
        book.close()
    flags = (Flag.HIDDEN_SHEETS_SKIPPED.value,) if hidden else ()
    return Reading(tuple(tables), media_type, XLSX_READER, flags=flags, problems=tuple(problems))


def _prepared(package: zipfile.ZipFile, name: str) -> tuple[bytes, int]:
    """The workbook in the usual names, without drawings, over which openpyxl may stumble, and
    without borders, which it would draw around merged cells for most of its time; and how many
    formulas lack a value.

    Raises BrokenError where a part cannot be unpacked.
    """
    out, unstored, stored, filled = io.BytesIO(), 0, 0, 0
    with package, zipfile.ZipFile(out, "w") as made:
        infos = package.infolist()
        if sum(info.file_size for info in infos) > MOST_BYTES:
            raise error(Code.TOO_LARGE, name, "the workbook unpacks to more than 400 MB")
        for info in infos:
            content = part_of(package, info)
            for strict, usual in STRICT:
                content = content.replace(strict, usual)
            if _SHEET_PART.fullmatch(info.filename):
                stored += len(_CELL.findall(content))
                filled += len(_FILLED.findall(content))
                at_most_texts(filled, name)
                if stored > MOST_STORED:
                    raise error(Code.TOO_LARGE, name, f"the workbook has {stored:,} cells", "split it")
                content, count = _marked(content)
                unstored += count
                content = _DRAWINGS.sub(b"", content)
            elif info.filename == STYLES:
                content = _BORDER.sub(NO_BORDER, content)
            made.writestr(info.filename, content)
    return out.getvalue(), unstored


def _marked(sheet: bytes) -> tuple[bytes, int]:
    """A sheet whose formulas without a stored value hold `NOT_STORED`, and how many they are."""
    count = 0

    def mark(match: re.Match[bytes]) -> bytes:
        nonlocal count
        if b't="str"' in match[0] and b"<v" in match[0]:
            return match[0]  # a stored empty text
        count += 1
        opening = re.sub(rb'\st="[^"]*"', b"", match[0][: match[0].index(b">")])
        return opening + b' t="e"><v>' + NOT_STORED.encode() + b"</v></c>"

    return _UNSTORED.sub(mark, sheet), count


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
        with foreign(*_XLS_BREAKS):
            book = xlrd.open_workbook(
                file_contents=stream, formatting_info=True, ragged_rows=True, logfile=io.StringIO()
            )
        sheets = [s for s in book.sheets() if s.visibility == 0]
        stored = [list(_xls_cells(book, sheet)) for sheet in sheets]
    except xlrd.XLRDError as exception:
        locked = "encrypted" in str(exception).lower()
        raise error(
            Code.ENCRYPTED if locked else Code.DAMAGED, name, f"the workbook cannot be opened ({exception})"
        ) from exception
    except BrokenError as broken:
        raise error(Code.DAMAGED, name, f"the workbook cannot be read ({broken})") from broken
    tables: list[Table] = []
    problems: list[Problem] = []
    for sheet, cells in zip(sheets, stored, strict=True):
        spans = [(r0, c0, r1 - r0, c1 - c0) for r0, r1, c0, c1 in sheet.merged_cells]
        table, cut = _sheet({c.place: _xls_text(c) for c in cells}, spans, XLS_READER, name)
        tables += _beside(table) if table is not None else []
        problems += _too_far(cut)
    flags = (Flag.HIDDEN_SHEETS_SKIPPED.value,) if len(sheets) < book.nsheets else ()
    return Reading(tuple(tables), media_type, XLS_READER, flags=flags, problems=tuple(problems))


def read_xml_workbook(data: bytes, name: str, media_type: str) -> Reading:
    """Reads a workbook that is a single XML, as Excel 2003 and many reporting systems write it.

    Raises:
        PipelineError: `damaged` where it is no XML, or a number in it is none.
    """
    tables: list[Table] = []
    problems: list[Problem] = []
    try:
        root = xml_of(data)
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
        for sheet in visible:
            texts, spans = _xml_cells(sheet, styles)
            table, cut = _sheet(texts, spans, XLSX_READER, name)
            tables += _beside(table) if table is not None else []
            problems += _too_far(cut)
    except BrokenError as broken:
        raise error(Code.DAMAGED, name, f"the workbook cannot be read ({broken})") from broken
    flags = (Flag.HIDDEN_SHEETS_SKIPPED.value,) if len(visible) < len(sheets) else ()
    return Reading(tuple(tables), media_type, XLSX_READER, flags=flags, problems=tuple(problems))


def _xml_cells(
    sheet: etree._Element, styles: Mapping[str, str]
) -> tuple[dict[tuple[int, int], str], list[Span]]:
    """The texts and merged ranges of a sheet; rows and cells without an index follow the one before.

    Raises BrokenError where a number is none.
    """
    texts: dict[tuple[int, int], str] = {}
    spans: list[Span] = []
    r = -1
    for row in sheet.iter(f"{_SS}Row"):
        r = _count(row, "Index", r + 2) - 1
        c = -1
        for cell in row.iter(f"{_SS}Cell"):
            c = _count(cell, "Index", c + 2) - 1
            wide, high = _count(cell, "MergeAcross", 0), _count(cell, "MergeDown", 0)
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


def _count(element: etree._Element, name: str, default: int) -> int:
    """A number that an attribute gives."""
    with foreign(ValueError):
        return int(element.get(f"{_SS}{name}", default))


def _xml_text(text: str, kind: str, style: str) -> str:
    if kind == "Number":
        with foreign(InvalidOperation):
            figure = Decimal(text)
        return shown(figure, style)
    if kind == "DateTime":
        with foreign(ValueError):
            moment = datetime.datetime.fromisoformat(text.partition(".")[0])
        return shown(moment, style)
    return (
        shown(text == "1", style) if kind == "Boolean" else shown(text, style) if kind == "String" else text
    )


def _sheet(
    texts: Mapping[tuple[int, int], str], spans: Sequence[Span], reader: str, name: str
) -> tuple[Table | None, int]:
    """The used part of a sheet as one table, None for a sheet without a text; and how many texts stand too
    far out to be read. Raises PipelineError, `too_large`, for a sheet of too many cells, blank ones too.
    """
    all_used = [place for place, text in texts.items() if text.strip()]
    used = [(r, c) for r, c in all_used if r < MOST_ROWS and c < MOST_COLS]
    if not used:
        return None, len(all_used)
    rows, n_rows = _closed({r for r, _ in used})
    cols, n_cols = _closed({c for _, c in used})
    at_most_texts(n_rows * n_cols, name)
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
        cells.append(_cell(texts.get((r, c), ""), inside_r[0], inside_c[0], len(inside_r), len(inside_c)))
    cells += [
        _cell(at.get((r, c), ""), r, c) for r in range(n_rows) for c in range(n_cols) if (r, c) not in covered
    ]
    table = Table(tuple(sorted(cells, key=lambda cell: (cell.row, cell.col))), n_rows, n_cols, reader, True)
    return table, len(all_used) - len(used)


def _cell(text: str, row: int, col: int, rows: int = 1, cols: int = 1) -> Cell:
    """A cell; what stands for an error or for a value that was not stored is blank, and in doubt."""
    if text == NOT_STORED:
        return Cell("", row, col, rows, cols, confidence=UNSURE)
    if text in ERROR_CODES:
        return Cell("", row, col, rows, cols, confidence=UNSURE, flags=frozenset({Flag.CELL_ERROR.value}))
    return Cell(text, row, col, rows, cols)


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
            failed = cell.data_type == "e"
            yield (
                (row - 1, column - 1),
                str(cell.value) if failed else _ESCAPE.sub(_unescaped, shown(cell.value, _style(cell))),
            )


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


@dataclass(frozen=True, slots=True)
class _Stored:
    """A cell as xlrd has it: its place, kind, value, and number format."""

    place: tuple[int, int]
    kind: int
    value: object
    style: str


def _xls_cells(book: xlrd.Book, sheet: xlrd.sheet.Sheet) -> Iterator[_Stored]:
    """The cells that hold something; raises BrokenError where one has no number format."""
    for r in range(sheet.nrows):
        for c in range(sheet.row_len(r)):
            cell = sheet.cell(r, c)
            if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
                continue
            with foreign(LookupError, TypeError):
                style = book.format_map[book.xf_list[cell.xf_index].format_key].format_str or "General"
            value = _moment(cell.value, book.datemode) if cell.ctype == xlrd.XL_CELL_DATE else cell.value
            yield _Stored((r, c), cell.ctype, value, style)


def _moment(number: float, datemode: int) -> object:
    """A stored date, a time of day where it is less than one day; the number itself where it is no date."""
    try:
        moment = xlrd.xldate.xldate_as_datetime(number, datemode)
    except (xlrd.xldate.XLDateError, OverflowError, ValueError):
        return number
    return moment if number >= 1 else moment.time()


def _xls_text(cell: _Stored) -> str:
    if cell.kind == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(cell.value, "#VALUE!"))
    return shown(bool(cell.value) if cell.kind == xlrd.XL_CELL_BOOLEAN else cell.value, cell.style)
