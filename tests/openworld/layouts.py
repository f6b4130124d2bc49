"""The layouts of each set, and the orders of columns that a set must leave to the others.

Comes in: the name of a set. Goes out: its layouts by name: for `fit` all of `tests/writers/layouts.toml` and
some more, for the others only their own; and some that are drawn by chance. An order of columns belongs to one set; `order_is_free` says whether
a changed order may be drawn.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any

from tests.openworld.drawn_layouts import drawn
from tests.openworld.words import HERE, SPLITS
from tests.writers.templates import LAYOUTS, Layout

Order = tuple[str, ...]
IDLE = frozenset({"blank"})  # fields of a layout that print nothing of a row


@cache
def layouts(split: str) -> Mapping[str, Layout]:
    """Name → layout; raises KeyError for the name of no set."""
    data = _written()
    own = {**data[split], **drawn(split, _taken())}
    whole = {name: _whole(layout, data) for name, layout in own.items()}
    return {**LAYOUTS, **whole} if split == "fit" else whole


@cache
def _written() -> Mapping[str, Any]:
    return tomllib.loads((HERE / "layouts.toml").read_text(encoding="utf-8"))


@cache
def _taken() -> frozenset[Order]:
    """The orders of columns of the layouts that are written down."""
    named = [layout for split in SPLITS for layout in _written()[split].values()]
    return frozenset(order(layout) for layout in (*LAYOUTS.values(), *named))


def _whole(layout: Mapping[str, Any], data: Mapping[str, Any]) -> Layout:
    """The layout with its fund block and goals in the place of their names."""
    return {**layout, **{key: data[key][layout[key]] for key in ("funds", "goals") if key in layout}}


def fields(layout: Layout) -> Order:
    """What each indicator column prints, from left to right."""
    return tuple(spec.rpartition("=")[2] for spec in layout["columns"])


def order(layout: Layout) -> Order:
    """The columns that print something of the row, in their order; foreign ones do not count."""
    return tuple(f for f in fields(layout) if f not in IDLE and not f.startswith("foreign"))


@cache
def _orders(split: str) -> frozenset[Order]:
    return frozenset(order(layout) for layout in layouts(split).values())


def order_is_free(layout: Layout, split: str) -> bool:
    """Does no other set have this order of columns?"""
    return not any(order(layout) in _orders(other) for other in SPLITS if other != split)


def is_target(layout: Layout) -> bool:
    """A form of targets, without results."""
    return str(layout["form_type"]).endswith("target")


def order_tells(layout: Layout) -> bool:
    """Can a careful human tell the columns by what stands in them and by the usual order alone?

    A target comes before its result, a weight before its score, at most one column is free text, and a form
    of results has a score only beside its weight.
    """
    own = order(layout)
    first = next((own.index(f) for f in ("target_raw", "value", "value_only") if f in own), None)
    if "actual_raw" in own and (first is None or own.index("actual_raw") < first):
        return False
    if "score" in own and ("weight" not in own or own.index("score") < own.index("weight")):
        return False
    if {"remark", "deviation_reason"} <= set(own) or {"review_score", "direction", "value_type"} & set(own):
        return False
    if "weight" in own and "score" not in own and not is_target(layout):
        return False
    return "remark" not in own or is_target(layout)
