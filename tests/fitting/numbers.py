"""The numbers that a probability is fitted by: logistic regression, trees upon it, monotone steps, and the mark from which on
rows are sure.

Comes in: features that hold or not, and whether each row was right. Goes out: weights, steps, a mark. Nothing is drawn by
chance, so equal rows give equal numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pipeline.confidence.model import PLACES, Tree, leaf
from tests.openworld.measure import lower_bound

Matrix = NDArray[np.float64]
Labels = NDArray[np.int64]
ROUNDS = 25
SMALL = 1e-2  # a step of Newton's method that moves no weight by more ends it
LONGEST = 3.0  # of one step
TREES, DEPTH, RATE = (
    100,
    3,
    0.15,
)  # on layouts left out, 50 trees tell less and 300 no more (of a rate of 0.1)
HELD = 5.0  # how strongly leaves are held back
LEAST = 20  # rows of a leaf
FEWEST = 25  # rows that one monotone step rests on
FEW = 200  # rows above a mark that is proved by all kinds of sources together
LET = 1  # wrong row above the mark that a small group is let have
BOUND = (
    0.995  # what the lower bound of the share right among sure rows must reach (data contract, `confidence`)
)


def logistic(x: Matrix, y: Matrix, ridge: float, start: Matrix | None = None) -> Matrix:
    """The weights of the columns of `x`, the first of which is the constant and is not held back."""
    weights = np.zeros(x.shape[1]) if start is None else start.copy()
    held = np.full(x.shape[1], ridge)
    held[0] = 1e-3
    for _ in range(ROUNDS):
        p = chance(x @ weights)
        gradient = x.T @ (y - p) - held * weights
        curvature = x.T @ (x * (p * (1 - p))[:, None]) + np.diag(held)
        step = np.clip(np.linalg.solve(curvature, gradient), -LONGEST, LONGEST)
        weights += step
        if np.abs(step).max() < SMALL:
            break
    return weights


def boosted(x: Matrix, y: Matrix, scores: Matrix, names: Sequence[str]) -> list[Tree]:
    """Small trees that together correct `scores`: what features mean together that each alone does not say (Friedman's gradient
    boosting with Newton's leaves). `x`: one column for every name.
    """
    by_name = np.ascontiguousarray(x.T, dtype=np.float32)
    told, out = scores.copy(), []
    for _ in range(TREES):
        p = chance(told)
        tree, worth = _grown(by_name, y - p, p * (1 - p), names)
        told += worth
        out.append(tree)
    return out


def _grown(
    x: NDArray[np.float32], gradient: Matrix, curvature: Matrix, names: Sequence[str]
) -> tuple[Tree, Matrix]:
    """One tree, level by level, and what it adds to every row."""
    node = np.ones(len(gradient), dtype=np.int64)  # the children of node k are 2k and 2k + 1
    split: dict[int, int] = {}
    open_ = [1]
    for _ in range(DEPTH):
        told = np.zeros((len(gradient), 3 * len(open_)), dtype=np.float32)
        for j, k in enumerate(open_):
            own = node == k
            told[own, 3 * j : 3 * j + 3] = np.column_stack((gradient, curvature, np.ones(len(node))))[own]
        with_, all_ = x @ told, told.sum(axis=0, dtype=np.float64)
        below = []
        for j, k in enumerate(open_):
            at = _best(with_[:, 3 * j : 3 * j + 3].astype(np.float64), all_[3 * j : 3 * j + 3])
            if at is not None:
                split[k] = at
                own = node == k
                node[own] = 2 * k + (x[at, own] > 0)
                below += [2 * k, 2 * k + 1]
        open_ = below
        if not open_:
            break
    size = 2 ** (DEPTH + 1)
    worth = RATE * np.bincount(node, gradient, size) / (np.bincount(node, curvature, size) + HELD)

    def tree(k: int) -> Tree:
        at = split.get(k)
        return float(worth[k].round(PLACES)) if at is None else (names[at], tree(2 * k), tree(2 * k + 1))

    return tree(1), worth.round(PLACES)[node]


def _best(with_: Matrix, all_: Matrix) -> int | None:
    """The feature that parts a node's rows best; None where none parts them."""
    without = all_ - with_
    value = [part[:, 0] ** 2 / (part[:, 1] + HELD) for part in (with_, without)]
    gain = value[0] + value[1] - all_[0] ** 2 / (all_[1] + HELD)
    gain[np.minimum(with_[:, 2], without[:, 2]) < LEAST] = 0.0
    at = int(np.argmax(gain))
    return at if gain[at] > HELD / 100 else None


def corrected(scores: Matrix, trees: Sequence[Tree], rows: Sequence[frozenset[str]]) -> Matrix:
    """The scores with what the trees add."""
    return scores + np.array([sum(leaf(tree, features) for tree in trees) for features in rows])


def chance(scores: Matrix) -> Matrix:
    """Log odds → probabilities."""
    out: Matrix = 1.0 / (1.0 + np.exp(-np.clip(scores, -30, 30)))
    return out


def surprise(scores: Matrix, y: Matrix) -> float:
    """The mean of minus the log probability of what was."""
    p = np.clip(chance(scores), 1e-6, 1 - 1e-6)
    return float(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)))


