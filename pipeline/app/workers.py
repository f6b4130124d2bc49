"""A few documents → what each of them gives, one bad document never costing another.

Comes in: sources. Goes out: one `Read` a source, in their order: the bytes of its rows in every table. Each
document is read in a process of its own under a limit of time and memory: a crash, a hang or a hunger for
memory becomes that document's row with its code. Costs, the document's own findings and the schema are made
there too, so that they cannot fail where all documents are together. These processes die with the one that
started them. Refused: to go on where they cannot be started at all.

`read_batch` is what is given to an executor: a thread of this process or a worker of a cluster, each of which
has one such process. Nothing here is known of other documents.
"""

from __future__ import annotations

import errno
import hashlib
import multiprocessing
import multiprocessing.connection
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, wait
from concurrent.futures import TimeoutError as FutureTimeout
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.context import BaseContext
from pathlib import Path
from threading import Lock, Thread, get_ident

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from pipeline.app.arrow_rows import Encoded, encoded
from pipeline.app.document import parse_document
from pipeline.app.sources import MEGABYTE, Source, too_large
from pipeline.app.store import Summary
from pipeline.audit.document import audited
from pipeline.model.errors import Code, PipelineError, error
from pipeline.rows.build import DocumentRows, FileFacts, failed_rows

FORKSERVER = "forkserver"
MOST_BREAKS = 3  # processes in a row that may die before a document is read in them
PR_SET_PDEATHSIG = 1  # prctl(2)
CV_NO_MEMORY = -4  # OpenCV's `StsNoMem`
ALLOCATION = ("bad_alloc", "bad allocation", "allocate memory")  # what ONNX Runtime says of it

Parser = Callable[[bytes, str], DocumentRows]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may cost: seconds, MB of address space (0: no limit), MB of its file."""

    timeout: float = 600.0
    memory_mb: int = 6144
    max_mb: int = 512

    @property
    def most_bytes(self) -> int:
        """The largest file that is read, in bytes."""
        return self.max_mb * MEGABYTE


DEFAULTS = Limits()


@dataclass(frozen=True, slots=True)
class Task:
    """A source to be read, and what is known of its bytes already."""

    source: Source
    facts: FileFacts | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """What a document gave: its facts, its rows' bytes by table, and how long it took. `problem`: it was not
    worth reading, or its bytes could not be had, and there are no rows.
    """

    facts: FileFacts
    summary: Summary | None = None
    rows: Encoded | None = None
    problem: PipelineError | None = None
    seconds: float = 0.0


_Future = ProcessFuture[Read]


def read_batch(
    tasks: Sequence[Task], limits: Limits = DEFAULTS, parse: Parser = parse_document
) -> list[Read]:
    """Reads sources one after the other in this thread's process.

    Raises:
        PipelineError: `crashed` where the process cannot be started.
        CancelledError: the run has been stopped.
    """
    done: dict[int, Read] = {}
    breaks = 0
    while True:
        before = len(done)
        futures: dict[int, _Future] = {}
        pool = READERS.pool(limits)
        try:
            for at, task in enumerate(tasks):
                if at not in done:
                    futures[at] = _scheduled(pool, task, parse, limits)
            for at, future in futures.items():
                _wait(pool, future)
                done[at] = _outcome(tasks[at], future, limits)
            return [done[at] for at in range(len(tasks))]
        except BrokenProcessPool as broken:
            READERS.drop()
            saved = {a: f for a, f in futures.items() if a not in done and f.done() and not _broken(f)}
            done |= {at: _outcome(tasks[at], future, limits) for at, future in saved.items()}
            breaks = breaks + 1 if len(done) == before else 0
            if breaks == MOST_BREAKS:
                what = f"the processes that read documents die before they have read one ({broken})"
                advice = "raise --memory-mb, or free some memory"
                raise error(Code.CRASHED, "workers", what, advice) from broken


class Readers:
    """The processes that read, one for each thread that calls `read_batch`, kept between batches."""

    def __init__(self) -> None:
        """None at first."""
        self._lock = Lock()
        self._pools: dict[int, tuple[Limits, ProcessPool]] = {}
        self._stopped = False

    def pool(self, limits: Limits) -> ProcessPool:
        """This thread's process, started if there is none under these limits."""
        with self._lock:
            if self._stopped:
                raise CancelledError
            mine = self._pools.get(get_ident())
            if mine is None or mine[0] != limits:
                if mine is not None:
                    mine[1].stop()
                pool = ProcessPool(
                    max_workers=1, context=_context(), initializer=_start, initargs=[limits.memory_mb]
                )
                mine = self._pools[get_ident()] = (limits, pool)
            return mine[1]

    def drop(self) -> None:
        """Ends this thread's process."""
        with self._lock:
            _, pool = self._pools.pop(get_ident())
        pool.stop()
        pool.join()

    def start(self) -> None:
        """Allows processes to be started, after `stop`."""
        self._stopped = False

    def stop(self) -> None:
        """Ends all processes at once, whatever they do, and lets none be started."""
        with self._lock:
            self._stopped = True
            pools = [pool for _, pool in self._pools.values()]
            self._pools.clear()
        for pool in pools:
            pool.stop()
        for pool in pools:
            pool.join()


