"""A register of corrections → corrected rows.

Comes in: a CSV file in UTF-8 (one line a cell: document, form, row, column, the value that stands there, the
right value, who, why) and the rows of all documents. Goes out: the rows with the corrections applied and
flagged `corrected`, and what became of each line. A correction whose old value no longer stands there is
stale and not applied. Refused, before any document is read, with the line's number: what is no CSV, unknown
columns, values that their column cannot hold, and two lines for one cell.
"""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import cast

import pyarrow as pa

from pipeline.model.errors import Code, PipelineError, error
from pipeline.model.flags import Flag
from pipeline.model.rows import CorrectionRow, DoubtRow, FundRow, IndicatorRow, ProjectRow
from pipeline.model.schema import FUNDS, INDICATORS, PROJECTS, Column, Table
from pipeline.rows.build import DocumentRows
from pipeline.rows.form_rows import BudgetColumns, budget_columns
from pipeline.rows.indicator_rows import ValueColumns, value_columns

Value = str | int | float | Decimal | datetime.date | None
HEADER = ("sha256", "form", "row", "column", "old", "new", "who", "why")
LONGEST = 60  # characters of a cell that a message quotes
APPLIED, STALE, ABSENT = "applied", "stale", "absent"
_NUMBER = re.compile(r"[0-9]{1,9}")  # of a form or a row; the table of corrections holds no larger one
_FUND = re.compile(r"fund ([0-9]{1,9})")
_DIGEST = re.compile(r"[0-9a-f]{16}|[0-9a-f]{64}")
# Keys, places and what the program computes are not corrected: the cells that they come from are.
FIXED = frozenset({
    "project_id", "document_id", "indicator_id", "form_index", "line_no", "seq", "page", "page_start",
    "page_end", "bbox", "departments", "reviews", "is_core", "parent_id",
    "line_start", "line_end", "extractor", "confidence", "doubts", "flags", "indicator_columns",
    "series_id", "execution_rate_pct", "cost_of", "cost_amount", *ValueColumns.__annotations__,
})  # fmt: skip
# A form's row repeats these from its funding line of the whole year.
OF_LINE = frozenset(BudgetColumns.__annotations__)


@dataclass(frozen=True, slots=True)
class Correction:
    """One line of the register: the cell, what stands there, what is right, who says so and why. `line`
    counts from 1.
    """

    line: int
    sha256: str
    form: int
    row: str
    column: str
    old: Value
    new: Value
    who: str
    why: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a correction: `applied`, `stale` (another value stands there), `absent` (its document or
    row is not in this run).
    """

    correction: Correction
    status: str
    found: str | None = None


def read_corrections(path: Path) -> tuple[Correction, ...]:
    """The register's lines.

    Raises:
        InputError: `bad_correction` with the number of the first line that is wrong, and why.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise _bad(path, 1, f"the file cannot be read as UTF-8 text ({problem})") from problem
    out: list[Correction] = []
    seen: dict[tuple[str, int, str, str], int] = {}
    for at, (line, cells) in enumerate(_lines(path, text)):
        if at == 0:
            if tuple(c.strip() for c in cells) != HEADER:
                raise _bad(path, line, f"the header must be {','.join(HEADER)}")
            continue
        if not any(c.strip() for c in cells):
            continue
        correction = _correction(path, line, cells)
        key = (correction.sha256[:16], correction.form, _place(correction.row), correction.column)
        if key in seen:
            raise _bad(path, line, f"the cell is corrected twice, in line {seen[key]} and here")
        seen[key] = line
        out.append(correction)
    return tuple(out)


