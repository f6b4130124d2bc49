"""Rows between the indicators that are none: sums of some of them, headings of levels, what a template was left
with, opinions and stamps, notes.
"""

from __future__ import annotations

import pytest

from pipeline.app.document import parse_document

HEAD = [
    ["项目名称", "农村公路养护"],
    ["主管部门", "某县交通运输局", "实施单位", "某县公路养护中心"],
    ["项目资金（万元）", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"],
    ["年度资金总额", "50", "50", "50", "10", "100%", "10"],
]
COLUMNS = [
    "一级指标",
    "二级指标",
    "三级指标",
    "年度指标值",
    "实际完成值",
    "分值",
    "得分",
    "偏差原因分析及改进措施",
]
ROWS = [
    ["产出指标（50分）", "", "", "", "", "", "", ""],
    ["产出指标", "数量指标", "养护里程", "≥120公里", "120公里", "20", "20", "……"],
    ["", "质量指标", "验收合格率", "≥95%", "98%", "20", "20", "……"],
    ["", "时效指标", "……", "", "", "", "", ""],
    ["", "", "完成时间", "12月底前", "12月", "10", "10", "..."],
    ["小计", "", "", "", "", "50", "50", ""],
    ["效益指标", "社会效益指标", "出行便利", "提升", "提升", "30", "30", "无"],
    ["效益指标小计", "", "", "", "", "30", "30", ""],
    ["（10分）", "服务对象满意度指标", "群众满意度", "≥90%", "93%", "10", "10", ""],
]
TOTAL = [["总分", "", "", "", "", "100", "100", ""]]
TAIL = [
    ["自评等级", "优", "", "", "", "", "", ""],
    ["主管部门意见（盖章）：", "", "", "", "", "", "", ""],
    ["财政部门意见（盖章）：", "同意", "", "", "", "", "", ""],
    ["注：1.得分一档最高不能超过该指标分值上限。", "", "", "", "", "", "", ""],
]
NAMES = ["养护里程", "验收合格率", "完成时间", "出行便利", "群众满意度"]


def web(rows: list[list[str]]) -> bytes:
    body = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in rows)
    return f"<p>2023年度项目支出绩效自评表</p><table border='1'>{body}</table>".encode()


def pipes(rows: list[list[str]]) -> bytes:
    return "\n".join(
        ["2023年度项目支出绩效自评表", *("| " + " | ".join(row) + " |" for row in rows)]
    ).encode()


@pytest.mark.parametrize("total", [TOTAL, []], ids=["total", "no total"])
@pytest.mark.parametrize("write", [web, pipes])
def test_rows_that_are_no_indicators(write: type, total: list[list[str]]) -> None:
    rows = parse_document(write([*HEAD, COLUMNS, *ROWS, *total, *TAIL]), "form").indicators
    assert [r["name"] for r in rows] == NAMES
    assert [r["deviation_reason"] for r in rows] == [None, None, None, "无", None]
    assert [r["level1"] for r in rows] == ["产出指标"] * 3 + ["效益指标", "满意度指标"]
    assert [r["level2"] for r in rows][1:3] == ["质量指标", "时效指标"]
