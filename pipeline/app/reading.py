"""Sources → what each gives, out of the store where it is known, else read and kept there.

Comes in: sources, an open store, an executor. Goes out: one `Entry` a source, in their order. What has not
changed since it was looked at is not opened; bytes that were read under any name are not read again; poison
documents (crashed, out of time or memory) are known like others. Small documents go many to a task. A task
whose worker is lost is tried again in single documents, and one that takes its worker with it every time gets
the code `crashed`. What was read is kept as it comes, so that an interrupted run goes on where it was.
Refused: to go on where readers cannot be started.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from pipeline.app.arrow_rows import batch_of
from pipeline.app.document import parse_document
from pipeline.app.sources import MEGABYTE, Source
from pipeline.app.store import Options, Store, Summary
from pipeline.app.workers import Limits, Parser, Read, Task, failed, look, not_read, read_batch
from pipeline.model.errors import Code, PipelineError, error
from pipeline.rows.build import FileFacts

MOST_IN_TASK = 32  # documents: a text takes 20 ms, so a task takes less than a second to get there and back
MOST_BYTES_IN_TASK = MEGABYTE
TASKS_A_JOB = 4  # waiting for each process, so that none is idle while results are kept
TRIES = 3
SETTLED_NS = 2_000_000_000  # a file that changed less than 2 s before it was read may change again unseen
STOPS = frozenset({Code.CRASHED, Code.UNREACHABLE})  # errors of a task that no other task will be spared


@dataclass(frozen=True, slots=True)
class Entry:
    """A source: its facts, and the key of its rows in the store, or why it has none."""

    facts: FileFacts
    key: str | None = None
    problem: PipelineError | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """What became of a source, for a log: `summary` is None where nothing was read."""

    entry: Entry
    summary: Summary | None
    seconds: float | None  # None: it was known
    n_pages: int = 0  # that were read now


@dataclass(frozen=True, slots=True)
class Work:
    """How a run reads: where, how many at a time, under what limits; `force`: what is known, too; `there`:
    the executor's workers look at the bytes, not this process.
    """

    executor: Executor
    jobs: int
    limits: Limits
    force: bool = False
    there: bool = False
    parse: Parser = parse_document

    @property
    def options(self) -> Options:
        """What the store asks of the limits."""
        return Options(self.limits.timeout, self.limits.memory_mb)


@dataclass(slots=True)
class _Batch:
    """A task: its sources' places, and how often it was tried."""

    places: list[int]
    tasks: list[Task]
    tries: int = 1


@dataclass(slots=True)
class _Run:
    """The state of a run."""

    sources: Sequence[Source]
    store: Store
    work: Work
    done: Callable[[Event], object]
    entries: dict[int, Entry] = field(default_factory=dict)
    futures: dict[Future[list[Read]], _Batch] = field(default_factory=dict)
    stamps: dict[int, str] = field(default_factory=dict)  # of what is looked at elsewhere, before that


def read_all(
    sources: Sequence[Source], store: Store, work: Work, done: Callable[[Event], object] = lambda _: None
) -> list[Entry]:
    """Sees to it that the store holds what every source gives; `done` is told of each."""
    run = _Run(sources, store, work, done)
    try:
        for batch in _batches(run):
            _submit(run, batch)
        while run.futures:
            _take(run)
    finally:
        _keep_what_ended(run)
    return [run.entries[at] for at in range(len(sources))]


