"""A text that is one number → `Decimal`; a text that is one rate → percent points.

Comes in: the text of a cell. Goes out: the number, or None where the text is not exactly one number. Chinese
numerals are read by a grammar of our own, because the usual libraries also read 统一 and 一次性. Nothing
raises.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache

from normalizers.symbols import fold
from normalizers.words import alternatives, load

_WORDS = load("numerals.toml")
NOT_IN: tuple[str, ...] = tuple(_WORDS["numeral"]["not_in"])
NOT_AFTER: str = _WORDS["numeral"]["not_after"]
TENTHS_NOT_BEFORE: str = _WORDS["tenths"]["not_before"]
PERCENT = alternatives(_WORDS["percent"]["words"])

SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
LONGEST = 30  # digits: no amount has more, and Decimal's context keeps 28
_WRITTEN = ("零〇○", "一壹幺", "二贰两", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")
_DIGITS = {char: digit for digit, chars in enumerate(_WRITTEN) for char in chars}
_FORMAL = str.maketrans("拾佰仟萬億", "十百千万亿")
NUMERAL_CHARS = "零〇○一二三四五六七八九十百千万亿两壹贰叁肆伍陆柒捌玖拾佰仟"
PLAIN = r"[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?"
SCALE = r"(?:[十百千]?万亿?|[十百千]?亿|[百千])"
_SPACED_GROUPS = re.compile(r"([+-]?\s*[0-9]{1,3})((?:\s[0-9]{3})+)(\.[0-9]+)?")
_AROUND = re.compile(r"\s*([.,+-])\s*")
_NUMBER = re.compile(rf"([+-]?)({PLAIN}|\.[0-9]+)")
_SCALED = re.compile(rf"(.*?)({SCALE})")
_PERCENT = re.compile(rf"[=≈约]?([+-]?)({PLAIN}|\.[0-9]+)(%+|\(%\)|{PERCENT})?")
_CHINESE_PERCENT = re.compile(rf"百分之([{NUMERAL_CHARS}点]+|{PLAIN})")


@lru_cache(maxsize=65536)
def number(text: str) -> Decimal | None:
    """The number that the whole text is, or None.

    Full-width digits, well-formed thousands groups (`1,200`, `1，200`, `1 000`), decimals, a sign and Chinese
    numerals (`二十`, `叁万`). A digit with a scale (`5万`) is for `scaled`.
    """
    plain = "".join(c for c in text if unicodedata.category(c) != "Cf")
    if any(unicodedata.category(c) == "No" for c in plain):
        return None
    plain = unicodedata.normalize("NFKC", plain).replace("−", "-").strip()
    plain = "".join(plain.split()) if _SPACED_GROUPS.fullmatch(plain) else _AROUND.sub(r"\1", plain)
    if m := _NUMBER.fullmatch(plain):
        return decimal(m.group(1) + m.group(2))
    return chinese(plain)


def decimal(digits: str) -> Decimal | None:
    """ASCII digits, with or without commas, as a number; None if there are more than an amount can have."""
    return Decimal(digits.replace(",", "")) if len(digits) <= LONGEST else None


@lru_cache(maxsize=65536)
def scaled(text: str) -> Decimal | None:
    """Like `number`, with an optional scale multiplied out: `1.5万` → 15000, `2.6亿`, `3千`, `1.5万亿`."""
    plain = number(text)
    if plain is not None:
        return plain
    m = _SCALED.fullmatch(fold(text))
    if m is None or not m.group(1):
        return None
    base = number(m.group(1))
    return None if base is None else base * scale_of(m.group(2))


def scale_of(word: str) -> int:
    """The factor of a scale word: `万` → 10000, `百万` → 1000000, `万亿` → 10¹²; of an empty one 1. Raises
    KeyError for another.
    """
    factor = 1
    for char in word:
        factor *= SCALES[char]
    return factor


def chinese(text: str) -> Decimal | None:
    """A Chinese numeral as a number: `二十`, `一百零五`, `叁万`, `三点五亿`, `二〇二四`; None for what is
    none.

    Colloquial `一百五` is refused, for it can be read two ways, and so are digits in a row (`二三`) of fewer
    than four.
    """
    text = text.translate(_FORMAL)
    whole, point, rest = text.partition("点")
    if not whole or any(c not in _DIGITS and c not in SCALES for c in whole):
        return None
    if point:
        digits = rest.rstrip("十百千万亿")
        if not digits or any(c not in _DIGITS for c in digits):
            return None
        base = _integer(whole)
        if base is None or len(text) > LONGEST:
            return None
        return Decimal(f"{base}.{''.join(str(_DIGITS[c]) for c in digits)}") * scale_of(rest[len(digits) :])
    if len(whole) >= 4 and all(c in _DIGITS for c in whole):
        return decimal("".join(str(_DIGITS[c]) for c in whole))
    value = _integer(whole)
    return None if value is None else Decimal(value)


def _integer(text: str) -> int | None:
    """A numeral with units: every unit smaller than the one before it within its group of 万 or 亿."""
    for unit in ("亿", "万"):
        head, found, tail = text.rpartition(unit)
        if found:
            high = _integer(head)
            low = _low(tail, SCALES[unit])
            return None if high is None or low is None else high * SCALES[unit] + low
    return _section(text)


def _low(text: str, above: int) -> int | None:
    """What follows 万 or 亿: nothing, or a numeral below it; a digit alone needs a 零 before it."""
    if not text:
        return 0
    if len(text) == 1:
        return None
    value = _integer(text)
    return value if value is not None and value < above else None


def _section(text: str) -> int | None:
    total, limit, digit, zero = 0, 10**4, None, False
    for char in text:
        if char in _DIGITS:
            if digit is not None:
                return None
            zero = zero or _DIGITS[char] == 0
            digit = _DIGITS[char] or None
            continue
        scale = SCALES[char]
        if scale >= limit or (digit is None and (char != "十" or (total and not zero))):
            return None
        total, limit, digit, zero = total + (digit or 1) * scale, scale, None, False
    if digit is not None and limit > 10 and total and not zero:
        return None
    if not text or (total == 0 and digit is None and text not in ("零", "〇", "○")):
        return None
    return total + (digit or 0)


@lru_cache(maxsize=65536)
def percent(text: str, fraction: bool = False) -> float | None:
    """A rate in percent points: `99.17%`, `100.00(%)`, `百分之九十`, a bare number as it is; None if it is no
    rate.

    With `fraction` a number without a sign is a part of one, as workbooks keep it: `0.9917` → 99.17.
    """
    key = fold(text)
    if m := _CHINESE_PERCENT.fullmatch(key):
        value = number(m.group(1))
        return None if value is None else float(value)
    m = _PERCENT.fullmatch(key)
    value = decimal(m.group(1) + m.group(2)) if m else None
    if m is None or value is None:
        return None
    return float(value * 100 if fraction and not m.group(3) else value)
