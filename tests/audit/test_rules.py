"""`pipeline.audit`: each rule has a form that fires it and a near miss that does not; doubt accuses nobody;
the seeds' findings.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.app.document import parse_document
from pipeline.audit.rules import RULES
from pipeline.corpus.all_documents import finish
from pipeline.model.form import Form
from pipeline.model.schema import FINDINGS
from pipeline.rows.build import DocumentRows
from tests.audits import audited, cases, dialects, keys
from tests.forms import FUNDS, ROWS, document, form, found, other_year, with_line, with_row
from tests.writers.planted import NEEDS

TARGET = {
    "form_type": "target", "columns": ("level1", "level2", "name", "target"), "total": (None, None),
    "funds": (("年度资金总额", "all", "total", None, "40", None, None, None, None),),
}  # fmt: skip
PLAN = tuple((*r[:5], None, None, None, None) for r in ROWS)
SOCIAL_COST = ("成本指标", "社会成本指标", "成本指标", "拥堵", "不增加", "不增加", None, None, None)

# rule, the row that it is about, the form that fires it, the form that nearly does
CASES: list[tuple[str, int | None, dict[str, Any], dict[str, Any]]] = [
    ("weights_sum", None, {"rows": with_row(4, weight="29", score="29", printed="效益指标")}, {"total": ("100.0", "97.68")}),
    ("scores_sum", None, {"total": ("100", "98.68")}, {"total": ("100", "97.7")}),
    ("total_weight_100", None, {"total": ("99", None)}, {"total": (None, None)}),
    ("level1_weight_sum", None, {"rows": with_row(4, printed="效益指标（40分）")}, {"rows": with_row(4, printed="效益指标")}),
    ("score_exceeds_weight", 2, {"rows": with_row(1, score="11")}, {"rows": with_row(1, score="10.0")}),
    ("score_exceeds_weight", None, {"funds": with_line(0, score="10.5")}, {"funds": with_line(0, score="8.7")}),
    ("budget_row_conflict", 7,
     {"rows": (*ROWS, ("预算执行率", "预算执行率", "预算执行率", "预算执行率", "100%", "86.78%", "10", "8", None))},
     {"rows": (*ROWS, ("预算执行率", "预算执行率", "预算执行率", "预算执行率", "100%", "86.78%", "10", "8.68", "资金跨年支付"))}),
    ("execution_rate_mismatch", None, {"funds": with_line(0, execution_rate="89.78%")}, {"funds": with_line(0, execution_rate="86.77%")}),
    ("execution_rate_mismatch", None, {"funds": with_line(2, execution_rate="96%")}, {"funds": with_line(2, execution_rate="100.00%")}),
    ("execution_rate_mismatch", None, {"funds": with_line(1, execution_rate="90%")}, {"funds": with_line(1, execution_rate="85%")}),
    ("budget_score_mismatch", None, {"funds": with_line(0, score="10"), "total": ("100", "99")}, {"funds": with_line(0, score="9"), "total": ("100", "98")}),
    ("fund_lines_sum", None, {"funds": with_line(1, initial_budget="31")}, {"funds": (FUNDS[0], ("其中：财政拨款", "all", "fiscal", "30", "35", "29.71", None, None, None))}),
    ("executed_exceeds_budget", None, {"funds": with_line(2, executed="5.2", execution_rate="104%")}, {"funds": with_line(2, executed="5.000", execution_rate="100%")}),
    ("budget_added", None, {"funds": (("年度资金总额", "all", "total", "0", "40", "34.71", "10", "86.78%", "8.68"),)},
     {"funds": (("年度资金总额", "all", "total", None, "40", "34.71", "10", "86.78%", "8.68"),)}),
    ("reason_missing", 6, {"rows": with_row(5, reason=None)}, {"rows": with_row(5, reason=None), "columns": ("name", "score", "target", "weight")}),
    ("reason_missing", 6, {"rows": with_row(5, reason="无")}, {"rows": with_row(5, reason="天气")}),
    ("reason_without_loss", 2, {"rows": with_row(1, reason="受疫情影响")}, {"rows": with_row(1, reason="无")}),
    ("target_missed_full_score", 2, {"rows": with_row(1, actual="94%")}, {"rows": with_row(1, actual="95%")}),
    ("target_missed_full_score", 1, {"rows": with_row(0, target="=20公里", actual="18公里")}, {"rows": with_row(0, target="约20公里", actual="18公里")}),
    ("target_met_lost_score", 6, {"rows": with_row(5, actual="92%")}, {"rows": with_row(5, actual="89%")}),
    ("period_mismatch", 3, {"rows": with_row(2, actual="2022年1-12月")}, {"rows": with_row(2, actual="2023年3-11月")}),
    ("period_mismatch", 3, {"rows": with_row(2, target="2022年12月底", actual="按时完成")}, {"rows": with_row(2, target="12月底前", actual="按时完成")}),
    ("deadline_after_year", 3, {"rows": with_row(2, target="2024年3月底前", actual="2023年12月")}, {"rows": with_row(2, target="2023年12月31日前", actual="2023年12月")}),
    ("cost_exceeds_target", 4, {"rows": with_row(3, actual="41万元", score="9", reason="材料涨价")}, {"rows": with_row(3, actual="40万元")}),
    ("cost_total_mismatch", None, {"rows": with_row(3, target="48万元")}, {"rows": with_row(3, target="2万元/公里")}),
    ("cost_total_mismatch", None, {"rows": with_row(3, target="≤39万元")}, {"rows": with_row(3, name="单次养护", target="0.5万元")}),
    ("cost_total_mismatch", None, {"rows": with_row(3, target="≤39万元")}, {"rows": (*with_row(3, target="控制在预算内"), SOCIAL_COST)}),
    ("goal_amount_mismatch", None, {"goal_expected": "本年度计划投入28万元，养护道路20公里。"}, {"goal_expected": "本年度计划投入40万元，带动群众增收28万元。"}),
    ("goal_amount_mismatch", None, {"goal_actual": "全年支出资金31.2万元。"}, {"goal_actual": "全年支出资金34.7万元。"}),
    ("goal_count_mismatch", 1, {"goal_expected": "全年养护里程25公里，确保畅通。"}, {"goal_expected": "全年养护里程不少于20公里，新建桥梁25座。"}),
    ("score_above_attainment", 1, {"rows": with_row(0, actual="8公里", score="15", reason="暴雨")}, {"rows": with_row(0, actual="8公里", score="12", reason="暴雨")}),
    ("indicator_replaced", 6, {"rows": with_row(5, reason="本项目更改为“通行满意度”")}, {"rows": with_row(5, reason="已调整工期")}),
    ("satisfaction_in_words", 6, {"rows": with_row(5, target="满意", actual="满意")}, {"rows": with_row(5, target="≥90", actual="91")}),
    ("composition_sum", 1, {"rows": with_row(0, target="20公里（县道12公里，乡道9公里）", actual="20公里")},
     {"rows": with_row(0, target="20公里（县道12公里，乡道8公里）", actual="20公里")}),
    ("level_conflict", 5, {"rows": with_row(4, printed="产出指标（50分）", weight=None, score=None)}, {"rows": with_row(4, level2="其他指标")}),
    ("digits_lost", 2, {"rows": with_row(1, target="≥%")}, {"rows": with_row(1, target="合格")}),
    ("unit_suspect", 2, {"rows": with_row(1, target="295%")}, {"rows": with_row(1, target="95%")}),
    ("rate_over_100", 6, {"rows": with_row(5, actual="105%", score="10", reason=None), "total": ("100", "98.68")}, {"rows": with_row(4, actual="105%")}),
    ("rate_with_count_unit", 2, {"rows": with_row(1, target="≥95公里", actual="97公里")}, {"rows": with_row(1, target="≥95", actual="97")}),
    ("over_achievement", 1, {"rows": with_row(0, actual="40公里")}, {"rows": with_row(0, actual="30公里")}),
    ("over_achievement", 1, {"rows": with_row(0, actual="40公里")}, {"rows": with_row(0, actual="40公里", reason="争取到中央资金")}),
    ("actual_copies_target", None, {"rows": tuple((*r[:5], r[4], *r[6:]) for r in ROWS)}, {"rows": tuple((*r[:5], r[4], *r[6:]) for r in ROWS[:5])}),
    ("duplicate_indicator", 7, {"rows": (*ROWS, ROWS[4])}, {"rows": (*ROWS, (*ROWS[4][:4], "显著改善", *ROWS[4][5:]))}),
    ("template_text_left", 5, {"rows": with_row(4, target="简要描述（100字以内）")}, {"rows": with_row(4, target="每人不多于100字")}),
    ("level1_missing", None, {"rows": ROWS[:4]}, {"rows": ROWS[:5]}),
    ("score_in_target_form", None, {**TARGET, "rows": ROWS}, {**TARGET, "rows": PLAN}),
    ("full_total_missed_target", None, {"rows": with_row(1, actual="90%"), "total": ("100", "100")}, {"rows": with_row(1, actual="90%")}),
]  # fmt: skip


NOTHING = ("产出指标", "数量指标", "产出指标（50分）", "无", "无", None, "20", "20", None)
PART = ("产出指标", "数量指标", "产出指标（50分）", "其中：县道", "≥12公里", "12公里", None, None, None)
BARE = ("产出指标", "产出指标", "产出指标")
YEAR, SOURCE = FUNDS[0], FUNDS[1]


def line(label: str, source: str, *amounts: str | None) -> tuple[Any, ...]:
    """A line of three amounts."""
    return (label, "all", source, *amounts, None, None, None)


def total(*amounts: str | None) -> tuple[Any, ...]:
    return ("年度资金总额", "all", "total", *amounts, "10", None, None)


def plan(weights: Sequence[str | None], points: str | None) -> dict[str, Any]:
    """A form of targets with these weights and this total."""
    rows = tuple((*r[:6], w, None, None) for r, w in zip(PLAN, weights, strict=True))
    return {
        **TARGET,
        "rows": tuple((*r[:2], r[2].partition("（")[0], *r[3:]) for r in rows),
        "total": (points, None),
    }


def cost(name: str, target: str, actual: str, level2: str = "成本指标") -> dict[str, Any]:
    """The form with another cost."""
    level1 = "成本指标" if level2 != "成本指标" else "产出指标"
    rows = with_row(3, level1=level1, printed=level1, level2=level2, name=name, target=target, actual=actual)
    return {"rows": tuple((*r[:2], r[2].partition("（")[0], *r[3:]) for r in rows)}


PLAN_WEIGHTS = ("20", "10", "10", "10", "30", "10")
SIX = {
    "funds": (
        total("40.000000", "40.000000", "40.000000"),
        line("财政拨款", "fiscal", "35.000000", "35.000000", "35.000000"),
        line("其他", "other", "5.000000", "5.000000", "5.000000"),
    )
}
BLOCK = (
    total("40", "40", "40"),
    line("财政拨款", "fiscal", "35", "35", "35"),
    line("其他资金", "other", "5", "5", "5"),
)
HONEST: list[tuple[str, dict[str, Any]]] = [
    ("points of a row without indicator", {"rows": (NOTHING, *ROWS[1:])}),
    ("a row without indicator and points", {"rows": (*ROWS[:1], (*NOTHING[:6], None, None, None), *ROWS[1:])}),
    ("a part without points", {"rows": (ROWS[0], PART, *ROWS[1:])}),
    ("parts that share the points", {"rows": (ROWS[0], (*PART[:6], "12", "12", None), (*PART[:3], "其中：乡道", "≥8公里", "9公里", "8", "8", None), *ROWS[1:])}),
    ("targets whose total counts the budget", plan(PLAN_WEIGHTS, "100")),
    ("targets whose total does not", plan(PLAN_WEIGHTS, "90")),
    ("lines by nature", {"funds": (*FUNDS, line("基本支出", "basic", "5", "10", "4.71"), line("项目支出", "project", "30", "30", "30"))}),
    ("lines by nature alone", {"funds": (YEAR, line("基本支出", "basic", "5", "10", "4.71"), line("项目支出", "project", "30", "30", "30"))}),
    ("lines by nature beside other money", {"funds": (*BLOCK, line("基本支出", "basic", "5", "5", "5"), line("项目支出", "project", "30", "30", "30"))}),
    ("personnel and public are parts of basic", {"funds": (*BLOCK, line("基本支出", "basic", "10", "10", "10"), line("人员经费", "personnel", "6", "6", "6"), line("公用经费", "public", "4", "4", "4"), line("项目支出", "project", "30", "30", "30"))}),
    ("one source, less than all", {"funds": (YEAR, SOURCE)}),
    ("sources within a source", {"funds": (*BLOCK[:2], line("其中：一般公共预算", "fiscal", "25", "25", "25"), line("政府性基金", "government_fund", "10", "10", "10"), BLOCK[2])}),
    ("whole amounts may be rounded", {"funds": (total("41", "41", "41"), *BLOCK[1:])}),
    ("more savings than planned", cost("成本节约率", "3%", "5%")),
    ("savings at least", cost("成本节约率", "≥3%", "5%")),
    ("costs below a rate", cost("预算控制率", "100%", "96%")),
    ("an ecological cost that is a count", cost("栽种树木", "500棵", "600棵", "生态环境成本指标")),
    ("a price without a quantity", cost("专家评审标准", "48万元/人", "48万元/人")),
    ("last year's money in the goal", {"goal_expected": "2022年下达资金预算28万元，2023年预算40万元。"}),
    ("next year's", {"goal_expected": "2024年计划投入预算资金280万元。"}),
]  # fmt: skip


@pytest.mark.parametrize("honest", [h[1] for h in HONEST], ids=[h[0] for h in HONEST])
def test_an_honest_form_is_not_accused(honest: dict[str, Any]) -> None:
    plain = {"total": ("100", "97.68"), **honest}
    blamed = {r for r, severity, _ in found(document(form(**plain))) if severity != "info"}
    assert blamed - {"budget_score_mismatch", "scores_sum"} == set()
    if "funds" not in honest:
        assert blamed == set()


FAULTY: list[tuple[str, str, dict[str, Any]]] = [
    ("points of a row without indicator", "weights_sum", {"rows": ((*NOTHING[:6], "19", "19", None), *ROWS[1:]), "total": ("100", "96.68")}),
    ("and below its level", "level1_weight_sum", {"rows": ((*NOTHING[:6], "19", "19", None), *ROWS[1:])}),
    ("and its score", "scores_sum", {"rows": ((*NOTHING[:6], "20", "19", None), *ROWS[1:])}),
    ("beside a part without points", "weights_sum", {"rows": (ROWS[0], PART, *with_row(1, weight="9", score="9")[1:])}),
    ("targets", "weights_sum", plan(("19", *PLAN_WEIGHTS[1:]), "100")),
    ("targets of another total", "total_weight_100", plan(("25", *PLAN_WEIGHTS[1:]), "95")),
    ("by nature", "fund_lines_sum", {"funds": (YEAR, line("基本支出", "basic", "6", "10", "4.71"), line("项目支出", "project", "30", "30", "30"))}),
    ("by nature beside sources that close", "fund_lines_sum", {"funds": (*BLOCK, line("基本支出", "basic", "14", "5", "5"), line("项目支出", "project", "30", "30", "30"))}),
    ("one part above the total", "fund_lines_sum", {"funds": (total("40", "40", "40"), line("财政拨款", "fiscal", "45", "40", "40"))}),
    ("one part by nature above the total", "fund_lines_sum", {"funds": (total("40", "40", "40"), line("项目支出", "project", "45", "40", "40"))}),
    ("a little, in many decimals", "fund_lines_sum", {"funds": (SIX["funds"][0], line("财政拨款", "fiscal", "36.000000", "35.000000", "35.000000"), SIX["funds"][2])}),
    ("a little, in many decimals", "execution_rate_mismatch", {"funds": (("年度资金总额", "all", "total", "40.000000", "40.000000", "34.000000", "10", "86%", "8.5"),)}),
    ("a rate of costs", "cost_exceeds_target", cost("预算控制率", "100%", "104%")),
    ("a number of costs", "cost_exceeds_target", cost("每百公里油耗", "≤9", "9.6")),
    ("a social cost with a bound", "cost_exceeds_target", cost("停水时间", "≤5%", "6%", "社会成本指标")),
    ("costs above a bound without a unit", "cost_exceeds_target", cost("每百公里油耗", "9", "12")),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "faulty"), [f[1:] for f in FAULTY], ids=[f"{f[1]}: {f[0]}" for f in FAULTY])
def test_a_faulty_form_is_accused(rule: str, faulty: dict[str, Any]) -> None:
    told = {r: severity for r, severity, _ in found(document(form(**faulty)))}
    assert told.get(rule) in ("error", "warning"), told


def doubting_lines(made: DocumentRows) -> DocumentRows:
    """The document whose funding lines are not sure."""
    return replace(made, funds=[{**f, "confidence": 0.9} for f in made.funds])


def test_an_amount_that_the_form_vouches_for_is_sure_however_its_line_was_read() -> None:
    """Sources that sum to the year's amount, or costs that do, were not misread."""
    wrong = {"goal_expected": "本年度预算58万元。"}
    alone = {**wrong, "funds": FUNDS[:1]}
    costless = with_row(3, target="39万元")
    for faulty, severity in (
        ({**wrong, "rows": costless}, "warning"),  # its sources
        (alone, "warning"),  # its costs
        ({**alone, "rows": costless}, "info"),  # nothing
    ):
        told = {r: s for r, s, _ in found(doubting_lines(document(form(**faulty))))}
        assert told["goal_amount_mismatch"] == severity, faulty


