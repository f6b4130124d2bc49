"""A run reads only what is new or changed, and its tables are those of a run that reads everything."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from pipeline.app import parser_version, store, workers
from pipeline.app.job import STORE, Job, Result, run
from pipeline.app.reading import Event
from pipeline.app.workers import Limits, Parser, Read, Task
from tests.app.test_cli import invoke, table
from tests.app.test_output import contents
from tests.fake_parsers import reads_obediently


@pytest.fixture(autouse=True)
def here(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents are read in this process, which starts at once, but where a test is marked as slow."""
    if request.node.get_closest_marker("slow"):
        return

    def read(tasks: Sequence[Task], limits: Limits, parse: Parser) -> list[Read]:
        return [workers._work(task, parse, limits) for task in tasks]

    monkeypatch.setattr("pipeline.app.reading.read_batch", read)


@pytest.fixture
def folder(root: Path, tmp_path: Path) -> Path:
    """Three documents of the bundled example, changed long ago."""
    (tmp_path / "in").mkdir()
    for path in sorted((root / "data" / "raw").iterdir())[:3]:
        old(Path(shutil.copy(path, tmp_path / "in")))
    return tmp_path


def old(path: Path) -> Path:
    """A file whose time of change is far enough back to be believed."""
    os.utime(path, (1.0e9, 1.0e9))
    return path


def parsed(folder: Path, out: str = "out", **more: object) -> tuple[Result, list[str]]:
    """A run over the folder, and the names of the documents that it read."""
    read: list[str] = []

    def done(event: Event) -> None:
        if event.seconds is not None and event.summary is not None:
            read.append(event.entry.facts.source_path)

    result = run(Job((folder / "in",), folder / out, 2, **more), lambda _: done)
    return result, sorted({*read})  # a run that starts anew tells of some twice


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in (folder / "in").iterdir())


def as_in_one_run(folder: Path, before: Path) -> bool:
    """Are the tables those of a run that reads everything, with the same series named before?"""
    parsed(folder, before.name)
    return contents(folder / "out") == contents(before)


def kept(folder: Path, name: str) -> Path:
    """The tables of now, for a run that has nothing else of the runs before."""
    copy = Path(shutil.copytree(folder / "out", folder / name, symlinks=True))
    (copy / STORE).unlink()
    return copy


def test_only_what_is_new_or_changed_is_read(folder: Path) -> None:
    first, second, third = names(folder)
    assert parsed(folder)[1] == [first, second, third]
    file = (folder / "out" / "indicators.parquet").resolve()
    assert parsed(folder)[1] == []
    assert (folder / "out" / "indicators.parquet").resolve() == file

    before = kept(folder, "before")
    text = (folder / "in" / first).read_text(encoding="utf-8")
    (folder / "in" / first).write_text(text + "\n", encoding="utf-8")
    (folder / "in" / second).rename(folder / "in" / "renamed.txt")
    shutil.copy(folder / "in" / third, folder / "in" / "again.txt")
    assert parsed(folder)[1] == [first]
    rows = {r["source_path"]: r["status"] for r in table(folder / "out", "documents")}
    assert rows == {first: "ok", third: "ok", "again.txt": "duplicate", "renamed.txt": "ok"}
    assert as_in_one_run(folder, before)

    before = kept(folder, "later")
    (folder / "in" / "renamed.txt").unlink()
    assert parsed(folder)[1] == []
    assert "renamed.txt" not in str(table(folder / "out", "documents"))
    assert as_in_one_run(folder, before)
    assert parsed(folder, force=True)[1] == [first, third]
    assert as_in_one_run(folder, before)


def test_a_correction_needs_no_reading(folder: Path) -> None:
    parsed(folder)
    sha256 = table(folder / "out", "documents")[0]["sha256"]
    register = folder / "corrections.csv"
    line = f"{sha256},1,,total_score,100,95,李,原件总分为95"
    register.write_text(f"sha256,form,row,column,old,new,who,why\n{line}\n", encoding="utf-8")
    result, read = parsed(folder, corrections=register)
    assert (read, result.account.corrections) == ([], {"applied": 1})
    assert table(folder / "out", "projects")[0]["total_score"] == 95.0
    parsed(folder, "fresh", corrections=register)
    assert contents(folder / "out") == contents(folder / "fresh")


