"""Who may import whom: a folder imports only the folders before it in the order of the data, nothing imports
in a circle.
"""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("pipeline", "normalizers", "budget_performance")
ORDER = (
    "normalizers",
    "pipeline.version",
    "pipeline.model",
    "pipeline.words",
    "pipeline.read",
    "pipeline.table",
    "pipeline.untabled",
    "pipeline.form",
    "pipeline.confidence",
    "pipeline.rows",
    "pipeline.audit",
    "pipeline.corpus",
    "pipeline.report",
    "pipeline.app",
    "budget_performance",
    "pipeline.__main__",
)
"""Folders in the order of the data: each may import itself and those before it, but for what `MAY_NOT` says."""
MAY_NOT = {
    "pipeline.read": {"pipeline.words"},  # readers know formats and nothing of budgets
    "pipeline.table": {"pipeline.read"},  # what understands forms knows nothing of formats
    "pipeline.untabled": {"pipeline.read"},
    "pipeline.form": {"pipeline.read"},
    "pipeline.confidence": {"pipeline.read"},
    "pipeline.rows": {"pipeline.read"},
    "pipeline.audit": {"pipeline.read", "pipeline.table", "pipeline.untabled", "pipeline.form"},
    "pipeline.corpus": {"pipeline.read", "pipeline.table", "pipeline.untabled", "pipeline.form"},
}
ONE_DOCUMENT = "pipeline.app.document"
ALL_DOCUMENTS = "pipeline.corpus"


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


def folder_of(module: str) -> str:
    return next((f for f in ORDER if module == f or module.startswith(f + ".")), "")


def test_every_module_stands_in_a_folder_of_the_order() -> None:
    assert [m for m in FILES if m != "pipeline" and not folder_of(m)] == []
    assert "pipeline.model.cells" in GRAPH["pipeline.rows.build"]


@pytest.mark.parametrize("module", [m for m in FILES if m != "pipeline"])
def test_a_folder_imports_only_what_comes_before_it(module: str) -> None:
    here = folder_of(module)
    allowed = set(ORDER[: ORDER.index(here) + 1]) - MAY_NOT.get(here, set())
    assert {m for m in GRAPH[module] if folder_of(m) not in allowed} == set()


def test_reading_one_document_knows_nothing_of_all_documents() -> None:
    reached, todo = set(), [ONE_DOCUMENT]
    while todo:
        module = todo.pop()
        if module not in reached:
            reached.add(module)
            todo += GRAPH[module]
    assert {m for m in reached if folder_of(m) == ALL_DOCUMENTS} == set()


def test_nothing_imports_in_a_circle() -> None:
    order = list(TopologicalSorter(GRAPH).static_order())
    assert len(order) == len(FILES)


@pytest.mark.parametrize("module", FILES)
def test_a_module_opens_with_what_it_does(module: str) -> None:
    assert ast.get_docstring(ast.parse(FILES[module].read_text(encoding="utf-8")))
