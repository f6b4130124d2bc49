"""Tables in a stream → Parquet files, all of them at once or none.

Comes in: the tables, each in parts that are written as they come. Goes out, in one folder: `NAME.parquet` a
table (or a folder `NAME` of files by year, see `pipeline/app/parquet_files.py`), and `manifest.json` with
every file's rows and digest. It refuses a row that breaks the contract, and a folder that another run writes
to. The same rows give the same bytes: no clock, no host, no path.

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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.app.arrow_rows import to_arrow
from pipeline.app.names import stored
from pipeline.app.parquet_files import Part, digest_of, write_table
from pipeline.model.errors import Code, PipelineError, error
from pipeline.model.schema import CONTRACT, TABLES
from pipeline.version import VERSION

MANIFEST, DOCUMENTS = "manifest.json", "documents.parquet"
NAMES = frozenset({MANIFEST, *(f"{name}.parquet" for name in TABLES), *TABLES})
"""What a run may put into the output folder for others to see: files, and folders of files by year."""
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
    """Writes rows by table name; see `write`."""
    write({name: iter([Part(to_arrow(name, rows))]) for name, rows in tables.items()}, out)


def write(streams: Mapping[str, Iterator[Part]], out: Path, *, partition: bool = False) -> dict[str, Any]:
    """Writes every declared table, empty ones too, into the folder `out` (see `prepare`), and returns the
    manifest.

    Raises InputError where the folder cannot be written, InternalError where a row breaks the contract.
    """
    prepare(out)
    try:
        _sweep(out)
        folder = Path(tempfile.mkdtemp(dir=out, prefix=WRITING))
        try:
            files = {
                name: write_table(name, streams.get(name, iter(())), folder, partition=partition)
                for name in TABLES
            }
            for path in (*folder.rglob("*.parquet"), *(p for p in folder.rglob("*") if p.is_dir())):
                _settle(path)
            manifest = {"contract": CONTRACT, "parser_version": VERSION, "tables": files}
            _publish(folder, manifest, out)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    except OSError as problem:
        raise _unwritable(out, "the tables could not be written", problem) from problem
    return manifest


def files_of(manifest: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The files that a manifest names, each with its digest."""
    for table in manifest["tables"].values():
        for file in table.get("files") or [table]:
            yield file["file"], file["sha256"]


def vouched(out: Path, digest: str) -> bool:
    """Does the manifest in `out` have this SHA-256, and every file the digest that the manifest says?"""
    try:
        text = (out / MANIFEST).read_bytes()
        return hashlib.sha256(text).hexdigest() == digest and all(
            digest_of(out / name) == wanted for name, wanted in files_of(json.loads(text))
        )
    except OSError:
        return False


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
        return sorted({Path(name).parts[0] for name, _ in files_of(facts)})
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
    names = {p.name for p in (out / generation).iterdir()}
    _name_by_links(out, names)
    (out / NEW_LINK).replace(out / TABLES_LINK)
    for name in sorted(NAMES - names):
        if (out / name).is_symlink():
            (out / name).unlink()
    _settle_folder(out)


def _free_name(out: Path, name: str, folder: Path) -> str:
    """The name of a new generation: made from its contents, and one that is there already is taken as it is,
    unless somebody has changed a file in it.
    """
    tries = (name if n == 1 else f"{name}-{n}" for n in count(1))
    return next(n for n in tries if not (out / n).exists() or _same(out / n, folder))


def _same(a: Path, b: Path) -> bool:
    files = [{p.relative_to(x): p for p in x.rglob("*") if p.is_file()} for x in (a, b)]
    return files[0].keys() == files[1].keys() and all(
        digest_of(files[0][name]) == digest_of(files[1][name]) for name in files[0]
    )


def _name_by_links(out: Path, names: Iterable[str]) -> None:
    """Makes the plain names links through `.tables`, whose set is in sight before and after each step."""
    plain = [name for name in NAMES if (out / name).is_file() and not (out / name).is_symlink()]
    if plain and not (out / TABLES_LINK).is_symlink():  # tables of a version that had no generations
        kept = Path(tempfile.mkdtemp(dir=out, prefix=GENERATION))
        kept.chmod(FOLDER_MODE)
        for name in plain:
            shutil.copy2(out / name, kept / name)
        link = out / f"{NEW_LINK}-name"
        link.unlink(missing_ok=True)
        link.symlink_to(kept.name, target_is_directory=True)
        link.replace(out / TABLES_LINK)
    for name in sorted(names):
        target = f"{TABLES_LINK}/{name}"
        if not ((out / name).is_symlink() and os.readlink(out / name) == target):
            link = out / f"{NEW_LINK}-name"
            link.unlink(missing_ok=True)
            link.symlink_to(target)
            link.replace(out / name)


def _publish_copies(generation: str, manifest: Mapping[str, Any], out: Path) -> None:
    """Without links: the manifest names the files of the generation; then copies take the plain names."""
    with tempfile.TemporaryDirectory(dir=out, prefix=WRITING) as folder:
        _settle_text(Path(folder, MANIFEST), below(generation, manifest))
        Path(folder, MANIFEST).replace(out / MANIFEST)
        for name, _ in files_of(manifest):
            copy = Path(shutil.copy2(out / generation / name, Path(folder, "copy")))
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            copy.replace(out / name)
    _settle_folder(out)


def below(generation: str, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The manifest with the files named in the folder of their generation."""

    def moved(table: Mapping[str, Any]) -> dict[str, Any]:
        if "files" in table:
            return {**table, "files": [moved(f) for f in table["files"]]}
        return {**table, "file": f"{generation}/{table['file']}"}

    return {**manifest, "tables": {name: moved(t) for name, t in manifest["tables"].items()}}


def earlier_series(out: Path) -> tuple[dict[str, str], str | None]:
    """project_id → series_id as the tables in the folder `out` have it, and, where a table cannot be read,
    what that is and what it means; a project keeps the name of its series when files are added.

    `projects` has the same names and is asked where `series` cannot be read.
    """
    problem = None
    series = "series.parquet" if (out / "series.parquet").exists() else "series"
    if not (out / series).exists():
        return {}, None
    for path in (out / series, out / series.replace("series", "projects")):
        try:
            rows = pq.read_table(path, partitioning=None, columns=["project_id", "series_id"]).to_pylist()
        except (OSError, pa.ArrowException, KeyError) as refused:
            what = str(refused).partition("\n")[0]
            problem = problem or f"the series of the run before could not be read from {path.name} ({what})"
            continue
        kept = "; they were taken from projects" if problem else ""
        return {r["project_id"]: r["series_id"] for r in rows if r["series_id"]}, (
            problem or ""
        ) + kept or None
    return {}, f"{problem}; all series have new names" if problem else None


def manifest_text(facts: Mapping[str, Any]) -> str:
    """The manifest as it is written."""
    return json.dumps(facts, ensure_ascii=False, indent=2) + "\n"


def _settle_text(path: Path, facts: Mapping[str, Any]) -> None:
    path.write_text(manifest_text(facts), encoding="utf-8")
    _settle(path)


def _settle(path: Path) -> None:
    """Gives a file or folder its mode and sees it onto the disk, so that a name never outruns its bytes."""
    if path.is_dir():
        path.chmod(FOLDER_MODE)
        _settle_folder(path)
        return
    path.chmod(FILE_MODE)
    with path.open("rb") as stream:
        os.fsync(stream.fileno())


def _settle_folder(path: Path) -> None:
    """Sees the names in a folder onto the disk, where the system opens folders."""
    if sys.platform != "win32":
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
