"""`pipeline.rows.build`, `head`, `cover`: forms made by hand become the contract's rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalizers import head_texts
from pipeline.app.output import to_arrow
from pipeline.model.cells import Cell, Line, Problem, Table
from pipeline.model.errors import Code, error
from pipeline.model.flags import Flag
from pipeline.model.form import Field, Form, FundLine, Indicator
from pipeline.rows.build import (
    DocumentRows,
    document_rows,
    duplicate_rows,
    failed_rows,
    file_facts,
)
from pipeline.rows.form_rows import form_rows
from tests.conftest import at, reading

FACTS = file_facts(b"bytes", "2023/x.txt")
TABLE = Table((), 0, 0, "text-grid", False)


def parts(row: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    return {k: row[k] for k in wanted}


def project(form: Form) -> dict[str, Any]:
    return form_rows(form, "d", 1)[0]


def indicator(form: Form, **fields: Any) -> dict[str, Any]:
    """The row of the form's first indicator with some fields changed."""
    return form_rows(replace(form, indicators=(replace(form.indicators[0], **fields),)), "d", 1)[2][0]


def fund(form: Form, **fields: Any) -> dict[str, Any]:
    """The row of the form's first line of funds with some fields changed."""
    return form_rows(replace(form, funds=(replace(form.funds[0], **fields),)), "d", 1)[1][0]


def test_a_forms_head_and_total_line(form: Form) -> None:
    wanted = {
        "project_id": "d-001", "form_index": 1, "form_type": "self_evaluation", "form_title": "项目支出绩效自评表", "fiscal_year": 2023,
        "project_name": "农村道路养护", "supervising_department": "县交通运输局", "implementing_unit": "县公路养护中心",
        "project_attribute_code": "02", "project_attribute": "经常性项目", "project_period_raw": "3年", "project_period_years": 3.0,
        "total_amount": Decimal("1200000.00"), "initial_budget": Decimal("350000.00"), "annual_budget": Decimal("400000.00"),
        "executed": Decimal("347100.00"), "execution_rate_reported_pct": 86.78, "execution_rate_pct": 86.775, "budget_weight": 10.0,
        "budget_score": 9.0, "goal_expected": "养护道路20公里。", "goal_actual": None, "total_weight": 100.0, "total_score": 99.0,
        "flags": [],
    }  # fmt: skip
    assert parts(project(form), wanted) == wanted


def test_funding_lines(form: Form) -> None:
    first, second = form_rows(form, "d", 1)[1]
    assert (first["line_no"], first["label_raw"], first["scope"], first["source"]) == (
        1,
        "年度资金总额",
        "all",
        "total",
    )
    wanted = {
        "label_raw": "其中：财政拨款",
        "weight": None,
        "score": None,
        "execution_rate_reported_pct": 86.78,
        "flags": ["rate_fraction"],
    }
    assert parts(second, wanted) == wanted


def test_an_indicator(form: Form) -> None:
    row = form_rows(form, "d", 1)[2][0]
    wanted = {
        "indicator_id": "d-001-001", "seq": 1, "level1": "产出指标", "level1_raw": "产出指标（50分）", "level1_weight": 50.0, "ordinal": 1,
        "name": "养护里程", "name_raw": "指标1：养护里程", "is_placeholder": False, "target_raw": "≥20公里", "target_kind": "number",
        "target_comparator": ">=", "target_value": 20.0, "target_unit": "公里", "actual_value": 21.0, "actual_comparator": "=", "weight": 50.0,
        "score": 50.0, "review_score": None, "attainment_pct": 105.0, "target_met": True, "deviation_reason": None, "horizon": "annual",
        "direction": None, "page": None, "bbox": None, "line_start": 20, "line_end": 20, "extractor": "text-grid", "flags": [],
    }  # fmt: skip
    assert parts(row, wanted) == wanted
    assert [p["value"] for p in row["target_parts"]] == [20.0]


def test_a_placeholder_keeps_its_cells_and_has_no_values(form: Form) -> None:
    row = form_rows(form, "d", 1)[2][1]
    wanted = {"is_placeholder": True, "name": "0", "target_raw": "0", "actual_raw": None, "target_kind": None, "target_value": None,
              "target_parts": [], "actual_parts": [], "target_met": None}  # fmt: skip
    assert parts(row, wanted) == wanted


def test_a_date_takes_its_year_from_the_form(form: Form) -> None:
    row = indicator(form, target=at("12月底前"), actual=at("2023年11月30日"))
    wanted = {
        "target_kind": "date",
        "target_date_start": None,
        "target_date_end": date(2023, 12, 31),
        "target_met": True,
    }
    assert parts(row, wanted) == wanted


