"""Plain text and Markdown: which lines are a table, in which dialect, and where each cell stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model.cells import Line, Reading, Table
from pipeline.model.errors import PipelineError
from pipeline.read import read_document
from pipeline.read.text.plain import text_blocks
from pipeline.read.text.space_columns import pieces

RAW = Path(__file__).parents[2] / "data" / "raw"


def shown(text: str) -> list[object]:
    """Lines as texts, tables as (reader, rows of texts by column)."""
    out: list[object] = []
    for block in text_blocks(text):
        if isinstance(block, Line):
            out.append(block.text)
            continue
        rows: list[list[str]] = [[] for _ in range(block.n_rows)]
        for cell in block.cells:
            assert cell.col == len(rows[cell.row]) or block.spans
            rows[cell.row].append(cell.text)
        out.append((block.reader, rows))
    return out


GRIDS = [
    pytest.param(
        "表\n\na\t\tb\nc\t\n\nd\te\n",
        ["表", ("text-grid", [["a", "", "b"], ["c", ""]]), ("text-grid", [["d", "e"]])],
        id="blank line",
    ),
    pytest.param(
        "a\tb\n页脚\nc\td",
        [("text-grid", [["a", "b"]]), "页脚", ("text-grid", [["c", "d"]])],
        id="a line without tab",
    ),
    pytest.param("标题\t\t\n", ["标题"], id="only trailing tabs"),
    pytest.param(
        'a\t"b\nc ""d"""\te\nf\tg',
        [("text-grid", [["a", 'b\nc "d"', "e"], ["f", "g"]])],
        id="quoted over lines",
    ),
    pytest.param('"一级\n指标"\t二级', [("text-grid", [["一级\n指标", "二级"]])], id="quoted first cell"),
    pytest.param(
        'a\t"b\n\nc"\t"d\ne"',
        [("text-grid", [["a", "b\n\nc", "d\ne"]])],
        id="two quoted cells, a blank line inside",
    ),
    pytest.param(
        'a\t"b\nc\td\ne\t"f"',
        [("text-grid", [["a", "b"], ["c", "d"], ["e", "f"]])],
        id="half a quote where quotes are used",
    ),
    pytest.param(
        'a\t12"\nc\td', [("text-grid", [["a", '12"'], ["c", "d"]])], id="a quote where none are used"
    ),
    pytest.param(
        'a\t"b" 和 "c"\nd\t"e"',
        [("text-grid", [["a", '"b" 和 "c"'], ["d", "e"]])],
        id="quotes of the text itself",
    ),
    pytest.param("a\tb\r\nc\td\r\n", [("text-grid", [["a", "b"], ["c", "d"]])], id="line ends"),
    pytest.param(
        "a\tb\n\fc\td\n", [("text-grid", [["a", "b"]]), ("text-grid", [["c", "d"]])], id="form feed"
    ),
    pytest.param(
        "\t资金\t\n\t其他\n\t合计\t5\n",
        [("text-grid", [["", "资金", ""], ["", "其他"], ["", "合计", "5"]])],
        id="rows of one field",
    ),
]

CELLS = [
    pytest.param(
        "\t自评表\n\n\t名称\n\t展览\n\n\t\n\t10\n",
        ["自评表", ("text-cells", [["名称", "展览"], ["", "10"]])],
        id="rows, blank cells, title",
    ),
    pytest.param(
        "\t绩\n效\n\t目标\n\n\t1.一段\n\n2.二段\n\t完成\n\n后续\n\n\tx\n\ty\n",
        [("text-cells", [["绩\n效", "目标"], ["1.一段\n2.二段", "完成\n后续"], ["x", "y"]])],
        id="paragraphs inside cells",
    ),
    pytest.param(
        "\ta\n\tb\n\tc\n\n\td\n\te\n\n\n\tf\n\n\tg\n\th\n\ti\n",
        [("text-cells", [["a", "b", "c"], ["d", "e", "f"], ["g", "h", "i"]])],
        id="a row torn by a cell's empty paragraph",
    ),
    pytest.param(
        "\ta\n\tb\n\n\n\t第二表\n\n\tc\n\td\n\n\n1\n18\n",
        [("text-cells", [["a", "b"]]), "第二表", ("text-cells", [["c", "d"]]), "1", "18"],
        id="two tables and a page number",
    ),
    pytest.param(
        "\ta\n\tb\n\n\t1\n\t2\n\n注：说明\n\n\n\tc\n\td\n",
        [("text-cells", [["a", "b"], ["1", "2"]]), "注：说明", ("text-cells", [["c", "d"]])],
        id="a note after a table",
    ),
    pytest.param(
        "\t一、根据有关规定，对本单位的项目支出开展了绩效自评。\n\t二、自评结果总体良好，各项目标均已按照计划完成。\n",
        [
            "一、根据有关规定，对本单位的项目支出开展了绩效自评。",
            "二、自评结果总体良好，各项目标均已按照计划完成。",
        ],
        id="indented prose",
    ),
]