READERS = Readers()


def _context() -> BaseContext:
    """Processes are forked from a server that has loaded what every document needs, and nothing else; where
    the system has no such server they are started afresh.
    """
    if FORKSERVER not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    server = multiprocessing.get_context(FORKSERVER)
    server.set_forkserver_preload([__name__])
    return server


def _scheduled(pool: ProcessPool, task: Task, parse: Parser, limits: Limits) -> _Future:
    try:
        return pool.schedule(_work, args=[task, parse, limits], timeout=limits.timeout)
    except RuntimeError as broken:  # so pebble says that a pool has stopped
        raise BrokenProcessPool(str(broken)) from broken


def _wait(pool: ProcessPool, future: _Future) -> None:
    """Waits for an outcome; a pool that breaks leaves what no process had yet waiting for ever."""
    while not future.done():
        wait([future], timeout=1)
        if not future.done() and not pool.active:
            raise BrokenProcessPool("the pool has stopped")
    if _broken(future):
        raise BrokenProcessPool(str(future.exception()) or "a process ended without a word")


def _broken(future: _Future) -> bool:
    return not future.cancelled() and isinstance(future.exception(), BrokenProcessPool)


def look(source: Source, limits: Limits) -> FileFacts:
    """The digest and size of a source's bytes; raises PipelineError where it is not worth reading or cannot
    be.
    """
    size, _, _ = source.facts()
    if size > limits.most_bytes:
        raise too_large(source.name, size, limits.most_bytes)
    digest, size = hashlib.sha256(), 0
    for piece in source.pieces(limits.most_bytes):
        digest.update(piece)
        size += len(piece)
    return _worth_reading(FileFacts(source.name, digest.hexdigest(), size))


def _worth_reading(facts: FileFacts) -> FileFacts:
    if not facts.n_bytes:
        raise error(Code.EMPTY_FILE, facts.source_path, "the file has no bytes")
    return facts


def not_read(source: Source, problem: PipelineError) -> Read:
    """A source whose bytes are not read: its row is told by its name, for there is no digest."""
    size, digest = 0, hashlib.sha256(source.name.encode())
    if problem.code == Code.EMPTY_FILE:
        digest = hashlib.sha256()
    elif problem.code == Code.TOO_LARGE and source.problem is None:
        size, _, _ = source.facts()
    return Read(FileFacts(source.name, digest.hexdigest(), size), problem=problem)


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


def _work(task: Task, parse: Parser, limits: Limits) -> Read:
    """Runs in a process of its own: reads one file, and makes all of its rows that need no other document, so
    that a row that breaks them, or takes for ever, costs this file only.

    It raises nothing: whatever a reader did not foresee is an `internal_error` of this document.
    """
    begun = time.monotonic()
    source = task.source
    try:
        size, _, _ = source.facts()
        if size > limits.most_bytes:
            raise too_large(source.name, size, limits.most_bytes)
        data = source.read(limits.most_bytes)
        facts = _worth_reading(FileFacts(source.name, hashlib.sha256(data).hexdigest(), len(data)))
    except PipelineError as problem:
        return not_read(source, problem)
    try:
        return _read(_rows(data, source.name, parse), facts, begun)
    except PipelineError as problem:
        return _failed(facts, problem, begun)


def _rows(data: bytes, name: str, parse: Parser) -> tuple[DocumentRows, Encoded]:
    """The rows, and their bytes; raises PipelineError, nothing else."""
    try:
        rows = audited(parse(data, name))
        return rows, encoded(rows)
    except PipelineError:
        raise
    except Exception as bug:  # the boundary that keeps one document's bug from the others
        if _no_memory(bug):
            what = "the document needs more memory than it may have"
            raise error(Code.OUT_OF_MEMORY, name, what) from None
        raise error(Code.INTERNAL_ERROR, name, _where(bug)) from bug


def _read(made: tuple[DocumentRows, Encoded], facts: FileFacts, begun: float) -> Read:
    rows, data = made
    d = rows.document
    summary = Summary(
        d["status"], d["error_code"], d["error"], d["n_projects"], d["n_indicators"], len(rows.findings)
    )
    return Read(facts, summary, data, seconds=time.monotonic() - begun)


def _failed(facts: FileFacts, problem: PipelineError, begun: float) -> Read:
    rows = failed_rows(facts, problem)
    return _read((rows, encoded(rows)), facts, begun)


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


def _outcome(task: Task, future: _Future, limits: Limits) -> Read:
    """What became of a document: what it gave, or its failure."""
    begun = time.monotonic()
    name = task.source.name
    try:
        return future.result()
    except FutureTimeout:
        problem = error(Code.TIMEOUT, name, f"the document took longer than {limits.timeout:g} s")
        begun -= limits.timeout
    except ProcessExpired as death:
        what = f"the process that read the document died (exit status {death.exitcode})"
        problem = error(Code.CRASHED, name, what)
    return failed(task, problem, limits, begun)


def failed(task: Task, problem: PipelineError, limits: Limits, begun: float) -> Read:
    """The failure of a document that ended the process that read it."""
    try:
        return _failed(task.facts or look(task.source, limits), problem, begun)
    except PipelineError as other:
        return not_read(task.source, other)
