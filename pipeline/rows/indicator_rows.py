"""An indicator as printed → its row, with the values that its cells say.

Comes in: an indicator with texts as printed, and its form. Goes out: a row of `indicators`; the columns that
follow from its cells can be had again after a cell was corrected. It refuses nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TypedDict

from normalizers.indicator_names import Name, counted, is_part, split_name, with_threshold
from normalizers.measures import Part
from normalizers.values import Value, attainment, is_placeholder, read_value, target_met
from pipeline.model.cells import Cell, union
from pipeline.model.form import Form, Indicator
from pipeline.model.rows import IndicatorRow, PartRow
from pipeline.rows.figures import Doubt, points_of, text_of
from pipeline.words.values import pairs, word, words

CORE = frozenset(words("further", "yes"))  # what a column 是否核心指标 says of a core indicator
DIRECTIONS = pairs("kind", "ways")
COST_MARK = word("level", "cost_mark")


class Keys(TypedDict):
    """The keys that every row below a form has."""

    project_id: str
    document_id: str


class Printed(TypedDict):
    """The columns of an indicator that its values are read from."""

    level1: str | None
    level2: str | None
    name_raw: str | None
    target_raw: str | None
    actual_raw: str | None
    flags: list[str]


class ValueColumns(TypedDict):
    """The columns of an indicator that follow from its cells."""

    ordinal: int | None
    name: str | None
    name_threshold: str | None
    is_placeholder: bool
    target_kind: str | None
    target_comparator: str | None
    target_value: float | None
    target_value_max: float | None
    target_unit: str | None
    target_date_start: date | None
    target_date_end: date | None
    target_parts: list[PartRow]
    actual_kind: str | None
    actual_comparator: str | None
    actual_value: float | None
    actual_value_max: float | None
    actual_unit: str | None
    actual_date_start: date | None
    actual_date_end: date | None
    actual_parts: list[PartRow]
    attainment_pct: float | None
    target_met: bool | None
    flags: list[str]


class Place(TypedDict):
    """The columns that say where a row was printed."""

    page: int | None
    bbox: list[float] | None
    line_start: int | None
    line_end: int | None


def indicator_row(item: Indicator, form: Form, keys: Keys, seq: int) -> IndicatorRow:
    """The row of an indicator; `seq` counts the form's rows from 1."""
    doubt = Doubt(set(item.flags))
    doubt.note(item.name, item.target, item.actual, item.weight, item.score, item.review_score, item.reason)
    doubt.note(item.adjusted_target, *(f for _, f in item.reviews))
    weight, score, review = (points_of(f, doubt) for f in (item.weight, item.score, item.review_score))
    direction = text_of(item.direction) or ""
    printed: Printed = {
        "level1": item.level1,
        "level2": item.level2,
        "name_raw": text_of(item.name),
        "target_raw": text_of(item.target),
        "actual_raw": text_of(item.actual),
        "flags": doubt.words(),
    }
    return {
        "indicator_id": f"{keys['project_id']}-{seq:03d}",
        **keys,
        "seq": seq,
        **printed,
        "level1_raw": item.level1_raw,
        "level2_raw": item.level2_raw,
        "level1_weight": item.level1_weight,
        "level2_weight": item.level2_weight,
        **value_columns(printed, form.fiscal_year),
        "is_core": split_name(printed["name_raw"] or "").is_core or text_of(item.core) in CORE,
        "parent_id": None,
        "adjusted_target_raw": text_of(item.adjusted_target),
        "weight": weight,
        "score": score,
        "review_score": review,
        "reviews": [
            {"by": by, "score": points}
            for by, f in item.reviews
            if (points := points_of(f, doubt)) is not None
        ],
        "horizon": item.horizon,
        "direction": next((d for word, d in DIRECTIONS.items() if word in direction), None),
        "remark": text_of(item.remark),
        "deviation_reason": text_of(item.reason),
        "cost_of": None,
        "cost_amount": None,
        **place_of(_cells(item)),
        "extractor": item.reader or form.reader,
        "confidence": 0.0,
        "doubts": [],
    }


