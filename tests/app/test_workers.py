"""`pipeline.app.workers`: which files are taken, in what order, and that one bad document costs only itself."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pipeline.app import workers
from pipeline.app.sources import collect
from pipeline.app.workers import Limits
from pipeline.model.errors import Code, InputError
from tests.fake_parsers import WORDS, obedient, stillborn_once
from tests.runs import run
from tests.test_flags_and_codes import FATES


def put(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def names(*inputs: Path) -> list[str]:
    return [s.name for s in collect(inputs)]


def test_a_folder_gives_its_visible_files_sorted_by_path(tmp_path: Path) -> None:
    put(tmp_path, {"b.txt": "", "a/z.pdf": "", "a/.gitkeep": "", ".git/x": "", "a.txt": "", "Z": ""})
    assert names(tmp_path) == ["Z", "a.txt", "a/z.pdf", "b.txt"]


def test_a_file_is_named_by_its_own_name_and_taken_once(tmp_path: Path) -> None:
    put(tmp_path, {"a/x.txt": ""})
    assert names(tmp_path / "a" / "x.txt", tmp_path / "a") == ["x.txt"]


def test_files_of_one_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    put(tmp_path, {"p/2023/x.txt": "", "q/2023/x.txt": "", "q/2024/x.txt": ""})
    folders = [tmp_path / "p" / "2023", tmp_path / "q" / "2023", tmp_path / "q" / "2024"]
    assert names(*folders) == ["2024/x.txt", "p/2023/x.txt", "q/2023/x.txt"]


@pytest.mark.parametrize("missing", ["nothing", "empty"])
def test_an_input_without_files_is_refused(tmp_path: Path, missing: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError) as refusal:
        collect([tmp_path / missing])
    assert refusal.value.code == Code.NO_INPUT


def test_results_come_in_the_order_of_the_paths(tmp_path: Path) -> None:
    put(tmp_path, {"1": "slow", "2": "two", "3": "three", "4": "slow again"})
    seen: list[int] = []
    rows = run(collect([tmp_path]), jobs=2, parse=obedient, done=lambda _: seen.append(1))
    assert [r.document["source_path"] for r in rows] == ["1", "2", "3", "4"]
    assert len(seen) == 4
    assert [r.document["source_path"] for r in rows] == ["1", "2", "3", "4"]


@pytest.fixture(scope="module")
def fates(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Mapping[str, Any]]:
    """What a run says of documents that crash, hang, eat all memory, …, by the word that makes them do so;
    each stands among documents that do nothing.
    """
    folder = tmp_path_factory.mktemp("fates")
    put(
        folder,
        {f"{word}.{n}": word if n == "bad" else f"good {word}" for word in WORDS for n in ("bad", "ok")},
    )
    limits = Limits(timeout=8, memory_mb=4096)
    rows = [r.document for r in run(collect([folder]), jobs=2, limits=limits, parse=obedient)]
    assert [r["status"] for r in rows if r["source_path"].endswith(".ok")] == ["empty"] * len(WORDS)
    assert str(folder) not in str(rows)
    return {r["source_path"].removesuffix(".bad"): r for r in rows if r["source_path"].endswith(".bad")}


OURS = {
    "locked": Code.ENCRYPTED,
    "wrong": Code.INTERNAL_ERROR,
    "uncounted": Code.INTERNAL_ERROR,
    "arrow": Code.OUT_OF_MEMORY,
    "opencv": Code.OUT_OF_MEMORY,
}  # an error of ours; a row that breaks the schema; one that breaks the audit; want of memory in other words


@pytest.mark.slow
@pytest.mark.parametrize(("word", "code"), [*((w, c) for c, w in FATES.items()), *OURS.items()])
def test_a_bad_document_costs_only_itself(
    fates: Mapping[str, Mapping[str, Any]], word: str, code: Code
) -> None:
    row = fates[word]
    assert (row["status"], row["error_code"], row["n_projects"]) == ("failed", code, 0)


def test_a_file_over_the_limit_is_not_read(tmp_path: Path) -> None:
    put(tmp_path, {"big": "x" * (1024 * 1024 + 1)})
    (rows,) = run(collect([tmp_path]), limits=Limits(max_mb=1), parse=obedient)
    assert (rows.document["error_code"], rows.document["n_bytes"]) == ("too_large", 1024 * 1024 + 1)


def test_a_file_that_vanished_is_a_row(tmp_path: Path) -> None:
    sources = collect([put(tmp_path, {"a": "one", "b": "two"})])
    (tmp_path / "a").unlink()
    rows = run(sources, parse=obedient)
    assert [r.document["error_code"] for r in rows] == ["unreadable", None]


def test_the_same_bytes_are_read_once_and_empty_files_are_no_duplicates(tmp_path: Path) -> None:
    put(tmp_path, {"a": "same", "b": "same", "c": "", "d": ""})
    rows = [r.document for r in run(collect([tmp_path]), parse=obedient)]
    assert [r["status"] for r in rows] == ["empty", "duplicate", "failed", "failed"]
    assert rows[1]["error"] == "the same bytes as a"
    assert rows[1]["error_code"] is None
    assert rows[0]["document_id"] == rows[1]["document_id"]


def test_a_pool_that_breaks_is_started_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "in", {"a": "one", "b": "two", "c": "one"})
    monkeypatch.setattr(workers, "_start", partial(stillborn_once, tmp_path / "mark"))
    seen: list[int] = []
    rows = run(collect([tmp_path / "in"]), jobs=1, parse=obedient, done=lambda _: seen.append(1))
    assert [r.document["status"] for r in rows] == ["empty", "empty", "duplicate"]
    assert len(seen) == 3
    assert (tmp_path / "mark").exists()
