"""The name of a third-level indicator → its ordinal and its words.

Comes in: the text of a name cell. Goes out: the number that the template prints before it (`指标 2：`,
`（1）`, `①`) and the name with its own characters. A cell that holds a list of several (`1、…2、…`) has no
ordinal and stays whole. Nothing raises.
"""

from __future__ import annotations

import re
from functools import lru_cache

from normalizers.symbols import clean, narrow
from normalizers.words import alternatives, load

_WORDS = load("indicator_names.toml")["ordinal"]

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
_COUNTED = re.compile(f"[{_WORDS['counted']}]")
_NUMERALS = "一二三四五六七八九十"


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
