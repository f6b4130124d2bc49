"""How well files of every kind are read: each fixture is parsed and compared with the truth beside it.

Comes in: a folder with one folder a kind, files in it, and `NAME.json` beside each. Goes out: `Accuracy` by
kind, and a table for people with the goals beside the figures. A fund cell or project field counts where
truth or the reader has a value for it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.app.document import parse_document
from pipeline.rows.build import DocumentRows
from tests.compare import (
    FORM_FIELDS,
    FUND_FIELDS,
    Difference,
    Pair,
    RowResult,
    Rows,
    compare_document,
    paired,
    rows_right,
    same,
)

FIXTURES = Path(__file__).parent / "fixtures"
SURE = 0.95  # confidence from which on a row claims to be right
SURE_GOAL = 99.5  # percent of such rows that are


@dataclass(frozen=True, slots=True)
class Goal:
    """What a kind shall reach, in percent: indicator rows, and fund cells and project fields (None where none
    is set).
    """

    rows: float
    fields: float | None


NATIVE = Goal(100.0, 99.5)
GOALS: Mapping[str, Goal] = {
    "pdf": Goal(99.5, 99.5), "word": NATIVE, "excel": NATIVE, "html": NATIVE,
    "scan": Goal(96.0, None), "scan-150": Goal(92.0, None), "picture": Goal(96.0, None),
}  # fmt: skip
PICTURES = frozenset({"scan", "scan-150", "picture"})


@dataclass(slots=True)
class Tally:
    """How many of something there are, and how many of them are right."""

    all: int = 0
    right: int = 0

    def add(self, right: bool) -> None:
        """Counts one."""
        self.all += 1
        self.right += right

    @property
    def share(self) -> float:
        """Percent; all of nothing is 100."""
        return 100 * self.right / self.all if self.all else 100.0


@dataclass(slots=True)
class Accuracy:
    """What was read right of one document, or of all of a kind; `made_up` are rows that truth does not
    have.
    """

    rows: Tally = field(default_factory=Tally)
    funds: Tally = field(default_factory=Tally)
    heads: Tally = field(default_factory=Tally)
    sure: Tally = field(default_factory=Tally)
    made_up: int = 0
    documents: int = 0

    def add(self, truth: Mapping[str, Any], rows: Rows) -> None:
        """Counts one document."""
        self.documents += 1
        results = rows_right(truth, rows)
        for result in results:
            self._add_row(result)
        for pair in paired(truth, rows):
            self._add_pair(pair)

    def _add_row(self, result: RowResult) -> None:
        if result.seq is None:
            self.made_up += 1
        else:
            self.rows.add(result.right)
        if result.confidence >= SURE:
            self.sure.add(result.right)

    def _add_pair(self, pair: Pair) -> None:
        for name, want, got in _values(pair.truth, pair.got, FORM_FIELDS):
            self.heads.add(same(name, want, got))
        for truth, line in pair.funds:
            for name, want, got in _values(truth, line, FUND_FIELDS):
                self.funds.add(same(name, want, got))


def _values(
    truth: Mapping[str, Any] | None, got: Mapping[str, Any] | None, names: Sequence[str]
) -> Iterator[tuple[str, object, object]]:
    """The fields that truth tells or the reader gives, where truth says anything about them."""
    unknown = (truth or {}).get("unrecoverable", ())
    for name in names:
        if (truth is not None and name not in truth) or name in unknown:
            continue
        pair = (truth or {}).get(name), (got or {}).get(name)
        if pair != (None, None):
            yield name, *pair


def fixtures(folder: Path = FIXTURES) -> list[Path]:
    """Every document that has truth beside it, in the order of `GOALS`; the kind is the name of its
    folder.
    """
    kinds = list(GOALS)
    found = [
        p
        for kind in kinds
        for p in sorted((folder / kind).glob("*"))
        if p.suffix != ".json" and p.with_suffix(".json").exists()
    ]
    return sorted(found, key=lambda p: kinds.index(p.parent.name))


def read(path: Path) -> tuple[dict[str, Any], Rows]:
    """A fixture's truth, and what the reader makes of it."""
    truth = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    return truth, parsed(path)


@cache
def parsed(path: Path) -> DocumentRows:
    """What the reader makes of a file, read once in a process: pictures take seconds."""
    return parse_document(path.read_bytes(), path.name)


def measured(paths: Iterable[Path]) -> tuple[dict[str, Accuracy], list[tuple[Path, list[Difference]]]]:
    """Accuracy by kind, and the differences of each document that has any."""
    out: dict[str, Accuracy] = defaultdict(Accuracy)
    told = []
    for path in paths:
        truth, rows = read(path)
        out[path.parent.name].add(truth, rows)
        if differences := compare_document(truth, rows):
            told.append((path, differences))
    return out, told


def table(accuracy: Mapping[str, Accuracy]) -> str:
    """One line a kind: shares in percent, the goal, and whether it is met."""
    lines = [
        f"{'kind':10} docs   rows  right %   goal      funds %  fields %   goal      "
        "sure rows  right %   goal      made up"
    ]
    for kind, a in accuracy.items():
        goal = GOALS[kind]
        least = min(a.funds.share, a.heads.share)
        lines.append(
            f"{kind:10} {a.documents:4d} {a.rows.all:6d}  "
            f"{a.rows.share:7.2f}  {_goal(a.rows.share, goal.rows)}  "
            f"{a.funds.share:7.2f}   {a.heads.share:7.2f}  {_goal(least, goal.fields)}  "
            f"{a.sure.all:9d}  {a.sure.share:7.2f}  {_goal(a.sure.share, SURE_GOAL)}  {a.made_up:7d}"
        )
    return "\n".join(lines)


def _goal(share: float, goal: float | None) -> str:
    if goal is None:
        return f"{'–':>5}    "
    return f"{goal:5.1f} {'met' if share >= goal else 'NOT'}"
