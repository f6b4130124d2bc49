"""Header rows of an indicator block → the columns below them.

Comes in: a row of cells (and the one after it, for headers of two rows). Goes out: `Column`s in printed
order, each with its role and place, or None where the row is no such header.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from normalizers.symbols import is_blank
from pipeline.model.cells import Cell
from pipeline.model.roles import LEVELS, VALUES, Role
from pipeline.words import vocabulary

BESIDE_LEVELS = frozenset({*VALUES, Role.SIGN, Role.UNIT, Role.REMARK})  # one of them makes a header
PARTS = frozenset(
    {Role.SIGN, Role.TARGET, Role.UNIT, Role.VALUE_TYPE, Role.DIRECTION}
)  # what may stand below a two-row 年度指标值
TWICE = frozenset({Role.LEVEL2, Role.NAME, Role.TARGET})  # what a header of two terms has twice
FEWEST = 3


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it holds, its first grid column, how many it covers, and its printed label."""

    role: Role
    start: int
    width: int
    label: str

    def overlap(self, start: int, width: int) -> int:
        """How many grid columns a cell shares with this column."""
        return max(0, min(self.start + self.width, start + width) - max(self.start, start))


def role_of(label: str, fuzzy: bool = True) -> Role | None:
    """The role that a column of the indicator block has by its label; None where the label is not known."""
    key = vocabulary.key_of("column", label, fuzzy)
    return None if key is None else Role(key)


def header_roles(cells: Sequence[Cell]) -> frozenset[Role] | None:
    """The roles that a row of labels announces; None where it is not the header of an indicator block."""
    filled = [c for c in cells if not is_blank(c.text)]
    if len(filled) < FEWEST:
        return None
    roles = [role_of(c.text) for c in filled]
    known = {r for r in roles if r is not None}
    if sum(r is not None for r in roles) * 2 < len(filled) or len(known) < FEWEST:
        return None
    if not known & LEVELS or not known & BESIDE_LEVELS:
        return None
    return frozenset(known)


def read_columns(cells: Sequence[Cell], below: Sequence[Cell] = ()) -> tuple[tuple[Column, ...], bool] | None:
    """Columns of a header row, and whether the row below belongs to the header; None where it is none.

    A label that is not known becomes a column of role `other`: its cells are kept apart and read as nothing.
    """
    if header_roles(cells) is None:
        return None
    columns = _columns(cells)
    parts = _columns(below)
    second = (
        len(parts) >= 2
        and all(c.role in PARTS or c.role in VALUES for c in parts)
        and len({c.role for c in parts} & PARTS) >= 2
    )
    if second:
        columns = _under_parent(columns, parts)
    return tuple(_settle(columns)), second


def _columns(cells: Sequence[Cell]) -> list[Column]:
    return [
        Column(role_of(c.text) or Role.OTHER, c.col, c.col_span, c.text)
        for c in cells
        if not is_blank(c.text)
    ]


def halves(columns: Sequence[Column]) -> tuple[tuple[Column, ...], ...]:
    """A header that has its names and targets twice, side by side (中期 | 年度), as two; any other as it is.

    The first levels belong to both; in each the columns of the other half are read as nothing.
    """
    again = {
        c: role
        for c in columns
        if c.role == Role.OTHER and (role := role_of(c.label)) is not None and role in TWICE
    }
    if not {Role.NAME, Role.TARGET} <= set(again.values()):
        return (tuple(columns),)
    first_half = {*again.values(), *VALUES}
    second = [
        replace(c, role=again[c])
        if c in again
        else replace(c, role=Role.OTHER)
        if c.role in first_half
        else c
        for c in columns
    ]
    return tuple(columns), tuple(second)


def _under_parent(columns: list[Column], parts: list[Column]) -> list[Column]:
    """The columns of a second header row take the place of the one above them."""
    first, last = parts[0].start, parts[-1].start + parts[-1].width
    above = [c for c in columns if first <= c.start < last or c.overlap(first, last - first)]
    parent = next((c for c in above if c.role in (Role.TARGET, Role.OTHER)), None) or next(
        (c for c in columns if c.role == Role.TARGET), None
    )
    if parent is None:
        return sorted(columns + parts, key=lambda c: c.start)
    at = columns.index(parent)
    return columns[:at] + parts + columns[at + 1 :]


def _settle(columns: list[Column]) -> list[Column]:
    """Labels that mean something else in company: the deepest level is the indicator's name, a role stands
    once.
    """
    levels = [i for i, c in enumerate(columns) if c.role in LEVELS]
    if len(levels) == len(LEVELS) and len({columns[i].role for i in levels}) < len(LEVELS):
        # a 二 read as 一: their order tells
        for i, role in zip(levels, (Role.LEVEL1, Role.LEVEL2, Role.NAME), strict=True):
            columns[i] = replace(columns[i], role=role)
    roles = [c.role for c in columns]
    if Role.NAME not in roles:
        for role in (Role.LEVEL2, Role.SIDE):
            if role in roles:
                at = len(roles) - 1 - roles[::-1].index(role)
                columns[at] = replace(columns[at], role=Role.NAME)
                break
    if Role.TARGET not in roles and Role.ADJUSTED_TARGET in roles:
        at = roles.index(Role.ADJUSTED_TARGET)
        columns[at] = replace(columns[at], role=Role.TARGET)
    seen: set[Role] = set()
    out = []
    for c in columns:
        if c.role in seen and c.role != Role.OTHER:
            c = replace(c, role=Role.REMARK if c.role == Role.REMARK else Role.OTHER)
        seen.add(c.role)
        out.append(c)
    return out
