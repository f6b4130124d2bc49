"""A form as a table in HTML, for notebooks: the cells that are doubted are marked, with the reason.

Comes in: rows. Goes out: markup in which no text of a document is markup. It needs no script and no style
sheet of the page around it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from html import escape

from pipeline.model.rows import DocumentRow, FindingRow, FundRow, IndicatorRow, ProjectRow
from pipeline.model.schema import TABLES
from pipeline.model.standards import SURE

HEAD = (
    "project_name",
    "fiscal_year",
    "supervising_department",
    "implementing_unit",
    "goal_expected",
    "goal_actual",
)
FUND = ("label_raw", "initial_budget", "annual_budget", "executed", "execution_rate_reported_pct", "score")
ROW = (
    "level1",
    "level2",
    "name",
    "target_raw",
    "actual_raw",
    "weight",
    "score",
    "deviation_reason",
    "confidence",
)
RAW = {"level1": "level1_raw", "level2": "level2_raw", "name": "name_raw"}
"""Where the canonical column is null, what is printed stands in its place."""
DOUBTED = "background:#fde68a;color:#111"
UNSURE = "color:#b45309"
CELL = "text-align:left;vertical-align:top;padding:2px 6px"


def form_markup(
    project: ProjectRow,
    funds: Sequence[FundRow],
    indicators: Sequence[IndicatorRow],
    findings: Sequence[FindingRow],
) -> str:
    """A form: head, funds, indicators, findings; a doubted cell is yellow and says why when pointed at."""
    title = project["form_title"] or project["form_type"]
    parts = [f"<h4>{escape(title)}</h4>", _head(project)]
    if funds:
        lines = (_fund(line) for line in funds)
        parts.append(_table("funds", FUND, lines))
    if indicators:
        parts.append(_table("indicators", ROW, (_indicator(i) for i in indicators)))
    if findings:
        marks = (f"<li>{escape(f['severity'])} · {escape(f['message'])}</li>" for f in findings)
        parts.append(f"<ul>{''.join(marks)}</ul>")
    return f'<div class="budget-performance-form">{"".join(parts)}</div>'


def document_markup(document: DocumentRow, forms: Sequence[str]) -> str:
    """A document: what it is, what could not be read of it, and its forms."""
    name = document["title"] or document["source_path"]
    said = f"{document['status']} · {document['n_projects']} · {document['n_indicators']}"
    problem = f'<p style="{UNSURE}">{escape(document["error"])}</p>' if document["error"] else ""
    return f"<div><h3>{escape(name)}</h3><p>{escape(said)}</p>{problem}{''.join(forms)}</div>"


def _head(project: Mapping[str, object]) -> str:
    known = ((name, _text(project[name])) for name in HEAD)
    rows = (
        _row([f'<th style="{CELL}">{escape(_label("projects", n))}</th>', _cell(v)]) for n, v in known if v
    )
    return f"<table><tbody>{''.join(rows)}</tbody></table>"


def _fund(line: Mapping[str, object]) -> str:
    return _row(_cell(_text(line[name])) for name in FUND)


def _indicator(row: IndicatorRow) -> str:
    doubts = {d["column"]: f"{d['confidence']:.2f}: {d['why']}" for d in row["doubts"]}
    values: Mapping[str, object] = row
    cells = []
    for name in ROW:
        value = values[name] if values[name] is not None else values.get(RAW.get(name, ""))
        why = next((doubts[n] for n in (name, RAW.get(name), name.removesuffix("_raw")) if n in doubts), None)
        style = UNSURE if name == "confidence" and row["confidence"] < SURE else ""
        cells.append(_cell(_text(value), why, style))
    return _row(cells)


def _table(table: str, columns: Sequence[str], rows: Iterable[str]) -> str:
    head = "".join(f'<th scope="col" style="{CELL}">{escape(_label(table, c))}</th>' for c in columns)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _row(cells: Iterable[str]) -> str:
    return f"<tr>{''.join(cells)}</tr>"


def _cell(text: str, why: str | None = None, style: str = "") -> str:
    if why is not None:
        return f'<td style="{CELL};{DOUBTED}" title="{escape(why)}">{escape(text)}</td>'
    return f'<td style="{";".join(s for s in (CELL, style) if s)}">{escape(text)}</td>'


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _label(table: str, column: str) -> str:
    return next(c.label for c in TABLES[table].columns if c.name == column)
