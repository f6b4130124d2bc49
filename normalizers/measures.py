"""The text of one value cell → every measure in it, in order.

Comes in: a cleaned text, the fiscal year, whether it is a cost. Goes out: `Part`s, each with the words left
of it as its label, and the flags of what had to be assumed. A number that only names something (第3届, A4纸,
5G基站, 〔2021〕101号, 1:500) is none; a text without a measure gives no part. Nothing raises.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from normalizers import comparators, dates
from normalizers.comparators import RIGHT_BEHIND
from normalizers.numerals import (
    NOT_AFTER,
    NOT_IN,
    NUMERAL_CHARS,
    PERCENT,
    PLAIN,
    SCALE,
    TENTHS_NOT_BEFORE,
    chinese,
    decimal,
    number,
    scale_of,
)
from normalizers.symbols import narrow
from normalizers.units import (
    CLASSIFIERS,
    FOREIGN_MONEY,
    IDENTIFIER_ENDS,
    LONGEST_UNIT,
    MONEY_AFTER,
    MONEY_NOT_BEFORE,
    MONEY_WORDS,
    NOT_SCALED,
    PLAIN_CLASSIFIERS,
    YUAN,
)
from normalizers.words import alternatives, load, longest_first

_WORDS = load("measures.toml")
_MEASURE, _RECURRENT = _WORDS["measure"], _WORDS["recurring"]
ONE = Decimal(1)
NUMERAL_UNIT = 6  # characters: a Chinese numeral before more of them is part of a sentence
COUNTING: tuple[str, ...] = tuple(_MEASURE["counting"])


@dataclass(frozen=True, slots=True)
class Part:
    """One measure; the fields are those of the contract's `p_parts`, `value` scaled to the base unit."""

    label: str | None = None
    kind: str = "number"
    comparator: str | None = "="
    value: float | None = None
    value_max: float | None = None
    unit: str | None = None
    date_start: date | None = None
    date_end: date | None = None


@dataclass(frozen=True, slots=True)
class _Anchor:
    """A number, a range of numbers or a time, and where it stands; `low` alone is a single number."""

    start: int
    end: int
    low: Decimal | None = None
    high: Decimal | None = None
    low_tail: str = ""  # the unit that the lower end carries itself
    scale: int = 1
    scale_word: str = ""
    rate: Decimal | None = None  # a rate in words (百分之九十, 九成), in percent points
    span: dates.Span | None = None


@dataclass(frozen=True, slots=True)
class _Measure:
    kind: str
    value: float
    value_max: float | None
    unit: str | None
    flags: frozenset[str] = frozenset()


