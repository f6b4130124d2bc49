"""A printed level label → its canonical form.

Comes in: the text of a level cell, weight, code and notes included (`11-数量指标`, `产出指标（50分）`,
`30分)`), and the column's level if it is known. Goes out: a `Level`. The labels are data (`levels.toml`); a
label that is not in them is kept as printed with `known` False, and only a blank text gives None. A damaged
label is matched by likeness, where one canonical label is clearly the nearest.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

from normalizers.symbols import clean, fold, narrow
from normalizers.words import alternatives, load

_WORDS = load("levels.toml")
_LABEL = _WORDS["label"]
KIND: str = _LABEL["kind"]
FREE: str = _LABEL["free"]

# One wrong character in five or more. Measured on 2,037 labels with one character replaced, lost or added: 79
# % recognised, none wrongly;
# of four characters one cannot be wrong: 效率指标 is as near to 效益指标 (75) as a misreading of it.
LIKENESS = 80.0
MARGIN = 5.0  # the next other label must be this much farther
LONGEST = 24  # characters: no label is longer
_CODE = re.compile(
    r"(?P<code>[0-9]{1,2})(?:\s*[-.、:_]\s*|\s+)(?=\D)|(?P<glued>[1-4][1-5]?)(?=[一-鿿])"
    r"|\([1-9]\)|[A-Za-z][、.]|\([一二三四五六七八九十]+\)|[一二三四五六七八九十]+[、.]"
)
_FIGURE = (
    rf"(?:{alternatives(_LABEL['weight'])})?[:\s]*(?P<weight>[0-9]{{1,3}}(?:\.[0-9]+)?)"
    rf"\s*(?:{alternatives(_LABEL['weight_units'])})?"
)
_WEIGHT_BEHIND = re.compile(
    rf"\s*[(\[【]\s*{_FIGURE}\s*[)\]】]?\s*$|\s*{_FIGURE.replace('P<weight>', 'P<bare>')}\s*[)\]】]?\s*$"
)
_WEIGHT_BEFORE = re.compile(rf"[(\[【]\s*{_FIGURE}\s*[)\]】]\s*(?=\S)")
_NOTE = re.compile(
    rf"[(\[【](?:{alternatives(_LABEL['notes'])}|[a-zA-Zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü\s']+)[^)\]】]*[)\]】]"
)
_ENDING = re.compile("".join(f"(?:{alternatives(words)})?" for words in _LABEL["endings"]) + "$")


@dataclass(frozen=True, slots=True)
class Level:
    """A label as recognised: `level` 1 or 2, its canonical first level `parent` if it has one, `score` 1 = to
    the letter.
    """

    level: int
    label: str
    parent: str | None
    code: str | None
    weight: float | None
    known: bool
    score: float


def _key(label: str) -> str:
    """What a label is looked up by: folded, without its ending 指标."""
    key = fold(label).strip(":;,。、*-")
    return _ENDING.sub("", key) or key


PARENTS: dict[str, str | None] = {
    entry["label"]: entry.get("parent") for entry in _WORDS["level"] if entry["level"] == 2
}
LEVEL1 = tuple(entry["label"] for entry in _WORDS["level"] if entry["level"] == 1)
LEVEL2_ORDER = tuple(label for label in PARENTS if label not in LEVEL1 or label == FREE)
"""The second levels in the template's order; 预算执行率, which has no place in it, is left out."""
_FORMS: dict[int, dict[str, str]] = {
    level: {
        fold(form): entry["label"]
        for entry in _WORDS["level"]
        if entry["level"] == level
        for form in (entry["label"], *entry["also"])
    }
    for level in (1, 2)
}
_KEYS: dict[int, dict[str, str]] = {
    level: {_key(form): label for form, label in forms.items()} for level, forms in _FORMS.items()
}
_OTHER: dict[int, frozenset[str]] = {
    entry["level"]: frozenset(map(fold, entry["labels"])) for entry in _WORDS["other_level"]
}
LEVEL_LABELS: tuple[str, ...] = tuple(sorted({form for forms in _FORMS.values() for form in forms}))
"""Every form in which a canonical label is printed, folded."""


