"""Learns what a confidence is: `python -m tests.fitting.confidence`, which is `make calibrate`.

Comes in: documents of the open world's set `calibrate`, whose words, layouts and seeds nothing else is fitted on, of every
kind and mutation, many with all words known, grids with one damage, and the committed pictures. Goes out:
`pipeline/confidence/table.json`: for rows, forms, funding lines and the columns of rows the weights of their features, and by
stratum the probability at each score and the mark from which on rows are sure. Scores are made by models that saw neither the
layout nor the unknown words of the row. A mark is proved by the rows of its stratum; or by those of a wider one, where its own rows
do not speak against it; in either case no kind of document may have more wrong rows above it than the goal allows. The
samples of `tests/floors.toml` have the last word: a mark that would call a wrong row of them sure goes up.
"""

from __future__ import annotations

import json
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from pipeline.confidence.judge import by_column
from pipeline.confidence.model import ANY, PLACES, TABLE, Tree, model_of
from pipeline.confidence.row_features import COLUMNS, Features
from pipeline.model.standards import SURE
from tests.fitting.numbers import (
    FEW,
    Labels,
    Matrix,
    boosted,
    corrected,
    design,
    logistic,
    mark,
    monotone,
    surprise,
)
from tests.fitting.reading import (
    FORM,
    FUND,
    PLAIN,
    ROW,
    Amount,
    Read,
    Told,
    all_kinds,
    pictures,
    read_all,
    recipes,
    samples,
)
from tests.openworld.measure import ranking

