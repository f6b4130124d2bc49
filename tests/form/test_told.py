"""Indicators that a page tells in sentences or under bracketed headings."""

from __future__ import annotations

from pipeline.app.document import parse_document
from pipeline.rows.build import DocumentRows
from pipeline.untabled.sentences import SURE

BRACKETS = """项目名称：机房更新
【产出指标-数量指标】
指标1：机柜数量（≥77台）
【产出指标-质量指标】
指标1：设备验收合格率（100%）
【满意度指标-服务对象满意度指标】
指标1：使用单位满意度（≥90%）
"""
SENTENCES = """项目名称：路灯维护
（1）数量指标：维修路灯，目标值3000盏，实际完成值3120盏，得分10分；巡查次数，目标值≥50次，实际完成值52次，得分5分。
（2）质量指标：亮灯率，目标值≥98%，实际完成值98.6%，得分10分。
"""
DEFINED = """绩效指标的设定
产出指标：反映预期提供的公共产品和服务，包括数量指标、质量指标、时效指标、成本指标。
数量指标：反映预期提供的公共产品和服务的数量。
质量指标：反映预期提供的公共产品和服务达到的标准、水平和效果。
时效指标：反映预期提供公共产品和服务的及时程度和效率情况。
满意度指标：反映服务对象或者受益人的认可程度。
"""


def _read(text: str) -> DocumentRows:
    return parse_document(text.encode(), "a.txt")


def _told(rows: DocumentRows) -> list[tuple[object, ...]]:
    return [(r["level1"], r["level2"], r["name"], r["target_raw"]) for r in rows.indicators]


def test_bracketed_headings() -> None:
    rows = _read(BRACKETS)
    assert _told(rows) == [
        ("产出指标", "数量指标", "机柜数量", "≥77台"),
        ("产出指标", "质量指标", "设备验收合格率", "100%"),
        ("满意度指标", "服务对象满意度指标", "使用单位满意度", "≥90%"),
    ]
    assert [p["project_name"] for p in rows.projects] == ["机房更新"]


def test_labelled_values() -> None:
    rows = _read(SENTENCES).indicators
    assert [(r["name"], r["target_raw"], r["actual_raw"], r["score"]) for r in rows] == [
        ("维修路灯", "3000盏", "3120盏", 10.0),
        ("巡查次数", "≥50次", "52次", 5.0),
        ("亮灯率", "≥98%", "98.6%", 10.0),
    ]


def test_what_is_told_is_never_sure() -> None:
    assert max(r["confidence"] for text in (BRACKETS, SENTENCES) for r in _read(text).indicators) <= SURE


def test_each_project_of_a_page_has_its_own() -> None:
    rows = _read(BRACKETS + BRACKETS.replace("机房更新", "网络更新"))
    assert [p["project_name"] for p in rows.projects] == ["机房更新", "网络更新"]
    assert len(rows.indicators) == 6


def test_a_definition_of_indicators_tells_none() -> None:
    assert _read(DEFINED).indicators == []