def test_a_bare_ten_thousand_is_money_in_a_cost_indicator_only(form: Form) -> None:
    cost = indicator(form, level2="经济成本指标", target=at("20万"), actual=at("19.71万"))
    assert parts(cost, {"target_kind": 0, "target_value": 0, "target_met": 0}) == {
        "target_kind": "money", "target_value": 200000.0, "target_met": True,
    }  # fmt: skip
    assert Flag.UNIT_ASSUMED in cost["flags"]
    assert indicator(form, target=at("20万"))["target_kind"] == "number"


UNREAD = [
    ("no doubt", {}, []),
    ("a weight in words", {"weight": at("十来分左右")}, ["value_unread"]),
    ("a dash is no figure", {"weight": at("—")}, []),
    ("two figures unread", {"weight": at("见附件"), "score": at("见附件")}, ["value_unread"]),
    ("a repaired cell", {"name": at("养护里程", flags=("ocr_repaired",))}, ["ocr_repaired"]),
    ("a repaired row", {"flags": ("row_shift_repaired",)}, ["row_shift_repaired"]),
]


@pytest.mark.parametrize(("fields", "flags"), [c[1:] for c in UNREAD], ids=[c[0] for c in UNREAD])
def test_what_is_not_read_or_repaired_is_said(form: Form, fields: dict[str, Any], flags: list[str]) -> None:
    assert indicator(form, **fields)["flags"] == flags


def test_an_amount_that_cannot_be_read_is_null_and_said(form: Form) -> None:
    row = fund(form, executed=at("详见附表"))
    assert (row["executed"], row["flags"]) == (None, ["value_unread"])
    row = fund(form, executed=at("9" * 30))
    assert (row["executed"], row["flags"]) == (None, ["value_unread"])


RATES = [
    ("percent", "86.78%", 86.78, []),
    ("percent points without sign", "86.78", 86.78, []),
    ("fraction that the amounts confirm", "0.8678", 86.78, ["rate_fraction"]),
    ("a rate below one that the amounts do not confirm", "0.5%", 0.5, []),
    ("blank", "/", None, []),
]


@pytest.mark.parametrize(("text", "rate", "flags"), [c[1:] for c in RATES], ids=[c[0] for c in RATES])
def test_rates(form: Form, text: str, rate: float | None, flags: list[str]) -> None:
    row = fund(form, execution_rate=at(text))
    assert (row["execution_rate_reported_pct"], row["flags"]) == (rate, flags)


def test_one_is_a_fraction_only_where_all_was_spent(form: Form) -> None:
    assert fund(form, execution_rate=at("1"), executed=at("40"))["execution_rate_reported_pct"] == 100.0
    assert fund(form, execution_rate=at("1"), executed=at("0.4"))["execution_rate_reported_pct"] == 1.0


@pytest.mark.parametrize(("annual", "rate"), [("0", None), ("—", None), ("30", 115.7), ("34.71", 100.0)])
def test_the_computed_rate(form: Form, annual: str, rate: float | None) -> None:
    funds = (replace(form.funds[0], annual_budget=at(annual)),)
    assert project(replace(form, funds=funds))["execution_rate_pct"] == rate


def test_a_target_forms_year_amount_is_the_total_line_of_all_scopes(form: Form) -> None:
    funds = (
        FundLine("资金总额", "own_level", "total", annual_budget=at("5")),
        FundLine("其中：年度资金总额", "all", "total", annual_budget=at("7")),
    )
    assert project(replace(form, funds=funds))["annual_budget"] == Decimal("70000.00")
    assert project(replace(form, funds=funds[:1]))["annual_budget"] is None


DIRECTIONS = [
    ("正向指标", "positive"),
    ("反向", "negative"),
    ("负向指标", "negative"),
    ("定量", None),
    (None, None),
]


@pytest.mark.parametrize(("text", "direction"), DIRECTIONS)
def test_directions(form: Form, text: str | None, direction: str | None) -> None:
    assert indicator(form, direction=at(text))["direction"] == direction


def test_a_row_is_placed_on_its_first_page(form: Form) -> None:
    cells = (
        Cell("a", 0, 0, page=3, box=(10, 20, 30, 40)), Cell("b", 0, 1, page=3, box=(30, 18, 90, 40)), Cell("c", 1, 0, page=4, box=(0, 0, 5, 5)),
    )  # fmt: skip
    row = indicator(form, cells=cells)
    assert (row["page"], row["bbox"]) == (3, [10, 18, 90, 40])


CUT = [
    ("whole", {}, False),
    ("no indicator", {"indicators": ()}, True),
    ("no total row, but the weights reach 100", {"total_weight": None}, False),
]


