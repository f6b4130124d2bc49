"""A flow and the roles of its columns → the stretches that could be cells, each with its cost.

Comes in: the places where a cell may begin and end. Goes out: from one place, the cheapest `Segment`s: where
each ends, its column, what it costs alone, and what it says to the cells beside it. Every stretch is weighed
once; running texts by counts (`marks`), the rest by its match key.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from normalizers.levels import LEVEL_LABELS, read_level
from pipeline.model.roles import POINTS, Role
from pipeline.table import likelihood
from pipeline.untabled import boundaries
from pipeline.untabled.boundaries import cell_cost, end_cost, kind, start_cost
from pipeline.untabled.marks import Marks, marks_of
from pipeline.untabled.stream import NONE, SPACE, WIDE, Flow
from pipeline.words.values import word, words

MOST = 70  # cheapest stretches tried from one place
LONGEST: Mapping[Role, int] = {
    Role.NAME: 150,
    Role.REASON: 200,
    Role.REMARK: 160,
    Role.OTHER: 40,
    Role.TARGET: 60,
    Role.ACTUAL: 60,
    Role.ADJUSTED_TARGET: 60,
    Role.LEVEL1: 26,
    Role.LEVEL2: 30,
    Role.SIDE: 14,
}
LONGEST_FIGURE = 12
WORST = 6.5
FOREIGN = 1.0  # any text suits a column that means nothing to us, so that it must not take others' cells
SHORT, LONG = 24, 80  # characters: up to here a text may be a label or a figure, from there on it is long
JOIN_SPACE = 1.4  # a cell that runs over a break by which cells are parted
JOIN_PANGU = 0.12  # the same where the break only parts Chinese from digits
JOIN_LINE = 1.6
TEXTS = frozenset({Role.NAME, Role.REASON, Role.REMARK, Role.OTHER})
VALUES = frozenset({Role.TARGET, Role.ACTUAL, Role.ADJUSTED_TARGET})
_LEVELS = frozenset({Role.LEVEL1, Role.LEVEL2})
_TELLING_STARTS = frozenset(
    w[0]
    for w in (
        *LEVEL_LABELS,
        *"0123456789≥≤><=~-第一二三四五六七八九十百千万亿两",
        *words("sign", "before"),
        *words("sign", "alone"),
        *words("time", "periods"),
        *words("nothing", "names"),
    )
)  # first characters of what could be another thing than a name
_NOTHING = frozenset(words("nothing", "values"))
_SIGNS = frozenset(words("sign", "marks"))
_NO_UNIT = frozenset(("", *words("unit", "none")))
_POINT = word("points", "unit")
_BARE = re.compile(r"[\d.,]+")
_FIGURES = re.compile(r"[\d.,~-]+")
_POINTS = re.compile(rf"\d+(\.\d+)?{_POINT}?")
_WITH_UNIT = re.compile(r"[≥≤><=]?[\d.,]+[^\d.,]+")
_UNIT_LAST = re.compile(r"\d[^\d]+$")


class Said(NamedTuple):
    """What a cell says to its neighbours."""

    key: str
    points: float | None = None
    level_sum: float | None = None
    nothing: bool = False
    bare: bool = False
    figures: bool = False
    with_unit: bool = False
    unit_last: bool = False
    sign: bool = False
    unit: bool = False


class Segment(NamedTuple):
    """A stretch as a cell: its cost alone, where it ends, and its column."""

    cost: float
    stop: int
    column: int


@lru_cache(maxsize=65536)
def said(role: Role, key: str) -> Said:
    """What a text in a column says to its neighbours."""
    if role in (Role.WEIGHT, Role.SCORE):
        return Said(key, points=float(key.rstrip(_POINT)) if _POINTS.fullmatch(key) else None)
    if role == Role.LEVEL1:
        found = read_level(key, 1)
        return Said(key, level_sum=found.weight if found else None)
    if role == Role.TARGET:
        return Said(
            key,
            nothing=key in _NOTHING,
            bare=_BARE.fullmatch(key) is not None,
            figures=_FIGURES.fullmatch(key) is not None,
            with_unit=_WITH_UNIT.fullmatch(key) is not None,
            unit_last=_UNIT_LAST.search(key) is not None,
        )
    return Said(key, nothing=key in _NOTHING, sign=key in _SIGNS, unit=key not in _NO_UNIT)


@dataclass(frozen=True, slots=True)
class Columns:
    """The roles of a block's columns, parted by how their stretches are weighed."""

    roles: tuple[Role, ...]
    texts: tuple[tuple[int, Role, int], ...]  # column, role, longest
    values: tuple[int, ...]
    levels: tuple[tuple[int, Role, int], ...]
    others: tuple[tuple[int, Role, int], ...]
    longest: int


def columns_of(roles: Sequence[Role], unused: Sequence[int] = ()) -> Columns:
    """The columns; `unused` are printed and left blank."""
    own = [(i, r, LONGEST.get(r, LONGEST_FIGURE)) for i, r in enumerate(roles) if i not in unused]
    return Columns(
        tuple(roles),
        tuple(c for c in own if c[1] in TEXTS),
        tuple(i for i, r, _ in own if r in VALUES),
        tuple(c for c in own if c[1] in _LEVELS),
        tuple(c for c in own if c[1] not in TEXTS | VALUES | _LEVELS),
        max((n for _, _, n in own), default=0),
    )


