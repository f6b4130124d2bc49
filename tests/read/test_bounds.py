"""More than is understood is refused by name, before it is understood."""

from __future__ import annotations

import io

import openpyxl
import pytest

from pipeline.app.document import parse_document
from pipeline.model.errors import Code
from pipeline.read.common import bounds


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
