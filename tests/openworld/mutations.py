"""What can be unknown, lost or added in a document, one kind at a time.

Comes in: a draft: a layout, forms, and the set whose words may be used. Goes out: the draft changed, before
it is laid out or after. A mutation says which layouts it fits: where header words are gone or in disorder,
only those whose columns a careful human can still tell.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.openworld import sheets
from tests.openworld.contents import relabelled
from tests.openworld.layouts import fields, order, order_is_free, order_tells
from tests.openworld.words import COLUMN_KEYS, foreign_texts, words
from tests.writers.inventor import Form
from tests.writers.sheet import Sheet
from tests.writers.templates import Layout

ROLES = (
    "level1", "level2", "name", "target", "actual", "weight", "score", "deviation_reason", "remark", "sign", "unit", "direction",
    "value_type", "review_score",
)  # fmt: skip
EIGHT = ROLES[:8]  # the columns that make a row
LEFT_OUT = ("level2", "actual_raw", "weight", "score", "deviation_reason")
HEADS = (
    "project_name",
    "supervising_department",
    "implementing_unit",
    "project_attribute",
    "project_period_raw",
)
FUND_KEYS = {"execution_rate_reported_pct": "execution_rate"}
FUND_SOURCES = ("total", "fiscal", "carryover", "other")
FORM_OF_FUND = {
    "weight": "budget_weight",
    "score": "budget_score",
}  # a fund column of the total → the form's field
FOREIGN = ("person", "office", "method", "schedule", "grade", "code", "yes_no", "history", "group")
FOREIGN_UNPARTED = ("person", "office", "method", "schedule", "code", "group")  # where blank cells are gone
FOREIGN_GLUED = ("person", "office", "method")
PLAIN = "plain"
UNPARTED = frozenset({"cells-bare", "cells-pipe-merged", "one-line", "row-a-line"})
GLUED = frozenset({"glued-rows", "glued"})


@dataclass(slots=True)
class Draft:
    """A document in the making; `words` are the unknown ones that it uses, `lost` what only they tell."""

    split: str
    kind: str
    layout: dict[str, Any]
    forms: list[Form]
    rng: Random
    words: list[str] = field(default_factory=list)
    lost: list[tuple[str, str]] = field(default_factory=list)

    def word(self, key: str) -> str:
        """A word of the set that the draft has not used yet."""
        word = self.rng.choice([w for w in words(self.split)[key] if w not in self.words])
        self.words.append(word)
        return word


@dataclass(frozen=True, slots=True)
class Mutation:
    """One kind of change; `before` works on the draft, `after` on each sheet."""

    name: str
    fits: Callable[[Layout, str], bool] = lambda layout, kind: True  # noqa: ARG005
    before: Callable[[Draft], None] | None = None
    after: Callable[[Sheet, Draft], Sheet] | None = None


# ---- header words
# ----------------------------------------------------------------------------------------------------


def _roles(layout: Layout) -> list[str]:
    return [COLUMN_KEYS[f] for f in fields(layout) if f in COLUMN_KEYS]


def _rename(draft: Draft, role: str) -> None:
    """The column's heading is an unknown word; a group that it stands under stays."""
    columns = list(draft.layout["columns"])
    for k, spec in enumerate(columns):
        labels, _, name = spec.rpartition("=")
        if COLUMN_KEYS.get(name) == role:
            group = labels.split("|")[0].rpartition("/")[0]
            columns[k] = f"{group + '/' if group else ''}{draft.word(f'column.{role}')}={name}"
    draft.layout["columns"] = columns


def _unknown(role: str) -> Mutation:
    return Mutation(
        f"unknown:{role}", lambda layout, _: role in _roles(layout), lambda draft: _rename(draft, role)
    )


def _unknown_two(draft: Draft) -> None:
    for role in draft.rng.sample([r for r in _roles(draft.layout) if r in EIGHT], 2):
        _rename(draft, role)


def _unknown_all(draft: Draft) -> None:
    for role in _roles(draft.layout):
        _rename(draft, role)


# ---- columns
# ----------------------------------------------------------------------------------------------------


