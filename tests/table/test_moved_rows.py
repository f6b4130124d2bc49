"""Rows and headers that have lost cells at their beginning stand beside their columns: they are moved at once."""

from __future__ import annotations

from pipeline.model.cells import Cell
from pipeline.model.regions import CellRow
from pipeline.model.roles import Role
from pipeline.table.align import align
from pipeline.table.header import Column, read_columns

ROLES = (
    Role.LEVEL1,
    Role.LEVEL2,
    Role.NAME,
    Role.SIGN,
    Role.TARGET,
    Role.UNIT,
    Role.ACTUAL,
    Role.WEIGHT,
    Role.SCORE,
)
COLUMNS = tuple(Column(role, k, 1, role) for k, role in enumerate(ROLES))
BELOW = (
    ("", "产出指标", "数量指标", "培训教师人数", "≥", "130", "人次", "130人次", "10", "10"),
    ("", "", "质量指标", "培训合格率", "≥", "95", "%", "98%", "10", "9"),
    ("", "效益指标", "社会效益指标", "教师队伍素质", "定性", "有效改善", "", "有效改善", "5", "5"),
    ("", "满意度指标", "服务对象满意度指标", "教师满意度", "≥", "90", "%", "92%", "5", "4"),
)


def cells(*texts: str, row: int = 0) -> tuple[Cell, ...]:
    return tuple(Cell(t, row, k) for k, t in enumerate(texts) if t)


def found(header: tuple[str, ...], second: tuple[str, ...]) -> dict[Role, int]:
    """Role → its first grid column."""
    below = [CellRow(cells(*texts, row=2 + k), False, 0) for k, texts in enumerate(BELOW)]
    read = read_columns(cells(*header), cells(*second, row=1), lambda _: below)
    assert read is not None
    columns, two_rows = read
    assert two_rows
    return {c.role: c.start for c in columns}


def test_a_row_that_has_lost_its_first_cells_is_moved_once() -> None:
    row = cells("质量指标", "培训合格率", "≥", "95", "%", "98%", "10", "9")
    way = align(row, COLUMNS, spans=False)
    assert [COLUMNS[j].role for j, _ in way.at] == list(ROLES[1:])
    assert way.margin > 1.0


def test_a_quality_is_no_unit() -> None:
    row = cells("教师队伍素质", "定性", "有效改善", "", "较好", "5", "5")
    way = align(row, COLUMNS, spans=False)
    assert [c.text for c in way.cells(COLUMNS, Role.ACTUAL)] == ["较好"]


PARTS = ("指标性质", "指标值", "度量单位")
PLACES = {
    Role.LEVEL1: 1,
    Role.NAME: 3,
    Role.SIGN: 4,
    Role.TARGET: 5,
    Role.UNIT: 6,
    Role.ACTUAL: 7,
    Role.WEIGHT: 8,
}


def test_a_side_label_that_slipped_to_the_second_row_goes_back() -> None:
    header = ("一级指标", "二级指标", "三级指标", "年度指标值", "", "", "实际完成值", "分值", "得分")
    told = found(header, ("绩效指标", "", "", "", *PARTS))
    assert PLACES.items() <= told.items()


def test_what_stands_behind_a_heading_over_several_columns_moves_behind_them() -> None:
    header = ("绩效指标", "一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分")
    told = found(header, ("", "", "", "", *PARTS))
    assert PLACES.items() <= told.items()
