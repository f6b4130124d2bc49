"""A form → its row, its funding lines and its indicators.

Comes in: a form with texts as printed, its document and its place there. Goes out: rows of `projects`,
`funds` and `indicators`. It refuses nothing; see `pipeline/rows/build.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TypedDict

from normalizers import head_texts
from normalizers.symbols import clean
from pipeline.confidence.judge import judged
from pipeline.model.flags import Flag
from pipeline.model.form import Field, Form, FundLine
from pipeline.model.rows import DepartmentRow, FundRow, IndicatorRow, ProjectRow
from pipeline.model.standards import FULL_MARKS
from pipeline.rows.figures import Doubt, decimals_of, execution_rate, money_of, percent_of, points_of, text_of
from pipeline.rows.indicator_rows import Keys, indicator_row, with_ordinals, with_parents

ROUNDED = 0.5  # points that rounding may take from the sum of a form's weights


class BudgetColumns(TypedDict):
    """The columns of a form's row that come from its funding line of the whole year."""

    initial_budget: Decimal | None
    annual_budget: Decimal | None
    executed: Decimal | None
    execution_rate_reported_pct: float | None
    execution_rate_pct: float | None
    budget_weight: float | None
    budget_score: float | None


def form_rows(
    form: Form, document_id: str, index: int
) -> tuple[ProjectRow, list[FundRow], list[IndicatorRow]]:
    """A form's row, its funding lines and its indicators; `index` counts the document's forms from 1."""
    keys: Keys = {"project_id": f"{document_id}-{index:03d}", "document_id": document_id}
    lines = [_fund(line, form, keys, no) for no, line in enumerate(form.funds, 1)]
    printed = [indicator_row(item, form, keys, seq) for seq, item in enumerate(form.indicators, 1)]
    rows = with_ordinals(with_parents(printed))
    project = _project(form, keys, index, lines, rows)
    sure = judged(form, project, lines, rows)
    return (
        {**project, "confidence": sure.form},
        [{**line, "confidence": c} for line, c in zip(lines, sure.funds, strict=True)],
        [
            {**row, "confidence": c, "doubts": doubts}
            for row, c, doubts in zip(rows, sure.rows, sure.doubts, strict=True)
        ],
    )


def _project(
    form: Form, keys: Keys, index: int, lines: Sequence[FundRow], rows: Sequence[IndicatorRow]
) -> ProjectRow:
    doubt = Doubt(set(form.flags))
    text = {name: text_of(f) for name, f in form.header.items()}
    code, attribute = head_texts.attribute(text.get("project_attribute"))
    start, end = _period(text, form.fiscal_year)
    row: ProjectRow = {
        **keys,
        "form_index": index,
        "form_type": form.form_type,
        "form_title": "".join((form.title or "").split()) or None,
        "fiscal_year": form.fiscal_year,
        "project_name": text.get("project_name"),
        "supervising_department": head_texts.without_code(text.get("supervising_department")),
        "implementing_unit": head_texts.without_code(text.get("implementing_unit")),
        "supervising_department_code": _code(text, "supervising_department"),
        "implementing_unit_code": _code(text, "implementing_unit"),
        "departments": _departments(form),
        "project_attribute_code": code,
        "project_attribute": attribute,
        "project_period_raw": text.get("project_period_raw"),
        "project_period_years": head_texts.period_years(text.get("project_period_raw")),
        "period_start": start,
        "period_end": end,
        "grade": head_texts.grade(text_of(form.grade)) or _grade_of_score(form),
        "amount_unit": form.amount_unit,
        "amount_unit_source": form.amount_unit_source,
        "amount_decimals": decimals_of(_amounts(form)),
        "total_amount": money_of(form.header.get("total_amount"), form.amount_unit, doubt),
        **budget_columns(lines),
        "goal_expected": text.get("goal_expected"),
        "goal_actual": text.get("goal_actual"),
        "total_weight": points_of(form.total_weight, doubt),
        "total_score": points_of(form.total_score, doubt),
        "indicator_columns": list(form.columns),
        "page_start": form.page_start,
        "page_end": form.page_end,
        "series_id": None,
        "confidence": 0.0,
        "flags": [],
    }
    doubt.note(form.total_weight, form.total_score, *form.header.values())
    if _breaks_off(row, rows):
        doubt.flags.add(Flag.TRUNCATED)
    return {**row, "flags": doubt.words()}


