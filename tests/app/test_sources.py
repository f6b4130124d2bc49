"""`pipeline.app.sources` and `pipeline.app.names`: any name that the system allows, and nothing passed over in
silence.
"""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.app.names import shown, stored
from pipeline.app.sources import collect, survey
from pipeline.model.schema import TABLES
from tests.fake_parsers import obedient
from tests.runs import run

NOBODY = 65534  # a user without rights


def put(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name, encoding="utf-8", errors="surrogateescape")
    return folder


def fates(folder: Path) -> list[tuple[str, str | None]]:
    return [
        (r.document["source_path"], r.document["error_code"]) for r in run(collect([folder]), parse=obedient)
    ]


def left_out(*inputs: Path, out: Path | None = None) -> list[tuple[str, str]]:
    return [(left.name, left.why) for left in survey(inputs, out).left_out]


NAMES = [
    ("自评表.txt", "自评表.txt"),
    (os.fsdecode("自评表".encode("gbk")) + ".txt", "自评表.txt"),
    (os.fsdecode(b"\xff\xfe\xff.txt"), r"\xff\xfe\xff.txt"),
    ("甲/" + os.fsdecode("乙".encode("gb18030")), "甲/乙"),
    ("a\x1b[31m.txt", "a\x1b[31m.txt"),
]


@pytest.mark.parametrize(("name", "text"), NAMES, ids=[ascii(n) for n, _ in NAMES])
def test_any_name_is_read_and_stored_as_text(tmp_path: Path, name: str, text: str) -> None:
    assert stored(name) == text
    assert fates(put(tmp_path, name)) == [(text, None)]


def test_two_names_of_one_text_are_told_apart(tmp_path: Path) -> None:
    put(tmp_path, "表.txt", os.fsdecode("表".encode("gbk")) + ".txt")
    names = [s.name for s in collect([tmp_path])]
    assert len(set(names)) == 2
    assert sorted(n.rpartition("/")[2] for n in names) == ["表.txt", "表.txt (2)"]


@pytest.mark.parametrize("character", ["\x1b", "\n", "\r", "\x9b", "\u2028", "\u202e", "\udcff", "\x00"])
def test_what_is_shown_steers_no_terminal(character: str) -> None:
    text = shown(f"表{character}.txt")
    assert character not in text
    assert (text[0], text[1], text[-4:]) == ("表", "\\", ".txt")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter, and this process as a user without rights."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    for path in folder.rglob("*"):
        path.chmod(0o755)
    shutil.rmtree(folder)


def without_rights(folder: Path) -> list[tuple[str, str | None]]:
    """What a user without rights finds."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    try:
        sources = collect([folder])
    finally:
        os.seteuid(before)
    return [(s.name, s.problem.code if s.problem else None) for s in sources]


@pytest.mark.parametrize(
    ("mode", "found"),
    [
        (0o444, [("a.txt", None), ("b/c.txt", "unreadable")]),
        (0o000, [("a.txt", None), ("b", "unreadable")]),
    ],
    ids=["may be listed and not entered", "may not be listed"],
)
def test_a_folder_that_is_closed_is_a_row(
    open_folder: Path, mode: int, found: list[tuple[str, str | None]]
) -> None:
    put(open_folder, "a.txt", "b/c.txt")
    (open_folder / "b").chmod(mode)
    assert without_rights(open_folder) == found


def test_links_that_lead_nowhere_are_rows(tmp_path: Path) -> None:
    put(tmp_path, "a.txt")
    (tmp_path / "gone").symlink_to("nowhere")
    (tmp_path / "round").symlink_to("round")
    assert fates(tmp_path) == [("a.txt", None), ("gone", "unreadable"), ("round", "unreadable")]


def test_a_path_that_is_too_long_is_a_row(tmp_path: Path) -> None:
    put(tmp_path, "a.txt")
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(40):
        os.mkdir("d" * 200, dir_fd=here)
        deeper = os.open("d" * 200, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = deeper
    os.close(here)
    (_, first), (name, code) = fates(tmp_path)
    assert (first, code) == (None, "unreadable")
    assert len(name) > 3000
    shutil.rmtree(tmp_path / ("d" * 200))


def test_what_is_left_out_is_said(tmp_path: Path) -> None:
    put(tmp_path, "in/a.txt", "in/.hidden", "other/b.txt")
    (tmp_path / "in" / "link").symlink_to(tmp_path / "other")
    os.mkfifo(tmp_path / "in" / "pipe")
    with socket.socket(socket.AF_UNIX) as place:
        place.bind(str(tmp_path / "in" / "socket"))
    assert fates(tmp_path / "in") == [("a.txt", None)]
    assert left_out(tmp_path / "in") == [
        ("link", "a link to a folder"),
        (".hidden", "hidden"),
        ("pipe", "no regular file"),
        ("socket", "no regular file"),
    ]


def test_tables_inside_the_input_are_left_out_and_said(tmp_path: Path) -> None:
    """Whole ones wherever they are, and whatever stands in the output folder of this run."""
    tables = ("manifest.json", *(f"{t}.parquet" for t in TABLES))
    put(tmp_path, "a.txt", *(f"earlier/{t}" for t in tables), "out/funds.parquet", "out/b.txt")
    assert [s.name for s in survey([tmp_path], tmp_path / "out").sources] == ["a.txt", "out/b.txt"]
    said = left_out(tmp_path, out=tmp_path / "out")
    assert sorted(n for n, why in said if why == "the tables of a run") == sorted(
        [*(f"earlier/{t}" for t in tables), "out/funds.parquet"]
    )
