"""Learns what a confidence is: `python -m tests.fitting.confidence`, which is `make calibrate`.

Comes in: documents of the open world's set `calibrate`, whose words, layouts and seeds nothing else is fitted on, of every
kind and mutation, and the committed pictures. Goes out: `pipeline/confidence/table.json`: for rows, forms, funding lines and the
columns of rows the weights of their features, and by stratum the probability at each score and the mark from which on rows
are sure. Scores are made by models that saw neither the layout nor the unknown words of the row.
"""

from __future__ import annotations

import json
import time
import zlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from pipeline.confidence.judge import KNOWN, of_column
from pipeline.confidence.model import ANY, TABLE
from pipeline.confidence.row_features import COLUMNS, Features
from pipeline.model.standards import SURE
from tests.fitting.numbers import Matrix, design, logistic, mark, monotone, surprise
from tests.fitting.reading import FORM, FUND, ROW, Read, Told, read_all, tasks
from tests.openworld import KINDS
from tests.openworld.measure import ranking

SPLIT = "calibrate"
FOLDS, WORD_FOLDS = 5, 2
RIDGES = (10.0, 30.0, 100.0)
RARE = 30  # a feature that holds in fewer rows, or in all but so few, is not weighed
FEWEST_OF_STRATUM = 500  # rows from which on a stratum has steps and a mark of its own
ENOUGH = 12_000  # rows that tell how strongly weights are to be held back
PLACES = 4

Labels = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Folds:
    """Which rows are held out together: those of some layouts, and of some unknown words (the last: none)."""

    layout: Labels
    words: Labels

    def of(self, which: Labels) -> Folds:
        """The folds of some of the rows."""
        return Folds(self.layout[which], self.words[which])


def folds_of(told: Sequence[Told]) -> Folds:
    """The folds of every row."""
    layouts = sorted({t.layout for t in told})
    words = [zlib.crc32("+".join(t.words).encode()) % WORD_FOLDS if t.words else WORD_FOLDS for t in told]
    return Folds(np.array([layouts.index(t.layout) % FOLDS for t in told]), np.array(words))