_SCALE = rf"(?:{SCALE}(?!{alternatives(NOT_SCALED)}))?"
_NUMBER = re.compile(
    rf"(?<![0-9A-Za-z第#.])(?:(?<![0-9一-鿿)%])(?P<sign>[+-]))?(?P<n>{PLAIN})(?P<scale>{_SCALE})"
)
_UNIT_BETWEEN = r"(?P<u>[^0-9,;、。()~-]{0,6}?)"
_RANGE = re.compile(
    rf"(?P<a>{PLAIN})(?P<s>{_SCALE}){_UNIT_BETWEEN}(?:-{{1,2}}|~|至|到)(?P<b>{PLAIN})(?P<scale>{_SCALE})"
)
_BETWEEN = re.compile(
    rf"(?P<a>{PLAIN})(?P<s>{_SCALE})(?P<u>%?)[≤<][^0-9,;、。≤<]{{0,8}}[≤<](?P<b>{PLAIN})(?P<scale>{_SCALE})"
)
_TOLERANCE = re.compile(rf"±(?P<n>{PLAIN})(?P<scale>{_SCALE})")
_RATE = re.compile(rf"(?P<base>[百千])分之(?P<n>[{NUMERAL_CHARS}点]+|{PLAIN})")
_TENTHS = re.compile(
    rf"(?P<n>[一二三四五六七八九]|{PLAIN})成(?P<more>[一二三四五六七八九半])?(?![{TENTHS_NOT_BEFORE}])"
)
_SCALE_END = re.compile(r"[百千]?[万亿]+$")
_NUMERAL = re.compile(rf"[{NUMERAL_CHARS}]+(?={alternatives([*CLASSIFIERS, *MONEY_WORDS, *RIGHT_BEHIND])})")
_NAMES = re.compile(r"《[^》]*》|〔[^〕]*〕|“[^”]*[^0-9%”][^”]*”|\[[12][09][0-9]{2}\]")
_PRODUCT = re.compile(
    r"[0-9.]+[×xX*+:][0-9.]+|(?<![0-9])[0-9]+/[0-9]+(?![0-9年月])|(?<=[A-Za-z])[-_+]?[0-9.]+|[0-9]+[A-Za-z](?=[一-鿿])"
)
_SQUARE = re.compile(r"(?<=m)[23](?![0-9])")
_INCLUSIVE = re.compile(rf"\((?:{alternatives(_MEASURE['inclusive'])})[^()]{{0,8}}\)")
_BARE_BRACKET = re.compile(
    rf"(?<=[0-9])\((%|‰|[十百千万亿]+|[十百千万亿]*{YUAN}|{alternatives(CLASSIFIERS)})\)"
)
_LIST_MARK = re.compile(
    r"(?:^|(?<=[,;。、]))(?:\(\d{1,2}\)|[①-⑳]|\d{1,2}(?:[、)]|\.(?![0-9])))(?=[^0-9,;、。]|[0-9]+[^0-9、.,])"
)
_INNER_MARKS = {
    "1、": r"(?<![0-9]){n}、",
    "1.": r"(?<![0-9]){n}\.(?![0-9])",
    "(1)": r"\({n}\)",
    "①": "{circled}",
}
_SEPARATOR = re.compile(r"[,;、。()]")
_STRONG = re.compile(r"[,;。()]")
_JOINING: dict[str, str] = _WORDS["joiners"]
_JOINERS = re.compile(
    "^(?:"
    + "|".join(
        word + (f"(?![{_JOINING[word]}])" if _JOINING[word] else "") for word in longest_first(_JOINING)
    )
    + ")+"
)
_LAST_UNIT = rf"(?=(?:{alternatives(CLASSIFIERS)})(?:[、/.·]|(?![一-鿿])))"
_PER = re.compile(rf"[/每](?:[一-鿿A-Za-z㎡㎥]|[/.·](?=[一-鿿])|、{_LAST_UNIT}|[23](?=$|/))+")
_UNITS_OF_A_PRICE = re.compile(  # 元/人、天: this 、 parts no measures
    rf"[^0-9,;、。()/]{{0,4}}/(?:{alternatives(CLASSIFIERS)})(?:[、/.·]{_LAST_UNIT}(?:{alternatives(CLASSIFIERS)}))+"
)
_BRACKETED_PER = re.compile(r"\(/[^()]+\)")
_DONE = re.compile(rf"(?:{alternatives(_MEASURE['done'])})$")
_MONEY = re.compile(
    rf"(?:{alternatives(MONEY_WORDS)})(?!{alternatives(MONEY_NOT_BEFORE)})(?:{alternatives(MONEY_AFTER)})?"
)
_UNIT_CLASS = re.compile(alternatives(CLASSIFIERS))
_JOINED = re.compile(rf"(?P<unit>[^0-9]{{1,6}}?)(?:{alternatives(_MEASURE['between'])})")
_GLUED_PER = re.compile(rf"/(?:{alternatives(CLASSIFIERS)})(?:[/.·](?:{alternatives(CLASSIFIERS)}))*")
_LABEL_ENDS = " :：-—,;、。./／·()（），；*×\"'=~～|"
_HANGING = re.compile(rf"(?:{alternatives(_MEASURE['hanging'])})$")
_LATEST = re.compile(rf"(?:{alternatives(_MEASURE['latest'])})$")
_RECURRING = re.compile(
    rf"(?:{alternatives(_RECURRENT['words'])})(?:{alternatives(_RECURRENT['periods'])})?$"
)
_PERIOD_END = re.compile(rf"(?:{alternatives(_MEASURE['period_ends'])})+(?=$|[,;、。()])")
_PERCENT = re.compile(rf"%+|{PERCENT}")
_PLAIN = re.compile(rf"(?:{alternatives(RIGHT_BEHIND)})?(?:{alternatives(PLAIN_CLASSIFIERS)})?")
_BEFORE_DAY = re.compile(r"(?:日|号)(?:之?前|以前|内?完成)")


