"""A flow → what stands where in it: counts by which a stretch's cost as a running text is told in no time.

Comes in: a flow. Goes out: `Marks`: how many measures, labels, sentence ends and words for a quality end
before every place, so that a stretch holds the difference of two counts; and which brackets are open there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from pipeline.untabled import boundaries
from pipeline.untabled.stream import Flow
from pipeline.words.values import pairs_of, word

MANY = 6  # labels of levels by which it is told how a form writes them
_PAIRS = pairs_of("sentence", "pairs")
_STOP = word("sentence", "full_stop")


@dataclass(frozen=True, slots=True)
class Count:
    """Matches of one pattern: how many start before a place, and how many end at it or before."""

    started: tuple[int, ...]
    ended: tuple[int, ...]

    def inside(self, start: int, end: int) -> int:
        """How many lie between two places."""
        started = self.started[end] - self.started[start]
        return max(0, min(started, self.ended[end] - self.ended[start]))


@dataclass(frozen=True, slots=True)
class Marks:
    """Counts over a flow; `brackets` is the same number at two places between which every pair is whole."""

    measures: Count
    labels: Count
    figures: Count
    two_figures: Count
    qualities: Count
    stops: Count
    brackets: tuple[int, ...]
    ordinals: tuple[bool, ...]  # does an ordinal begin here?
    ended: bool  # do the labels of levels end with 指标?
    found: dict[object, Sequence[tuple[float, int]]] = field(default_factory=dict)  # kept by `segments`


@lru_cache(maxsize=8)
def marks_of(flow: Flow) -> Marks:
    """All counts of a flow."""
    keys = flow.keys
    n = len(keys)
    ordinal = {m.start() for m in boundaries.ORDINAL.finditer(keys)}
    return Marks(
        _count(boundaries.MEASURES, keys),
        _count(boundaries.LABELS, keys),
        _count(boundaries.FIGURE_INSIDE_PATTERN, keys),
        _count(boundaries.TWO_FIGURES_PATTERN, keys),
        _count(boundaries.QUALITY_INSIDE_PATTERN, keys),
        _count(re.compile(_STOP), keys),
        _brackets(keys),
        tuple(i in ordinal for i in range(n + 1)),
        len(boundaries.ENDED_LEVEL.findall(keys)) >= MANY,
    )


def _count(pattern: re.Pattern[str], keys: str) -> Count:
    spans = [m.span() for m in pattern.finditer(keys)]
    return Count(_before((a + 1 for a, _ in spans), len(keys)), _before((b for _, b in spans), len(keys)))


def _before(places: Iterable[int], n: int) -> tuple[int, ...]:
    """For every place, how many of the given ones are not behind it."""
    counts = [0] * (n + 2)
    for place in places:
        counts[place] += 1
    total, out = 0, []
    for count in counts[: n + 1]:
        total += count
        out.append(total)
    return tuple(out)


def _brackets(keys: str) -> tuple[int, ...]:
    """A number for every state of open pairs."""
    change = {ch: (i, step) for i, pair in enumerate(_PAIRS) for ch, step in zip(pair, (1, -1), strict=True)}
    state = [0] * len(_PAIRS)
    numbers: dict[tuple[int, ...], int] = {}
    out = [numbers.setdefault(tuple(state), 0)]
    for ch in keys:
        if ch in change:
            i, step = change[ch]
            state[i] += step
        out.append(numbers.setdefault(tuple(state), len(numbers)))
    return tuple(out)
