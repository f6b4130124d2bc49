"""`pipeline.form.tasks`, `pipeline.form.statements`: lists of tasks and what a form says in sentences become
rows of their own tables, and no lines of funds.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tests.rows.test_contract_columns import COLUMNS, HEAD, ROWS, TOTAL, page

TASKS = [
    ["年度主要任务", "任务名称", "主要内容", "预算金额（万元）", "执行金额（万元）"],
    ["", "道路养护", "养护县道20公里", "30", "29.5"],
    ["", "桥梁检测", "检测桥梁6座", "10", ""],
]
MANAGEMENT = [
    ["资金管理情况", "", "情况说明", "存在问题和改进措施"],
    ["", "分配科学性", "按因素法分配", "无"],
    ["", "下达及时性", "按时下达", ""],
    ["", "支出责任履行情况", "", "配套资金未到位，下年安排"],
]
BOXES = [["存在问题", "进度偏慢", "改进措施", "加强调度"], ["评价结论：完成较好"]]


def test_a_list_of_tasks() -> None:
    found = page([*HEAD, *TASKS, ["年度总体目标", "养护道路20公里"], COLUMNS, *ROWS, *TOTAL])
    assert [(t["seq"], t["name"], t["content"], t["budget"], t["executed"]) for t in found.tasks] == [
        (1, "道路养护", "养护县道20公里", Decimal("300000.00"), Decimal("295000.00")),
        (2, "桥梁检测", "检测桥梁6座", Decimal("100000.00"), None),
    ]
    assert [line["label_raw"] for line in found.funds] == ["年度资金总额"]
    assert {row["text"] for row in found.unread} & {"道路养护", "养护县道20公里", "29.5"} == set()


def test_tasks_with_their_days_and_a_sum() -> None:
    rows = [
        ["子项目名称", "预算数", "开始时间", "完成时间"],
        ["第一标段", "25", "2023年3月1日", "2023年10月31日"],
        ["合计", "25", "", ""],
        ["主管部门", "区交通运输局", "", ""],
    ]
    found = page([*HEAD[:1], *rows, *HEAD[2:], COLUMNS, *ROWS])
    assert [(t["name"], t["budget"], t["start"], t["end"]) for t in found.tasks] == [
        ("第一标段", Decimal("250000.00"), date(2023, 3, 1), date(2023, 10, 31))
    ]
    assert found.projects[0]["supervising_department"] == "区交通运输局"


def test_the_lines_of_how_funds_were_managed() -> None:
    found = page([*HEAD, *MANAGEMENT, COLUMNS, *ROWS, *TOTAL])
    assert [(s["seq"], s["label"], s["text"], s["problem"]) for s in found.statements] == [
        (1, "分配科学性", "按因素法分配", "无"),
        (2, "下达及时性", "按时下达", None),
        (3, "支出责任履行情况", None, "配套资金未到位，下年安排"),
    ]
    assert {row["text"] for row in found.unread} & {"按因素法分配", "按时下达"} == set()


def test_boxes_below_the_indicators() -> None:
    found = page([*HEAD, COLUMNS, *ROWS, *TOTAL, *BOXES])
    assert [(s["label"], s["text"], s["problem"]) for s in found.statements] == [
        ("存在问题", "进度偏慢", None),
        ("改进措施", "加强调度", None),
        ("评价结论", "完成较好", None),
    ]
    assert [row["text"] for row in found.unread] == []


def test_a_form_without_them_has_no_rows() -> None:
    found = page([*HEAD, COLUMNS, *ROWS, *TOTAL])
    assert found.tasks == []
    assert found.statements == []