def measures(text: str, fiscal_year: int | None, cost: bool) -> tuple[tuple[Part, ...], frozenset[str]]:
    """Every measure in a cleaned text, and the flags that reading it raised (`unit_assumed`)."""
    text, view = _prepare(text)
    anchors = _anchors(view, fiscal_year)
    parts: list[Part] = []
    flags: set[str] = set()
    last = 0  # the end of the measure before
    for i, anchor in enumerate(anchors):
        following = anchors[i + 1].start if i + 1 < len(anchors) else len(view)
        head = (_head_start(view, last, anchor.start, bool(parts)), anchor.start)
        stop = anchor.end + _tail_length(view[anchor.end : following], anchor, i + 1 == len(anchors))
        if stop < anchor.end:  # no measure word: this number belongs to the name of the next one
            continue
        part, flag = _part(text, view, head, anchor, view[anchor.end : stop], cost)
        last = stop
        if part is not None:
            parts.append(part)
            flags |= flag
    return tuple(parts), frozenset(flags)


# ---- the text
# --------------------------------------------------------------------------------------------------


def _prepare(text: str) -> tuple[str, str]:
    """The text and its narrow view without white space, notes of inclusion, brackets around a unit and list
    marks; places agree.
    """
    text = re.sub(r"(?<=[0-9]) (?=[0-9]{3}(?![0-9]))|(?<![0-9A-Za-z]) | (?![0-9A-Za-z])", "", text)
    view = narrow(text)
    keep = [True] * len(view)
    for pattern in (_INCLUSIVE, _LIST_MARK):
        for m in pattern.finditer(view):
            keep[m.start() : m.end()] = [False] * (m.end() - m.start())
    for m in _BARE_BRACKET.finditer(view):
        keep[m.start()] = keep[m.end() - 1] = False
    chars = list(text), list(view)
    for start, end in _inner_marks(view):
        keep[start:end] = [False] * (end - start)
        keep[start], chars[0][start], chars[1][start] = True, ";", ";"
    first, second = ("".join(c for c, k in zip(side, keep, strict=True) if k) for side in chars)
    return first, second


def _inner_marks(view: str) -> list[tuple[int, int]]:
    """Where `2、`, `3、` … of a list that began with `1、` stand although no separator is before them."""
    mark = next((mark for first, mark in _INNER_MARKS.items() if view.startswith(first)), None)
    if mark is None:
        return []
    marks = []
    at = 1
    for n in range(2, 20):
        m = re.compile(mark.format(n=n, circled=chr(0x2460 + n - 1))).search(view, at)
        if m is None:
            break
        marks.append(m.span())
        at = m.end()
    return marks


# ---- finding
# ---------------------------------------------------------------------------------------------------


def _anchors(view: str, fiscal_year: int | None) -> list[_Anchor]:
    names = [m.span() for pattern in (_NAMES, _PRODUCT, _SQUARE) for m in pattern.finditer(view)]
    out: list[_Anchor] = []
    at = 0
    while at < len(view):
        anchor = _time(view, at, fiscal_year)
        if anchor is None:
            inside = next((end for start, end in names if start <= at < end), None)
            if inside is not None:
                at = inside
                continue
            anchor = _number(view, at)
        if anchor is None:
            at += 1
            continue
        if anchor.low is not None or anchor.rate is not None or anchor.span is not None:
            out.append(anchor)
        at = max(anchor.end, at + 1)
    return out


def _time(view: str, at: int, fiscal_year: int | None) -> _Anchor | None:
    """A time that is a measure: a deadline or day, or a period up to the end of its clause; an undated one is
    passed over.
    """
    found = dates.find(view, at, fiscal_year)
    if found is None:
        return None
    if found.span is None:
        return _Anchor(at, found.end)
    rest = view[found.end : found.end + 1]
    if found.span.kind == "period" and rest and rest not in ",;、。()":
        ending = _PERIOD_END.match(view[found.end :])
        return _Anchor(at, found.end + (ending.end() if ending else 0), span=found.span if ending else None)
    return _Anchor(at, found.end, span=found.span)


