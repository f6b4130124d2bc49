"""Small texts of a form's head and totals → their parts.

Comes in: one cleaned text, or None. Goes out: what the contract's columns hold: a name without its code, its
code, an attribute with its code apart, a term in years or from day to day, a grade, the one number of a cell.
None where the text does not have it; it refuses nothing.
"""

from __future__ import annotations

import re
from datetime import date

from normalizers.dates import read_date
from normalizers.numerals import number
from normalizers.symbols import EMPTY_BOX, TICKED, fold
from normalizers.words import load

# `219-…`, `219001-…`, `(433)…`, `820001…`; fewer than six bare digits belong to the name: 120急救中心,
# 12345热线
UNIT_CODE = re.compile(
    r"(^|(?<=[,，;；、]))\s*(?:[(（\[【]\d{3,}[)）\]】]|\d{3,}\s*[-—–－_]|\d{6,}(?=[^\d年月日]))\s*"
)
# `某局（219001）`, `某局[433]` at a name's end
CODE_BEHIND = re.compile(r"\s*[(（\[【]\s*(\d{3,})\s*[)）\]】]\s*(?=$|[,，;；、])")
SEAL = re.compile(r"\s*[(（][^()（）]{0,6}[章戳][)）]\s*$")
DIGITS = re.compile(r"\d+")
ATTRIBUTE_CODE = re.compile(
    r"^(?:(\d{1,6})\s*[-—–－_]\s*|[(（\[【](\d{1,6})[)）\]】]\s*|(0\d{1,5})(?=\D))(.+)$"
)
_BOXES = TICKED + EMPTY_BOX
TICK_TOKENS = re.compile(rf"[{_BOXES}]+|[^{_BOXES}]+")
ORDINAL = re.compile(r"^\d{1,2}[、.．](?!\d)\s*")  # `1、常年性项目`
TERM = re.compile(r"^(.+?)(年|个?月)(期)?$")
GRADES = {word: words[0] for words in load("values.toml")["grade"]["words"] for word in words}
GRADE = re.compile(r"(?:[^():,、]*:|\d+(?:\.\d+)?分?[,;、]?)?[(]?(\w{1,2})(?:等级?|级)?[)]?(?:[(][^()]*[)])?")
MOST_YEARS = 100  # 99年 means open-ended; more is a calendar year
FIGURE = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?")


def without_code(text: str | None) -> str | None:
    """A department's or unit's name without the code before or behind it, and without a stamp's place."""
    return (CODE_BEHIND.sub("", UNIT_CODE.sub("", SEAL.sub("", text))).strip() or None) if text else None


def unit_code(text: str | None) -> str | None:
    """The code printed with a name: `219001` of `219001-某局`, `433` of `(433)某局`; `、` parts several."""
    found = [m.group() for pattern in (UNIT_CODE, CODE_BEHIND) for m in pattern.finditer(text or "")]
    return "、".join(DIGITS.findall("".join(found))) or None


def attribute(text: str | None) -> tuple[str | None, str | None]:
    """(code, attribute) of `02-经常性项目`; of tick boxes only what is ticked."""
    chosen = ticked(text) if text else None
    match = ATTRIBUTE_CODE.match(chosen) if chosen else None
    if match is None:
        return None, chosen
    return next(g for g in match.groups()[:3] if g), match.group(4).strip()


def ticked(text: str) -> str:
    """The ticked choices of `新增项目□延续项目☑`, boxes on either side; other texts as they are."""
    tokens = TICK_TOKENS.findall(text)
    if not any(t[0] in EMPTY_BOX for t in tokens) or not any(c in TICKED for c in text):
        return text
    before = tokens[0][0] in _BOXES
    steps = (1, -1)[not before]
    chosen = [
        tokens[at + steps].strip(" ,，;；、")
        for at, mark in enumerate(tokens)
        if mark[0] in TICKED and 0 <= at + steps < len(tokens) and tokens[at + steps][0] not in _BOXES
    ]
    return "、".join(ORDINAL.sub("", c) for c in chosen if c) or text


def period_years(text: str | None) -> float | None:
    """Years of a term printed as a number: `99年`, `三年`, `36个月`, `5`; None for a range, a date, words."""
    key = fold(text or "")
    match = TERM.match(key)
    figure = number(match.group(1) if match else key)
    if figure is None or not 0 < figure <= (
        MOST_YEARS if match is None or match.group(2) == "年" else MOST_YEARS * 12
    ):
        return None
    return float(figure) if match is None or match.group(2) == "年" else round(float(figure) / 12, 4)


def term(text: str | None, fiscal_year: int | None = None) -> tuple[date | None, date | None]:
    """The first and last day of a term (`2023年1月-2024年6月`, `2023年`); of a deadline only the last."""
    span = read_date(text, fiscal_year) if text else None
    if span is None or (span.kind == "date" and span.comparator == "="):
        return None, None
    return span.start, span.end


def day(text: str | None) -> date | None:
    """The day that a text is: `2024年3月5日`, `2024-03-05`; None for a month or a deadline."""
    span = read_date(text) if text else None
    return span.end if span is not None and span.kind == "date" and span.comparator == "=" else None


def grade(text: str | None) -> str | None:
    """优, 良, 中 or 差 of `优秀`, `95分，优`, `（良）`, `优☑ 良□`; None where a text says none or several."""
    chosen = fold(ticked(text or ""))
    if any(c in _BOXES for c in chosen):
        return None
    m = GRADE.fullmatch(chosen)
    return GRADES.get(m.group(1)) if m else None


def only_number(text: str) -> float | None:
    """The number of a text that holds just one: `10`, `10分`, `（10分）`, `95分，优`."""
    key = fold(text)
    whole = number(key)
    if whole is not None:
        return float(whole)
    found = FIGURE.findall(key)
    figure = number(found[0]) if len(found) == 1 else None
    return None if figure is None else float(figure)
