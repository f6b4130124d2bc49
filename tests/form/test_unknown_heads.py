"""Words in a form's head that no list has lose nothing but their own meaning; lines by nature, lists of tasks.

Comes in: forms made here, as a web page and as lines. Goes out: what the reader makes of their heads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pytest

from pipeline.app.document import parse_document
from pipeline.rows.build import DocumentRows
from tests.test_flags_and_codes import HEADER, form, page_of, text_of

Grid = list[list[str]]
BODY = form()[form().index(HEADER) :]
HEAD, FUNDS = form()[:4], form()[4:6]
SOURCES: Sequence[Callable[[Grid], DocumentRows]] = (
    lambda grid: parse_document(page_of(grid), "a.html"),
    lambda grid: parse_document(text_of(grid), "a.txt"),
)
both = pytest.mark.parametrize("read", SOURCES, ids=("cells", "lines"))
Reads = Callable[[Grid], DocumentRows]


def funds(rows: DocumentRows, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(line[name] for name in names) for line in map(dict, rows.funds)]


def unread(rows: DocumentRows) -> set[tuple[str | None, str]]:
    return {(u["label"], u["text"]) for u in rows.unread}


# ---- the fund block
# ----------------------------------------------------------------------------------------------------


@both
@pytest.mark.parametrize("at", range(2, 8))
def test_an_unknown_fund_column_shifts_no_figure(read: Reads, at: int) -> None:
    """One head after the other is a word that means nothing."""
    known = read([*HEAD, *FUNDS, *BODY]).funds[0]
    heads = [*FUNDS[0][:at], "甲乙丙", *FUNDS[0][at + 1 :]]
    told = read([*HEAD, heads, FUNDS[1], *BODY]).funds[0]
    own = [name for name in known if name not in ("project_id", "document_id", "flags", "confidence")]
    lost = [name for name in own if dict(told)[name] != dict(known)[name]]
    assert len(lost) <= 1
    assert all(dict(told)[name] is None for name in lost)


@both
def test_an_unknown_fund_line_is_a_line(read: Reads) -> None:
    lines = [["", "财政拨款", "30", "30", "28", "", "", ""], ["", "企业捐入", "10", "10", "10", "", "", ""]]
    rows = read([*HEAD, *FUNDS, *lines, *BODY])
    assert funds(rows, "label_raw", "source")[1:] == [("财政拨款", "fiscal"), ("企业捐入", None)]
    assert [line["executed"] for line in rows.funds] == [380000, 280000, 100000]


@both
def test_an_unknown_first_line_that_is_the_sum_is_the_total(read: Reads) -> None:
    total = ["", "总盘子", *FUNDS[1][2:]]
    lines = [["", "财政拨款", "30", "30", "28", "", "", ""], ["", "其他资金", "10", "10", "10", "", "", ""]]
    rows = read([*HEAD, FUNDS[0], total, *lines, *BODY])
    assert funds(rows, "label_raw", "source")[0] == ("总盘子", "total")
    assert rows.projects[0]["annual_budget"] == Decimal(400000)


@both
def test_an_unknown_label_beside_an_amount_is_a_line(read: Reads) -> None:
    pairs = [["项目资金（万元）", "年度资金总额", "40"], ["", "财政拨款", "30"], ["", "企业捐入", "10"]]
    rows = read([*HEAD, *pairs, *BODY])
    want = [("年度资金总额", "total", 400000), ("财政拨款", "fiscal", 300000), ("企业捐入", None, 100000)]
    assert funds(rows, "label_raw", "source", "annual_budget") == want


@both
def test_lines_by_nature(read: Reads) -> None:
    lines = [
        ["按支出性质", "基本支出", "30", "30", "28", "—", "93%", "—"],
        ["", "其中：人员经费", "20", "20", "20", "", "", ""],
        ["", "公用经费", "", "", "", "", "", ""],
        ["", "项目支出", "10", "10", "10", "", "", ""],
    ]
    rows = read([*HEAD, *FUNDS, *lines, *BODY])
    told = [
        ("基本支出", "basic"),
        ("其中：人员经费", "personnel"),
        ("公用经费", "public"),
        ("项目支出", "project"),
    ]
    assert funds(rows, "label_raw", "nature")[1:] == told
    assert {line["source"] for line in rows.funds[1:]} == {None}
    assert [line["executed"] for line in rows.funds[1:]] == [280000, 200000, None, 100000]


@both
@pytest.mark.parametrize("heads", [["年度主要任务", "任务名称", "主要内容"], ["某类", "事务", "做法"]])
def test_a_list_of_tasks_has_no_fund_lines(read: Reads, heads: list[str]) -> None:
    tasks = [
        [*heads, "预算金额", "执行金额"],
        ["", "道路养护", "养护农村道路", "30", "30"],
        ["", "桥梁养护", "维修桥梁三座", "10", "8"],
    ]
    rows = read([*HEAD, *FUNDS, *tasks, *BODY])
    assert funds(rows, "label_raw") == [("年度资金总额",)]
    if heads[1] == "任务名称":
        assert [(t["name"], t["content"], t["executed"]) for t in rows.tasks][1:] == [
            ("桥梁养护", "维修桥梁三座", 80000)
        ]
    else:
        assert {(heads[1], "道路养护"), (heads[2], "维修桥梁三座"), ("执行金额", "8")} <= unread(rows)


@both
def test_panels_of_labels_beside_their_amounts_are_lines(read: Reads) -> None:
    panels = [
        ["预算情况", "支出", "预算金额（万元）", "收入来源", "预算金额（万元）"],
        ["", "基本支出", "20", "财政拨款", "30"],
        ["", "项目支出", "10", "其他资金", ""],
    ]
    rows = read([*HEAD, *panels, *BODY])
    wanted = [("基本支出", None, "basic"), ("财政拨款", "fiscal", None), ("项目支出", None, "project")]
    assert funds(rows, "label_raw", "source", "nature")[:3] == wanted
    assert [line["annual_budget"] for line in rows.funds][:3] == [200000, 300000, 100000]


# ---- labels and goals
# ----------------------------------------------------------------------------------------------------


@both
def test_an_unknown_label_is_no_value_of_the_one_before_it(read: Reads) -> None:
    head = [
        ["项目名称", "农村道路养护", "归口处", "建设股"],
        ["牵头处", "县政府", "经办人员", "某人"],
        ["主管部门", "", "牵头机构", "县公路局"],
    ]
    rows = read([*HEAD[:2], *head, *FUNDS, *BODY])
    project = rows.projects[0]
    assert (project["project_name"], project["supervising_department"]) == ("农村道路养护", None)
    told = {("归口处", "建设股"), ("牵头处", "县政府"), ("经办人员", "某人"), ("牵头机构", "县公路局")}
    assert told <= unread(rows)
    assert "template_unknown" in project["flags"]
    assert rows.document["status"] == "ok"


@both
@pytest.mark.parametrize(
    "heads", [["预期目标", "年度成效"], ["拟达效果", "实际完成情况"], ["拟达效果", "年度成效"]]
)
def test_an_unknown_heading_of_a_goal(read: Reads, heads: list[str]) -> None:
    texts = ["养护农村公路里程二十公里以上。", "养护农村公路里程二十一公里。"]
    rows = read([*HEAD, *FUNDS, ["年度总体目标", *heads], ["", *texts], *BODY])
    project = rows.projects[0]
    assert [project["goal_expected"], project["goal_actual"]] == texts


def test_totals_follow_the_order_of_the_columns() -> None:
    """得分 may stand left of 分值."""
    swap = [[*row[:5], row[6], row[5], *row[7:]] for row in BODY]
    project = SOURCES[0]([*HEAD, *FUNDS, *swap]).projects[0]
    assert (project["total_weight"], project["total_score"]) == (100, 99.5)
