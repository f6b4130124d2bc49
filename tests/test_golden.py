"""Every sample form, parsed from its published text, equals its hand-made label in every field."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.app.document import parse_document
from tests.compare import compare_document, shown

ROOT = Path(__file__).parent.parent
GOLDEN = sorted((ROOT / "tests" / "golden").glob("*.json"))


@pytest.mark.parametrize("label", GOLDEN, ids=lambda p: p.stem)
def test_sample_equals_its_label(label: Path) -> None:
    truth = json.loads(label.read_text(encoding="utf-8"))
    source = next((ROOT / "data" / "raw").glob(f"{label.stem}.*"))
    rows = parse_document(source.read_bytes(), source.name)
    differences = compare_document(truth, rows)
    assert not differences, f"{len(differences)} differences\n{shown(differences)}"


def test_every_sample_has_a_label() -> None:
    assert {p.stem for p in (ROOT / "data" / "raw").glob("*.txt")} == {p.stem for p in GOLDEN}
