"""A form's head and funding lines → what tells right ones from wrong ones.

Comes in: a form, its row, its funding lines. Goes out: the features of the form and of every line, named as
those of rows are. Nothing is refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from pipeline.confidence.row_features import (
    COUNTS,
    READ,
    UNSURE,
    Features,
    source_of_form,
    steps,
    sums_of_form,
)  # fmt: skip
from pipeline.model.form import Evidence, Form
from pipeline.model.rows import FundRow, IndicatorRow, ProjectRow

AMOUNTS = ("initial_budget", "annual_budget", "executed")
FIGURES = (*AMOUNTS, "weight", "execution_rate_reported_pct", "score")
HEAD = (
    "project_name", "supervising_department", "implementing_unit", "goal_expected", "goal_actual",
    "total_weight", "total_score", "annual_budget", "executed", "fiscal_year", "form_title", "amount_unit",
)  # fmt: skip
PARTS = ("fiscal", "carryover", "other", "central", "regional", "government_fund", "special_account")
"""What the total of a form is made up of."""
LONG = {
    "project_name": 40,
    "supervising_department": 25,
    "implementing_unit": 25,
}  # characters: few are longer
"""Edges like those of rows: what they are worth is fitted."""
CENT = Decimal("0.01")


def form_features(
    form: Form, project: ProjectRow, funds: Sequence[FundRow], rows: Sequence[IndicatorRow]
) -> Features:
    """The features of the form's head and totals."""
    told = (_head(form, project), _funds(funds), _labels(form), _unread(form), sums_of_form(project, rows))
    return frozenset(source_of_form(form, project)).union(*told)


def fund_features(form: Form, project: ProjectRow, funds: Sequence[FundRow]) -> list[Features]:
    """The features of every funding line."""
    shared = frozenset({*source_of_form(form, project), *_funds(funds)})
    return [shared.union(_line(line, funds)) for line in funds]


def _head(form: Form, project: ProjectRow) -> Iterator[str]:
    values: Mapping[str, object] = project
    for name in HEAD:
        if values[name] is None:
            yield f"contents_odd:no {name}"
    for name, most in LONG.items():
        text = str(values[name] or "")
        if len(text) > most:
            yield f"contents_odd:{name} long"
        if any(c in text for c in ":：") or text[:1].isdigit():
            yield f"contents_odd:{name} marked"
    yield f"label_unknown:unit {project['amount_unit_source']}"
    yield from (f"repaired:{flag}" for flag in project["flags"])
    yield from {f"repaired:head {flag}" for f in form.header.values() for flag in f.flags}
    if not form.indicators:
        yield "column_missing:no indicators"
    rate, told = project["execution_rate_pct"], project["execution_rate_reported_pct"]
    if rate is not None and told is not None:
        yield f"sums_open:rate {'closes' if abs(rate - told) < 1 else 'fails'}"
    weight, score = project["budget_weight"], project["budget_score"]
    if weight is not None and score is not None:
        yield f"sums_open:budget score {'within' if score <= weight else 'over'}"
    whole, total = project["total_amount"], project["annual_budget"]
    if whole is not None and total is not None and whole < total:
        yield "sums_open:whole below the year's"


def _labels(form: Form) -> Iterator[str]:
    """The words of the indicator table are those of the head's publisher: unknown ones there, unknown
    ones here.
    """
    told: Sequence[Evidence] = [i.evidence for i in form.indicators]
    if any(e.unknown_labels for e in told):
        yield "label_unknown:indicators"
    if any(e.missing_labels for e in told):
        yield "label_unknown:indicators missing"
    if told:
        yield from steps("column_unsure:indicators", 1 - min(e.least_sure for e in told), UNSURE)
        yield from steps("cut_guessed:indicators", 1 - min(e.least_read for e in told), READ)
    if any(line.source is None for line in form.funds):
        yield "label_unknown:fund line"


def _unread(form: Form) -> Iterator[str]:
    """Texts of the form that no table has may be the value of a label, or the label of a value."""
    left = Counter(u.why for u in form.unread)
    yield from (name for why, k in left.items() for name in steps(f"column_missing:unread {why}", k, COUNTS))


def _funds(funds: Sequence[FundRow]) -> Iterator[str]:
    if not funds:
        yield "column_missing:no funds"
        return
    values: Sequence[Mapping[str, object]] = funds
    yield from (f"column_missing:{name}" for name in FIGURES if all(line[name] is None for line in values))
    if not any(line["scope"] == "all" and line["source"] == "total" for line in funds):
        yield "label_unknown:no total"
    if any(line["source"] is None for line in funds):
        yield "label_unknown:source"
    if sum(line["source"] == "total" and line["scope"] == "all" for line in funds) > 1:
        yield "contents_odd:two totals"
    for name in AMOUNTS:
        yield f"sums_open:{name} {_closes(name, values)}"
    if any(_over(line) for line in funds):
        yield "sums_open:more spent than budgeted"
    yield from {f"repaired:fund {flag}" for line in funds for flag in line["flags"]}


def _over(line: FundRow) -> bool:
    return (
        line["executed"] is not None
        and line["annual_budget"] is not None
        and line["executed"] > line["annual_budget"]
    )


def _closes(name: str, funds: Sequence[Mapping[str, object]]) -> str:
    """Do the parts of the total make it up?"""
    own = [line for line in funds if line["scope"] == "all"]
    total = next((line[name] for line in own if line["source"] == "total"), None)
    parts = [amount for line in own if line["source"] in PARTS and isinstance(amount := line[name], Decimal)]
    if not isinstance(total, Decimal) or not parts:
        return "untold"
    return "closes" if abs(sum(parts, Decimal(0)) - total) <= CENT else "fails"


def _line(line: FundRow, funds: Sequence[FundRow]) -> Iterator[str]:
    values: Mapping[str, object] = line
    others: Sequence[Mapping[str, object]] = funds
    yield f"label_unknown:{line['source']}"
    yield f"source:{line['scope']}"
    for name in FIGURES:
        filled = sum(other[name] is not None for other in others) / len(funds)
        if values[name] is None and filled > 0.5:
            yield f"contents_odd:{name} blank alone"
        if values[name] is not None and filled < 0.5 and line["source"] != "total":
            yield f"contents_odd:{name} filled alone"
    if all(values[name] is None for name in FIGURES):
        yield "contents_odd:blank"
    if len(line["label_raw"]) > 12:
        yield "contents_odd:label long"
    if _over(line):
        yield "sums_open:line over"
    if (
        line["executed"] is not None
        and line["annual_budget"]
        and line["execution_rate_reported_pct"] is not None
    ):
        gap = float(line["executed"] / line["annual_budget"] * 100) - line["execution_rate_reported_pct"]
        yield f"sums_open:line rate {'closes' if abs(gap) < 1 else 'fails'}"
    if line["weight"] is not None and line["score"] is not None and line["score"] > line["weight"]:
        yield "sums_open:line score over"
    yield from (f"repaired:line {flag}" for flag in line["flags"])
