"""The rules, declared once: name, what it asserts, severity, source, tolerance.

Comes in: nothing. Goes out: `OF_FORMS`, the rules on one form in the order in which they are looked at;
`ACROSS`, those on several forms; `RULES`, all of them. The documentation's table and the report are made from
these.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipeline.audit import forms, goals, money, rows, sums
from pipeline.audit.case import ERROR, INFO, WARNING, Case, Mark, Rule

FORM, LABELS = "arithmetic of the form", "the form's own labels"
FRAME = "财预〔2020〕10号, 附件"
COSTS = "财预〔2021〕101号, 附件"
PRINTED = "the printed decimals"
HALF = "half of the last printed place of every figure"
PROSE = "as prose rounds an amount"
NONE = "none"


def _nothing(_: Case) -> Iterator[Mark]:
    """A rule whose findings are made elsewhere, from several forms or from another rule."""
    return iter(())


# fmt: off
OF_FORMS: tuple[Rule, ...] = (
    Rule("weights_sum", "预算执行分值与各指标分值之和等于总分值", ERROR, FORM, PRINTED, sums.weights_sum, sums=True),
    Rule("scores_sum", "预算执行得分与各指标得分之和等于总得分", ERROR, FORM, PRINTED, sums.scores_sum, sums=True),
    Rule("total_weight_100", "总分值为100分", WARNING, FRAME, PRINTED, sums.total_weight_100, sums=True),
    Rule("level1_weight_sum", "一级指标标明的分值等于其下指标分值之和", ERROR, LABELS, PRINTED, sums.level1_weight_sum, sums=True),
    Rule("level2_weight_sum", "二级指标标明的分值等于其下指标分值之和", ERROR, LABELS, PRINTED, sums.level2_weight_sum, sums=True),
    Rule("score_exceeds_weight", "得分不低于0且不超过分值", ERROR, FORM, NONE, sums.score_exceeds_weight),
    Rule("budget_row_conflict", "指标表中的预算执行率与资金表一致", WARNING, FORM, NONE, sums.budget_row_conflict, contract=False),
    Rule("execution_rate_mismatch", "填报执行率等于全年执行数除以全年预算数", ERROR, FRAME, HALF, money.execution_rate_mismatch),
    Rule("budget_score_mismatch", "预算执行得分等于分值乘以执行率", WARNING, FRAME, PRINTED, money.budget_score_mismatch),
    Rule("fund_lines_sum", "年度资金总额等于各资金来源之和", ERROR, FORM, HALF, money.fund_lines_sum, sums=True),
    Rule("executed_exceeds_budget", "全年执行数不超过全年预算数", WARNING, FORM, HALF, money.executed_exceeds_budget),
    Rule("budget_added", "年初没有预算而年中追加", INFO, FORM, NONE, money.budget_added, contract=False),
    Rule("reason_missing", "未得满分的指标填写偏差原因", WARNING, FRAME, NONE, rows.reason_missing),
    Rule("reason_without_loss", "得满分的指标不填偏差原因", INFO, FRAME, NONE, rows.reason_without_loss, contract=False),
    Rule("target_missed_full_score", "未达到指标值的指标不得满分", WARNING, FRAME, NONE, rows.target_missed_full_score),
    Rule("target_met_lost_score", "达到指标值的指标不扣分", WARNING, FRAME, NONE, rows.target_met_lost_score),
    Rule("score_above_attainment", "完成不足六成的指标得分不超过六成", INFO, FRAME, NONE, rows.score_above_attainment, contract=False),
    Rule("indicator_replaced", "自评的是原定的指标", INFO, FRAME, NONE, rows.indicator_replaced, contract=False),
    Rule("period_mismatch", "实际完成时间在指标值的时期和本表年度之内", WARNING, LABELS, "whole years", rows.period_mismatch),
    Rule("deadline_after_year", "年度指标的期限不晚于本年度", INFO, LABELS, "whole years", rows.deadline_after_year, contract=False),
    Rule("cost_exceeds_target", "成本的实际完成值不超过指标值", WARNING, COSTS, NONE, rows.cost_exceeds_target),
    Rule("cost_total_mismatch", "成本指标合计与预算数一致", WARNING, COSTS, HALF, money.cost_total_mismatch, sums=True),
    Rule("goal_amount_mismatch", "目标文字中的资金数与表中一致", WARNING, FORM, PROSE, goals.goal_amount_mismatch),
    Rule("goal_count_mismatch", "目标文字中的数量与指标值一致", INFO, FORM, NONE, goals.goal_count_mismatch, contract=False),
    Rule("composition_sum", "括号内各项之和等于括号前的数", WARNING, FORM, NONE, money.composition_sum, contract=False),
    Rule("level_conflict", "二级指标列在所属的一级指标之下", WARNING, f"{FRAME}; {COSTS}", NONE, sums.level_conflict),
    Rule("digits_lost", "指标值的数字完整", WARNING, LABELS, NONE, rows.digits_lost),
    Rule("unit_suspect", "数值与其单位、符号相称", WARNING, LABELS, NONE, rows.unit_suspect),
    Rule("rate_over_100", "满意度不超过100%", WARNING, LABELS, NONE, rows.rate_over_100, contract=False),
    Rule("satisfaction_in_words", "满意度以比率衡量", INFO, FRAME, NONE, rows.satisfaction_in_words, contract=False),
    Rule("rate_with_count_unit", "比率不以数量单位计", INFO, LABELS, NONE, rows.rate_with_count_unit, contract=False),
    Rule("over_achievement", "远超指标值时作出说明", INFO, FRAME, "150 % of the target", rows.over_achievement, contract=False),
    Rule("actual_copies_target", "实际完成值不是指标值的照抄", INFO, FRAME, NONE, rows.actual_copies_target, contract=False),
    Rule("duplicate_indicator", "同一指标只列一次", INFO, FORM, NONE, rows.duplicate_indicator, contract=False),
    Rule("template_text_left", "表样的填写说明已替换为内容", INFO, FRAME, NONE, rows.template_text_left, contract=False),
    Rule("level1_missing", "有产出指标和效益指标", INFO, FRAME, NONE, forms.level1_missing, contract=False),
    Rule("score_in_target_form", "绩效目标表没有得分", INFO, FRAME, NONE, forms.score_in_target_form, contract=False),
    Rule("full_total_missed_target", "总分满分时各指标均达到指标值", INFO, FRAME, NONE, forms.full_total_missed_target, contract=False),
)

ACROSS: Mapping[str, Rule] = {r.name: r for r in (
    Rule("duplicate_project", "同一文档中一个项目只有一张同类表", WARNING, FORM, NONE, _nothing),
    Rule("target_revised", "自评表的指标值与绩效目标表一致", WARNING, FRAME, NONE, _nothing, contract=False),
    Rule("indicator_dropped", "绩效目标表的指标都在自评表中", INFO, FRAME, NONE, _nothing, contract=False),
    Rule("indicator_added", "自评表的指标都在绩效目标表中", INFO, FRAME, NONE, _nothing, contract=False),
    Rule("form_repeated", "本年度的指标与上年度不逐字相同", INFO, FRAME, NONE, _nothing, contract=False),
)}

DOUBT = "合计不符，但所依据的行识别存疑，须先核对原文"
READING_DOUBTFUL = Rule("reading_doubtful", DOUBT, INFO, "confidence and flags of the rows", "the rule's own", _nothing, contract=False)
# fmt: on

RULES: tuple[Rule, ...] = (*OF_FORMS, *ACROSS.values(), READING_DOUBTFUL)