def test_lines_that_other_figures_vouch_for_are_sure_unless_they_were_recognised() -> None:
    faulty = {"funds": with_line(0, execution_rate="89.78%"), "rows": with_row(3, target="39万元")}
    made = doubting_lines(document(form(**faulty)))  # three columns sum up, and two other rates are right
    alone = doubting_lines(document(form(**{**faulty, "funds": faulty["funds"][:1]})))
    scanned = replace(made, indicators=[{**r, "extractor": "ocr-lattice"} for r in made.indicators])
    for doc, severity in ((made, "error"), (alone, "info"), (scanned, "info")):
        assert {r: s for r, s, _ in found(doc)}["execution_rate_mismatch"] == severity


def test_what_is_less_than_the_budget_may_be_a_part_of_it() -> None:
    for goal, severity in (
        ("计划采购设备8.8万元。", "info"),
        ("项目预算8.8万元。", "warning"),
        ("计划投入58万元。", "warning"),
    ):
        told = {r: s for r, s, _ in found(document(form(goal_expected=goal)))}
        assert told["goal_amount_mismatch"] == severity, goal


def blank_level(page: str) -> list[tuple[str, str]]:
    """The findings on levels of a form of HTML whose benefits stand in these cells."""
    text = (
        "<p>项目支出绩效自评表</p><table><tr><td>项目名称</td><td>农村道路养护</td><td>实施单位</td><td>青河县公路养护中心</td></tr>"
        "<tr><td>一级指标</td><td>二级指标</td><td>三级指标</td><td>年度指标值</td></tr>" + page + "</table>"
    )
    made = finish([parse_document(f"<html><body>{text}</body></html>".encode(), "a.html")]).documents[0]
    return [(f["rule"], f["severity"]) for f in made.findings if f["rule"] == "level_conflict"]