def _amounts(form: Form) -> list[Field | None]:
    """The cells of the form's own amounts."""
    lines = [f for line in form.funds for f in (line.initial_budget, line.annual_budget, line.executed)]
    return [form.header.get("total_amount"), *lines]


def _code(text: Mapping[str, str | None], name: str) -> str | None:
    """The code printed with a name, or in a cell of its own."""
    return head_texts.unit_code(text.get(name)) or text.get(f"{name}_code")


def _departments(form: Form) -> list[DepartmentRow]:
    names = ((d.role, head_texts.without_code(text_of(d.name))) for d in form.departments)
    return [{"role": role, "name": name} for role, name in names if name]


def _period(text: Mapping[str, str | None], fiscal_year: int | None) -> tuple[date | None, date | None]:
    """The project's term: from the two cells that its ends have, else from the one of both."""
    start, end = head_texts.term(text.get("project_period_raw"), fiscal_year)
    first, last = head_texts.day(text.get("period_start")), head_texts.day(text.get("period_end"))
    return (
        first or head_texts.term(text.get("period_start"))[0] or start,
        last or head_texts.term(text.get("period_end"))[1] or end,
    )


def _grade_of_score(form: Form) -> str | None:
    """`95分，优` in the cell of the total score."""
    return head_texts.grade(text_of(form.total_score))


def budget_columns(lines: Sequence[FundRow]) -> BudgetColumns:
    """What of a form's row repeats its funding line of the whole year, or follows from it."""
    total = next((line for line in lines if line["scope"] == "all" and line["source"] == "total"), None)
    if total is None:
        return {
            "initial_budget": None,
            "annual_budget": None,
            "executed": None,
            "execution_rate_reported_pct": None,
            "execution_rate_pct": None,
            "budget_weight": None,
            "budget_score": None,
        }
    return {
        "initial_budget": total["initial_budget"],
        "annual_budget": total["annual_budget"],
        "executed": total["executed"],
        "execution_rate_reported_pct": total["execution_rate_reported_pct"],
        "execution_rate_pct": execution_rate(total["executed"], total["annual_budget"]),
        "budget_weight": total["weight"],
        "budget_score": total["score"],
    }


def _breaks_off(project: ProjectRow, rows: Sequence[IndicatorRow]) -> bool:
    """No indicator, which every template has; or no total row, and all weights there do not reach 100 with
    the budget's.
    """
    if not rows:
        return True
    weights = [r["weight"] for r in rows if r["weight"] is not None or not r["is_placeholder"]]
    known = [w for w in weights if w is not None]
    budget = project["budget_weight"]
    if len(known) < len(weights) or budget is None or project["total_weight"] is not None:
        return False
    return sum(known) + budget < FULL_MARKS - ROUNDED


def _fund(line: FundLine, form: Form, keys: Keys, line_no: int) -> FundRow:
    doubt = Doubt()
    figures = (
        line.initial_budget,
        line.annual_budget,
        line.executed,
        line.weight,
        line.execution_rate,
        line.score,
    )
    doubt.note(*figures)
    executed, annual = (money_of(f, form.amount_unit, doubt) for f in (line.executed, line.annual_budget))
    row: FundRow = {
        **keys,
        "line_no": line_no,
        "label_raw": "".join(clean(line.label).split()).rstrip(":："),
        "scope": line.scope,
        "source": line.source,
        "nature": line.nature,
        "initial_budget": money_of(line.initial_budget, form.amount_unit, doubt),
        "annual_budget": annual,
        "executed": executed,
        "weight": points_of(line.weight, doubt),
        "execution_rate_reported_pct": percent_of(
            line.execution_rate, execution_rate(executed, annual), doubt
        ),
        "score": points_of(line.score, doubt),
        "confidence": 0.0,
        "flags": [],
    }
    return {**row, "flags": doubt.words()}