def fitted(
    told: Sequence[Told], features: Callable[[Told], Features], right: Callable[[Told], bool]
) -> dict[str, Any]:
    """One model: weights, strata, and what its scores are worth."""
    own = [features(t) for t in told]
    y = np.array([right(t) for t in told], dtype=float)
    counts = Counter(name for f in own for name in f)
    names = sorted(name for name, k in counts.items() if RARE <= k <= len(own) - RARE)
    x = design(own, names)
    folds = folds_of(told)
    some = np.arange(0, len(y), 1 + len(y) // ENOUGH)
    ridge = _ridge(x[some], y[some], folds.of(some))
    weights = logistic(x, y, ridge)
    scores = _held_out(x, y, folds, ridge, weights)
    weights = weights.round(PLACES)
    return {
        "base": float(weights[0]),
        "weights": {name: float(w) for name, w in zip(names, weights[1:], strict=True) if w},
        "strata": _strata(told, scores, y),
        "fit": {
            "n": len(own), "right": round(float(y.mean()), PLACES), "ridge": ridge,
            "auc": round(ranking([(float(s), bool(r)) for s, r in zip(scores, y, strict=True)]), PLACES),
            "surprise": round(surprise(scores, y), PLACES),
        },
    }  # fmt: skip


def _ridge(x: Matrix, y: Matrix, folds: Folds) -> float:
    """How strongly weights are held back: what is least surprised by layouts that were left out."""
    tried = []
    for ridge in RIDGES:
        start = logistic(x, y, ridge)
        scores = np.zeros(len(y))
        for f in range(FOLDS):
            out = folds.layout == f
            scores[out] = x[out] @ logistic(x[~out], y[~out], ridge, start)
        tried.append((surprise(scores, y), ridge))
    return min(tried)[1]


def _held_out(x: Matrix, y: Matrix, folds: Folds, ridge: float, start: Matrix) -> Matrix:
    """Every row's score by a model that saw neither its layout nor its words."""
    scores = np.zeros(len(y))
    for f in range(FOLDS):
        for w in range(WORD_FOLDS):
            train = (folds.layout != f) & (folds.words != w)
            mine = (folds.words == w) | ((folds.words == WORD_FOLDS) & (w == 0))
            out = (folds.layout == f) & mine
            if out.any():
                scores[out] = x[out] @ logistic(x[train], y[train], ridge, start)
    return scores.round(PLACES)


def _strata(told: Sequence[Told], scores: Matrix, y: Matrix) -> dict[str, Any]:
    """Steps and mark of every stratum, of those with few rows the steps of all and no mark."""
    out: dict[str, Any] = {ANY: _stratum(scores, y) | {"mark": None}}
    members: dict[str, list[int]] = {}
    for k, t in enumerate(told):
        for name in t.strata:
            members.setdefault(name, []).append(k)
    for name, own in sorted(members.items()):
        if len(own) >= FEWEST_OF_STRATUM:
            out[name] = _stratum(scores[own], y[own])
        elif name == told[own[0]].strata[-1]:
            out[name] = {"n": len(own), "mark": None, "steps": out[ANY]["steps"]}
    return modest(out)


def modest(strata: Mapping[str, Any]) -> dict[str, Any]:
    """No kind of document is sure earlier than all of its source with known words are: a lucky few hundred rows
    are no reason.
    """
    out = dict(strata)
    for name, one in strata.items():
        whole = strata.get(f"{name.partition(', ')[0]}, {KNOWN}")
        if whole is not None and None not in (whole["mark"], one["mark"]):
            out[name] = {**one, "mark": max(whole["mark"], one["mark"])}
    return out


def _stratum(scores: Matrix, y: Matrix) -> dict[str, Any]:
    steps = monotone(scores, y)
    least = next((s for s, p in steps if p >= SURE), np.inf)
    return {"n": len(y), "mark": mark(scores, y, least), "steps": [[s, round(p, PLACES)] for s, p in steps]}


def of_columns(rows: Sequence[Told]) -> dict[str, Any]:
    """One model a column of rows, for the rows that truth has."""
    own = [t for t in rows if "row" not in t.wrong]
    return {c: fitted(own, partial(_of_column, c), partial(_right_in, c)) for c in COLUMNS}


def _of_column(column: str, told: Told) -> Features:
    return of_column(column, told.features)


def _right_in(column: str, told: Told) -> bool:
    return column not in told.wrong


def table(read: Sequence[Read], about: Mapping[str, Any]) -> dict[str, Any]:
    """The whole file: what it was fitted on, and the models."""
    told = {what: [t for r in read for t in r.told if t.what == what] for what in (ROW, FORM, FUND)}
    models = {what: fitted(own, lambda t: t.features, lambda t: t.right) for what, own in told.items()}
    models |= of_columns(told[ROW])
    fits = {name: model.pop("fit") for name, model in models.items()}
    return {"fitted_on": {**about, "models": fits}, "models": models}


@click.command(help=__doc__)
@click.option("--kinds", "-k", multiple=True, default=KINDS, help="Kinds of files; all if none is given.")
@click.option("--n", default=4, show_default=True, help="Documents of every kind and mutation.")
@click.option("--seed", default=0, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), default=TABLE, show_default=True)
def main(kinds: Sequence[str], n: int, seed: int, out: Path) -> None:
    start = time.monotonic()
    read = list(read_all(tasks(SPLIT, n, kinds, seed, pictures=True)))
    click.echo(f"read in {time.monotonic() - start:.0f} s")
    for failed in (f for r in read for f in r.failed):
        click.echo(f"the reader failed at {failed}")
    made = table(read, {"split": SPLIT, "documents": n, "seed": seed})
    text = json.dumps(made, ensure_ascii=False, separators=(",", ":"))
    out.write_text(
        text.replace('"strata":', '\n"strata":').replace('"},"', '"},\n"') + "\n", encoding="utf-8"
    )
    for name, fit in made["fitted_on"]["models"].items():
        click.echo(f"{name:18} {fit}")
    for name, one in made["models"][ROW]["strata"].items():
        click.echo(f"{name:60} n={one['n']:6} mark={one['mark']}")
    click.echo(f"{time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