def _foreign(place: str) -> Mutation:
    def add(draft: Draft) -> None:
        able = (
            FOREIGN_GLUED if draft.kind in GLUED else FOREIGN_UNPARTED if draft.kind in UNPARTED else FOREIGN
        )
        family = draft.rng.choice(able)
        columns = list(draft.layout["columns"])
        places = {
            "left": [0],
            "middle": [k for k in range(1, len(columns)) if not _same_group(columns[k - 1], columns[k])],
            "right": [len(columns)],
        }
        at = draft.rng.choice(places[place])
        columns.insert(at, f"{draft.word(f'foreign.{family}')}=foreign_{family}")
        draft.layout["columns"] = columns
        prefix = draft.rng.choice(["K", "ZB", "JX-", "A"])
        for form in draft.forms:
            for row in form["indicators"]:
                row[f"foreign_{family}"] = foreign_texts(family, row, row["seq"], prefix, draft.rng)

    return Mutation(f"foreign-{place}", before=add)


def _same_group(left: str, right: str) -> bool:
    a, b = (spec.split("=")[0].split("|")[0].rpartition("/")[0] for spec in (left, right))
    return bool(a) and a == b


def _leave_out(draft: Draft) -> None:
    columns = list(draft.layout["columns"])
    able = []
    for spec in columns:
        rest = {**draft.layout, "columns": [c for c in columns if c != spec]}
        if spec.rpartition("=")[2] in LEFT_OUT and order_is_free(rest, draft.split):
            able.append(rest)
    draft.layout["columns"] = draft.rng.choice(able)["columns"]


def _can_leave_out(layout: Layout, kind: str) -> bool:  # noqa: ARG001 - every test of a layout has one signature
    return bool(set(order(layout)) & set(LEFT_OUT)) and not _grouped(layout)


def _grouped(layout: Layout) -> bool:
    return any("/" in spec.rpartition("=")[0] for spec in layout["columns"])


def _reorder(draft: Draft) -> None:
    """Another order that no other set has; levels and name keep theirs, and sign, value and unit stay together."""
    columns: list[str] = list(draft.layout["columns"])
    named = [c for c in columns if c.rpartition("=")[2] in ("level1", "level2", "name")]
    split_up = [c for c in columns if c.rpartition("=")[2] in ("sign", "value", "value_only", "unit")]
    rest: list[list[str]] = [[c] for c in columns if c not in named and c not in split_up]
    rest += [split_up] if split_up else []
    for _ in range(100):
        draft.rng.shuffle(rest)
        blocks = [[c] for c in named]
        for block in rest:
            front = draft.rng.random() < 0.15  # before the name, which is rare
            blocks.insert(len(named) - 1 if front else len(blocks), block)
        new = [c for block in blocks for c in block]
        if new != columns and order_is_free({**draft.layout, "columns": new}, draft.split):
            draft.layout["columns"] = new
            return
    raise ValueError(f"no other order for {columns}")


# ---- funds, head, goals, levels
# ----------------------------------------------------------------------------------------------------


def _fund_column(draft: Draft) -> None:
    funds = draft.layout["funds"]
    columns = list(funds["columns"])
    at = draft.rng.randrange(len(columns))
    name = columns[at].rpartition("=")[2]
    columns[at] = f"{draft.word('fund.' + FUND_KEYS.get(name, name))}={name}"
    draft.layout["funds"] = {**funds, "columns": columns}
    draft.lost += [("fund", name), ("form", FORM_OF_FUND.get(name, name))]


def _fund_line(draft: Draft) -> None:
    funds = draft.layout["funds"]
    printed = {line["source"] for line in draft.forms[0]["funds"] if line["scope"] == "all"}
    able = [s for s in FUND_SOURCES if s in printed and s in funds.get("lines", FUND_SOURCES)]
    source = draft.rng.choice(able)
    word = draft.word(f"fund_line.{source}")
    draft.layout["funds"] = {**funds, "labels": {**funds.get("labels", {}), source: word}}
    draft.lost.append(("line", word))
    if source == "total":
        own = (
            "initial_budget",
            "annual_budget",
            "executed",
            "execution_rate_reported_pct",
            "budget_weight",
            "budget_score",
        )
        draft.lost += [("form", name) for name in own]