def with_parents(rows: Sequence[IndicatorRow]) -> list[IndicatorRow]:
    """The rows of a form, each `其中：` row with the id of the row above that it is a part of."""
    whole: str | None = None
    out: list[IndicatorRow] = []
    for row in rows:
        if row["name_raw"] and is_part(row["name_raw"]):
            out.append({**row, "parent_id": whole})
        else:
            whole = row["indicator_id"]
            out.append(row)
    return out


def with_ordinals(rows: Sequence[IndicatorRow]) -> list[IndicatorRow]:
    """The rows of a form; where most names are numbered, `1.4类水体` is the first of them and no 1.4."""
    if 2 * sum(row["ordinal"] is not None for row in rows) <= len(rows):
        return list(rows)
    out: list[IndicatorRow] = []
    for row in rows:
        name = counted(row["name_raw"] or "") if row["ordinal"] is None else None
        out.append(row if name is None else {**row, "ordinal": name.ordinal, "name": name.text or None})
    return out


def value_columns(row: Printed, fiscal_year: int | None) -> ValueColumns:
    """What of an indicator's row follows from its cells: name, values, their comparison, and its flags with
    those that reading the values raised.
    """
    name = split_name(row["name_raw"]) if row["name_raw"] else Name(None, "")
    target_raw, actual_raw = row["target_raw"], row["actual_raw"]
    placeholder = is_placeholder(name.text, target_raw, actual_raw)
    cost = any(level is not None and COST_MARK in level for level in (row["level1"], row["level2"]))
    target, actual = (
        Value()
        if placeholder
        else read_value(with_threshold(name.threshold, raw, sign), fiscal_year=fiscal_year, cost=cost)
        for raw, sign in ((target_raw, True), (actual_raw, False))
    )
    met = (
        None
        if placeholder
        else target_met(target, actual, cost=cost, target_raw=target_raw, actual_raw=actual_raw)
    )
    return {
        "ordinal": name.ordinal,
        "name": name.text or None,
        "name_threshold": name.threshold,
        "is_placeholder": placeholder,
        "target_kind": target.kind,
        "target_comparator": target.comparator,
        "target_value": target.value,
        "target_value_max": target.value_max,
        "target_unit": target.unit,
        "target_date_start": target.date_start,
        "target_date_end": target.date_end,
        "target_parts": [_part(p) for p in target.parts],
        "actual_kind": actual.kind,
        "actual_comparator": actual.comparator,
        "actual_value": actual.value,
        "actual_value_max": actual.value_max,
        "actual_unit": actual.unit,
        "actual_date_start": actual.date_start,
        "actual_date_end": actual.date_end,
        "actual_parts": [_part(p) for p in actual.parts],
        "attainment_pct": attainment(target, actual),
        "target_met": met,
        "flags": sorted({*row["flags"], *target.flags, *actual.flags}),
    }


def _part(part: Part) -> PartRow:
    return {
        "label": part.label,
        "kind": part.kind,
        "comparator": part.comparator,
        "value": part.value,
        "value_max": part.value_max,
        "unit": part.unit,
        "date_start": part.date_start,
        "date_end": part.date_end,
    }


def _cells(item: Indicator) -> Sequence[Cell]:
    fields = (item.name, item.target, item.actual, item.weight, item.score, item.reason)
    return item.cells or [c for f in fields if f is not None for c in f.cells]


def place_of(cells: Sequence[Cell]) -> Place:
    """Where cells stand: their first page, their box there, their lines."""
    page = min((c.page for c in cells if c.page is not None), default=None)
    box = union(c.box for c in cells if c.page == page)
    return {
        "page": page,
        "bbox": list(box) if box else None,
        "line_start": min((c.line_start for c in cells if c.line_start is not None), default=None),
        "line_end": max((c.line_end for c in cells if c.line_end is not None), default=None),
    }
