"""Every public name has an example in its docstring, and every example is true."""

from __future__ import annotations

import doctest
import inspect
from pathlib import Path

import pytest

import budget_performance as bp
from budget_performance import documents, markup, tables

MODULES = (bp, documents, markup, tables)
EXAMPLES = [
    test
    for module in MODULES
    for test in doctest.DocTestFinder().find(module, module.__name__)
    if test.examples
]
DEFINED = {name: getattr(bp, name) for name in bp.__all__}


@pytest.mark.parametrize("example", EXAMPLES, ids=[e.name for e in EXAMPLES])
def test_an_example_is_true(
    example: doctest.DocTest, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(checkout)
    said: list[str] = []
    runner = doctest.DocTestRunner(verbose=False)
    runner.run(example, out=said.append, clear_globs=False)
    assert runner.failures == 0, "".join(said)


@pytest.mark.parametrize("name", bp.__all__)
def test_a_public_name_has_an_example(name: str) -> None:
    value = DEFINED[name]
    own = inspect.getmodule(value) in MODULES and not isinstance(value, str)
    text = inspect.getdoc(value if own else bp) or ""
    assert any(name in line for line in text.splitlines() if line.startswith((">>>", "..."))) or (
        own and ">>>" in text
    )


@pytest.mark.parametrize(
    ("name", "member"),
    [
        (name, member)
        for name, value in DEFINED.items()
        if inspect.isclass(value) and inspect.getmodule(value) in MODULES
        for member in vars(value)
        if not member.startswith("_")
    ],
)
def test_a_public_member_is_shown(name: str, member: str) -> None:
    kind = DEFINED[name]
    doc = inspect.getdoc(kind) or ""
    own = inspect.getdoc(getattr(kind, member)) or ""
    assert ">>>" in own or f".{member}" in doc or own.startswith("One row ")
