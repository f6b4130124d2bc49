"""Columns that analysts asked for, each read from a document: place, date and number of the publication,
departments and their codes, terms, grades, core marks, thresholds, parts of an indicator, further reviewers.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from pipeline.app.document import parse_document
from pipeline.rows.build import DocumentRows

COVER = [
    "某省财政厅关于公开2023年度专项资金绩效自评结果的通知",
    "川财绩〔2024〕15号",
    "四川省成都市武侯区财政局",
    "2024年5月8日",
]
HEAD = [
    ["项目名称", "农村道路养护"],
    ["中央主管部门", "交通运输部", "地方主管部门", "219-区交通运输局"],
    ["省级财政部门", "四川省财政厅", "实施单位", "区公路养护中心（219001）"],
    ["项目起止时间", "2023年1月-2024年6月", "填报日期", "2024年3月5日"],
    ["项目资金（万元）", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"],
    ["年度资金总额", "40", "40", "40", "10", "100%", "10"],
]
COLUMNS = ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"]
ROWS = [
    ["产出指标", "数量指标", "★指标1：养护里程（≥**公里）", "20", "21", "30", "30"],
    ["产出指标", "数量指标", "其中：县道", "8公里", "8公里", "10", "10"],
    ["产出指标", "质量指标", "验收合格率", "≥95%", "96%", "20", "20"],
    ["效益指标", "社会效益指标", "群众出行", "≥8730元/单位", "8730元/单位", "20", "20"],
    ["满意度指标", "服务对象满意度指标", "群众满意度", "≥90%", "95%", "10", "10"],
]
TOTAL = [["总分", "", "", "", "", "100", "100", "优"]]


def page(rows: Sequence[Sequence[str]], lines: Sequence[str] = ()) -> DocumentRows:
    """A web page with these lines, a form's title and its table."""
    above = "".join(f"<p>{html.escape(line)}</p>" for line in (*lines, "项目支出绩效自评表"))
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(c).replace(chr(10), '<br>')}</td>" for c in row) + "</tr>"
        for row in rows
    )
    text = f"<html><body>{above}<table border='1'>{body}</table></body></html>"
    return parse_document(text.encode(), "form.html")


def parts(row: dict[str, Any], *names: str) -> list[Any]:
    return [row[name] for name in names]


@pytest.fixture(scope="module")
def whole() -> DocumentRows:
    return page([*HEAD, COLUMNS, *ROWS, *TOTAL], COVER)


def test_place_date_and_number_of_the_publication(whole: DocumentRows) -> None:
    document = whole.document
    assert document["publisher"] == "四川省成都市武侯区财政局"
    assert (document["region_code"], document["region"]) == ("510107", "四川省/成都市/武侯区")
    assert document["published_on"] == date(2024, 5, 8)
    assert document["document_number"] == "川财绩〔2024〕15号"


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("发布日期：2024-05-08", date(2024, 5, 8)),
        ("信息来源：某局 发布时间：2024年5月8日 浏览次数：12", date(2024, 5, 8)),
        ("二〇二四年五月八日", date(2024, 5, 8)),
        ("2024年5月", date(2024, 3, 5)),
    ],
)
def test_a_date_where_the_document_has_none_of_its_own_is_that_of_filling_in(line: str, day: date) -> None:
    assert page([*HEAD, COLUMNS, *ROWS], [line]).document["published_on"] == day


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("财预〔2021〕101号", "财预〔2021〕101号"),
        ("发文字号：京财绩效[2024]7号", "京财绩效[2024]7号"),
        ("（川财预〔2023〕3号）", "川财预〔2023〕3号"),
        ("根据财预〔2020〕10号的要求，现公开如下", None),
    ],
)
def test_the_letters_own_number_is_not_one_that_it_cites(line: str, number: str | None) -> None:
    assert page([*HEAD, COLUMNS, *ROWS], [line]).document["document_number"] == number


def test_without_a_publisher_the_departments_tell_the_place() -> None:
    rows = [["主管部门", "长沙市教育局", "实施单位", "长沙市岳麓区实验小学"]]
    told = page([HEAD[0], *rows, *HEAD[4:], COLUMNS, *ROWS]).document
    assert (told["region_code"], told["region"]) == ("430100", "湖南省/长沙市")
    rows = [["主管部门", "市教育局", "实施单位", "朝阳区实验小学"]]
    assert page([HEAD[0], *rows, *HEAD[4:], COLUMNS, *ROWS]).document["region"] is None


def test_departments_and_their_codes(whole: DocumentRows) -> None:
    project = whole.projects[0]
    assert parts(project, "supervising_department", "supervising_department_code") == ["区交通运输局", "219"]
    assert parts(project, "implementing_unit", "implementing_unit_code") == ["区公路养护中心", "219001"]
    assert [(d["role"], d["name"]) for d in project["departments"]] == [
        ("central", "交通运输部"), ("local", "区交通运输局"), ("finance", "四川省财政厅"), ("implementing", "区公路养护中心"),
    ]  # fmt: skip


def test_a_code_in_a_cell_of_its_own() -> None:
    rows = [["主管部门", "区教育局", "主管部门代码", "105"], ["实施单位", "第一小学", "单位代码", "105003"]]
    project = page([HEAD[0], *rows, *HEAD[4:], COLUMNS, *ROWS]).projects[0]
    assert parts(project, "supervising_department_code", "implementing_unit_code") == ["105", "105003"]


