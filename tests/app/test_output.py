"""`pipeline.app.output`: whole files, the same bytes each time, and no row that breaks the contract."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
import tempfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.app.arrow_rows import to_arrow
from pipeline.app.output import MANIFEST, earlier_series, only_writer, write_tables
from pipeline.model.errors import InputError, InternalError
from pipeline.model.schema import TABLES


def contents(out: Path) -> dict[str, bytes]:
    """What a reader finds: every file that is not hidden."""
    return {p.name: p.read_bytes() for p in out.iterdir() if not p.name.startswith(".")}


def blank(table: str) -> dict[str, Any]:
    """A row with every column at null, lists empty where they may not be null."""
    columns = TABLES[table].columns
    return {c.name: [] if c.required and pa.types.is_list(c.type) else None for c in columns}


def project(**more: Any) -> dict[str, Any]:
    sure = {
        "project_id": "d-001",
        "document_id": "d",
        "form_index": 1,
        "form_type": "target",
        "confidence": 1.0,
    }
    return blank("projects") | sure | more


def indicator(**more: Any) -> dict[str, Any]:
    keys = {
        "indicator_id": "d-001-001",
        "project_id": "d-001",
        "document_id": "d",
        "seq": 1,
        "is_core": False,
        "is_placeholder": False,
    }
    return blank("indicators") | keys | {"horizon": "annual", "extractor": "text", "confidence": 1.0} | more


def part(**more: Any) -> dict[str, Any]:
    return (
        dict.fromkeys(("label", "comparator", "value", "value_max", "unit", "date_start", "date_end"))
        | {"kind": "number"}
        | more
    )


FULL = indicator(
    bbox=[1.0, 2.0, 3.5, 4.0], flags=["cut_guessed"], target_date_end=date(2024, 6, 30), target_parts=[part(value=3.0), part(unit="家")]
)  # fmt: skip


def test_what_is_written_is_read_back_the_same(tmp_path: Path) -> None:
    rows = {
        "projects": [project(executed=Decimal("347100.00"), form_title="绩效自评表")],
        "indicators": [FULL, indicator()],
    }
    write_tables(rows, tmp_path)
    for name in TABLES:
        table = pq.read_table(tmp_path / f"{name}.parquet")
        assert table.schema.equals(TABLES[name].schema(), check_metadata=True)
        assert table.to_pylist() == rows.get(name, [])


def test_two_writes_give_the_same_bytes_and_nothing_else(tmp_path: Path) -> None:
    rows = {"indicators": [FULL, indicator()]}
    for out in (tmp_path / "a", tmp_path / "b" / "c"):
        write_tables(rows, out)
        write_tables(rows, out)
    files = sorted(contents(tmp_path / "a"))
    assert files == sorted([*(f"{n}.parquet" for n in TABLES), MANIFEST])
    for name in files:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / "c" / name).read_bytes()
        assert (tmp_path / "a" / name).stat().st_mode & 0o777 == 0o644


def test_the_manifest_has_every_tables_rows_and_digest(tmp_path: Path) -> None:
    write_tables({"projects": [project()]}, tmp_path)
    tables = json.loads((tmp_path / MANIFEST).read_text(encoding="utf-8"))["tables"]
    assert list(tables) == list(TABLES)
    assert tables["projects"]["rows"] == 1
    for facts in tables.values():
        assert facts["sha256"] == hashlib.sha256((tmp_path / facts["file"]).read_bytes()).hexdigest()


BROKEN = [
    ("a null where none may be", "projects", project(document_id=None), "document_id"),
    ("a null flag", "projects", project(flags=[None]), "element"),
    ("a null list", "projects", project(flags=None), "flags"),
    ("a part without kind", "indicators", indicator(target_parts=[part(kind=None)]), "kind"),
    ("a column missing", "projects", {"project_id": "d-001"}, "confidence"),
    ("a column too many", "projects", project(colour="red"), "colour"),
    ("text for a number", "projects", project(total_weight="ten"), "ten"),
    ("an amount too large", "projects", project(executed=Decimal(10) ** 19), "precision"),
    ("a box with three sides", "indicators", indicator(bbox=[1.0, 2.0, 3.0]), "size"),
]


@pytest.mark.parametrize(("table", "row", "word"), [c[1:] for c in BROKEN], ids=[c[0] for c in BROKEN])
def test_a_row_that_breaks_the_contract_is_refused(table: str, row: dict[str, Any], word: str) -> None:
    with pytest.raises(InternalError, match=rf"^{table}: .*{word}"):
        to_arrow(table, [row])


def test_a_refused_run_leaves_the_tables_of_the_last_one(tmp_path: Path) -> None:
    write_tables({"projects": [project()]}, tmp_path)
    before = contents(tmp_path)
    with pytest.raises(InternalError):
        write_tables({"projects": [project(document_id=None)]}, tmp_path)
    assert contents(tmp_path) == before


def test_a_write_that_fails_half_way_leaves_the_tables_of_the_last_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tables({"projects": [project()]}, tmp_path)
    before = contents(tmp_path)
    write, calls = pq.ParquetWriter.write_table, []

    def full_disk(*args: Any, **kwargs: Any) -> None:
        calls.append(1)
        if len(calls) == 3:
            raise OSError(28, "No space left on device")
        write(*args, **kwargs)

    monkeypatch.setattr(pq.ParquetWriter, "write_table", full_disk)
    with pytest.raises(InputError, match="No space left"):
        write_tables({"projects": [project(), project()]}, tmp_path)
    assert contents(tmp_path) == before


def test_a_folder_that_cannot_be_made_is_the_users_to_mend(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError):
        write_tables({}, tmp_path / "file" / "out")


# ---- all tables or none
# ------------------------------------------------------------------------------------------------------------

OLD, NEW = {"projects": [project()]}, {"projects": [project(), project(project_id="d-002")]}
STEPS = ("replace", "rename", "symlink_to", "chmod", "unlink")


class Killed(BaseException):
    """The end of the process, at a step."""


def killed_at(step: int, out: Path, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Writes the new tables and dies before the given file operation; False where there are fewer."""
    at = [0]

    def watched(real: Any) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            at[0] += 1
            if at[0] >= step:  # nothing is done any more, no clean-up either
                raise Killed
            return real(*args, **kwargs)

        return call

    with monkeypatch.context() as patch:
        for name in STEPS:
            patch.setattr(Path, name, watched(getattr(Path, name)))
        for module, name in ((shutil, "rmtree"), (shutil, "copy2"), (os, "fsync"), (tempfile, "mkdtemp")):
            patch.setattr(module, name, watched(getattr(module, name)))
        try:
            write_tables(NEW, out)
        except Killed:
            return True
    return False


