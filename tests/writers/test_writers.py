"""The writers themselves: what they write is what their truth says, and the judge sees a difference where
there is one.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from tests.compare import bare, compare_document, rows_right, same
from tests.writers.inventor import invented
from tests.writers.report import golden_documents, invented_documents
from tests.writers.rows import Style, split
from tests.writers.sheet import Piece, lattice, placed
from tests.writers.templates import LAYOUTS, layouts_for, printed
from tests.writers.text import DIALECTS, written

SEEDS = range(12)
PLAIN = Style(dash="—", money="{:f}", year_note="{year}", total="{}", no_unit="")


# ---- inventor
# ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_invented_figures_add_up(seed: int) -> None:
    for form in invented(seed, n_forms=3):
        weights = sum(Decimal(str(r["weight"])) for r in form["indicators"])
        assert weights + form["budget_weight"] == Decimal(str(form["total_weight"])) == 100
        assert all(0 <= r["score"] <= r["weight"] for r in form["indicators"])
        for column in ("initial_budget", "annual_budget", "executed"):
            total, *parts = (Decimal(line[column] or 0) for line in form["funds"])
            assert total == sum(parts) == Decimal(form[column])


def test_invented_forms_are_the_same_by_seed_and_differ_between_seeds() -> None:
    assert invented(1, n_forms=2) == invented(1, n_forms=2)
    told = [str(form) for seed in SEEDS for form in invented(seed, n_forms=2)]
    assert len(set(told)) == len(told)


# ---- sheets
# --------------------------------------------------------------------------------------------------------


def test_every_layout_prints_every_field_of_its_truth() -> None:
    used = set()
    for forms in (*golden_documents(), *invented_documents(30)):
        for form in forms:
            for name in layouts_for(form):
                used.add(name)
                one = printed(form, name, Random(1))
                text = {
                    bare(part)
                    for c in one.sheet.cells
                    for part in (c.text, c.text.partition("：")[2])
                    if part
                }
                assert all(len(row) == one.sheet.n_cols for row in lattice(one.sheet))
                assert {bare(r["name"]) for r in one.truth["indicators"]} - {None} <= text
                assert {bare(r["level2_raw"]) for r in one.truth["indicators"]} - {None} <= text
                assert {bare(f["label_raw"]) for f in one.truth["funds"]} <= text
    assert used == set(LAYOUTS)


def test_a_grid_with_a_hole_or_an_overlap_is_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        placed([[Piece("a")]], 2)
    with pytest.raises(ValueError, match="overlaps"):
        placed([[Piece("a", 2)], [Piece("b", 3)]], 2)


SPLITS = [
    ("≥95%", ("≥", "95", "%")),
    ("不少于5项", ("≥", "5", "项")),
    ("1200元/亩以内", ("≤", "1200", "元/亩")),
    ("16-18万班次", ("=", "16-18", "万班次")),
    ("1年", ("=", "1", "年")),
    ("12月底前完成", ("定性", "12月底前完成", "")),
    ("显著提升", ("定性", "显著提升", "")),
]


@pytest.mark.parametrize(("raw", "expected"), SPLITS)
def test_split(raw: str, expected: tuple[str, str, str]) -> None:
    pieces = split(raw, placeholder=False, style=PLAIN, signed=True)
    assert (pieces["sign"], pieces["value"], pieces["unit"]) == expected


# ---- dialects
# ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_dialect_keeps_every_character_of_names_and_values(dialect: str) -> None:
    for forms in invented_documents(6):
        name = layouts_for(forms[0])[0]
        pages = [printed(f, name, Random(2)) for f in forms]
        document = written(pages, dialect, Random(3))
        assert document == written(pages, dialect, Random(3))
        untagged = re.sub(r"</?(td|tr|table|p)\b[^>]*>", "|", _decoded(document.data).replace("<br>", ""))
        text = bare(html.unescape(untagged)) or ""
        for row in (r for form in document.truth["projects"] for r in form["indicators"]):
            assert dialect == "spaces-wrapped" or (bare(row["target_raw"]) or "") in text
            assert dialect in ("damaged-grid", "spaces-wrapped") or (bare(row["name"]) or "") in text


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise AssertionError(data[:20])


def test_figures_that_run_together_are_marked() -> None:
    form = invented(1)[0]
    row = {**form["indicators"][0], "target_raw": "≥80", "actual_raw": "85"}
    page = printed({**form, "indicators": [row]}, "ningxia_self", Random(1))
    assert written([page], "glued", Random(1)).truth["projects"][0]["indicators"][0]["unrecoverable"] == [
        "actual_raw",
        "score",
        "target_raw",
        "weight",
    ]
    assert "unrecoverable" not in written([page], "grid", Random(1)).truth["projects"][0]["indicators"][0]


# ---- the judge
# -----------------------------------------------------------------------------------------------------

SAME = [
    ("name", "设备（台）", "设备(台)", True),
    ("target_raw", "≥95%", "$\\geq 95\\%$", True),
    ("target_raw", ">=95%", "≥９５％", True),
    ("name", "设备", "设备 ", True),
    ("name", "设备", "设施", False),
    ("name", None, "", True),
    ("name", "0", None, False),
    ("weight", 10, 10.0, True),
    ("weight", 10, 10.01, False),
    ("weight", 0, None, False),
    ("executed", "347100.00", Decimal("347100.000000"), True),
    ("executed", "347100.00", Decimal("347100.01"), False),
    ("is_placeholder", False, None, False),
]


@pytest.mark.parametrize(("field", "wanted", "got", "expected"), SAME)
def test_same(field: str, wanted: object, got: object, expected: bool) -> None:
    assert same(field, wanted, got) is expected


def _as_rows(truth: dict[str, Any]) -> SimpleNamespace:
    """What a perfect parser would give for a truth."""
    own = deepcopy(truth["projects"])
    for form in own:
        form["project_id"] = f"d-{form['form_index']:03d}"
    return SimpleNamespace(
        document={},
        projects=own,
        funds=[line | {"project_id": f["project_id"]} for f in own for line in f["funds"]],
        indicators=[
            row | {"project_id": f["project_id"], "confidence": 1.0} for f in own for row in f["indicators"]
        ],
    )


Change = Callable[[SimpleNamespace], object]
CHANGES: list[tuple[str, Change, tuple[int, str, str]]] = [
    ("a wrong score", lambda r: r.indicators[2].update(score=-1), (1, "row 3", "score")),
    ("a lost row", lambda r: r.indicators.pop(1), (1, "row 2", "row")),
    (
        "a row made up",
        lambda r: r.indicators.insert(1, r.indicators[0] | {"seq": 1.5, "name": "无中生有"}),
        (1, "row ?1.5", "row"),
    ),
    ("a lost form", lambda r: r.projects.pop(1), (2, "form", "form")),
    ("a wrong amount", lambda r: r.funds[0].update(annual_budget="1.00"), (1, "fund 1", "annual_budget")),
    ("a wrong header", lambda r: r.projects[0].update(implementing_unit=None), (1, "", "implementing_unit")),
]


@pytest.mark.parametrize(("change", "expected"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES])
def test_the_judge_sees(change: Change, expected: tuple[int, str, str]) -> None:
    truth = {"projects": invented(5, n_forms=2)}
    rows = _as_rows(truth)
    assert compare_document(truth, rows) == []
    assert all(r.right for r in rows_right(truth, rows))
    change(rows)
    assert expected in [(d.form, d.row, d.field) for d in compare_document(truth, rows)]