def _head_label(draft: Draft) -> None:
    able = [
        (r, k)
        for r, specs in enumerate(draft.layout["head"])
        for k, s in enumerate(specs)
        if s.rpartition("=")[2] in HEADS
    ]
    r, k = draft.rng.choice(able)
    head = [list(specs) for specs in draft.layout["head"]]
    name = head[r][k].rpartition("=")[2]
    head[r][k] = f"{draft.word(f'head.{name}')}={name}"
    draft.layout["head"] = head
    also = {"project_attribute": ("project_attribute_code",), "project_period_raw": ("project_period_years",)}
    draft.lost += [("form", f) for f in (name, *also.get(name, ()))]


def _goal_label(draft: Draft) -> None:
    goals = draft.layout["goals"]
    place = "columns" if "columns" in goals else "rows"
    specs = list(goals[place])
    k = draft.rng.randrange(len(specs))
    name = specs[k].rpartition("=")[2]
    specs[k] = f"{draft.word(f'goal.{name}')}={name}"
    draft.layout["goals"] = {**goals, place: specs}
    draft.lost.append(("form", name))


def _levels(name: str, *levels: str) -> Mutation:
    def change(draft: Draft) -> None:
        for level in levels:
            used = dict.fromkeys(r[level] for form in draft.forms for r in form["indicators"])
            known = [label for label in used if f"{level}.{label}" in words(draft.split)]
            if draft.rng.random() < 0.5 and name != "levels-both":
                known = [draft.rng.choice(known)]
            told = {label: draft.word(f"{level}.{label}") for label in known}
            for form in draft.forms:
                relabelled(form, level, told)

    # where nothing parts a label from the name behind it, nobody can say where an unknown one ends
    return Mutation(
        name, lambda layout, kind: set(levels) <= set(order(layout)) and kind not in GLUED, change
    )


# ---- the list
# ----------------------------------------------------------------------------------------------------


def _blank_heading(sheet: Sheet, draft: Draft) -> Sheet:
    able = [f for f in order(draft.layout) if COLUMN_KEYS.get(f) in EIGHT]
    return sheets.without_heading(sheet, {draft.rng.choice(able)})


def _tells(layout: Layout, kind: str) -> bool:  # noqa: ARG001
    return order_tells(layout)


def _has(key: str, style: str = "") -> Callable[[Layout, str], bool]:
    return lambda layout, _: key in layout and (not style or layout[key]["style"] == style)


def _fund_lines(layout: Layout, kind: str) -> bool:  # noqa: ARG001
    return layout.get("funds", {}).get("style") in ("table", "pairs")


def _labelled(layout: Layout, kind: str) -> bool:  # noqa: ARG001
    return any(s.rpartition("=")[2] in HEADS for specs in layout["head"] for s in specs)


_ALL: Sequence[Mutation] = (
    Mutation(PLAIN),
    *(_unknown(role) for role in ROLES),
    Mutation("unknown-two", before=_unknown_two),
    Mutation("unknown-all", _tells, before=_unknown_all),
    Mutation("header-lost", _tells, after=lambda sheet, _: sheets.without_header(sheet)),
    Mutation("header-blank", _tells, after=_blank_heading),
    Mutation("header-torn", after=lambda sheet, draft: sheets.torn_header(sheet, draft.rng)),
    Mutation(
        "header-scrambled", _tells, after=lambda sheet, draft: sheets.scrambled_header(sheet, draft.rng)
    ),
    Mutation("header-typo", after=lambda sheet, draft: sheets.mistyped(sheet, draft.rng)),
    Mutation("label-note", after=lambda sheet, draft: sheets.noted(sheet, draft.rng)),
    *(_foreign(place) for place in ("left", "middle", "right")),
    Mutation("left-out", _can_leave_out, before=_leave_out),
    Mutation("order", lambda layout, _: not _grouped(layout) and len(order(layout)) > 5, before=_reorder),
    Mutation("fund-column", _has("funds", "table"), before=_fund_column),
    Mutation("fund-line", _fund_lines, before=_fund_line),
    Mutation("head-label", _labelled, before=_head_label),
    Mutation("goal-label", _has("goals"), before=_goal_label),
    _levels("levels-first", "level1"),
    _levels("levels-second", "level2"),
    _levels("levels-both", "level1", "level2"),
)
MUTATIONS = {m.name: m for m in _ALL}
