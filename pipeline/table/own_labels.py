"""Rows under a header → the labels of levels that this block has of its own.

Comes in: the columns, the rows below them and how far right of their labels they stand. Goes out: per level
column the texts that stand in it although no list knows them. A text counts only where the rest of its row
stands under its own columns, and where every column that the block usually fills is filled: a row whose cells
have slipped tells nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from normalizers.symbols import fold
from pipeline.model.cells import Cell
from pipeline.model.regions import CellRow
from pipeline.model.roles import VALUES, Role
from pipeline.table import likelihood
from pipeline.table.header import Column
from pipeline.table.shapes import shape_of
from pipeline.words import vocabulary

LEVEL_COLUMNS = (Role.LEVEL1, Role.LEVEL2)
USUAL = 0.6  # a column that this share of the rows fills is one that a whole row has
SIDE_LABEL = 1.3  # what the label beside both levels, or a torn piece of it, costs at most


@dataclass(frozen=True, slots=True)
class Suits:
    """How well a text suits a column of this block: as `likelihood.cost` says, but for its own labels."""

    own: Mapping[Role, frozenset[str]] = field(default_factory=dict)

    def cost(self, role: Role, text: str) -> float:
        """The cost of a text in a column of `role`."""
        if self.own:
            key = fold(text)
            if key in self.own.get(role, ()):
                return 0.0
            if role not in LEVEL_COLUMNS and any(key in labels for labels in self.own.values()):
                return likelihood.LABEL
            if role in self.own and self._may_be_own(role, key):
                return min(likelihood.DAMAGED, likelihood.cost(role, text))
        return likelihood.cost(role, text)

    def _may_be_own(self, role: Role, key: str) -> bool:
        """May a text be one more label of a level whose labels no list knows: a word, or a phrase that is no
        longer than they are?
        """
        if _belongs_elsewhere(role, key) or vocabulary.find("column", key, fuzzy=False) is not None:
            return False
        label = likelihood.without_weight(key)
        kind = shape_of(label).kind
        longest = max(len(likelihood.without_weight(own)) for own in self.own[role])
        return kind == "word" or (kind == "phrase" and len(label) <= longest)


def suits_of(columns: Sequence[Column], rows: Sequence[CellRow], offset: int, worst: float) -> Suits:
    """The costs of a block; `worst` is what a cell may cost in a row that stands as it should."""
    levels = [c for c in columns if c.role in LEVEL_COLUMNS]
    if not levels:
        return Suits()
    placed = [by_column for row in rows if (by_column := _by_column(row, columns, offset)) is not None]
    named = [row for row in placed if any(c.role == Role.NAME for c in row)]
    filled = Counter(c for row in named for c in row if c.role in VALUES)
    usual = {c for c, n in filled.items() if n >= USUAL * len(named)}
    found: dict[Role, set[str]] = {}
    for row in named:
        if not usual <= set(row):
            continue
        others = [(c.role, cell.text) for c, cell in row.items() if c not in levels]
        if any(likelihood.cost(role, text) > worst for role, text in others):
            continue
        labels = [(c.role, fold(row[c].text)) for c in levels if c in row]
        if any(_belongs_elsewhere(role, key) for role, key in labels):
            continue
        for role, key in labels:
            if worst < likelihood.cost(role, key) < likelihood.NEVER:
                found.setdefault(role, set()).add(key)
    return Suits({role: frozenset(texts) for role, texts in found.items()})


def _belongs_elsewhere(role: Role, key: str) -> bool:
    """Is the text a known label of the other level, or one that stands beside both?"""
    level, other = (1, 2) if role == Role.LEVEL1 else (2, 1)
    elsewhere = likelihood.level_known(key, other) and not likelihood.level_known(key, level)
    return elsewhere or likelihood.cost(Role.SIDE, key) < SIDE_LABEL


def _by_column(row: CellRow, columns: Sequence[Column], offset: int) -> dict[Column, Cell] | None:
    """The cells by the column that they stand under; None where one stands under none, or two under one."""
    out: dict[Column, Cell] = {}
    for cell in row.cells:
        if not cell.text:
            continue
        under = [c for c in columns if c.meets(cell.col - offset, cell.col_span)]
        if len(under) != 1 or under[0] in out:
            return None
        out[under[0]] = cell
    return out
