"""A dash that a recogniser read as the numeral 一 is a dash, in every column that is not numbered."""

from __future__ import annotations

import pytest

from pipeline.model.cells import Cell
from pipeline.model.regions import CellRow
from pipeline.model.roles import Role
from pipeline.table.header import Column
from pipeline.table.placed_rows import place_rows

ROLES = (Role.ORDINAL, Role.NAME, Role.TARGET, Role.ACTUAL, Role.WEIGHT, Role.REASON)
COLUMNS = tuple(Column(role, at, 1, role.value) for at, role in enumerate(ROLES))


def _row(*texts: str, recognised: bool) -> CellRow:
    cells = tuple(Cell(text, 0, at) for at, text in enumerate(texts))
    return CellRow(cells, spans=True, piece=0, recognised=recognised)


@pytest.mark.parametrize(("recognised", "reason"), [(True, None), (False, "一")])
def test_a_dash_read_as_a_numeral_is_a_dash(recognised: bool, reason: str | None) -> None:
    (placed,) = place_rows(
        COLUMNS, [_row("一", "培训场次", "≥10场", "12场", "10", "一", recognised=recognised)]
    )
    assert placed.texts.get(Role.REASON) == reason
    assert placed.texts[Role.ORDINAL] == "一"
