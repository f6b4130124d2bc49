"""Cells of a form's head → cells that know what they label.

Comes in: the rows above an indicator block. Goes out: `TaggedRow`s. A label torn over two rows is whole, a
label and its value glued in one cell are two cells; a cell without tags is a value. Every tagged cell knows
the printed cells that it was made of.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Literal

from normalizers.numerals import number
from normalizers.symbols import clean, fold, is_blank
from pipeline.model.cells import Cell
from pipeline.model.regions import CellRow
from pipeline.model.roles import Role, fund_role
from pipeline.words import vocabulary

Group = Literal[
    "field",
    "fund_block",
    "fund_column",
    "fund_line",
    "fund_nature",
    "fund_scope",
    "goal",
    "column",
    "unknown",
]
LABEL_GROUPS: tuple[Group, ...] = ("field", "fund_column", "fund_line", "fund_nature", "fund_scope", "goal")
_FUND = re.compile(r"^(.{2,24}?)\s*[:：]\s*([-\d][\d,，.]*\s*(?:[亿万]?元)?)$")
SHORTEST_GLUED_LABEL = 4
SHORTEST_GLUED_VALUE = 4  # characters of a value that no colon parts from its label
LONGEST_GLUED = 200
LONGEST_LABEL = 24
LONGEST_NOTE = 16  # characters of a note in brackets between label and value


@dataclass(frozen=True, slots=True)
class Tagged:
    """A cell with what its text is a label of: (`field`, `project_name`), (`goal`, `expected`), …; no tags
    for a value, (`unknown`, "") for a label that no list has. `origin`: the printed cells behind it.
    """

    cell: Cell
    tags: frozenset[tuple[Group, str]]
    origin: tuple[Cell, ...] = ()

    def key(self, group: Group) -> str | None:
        """The vocabulary key in this group."""
        for own, key in self.tags:
            if own == group:
                return key
        return None

    @property
    def fund_role(self) -> Role | None:
        """What the column of the fund block below this label holds."""
        key = self.key("fund_column")
        return None if key is None else fund_role(key)


@dataclass(frozen=True, slots=True)
class TaggedRow:
    """A row whose cells know what they label."""

    cells: tuple[Tagged, ...]
    row: CellRow

    def with_tag(self, group: Group) -> tuple[Tagged, ...]:
        """The cells that are labels of this group."""
        return tuple(t for t in self.cells if t.key(group) is not None)

    @property
    def values(self) -> tuple[Tagged, ...]:
        """The cells that are no labels."""
        return tuple(t for t in self.cells if not t.tags)


def tag_rows(rows: Sequence[CellRow]) -> list[TaggedRow]:
    """Every row with its labels found; a label and its value glued in one cell are taken apart."""
    whole, torn = _join_labels(rows)
    return [
        TaggedRow(
            tuple(
                Tagged(c, tags(c.text), torn.get(cell, (cell,)))
                for cell in row.cells
                if cell.text
                for c in _unglue(cell)
            ),
            row,
        )
        for row in whole
    ]


def _join_labels(rows: Sequence[CellRow]) -> tuple[list[CellRow], Mapping[Cell, tuple[Cell, ...]]]:
    """`其他资` and, in a row that holds nothing but rests of labels, `金`: the labels become whole where
    they are printed first.

    Gives the rows, and the pieces of every label that was joined.
    """
    out: list[CellRow] = []
    pieces: dict[Cell, tuple[Cell, ...]] = {}
    for row in rows:
        torn = _torn(out[-1], row) if out else {}
        if not torn:
            out.append(row)
            continue
        whole = {c: replace(c, text=clean(c.text + "\n" + rest.text)) for c, rest in torn.items()}
        out[-1] = replace(out[-1], cells=tuple(whole.get(c, c) for c in out[-1].cells))
        for c, rest in torn.items():
            pieces[whole[c]] = (*pieces.pop(c, (c,)), rest)
    return out, pieces


def _torn(above: CellRow, row: CellRow) -> dict[Cell, Cell]:
    """Pieces of labels → their rests, all that the row below holds; empty where it holds more."""
    out: dict[Cell, Cell] = {}
    heads = [c for c in above.filled if not tags(c.text)]
    for rest in row.filled:
        fits = [c for c in heads if c not in out and any(k != "column" for k, _ in tags(c.text + rest.text))]
        if tags(rest.text) or not fits:
            return {}
        out[min(fits, key=lambda c: abs(c.col - rest.col))] = rest
    return out


@lru_cache(maxsize=65536)
def tags(text: str) -> frozenset[tuple[Group, str]]:
    """All that a text may be a label of."""
    if is_blank(text) or number(text) is not None:
        return frozenset()
    found: set[tuple[Group, str]] = {
        (g, k) for g in LABEL_GROUPS if (k := vocabulary.key_of(g, text)) is not None
    }
    if vocabulary.is_in("fund_block", text):
        found.add(("fund_block", ""))
    if not found and vocabulary.find("column", text, fuzzy=False) is not None:
        found.add(("column", ""))
    return frozenset(found)


def _fund_tags(label: str) -> frozenset[tuple[Group, str]]:
    """What a text may be as a label of a fund line."""
    return frozenset(t for t in tags(label) if t[0] in ("fund_line", "fund_nature"))


@cache
def _glued_labels() -> tuple[str, ...]:
    words = [w for w in vocabulary.index("field") if len(w) >= SHORTEST_GLUED_LABEL and "(" not in w]
    return tuple(sorted(words, key=len, reverse=True))


def _unglue(cell: Cell) -> tuple[Cell, ...]:
    """`实施单位 某某局` or `项目名称：某某` → label and value, `其中：基本支出：3200` → label and amount;
    other cells as they are.
    """
    text = cell.text
    if (fund := _FUND.match(text)) is not None and _fund_tags(fund[1]):
        return (replace(cell, text=fund[1]), replace(cell, text=fund[2]))
    if len(text) < SHORTEST_GLUED_LABEL + 2 or len(text) > LONGEST_GLUED or tags(text):
        return (cell,)
    head = fold(text[:LONGEST_LABEL])
    label = next((w for w in _glued_labels() if head.startswith(w)), None)
    if label is None:
        return (cell,)
    cut, seen = 0, ""
    while cut < len(text) and fold(seen) != label:
        seen += text[cut]
        cut += 1
    rest = text[cut:]
    if fold(rest).startswith("("):
        close = max(rest.find(")"), rest.find("）"))
        if 0 < close < LONGEST_NOTE:
            cut += close + 1
            rest = text[cut:]
    colon = rest[:1] in (":", "：", " ")
    value = rest.lstrip(":： ")
    if is_blank(value) or (not colon and len(fold(value)) < SHORTEST_GLUED_VALUE):
        return (cell,)
    return (replace(cell, text=text[:cut]), replace(cell, text=value))