@pytest.mark.parametrize(
    ("row", "term"),
    [
        (["项目起止时间", "2023年1月-2024年6月"], [date(2023, 1, 1), date(2024, 6, 30)]),
        (
            ["计划开始日期", "2023-01-15", "计划完成日期", "2023-11-30"],
            [date(2023, 1, 15), date(2023, 11, 30)],
        ),
        (["项目期", "99年"], [None, None]),
    ],
)
def test_the_projects_term(row: list[str], term: list[date | None]) -> None:
    project = page([HEAD[0], HEAD[2], row, *HEAD[4:], COLUMNS, *ROWS]).projects[0]
    assert parts(project, "period_start", "period_end") == term


@pytest.mark.parametrize(
    ("below", "grade"),
    [
        (TOTAL, "优"),
        ([["总分", "", "", "", "", "100", "85"], ["自评等级", "良好"]], "良"),
        ([["总分", "", "", "", "", "100", "65"], ["评价等级：中"]], "中"),
        ([["总分", "", "", "", "", "100", "100"]], None),
    ],
)
def test_the_grade_beside_the_total_or_in_its_own_line(below: list[list[str]], grade: str | None) -> None:
    assert page([*HEAD, COLUMNS, *ROWS, *below]).projects[0]["grade"] == grade


def test_marks_and_thresholds_are_no_part_of_a_name(whole: DocumentRows) -> None:
    first = whole.indicators[0]
    assert parts(first, "ordinal", "name", "is_core", "name_threshold") == [
        1,
        "养护里程",
        True,
        "（≥**公里）",
    ]
    assert parts(first, "target_raw", "target_comparator", "target_value", "target_unit") == [
        "20",
        ">=",
        20.0,
        "公里",
    ]
    assert parts(first, "actual_comparator", "actual_value", "actual_unit", "target_met") == [
        "=",
        21.0,
        "公里",
        True,
    ]
    assert [row["is_core"] for row in whole.indicators[1:]] == [False] * 4


def test_a_part_knows_the_row_that_it_is_a_part_of(whole: DocumentRows) -> None:
    assert [row["parent_id"] for row in whole.indicators] == [
        None,
        whole.indicators[0]["indicator_id"],
        None,
        None,
        None,
    ]


def test_a_price_by_the_unit_states_no_unit_of_amounts(whole: DocumentRows) -> None:
    head = [["项目名称", "农村道路养护"], ["项目资金", *HEAD[4][1:]], HEAD[5]]
    project = page([*head, COLUMNS, *ROWS]).projects[0]
    assert parts(project, "amount_unit", "amount_unit_source") == ["万元", "assumed"]
    assert parts(whole.projects[0], "amount_unit", "amount_unit_source") == ["万元", "stated"]


def test_columns_beside_those_of_the_template() -> None:
    columns = [*COLUMNS[:4], "调整指标值", *COLUMNS[4:], "县级评分", "市级评分", "是否核心指标"]
    rows = [
        [*row[:4], target, *row[4:], county, city, core]
        for row, target, county, city, core in zip(
            ROWS[2:],
            ["≥97%", "", "≥91%"],
            ["19", "20", "9.5"],
            ["18", "20", ""],
            ["是", "否", "否"],
            strict=True,
        )
    ]
    found = page([*HEAD, columns, *rows]).indicators
    assert [row["adjusted_target_raw"] for row in found] == ["≥97%", None, "≥91%"]
    assert [row["is_core"] for row in found] == [True, False, False]
    assert [[(r["by"], r["score"]) for r in row["reviews"]] for row in found] == [
        [("县级", 19.0), ("市级", 18.0)], [("县级", 20.0), ("市级", 20.0)], [("县级", 9.5)],
    ]  # fmt: skip
    assert [row["score"] for row in found] == [20.0, 20.0, 10.0]


def test_what_the_new_columns_took_is_not_unread(whole: DocumentRows) -> None:
    assert [row["text"] for row in whole.unread] == []
    columns = [*COLUMNS[:4], "调整指标值", *COLUMNS[4:], "县级评分", "是否核心指标", "市级评分"]
    found = page([*HEAD, columns, *([*row[:4], "1人", *row[4:], "9", "是", "8"] for row in ROWS), *TOTAL])
    assert [row["text"] for row in found.unread] == []
    assert found.document["status"] == "ok"


def test_numbers_that_a_narrow_cell_tears_and_masked_digits() -> None:
    rows = [
        ["产出指标", "数量指标", "造林面积", "≥1100\n00亩", "1100\n00亩", "40", "40"],
        ["产出指标", "成本指标", "补助标准", "≤****000元", "17元/人、天", "30", "30"],
        ["效益指标", "社会效益指标", "合格率", "9\n5%", "96%", "20", "20"],
    ]
    found = page([*HEAD, COLUMNS, *rows]).indicators
    assert parts(found[0], "target_raw", "target_value", "target_unit") == ["≥110000亩", 110000.0, "亩"]
    assert parts(found[1], "target_kind", "actual_value", "actual_unit") == ["text", 17.0, "元/人、天"]
    assert "digits_lost" in found[1]["flags"]
    assert parts(found[2], "target_raw", "target_value") == ["95%", 95.0]


def test_first_and_second_levels_by_their_stems() -> None:
    rows = [
        ["产出类", "数量值", "养护里程", "20公里", "20公里", "50", "50"],
        ["效益类", "社会效益值", "群众出行", "改善", "改善", "40", "40"],
    ]
    found = page([*HEAD, COLUMNS, *rows]).indicators
    assert [(row["level1"], row["level2"]) for row in found] == [
        ("产出指标", "数量指标"),
        ("效益指标", "社会效益指标"),
    ]
