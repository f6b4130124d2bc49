"""What a stretch of a flow costs as a cell, and where a cell may end, in text that nothing or little parts.

Comes in: match keys and a column's role. Goes out: costs on the scale of `likelihood.cost`, stricter, because
without cells every stretch is possible; and the places where the kind of the text changes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from normalizers import levels
from normalizers.units import CLASSIFIERS
from normalizers.words import longest_first
from pipeline.model.roles import POINTS, Role
from pipeline.table import likelihood
from pipeline.untabled.stream import NONE, Flow
from pipeline.words import vocabulary
from pipeline.words.values import either, one_of, pairs_of, word, words

LONGER_LABEL = 0.12  # a longer label is the better reading: 服务对象满意度 before 服务对象
INSIDE = 1.5  # a measure, sign or label inside a text
QUALITY_INSIDE = 0.8  # a value that is words (显著改善) inside a name
SENTENCE = 1.0  # the end of a sentence inside a text that nothing parts
LABEL_INSIDE = 2.0  # a level label or an ordinal inside a reason or a remark
INSIDE_RULE = 0.4  # the same in a rule for the score, which is full of figures
FIGURE_INSIDE = 1.6  # a bare figure inside a text that nothing parts
TWO_FIGURES = 3.0  # two figures that nothing parts (`5.245.24`) inside a text
LONGER_VALUE = 0.05  # so is a longer measure: 82900元/人 before 82900元
TORN_NUMBER = 2.0  # a text that begins with the second half of a run of digits
LOST_CODE = 2.5  # a label whose code was left to the text before
CODE_BEHIND = 0.3  # a label's code right behind a figure
SHORTER_LABEL = 1.2  # a label that ends where a longer one would go on
BARE_LABEL = 1.5  # 质量 as a label where labels of levels end with 指标
LOST_UNIT = 1.2  # a text that begins with a unit behind a figure
CUT_ORDINAL = 2.5  # a label that ends with the 指标 of `指标1：`
LABEL_AS_VALUE = 5.0  # a level label, an ordinal or 定性 as a value
HALF_PAIR = 2.0  # a stretch with half a pair of brackets or quotes

# The patterns are over match keys. Grammar (numerals, dates, brackets) is written here, the words are data.
_UNITS = either(longest_first((*CLASSIFIERS, *words("unit", "also"))))
_IN_BRACKETS = rf"(?:[(](?:{either(words('unit', 'in_brackets'))})[)])?"
_POINT = word("points", "unit")
_ENDING = word("level", "ending")
_WEIGHT = rf"[(]\d+(?:\.\d+)?{_POINT}?[)]"
_COUNT = re.compile(
    rf"(?:[≥≤><=~]|{either(words('sign', 'before'))})*"
    r"(?:\d+(?:,\d{3})*(?:\.\d+)?[百千万亿]*|[一二三四五六七八九十百千万两]+)"
    rf"(?:(?:{either(words('unit', 'about'))})?(?:{_UNITS})?{_IN_BRACKETS}"
    rf"(?:/(?:{_UNITS}|[一-鿿]{{1,3}})(?:[.·](?:{_UNITS}))?)?)?"
    rf"(?:[-~至](?:[≥≤><=])?\d+(?:\.\d+)?(?:{_UNITS})?)?(?:及?以[上下内]|左右|\(含\))?"
)
_DAY = re.compile(
    r"(?:(?:19|20)\d\d年?[-.]?)?(?:\d{1,2}月?(?:[-.]?\d{1,2}日?)?)?"
    r"(?:[-~至]+(?:(?:19|20)\d\d年)?(?:\d{1,2}月)?(?:\d{1,2}日)?)?"
    rf"(?:{either(words('time', 'day_ends'))})?"
)
_DATED = re.compile(r"[年月日]|\d{4}[-.]\d")
_QUALITY_WORDS = tuple(sorted(vocabulary.data()["quality"]["words"], key=len, reverse=True))
_QUALITIES = either(_QUALITY_WORDS)
_QUALITY = re.compile(rf"(?:{_QUALITIES})(?:[,、，](?:{_QUALITIES}))*")
_TELLING = tuple(w for w in _QUALITY_WORDS if len(w) >= 4 or w in words("quality_parts", "short_but_telling"))
QUALITY_INSIDE_PATTERN = re.compile(rf"(?:{either(_TELLING)})(?=.)")
_QUALITY_AT = re.compile(_QUALITIES)


def _stems(labels: Sequence[str]) -> str:
    """A pattern for these level labels without their ending, the longest first."""
    return either(longest_first(label.removesuffix(_ENDING) for label in labels))


_LEVEL = re.compile(
    rf"(?:\d{{1,2}}[-.、])?(?:{_stems([w for w in levels.LEVEL_LABELS if len(w) > 1])})(?:类)?"
    rf"(?:{either(words('level', 'label_ends'))})?(?:{_WEIGHT}|\d+(?:\.\d+)?{_POINT})?"
)
LEVEL_AT = re.compile(rf"(?:\d{{1,2}}[-.、]?)?(?:{_stems(levels.LEVEL_LABELS)})")
ENDED_LEVEL = re.compile(rf"(?:{_stems([w for w in levels.LEVEL_LABELS if len(w) > 1])}){_ENDING}(?!\d)")
_SHORT_LEVEL = re.compile(
    rf"(?=((?:{_stems((*levels.LEVEL1, *levels.LEVEL2_ORDER))})(?:{_ENDING})?(?:{_WEIGHT})?))"
)
_KINDS = re.compile(
    rf"(?:{either((*words('kind', 'kinds'), *words('kind', 'directions')))})(?:{word('kind', 'ending')})?"
)
ORDINAL = re.compile(
    rf"{_ENDING}\d{{1,2}}[::、.]|{_ENDING}[一二三四五六七八九十]+[::、]"
    r"|[①-⑳]|(?<![\d.])\d{1,2}[、](?=\D)|[(]\d{1,2}[)](?=\D)"
)
LABELS = re.compile(
    rf"{_ENDING}\d{{1,2}}[:、.]|\d{{1,2}}-(?={one_of(word('level', 'starts'))})"
    rf"|{either(words('level', 'row_starts'))}"
)
MEASURES = re.compile(rf"(?<![\d.第≥≤=<>×])(?!(?:19|20)\d\d年)\d+(?:\.\d+)?(?:{_UNITS})|[≥≤=<>]")
FIGURE_INSIDE_PATTERN = re.compile(r"(?<=[^\d第≥≤.\-×])(?!(?:19|20)\d\d)\d[\d.]*(?=[^\d.年届次届级期号×])")
TWO_FIGURES_PATTERN = re.compile(r"(?<![\d.])(?!(?:19|20)\d\d\.)\d+\.\d{1,2}\d\.\d")
_MEASURED = re.compile(rf"\d[百千万亿]*(?:{_UNITS})(?:以[上下内])?$")
_MEASURE_LAST = re.compile(rf"[\d.]+[百千万亿]*(?:{_UNITS})(?:以[上下内])?$")
_UNIT_AT = re.compile(_UNITS)
_NO_UNIT = either(words("unit", "none"))
_UNIT = re.compile(rf"(?:{_UNITS})(?:/(?:{_UNITS}|[一-鿿]{{1,3}}))?{_IN_BRACKETS}(?:以[上下内])?|{_NO_UNIT}")
_UNIT_BEFORE_SIGN = re.compile(
    rf"((?:{_UNITS})(?:/(?:{_UNITS}))?|{_NO_UNIT})(?=[≥≤><=]|{either(words('kind', 'kinds'))})"
)
_MARK = re.compile(rf"(100|[1-9]\d?|0)(\.\d{{1,2}})?{_POINT}?")
_CODES = {1: re.compile(r"[1-4][-.、]?\D"), 2: re.compile(r"[1-4][1-5][-.、]?\D")}
_BARE = re.compile(r"[\d.,]+")
_BARE_WEIGHT = re.compile(r"[^\d.(]\d+(?:\.\d+)?$")
_ZERO_BEFORE = re.compile(r"0\d")
_ORDINAL_REST = re.compile(r"\d{1,2}[:、.]")
_PARTS = re.compile("[;,，；、]")
_REPEATED = re.compile(r"([^\d]{2,40}?)\1(?=\d|$)")
_NO_END, NO_START = word("sentence", "no_end"), word("sentence", "no_start")
_END_MARKS = word("sentence", "end")
_PAIRS = pairs_of("sentence", "pairs")
_NAME_ENDS = words("name", "ends")
_KIND_WORDS = words("kind", "kinds")
_LEVEL_ROLES = {Role.LEVEL1: 1, Role.LEVEL2: 2}
_BEFORE_SLASH = words("unit", "before_slash")


def kind(ch: str) -> str:
    """The kind of a character: number, sign, percent, dash, Latin, other."""
    if ch.isdigit() or ch in ".,":
        return "n"
    if ch in "≥≤><=~":
        return "s"
    if ch in "%‰":
        return "p"
    if ch in "—-/":
        return "d"
    return "a" if ch.isascii() and ch.isalpha() else "h"


def boundaries(flow: Flow, start: int, end: int, sep: int) -> list[int]:
    """Places where a cell may end, in order, `end` included."""
    if sep:
        return [start, *[i for i in range(start + 1, end) if flow.breaks[i]], end]
    keys = flow.keys
    out = {start, end} | {i for i in range(start + 1, end) if flow.breaks[i]}
    for i in range(start + 1, end):
        a, b = kind(keys[i - 1]), kind(keys[i])
        if a != b or keys[i - 1] in _END_MARKS or (b == "n" and a == "n") or b == "s" or keys[i - 1] in "%—":
            out.add(i)
    for m in _SHORT_LEVEL.finditer(keys, start, end):
        out.update((m.start(), m.start() + len(m[1])))
    for pattern in (ORDINAL, _LEVEL, _QUALITY_AT, _KINDS, _UNIT_BEFORE_SIGN):
        for m in pattern.finditer(keys, start, end):
            out.update((m.start(), m.end()))
    for m in _COUNT.finditer(keys, start, end):
        out.update(range(m.end(), min(end, m.end() + 2)))
        out.add(m.start())
    for m in _REPEATED.finditer(keys, start, end):
        out.update((m.start(), m.start() + len(m[1]), m.end()))
    return sorted(i for i in out if start <= i <= end)


def start_cost(flow: Flow, at: int, own_units: bool) -> Mapping[Role, float]:
    """What it costs that a text begins here, by role: in the middle of a number, or with the unit of the
    figure before.

    `own_units`: the units have a column of their own, so that a figure may stand bare.
    """
    if not at or flow.breaks[at] != NONE:
        return {}
    before, here = flow.keys[at - 1], flow.keys[at]
    if before in "-.、" and at > 1 and flow.keys[at - 2].isdigit():
        return {Role.LEVEL1: LOST_CODE, Role.LEVEL2: LOST_CODE}
    if here == "/" and before in _BEFORE_SLASH:
        return {Role.UNIT: LOST_UNIT}
    if not before.isdigit():
        return {}
    if here.isdigit():
        zero = LOST_UNIT if here == "0" else 0.0
        return {
            Role.TARGET: zero,
            Role.ACTUAL: zero,
            Role.NAME: TORN_NUMBER,
            Role.REASON: TORN_NUMBER,
            Role.REMARK: TORN_NUMBER,
            Role.LEVEL1: CODE_BEHIND,
            Role.LEVEL2: CODE_BEHIND,
        }
    lost = LOST_UNIT if not own_units and _UNIT_AT.match(flow.keys, at) else 0.0
    return dict.fromkeys((Role.NAME, Role.REASON, Role.REMARK), lost)


def end_cost(flow: Flow, stop: int) -> float:
    """What it costs that a text ends here: with the 指标 that the ordinal behind it needs."""
    if not flow.keys.endswith(_ENDING, 0, stop):
        return 0.0
    return CUT_ORDINAL if _ORDINAL_REST.match(flow.keys[stop : stop + 3]) else 0.0


@lru_cache(maxsize=262144)
def cell_cost(role: Role, key: str, glued: bool) -> float:
    """The cost of a stretch as a cell of a column; `glued` where nothing parts the cells."""
    if (len(key) > 1 and key[0] in NO_START) or key[0] == ".":
        return likelihood.NEVER
    if role in POINTS:
        if all(kind(c) == "d" for c in key):
            return 0.8 if len(key) == 1 else likelihood.NEVER
        return 0.0 if _MARK.fullmatch(key) else likelihood.NEVER
    if role in _LEVEL_ROLES:
        return _level_cost(role, key, glued)
    if role in (Role.TARGET, Role.ACTUAL, Role.ADJUSTED_TARGET):
        return value_cost(key, glued)
    if role == Role.UNIT and glued:
        return 0.0 if _UNIT.fullmatch(key) else likelihood.NEVER
    return likelihood.cost(role, key)


def _level_cost(role: Role, key: str, glued: bool) -> float:
    level = _LEVEL_ROLES[role]
    if open_pair(key) or _BARE_WEIGHT.search(key) or (key[0].isdigit() and not _CODES[level].match(key)):
        return likelihood.NEVER
    if likelihood.level_known(key, level):
        return -LONGER_LABEL * len(key)
    return likelihood.NEVER if glued or len(key) > 14 else max(2.0, likelihood.cost(role, key))


def bare_label(key: str) -> bool:
    """Is the label of a level without its ending?"""
    return not key.rstrip("0123456789.()" + _POINT).endswith(_ENDING)


def no_name(key: str) -> bool:
    """Can the text, of two characters or more, be no name, because of how it begins or ends?"""
    return bool(_ZERO_BEFORE.match(key)) or key[-1] in _NO_END or key.endswith(_KIND_WORDS)


def name_shape(key: str) -> float:
    """What a name costs, or saves, by its last words, where nothing parts the cells."""
    return 0.8 if _QUALITY.fullmatch(key) else -0.25 if key.endswith(_NAME_ENDS) else 0.0


def _inside(key: str) -> int:
    """How many labels, ordinals and measures a stretch holds."""
    return len(LABELS.findall(key)) + len(MEASURES.findall(key))


def open_pair(key: str) -> bool:
    """Does the stretch hold half a pair of brackets or quotes?"""
    return any(key.count(a) != key.count(b) for a, b in _PAIRS)


def value_cost(key: str, glued: bool) -> float:
    """The cost of a stretch as a value: what is shaped like one is cheap, free text is dear."""
    shaped = _shaped_cost(key, glued)
    if shaped is not None:
        return shaped
    if LEVEL_AT.match(key) and (likelihood.level_known(key, 1) or likelihood.level_known(key, 2)):
        return LABEL_AS_VALUE
    if ORDINAL.match(key) or _KINDS.fullmatch(key):
        return LABEL_AS_VALUE
    measured = _measured_cost(key)
    return _free_cost(key, glued) if measured is None else measured


def _shaped_cost(key: str, glued: bool) -> float | None:
    """A measure, a day, a word for a quality, a dash; None for what has no such shape."""
    if (key[-1] in "-~." and len(key) > 1) or _ZERO_BEFORE.match(key):
        return likelihood.NEVER
    if _COUNT.fullmatch(key):
        return 0.9 if _BARE.fullmatch(key) else -LONGER_VALUE * len(key)
    if re.search(r"\d", key) and _DATED.search(key) and _DAY.fullmatch(key):
        return -LONGER_VALUE * len(key) if not key[-1].isdigit() or not re.search("[年月]", key) else 1.5
    if _QUALITY.fullmatch(key):
        return 0.25
    if all(kind(c) == "d" for c in key):
        return 0.5 if key == "—" or not glued else 2.5
    return None


def _measured_cost(key: str) -> float | None:
    """Several measures in a row, or a measure with text behind it; None for neither."""
    parts = _PARTS.split(key)
    if len(parts) > 1 and all(_MEASURED.search(part) and _inside(part) <= 1 for part in parts):
        return 0.5 + 0.015 * len(key)
    m = _COUNT.match(key)
    if m is None or not re.search(r"\d", m[0]):
        return None
    rest = key[m.end() :]
    return 0.5 + 0.22 * len(rest) + INSIDE * _inside(rest) + (2.0 if rest[0].isdigit() else 0.0)


def _free_cost(key: str, glued: bool) -> float:
    """Free text as a value."""
    cost = 0.9 if _MEASURE_LAST.search(key) else 1.8 if glued else 1.3
    cost += HALF_PAIR if open_pair(key) else 0.0
    if glued:
        cost += 1.0 if key[-1].isdigit() else 0.0
        cost += QUALITY_INSIDE * len(QUALITY_INSIDE_PATTERN.findall(key))
        cost += FIGURE_INSIDE * len(FIGURE_INSIDE_PATTERN.findall(key))
    return cost + 0.05 * len(key) + INSIDE * max(0, _inside(key[1:]) - 1)
