"""HTML: merged cells as browsers place them, layout tables opened, everything else as lines."""

from __future__ import annotations

import html
from random import Random

import pytest

from pipeline.app.document import parse_document
from pipeline.model.cells import Line, Reading, Table
from pipeline.model.errors import Code, PipelineError
from pipeline.read import read_document
from pipeline.read.common.span_grid import MAX_COLS, SpanCell, place
from pipeline.read.web.html import html_blocks, read_html
from tests.compare import compare_document
from tests.writers.inventor import invented
from tests.writers.sheet import WCell
from tests.writers.templates import Printed, layouts_for, printed


def read(markup: str) -> Reading:
    return read_document(f"<html>{markup}</html>".encode(), "page.html")


def shown(reading: Reading) -> list[object]:
    """Lines as texts, tables as lists of (text, row, col, row_span, col_span)."""
    return [
        block.text
        if isinstance(block, Line)
        else [(c.text, c.row, c.col, c.row_span, c.col_span) for c in block.cells]
        for block in reading.blocks
    ]


SPANS = [
    pytest.param(
        "<tr><td rowspan=2>a<td colspan=2>b<tr><td>c<td>d",
        [("a", 0, 0, 2, 1), ("b", 0, 1, 1, 2), ("c", 1, 1, 1, 1), ("d", 1, 2, 1, 1)],
        id="cells not closed",
    ),
    pytest.param(
        "<tr><td rowspan=9>a<td>b<tr><td>c",
        [("a", 0, 0, 2, 1), ("b", 0, 1, 1, 1), ("c", 1, 1, 1, 1)],
        id="past the end",
    ),
    pytest.param(
        "<tbody><tr><td rowspan=0>a<td>b<tr><td>c<tbody><tr><td>d<td>e",
        [("a", 0, 0, 2, 1), ("b", 0, 1, 1, 1), ("c", 1, 1, 1, 1), ("d", 2, 0, 1, 1), ("e", 2, 1, 1, 1)],
        id="zero: to the end of the row group",
    ),
    pytest.param(
        "<tr><td>a<td rowspan=2>X<td>c<tr><td colspan=3>w",
        [("a", 0, 0, 1, 1), ("X", 0, 1, 2, 1), ("c", 0, 2, 1, 1), ("w", 1, 0, 1, 1)],
        id="an overlap is cut",
    ),
    pytest.param(
        "<tr><td colspan=9>t<tr><td>a<td>b",
        [("t", 0, 0, 1, 2), ("a", 1, 0, 1, 1), ("b", 1, 1, 1, 1)],
        id="a generous title",
    ),
    pytest.param(
        "<tr><td colspan='2x' rowspan='-1'>a<td>b",
        [("a", 0, 0, 1, 2), ("b", 0, 2, 1, 1)],
        id="nonsense in attributes",
    ),
    pytest.param(
        "<tr><td>a<td style='Display : none'>h<td>b<tr hidden><td>x<td>y",
        [("a", 0, 0, 1, 1), ("b", 0, 1, 1, 1)],
        id="hidden",
    ),
    pytest.param(
        "<tfoot><tr><td>总分<td>100</tfoot><tbody><tr><td>a<td>1</tbody>",
        [("a", 0, 0, 1, 1), ("1", 0, 1, 1, 1), ("总分", 1, 0, 1, 1), ("100", 1, 1, 1, 1)],
        id="a foot before its rows",
    ),
    pytest.param("<tr><th>a<td>", [("a", 0, 0, 1, 1), ("", 0, 1, 1, 1)], id="a blank cell is a cell"),
]


@pytest.mark.parametrize(("rows", "cells"), SPANS)
def test_merged_cells(rows: str, cells: list[tuple[str, int, int, int, int]]) -> None:
    assert shown(read(f"<table>{rows}</table>")) == [cells]


TEXTS = [
    ("<p>一</p><p>二</p>", "一\n二"),
    ("一<br/>二", "一\n二"),
    ("  一\n   二 <b>三</b>四", "一 二 三四"),
    ("≥&nbsp;95&#37;", "≥\xa095%"),
    ("a<script>x</script><!-- c --><style>y</style>b", "ab"),
    ("a<span style='display:none'>x</span>b", "ab"),
    ("<input type=checkbox checked>新增<input type=radio>延续", "☑新增□延续"),
    ("<input value='12.5'><input type=hidden value=7>", "12.5"),
    ("<select><option>是<option selected>否</select>", "否"),
    ("<table><tr><td>内一</td></tr><tr><td>内二</td></tr></table>后", "内一\n内二\n后"),
    ("&lt;p&gt;", "<p>"),
    (
        "<del>8</del><s>9</s><strike>7</strike><span style='text-decoration: underline line-through'>6</span>10",
        "10",
    ),
    (
        "<o:p>&nbsp;</o:p><![if !supportEmptyParas]>&nbsp;<![endif]>值<!--[if gte mso 9]><xml>x</xml><![endif]-->",
        "值",
    ),
]


