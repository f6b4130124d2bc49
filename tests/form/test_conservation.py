"""Nothing printed is lost unsaid: characters in are characters accounted for.

Comes in: the sample documents, the fixtures of every format that needs no recogniser, and drawn documents of
every kind that has cells. Goes out: for each form the characters of its cells against those that are in a
column, in a label or unread; and what happens where a column does not take its text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.app.document import parse_document
from pipeline.form import assemble
from pipeline.form.conservation import Printed, accounted, conserved
from pipeline.model.form import Form, Why
from pipeline.rows.build import DocumentRows
from tests.accuracy import FIXTURES
from tests.openworld.draw import documents
from tests.test_flags_and_codes import form, page_of, with_column

CELLS = (
    "grid",
    "markdown",
    "html-line",
    "html-pretty",
    "html-page",
    "damaged-grid",
    "cells-tab",
    "docx",
    "xlsx",
)
MUTATIONS = (
    "plain",
    "unknown-two",
    "header-torn",
    "foreign-middle",
    "fund-column",
    "fund-line",
    "head-label",
    "goal-label",
)
RAW = Path(__file__).parents[2] / "data" / "raw"
FILES = sorted(p for p in RAW.iterdir() if p.suffix in (".txt", ".md", ".html")) + sorted(
    p for p in FIXTURES.rglob("*") if p.suffix in (".txt", ".md", ".html", ".docx", ".xlsx")
)
Account = tuple[Form, Printed]


@pytest.fixture
def accounts(monkeypatch: pytest.MonkeyPatch) -> list[Account]:
    """Every form that is read from here on, with its rows."""
    seen: list[Account] = []

    def spy(found: Form, printed: Printed) -> Form:
        seen.append((found, printed))
        return conserved(found, printed)

    monkeypatch.setattr(assemble, "conserved", spy)
    return seen


def balanced(accounts: list[Account], rows: DocumentRows) -> bool:
    """Are all characters accounted for, and none by a fault of ours?"""
    return all(a == b for a, b in (accounted(*one) for one in accounts)) and not [
        u for u in rows.unread if u["why"] == Why.LOST
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_files(path: Path, accounts: list[Account]) -> None:
    assert balanced(accounts, parse_document(path.read_bytes(), path.name))


@pytest.mark.parametrize("kind", CELLS)
@pytest.mark.parametrize("mutation", MUTATIONS)
def test_drawn_documents(kind: str, mutation: str, accounts: list[Account]) -> None:
    for drawn in documents("fit", (kind,), (mutation,)):
        rows = parse_document(drawn.data, drawn.name)
        assert accounts, drawn.name
        assert balanced(accounts, rows), drawn.name


def test_a_text_that_its_column_does_not_take_is_unread(accounts: list[Account]) -> None:
    """Whatever field of a form is left out: its text is in `unread` then."""
    parse_document(page_of(form()), "a.html")
    whole, printed = accounts[0]
    assert conserved(whole, printed).unread == ()
    for lacking, text in _lacking(whole):
        assert text in {u.text for u in conserved(lacking, printed).unread}


def _lacking(whole: Form) -> Iterator[tuple[Form, str]]:
    """The form without one of its fields, and that field's text."""
    for name, found in whole.header.items():
        kept = {k: f for k, f in whole.header.items() if k != name}
        yield replace(whole, header=kept, departments=()), str(found.text)
    row: Any = whole.indicators[0]
    for name in ("name", "target", "actual", "weight", "score"):
        gone: Any = {name: replace(getattr(row, name), cells=())}
        yield (
            replace(whole, indicators=(replace(row, **gone), *whole.indicators[1:])),
            getattr(row, name).text,
        )
    line: Any = whole.funds[0]
    for name in ("initial_budget", "executed", "execution_rate", "score"):
        yield replace(whole, funds=(replace(line, **{name: None}),)), getattr(line, name).text
    yield replace(whole, total_score=None), "99.5"


def test_a_column_with_an_unknown_header_makes_the_document_partial() -> None:
    rows = parse_document(page_of(with_column("包联领导", "张三")), "a.html")
    told = rows.document["status"], rows.document["error_code"], rows.document["error"]
    assert told == ("partial", "columns_unread", "columns that are not known were not read: 包联领导")
    assert {u["label"] for u in rows.unread} == {"包联领导"}
    assert len(rows.unread) == len(rows.indicators)


def test_a_known_column_without_a_place_is_no_reason() -> None:
    rows = parse_document(page_of(with_column("序号", "")), "a.html")
    assert rows.document["status"] == "ok"
    assert {(u["label"], u["why"]) for u in rows.unread} == {("序号", "no_column")}


def test_what_a_text_without_cells_leaves_over_is_unread() -> None:
    """One cell a line; a line that is nobody's between the amounts of the head."""
    grid = form()
    grid.insert(6, ["甲乙丙丁戊己庚辛"])
    rows = parse_document("\n".join("\n".join(filter(None, row)) for row in grid).encode(), "a.txt")
    assert len(rows.indicators) == 6
    assert [(u["text"], u["why"], u["line_start"]) for u in rows.unread] == [
        ("甲乙丙丁戊己庚辛", "left_over", 23)
    ]
