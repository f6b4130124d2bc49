"""ZIP archives: members become documents of their own; bombs, locked and stray names cost only themselves."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from pipeline.app.sources import collect
from pipeline.app.workers import Limits, run

FORM = Path(__file__).parents[2] / "data" / "raw" / "000_d9e816b49658f078.txt"


def packed(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def test_members_are_documents_under_the_archives_name(tmp_path: Path) -> None:
    archive = packed(
        tmp_path / "年报.zip",
        {"甲/自评表.txt": FORM.read_bytes(), "乙.txt": "没有表".encode(), ".hidden": b"x"},
    )
    rows = run(collect([archive]))
    assert [(r.document["source_path"], r.document["status"]) for r in rows] == [
        ("年报.zip/乙.txt", "empty"), ("年报.zip/甲/自评表.txt", "ok"),
    ]  # fmt: skip
    assert rows[1].document["n_indicators"] == 34


def test_a_name_in_gb18030_is_read(tmp_path: Path) -> None:
    archive = packed(tmp_path / "a.zip", {"XXXXXX.txt": b"x"})
    archive.write_bytes(archive.read_bytes().replace(b"XXXXXX", "自评表".encode("gb18030")))
    (source,) = collect([archive])
    assert source.name == "a.zip/自评表.txt"


REFUSED = [
    ("leads out", "../../etc/passwd.txt", b"x" * 100, "unsafe_path"),
    ("a bomb", "bomb.txt", b"0" * 3_000_000, "too_large"),
    ("nothing", "empty.txt", b"", "empty_file"),
]


@pytest.mark.parametrize(("name", "data", "code"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_what_is_refused_costs_only_itself(tmp_path: Path, name: str, data: bytes, code: str) -> None:
    archive = packed(tmp_path / "a.zip", {name: data, "zz.txt": FORM.read_bytes()})
    rows = run(collect([archive]), limits=Limits(max_mb=2 if code == "too_large" else 512))
    assert sorted((r.document["status"], r.document["error_code"]) for r in rows) == sorted(
        [("failed", code), ("ok", None)], key=str
    )
