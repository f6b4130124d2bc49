"""`pipeline.form.units`: which unit a form's bare amounts are in, and that one place decides it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from pipeline.form.tags import tag_rows
from pipeline.form.units import AmountUnit, amount_unit, is_unit_note
from pipeline.model.cells import Cell, Line
from pipeline.model.regions import CellRow, Given, Region

ROOT = Path(__file__).parents[2]
PROSE = "本项目为解决农村道路养护资金不足的问题，由财政安排专项资金若干（万元）"


def rows(*texts: tuple[str, ...]) -> tuple[CellRow, ...]:
    return tuple(
        CellRow(tuple(Cell(t, r, c) for c, t in enumerate(row)), True, 0) for r, row in enumerate(texts)
    )


@pytest.mark.parametrize(
    ("lines", "head", "unit"),
    [
        ([], [("项目资金", "全年预算数"), ("年度资金总额", "35")], AmountUnit("万元", "assumed")),
        ([], [("项目资金（元）", "全年预算数"), ("年度资金总额", "35")], AmountUnit("元", "stated")),
        ([], [("项目资金", "全年预算数（亿元）"), ("年度资金总额", "35")], AmountUnit("亿元", "stated")),
        (["金额单位：元"], [("项目资金（万元）", "全年预算数")], AmountUnit("万元", "stated")),
        (["金额单位：元"], [("项目资金", "全年预算数")], AmountUnit("元", "stated")),
        (["单位：元", "单位：千元"], [("项目资金", "全年预算数")], AmountUnit("千元", "stated")),
        (["支出350000元"], [("项目资金", "全年预算数")], AmountUnit("万元", "assumed")),
        ([], [("项目资金", "全年预算数"), ("单位：元",)], AmountUnit("元", "stated")),
        ([], [("项目资金", "全年预算数"), ("8730元/单位",)], AmountUnit("万元", "assumed")),
        (["补助标准为8730元/单位"], [("项目资金", "全年预算数")], AmountUnit("万元", "assumed")),
        (["填报单位：某局  单位：元  2023年"], [("项目资金", "全年预算数")], AmountUnit("元", "stated")),
        (["项目支出绩效自评表（元）"], [("项目资金", "全年预算数")], AmountUnit("元", "stated")),
        ([], [("项目资金", "全年预算数"), (PROSE.replace("万元", "元"),)], AmountUnit("万元", "assumed")),
    ],
)  # fmt: skip
def test_the_unit_of_bare_amounts(lines: list[str], head: list[tuple[str, ...]], unit: AmountUnit) -> None:
    cells = rows(*head)
    region = Region(tuple(Line(text) for text in lines), cells)
    assert amount_unit(tag_rows(cells), region) == unit


def test_the_rows_of_indicators_state_nothing() -> None:
    cells = rows(
        ("项目资金", "全年预算数"), ("一级指标", "指标值"), ("产出指标", "（元）"), ("成本指标", "单位：元")
    )
    assert amount_unit(tag_rows(cells[:1]), Region((), cells)) == AmountUnit("万元", "assumed")


def test_a_unit_note_is_no_label() -> None:
    assert is_unit_note("金额单位：万元")
    assert is_unit_note("单位:元")
    assert not is_unit_note("填报单位：某局")


def test_the_column_of_a_list_of_projects_states_the_unit() -> None:
    region = Region((Line("金额单位：万元"),), (), given=Given(fund_labels=("预算数（元）",)))
    assert amount_unit([], region) == AmountUnit("元", "stated")


def test_nothing_else_asks_for_the_unit_of_a_label() -> None:
    asking = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "pipeline").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and any(name.name == "unit_of" for name in node.names)
    }
    assert asking == {"pipeline/form/units.py"}