def test_a_file_that_has_not_changed_is_not_opened(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.app.reading.SETTLED_NS", -1)  # the copies are new, and will not change
    parsed(folder)
    monkeypatch.setattr("pipeline.app.reading.look", forbidden)
    assert parsed(folder)[1] == []


def forbidden(*_: object) -> None:
    raise AssertionError("looked at")


def test_another_version_of_the_program_reads_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed(folder)
    monkeypatch.setattr(store, "parser_version", lambda: "another")
    assert parsed(folder)[1] == names(folder)


def test_the_version_of_the_program_is_that_of_all_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    version: Callable[[], str] = parser_version.parser_version.__wrapped__
    (tmp_path / "words").mkdir()
    (tmp_path / "code.py").write_text("a = 1")
    (tmp_path / "words" / "list.toml").write_text("a = 1")
    (tmp_path / "code.pyc").write_text("made")
    monkeypatch.setattr("pipeline.app.parser_version.resources.files", lambda _: tmp_path)
    seen = [version(), version()]
    (tmp_path / "code.pyc").write_text("made again")
    seen.append(version())
    (tmp_path / "words" / "list.toml").write_text("a = 2")
    seen.append(version())
    monkeypatch.setattr(parser_version, "office", lambda: None)
    monkeypatch.setattr(parser_version, "antiword", lambda: "antiword")
    seen.append(version())
    assert [len({*seen[:n]}) for n in (1, 2, 3, 4, 5)] == [1, 1, 1, 2, 3]


def rubbish(path: Path) -> None:
    path.write_bytes(b"no database" * 1000)


def half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flipped(path: Path) -> None:
    """A stored table has one bit changed, of which the database itself sees nothing."""
    with sqlite3.connect(path) as db:
        key, data = db.execute("SELECT key, data FROM rows WHERE name = 'indicators'").fetchone()
        data = data[:-1] + bytes([data[-1] ^ 1])
        db.execute("UPDATE rows SET data = ? WHERE key = ? AND name = 'indicators'", (data, key))
    db.close()


def older(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA user_version = {store.FORMAT + 7}")
    db.close()


@pytest.mark.parametrize("harm", [rubbish, half, flipped, older])
def test_a_store_that_cannot_be_used_is_made_anew(folder: Path, harm: Callable[[Path], None]) -> None:
    parsed(folder)
    before = kept(folder, "before")
    harm(folder / "out" / STORE)
    old(next((folder / "in").iterdir())).write_text("今天上午，县里召开了会议。\n", encoding="utf-8")
    result, read = parsed(folder)
    assert read == names(folder)
    assert ["so all is read anew" in said for said in result.said] == [True]
    assert parsed(folder)[0].said == []
    assert as_in_one_run(folder, before)


def test_a_store_that_somebody_holds_is_made_anew(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed(folder)
    monkeypatch.setattr(store, "WAIT", 0.1)
    holder = sqlite3.connect(folder / "out" / STORE, isolation_level=None)
    holder.execute("PRAGMA locking_mode = EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    result, read = parsed(folder)
    holder.close()
    assert (read, len(result.said)) == (names(folder), 1)


def test_tables_that_somebody_changed_are_made_again_without_reading(folder: Path) -> None:
    parsed(folder)
    before = contents(folder / "out")
    (folder / "out" / "funds.parquet").resolve().write_text("changed")
    assert parsed(folder)[1] == []
    assert contents(folder / "out") == before


@pytest.mark.slow
def test_poison_is_not_tried_again_but_under_other_limits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads_obediently(monkeypatch)
    (tmp_path / "in").mkdir()
    for name in ("bug", "crash", "good"):
        (tmp_path / "in" / name).write_text(name)
    assert parsed(tmp_path)[1] == ["bug", "crash", "good"]
    result, read = parsed(tmp_path)
    assert read == []
    assert [(n[1], n[2]) for n in result.account.not_whole] == [
        ("bug", "internal_error"),
        ("crash", "crashed"),
    ]
    assert parsed(tmp_path, limits=Limits(timeout=700))[1] == ["crash"]
    assert parsed(tmp_path, force=True)[1] == ["bug", "crash", "good"]


CALLS = 400  # of functions, for a document that has not changed; measured: 305


def test_a_document_without_a_change_costs_next_to_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted in calls, for those do not depend on the machine."""
    monkeypatch.setattr("pipeline.app.reading.SETTLED_NS", -1)
    reads_obediently(monkeypatch)
    (tmp_path / "in").mkdir()
    calls = []
    for n in range(600):
        (tmp_path / "in" / f"{n}.txt").write_text(f"document {n}")
        if n + 1 in (300, 600):
            parsed(tmp_path)
            calls.append(_calls(lambda: parsed(tmp_path)))
    assert calls[1] - calls[0] < 300 * CALLS


def _calls(work: Callable[[], tuple[object, list[str]]]) -> int:
    """How many functions a run calls in which no document is read."""
    count = 0

    def one_more(_frame: object, event: str, _arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(one_more)
    try:
        assert work()[1] == []
    finally:
        sys.setprofile(None)
    return count


def test_a_log_has_a_line_of_json_for_each_document(folder: Path) -> None:
    (folder / "in" / "empty\n.txt").write_text("")
    results = [
        invoke("parse", folder / "in", "--out", folder / "out", "--log-json", "--jobs", 1) for _ in range(2)
    ]
    first, second = ([json.loads(line) for line in r.stdout.splitlines()] for r in results)
    assert [(r["status"], r["known"]) for r in second] == [("ok", True)] * 3 + [("failed", False)]
    assert [r["known"] for r in first] == [False] * 4
    assert {r["source_path"] for r in first} == {*names(folder)}
    assert "files" in results[0].stderr
