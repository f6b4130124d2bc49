"""Columns held apart by spaces whose cells go on on the next line: what is the rest of a cell, and what is not."""

from __future__ import annotations

import pytest

from pipeline.read.common.columns import PieceLine, tables_in
from pipeline.read.text.space_columns import pieces


def rows(*lines: str) -> list[list[str]]:
    """The cells' texts of the only table in the lines."""
    (found,) = tables_in([PieceLine(i, pieces(line)) for i, line in enumerate(lines)], "test")
    table = found.table
    return [[c.text for c in table.cells if c.row == r] for r in range(table.n_rows)]


def test_a_bracket_that_is_torn_holds_no_cell_beside_it() -> None:
    assert [p.text for p in pieces("产出指标(40    数量指标     (1)培训教师")] == [
        "产出指标(40",
        "数量指标",
        "(1)培训教师",
    ]
    assert [p.text for p in pieces("其中(  万元  )    10")] == ["其中(  万元  )", "10"]


TORN = [
    ("学校校舍建设补助标", "准", "≤30天"),
    ("学校校舍建设（新建", "房屋）", "≤30天"),
    ("学校校舍建设的标准", "，扩建", "≤30天"),
]


@pytest.mark.parametrize(("name", "rest", "target"), TORN)
@pytest.mark.parametrize("last", [True, False])
def test_what_can_be_nothing_but_a_rest_is_one(name: str, rest: str, target: str, last: bool) -> None:
    torn = [f"产出     {name}    {target}          10", f"         {rest}"]
    whole = ["效益     培训教师人数          ≥13人次         10"] * 2
    found = rows(*whole, *torn, *([] if last else whole))
    assert f"{name}\n{rest}" in found[2]


def test_a_line_that_says_something_of_its_own_is_no_rest() -> None:
    torn = ["产出     学校校舍建设补助标    ≤30天          10", "         教师培训标准"]
    found = rows(
        "效益     培训教师人数          ≥13人次         10",
        *torn,
        "效益     培训教师人数          ≥13人次         10",
    )
    assert "学校校舍建设补助标" in found[1]
