"""Many documents → the rows of all tables, one bad document never costing another.

Comes in: sources. Goes out: one `DocumentRows` a source, in their order. Each document is read in a worker
process under a limit of time and memory: a crash, a hang or a hunger for memory becomes that document's row
with its code. What follows from its rows alone (costs, findings, the schema) is tried there too, so that it
cannot fail for the first time where all documents are together. Workers die with the process that started
them. Refused: to go on where the workers cannot be started at all.
"""

from __future__ import annotations

import errno
import hashlib
import multiprocessing
import multiprocessing.connection
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, wait
from concurrent.futures import TimeoutError as FutureTimeout
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from multiprocessing.context import BaseContext
from pathlib import Path
from threading import Thread

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from pipeline.app.document import parse_document
from pipeline.app.sources import MEGABYTE, Source
from pipeline.app.store import to_arrow
from pipeline.audit import findings_of
from pipeline.audit.cases import cases_of
from pipeline.model.errors import Code, PipelineError, error
from pipeline.rows.build import DocumentRows, FileFacts, duplicate_rows, failed_rows

FORKSERVER = "forkserver"
MOST_BREAKS = 3  # pools in a row that may break before a document is read in them
PR_SET_PDEATHSIG = 1  # prctl(2)
CV_NO_MEMORY = -4  # OpenCV's `StsNoMem`
ALLOCATION = ("bad_alloc", "bad allocation", "allocate memory")  # what ONNX Runtime says of it

Parser = Callable[[bytes, str], DocumentRows]
_Future = ProcessFuture[DocumentRows]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may cost: seconds, MB of address space (0: no limit), MB of its file."""

    timeout: float = 600.0
    memory_mb: int = 6144
    max_mb: int = 512


DEFAULTS = Limits()


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
    results: dict[int, DocumentRows] = {}
    waiting: dict[int, FileFacts] = {}
    looked = _looked(sources, limits, results, waiting, done)
    breaks = 0
    while True:
        futures: dict[int, _Future] = {}
        read = len(results.keys() & waiting.keys())
        try:
            with _pool(jobs, limits) as pool:
                for at in chain([at for at in waiting if at not in results], looked):
                    futures[at] = _scheduled(pool, sources[at], parse, limits)
                for at, future in futures.items():
                    _wait(pool, future)
                    results[at] = _outcome(waiting[at], future, limits)
                    done()
            return [results[at] for at in range(len(sources))]
        except BrokenProcessPool as broken:
            saved = {a: f for a, f in futures.items() if a not in results and f.done() and not _broken(f)}
            for at, future in saved.items():
                results[at] = _outcome(waiting[at], future, limits)
                done()
            breaks = breaks + 1 if len(results.keys() & waiting.keys()) == read else 0
            if breaks == MOST_BREAKS:
                what = f"the processes that read documents die before they have read one ({broken})"
                advice = "raise --memory-mb, or free some memory"
                raise error(Code.CRASHED, "workers", what, advice) from broken


def _looked(
    sources: Sequence[Source],
    limits: Limits,
    results: dict[int, DocumentRows],
    waiting: dict[int, FileFacts],
    done: Callable[[], object],
) -> Iterator[int]:
    """The places of the sources that a worker must read, looked at while the first of them are read; their
    facts go to `waiting`, the rows of the others to `results`.
    """
    first: dict[str, str] = {}
    for at, source in enumerate(sources):
        facts, problem = _look(source, limits)
        if problem is not None:
            results[at] = failed_rows(facts, problem)
        elif facts.sha256 in first:
            results[at] = duplicate_rows(facts, first[facts.sha256])
        else:
            first[facts.sha256] = source.name
            waiting[at] = facts
            yield at
            continue
        done()


def _scheduled(pool: ProcessPool, source: Source, parse: Parser, limits: Limits) -> _Future:
    try:
        return pool.schedule(_work, args=[source, parse, limits], timeout=limits.timeout)
    except RuntimeError as broken:  # so pebble says that a pool has stopped
        raise BrokenProcessPool(str(broken)) from broken


def _wait(pool: ProcessPool, future: _Future) -> None:
    """Waits for an outcome; a pool that breaks leaves what no worker had yet waiting for ever."""
    while not future.done():
        wait([future], timeout=1)
        if not future.done() and not pool.active:
            raise BrokenProcessPool("the pool has stopped")
    if _broken(future):
        raise BrokenProcessPool(str(future.exception()) or "a process ended without a word")


def _broken(future: _Future) -> bool:
    return not future.cancelled() and isinstance(future.exception(), BrokenProcessPool)


@contextmanager
def _pool(jobs: int, limits: Limits) -> Iterator[ProcessPool]:
    """Workers that have no state of this process and are stopped at once when the run is interrupted."""
    pool = ProcessPool(max_workers=jobs, context=_context(), initializer=_start, initargs=[limits.memory_mb])
    try:
        yield pool
        pool.close()
    finally:
        pool.stop()
        pool.join()


def _context() -> BaseContext:
    """Workers are forked from a server that has loaded what every document needs, and nothing else; where the
    system has no such server they are started afresh.
    """
    if FORKSERVER not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    server = multiprocessing.get_context(FORKSERVER)
    server.set_forkserver_preload([__name__])
    return server


def _look(source: Source, limits: Limits) -> tuple[FileFacts, PipelineError | None]:
    """The file's digest and size, and why it is not worth a worker."""
    digest, size = hashlib.sha256(), 0
    try:
        for piece in source.pieces(limits.max_mb * MEGABYTE):
            digest.update(piece)
            size += len(piece)
    except PipelineError as problem:
        named = hashlib.sha256(source.name.encode()).hexdigest()  # there are no bytes to tell it by
        return FileFacts(source.name, named, 0), problem
    facts = FileFacts(source.name, digest.hexdigest(), size)
    if not size:
        return facts, error(Code.EMPTY_FILE, source.name, "the file has no bytes")
    if size > limits.max_mb * MEGABYTE:
        what = f"the file has {size / MEGABYTE:.1f} MB, the limit is {limits.max_mb} MB"
        return facts, error(Code.TOO_LARGE, source.name, what)
    return facts, None


