"""Rows of cells below a header → rows whose texts stand under the column that they belong to.

Comes in: the header's columns and the rows below it. Goes out: a `PlacedRow` a row, with what its cells say
by role and how surely they were placed. Rows stay as they are cut; torn ones are joined by `torn_rows`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from normalizers.symbols import clean, fold, is_blank
from pipeline.model.cells import Cell
from pipeline.model.flags import Flag
from pipeline.model.regions import CellRow
from pipeline.model.roles import LEVELS, POINTS, Role
from pipeline.table import likelihood
from pipeline.table.align import Alignment, align, exact
from pipeline.table.further import Further, further_columns
from pipeline.table.header import Column
from pipeline.table.own_labels import Suits, suits_of
from pipeline.words.values import either, word, words

OFFSETS = (0, 1, -1, 2)
OFFSET_SAMPLE = 10
TRUSTED = 0.75  # share of a loose grid's rows that fit as they stand
CERTAIN = 9.0  # margin of a row that was cut where its columns end: its rivals are in its cells' confidence
LOOSE_FIT = 1.7  # what a cell may cost there; more, and the row is searched
DASHES = frozenset(words("points", "misread_dashes"))
COUNTED = LEVELS | {Role.ORDINAL}  # columns whose cells may be numbered 一, 二, 三
_MARK = re.compile(r"[≥≤><=]")
_EMPTY_SIGNS = frozenset(words("sign", "empty"))
_EMPTY_UNITS = frozenset((*words("unit", "empty"), *words("unit", "none")))
_DIRECTION_MARK = word("kind", "direction_mark")
_KIND = re.compile(rf"({either(words('kind', 'kinds'))})({word('kind', 'ending')})?")


@dataclass(frozen=True, slots=True)
class PlacedRow:
    """A row whose cells have found their columns."""

    texts: Mapping[Role, str]
    cells: Mapping[Role, tuple[Cell, ...]]
    top: bool
    spans: bool
    margin: float
    cost: float
    flags: frozenset[str] = frozenset()
    blank: frozenset[Role] = frozenset()  # columns whose cell holds a dash
    empty: frozenset[Role] = (
        frozenset()
    )  # columns whose cell begins here and holds nothing, where spans are known
    recognised: bool = False
    further: Mapping[Further, tuple[Cell, ...]] = field(default_factory=dict)  # beside the template's columns
    reader: str = ""
    doubtful: tuple[Cell, ...] = ()  # blanks that may not be blank

    def has(self, *roles: Role) -> bool:
        """Does any of these columns hold a text?"""
        return not self.texts.keys().isdisjoint(roles)


def place_rows(columns: Sequence[Column], rows: Sequence[CellRow]) -> list[PlacedRow]:
    """The rows that hold any text, each cell in its column."""
    offset = _offset(columns, rows)
    filled = [row for row in rows if any(c.text for c in row.cells)]
    suits = suits_of(columns, filled, offset, LOOSE_FIT)
    trusted = _trusted(filled, columns, offset, suits)
    return _spread([_placed(row, columns, offset, trusted, suits) for row in filled])


def with_side(columns: Sequence[Column]) -> tuple[Column, ...]:
    """A header that has lost its cell over the vertical `绩效指标` still has that column."""
    if any(c.role == Role.SIDE for c in columns):
        return tuple(columns)
    return (Column(Role.SIDE, min(c.start for c in columns) - 1, 1, ""), *columns)


def relabel(columns: Sequence[Column], rows: Sequence[CellRow]) -> tuple[Column, ...]:
    """指标性质 may hold signs, 正向/反向 or 定量/定性: the contents decide."""
    out = list(columns)
    for i, column in enumerate(columns):
        if column.role not in (Role.SIGN, Role.DIRECTION, Role.VALUE_TYPE):
            continue
        texts = [fold(c.text) for r in rows for c in r.cells if c.text and column.meets(c.col, c.col_span)]
        signs = sum(bool(_MARK.fullmatch(t)) for t in texts)
        ways = sum(_DIRECTION_MARK in t for t in texts)
        kinds = sum(bool(_KIND.fullmatch(t)) for t in texts)
        if signs or ways or kinds:
            role = (
                Role.SIGN if signs and signs >= ways else Role.DIRECTION if ways >= kinds else Role.VALUE_TYPE
            )
            taken = {c.role for c in out}
            if role != column.role:
                out[i] = replace(column, role=role if role not in taken else Role.VALUE_TYPE)
    return tuple(out)


def _offset(columns: Sequence[Column], rows: Sequence[CellRow]) -> int:
    """How many columns to the right of the header the data of a loose grid stand, for most rows."""
    loose = [r for r in rows if not r.spans and len(r.filled) >= 3][:OFFSET_SAMPLE]
    if not loose:
        return 0

    def away(offset: int) -> float:
        return sum(
            0.0
            if any(
                col.meets(c.col - offset, 1) and likelihood.cost(col.role, c.text) < 1.0 for col in columns
            )
            else 1.0
            for r in loose
            for c in r.filled
        )

    best = min(OFFSETS, key=lambda o: (away(o), abs(o)))
    return best if away(best) < 0.7 * away(0) else 0


def _trusted(rows: Sequence[CellRow], columns: Sequence[Column], offset: int, suits: Suits) -> bool:
    """Do nearly all rows of a loose grid fit their columns as they stand? Then one that can be read so is
    read so.
    """
    whole = [r for r in rows if len(r.filled) >= 2]
    return sum(exact(r.cells, columns, offset, LOOSE_FIT, suits) is not None for r in whole) >= TRUSTED * len(
        whole
    )


def _placed(row: CellRow, columns: Sequence[Column], offset: int, trusted: bool, suits: Suits) -> PlacedRow:
    found = _aligned(row, columns, offset, trusted, suits)
    texts: dict[Role, str] = {}
    cells: dict[Role, tuple[Cell, ...]] = {}
    dashes = set()
    further = further_columns(columns)
    for j, members in found.at:
        role = columns[j].role
        if role == Role.OTHER:
            continue
        if role == Role.TARGET:
            members = _telling(members)
        text = clean("\n".join(c.text for c in members))
        if is_blank(text) or (
            text in DASHES and (role in POINTS or (row.recognised and role not in COUNTED))
        ):
            dashes.add(role)
            continue
        texts[role] = clean(texts[role] + "\n" + text) if role in texts else text
        cells[role] = cells.get(role, ()) + members
    return PlacedRow(
        texts,
        cells,
        row.top,
        row.spans,
        found.margin,
        found.cost,
        frozenset({Flag.ROW_SHIFT_REPAIRED}) if found.shifted and not row.spans else frozenset(),
        frozenset(dashes),
        _empty(row, columns),
        row.recognised,
        {further[j]: members for j, members in found.at if j in further},
        row.reader,
        tuple(c for c in row.cells if not c.text and (c.flags or c.confidence < 1)),
    )


def _telling(cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """The cells of a target without a sign (定性) and a unit (无) that say nothing, where one heading stands
    over all three.
    """
    if len(cells) > 1 and fold(cells[0].text) in _EMPTY_SIGNS:
        cells = cells[1:]
    return cells[:-1] if len(cells) > 1 and fold(cells[-1].text) in _EMPTY_UNITS else cells


def _aligned(row: CellRow, columns: Sequence[Column], offset: int, trusted: bool, suits: Suits) -> Alignment:
    """Cells stay under their own columns where those can be trusted; else the best fit is searched."""
    found = None
    if row.roles:
        at = {column.start: j for j, column in enumerate(columns)}
        return Alignment(tuple((at[c.col], (c,)) for c in row.cells), 0.0, CERTAIN, False)
    if row.spans:
        found = exact(row.cells, columns, suits=suits)
    elif trusted:
        found = exact(row.cells, columns, offset, LOOSE_FIT, suits)
    return found or align(row.cells, columns, row.spans, offset, suits)


def _empty(row: CellRow, columns: Sequence[Column]) -> frozenset[Role]:
    """The columns whose cell begins in this row and holds nothing; a table's first row is no beginning."""
    if not row.spans or row.top:
        return frozenset()
    return frozenset(
        col.role for c in row.cells if not c.text for col in columns if col.meets(c.col, c.col_span)
    )


def _spread(rows: Sequence[PlacedRow]) -> list[PlacedRow]:
    """A reason or remark cell that is merged over several rows is said of each of them."""
    out = list(rows)
    for i, row in enumerate(rows):
        if not row.spans:
            continue
        for role in (Role.REASON, Role.REMARK):
            span = max((c.row_span for c in row.cells.get(role, ())), default=1)
            for k in range(i + 1, min(i + span, len(out))):
                if role not in out[k].texts and out[k].has(Role.NAME) and not out[k].top:
                    out[k] = replace(out[k], texts={**out[k].texts, role: row.texts[role]})
    return out
