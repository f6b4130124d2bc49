"""Rows of an indicator block → indicators.

Comes in: the header's columns and the rows below it. Goes out: `Indicator`s with levels filled down, torn
rows whole, every field with its cells, and what was repaired in `flags`. Rows that hold nothing but a level
label are no indicators.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from normalizers.indicator_names import split_ordinal
from normalizers.levels import read_level
from normalizers.numerals import number
from normalizers.symbols import clean, fold, is_blank
from pipeline.model.cells import Cell, CellRow
from pipeline.model.flags import Flag
from pipeline.model.form import Field, Indicator
from pipeline.table import likelihood
from pipeline.table.align import align, exact
from pipeline.table.header import Column
from pipeline.table.levels import LevelCells, resolve, with_side_weight, without_chance_weights
from pipeline.words import vocabulary

VALUES = ("target", "actual", "weight", "score")
TEXTS = frozenset({"name", "target", "actual", "reason", "remark", "side", "level1", "level2", "unit"})
USUAL = 0.6  # a column that this share of the rows fills is one that a whole row has
OFFSETS = (0, 1, -1, 2)
OFFSET_SAMPLE = 10
TRUSTED = 0.75  # share of a loose grid's rows that fit as they stand
LOOSE_FIT = 1.7  # what a cell may cost there; more, and the row is searched
SURE = {
    True: 0.99,
    False: 0.985,
}  # confidence of a row without any doubt, by whether the source knows its cells
CLOSERS = {"”": "“", "’": "‘", "》": "《", ")": "(", "）": "（", "】": "【", "」": "「"}

RECOGNISER = "ocr"  # readers of pictures have names that begin so
WRAPPING = "text-spaces"  # the reader whose lines may be pieces of wrapped cells
# of 62 rows of pictures above 0.95 by their characters alone 4 were wrong: no sum vouches for a text
SURE_RECOGNISED = 0.94
WRAPPED = 0.9  # what a row is worth in a block where pieces are left over there
TORN_LEVEL = 0.1  # in a loose grid an unknown label may be a torn one
DOUBT = {
    "label_fuzzy": 0.06,
    "row_shift_repaired": 0.0,
    "level1_inferred": 0.0,
    "level2_inferred": 0.02,
    "page_stitched": 0.01,
    "cells_joined": 0.01,
}


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row whose cells have found their columns: texts by role."""

    texts: dict[str, str]
    cells: dict[str, tuple[Cell, ...]]
    top: bool
    spans: bool
    margin: float
    cost: float
    flags: frozenset[str] = frozenset()
    blank: frozenset[str] = field(default=frozenset())  # roles whose cell holds a dash
    empty: frozenset[str] = field(
        default=frozenset()
    )  # roles whose cell begins here and holds nothing; known where spans are
    recognised: bool = False  # the texts were read off a picture

    def has(self, *roles: str) -> bool:
        """Does any of these columns hold a text?"""
        return any(r in self.texts for r in roles)


def read_block(
    columns: Sequence[Column], rows: Sequence[CellRow], side_text: str | None = None
) -> tuple[Indicator, ...]:
    """The indicators of one block."""
    columns = relabel(with_side(columns), rows)
    offset = _offset(columns, rows)
    filled = [row for row in rows if any(c.text for c in row.cells)]
    trusted = _trusted(filled, columns, offset)
    raws = [_raw(row, columns, offset, trusted) for row in filled]
    raws = spread(raws)
    usual = _usual(raws)
    wraps = any(r.reader == WRAPPING for r in filled) and not all(_whole(raw, usual) for raw in raws)
    found = indicators(join_torn(raws), columns, side_text)
    return tuple(replace(i, confidence=round(i.confidence * WRAPPED, 3)) for i in found) if wraps else found


def with_side(columns: Sequence[Column]) -> tuple[Column, ...]:
    """A header that has lost its cell over the vertical `绩效指标` still has that column."""
    if any(c.role == "side" for c in columns):
        return tuple(columns)
    return (Column("side", min(c.start for c in columns) - 1, 1, ""), *columns)


