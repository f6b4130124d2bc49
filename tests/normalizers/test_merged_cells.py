"""`normalizers.merged_cells`: a cell that is merged over several rows is said of each of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalizers.merged_cells import fill_down

COLUMN = st.lists(st.one_of(st.none(), st.text(max_size=3)))
STARTS = st.sets(st.integers(0, 20))


@pytest.mark.parametrize(
    ("column", "starts", "filled"),
    [
        ([], (), []),
        (["产出指标", None, None, "效益指标", None], (), ["产出指标", "产出指标", "产出指标", "效益指标", "效益指标"]),
        ([None, "数量指标", None], (), [None, "数量指标", "数量指标"]),
        (["数量指标", None, None], {2}, ["数量指标", "数量指标", None]),
        (["数量指标", None, None, "质量指标"], {1, 3}, ["数量指标", None, None, "质量指标"]),
        (["", None], (), ["", ""]),
    ],
)  # fmt: skip
def test_fill_down(column: list[str | None], starts: set[int], filled: list[str | None]) -> None:
    assert fill_down(column, starts) == filled


@given(COLUMN, STARTS)
def test_what_is_printed_stays_and_what_is_filled_stands_above(
    column: list[str | None], starts: set[int]
) -> None:
    filled = fill_down(column, starts)
    assert len(filled) == len(column)
    for row, (cell, out) in enumerate(zip(column, filled, strict=True)):
        above = filled[row - 1] if row and row not in starts else None
        assert out == (cell if cell is not None else above)


@given(COLUMN)
def test_a_filled_column_stays_as_it_is(column: list[str | None]) -> None:
    assert fill_down(fill_down(column)) == fill_down(column)