def test_a_level_is_in_conflict_only_with_its_rows_own_cell() -> None:
    own = "<tr><td>产出指标</td><td>数量指标</td><td>养护里程</td><td>≥20公里</td></tr>"
    social = "<td>社会效益指标</td><td>通车率</td><td>≥95%</td></tr>"
    assert blank_level(f"{own}<tr><td>产出指标</td>{social}") == [("level_conflict", "warning")]
    assert blank_level(f"{own}<tr><td></td>{social}") == [("level_conflict", "info")]
    merged = own.replace("<td>产出", "<td rowspan=2>产出")
    assert blank_level(f"{merged}<tr>{social}") == [("level_conflict", "warning")]
    assert blank_level(f"{own}<tr><td>效益指标</td>{social}") == []


@pytest.mark.parametrize(
    ("rule", "seq", "fires", "near"), CASES, ids=[f"{n}-{c[0]}" for n, c in enumerate(CASES)]
)
def test_a_rule_fires_and_a_near_miss_does_not(
    rule: str, seq: int | None, fires: dict[str, Any], near: dict[str, Any]
) -> None:
    assert (rule, seq) in {(r, s) for r, _, s in found(document(form(**fires)))}
    assert rule not in {r for r, _, _ in found(document(form(**near)))}


def test_a_consistent_form_is_silent() -> None:
    assert found(document(form())) == []


