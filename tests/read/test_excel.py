"""Workbooks that openpyxl writes here, and figures as number formats show them."""

from __future__ import annotations

import datetime
import io
import random
import zipfile
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest

from pipeline.app.document import parse_document
from pipeline.model.cells import Table
from pipeline.model.errors import PipelineError
from pipeline.read import read_document
from pipeline.read.office.number_format import shown
from tests.compare import compare_document
from tests.writers.excel import ARRANGEMENTS, written
from tests.writers.inventor import invented
from tests.writers.templates import layouts_for, printed

SHOWN = [
    (0.88, "0%", "88%"), (0.9917, "0.00%", "99.17%"), (1, "0%", "100%"), (35.0, "General", "35"), (34.71, "General", "34.71"),
    (0.1 + 0.2, "General", "0.3"), (1234567.5, "#,##0.00", "1,234,567.50"), (1000000, "0.00", "1000000.00"), (5, '0"分"', "5分"),
    (12.5, "0.##", "12.5"), (12, "0.##", "12"), (-13.27, "#,##0.00;-#,##0.00", "-13.27"), (-13.27, "0.00", "-13.27"), ("≥95%", "General", "≥95%"),
    (2.345, "0.00", "2.35"), (datetime.datetime(2024, 6, 30), "yyyy-mm-dd", "2024-06-30"),
    (datetime.datetime(2024, 6, 30), 'yyyy"年"m"月"d"日"', "2024年6月30日"), (datetime.datetime(2024, 6, 1), 'yyyy"年"m"月"', "2024年6月"),
    (0.5, '"≥"0%', "≥50%"), (True, "General", "TRUE"), (100, "0_ ", "100"), (7, "@", "7"),
    # scaled by commas: ten thousands as Chinese sheets show them
    (159900, "0!.0,", "16.0"), (1599000, '0!.0,"万"', "159.9万"), (1234567, "#,##0,", "1,235"), (123456789, "#,##0.00,,", "123.46"), (50000, '0"."0,"万元"', "5.0万元"),
    # currencies, escaped and bare characters
    (1234.5, "[$¥-804]#,##0.00", "¥1,234.50"), (95, "\\≥0\\%", "≥95%"), (0.95, "≥0%", "≥95%"), (95, '0"%"', "95%"), (3, "0个", "3个"), (3, "0\\个", "3个"),
    (20, 'General"分"', "20分"), (20, 'G/通用格式"分"', "20分"), (12, "00-00", "00-12"), (7, "000", "007"), (15, "[DBNum2][$-804]General", "15"),
    # the section by sign or condition; a negative figure keeps its minus
    (12345.6, '_(* #,##0.00_);_(* (#,##0.00);_(* "-"??_);_(@_)', "12,345.60"), (-12345.6, '_(* #,##0.00_);_(* (#,##0.00);_(* "-"??_);_(@_)', "-12,345.60"),
    (0, '_(* #,##0.00_);_(* (#,##0.00);_(* "-"??_);_(@_)', "-"), (-5, "0.00_);[Red]\\(0.00\\)", "-5.00"), (-5, "0.00;[Red]0.00", "-5.00"),
    (-1234.5, '"¥"#,##0.00;"¥"\\-#,##0.00', "¥-1,234.50"), (-0.001, "0.00", "0.00"), (20, '[>=10]"≥"0;0', "≥20"), (5, '[>=10]"≥"0;0', "5"),
    (0, "0;-0;;@", ""), (5, ";;;", ""), ("文字", ";;;", ""), ("文字", '"指标："@', "指标：文字"), ("文字", "0.00", "文字"), (0, "#", ""), (0.5, "#.##", "0.5"),
    # what has no place in a form, and figures beyond all bounds
    (0.5, "# ?/?", "0.5"), (12345, "0.00E+00", "12345"), (1e21, "General", "1000000000000000000000"), (float("inf"), "0", "inf"), (1e300, "0.00", f"1{'0' * 300}.00"),
    # dates
    (datetime.datetime(2024, 6, 1), "[DBNum1][$-804]yyyy\"年\"m\"月\"", "2024年6月"), (datetime.datetime(2024, 6, 1), "yyyy", "2024"), (datetime.datetime(2024, 6, 1), 'yyyy"年"', "2024年"),
    (datetime.datetime(2024, 6, 1), '[$-804]yyyy"年"m"月"d"日";@', "2024年6月1日"), (datetime.datetime(2024, 6, 1, 8, 30), "yyyy-mm-dd hh:mm", "2024-06-01"),
    (datetime.datetime(2024, 6, 1), 'm"月"d"日"', "6月1日"), (datetime.date(2024, 6, 1), "mmm\\-yy", "2024-06"), (datetime.timedelta(hours=26), "[h]:mm", "26:00"), (datetime.time(8, 30), "h:mm", "08:30"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "style", "text"), SHOWN)
