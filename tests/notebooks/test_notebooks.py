"""The notebooks run from their first cell to their last, on the seeds and on documents that are invented for it, and
their charts need no font of the machine.
"""

from __future__ import annotations

import ast
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

import budget_performance as bp
from tests.writers.sample import documents

NOTEBOOKS = sorted(p.name for p in (Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
QUESTIONS = 5
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module", params=["seeds", "sample"])
def checkout(request: pytest.FixtureRequest, root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout after `make parse`, of the seeds or of invented documents."""
    folder = tmp_path_factory.mktemp(request.param)
    shutil.copytree(root / "notebooks", folder / "notebooks")
    shutil.copytree(root / "data" / "raw", folder / "data" / "raw")
    read = folder / "data" / "raw"
    if request.param == "sample":
        read = folder / "data" / "sample"
        read.mkdir()
        for name, data in documents(60):
            (read / name).write_bytes(data)
    bp.parse_folder(read, folder / "data" / "parsed", jobs=1)
    return folder


def cells(notebook: Path, kind: str) -> list[str]:
    told = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return ["".join(c["source"]) for c in told if c["cell_type"] == kind]


def shown(code: str, names: dict[str, Any]) -> Any:
    """Runs a cell; the value of its last line, if that is an expression."""
    tree = ast.parse(code)
    last = tree.body.pop()
    assert isinstance(last, ast.Expr), "a cell ends with what it shows"
    exec(compile(tree, "cell", "exec"), names)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_runs_and_draws(name: str, checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(checkout / "notebooks")
    monkeypatch.syspath_prepend(checkout / "notebooks")
    names: dict[str, Any] = {}
    results = [shown(code, names) for code in cells(checkout / "notebooks" / name, "code")]
    charts = [r for r in results if hasattr(r, "_repr_svg_")]
    assert len(charts) == QUESTIONS
    for chart in charts:
        tree = etree.fromstring(chart._repr_svg_())
        assert tree.findall(f".//{SVG}text") == []
        letters = {e.get("id") for e in tree.iterfind(f".//{SVG}defs/{SVG}path") if e.get("d")}
        used = {e.get("href")[1:] for e in tree.iterfind(f".//{SVG}use")}
        assert len(letters) > 5
        assert len(used - letters) <= 1, "more than a blank has no outline"
    assert all(hasattr(r, "_repr_html_") or hasattr(r, "_repr_svg_") for r in results)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_asks_five_questions_and_keeps_no_results(name: str, root: Path) -> None:
    told = json.loads((root / "notebooks" / name).read_text(encoding="utf-8"))
    assert [c["outputs"] for c in told["cells"] if c["cell_type"] == "code" and c["outputs"]] == []
    asked = [
        m
        for m in cells(root / "notebooks" / name, "markdown")
        if m.startswith("## ") and "?" in m.split("\n")[0]
    ]
    assert len(asked) == QUESTIONS


def test_the_sample_is_the_same_on_every_run_and_answers_the_questions(checkout: Path) -> None:
    first, second = ([(n, d) for n, d in documents(12) if not n.endswith("x")] for _ in range(2))
    assert first == second  # Word and Excel files hold the time at which they were written
    assert len(first) > 4
    if (checkout / "data" / "sample").is_dir():
        tables = bp.load(checkout / "data" / "parsed")
        assert set(tables.documents["status"]) == {"ok"}
        rules = set(tables.findings["rule"])
        assert {"target_revised", "target_missed_full_score"} <= rules
