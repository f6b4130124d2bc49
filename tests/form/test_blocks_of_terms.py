"""Blocks of indicators that a row of its own heads (`长期绩效目标表`, `年度绩效目标表`) are of one form; a line that a
template was left with is no row.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.app.document import parse_document
from pipeline.form.regions import regions
from pipeline.model.cells import Reading

HEAD = [
    ["项目名称", "城市绿化养护"],
    ["项目主管部门", "某区园林局", "项目执行单位", "某区绿化队"],
    ["项目总预算（万元）", "1200", "项目当年预算（万元）", "400"],
]
COLUMNS = ["一级指标", "二级指标", "指标名称", "指标值"]
LONG = [
    ["产出指标", "数量指标", "养护绿地面积", "300万平方米"],
    ["效益指标", "生态效益指标", "绿化覆盖率", "≥40%"],
]
YEAR = [
    ["产出指标", "数量指标", "指标1：养护绿地面积", "100万平方米"],
    ["", "", "指标2：", ""],
    ["", "成本指标", "指标1：……", ""],
    ["效益指标", "生态效益指标", "绿化覆盖率", "≥38%"],
]


def web(rows: list[list[str]]) -> str:
    body = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in rows)
    return f"<p>2024年部门预算项目申报表</p><table border='1'>{body}</table>"


def tabs(rows: list[list[str]]) -> str:
    return "\n".join(["2024年部门预算项目申报表", *("\t".join(row) for row in rows)])


def read(text: str) -> tuple[list[str | None], list[tuple[object, ...]]]:
    document = parse_document(text.encode(), "a")
    return [p["project_name"] for p in document.projects], [
        (row["level2"], row["name"], row["target_raw"], row["horizon"]) for row in document.indicators
    ]


@pytest.mark.parametrize("write", [web, tabs])
@pytest.mark.parametrize(
    "captions",
    [
        ("长期绩效目标表", "年度绩效目标表"),
        ("中期目标", "年度目标"),
        ("项目长期绩效指标", "年度绩效指标（2024年）"),
    ],
)
def test_long_term_and_annual_blocks(
    captions: tuple[str, str], write: Callable[[list[list[str]]], str]
) -> None:
    projects, rows = read(write([*HEAD, [captions[0]], COLUMNS, *LONG, [captions[1]], COLUMNS, *YEAR]))
    assert projects == ["城市绿化养护"]
    assert rows == [
        ("数量指标", "养护绿地面积", "300万平方米", "long_term"),
        ("生态效益指标", "绿化覆盖率", "≥40%", "long_term"),
        ("数量指标", "养护绿地面积", "100万平方米", "annual"),
        ("生态效益指标", "绿化覆盖率", "≥38%", "annual"),
    ]


def test_a_document_without_a_line_has_no_regions() -> None:
    assert regions(Reading((), "text/plain", "text")) == ()
