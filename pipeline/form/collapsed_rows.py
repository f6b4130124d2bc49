"""Rows of a list of projects that have lost their leading cells → rows whose cells stand under their heads.

Comes in: a header's cells, which of its columns say something of the project, and a row of a source that does
not know its merged cells. Goes out: the row with its cells in place: the first label of a level under the
heads of the levels, what stands before it under the heads of the project, amounts under the amount. A row
that has all its cells comes out as it is, and so does one whose source knows its merged cells.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import combinations

from normalizers.units import is_amount
from pipeline.model.cells import Cell
from pipeline.model.flags import Flag
from pipeline.model.regions import CellRow
from pipeline.model.roles import Role
from pipeline.table.header import role_of
from pipeline.table.likelihood import level_known


def in_place(
    row: CellRow, header: Sequence[Cell], heads: Collection[int], amounts: Collection[int]
) -> CellRow:
    """The row under its heads; `heads`: the grid columns about the project, `amounts`: those of amounts."""
    columns = {role: c.col for c in header if (role := role_of(c.text, fuzzy=False)) is not None}
    first, second, name = (columns.get(role) for role in (Role.LEVEL1, Role.LEVEL2, Role.NAME))
    cells = [c for c in row.cells if c.text]
    if row.spans or first is None or not cells:
        return row
    at = next((n for n, c in enumerate(cells) if _is_level(c)), None)
    if at is None:
        start = name if cells[0].col in heads and _fits(cells, header, name) else None
        at = 0
    else:
        start = second if second is not None and _is_second(cells[at:]) else first
    if start is None or cells[at].col == start:
        return row
    shift = start - cells[at].col
    told = _under(cells[:at], sorted(heads), amounts)
    moved = frozenset({Flag.ROW_SHIFT_REPAIRED})
    rest = [replace(c, col=c.col + shift, flags=c.flags | moved) for c in row.cells if c.col >= cells[at].col]
    return replace(row, cells=(*told, *rest))


def _is_level(cell: Cell) -> bool:
    return level_known(cell.text, 1) or level_known(cell.text, 2)


def _is_second(cells: Sequence[Cell]) -> bool:
    """Is the first of the cells a label of the second level, with none of it behind?"""
    followed = len(cells) > 1 and level_known(cells[1].text, 2)
    return level_known(cells[0].text, 2) and not followed


def _fits(cells: Sequence[Cell], header: Sequence[Cell], name: int | None) -> bool:
    """May the cells be a row without levels: do they fill the columns from the names on and no more?"""
    return name is not None and len(cells) <= sum(c.col >= name for c in header)


def _under(cells: Sequence[Cell], heads: Sequence[int], amounts: Collection[int]) -> list[Cell]:
    """Cells about the project under their heads, in order: amounts under amounts, else the last heads, for
    the first are those of the cells that are merged over most rows.
    """
    if len(cells) > len(heads):
        return list(cells)

    def fit(columns: Sequence[int]) -> tuple[int, Sequence[int]]:
        pairs = zip(cells, columns, strict=True)
        return sum((col in amounts) == is_amount(c.text) for c, col in pairs), columns

    best = max(combinations(heads, len(cells)), key=fit)
    return [replace(c, col=col) for c, col in zip(cells, best, strict=True)]
