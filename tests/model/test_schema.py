"""`pipeline.model.schema`, `flags`, `errors`: the declarations agree with the contract and say something."""

from __future__ import annotations

import pickle
import re
from collections import Counter
from pathlib import Path
from typing import get_args, get_type_hints

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.app.dictionary import dictionary, type_name
from pipeline.model import rows
from pipeline.model.errors import (
    CODES,
    Code,
    InputError,
    InternalError,
    PipelineError,
    UnsupportedError,
    error,
)
from pipeline.model.flags import Flag, unknown
from pipeline.model.row_types import NAMES, row_types
from pipeline.model.schema import TABLES, Column, Table
from pipeline.version import VERSION

IN_A_LINE = {"tasks", "statements", "unread"}  # tables whose columns the contract names without their types
PLACE = ["page", "bbox", "line_start", "line_end"]
COLUMNS = [(t.name, c) for t in TABLES.values() for c in t.columns]


def contract_columns(text: str) -> dict[str, list[tuple[str, str]]]:
    """(column, type) in order for every table of the contract document; `p_*` rows stand for target and
    actual.
    """
    found: dict[str, list[tuple[str, str]]] = {}
    for section in re.split(r"^##+ ", text, flags=re.MULTILINE)[1:]:
        title = section.split("\n", 1)[0].split()[0]
        rows = re.findall(r"^\| ([a-z0-9_*, ]+) \|([^|]*)\|", section, flags=re.MULTILINE)
        found[title] = [
            (name.strip(), kind.strip())
            for names, kind in rows
            for name in names.split(",")
            if kind.strip() != "type"
        ]
    values = [
        (name.removeprefix("p_"), "list<struct>" if "struct" in kind else kind) for name, kind in found["A"]
    ]
    expanded = [
        pair
        for name, kind in found["indicators"]
        for pair in ([(name.replace("*", n), k) for n, k in values] if name.endswith("*") else [(name, kind)])
    ]
    return {
        name: expanded if name == "indicators" else found[name]
        for name in TABLES
        if TABLES[name].contract and name not in IN_A_LINE
    }


@pytest.mark.parametrize("table", [TABLES[name] for name in sorted(IN_A_LINE)], ids=lambda t: t.name)
def test_a_table_named_in_a_line_has_its_columns(table: Table, root: Path) -> None:
    text = (root / "docs" / "data-contract.md").read_text(encoding="utf-8")
    line = re.search(rf"^\| {table.name} \|[^|]*\|([^|]*)\|", text, flags=re.MULTILINE)
    assert line is not None
    named = re.sub(r"\([^)]*\)", "", line[1]).replace("place columns", ", ".join(PLACE))
    assert {c.name for c in table.columns} == {name.strip() for name in named.split(",")}


@pytest.mark.parametrize(
    "table", [t for t in TABLES.values() if t.contract and t.name not in IN_A_LINE], ids=lambda t: t.name
)
def test_the_declaration_has_the_contracts_columns_and_types_in_order(table: Table, root: Path) -> None:
    wanted = contract_columns((root / "docs" / "data-contract.md").read_text(encoding="utf-8"))[table.name]
    declared = [
        (c.name, "list<struct>" if c.name.endswith("_parts") else type_name(c.type))
        for c in table.columns
        if c.contract
    ]
    assert len(wanted) > 7
    assert declared == wanted


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=[f"{t}.{c.name}" for t, c in COLUMNS])
def test_every_column_says_what_it_is(table: str, column: Column) -> None:
    assert re.search(r"[\u4e00-\u9fff]|SHA", column.label)
    assert len(column.meaning) > 15, table
    assert column.meaning.endswith(".")
    assert column.source
    numeric = pa.types.is_floating(column.type) or pa.types.is_decimal(column.type)
    assert not numeric or column.unit, "a figure has a unit"


def test_no_two_columns_of_a_table_say_the_same() -> None:
    for table in TABLES.values():
        for words in (Counter(c.meaning for c in table.columns), Counter(c.label for c in table.columns)):
            assert words.most_common(1)[0][1] == 1, words.most_common(1)


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_metadata_goes_with_the_table(table: Table) -> None:
    schema = table.schema()
    assert schema.metadata[b"parser_version"] == VERSION.encode()
    assert schema.metadata[b"contract"]
    assert all(schema.field(c.name).metadata[b"description"] == c.meaning.encode() for c in table.columns)


def test_a_table_refuses_a_column_declared_twice() -> None:
    column = TABLES["funds"].columns[0]
    with pytest.raises(ValueError, match="twice"):
        Table("t", "rows", (), (column, column))
    with pytest.raises(ValueError, match="key"):
        Table("t", "rows", ("other",), (column,))


def test_the_committed_dictionary_is_up_to_date(root: Path) -> None:
    assert (root / "docs" / "data-dictionary.md").read_text(encoding="utf-8") == dictionary()


def test_the_committed_types_of_the_rows_are_up_to_date(root: Path) -> None:
    """`python -m pipeline.model.row_types > pipeline/model/rows.py` mends it."""
    assert (root / "pipeline" / "model" / "rows.py").read_text(encoding="utf-8") == row_types()
    assert set(NAMES) == set(TABLES)


def test_every_full_row_has_the_types_of_its_table() -> None:
    """mypy holds the code to the types; this holds the types to Arrow's columns."""
    for table, name in NAMES.items():
        hints = get_type_hints(getattr(rows, name))
        assert tuple(hints) == TABLES[table].names
        assert {n for n, hint in hints.items() if type(None) in get_args(hint)} == {
            c.name for c in TABLES[table].columns if not c.required
        }


def test_every_flag_says_what_it_means() -> None:
    for words in ([f.label for f in Flag], [f.meaning for f in Flag], [f.value for f in Flag]):
        assert all(words)
        assert len(set(words)) == len(words)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]+", f.value) for f in Flag)


def test_unknown_flags_are_named() -> None:
    assert unknown(["cut_guessed", "zzz", "aaa"]) == ("aaa", "zzz")
    assert unknown(list(Flag)) == ()


def test_every_code_is_explained_and_classed() -> None:
    assert set(CODES) == set(Code)
    assert {info.raises for info in CODES.values()} == {InputError, UnsupportedError, InternalError}
    assert all(info.meaning and info.advice for info in CODES.values())


@given(st.sampled_from(list(Code)), st.text(), st.text(), st.none() | st.text())
def test_errors_survive_pickling(code: Code, where: str, what: str, advice: str | None) -> None:
    before = error(code, where, what, advice)
    after = pickle.loads(pickle.dumps(before))
    assert type(after) is type(before) is CODES[code].raises
    assert isinstance(after, PipelineError)
    assert (after.code, after.where, after.what, after.advice, str(after)) == (
        code,
        where,
        what,
        before.advice,
        str(before),
    )


def test_an_error_says_where_what_and_what_next() -> None:
    assert str(error("empty_file", "a/b.txt", "the file has no bytes")) == (
        "a/b.txt: the file has no bytes; download or export it again [empty_file]"
    )
