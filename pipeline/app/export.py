"""The tables of a run → CSV files, one Excel workbook, or a DuckDB file, for programs that read no Parquet.

Comes in: the folder of the tables. Goes out: `NAME.csv` a table (UTF-8 with a mark, so that spreadsheet
programs take it for that), `tables.xlsx` (a sheet a table, Chinese labels above the columns, frozen headers,
filters), `tables.duckdb` (a table each, labels and meanings as comments). A text that a spreadsheet program
would take for a formula is text in each: in CSV, which knows no types, an apostrophe is put before it.
Refused: a folder that holds no tables, a file that cannot be written, DuckDB where it is not installed. A
file is whole or is not there.
"""

from __future__ import annotations

import csv
import importlib
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.app.language import say
from pipeline.app.names import stored
from pipeline.app.parsed import table
from pipeline.model.errors import Code, error
from pipeline.model.schema import TABLES

CSV, XLSX, DUCKDB = "csv", "xlsx", "duckdb"
FORMATS = (CSV, XLSX, DUCKDB)
WORKBOOK, DATABASE = "tables.xlsx", "tables.duckdb"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a cell that spreadsheet programs compute begins with (OWASP, CSV Injection)."""
# Excel's limits (Microsoft, Excel specifications and limits)
MOST_ROWS = 1_048_576
LONGEST_CELL = 32_767
WIDEST, NARROWEST = 60, 8  # characters of a column: longer texts are wrapped by whoever reads them
SAMPLE = 200  # rows that tell how wide a column is
FULL_WIDTH = 0x2E80  # from here on characters are twice as wide: CJK and what is behind it


def export(tables: Path, out: Path, formats: tuple[str, ...]) -> list[Path]:
    """Writes the files and says which; see the module for what is refused."""
    writers: Mapping[str, Callable[[Path, Path], Iterator[Path]]] = {
        CSV: _csv, XLSX: _xlsx, DUCKDB: _duckdb
    }  # fmt: skip
    made: list[Path] = []
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name in formats:
            with tempfile.TemporaryDirectory(dir=out, prefix=".writing-") as folder:
                for file in list(writers[name](tables, Path(folder))):
                    file.chmod(0o644)
                    made.append(file.replace(out / file.name))
    except OSError as problem:
        what = say("the files could not be written ({what})", what=problem.strerror)
        raise error(Code.OUTPUT_UNWRITABLE, stored(str(out)), what) from problem
    return made


def plain(value: object) -> object:
    """A value as one cell holds it: lists and structures as JSON, everything else as it is."""
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False, default=str) if value else None
    return value


def safe(value: object) -> object:
    """A cell of a CSV file: a text that would be computed has an apostrophe before it."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _rows(rows: pa.Table) -> Iterator[list[object]]:
    for batch in rows.to_batches(max_chunksize=4096):
        for row in batch.to_pylist():
            yield [plain(value) for value in row.values()]


def _csv(tables: Path, folder: Path) -> Iterator[Path]:
    for name, declared in TABLES.items():
        path = folder / f"{name}.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(declared.names)
            writer.writerows([safe(v) for v in row] for row in _rows(table(tables, name)))
        yield path


# ---- Excel
# ------------------------------------------------------------------------------------------------------


def _xlsx(tables: Path, folder: Path) -> Iterator[Path]:
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    bold, grey = Font(bold=True), PatternFill("solid", fgColor="FFE7ECF3")
    for name, declared in TABLES.items():
        rows = table(tables, name)
        most = MOST_ROWS - 1
        for part, start in enumerate(range(0, max(1, rows.num_rows), most), 1):
            some = rows.slice(start, most)
            sheet = book.create_sheet(name if part == 1 else f"{name}_{part}")
            sheet.freeze_panes = "B2"
            last = get_column_letter(len(declared.columns))
            sheet.auto_filter.ref = f"A1:{last}{some.num_rows + 1}"
            heads = []
            for at, (column, width) in enumerate(
                zip(declared.columns, _widths(some, declared), strict=True), 1
            ):
                sheet.column_dimensions[get_column_letter(at)].width = width
                cell = _cell(sheet, column.label)
                cell.font, cell.fill, cell.alignment = bold, grey, Alignment(wrap_text=True, vertical="top")
                heads.append(cell)
            sheet.append(heads)
            for row in _rows(some):
                sheet.append([_cell(sheet, value) for value in row])
    path = folder / WORKBOOK
    book.save(path)
    yield path


def _cell(sheet: Any, value: object) -> Any:
    """A cell: text stays text, whatever it begins with and whoever edits it, and is cut where Excel refuses
    it.
    """
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if not isinstance(value, str):
        return WriteOnlyCell(sheet, value)
    text = ILLEGAL_CHARACTERS_RE.sub("�", value)
    text = text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1]}…"
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    if text.startswith(FORMULA):
        cell.quotePrefix = True
    return cell


def _widths(rows: pa.Table, declared: Any) -> list[int]:
    heads = [_width(c.label) + 3 for c in declared.columns]
    for row in _rows(rows.slice(0, SAMPLE)):
        heads = [max(w, _width(v)) for w, v in zip(heads, row, strict=True)]
    return [min(WIDEST, max(NARROWEST, w + 1)) for w in heads]


def _width(value: object) -> int:
    if value is None:
        return 0
    text = str(value) if isinstance(value, (str, int, float, bool, date, Decimal)) else ""
    return sum(1 + (ord(c) >= FULL_WIDTH) for c in text[:WIDEST])


# ---- DuckDB
# ------------------------------------------------------------------------------------------------------


def _duckdb(tables: Path, folder: Path) -> Iterator[Path]:
    try:
        duckdb = importlib.import_module("duckdb")
    except ImportError as problem:
        advice = "`pip install duckdb` brings it; CSV and Excel need nothing more"
        raise error(
            Code.OUTPUT_UNWRITABLE, DATABASE, "the package duckdb is not installed", advice
        ) from problem
    path = folder / DATABASE
    with duckdb.connect(str(path)) as base:
        for name, declared in TABLES.items():
            base.register("rows", table(tables, name))
            base.execute(f'CREATE TABLE "{name}" AS SELECT * FROM rows')
            base.unregister("rows")
            base.execute(f'COMMENT ON TABLE "{name}" IS {_quoted(declared.row)}')
            for column in declared.columns:
                comment = _quoted(f"{column.label}: {column.meaning}")
                base.execute(f'COMMENT ON COLUMN "{name}"."{column.name}" IS {comment}')
    yield path


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
