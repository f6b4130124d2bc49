"""The writers of files, as far as they need no other program: what they write is what the sheet says, the
same for equal plans.
"""

from __future__ import annotations

import io
from dataclasses import replace
from random import Random

import docx
import numpy as np
import openpyxl
import pytest
from PIL import Image

from tests.compare import bare
from tests.writers.files import scans
from tests.writers.files.excel import typed
from tests.writers.files.look import Look, column_shares, headings, torn
from tests.writers.files.make import Plan, chance, made
from tests.writers.inventor import invented
from tests.writers.sheet import WCell, lattice
from tests.writers.templates import printed

SHEET = printed(invented(3)[0], "central_self", Random(3)).sheet
PLANS = [
    Plan(
        "html",
        5,
        "yunnan_self",
        2,
        {"torn": True, "prose": True},
        site={"dialect": "nested", "p_cells": True},
    ),
    Plan("html", 6, "ningxia_target", 1, {"narrow": True}, site={"dialect": "saved", "charset": "gb18030"}),
]


@pytest.mark.parametrize("plan", PLANS, ids=lambda p: p.site["dialect"])
def test_equal_plans_give_equal_pages(plan: Plan) -> None:
    assert made(plan) == made(plan)
    assert made(plan) != made(replace(plan, seed=plan.seed + 1))


def test_a_torn_sheet_has_all_cells_and_no_holes() -> None:
    at = SHEET.indicator_rows[3]
    upper, lower = torn(SHEET, at, repeat=False)
    for part in (upper, lower):
        assert all(len(row) == SHEET.n_cols for row in lattice(part))
    assert upper.n_rows + lower.n_rows == SHEET.n_rows
    assert len(upper.indicator_rows) == 3
    told = [c.text for part in (upper, lower) for c in part.cells if c.text]
    assert sorted(told) == sorted(c.text for c in SHEET.cells if c.text)


def test_columns_share_the_whole_width_and_headings_are_found() -> None:
    shares = column_shares(SHEET, Random(1))
    assert len(shares) == SHEET.n_cols
    assert sum(shares) == pytest.approx(1.0)
    first = SHEET.indicator_rows[0]
    assert list(headings(SHEET)) == [first - 1]


def test_word_holds_every_cell_once_with_real_merges() -> None:
    plan = Plan("docx", 7, "central_self", 1)
    document = docx.Document(io.BytesIO(made(plan).data))
    (table,) = document.tables
    texts = {bare(cell.text) for row in table.rows for cell in row.cells}
    truth = made(plan).truth["projects"][0]
    assert {bare(r["name"]) for r in truth["indicators"] if r["ordinal"] is None} <= texts
    assert "w:vMerge" in table._tbl.xml
    assert "w:gridSpan" in table._tbl.xml


TYPED = [
    ("95%", "actual_raw", (0.95, "0%")),
    ("98.5%", "actual_raw", (0.985, "0.0%")),
    ("1,234.50", "annual_budget", (1234.5, "#,##0.00")),
    ("20", "weight", (20, "General")),
    ("007", "value", ("007", "General")),
    ("120", "name", ("120", "@")),
    ("≥95%", "target_raw", ("≥95%", "General")),
    ("", "score", (None, "General")),
]


@pytest.mark.parametrize(("text", "role", "expected"), TYPED)
def test_typed(text: str, role: str, expected: tuple[object, str]) -> None:
    assert typed(WCell(text, 0, 0, role=role)) == expected


def test_a_workbook_hides_its_draft() -> None:
    data = made(Plan("xlsx", 8, "review_self", 2, book={"hidden": True})).data
    states = [sheet.sheet_state for sheet in openpyxl.load_workbook(io.BytesIO(data)).worksheets]
    assert states == ["hidden", "visible", "visible"]


def test_scanners_repeat_their_noise_and_keep_their_resolution() -> None:
    page = Image.fromarray(np.full((60, 80), 255, np.uint8))
    scanner = scans.Scanner(150, noise=4.0, specks=True, skew=1.0, bilevel=True)
    data = scans.as_pdf([page], scanner)
    first, second = (scans.as_picture(scans.pictures(data, scanner, 9), scanner, "tif") for _ in range(2))
    assert first == second
    assert Image.open(io.BytesIO(first)).info["dpi"] == (150, 150)
    with pytest.raises(ValueError, match="pages"):
        scans.as_picture([page, page], scanner, "png")


def test_chance_plans_are_the_same_by_seed() -> None:
    assert [chance("drawn", s) for s in range(9)] == [chance("drawn", s) for s in range(9)]
    assert len({str(chance("drawn", s)) for s in range(9)}) == 9
    assert Look() == Look().but()
    assert chance("drawn", 1, dpi=150).scan["dpi"] == 150
