"""What a stretch of a flow costs as a cell, and where a cell may end, in text that nothing or little parts.

Comes in: match keys and a column's role. Goes out: costs on the scale of `fit.cost`, stricter, because
without cells every stretch is possible; and the places where the kind of the text changes. The words are
data: units and levels from the normalisers, values that are words from the vocabulary.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from normalizers import levels
from normalizers.units import CLASSIFIERS
from pipeline.table import likelihood
from pipeline.untabled.stream import NONE, Flow
from pipeline.words import vocabulary

LONGER_LABEL = 0.12  # a longer label is the better reading: 服务对象满意度 before 服务对象
INSIDE = 1.5  # a measure, sign or label inside a text
QUALITY_INSIDE = 0.8  # a value that is words (显著改善) inside a name
SENTENCE = 1.0  # the end of a sentence inside a text that nothing parts
LABEL_INSIDE = 2.0  # a level label or an ordinal inside a reason or a remark
INSIDE_RULE = 0.4  # the same in a rule for the score, which is full of figures
FIGURE_INSIDE = 1.6  # a bare figure inside a text that nothing parts
LONGER_VALUE = 0.05  # so is a longer measure: 82900元/人 before 82900元
TORN_NUMBER = 2.0  # a text that begins with the second half of a run of digits
LOST_CODE = 2.5  # a label whose code was left to the text before
CODE_BEHIND = 0.3  # a label's code right behind a figure
SHORTER_LABEL = 1.2  # a label that ends where a longer one would go on
LOST_UNIT = 1.2  # a text that begins with a unit behind a figure
CUT_ORDINAL = 2.5  # a label that ends with the 指标 of `指标1：`
HALF_PAIR = 2.0  # a stretch with half a pair of brackets or quotes

_EXTRA_UNITS = (
    "万元",
    "亿元",
    "万人次",
    "万人",
    "万亩",
    "万吨",
    "万株",
    "万",
    "亿",
    "%",
    "‰",
    "KM",
    "km",
    "KW",
    "kw",
    "M",
    "TB",
    "GB",
    "万平方米",
)
_UNITS = "|".join(re.escape(u) for u in sorted({*CLASSIFIERS, *_EXTRA_UNITS}, key=len, reverse=True))
_SIGNS = "大于等于|小于等于|大于|小于|不少于|不低于|不超过|不高于|至少|达到?|超过?|约|近|控制在"
_COUNT = re.compile(
    rf"(?:[≥≤><=~]|{_SIGNS})*(?:\d+(?:,\d{{3}})*(?:\.\d+)?|[一二三四五六七八九十百千万两]+)"
    rf"(?:(?:余|多|来)?(?:{_UNITS})?(?:[(](?:套|次|元|人)[)])?(?:/(?:{_UNITS}|[一-鿿]{{1,3}})(?:[.·](?:{_UNITS}))?)?)?"
    rf"(?:[-~至](?:[≥≤><=])?\d+(?:\.\d+)?(?:{_UNITS})?)?(?:及?以[上下内]|左右|\(含\))?"
)
_DAY = re.compile(
    r"(?:(?:19|20)\d\d年?[-.]?)?(?:\d{1,2}月?(?:[-.]?\d{1,2}日?)?)?(?:[-~至]+(?:(?:19|20)\d\d年)?(?:\d{1,2}月)?(?:\d{1,2}日)?)?"
    r"(?:底前完成|底完成|底之前完成|底之前|底前|底|前完成|前|之前|内|初|末|全年)?"
)
_QUALITIES = "|".join(sorted(vocabulary.data()["quality"]["words"], key=len, reverse=True))
_QUALITY = re.compile(rf"(?:{_QUALITIES})(?:[,、，](?:{_QUALITIES}))*")
_QUALITY_INSIDE = re.compile(
    "(?:" + "|".join(w for w in _QUALITIES.split("|") if len(w) >= 4 or w == "长期") + ")(?=.)"
)
_QUALITY_AT = re.compile(_QUALITIES)
_STEMS = "|".join(
    sorted({w.removesuffix("指标") for w in levels.LEVEL_LABELS if len(w) > 1}, key=len, reverse=True)
)
_LEVEL = re.compile(
    rf"(?:\d{{1,2}}[-.、])?(?:{_STEMS})(?:类)?(?:指标|目标)?(?:[(]\d+(?:\.\d+)?分?[)]|\d+(?:\.\d+)?分)?"
)
_CANONICAL = "|".join(
    sorted({w.removesuffix("指标") for w in (*levels.LEVEL1, *levels.LEVEL2_ORDER)}, key=len, reverse=True)
)
_SHORT_LEVEL = re.compile(rf"(?=((?:{_CANONICAL})(?:指标)?(?:[(]\d+(?:\.\d+)?分?[)])?))")
_KINDS = re.compile(r"定[性量](?:指标)?|[正反逆]向(?:指标)?")
_ORDINAL = re.compile(
    r"指标\d{1,2}[::、.]|指标[一二三四五六七八九十]+[::、]|[①-⑳]|(?<![\d.])\d{1,2}[、](?=\D)|[(]\d{1,2}[)](?=\D)"
)
_LABELS = re.compile(
    r"指标\d{1,2}[:、.]|\d{1,2}-(?=[产效满数质时成经社生可服])|(?:产出|效益|满意度|数量|质量|时效|成本|社会效益|经济效益|生态效益|可持续影响)指标|定性|定量"
)
_MEASURES = re.compile(rf"(?<![\d.第≥≤=<>×])(?!(?:19|20)\d\d年)\d+(?:\.\d+)?(?:{_UNITS})|[≥≤=<>]")
_FIGURE_INSIDE = re.compile(r"(?<=[^\d第≥≤.\-×])(?!(?:19|20)\d\d)\d[\d.]*(?=[^\d.年届次届级期号×])")
_MEASURED = re.compile(rf"\d(?:{_UNITS})(?:以[上下内])?$")
_UNIT_AT = re.compile(_UNITS)
_UNIT = re.compile(
    rf"(?:{_UNITS})(?:/(?:{_UNITS}|[一-鿿]{{1,3}}))?(?:[(](?:套|次|元|人)[)])?(?:以[上下内])?|[无/—-]"
)
_UNIT_BEFORE_SIGN = re.compile(rf"((?:{_UNITS})(?:/(?:{_UNITS}))?|[无/—-])(?=[≥≤><=]|定[性量])")
_MARK = re.compile(r"(100|[1-9]\d?|0)(\.\d{1,2})?分?")
_CODES = {1: re.compile(r"[1-4][-.、]?\D"), 2: re.compile(r"[1-4][1-5][-.、]?\D")}
_BARE_WEIGHT = re.compile(r"[^\d.(]\d+(?:\.\d+)?$")
_TWICE = re.compile(r"(.{3,})\1")
_REPEATED = re.compile(r"([^\d]{2,40}?)\1(?=\d|$)")
_NO_END = "=<>≥≤~-、,:(《“"
_NO_START = "、,;:%)》”/-。"
_END_MARK = "。;；”》"
_NAME_ENDS = (
    "率",
    "度",
    "量",
    "数",
    "情况",
    "水平",
    "能力",
    "时间",
    "效果",
    "成本",
    "经费",
    "费",
    "项目",
    "活动",
)


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
        if a != b or keys[i - 1] in _END_MARK or (b == "n" and a == "n") or b == "s" or keys[i - 1] in "%—":
            out.add(i)
    for m in _SHORT_LEVEL.finditer(keys, start, end):
        out.update((m.start(), m.start() + len(m[1])))
    for pattern in (_ORDINAL, _LEVEL, _QUALITY_AT, _KINDS, _UNIT_BEFORE_SIGN):
        for m in pattern.finditer(keys, start, end):
            out.update((m.start(), m.end()))
    for m in _COUNT.finditer(keys, start, end):
        out.update(range(m.end(), min(end, m.end() + 2)))
        out.add(m.start())
    for m in _REPEATED.finditer(keys, start, end):
        out.update((m.start(), m.start() + len(m[1]), m.end()))
    return sorted(i for i in out if start <= i <= end)


def start_cost(flow: Flow, at: int, own_units: bool) -> dict[str, float]:
    """What it costs that a text begins here, by role: in the middle of a number, or with the unit of the
    figure before.

    `own_units`: the units have a column of their own, so that a figure may stand bare.
    """
    if not at or flow.breaks[at] != NONE:
        return {}
    before, here = flow.keys[at - 1], flow.keys[at]
    if before in "-.、" and at > 1 and flow.keys[at - 2].isdigit():
        return {"level1": LOST_CODE, "level2": LOST_CODE}
    if here == "/" and before in "元次人万":
        return {"unit": LOST_UNIT}
    if not before.isdigit():
        return {}
    if here.isdigit():
        zero = LOST_UNIT if here == "0" else 0.0
        return {
            "target": zero,
            "actual": zero,
            "name": TORN_NUMBER,
            "reason": TORN_NUMBER,
            "remark": TORN_NUMBER,
            "level1": CODE_BEHIND,
            "level2": CODE_BEHIND,
        }
    lost = LOST_UNIT if not own_units and _UNIT_AT.match(flow.keys, at) else 0.0
    return {"name": lost, "reason": lost, "remark": lost}


def end_cost(flow: Flow, stop: int) -> float:
    """What it costs that a text ends here: with the 指标 that the ordinal behind it needs."""
    if flow.keys[max(0, stop - 2) : stop] != "指标":
        return 0.0
    return CUT_ORDINAL if re.match(r"\d{1,2}[:、.]", flow.keys[stop : stop + 3]) else 0.0


@lru_cache(maxsize=262144)
def cell_cost(role: str, key: str, glued: bool) -> float:
    """The cost of a stretch as a cell of a column; `glued` where nothing parts the cells."""
    if (len(key) > 1 and key[0] in _NO_START) or key[0] == ".":
        return likelihood.NEVER
    if role in ("weight", "score", "review_score"):
        if all(kind(c) == "d" for c in key):
            return 0.8 if len(key) == 1 else likelihood.NEVER
        return 0.0 if _MARK.fullmatch(key) else likelihood.NEVER
    if role in ("level1", "level2"):
        return _level_cost(key, 1 if role == "level1" else 2, glued)
    if role in ("target", "actual", "adjusted_target"):
        return value_cost(key, glued)
    if role == "unit" and glued:
        return 0.0 if _UNIT.fullmatch(key) else likelihood.NEVER
    if role in ("name", "reason", "remark"):
        return _text_cost(role, key, glued)
    return likelihood.cost(role, key)


def _level_cost(key: str, level: int, glued: bool) -> float:
    if open_pair(key) or _BARE_WEIGHT.search(key) or (key[0].isdigit() and not _CODES[level].match(key)):
        return likelihood.NEVER
    if likelihood.level_known(key, level):
        return -LONGER_LABEL * len(key)
    return likelihood.NEVER if glued or len(key) > 14 else max(2.0, likelihood.cost(f"level{level}", key))


def _text_cost(role: str, key: str, glued: bool) -> float:
    """A name, a reason or a remark: free text, but not one with cells inside."""
    if role == "name":
        if len(key) > 1 and (re.match(r"0\d", key) or key[-1] in _NO_END or key.endswith(("定性", "定量"))):
            return likelihood.NEVER
        cost = likelihood.cost(role, key) + INSIDE * _inside(_ORDINAL.sub("", key, count=1))
        if key != "0" and kind(key[-1]) == "n":
            cost += 2.2 if glued else 1.2
        if glued and key != "0":
            cost += QUALITY_INSIDE * len(_QUALITY_INSIDE.findall(key[2:]))
            cost += 0.8 if _QUALITY.fullmatch(key) else -0.25 if key.endswith(_NAME_ENDS) else 0.0
    else:
        measures = (INSIDE if role == "reason" else INSIDE_RULE) * len(_MEASURES.findall(key))
        cost = likelihood.cost(role, key) + 0.6 + measures + LABEL_INSIDE * len(_LABELS.findall(key))
    cost += SENTENCE * key[:-1].count("。") if glued else 0.0
    cost += (
        max(0, len(key) - 36) * 0.02
        + (HALF_PAIR if open_pair(key) else 0.0)
        + (2.0 if _TWICE.fullmatch(key) else 0.0)
    )
    return cost + (FIGURE_INSIDE * len(_FIGURE_INSIDE.findall(key)) if glued else 0.0)


def _inside(key: str) -> int:
    """How many labels, ordinals and measures a stretch holds."""
    return len(_LABELS.findall(key)) + len(_MEASURES.findall(key))


def open_pair(key: str) -> bool:
    """Does the stretch hold half a pair of brackets or quotes?"""
    return any(key.count(a) != key.count(b) for a, b in ("()", "《》", "“”"))


def value_cost(key: str, glued: bool) -> float:
    """A measure, a day, a quality word, or (dearer) free text."""
    if (key[-1] in "-~." and len(key) > 1) or re.match(r"0\d", key):
        return likelihood.NEVER
    if _COUNT.fullmatch(key):
        return -LONGER_VALUE * len(key) if not re.fullmatch(r"[\d.,]+", key) else 0.9
    if re.search(r"\d", key) and re.search(r"[年月日]|\d{4}[-.]\d", key) and _DAY.fullmatch(key):
        return -LONGER_VALUE * len(key) if not key[-1].isdigit() or not re.search("[年月]", key) else 1.5
    if _QUALITY.fullmatch(key):
        return 0.25
    if all(kind(c) == "d" for c in key):
        return 0.5 if key == "—" or not glued else 2.5
    if (
        likelihood.level_known(key, 1)
        or likelihood.level_known(key, 2)
        or _ORDINAL.match(key)
        or _KINDS.fullmatch(key)
    ):
        return 5.0
    measures = re.split("[;,，；、]", key)
    if len(measures) > 1 and all(_MEASURED.search(part) and _inside(part) <= 1 for part in measures):
        return 0.5 + 0.015 * len(key)
    m = _COUNT.match(key)
    if m and re.search(r"\d", m[0]):
        rest = key[m.end() :]
        return 0.5 + 0.22 * len(rest) + INSIDE * _inside(rest) + (2.0 if rest[0].isdigit() else 0.0)
    ends = re.search(rf"[\d.]+(?:{_UNITS})(?:以[上下内])?$", key)
    cost = (0.9 if ends else 1.3 if not glued else 1.8) + (HALF_PAIR if open_pair(key) else 0.0)
    cost += 1.0 if key[-1].isdigit() and glued else 0.0
    return cost + 0.05 * len(key) + INSIDE * max(0, _inside(key[1:]) - 1)


def by_cost(
    candidates: Sequence[tuple[float, int, int]], labels: Sequence[int], most: int
) -> list[tuple[int, int, float]]:
    """The cheapest (end, column, cost) of (cost, end, column); in `labels`, the level columns, the longest
    label leads.
    """
    longest = {
        c: max((stop for cost, stop, column in candidates if column == c and cost < 0), default=0)
        for c in labels
    }
    weighed = [
        (cost + (SHORTER_LABEL if stop < longest.get(column, 0) else 0.0), stop, column)
        for cost, stop, column in candidates
    ]
    return [(stop, column, cost) for cost, stop, column in sorted(weighed)[:most]]