def monotone(scores: Matrix, y: Matrix) -> list[tuple[float, float]]:
    """(score, probability) steps that only rise: pool adjacent violators. A probability holds from its score up to the next.

    Every step counts half a row more that is right and half a one that is wrong, so that none is certain.
    """
    order = np.lexsort((y, scores))
    blocks: list[tuple[float, float, int]] = []  # lowest score, right, all
    for at in order:
        blocks.append((float(scores[at]), float(y[at]), 1))
        while len(blocks) > 1 and _together(blocks[-2], blocks[-1]):
            _last_two_as_one(blocks)
    while len(blocks) > 1 and (blocks[-1][2] < FEWEST or _together(blocks[-2], blocks[-1])):
        _last_two_as_one(blocks)
    shares = np.maximum.accumulate([(right + 0.5) / (n + 1.0) for _, right, n in blocks])
    return [(block[0], float(share)) for block, share in zip(blocks, shares, strict=True)]


def _last_two_as_one(blocks: list[tuple[float, float, int]]) -> None:
    _, right, n = blocks.pop()
    low, before, all_before = blocks.pop()
    blocks.append((low, before + right, all_before + n))


def _together(a: tuple[float, float, int], b: tuple[float, float, int]) -> bool:
    return a[2] < FEWEST or a[0] == b[0] or a[1] * b[2] >= b[1] * a[2]


def mark(
    scores: Matrix, y: Matrix, groups: Labels, bound: bool = True, start: float = -np.inf
) -> float | None:
    """The lowest score, not below `start`, from which on the lower bound of the share right reaches `BOUND`, and in no group of
    rows more are wrong than that allows; None where there is none. Without `bound`, `FEW` rows are enough.
    """
    order = np.argsort(-scores, kind="stable")
    wrong: dict[int, int] = {}
    seen: dict[int, int] = {}
    bad: set[int] = set()
    found = None
    for k, at in enumerate(order, 1):
        if scores[at] < start:
            break
        group = int(groups[at])
        seen[group] = seen.get(group, 0) + 1
        wrong[group] = wrong.get(group, 0) + int(1 - y[at])
        (bad.add if wrong[group] > max(LET, (1 - BOUND) * seen[group]) else bad.discard)(group)
        if bad or (k < len(order) and scores[order[k]] == scores[at]):
            continue  # rows of one score are above the mark together
        if k >= (fewest(sum(wrong.values())) if bound else max(FEW, sum(wrong.values()) / (1 - BOUND))):
            found = float(scores[at])
    return found


@lru_cache(maxsize=4096)
def fewest(wrong: int) -> int:
    """How many rows it takes for the bound to hold if so many of them are wrong."""
    low, high = wrong + 1, 2000 + 400 * wrong
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if lower_bound(middle - wrong, middle) >= BOUND else (middle + 1, high)
    return low


def design(rows: Sequence[frozenset[str]], names: Sequence[str]) -> Matrix:
    """A constant and one column a feature."""
    at = {name: k for k, name in enumerate(names, 1)}
    x = np.zeros((len(rows), len(names) + 1))
    x[:, 0] = 1.0
    for i, features in enumerate(rows):
        x[i, [at[name] for name in features if name in at]] = 1.0
    return x
