"""What `pip install` brings: one importable name, with everything that a run needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import budget_performance as bp

WORDS_OF_WHEEL = """
import importlib.util, json, sys
sys.path.insert(0, sys.argv[1])
import budget_performance as bp
assert bp.__file__.startswith(sys.argv[1]), bp.__file__
assert importlib.util.find_spec("pipeline") is None
assert importlib.util.find_spec("normalizers") is None
document = bp.parse(sys.argv[2])
print(json.dumps([[*map(list, (document.indicators, document.findings))]], default=str, sort_keys=True))
"""


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built of a copy: a build leaves folders behind."""
    copy = tmp_path_factory.mktemp("copy")
    kept = (
        "budget_performance",
        "pipeline",
        "normalizers",
        "setup.py",
        "pyproject.toml",
        "README.md",
        "LICENSE",
    )
    for name in kept:
        (copy / name).symlink_to(root / name)
    out = copy / "wheel"
    command = [sys.executable, "-m", "pip", "wheel", str(copy), "--no-deps", "--no-build-isolation", "-q"]
    subprocess.run([*command, "-w", str(out)], check=True, capture_output=True, timeout=120)
    return next(out.glob("*.whl"))


def test_the_wheel_brings_one_name_and_all_its_files(root: Path, wheel: Path) -> None:
    names = [n for n in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in n]
    assert {n.split("/")[0] for n in names} == {"budget_performance"}
    for folder in ("pipeline", "normalizers"):
        files = {p.relative_to(root).as_posix() for p in (root / folder).rglob("*") if p.is_file()}
        missing = {f for f in files if "__pycache__" not in f} - {n.partition("/")[2] for n in names}
        assert missing == set()
    assert "budget_performance/py.typed" in names


def test_the_installed_wheel_parses_alike(root: Path, wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    seed = root / "data" / "raw" / "000_d9e816b49658f078.txt"
    command = [sys.executable, "-c", WORDS_OF_WHEEL, str(tmp_path / "site"), str(seed)]
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, check=True, capture_output=True, timeout=120, text=True
    )
    document = bp.parse(seed)
    here = json.loads(json.dumps([[*map(list, (document.indicators, document.findings))]], default=str))
    assert json.loads(done.stdout) == here


def test_the_installed_command_is_there(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    entry = next(tmp_path.glob("*.dist-info")) / "entry_points.txt"
    module, _, function = entry.read_text().split("=")[1].strip().partition(":")
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from {module} import {function}; {function}()"
    command = [sys.executable, "-c", code, "--version"]
    done = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=120, text=True)
    assert done.stdout.strip() == bp.__version__
