"""Header rows of an indicator block → the columns below them.

Comes in: a row of cells (and the one after it, for headers of two rows). Goes out: `Column`s in printed
order, each with its role (`level1`, `name`, `target`, `weight`, …) and place, or None where the row is no
such header.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from normalizers.symbols import is_blank
from pipeline.model.cells import Cell
from pipeline.words import vocabulary

LEVELS = frozenset({"level1", "level2", "name"})
VALUES = frozenset({"target", "actual", "weight", "score"})
PARTS = frozenset(
    {"sign", "target", "unit", "value_type", "direction"}
)  # what may stand below a two-row 年度指标值
TWICE = frozenset({"level2", "name", "target"})  # what a header of two terms has twice
FEWEST = 3


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it holds, where it starts and how many grid columns it covers, and its printed label."""

    role: str
    start: int
    width: int
    label: str

    def overlap(self, start: int, width: int) -> int:
        """How many grid columns a cell shares with this column."""
        return max(0, min(self.start + self.width, start + width) - max(self.start, start))


def header_roles(cells: Sequence[Cell]) -> frozenset[str] | None:
    """The roles that a row of labels announces; None where it is not the header of an indicator block."""
    filled = [c for c in cells if not is_blank(c.text)]
    if len(filled) < FEWEST:
        return None
    roles = [vocabulary.key_of("column", c.text) for c in filled]
    known = {r for r in roles if r is not None}
    if sum(r is not None for r in roles) * 2 < len(filled) or len(known) < FEWEST:
        return None
    if not known & LEVELS or not known & (VALUES | {"sign", "unit", "remark"}):
        return None
    return frozenset(known)


def read_columns(cells: Sequence[Cell], below: Sequence[Cell] = ()) -> tuple[tuple[Column, ...], bool] | None:
    """Columns of a header row, and whether the row below belongs to the header; None where it is none.

    A label that is not known becomes a column of role `other`: its cells are kept apart and read as nothing.
    """
    if header_roles(cells) is None:
        return None
    columns = [
        Column(vocabulary.key_of("column", c.text) or "other", c.col, c.col_span, c.text)
        for c in cells
        if not is_blank(c.text)
    ]
    sub = [c for c in below if not is_blank(c.text)]
    sub_roles = [vocabulary.key_of("column", c.text) for c in sub]
    second = (
        len(sub) >= 2
        and all(r in PARTS or r in VALUES for r in sub_roles)
        and len(set(sub_roles) & PARTS) >= 2
    )
    if second:
        columns = _insert(
            columns,
            [Column(r or "other", c.col, c.col_span, c.text) for c, r in zip(sub, sub_roles, strict=True)],
        )
    return tuple(_settle(columns)), second


def halves(columns: Sequence[Column]) -> tuple[tuple[Column, ...], ...]:
    """A header that has its names and targets twice, side by side (中期 | 年度), as two; any other as it is.

    The first levels belong to both; in each the columns of the other half are read as nothing.
    """
    again = {
        c: role
        for c in columns
        if c.role == "other" and (role := vocabulary.key_of("column", c.label)) in TWICE
    }
    if not {"name", "target"} <= set(again.values()):
        return (tuple(columns),)
    second = []
    for c in columns:
        first_half = c.role in set(again.values()) | VALUES
        second.append(
            replace(c, role=again[c]) if c in again else replace(c, role="other") if first_half else c
        )
    return tuple(columns), tuple(second)


def _insert(columns: list[Column], sub: list[Column]) -> list[Column]:
    """The columns of a second header row take the place of the one above them."""
    first, last = sub[0].start, sub[-1].start + sub[-1].width
    above = [c for c in columns if first <= c.start < last or c.overlap(first, last - first)]
    parent = next((c for c in above if c.role in ("target", "other")), None) or next(
        (c for c in columns if c.role == "target"), None
    )
    if parent is None:
        return sorted(columns + sub, key=lambda c: c.start)
    at = columns.index(parent)
    return columns[:at] + sub + columns[at + 1 :]


def _settle(columns: list[Column]) -> list[Column]:
    """Labels that mean something else in company: the deepest level is the indicator's name, a role stands
    once.
    """
    levels = [i for i, c in enumerate(columns) if c.role in LEVELS]
    if len(levels) == len(LEVELS) and len({columns[i].role for i in levels}) < len(LEVELS):
        for i, role in zip(
            levels, ("level1", "level2", "name"), strict=True
        ):  # a 二 read as 一: their order tells
            columns[i] = replace(columns[i], role=role)
    roles = [c.role for c in columns]
    if "name" not in roles:
        for role in ("level2", "side"):
            if role in roles:
                at = len(roles) - 1 - roles[::-1].index(role)
                columns[at] = replace(columns[at], role="name")
                break
    if "target" not in roles and "adjusted_target" in roles:
        at = roles.index("adjusted_target")
        columns[at] = replace(columns[at], role="target")
    seen: set[str] = set()
    out = []
    for c in columns:
        if c.role in seen and c.role != "other":
            c = replace(c, role="remark" if c.role == "remark" else "other")
        seen.add(c.role)
        out.append(c)
    return out
