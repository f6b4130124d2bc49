"""Labels of levels that a block has of its own: told from whole rows, and from none that has slipped."""

from __future__ import annotations

from pipeline.model.cells import Cell
from pipeline.model.regions import CellRow
from pipeline.model.roles import Role
from pipeline.table import likelihood
from pipeline.table.header import Column
from pipeline.table.own_labels import suits_of

ROLES = (Role.LEVEL1, Role.LEVEL2, Role.NAME, Role.TARGET, Role.WEIGHT)
COLUMNS = tuple(Column(role, k, 1, role) for k, role in enumerate(ROLES))
WORST = 1.7
OWN = "综合保障事项"


def row(number: int, *texts: str) -> CellRow:
    return CellRow(tuple(Cell(t, number, k) for k, t in enumerate(texts)), False, 0)


WHOLE = (
    row(0, "产出指标", OWN, "改造村卫生室", "≥5个", "10"),
    row(1, "", "质量指标", "验收合格率", "≥98%", "10"),
    row(2, "", "时效指标", "完成时间", "12个月", "10"),
)


def test_a_label_in_a_whole_row_costs_nothing_in_its_column() -> None:
    suits = suits_of(COLUMNS, WHOLE, 0, WORST)
    assert likelihood.cost(Role.LEVEL2, OWN) > WORST
    assert suits.cost(Role.LEVEL2, OWN) == 0.0


def test_such_a_label_is_no_name() -> None:
    suits = suits_of(COLUMNS, WHOLE, 0, WORST)
    assert suits.cost(Role.NAME, OWN) == likelihood.LABEL
    assert suits.cost(Role.NAME, "改造村卫生室") == likelihood.cost(Role.NAME, "改造村卫生室")


def test_a_row_that_lacks_a_usual_figure_tells_nothing() -> None:
    slipped = row(3, "产出指标", "新增床位数量及规模", "改造敬老院", "≥5个", "")
    suits = suits_of(COLUMNS, (*WHOLE, slipped), 0, WORST)
    assert suits.cost(Role.LEVEL2, "新增床位数量及规模") > WORST


def test_a_row_with_a_text_in_the_wrong_column_tells_nothing() -> None:
    odd = row(3, "产出指标", "新增床位数量及规模", "改造敬老院", "≥5个", "无法计量")
    suits = suits_of(COLUMNS, (*WHOLE, odd), 0, WORST)
    assert suits.cost(Role.LEVEL2, "新增床位数量及规模") > WORST


def test_labels_of_the_other_level_stay_there() -> None:
    wrong = row(3, "数量指标", OWN, "改造敬老院", "≥5个", "10")
    suits = suits_of(COLUMNS, (*WHOLE[1:], wrong), 0, WORST)
    assert suits.own == {}


def test_rows_beside_their_labels_are_told_by_the_offset() -> None:
    aside = tuple(CellRow(tuple(Cell(c.text, c.row, c.col + 1) for c in r.cells), False, 0) for r in WHOLE)
    assert suits_of(COLUMNS, aside, 1, WORST).cost(Role.LEVEL2, OWN) == 0.0
    assert suits_of(COLUMNS, aside, 0, WORST).own == {}


def test_another_word_may_be_one_more_label_of_such_a_level() -> None:
    suits = suits_of(COLUMNS, WHOLE, 0, WORST)
    assert suits.cost(Role.LEVEL2, "精准程度") == suits.cost(Role.LEVEL2, "精准程度(10分)") < WORST
    assert suits.cost(Role.LEVEL2, "≤30天") > WORST
    assert suits.cost(Role.LEVEL2, "改造村卫生室等基层设施") > WORST
    assert suits.cost(Role.LEVEL1, "精准程度") > WORST
