"""What speaks for and against a row: a block with one oddity each, and the number that it must change."""

from __future__ import annotations

from pipeline.model.cells import Cell
from pipeline.model.form import Evidence
from pipeline.model.regions import CellRow
from pipeline.model.roles import Role
from pipeline.table.header import Column
from pipeline.table.indicators import read_block

LABELS = {
    Role.LEVEL1: "一级指标",
    Role.LEVEL2: "二级指标",
    Role.NAME: "三级指标",
    Role.TARGET: "指标值",
    Role.WEIGHT: "分值",
}
ROWS = (
    ("产出指标", "数量指标", "改造村卫生室", "≥5个", "10"),
    ("", "质量指标", "验收合格率", "≥98%", "10"),
    ("", "时效指标", "完成时间", "12个月", "10"),
)


def told(
    rows: tuple[tuple[str, ...], ...] = ROWS,
    labels: dict[Role, str] | None = None,
    sure: float = 1.0,
    read: float = 1.0,
    recognised: bool = False,
) -> list[Evidence]:
    named = {**LABELS, **(labels or {})}
    columns = [
        Column(r, k, 1, t, sure if r == Role.TARGET else 1.0) for k, (r, t) in enumerate(named.items())
    ]
    cells = [
        CellRow(
            tuple(Cell(t, n, k, confidence=read if t == "≥98%" else 1.0) for k, t in enumerate(texts) if t),
            True,
            0,
            recognised=recognised,
        )
        for n, texts in enumerate(rows)
    ]
    return [i.evidence for i in read_block(columns, cells)]


def test_nothing_speaks_against_a_whole_row() -> None:
    first = told()[0]
    assert (first.least_sure, first.unknown_labels, first.missing_labels, first.blank) == (1.0, 0, 0, 0)
    assert not any((first.shifted, first.joined, first.loose, first.recognised, first.wrapped))


def test_a_column_of_which_little_is_sure_makes_its_rows_unsure() -> None:
    assert [e.least_sure for e in told(sure=0.6)] == [0.6, 0.6, 0.6]


def test_unknown_and_missing_labels_are_counted() -> None:
    assert told(labels={Role.TARGET: "拟达标准"})[0].unknown_labels == 1
    assert told(labels={Role.TARGET: ""})[0].missing_labels == 1


def test_a_blank_that_most_rows_fill_is_counted() -> None:
    rows = (*ROWS, ("", "成本指标", "总成本", "≤9万元", ""))
    assert [e.blank for e in told(rows)] == [0, 0, 0, 1]


def test_the_oddest_cell_is_told() -> None:
    usual, odd = told()[1], told((ROWS[0], ("", "质量指标", "验收合格率", "产出指标", "10"), ROWS[2]))[1]
    assert odd.oddest > usual.oddest


def test_the_least_read_cell_is_told() -> None:
    assert [e.least_read for e in told(read=0.5, recognised=True)] == [1.0, 0.5, 1.0]
    assert all(e.recognised for e in told(recognised=True))


def test_levels_that_are_filled_down_have_the_margin_of_their_row() -> None:
    found = told()
    assert found[1].level_margin <= found[0].level_margin
    assert all(e.level_margin <= found[0].margin for e in found)
