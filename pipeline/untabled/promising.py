"""The stretches that can be part of a good reading, told before the search that remembers anything.

Comes in: the stretches from every place, and what it costs to pass from one column to another. Goes out:
those of them through which a way from the first place to the last costs little more than the cheapest one. A
way is weighed here without what its cells say to each other; what they could save at most is taken off
beforehand, so that a stretch is kept when in doubt. It is the first pass of a search from coarse to fine.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.untabled.segments import Segment

Costs = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Passing:
    """What it costs to go from the column of one cell (rows; the first is that of no cell) to the next one's
    (columns), `inside` a line and at the `start` of one; and from the last cell to the end.
    """

    inside: Costs
    start: Costs
    end: Costs


@dataclass(frozen=True, slots=True)
class Coarse:
    """What the first pass tells: the stretches that are kept, place by place, and the cheapest way."""

    kept: list[list[Segment]]
    cost: float
    way: list[Segment]


def promising(
    spots: Sequence[int],
    found: Sequence[Sequence[Segment]],
    saved: Sequence[Sequence[float]],
    starts: Sequence[bool],
    passing: Passing,
    margin: float,
) -> Coarse:
    """The cheapest way, and per place the stretches on ways that cost at most `margin` more, in their order.

    `saved` is what a stretch could save beside others; `starts`: does a line start at the place?
    """
    if not spots:
        return Coarse([], math.inf, [])
    place = {at: i for i, at in enumerate(spots)}
    width = passing.inside.shape[0]
    ahead = np.full((len(spots), width), np.inf)
    ahead[-1] = passing.end
    parts = []
    for segments, off in zip(found, saved, strict=True):
        columns = np.fromiter((s.column for s in segments), np.intp, len(segments))
        stops = np.fromiter((place[s.stop] for s in segments), np.intp, len(segments))
        costs = np.fromiter((s.cost for s in segments), np.float64, len(segments)) - np.asarray(off)
        parts.append((columns, stops, costs))
    onward: list[Costs] = [np.empty(0)] * len(parts)
    for i in range(len(parts) - 1, -1, -1):
        columns, stops, costs = parts[i]
        if not len(columns):
            continue
        onward[i] = costs + ahead[stops, columns + 1]
        step = (passing.start if starts[i] else passing.inside)[:, columns]
        ahead[i] = (step + onward[i]).min(axis=1)
    reached = np.full((len(spots), width), np.inf)
    reached[0, 0] = 0.0
    most = ahead[0, 0] + margin
    flat = reached.reshape(-1)
    kept: list[list[Segment]] = []
    for i, (columns, stops, costs) in enumerate(parts):
        if not len(columns) or not np.isfinite(reached[i]).any():
            kept.append([])
            continue
        step = (passing.start if starts[i] else passing.inside)[:, columns]
        here = (reached[i][:, None] + step).min(axis=0)
        good = np.flatnonzero(here + onward[i] <= most)
        np.minimum.at(flat, stops[good] * width + columns[good] + 1, (here + costs)[good])
        kept.append([found[i][k] for k in good.tolist()])
    way: list[Segment] = []
    i = last = 0
    while np.isfinite(ahead[0, 0]) and i < len(parts):
        columns, stops, _ = parts[i]
        k = int(((passing.start if starts[i] else passing.inside)[last, columns] + onward[i]).argmin())
        way.append(found[i][k])
        i, last = int(stops[k]), int(columns[k]) + 1
    return Coarse(kept, float(ahead[0, 0]), way)
