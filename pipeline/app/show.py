"""What a stage made of a document, as plain text for a person.

Comes in: a reading, forms, or rows. Goes out: lines of text, every cell and field with its place and doubts.
It changes nothing and decides nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from pipeline.model.cells import Line, Reading, Table
from pipeline.model.form import Field, Form, FundLine, Indicator
from pipeline.model.schema import TABLES
from pipeline.rows.build import DocumentRows

FUND_FIELDS = ("initial_budget", "annual_budget", "executed", "weight", "execution_rate", "score")
ROW_FIELDS = ("name", "target", "actual", "weight", "score", "review_score", "direction", "remark", "reason")


def show_tables(reading: Reading) -> Iterator[str]:
    """What the reader saw: tables row by row, cells apart by ` | `, loose lines as they are."""
    flags = ", ".join(reading.flags) or "none"
    yield f"{reading.media_type}, reader {reading.reader}, {len(reading.blocks)} blocks, flags {flags}"
    for block in reading.blocks:
        yield from _table(block) if isinstance(block, Table) else [_line(block)]
    for problem in reading.problems:
        yield f"problem {problem.code}: {problem.message}"


def _line(line: Line) -> str:
    return f"{_place(line.page, line.line_start)}{_flat(line.text)}"


def _table(table: Table) -> Iterator[str]:
    spans = ", merged cells known" if table.spans else ""
    yield f"table {table.n_rows}×{table.n_cols}, reader {table.reader}{spans}"
    rows: dict[int, list[str]] = {}
    places: dict[int, str] = {}
    for cell in table.cells:
        span = f"[{cell.row_span}×{cell.col_span}]" if (cell.row_span, cell.col_span) != (1, 1) else ""
        rows.setdefault(cell.row, []).append(_flat(cell.text) + span)
        places.setdefault(cell.row, _place(cell.page, cell.line_start))
    for row in sorted(rows):
        yield f"  {places[row]}{' | '.join(rows[row])}"


def show_forms(forms: Sequence[Form]) -> Iterator[str]:
    """What the forms are: head, funds, indicators, totals, each field with what was repaired or guessed
    of it.
    """
    for index, form in enumerate(forms, 1):
        title = form.title or "no title"
        facts = f"year {form.fiscal_year}, amounts in {form.amount_unit}"
        yield f"form {index}: {form.form_type}, {title}, {facts}"
        yield f"  flags {', '.join(form.flags) or 'none'}"
        yield from (f"  {name}: {_field(f)}" for name, f in form.header.items())
        yield from (_fund(line) for line in form.funds)
        yield from (_indicator(seq, item) for seq, item in enumerate(form.indicators, 1))
        yield f"  total: {_field(form.total_weight)} | {_field(form.total_score)}"


def _fund(line: FundLine) -> str:
    figures = " | ".join(_field(getattr(line, name)) for name in FUND_FIELDS)
    return f"  fund {line.label} ({line.scope}, {line.source}): {figures}"


def _indicator(seq: int, item: Indicator) -> str:
    fields = " | ".join(_field(getattr(item, name)) for name in ROW_FIELDS)
    return f"  {seq:3d} {item.level1} / {item.level2} | {fields}  {', '.join(item.flags)}".rstrip()


def _field(f: Field | None) -> str:
    if f is None or f.text is None:
        return "·"
    return _flat(f.text) + (f" ({' '.join(f.flags)})" if f.flags else "")


def show_records(rows: DocumentRows) -> Iterator[str]:
    """The rows of every table as JSON, one a line; columns without a value are left out."""
    for table, part in rows.tables().items():
        for row in part:
            known = {n: row[n] for n in TABLES[table].names if row[n] is not None and row[n] != []}
            yield f"{table} {json.dumps(known, ensure_ascii=False, default=_plain)}"


def _plain(value: object) -> str:
    if isinstance(value, date | Decimal):
        return str(value)
    raise TypeError(f"no column holds a {type(value).__name__}")


def _place(page: int | None, line: int | None) -> str:
    return "".join(f"{word}{at}: " for word, at in (("p", page), ("l", line)) if at is not None)


def _flat(text: str) -> str:
    return text.replace("\n", "⏎")
