"""Heads whose labels are torn, stand with their values in one line, or have their colon in a cell of its own; goals
written out once for each column of a merged cell.
"""

from __future__ import annotations

import pytest

from pipeline.app.document import parse_document
from pipeline.model.rows import ProjectRow

TITLE = "2023年度项目支出绩效自评表"
GOAL, REACHED = "完成农村公路养护120公里，保障群众出行。", "完成养护120公里，群众出行便利。"
FUNDS = [
    ["项目资金（万元）", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"],
    ["年度资金总额", "50", "50", "50", "10", "100%", "10"],
]
GOALS = [["年度总体目标", "预期目标", "实际完成情况"], ["", GOAL, REACHED]]
ROWS = [
    ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"],
    ["产出指标", "数量指标", "养护里程", "≥120公里", "120公里", "50", "50"],
    ["效益指标", "社会效益指标", "通车率", "≥95%", "97%", "40", "40"],
]


def web(head: list[list[str]], lines: tuple[str, ...] = (), goals: list[list[str]] = GOALS) -> ProjectRow:
    rows = [*head, *FUNDS, *goals, *ROWS]
    body = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in rows)
    above = "".join(f"<p>{line}</p>" for line in (TITLE, *lines))
    return parse_document(f"{above}<table border='1'>{body}</table>".encode(), "a.html").projects[0]


@pytest.mark.parametrize(
    ("head", "lines"),
    [
        (
            [["项目名称", "公路养护"], ["主管部", "县交通局", "实施单", "县公路中心"], ["门", "", "位", ""]],
            (),
        ),
        ([["项目名称", ":", "公路养护"], ["主管部门", "：", "县交通局", "实施单位", "：", "县公路中心"]], ()),
        ([["项目名称：公路养护"], ["主管部门：县交通局", "实施单位：县公路中心"]], ()),
        ([], ("项目名称：公路养护", "主管部门：县交通局 实施单位：县公路中心")),
    ],
    ids=["torn", "colons", "glued", "lines"],
)
def test_labels_and_their_values(head: list[list[str]], lines: tuple[str, ...]) -> None:
    project = web(head, lines)
    names = ("project_name", "supervising_department", "implementing_unit", "goal_expected", "goal_actual")
    assert [project[n] for n in names] == ["公路养护", "县交通局", "县公路中心", GOAL, REACHED]


@pytest.mark.parametrize(
    "goals",
    [
        [["年度总体目标", *["预期目标"] * 3, *["实际完成情况"] * 3], ["年度总体目标", *[GOAL] * 3, *[REACHED] * 3]],
        [["年度总体目标"] * 2 + ["预期目标"] * 2 + ["实际完成情况"] * 2 + [""], ["年度总体目标"] * 2 + [GOAL] * 2 + [REACHED] * 2 + [""]],
    ],
)  # fmt: skip
def test_a_goal_that_stands_once_in_each_column_of_its_cell(goals: list[list[str]]) -> None:
    rows = [["项目名称", "公路养护"], *FUNDS, *goals, *ROWS]
    text = "\n".join([TITLE, *("| " + " | ".join(row) + " |" for row in rows)])
    project = parse_document(text.encode(), "a.md").projects[0]
    assert (project["goal_expected"], project["goal_actual"]) == (GOAL, REACHED)
