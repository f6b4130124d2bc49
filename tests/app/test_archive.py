"""ZIP archives: members become documents of their own; bombs, locked and stray names cost only themselves."""

from __future__ import annotations

import struct
import tracemalloc
import zipfile
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from pipeline.app import archive as archive_module
from pipeline.app.sources import collect
from pipeline.app.workers import Limits
from pipeline.model.errors import PipelineError
from tests.fake_parsers import obedient
from tests.runs import run

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


@pytest.mark.slow
def test_a_hundred_thousand_members_are_listed_once_and_read(tmp_path: Path) -> None:
    """Each member had the whole list parsed again before, so that 60,000 never ended."""
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for n in range(archive_module.MOST_MEMBERS):
            archive.writestr(zipfile.ZipInfo(f"{n:06d}.txt"), b"same")
    tracemalloc.start()
    sources = collect([path])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(sources) == archive_module.MOST_MEMBERS
    assert peak < 150 * 1024 * 1024
    rows = run(sources, parse=obedient)
    assert Counter(r.document["status"] for r in rows) == {"empty": 1, "duplicate": len(sources) - 1}


def test_more_members_than_are_read_are_one_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_module, "MOST_MEMBERS", 3)
    archive = packed(tmp_path / "a.zip", {f"{n}.txt": b"x" for n in range(4)})
    (row,) = run(collect([archive]), parse=obedient)
    assert (row.document["source_path"], row.document["error_code"]) == ("a.zip", "too_large")
    assert "more than 3 members" in str(row.document["error"])


def test_members_that_lie_over_each_other_are_refused(tmp_path: Path) -> None:
    """One stretch of bytes listed twenty times, as bombs do it."""
    path = packed(tmp_path / "a.zip", {"0.txt": b"0123456789" * 100, "z.txt": b"fine"})
    data = path.read_bytes()
    start = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    size = len(data[start:end]) // 2
    entry = data[start : start + size]
    many = b"".join(entry.replace(b"0.txt", b"%c.txt" % (65 + n)) for n in range(20))
    tail = (
        data[start + size : end]
        + data[end : end + 8]
        + struct.pack("<HHLLH", 21, 21, len(many) + size, start, 0)
    )
    path.write_bytes(data[:start] + many + tail)
    codes = Counter(r.document["error_code"] for r in run(collect([path]), parse=obedient))
    assert codes == {"damaged": 19, None: 2}


def test_a_member_whose_bytes_are_others_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", b"promised")
        archive.writestr("b.txt", b"fine")
    path.write_bytes(path.read_bytes().replace(b"promised", b"pr0mised"))
    assert [r.document["error_code"] for r in run(collect([path]), parse=obedient)] == ["damaged", None]


def test_an_archive_of_more_than_four_gigabytes_figures_is_read(tmp_path: Path) -> None:
    """The figures of ZIP64 stand in extra fields."""
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive, archive.open("a.txt", "w", force_zip64=True) as stream:
        stream.write(b"text")
    assert [r.document["error_code"] for r in run(collect([path]), parse=obedient)] == [None]


def test_any_archive_that_is_cut_or_bent_costs_only_itself(tmp_path: Path) -> None:
    whole = packed(tmp_path / "a.zip", {"a.txt": b"0123456789" * 50, "b.txt": b"abc"}).read_bytes()
    for n in range(200):
        at = n * len(whole) // 200
        bent = whole[:at] if n % 2 else whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]
        (tmp_path / "a.zip").write_bytes(bent or b"x")
        for source in collect([tmp_path / "a.zip"]):
            with suppress(PipelineError):
                source.read(1024)