@pytest.mark.parametrize(("inner", "text"), TEXTS)
def test_text_of_a_cell(inner: str, text: str) -> None:
    table = read(f"<table><tr><td>{inner}</td><td>2</td><td>3</td></tr></table>").blocks[0]
    assert isinstance(table, Table)
    assert table.cells[0].text == text
    assert table.spans


PAGES = [
    pytest.param("<div>一<p>二</p>三</div><p>&nbsp;</p>", ["一", "二", "三"], id="lines"),
    pytest.param("<table><tr><td>当前位置</td></tr></table>", ["当前位置"], id="one cell is page chrome"),
    pytest.param(
        "<table><tr><td>导航</td><td><p>标题</p><table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table></td></tr></table>尾",
        ["导航", "标题", [("a", 0, 0, 1, 1), ("b", 0, 1, 1, 1), ("c", 1, 0, 1, 1), ("d", 1, 1, 1, 1)], "尾"],
        id="a layout table is opened",
    ),
    pytest.param(
        "<table><caption>单位：万元</caption><tr><td>a</td><td>b</td></tr></table>",
        ["单位：万元", [("a", 0, 0, 1, 1), ("b", 0, 1, 1, 1)]],
        id="a caption comes before its table",
    ),
    pytest.param(
        "<td>a</td><td>b</td></tr></table><p>c",
        [[("a", 0, 0, 1, 1), ("b", 0, 1, 1, 1)], "c"],
        id="begins inside a table",
    ),
    pytest.param("<pre>一\n二</pre>", ["一", "二"], id="preformatted"),
    pytest.param("<!-- nothing -->", [], id="nothing"),
    pytest.param("<table></table><table><tr></tr></table>", [], id="empty tables"),
]


@pytest.mark.parametrize(("markup", "blocks"), PAGES)
def test_page(markup: str, blocks: list[object]) -> None:
    assert shown(read(markup)) == blocks


INNER = "<table><tr><td>一</td><td>二</td><td>三</td></tr><tr><td>1</td><td>2</td><td>3</td></tr></table>"
NESTED = [
    pytest.param(
        f"<tr><td>x<td>y<tr><td>x<td>y<tr><td>资金<td colspan=2>{INNER}<tr><td>名<td>甲<td>乙",
        [("x", 0, 0, 1, 1), ("y", 0, 1, 1, 1), ("x", 1, 0, 1, 1), ("y", 1, 1, 1, 1), ("资金", 2, 0, 2, 1), ("一", 2, 1, 1, 1), ("二", 2, 2, 1, 1), ("三", 2, 3, 1, 1), ("1", 3, 1, 1, 1), ("2", 3, 2, 1, 1), ("3", 3, 3, 1, 1),
         ("名", 4, 0, 1, 1), ("甲", 4, 1, 1, 1), ("乙", 4, 2, 1, 2)],
        id="columns are split",
    ),
    pytest.param(
        f"<tr><td rowspan=3>资金<td rowspan=3 colspan=4>{INNER}<tr><tr><tr><td>a<td>b<td>c<td>d<td>e",
        [("资金", 0, 0, 3, 1), ("一", 0, 1, 1, 1), ("二", 0, 2, 1, 1), ("三", 0, 3, 1, 2), ("1", 1, 1, 2, 1), ("2", 1, 2, 2, 1), ("3", 1, 3, 2, 2),
         ("a", 3, 0, 1, 1), ("b", 3, 1, 1, 1), ("c", 3, 2, 1, 1), ("d", 3, 3, 1, 1), ("e", 3, 4, 1, 1)],
        id="more room than it needs",
    ),
    pytest.param(
        f"<tr><td>a<td>b<td>注{INNER}<tr><td>c<td>d<td>e<tr><td><td><td>",
        [("a", 0, 0, 3, 1), ("b", 0, 1, 3, 1), ("注", 0, 2, 1, 3), ("一", 1, 2, 1, 1), ("二", 1, 3, 1, 1), ("三", 1, 4, 1, 1),
         ("1", 2, 2, 1, 1), ("2", 2, 3, 1, 1), ("3", 2, 4, 1, 1), ("c", 3, 0, 1, 1), ("d", 3, 1, 1, 1), ("e", 3, 2, 1, 3),
         ("", 4, 0, 1, 1), ("", 4, 1, 1, 1), ("", 4, 2, 1, 3)],
        id="text beside it",
    ),
    pytest.param(
        "<tr><td>a<td><table><tr><td>□是<td>□否</table><tr><td>c<td>d",
        [("a", 0, 0, 1, 1), ("□是\n□否", 0, 1, 1, 1), ("c", 1, 0, 1, 1), ("d", 1, 1, 1, 1)],
        id="words that are only arranged",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "cells"), NESTED)
