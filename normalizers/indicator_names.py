"""The name of a third-level indicator → its ordinal, its marks and its words.

Comes in: the text of a name cell. Goes out: the number that the template prints before it (`指标 2：`,
`（1）`, `①`), the mark of a core indicator (★), the template's threshold (`（≥**人）`), and the name with its
own characters without them. A cell that holds a list of several (`1、…2、…`) has no ordinal and stays whole.
Nothing raises.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from normalizers.comparators import COMPARATORS_BEFORE
from normalizers.numerals import number
from normalizers.symbols import clean, fold, narrow
from normalizers.words import alternatives, load

_TABLES = load("indicator_names.toml")
_WORDS = _TABLES["ordinal"]
_STARS = f"(?:[{_TABLES['core']['stars']}]+|(?<![*])[*](?![*]))"
_CORE = alternatives(_TABLES["core"]["words"])
_CORE_BEFORE = re.compile(rf"{_STARS}\s*(?=\S)|[(\[【](?:{_CORE})[)\]】]\s*|(?:{_CORE})[:：]\s*")
_CORE_BEHIND = re.compile(rf"\s*(?:{_STARS}|[(\[【](?:{_CORE})[)\]】])$")
_FIGURE = rf"(?:{alternatives(_TABLES['threshold']['figure'])})+"
_SIGN = rf"(?:{alternatives(COMPARATORS_BEFORE)})?"
_THRESHOLD = re.compile(
    rf"[(](?P<inner>{_SIGN}\s*(?P<figure>{_FIGURE})[^()*]{{0,{_TABLES['threshold']['longest']}}})[)]"
)
_PART = re.compile(rf"(?:{alternatives(_TABLES['part']['words'])})[:：]?")

_CIRCLED = {chr(0x2460 + i): i + 1 for i in range(20)}
_LABEL = re.compile(
    rf"(?:{alternatives(_WORDS['before'])})?{_WORDS['kind']}"
    r"\s*(?P<n>[0-9]{1,3}|[一二三四五六七八九十]{1,2})?\s*(?P<mark>[:：.、．)）]?)\s*"
)
_GLUED_YEAR = re.compile(r"(?P<n>[1-9][0-9]?)(?=(?:19|20)[0-9]{2}[年./-])")
_MARKS = (
    (re.compile(r"(?P<n>[0-9]{1,2})\s*[、．.:)](?![0-9])\s*"), r"(?<![0-9]){n}[、．.:)](?![0-9])"),
    (re.compile(r"\((?P<n>[0-9]{1,2})\)\s*"), r"\({n}\)"),
)
_BEFORE_FIGURE = re.compile(r"(?P<n>[0-9]{1,2})\s*[、．.)]\s*(?=[0-9])")
_COUNTED = re.compile(f"[{_WORDS['counted']}]")
_NUMERALS = "一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class Name:
    """A name cell taken apart; `text` is the name without ordinal, mark and threshold."""

    ordinal: int | None
    text: str
    is_core: bool = False
    threshold: str | None = None


@lru_cache(maxsize=65536)
def split_name(text: str) -> Name:
    """`★指标2：就业人数（≥**人）` → 2, `就业人数`, core, `（≥**人）`."""
    outer, core = _without_mark(clean(text))
    ordinal, name = split_ordinal(outer)
    name, again = _without_mark(name)
    m = _THRESHOLD.search(narrow(name))
    if m is None or (m.start() == 0 and m.end() == len(name)):
        return Name(ordinal, name, core or again)
    whole = clean(name[: m.start()] + name[m.end() :])
    return Name(ordinal, whole, core or again, name[m.start() : m.end()])


def counted(text: str) -> Name | None:
    """A name that opens with a number which may be an ordinal before a figure, read as one: `1.4类水体` → 1,
    `4类水体`; None for any other.
    """
    name, view = clean(text), narrow(clean(text))
    m = _BEFORE_FIGURE.match(view)
    if m is None or int(m.group("n")) == 0:
        return None
    return replace(split_name(name[m.end() :]), ordinal=int(m.group("n")))


def with_threshold(threshold: str | None, value: str | None, sign: bool = True) -> str | None:
    """A bare value with unit and `sign` of a template's threshold: `（≥**%）` and `85` → `≥85%`."""
    if threshold is None or value is None or number(fold(value)) is None:
        return value
    m = _THRESHOLD.fullmatch(narrow(threshold))
    if m is None:
        return value
    before = m.group("inner")[: m.start("figure") - m.start("inner")] if sign else ""
    return before + value + m.group("inner")[m.end("figure") - m.start("inner") :]


def is_part(text: str) -> bool:
    """Is the row a part of the one above, `其中：…`?"""
    return _PART.match(split_name(text).text) is not None


def _without_mark(name: str) -> tuple[str, bool]:
    """The name without the mark of a core indicator, and whether it has one."""
    view = narrow(name)
    if (m := _CORE_BEFORE.match(view)) is not None and m.end() < len(view):
        return clean(name[m.end() :]), True
    if (m := _CORE_BEHIND.search(view)) is not None and m.start() > 0:
        return clean(name[: m.start()]), True
    return name, False


@lru_cache(maxsize=65536)
def split_ordinal(text: str) -> tuple[int | None, str]:
    """The ordinal of a name, or None, and the name without it, cleaned: `指标 2：媒体宣传` → (2, `媒体宣传`).

    `指标12021年11月…` is 指标1 and a year. `1、`, `（1）`, `①` count only where the cell holds no further
    item of such a list.
    """
    name = clean(text)
    view = narrow(name)
    if (m := _LABEL.match(view)) is not None and (m.group("n") or m.group("mark")):
        return _labelled(name, view, m)
    if view[:1] in _CIRCLED:
        several = sum(c in _CIRCLED for c in view) > 1
        return (None, name) if several else (_CIRCLED[view[0]], clean(name[1:].lstrip("、.．:： ")))
    for mark, further in _MARKS:
        m = mark.match(view)
        if m is None:
            continue
        n = int(m.group("n"))
        if n == 0 or m.end() == len(view) or re.search(further.format(n=n + 1), view[m.end() :]):
            return None, name
        return n, clean(name[m.end() :])
    return None, name


def _labelled(name: str, view: str, m: re.Match[str]) -> tuple[int | None, str]:
    digits, end = m.group("n"), m.end()
    if digits is None:
        return None, clean(name[end:])
    if (glued := _GLUED_YEAR.match(view, m.start("n"))) is not None:
        digits, end = glued.group("n"), glued.end()
    elif end == m.end("n") and _COUNTED.match(view, end):
        return None, name  # 指标3个: a number of indicators
    number = int(digits) if digits.isascii() else _numeral(digits)
    return number, clean(name[end:])


def _numeral(digits: str) -> int | None:
    values = [_NUMERALS.index(c) + 1 for c in digits]
    if len(values) == 1:
        return values[0]
    return 10 + values[1] if values[0] == 10 else None
