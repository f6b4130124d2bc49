"""Forms of whole departments: lines by source and by nature, amounts in the cells of their labels, headings of
panels; goals of the year beside those of a project; a total beside its label in the head.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from pipeline.app.document import parse_document
from pipeline.rows.build import DocumentRows

HEADS = ["部门预算（万元）", "资金来源", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"]
TOTAL = ["", "年度资金总额", "5600", "6100", "5980", "10", "98.03%", "9.8"]
ROWS = [
    ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"],
    ["产出指标", "数量指标", "签约率", "≥75%", "78%", "50", "50"],
    ["效益指标", "社会效益指标", "期望寿命", "≥77岁", "77.5岁", "40", "40"],
]


def read(*rows: list[str], title: str = "部门整体支出绩效自评表") -> DocumentRows:
    above = [["部门名称", "某县卫生健康局"]]
    body = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in [*above, *rows, *ROWS])
    return parse_document(
        f"<p>{title}</p><p>（2023年度）</p><table border='1'>{body}</table>".encode(), "a.html"
    )


def lines(rows: DocumentRows) -> list[tuple[object, ...]]:
    names = ("label_raw", "source", "nature", "annual_budget", "executed")
    million = Decimal(10000)
    return [
        tuple(v / million if isinstance(v, Decimal) else v for v in (f[n] for n in names)) for f in rows.funds
    ]


def test_headings_of_panels_are_no_lines_and_blank_lines_are() -> None:
    found = lines(read(
        HEADS, TOTAL,
        ["", "按收入性质分：", "", "", "", "", "", ""],
        ["", "其中：一般公共预算", "5000", "5500", "5400", "", "", ""],
        ["", "政府性基金拨款", "", "", "", "", "", ""],
        ["", "纳入专户管理的非税收入拨款", "600", "600", "580", "", "", ""],
        ["", "按支出性质分：", "", "", "", "", "", ""],
        ["", "其中：基本支出", "3000", "3200", "3200", "", "", ""],
        ["", "项目支出", "2600", "2900", "2780", "", "", ""],
    ))  # fmt: skip
    assert found == [
        ("年度资金总额", "total", None, 6100, 5980),
        ("其中：一般公共预算", "fiscal", None, 5500, 5400),
        ("政府性基金拨款", "government_fund", None, None, None),
        ("纳入专户管理的非税收入拨款", "special_account", None, 600, 580),
        ("其中：基本支出", None, "basic", 3200, 3200),
        ("项目支出", None, "project", 2900, 2780),
    ]


@pytest.mark.parametrize("spent", [False, True])
def test_amounts_in_the_cells_of_their_labels_are_of_the_total_that_they_sum_to(spent: bool) -> None:
    fiscal, project = ("5600", "2780") if spent else ("5720", "2900")
    found = lines(read(
        HEADS, TOTAL,
        ["", "按收入性质分：", "", "", "按支出性质分：", "", "", ""],
        ["", f"其中：一般公共预算：{fiscal}", "", "", "其中：基本支出：3200", "", "", ""],
        ["", "政府性基金拨款：", "", "", f"项目支出：{project}", "", "", ""],
        ["", "其他资金：380", "", "", "", "", "", ""],
    ))  # fmt: skip

    def amounts(value: int) -> tuple[int | None, int | None]:
        return (None, value) if spent else (value, None)

    assert found[1:] == [
        ("其中：一般公共预算", "fiscal", None, *amounts(int(fiscal))),
        ("其中：基本支出", None, "basic", *amounts(3200)),
        ("政府性基金拨款", "government_fund", None, None, None),
        ("项目支出", None, "project", *amounts(int(project))),
        ("其他资金", "other", None, *amounts(380)),
    ]


def test_the_goal_of_the_year_counts_before_that_of_the_whole_project() -> None:
    goals = ["项目总目标", "保障养老服务设施正常运行。", "年度总体目标", "保障36个设施正常运行。"]
    for row in (goals, [*goals[2:], *goals[:2]]):
        assert read(HEADS, TOTAL, row).projects[0]["goal_expected"] == goals[3]


def test_what_follows_the_goals_is_none_of_them() -> None:
    rows = [
        ["项目情况", "1.完成情况", "项目年度目标", "", "年度目标完成情况"],
        ["", "", "巩固脱贫成果，改善人居环境。", "", "已完成年度目标任务。"],
        ["", "2.其他内容和过程", "完成农村户厕改造400户。"],
    ]
    project = read(*rows, HEADS, TOTAL).projects[0]
    assert project["goal_expected"] == "巩固脱贫成果，改善人居环境。"
    assert project["goal_actual"] == "已完成年度目标任务。"


def test_a_total_score_beside_its_label_in_the_head_and_a_stamp_behind_a_name() -> None:
    rows = [
        ["主管部门", "某县卫健局（盖章）", "自评总分（分）", "97.5"],
        ["项目属性", "1、常年性项目 □ 2、延续性项目 ☑"],
    ]
    project = read(*rows, HEADS, TOTAL).projects[0]
    assert project["total_score"] == 97.5
    assert project["supervising_department"] == "某县卫健局"
    assert project["project_attribute"] == "延续性项目"


def test_two_panels_with_columns_of_their_own() -> None:
    found = lines(read(
        ["年度预算（万元）", "按资金来源分", "预算数", "执行数", "按支出性质分", "预算数", "执行数"],
        ["", "资金总额", "1600", "1580", "支出总额", "1600", "1580"],
        ["", "财政拨款", "1500", "1480", "基本支出", "1100", "1092"],
        ["", "其他资金", "100", "100", "项目支出", "500", "488"],
    ))  # fmt: skip
    assert found == [
        ("资金总额", "total", None, 1600, 1580),
        ("支出总额", "total", None, 1600, 1580),
        ("财政拨款", "fiscal", None, 1500, 1480),
        ("基本支出", None, "basic", 1100, 1092),
        ("其他资金", "other", None, 100, 100),
        ("项目支出", None, "project", 500, 488),
    ]


def test_numbers_before_the_labels_of_lines() -> None:
    found = lines(read(
        HEADS, TOTAL,
        ["", "其中：1.财政拨款", "5000", "5500", "5400", "", "", ""],
        ["", "2.上年结转", "600", "600", "580", "", "", ""],
    ))  # fmt: skip
    assert [line[1] for line in found] == ["total", "fiscal", "carryover"]


@pytest.mark.parametrize("write", ["web", "pipes"])
def test_tasks_with_a_column_more_and_their_sum(write: str) -> None:
    rows = [
        ["年度主要任务", "任务名称", "完成情况", "预算数", "其中：财政拨款", "执行数", ""],
        ["", "全民健身活动", "举办赛事20场", "300", "300", "298", ""],
        ["", "体育场馆免费开放", "开放5个场馆", "200", "", "190", ""],
        ["", "金额合计", "", "500", "300", "488", ""],
    ]
    if write == "web":
        document = read(*rows, [c for c in HEADS if c], TOTAL)
    else:
        text = ["部门整体支出绩效自评表", "（2023年度）"]
        whole = [["部门名称", "某市体育局"], *rows, HEADS, TOTAL, *ROWS]
        text += ["| " + " | ".join(row) + " |" for row in whole]
        document = parse_document("\n".join(text).encode(), "a.md")
    names = ("name", "content", "budget", "executed")
    assert [tuple(t[n] for n in names) for t in document.tasks] == [
        ("全民健身活动", "举办赛事20场", 3000000, 2980000),
        ("体育场馆免费开放", "开放5个场馆", 2000000, 1900000),
    ]
    assert [f["label_raw"] for f in document.funds] == ["年度资金总额"]
