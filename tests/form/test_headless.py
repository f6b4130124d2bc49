"""Regular rows whose header is lost or in disorder, in text without cells."""

from __future__ import annotations

import pytest

from pipeline.app.document import parse_document

HEAD = "项目支出绩效自评表\n（2022年度）\n项目名称 乡村道路养护\n"
ROWS = """产出指标 数量指标 指标1：养护县道里程 ≥186公里 186公里 10 10
指标2：更换波形护栏 ≥1200米 1150米 10 9 备料不足，次年补齐。
质量指标 指标1：路面技术状况优良率 ≥90% 92% 15 15
时效指标 指标1：水毁修复时限 ≤5天 4天 15 15
效益指标 社会效益指标 指标1：道路通行保障能力 有效提升 有效提升 30 30
满意度指标 服务对象满意度指标 指标1：沿线群众满意度 ≥90% 93% 10 10
总分 100 97
"""
HEADERS = (
    "",
    "三级指标 得分 年度指标值 二级指标 分值 偏差原因分析 一级指标 实际完成值\n",
    "一级 年度 指标 分 二级 三级 得分 完成\n",
)


@pytest.mark.parametrize("header", HEADERS)
def test_rows_are_rows_whatever_became_of_the_header(header: str) -> None:
    rows = parse_document((HEAD + header + ROWS).encode(), "a.txt").indicators
    assert [(r["level2"], r["target_raw"], r["weight"], r["score"]) for r in rows] == [
        ("数量指标", "≥186公里", 10.0, 10.0),
        ("数量指标", "≥1200米", 10.0, 9.0),
        ("质量指标", "≥90%", 15.0, 15.0),
        ("时效指标", "≤5天", 15.0, 15.0),
        ("社会效益指标", "有效提升", 30.0, 30.0),
        ("服务对象满意度指标", "≥90%", 10.0, 10.0),
    ]


def test_a_form_that_ends_with_its_header_has_no_rows() -> None:
    text = HEAD + "一级指标 二级指标 三级指标 年度指标值 实际完成值 分值 得分\n总分 100 97\n"
    assert parse_document(text.encode(), "a.txt").indicators == []
