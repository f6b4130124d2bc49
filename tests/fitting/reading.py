"""Drawn documents → their rows, lines and forms with what was read, what speaks for it, and whether it is right.

Comes in: a set of the open world, kinds, mutations and how many. Goes out: `Told`, one for every indicator row, funding line
and form that the reader gives, those made up among them, in the order in which they were drawn. Documents are read by as
many processes as the machine has cores; the outcome is the same.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

from pipeline.app.document import Understood, understood
from pipeline.confidence.form_features import form_features, fund_features
from pipeline.confidence.judge import strata_of
from pipeline.confidence.row_features import Features, row_features
from pipeline.confidence.source import source_of
from tests.accuracy import PICTURES, fixtures
from tests.compare import compare_document, paired
from tests.openworld import KINDS, MUTATIONS, documents, measure
from tests.openworld.draw import Drawn, Stratum
from tests.openworld.mutations import GLUED

PICTURE = "picture"  # the committed scans and photographs: drawing others needs fonts of the machine
ROW, FORM, FUND = "row", "form", "fund"


class Told(NamedTuple):
    """One thing that was read. `words`: the unknown ones in its document; `wrong`: the columns that are not right."""

    what: str
    kind: str
    mutation: str
    layout: str
    words: tuple[str, ...]
    document: str
    strata: tuple[str, ...]
    features: Features
    confidence: float
    right: bool
    wrong: tuple[str, ...] = ()


class Read(NamedTuple):
    """One kind and mutation: what was told, and how many rows of truth there are and were found right."""

    told: list[Told]
    kind: str
    mutation: str
    rows: int
    right: int
    failed: list[str]


Task = tuple[str, str, str, int, int]
"""Set (of a picture its path), kind, mutation, how many, seed."""


def tasks(
    split: str, n: int, kinds: Sequence[str] = KINDS, seed: int = 0, pictures: bool = False
) -> list[Task]:
    """What has to be read: `n` documents of every kind and mutation, and the committed pictures.

    Text that nothing parts takes longer than all else together; a quarter as many of it do.
    """
    drawn = [
        (split, kind, name, -(-n // 4) if kind in GLUED else n, seed) for kind in kinds for name in MUTATIONS
    ]
    found = [p for p in fixtures() if p.parent.name in PICTURES] if pictures else []
    return [*drawn, *((str(p), PICTURE, "plain", 1, 0) for p in found)]


def read_all(todo: Sequence[Task]) -> Iterator[Read]:
    """Everything read, in the order of the tasks."""
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        yield from pool.map(read_one, todo)


def read_one(task: Task) -> Read:
    """The documents of one kind and mutation."""
    split, kind, mutation, n, seed = task
    told: list[Told] = []
    failed = []
    rows = right = 0
    for drawn in _drawn(split, kind, mutation, n, seed):
        try:
            found = understood(drawn.data, drawn.name)
        except measure.FAULTS as fault:
            failed.append(f"{drawn.name}: {fault!r}")
            found = understood(b"", drawn.name)
        records, _ = measure.records(drawn, found.rows)
        rows += sum(r.in_truth for r in records)
        right += sum(r.right for r in records)
        told += _told(drawn, found, records)
    return Read(told, kind, mutation, rows, right, failed)


def _drawn(split: str, kind: str, mutation: str, n: int, seed: int) -> Iterator[Drawn]:
    if kind != PICTURE:
        yield from documents(split, [kind], [mutation], n, seed)
        return
    path = Path(split)
    truth = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    yield Drawn(path.name, path.read_bytes(), truth, Stratum(kind, mutation, path.stem), ())


def _told(drawn: Drawn, found: Understood, records: Sequence[measure.Record]) -> Iterator[Told]:
    stratum = drawn.stratum
    told = partial(Told, kind=stratum.kind, mutation=stratum.mutation, layout=stratum.layout)
    told = partial(told, words=drawn.words, document=drawn.name)
    by_row = {r.row["indicator_id"]: r for r in records if r.row is not None}
    differences = compare_document(drawn.truth, found.rows)
    pair_of = {p.got["project_id"]: p for p in paired(drawn.truth, found.rows) if p.got is not None}
    for form, project in zip(found.forms, found.rows.projects, strict=True):
        key = project["project_id"]
        rows = [r for r in found.rows.indicators if r["project_id"] == key]
        funds = [f for f in found.rows.funds if f["project_id"] == key]
        pair = pair_of[key]
        wrong = [d for d in differences if d.form == pair.index and pair.truth is not None]
        features = row_features(form, project, rows)
        strata = strata_of(form, features)
        wider = (*strata, source_of(form))
        for row, own in zip(rows, features, strict=True):
            bad = by_row[row["indicator_id"]].wrong
            yield told(
                ROW, strata=strata, features=own, confidence=row["confidence"], right=not bad, wrong=bad
            )
        head = tuple(d.field for d in wrong if not d.row or d.row == "form" or d.row.startswith("fund"))
        head = head if pair.truth is not None else ("form",)
        yield told(
            FORM, strata=wider, features=form_features(form, project, funds), confidence=project["confidence"],
            right=not head, wrong=head,
        )  # fmt: skip
        lines = {d.row for d in wrong if d.row.startswith("fund")}
        number = {id(got): f"fund {k}" for k, (_, got) in enumerate(pair.funds, 1) if got is not None}
        for line, own in zip(funds, fund_features(form, project, funds), strict=True):
            good = pair.truth is not None and number[id(line)] not in lines
            yield told(FUND, strata=wider, features=own, confidence=line["confidence"], right=good)
