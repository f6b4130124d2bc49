"""A folder that looks like a checkout after `make parse`, for the examples and the tests of `load`."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import budget_performance as bp


@pytest.fixture(scope="package")
def checkout(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`docs/example.txt` and `data/raw`, copied, and `data/parsed`, made of them."""
    folder = tmp_path_factory.mktemp("checkout")
    shutil.copytree(root / "data" / "raw", folder / "data" / "raw")
    (folder / "docs").mkdir()
    shutil.copy(root / "docs" / "example.txt", folder / "docs")
    bp.parse_folder(folder / "data" / "raw", folder / "data" / "parsed", jobs=1)
    return folder
