"""Figures of a fund line whose columns or borders are lost → one text a column.

Comes in: the figures, cut or glued, and the columns of the block. Goes out: what stands in which column.
Equal amounts, a rate that the amounts confirm, and a score not above its weight speak for a split.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from pipeline.model.roles import AMOUNTS, Role

DASHES = "—-/"
IMPOSSIBLE = 9.0
LONGEST_FIGURE = 16
BEAM = 40
USUAL_WEIGHTS = (10, 20, 5, 15)
_AMOUNT = re.compile(r"-?(?:0|[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d*|0(?=\.))(?:\.\d{1,6})?")
_RATE = re.compile(r"(0|[1-9]\d{0,2})(\.\d+)?(%|\(%\))")
_BARE_RATE = re.compile(r"\d{1,3}(\.\d+)?")
_POINTS = re.compile(r"(100|[1-9]?\d)(\.\d{1,2})?")


def under_columns(texts: Sequence[str], columns: Sequence[Role]) -> list[int]:
    """Figures whose blanks are lost → the columns they stand in, in order, at least cost."""
    best: list[tuple[float, tuple[int, ...]]] = [(0.0, ())]
    for text in texts:
        ways = []
        for cost, picks in best:
            low = picks[-1] + 1 if picks else 0
            ways += [
                (cost + _figure_cost(text, columns[j]) + 0.05 * (j - low), (*picks, j))
                for j in range(low, len(columns))
            ]
        best = sorted(ways)[:BEAM]
    return list(best[0][1]) if best else []


def _figure_cost(text: str, column: Role) -> float:
    """How well a text suits a column of the fund block; a blank one has lost its figure."""
    if text == "":
        return 0.8 if column in AMOUNTS else 0.5
    dash = all(c in DASHES for c in text)
    if column in AMOUNTS:
        return 0.6 if dash else 0.0 if _AMOUNT.fullmatch(text) else IMPOSSIBLE
    if column == Role.EXECUTION_RATE:
        if dash:
            return 0.3
        return 0.0 if _RATE.fullmatch(text) else 1.0 if _BARE_RATE.fullmatch(text) else IMPOSSIBLE
    return 0.0 if dash or _POINTS.fullmatch(text) else IMPOSSIBLE


@lru_cache(maxsize=4096)
def split_figures(text: str, columns: tuple[Role, ...], limit: float | None = None) -> tuple[str, ...]:
    """`353534.711099.17%10` under initial, annual, executed, weight, rate, score → 35, 35, 34.71, 10, 99.17%,
    10.

    Every split is weighed: equal amounts, a rate that the amounts confirm and a score not above its weight
    speak for it. Returns one text per column, empty for a blank.
    """
    best: tuple[float, tuple[str, ...]] = (99.0, ("",) * len(columns))
    for parts in _splits(text, columns):
        cost = sum(_figure_cost(p, c) for p, c in zip(parts, columns, strict=True))
        cost += _agreement(dict(zip(columns, parts, strict=True)), limit)
        if cost < best[0]:
            best = (cost, parts)
    return best[1]


def _splits(text: str, columns: tuple[Role, ...]) -> Iterator[tuple[str, ...]]:
    if not columns:
        if not text:
            yield ()
        return
    for n in range(min(len(text), LONGEST_FIGURE) + 1):
        head = text[:n]
        if _figure_cost(head, columns[0]) < IMPOSSIBLE:
            for rest in _splits(text[n:], columns[1:]):
                yield (head, *rest)


def _agreement(parts: Mapping[Role, str], limit: float | None) -> float:
    """How well the figures of one line go together; negative is good."""
    value = {k: float(v.rstrip("%()").replace(",", "")) for k, v in parts.items() if re.search(r"\d", v)}
    cost = 4.0 if limit is not None and any(value.get(k, 0.0) > limit for k in AMOUNTS) else 0.0
    return cost + _amounts_agree(value) + _points_agree(value)


def _amounts_agree(value: Mapping[Role, float]) -> float:
    """Rate and amounts, budget and execution, budget before and after changes."""
    initial, annual, executed, rate = (
        value.get(role)
        for role in (Role.INITIAL_BUDGET, Role.ANNUAL_BUDGET, Role.EXECUTED, Role.EXECUTION_RATE)
    )
    cost = 0.0
    if annual and executed is not None and rate is not None:
        right = abs(executed / annual * 100 - rate) < 0.06
        cost += 3.0 if not right else -3.0 if executed else 0.0
    if (executed is None) != (rate is None):
        cost += 0.5
    if annual is not None and executed is not None:
        cost += 2.0 if executed > annual * 1.5 else 0.0
        cost -= 1.0 if executed == annual else 0.0
    if annual is not None and initial is not None:
        cost -= 1.0 if annual == initial else 0.0
        cost += 0.0 if max(annual, initial) / max(0.01, min(annual, initial)) < 5 else 1.5
    return cost


def _points_agree(value: Mapping[Role, float]) -> float:
    """Weight and score, and the score that follows from the rate."""
    weight, score, rate = (value.get(r) for r in (Role.FUND_WEIGHT, Role.FUND_SCORE, Role.EXECUTION_RATE))
    if weight is None:
        return 0.0
    cost = 0.0 if weight in USUAL_WEIGHTS else 1.0
    if score is None:
        return cost
    cost += 4.0 if score > weight else -0.5 if score == weight else 0.0
    off = rate is not None and rate <= 100 and abs(score - weight * rate / 100) > 0.6
    return cost + (1.0 if off else 0.0)
