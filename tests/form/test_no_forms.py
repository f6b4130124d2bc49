"""Documents that speak of budgets, projects and scores, and hold no form: nothing may be read from them.

Made up after what stands beside forms on governments' pages: final accounts, budget tables, laws, news, lists.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.app.document import parse_document

DOCUMENTS = sorted((Path(__file__).parent / "no_forms").iterdir())


@pytest.mark.parametrize("path", DOCUMENTS, ids=[p.name for p in DOCUMENTS])
def test_no_form_is_made_up(path: Path) -> None:
    rows = parse_document(path.read_bytes(), path.name)
    assert rows.document["status"] == "empty"
    assert (rows.projects, rows.funds, rows.indicators) == ([], [], [])


def test_there_are_documents_of_every_sort() -> None:
    assert len(DOCUMENTS) >= 16
