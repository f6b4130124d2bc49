"""Rows → one Parquet file a table, all of them at once or none.

Comes in: rows by table name, each with exactly the declared columns. Goes out, in one folder: `NAME.parquet`
a table, and `manifest.json` with every file's rows and digest. It refuses a row with other columns, a null
where the contract has none, a value that its column cannot hold, and a folder that another run writes to. The
same rows give the same bytes: no clock, no host, no path.

A set of files is a generation: a hidden folder `.generation-…`, complete before anybody sees it. The names in
the output folder are links through one link, `.tables`, and a new generation comes into sight when that one
link is replaced, which the system does in one step: whatever dies when, a reader finds the old set or the new
one. What a run leaves behind, and the generations before the last, are removed by the next run. Where the
system has no links, the manifest is what is replaced in one step: it names the files of the generation, and
copies of them come under the plain names afterwards.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.app.names import stored
from pipeline.model.errors import Code, PipelineError, error
from pipeline.model.schema import CONTRACT, TABLES
from pipeline.version import VERSION

MANIFEST, DOCUMENTS = "manifest.json", "documents.parquet"
FILES = frozenset({MANIFEST, *(f"{name}.parquet" for name in TABLES)})
WRITING, GENERATION, TABLES_LINK, NEW_LINK, LOCK = (
    ".writing-",
    ".generation-",
    ".tables",
    ".tables-new",
    ".lock",
)
# a temporary file is the owner's alone; the tables are for everybody
FILE_MODE, FOLDER_MODE = 0o644, 0o755
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS)  # links or not, nothing can be written
WRITE = {
    "compression": "zstd",
    "compression_level": 3,
    "version": "2.6",
    "row_group_size": 65536,
    "write_statistics": True,
}


def prepare(out: Path) -> None:
    """Makes the output folder; raises InputError where it cannot be written, before any document is read."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out, prefix=WRITING):
            pass
    except OSError as problem:
        raise _unwritable(out, "the folder cannot be written", problem) from problem


@contextmanager
def only_writer(out: Path) -> Iterator[None]:
    """Holds the output folder for one run; the system lets go of it when the run ends, however it ends.

    Raises InputError `output_busy` where another run holds it.
    """
    try:
        stream = (out / LOCK).open("ab")
    except OSError as problem:
        raise _unwritable(out, "the folder cannot be written", problem) from problem
    with stream:
        if sys.platform != "win32":
            import fcntl

            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as held:
                raise error(Code.OUTPUT_BUSY, stored(str(out)), "another run writes to this folder") from held
        yield


def write_tables(tables: Mapping[str, Sequence[Mapping[str, object]]], out: Path) -> None:
    """Writes every declared table, empty ones too, into the folder `out`; see `prepare`.

    Raises InputError where the folder cannot be written, InternalError where a row breaks the contract.
    """
    arrow = {name: to_arrow(name, tables.get(name, ())) for name in TABLES}
    prepare(out)
    try:
        _sweep(out)
        folder = Path(tempfile.mkdtemp(dir=out, prefix=WRITING))
        try:
            made = [_write_parquet(table, folder / f"{name}.parquet") for name, table in arrow.items()]
            manifest = _manifest(arrow, made)
            _publish(folder, manifest, out)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    except OSError as problem:
        raise _unwritable(out, "the tables could not be written", problem) from problem


def _unwritable(out: Path, what: str, problem: OSError) -> PipelineError:
    return error(Code.OUTPUT_UNWRITABLE, stored(str(out)), f"{what} ({problem.strerror})")


def _sweep(out: Path) -> None:
    """Removes what earlier runs left: work that was not finished, and generations that are not in use."""
    used = {os.path.realpath(out / name) for name in (TABLES_LINK, *_named_folders(out))}
    for path in sorted(out.iterdir()):
        if path.name.startswith((WRITING, GENERATION)) and os.path.realpath(path) not in used:
            shutil.rmtree(path)
        elif path.name.startswith(NEW_LINK):
            path.unlink()


def _named_folders(out: Path) -> list[str]:
    """The folders that the manifest names, where there are no links."""
    try:
        facts = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
        return [str(Path(t["file"]).parent) for t in facts["tables"].values()]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []


def _publish(folder: Path, manifest: Mapping[str, Any], out: Path) -> None:
    """Makes a folder of finished tables the set that readers of `out` find."""
    _settle_text(folder / MANIFEST, manifest)
    folder.chmod(FOLDER_MODE)
    digest = hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()[:16]
    generation = _free_name(out, f"{GENERATION}{digest}", folder)
    if not (out / generation).exists():
        folder.rename(out / generation)
    _settle_folder(out / generation)
    try:
        (out / NEW_LINK).symlink_to(generation, target_is_directory=True)
    except (OSError, NotImplementedError) as refused:
        if getattr(refused, "errno", None) in NO_ROOM:
            raise
        _publish_copies(generation, manifest, out)
        return
    _name_by_links(out)
    (out / NEW_LINK).replace(out / TABLES_LINK)
    _settle_folder(out)


def _free_name(out: Path, name: str, folder: Path) -> str:
    """The name of a new generation: made from its contents, and one that is there already is taken as it is,
    unless somebody has changed a file in it.
    """
    tries = (name if n == 1 else f"{name}-{n}" for n in count(1))
    return next(n for n in tries if not (out / n).exists() or _same(out / n, folder))


def _same(a: Path, b: Path) -> bool:
    return all((a / f).is_file() and (a / f).read_bytes() == (b / f).read_bytes() for f in FILES)


