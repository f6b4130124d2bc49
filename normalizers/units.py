"""Amounts of a fund block → 元, and the unit that a label states.

Comes in: the text of an amount cell, or of a label. Goes out: a `Decimal` in 元 with two places, or the
unit's name; None where there is none. The cell's own unit beats the block's. Nothing raises.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from normalizers.numerals import number, scale_of, scaled
from normalizers.symbols import fold
from normalizers.words import MONEY_NOT_AFTER, MONEY_NOT_BEFORE, alternatives

CENT = Decimal("0.01")
YUAN = "元"
LIMIT = Decimal(10) ** 18  # decimal128(20, 2)
UNIT = r"(?:[十百千]?亿|[十百千]?万|[百千])?元"
_UNIT = re.compile(rf"(?<![{MONEY_NOT_AFTER}])({UNIT})(?!{alternatives(MONEY_NOT_BEFORE)})")
_STATED = re.compile(rf"(?:单位|[(\[])[::]?(?:人民币)?({UNIT})")
_AMOUNT = re.compile(rf"(?:人民币|RMB|¥)?([+-]?)¥?([^+-].*?)({UNIT}|圆|万|亿)?整?")


@lru_cache(maxsize=65536)
def unit_of(text: str) -> str | None:
    """The unit of money that a label states: `项目资金（万元）` → `万元`; one after 单位 or in brackets comes
    first.
    """
    key = fold(text)
    m = _STATED.search(key) or _UNIT.search(key)
    return m.group(1) if m else None


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
    own = m.group(3) or ("元" if "¥" in key else unit)
    return _cents((-value if m.group(1) == "-" else value) * yuan_per(own))


def yuan_per(unit: str | None) -> int:
    """How many 元 one of a unit is: 万元 → 10000; None and an unknown unit count as 元."""
    word = fold(unit or "").rstrip("元圆")
    try:
        return scale_of(word)
    except KeyError:
        return 1


def _cents(value: Decimal) -> Decimal | None:
    return None if abs(value) >= LIMIT else value.quantize(CENT, rounding=ROUND_HALF_UP)