@pytest.mark.parametrize(("fields", "cut"), [c[1:] for c in CUT], ids=[c[0] for c in CUT])
def test_a_form_that_breaks_off(form: Form, fields: dict[str, Any], cut: bool) -> None:
    rows = document_rows(FACTS, reading(), [replace(form, **fields)])
    assert (Flag.TRUNCATED in rows.projects[0]["flags"]) is cut
    assert (rows.document["status"], rows.document["error_code"]) == (
        ("partial", "truncated") if cut else ("ok", None)
    )


def test_weights_that_do_not_reach_100_without_a_total_row_break_off(form: Form) -> None:
    first = replace(form.indicators[0], weight=at("20"))
    assert Flag.TRUNCATED in project(replace(form, indicators=(first,), total_weight=None))["flags"]
    assert Flag.TRUNCATED not in project(replace(form, indicators=(first,)))["flags"]


STATUS = [
    ("no form", [], (), ("empty", None)),
    (
        "a page that was not read",
        ["form"],
        (Problem("page_unread", "page 2 has no text", 2),),
        ("partial", "page_unread"),
    ),
    (
        "no form and a page not read",
        [],
        (Problem("page_unread", "page 1 has no text", 1),),
        ("partial", "page_unread"),
    ),
    ("all well", ["form"], (), ("ok", None)),
]


@pytest.mark.parametrize(("forms", "problems", "wanted"), [c[1:] for c in STATUS], ids=[c[0] for c in STATUS])
def test_status(
    form: Form, forms: list[str], problems: tuple[Problem, ...], wanted: tuple[str, str | None]
) -> None:
    document = document_rows(FACTS, reading(problems=problems), [form] * len(forms)).document
    assert (document["status"], document["error_code"]) == wanted
    assert document["error"] == ("; ".join(p.message for p in problems) or None)


def test_a_documents_counts_year_and_confidence(form: Form) -> None:
    rows = document_rows(FACTS, reading(flags=("wrong_ending",)), [form, form])
    wanted = {"document_id": FACTS.sha256[:16], "source_path": "2023/x.txt", "n_bytes": 5, "n_projects": 2, "n_indicators": 4, "n_findings": 0,
              "fiscal_year": 2023, "flags": ["wrong_ending"]}  # fmt: skip
    assert parts(rows.document, wanted) == wanted
    told = [p["confidence"] for p in rows.projects]
    assert rows.document["confidence"] == pytest.approx(sum(told) / 2, abs=1e-4)
    assert [p["project_id"] for p in rows.projects] == [
        f"{FACTS.document_id}-001",
        f"{FACTS.document_id}-002",
    ]
    other = document_rows(FACTS, reading(), [form, replace(form, fiscal_year=2022)])
    assert other.document["fiscal_year"] is None


def test_rows_of_files_that_were_not_read() -> None:
    failed = failed_rows(FACTS, error(Code.ENCRYPTED, "2023/x.txt", "the document asks for a password"))
    wanted = {
        "status": "failed",
        "error_code": "encrypted",
        "error": "the document asks for a password; save a copy without password",
    }
    assert parts(failed.document, wanted) == wanted
    assert duplicate_rows(FACTS, "a.txt").document["error"] == "the same bytes as a.txt"
    check(failed)
    check(duplicate_rows(FACTS, "a.txt"))


def check(rows: DocumentRows) -> None:
    for table, part in rows.tables().items():
        assert to_arrow(table, part).num_rows == len(part)


texts = (
    st.none() | st.text(max_size=12) | st.from_regex(r"[≥<]?[0-9]{1,4}(\.[0-9])?[%万元次分]?", fullmatch=True)
)
fields = st.none() | st.builds(Field, texts)
indicators = st.builds(
    Indicator, st.none() | st.just("成本指标"), st.none(), st.none(), st.none(), st.none(), st.none(), st.builds(Field, texts), fields, fields, fields, fields,
    fields, fields, fields, fields,
)  # fmt: skip
funds = st.builds(
    FundLine,
    st.text(max_size=5),
    st.just("all"),
    st.sampled_from(["total", None]),
    fields,
    fields,
    fields,
    fields,
    fields,
    fields,
)
headers = st.dictionaries(
    st.sampled_from(
        ["project_name", "implementing_unit", "project_attribute", "project_period_raw", "total_amount"]
    ),
    st.builds(Field, texts),
)


@given(
    headers,
    st.lists(funds, max_size=3),
    st.lists(indicators, max_size=3),
    fields,
    st.sampled_from([None, "元", "万元", "亿元"]),
)
def test_no_text_breaks_the_schema(
    header: dict[str, Field],
    lines: list[FundLine],
    items: list[Indicator],
    total: Field | None,
    unit: str | None,
) -> None:
    form = Form("target", None, header, unit, None, 2024, tuple(lines), tuple(items), total, total, "text")
    check(document_rows(FACTS, reading(), [form]))


