"""What a cell looks like: a text → a few coarse features, the alphabet in which the contents of columns are
told apart.

Comes in: the text of a cell. Goes out: its `Shape`: a kind (a level's label, a figure, a rate, a day, a
sentence …), how long it is, and what it ends with. Nothing here says which column a text belongs to: that is
learned (`role_model`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from normalizers import levels
from normalizers.indicator_names import split_ordinal
from normalizers.symbols import fold, is_blank
from normalizers.units import CLASSIFIERS
from pipeline.words import vocabulary
from pipeline.words.values import either, pairs, words

LENGTHS = (1, 2, 4, 7, 12, 20, 40)  # upper ends of the classes of length, in characters
_BARE = re.compile(r"-?\d[\d,]*(\.\d+)?(分)?")
_PERCENT = re.compile(r"[\d.]+%")
_MEASURE = re.compile(r"(?P<sign>[≥≤><=~]*)(?P<number>\d[\d,.]*)(?P<rest>.{0,12})")
_RANGE = re.compile(r"\d[\d.]*%?[-~]\d[\d.]*.{0,6}")
_DAY = re.compile(r"((19|20)\d\d(年|[-./]\d).*|\d{1,2}月.*)")
_SIGN = re.compile(rf"[≥≤><=]+|{either(words('sign', 'alone'))}")
_WAY = re.compile(rf"({either((*words('kind', 'directions'), *words('kind', 'kinds')))})(指标)?")
_QUALITIES = frozenset(words("quality", "words"))
_WORD = re.compile(r"[A-Za-z]{1,4}|[一-鿿]{1,6}(/[一-鿿]{1,4})?")
_UNITS = frozenset({*CLASSIFIERS, *words("unit", "also")})
LONGEST_UNIT = 8  # characters: 万元/平方米
BEFORE_LABELS = frozenset({"measure", "measure_text"})
"""Kinds of figures that the label of a level with its code looks like."""
_NOTHING = frozenset(words("nothing", "reasons"))
_ENDS = pairs("shape", "ends")
_LONG_MARKS = re.compile(r"[。;；,，]")


@dataclass(frozen=True, slots=True)
class Shape:
    """Coarse features of a text: `kind`, class of length (0 only for what is blank), class of ending."""

    kind: str
    length: int
    end: str


@lru_cache(maxsize=65536)
def shape_of(text: str) -> Shape:
    """The features of one cell's text; a blank one has the kind `blank`, a dash or 无 the kind `dash`."""
    key = fold(text)
    if is_blank(text) or key in _NOTHING:
        return Shape("dash" if key else "blank", 0, "none")
    length = next((i for i, most in enumerate(LENGTHS, 1) if len(key) <= most), len(LENGTHS) + 1)
    return Shape(_kind(key), length, _end(key))


def _end(key: str) -> str:
    last = key[-1]
    if last in _ENDS:
        return _ENDS[last]
    return "digit" if last.isdigit() else "latin" if last.isascii() else "other"


def _kind(key: str) -> str:
    figure = _figure_kind(key)
    label = _label_kind(key) if figure is None or figure in BEFORE_LABELS else None
    if label is not None and (figure is None or label.startswith("level")):
        return label  # 1-产出指标 is no measure
    if figure is not None:
        return figure
    if _SIGN.fullmatch(key):
        return "sign"
    if _WAY.fullmatch(key):
        return "way"
    return _text_kind(key)


def _figure_kind(key: str) -> str | None:
    """Kinds that figures make; None for a text of another sort."""
    if _BARE.fullmatch(key):
        value = float(key.rstrip("分").replace(",", ""))
        small = 0 <= value <= 100
        whole = value == int(value)
        return ("points" if whole else "points_decimal") if small else "figure"
    if _PERCENT.fullmatch(key):
        return "percent"
    if _DAY.fullmatch(key):
        return "day"
    if _RANGE.fullmatch(key):
        return "range"
    m = _MEASURE.fullmatch(key)
    if m is None:
        return None
    if m["sign"]:
        return (
            "signed_percent"
            if m["rest"].startswith("%")
            else "signed_measure"
            if m["rest"]
            else "signed_figure"
        )
    return "measure" if len(m["rest"]) <= 6 else "measure_text"


def _label_kind(key: str) -> str | None:
    """Kinds of labels that the taxonomy of levels or the vocabulary of headers knows."""
    if len(key) <= levels.LONGEST + 6:
        one, two = (levels.read_level(key, level) for level in (1, 2))
        first = one is not None and one.known and one.level == 1
        second = two is not None and two.known and two.level == 2
        if first or second:
            proper = key.rstrip("0123456789分()").endswith(("指标", "目标", "类")) or (
                one is not None and one.code is not None
            )
            return ("level_both" if first and second else "level1" if first else "level2") + (
                "" if proper else "_short"
            )
    ordinal, _ = split_ordinal(key)
    if ordinal is not None:
        return "numbered"
    return "header" if len(key) > 1 and vocabulary.find("column", key, fuzzy=False) is not None else None


def _text_kind(key: str) -> str:
    """Kinds of running text."""
    if key in _QUALITIES:
        return "quality"
    if key in _UNITS or (len(key) <= LONGEST_UNIT and key.partition("/")[0] in _UNITS):
        return "unit"
    if len(key) <= LONGEST_UNIT and _WORD.fullmatch(key):
        return "word"
    if re.search(r"\d", key):
        return "text_with_figures_long" if len(key) > 25 or _LONG_MARKS.search(key) else "text_with_figures"
    return "sentence" if len(key) > 25 or _LONG_MARKS.search(key) else "phrase"
