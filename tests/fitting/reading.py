"""Drawn documents → their rows, lines and forms with what was read, what speaks for it, and whether it is right.

Comes in: recipes: a set of the open world, a kind, a mutation and a number. Goes out: `Told`, one for every indicator row,
funding line and form that the reader gives, those made up among them, in the order of the recipes. Documents are read by as
many processes as the machine has cores. What was read is kept in `build/read`, under a name made of the recipe and the
program that read it: a run that was stopped goes on where it ended, and numbers are fitted anew without reading anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from pipeline.app.document import Understood, understood
from pipeline.confidence.form_features import form_features, fund_features
from pipeline.confidence.judge import judged, strata_of
from pipeline.confidence.row_features import Features, row_features
from pipeline.confidence.source import source_of
from pipeline.model.form import Form
from pipeline.model.rows import FundRow, IndicatorRow, ProjectRow
from tests import samples as known_samples
from tests.accuracy import PICTURES, fixtures
from tests.compare import compare_document, paired
from tests.openworld import KINDS, MUTATIONS, documents, measure
from tests.openworld.draw import Drawn, Stratum, laid_out_forms
from tests.openworld.mutations import GLUED
from tests.writers.damage import EACH_FORM, EACH_ROW, LOST_LEVEL
from tests.writers.formats import FORMATS
from tests.writers.text import written_damaged

PICTURE = "picture"  # the committed scans and photographs: drawing others needs fonts of the machine
DAMAGE = "one damage"  # a grid with one kind of damage
DAMAGES = (*EACH_ROW, *EACH_FORM, LOST_LEVEL)
FILES = {name.replace(" ", "-"): name for name in FORMATS if name.startswith(("ofd", "html"))}
"""Kinds of files that the open test does not draw, and their names in `tests/writers/formats.py`."""
PLAIN = "plain"
SAMPLE = "sample"  # of `tests/samples.py`
MOST_OF_SAMPLE = 20  # documents
ROW, FORM, FUND = "row", "form", "fund"
ROOT = Path(__file__).parents[2]
KEPT = ROOT / "build" / "read"
READERS = (
    "pipeline",
    "normalizers",
    "tests/openworld",
    "tests/writers",
    "tests/compare.py",
    "tests/samples.py",
    "tests/fitting/reading.py",
)
"""What decides how a document is drawn, read and compared; confidences are told anew each time."""
WITHOUT = "pipeline/confidence"


class Recipe(NamedTuple):
    """One document. `split`: the set, of a picture its path."""

    split: str
    kind: str
    mutation: str
    number: int
    seed: int


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
    """One document: what was told, and how many rows of truth there are and were found right."""

    told: list[Told]
    kind: str
    mutation: str
    rows: int
    right: int
    failed: str


class Outcome(NamedTuple):
    """One form as it was read, and what of it is wrong: by row the columns, of the head the fields; the right lines."""

    form: Form
    project: ProjectRow
    funds: list[FundRow]
    rows: list[IndicatorRow]
    wrong: list[tuple[str, ...]]
    head: tuple[str, ...]
    lines: list[bool]


@dataclass(frozen=True, slots=True)
class Seen:
    """One document as it was read."""

    stratum: Stratum
    words: tuple[str, ...]
    name: str
    outcomes: list[Outcome]
    rows: int
    right: int
    failed: str


@dataclass(frozen=True, slots=True)
class Amount:
    """How many documents are drawn: of every kind and mutation, of every kind with all words known, with every damage. Text
    that nothing parts takes longer than all else together: a quarter as many of it are.
    """

    each: int
    plain: int
    damaged: int

    def of(self, kind: str, mutation: str) -> int:
        """How many of one kind and mutation."""
        n = self.plain if mutation == PLAIN else self.each
        return -(-n // 4) if kind in GLUED else n


def recipes(split: str, amount: Amount, kinds: Sequence[str], seed: int = 0) -> list[Recipe]:
    """All documents of a set."""
    drawn = [
        Recipe(split, kind, name, number, seed)
        for kind in kinds
        for name in MUTATIONS
        for number in range(amount.of(kind, name))
    ]
    return drawn + [
        Recipe(split, DAMAGE, name, number, seed) for name in DAMAGES for number in range(amount.damaged)
    ]


def all_kinds() -> tuple[str, ...]:
    """The kinds of files that are drawn."""
    return (*KINDS, *FILES)


def samples() -> list[Recipe]:
    """The samples of `tests/samples.py` that are no pictures."""
    told = [(group, name) for group, names in known_samples.names().items() for name in names]
    return [
        Recipe(group, SAMPLE, name, number, 0)
        for group, name in told
        if not known_samples.is_picture(group, name)
        for number in range(1 if group == "file" else MOST_OF_SAMPLE)
    ]


def pictures() -> list[Recipe]:
    """The committed pictures."""
    return [
        Recipe(str(p.relative_to(ROOT)), PICTURE, PLAIN, 0, 0)
        for p in fixtures()
        if p.parent.name in PICTURES
    ]


def read_all(todo: Sequence[Recipe]) -> Iterator[Read]:
    """Everything read, in the order of the recipes."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        yield from (r for r in pool.map(partial(read_one, program()), todo, chunksize=8) if r is not None)


def program() -> str:
    """What the files say that decide what is kept."""
    told = hashlib.sha256()
    for name in READERS:
        for path in sorted(p for p in (ROOT / name, *(ROOT / name).rglob("*")) if p.is_file()):
            place = path.relative_to(ROOT).as_posix()
            if path.suffix in (".py", ".toml", ".json", ".tsv") and not place.startswith(WITHOUT):
                told.update(place.encode() + b"\0" + path.read_bytes())
    return told.hexdigest()