def test_a_table_in_a_cell_becomes_part_of_the_grid(
    rows: str, cells: list[tuple[str, int, int, int, int]]
) -> None:
    assert shown(read(f"<table>{rows}</table>")) == [cells]


def nested_form(page: Printed) -> str:
    """A form whose blocks of several rows stand in tables of their own, inside the cell beside the block's
    label.
    """
    sheet = page.sheet

    def td(cell: WCell, rows: int) -> str:
        return f"<td rowspan={rows} colspan={cell.col_span}>{html.escape(cell.text)}</td>"

    def row(r: int, label: WCell | None = None) -> str:
        return f"<tr>{''.join(td(c, c.row_span) for c in sheet.cells if c.row == r and c is not label)}</tr>"

    out, r = "", 0
    while r < sheet.n_rows:
        end = r + 1
        while any(c.row < end < c.row + c.row_span for c in sheet.cells):
            end += 1
        label = next(
            (c for c in sheet.cells if c.row == r and c.col == 0 and c.row_span == end - r > 1), None
        )
        if label is None:
            out += "".join(row(k) for k in range(r, end))
        else:
            inner = "".join(row(k, label) for k in range(r, end))
            out += f"<tr>{td(label, 1)}<td colspan={sheet.n_cols - label.col_span}><table>{inner}</table></td></tr>"
        r = end
    return "".join(f"<p>{line}</p>" for line in (*sheet.titles, *sheet.notes)) + f"<table>{out}</table>"


@pytest.mark.parametrize("seed", range(5))
def test_forms_with_blocks_in_tables_of_their_own_are_right(seed: int) -> None:
    rng = Random(seed)
    form = invented(600 + seed, target=seed % 3 == 2)[0]
    page = printed(form, rng.choice([name for name in layouts_for(form) if name != "indicator_system"]), rng)
    rows = parse_document(f"<html>{nested_form(page)}</html>".encode(), "a.html")
    assert compare_document({"projects": [{**page.truth, "form_index": 1}]}, rows) == []


def test_tables_in_cells_without_end_take_no_time() -> None:
    assert read("<table><tr><td>a<td>b<tr><td>c<td>" * 400).blocks
    assert read("<table><tr><td>a<td>" * 400).blocks


TITLES = [
    ("<title></title>", None),
    ("<title> 无标题文档 </title>", None),
    ("<title>Untitled Document</title>", None),
    ("<title>某局2023年度绩效自评结果公开</title>", "某局2023年度绩效自评结果公开"),
    ("<title>首页公告</title>", "首页公告"),
    ("", None),
]


@pytest.mark.parametrize(("head", "title"), TITLES)
def test_title_only_if_it_says_something(head: str, title: str | None) -> None:
    assert read(f"<head>{head}</head><p>x").title == title


ARCHIVES = [
    ("quoted", "quoted-printable", b"<p>=E7=94=B2=3D=\n=E4=B9=99</p>", ["甲=乙"]),
    ("base64", "base64", b"PHA+55SyPC9wPg==", ["甲"]),
    ("plain", "8bit", "<p>甲</p>".encode(), ["甲"]),
]


@pytest.mark.parametrize(
    ("encoding", "content", "lines"), [a[1:] for a in ARCHIVES], ids=[a[0] for a in ARCHIVES]
)
def test_a_web_archive_under_the_name_of_a_word_file(encoding: str, content: bytes, lines: list[str]) -> None:
    head = f"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=B\r\n\r\n--B\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    reading = read_document(head.encode() + content + b"\r\n--B--\r\n", "a.doc")
    assert (shown(reading), reading.media_type, reading.flags) == (
        lines,
        "multipart/related",
        ("wrong_ending",),
    )