def _number(view: str, at: int) -> _Anchor | None:
    if (m := _TOLERANCE.match(view, at)) is not None:
        value = decimal(m.group("n"))
        return (
            None
            if value is None
            else _Anchor(at, m.end(), -value, value, "", scale_of(m.group("scale")), m.group("scale"))
        )
    if (m := _RATE.match(view, at)) is not None:
        value = number(m.group("n"))
        return (
            None
            if value is None
            else _Anchor(at, m.end(), rate=value if m.group("base") == "百" else value / 10)
        )
    if (m := _TENTHS.match(view, at)) is not None and (at == 0 or not view[at - 1].isdigit()):
        value = number(m.group("n"))
        return None if value is None else _Anchor(at, m.end(), rate=value * 10 + _tenths(m.group("more")))
    m = _NUMBER.match(view, at)
    if m is None:
        return _numeral(view, at)
    ranged = _BETWEEN.match(view, m.start("n")) or _RANGE.match(view, m.start("n"))
    if ranged is not None and m.group("sign") is None and (anchor := _ranged(view, ranged)) is not None:
        return anchor
    value = decimal((m.group("sign") or "") + m.group("n"))
    if value is None or view.startswith(IDENTIFIER_ENDS, m.end()):
        return _Anchor(at, m.end())
    return _Anchor(at, m.end(), value, scale=scale_of(m.group("scale")), scale_word=m.group("scale"))


def _tenths(digit: str | None) -> Decimal:
    """What follows 成: 八成五, 八成半."""
    return (Decimal(5) if digit == "半" else chinese(digit) if digit else None) or Decimal(0)


def _ranged(view: str, m: re.Match[str]) -> _Anchor | None:
    """Two numbers with one unit: `80%-90%`, `3-5次`, `50万元-60万元`, `1-2万`; None where the lower end has a
    unit of its own.
    """
    low, high = decimal(m.group("a")), decimal(m.group("b"))
    unit, tail = m.group("u"), view[m.end() :]
    if low is None or high is None or (unit and not tail.startswith(unit)):
        return None
    if comparators.after(unit)[0] is not None or (
        view[m.end() : m.end() + 1] in "-/." and tail[:1] and tail[1:2].isdigit()
    ):
        return None
    factor = scale_of(m.group("scale"))
    own = scale_of(m.group("s")) if m.group("s") or unit else factor
    low, high = low * own, high * factor
    return _Anchor(m.start(), m.end(), min(low, high), max(low, high), unit, 1, m.group("scale"))


def _numeral(view: str, at: int) -> _Anchor | None:
    """A Chinese numeral at the head of a clause or behind a comparator, with a measure word: `三次`,
    超`百万`人次, `叁万`元.
    """
    m = _NUMERAL.match(view, at)
    if m is None or (at and view[at - 1] in NUMERAL_CHARS + "0123456789." + NOT_AFTER):
        return None
    clause = _SEPARATOR.split(view[:at])[-1]
    tail = _SEPARATOR.split(view[m.end() :])[0]
    compared = comparators.before(clause)[0] is not None
    if (
        tail.startswith(NOT_IN)
        or len(tail) > NUMERAL_UNIT
        or not (compared or not clause or clause.startswith(COUNTING))
    ):
        return None
    word = m.group()
    scale = _SCALE_END.search(word)
    if word[0] in "百千万亿" and not compared:  # 千家万户
        return None
    value = chinese("一" + word if word[0] in "百千万亿" else word)
    if value is None:
        return None
    return _Anchor(at, m.end(), value, scale_word=scale.group() if scale else "")


def _head_start(view: str, last: int, start: int, later: bool) -> int:
    """Where the words left of a measure begin: behind the last separator; a 、 may stand inside them."""
    gap = view[last:start]
    marks = [m.end() for m in _STRONG.finditer(gap)]
    at = marks[-1] if marks else 0
    if later and not marks and gap.startswith("、"):
        at = 1
    return last + at


def _tail_length(gap: str, anchor: _Anchor, final: bool) -> int:
    """How much of the text up to the next measure belongs to this one; -1 if this number belongs to the next
    one's name.
    """
    units = _UNITS_OF_A_PRICE.match(gap)
    separator = _SEPARATOR.search(gap, units.end() if units else 0)
    if (
        separator is not None
        and separator.group() == "("
        and (m := re.match(r"\([^()0-9]{1,3}\)", gap[separator.start() :])) is not None
    ):
        again = _SEPARATOR.search(gap, separator.start() + m.end())
        return again.start() if again else len(gap) if final else separator.start() + m.end()
    if separator is not None:
        return separator.start()
    if final or anchor.span is not None:
        return len(gap) if final else 0
    if anchor.rate is not None:
        return (
            len(gap) - len(comparators.after(gap)[2])
            if comparators.after(gap)[0] and not comparators.after(gap)[1]
            else 0
        )
    if (m := _JOINED.fullmatch(gap)) is not None:
        return m.end("unit")
    # Glued to the next measure: cut behind the measure word and its comparator.
    unit = _PLAIN.match(gap)
    at = unit.end() if unit else 0
    word = re.compile(r"%+|‰").match(gap, at) or _MONEY.match(gap, at) or _UNIT_CLASS.match(gap, at)
    if word is None and at == 0 and gap:
        sign, _unit, rest = comparators.after(gap)
        return len(gap) - len(rest) if sign is not None and not _unit else -1
    end = word.end() if word else at
    per = _GLUED_PER.match(gap, end)
    end = per.end() if per else end
    sign, own, rest = comparators.after(gap[end:])
    return len(gap) - len(rest) if sign is not None and not own else end


