"""Forms → rows of the contract's tables.

Comes in: what a file is, its reading, its forms with texts as printed. Goes out: plain dictionaries, one a
row, with every column of the table, figures read, texts cleaned. Pure: no file, no clock. It refuses nothing:
a figure that cannot be read becomes null with the flag `value_unread` and costs confidence.

Confidence. A row's is the lowest of its own and its fields', times `UNREAD` for every figure that was
expected and not read. A form's is its own or, where lower, the mean of its indicators'. A document's is the
mean of its forms'.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from normalizers import head_texts
from normalizers.indicator_names import split_ordinal
from normalizers.measures import Part
from normalizers.numerals import percent
from normalizers.symbols import clean, fold, is_blank
from normalizers.units import yuan
from normalizers.values import Value, attainment, is_placeholder, read_value, target_met
from pipeline.model.cells import Cell, Reading, union
from pipeline.model.errors import Code, PipelineError
from pipeline.model.flags import Flag
from pipeline.model.form import Field, Form, FundLine, Indicator
from pipeline.model.schema import DOCUMENTS, FUNDS, INDICATORS, PROJECTS
from pipeline.rows.cover import publisher_of, title_of
from pipeline.version import VERSION

Row = dict[str, Any]

UNREAD = 0.6  # what one figure that was expected and not read leaves of a row's confidence
MOST_YUAN = Decimal("1e17")  # more is no amount of money, and does not fit the column
MOST_POINTS = 10_000.0
FULL_MARKS = 100.0  # 财预〔2020〕10号: the weights of a form, the budget's with them, sum to 100
FRACTION_MOST = 1.5  # a rate up to here may be a fraction of one
VALUE_COLUMNS = ("kind", "comparator", "value", "value_max", "unit", "date_start", "date_end")
DIRECTIONS = {"正": "positive", "反": "negative", "负": "negative", "逆": "negative"}


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What is known of a file before it is read: its path below the input folder, digest, and size in bytes."""

    source_path: str
    sha256: str
    n_bytes: int

    @property
    def document_id(self) -> str:
        """First 16 hex digits of the digest."""
        return self.sha256[:16]


@dataclass(frozen=True, slots=True)
class DocumentRows:
    """One file's rows for every table."""

    document: Row
    projects: list[Row] = field(default_factory=list)
    funds: list[Row] = field(default_factory=list)
    indicators: list[Row] = field(default_factory=list)
    findings: list[Row] = field(default_factory=list)

    def tables(self) -> Mapping[str, Sequence[Row]]:
        """The rows by table name."""
        return {
            "documents": [self.document], "projects": self.projects, "funds": self.funds,
            "indicators": self.indicators, "findings": self.findings,
        }  # fmt: skip


@dataclass(slots=True)
class Doubt:
    """Collects what weakens one row while its figures are read."""

    confidence: float = 1.0
    flags: set[str] = field(default_factory=set)
    unread: int = 0

    def note(self, *fields: Field | None) -> None:
        """Takes over the confidence and the flags of fields."""
        for f in fields:
            if f is not None:
                self.confidence = min(self.confidence, f.confidence, *(c.confidence for c in f.cells))
                self.flags.update(f.flags)

    def miss(self) -> None:
        """A figure was expected and not read."""
        self.unread += 1
        self.flags.add(Flag.VALUE_UNREAD)

    def columns(self) -> Row:
        """The row's `confidence` and `flags`."""
        sure = min(1.0, max(0.0, self.confidence)) * UNREAD**self.unread
        return {"confidence": round(sure, 4), "flags": sorted(str(f) for f in self.flags)}


def file_facts(data: bytes, source_path: str) -> FileFacts:
    """The facts of a file with these bytes."""
    return FileFacts(source_path, hashlib.sha256(data).hexdigest(), len(data))


