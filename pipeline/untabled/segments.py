"""A flow and the roles of its columns → the stretches that could be cells, each with its cost.

Comes in: the places where a cell may begin and end. Goes out: from one place, the cheapest `Segment`s: where
each ends, its column, what it costs alone, and what it says to the cells beside it. Every stretch is weighed
once; running texts by counts (`marks`), the rest by its match key.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
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
ENDS_IN_FIGURE = 2.2  # a running text whose last figure may be the next cell
FOREIGN_CELL = 0.2  # the same where the source parts its cells
SHORT, LONG = 24, 80  # characters: up to here a text may be a label or a figure, from there on it is long
JOIN_SPACE = 1.4  # a cell that runs over a break by which cells are parted
JOIN_PANGU = 0.12  # the same where the break only parts Chinese from digits
JOIN_LINE = 1.6
TEXTS = frozenset({Role.NAME, Role.REASON, Role.REMARK, Role.OTHER})
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
OWN_LEVEL = 0.9  # a level label that no list has, in a form that has labels of its own
_OWN_LEVEL = re.compile(rf"[一-鿿]{{2,8}}(?:[(]\d+(?:\.\d+)?{_POINT}?[)])?")
_ORDINAL_AT = re.compile(r"\d{1,2}[.、](?=\D)")
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


Found = Sequence[tuple[float, int]]
"""Stretches from one place as cells of one role: what each costs alone, and where it ends."""


def segments(
    flow: Flow, spots: Sequence[int], i: int, columns: Mapping[int, Role], sep: int, *, own_levels: bool
) -> list[Segment]:
    """The cheapest stretches from the place `spots[i]` on under these columns, the cheapest first.

    `own_levels`: the form has words of its own for the levels.
    """
    own_units = Role.UNIT in columns.values()
    out = [
        Segment(cost, stop, column)
        for column, role in columns.items()
        for cost, stop in _of_role(flow, spots, i, role, (sep, own_units, own_levels))
    ]
    out.sort()
    return out[:MOST]


Setting = tuple[int, bool, bool]
"""How cells are parted; have units a column of their own; have the levels words of their own?"""


def _of_role(flow: Flow, spots: Sequence[int], i: int, role: Role, setting: Setting) -> Found:
    """The stretches from a place as cells of a role; weighed once a flow, for several readings of a header
    ask.
    """
    known = marks_of(flow).found
    key = (role, spots[i], spots[-1], setting)
    if key not in known:
        found = (_texts if role in TEXTS else _short)(flow, spots, i, role, setting)
        known[key] = [f for f in found if f[0] < WORST]
    return known[key]


def _short(flow: Flow, spots: Sequence[int], i: int, role: Role, setting: Setting) -> Found:
    """Levels, values and figures: what is told by the stretch's match key."""
    sep, own_units, own_levels = setting
    at, keys, glued = spots[i], flow.keys, sep == NONE
    if role in POINTS and kind(keys[at]) not in "nd":
        return []
    if role in _LEVELS and glued and not boundaries.LEVEL_AT.match(keys, at):
        return []
    torn = start_cost(flow, at, own_units).get(role, 0.0)
    longest = LONGEST.get(role, LONGEST_FIGURE)
    own = own_levels and role in _LEVELS and not glued
    bare = glued and role in _LEVELS and marks_of(flow).ended
    out: list[tuple[float, int]] = []
    joins = 0.0
    for stop in spots[i + 1 :]:
        if stop - at > longest or joins > WORST + 2:
            break
        cost = cell_cost(role, keys[at:stop], glued)
        if bare and cost < 0 and boundaries.bare_label(keys[at:stop]):
            cost += boundaries.BARE_LABEL
        if own and cost > OWN_LEVEL and _OWN_LEVEL.fullmatch(keys, at, stop):
            cost = OWN_LEVEL
        out.append((joins + end_cost(flow, stop) + cost + torn, stop))
        joins += _join(flow, stop, sep)
    if role in _LEVELS:  # the longest label leads
        most = max((stop for cost, stop in out if cost < 0), default=0)
        return [(cost + (boundaries.SHORTER_LABEL if stop < most else 0.0), stop) for cost, stop in out]
    return out


def _texts(flow: Flow, spots: Sequence[int], i: int, role: Role, setting: Setting) -> Found:
    """Names, reasons and remarks: what is told by counts, until no longer stretch can be cheap."""
    sep, own_units, _ = setting
    at, keys, glued = spots[i], flow.keys, sep == NONE
    if keys[at] in boundaries.NO_START or keys[at] == ".":
        return []
    marks = marks_of(flow)
    torn = start_cost(flow, at, own_units).get(role, 0.0)
    out: list[tuple[float, int]] = []
    joins = 0.0
    for stop in spots[i + 1 :]:
        if stop - at > LONGEST[role] or joins > WORST + 2:
            break
        least, more = _text_cost(marks, at, stop, role, keys[at:stop], glued)
        if joins + least >= WORST:
            break
        out.append((joins + end_cost(flow, stop) + least + more + torn, stop))
        joins += _join(flow, stop, sep)
    return out


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
            more += ENDS_IN_FIGURE if glued else 1.2
        if glued and key != "0":
            least += boundaries.QUALITY_INSIDE * marks.qualities.inside(min(at + 2, stop), stop)
            more += boundaries.name_shape(key)
    else:
        measure = boundaries.INSIDE_RULE if role in (Role.REMARK, Role.OTHER) else boundaries.INSIDE
        least += measure * measures + boundaries.LABEL_INSIDE * labels
        more = 0.6 + (likelihood.cost(role, key) if n <= SHORT else 0.5 if role == Role.REASON else 0.6)
        if role == Role.OTHER:
            more = more + FOREIGN if glued else FOREIGN_CELL
        if glued:
            least += boundaries.QUALITY_INSIDE * marks.qualities.inside(min(at + 2, stop), stop)
            more += ENDS_IN_FIGURE if kind(key[-1]) == "n" else 0.0
    if glued:
        least += boundaries.TWO_FIGURES * marks.two_figures.inside(at, stop)
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
    pangu = flow.breaks[at] == SPACE and sep <= SPACE and {a, b} & {"n", "s", "p", "a"} and a != b
    if pangu and not _ORDINAL_AT.match(flow.keys, at):
        return JOIN_PANGU * 3 if sep else JOIN_PANGU
    if sep and flow.breaks[at] < sep:
        return 0.0
    return JOIN_LINE if flow.breaks[at] >= WIDE else JOIN_SPACE
