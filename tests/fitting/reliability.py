"""What a confidence is worth: `python -m tests.fitting.reliability`, a part of `make accuracy`.

Comes in: documents of the open world's set `judge`, whose words, layouts and seeds nothing is fitted on. Goes out:
`docs/accuracy.md`: by kind of source, and by what is unknown in it, how many rows are right, how many say that they are, how
many of those are, and how good the probabilities are. Rows of forms that the reader did not find have no confidence; they
count among all rows.
"""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import click

from pipeline.model.standards import SURE
from tests.fitting.reading import DAMAGES, FORM, FUND, ROW, Amount, Read, Told, all_kinds, read_all, recipes
from tests.openworld import measure

SPLIT = "judge"
TARGET = Path(__file__).parents[2] / "docs" / "accuracy.md"
GOAL = 99.5  # percent of the sure rows
BINS = (0.0, 0.5, 0.7, 0.8, 0.9, SURE, 0.98, 0.99, 0.995, 1.01)
KNOWN, DAMAGED = "all known", "all known, a grid with one damage"
GROUPS = {
    "plain": KNOWN, "unknown:": "one unknown header word", "unknown-": "several unknown header words",
    "header-": "header lost, blank, torn, mistyped or out of order", "label-note": "a note in a header cell",
    "foreign-": "a column that means nothing here", "left-out": "a column left out", "order": "another order of columns",
    "fund-": "an unknown word in the fund block", "head-label": "an unknown word in the head",
    "goal-label": "an unknown word for the goals", "levels-": "unknown level labels",
}  # fmt: skip
"""Mutations by how their names begin, and what they are called in the table."""
HEAD = (
    "",
    "rows",
    "right %",
    "sure",
    "of them right %",
    "at least %",
    "right rows that are sure %",
    "ECE %",
    "Brier",
    "AUC",
)


def group_of(mutation: str) -> str:
    """What a mutation or damage is called."""
    if mutation in DAMAGES:
        return DAMAGED
    return next(name for start, name in GROUPS.items() if mutation.startswith(start))


def tables(read: Sequence[Read]) -> Iterator[str]:
    """The whole text, piece by piece."""
    told = [t for r in read for t in r.told]
    rows = [t for t in told if t.what == ROW]
    yield _section(
        "By kind of source", "The kinds are the dialects of text, and the files that are drawn.", read, rows,
        lambda kind, mutation: f"{kind}, {'words all known' if group_of(mutation) in (KNOWN, DAMAGED) else 'something unknown'}",
    )  # fmt: skip
    yield _section(
        "By what is unknown",
        "Of all kinds of sources together.",
        read,
        rows,
        lambda _, mutation: group_of(mutation),
    )
    yield "## How true each confidence is\n\n" + _bins(rows)
    yield "## Forms and funding lines\n\n" + _lines(
        (name, len(own), sum(t.right for t in own), [(t.confidence, t.right) for t in own])
        for name, what in (("head and funds of a form", FORM), ("funding line", FUND))
        for own in [[t for t in told if t.what == what]]
    )


def _section(
    title: str, words: str, read: Sequence[Read], rows: Sequence[Told], name: Callable[[str, str], str]
) -> str:
    by: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    count: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for r in read:
        for key in (name(r.kind, r.mutation), "all"):
            count[key][0] += r.rows
            count[key][1] += r.right
    for t in rows:
        for key in (name(t.kind, t.mutation), "all"):
            by[key].append((t.confidence, t.right))
    names = [*sorted(key for key in count if key != "all" and count[key][0]), "all"]
    return f"## {title}\n\n{words}\n\n" + _lines((key, *count[key], by[key]) for key in names)


def _lines(groups: Iterable[tuple[str, int, int, list[tuple[float, bool]]]]) -> str:
    out = [f"| {' | '.join(HEAD)} |", "|---|" + "---:|" * (len(HEAD) - 1)]
    for name, n, right, told in groups:
        sure = [r for c, r in told if c >= SURE]
        cells = (
            name, str(n), _percent(right, n), str(len(sure)), _percent(sum(sure), len(sure)),
            f"{100 * measure.lower_bound(sum(sure), len(sure)):.2f}" if sure else "–", _percent(sum(sure), right),
            _figure(100 * measure.calibration_error(told), 1), _figure(measure.brier(told), 4), _figure(measure.ranking(told), 3),
        )  # fmt: skip
        out.append(f"| {' | '.join(cells)} |")
    return "\n".join(out) + "\n"


def _bins(rows: Sequence[Told]) -> str:
    out = ["| confidence | rows | they say % | are right % |", "|---|---:|---:|---:|"]
    for low, high in pairwise(BINS):
        own = [t for t in rows if low <= t.confidence < high]
        said = 100 * sum(t.confidence for t in own) / len(own) if own else math.nan
        name = f"{low:g} – {min(1.0, high):g}"
        out.append(
            f"| {name} | {len(own)} | {_figure(said, 2)} | {_percent(sum(t.right for t in own), len(own))} |"
        )
    return "\n".join(out) + "\n"


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f}" if whole else "–"


def _figure(value: float, places: int) -> str:
    return "–" if math.isnan(value) else f"{value:.{places}f}"


def opening(amount: Amount, seed: int, documents: int) -> str:
    """What the file says before its tables."""
    return f"""# Accuracy of the confidence

Made by `python -m tests.fitting.reliability`; do not edit. {documents} documents of the open test's set `{SPLIT}`, whose words,
layouts and seeds no number is fitted on: of every kind {amount.each} with every mutation and {amount.plain} with all words known
(of text that nothing parts a quarter as many), {amount.damaged} grids with every kind of damage; seed {seed}. Scans and photographs
are not among them: drawing them needs fonts that this project does not have.

A row is right if every field of it is. *Sure* are the rows at a confidence of {SURE} or more: {GOAL} % of them shall be right.
*At least* is the lower bound of that share (Clopper and Pearson, 95 %, one-sided), which a small group cannot bring above the
goal. ECE is the expected calibration error over ten bins; the AUC tells how well the confidence ranks wrong rows below right
ones (– where none is wrong).
"""


@click.command(help=__doc__)
@click.option(
    "--kinds", "-k", multiple=True, default=all_kinds(), help="Kinds of files; all if none is given."
)
@click.option("--each", default=2, show_default=True, help="Documents of every kind and mutation.")
@click.option("--plain", default=20, show_default=True, help="Documents of every kind with all words known.")
@click.option("--damaged", default=8, show_default=True, help="Grids with each kind of damage.")
@click.option("--seed", default=0, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), default=TARGET, show_default=True)
def main(kinds: Sequence[str], each: int, plain: int, damaged: int, seed: int, out: Path) -> None:
    start = time.monotonic()
    amount = Amount(each, plain, damaged)
    read = list(read_all(recipes(SPLIT, amount, kinds, seed)))
    text = "\n".join([opening(amount, seed, len(read)), *tables(read)])
    out.write_text(text, encoding="utf-8")
    click.echo(text)
    for failed in (f for r in read for f in r.failed):
        click.echo(f"the reader failed at {failed}")
    click.echo(f"{time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