def document_rows(facts: FileFacts, reading: Reading, forms: Sequence[Form]) -> DocumentRows:
    """The rows of a file that was read; `status` says whether all of it was."""
    projects, funds, indicators = [], [], []
    for index, form in enumerate(forms, 1):
        project, lines, rows = form_rows(form, facts.document_id, index)
        projects.append(project)
        funds.extend(lines)
        indicators.extend(rows)
    years = {p["fiscal_year"] for p in projects} - {None}
    document = _document(facts) | {
        "media_type": reading.media_type,
        "n_pages": reading.n_pages,
        "text_layer": reading.text_layer,
        "title": title_of(reading, forms),
        "publisher": publisher_of(reading, forms),
        "fiscal_year": years.pop() if len(years) == 1 else None,
        "n_projects": len(projects),
        "n_indicators": len(indicators),
        "confidence": round(_mean(p["confidence"] for p in projects), 4) if projects else None,
        "flags": sorted(set(reading.flags)),
    }
    return DocumentRows(document | _status(reading, projects), projects, funds, indicators)


def failed_rows(facts: FileFacts, error: PipelineError, media_type: str | None = None) -> DocumentRows:
    """The one row of a file that could not be read; `media_type` where at least that is known."""
    facts_read = {
        "media_type": media_type,
        "status": "failed",
        "error_code": str(error.code),
        "error": error.sentence,
    }
    return DocumentRows(_document(facts) | facts_read)


def duplicate_rows(facts: FileFacts, earlier: str) -> DocumentRows:
    """The one row of a file with the same bytes as the one at the path `earlier`."""
    return DocumentRows(_document(facts) | {"status": "duplicate", "error": f"the same bytes as {earlier}"})


def _document(facts: FileFacts) -> Row:
    return DOCUMENTS.blank() | {
        "document_id": facts.document_id, "sha256": facts.sha256, "source_path": facts.source_path, "n_bytes": facts.n_bytes,
        "n_projects": 0, "n_indicators": 0, "n_findings": 0, "parser_version": VERSION,
    }  # fmt: skip


def _status(reading: Reading, projects: Sequence[Row]) -> Row:
    """`ok`, `empty`, or `partial` with the first problem's code and all their sentences."""
    problems = [(p.code, p.message) for p in reading.problems]
    cut = [p["form_index"] for p in projects if Flag.TRUNCATED in p["flags"]]
    if cut:
        problems.append((Code.TRUNCATED, f"form {', '.join(map(str, cut))} breaks off before its end"))
    if problems:
        return {
            "status": "partial",
            "error_code": str(problems[0][0]),
            "error": "; ".join(dict.fromkeys(m for _, m in problems)),
        }
    return {"status": "ok" if projects else "empty"}


def form_rows(form: Form, document_id: str, index: int) -> tuple[Row, list[Row], list[Row]]:
    """A form's row, its funding lines and its indicators; `index` counts the document's forms from 1."""
    project_id = f"{document_id}-{index:03d}"
    keys = {"project_id": project_id, "document_id": document_id}
    lines = [_fund(line, form, keys, no) for no, line in enumerate(form.funds, 1)]
    rows = [_indicator(item, form, keys, seq) for seq, item in enumerate(form.indicators, 1)]
    return _project(form, keys, index, lines, rows), lines, rows


def _project(form: Form, keys: Row, index: int, lines: Sequence[Row], rows: Sequence[Row]) -> Row:
    doubt = Doubt(form.confidence, set(form.flags))
    text = {name: _text(f) for name, f in form.header.items()}
    code, attribute = head_texts.attribute(text.get("project_attribute"))
    row = PROJECTS.blank() | keys | {
        "form_index": index,
        "form_type": form.form_type,
        "form_title": "".join((form.title or "").split()) or None,
        "fiscal_year": form.fiscal_year,
        "project_name": text.get("project_name"),
        "supervising_department": head_texts.without_code(text.get("supervising_department")),
        "implementing_unit": head_texts.without_code(text.get("implementing_unit")),
        "project_attribute_code": code,
        "project_attribute": attribute,
        "project_period_raw": text.get("project_period_raw"),
        "project_period_years": head_texts.period_years(text.get("project_period_raw")),
        "amount_unit": form.amount_unit,
        "amount_unit_source": form.amount_unit_source,
        "total_amount": _money(form.header.get("total_amount"), form.amount_unit, doubt),
        **derive_project(lines),
        "goal_expected": text.get("goal_expected"),
        "goal_actual": text.get("goal_actual"),
        "total_weight": _points(form.total_weight, doubt),
        "total_score": _points(form.total_score, doubt),
        "indicator_columns": list(form.columns),
        "page_start": form.page_start,
        "page_end": form.page_end,
    }  # fmt: skip
    doubt.note(form.total_weight, form.total_score, *form.header.values())
    if _breaks_off(row, rows):
        doubt.flags.add(Flag.TRUNCATED)
    doubt.confidence = (
        min(doubt.confidence, _mean(r["confidence"] for r in rows)) if rows else doubt.confidence
    )
    return row | doubt.columns()