def _batches(run: _Run) -> Iterator[_Batch]:
    """The sources that must be read, small ones many to a task, but not so many that a process is idle."""
    most = max(1, min(MOST_IN_TASK, len(run.sources) // (run.work.jobs * TASKS_A_JOB)))
    batch, size = _Batch([], []), 0
    for at, task, n_bytes in _unknown(run):
        if batch.tasks and (len(batch.tasks) == most or size + n_bytes > MOST_BYTES_IN_TASK):
            yield batch
            batch, size = _Batch([], []), 0
        batch.places.append(at)
        batch.tasks.append(task)
        size += n_bytes
    if batch.tasks:
        yield batch


def _keep_what_ended(run: _Run) -> None:
    """Of a run that is stopped: what was read and not yet taken."""
    for future, batch in run.futures.items():
        if future.done() and not future.cancelled() and future.exception() is None:
            for at, read in zip(batch.places, future.result(), strict=True):
                _finish(run, at, read)
    run.futures.clear()


def key_of(facts: FileFacts) -> str:
    """Under which the store has what bytes give: their digest, and the ending of their name, which some
    doubts hang on.
    """
    return facts.sha256 + PurePosixPath(facts.source_path).suffix.lower()


def _unknown(run: _Run) -> Iterator[tuple[int, Task, int]]:
    """The sources that must be read, with their size; of the others the entries are made. Of several with the
    same bytes the first is read.
    """
    first: set[str] = set()
    for at, source in enumerate(run.sources):
        try:
            size, stamp, changed = source.facts()
            facts = _known_facts(run, source, stamp, size)
            if facts is None and not run.work.there:
                settled = time.time_ns() - changed > SETTLED_NS
                facts = look(source, run.work.limits)
                if stamp and settled:
                    run.store.set_digest(source.place, stamp, facts.sha256, facts.n_bytes)
        except PipelineError as problem:
            _finish(run, at, not_read(source, problem))
            continue
        if facts is None:
            if stamp and time.time_ns() - changed > SETTLED_NS:
                run.stamps[at] = stamp
            yield at, Task(source), size
        elif facts.sha256 in first:
            _enter(run, at, Event(Entry(facts, key_of(facts)), None, None))
        else:
            first.add(facts.sha256)
            if not run.work.force and run.store.holds(key_of(facts), run.work.options):
                entry = Entry(facts, key_of(facts))
                _enter(run, at, Event(entry, run.store.summary(key_of(facts)), None))
            else:
                yield at, Task(source, facts), size


def _known_facts(run: _Run, source: Source, stamp: str, size: int) -> FileFacts | None:
    """The digest of a source that has not changed since it was looked at."""
    known = run.store.digest(source.place, stamp) if stamp and not run.work.force else None
    if known is None or size > run.work.limits.most_bytes:
        return None
    return FileFacts(source.name, *known)


def _submit(run: _Run, batch: _Batch) -> None:
    while len(run.futures) >= run.work.jobs * TASKS_A_JOB:
        _take(run)
    work = run.work
    run.futures[work.executor.submit(read_batch, batch.tasks, work.limits, work.parse)] = batch


def _take(run: _Run) -> None:
    """Waits until a task or more have ended, and keeps what they gave."""
    ended, _ = wait(run.futures, return_when=FIRST_COMPLETED)
    for future in ended:
        batch = run.futures.pop(future)
        if future.cancelled():
            raise error(Code.UNREACHABLE, "workers", "the cluster has given up the run's tasks")
        problem = future.exception()
        if problem is None:
            for at, read in zip(batch.places, future.result(), strict=True):
                _finish(run, at, read)
        elif isinstance(problem, PipelineError) and problem.code in STOPS:
            raise problem
        else:
            _again(run, batch, problem)


def _again(run: _Run, batch: _Batch, problem: BaseException) -> None:
    """A worker is lost, and the executor has given its task up: it is tried in single documents, and what is
    lost each time is a document that takes its worker with it.
    """
    if batch.tries == TRIES and len(batch.tasks) == 1:
        (task,) = batch.tasks
        what = f"the worker that read the document was lost ({type(problem).__name__})"
        lost = failed(task, error(Code.CRASHED, task.source.name, what), run.work.limits, time.monotonic())
        _finish(run, batch.places[0], lost)
        return
    for at, task in zip(batch.places, batch.tasks, strict=True):
        _submit(run, _Batch([at], [task], batch.tries + 1))


def _finish(run: _Run, at: int, read: Read) -> None:
    """Keeps what a source gave."""
    if read.summary is None or read.rows is None:
        _enter(run, at, Event(Entry(read.facts, problem=read.problem), None, read.seconds))
        return
    key = key_of(read.facts)
    run.store.keep(key, run.work.options, read.summary, read.rows)
    if at in run.stamps:
        f = read.facts
        run.store.set_digest(run.sources[at].place, run.stamps.pop(at), f.sha256, f.n_bytes)
    pages = batch_of("documents", read.rows["documents"])["n_pages"][0].as_py()
    _enter(run, at, Event(Entry(read.facts, key), read.summary, read.seconds, pages or 0))


def _enter(run: _Run, at: int, event: Event) -> None:
    run.entries[at] = event.entry
    run.done(event)
