"""The comparator around a number, in words or signs.

Comes in: the narrow text left of a number, or right of it. Goes out: the sign (`=`, `>=`, `>`, `<=`, `<`,
`~`) and what remains of the text. Which words mean what is data (`comparators.toml`): 以上, 以下, 以内
include the number itself, 超过 and 不满 do not (Civil Code of the PRC, article 1259). A text without a
comparator comes back whole, with None.
"""

from __future__ import annotations

import re
from functools import lru_cache

from normalizers.units import TIME_UNITS
from normalizers.words import alternatives, load

_WORDS = load("comparators.toml")
COMPARATORS_BEFORE: dict[str, str] = {
    word: sign for sign, words in _WORDS["comparator"]["before"].items() for word in words
}
COMPARATORS_AFTER: dict[str, str] = {
    word: sign for sign, words in _WORDS["comparator"]["after"].items() for word in words
}
RIGHT_BEHIND = frozenset[str](_WORDS["comparator"]["right_behind"])
_TOUCHING = frozenset[str](_WORDS["comparator"]["touching"])
_REACHING = frozenset[str](_WORDS["comparator"]["reaching"])
_SYMBOLS = frozenset[str](_WORDS["comparator"]["symbols"])
_BEFORE = re.compile(alternatives(COMPARATORS_BEFORE))
_MODIFIERS = re.compile(rf"(?:{alternatives(_WORDS['modifier']['words'])})*")
_AFTER = re.compile(alternatives(COMPARATORS_AFTER))
_INNER = re.compile(rf"({alternatives(TIME_UNITS)})(?:{alternatives(_WORDS['comparator']['inner'])})")
_WEAK = {None, "=", "~"}  # a comparator behind the number says more than these before it
SHORT = 6  # characters behind 3万以上 that can still be the unit: 3万以上群众


@lru_cache(maxsize=65536)
def before(text: str) -> tuple[str | None, int, int, bool]:
    """The comparator at the end of `text`: its sign, where it starts and ends, and whether it is a weak 达.

    Between it and the number only modifiers (平均, 每年) may stand; a sign such as `≥` may have any short
    word there. Without one: (None, len, len, False).
    """
    none = (None, len(text), len(text), False)
    found = list(_BEFORE.finditer(text))
    if not found:
        return none
    # Signs that touch each other (至少≥5, 达到≥90%) are one; the stronger, last one counts.
    last = found[-1]
    start = last.start()
    for m in reversed(found[:-1]):
        if m.end() != start:
            break
        start = m.start()
    rest = text[last.end() :]
    word = last.group()
    if (
        rest
        and (word in _TOUCHING or _MODIFIERS.fullmatch(rest) is None)
        and not (word in _SYMBOLS and len(rest) <= 4)
    ):
        return none
    return COMPARATORS_BEFORE[word], start, last.end(), word in _REACHING


@lru_cache(maxsize=65536)
def after(text: str) -> tuple[str | None, str, str]:
    """The comparator behind a number: its sign, the unit before it, the words behind it.

    余 and 多 stand right behind the number, 内 only behind a unit of time, 以上 and its kin behind the unit.
    Without one: (None, text, "").
    """
    m = _AFTER.match(text)
    if m is not None:
        sign = COMPARATORS_AFTER[m.group()]
        if m.group() not in RIGHT_BEHIND:
            words = text[m.end() :]
            return (sign, words, "") if len(words) <= SHORT else (sign, "", words)
        second, unit, rest = after(text[m.end() :])
        return (sign if second in _WEAK else second), unit, rest
    if (m := _INNER.match(text)) is not None:
        return "<=", m.group(1), text[m.end() :]
    for m in _AFTER.finditer(text):
        if m.group() not in RIGHT_BEHIND:
            return COMPARATORS_AFTER[m.group()], text[: m.start()], text[m.end() :]
    return None, text, ""


def combine(left: str | None, right: str | None, reaching: bool = False) -> str:
    """One sign from the two sides: the left one, unless it is missing or weak (`=`, `~`, a mere 达) and the
    right one says more.
    """
    if right is not None and (left in _WEAK or reaching):
        return right
    return left or "="