def test_a_figure_is_what_the_sheet_shows(value: object, style: str, text: str) -> None:
    assert shown(value, style) == text


def book() -> openpyxl.Workbook:
    out = openpyxl.Workbook()
    sheet = out.active
    sheet["A1"], sheet["C1"], sheet["B2"], sheet["C2"] = "产出指标", "分值", "质量", 0.5
    sheet["C2"].number_format = "0%"
    sheet.merge_cells("A1:A2")
    return out


def saved(workbook: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def test_merged_ranges_are_spans() -> None:
    (table,) = read_document(saved(book()), "a.xlsx").blocks
    assert isinstance(table, Table)
    assert [(c.text, c.row, c.col, c.row_span) for c in table.cells] == [
        ("产出指标", 0, 0, 2), ("", 0, 1, 1), ("分值", 0, 2, 1), ("质量", 1, 1, 1), ("50%", 1, 2, 1),
    ]  # fmt: skip


def test_hidden_sheets_are_left_out_and_said_so() -> None:
    workbook = book()
    hidden = workbook.create_sheet("旧")
    hidden["A1"], hidden.sheet_state = "不读", "hidden"
    reading = read_document(saved(workbook), "a.xlsx")
    assert len(reading.blocks) == 1
    assert reading.flags == ("hidden_sheets_skipped",)


def test_a_broken_workbook_is_damaged() -> None:
    data = saved(book())
    with pytest.raises(PipelineError) as caught:
        read_document(data[: len(data) // 2], "a.xlsx")
    assert caught.value.code in ("damaged", "unknown_format")


# ---- workbooks that openpyxl does not write
# ------------------------------------------------------------------------

STRICT = (
    (
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        b"http://purl.oclc.org/ooxml/spreadsheetml/main",
    ),
    (
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
    ),
)
ROWS = b"</sheetData>"
PATCHES = [
    ("inline and rich texts", ((ROWS, b'<row r="1"><c r="D1" t="inlineStr"><is><r><t>in</t></r><r><t>line</t></r></is></c></row></sheetData>'),), {(0, 3): "inline"}, []),
    ("a text as result", ((ROWS, b'<row r="4"><c r="A4" t="str"><f>x</f><v>res</v></c></row></sheetData>'),), {(3, 0): "res"}, []),
    ("an empty text as result", ((ROWS, b'<row r="4"><c r="A4" t="str"><f>x</f><v></v></c></row></sheetData>'),), {}, []),
    ("no stored value", ((ROWS, b'<row r="4"><c r="A4"><f>1+1</f></c><c r="B4"><f>2</f><v/></c></row></sheetData>'),), {}, ["values_missing"]),
    ("an error", ((ROWS, b'<row r="4"><c r="A4" t="e"><f>x</f><v>#REF!</v></c></row></sheetData>'),), {}, []),
    ("characters that XML cannot hold", ((ROWS, b'<row r="4"><c r="A4" t="inlineStr"><is><t>a_x000D_\nb_x4E2D_</t></is></c></row></sheetData>'),), {(3, 0): "a\nb\xe4\xb8\xad".encode("latin-1").decode()}, []),
    ("the strict kind", STRICT, {}, []),
    ("a style that is not there", ((b'numFmtId="9"', b'numFmtId="999"'),), None, []),
    ("merged ranges one over the other", ((b"<mergeCell ref=", b'<mergeCell ref="A1:B2"/><mergeCell ref='),), None, []),
    ("a drawing that is broken", ((b"</worksheet>", b'<drawing r:id="rId1" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"/></worksheet>'),), {}, []),
    ("macros", ((b"spreadsheetml.sheet.main+xml", b"spreadsheetml.sheet.main+xml"), (b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main", b"application/vnd.ms-excel.sheet.macroEnabled.main")), {}, []),
]  # fmt: skip


def patched(data: bytes, changes: Sequence[tuple[bytes, bytes]]) -> bytes:
    """A workbook with bytes replaced in all its parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as made:
        for part in source.namelist():
            content = source.read(part)
            for old, new in changes:
                content = content.replace(old, new)
            made.writestr(part, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("changes", "more", "problems"), [x[1:] for x in PATCHES], ids=[x[0] for x in PATCHES]
)
def test_what_other_programs_write(
    changes: Sequence[tuple[bytes, bytes]], more: dict[tuple[int, int], str] | None, problems: list[str]
) -> None:
    data = patched(saved(book()), changes)
    assert data != patched(saved(book()), ()) or changes[0][0] == changes[0][1]
    reading = read_document(data, "a.xlsx")
    (table,) = reading.blocks
    assert isinstance(table, Table)
    assert [p.code for p in reading.problems] == problems
    texts = {(c.row, c.col): c.text for c in table.cells if c.text}
    if more is None:
        assert texts[0, 0] == "产出指标"
        places = [
            (a, b)
            for c in table.cells
            for a in range(c.row, c.row + c.row_span)
            for b in range(c.col, c.col + c.col_span)
        ]
        assert len(places) == len(set(places))
    else:
        assert texts == {(0, 0): "产出指标", (0, 2): "分值", (1, 1): "质量", (1, 2): "50%"} | more


def test_errors_and_values_not_stored_are_blanks_in_doubt() -> None:
    rows = b'<row r="3"><c r="B3" t="e"><f>x</f><v>#NAME?</v></c><c r="C3" s="0" t="n"><f>1+1</f></c></row></sheetData>'
    reading = read_document(patched(saved(book()), ((ROWS, rows),)), "a.xlsx")
    (table,) = reading.blocks
    assert isinstance(table, Table)
    cells = {(c.row, c.col): c for c in table.cells}
    assert [(cells[2, c].text, cells[2, c].confidence, set(cells[2, c].flags)) for c in (0, 1, 2)] == [
        ("", 1.0, set()), ("", 0.5, {"cell_error"}), ("", 0.5, set()),
    ]  # fmt: skip


def test_a_formula_without_a_value_costs_its_row_confidence() -> None:
    forms = [printed(f, "central_self", random.Random(1)) for f in invented(911, n_forms=1)]
    data = written([page.sheet for page in forms], ARRANGEMENTS[0])
    book = openpyxl.load_workbook(io.BytesIO(data))
    rows = parse_document(data, "a.xlsx").indicators
    name = next(r["name_raw"] for r in rows if r["score"] is not None)
    sheet = book.worksheets[0]
    row = next(r for r in sheet.iter_rows() if any(str(c.value or "").endswith(name) for c in r))
    figures = [
        c for c in row if isinstance(c.value, int | float) or str(c.value or "").replace(".", "").isdigit()
    ]
    figures[-1].value = "=1+1"
    after = parse_document(saved(book), "a.xlsx").indicators
    changed = [
        b["name_raw"] for a, b in zip(rows, after, strict=True) if b["confidence"] < 0.6 < a["confidence"]
    ]
    assert changed == [name]


ONE_XML = """<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet" xmlns:x="urn:schemas-microsoft-com:office:excel">
<Styles><Style ss:ID="p"><NumberFormat ss:Format="0%"/></Style><Style ss:ID="n"><NumberFormat ss:Format="Standard"/></Style><Style ss:ID="d"><NumberFormat ss:Format="Short Date"/></Style></Styles>
<Worksheet ss:Name="1"><Table><Row><Cell ss:MergeDown="1"><Data ss:Type="String">甲</Data></Cell><Cell ss:StyleID="p"><Data ss:Type="Number">0.88</Data></Cell></Row>
<Row><Cell ss:Index="2" ss:StyleID="n"><Data ss:Type="Number">1234.5</Data></Cell><Cell ss:StyleID="d"><Data ss:Type="DateTime">2024-06-01T00:00:00.000</Data></Cell></Row>
<Row ss:Index="4"><Cell ss:MergeAcross="1"><Data ss:Type="String">乙</Data></Cell><Cell><Data ss:Type="Error">#REF!</Data></Cell></Row></Table></Worksheet>
<Worksheet ss:Name="2"><Table><Row><Cell><Data ss:Type="String">藏</Data></Cell></Row></Table><x:WorksheetOptions><x:Visible>SheetHidden</x:Visible></x:WorksheetOptions></Worksheet></Workbook>"""


def test_a_workbook_in_one_xml() -> None:
    reading = read_document(ONE_XML.encode(), "a.xls")
    (table,) = reading.blocks
    assert isinstance(table, Table)
    assert [(c.text, c.row, c.col, c.row_span, c.col_span) for c in table.cells if c.text] == [
        ("甲", 0, 0, 2, 1), ("88%", 0, 1, 1, 1), ("1,234.50", 1, 1, 1, 1), ("2024-06-01", 1, 2, 1, 1), ("乙", 3, 0, 1, 2),
    ]  # fmt: skip
    assert set(reading.flags) == {"hidden_sheets_skipped", "wrong_ending"}


@pytest.mark.parametrize(
    ("old", "new"), [("</Table>", ""), (">0.88<", ">x<"), ('ss:Index="2"', 'ss:Index="x"')]
)
def test_a_broken_workbook_in_one_xml_is_damaged(old: str, new: str) -> None:
    with pytest.raises(PipelineError) as caught:
        read_document(ONE_XML.replace(old, new).encode(), "a.xls")
    assert caught.value.code == "damaged"


@pytest.mark.parametrize("old", [b"<sheetData>", b"<cellXfs", b"<Override"])
def test_broken_markup_inside_is_damaged(old: bytes) -> None:
    with pytest.raises(PipelineError) as caught:
        read_document(patched(saved(book()), ((old, b"<x <" + old),)), "a.xlsx")
    assert caught.value.code == "damaged"


def test_texts_far_out_cost_neither_memory_nor_silence() -> None:
    workbook = book()
    workbook.active["XFD1048576"], workbook.active["OD18000"] = "远", "近"
    reading = read_document(saved(workbook), "a.xlsx")
    (table,) = reading.blocks
    assert isinstance(table, Table)
    assert table.n_rows * table.n_cols < 1000
    assert {c.text for c in table.cells} >= {"产出指标", "近"}
    assert [p.code for p in reading.problems] == ["table_unread"]


@pytest.mark.parametrize("arrangement", ARRANGEMENTS)
@pytest.mark.parametrize("seed", [1, 2])
def test_every_row_of_invented_forms_is_right(seed: int, arrangement: str) -> None:
    rng = random.Random(seed)
    pages = [
        printed(f, rng.choice(layouts_for(f)), rng)
        for f in invented(910 + seed, n_forms=2 + seed, target=seed == 2)
    ]
    rows = parse_document(written([page.sheet for page in pages], arrangement), "a.xlsx")
    assert (
        compare_document(
            {"projects": [{**page.truth, "form_index": n} for n, page in enumerate(pages, 1)]}, rows
        )
        == []
    )


# ---- workbooks up to 2003; `fixtures/xls` was saved by LibreOffice 7.4
# ---------------------------------------------

FIGURES = Path(__file__).parents[1] / "fixtures" / "xls" / "figures.xls"


def test_an_old_workbook_shows_its_figures_as_its_formats_say() -> None:
    reading = read_document(FIGURES.read_bytes(), "a.xls")
    (table,) = reading.blocks
    assert isinstance(table, Table)
    assert reading.flags == ("hidden_sheets_skipped",)
    assert [(c.row, c.col, c.row_span, c.col_span) for c in table.cells if c.text == "合并"] == [(0, 1, 3, 1)]
    assert [c.text for c in table.cells if c.col == 0] == [
        "88%", "159!.9", "12345.60", "12,345.60", "-", "¥1,234.50", "-5.00", "≥95%", "3个", "20分", "2021年12月31日", "2021-12-31", "文字", "",
        "176.0%", "TRUE", "08:30", "0012", "33.333333333",
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(20))
def test_changed_bytes_of_an_old_workbook_raise_only_errors_of_ours(seed: int) -> None:
    rng, data = random.Random(seed), bytearray(FIGURES.read_bytes())
    for _ in range(rng.randrange(1, 40)):
        data[rng.randrange(512, len(data))] = rng.choice((0, 255, rng.randrange(256)))
    if seed % 5 == 0:
        del data[rng.randrange(600, len(data)) :]
    try:
        reading = read_document(bytes(data), "a.xls")
    except PipelineError:
        return
    assert reading.media_type


@pytest.mark.parametrize("seed", range(20))
def test_changed_bytes_raise_only_errors_of_ours(seed: int) -> None:
    rng, data = random.Random(seed), bytearray(saved(book()))
    for _ in range(rng.randrange(1, 40)):
        data[rng.randrange(len(data))] = rng.randrange(256)
    if seed % 4 == 0:
        del data[rng.randrange(len(data)) :]
    try:
        reading = read_document(bytes(data), "a.xlsx")
    except PipelineError:
        return
    assert reading.media_type
