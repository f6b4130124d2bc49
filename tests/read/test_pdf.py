"""PDF pages that reportlab draws here: spans from rulings, turned pages, seals, pages without rulings, broken
files.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from pipeline.model.cells import Line, Table
from pipeline.model.errors import PipelineError
from pipeline.read import read_document
from pipeline.read.page.filled_boxes import cell_sides, dotted, is_box
from pipeline.read.page.lattice import Char, Ruling, grids, merged, tables

FONT = "STSong-Light"  # named and not carried; `test_pdf_fonts.py` shows that no machine's fonts matter
pdfmetrics.registerFont(UnicodeCIDFont(FONT))
GRID = [  # text, first row, first column, rows, columns
    ("一级指标", 0, 0, 1, 1), ("二级指标", 0, 1, 1, 1), ("三级指标", 0, 2, 1, 1), ("分值", 0, 3, 1, 1),
    ("产出指标", 1, 0, 2, 1), ("数量指标", 1, 1, 1, 1), ("修建道路", 1, 2, 1, 1), ("10", 1, 3, 1, 1),
    ("质量指标", 2, 1, 1, 1), ("验收合格率", 2, 2, 1, 1), ("20", 2, 3, 1, 1),
    ("总分", 3, 0, 1, 3), ("30", 3, 3, 1, 1),
]  # fmt: skip
XS, ROW = (60.0, 150.0, 240.0, 400.0, 470.0), 24.0


def drawn(draw: Callable[[Canvas], None], encrypt: StandardEncryption | None = None) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842), encrypt=encrypt)
    draw(canvas)
    canvas.save()
    return out.getvalue()


def table(
    canvas: Canvas, top: float = 700.0, *, dashed: bool = False, rects: bool = False, open_left: bool = False
) -> None:
    canvas.setFont(FONT, 10)
    if dashed:
        canvas.setDash(3, 2)
    for text, row, col, rows, cols in GRID:
        x0, x1 = XS[col], XS[col + cols]
        y1, y0 = top - row * ROW, top - (row + rows) * ROW
        if rects:
            canvas.setFillGray(0)
            for box in (
                (x0, y0, x1 - x0, 0.8),
                (x0, y1 - 0.8, x1 - x0, 0.8),
                (x0, y0, 0.8, y1 - y0),
                (x1 - 0.8, y0, 0.8, y1 - y0),
            ):
                canvas.rect(*box, stroke=0, fill=1)
        else:
            for line in (
                (x0, y0, x1, y0),
                (x0, y1, x1, y1),
                (x1, y0, x1, y1),
                *([] if open_left and col == 0 else [(x0, y0, x0, y1)]),
            ):
                canvas.line(*line)
        canvas.drawCentredString((x0 + x1) / 2, (y0 + y1) / 2 - 3.5, text)


def cells_of(data: bytes) -> list[tuple[str, int, int, int, int]]:
    found = [b for b in read_document(data, "a.pdf").blocks if isinstance(b, Table)]
    assert len(found) == 1
    return sorted(
        ((c.text, c.row, c.col, c.row_span, c.col_span) for c in found[0].cells), key=lambda c: c[1:3]
    )


STYLES = [{}, {"dashed": True}, {"rects": True}, {"open_left": True}]


@pytest.mark.parametrize("style", STYLES, ids=["strokes", "dashes", "thin rectangles", "no left border"])
def test_cells_and_spans_come_from_the_rulings(style: dict[str, bool]) -> None:
    assert cells_of(drawn(lambda c: table(c, **style))) == sorted(GRID, key=lambda c: c[1:3])


@pytest.mark.parametrize("quarter", [90, 180, 270])
def test_a_turned_page_is_read_upright(quarter: int) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setPageRotation(quarter)
        canvas.translate(
            *((297, 421) if quarter == 180 else (421, 297))
        )  # reportlab turns the page's box too
        canvas.rotate(quarter)
        canvas.translate(-297, -421)
        table(canvas, 560)

    assert cells_of(drawn(draw)) == sorted(GRID, key=lambda c: c[1:3])


def test_every_cell_says_its_page_and_its_box() -> None:
    reading = read_document(drawn(table), "a.pdf")
    found = next(b for b in reading.blocks if isinstance(b, Table))
    ten = next(c for c in found.cells if c.text == "10")
    assert (reading.n_pages, ten.page) == (1, 1)
    assert ten.box is not None
    assert ten.box == pytest.approx((XS[3], 842 - 700 + ROW, XS[4], 842 - 700 + 2 * ROW), abs=1.5)


def test_a_watermark_and_a_red_seal_are_no_text() -> None:
    def draw(canvas: Canvas) -> None:
        table(canvas)
        canvas.saveState()
        canvas.setFillColorRGB(0.8, 0, 0)
        canvas.translate(320, 660)
        for angle in (-60, 0, 60):
            canvas.saveState()
            canvas.rotate(angle)
            canvas.drawString(0, 8, "章")
            canvas.restoreState()
        canvas.restoreState()

    assert cells_of(drawn(draw)) == sorted(GRID, key=lambda c: c[1:3])


def test_lines_stand_around_the_table_in_reading_order() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont(FONT, 14)
        canvas.drawString(200, 760, "项目支出绩效自评表")
        table(canvas)
        canvas.drawString(60, 500, "注：以上均为自评数据")
        canvas.drawString(290, 30, "- 1 -")

    blocks = read_document(drawn(draw), "a.pdf").blocks
    assert [b.text if isinstance(b, Line) else "table" for b in blocks] == [
        "项目支出绩效自评表",
        "table",
        "注：以上均为自评数据",
    ]


def test_a_hyphen_at_the_end_of_a_line_is_kept() -> None:
    def draw(canvas: Canvas) -> None:
        table(canvas)
        canvas.drawString(60, 500, "2023年1月-")
        canvas.drawString(60, 488, "2023年12月")

    lines = [b.text for b in read_document(drawn(draw), "a.pdf").blocks if isinstance(b, Line)]
    assert lines == ["2023年1月-", "2023年12月"]


def test_a_password_only_for_changes_does_not_matter() -> None:
    assert len(cells_of(drawn(table, StandardEncryption("", "owner")))) == len(GRID)


BROKEN = [
    ("a password", lambda: drawn(table, StandardEncryption("secret", "owner")), "encrypted"),
    ("only a header", lambda: b"%PDF-1.4\n", "damaged"),
    ("rubbish behind the header", lambda: b"%PDF-1.7\n" + bytes(range(256)) * 20, "damaged"),
]


@pytest.mark.parametrize(("make", "code"), [b[1:] for b in BROKEN], ids=[b[0] for b in BROKEN])
def test_broken_files_have_a_stable_code(make: Callable[[], bytes], code: str) -> None:
    with pytest.raises(PipelineError) as caught:
        read_document(make(), "a.pdf")
    assert caught.value.code == code


def test_a_damaged_cross_reference_table_is_repaired() -> None:
    data = drawn(table)
    at = data.rindex(b"startxref")
    assert len(cells_of(data[:at] + b"startxref\n99999999\n%%EOF\n")) == len(GRID)


def test_many_empty_pages_are_read_as_nothing() -> None:
    def draw(canvas: Canvas) -> None:
        for _ in range(300):
            canvas.showPage()

    reading = read_document(drawn(draw), "a.pdf")
    assert (reading.n_pages, reading.blocks, reading.text_layer) == (300, (), None)


def test_broken_and_doubled_rulings_are_one() -> None:
    pieces = [Ruling(100.0, 0, 50), Ruling(100.9, 52, 90), Ruling(100.4, 10, 30), Ruling(140.0, 0, 3)]
    found = merged(pieces)
    assert [(round(r.at), r.start, r.end) for r in found] == [(100, 0, 90)]


def test_a_ruling_lost_between_two_rows_is_seen_in_their_texts() -> None:
    across = [Ruling(0, 0, 200), Ruling(20, 100, 200), Ruling(40, 0, 200), Ruling(60, 0, 200)]
    down = [Ruling(0, 0, 60), Ruling(100, 0, 60), Ruling(200, 0, 60)]
    chars = [Char("甲", 45, 5, 55, 15, 13, 10), Char("乙", 45, 25, 55, 35, 33, 10)]
    made, outside = tables(grids(across, down), chars, 1, "test")
    assert outside == []
    assert [(c.text, c.row, c.row_span) for c in made[0].cells if c.col == 0] == [
        ("甲", 0, 1),
        ("乙", 1, 1),
        ("", 2, 1),
    ]


def test_a_text_wrapped_in_a_merged_cell_stays_whole_in_low_rows() -> None:
    across = [Ruling(85, 50, 300), Ruling(100, 50, 300), Ruling(115, 150, 300), Ruling(130, 50, 300)]
    down = [Ruling(x, 85, 130) for x in (50, 150, 300)]
    words = [("服务对象", 60, 109), ("满意度", 60, 121), ("居民", 160, 107.5), ("教师", 160, 122.5)]
    chars = [
        Char(c, x + 9 * k, y - 4.5, x + 9 * k + 9, y + 4.5, y + 3, 9)
        for word, x, y in words
        for k, c in enumerate(word)
    ]
    (found,), _ = tables(grids(across, down), chars, 1, "x")
    assert [(c.text, c.row, c.row_span) for c in found.cells if c.row] == [
        ("服务对象\n满意度", 1, 2),
        ("居民", 1, 1),
        ("教师", 2, 1),
    ]


SQUARE = [(0.0, 0.0, True), (9.0, 0.0, False), (9.0, 9.0, False), (0.0, 9.0, False)]


def test_a_star_is_no_box() -> None:
    assert is_box(SQUARE)
    assert not is_box([*SQUARE, (4.0, 5.0, False)])


def test_rectangles_are_cells_where_the_texts_stand_in_them() -> None:
    fills = [(0.0, 0.0, 50.0, 20.0), (50.0, 0.0, 100.0, 20.0)]
    assert (50.0, 0.0, 50.0, 20.0) in cell_sides(fills, [(10.0, 10.0), (60.0, 10.0)] * 5)
    assert cell_sides([*fills[:1], (0.0, 60.0, 50.0, 80.0)], [(10.0, 40.0)] * 9) == []


def test_white_cells_on_a_black_ground_beside_marks_of_the_printer() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.line(20, 800, 20, 830)
        canvas.rect(XS[0] - 1, 700 - 4 * ROW - 1, XS[-1] - XS[0] + 2, 4 * ROW + 2, stroke=0, fill=1)
        for text, row, col, rows, cols in GRID:
            x0, y0, width, height = XS[col], 700 - (row + rows) * ROW, XS[col + cols] - XS[col], rows * ROW
            canvas.setFillGray(1)
            canvas.rect(x0 + 0.4, y0 + 0.4, width - 0.8, height - 0.8, stroke=0, fill=1)
            canvas.setFillGray(0)
            canvas.setFont(FONT, 10)
            canvas.drawCentredString(x0 + width / 2, y0 + height / 2 - 3.5, text)

    assert cells_of(drawn(draw)) == sorted(GRID, key=lambda c: c[1:3])


def test_rows_and_columns_of_dots_are_lines() -> None:
    dots = (
        [(10 + 1.5 * k, 50.0) for k in range(20)] + [(10.0, 50 + 1.5 * k) for k in range(20)] + [(90.0, 90.0)]
    )
    assert sorted(dotted(dots)) == [(10.0, 50.0, 10.0, 78.5), (10.0, 50.0, 38.5, 50.0)]


def borderless(reasons: list[tuple[str, float]]) -> Table:
    """A table without rulings of three rows, 20 points apart; the reasons stand where they are told to
    (points below the heads).
    """

    def draw(canvas: Canvas) -> None:
        canvas.setFont(FONT, 9)
        rows = [("二级指标", "三级指标", "指标值", "分值", "得分", "偏差原因")]
        rows += [
            ("", "修建道路", "10公里", "10", "9", ""),
            ("数量指标", "架设桥梁", "2座", "20", "20", ""),
            ("", "安装路灯", "30盏", "15", "15", ""),
        ]
        for k, row in enumerate(rows):
            for x, text in zip((60, 130, 210, 290, 350, 410), row, strict=True):
                canvas.drawString(x, 700 - 20 * k, text)
        for text, down in reasons:
            canvas.drawString(410, 700 - down, text)

    return next(b for b in read_document(drawn(draw), "a.pdf").blocks if isinstance(b, Table))


def test_a_reason_without_rulings_is_that_of_its_own_row() -> None:
    cells = {(c.row, c.col): c for c in borderless([("工期延误", 40)]).cells}
    assert (cells[1, 0].text, cells[1, 0].row_span) == ("数量指标", 3)
    assert [cells[r, 5].text for r in (1, 2, 3)] == ["", "工期延误", ""]
    assert {c.confidence for c in cells.values() if c.text} == {0.95}


def test_texts_that_stand_between_rows_are_in_doubt() -> None:
    one = borderless([("工期延误", 31)])
    assert [c.confidence for c in one.cells if c.text == "工期延误"] == [0.5]
    crowded = borderless([(f"原因{k}", 18 + 15 * k) for k in range(4)])
    assert [c.confidence for c in crowded.cells if c.text in ("原因0", "原因3")] == [0.5, 0.5]


def test_two_texts_side_by_side_above_a_table_without_rulings_stay_apart() -> None:
    left = ["养护农村公路二十公里，保障群众", "安全出行，改善沿线环境。"]
    right = ["已养护农村公路二十一公里，群众", "出行条件明显改善，沿线环境整洁，", "未发生安全事故。"]

    def draw(canvas: Canvas) -> None:
        canvas.setFont(FONT, 9)
        canvas.drawString(60, 800, "项目支出绩效自评表")
        for x, text in ((200, "预期目标"), (420, "实际完成情况")):
            canvas.drawString(x, 780, text)
        canvas.drawString(60, 752, "年度目标")
        for k, text in enumerate(left):
            canvas.drawString(130, 757 - 13 * k, text)
        for k, text in enumerate(right):
            canvas.drawString(340, 764 - 13 * k, text)
        for k, row in enumerate(
            [
                ("二级指标", "三级指标", "指标值", "分值", "得分"),
                *(("", f"项目{n}", "10公里", "10", "9") for n in range(3)),
            ]
        ):
            for x, text in zip((60, 130, 210, 290, 350), row, strict=True):
                canvas.drawString(x, 700 - 20 * k, text)

    title, goals, indicators = read_document(drawn(draw), "a.pdf").blocks
    assert isinstance(title, Line)
    assert isinstance(goals, Table)
    assert isinstance(indicators, Table)
    wanted = {
        (0, 1): "预期目标",
        (0, 2): "实际完成情况",
        (1, 0): "年度目标",
        (1, 1): "\n".join(left),
        (1, 2): "\n".join(right),
    }
    assert {(c.row, c.col): c.text for c in goals.cells if c.text} == wanted


def boxes(
    rulings: list[tuple[float, float, float, float]], texts: list[tuple[float, float, str]]
) -> list[Table]:
    """The tables of a page with these rulings and texts, measured from its lower left corner."""

    def draw(canvas: Canvas) -> None:
        canvas.setFont(FONT, 9)
        for ruling in rulings:
            canvas.line(*ruling)
        for x, y, text in texts:
            canvas.drawString(x, y, text)

    return [b for b in read_document(drawn(draw), "a.pdf").blocks if isinstance(b, Table)]


def test_a_merged_cell_that_fills_the_page_has_a_column_of_its_own() -> None:
    across = [(150, y, 400, y) for y in range(200, 701, 100)]
    down = [(x, 200, x, 700) for x in (60, 150, 250, 400)]
    texts = [(160, 640 - 100 * k, f"指标{k}") for k in range(5)]
    (table,) = boxes([*across, *down], [(70, 450, "产出指标"), *texts])
    assert table.n_cols == 3
    assert [(c.text, c.row_span) for c in table.cells if c.col == 0] == [("产出指标", 5)]


def test_a_cell_ends_where_the_walls_on_both_sides_end() -> None:
    frame = [(60, 400, 60, 700), (400, 400, 400, 700)]
    across = [(60, y, 400, y) for y in (400, 700)] + [
        (60, 600, 150, 600),
        (250, 600, 400, 600),
        (60, 500, 400, 500),
    ]
    (table,) = boxes(
        [*frame, *across, (150, 600, 150, 700), (250, 600, 250, 700)], [(160, 640, "甲"), (70, 540, "乙")]
    )
    assert [(c.text, c.row, c.row_span, c.col_span) for c in table.cells if c.text] == [
        ("甲", 0, 1, 1),
        ("乙", 1, 1, 3),
    ]


@pytest.mark.parametrize(("y", "tables"), [(60, 1), (600, 0)])
def test_a_row_of_two_cells_is_a_table_at_the_foot_of_a_page(y: float, tables: int) -> None:
    across = [(60, y, 400, y), (60, y + 30, 400, y + 30)]
    down = [(x, y, x, y + 30) for x in (60, 150, 400)]
    found = boxes([*across, *down], [(70, y + 10, "项目名称"), (160, y + 10, "农村道路养护")])
    assert [t.reader for t in found].count("pdf-lattice") == tables
