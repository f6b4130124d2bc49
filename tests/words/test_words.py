"""The files of words: nothing twice, nothing in two groups by accident, every key and word used, every source
told.
"""

from __future__ import annotations

import ast
import copy
import tomllib
from pathlib import Path
from typing import Any

import pytest

from pipeline.model.roles import Role, fund_role
from pipeline.words import vocabulary
from pipeline.words.checks import KEYS, LABEL_GROUPS, faults

NO_LABEL = {Role.OTHER, Role.FUND_LABEL}  # columns that no label announces
ROOT = Path(__file__).parents[2]
FILES = [
    *sorted((ROOT / "pipeline" / "words").glob("*.toml")),
    *sorted((ROOT / "normalizers").glob("*.toml")),
]


def literals(folder: str) -> set[str]:
    """Every text that stands in the code of a folder."""
    return {
        node.value
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_the_vocabulary_has_no_fault() -> None:
    assert list(faults(vocabulary.data())) == []


@pytest.mark.parametrize("group", LABEL_GROUPS)
def test_every_label_is_found_as_what_it_is(group: str) -> None:
    for key, words in vocabulary.entries(vocabulary.data(), group).items():
        for word in words:
            assert vocabulary.find(group, word) == vocabulary.Label(group, key), word


def with_word(group: str, key: str, word: str) -> dict[str, Any]:
    """The tables with one more word."""
    tables = copy.deepcopy(vocabulary.data())
    vocabulary.entries(tables, group)[key].append(word)
    return tables


@pytest.mark.parametrize(
    ("group", "key", "word", "fault"),
    [
        ("column", "score", "分 值", "[column] 分值 stands there 2 times"),
        ("column", "score", "分值：", "[column] 分值 stands there 2 times"),
        ("field", "contact", "预期目标", "预期目标 stands in ['field', 'goal'], but [[shared]] says []"),
        ("tail", "", "得分", "得分 stands in ['column', 'fund_column', 'tail'], but [[shared]] says ['column', 'fund_column']"),
        ("goal", "block", "长" * 61, f"[goal] “{'长' * 61}” is never found"),
    ],
)  # fmt: skip
def test_a_word_said_twice_is_a_fault(group: str, key: str, word: str, fault: str) -> None:
    assert list(faults(with_word(group, key, word))) == [fault]


def test_a_shared_word_that_is_not_shared_is_a_fault() -> None:
    tables = copy.deepcopy(vocabulary.data())
    tables["shared"][0]["words"].append("得分率")
    tables["shared"][1]["reason"] = ""
    assert list(faults(tables)) == [
        f"[[shared]] {', '.join(tables['shared'][1]['groups'])}: no reason is given",
        "得分率 stands in [], but [[shared]] says ['column', 'fund_column']",
    ]


def test_an_unknown_key_and_a_missing_one_are_faults() -> None:
    tables = copy.deepcopy(vocabulary.data())
    tables["goal"]["aim"] = tables["goal"].pop("expected")
    assert [f for f in faults(tables) if f.startswith("[goal]")] == [
        "[goal] aim: nothing reads this key",
        "[goal] expected: this key is missing",
    ]


def test_a_word_twice_in_a_list_is_a_fault() -> None:
    tables = copy.deepcopy(vocabulary.data())
    tables["audit"]["rate_ends"].append("占 比")
    assert list(faults(tables)) == ["[audit] rate_ends: 占比 stands there 2 times"]


def test_two_files_do_not_hold_one_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "files", lambda: {"a.toml": {"goal": {}}, "b.toml": {"goal": {}}})
    with pytest.raises(ValueError, match=r"b\.toml: \[goal\]"):
        vocabulary.data.__wrapped__()


def test_every_table_and_every_key_is_read_by_the_code() -> None:
    code = literals("pipeline")
    for name, table in vocabulary.data().items():
        assert name in code, name
        if name not in KEYS and isinstance(table, dict):
            assert [key for key in table if key not in code] == [], name


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_every_file_says_where_its_words_come_from(path: Path) -> None:
    head = path.read_text(encoding="utf-8").partition("\n\n")[0]
    assert head.startswith("#")
    assert "Source" in head


def test_every_file_is_read() -> None:
    code = literals("pipeline") | literals("normalizers")
    assert [p.name for p in FILES if p.name not in code] == []


def test_exactly_one_file_has_the_columns() -> None:
    holders = [p for p in FILES if "\n[column]\n" in p.read_text(encoding="utf-8")]
    assert [p.name for p in holders] == ["columns.toml"]
    assert set(tomllib.loads(holders[0].read_text(encoding="utf-8"))["column"]) == KEYS["column"]


def test_every_column_of_the_vocabulary_is_a_role() -> None:
    assert {Role(key) for key in KEYS["column"]} == set(Role) - NO_LABEL - {
        fund_role(key) for key in KEYS["fund_column"] - {"reason"}
    }
