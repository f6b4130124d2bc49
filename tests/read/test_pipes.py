"""Pipe tables that an extraction from a web page has taken apart: one cell a line, rows broken over lines."""

from __future__ import annotations

from pipeline.model.cells import Line, Table
from pipeline.read.text.plain import text_blocks

HEADER = ("一级指标", "二级指标", "三级指标", "指标值", "完成值", "备注")
ROWS = (
    ("产出指标", "数量指标", "新建蓄水池", "≥5座", "6座", ""),
    ("", "", "铺设管道", "≥300米", "310米", "提前完成"),
    ("", "质量指标", "验收合格率", "100%", "100%", ""),
    ("效益指标", "社会效益指标", "供水保障程度", "提升", "提升", ""),
)


def _texts(table: Table) -> list[tuple[str, ...]]:
    return [tuple(c.text for c in table.cells if c.row == r) for r in range(table.n_rows)]


def _tables(text: str) -> list[Table]:
    return [b for b in text_blocks(text) if isinstance(b, Table)]


def _one_a_line(rows: tuple[tuple[str, ...], ...]) -> str:
    return "\n".join(f"{t} |" if t else "|" for row in rows for t in row)


def test_cells_closed_by_pipes_are_cut_by_the_number_of_cells() -> None:
    title = "项目支出绩效自评表\n（2022年度）\n"
    blocks = list(text_blocks(title + _one_a_line((HEADER, *ROWS, *ROWS))))
    assert [b.text for b in blocks if isinstance(b, Line)] == ["项目支出绩效自评表", "（2022年度）"]
    (table,) = (b for b in blocks if isinstance(b, Table))
    assert _texts(table) == [HEADER, *ROWS, *ROWS]


def test_a_cell_goes_on_until_its_pipe_and_page_numbers_are_left_out() -> None:
    text = (
        _one_a_line((HEADER, *ROWS, *ROWS))
        .replace("验收合格率", "验收\n合格率")
        .replace("310米", "— 1 —\n310米")
    )
    (table,) = _tables(text)
    assert "验收\n合格率" in [c.text for c in table.cells]
    assert "310米" in [c.text for c in table.cells]


def test_cells_of_rows_that_differ_are_lines() -> None:
    rows = tuple(
        tuple(t for t in row if t) for row in (HEADER, *ROWS, ROWS[3], ROWS[1], ROWS[0], ROWS[2], ROWS[1])
    )
    blocks = list(text_blocks(_one_a_line(rows)))
    assert [b.text for b in blocks if isinstance(b, Line)] == [t for row in rows for t in row]


def test_a_row_goes_on_until_it_has_the_pipes_of_the_header() -> None:
    lines = ["|".join(row) for row in (HEADER, *ROWS)]
    torn = "\n".join(line[:7] + "\n" + line[7:] for line in lines)
    (table,) = _tables(torn)
    found = [tuple(t.replace("\n", "") for t in row) for row in _texts(table)]
    assert [row[:5] for row in found] == [row[:5] for row in (HEADER, *ROWS)]


def test_the_last_cell_goes_on_behind_the_last_pipe() -> None:
    lines = ["|".join(row) for row in (HEADER, *ROWS)]
    text = "\n".join(line[:7] + "\n" + line[7:] for line in lines).replace(
        "提前完成", "因雨停工\n，后续补齐。"
    )
    (table,) = _tables(text)
    assert _texts(table)[2][5] == "因雨停工\n，后续补齐。"


def test_ragged_rows_a_line_each_stay_so() -> None:
    lines = [
        "主管部门|水务局|实施单位|水管站",
        *("|".join(row) for row in (HEADER, *ROWS)),
        "总分|100|98",
    ]
    (table,) = _tables("\n".join(lines))
    assert table.n_rows == len(lines)
