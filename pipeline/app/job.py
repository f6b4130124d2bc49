"""A run: inputs → tables in a folder or at a URL.

Comes in: what to read, where to write, how. Goes out: the tables, as one set, and what a person is told.
Where nothing has changed since the tables were made that stand there, they are left as they are. Refused: an
input that is missing, a bad register, an output that cannot be written or that another run writes to; before
that nothing is read.

The output folder has the store of what was read (`.store.sqlite`) beside the tables. Tables at a URL are made
in a folder of the user's cache first, which has the store too, and copied from there; a machine that has no
such folder reads everything.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.app import remote
from pipeline.app.assemble import Account, Assembly
from pipeline.app.executors import cluster, local
from pipeline.app.language import say
from pipeline.app.output import (
    MANIFEST,
    below,
    earlier_series,
    files_of,
    manifest_text,
    only_writer,
    prepare,
    vouched,
    write,
)
from pipeline.app.parsed import PARSE_FIRST, by_years, table
from pipeline.app.parser_version import parser_version
from pipeline.app.reading import Entry, Event, Work, key_of, read_all
from pipeline.app.sources import LeftOut, Source, survey
from pipeline.app.store import Store, StoreError, discard, opened, reader_of
from pipeline.app.unknown_words_file import write_unknown_words
from pipeline.app.workers import DEFAULTS, Limits
from pipeline.corpus.corrections import Correction, read_corrections
from pipeline.model.errors import Code, error
from pipeline.rows.build import FileFacts

STORE = ".store.sqlite"
CACHE = "budget-performance"
PARSE_AGAIN = "run `parse` with the same inputs again; words of your own are named with --vocabulary"


@dataclass(frozen=True, slots=True)
class Job:
    """What a run is asked to do; see the command line."""

    inputs: tuple[Path | str, ...]
    out: Path | str
    jobs: int = 1
    limits: Limits = DEFAULTS
    corrections: Path | None = None
    force: bool = False
    partition: bool = False
    cluster: str | None = None


@dataclass(slots=True)
class Result:
    """What a person is told: the account, what is left out of the inputs, and what else was met."""

    account: Account
    left_out: tuple[LeftOut, ...]
    said: list[str] = field(default_factory=list)


Began = Callable[[int], Callable[[Event], object]]


def run(job: Job, began: Began = lambda _: lambda _: None) -> Result:
    """Does it; `began` is told how many sources there are, and what it returns of each that is done.

    Raises PipelineError for what is refused, see the module.
    """
    register = read_corrections(job.corrections) if job.corrections else ()
    folder = _cached(job.out) if isinstance(job.out, str) else job.out
    found = survey(job.inputs, folder)
    prepare(folder)
    said: list[str] = []
    with only_writer(folder):
        for last in (False, True):
            try:
                with opened(folder / STORE) as store:
                    account = _run(job, found.sources, register, folder, store, began, said)
                    return Result(account, found.left_out, said)
            except StoreError as problem:
                if last:
                    what = f"what is read cannot be kept ({problem})"
                    raise error(Code.OUTPUT_UNWRITABLE, str(folder / STORE), what) from problem
                said.append(f"what earlier runs read could not be used, so all is read anew ({problem})")
                _discard(folder / STORE)
    raise AssertionError


def check(out: Path, corrections: Path | None) -> Result:
    """Corrects and audits what the run before read, and writes the tables anew: no document is opened.

    Raises InputError where there are no tables, or what was read for them is no longer kept.
    """
    register = read_corrections(corrections) if corrections else ()
    documents = table(out, "documents").to_pylist()
    job = Job((), out, corrections=corrections, partition=by_years(out))
    prepare(out)
    said: list[str] = []
    with only_writer(out):
        try:
            if reader_of(out / STORE) != parser_version():
                what = say(
                    "what was read for these tables is gone, or another version or other words read it"
                )
                raise error(Code.NO_INPUT, str(out), what, PARSE_AGAIN)
            with opened(out / STORE) as store:
                entries = [_kept(document, store, out) for document in documents]
                return Result(_make(job, entries, register, out, store, said), (), said)
        except StoreError as problem:
            what = say("what the run before read cannot be used ({what})", what=problem)
            raise error(Code.NO_INPUT, str(out / STORE), what, PARSE_FIRST) from problem


def _kept(document: Mapping[str, Any], store: Store, out: Path) -> Entry:
    """A document of the tables as the run that read it had it."""
    facts = FileFacts(document["source_path"], document["sha256"], document["n_bytes"])
    if store.has(key_of(facts)):
        return Entry(facts, key_of(facts))
    if document["status"] != "failed":
        what = say("what was read of {file} is no longer kept", file=facts.source_path)
        raise error(Code.NO_INPUT, str(out), what, PARSE_AGAIN)
    what, _, advice = document["error"].partition("; ")
    return Entry(facts, problem=error(document["error_code"], facts.source_path, what, advice))


def _discard(path: Path) -> None:
    try:
        discard(path)
    except OSError as problem:
        what = f"what earlier runs read cannot be removed ({problem.strerror})"
        raise error(Code.OUTPUT_UNWRITABLE, str(path), what) from problem


def _run(
    job: Job,
    sources: Sequence[Source],
    register: Sequence[Correction],
    folder: Path,
    store: Store,
    began: Began,
    said: list[str],
) -> Account:
    with cluster(job.cluster) if job.cluster else local(min(job.jobs, len(sources))) as (executor, jobs):
        there = job.cluster is not None
        work = Work(executor, jobs, job.limits, force=job.force, there=there)
        entries = read_all(sources, store, work, began(len(sources)))
    store.commit()
    account = None if job.force else _unchanged(job, folder, store, _state(job, entries))
    if account is not None:
        return account
    account = _make(job, entries, register, folder, store, said)
    keys = [e.key for e in entries if e.key is not None]
    store.forget_all_but(keys, [s.place for s in sources])
    return account


def _make(
    job: Job,
    entries: Sequence[Entry],
    register: Sequence[Correction],
    folder: Path,
    store: Store,
    said: list[str],
) -> Account:
    """Makes the tables of what the store has."""
    series, doubt = _earlier(job, folder)
    if doubt:
        said.append(doubt)
    made = Assembly(entries, store, register, series)
    manifest = write(made.streams(years=job.partition), folder, partition=job.partition)
    write_unknown_words(folder)
    published = _publish(job.out, folder, manifest) if isinstance(job.out, str) else ""
    digest = hashlib.sha256(manifest_text(manifest).encode()).hexdigest()
    state, account = _state(job, entries), made.account.text()
    store.set_facts(state=state, tables=digest, published=published, account=account)
    return made.account


def _state(job: Job, entries: Sequence[Entry]) -> str:
    """What the tables hang on, besides this program: the inputs, and how tables are written."""
    digest = hashlib.sha256()
    register = job.corrections.read_bytes() if job.corrections else b""
    digest.update(json.dumps([job.partition, hashlib.sha256(register).hexdigest()]).encode())
    for e in entries:
        problem = e.problem and (e.problem.code, e.problem.sentence)
        digest.update(json.dumps([e.facts.source_path, e.facts.sha256, e.facts.n_bytes, problem]).encode())
    return digest.hexdigest()


def _unchanged(job: Job, folder: Path, store: Store, state: str) -> Account | None:
    """The account of the tables that stand there, if they are those that would be made."""
    tables, account = store.fact("tables"), store.fact("account")
    if tables is None or account is None or store.fact("state") != state or not vouched(folder, tables):
        return None
    if isinstance(job.out, str) and _digest(job.out) != store.fact("published"):
        return None
    return Account.of(account)


# ---- tables at a URL
# ------------------------------------------------------------------------------------------------------


def _cached(url: str) -> Path:
    """The folder in which the tables for a URL are made."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base, CACHE, hashlib.sha256(url.rstrip("/").encode()).hexdigest()[:16])


def _earlier(job: Job, folder: Path) -> tuple[dict[str, str], str | None]:
    """The series of the tables that stand there; at a URL, of those that were copied there from elsewhere."""
    if not isinstance(job.out, str) or (folder / MANIFEST).exists():
        return earlier_series(folder)
    data = remote.read(f"{job.out.rstrip('/')}/series.parquet")
    with tempfile.TemporaryDirectory() as empty:
        if data is not None:
            Path(empty, "series.parquet").write_bytes(data)
        return earlier_series(Path(empty))


def _publish(url: str, folder: Path, manifest: dict[str, Any]) -> str:
    """Copies the tables to a URL, and returns the digest of the manifest there."""
    generation = f"generation-{hashlib.sha256(manifest_text(manifest).encode()).hexdigest()[:16]}"
    text = manifest_text(below(generation, manifest)).encode()
    remote.publish(folder, url, generation, text, [name for name, _ in files_of(manifest)])
    return hashlib.sha256(text).hexdigest()


def _digest(url: str) -> str | None:
    data = remote.read(f"{url.rstrip('/')}/{MANIFEST}")
    return None if data is None else hashlib.sha256(data).hexdigest()