SPLIT = "calibrate"
FOLDS, WORD_FOLDS = 5, 2
RIDGES = (3.0, 10.0, 30.0, 100.0)
RIDGE_OF_COLUMN = 10.0  # what all columns chose
RARE = 15  # a feature that holds in fewer rows, or in all but so few, is not weighed
FEWEST_OF_STRATUM = 500  # rows from which on a stratum has steps and a mark of its own
ENOUGH = 12_000  # rows that tell how strongly weights are to be held back
ENOUGH_OF_COLUMN = 25_000  # rows that tell when one column is right


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
    told: Sequence[Told],
    features: Callable[[Told], Features],
    right: Callable[[Told], bool],
    trees: bool = True,
) -> dict[str, Any]:
    """One model: weights, trees, strata, and what its scores are worth."""
    own = [features(t) for t in told]
    y = np.array([right(t) for t in told], dtype=float)
    counts = Counter(name for f in own for name in f)
    names = sorted(name for name, k in counts.items() if RARE <= k <= len(own) - RARE)
    x = design(own, names)
    folds = folds_of(told)
    some = np.arange(0, len(y), 1 + len(y) // ENOUGH)
    ridge = _ridge(x[some], y[some], folds.of(some)) if trees else RIDGE_OF_COLUMN
    fit = Fit(x, y, own, names, ridge, trees)
    weights, grown = fit.on(np.ones(len(y), dtype=bool))
    scores = _held_out(fit, folds, weights)
    return {
        "base": float(weights[0]),
        "weights": {name: float(w) for name, w in zip(names, weights[1:], strict=True) if w},
        "trees": grown,
        "strata": _strata(told, scores, y),
        "fit": {
            "n": len(own), "right": round(float(y.mean()), PLACES), "ridge": fit.ridge,
            "auc": round(ranking([(float(s), bool(r)) for s, r in zip(scores, y, strict=True)]), PLACES),
            "surprise": round(surprise(scores, y), PLACES),
        },
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fit:
    """What one model is fitted on, and how."""

    x: Matrix
    y: Matrix
    rows: Sequence[Features]
    names: Sequence[str]
    ridge: float
    trees: bool

    def on(self, which: NDArray[np.bool_], start: Matrix | None = None) -> tuple[Matrix, list[Tree]]:
        """Weights and trees learned from some of the rows."""
        x, y = self.x[which], self.y[which]
        weights = logistic(x, y, self.ridge, start).round(PLACES)
        return weights, boosted(x[:, 1:], y, x @ weights, self.names) if self.trees else []


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


def _held_out(fit: Fit, folds: Folds, start: Matrix) -> Matrix:
    """Every row's score by a model that saw neither its layout nor its words."""
    scores = np.zeros(len(fit.y))
    for f in range(FOLDS):
        for w in range(WORD_FOLDS):
            mine = (folds.words == w) | ((folds.words == WORD_FOLDS) & (w == 0))
            out = np.flatnonzero((folds.layout == f) & mine)
            if len(out):
                weights, trees = fit.on((folds.layout != f) & (folds.words != w), start)
                scores[out] = corrected(fit.x[out] @ weights, trees, [fit.rows[k] for k in out])
    return scores.round(PLACES)


# ---- strata
# ----------------------------------------------------------------------------------------------------


def _strata(told: Sequence[Told], scores: Matrix, y: Matrix) -> dict[str, Any]:
    """Steps and mark of every stratum, the wide ones first; of one with few rows the steps of all and no mark."""
    groups, whole = _groups(told), monotone(scores, y)
    members: dict[str, list[int]] = defaultdict(list)
    wider: dict[str, str] = {}
    for k, t in enumerate(told):
        chain = (*t.strata, _pool(t.strata[-1]), ANY)
        for name, above in pairwise(dict.fromkeys(chain)):
            members[name].append(k)
            wider[name] = above
    members[ANY] = list(range(len(told)))
    marks: dict[str, float | None] = {}

    def mark_of(name: str) -> float | None:
        if name not in marks:
            own = members[name]
            above = mark_of(wider[name]) if name in wider else None
            found = [_mark(scores[own], y[own], groups[own]), _mark(scores[own], y[own], groups[own], above)]
            marks[name] = min((m for m in found if m is not None), default=None)
        return marks[name]

    out = {ANY: _stratum(len(y), whole, None)}
    for name in sorted({name for t in told for name in t.strata}):
        own = members[name]
        if len(own) >= FEW or wider[name] in (_pool(name), ANY):
            steps = monotone(scores[own], y[own]) if len(own) >= FEWEST_OF_STRATUM else whole
            lowest = mark_of(name)
            sure = 0.0 if lowest is None else y[own][scores[own] >= lowest].sum() / max(1.0, y[own].sum())
            out[name] = _stratum(len(own), steps, lowest) | {"sure": round(float(sure), PLACES)}
    return out


def _groups(told: Sequence[Told]) -> Labels:
    """Rows of one kind of document, with all words known or not: what accuracy is told of."""
    names = [(t.kind, t.mutation == PLAIN) for t in told]
    number = {name: k for k, name in enumerate(sorted(set(names)))}
    return np.array([number[name] for name in names])


def _pool(stratum: str) -> str:
    """The rows of all sources with the same words."""
    return stratum.rpartition(", ")[2] if ", " in stratum else ANY


def _mark(scores: Matrix, y: Matrix, groups: Labels, proved: float | None = None) -> float | None:
    """The lowest score that a row is sure from; with `proved`, the mark of a wider stratum, own rows need not prove it."""
    likely = next((s for s, p in monotone(scores, y) if p >= SURE), np.inf)
    if proved is None:
        return mark(scores, y, groups, start=likely)
    return mark(scores, y, groups, bound=False, start=max(proved, likely))


def _stratum(n: int, steps: Sequence[tuple[float, float]], lowest: float | None) -> dict[str, Any]:
    most = 1 - 10.0**-PLACES  # none is certain
    return {"n": n, "mark": lowest, "steps": [[s, round(min(most, p), PLACES)] for s, p in steps]}


def vetoed(made: dict[str, Any], rows: Sequence[Told]) -> list[str]:
    """Raises the marks that call wrong ones of these rows sure; goes out: what was raised, and why."""
    one = model_of(made)
    raised = []
    for t in (t for t in rows if not t.right):
        name = next((name for name in t.strata if name in made["strata"]), ANY)
        lowest, score = made["strata"][name]["mark"], one.score(t.features)
        if lowest is not None and score >= lowest:
            made["strata"][name]["mark"] = round(score + 10.0**-PLACES, PLACES)
            raised.append(
                f"{name}: {lowest} to {score:.4f} for {t.mutation} {t.layout}, {t.document}: {t.wrong}"
            )
    return raised


def of_columns(rows: Sequence[Told]) -> dict[str, Any]:
    """One model a column of rows, for the rows that truth has."""
    own = [t for t in rows if "row" not in t.wrong]
    own = own[:: 1 + len(own) // ENOUGH_OF_COLUMN]
    return {c: fitted(own, partial(_of_column, c), partial(_right_in, c), trees=False) for c in COLUMNS}


def _of_column(column: str, told: Told) -> Features:
    return by_column(told.features)[column]


def _right_in(column: str, told: Told) -> bool:
    return column not in told.wrong


def table(read: Sequence[Read], samples_: Sequence[Read], about: Mapping[str, Any]) -> dict[str, Any]:
    """The whole file: what it was fitted on, and the models."""
    models: dict[str, Any] = {}
    for what in (ROW, FORM, FUND):
        models[what] = fitted(_told(read, what), lambda t: t.features, lambda t: t.right)
    models |= of_columns(_told(read, ROW))
    raised = vetoed(models[ROW], _told(samples_, ROW))
    fits = {name: model.pop("fit") for name, model in models.items()}
    return {"fitted_on": {**about, "vetoed": raised, "models": fits}, "models": models}


def _told(read: Sequence[Read], what: str) -> list[Told]:
    return [t for r in read for t in r.told if t.what == what]


@click.command(help=__doc__)
@click.option(
    "--kinds", "-k", multiple=True, default=all_kinds(), help="Kinds of files; all if none is given."
)
@click.option("--each", default=6, show_default=True, help="Documents of every kind and mutation.")
@click.option("--plain", default=60, show_default=True, help="Documents of every kind with all words known.")
@click.option("--damaged", default=60, show_default=True, help="Grids with each kind of damage.")
@click.option("--seed", default=0, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), default=TABLE, show_default=True)
def main(kinds: Sequence[str], each: int, plain: int, damaged: int, seed: int, out: Path) -> None:
    start = time.monotonic()
    amount = Amount(each, plain, damaged)
    read = list(read_all(recipes(SPLIT, amount, kinds, seed) + pictures()))
    known = list(read_all(samples()))
    click.echo(f"{len(read)} documents read in {time.monotonic() - start:.0f} s")
    for r in (r for r in (*read, *known) if r.failed):
        click.echo(f"the reader failed at {r.failed}")
    about = {"split": SPLIT, "documents": asdict(amount), "kinds": len(kinds), "seed": seed}
    made = table(read, known, about)
    text = json.dumps(made, ensure_ascii=False, separators=(",", ":"))
    out.write_text(
        text.replace('"strata":', '\n"strata":').replace('"trees":', '\n"trees":').replace('"},"', '"},\n"')
        + "\n",
        encoding="utf-8",
    )
    for name, fit in made["fitted_on"]["models"].items():
        click.echo(f"{name:18} {fit}")
    for what in (ROW, FORM, FUND):
        for name, one in made["models"][what]["strata"].items():
            click.echo(
                f"{what:6} {name:60} n={one['n']:6} mark={one['mark']} of the right ones sure={one.get('sure')}"
            )
    for line in made["fitted_on"]["vetoed"]:
        click.echo(f"raised for a wrong row of the samples: {line}")
    click.echo(f"{time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