def relabel(columns: Sequence[Column], rows: Sequence[CellRow]) -> tuple[Column, ...]:
    """指标性质 may hold signs, 正向/反向 or 定量/定性: the contents decide."""
    out = list(columns)
    for i, column in enumerate(columns):
        if column.role not in ("sign", "direction", "value_type"):
            continue
        texts = [fold(c.text) for r in rows for c in r.cells if c.text and column.overlap(c.col, c.col_span)]
        signs = sum(bool(re.fullmatch(r"[≥≤><=]", t)) for t in texts)
        ways = sum("向" in t for t in texts)
        kinds = sum(bool(re.fullmatch(r"定[量性](指标)?", t)) for t in texts)
        if signs or ways or kinds:
            role = "sign" if signs and signs >= ways else "direction" if ways >= kinds else "value_type"
            taken = {c.role for c in out}
            if role != column.role:
                out[i] = replace(column, role=role if role not in taken else "value_type")
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
                col.overlap(c.col - offset, 1) and likelihood.cost(col.role, c.text) < 1.0 for col in columns
            )
            else 1.0
            for r in loose
            for c in r.filled
        )

    best = min(OFFSETS, key=lambda o: (away(o), abs(o)))
    return best if away(best) < 0.7 * away(0) else 0


def _trusted(rows: Sequence[CellRow], columns: Sequence[Column], offset: int) -> bool:
    """Do nearly all rows of a loose grid fit their columns as they stand? Then one that can be read so is
    read so.
    """
    whole = [r for r in rows if len(r.filled) >= 2]
    return sum(exact(r.cells, columns, offset, LOOSE_FIT) is not None for r in whole) >= TRUSTED * len(whole)


def _raw(row: CellRow, columns: Sequence[Column], offset: int, trusted: bool) -> RawRow:
    found = (
        exact(row.cells, columns)
        if row.spans
        else exact(row.cells, columns, offset, LOOSE_FIT)
        if trusted
        else None
    )
    found = found or align(row.cells, columns, row.spans, offset)
    texts: dict[str, str] = {}
    cells: dict[str, tuple[Cell, ...]] = {}
    dashes = set()
    for j, members in found.at:
        role = columns[j].role
        if role == "other":
            continue
        text = clean("\n".join(c.text for c in members))
        if is_blank(text) or (
            role in ("weight", "score", "review_score") and text == "一"
        ):  # a dash as recognisers read it
            dashes.add(role)
            continue
        texts[role] = clean(texts[role] + "\n" + text) if role in texts else text
        cells[role] = cells.get(role, ()) + members
    flags = {"row_shift_repaired"} if found.shifted and not row.spans else set()
    under = [
        (col, c)
        for c in row.cells
        if row.spans and not row.top and not c.text
        for col in columns
        if col.overlap(c.col, c.col_span)
    ]
    empty = frozenset(col.role for col, _ in under)
    recognised = row.reader.startswith(RECOGNISER)
    return RawRow(
        texts,
        cells,
        row.top,
        row.spans,
        found.margin,
        found.cost,
        frozenset(flags),
        frozenset(dashes),
        empty,
        recognised,
    )


def spread(raws: Sequence[RawRow]) -> list[RawRow]:
    """A reason or remark cell that is merged over several rows is said of each of them."""
    out = list(raws)
    for i, raw in enumerate(raws):
        if not raw.spans:
            continue
        for role in ("reason", "remark"):
            for k in range(1, max((c.row_span for c in raw.cells.get(role, ())), default=1)):
                if (
                    i + k < len(out)
                    and role not in out[i + k].texts
                    and out[i + k].has("name")
                    and not out[i + k].top
                ):
                    out[i + k] = replace(out[i + k], texts={**out[i + k].texts, role: raw.texts[role]})
    return out