PIPES = [
    pytest.param(
        "# 自评表 #\n| a | b |\n|:-|-:|\n| 1 | — |\n",
        ["自评表", ("markdown", [["a", "b"], ["1", "—"]])],
        id="heading and separator row",
    ),
    pytest.param(
        "|a|b||||\n|c|\n", [("markdown", [["a", "b", "", "", ""], ["c"]])], id="ragged, no separator row"
    ),
    pytest.param("a | b\n--- | ---\n1 |\n", [("markdown", [["a", "b"], ["1", ""]])], id="no outer pipes"),
    pytest.param(
        "| a\\|b | x<br>y | $\\geq 10\\%$ | 5\\% | &gt;1 |\n",
        [("markdown", [["a|b", "x\ny", "$\\geq 10\\%$", "5%", ">1"]])],
        id="escapes",
    ),
    pytest.param("| **粗** | ≥**% |\n", [("markdown", [["粗", "≥**%"]])], id="bold and a blank to fill in"),
    pytest.param(
        "| a | - |\n| - | - |\n| b | - |\n| - | - |\n",
        [("markdown", [["a", "-"], ["b", "-"], ["-", "-"]])],
        id="dashes as data",
    ),
    pytest.param(
        "| 年度\n指标值 | b |\n| c | d |\n",
        [("markdown", [["年度\n指标值", "b"], ["c", "d"]])],
        id="a row over two lines",
    ),
    pytest.param("首页 | 新闻 | 公告\n", ["首页 | 新闻 | 公告"], id="a menu"),
    pytest.param("```markdown\n| a | b |\n```\n", [("markdown", [["a", "b"]])], id="a fence"),
    pytest.param(
        "**自评表**\n<center>单位&amp;万元</center>\n", ["自评表", "单位&万元"], id="marks around lines"
    ),
]

SPACES = [
    pytest.param(
        "一级指标   二级指标   值    分值\n产出       数量       5     10\n                      6     20\n",
        [
            (
                "text-spaces",
                [["一级指标", "二级指标", "值", "分值"], ["产出", "数量", "5", "10"], ["", "", "6", "20"]],
            )
        ],
        id="blank cells at the left",
    ),
    pytest.param(
        "a      b      c\n甲乙   丙     丁\n1             3\n       接着\n       2      4\n",
        [
            (
                "text-spaces",
                [["a", "b", "c"], ["甲乙", "丙", "丁"], ["1", "", "3"], ["", "接着", ""], ["", "2", "4"]],
            )
        ],
        id="a blank between and a wrapped cell",
    ),
    pytest.param(
        "名称　　　单位　　　数量\n笔　　　　支　　　　十五\n",
        [("text-spaces", [["名称", "单位", "数量"], ["笔", "支", "十五"]])],
        id="ideographic spaces",
    ),
    pytest.param(
        "a   b   c\n1   2   3\n\n      自评表（续）的标题\n\n4   5   6\n7   8   9\n",
        [
            ("text-spaces", [["a", "b", "c"], ["1", "2", "3"]]),
            "自评表（续）的标题",
            ("text-spaces", [["4", "5", "6"], ["7", "8", "9"]]),
        ],
        id="a title between two tables",
    ),
    pytest.param("1.  总则\n2.  细则\n3.  附则\n", ["1.  总则", "2.  细则", "3.  附则"], id="numbered prose"),
    pytest.param(
        "　　本项目用于开展活动。\n　　完成良好。\n",
        ["本项目用于开展活动。", "完成良好。"],
        id="indented prose",
    ),
    pytest.param(
        "填报人：    日期：    电话：\n", ["填报人：    日期：    电话："], id="one line is no table"
    ),
]

MIXED = [
    pytest.param(
        "说明\na\tb\n<table><tr><td>c</td><td>d</td></tr></table>\n| e | f |\n尾",
        ["说明", ("text-grid", [["a", "b"]]), ("html", [["c", "d"]]), ("markdown", [["e", "f"]]), "尾"],
        id="each region its own dialect",
    ),
    pytest.param(
        "前<table><tr><td>a<td>b\n\n后",
        ["前", ("html", [["a", "b"]]), "后"],
        id="a table without any end tag",
    ),
    pytest.param(
        "前<table><tr><td>a</td><td>b</td>\n后",
        ["前", ("html", [["a", "b"]]), "后"],
        id="a table that is not closed",
    ),
    pytest.param("用 <table> 标签", ["用 <table> 标签"], id="a tag that is talked about"),
    pytest.param("一\n\n二\n", ["一", "二"], id="one cell a line without tabs"),
]