def segments(flow: Flow, spots: Sequence[int], i: int, columns: Columns, sep: int) -> list[Segment]:
    """The cheapest stretches from the place `spots[i]` on, the cheapest first."""
    at = spots[i]
    keys = flow.keys
    marks = marks_of(flow)
    roles = columns.roles
    glued = sep == NONE
    torn = start_cost(flow, at, Role.UNIT in roles)
    first = keys[at]
    numeric = kind(first) in "nd"
    levels = columns.levels if not glued or boundaries.LEVEL_AT.match(keys, at) else ()
    others = [c for c in columns.others if c[1] not in POINTS or numeric]
    short = (*levels, *others)
    texts = columns.texts if first not in boundaries.NO_START and first != "." else ()
    values: Sequence[int] = columns.values
    out: list[tuple[float, int, int]] = []
    joins = 0.0
    for stop in spots[i + 1 :]:
        n = stop - at
        if n > columns.longest or joins > WORST + 2:
            break
        base = joins + end_cost(flow, stop)
        key = keys[at:stop]
        out += [
            (base + cell_cost(role, key, glued) + torn.get(role, 0.0), stop, column)
            for column, role, longest in short
            if n <= longest
        ]
        if values:
            if n > LONGEST[Role.TARGET]:
                values = ()
            else:
                cost = base + cell_cost(Role.TARGET, key, glued) + torn.get(Role.TARGET, 0.0)
                out += [(cost, stop, column) for column in values]
        alive = False
        for column, role, longest in texts:
            if n <= longest:
                least, more = _text_cost(marks, at, stop, role, key, glued)
                alive = alive or joins + least < WORST
                cost = base + least + more + torn.get(role, 0.0)
                out.append((cost, stop, column))
        if texts and not alive:
            texts = ()
        if not texts and not values and n > LONGEST[Role.LEVEL2]:
            break
        joins += _join(flow, stop, sep)
    return _cheapest([found for found in out if found[0] < WORST], columns)


def _cheapest(found: Sequence[tuple[float, int, int]], columns: Columns) -> list[Segment]:
    """The cheapest of all; in the level columns the longest label leads."""
    longest = {
        c: max((stop for cost, stop, column in found if column == c and cost < 0), default=0)
        for c, _, _ in columns.levels
    }
    weighed = [
        (cost + (boundaries.SHORTER_LABEL if stop < longest.get(column, 0) else 0.0), stop, column)
        for cost, stop, column in found
    ]
    weighed.sort()
    return [Segment(*found) for found in weighed[:MOST]]


def _text_cost(marks: Marks, at: int, stop: int, role: Role, key: str, glued: bool) -> tuple[float, float]:
    """What a name, a reason or a remark costs: what no longer stretch from here costs less, and the rest."""
    n = stop - at
    labels = marks.labels.inside(at, stop)
    measures = marks.measures.inside(at, stop)
    least = 0.0
    if role == Role.NAME:
        telling = n <= SHORT and key[0] in _TELLING_STARTS
        more = (
            likelihood.cost(role, key)
            if telling
            else 0.0
            if marks.ordinals[at]
            else 0.45
            if n < LONG
            else 0.9
        )
        if n > 1 and boundaries.no_name(key):
            more = likelihood.NEVER
        least += boundaries.INSIDE * max(0, labels + measures - marks.ordinals[at])
        if key != "0" and kind(key[-1]) == "n":
            more += 2.2 if glued else 1.2
        if glued and key != "0":
            least += boundaries.QUALITY_INSIDE * marks.qualities.inside(min(at + 2, stop), stop)
            more += boundaries.name_shape(key)
    else:
        measure = boundaries.INSIDE_RULE if role in (Role.REMARK, Role.OTHER) else boundaries.INSIDE
        least += measure * measures + boundaries.LABEL_INSIDE * labels
        more = 0.6 + (likelihood.cost(role, key) if n <= SHORT else 0.5 if role == Role.REASON else 0.6)
        if role == Role.OTHER and glued:
            more += FOREIGN
    if glued:
        least += boundaries.SENTENCE * marks.stops.inside(at, stop - 1)
        least += boundaries.FIGURE_INSIDE * marks.figures.inside(min(at + 1, stop), max(at, stop - 1))
    least += max(0, n - 36) * 0.02
    more += boundaries.HALF_PAIR if marks.brackets[at] != marks.brackets[stop] else 0.0
    if n % 2 == 0 and n >= 6 and key[: n // 2] == key[n // 2 :]:
        more += 2.0
    return least, more


def _join(flow: Flow, at: int, sep: int) -> float:
    """What it costs that a cell goes on over this place."""
    if at >= len(flow.breaks) or not flow.breaks[at]:
        return 0.0
    a, b = kind(flow.keys[at - 1]), kind(flow.keys[at])
    if flow.breaks[at] == SPACE and sep <= SPACE and {a, b} & {"n", "s", "p", "a"} and a != b:
        return JOIN_PANGU * 3 if sep else JOIN_PANGU
    if sep and flow.breaks[at] < sep:
        return 0.0
    return JOIN_LINE if flow.breaks[at] >= WIDE else JOIN_SPACE
