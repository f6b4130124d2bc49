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
from pipeline.read.excel import shown

SHOWN = [
    (0.88, "0%", "88%"), (0.9917, "0.00%", "99.17%"), (1, "0%", "100%"), (35.0, "General", "35"), (34.71, "General", "34.71"),
    (0.1 + 0.2, "General", "0.3"), (1234567.5, "#,##0.00", "1,234,567.50"), (1000000, "0.00", "1000000.00"), (5, '0"分"', "5分"),
    (12.5, "0.##", "12.5"), (12, "0.##", "12"), (-13.27, "#,##0.00;-#,##0.00", "-13.27"), (-13.27, "0.00", "-13.27"), ("≥95%", "General", "≥95%"),
    (2.345, "0.00", "2.35"), (datetime.datetime(2024, 6, 30), "yyyy-mm-dd", "2024-06-30"),
    (datetime.datetime(2024, 6, 30), 'yyyy"年"m"月"d"日"', "2024年6月30日"), (datetime.datetime(2024, 6, 1), 'yyyy"年"m"月"', "2024年6月"),
    (0.5, '"≥"0%', "≥50%"), (True, "General", "TRUE"), (100, "0_ ", "100"), (7, "@", "7"),
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
