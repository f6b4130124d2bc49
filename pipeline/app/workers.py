"""Many files → the rows of all tables, one bad document never costing another.

Comes in: files and folders. Goes out: one `DocumentRows` a file, in the order of the paths. Each document is
read in a worker process under a limit of time and memory: a crash, a hang or a hunger for memory becomes that
document's row with its code. It refuses an input that does not exist or holds no file.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from pipeline.app.archive import Member, members, unpack
from pipeline.app.document import parse_document
from pipeline.app.store import to_arrow
from pipeline.model.errors import Code, PipelineError, error
from pipeline.rows.build import DocumentRows, FileFacts, duplicate_rows, failed_rows

MEGABYTE = 1024 * 1024
CHUNK = 4 * MEGABYTE

Parser = Callable[[bytes, str], DocumentRows]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may cost: seconds, MB of address space (0: no limit), MB of its file."""

    timeout: float = 600.0
    memory_mb: int = 6144
    max_mb: int = 512


DEFAULTS = Limits()


@dataclass(frozen=True, slots=True)
class Source:
    """A file to be read, and the path that its rows name; or a member of an archive."""

    path: Path
    name: str
    member: Member | None = None

    def read(self, limits: Limits) -> bytes:
        """The bytes; raises PipelineError where they cannot be had."""
        if self.member is not None:
            return unpack(self.path, self.member, self.name, limits.max_mb * MEGABYTE)
        try:
            return self.path.read_bytes()
        except OSError as refused:
            raise error(
                Code.UNREADABLE, self.name, f"the file could not be read ({refused.strerror})"
            ) from refused


def collect(inputs: Sequence[Path]) -> tuple[Source, ...]:
    """The files of the inputs, sorted by name: a folder's by their path below it, a file by its own name.

    Hidden files and folders are left out; a ZIP archive stands for the documents in it. Two files of one name
    from two inputs take as many parent folders into their names as it needs to tell them apart. Raises
    InputError for a path that does not exist or holds no file.
    """
    found: dict[Path, str] = {}
    for entry in inputs:
        if not entry.exists():
            raise error(Code.NO_INPUT, str(entry), "there is no such file or folder")
        files = [entry] if entry.is_file() else sorted(_visible(entry))
        if not files:
            raise error(Code.NO_INPUT, str(entry), "the folder holds no file")
        base = entry.parent if entry.is_file() else entry
        for path in files:
            found.setdefault(path.resolve(), path.relative_to(base).as_posix())
    sources = [s for p, n in _apart(found).items() for s in _unpacked(p, n)]
    return tuple(sorted(sources, key=lambda s: s.name))


def _unpacked(path: Path, name: str) -> list[Source]:
    """A file, or the documents of an archive as `archive.zip/member`."""
    return [Source(path, f"{name}/{m.name}", m) for m in members(path)] or [Source(path, name)]


def _visible(folder: Path) -> Iterator[Path]:
    for top, folders, files in os.walk(folder):
        folders[:] = [f for f in folders if not f.startswith(".")]
        yield from (Path(top, f) for f in files if not f.startswith(".") and Path(top, f).is_file())


def _apart(names: dict[Path, str]) -> dict[Path, str]:
    """Longer names for files that share one."""
    while twice := {name for name, n in Counter(names.values()).items() if n > 1}:
        names = {p: "/".join(p.parts[-n.count("/") - 2 :]) if n in twice else n for p, n in names.items()}
    return names


def run(
    sources: Sequence[Source],
    *,
    jobs: int = 1,
    limits: Limits = DEFAULTS,
    parse: Parser = parse_document,
    done: Callable[[], object] = lambda: None,
) -> list[DocumentRows]:
    """Reads every source in `jobs` worker processes; the result is in the order of the sources.

    `done` is called once a file. A file with the bytes of an earlier one is not read again.
    """
    first: dict[str, str] = {}
    results: list[DocumentRows | None] = [None] * len(sources)
    waiting: list[tuple[int, FileFacts, ProcessFuture[DocumentRows]]] = []
    with _pool(jobs, limits) as pool:
        for at, source in enumerate(sources):
            facts, problem = _look(source, limits)
            if problem is not None:
                results[at] = failed_rows(facts, problem)
            elif facts.sha256 in first:
                results[at] = duplicate_rows(facts, first[facts.sha256])
            else:
                first[facts.sha256] = source.name
                waiting.append(
                    (at, facts, pool.schedule(_work, args=[source, parse, limits], timeout=limits.timeout))
                )
                continue
            done()
        for at, facts, future in waiting:
            results[at] = _outcome(facts, future, limits)
            done()
    return [rows for rows in results if rows is not None]


