"""Level cells → levels: torn and lost labels, labels behind a page break, labels damaged by a recogniser."""

from __future__ import annotations

import pytest

from pipeline.table.levels import LevelCells, join_pieces, resolve, without_chance_weights

TORN = [
    (["14-成本指", "标", None], ["14-成本指标", None, None]),
    (["14-成本指标", "标"], ["14-成本指标", None]),
    (["1-", "产出指标"], ["1-产出指标", None]),
    (["12-质", None, "量指标"], ["12-质量指标", None, None]),
    (["效益指标(30", "分)"], ["效益指标(30分)", None]),
    (["数量指标", "质量指标"], ["数量指标", "质量指标"]),
]


@pytest.mark.parametrize(("printed", "whole"), TORN)
def test_torn_labels_become_whole(printed: list[str | None], whole: list[str | None]) -> None:
    level = 1 if any(t and ("产出" in t or "效益" in t) for t in printed) else 2
    assert join_pieces(printed, level, [True] * len(printed))[0] == whole


def test_a_lost_label_is_inferred_where_the_order_leaves_one() -> None:
    rows = [LevelCells("产出指标", None, 1), LevelCells(None, None, 2), LevelCells(None, "质量指标", 1)]
    found = resolve(rows)
    assert [r.level2 for r in found] == ["数量指标", "数量指标", "质量指标"]
    assert [r.level2_raw for r in found] == [None, None, "质量指标"]
    assert "level2_inferred" in found[0].flags


def test_a_lost_label_with_two_choices_stays_unknown() -> None:
    rows = [LevelCells("产出指标", None), LevelCells(None, "时效指标")]
    assert resolve(rows)[0].level2 is None


def test_the_second_level_decides_the_first() -> None:
    (row,) = resolve([LevelCells("产出指标", "社会效益指标")])
    assert (row.level1, row.level1_raw, sorted(row.flags)) == ("效益指标", "产出指标", ["level1_inferred"])


def test_a_label_printed_behind_the_page_break_is_the_open_cells_above() -> None:
    rows = [
        LevelCells("1-产出指标", "13-时效指标", exact=True),
        LevelCells(None, None, exact=True, open2=True),
        LevelCells(None, "14-成本指标", top=True, exact=True),
    ]
    assert [r.level2 for r in resolve(rows)] == ["时效指标", "成本指标", "成本指标"]


DAMAGED = [
    ("成本恒标", "成本指标"),
    ("社会效标", "社会效益指标"),
    ("服务对象满音度指标", "服务对象满意度指标"),
    ("教学成效", "教学成效"),
]


@pytest.mark.parametrize(("read", "label"), DAMAGED)
def test_a_label_read_off_a_picture_is_taken_for_the_nearest(read: str, label: str) -> None:
    (row,) = resolve([LevelCells("产出指标", read, exact=True, recognised=True)])
    assert (row.level2, row.level2_raw) == (label, read)
    (printed,) = resolve([LevelCells("产出指标", "成本恒标", exact=True)])
    assert printed.level2 == "成本恒标"


def test_a_stray_stroke_is_no_weight() -> None:
    rows = resolve([LevelCells("产出指标1", "数量指标"), LevelCells(None, "质量指标")])
    assert [r.level1_weight for r in without_chance_weights(rows, [10.0, 20.0])] == [None, None]
    rows = resolve([LevelCells("产出指标30", "数量指标"), LevelCells(None, "质量指标")])
    assert [r.level1_weight for r in without_chance_weights(rows, [10.0, 20.0])] == [30.0, 30.0]