@pytest.mark.parametrize(("text", "blocks"), [*GRIDS, *CELLS, *PIPES, *SPACES, *MIXED])
def test_dialects(text: str, blocks: list[object]) -> None:
    assert shown(text) == blocks


PIECES = [
    ("总  分      100", [("总  分", 0, 6), ("100", 12, 15)]),
    ("（  2023  年度  ）", [("（  2023  年度  ）", 0, 18)]),
    ("5  5  已完成", [("5", 0, 1), ("5", 3, 4), ("已完成", 6, 12)]),
    ("优  良率达标", [("优", 0, 2), ("良率达标", 4, 12)]),
    ("   注：1.  说明", [("注：1.  说明", 3, 15)]),
    ("", []),
]


@pytest.mark.parametrize(("line", "expected"), PIECES)
def test_pieces_of_a_line(line: str, expected: list[tuple[str, int, int]]) -> None:
    assert [(p.text, p.start, p.end) for p in pieces(line)] == expected


LINES = [
    pytest.param('x\n\n"a\nb"\tc\nd\te', [(1, 1), (3, 4), (4, 4), (5, 5), (5, 5)], id="grid"),
    pytest.param("\ta\n续\n\tb\n\n\tc\n\td", [(1, 2), (3, 3), (5, 5), (6, 6)], id="cells"),
    pytest.param("\n| a | b |\n|---|---|\n| c | d |", [(2, 2), (2, 2), (4, 4), (4, 4)], id="pipes"),
    pytest.param(
        "x\n<table>\n<tr><td>a</td>\n<td>b</td></tr></table>\ny", [(1, 1), (3, 3), (4, 4), (5, 5)], id="html"
    ),
    pytest.param("\r\nx\ry\r\n", [(2, 2), (3, 3)], id="line ends of all kinds"),
]


@pytest.mark.parametrize(("text", "expected"), LINES)
def test_line_numbers(text: str, expected: list[tuple[int, int]]) -> None:
    items = [
        item
        for block in text_blocks(text)
        for item in (block.cells if isinstance(block, Table) else (block,))
    ]
    assert [(item.line_start, item.line_end) for item in items] == expected


BUNDLED = sorted(path.name for path in RAW.glob("*.txt"))


def _bundled(name: str) -> Reading:
    return read_document((RAW / name).read_bytes(), name)


@pytest.mark.parametrize("name", BUNDLED)
def test_nothing_is_lost_from_the_bundled_files(name: str) -> None:
    reading = _bundled(name)
    read = "".join(c.text for b in reading.blocks for c in (b.cells if isinstance(b, Table) else (b,)))
    source = (RAW / name).read_text(encoding="utf-8")
    assert "".join(read.split()) == "".join(source.replace('"', "").split())


def test_a_row_torn_by_an_empty_paragraph_in_the_bundled_file_is_whole() -> None:
    tables = [b for b in _bundled("003_95bf7904b20c9d98.txt").blocks if isinstance(b, Table)]
    row = next(c.row for c in tables[0].cells if c.text == "工作实际开展时间")
    assert [c.text for c in tables[0].cells if c.row == row] == [
        "",
        "",
        "时效指标",
        "工作实际开展时间",
        "10",
        "7.8",
        "",
    ]


MARKS = [
    "\t",
    "\n",
    "\r",
    "\f",
    '"',
    "|",
    "-",
    "  ",
    "\u3000",
    "# ",
    "```",
    "**",
    "\\",
    "$",
    "（",
    "）",
    "\x00",
    "\ufeff",
    "\ufffe",
]
TAGS = [
    "<table>",
    "</table>",
    "<tr>",
    "<td rowspan=2>",
    "<td colspan=3>",
    "</td>",
    "<p>",
    "<br>",
    ">",
    "&amp;",
    "&#0;",
]
STRUCTURE = st.lists(st.sampled_from([*MARKS, *TAGS, "产出指标", "总", "10", "\U0001f600"]), max_size=60).map(
    "".join
)


def _check(data: bytes) -> None:
    try:
        reading = read_document(data, "任意.txt")
    except PipelineError:
        return
    for block in reading.blocks:
        if isinstance(block, Line):
            assert block.text.strip()
            continue
        assert block.n_rows > 0
        places = [
            (r, c)
            for x in block.cells
            for r in range(x.row, x.row + x.row_span)
            for c in range(x.col, x.col + x.col_span)
        ]
        assert len(places) == len(set(places))
        assert all(r < block.n_rows and c < block.n_cols for r, c in places)


@settings(max_examples=400, deadline=None)
@given(STRUCTURE)
def test_any_text_is_read_or_refused(text: str) -> None:
    _check(text.encode("utf-8"))


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=200)
    | STRUCTURE.map(lambda t: t.encode("gb18030"))
    | STRUCTURE.map(lambda t: t.encode("utf-16"))
)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    _check(data)