def parent_of(label2: str) -> str | None:
    """The first level of a canonical second level; None for 成本指标, which stays where it is printed, and
    for unknown labels.
    """
    return PARENTS.get(label2)


@lru_cache(maxsize=65536)
def read_level(text: str, level: int | None = None) -> Level | None:
    """The level that a cell's text names, or None for a blank text.

    `level` is the column's (1 or 2): it decides where a label can be both (成本指标, 满意度指标, 预算执行率);
    a label that belongs only to the other level is returned with that one. Source of the labels:
    财预〔2020〕10号, 财预〔2021〕101号, the provinces' forms.
    """
    text = "".join(clean(text).split())
    if not text:
        return None
    bare, code, weight = _cut(text)
    key = _key(bare)
    order = (level, 3 - level) if level in (1, 2) else (2, 1)
    for at in order:
        if key in _KEYS[at] and (level is not None or not _first_by_default(key)):
            return _known(at, _KEYS[at][key], code, weight, 1.0)
        if fold(bare) in _OTHER[at] or fold(bare).removesuffix(KIND) in _OTHER[at]:
            return Level(at, bare, None, code, weight, True, 1.0)
    if key in _KEYS[1]:
        return _known(1, _KEYS[1][key], code, weight, 1.0)
    near = _nearest(fold(bare), order)
    if near is not None:
        return _known(near[0], near[1], code, weight, near[2])
    return Level(level or 1, bare or text, None, code, weight, False, 0.0)


def _first_by_default(key: str) -> bool:
    """Labels of both levels that, without a column to go by, mean the first: 满意度指标, 预算执行率."""
    return _KEYS[1].get(key) in _LABEL["first_by_default"] and key in map(_key, _LABEL["first_by_default"])


def _known(level: int, label: str, code: str | None, weight: float | None, score: float) -> Level:
    return Level(level, label, PARENTS.get(label) if level == 2 else None, code, weight, True, score)


def _cut(text: str) -> tuple[str, str | None, float | None]:
    """Label, code and weight of a cell's text; the label keeps its characters."""
    view = narrow(text)
    code, weight = None, None
    if (m := _WEIGHT_BEFORE.match(view)) is not None and _CODE.match(view) is None:
        weight = float(m.group("weight"))
        text, view = text[m.end() :], view[m.end() :]
    if (m := _CODE.match(view)) is not None and m.end() < len(view):
        code = m.group("code") or m.group("glued")
        text, view = text[m.end() :], view[m.end() :]
    for m in reversed(list(_NOTE.finditer(view))):
        text, view = text[: m.start()] + text[m.end() :], view[: m.start()] + view[m.end() :]
    if (m := _WEIGHT_BEHIND.search(view)) is not None:
        weight = float(m.group("weight") or m.group("bare"))
        text = text[: m.start()]
    return clean(text), code, weight


@lru_cache(maxsize=16384)
def _nearest(key: str, order: tuple[int, ...]) -> tuple[int, str, float] | None:
    """Level, label and likeness (0–1) of the canonical label that a damaged one is nearest to, if one clearly
    is.
    """
    if not 3 <= len(key) <= LONGEST:
        return None
    best: dict[tuple[int, str], float] = {}
    for at in order:
        for form, score, _ in process.extract(
            key, _FORMS[at].keys(), scorer=fuzz.ratio, score_cutoff=LIKENESS - MARGIN, limit=None
        ):
            if abs(len(form) - len(key)) > 1:  # 项目质量管理 is another label, not a damaged one
                continue
            found = (at, _FORMS[at][form])
            best[found] = max(best.get(found, 0.0), score)
    if not best:
        return None
    (at, label), score = max(best.items(), key=lambda item: (item[1], item[0][0] == order[0]))
    rivals = [s for (_, other), s in best.items() if other != label]
    if score < LIKENESS or (rivals and score - max(rivals) < MARGIN):
        return None
    return at, label, min(score / 100, 0.99)