# ---- reading
# ---------------------------------------------------------------------------------------------------


def _part(
    text: str, view: str, head: tuple[int, int], anchor: _Anchor, tail: str, cost: bool
) -> tuple[Part | None, frozenset[str]]:
    words = view[head[0] : head[1]]
    if anchor.span is not None:
        return _time_part(text, head, words, anchor), frozenset()
    if _RECURRING.search(words) and _BEFORE_DAY.match(tail):
        return None, frozenset()
    currency = words.endswith("¥")
    words = words.removesuffix("¥")
    left, start, end, reaching = comparators.before(words)
    label = _label(text[head[0] : head[0] + start] + text[head[0] + end : head[0] + len(words)])
    tail = (
        tail.removeprefix(anchor.low_tail)
        if anchor.low_tail and not _MONEY.match(tail) and not tail.startswith("%")
        else tail
    )
    right, unit, rest = comparators.after(tail)
    if _PER.fullmatch(rest):  # 1次以上/月
        unit += rest
    sign = "range" if anchor.high is not None else comparators.combine(left, right, reaching)
    measure = _measure(anchor, unit or anchor.low_tail, currency, cost)
    if measure is None:
        return None, frozenset()
    return Part(label, measure.kind, sign, measure.value, measure.value_max, measure.unit), measure.flags


def _time_part(text: str, head: tuple[int, int], words: str, anchor: _Anchor) -> Part:
    span = anchor.span
    assert span is not None
    late = _LATEST.search(words)
    end = late.start() if late else comparators.before(words)[1]
    label = _label(_HANGING.sub("", text[head[0] : head[0] + end]))
    if late:
        return Part(label, "date", "<=", date_end=span.end)
    return Part(label, span.kind, span.comparator, date_start=span.start, date_end=span.end)


def _label(text: str) -> str | None:
    """The words left of a measure as a label; None if there are none."""
    text = _JOINERS.sub("", text.strip(_LABEL_ENDS)).strip(_LABEL_ENDS)
    return text or None


def _measure(anchor: _Anchor, tail: str, currency: bool, cost: bool) -> _Measure | None:
    """Kind, scaled figures and unit of a number by what stands right of it; None where that is a sentence."""
    if anchor.rate is not None:
        return _Measure("percent", float(anchor.rate), None, "%")
    if m := _PERCENT.match(tail):
        per = _PER.match(tail, m.end())
        return _scaled(anchor, "percent", "%" + (per.group() if per else ""))
    if tail.startswith("‰"):
        return _scaled(anchor, "percent", "%", Decimal("0.1"))
    if m := _MONEY.match(tail):
        per = _PER.match(tail, m.end()) or _BRACKETED_PER.match(tail, m.end())
        return _scaled(anchor, "money", YUAN + (per.group().strip("()") if per else ""))
    if currency:
        per = _PER.match(tail)
        return _scaled(anchor, "money", YUAN + (per.group() if per else ""))
    if cost and anchor.scale_word.endswith(("万", "亿")) and (not tail or _PER.fullmatch(tail)):
        return _scaled(anchor, "money", YUAN + tail, flags=frozenset({"unit_assumed"}))
    unit = next(
        (word for word in FOREIGN_MONEY if tail.startswith(word)), _DONE.sub("", tail.strip(" :;,。*~=-"))
    )
    if len(unit) > LONGEST_UNIT:
        word = _UNIT_CLASS.match(unit)
        if word is None:
            return None
        unit = word.group()
    return _scaled(anchor, "number", unit or None)


def _scaled(
    anchor: _Anchor, kind: str, unit: str | None, factor: Decimal = ONE, flags: frozenset[str] = frozenset()
) -> _Measure | None:
    if anchor.low is None:
        return None
    high = None if anchor.high is None else float(anchor.high * anchor.scale * factor)
    return _Measure(kind, float(anchor.low * anchor.scale * factor), high, unit, flags)
