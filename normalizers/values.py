"""A target or actual cell → a typed value; two values → how far the target was met.

Comes in: the text of a cell (blank or None too). Goes out: a frozen `Value` with the fields of the data
contract, "A value", and the doubts met on the way; nothing is corrected. Refused, as null, is what cannot be
told: attainment across units, a text against a number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from normalizers.comparators import COMPARATORS_AFTER, COMPARATORS_BEFORE
from normalizers.indicator_names import split_name
from normalizers.measures import Part, measures
from normalizers.symbols import clean, fold, is_blank, narrow, unwrap_latex
from normalizers.units import CLASSIFIERS
from normalizers.words import alternatives, load

PLACEHOLDERS = frozenset[str](load("values.toml")["placeholder"]["words"])
"""What stands for a value where there is none: 无, 不涉及, 0."""

PLACES = 4  # attainment is rounded like the execution rate
SERIALS = (40000, 50000)  # Excel's day numbers of 2009-07-06 to 2036-11-21
INFINITY = float("inf")
_WORDY = [word for word in COMPARATORS_BEFORE if len(word) > 1]
_LOST = re.compile(
    rf"(?:^|[、;,。])(?:(?:{alternatives(COMPARATORS_BEFORE)})?(?:%|{alternatives(CLASSIFIERS)})(?:{alternatives(COMPARATORS_AFTER)})?"
    rf"|(?:{alternatives(COMPARATORS_AFTER)}))(?=$|[、;,。])"
    rf"|(?:{alternatives(_WORDY)})(?:%|{alternatives(CLASSIFIERS)})(?=$|[、;,。])"
    r"|^[≥≤><=]+%?$"
)
_MASKED = re.compile(
    rf"\*{{2,}}|×{{2,}}|[≥≤><=]\*|(?<![A-Za-z])[xX]{{2,}}(?=$|%|{alternatives(CLASSIFIERS)})"
)
# A label that ends in a figure of its own (`1100 00亩` → 1100): a blank has torn a number. PM2.5 is a name.
_TORN = re.compile(r"(?<![A-Za-z0-9.,])(?!(?:19|20)\d{2}$)\d[\d,]*(?:\.\d+)?$")
_BOLD = re.compile(r"\*\*[^*]+\*\*")
_MISREAD_GE = re.compile(r"2(?:100(?:\.0+)?|[1-9][0-9](?:\.[0-9]+)?)%")


@dataclass(frozen=True, slots=True)
class Value:
    """What a cell says. Units as in the contract: money in 元, percent in points; `kind` None for a blank
    cell.
    """

    kind: str | None = None
    comparator: str | None = None
    value: float | None = None
    value_max: float | None = None
    unit: str | None = None
    date_start: date | None = None
    date_end: date | None = None
    parts: tuple[Part, ...] = ()
    flags: frozenset[str] = frozenset()


@lru_cache(maxsize=65536)
def read_value(raw: str | None, *, fiscal_year: int | None = None, cost: bool = False) -> Value:
    """The value of a cell; with `cost` a bare 万 or 亿 is money (flag `unit_assumed`).

    One measure is repeated in the scalar fields, more than one make a `compound`, none a `text`. Flags:
    `digits_lost` where units or comparators stand without their digits, or some are masked (`≤****000元`, a
    text), `value_unread` where a figure stands before another with nothing between them, `unit_suspect`
    where a figure cannot be what it says (`290%` for `≥90%`, a workbook's day number); the figure is kept.
    Source: data contract, "A value".
    """
    if raw is None or is_blank(raw):
        return Value()
    text = unwrap_latex(clean(raw)).strip()
    key = fold(text)
    if not key:
        return Value()
    if _MASKED.search(key) and not _BOLD.fullmatch(key):
        return Value("text", flags=frozenset({"digits_lost"}))
    parts, flags = measures(text, fiscal_year, cost)
    if not any(c.isdigit() for c in key) and _LOST.search(narrow(text)):
        flags |= {"digits_lost"}
    if not parts:
        return Value("text", flags=flags)
    if any(p.label is not None and _TORN.search(narrow(p.label)) for p in parts):
        return Value("text", flags=flags | {"value_unread"})
    if _suspect(key, parts):
        flags |= {"unit_suspect"}
    if len(parts) > 1:
        return Value("compound", parts=parts, flags=flags)
    p = parts[0]
    return Value(p.kind, p.comparator, p.value, p.value_max, p.unit, p.date_start, p.date_end, parts, flags)


def _suspect(key: str, parts: tuple[Part, ...]) -> bool:
    """≥ read as 2 before a rate, or the serial number of a day where a date should be."""
    if _MISREAD_GE.fullmatch(key):
        return True
    only = parts[0]
    if len(parts) > 1 or only.unit is not None or only.value is None:
        return False
    return SERIALS[0] <= only.value <= SERIALS[1] and only.value.is_integer()


def is_placeholder(name: str | None, target: str | None, actual: str | None = None) -> bool:
    """Does the row only say that there is no such indicator (`0`/`0`, `无`/`0`, blank/`无`)? A real zero
    (`0起`) is not one.

    An entirely blank row says nothing and is not one either. Source: data contract, `is_placeholder`.
    """
    words = [split_name(name or "").text, target or "", actual or ""]
    empty = [is_blank(word) for word in words]
    return not all(empty) and all(
        blank or fold(word) in PLACEHOLDERS for word, blank in zip(words, empty, strict=True)
    )


def attainment(target: Value, actual: Value) -> float | None:
    """actual / target × 100, rounded to 4 places, where both are one number in the same unit; else None.

    A unit missing on one side is taken from the other, but a bare number is no amount of money: the cell does
    not say of what.
    """
    if not _comparable(target, actual) or target.comparator == "range" or actual.comparator == "range":
        return None
    if not target.value or actual.value is None:
        return None
    percent = actual.value / target.value * 100
    return round(percent, PLACES) if abs(percent) < INFINITY else None


def target_met(
    target: Value,
    actual: Value,
    *,
    cost: bool = False,
    target_raw: str | None = None,
    actual_raw: str | None = None,
) -> bool | None:
    """Does the actual value meet the target? None where that cannot be told.

    Numbers in the same unit: the actual interval inside the target's; `=` is met from above too, in a cost
    indicator from below. Intervals that only overlap cannot be told. Dates: the actual end not after the
    target's. Equal texts meet. Source: data contract.
    """
    if _comparable(target, actual):
        return _inside(target, actual, cost)
    if target.date_end is not None and actual.date_end is not None:
        return actual.date_end <= target.date_end
    if target_raw and actual_raw and not is_blank(target_raw) and fold(target_raw) == fold(actual_raw):
        return True
    return None


def _comparable(a: Value, b: Value) -> bool:
    """Are both one figure in the same unit, or in one that can be taken from the other side?"""
    if a.value is None or b.value is None or len(a.parts) != 1 or len(b.parts) != 1:
        return False
    if a.kind == b.kind:
        return a.unit == b.unit or (a.kind == "number" and None in (a.unit, b.unit))
    return {a.kind, b.kind} == {"number", "percent"} and None in (a.unit, b.unit)


def _interval(value: Value, comparator: str | None) -> tuple[float, bool, float, bool]:
    """Low end, is it included, high end, is it included."""
    low = value.value if value.value is not None else -INFINITY
    if comparator == "range":
        return low, True, value.value_max if value.value_max is not None else low, True
    if comparator in (">=", ">"):
        return low, comparator == ">=", INFINITY, False
    if comparator in ("<=", "<"):
        return -INFINITY, False, low, comparator == "<="
    return low, True, low, True


def _inside(target: Value, actual: Value, cost: bool) -> bool | None:
    wanted = target.comparator
    if wanted in ("=", "~"):
        wanted = "<=" if cost else ">="
    low, low_in, high, high_in = _interval(target, wanted)
    a, a_in, b, b_in = _interval(actual, actual.comparator)
    if (a > low or (a == low and (low_in or not a_in))) and (
        b < high or (b == high and (high_in or not b_in))
    ):
        return True
    if a > high or b < low or (a == high and not (a_in and high_in)) or (b == low and not (b_in and low_in)):
        return False
    return None
