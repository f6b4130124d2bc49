"""Reading without tables: what a run finds of some sources, as rows.

Comes in: sources, and how to read them. Goes out: the rows of each, in their order, as a run has them before
all documents are together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.app.arrow_rows import document_of
from pipeline.app.document import parse_document
from pipeline.app.executors import local
from pipeline.app.reading import Event, Work, read_all
from pipeline.app.sources import Source
from pipeline.app.store import opened
from pipeline.app.workers import DEFAULTS, Limits, Parser
from pipeline.rows.build import DocumentRows, duplicate_rows, failed_rows


def run(
    sources: Sequence[Source],
    *,
    jobs: int = 1,
    limits: Limits = DEFAULTS,
    parse: Parser = parse_document,
    done: Callable[[Event], object] = lambda _: None,
) -> list[DocumentRows]:
    """The rows of every source."""
    first: dict[str, str] = {}
    out = []
    with TemporaryDirectory() as folder, opened(Path(folder, "store")) as store:
        with local(jobs) as (executor, n):
            entries = read_all(sources, store, Work(executor, n, limits, parse=parse), done)
        for entry in entries:
            if entry.problem is not None:
                out.append(failed_rows(entry.facts, entry.problem))
            elif entry.facts.sha256 in first:
                out.append(duplicate_rows(entry.facts, first[entry.facts.sha256]))
            else:
                assert entry.key is not None
                first[entry.facts.sha256] = entry.facts.source_path
                out.append(document_of(store.all_rows(entry.key)))
    return out
