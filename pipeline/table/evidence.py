"""Rows in place, their levels and their columns → what speaks for and against the reading of each row.

Comes in: whole rows of one block, in order. Goes out: one `Evidence` a row. Nothing is weighed here: what a
row is worth is told from all of it together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pipeline.model.flags import Flag
from pipeline.model.form import Evidence
from pipeline.model.roles import Role
from pipeline.table import likelihood
from pipeline.table.header import Column
from pipeline.table.levels import RowLevels
from pipeline.table.placed_rows import PlacedRow
from pipeline.table.torn_rows import USUAL

INFERRED = (Flag.LEVEL1_INFERRED, Flag.LEVEL2_INFERRED)
NOT_IN_EVERY_ROW = frozenset({Role.SIDE, Role.LEVEL1, Role.LEVEL2})


def evidence_of(
    rows: Sequence[PlacedRow], levels: Sequence[RowLevels], columns: Sequence[Column], wrapped: bool
) -> list[Evidence]:
    """The evidence of every row of one block."""
    usual = _usual(rows)
    margins = _level_margins(rows)
    return [
        _of_row(row, level, columns, usual, margin, wrapped)
        for row, level, margin in zip(rows, levels, margins, strict=True)
    ]


def _of_row(
    row: PlacedRow,
    level: RowLevels,
    columns: Sequence[Column],
    usual: frozenset[Role],
    level_margin: float,
    wrapped: bool,
) -> Evidence:
    used = [c for c in columns if c.role in row.texts]
    cells = [c for cs in row.cells.values() for c in cs]
    flags = row.flags | level.flags | {f for c in cells for f in c.flags}
    return Evidence(
        margin=row.margin,
        cost=row.cost,
        oddest=max((likelihood.cost(r, text) for r, text in row.texts.items()), default=0.0),
        least_sure=min((c.sure for c in used), default=1.0),
        unknown_labels=sum(bool(c.label) and not c.known for c in used),
        missing_labels=sum(not c.label and c.role != Role.SIDE for c in used),
        levels_inferred=sum(f in level.flags for f in INFERRED),
        levels_unknown=level.unknown,
        level_margin=level_margin,
        blank=sum(r not in row.texts and r not in row.blank for r in usual),
        shifted=Flag.ROW_SHIFT_REPAIRED in row.flags,
        joined=bool({Flag.PAGE_STITCHED, Flag.CELLS_JOINED} & flags),
        loose=not row.spans,
        recognised=row.recognised,
        wrapped=wrapped,
        least_read=min((c.confidence for c in (*cells, *row.doubtful)), default=1.0),
    )


def _usual(rows: Sequence[PlacedRow]) -> frozenset[Role]:
    """The columns that most rows with a name fill."""
    named = [r for r in rows if r.has(Role.NAME)]
    counts = Counter(role for r in named for role in (*r.texts, *r.blank))
    return frozenset(
        role for role, n in counts.items() if n >= USUAL * len(named) and role not in NOT_IN_EVERY_ROW
    )


def _level_margins(rows: Sequence[PlacedRow]) -> list[float]:
    """For every row the least margin of the rows whose printed levels hold there."""
    first = second = 9.0
    out = []
    for row in rows:
        if row.has(Role.LEVEL1):
            first = second = row.margin
        if row.has(Role.LEVEL2):
            second = row.margin
        out.append(min(first, second))
    return out
