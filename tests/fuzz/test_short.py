"""A short run of every fuzz target: what a longer one starts from is clean."""

from __future__ import annotations

import pytest

from tests.fuzz.targets import SEEDS, mutants, one_input, seed

RUNS = {"doc": 4, "rtf": 4, "pdf": 6}  # readers that start a program or look twice


@pytest.mark.parametrize("kind", SEEDS)
def test_damaged_files_are_read_or_refused_by_name(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")  # no converter: our own readers are what is tested
    one_input(seed(kind), kind)
    for data in mutants(kind, RUNS.get(kind, 15)):
        one_input(data, kind)