def join_torn(raws: Sequence[RawRow]) -> list[RawRow]:
    """Rows cut in two by a page break become one; the pieces' texts are joined column by column."""
    usual = _usual(raws)
    out: list[RawRow] = []
    carried: RawRow | None = None
    for i, raw in enumerate(raws):
        if carried is not None:
            raw, carried = _merge(carried, raw), None
        if _whole(raw, usual) or not raw.has("name", *VALUES, "reason", "remark"):
            if out and raw.top and raw.has("name") and _wants_rest(out[-1], raw, usual):
                out[-1] = _merge(out[-1], raw)
                continue
            out.append(raw)
            continue
        following = raws[i + 1] if i + 1 < len(raws) else None
        ahead = (
            following is not None
            and following.top
            and _fits(raw, following)
            and (_missing(raw, usual) & set(following.texts) or not following.has("name"))
        )
        back = bool(out) and raw.top and _fits(out[-1], raw)
        if ahead and (
            not back or _open_text(raw, following) or (raw.has("name") and not _open_text(out[-1], raw))
        ):
            carried = raw
        elif back or (
            out and not raw.has("name") and _fits(out[-1], raw) and len(raw.texts) == 1 and not raw.spans
        ):
            out[-1] = _merge(out[-1], raw)
        else:
            out.append(raw)
    if carried is not None:
        out.append(carried)
    return out


def _usual(raws: Sequence[RawRow]) -> frozenset[str]:
    rows = [r for r in raws if r.has("name")]
    counts = Counter(role for r in rows for role in (*r.texts, *r.blank))
    return frozenset(role for role in VALUES if counts[role] >= USUAL * max(1, len(rows)))


def _missing(raw: RawRow, usual: frozenset[str]) -> set[str]:
    return {r for r in usual if r not in raw.texts and r not in raw.blank}


def _whole(raw: RawRow, usual: frozenset[str]) -> bool:
    figures = not usual or len(_missing(raw, usual)) < len(usual)
    return (raw.has("name") and figures) or (raw.has("target") and raw.has("weight", "actual"))


def _wants_rest(before: RawRow, raw: RawRow, usual: frozenset[str]) -> bool:
    """The piece before the break has a name and no figure, this one the figures."""
    return (
        before.has("name")
        and bool(usual)
        and len(_missing(before, usual)) == len(usual)
        and _fits(before, raw)
        and split_ordinal(raw.texts["name"])[0] is None
    )


def _fits(a: RawRow, b: RawRow) -> bool:
    return not any(role in a.texts and role in b.texts for role in ("weight", "score", "review_score"))


def _open_text(a: RawRow, b: RawRow | None) -> bool:
    """Do brackets or quotes that open in `a` close in `b`, in some column?"""
    if b is None:
        return False
    for role in TEXTS & set(a.texts) & set(b.texts):
        if _balance(a.texts[role]) and not _balance(a.texts[role] + b.texts[role]):
            return True
        if any(_balance(b.texts[role])) and not any(_balance(a.texts[role])) and _stray(b.texts[role]):
            return False
    return False


def _balance(text: str) -> list[str]:
    """Brackets and quotes that are still open at the end of the text."""
    stack: list[str] = []
    for ch in text:
        if ch in CLOSERS.values():
            stack.append(ch)
        elif ch in CLOSERS and stack and stack[-1] == CLOSERS[ch]:
            stack.pop()
    return stack


def _stray(text: str) -> bool:
    return any(ch in CLOSERS and CLOSERS[ch] not in text for ch in text)


def _merge(a: RawRow, b: RawRow) -> RawRow:
    texts, cells = dict(a.texts), dict(a.cells)
    for role, text in b.texts.items():
        if role in ("level1", "level2") and role in texts and fold(text) == fold(texts[role]):
            continue
        texts[role] = clean(texts[role] + "\n" + text) if role in texts else text
        cells[role] = cells.get(role, ()) + b.cells.get(role, ())
    return RawRow(
        texts,
        cells,
        a.top,
        a.spans,
        min(a.margin, b.margin),
        max(a.cost, b.cost),
        a.flags | b.flags | {"page_stitched"},
        a.blank | b.blank,
        a.empty,
        a.recognised,
    )


