"""The numbers that a probability is fitted by: logistic regression, monotone steps, and the mark from which on rows are sure.

Comes in: features that hold or not, and whether each row was right. Goes out: weights, steps, a mark. Nothing is drawn by
chance, so equal rows give equal numbers.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tests.openworld.measure import lower_bound

Matrix = NDArray[np.float64]
ROUNDS = 25
SMALL = 1e-3  # a step of Newton's method that moves no weight by more ends it
FEWEST = 25  # rows that one monotone step rests on


def logistic(x: Matrix, y: Matrix, ridge: float) -> Matrix:
    """The weights of the columns of `x`, the first of which is the constant and is not held back."""
    weights = np.zeros(x.shape[1])
    held = np.full(x.shape[1], ridge)
    held[0] = 1e-3
    for _ in range(ROUNDS):
        p = 1.0 / (1.0 + np.exp(-np.clip(x @ weights, -30, 30)))
        gradient = x.T @ (y - p) - held * weights
        curvature = (x * (p * (1 - p))[:, None]).T @ x + np.diag(held)
        step = np.linalg.solve(curvature, gradient)
        weights += np.clip(step, -2.0, 2.0)
        if np.abs(step).max() < SMALL:
            break
    return weights


def monotone(scores: Matrix, y: Matrix) -> list[tuple[float, float]]:
    """(score, probability) steps that only rise: pool adjacent violators; a probability holds from its score up to the next.

    One row more that is right and one that is wrong, so that no step is certain.
    """
    order = np.argsort(scores, kind="stable")
    blocks: list[list[float]] = []  # lowest score, right, all
    for at in order:
        blocks.append([float(scores[at]), float(y[at]), 1.0])
        while len(blocks) > 1 and (
            blocks[-2][1] * blocks[-1][2] >= blocks[-1][1] * blocks[-2][2] or blocks[-2][2] < FEWEST
        ):
            low, right, n = blocks.pop()
            blocks[-1][1] += right
            blocks[-1][2] += n
    if len(blocks) > 1 and blocks[-1][2] < FEWEST:
        _, right, n = blocks.pop()
        blocks[-1][1] += right
        blocks[-1][2] += n
    return [(low, (right + 0.5) / (n + 1.0)) for low, right, n in blocks]


def mark(scores: Matrix, y: Matrix, share: float) -> float | None:
    """The lowest score from which on the lower bound of the share right is at least `share`; None where none is."""
    order = np.argsort(-scores, kind="stable")
    right = np.cumsum(y[order])
    best = None
    for k in range(len(order), 0, -1):
        if k < len(order) and scores[order[k]] == scores[order[k - 1]]:
            continue  # rows of one score are above the mark together
        n, good = k, int(right[k - 1])
        if good / n >= share and lower_bound(good, n) >= share:
            best = float(scores[order[k - 1]])
            break
    return best


def design(rows: Sequence[frozenset[str]], names: Sequence[str]) -> Matrix:
    """A constant and one column a feature."""
    at = {name: k for k, name in enumerate(names, 1)}
    x = np.zeros((len(rows), len(names) + 1))
    x[:, 0] = 1.0
    for i, features in enumerate(rows):
        for name in features:
            if name in at:
                x[i, at[name]] = 1.0
    return x
