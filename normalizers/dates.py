"""Points, deadlines and periods in time.

Comes in: a text, or a place in one, in narrow characters, and the fiscal year that a date without a year
takes. Goes out: a `Span` with its last day (and its first, for a period), or None. Nothing is read against
today's date; a date that cannot be (`2024年2月30日`) or whose year is unknown is no date.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from normalizers.numerals import chinese
from normalizers.symbols import clean, narrow, unwrap_latex
from normalizers.words import alternatives, load

_TABLES = load("dates.toml")
_DONE_WORDS = _TABLES["done"]

_CN_YEAR = "[一二][〇○零九][〇○零一二三四五六七八九]{2}"
_Y = rf"(?:(?:19|20)[0-9]{{2}}|{_CN_YEAR})"
_M = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_D = r"(?:3[01]|[12][0-9]|0?[1-9]|三十一?|二十[一-九]?|十[一二三四五六七八九]?|[一二三四五六七八九])"
_TO = r"(?:-{1,2}|~|至|到)"
_CLOCK = r"(?:[ T]?[0-9]{2}:[0-9]{2}(?::[0-9]{2})?|(?![0-9]))"  # workbooks add one to a day
# A point in words: any of year, month, day or ten days, quarter, half-year, from the coarse to the fine.
_WORDS = (
    rf"(?:(?P<y{{n}}>{_Y})年(?!级)度?的?|(?P<z{{n}}>次年|翌年)度?|[当本今]年度?)?"
    rf"(?:(?P<m{{n}}>{_M})月(?!亮)份?(?:(?P<d{{n}}>{_D})(?:日|号)|(?P<x{{n}}>[上中下])旬)?"
    rf"|第?(?P<q{{n}}>[一二三四1-4])季度|(?P<h{{n}}>[上下])半年)?"
)
_SIGNS = (
    rf"(?P<sy{{n}}>{_Y})(?P<s{{n}}>[./-])(?P<sm{{n}}>1[0-2]|0?[1-9])(?P=s{{n}})(?P<sd{{n}}>3[01]|[12][0-9]|0?[1-9]){_CLOCK}"
    r"|(?P<ey{n}>(?:19|20)[0-9]{2})(?P<em{n}>0[1-9]|1[0-2])(?P<ed{n}>0[1-9]|[12][0-9]|3[01])(?![0-9.,万亿元个人次户台])"
)
_MONTH_SIGNS = r"|(?P<fy{n}>(?:19|20)[0-9]{2})[./-]?(?P<fm{n}>1[0-2]|0[1-9]|(?<=[./-])[1-9])(?![0-9./])"
_START = r"(?<![0-9A-Za-z第每零〇一二三四五六七八九十])(?<![0-9]\.)"
STARTS = frozenset("0123456789一二三四五六七八九十第上下年本当今次翌自从")  # what a time can begin with


def _point(n: int, months: bool) -> str:
    signs = _SIGNS + _MONTH_SIGNS if months else _SIGNS
    return f"(?:{signs}|{_WORDS})".replace("{n}", str(n))


_ELIDED_MONTHS = re.compile(
    rf"{_START}(?:(?P<y1>{_Y})年度?)?(?P<m1>{_M})月?份?{_TO}(?P<m2>{_M})月(?:份|底|末)?(?![0-9一二三四五六七八九十]*(?:日|号))"
)
_ELIDED_DAYS = re.compile(rf"{_START}(?:(?P<y1>{_Y})年)?(?P<m1>{_M})月(?P<d1>{_D})日?{_TO}(?P<d2>{_D})日")
_ELIDED_YEARS = re.compile(rf"{_START}(?P<y1>{_Y})年?{_TO}(?P<y2>{_Y})年度?(?![0-9]|{_M}月)")
_FROM_TO = re.compile(rf"{_START}(?:自|从)?{_point(1, True)}(?:起|日起)?{_TO}{_point(2, True)}(?:底|末|止)?")
_POINT = re.compile(rf"{_START}{_point(1, False)}")
_SHORT_DAY = re.compile(
    rf"{_START}(?P<m1>1[0-2]|0?[1-9])\.(?P<d1>3[01]|[12][0-9]|0?[1-9])(?=日?(?:之前|以前|前))日?"
)
_LONE_MONTH = re.compile(rf"{_START}(?P<fy1>{_Y})-(?P<fm1>0[1-9]|1[0-2])(?![0-9./-])")
_YEAR_END = re.compile(
    r"(?<![0-9每逐多几半一两三四五六七八九十])[本当今]?年(?:度)?(?P<end>底|末|终|内)(?:前|之前|以前)?"
)
_WHOLE_YEAR = re.compile(r"[本当]?(?:全年|年度|年)(?:内|度)?")
# 底, 末, 前, 完成 make a deadline of a point: data contract, "A value".
_DONE = (
    rf"(?:{alternatives(_DONE_WORDS['before'])})?(?:{alternatives(_DONE_WORDS['words'])})"
    rf"(?![{_DONE_WORDS['not_before']}])"
)
_DEADLINE = re.compile(rf"(?P<at>年?[底末](?:以前|之前|前)?|内|(?:以前|之前|前|止|为止))(?:{_DONE})?")
_DONE_NEXT = re.compile(_DONE)
_DONE_ONLY = re.compile(rf"{_DONE}(?=$|[,;。;、])")
_LATEST: tuple[str, ...] = tuple(_TABLES["leading"]["latest"])
_FIRST = re.compile(rf"(?:{alternatives([*_LATEST, *_TABLES['leading']['others']])})*")
LAST_OF_TEN_DAYS = {"上": 10, "中": 20}


@dataclass(frozen=True, slots=True)
class Span:
    """A time as a cell says it: `kind` is `date` (`start` None, `end` the day or deadline) or `period` (first
    and last day).
    """

    kind: str
    comparator: str
    start: date | None
    end: date


@dataclass(frozen=True, slots=True)
class Found:
    """A time inside a longer text: where it stands and what it says; `span` is None where its year is
    unknown.
    """

    start: int
    end: int
    span: Span | None


@dataclass(frozen=True, slots=True)
class _Range:
    first: date
    last: date
    day: bool  # a single day


@lru_cache(maxsize=65536)
def read_date(text: str, fiscal_year: int | None = None) -> Span | None:
    """The date or period that the whole text is, or None: `2024年6月30日前`, `2024年底`, `1-12月`,
    `2024.1.1-2024.12.31`, `第四季度`.

    A missing year is `fiscal_year`; 前, 底, 末, 底完成 give comparator `<=`. A month or year alone is a
    period of its days.
    """
    key = "".join(narrow(unwrap_latex(clean(text))).split()).rstrip("。;,.")
    if _WHOLE_YEAR.fullmatch(key) and key != "年" and fiscal_year is not None and _year(fiscal_year):
        return Span("period", "=", date(fiscal_year, 1, 1), date(fiscal_year, 12, 31))
    m = _FIRST.match(key)
    start = m.end() if m else 0
    latest = any(word in key[:start] for word in _LATEST)
    found = find(key, start, fiscal_year)
    if found is None or found.span is None or found.end != len(key):
        return None
    return Span("date", "<=", None, found.span.end) if latest else found.span


def find(text: str, at: int, fiscal_year: int | None) -> Found | None:
    """The time that starts at a place of a narrow text, with its deadline words; None where none starts."""
    if text[at : at + 1] not in STARTS:
        return None
    if (m := _YEAR_END.match(text, at)) is not None:
        done = _DONE_NEXT.match(text, m.end())
        end = done.end() if done else m.end()
        span = (
            Span("date", "<=", None, date(fiscal_year, 12, 31))
            if fiscal_year is not None and _year(fiscal_year)
            else None
        )
        return Found(at, end, span)
    for pattern in (_ELIDED_DAYS, _ELIDED_YEARS, _FROM_TO, _ELIDED_MONTHS):
        m = pattern.match(text, at)
        if m is None or not _both(m):
            continue
        return Found(at, m.end(), _period(m, fiscal_year))
    m = _POINT.match(text, at)
    if m is None or m.end() == at:
        m = _LONE_MONTH.match(text, at) or _SHORT_DAY.match(text, at)
    if m is None or m.end() == at or text[m.end() : m.end() + 1] == "初":
        return None
    return _deadline(text, at, m, fiscal_year)


def _both(m: re.Match[str]) -> bool:
    """Do both ends of a range say anything? A point in words may be empty."""
    if m.re is not _FROM_TO:
        return True
    return all(any(v for k, v in m.groupdict().items() if k.endswith(n)) for n in "12")


def _deadline(text: str, at: int, m: re.Match[str], fiscal_year: int | None) -> Found:
    point = _range(m, 1, fiscal_year)
    tail = _DEADLINE.match(text, m.end())
    done = _DONE_ONLY.match(text, m.end()) if tail is None else None
    if tail is not None and tail.group("at") == "内" and point is not None and point.day:
        tail = None
    end = tail.end() if tail else done.end() if done else m.end()
    late = tail is not None or done is not None
    if point is None:
        return Found(at, end, None)
    if late:
        return Found(at, end, Span("date", "<=", None, point.last))
    if point.day:
        return Found(at, end, Span("date", "=", None, point.last))
    return Found(at, end, Span("period", "=", point.first, point.last))


def _period(m: re.Match[str], fiscal_year: int | None) -> Span | None:
    named = m.groupdict()
    if m.re is _FROM_TO:
        first = _range(m, 1, fiscal_year)
        own = _own_year(m, 2)
        start_year = first.first.year if first else None
        last = _range(m, 2, start_year or fiscal_year)
    else:
        year = _int(named["y1"]) or fiscal_year
        own = _int(named.get("y2"))
        first = _days(year, _int(named.get("m1")), _int(named.get("d1")))
        last = _days(own or year, _int(named.get("m2") or named.get("m1")), _int(named.get("d2")))
        if m.re is _ELIDED_YEARS:
            first, last = _days(year, None, None), _days(own, None, None)
    if first is None or last is None:
        return None
    if last.last < first.first and own is None:  # 9月-6月 runs into the next year
        last = _days(first.first.year + 1, last.last.month, last.last.day if last.day else None)
    if last is None or last.last < first.first:
        return None
    return Span("period", "=", first.first, last.last)


def _own_year(m: re.Match[str], n: int) -> int | None:
    return next((_int(m.group(f"{key}{n}")) for key in ("sy", "ey", "fy", "y") if m.group(f"{key}{n}")), None)


def _range(m: re.Match[str], n: int, fiscal_year: int | None) -> _Range | None:
    """The days of the n-th point of a match; its year, where it has none, is `fiscal_year`."""
    named = {k[:-1]: v for k, v in m.groupdict().items() if k.endswith(str(n)) and v is not None}
    year = next((_int(named[k]) for k in ("sy", "ey", "fy", "y") if k in named), fiscal_year)
    if year is None or not _year(year):
        return None
    year += "z" in named
    if "q" in named:
        quarter = _int(named["q"]) or 1
        return _between(year, 3 * quarter - 2, 3 * quarter)
    if "h" in named:
        return _between(year, 1, 6) if named["h"] == "上" else _between(year, 7, 12)
    month = next((_int(named[k]) for k in ("sm", "em", "fm", "m") if k in named), None)
    day = next((_int(named[k]) for k in ("sd", "ed", "d") if k in named), None)
    if "x" in named and month is not None:
        last = LAST_OF_TEN_DAYS.get(named["x"], monthrange(year, month)[1])
        return _Range(
            date(year, month, {"上": 1, "中": 11}.get(named["x"], 21)), date(year, month, last), False
        )
    return _days(year, month, day)


def _days(year: int | None, month: int | None, day: int | None) -> _Range | None:
    if year is None or not _year(year):
        return None
    if month is None:
        return _between(year, 1, 12)
    if day is None:
        return _between(year, month, month)
    if day > monthrange(year, month)[1]:
        return None
    return _Range(date(year, month, day), date(year, month, day), True)


def _between(year: int, first: int, last: int) -> _Range:
    return _Range(date(year, first, 1), date(year, last, monthrange(year, last)[1]), False)


def _year(year: int) -> bool:
    return 1 <= year <= 9998


def _int(text: str | None) -> int | None:
    if not text:
        return None
    if text.isdigit():
        return int(text)
    value = chinese(text)
    return None if value is None else int(value)
