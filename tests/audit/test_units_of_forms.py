"""`unit_suspect` on forms: amounts in 元 that were taken for 万元, and the reverse."""

from __future__ import annotations

import pytest

from pipeline.corpus.all_documents import finish
from pipeline.model.form import Form
from tests.forms import document, form, with_row

NAMES = ("农村桥梁养护", "乡镇客运补贴", "公路灾毁修复", "候车亭维护")


def suspect(*forms: Form) -> list[int]:
    """The forms of a document, counted from 1, that are marked."""
    rows = document(*forms)
    by_id = {p["project_id"]: n for n, p in enumerate(rows.projects, 1)}
    findings = finish([rows]).documents[0].findings
    return [
        by_id[f["project_id"]] for f in findings if f["rule"] == "unit_suspect" and f["indicator_id"] is None
    ]


@pytest.mark.parametrize(
    ("target", "marked"), [("400000万元", [1]), ("40元", [1]), ("40万元", []), ("41元", [])]
)
def test_costs_that_close_on_the_budget_ten_thousand_times_larger_or_smaller(
    target: str, marked: list[int]
) -> None:
    assert suspect(form(rows=with_row(3, target=target))) == marked


def test_an_amount_out_of_all_proportion_to_the_other_forms() -> None:
    rows = with_row(3, target="控制在预算内")
    others = [form(name=name, rows=rows) for name in NAMES]
    assert suspect(form(rows=rows, amount_unit="元"), *others) == [1]
    assert suspect(form(rows=rows, amount_unit="亿元"), *others) == [1]
    assert suspect(form(rows=rows), *others) == []
    assert suspect(form(rows=rows, amount_unit="元"), *others[:2]) == []


def test_a_countys_single_project_above_five_billion() -> None:
    large = {
        "amount_unit": "亿元",
        "funds": (("年度资金总额", "all", "total", "60", "60", "60", None, None, None),),
    }
    assert suspect(form(department="杭州市西湖区交通运输局", **large)) == [1]
    assert suspect(form(department="浙江省交通运输厅", **large)) == []
    assert suspect(form(department="杭州市西湖区交通运输局", form_type="overall_target", **large)) == []
