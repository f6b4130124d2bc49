"""Who may import whom: normalizers know no pipeline, readers know no forms, nothing imports in a circle."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("pipeline", "normalizers")
READERS_MAY = {"pipeline.errors", "pipeline.flags", "pipeline.model", "pipeline.version"}
STAGES_MAY_NOT = {"pipeline.cli", "pipeline.run", "pipeline.store", "pipeline.show", "pipeline.dictionary", "pipeline.__main__"}


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {module_of(p): p for package in PACKAGES for p in sorted((ROOT / package).rglob("*.py"))}


def imports(module: str) -> set[str]:
    """The project's modules that a module imports, wherever in it the import stands."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(FILES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative import"
            base = node.module or ""
            found |= {full if (full := f"{base}.{name.name}") in FILES else base for name in node.names}
    return {name for name in found if name in FILES} - {module}


GRAPH = {module: imports(module) for module in FILES}


def test_the_modules_were_found() -> None:
    assert {"pipeline.model", "pipeline.read", "normalizers"} <= set(FILES)
    assert "pipeline.model" in GRAPH["pipeline.records"]


@pytest.mark.parametrize("module", [m for m in FILES if m.split(".")[0] == "normalizers"])
def test_normalizers_import_only_normalizers(module: str) -> None:
    assert {m for m in GRAPH[module] if m.split(".")[0] != "normalizers"} == set()


@pytest.mark.parametrize("module", [m for m in FILES if m.startswith("pipeline.read")])
def test_readers_know_formats_and_nothing_of_forms(module: str) -> None:
    beyond = {m for m in GRAPH[module] if m.startswith("pipeline.") and not m.startswith("pipeline.read")}
    assert beyond <= READERS_MAY


@pytest.mark.parametrize("module", [m for m in FILES if m not in STAGES_MAY_NOT])
def test_stages_do_not_know_the_frame_around_them(module: str) -> None:
    assert GRAPH[module] & STAGES_MAY_NOT == set()


def test_nothing_imports_in_a_circle() -> None:
    order = list(TopologicalSorter(GRAPH).static_order())
    assert len(order) == len(FILES)


@pytest.mark.parametrize("module", FILES)
def test_a_module_opens_with_what_it_does_and_stays_short(module: str) -> None:
    text = FILES[module].read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(text))
    assert text.count("\n") <= 400