def derive_project(lines: Sequence[Row]) -> Row:
    """What of a form's row repeats its funding line of the whole year, or follows from it."""
    total = next((line for line in lines if line["scope"] == "all" and line["source"] == "total"), {})
    return {
        **{
            name: total.get(name)
            for name in ("initial_budget", "annual_budget", "executed", "execution_rate_reported_pct")
        },
        "execution_rate_pct": _rate(total.get("executed"), total.get("annual_budget")),
        "budget_weight": total.get("weight"),
        "budget_score": total.get("score"),
    }


def _breaks_off(project: Row, rows: Sequence[Row]) -> bool:
    """No indicator, which every template has; or no total row, and all weights there do not reach 100 with
    the budget's.
    """
    weights = [r["weight"] for r in rows if r["weight"] is not None or not r["is_placeholder"]]
    if not rows or None in weights or project["budget_weight"] is None or project["total_weight"] is not None:
        return not rows
    return bool(sum(weights) + project["budget_weight"] < FULL_MARKS - 0.5)


def _fund(line: FundLine, form: Form, keys: Row, line_no: int) -> Row:
    doubt = Doubt(form.confidence)
    figures = (
        line.initial_budget,
        line.annual_budget,
        line.executed,
        line.weight,
        line.execution_rate,
        line.score,
    )
    doubt.note(*figures)
    executed, annual = (_money(f, form.amount_unit, doubt) for f in (line.executed, line.annual_budget))
    row = FUNDS.blank() | keys | {
        "line_no": line_no,
        "label_raw": "".join(clean(line.label).split()).rstrip(":："),
        "scope": line.scope,
        "source": line.source,
        "initial_budget": _money(line.initial_budget, form.amount_unit, doubt),
        "annual_budget": annual,
        "executed": executed,
        "weight": _points(line.weight, doubt),
        "execution_rate_reported_pct": _percent(line.execution_rate, _rate(executed, annual), doubt),
        "score": _points(line.score, doubt),
    }  # fmt: skip
    return row | doubt.columns()


def _indicator(item: Indicator, form: Form, keys: Row, seq: int) -> Row:
    doubt = Doubt(min(form.confidence, item.confidence), set(item.flags))
    doubt.note(item.name, item.target, item.actual, item.weight, item.score, item.review_score, item.reason)
    row = INDICATORS.blank() | keys | {
        "indicator_id": f"{keys['project_id']}-{seq:03d}",
        "seq": seq,
        "level1": item.level1,
        "level2": item.level2,
        "level1_raw": item.level1_raw,
        "level2_raw": item.level2_raw,
        "level1_weight": item.level1_weight,
        "level2_weight": item.level2_weight,
        "name_raw": _text(item.name),
        "target_raw": _text(item.target),
        "actual_raw": _text(item.actual),
        "weight": _points(item.weight, doubt),
        "score": _points(item.score, doubt),
        "review_score": _points(item.review_score, doubt),
        "horizon": item.horizon,
        "direction": next((d for word, d in DIRECTIONS.items() if word in (_text(item.direction) or "")), None),
        "remark": _text(item.remark),
        "deviation_reason": _text(item.reason),
        "extractor": form.reader,
    }  # fmt: skip
    row |= _place(item) | doubt.columns()
    return row | derive_indicator(row, form.fiscal_year)