def indicators(
    raws: Sequence[RawRow], columns: Sequence[Column], side_text: str | None = None
) -> tuple[Indicator, ...]:
    """Rows with their cells in place → indicators with their levels."""
    numbered = [split_ordinal(r.texts["name"])[0] if r.has("name") else None for r in raws]
    resolved = resolve(
        [
            LevelCells(
                r.texts.get("level1"),
                r.texts.get("level2"),
                n,
                r.top,
                r.spans,
                "level1" in r.empty,
                "level2" in r.empty,
                r.recognised,
            )
            for r, n in zip(raws, numbered, strict=True)
        ]
    )
    side = next((r.texts["side"] for r in raws if r.has("side")), side_text)
    side_level = read_level(side, 1) if side and re.search(r"\d", side) else None
    weights = [_number(r.texts.get("weight")) for r in raws]
    resolved = without_chance_weights(
        with_side_weight(resolved, side_level.weight if side_level else None, weights), weights
    )
    has2 = any(c.role == "level2" for c in columns)
    out = []
    horizon = "annual"
    for raw, level in zip(raws, resolved, strict=True):
        if raw.has("side"):
            horizon = (
                "long_term"
                if vocabulary.key_of("goal", raw.texts["side"], fuzzy=False) == "long_term"
                else "annual"
            )
        if not raw.has("name", "target", "actual") and not raw.has("weight"):
            continue
        flags = raw.flags | level.flags | {f for cs in raw.cells.values() for c in cs for f in c.flags}
        level1, level2 = level.level1, level.level2
        name = raw.texts.get("name")
        if (
            level1 is None
            and name
            and (alone := read_level(name, 1)) is not None
            and alone.known
            and alone.label == "预算执行率"
        ):
            level1 = level2 = alone.label
        if not has2 and "level2_inferred" in flags:
            level2, flags = None, flags - {"level2_inferred"}
        if _in_no_list(level1, 1) or _in_no_list(level2, 2):
            flags = flags | {Flag.LEVEL_UNKNOWN.value}
        out.append(
            Indicator(
                level1,
                level2,
                level.level1_raw,
                level.level2_raw,
                level.level1_weight,
                level.level2_weight,
                name=Field(name, raw.cells.get("name", ())),
                target=_target(raw),
                actual=_field(raw, "actual"),
                weight=_field(raw, "weight"),
                score=_field(raw, "score"),
                review_score=_field(raw, "review_score"),
                direction=_field(raw, "direction"),
                remark=_field(raw, "remark"),
                reason=_field(raw, "reason"),
                horizon=horizon,
                cells=tuple(
                    c for role, cs in raw.cells.items() for c in cs if role == "name" or c.row_span == 1
                ),
                confidence=_confidence(raw, flags),
                flags=tuple(sorted(flags)),
            )
        )
    return tuple(out)


def _in_no_list(label: str | None, column: int) -> bool:
    """Is this level's label one that is kept as printed because no list knows it?"""
    found = read_level(label, column) if label is not None else None
    return found is not None and not found.known


def _number(text: str | None) -> float | None:
    value = number(text.rstrip("分")) if text else None
    return None if value is None else float(value)


def _field(raw: RawRow, role: str) -> Field | None:
    return Field(raw.texts[role], raw.cells.get(role, ())) if raw.has(role) else None


def _target(raw: RawRow) -> Field | None:
    """The target; sign, value and unit of three columns joined in this order."""
    sign, value, unit = (raw.texts.get(r) for r in ("sign", "target", "unit"))
    if value is None:
        return (
            Field(unit, raw.cells.get("unit", ()))
            if sign is None and unit and unit not in ("无", "-") and "target" not in raw.blank
            else None
        )
    sign = (
        ""
        if sign is None or fold(sign) in ("定性", "无", "定量") or fold(value).startswith(fold(sign))
        else sign
    )
    unit = (
        ""
        if unit is None or fold(unit) in ("无", "-", "一", "") or fold(value).endswith(fold(unit))
        else unit
    )
    members = _members(raw, ("sign", "target", "unit"))
    return Field(clean(sign + value + unit), members)


def _members(raw: RawRow, roles: Iterable[str]) -> tuple[Cell, ...]:
    return tuple(c for r in roles for c in raw.cells.get(r, ()))


def _confidence(raw: RawRow, flags: frozenset[str]) -> float:
    """How sure a row is: the margin of its reading, less what each repair costs, times how well its cells
    were read.
    """
    sure = (SURE_RECOGNISED if raw.recognised else SURE[raw.spans]) - 0.45 * math.exp(-1.6 * raw.margin)
    sure -= sum(DOUBT.get(f, 0.0) for f in flags)
    read = [c.confidence for cs in raw.cells.values() for c in cs]
    return round(max(0.05, sure * min(read, default=1.0)), 3)