def _name_by_links(out: Path) -> None:
    """Makes the plain names links through `.tables`, whose set is in sight before and after each step."""
    plain = [name for name in FILES if (out / name).exists() and not (out / name).is_symlink()]
    if plain and not (out / TABLES_LINK).is_symlink():  # tables of a version that had no generations
        kept = Path(tempfile.mkdtemp(dir=out, prefix=GENERATION))
        kept.chmod(FOLDER_MODE)
        for name in plain:
            shutil.copy2(out / name, kept / name)
        link = out / f"{NEW_LINK}-name"
        link.unlink(missing_ok=True)
        link.symlink_to(kept.name, target_is_directory=True)
        link.replace(out / TABLES_LINK)
    for name in sorted(FILES):
        target = f"{TABLES_LINK}/{name}"
        if not ((out / name).is_symlink() and os.readlink(out / name) == target):
            link = out / f"{NEW_LINK}-name"
            link.unlink(missing_ok=True)
            link.symlink_to(target)
            link.replace(out / name)


def _publish_copies(generation: str, manifest: Mapping[str, Any], out: Path) -> None:
    """Without links: the manifest names the files of the generation; then copies take the plain names."""
    with tempfile.TemporaryDirectory(dir=out, prefix=WRITING) as folder:
        tables = {n: {**t, "file": f"{generation}/{t['file']}"} for n, t in manifest["tables"].items()}
        _settle_text(Path(folder, MANIFEST), {**manifest, "tables": tables})
        Path(folder, MANIFEST).replace(out / MANIFEST)
        for name in sorted(FILES - {MANIFEST}):
            copy = Path(shutil.copy2(out / generation / name, Path(folder, name)))
            copy.replace(out / name)
    _settle_folder(out)


def earlier_series(out: Path) -> tuple[dict[str, str], str | None]:
    """project_id → series_id as the tables in the folder `out` have it, and, where a table cannot be read,
    what that is and what it means; a project keeps the name of its series when files are added.

    `projects` has the same names and is asked where `series` cannot be read.
    """
    problem = None
    if not (out / "series.parquet").exists():
        return {}, None
    for table in ("series", "projects"):
        path = out / f"{table}.parquet"
        try:
            rows = pq.read_table(path, columns=["project_id", "series_id"]).to_pylist()
        except (OSError, pa.ArrowException, KeyError) as refused:
            what = str(refused).partition("\n")[0]
            problem = problem or f"the series of the run before could not be read from {path.name} ({what})"
            continue
        kept = "; they were taken from projects.parquet" if problem else ""
        return {r["project_id"]: r["series_id"] for r in rows if r["series_id"]}, (
            problem or ""
        ) + kept or None
    return {}, f"{problem}; all series have new names" if problem else None


def to_arrow(name: str, rows: Sequence[Mapping[str, object]]) -> pa.Table:
    """The rows as an Arrow table of the declared schema; raises InternalError where they break it."""
    table = TABLES[name]
    wanted = set(table.names)
    for at, row in enumerate(rows):
        if row.keys() != wanted:
            raise error(
                Code.INTERNAL_ERROR,
                name,
                f"row {at}: columns missing or not declared {sorted(wanted ^ row.keys())}",
            )
    try:
        arrow = pa.Table.from_pylist(list(rows), schema=table.schema())
    except MemoryError:  # Arrow's own is an ArrowException too
        raise
    except (pa.ArrowException, TypeError, OverflowError) as problem:
        raise error(Code.INTERNAL_ERROR, name, f"a value does not fit its column ({problem})") from problem
    nulls = sorted({path for column in arrow.schema for path in _nulls(column, arrow[column.name])})
    if nulls:
        raise error(Code.INTERNAL_ERROR, name, f"null where the contract has none: {', '.join(nulls)}")
    return arrow


def _nulls(field: pa.Field, values: pa.ChunkedArray) -> Iterator[str]:
    """The names of required fields, nested ones too, that hold a null: Arrow itself does not look."""
    if not field.nullable and values.null_count:
        yield field.name
    if pa.types.is_list(field.type) or pa.types.is_fixed_size_list(field.type):
        for chunk in values.chunks:
            yield from _nulls(
                field.type.value_field, pa.chunked_array([chunk.drop_null().flatten()], field.type.value_type)
            )
    elif pa.types.is_struct(field.type):
        for chunk in values.chunks:
            for at, child in enumerate(field.type):
                yield from _nulls(child, pa.chunked_array([chunk.drop_null().field(at)], child.type))


def _write_parquet(table: pa.Table, path: Path) -> Path:
    pq.write_table(table, path, **WRITE)
    return _settle(path)


def _manifest(tables: Mapping[str, pa.Table], made: Sequence[Path]) -> dict[str, Any]:
    files = {
        name: {"file": p.name, "rows": table.num_rows, "sha256": hashlib.sha256(p.read_bytes()).hexdigest()}
        for (name, table), p in zip(tables.items(), made, strict=True)
    }
    return {"contract": CONTRACT, "parser_version": VERSION, "tables": files}


def _settle_text(path: Path, facts: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(facts, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    _settle(path)


def _settle(path: Path) -> Path:
    """Gives the file its mode and sees it onto the disk, so that a name never outruns its bytes."""
    path.chmod(FILE_MODE)
    with path.open("rb") as stream:
        os.fsync(stream.fileno())
    return path


def _settle_folder(path: Path) -> None:
    """Sees the names in a folder onto the disk, where the system opens folders."""
    if sys.platform != "win32":
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
