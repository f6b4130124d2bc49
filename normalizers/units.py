"""Units: the words for them, the unit that a label states, and amounts of money → 元.

Comes in: the text of an amount cell, or of a label. Goes out: a `Decimal` in 元 with two places, or the
unit's name; None where there is none. The cell's own unit beats the block's. Nothing raises.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from normalizers.numerals import number, scale_of, scaled
from normalizers.symbols import fold
from normalizers.words import alternatives, load, longest_first

_WORDS = load("units.toml")
CLASSIFIERS = longest_first(_WORDS["unit"]["classifiers"])
PLAIN_CLASSIFIERS: tuple[str, ...] = tuple(_WORDS["unit"]["plain"])
TIME_UNITS = frozenset[str](_WORDS["unit"]["time"])
NOT_SCALED: tuple[str, ...] = tuple(_WORDS["unit"]["not_scaled"])
FOREIGN_MONEY = longest_first(_WORDS["unit"]["foreign"])
IDENTIFIER_ENDS: tuple[str, ...] = tuple(_WORDS["unit"]["identifiers"])
LONGEST_UNIT: int = _WORDS["unit"]["longest"]
_MONEY = _WORDS["money"]
YUAN: str = _MONEY["yuan"]
MONEY_WORDS = longest_first(_MONEY["words"])
MONEY_NOT_BEFORE: tuple[str, ...] = tuple(_MONEY["not_before"])
MONEY_AFTER: tuple[str, ...] = (_MONEY["name"], _MONEY["whole"])
UNIT_LABELS: tuple[str, ...] = tuple(_MONEY["label"])
OF_AMOUNTS: str = _MONEY["of_amounts"]

CENT = Decimal("0.01")
LIMIT = Decimal(10) ** 18  # decimal128(20, 2)
UNIT = rf"(?:[十百千]?亿|[十百千]?万|[百千])?{YUAN}"
_CURRENCY = alternatives(_MONEY["currency"])
_UNIT = re.compile(rf"(?<![{_MONEY['not_after']}])({UNIT})(?!{alternatives(MONEY_NOT_BEFORE)})")
_STATED = re.compile(rf"(?:{alternatives(UNIT_LABELS)}|[(\[])[::]?(?:{_MONEY['name']})?({UNIT})")
_NOTE = re.compile(
    rf"(?:{alternatives(UNIT_LABELS)})[::]?(?:{_MONEY['name']})?(?P<labelled>{UNIT})(?![/每·])"
    rf"|[(\[](?:{_MONEY['name']})?(?P<bracketed>{UNIT})[)\]]"
)
_AMOUNT = re.compile(
    rf"(?:{_CURRENCY})?([+-]?)¥?([^+-].*?)({UNIT}|{_MONEY['written']}|万|亿)?{_MONEY['whole']}?"
)


@lru_cache(maxsize=65536)
def unit_of(text: str) -> str | None:
    """The unit of money that a label states: `项目资金（万元）` → `万元`; one after 单位 or in brackets comes
    first.
    """
    key = fold(text)
    m = _STATED.search(key) or _UNIT.search(key)
    return m.group(1) if m else None


@lru_cache(maxsize=65536)
def stated_unit(text: str) -> str | None:
    """The unit of money that a note names (`金额单位：万元`, `…表（元）`); `8730元/单位` is a price."""
    m = _NOTE.search(fold(text))
    return m.group("labelled") or m.group("bracketed") if m else None


@lru_cache(maxsize=65536)
def yuan(text: str, unit: str | None = None) -> Decimal | None:
    """The amount of a cell in 元, rounded half up to 0.01; a bare number is in `unit` (None: 元), the cell's
    own unit beats it.

    `14.5万元`, `叁万元`, `￥3,000`, `-13.27万元` and `20万` carry their own; None for what is no amount or
    exceeds decimal(20, 2), and for `.00`: an amount whose whole part is lost is none.
    """
    key = fold(text)
    if key.startswith("."):
        return None
    bare = number(text)
    if bare is not None:
        return _cents(bare * yuan_per(unit))
    m = _AMOUNT.fullmatch(key)
    if m is None:
        return None
    value = scaled(m.group(2))
    if value is None:
        return None
    own = m.group(3) or (YUAN if "¥" in key else unit)
    return _cents((-value if m.group(1) == "-" else value) * yuan_per(own))


def is_amount(text: str) -> bool:
    """Is the text an amount of money, with or without a unit of its own?"""
    return yuan(text) is not None


def yuan_per(unit: str | None) -> int:
    """How many 元 one of a unit is: 万元 → 10000; None and an unknown unit count as 元."""
    word = fold(unit or "").rstrip(YUAN + _MONEY["written"])
    try:
        return scale_of(word)
    except KeyError:
        return 1


def _cents(value: Decimal) -> Decimal | None:
    return None if abs(value) >= LIMIT else value.quantize(CENT, rounding=ROUND_HALF_UP)
