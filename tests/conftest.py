"""Forms, readings and files that several test modules need, made by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.model.cells import Cell, Reading, Table
from pipeline.model.form import Field, Form, FundLine, Indicator

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session", autouse=True)
def english() -> Iterator[None]:
    """What the program prints is compared in English, whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("LC_ALL", raising=False)
        patch.setenv("LC_MESSAGES", "C")
        yield


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return ROOT


def at(text: str | None, line: int = 1, **more: object) -> Field:
    """A field read from one cell on one line of a text."""
    return Field(text, (Cell(text or "", 0, 0, line_start=line, line_end=line),), **more)


def reading(*blocks: object, **more: object) -> Reading:
    """What a text reader gives for these blocks; one empty table where none are named."""
    return Reading(tuple(blocks) or (Table((), 0, 0, "text-grid", False),), "text/plain", "text", **more)


@pytest.fixture
def form() -> Form:
    """A self-evaluation form with one line of funds and two indicators, every figure right."""
    return Form(
        form_type="self_evaluation",
        title="项目支出 绩效自评表",
        header={
            "project_name": at("农村道路养护"),
            "supervising_department": at("219-县交通运输局"),
            "implementing_unit": at("219001-县公路养护中心"),
            "project_attribute": at("02-经常性项目"),
            "project_period_raw": at("3 年"),
            "total_amount": at("120"),
            "goal_expected": at("养护道路\n20公里。"),
            "goal_actual": at("—"),
        },
        amount_unit="万元",
        amount_unit_source="stated",
        fiscal_year=2023,
        funds=(
            FundLine(
                "年度资金总额：",
                "all",
                "total",
                at("35"),
                at("40"),
                at("34.71"),
                at("10"),
                at("86.78%"),
                at("9"),
            ),
            FundLine(
                "其中： 财政拨款",
                "all",
                "fiscal",
                at("35"),
                at("40"),
                at("34.71"),
                at("—"),
                at("0.8678"),
                at(None),
            ),
        ),
        indicators=(
            Indicator(
                "产出指标",
                "数量指标",
                "产出指标（50分）",
                "数量指标",
                50.0,
                None,
                at("指标1：养护里程", 20),
                at("≥20公里", 20),
                at("21公里", 20),
                at("50分", 20),
                at("50", 20),
                reason=at("/", 20),
            ),
            Indicator(
                "效益指标",
                "经济效益指标",
                "效益指标",
                "经济效益指标",
                None,
                None,
                at("0", 21),
                at("0", 21),
                at("", 21),
                at("40", 21),
                at("40", 21),
            ),
        ),
        total_weight=at("100"),
        total_score=at("99"),
        reader="text-grid",
    )