def read_one(by: str, recipe: Recipe) -> Read | None:
    """One document; None for what no layout can show."""
    path = KEPT / hashlib.sha256(repr((by, recipe)).encode()).hexdigest()[:32]
    try:
        seen: Seen | None = pickle.loads(zlib.decompress(path.read_bytes()))
    except FileNotFoundError:
        drawn = drawn_by(recipe)
        seen = None if drawn is None else _seen(drawn)
        part = path.with_suffix(f".{os.getpid()}")
        part.write_bytes(zlib.compress(pickle.dumps(seen), 1))
        part.replace(path)
    return None if seen is None else _read(seen)


def drawn_by(recipe: Recipe) -> Drawn | None:
    """The document of a recipe; None where no layout can show it, or the sample has no more."""
    split, kind, mutation, number, seed = recipe
    if kind == PICTURE:
        path = ROOT / split
        truth = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        return Drawn(path.name, path.read_bytes(), truth, Stratum(kind, mutation, path.stem), ())
    if kind == SAMPLE:
        made = next(islice(known_samples.documents_of(split, mutation), number, None), None)
        return made and Drawn(made.name, made.data, made.truth, Stratum(kind, split, mutation), ())
    if kind in KINDS:
        return next(documents(split, [kind], [mutation], 1, seed, first=number), None)
    place, base = (
        (*DAMAGES, *FILES).index(mutation if kind == DAMAGE else kind) + 1,
        PLAIN if kind == DAMAGE else mutation,
    )
    other = 1000 * place + seed  # each draws documents of its own
    laid = next(laid_out_forms(split, ["html-page"], [base], 1, other, first=number), None)
    if laid is None:
        return None
    made = (
        written_damaged(laid.pages, mutation, laid.rng)
        if kind == DAMAGE
        else FORMATS[FILES[kind]](laid.pages, laid.rng)
    )
    ending = made.name.rpartition(".")[2]
    name = f"{split}-{kind}-{mutation}-{seed}-{number}.{ending}".replace(" ", "-").replace(":", "-")
    return Drawn(name, made.data, made.truth, Stratum(kind, mutation, laid.stratum.layout), laid.words)


def _seen(drawn: Drawn) -> Seen:
    failed = ""
    try:
        found = understood(drawn.data, drawn.name)
    except measure.FAULTS as fault:
        failed = f"{drawn.name}: {fault!r}"
        found = understood(b"", drawn.name)
    records, _ = measure.records(drawn, found.rows)
    outcomes = list(_outcomes(drawn, found, records))
    rows, right = sum(r.in_truth for r in records), sum(r.right for r in records)
    return Seen(drawn.stratum, drawn.words, drawn.name, outcomes, rows, right, failed)


def _outcomes(drawn: Drawn, found: Understood, records: Sequence[measure.Record]) -> Iterator[Outcome]:
    by_row = {r.row["indicator_id"]: r.wrong for r in records if r.row is not None}
    differences = compare_document(drawn.truth, found.rows)
    pair_of = {p.got["project_id"]: p for p in paired(drawn.truth, found.rows) if p.got is not None}
    for form, project in zip(found.forms, found.rows.projects, strict=True):
        key = project["project_id"]
        rows = [r for r in found.rows.indicators if r["project_id"] == key]
        funds = [f for f in found.rows.funds if f["project_id"] == key]
        pair = pair_of[key]
        wrong = [d for d in differences if d.form == pair.index and pair.truth is not None]
        head = tuple(d.field for d in wrong if not d.row or d.row == "form" or d.row.startswith("fund"))
        lines = {d.row for d in wrong if d.row.startswith("fund")}
        number = {id(got): f"fund {k}" for k, (_, got) in enumerate(pair.funds, 1) if got is not None}
        yield Outcome(
            form, project, funds, rows, [by_row[r["indicator_id"]] for r in rows],
            head if pair.truth is not None else ("form",),
            [pair.truth is not None and number[id(line)] not in lines for line in funds],
        )  # fmt: skip


def _read(seen: Seen) -> Read:
    told = [t for outcome in seen.outcomes for t in _told(seen, outcome)]
    return Read(told, seen.stratum.kind, seen.stratum.mutation, seen.rows, seen.right, seen.failed)


def _told(seen: Seen, one: Outcome) -> Iterator[Told]:
    stratum = seen.stratum
    told = partial(Told, kind=stratum.kind, mutation=stratum.mutation, layout=stratum.layout)
    told = partial(told, words=seen.words, document=seen.name)
    features = row_features(one.form, one.project, one.rows)
    sure = judged(one.form, one.project, one.funds, one.rows)
    strata = strata_of(one.form, features)
    for own, bad, chance in zip(features, one.wrong, sure.rows, strict=True):
        yield told(ROW, strata=strata, features=own, confidence=chance, right=not bad, wrong=bad)
    wider = (*strata, source_of(one.form))
    own = form_features(one.form, one.project, one.funds, one.rows)
    yield told(FORM, strata=wider, features=own, confidence=sure.form, right=not one.head, wrong=one.head)
    lines = fund_features(one.form, one.project, one.funds)
    for own, good, chance in zip(lines, one.lines, sure.funds, strict=True):
        yield told(FUND, strata=wider, features=own, confidence=chance, right=good)
