"""`pipeline.read.common.columns` on pages: texts at places fall into columns and keep their boxes."""

from __future__ import annotations

from pathlib import Path

from pipeline.app.document import parse_document
from pipeline.model.cells import Line, Table
from pipeline.read.common.columns import Piece, PieceLine, blocks_in
from pipeline.read.page.laid_out import laid_out
from pipeline.read.page.lattice import Char

SIZE = 10.0


def line(top: float, *texts: tuple[float, str]) -> list[Char]:
    """Texts of full-width characters from their left edges."""
    return [
        Char(c, x + SIZE * n, top, x + SIZE * (n + 1), top + SIZE, top + SIZE, SIZE)
        for x, text in texts
        for n, c in enumerate(text)
    ]


def test_a_page_in_columns_is_a_table_whose_cells_know_their_places() -> None:
    page = [
        line(20, (60, "附表")),
        line(60, (40, "指标"), (140, "目标"), (240, "分值")),
        line(80, (40, "里程"), (140, "十公里"), (240, "二十")),
        line(100, (40, "满意度"), (240, "五")),
    ]
    title, table = laid_out(page, 3)
    assert title == Line("附表", 3, (60.0, 20.0, 80.0, 30.0))
    assert isinstance(table, Table)
    assert [(c.text, c.row, c.col) for c in table.cells] == [
        ("指标", 0, 0), ("目标", 0, 1), ("分值", 0, 2),
        ("里程", 1, 0), ("十公里", 1, 1), ("二十", 1, 2),
        ("满意度", 2, 0), ("", 2, 1), ("五", 2, 2),
    ]  # fmt: skip
    assert table.cells[4].box == (140.0, 80.0, 170.0, 90.0)
    assert table.cells[7].box is None
    assert {(c.page, c.line_start) for c in table.cells} == {(3, None)}


def test_a_word_that_is_spaced_out_is_one_piece() -> None:
    (found,) = laid_out([line(20, (40, "总"), (65, "分"))], 1)
    assert isinstance(found, Line)
    assert found.text.split() == ["总", "分"]
    assert found.box == (40.0, 20.0, 75.0, 30.0)


def test_a_cell_is_as_sure_as_its_least_sure_text() -> None:
    lines = [
        PieceLine(
            n,
            (
                Piece("甲", 0, 2, (0, 0, 1, 1), 0.9),
                Piece("乙", 10, 12, (5, 0, 6, 1), sure),
                Piece("丙", 20, 22),
            ),
        )
        for n, sure in enumerate((0.5, 0.8))
    ]
    (table,) = blocks_in(lines, "hand", 1)
    assert isinstance(table, Table)
    assert [c.confidence for c in table.cells] == [0.9, 0.5, 1.0, 0.9, 0.8, 1.0]


def test_nothing_on_a_page_is_nothing() -> None:
    assert laid_out([], 1) == []
    assert blocks_in([], "hand", 1) == []


def test_rows_of_a_page_without_rulings_say_where_they_stand(root: Path) -> None:
    data = (root / "tests" / "fixtures" / "pdf" / "drawn-borderless.pdf").read_bytes()
    rows = parse_document(data, "a.pdf").indicators
    assert rows
    assert all(r["bbox"] is not None and r["page"] == 1 for r in rows)