@contextmanager
def _pool(jobs: int, limits: Limits) -> Iterator[ProcessPool]:
    """Workers that are started afresh (no state of this process) and are stopped at once when the run is
    interrupted.
    """
    spawn = multiprocessing.get_context("spawn")
    pool = ProcessPool(
        max_workers=jobs, context=spawn, initializer=_limit_memory, initargs=[limits.memory_mb]
    )
    try:
        yield pool
        pool.close()
    finally:
        pool.stop()
        pool.join()


def _look(source: Source, limits: Limits) -> tuple[FileFacts, PipelineError | None]:
    """The file's digest and size, and why it is not worth a worker."""
    digest, size = hashlib.sha256(), 0
    problem: PipelineError | None = None
    if source.member is not None:
        try:
            data = source.read(limits)
        except PipelineError as refused:
            return FileFacts(source.name, hashlib.sha256(source.name.encode()).hexdigest(), 0), refused
        empty = None if data else error(Code.EMPTY_FILE, source.name, "the file has no bytes")
        return FileFacts(source.name, hashlib.sha256(data).hexdigest(), len(data)), empty
    try:
        with source.path.open("rb") as stream:
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
                size += len(chunk)
    except OSError as refused:
        problem = error(Code.UNREADABLE, source.name, f"the file could not be read ({refused.strerror})")
    if problem is None and not size:
        problem = error(Code.EMPTY_FILE, source.name, "the file has no bytes")
    if size > limits.max_mb * MEGABYTE:
        problem = error(
            Code.TOO_LARGE,
            source.name,
            f"the file has {size / MEGABYTE:.1f} MB, the limit is {limits.max_mb} MB",
        )
    return FileFacts(source.name, digest.hexdigest(), size), problem


def _limit_memory(megabytes: int) -> None:
    """Bounds this worker's address space where the system can (Linux); elsewhere only the time is bounded."""
    if megabytes and sys.platform == "linux":
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_AS)
        wanted = megabytes * MEGABYTE
        resource.setrlimit(
            resource.RLIMIT_AS, (wanted if most == resource.RLIM_INFINITY else min(wanted, most), most)
        )


def _work(source: Source, parse: Parser, limits: Limits) -> DocumentRows:
    """Runs in the worker: reads one file and checks its rows against the schema, so that a bad row costs this
    file only.

    Raises PipelineError, nothing else: whatever a reader did not foresee is an `internal_error` of this
    document.
    """
    data = source.read(limits)
    try:
        rows = parse(data, source.name)
        for table, part in rows.tables().items():
            to_arrow(table, part)
    except PipelineError:
        raise
    except MemoryError:
        raise error(
            Code.OUT_OF_MEMORY, source.name, "the document needs more memory than it may have"
        ) from None
    except Exception as bug:  # the boundary that keeps one document's bug from the others
        raise error(Code.INTERNAL_ERROR, source.name, _where(bug)) from bug
    return rows


def _where(bug: Exception) -> str:
    """The error's class and text, and the function that raised it; no path, which would differ between
    machines.
    """
    frame = traceback.extract_tb(bug.__traceback__)[-1]
    return f"{type(bug).__name__} in {Path(frame.filename).stem}.{frame.name}, line {frame.lineno}: {bug}"


def _outcome(facts: FileFacts, future: ProcessFuture[DocumentRows], limits: Limits) -> DocumentRows:
    """What became of a document: its rows, or the row of its failure."""
    try:
        rows = future.result()
    except PipelineError as problem:
        return failed_rows(facts, problem)
    except (FutureTimeout, CancelledError):
        return failed_rows(
            facts,
            error(Code.TIMEOUT, facts.source_path, f"the document took longer than {limits.timeout:g} s"),
        )
    except ProcessExpired as death:
        what = f"the process that read the document died (exit status {death.exitcode})"
        return failed_rows(facts, error(Code.CRASHED, facts.source_path, what))
    return rows
