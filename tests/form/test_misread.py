"""Repairs of recognised texts: made where the form's own sums or words leave one reading, flagged, and
nowhere else.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.form.misread import repaired, with_units
from pipeline.model.cells import Cell
from pipeline.model.form import Field, Form, FundLine, Indicator
from pipeline.model.regions import CellRow, Region


def figure(text: str, sure: float = 0.9) -> Field:
    return Field(text, (Cell(text, 0, 0, confidence=sure),))


def form(weights: list[Field], *, recognised: bool = True, funds: tuple[FundLine, ...] = ()) -> Form:
    budget = FundLine("年度资金总额", "all", "total", weight=Field("10"), score=Field("10"))
    rows = tuple(
        Indicator(None, None, None, None, None, None, name=Field(f"n{i}"), weight=w)
        for i, w in enumerate(weights)
    )
    return Form(
        "self_evaluation",
        None,
        {},
        "万元",
        "stated",
        2023,
        funds or (budget,),
        rows,
        total_weight=Field("100"),
        recognised=recognised,
    )


WEIGHTS = [
    (["50", "3O", "10"], ["50", "30", "10"], [1]),  # unreadable: the total says it
    (["50", "30", "18"], ["50", "30", "10"], [2]),  # one digit off
    (["50", "30", "10"], ["50", "30", "10"], []),
    (["50", "30", "47"], ["50", "30", "47"], []),  # two digits off: not known
    (["5O", "3O", "10"], ["5O", "3O", "10"], []),  # two unreadable
    (["48", "38", "10"], ["48", "38", "10"], []),  # either may be it
]


@pytest.mark.parametrize(("read", "wanted", "flagged"), WEIGHTS)
def test_the_one_weight_that_spoils_the_sum(read: list[str], wanted: list[str], flagged: list[int]) -> None:
    rows = repaired(form([figure(t) for t in read])).indicators
    assert [row.weight and row.weight.text for row in rows] == wanted
    assert [i for i, row in enumerate(rows) if row.weight and "ocr_repaired" in row.weight.flags] == flagged


def test_a_figure_that_was_read_surely_is_believed() -> None:
    rows = repaired(form([figure("50", 0.999), figure("30", 0.999), figure("18", 0.999)])).indicators
    assert [row.weight and row.weight.text for row in rows] == ["50", "30", "18"]


def test_other_readers_are_left_alone() -> None:
    printed = form([figure("50"), figure("3O"), figure("10")], recognised=False)
    assert repaired(printed) is printed


def test_a_fund_line_is_what_the_others_leave_of_the_total() -> None:
    lines = (
        FundLine("年度资金总额", "all", "total", annual_budget=figure("243.5")),
        FundLine("其中：财政拨款", "all", "fiscal", annual_budget=figure("2OO.5")),
        FundLine("其他资金", "all", "other", annual_budget=figure("43")),
    )
    fiscal = repaired(form([], funds=lines)).funds[1].annual_budget
    assert fiscal is not None
    assert (fiscal.text, fiscal.flags) == ("200.5", ("ocr_repaired",))


SENTENCES = [
    ("实际参训人员少于计划.后续将做好摸底。", "实际参训人员少于计划，后续将做好摸底。"),
    ("完成99.5%，见3.2节", "完成99.5%，见3.2节"),
]


@pytest.mark.parametrize(("read", "wanted"), SENTENCES)
def test_a_full_stop_between_two_characters_is_a_comma(read: str, wanted: str) -> None:
    whole = form([figure("90")])
    whole = replace(whole, indicators=(replace(whole.indicators[0], reason=Field(read)),))
    reason = repaired(whole).indicators[0].reason
    assert reason is not None
    assert reason.text == wanted
    assert ("ocr_repaired" in reason.flags) == (read != wanted)


UNITS = [
    ("项目资金（方元）", "项目资金（万元）"),
    ("单位：方元", "单位：万元"),
    ("地方元素", "地方元素"),
    ("资金（元）", "资金（元）"),
]


@pytest.mark.parametrize(("read", "wanted"), UNITS)
def test_no_unit_of_money_is_called_fang(read: str, wanted: str) -> None:
    region = Region((), (CellRow((Cell(read, 0, 0),), True, 0, recognised=True),))
    (cell,) = with_units(region).rows[0].cells
    assert cell.text == wanted
    assert ("ocr_repaired" in cell.flags) == (read != wanted)
