"""Workbooks that openpyxl writes here, and figures as number formats show them."""

from __future__ import annotations

import datetime
import io
import random

import openpyxl
import pytest

from pipeline.errors import PipelineError
from pipeline.model import Table
from pipeline.read import read_document
from pipeline.read.number_format import shown

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


@pytest.mark.parametrize("seed", range(40))
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
