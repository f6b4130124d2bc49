"""`pipeline.form.project_lists`: one table for many projects becomes a form a project, wherever its cells are
merged or repeated.
"""

from __future__ import annotations

import html
from decimal import Decimal

import pytest

from pipeline.app.document import parse_document
from pipeline.rows.build import DocumentRows

HEADS = [
    "单位名称",
    "项目名称",
    "预算数（万元）",
    "年度目标",
    "一级指标",
    "二级指标",
    "三级指标",
    "指标性质",
    "指标值",
    "度量单位",
    "权重",
]
PROJECTS = [
    ("市教育局机关", "校车安全运行补助", "86.4", "保障校车安全运行", [("产出指标", "数量指标", "补助校车数", "≥", "36", "辆", "40"), ("产出指标", "质量指标", "校车年检合格率", "≥", "98", "%", "20"), ("满意度指标", "服务对象满意度指标", "家长满意度", "≥", "90", "%", "30")]),
    ("市教育局机关", "教师培训经费", "52", "提升教师教学能力", [("产出指标", "数量指标", "培训教师人次", "≥", "800", "人次", "60"), ("效益指标", "社会效益指标", "教师教学能力", "定性", "提升", "", "30")]),
    ("市第一中学", "实验室改造", "130.25", "改造实验室", [("产出指标", "数量指标", "改造实验室", "=", "4", "间", "90")]),
]  # fmt: skip


def merged(repeat_header_at: int = -1) -> bytes:
    """As a web page; the cells of unit and project are merged over their rows."""
    rows = ["".join(f"<td>{h}</td>" for h in HEADS)]
    units = [p[0] for p in PROJECTS]
    for n, (unit, name, budget, goal, indicators) in enumerate(PROJECTS):
        for k, row in enumerate(indicators):
            cells = ""
            if k == 0:
                over = sum(len(p[4]) for p in PROJECTS if p[0] == unit)
                cells = f"<td rowspan={over}>{unit}</td>" if n == units.index(unit) else ""
                cells += "".join(
                    f"<td rowspan={len(indicators)}>{html.escape(x)}</td>" for x in (name, budget, goal)
                )
            rows.append(cells + "".join(f"<td>{html.escape(x)}</td>" for x in row))
    if repeat_header_at > 0:
        rows.insert(repeat_header_at, rows[0])
    table = "".join(f"<tr>{r}</tr>" for r in rows)
    return f"<p>2024年部门预算项目绩效目标表</p><table>{table}</table>".encode()


def repeated() -> bytes:
    """As a text grid; unit and project stand in every row."""
    lines = ["2024年部门预算项目绩效目标表", "\t".join(HEADS)]
    lines += ["\t".join([*p[:4], *row]) for p in PROJECTS for row in p[4]]
    return "\n".join(lines).encode()


def collapsed() -> bytes:
    """As a pipe table whose merged cells are gone, so that a row may begin with its second level."""
    lines, unit = (
        ["2024年部门预算项目绩效目标表", "| " + " | ".join(HEADS) + " |", "|---" * len(HEADS) + "|"],
        "",
    )
    for p in PROJECTS:
        level = ""
        for k, row in enumerate(p[4]):
            cells = [*([p[0]] if p[0] != unit else []), *p[1:4]] if k == 0 else []
            cells += row if k == 0 or row[0] != level else row[1:]
            unit, level = p[0], row[0]
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines).encode()


def told(rows: DocumentRows) -> list[tuple[object, ...]]:
    keys = ("project_name", "implementing_unit", "annual_budget", "goal_expected", "form_type", "fiscal_year")
    return [tuple(p[k] for k in keys) for p in rows.projects]


@pytest.mark.parametrize(
    "data",
    [merged(), merged(repeat_header_at=6), repeated(), collapsed()],
    ids=["merged", "header again", "repeated", "collapsed"],
)
def test_a_list_of_projects_is_a_form_each(data: bytes) -> None:
    rows = parse_document(data, "a.html" if data.startswith(b"<") else "a.txt")
    wanted = [(p[1], p[0], Decimal(p[2]) * 10000, p[3], "target", 2024) for p in PROJECTS]
    assert told(rows) == wanted
    assert [f["label_raw"] for f in rows.funds] == ["预算数（万元）"] * len(PROJECTS)  # as printed
    indicators = [
        (i["form"], i["name"], i["target_raw"], i["weight"])
        for i in ({**i, "form": int(i["project_id"][-3:])} for i in rows.indicators)
    ]
    assert indicators == [
        (n, r[2], ("" if r[3] == "定性" else r[3]) + r[4] + r[5], float(r[6]))
        for n, p in enumerate(PROJECTS, 1)
        for r in p[4]
    ]


def test_a_form_with_one_project_is_left_alone() -> None:
    data = "<table><tr><td>项目名称</td><td colspan=3>道路养护</td></tr><tr><td>一级指标</td><td>二级指标</td><td>三级指标</td><td>指标值</td></tr>"
    data += "<tr><td>产出指标</td><td>数量指标</td><td>里程</td><td>≥20公里</td></tr></table>"
    rows = parse_document(data.encode(), "a.html")
    assert [p["project_name"] for p in rows.projects] == ["道路养护"]