def test_every_rule_has_a_case() -> None:
    across = {
        "duplicate_project",
        "target_revised",
        "indicator_dropped",
        "indicator_added",
        "form_repeated",
        "level2_weight_sum",
    }
    assert {r.name for r in RULES} == {c[0] for c in CASES} | across


def test_every_rule_is_declared_once_and_says_where_it_comes_from() -> None:
    names = [r.name for r in RULES]
    assert len(set(names)) == len(names)
    assert all(
        r.label and r.source and r.tolerance and r.severity in ("error", "warning", "info") for r in RULES
    )


def test_the_contracts_rules_are_all_there(root: Path) -> None:
    text = (root / "docs" / "data-contract.md").read_text(encoding="utf-8").partition("\nRules:")[2]
    severities = {"error", "warning", "info"}
    assert {r.name for r in RULES if r.contract} == set(re.findall(r"`([a-z0-9_]+)`", text)) - severities


def test_where_the_reading_is_doubtful_a_rule_speaks_and_accuses_nobody() -> None:
    wrong = {"rows": with_row(1, actual="94%", score="10"), "total": ("100", "90")}
    told = {r for r, _, _ in found(document(form(**wrong)))}
    assert told == {"scores_sum", "target_missed_full_score"}
    doubtful = found(document(form(**wrong, doubtful=1)))
    assert {(r, severity) for r, severity, _ in doubtful} == {(r, "info") for r in told}
    findings = finish([document(form(**wrong, doubtful=1))]).documents[0].findings
    assert all("第2行的识别存疑" in f["message"] for f in findings)