def _lines(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    """The cells of every line with its number."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as problem:
            raise _bad(path, max(1, reader.line_num), f"it is no CSV ({problem})") from problem
        yield reader.line_num, cells


def _correction(path: Path, line: int, cells: Sequence[str]) -> Correction:
    if len(cells) != len(HEADER):
        raise _bad(path, line, f"{len(cells)} cells, expected {len(HEADER)}")
    sha256, form, row, column, old, new, who, why = (c.strip() for c in cells)
    if not _DIGEST.fullmatch(sha256):
        raise _bad(path, line, f"`{sha256}` is no SHA-256 (64 hex digits, or the first 16)")
    if not _NUMBER.fullmatch(form) or int(form) < 1:
        raise _bad(path, line, f"`{form}` is no number of a form")
    table = _table(row)
    if table is None:
        rows = "an indicator's number, `fund` and a line's number, or nothing for the form itself"
        raise _bad(path, line, f"`{row}` is no row: {rows}")
    declared = next((c for c in table.columns if c.name == column), None)
    if declared is None or column in FIXED or (table is PROJECTS and column in OF_LINE):
        raise _bad(path, line, f"`{column}` is no column of {table.name} that can be corrected")
    if not who or not why:
        raise _bad(path, line, "who corrects and why must be said")
    values = []
    for text in (old, new):
        try:
            values.append(_value(declared, text))
            pa.scalar(values[-1], type=declared.type)  # the table's column can hold it
        except (ValueError, OverflowError, InvalidOperation, pa.ArrowException) as problem:
            cell = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
            what = f"`{cell}` is no value of {table.name}.{column} ({declared.type})"
            raise _bad(path, line, what) from problem
    if declared.required and values[1] is None:
        raise _bad(path, line, f"{table.name}.{column} may not be empty")
    return Correction(line, sha256, int(form), row, column, values[0], values[1], who, why)


def _table(row: str) -> Table | None:
    if not row:
        return PROJECTS
    if _NUMBER.fullmatch(row):
        return INDICATORS
    return FUNDS if _FUND.fullmatch(row) else None


def _place(row: str) -> str:
    """A row's place without zeros before its number."""
    word, _, number = row.rpartition(" ")
    return f"{word} {int(number)}".strip() if number else row


def _value(column: Column, text: str) -> Value:
    """A cell of the register as its column's type; nothing is null."""
    if not text:
        return None
    kind = column.type
    if pa.types.is_string(kind):
        return text
    if pa.types.is_integer(kind):
        return int(text)
    if pa.types.is_floating(kind):
        value = float(text)
        if value != value or abs(value) == float("inf"):
            raise ValueError(text)
        return value
    if pa.types.is_decimal(kind):
        amount = Decimal(text.replace(",", ""))
        if not amount.is_finite():
            raise ValueError(text)
        return amount.quantize(Decimal("0.01"))
    if pa.types.is_date(kind):
        return datetime.date.fromisoformat(text)
    raise ValueError(text)


def _bad(path: Path, line: int, what: str) -> PipelineError:
    return error(Code.BAD_CORRECTION, path.name, f"line {line}: {what}")


def apply_corrections(
    documents: Sequence[DocumentRows], corrections: Sequence[Correction]
) -> tuple[list[DocumentRows], list[Outcome]]:
    """The documents with their corrections, and the outcome of each correction in the register's order;
    nothing given is changed.
    """
    register = by_document(corrections)
    out, said = [], []
    for document in documents:
        mine = corrections_of(document.document["sha256"], register) if document.projects else []
        changed, outcomes = corrected(document, mine) if mine else (document, [])
        out.append(changed)
        said += outcomes
    return out, in_order(corrections, said)


def by_document(corrections: Sequence[Correction]) -> dict[str, list[Correction]]:
    """The lines of the register by their documents' id."""
    out: dict[str, list[Correction]] = {}
    for c in corrections:
        out.setdefault(c.sha256[:16], []).append(c)
    return out


def corrections_of(sha256: str, register: Mapping[str, Sequence[Correction]]) -> list[Correction]:
    """The lines of a register (`by_document`) that are about one document."""
    return [c for c in register.get(sha256[:16], ()) if sha256.startswith(c.sha256)]


def in_order(corrections: Sequence[Correction], said: Sequence[Outcome]) -> list[Outcome]:
    """What became of each line, in the register's order; one that no document answered to is `absent`."""
    by_line = {o.correction.line: o for o in said}
    return [by_line.get(c.line, Outcome(c, ABSENT)) for c in corrections]


def corrected(
    document: DocumentRows, corrections: Sequence[Correction]
) -> tuple[DocumentRows, list[Outcome]]:
    """One document with the corrections that are about it, and what became of each.

    The register names rows and columns by words, so the rows are looked up by them; whatever follows from a
    corrected cell is read again.
    """
    projects = [p.copy() for p in document.projects]
    funds = [f.copy() for f in document.funds]
    indicators = [i.copy() for i in document.indicators]
    form_of = {p["project_id"]: p["form_index"] for p in projects}
    rows: dict[tuple[int, str], dict[str, object]] = {
        **{(p["form_index"], ""): cast(dict[str, object], p) for p in projects},
        **{(form_of[f["project_id"]], f"fund {f['line_no']}"): cast(dict[str, object], f) for f in funds},
        **{(form_of[i["project_id"]], str(i["seq"])): cast(dict[str, object], i) for i in indicators},
    }
    said = []
    for c in corrections:
        row = rows.get((c.form, _place(c.row)))
        if row is None:
            said.append(Outcome(c, ABSENT))
        elif row[c.column] != c.old:
            said.append(Outcome(c, STALE, None if row[c.column] is None else str(row[c.column])))
        else:
            row[c.column] = c.new
            row["flags"] = sorted({*cast(list[str], row["flags"]), Flag.CORRECTED})
            if "doubts" in row:  # somebody has looked at it
                row["doubts"] = [d for d in cast(list[DoubtRow], row["doubts"]) if d["column"] != c.column]
            said.append(Outcome(c, APPLIED))
    touched = {o.correction.form for o in said if o.status == APPLIED}
    forms = {p["project_id"]: p for p in projects if p["form_index"] in touched}
    return replace(
        document,
        projects=[_of_lines(p, funds) if p["project_id"] in forms else p for p in projects],
        funds=funds,
        indicators=[_of_cells(i, forms.get(i["project_id"])) for i in indicators],
    ), said


def _of_lines(project: ProjectRow, funds: Sequence[FundRow]) -> ProjectRow:
    mine = [f for f in funds if f["project_id"] == project["project_id"]]
    return {**project, **budget_columns(mine)}


def _of_cells(row: IndicatorRow, form: ProjectRow | None) -> IndicatorRow:
    return row if form is None else {**row, **value_columns(row, form["fiscal_year"])}


def outcome_rows(outcomes: Sequence[Outcome]) -> list[CorrectionRow]:
    """The outcomes as rows of the table `corrections`."""
    return [
        {
            "line": o.correction.line,
            "sha256": o.correction.sha256,
            "form": o.correction.form,
            "row": o.correction.row or None,
            "column": o.correction.column,
            "old": _text(o.correction.old),
            "new": _text(o.correction.new),
            "who": o.correction.who,
            "why": o.correction.why,
            "status": o.status,
            "found": o.found,
        }
        for o in outcomes
    ]


def _text(value: object) -> str | None:
    return None if value is None else str(value)
