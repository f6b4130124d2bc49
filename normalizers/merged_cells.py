"""A column with merged cells → the same column with every row told.

Comes in: the cells of one column from top to bottom, None where a row has none of its own because it is
covered by the cell above it. Goes out: as many cells, the blanks filled. It refuses nothing; what stands
above the first cell stays None.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TypeVar

T = TypeVar("T")


def fill_down(column: Sequence[T | None], starts: Collection[int] = ()) -> list[T | None]:
    """Every blank cell takes what the nearest cell above it holds: `[a, None, b, None]` → `[a, a, b, b]`.

    `starts` are rows at which something new begins, so that nothing is carried into them from above: the
    second levels start anew at every first level.
    """
    out: list[T | None] = []
    held: T | None = None
    for row, cell in enumerate(column):
        if cell is not None:
            held = cell
        elif row in starts:
            held = None
        out.append(held)
    return out