def test_doubt_of_another_column_silences_no_rule() -> None:
    wrong = {"rows": with_row(1, actual="94%", score="10"), "total": ("100", "90")}
    made = document(form(**wrong, doubtful=1))
    rows = [{**r, "doubts": [d for d in r["doubts"] if d["column"] == "target_raw"]} for r in made.indicators]
    severity = {r: s for r, s, _ in found(replace(made, indicators=rows))}
    assert severity == {"scores_sum": "error", "target_missed_full_score": "info"}


def test_a_missing_cell_silences_a_rule() -> None:
    assert found(document(form(rows=with_row(1, weight=None, score=None)))) == []
    assert found(document(form(funds=with_line(0, score=None)))) == []


def test_a_budget_row_is_not_counted_twice() -> None:
    row = (
        "预算执行率",
        "预算执行率",
        "预算执行率",
        "预算执行率",
        "100%",
        "86.78%",
        "10",
        "8.68",
        "资金跨年支付",
    )
    assert found(document(form(rows=(*ROWS, row)))) == []


def test_messages_give_both_numbers() -> None:
    (finding,) = finish([document(form(total=("100", "98.68")))]).documents[0].findings
    assert finding["message"] == "预算执行得分8.68与各指标得分合计为97.68，与总得分98.68不符。"
    assert (finding["expected"], finding["observed"]) == ("97.68", "98.68")
    assert set(finding) == set(FINDINGS.names)