NAMES = [
    ("219-自治区科学技术协会", "自治区科学技术协会"),
    ("219001-县公路养护中心", "县公路养护中心"),
    ("(433)市体育局", "市体育局"),
    ("【820001】区教育局", "区教育局"),
    ("820001区教育局", "区教育局"),
    ("219001-甲中心，219002-乙中心", "甲中心，乙中心"),
    ("120急救中心", "120急救中心"),
    ("12345政务服务热线中心", "12345政务服务热线中心"),
    ("2023年度办公室", "2023年度办公室"),
    (None, None),
]


@pytest.mark.parametrize(("text", "name"), NAMES)
def test_codes_before_names(text: str | None, name: str | None) -> None:
    assert head_texts.without_code(text) == name


ATTRIBUTES = [
    ("02-经常性项目", ("02", "经常性项目")),
    ("0101-一年期项目", ("0101", "一年期项目")),
    ("03 — 多年期延续性项目", ("03", "多年期延续性项目")),
    ("(31)部门预算项目", ("31", "部门预算项目")),
    ("02经常性项目", ("02", "经常性项目")),
    ("延续性项目", (None, "延续性项目")),
    ("3年期项目", (None, "3年期项目")),
    ("新增项目□ 延续项目☑", (None, "延续项目")),
    ("□新增项目 ☑延续项目", (None, "延续项目")),
    ("新增项目√延续项目□", (None, "新增项目")),
    (None, (None, None)),
]


@pytest.mark.parametrize(("text", "wanted"), ATTRIBUTES)
def test_project_attributes(text: str | None, wanted: tuple[str | None, str | None]) -> None:
    assert head_texts.attribute(text) == wanted


PERIODS = [
    ("99年", 99.0), ("5 年", 5.0), ("三年", 3.0), ("36个月", 3.0), ("1", 1.0), ("1年期", 1.0), ("长期", None), ("2023年", None), ("2023-2025年", None),
    ("2023年1月-12月", None), (None, None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "years"), PERIODS)
def test_project_periods(text: str | None, years: float | None) -> None:
    assert head_texts.period_years(text) == years


NUMBERS = [
    ("10", 10.0),
    ("10分", 10.0),
    ("（10分）", 10.0),
    ("95.5分，优", 95.5),
    ("22.50", 22.5),
    ("１０", 10.0),
    ("9-10", None),
    ("优", None),
]


@pytest.mark.parametrize(("text", "value"), NUMBERS)
def test_the_only_number_of_a_cell(text: str, value: float | None) -> None:
    assert head_texts.only_number(text) == value


COVERS = [
    ("nothing before the form's title", ["项目支出绩效自评表", "（2023年度）"], "项目支出绩效自评表", None, None),
    ("a title on three lines, a notice, a signature", [
        "某市水务局（汇总）", "2024 年市本级部门项目支出", "预算绩效目标", "根据有关要求，现将绩效目标予以公开。", "附件：2024年市本级部门项目支出预算绩效目标表",
        "某市水务局", "2024年2月23日", "附件：", "2024 年市本级部门项目支出预算绩效目标表", "（2024年度）", "单位：万元",
    ], "2024年市本级部门项目支出预算绩效目标表", "某市水务局（汇总）2024年市本级部门项目支出预算绩效目标", "某市水务局"),
    ("the form's title on two lines", ["某县农业农村局", "绩效自评表", "（2023年度）"], "某县农业农村局绩效自评表", None, None),
    ("a web page", ["首页 > 政务公开", "来源：某区教育局", "某区教育局2023年度绩效自评公开", "项目绩效自评表"], "项目绩效自评表",
     "某区教育局2023年度绩效自评公开", "某区教育局"),
    ("prose only", ["现将我局情况说明如下，请予监督。", "项目绩效自评表"], "项目绩效自评表", None, None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "form_title", "title", "publisher"), [c[1:] for c in COVERS], ids=[c[0] for c in COVERS]
)
def test_covers(
    form: Form, lines: list[str], form_title: str, title: str | None, publisher: str | None
) -> None:
    blocks = [Line(text) for text in lines]
    document = document_rows(FACTS, reading(*blocks, TABLE), [replace(form, title=form_title)]).document
    assert (document["title"], document["publisher"]) == (title, publisher)


def test_the_formats_title_is_taken_unless_it_is_the_forms(form: Form) -> None:
    for printed, title in (
        ("某局2023年度决算公开", "某局2023年度决算公开"),
        ("项目支出绩效自评表", None),
        ("首页", None),
    ):
        assert document_rows(FACTS, reading(title=printed), [form]).document["title"] == title