def _start(megabytes: int) -> None:
    """Begins a worker: it dies with its parent, and its memory has a bound."""
    _die_with_parent()
    _limit_memory(megabytes)


def _die_with_parent() -> None:
    """Ends this process when the one that started it is gone, however it went.

    A thread waits for that; on Linux the system itself kills the worker, even one that is inside a library
    and runs no Python.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)

    def watch() -> None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)

    Thread(target=watch, daemon=True).start()


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
    """Runs in the worker: reads one file, and tries what is made of its rows when all are together (costs,
    findings, the schema), so that a row that breaks it, or takes for ever, costs this file only.

    Raises PipelineError, nothing else: whatever a reader did not foresee is an `internal_error` of this
    document.
    """
    try:
        data = source.read(limits.max_mb * MEGABYTE)
        rows = parse(data, source.name)
        cases = cases_of(rows, {})
        paired = [row for case in cases for row in case.indicators]
        made = {**rows.tables(), "indicators": paired, "findings": findings_of(cases)}
        for table, part in made.items():
            to_arrow(table, part)
    except PipelineError:
        raise
    except Exception as bug:  # the boundary that keeps one document's bug from the others
        if _no_memory(bug):
            what = "the document needs more memory than it may have"
            raise error(Code.OUT_OF_MEMORY, source.name, what) from None
        raise error(Code.INTERNAL_ERROR, source.name, _where(bug)) from bug
    return rows


def _no_memory(bug: Exception) -> bool:
    """Is it want of memory, as Python and Arrow, the system, OpenCV or ONNX Runtime say it?"""
    if isinstance(bug, MemoryError) or (isinstance(bug, OSError) and bug.errno == errno.ENOMEM):
        return True
    maker = type(bug).__module__.partition(".")[0]
    return (maker == "cv2" and getattr(bug, "code", None) == CV_NO_MEMORY) or (
        maker == "onnxruntime" and any(word in str(bug) for word in ALLOCATION)
    )


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