def test_level2_weights_are_summed_below_their_first_level() -> None:
    made = form()
    rows = [
        replace(i, level2_weight=w)
        for i, w in zip(made.indicators, (20.0, 10.0, 10.0, 10.0, 25.0, 10.0), strict=True)
    ]
    wrong = replace(made, indicators=tuple(rows))
    assert found(document(wrong)) == [("level2_weight_sum", "error", None)]


# ---- several forms
# -------------------------------------------------------------------------------------------------


def target_form(**more: Any) -> Form:
    return form(**{**TARGET, "rows": PLAN, **more})


def test_a_project_told_twice_in_a_document() -> None:
    assert found(document(form(), form())) == [("duplicate_project", "warning", None)]
    assert found(document(form(), form(name="农村桥梁养护"))) == []
    assert found(document(form()), document(form(), name="b.txt")) == []


def test_targets_are_compared_with_the_results_of_their_year() -> None:
    plan, result = document(target_form(), name="plan.txt"), document(form(), name="result.txt")
    assert found(plan, result) == []
    revised = document(form(rows=with_row(0, target="≥15公里", actual="21公里")), name="result.txt")
    assert found(plan, revised) == [("target_revised", "warning", 1)]
    rewritten = document(form(rows=with_row(0, target="=20 公里")), name="result.txt")
    assert found(plan, rewritten) == []
    dropped = document(
        form(rows=with_row(4, name="事故下降率", target="≥5%", actual="6%")), name="result.txt"
    )
    assert [(r, s) for r, _, s in found(plan, dropped)] == [
        ("indicator_dropped", None),
        ("indicator_added", 5),
    ]
    next_year = document(other_year(form(rows=with_row(0, target="≥15公里")), 2024), name="result.txt")
    assert "target_revised" not in {r for r, _, _ in found(plan, next_year)}


