"""The numbers that a probability is fitted by: logistic regression, monotone steps, and the mark from which on rows are sure.

Comes in: features that hold or not, and whether each row was right. Goes out: weights, steps, a mark. Nothing is drawn by
chance, so equal rows give equal numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tests.openworld.measure import lower_bound

Matrix = NDArray[np.float64]
ROUNDS = 25
SMALL = 1e-2  # a step of Newton's method that moves no weight by more ends it
LONGEST = 3.0  # of one step
FEWEST = 25  # rows that one monotone step rests on
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
            _, right, n = blocks.pop()
            low, before, all_before = blocks.pop()
            blocks.append((low, before + right, all_before + n))
    while len(blocks) > 1 and (blocks[-1][2] < FEWEST or _together(blocks[-2], blocks[-1])):
        _, right, n = blocks.pop()
        low, before, all_before = blocks.pop()
        blocks.append((low, before + right, all_before + n))
    return [(block[0], _share(block)) for block in blocks]


def _together(a: tuple[float, float, int], b: tuple[float, float, int]) -> bool:
    return a[2] < FEWEST or _share(a) >= _share(b)


def _share(block: tuple[float, float, int]) -> float:
    _, right, n = block
    return (right + 0.5) / (n + 1.0)


def mark(scores: Matrix, y: Matrix, least: float) -> float | None:
    """The lowest score, not below `least`, from which on the lower bound of the share right reaches `BOUND`; None where none
    does.
    """
    order = np.argsort(-scores, kind="stable")
    wrong = np.cumsum(1 - y[order]).astype(int)
    for k in range(len(order), 0, -1):
        score = scores[order[k - 1]]
        tied = k < len(order) and scores[order[k]] == score  # rows of one score are above the mark together
        if not tied and score >= least and k >= fewest(int(wrong[k - 1])):
            return float(score)
    return None


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
