"""More than is understood is refused by name, before it is understood."""

from __future__ import annotations

import io
import time
import zipfile

import openpyxl
import pytest

from pipeline.app.document import parse_document
from pipeline.model.errors import Code
from pipeline.read.common import bounds

MOST_SECONDS = 10  # each takes less than one


def sheet_of(markup: bytes) -> bytes:
    """A workbook whose one sheet is this markup."""
    made, out = io.BytesIO(), io.BytesIO()
    openpyxl.Workbook().save(made)
    with zipfile.ZipFile(made) as package, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as changed:
        for name in package.namelist():
            content = markup + b"</x>" if name == "xl/worksheets/sheet1.xml" else package.read(name)
            changed.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"a" * (bounds.MOST_CHARACTERS + 1),
        b"1\n" * (bounds.MOST_TEXTS + 1),
        b"<html><body>" + b"a" * (bounds.MOST_CHARACTERS + 1) + b"</body></html>",
    ],
    ids=["characters of a line", "lines", "characters of a page"],
)
def test_a_text_that_is_too_large_is_refused(data: bytes) -> None:
    document = parse_document(data, "a").document
    assert document["error_code"] == Code.TOO_LARGE
    assert (document["error"] or "").endswith("are read at most; split it")


def test_a_workbook_of_too_many_cells_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MOST_TEXTS", 50)
    book = openpyxl.Workbook()
    for row in range(1, 8):
        book.worksheets[0].append([f"值{row}"] * 8)
    out = io.BytesIO()
    book.save(out)
    assert parse_document(out.getvalue(), "a").document["error_code"] == Code.TOO_LARGE


@pytest.mark.parametrize(
    "data",
    [
        b" " * 200_000 + b"x\n",
        "自评表".encode() + b" " * 200_000 + b"x\n",
        b"<html><body>" + b"<p>1" * 20_000,
        sheet_of(b"<c " * 200_000),
        sheet_of(b"<drawing " * 200_000),
        sheet_of(b"<c><f/>" + b" " * 200_000),
    ],
    ids=["spaces before", "spaces between", "paragraphs", "cells left open", "drawings left open", "no end"],
)
def test_what_patterns_run_over_takes_no_minutes(data: bytes) -> None:
    """A pattern that tries each place against each takes one to three minutes here; no count of calls sees it."""
    begun = time.process_time()
    parse_document(data, "a")
    assert time.process_time() - begun < MOST_SECONDS