def test_a_form_repeated_word_for_word() -> None:
    plan = target_form(rows=(*PLAN[:2], *PLAN[3:]))
    first, second = document(plan, name="2023.txt"), document(other_year(plan, 2024), name="2024.txt")
    assert found(first, second) == [("form_repeated", "info", None)]
    changed = target_form(rows=(*PLAN[:2], *PLAN[3:5], (*PLAN[5][:4], "≥95%", *PLAN[5][5:])))
    assert found(first, document(other_year(changed, 2024), name="2024.txt")) == []


# ---- the seeds and planted inconsistencies
# -------------------------------------------------------------------------


def test_the_seeds_findings(root: Path) -> None:
    """`findings/seeds.json`: every finding on the seeds, with the sentence of the source that proves it."""
    wanted = json.loads((root / "tests" / "findings" / "seeds.json").read_text(encoding="utf-8"))
    files = sorted((root / "data" / "raw").glob("*.txt"))
    sources = {p.name: p.read_text(encoding="utf-8") for p in files}
    documents = finish([parse_document(p.read_bytes(), p.name) for p in files]).documents
    got = [
        {
            "source": d.document["source_path"],
            "form": int(f["project_id"][-3:]),
            "seq": int(f["indicator_id"][-3:]) if f["indicator_id"] else None,
            "rule": f["rule"],
        }
        for d in documents
        for f in d.findings
    ]
    told = [{k: w[k] for k in ("source", "form", "seq", "rule")} for w in wanted]
    assert sorted(map(json.dumps, got)) == sorted(map(json.dumps, told))
    for w in wanted:
        text = "".join(sources[w["source"]].split())
        assert all("".join(piece.split()) in text for piece in w["proof"]), w


SHOWN = dialects(["grid", "html-page", "markdown", "cells-tab", "spaces"])


def test_consistent_forms_give_no_alarm() -> None:
    for name, pages, want, rng in cases(None, 12, seed=1):
        for kind, write in SHOWN.items():
            data, file = write(pages, rng)
            assert keys(audited(data, file), want) == set(), f"{kind} {name}"


def test_forms_with_the_oddities_of_honest_ones_give_no_alarm() -> None:
    for name, pages, want, rng in cases(None, 12, seed=3, split="fit"):
        for kind in ("grid", "html-page"):
            data, file = SHOWN[kind](pages, rng)
            assert keys(audited(data, file), want) == set(), f"{kind} {name}"


@pytest.mark.parametrize("rule", NEEDS)
def test_planted_inconsistencies_are_found_and_nothing_else(rule: str) -> None:
    write = SHOWN["grid"]
    for name, pages, want, rng in cases(rule, 4, seed=1):
        data, file = write(pages, rng)
        assert keys(audited(data, file), want) == want, name
