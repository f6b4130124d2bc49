"""The rules, declared once: name, severity, source, tolerance; what each asserts is in `messages.toml`.

Comes in: nothing. Goes out: `OF_FORMS`, the rules on one form in the order in which they are looked at;
`ACROSS`, those on several forms; `RULES`, all of them. The documentation's table and the report are made from
these.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipeline.audit import forms, goals, money, rows, sums
from pipeline.audit.case import ERROR, INFO, LEVELS, POINTS, VALUES, WARNING, Case, Mark, Rule

FORM, LABELS = "arithmetic of the form", "the form's own labels"
FRAME = "财预〔2020〕10号, 附件"
COSTS = "财预〔2021〕101号, 附件"
PRINTED = "the printed decimals"
HALF = "half of the last printed place of every figure"
PROSE = "as prose rounds an amount"
NONE = "none"
WEIGHT, SCORE = frozenset({"weight"}), frozenset({"score"})
REASON = POINTS | {"deviation_reason"}


def _nothing(_: Case) -> Iterator[Mark]:
    """A rule whose findings are made elsewhere, from several forms or from another rule."""
    return iter(())


# fmt: off
OF_FORMS: tuple[Rule, ...] = (
    Rule("weights_sum", ERROR, FORM, PRINTED, sums.weights_sum, WEIGHT, sums=True),
    Rule("scores_sum", ERROR, FORM, PRINTED, sums.scores_sum, SCORE, sums=True),
    Rule("total_weight_100", WARNING, FRAME, PRINTED, sums.total_weight_100, WEIGHT, sums=True),
    Rule("level1_weight_sum", ERROR, LABELS, PRINTED, sums.level1_weight_sum, LEVELS | WEIGHT, sums=True),
    Rule("level2_weight_sum", ERROR, LABELS, PRINTED, sums.level2_weight_sum, LEVELS | WEIGHT, sums=True),
    Rule("score_exceeds_weight", ERROR, FORM, NONE, sums.score_exceeds_weight, POINTS),
    Rule("budget_row_conflict", WARNING, FORM, NONE, sums.budget_row_conflict, LEVELS | POINTS, contract=False),
    Rule("execution_rate_mismatch", ERROR, FRAME, HALF, money.execution_rate_mismatch),
    Rule("budget_score_mismatch", WARNING, FRAME, PRINTED, money.budget_score_mismatch),
    Rule("fund_lines_sum", ERROR, FORM, HALF, money.fund_lines_sum, sums=True),
    Rule("executed_exceeds_budget", WARNING, FORM, HALF, money.executed_exceeds_budget),
    Rule("budget_added", INFO, FORM, NONE, money.budget_added, contract=False),
    Rule("reason_missing", WARNING, FRAME, NONE, rows.reason_missing, REASON),
    Rule("reason_without_loss", INFO, FRAME, NONE, rows.reason_without_loss, REASON, contract=False),
    Rule("target_missed_full_score", WARNING, FRAME, NONE, rows.target_missed_full_score, VALUES | POINTS),
    Rule("target_met_lost_score", WARNING, FRAME, NONE, rows.target_met_lost_score, VALUES | POINTS),
    Rule("score_above_attainment", INFO, FRAME, NONE, rows.score_above_attainment, VALUES | POINTS, contract=False),
    Rule("indicator_replaced", INFO, FRAME, NONE, rows.indicator_replaced, contract=False),
    Rule("period_mismatch", WARNING, LABELS, "whole years", rows.period_mismatch, VALUES),
    Rule("deadline_after_year", INFO, LABELS, "whole years", rows.deadline_after_year, VALUES, contract=False),
    Rule("cost_exceeds_target", WARNING, COSTS, NONE, rows.cost_exceeds_target, LEVELS | VALUES),
    Rule("cost_total_mismatch", WARNING, COSTS, HALF, money.cost_total_mismatch, LEVELS | VALUES, sums=True),
    Rule("goal_amount_mismatch", WARNING, FORM, PROSE, goals.goal_amount_mismatch, VALUES),
    Rule("goal_count_mismatch", INFO, FORM, NONE, goals.goal_count_mismatch, LEVELS | VALUES, contract=False),
    Rule("composition_sum", WARNING, FORM, NONE, money.composition_sum, VALUES, contract=False),
    Rule("level_conflict", WARNING, f"{FRAME}; {COSTS}", NONE, sums.level_conflict, LEVELS),
    Rule("digits_lost", WARNING, LABELS, NONE, rows.digits_lost, VALUES),
    Rule("unit_suspect", WARNING, LABELS, NONE, rows.unit_suspect, VALUES),
    Rule("rate_over_100", WARNING, LABELS, NONE, rows.rate_over_100, LEVELS | VALUES, contract=False),
    Rule("satisfaction_in_words", INFO, FRAME, NONE, rows.satisfaction_in_words, LEVELS | VALUES, contract=False),
    Rule("rate_with_count_unit", INFO, LABELS, NONE, rows.rate_with_count_unit, VALUES, contract=False),
    Rule("over_achievement", INFO, FRAME, "150 % of the target", rows.over_achievement, VALUES, contract=False),
    Rule("actual_copies_target", INFO, FRAME, NONE, rows.actual_copies_target, VALUES, contract=False),
    Rule("duplicate_indicator", INFO, FORM, NONE, rows.duplicate_indicator, LEVELS | VALUES, contract=False),
    Rule("template_text_left", INFO, FRAME, NONE, rows.template_text_left, VALUES, contract=False),
    Rule("level1_missing", INFO, FRAME, NONE, forms.level1_missing, LEVELS, contract=False),
    Rule("score_in_target_form", INFO, FRAME, NONE, forms.score_in_target_form, POINTS, contract=False),
    Rule("full_total_missed_target", INFO, FRAME, NONE, forms.full_total_missed_target, VALUES | POINTS, contract=False),
)

ACROSS: Mapping[str, Rule] = {r.name: r for r in (
    Rule("duplicate_project", WARNING, FORM, NONE, _nothing),
    Rule("target_revised", WARNING, FRAME, NONE, _nothing, LEVELS | VALUES, contract=False),
    Rule("indicator_dropped", INFO, FRAME, NONE, _nothing, LEVELS | VALUES, contract=False),
    Rule("indicator_added", INFO, FRAME, NONE, _nothing, LEVELS | VALUES, contract=False),
    Rule("form_repeated", INFO, FRAME, NONE, _nothing, contract=False),
)}
# fmt: on

UNIT_SUSPECT = next(rule for rule in OF_FORMS if rule.name == "unit_suspect")
"""Told of rows one by one, and of forms beside the others of their document."""

RULES: tuple[Rule, ...] = (*OF_FORMS, *ACROSS.values())
