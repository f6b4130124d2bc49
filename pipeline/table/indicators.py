"""Rows of an indicator block → indicators.

Comes in: the header's columns and the rows below it. Goes out: `Indicator`s with levels filled down, torn
rows whole, every field with its cells, and what was repaired in `flags`. Rows that hold nothing but a level
label are no indicators.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from normalizers.indicator_names import split_name
from normalizers.levels import read_level
from normalizers.numerals import number
from normalizers.symbols import clean, fold
from pipeline.model.cells import Cell
from pipeline.model.flags import Flag
from pipeline.model.form import Field, Indicator
from pipeline.model.regions import CellRow
from pipeline.model.roles import Role
from pipeline.table.evidence import evidence_of
from pipeline.table.further import ADJUSTED, CORE, Kind
from pipeline.table.header import Column
from pipeline.table.levels import LevelCells, RowLevels, resolve, with_side_weight, without_chance_weights
from pipeline.table.placed_rows import PlacedRow, place_rows, relabel, with_side
from pipeline.table.torn_rows import all_whole, join_torn
from pipeline.words import vocabulary
from pipeline.words.values import word, words

BUDGET_RATE = word("level", "budget_rate")
ANNUAL, LONG_TERM = "annual", "long_term"
_POINT = word("points", "unit")
_EMPTY_SIGNS = frozenset(words("sign", "empty"))
_EMPTY_UNITS = frozenset(words("unit", "empty"))
_NO_UNITS = frozenset(words("unit", "none"))


def read_block(
    columns: Sequence[Column], rows: Sequence[CellRow], side_text: str | None = None
) -> tuple[Indicator, ...]:
    """The indicators of one block; `side_text`: what stands in the header over the first levels."""
    columns = relabel(with_side(columns), rows)
    placed = place_rows(columns, rows)
    wrapped = any(r.wrapped_lines for r in rows if any(c.text for c in r.cells))
    found = indicators(join_torn(placed), columns, side_text, wrapped)
    left, glued = wrapped and not all_whole(placed), any(r.glued for r in rows)
    return tuple(replace(i, evidence=replace(i.evidence, pieces_left=left, glued=glued)) for i in found)


def indicators(
    rows: Sequence[PlacedRow],
    columns: Sequence[Column],
    side_text: str | None = None,
    wrapped: bool = False,
) -> tuple[Indicator, ...]:
    """Whole rows with their cells in place → indicators with their levels."""
    levels = _levels(rows, side_text)
    has_level2 = any(c.role == Role.LEVEL2 for c in columns)
    out = []
    horizon = ANNUAL
    told = evidence_of(rows, levels, columns, wrapped)
    for row, level, evidence in zip(rows, levels, told, strict=True):
        if row.has(Role.SIDE):
            key = vocabulary.key_of("goal", row.texts[Role.SIDE], fuzzy=False)
            horizon = LONG_TERM if key == LONG_TERM else ANNUAL
        if row.has(Role.NAME, Role.TARGET, Role.ACTUAL, Role.WEIGHT):
            named = _named_by_itself(level, row.texts.get(Role.NAME))
            level_now = named if has_level2 else _without_inferred(named)
            out.append(replace(_indicator(row, level_now, horizon), evidence=evidence))
    return tuple(out)


def _levels(rows: Sequence[PlacedRow], side_text: str | None) -> list[RowLevels]:
    """The levels of every row, with the weights that are printed with them."""
    names = [r.texts.get(Role.NAME) for r in rows]
    resolved = resolve(
        [
            LevelCells(
                r.texts.get(Role.LEVEL1),
                r.texts.get(Role.LEVEL2),
                split_name(name).ordinal if name is not None else None,
                r.top,
                r.spans,
                Role.LEVEL1 in r.empty,
                Role.LEVEL2 in r.empty,
                r.recognised,
            )
            for r, name in zip(rows, names, strict=True)
        ]
    )
    side = next((r.texts[Role.SIDE] for r in rows if r.has(Role.SIDE)), side_text)
    side_level = read_level(side, 1) if side and re.search(r"\d", side) else None
    weights = [_number(r.texts.get(Role.WEIGHT)) for r in rows]
    return without_chance_weights(
        with_side_weight(resolved, side_level.weight if side_level else None, weights), weights
    )


def _named_by_itself(level: RowLevels, name: str | None) -> RowLevels:
    """A row without levels whose name is a level of its own, 预算执行率."""
    if level.level1 is not None or not name:
        return level
    alone = read_level(name, 1)
    if alone is None or not alone.known or alone.label != BUDGET_RATE:
        return level
    return replace(level, level1=alone.label, level2=alone.label)


def _without_inferred(level: RowLevels) -> RowLevels:
    """In a form without a column of second levels none is lost."""
    if Flag.LEVEL2_INFERRED not in level.flags:
        return level
    return replace(level, level2=None, flags=level.flags - {Flag.LEVEL2_INFERRED})


def _indicator(row: PlacedRow, level: RowLevels, horizon: str) -> Indicator:
    flags = row.flags | level.flags | {f for c in _cells_of(row) for f in c.flags}
    if level.unknown:
        flags |= {Flag.LEVEL_UNKNOWN}
    return Indicator(
        level.level1,
        level.level2,
        level.level1_raw,
        level.level2_raw,
        level.level1_weight,
        level.level2_weight,
        name=Field(row.texts.get(Role.NAME), row.cells.get(Role.NAME, ())),
        target=_target(row),
        actual=_field(row, Role.ACTUAL),
        weight=_field(row, Role.WEIGHT),
        score=_field(row, Role.SCORE),
        review_score=_field(row, Role.REVIEW_SCORE),
        reviews=tuple((w.by, _said(cells)) for w, cells in row.further.items() if w.kind == Kind.REVIEW),
        adjusted_target=_said(row.further.get(ADJUSTED, ())),
        core=_said(row.further.get(CORE, ())),
        direction=_field(row, Role.DIRECTION),
        remark=_field(row, Role.REMARK),
        reason=_field(row, Role.REASON),
        horizon=horizon,
        reader=row.reader,
        cells=tuple(c for role, cs in row.cells.items() for c in cs if role == Role.NAME or c.row_span == 1),
        flags=tuple(sorted(flags)),
    )


def _number(text: str | None) -> float | None:
    value = number(text.rstrip(_POINT)) if text else None
    return None if value is None else float(value)


def _field(row: PlacedRow, role: Role) -> Field | None:
    return Field(row.texts[role], row.cells.get(role, ())) if row.has(role) else None


def _said(cells: Sequence[Cell]) -> Field:
    """The text of a column beside those of the template."""
    return Field(clean("\n".join(c.text for c in cells)) or None, tuple(cells))


def _target(row: PlacedRow) -> Field | None:
    """The target; sign, value and unit of three columns joined in this order."""
    sign, value, unit = (row.texts.get(r) for r in (Role.SIGN, Role.TARGET, Role.UNIT))
    if value is None:
        alone = sign is None and unit and unit not in _NO_UNITS and Role.TARGET not in row.blank
        return Field(unit, row.cells.get(Role.UNIT, ())) if alone else None
    if sign is None or fold(sign) in _EMPTY_SIGNS or fold(value).startswith(fold(sign)):
        sign = ""
    if unit is None or fold(unit) in _EMPTY_UNITS or fold(value).endswith(fold(unit)):
        unit = ""
    return Field(clean(sign + value + unit), _members(row, (Role.SIGN, Role.TARGET, Role.UNIT)))


def _members(row: PlacedRow, roles: Iterable[Role]) -> tuple[Cell, ...]:
    return tuple(c for r in roles for c in row.cells.get(r, ()))


def _cells_of(row: PlacedRow) -> tuple[Cell, ...]:
    """The cells of a row, with blanks that may not be blank."""
    return (*(c for cs in row.cells.values() for c in cs), *row.doubtful)