def plain(out: Path) -> None:
    """Tables as a version without generations left them."""
    write_tables(OLD, out / "made")
    for name, data in contents(out / "made").items():
        (out / name).write_bytes(re.sub(rb"\.generation-\w+/", b"", data) if name == MANIFEST else data)
    shutil.rmtree(out / "made")


BEFORE = [
    ("old tables", lambda out: write_tables(OLD, out)),
    ("plain files", plain),
    ("nothing", lambda out: out.mkdir(exist_ok=True)),
]


@pytest.mark.slow
@pytest.mark.parametrize("links", [True, False], ids=["links", "no links"])
@pytest.mark.parametrize("before", [b[1] for b in BEFORE], ids=[b[0] for b in BEFORE])
def test_a_run_that_dies_at_any_step_leaves_one_whole_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: Any, links: bool
) -> None:
    """The manifest vouches for every file that it names; the next run gives the bytes of an undisturbed one."""
    if not links:
        monkeypatch.setattr(Path, "symlink_to", no_links)
    write_tables(NEW, tmp_path / "undisturbed")
    wanted = contents(tmp_path / "undisturbed")
    sets, step = set(), 0
    while True:
        step += 1
        out = tmp_path / str(step)
        out.mkdir()
        before(out)
        if not killed_at(step, out, monkeypatch):
            break
        sets.add(vouched(out))
        write_tables(NEW, out)
        if links:
            assert contents(out) == wanted
        assert vouched(out) == 2
        assert {p.name for p in out.iterdir() if p.name.startswith(".writing")} == set()
    assert step > 15
    assert sets <= ({None, 2} if before is BEFORE[2][1] else {1, 2})


def no_links(*_: Any, **__: Any) -> None:
    raise OSError(errno.EPERM, "Operation not permitted")


def vouched(out: Path) -> int | None:
    """How many projects the set has that a reader finds, which must be whole; None: there is none."""
    if not (out / MANIFEST).exists():
        return None
    tables = json.loads((out / MANIFEST).read_text(encoding="utf-8"))["tables"]
    for facts in tables.values():
        assert facts["sha256"] == hashlib.sha256((out / facts["file"]).read_bytes()).hexdigest()
    rows: int = pq.read_table(out / tables["projects"]["file"]).num_rows
    return rows


def test_what_earlier_runs_left_is_removed(tmp_path: Path) -> None:
    write_tables(OLD, tmp_path)
    (tmp_path / ".writing-abc").mkdir()
    (tmp_path / ".generation-abc").mkdir()
    (tmp_path / ".generation-abc" / "funds.parquet").write_text("x")
    write_tables(NEW, tmp_path)
    write_tables(NEW, tmp_path)
    assert len(list(tmp_path.glob(".generation-*"))) == 1
    assert list(tmp_path.glob(".writing-*")) == []


def test_tables_that_somebody_changed_are_written_anew(tmp_path: Path) -> None:
    write_tables(NEW, tmp_path)
    wanted = contents(tmp_path)
    (tmp_path / "projects.parquet").write_text("written through the link")
    (tmp_path / "funds.parquet").unlink()
    (tmp_path / "funds.parquet").write_text("put in its place")
    write_tables(NEW, tmp_path)
    assert contents(tmp_path) == wanted


def test_pandas_reads_the_plain_names(tmp_path: Path) -> None:
    write_tables(NEW, tmp_path)
    assert len(pd.read_parquet(tmp_path / "projects.parquet")) == 2


def test_a_folder_has_one_writer(tmp_path: Path) -> None:
    with only_writer(tmp_path), pytest.raises(InputError) as refusal, only_writer(tmp_path):
        pass
    assert refusal.value.code == "output_busy"
    with only_writer(tmp_path):
        pass


def test_series_that_cannot_be_read_are_said_and_taken_from_the_projects(tmp_path: Path) -> None:
    assert earlier_series(tmp_path) == ({}, None)
    write_tables({"projects": [project(series_id="abc"), project(project_id="d-002")]}, tmp_path)
    assert earlier_series(tmp_path) == ({}, None)
    (tmp_path / "series.parquet").write_text("rubbish")
    series, doubt = earlier_series(tmp_path)
    assert series == {"d-001": "abc"}
    assert "could not be read from series.parquet" in str(doubt)
    (tmp_path / "projects.parquet").write_text("rubbish")
    series, doubt = earlier_series(tmp_path)
    assert series == {}
    assert "new names" in str(doubt)


def test_want_of_memory_is_no_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    def hungry(*_: Any, **__: Any) -> None:
        raise pa.ArrowMemoryError("malloc of size 1 failed")

    monkeypatch.setattr("pipeline.app.arrow_rows._nulls", hungry)
    with pytest.raises(MemoryError):
        to_arrow("projects", [project()])
