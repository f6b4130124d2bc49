"""The files of words of `normalizers`: nothing twice, no word with two meanings by accident, every key used."""

from __future__ import annotations

import ast
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from normalizers.levels import read_level
from normalizers.symbols import fold, narrow

FOLDER = Path(__file__).parents[2] / "normalizers"
FILES = {p.name: tomllib.loads(p.read_text(encoding="utf-8")) for p in sorted(FOLDER.glob("*.toml"))}
LITERALS = {
    node.value
    for path in FOLDER.glob("*.py")
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    if isinstance(node, ast.Constant) and isinstance(node.value, str)
}
ONLY_CHECKED = {("levels.toml", "shared")}  # said for who reads the file
SIGNS = {">=", "<=", ">", "<", "~", "="}
LEVELS = FILES["levels.toml"]


def lists(value: Any, path: str) -> Iterator[tuple[str, list[str]]]:
    """Every list of words in a table, with where it stands."""
    if isinstance(value, list):
        if value and all(isinstance(word, str) for word in value):
            yield path, value
        else:
            for n, item in enumerate(value):
                yield from lists(item, f"{path}[{n}]")
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from lists(item, f"{path}.{key}")


@pytest.mark.parametrize("name", FILES)
def test_no_word_stands_twice_in_a_list(name: str) -> None:
    for path, words in lists(FILES[name], name):
        assert [w for w, n in Counter(words).items() if n > 1] == [], path


@pytest.mark.parametrize("name", sorted(FILES.keys() - {"symbols.toml"}))
def test_words_are_written_as_they_are_compared(name: str) -> None:
    for path, words in lists(FILES[name], name):
        assert [
            w for w in words if "".join(narrow(w).split()) != w and "〉" not in w and "〈" not in w
        ] == [], path


@pytest.mark.parametrize("name", FILES)
def test_every_table_and_every_key_is_read(name: str) -> None:
    for table, held in FILES[name].items():
        if (name, table) in ONLY_CHECKED:
            continue
        assert table in LITERALS
        entries = held if isinstance(held, list) else [held]
        if table != "joiners":  # its keys are the words
            keys = {key for entry in entries for key in entry}
            assert keys - LITERALS == set(), table


def test_a_comparator_has_one_sign_on_a_side() -> None:
    comparator = FILES["comparators.toml"]["comparator"]
    for side in ("before", "after"):
        assert set(comparator[side]) <= SIGNS
        assert [
            w for w, n in Counter(w for words in comparator[side].values() for w in words).items() if n > 1
        ] == []
    before = {w for words in comparator["before"].values() for w in words}
    after = {w for words in comparator["after"].values() for w in words}
    assert {*comparator["touching"], *comparator["reaching"], *comparator["symbols"]} <= before
    assert set(comparator["right_behind"]) <= after


def keys_of(level: int) -> dict[str, set[str]]:
    """Looked-up form → the canonical labels that it stands for."""
    out: dict[str, set[str]] = {}
    for entry in LEVELS["level"]:
        if entry["level"] == level:
            for form in (entry["label"], *entry["also"]):
                out.setdefault(form.removesuffix("指标"), set()).add(entry["label"])
    return out


@pytest.mark.parametrize("level", [1, 2])
def test_a_form_stands_for_one_label_of_its_level(level: int) -> None:
    assert {form: labels for form, labels in keys_of(level).items() if len(labels) > 1} == {}


def test_labels_of_two_levels_are_those_that_the_file_names() -> None:
    others = {
        e["level"]: {label.removesuffix("指标") for label in e["labels"]} for e in LEVELS["other_level"]
    }
    assert [len(e["labels"]) for e in LEVELS["other_level"]] == [len(others[1]), len(others[2])]
    held = Counter(form for forms in (keys_of(1), keys_of(2), others[1], others[2]) for form in forms)
    told = [word for entry in LEVELS["shared"] for word in entry["words"]]
    assert sorted(form for form, n in held.items() if n > 1) == sorted(told)
    assert all(entry["reason"] for entry in LEVELS["shared"])


@pytest.mark.parametrize("entry", [*LEVELS["level"], *LEVELS["other_level"]], ids=str)
def test_every_form_is_found_as_what_it_is(entry: dict[str, Any]) -> None:
    for form in (entry["label"], *entry["also"]) if "label" in entry else entry["labels"]:
        found = read_level(form, entry["level"])
        assert found is not None
        assert (found.level, found.label, found.known) == (entry["level"], entry.get("label", form), True), (
            form
        )


def test_parents_are_first_levels() -> None:
    first = {e["label"] for e in LEVELS["level"] if e["level"] == 1}
    assert {e["parent"] for e in LEVELS["level"] if "parent" in e} <= first
    assert all(fold(e["label"]) == e["label"] for e in LEVELS["level"])
