"""Forms read off pictures: what the recogniser misread is set right where the form itself says what it must
be.

Comes in: a region before it is read, and the form read from it. Goes out: both with repairs, each flagged
`ocr_repaired`. The evidence: no unit of money is 方元; no Chinese sentence has an
ASCII full stop between two characters; weights, scores and fund lines sum to their totals, and the one figure
that spoils a sum could not be read, or was read unsurely and differs from what it must be by one digit. The
`*_raw` columns keep what was read. Texts of other sources come back as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Literal

from rapidfuzz.distance import Levenshtein

from normalizers.numerals import number
from normalizers.symbols import fold, is_blank
from pipeline.model.cells import Cell
from pipeline.model.flags import Flag
from pipeline.model.form import Field, Form, FundLine, Indicator
from pipeline.model.regions import Region
from pipeline.model.standards import FULL_MARKS
from pipeline.words.values import word, words

UNSURE = 0.97  # a figure that was read with more confidence is not called misread: sums may be wrong in print
MOST_POINTS = Decimal(60)  # a single indicator's weight is no larger
_MONEY_UNIT = word("misread", "money_unit")
_UNIT = re.compile(rf"(?<=[（(：:])\s*(?:{'|'.join(words('misread', 'money_units_misread'))})(?=\s*[)）]|$)")
_COMMA = word("misread", "comma")
_POINT = word("points", "unit")
_STOP = re.compile(r"(?<=[\u4e00-\u9fff）)])\.(?=[\u4e00-\u9fff])")

Points = Literal["weight", "score"]
Amount = Literal["initial_budget", "annual_budget", "executed"]
POINT_FIELDS: tuple[Points, ...] = ("weight", "score")
AMOUNT_FIELDS: tuple[Amount, ...] = ("initial_budget", "annual_budget", "executed")


def with_units(region: Region) -> Region:
    """The region with units of money as they must have been printed: `（方元）` is `（万元）`."""
    if not any(row.recognised for row in region.rows):
        return region
    rows = tuple(replace(row, cells=tuple(_unit(cell) for cell in row.cells)) for row in region.rows)
    lines = tuple(replace(line, text=_UNIT.sub(_MONEY_UNIT, line.text)) for line in region.lines)
    return replace(region, rows=rows, lines=lines)


def _unit(cell: Cell) -> Cell:
    text = _UNIT.sub(_MONEY_UNIT, cell.text)
    return cell if text == cell.text else replace(cell, text=text, flags=cell.flags | {Flag.OCR_REPAIRED})


def repaired(form: Form) -> Form:
    """The form with its figures set right by its own sums, and commas in its sentences."""
    if not form.recognised:
        return form
    header = {name: _sentence(f) if name.startswith("goal") else f for name, f in form.header.items()}
    rows = [
        replace(row, reason=row.reason and _sentence(row.reason), remark=row.remark and _sentence(row.remark))
        for row in form.indicators
    ]
    for points in POINT_FIELDS:
        rows = _by_total(rows, form, points)
    return replace(form, header=header, indicators=tuple(rows), funds=_by_sums(form.funds))


def _sentence(found: Field) -> Field:
    """A text with a comma where a full stop of another script was read between two characters."""
    if found.text is None or not _STOP.search(found.text):
        return found
    return _mended(found, _STOP.sub(_COMMA, found.text))


def _mended(found: Field, text: str) -> Field:
    flags = tuple(dict.fromkeys((*found.flags, Flag.OCR_REPAIRED)))
    return replace(found, text=text, flags=flags)


def _by_total(rows: Sequence[Indicator], form: Form, points: Points) -> list[Indicator]:
    """Weights (or scores) of which one spoils the sum."""
    out = list(rows)
    printed = form.total_weight if points == "weight" else form.total_score
    total = _value(printed) if printed is not None else Decimal(FULL_MARKS) if points == "weight" else None
    budget = next(
        (_value(getattr(f, points)) for f in form.funds if f.source == "total" and f.scope == "all"), None
    )
    own = [getattr(row, points) for row in out]
    if total is None or budget is None or not own or any(f is None or is_blank(f.text) for f in own):
        return out
    cap = (
        [_value(row.weight) or MOST_POINTS for row in out] if points == "score" else [MOST_POINTS] * len(out)
    )
    found = _odd_one(own, total - budget, lambda i, value: 0 <= value <= cap[i])
    if found is not None:
        at, field = found
        out[at] = replace(out[at], weight=field) if points == "weight" else replace(out[at], score=field)
    return out


def _by_sums(funds: Sequence[FundLine]) -> tuple[FundLine, ...]:
    """Fund lines of which one spoils the sum of its column; the total is the sum of the others."""
    out = list(funds)
    lines = [i for i, f in enumerate(out) if f.scope == "all" and f.source not in (None, "total")]
    totals = [i for i, f in enumerate(out) if f.scope == "all" and f.source == "total"]
    if len(totals) != 1 or len(lines) < 2:
        return tuple(out)
    for column in AMOUNT_FIELDS:
        whole = getattr(out[totals[0]], column)
        total = _value(whole)
        own = {i: f for i in lines if (f := getattr(out[i], column)) is not None and not is_blank(f.text)}
        if total is None or not own:
            continue
        found = _odd_one(list(own.values()), total, lambda _, value: value >= 0)
        if found is not None:
            at, field = list(own)[found[0]], found[1]
            out[at] = _with_amount(out[at], column, field)
    return tuple(out)


def _with_amount(line: FundLine, column: Amount, field: Field) -> FundLine:
    changed: Mapping[Amount, Field] = {column: field}
    return replace(
        line,
        initial_budget=changed.get("initial_budget", line.initial_budget),
        annual_budget=changed.get("annual_budget", line.annual_budget),
        executed=changed.get("executed", line.executed),
    )


def _odd_one(
    fields: Sequence[Field], total: Decimal, fits: Callable[[int, Decimal], bool]
) -> tuple[int, Field] | None:
    """The one field that, set to what the others leave of the total, closes the sum and is nearly what was
    read.
    """
    values = [_value(f) for f in fields]
    missing = [i for i, v in enumerate(values) if v is None]
    known = sum((v for v in values if v is not None), Decimal(0))
    if len(missing) > 1 or (not missing and known == total):
        return None
    found = []
    for i in missing or range(len(fields)):
        value = total - known + (values[i] or Decimal(0))
        text = f"{value.normalize():f}"
        doubted = min((c.confidence for c in fields[i].cells), default=1.0) < UNSURE
        if fits(i, value) and (missing or (doubted and Levenshtein.distance(text, _digits(fields[i])) == 1)):
            found.append((i, _mended(fields[i], text)))
    return found[0] if len(found) == 1 else None


def _digits(found: Field) -> str:
    value = _value(found)
    return f"{value.normalize():f}" if value is not None else ""


def _value(found: Field | None) -> Decimal | None:
    """The figure of a field; None where there is none."""
    text = fold(found.text or "").replace(",", "").rstrip(_POINT) if found is not None else ""
    value = number(text) if text else None
    return None if value is None else Decimal(str(value))
