"""The normalisers against the golden labels: every value, name and level label of the bundled forms, exactly."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from normalizers.indicator_names import split_ordinal
from normalizers.levels import read_level
from normalizers.values import is_placeholder, read_value

GOLDEN = sorted((Path(__file__).parents[1] / "golden").glob("*.json"))
FIELDS = ("kind", "comparator", "value", "value_max", "unit", "date_start", "date_end")
# Levels that the form's blocks decide, not the label: a misplaced or lost cell.
DECIDED_BY_THE_BLOCK = {("产出指标", "效益指标")}


def indicators(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Fiscal year and row of every labelled indicator of a document."""
    for project in json.loads(path.read_text(encoding="utf-8"))["projects"]:
        for row in project["indicators"]:
            yield project["fiscal_year"], row


def plain(value: Any) -> dict[str, Any]:
    """The value fields of a `Value` or `Part` as the labels write them: dates in ISO form."""
    found = {field: getattr(value, field) for field in FIELDS}
    return {
        field: x.isoformat() if field.startswith("date") and x is not None else x
        for field, x in found.items()
    }


@pytest.mark.parametrize("path", GOLDEN, ids=lambda p: p.stem)
def test_every_value_reads_as_labelled(path: Path) -> None:
    wrong = []
    for year, row in indicators(path):
        cost = "成本指标" in (row["level1"] or "", (row["level2"] or "")[-4:])
        for side in ("target", "actual"):
            value = read_value(
                None if row["is_placeholder"] else row[f"{side}_raw"], fiscal_year=year, cost=cost
            )
            found = plain(value) | {"parts": [{"label": part.label} | plain(part) for part in value.parts]}
            expected = {field: row[f"{side}_{field}"] for field in FIELDS} | {"parts": row[f"{side}_parts"]}
            if found != expected:
                wrong.append((row[f"{side}_raw"], found, expected))
    assert wrong == []


@pytest.mark.parametrize("path", GOLDEN, ids=lambda p: p.stem)
def test_every_placeholder_is_one(path: Path) -> None:
    wrong = [
        row
        for _, row in indicators(path)
        if is_placeholder(row["name"], row["target_raw"], row["actual_raw"]) != row["is_placeholder"]
    ]
    assert wrong == []


@pytest.mark.parametrize("path", GOLDEN, ids=lambda p: p.stem)
def test_every_name_keeps_its_words(path: Path) -> None:
    for _, row in indicators(path):
        name = row["name"] or ""
        printed = name if row["ordinal"] is None else f"指标 {row['ordinal']}：{name}"
        assert split_ordinal(printed) == (row["ordinal"], name)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda p: p.stem)
def test_every_level_label_is_canonical(path: Path) -> None:
    for _, row in indicators(path):
        for level in (1, 2):
            raw, expected = row[f"level{level}_raw"], row[f"level{level}"]
            if raw is None or (raw, expected) in DECIDED_BY_THE_BLOCK:
                continue
            found = read_level(raw, level)
            assert found is not None
            assert (found.level, found.label, found.known) == (level, expected, True)
            if found.weight is not None:
                assert found.weight == row[f"level{level}_weight"]
