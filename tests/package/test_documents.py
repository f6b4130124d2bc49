"""One file → a document: whatever is given, whatever is in it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, get_type_hints

import pandas as pd
import pytest
from lxml import html

import budget_performance as bp
from pipeline.model.rows import IndicatorRow
from pipeline.model.schema import TABLES

OF_A_FORM = ("projects", "funds", "indicators", "tasks", "statements", "unread", "findings")
HOSTILE = "<script>alert(1)</script>\"'&amp;<b>"


@pytest.fixture(scope="module")
def document(root: Path) -> bp.Document:
    return bp.parse(root / "docs" / "example.txt")


def form_text(name: str, actual: str = "21公里") -> bytes:
    """A form in which one row is a cell short."""
    return (
        f"项目支出绩效自评表\n（2023年度）\n项目名称\t{name}\t\t\t\t\n"
        "一级指标\t二级指标\t三级指标\t年度指标值\t实际完成值\t分值\n"
        f"产出指标\t数量指标\t养护里程\t≥20公里\t{actual}\t20\n"
        f"\t质量指标\t{name}\t≥95%\t96%\t10\n"
    ).encode()


def test_bytes_and_path_give_the_same_document(root: Path, document: bp.Document) -> None:
    path = root / "docs" / "example.txt"
    assert bp.parse(path.read_bytes(), name="example.txt") == document
    assert bp.parse(str(path)) == document
    assert bp.parse(path, name="other.txt").row["source_path"] == "other.txt"


def test_bytes_need_a_name() -> None:
    with pytest.raises(ValueError, match="name="):
        bp.parse(b"text")


def test_a_file_that_is_missing_raises_as_open_does(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        bp.parse(tmp_path / "none.txt")
    with pytest.raises(IsADirectoryError):
        bp.parse(tmp_path)


@pytest.mark.parametrize("data", [b"%PDF-1.7 and no more", b"PK\x03\x04 torn", b"\x00\x01\x02\x03"])
def test_a_file_that_cannot_be_read_says_so(data: bytes) -> None:
    document = bp.parse(data, name="torn.pdf")
    assert (document.status, len(document), document.indicators) == ("failed", 0, ())
    assert document.error
    assert document.error in html.fromstring(document._repr_html_()).text_content()
    assert document.to_pandas("documents")["status"].tolist() == ["failed"]
    assert list(document.to_pandas().columns) == list(TABLES["indicators"].names)


def test_rows_belong_to_their_form(root: Path) -> None:
    document = bp.parse(root / "data" / "raw" / "000_d9e816b49658f078.txt")
    assert [len(f.indicators) for f in document] == [
        sum(i["project_id"] == f.project["project_id"] for i in document.indicators) for f in document
    ]
    assert len(document.indicators) == document.row["n_indicators"] == 34
    assert len(document.findings) == document.row["n_findings"]


def test_a_row_is_typed() -> None:
    hints = get_type_hints(bp.Document.indicators.fget)
    assert hints["return"] == tuple[IndicatorRow, ...]


@pytest.mark.parametrize("table", OF_A_FORM)
def test_a_frame_has_the_types_of_the_contract(document: bp.Document, table: str) -> None:
    schema = TABLES[table].schema()
    for frame in (document.to_pandas(table), document.forms[0].to_pandas(table)):
        assert {n: t.pyarrow_dtype for n, t in frame.dtypes.items()} == {f.name: f.type for f in schema}


def test_amounts_stay_exact_and_a_null_stays_one(document: bp.Document) -> None:
    projects = document.to_pandas("projects")
    assert projects["executed"][0] == Decimal("347100.00")
    assert projects["executed"].sum() == Decimal("347100.00")
    rows = document.to_pandas()
    assert rows["score"].isna().all()
    assert rows["score"][0] is pd.NA
    assert rows["target_date_end"].dropna().tolist() == [date(2023, 12, 31)]
    assert rows["line_start"].tolist() == [8, 9, 10, 11]
    assert str(rows["line_start"].dtype) == "int32[pyarrow]"


def test_a_table_that_there_is_not(document: bp.Document) -> None:
    with pytest.raises(KeyError):
        document.to_pandas("rows")
    with pytest.raises(KeyError):
        document.forms[0].to_pandas("documents")


# ---- in a notebook
# ------------------------------------------------------------------------------------------------


def test_a_doubted_cell_is_marked_and_says_why() -> None:
    document = bp.parse(form_text("农村道路养护"), name="a.txt")
    form = document.forms[0]
    row = form.indicators[0]
    doubt: Any = {"column": "target_raw", "confidence": 0.41, "why": "cell_cut"}
    sure: IndicatorRow = {**row, "doubts": [], "confidence": 0.99}
    doubted: IndicatorRow = {**row, "doubts": [doubt], "confidence": 0.41}
    clean = bp.Form(form.project, (), (sure,), (), (), (), ())
    marked = bp.Form(form.project, (), (doubted,), (), (), (), ())
    assert html.fromstring(clean._repr_html_()).xpath("//td[@title]") == []
    cells = html.fromstring(marked._repr_html_()).xpath("//td[@title]")
    assert [(c.text, c.get("title")) for c in cells] == [("≥20公里", "0.41: cell_cut")]
    assert "background" in cells[0].get("style")


def test_no_text_of_a_document_is_markup() -> None:
    document = bp.parse(form_text(HOSTILE, HOSTILE), name=f"{HOSTILE}.txt")
    shown = document._repr_html_()
    assert document.forms[0].project["project_name"]
    assert "<script" not in shown
    tree = html.fromstring(shown)
    assert {e.tag for e in tree.iter()} <= {
        "div", "h3", "h4", "p", "table", "thead", "tbody", "tr", "th", "td", "ul", "li",
    }  # fmt: skip
    assert {name for e in tree.iter() for name in e.attrib} <= {"class", "style", "scope", "title"}
    assert "alert(1)" in tree.text_content()


def test_the_notebook_shows_what_is_printed(document: bp.Document) -> None:
    shown = html.fromstring(document._repr_html_()).text_content()
    for text in ("农村道路养护", "养护里程", "≥20公里", "年度资金总额", "347,100.00"):
        assert text in shown
