"""Which columns rows have, told by the rows themselves.

Comes in: a flow, where its rows lie, and columns that a header or a template proposes. Goes out: the
columns under which the first rows are cheapest to read, with that cost: those proposed, or those with a
column put in, left out or moved, step by step as long as the rows get cheaper. It is how a header that is
lost, blank, scrambled or short of a word is mended.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.model.roles import Role
from pipeline.table.header import Column
from pipeline.table.role_model import Kind, model
from pipeline.table.roles import ColumnTexts, odds_of
from pipeline.untabled.rows import Block, estimate
from pipeline.untabled.stream import Flow

TRIAL = 360  # characters of the rows by which proposals are told apart
SHARP = 1.0  # log odds of a difference of 1 in the cost of rows
IDLE = 6.0  # log odds against an unknown label over a column that holds nothing
GOOD = -1.0  # what a row costs at most where nothing needs mending
FEWEST_ROWS = 3
MOST_STEPS = 3
_BEHIND_NAME = (
    Role.TARGET, Role.ACTUAL, Role.WEIGHT, Role.SCORE, Role.REASON, Role.REMARK, Role.SIGN, Role.UNIT,
    Role.REVIEW_SCORE, Role.DIRECTION,
)  # fmt: skip
_NEEDS = {
    Role.SCORE: Role.WEIGHT, Role.REVIEW_SCORE: Role.SCORE, Role.SIGN: Role.TARGET, Role.UNIT: Role.TARGET,
    Role.ACTUAL: Role.TARGET,
}  # fmt: skip
"""Columns that no form has without another one."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Where the rows lie, and how their cells are parted."""

    flow: Flow
    start: int
    end: int
    sep: int
    by_line: bool
    own_levels: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """Columns, what the rows and the columns themselves cost, and how many rows there are."""

    columns: tuple[Column, ...]
    cost: float
    rows: int

    @property
    def good(self) -> bool:
        """Does nothing need mending?"""
        return self.cost <= GOOD * self.rows


def proposal(rows: Rows, columns: Sequence[Column]) -> Proposal:
    """How well the first rows read under these columns, and how well what these then hold suits the labels,
    the roles and their order.
    """
    stop = min(rows.end, rows.start + TRIAL)
    if stop <= rows.start:
        return Proposal(tuple(columns), math.inf, 0)
    block = Block(tuple(columns), rows.sep, None, None, by_line=rows.by_line, own_levels=rows.own_levels)
    found = estimate(rows.flow, rows.start, stop, block)
    if not found.rows or found.cost == math.inf:
        return Proposal(tuple(columns), math.inf, 0)
    texts = [[""] * len(found.rows) for _ in columns]
    for i, row in enumerate(found.rows):
        for start, end, column in row:
            texts[column][i] = rows.flow.keys[start:end]
    held = [ColumnTexts(c.label, tuple(t)) for c, t in zip(columns, texts, strict=True)]
    odds = max(odds_of(model(Kind.INDICATORS), held, tuple(c.role for c in columns)))
    idle = sum(
        c.role in (Role.OTHER, Role.SIDE) and bool(c.label) and not c.known and not any(t)
        for c, t in zip(columns, texts, strict=True)
    )
    return Proposal(tuple(columns), SHARP * found.cost + IDLE * idle - odds, len(found.rows))


def mended(rows: Rows, best: Proposal) -> Proposal:
    """The proposal, or what it becomes by putting in, leaving out and moving columns."""
    second = list(_second_level(best.columns))
    if second:
        best = min((best, proposal(rows, _numbered(second))), key=lambda p: p.cost)
    for _ in range(MOST_STEPS):
        if best.good or best.rows < FEWEST_ROWS:
            break
        tried = (proposal(rows, _numbered(c)) for c in _steps(best.columns))
        found = min((p for p in tried if p.rows >= FEWEST_ROWS), key=lambda p: p.cost, default=best)
        if found.cost >= best.cost:
            break
        best = found
    return best


def _second_level(columns: Sequence[Column]) -> Iterator[Column]:
    """The columns with one for the second level before the name; none where there is one."""
    roles = [c.role for c in columns]
    if Role.LEVEL1 in roles and Role.NAME in roles and Role.LEVEL2 not in roles:
        for c in columns:
            yield from (Column(Role.LEVEL2, 0, 1, ""), c) if c.role == Role.NAME else (c,)


def _steps(columns: Sequence[Column]) -> Iterator[list[Column]]:
    """The columns with one put in, left out or moved, behind the name."""
    roles = [c.role for c in columns]
    name = roles.index(Role.NAME) if Role.NAME in roles else -1
    own = set(roles)
    for role in _BEHIND_NAME:
        if role in own or (role in _NEEDS and _NEEDS[role] not in own):
            continue
        for at in range(name + 1, len(columns) + 1):
            yield [*columns[:at], Column(role, 0, 1, ""), *columns[at:]]
    if Role.LEVEL1 not in own and name >= 0:
        yield [Column(Role.LEVEL1, 0, 1, ""), *columns]
    for at in range(name + 1, len(columns)):
        if not columns[at].label:
            yield from (
                [*columns[:at], Column(r, 0, 1, ""), *columns[at + 1 :]]
                for r in _BEHIND_NAME
                if r not in own and (r not in _NEEDS or _NEEDS[r] in own)
            )
        left = [*columns[:at], *columns[at + 1 :]]
        yield left
        for to in range(name + 1, len(columns)):
            if to not in (at, at - 1):
                yield [*left[:to], columns[at], *left[to:]]


def _numbered(columns: Iterable[Column]) -> list[Column]:
    return [Column(c.role, i, 1, c.label) for i, c in enumerate(columns)]