def derive_indicator(row: Row, fiscal_year: int | None) -> Row:
    """What of an indicator's row follows from its cells: name, values, their comparison, and the flags that
    reading them raised.
    """
    ordinal, name = split_ordinal(row["name_raw"]) if row["name_raw"] else (None, None)
    target_raw, actual_raw = row["target_raw"], row["actual_raw"]
    placeholder = is_placeholder(name, target_raw, actual_raw)
    cost = any(level is not None and "成本" in level for level in (row["level1"], row["level2"]))
    target = Value() if placeholder else read_value(target_raw, fiscal_year=fiscal_year, cost=cost)
    actual = Value() if placeholder else read_value(actual_raw, fiscal_year=fiscal_year, cost=cost)
    met = (
        None
        if placeholder
        else target_met(target, actual, cost=cost, target_raw=target_raw, actual_raw=actual_raw)
    )
    names = {"ordinal": ordinal, "name": name or None, "is_placeholder": placeholder}
    compared = {"attainment_pct": attainment(target, actual), "target_met": met}
    flags = sorted({*row["flags"], *target.flags, *actual.flags})
    return names | _value("target", target) | _value("actual", actual) | compared | {"flags": flags}


def _value(prefix: str, value: Value) -> Row:
    scalars = {f"{prefix}_{name}": getattr(value, name) for name in VALUE_COLUMNS}
    return scalars | {f"{prefix}_parts": [_part(p) for p in value.parts]}


def _part(part: Part) -> Row:
    return {name: getattr(part, name) for name in ("label", *VALUE_COLUMNS)}


def _place(item: Indicator) -> Row:
    """Where a row stands: its first page, the box of its cells there, its lines."""
    fields = (item.name, item.target, item.actual, item.weight, item.score, item.reason)
    cells: Sequence[Cell] = item.cells or [c for f in fields if f is not None for c in f.cells]
    page = min((c.page for c in cells if c.page is not None), default=None)
    box = union(c.box for c in cells if c.page == page)
    return {
        "page": page,
        "bbox": list(box) if box else None,
        "line_start": min((c.line_start for c in cells if c.line_start is not None), default=None),
        "line_end": max((c.line_end for c in cells if c.line_end is not None), default=None),
    }


def _text(f: Field | None) -> str | None:
    """A field's text, cleaned; None where nothing, or only a dash, is printed."""
    if f is None or f.text is None or is_blank(f.text):
        return None
    return clean(f.text) or None


def _money(f: Field | None, unit: str | None, doubt: Doubt) -> Decimal | None:
    """An amount in 元; a bare number is in `unit`."""
    text = _text(f)
    if text is None:
        return None
    amount = yuan(text, unit)
    if amount is None or abs(amount) >= MOST_YUAN:
        doubt.miss()
        return None
    return amount


def _points(f: Field | None, doubt: Doubt) -> float | None:
    """Score points: the one number in `10`, `10分`, `（10分）`, `95分，优`."""
    text = _text(f)
    if text is None:
        return None
    points = head_texts.only_number(text)
    if points is None or abs(points) > MOST_POINTS:
        doubt.miss()
        return None
    return points


def _percent(f: Field | None, computed: float | None, doubt: Doubt) -> float | None:
    """A rate in percent points; printed as a fraction of one only where the rate computed from the amounts
    says so.
    """
    text = _text(f)
    if text is None:
        return None
    rate = percent(text)
    if rate is None:
        doubt.miss()
        return None
    bare = "%" not in fold(text)
    if (
        bare
        and computed is not None
        and 0 < rate <= FRACTION_MOST
        and abs(rate * 100 - computed) < abs(rate - computed)
    ):
        doubt.flags.add(Flag.RATE_FRACTION)
        return round(rate * 100, 6)
    return rate


def _rate(executed: Decimal | None, budget: Decimal | None) -> float | None:
    """executed / budget × 100, rounded to 4 places; None where one is missing or nothing was budgeted."""
    if executed is None or not budget:
        return None
    return float(round(executed / budget * 100, 4))


def _mean(values: Iterable[float]) -> float:
    known = list(values)
    return sum(known) / len(known)
