"""What `pyproject.toml` says of the program is so: its command, its packages, its types."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import sys
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest

NOT_IMPORTED = {
    "camelot-py",
    "onnxruntime",
    "pdfplumber",
    "pytest",
}  # a comment beside each says why it is there
ON_REQUEST = {"duckdb", "polars"}  # `load(engine=…)`: who asks for them has them
KEPT = {"pdfplumber", "camelot-py", "pandas", "rapidfuzz", "pyarrow", "pytest"}  # of the default installation


def declared(root: Path) -> dict[str, Any]:
    project: dict[str, Any] = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project


def plain(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[<>=!~;\[ ]", requirement)[0]).lower()


def imported(folder: Path) -> set[str]:
    """The top-level names of other people's packages that a folder's modules import."""
    names: set[str] = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {n.name.split(".")[0] for n in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module.split(".")[0])
    return names - sys.stdlib_module_names - {"budget_performance", "pipeline", "normalizers", "tests"}


def packages(names: set[str]) -> set[str]:
    found = importlib.metadata.packages_distributions()
    return {plain(found[name][0]) for name in names}


def test_the_command_is_there(root: Path) -> None:
    for target in declared(root)["scripts"].values():
        module, _, function = target.removeprefix("budget_performance.").partition(":")  # see setup.py
        assert isinstance(getattr(import_module(module), function), click.Command)


def test_what_is_imported_is_declared_and_nothing_else(root: Path) -> None:
    runtime = {plain(r) for r in declared(root)["dependencies"]}
    used = packages(imported(root / "pipeline") | imported(root / "normalizers"))
    used |= packages(imported(root / "budget_performance") - ON_REQUEST)
    assert runtime - used == NOT_IMPORTED
    assert used <= runtime
    assert runtime >= KEPT


def test_what_only_tests_import_is_declared_for_development(root: Path) -> None:
    project = declared(root)
    everything = {plain(r) for r in [*project["dependencies"], *project["optional-dependencies"]["dev"]]}
    assert packages(imported(root / "tests")) <= everything


@pytest.mark.parametrize("name", sorted(NOT_IMPORTED))
def test_a_package_that_is_not_imported_says_why(root: Path, name: str) -> None:
    text = (root / "pyproject.toml").read_text(encoding="utf-8")
    assert re.search(rf'^  "{name}[^"]*", # not imported here: .+', text, re.MULTILINE)


@pytest.mark.parametrize("package", ["budget_performance", "pipeline", "normalizers"])
def test_the_packages_are_typed(root: Path, package: str) -> None:
    assert (root / package / "py.typed").is_file()