def test_a_web_archive_without_a_page_is_damaged() -> None:
    with pytest.raises(PipelineError) as caught:
        read_document(b"MIME-Version: 1.0\nContent-Type: text/plain\n\nx", "a.mht")
    assert caught.value.code == "damaged"


def test_rows_know_their_lines() -> None:
    table = html_blocks(
        "<table>\n<tr><td>a</td>\n<td>b\nc</td></tr>\n<tr><td>d</td><td>e</td></tr></table>", first_line=11
    )[0]
    assert isinstance(table, Table)
    assert [(c.text, c.line_start, c.line_end) for c in table.cells] == [
        ("a", 12, 12),
        ("b c", 13, 14),
        ("d", 15, 15),
        ("e", 15, 15),
    ]


def test_external_entities_stay_unresolved() -> None:
    page = '<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/hostname">]><html><p>&x;值</p></html>'
    assert "&x;值" in [b.text for b in read_document(page.encode(), "a.html").blocks if isinstance(b, Line)]


def test_nesting_without_end_is_reported() -> None:
    reading = read("<p>一</p>" + "<div>" * 5000 + "二")
    assert shown(reading)[0] == "一"
    assert [p.code for p in reading.problems] == [Code.DAMAGED]


def test_a_table_too_wide_to_be_one_becomes_lines() -> None:
    assert place([[SpanCell("x")] * (MAX_COLS + 1)], [0]) is None
    assert shown(read("<table><tr>" + "<td>x" * (MAX_COLS + 1) + "</table>")) == ["x"] * (MAX_COLS + 1)


EMPTY_ROWS = [
    # the spans of a program that does not count the empty rows that it writes, and of one that does
    "<tr><td rowspan=2>产出指标</td><td>数量指标</td><td>10</td></tr><tr></tr><tr><td>质量指标</td><td>20</td></tr><tr></tr><tr><td>效益指标</td><td>社会效益</td><td>30</td></tr>",
    "<tr><td rowspan=3>产出指标</td><td>数量指标</td><td>10</td></tr><tr></tr><tr><td>质量指标</td><td>20</td></tr><tr><td>效益指标</td><td>社会效益</td><td>30</td></tr>",
]


@pytest.mark.parametrize("rows", EMPTY_ROWS, ids=["not counted", "counted"])
def test_empty_rows_count_where_the_spans_say_so(rows: str) -> None:
    (table,) = [
        b for b in read_document(f"<table>{rows}</table>".encode(), "a.html").blocks if isinstance(b, Table)
    ]
    first = next(c for c in table.cells if c.text == "产出指标")
    second = next(c for c in table.cells if c.text == "质量指标")
    last = next(c for c in table.cells if c.text == "效益指标")
    assert first.row <= second.row < first.row + first.row_span <= last.row
    assert (second.col, last.col) == (1, 0)


@pytest.mark.parametrize(
    ("sheet", "marks", "seen"),
    [
        (".x{display:none}", 'class="y x"', False),
        ("p.x, td.x { color: red; visibility : hidden }", 'class="x"', False),
        ("#x{display:none!important}", 'id="x"', False),
        ("p.x{display:none}", 'class="x"', True),
        (".x{display:none} .x{display:block}", 'class="x"', True),
        ("@media print{.x{display:none}}", 'class="x"', True),
        (".x{display:none}", 'class="x" style="display:table-cell"', True),
        ("/* .x{display:none} */ .x .y{display:none}", 'class="x"', True),
    ],
)
def test_what_the_pages_own_style_sheet_hides_is_hidden(sheet: str, marks: str, seen: bool) -> None:
    page = f"<html><style>{sheet}</style><table><tr><td>甲<td>乙<td {marks}>丙</table></html>"
    (table,) = read_document(page.encode(), "a.html").blocks
    assert isinstance(table, Table)
    assert ("丙" in [c.text for c in table.cells]) == seen


def test_a_menu_is_left_out_and_a_list_of_documents_is_not() -> None:
    menu = (
        "<ul>"
        + "".join(f"<li><a href='#'>{t}</a></li>" for t in ("首页", "政务公开", "预决算公开"))
        + "</ul>"
    )
    documents = (
        "<ul>" + "".join(f"<li><a href='#'>附件{n}：项目支出绩效自评表</a></li>" for n in (1, 2, 3)) + "</ul>"
    )
    blocks = read_html(f"<body>{menu}{documents}</body>".encode(), "a.html", "text/html").blocks
    assert [b.text for b in blocks if isinstance(b, Line)] == [
        f"附件{n}：项目支出绩效自评表" for n in (1, 2, 3)
    ]
