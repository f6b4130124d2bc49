"""Rows above the indicator block → the form's goals.

Comes in: the tagged rows of a form's head. Goes out: `goal_expected` and `goal_actual`, where they are
printed: beside their labels, or below them column by column. 长期目标 has no column in the contract.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from normalizers.symbols import is_blank
from pipeline.form.funds import names_tasks
from pipeline.form.head import longer, value_after
from pipeline.form.tags import Group, Tagged, TaggedRow
from pipeline.model.cells import Cell
from pipeline.model.form import Field
from pipeline.words.vocabulary import bare, words

EXPECTED, ACTUAL = "goal_expected", "goal_actual"
SHORTEST_GOAL = 8  # characters: shorter texts beside two labels are labels themselves


def read_goals(rows: Sequence[TaggedRow]) -> dict[str, Field]:
    """The goals by the names of their columns."""
    goals = _Goals()
    for row in rows:
        goals.read(row)
    return goals.found


@dataclass(slots=True)
class _Goals:
    """The goals so far, the column heads that hold, and the cells that a page break may continue."""

    found: dict[str, Field] = field(default_factory=dict)
    heads: list[tuple[str, Cell]] = field(default_factory=list)
    open_cells: dict[str, Cell] = field(default_factory=dict)
    of_year: bool = False  # was the goal found beside a label that says the year's?

    def read(self, row: TaggedRow) -> None:
        """One row more."""
        labels = row.with_tag("goal")
        if not labels and _other_part(row):
            self.heads, self.open_cells = [], {}
            return
        named = _column_heads(labels)
        texts = [t.cell for t in row.values if not is_blank(t.cell.text)]
        if len(named) >= 2 or (len(named) == 1 and not texts):
            self.heads = [(_column(t), t.cell) for t in named]
            if len(texts) >= len(named) and all(len(t.text) > SHORTEST_GOAL for t in texts):
                self._beside(row)
        elif not texts:
            return
        elif self.heads and row.row.spans and not _under_heads(texts, self.heads):
            self.heads, self.open_cells = [], {}
        elif self.heads:
            self._below(texts, row.row.spans)
        elif labels:
            self._beside(row)
        elif self.open_cells and (
            row.row.top or not row.row.spans
        ):  # a cell ends with its walls, but for a break
            self._go_on(texts)

    def _beside(self, row: TaggedRow) -> None:
        """`年度总体目标 | …`: the text stands right of its label."""
        for i, t in enumerate(row.cells):
            value = value_after(row.cells, i)
            if t.key("goal") in (None, "long_term") or value is None:
                continue
            if _column(t) not in self.found or (_of_year(t) and not self.of_year):
                self.found[_column(t)] = Field(value.text, (value,))
                self.open_cells[_column(t)] = value
                self.of_year = self.of_year or _of_year(t)

    def _below(self, texts: Sequence[Cell], spans: bool) -> None:
        """The texts stand below their labels."""
        for key, cell in _below(self.heads, texts, spans):
            if key in self.found and self.found[key].cells[-1].text == cell.text:
                continue  # a merged cell, written out once for each of its columns
            self.found[key] = (
                longer(self.found[key], cell) if key in self.found else Field(cell.text, (cell,))
            )
            self.open_cells[key] = cell

    def _go_on(self, texts: Sequence[Cell]) -> None:
        """The texts are rests of the goals above them."""
        for cell in texts:
            key = min(self.open_cells, key=lambda k: abs(self.open_cells[k].col - cell.col))
            self.found[key] = longer(self.found[key], cell)


def _other_part(row: TaggedRow) -> bool:
    groups: tuple[Group, ...] = ("field", "fund_line", "fund_column", "unknown")
    return any(row.with_tag(group) for group in groups) or any(names_tasks(t.cell.text) for t in row.cells)


def _of_year(label: Tagged) -> bool:
    """Is it the label of the block of the year's goal, which counts before that of the whole project?"""
    return label.key("goal") == "block" and bare(label.cell.text).startswith(
        words("goal_of_year", "beginnings")
    )


def _column(label: Tagged) -> str:
    return ACTUAL if label.key("goal") == "actual" else EXPECTED


def _column_heads(labels: Sequence[Tagged]) -> list[Tagged]:
    """The labels that may stand over a column of texts; the first of three names the block."""
    named = [t for t in (labels[1:] if len(labels) > 2 else labels) if t.key("goal") != "long_term"]
    if any(t.key("goal") == "actual" for t in named):
        return named
    return [t for t in named if t.key("goal") == "expected"]


def _under_heads(texts: Sequence[Cell], heads: Sequence[tuple[str, Cell]]) -> bool:
    """Do texts whose places can be trusted stand under the heads, and none beside them?"""
    first = min(head.col for _, head in heads)
    return all(cell.col + cell.col_span > first for cell in texts)


def _below(heads: Sequence[tuple[str, Cell]], texts: Sequence[Cell], spans: bool) -> list[tuple[str, Cell]]:
    """Texts to the column heads above them: by place where places can be trusted or texts are lacking, else
    by order.
    """
    if not spans and len(texts) == len(heads):
        return [(key, cell) for (key, _), cell in zip(heads, texts, strict=True)]

    def away(head: Cell, cell: Cell) -> int:
        apart = cell.col >= head.col + head.col_span or head.col >= cell.col + cell.col_span
        return abs(head.col - cell.col) if apart else 0

    return [(min(heads, key=lambda h: away(h[1], cell))[0], cell) for cell in texts]
