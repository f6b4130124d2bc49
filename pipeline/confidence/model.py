"""Features → a probability, by fitted numbers.

Comes in: the features that hold. Goes out: how probable it is that what they speak of is right. The numbers
are in `table.json`, written by `make calibrate`; a feature or stratum that was not met there weighs
nothing. Every feature has a weight, and small trees of questions say what features mean together. Rows of a
stratum (a kind of source, with unknown words or without) are sure from its own mark on; one without a mark is
never sure.
"""

from __future__ import annotations

import json
import math
from bisect import bisect_right
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.model.doubt_reasons import DoubtReason
from pipeline.model.standards import SURE

TABLE = Path(__file__).parent / "table.json"
PLACES = 4  # decimals of a confidence
UNSURE = SURE - 10.0**-PLACES  # the most that what is below the mark can say
ANY = "any"  # the stratum of all


Tree = float | tuple[str, "Tree", "Tree"]
"""What is added to a score; or a feature, and the tree where it does not hold and where it does."""


def leaf(tree: Tree, features: Container[str]) -> float:
    """What a tree adds."""
    while isinstance(tree, tuple):
        tree = tree[2] if tree[0] in features else tree[1]
    return tree


@dataclass(frozen=True, slots=True)
class Stratum:
    """From which score on which probability holds, and the score from which on rows are sure (None:
    never).
    """

    scores: tuple[float, ...]
    chances: tuple[float, ...]
    mark: float | None

    def step(self, score: float) -> float:
        """The probability at a score; scores below the first step have the first step's."""
        return self.chances[max(0, bisect_right(self.scores, score) - 1)]

    def chance(self, score: float) -> float:
        """The same, but sure from the mark on and only there."""
        step = self.step(score)
        return round(max(SURE, step) if self.sure(score) else min(UNSURE, step), PLACES)

    def sure(self, score: float) -> bool:
        """Is the score at the mark or above it?"""
        return self.mark is not None and score >= self.mark


@dataclass(frozen=True, slots=True)
class Model:
    """What features are worth, and what a sum of them means in each stratum."""

    base: float
    weights: Mapping[str, float]
    strata: Mapping[str, Stratum]
    trees: tuple[Tree, ...] = ()

    def score(self, features: Collection[str]) -> float:
        """The log odds before they are made monotone."""
        parts = [self.base]
        parts += [self.weights[f] for f in features if f in self.weights]
        for tree in self.trees:
            parts.append(tree if isinstance(tree, float) else leaf(tree, features))
        return math.fsum(parts)

    def among(self, rows: Sequence[frozenset[str]]) -> Model:
        """The same for these rows alone: questions that all of them answer alike are answered."""
        if not rows:
            return self
        every, some = frozenset.intersection(*rows), frozenset.union(*rows)
        return replace(self, trees=tuple(_answered(tree, every, some) for tree in self.trees))

    def chance(self, features: Collection[str], strata: Sequence[str], *, in_all: bool = False) -> float:
        """The probability that all is right; `strata`: from the narrowest on, the first that was fitted
        counts. `in_all`: it is sure only where it is by the marks of all of them.
        """
        score = self.score(features)
        chance = self._stratum(strata).chance(score)
        if in_all and any(not self.strata[name].sure(score) for name in strata if name in self.strata):
            return min(UNSURE, chance)
        return chance

    def step(self, features: Collection[str], strata: Sequence[str]) -> float:
        """The same without a mark: for what claims nothing."""
        return round(self._stratum(strata).step(self.score(features)), PLACES)

    def _stratum(self, strata: Sequence[str]) -> Stratum:
        return next((self.strata[name] for name in strata if name in self.strata), self.strata[ANY])

    def why(self, features: Iterable[str]) -> str:
        """The reason (a `DoubtReason`) that weighs most against."""
        against: dict[str, float] = {}
        for feature in features:
            weight = self.weights.get(feature, 0.0)
            if weight < 0:
                name = feature.partition(":")[0]
                against[name] = against.get(name, 0.0) + weight
        return min(against, key=lambda name: (against[name], name)) if against else DoubtReason.SOURCE


@cache
def models() -> Mapping[str, Model]:
    """The fitted models: `row`, `form`, `fund`, and one for every column that may be doubted."""
    data: Mapping[str, Any] = json.loads(TABLE.read_text(encoding="utf-8"))
    return {name: model_of(told) for name, told in data["models"].items()}


def model_of(told: Mapping[str, Any]) -> Model:
    """One model as `table.json` tells it."""
    strata = {
        name: Stratum(tuple(s for s, _ in one["steps"]), tuple(p for _, p in one["steps"]), one["mark"])
        for name, one in told["strata"].items()
    }
    return Model(told["base"], told["weights"], strata, tuple(map(_tree, told.get("trees", ()))))


def _answered(tree: Tree, every: frozenset[str], some: frozenset[str]) -> Tree:
    while isinstance(tree, tuple):
        feature, without, with_ = tree
        if feature in some and feature not in every:
            return feature, _answered(without, every, some), _answered(with_, every, some)
        tree = with_ if feature in every else without
    return tree


def _tree(told: Any) -> Tree:
    if not isinstance(told, (list, tuple)):
        return float(told)
    feature, without, with_ = told
    return str(feature), _tree(without), _tree(with_)
