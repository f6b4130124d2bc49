"""How well a text suits a column: the one cost table behind every alignment.

Comes in: a role and a text. Goes out: a cost, 0 for what the column is made for, about 1 for what is seen at
times, above 4 for what hardly ever stands there (costs are in nats: differences are log odds). The same table
serves a clean grid, a shifted row and a line without separators.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from normalizers import levels
from normalizers.indicator_names import split_ordinal
from normalizers.symbols import fold, is_blank
from pipeline.model.roles import AMOUNTS, Role
from pipeline.model.standards import FULL_MARKS
from pipeline.words import vocabulary
from pipeline.words.values import either, one_of, word, words

NEVER = 9.0
AMBIGUOUS = 0.5
DAMAGED = 0.9
LABEL = 10.0  # a label of a level as a value, a reason or a remark: more than two sums that do not close
ODD_UNIT = 3.0  # a quality or a word for a sign, which are as short as units
CODE_ALONE = 2.2  # `31`, torn from `31-服务对象满意度`

_DASHED = frozenset(
    {
        Role.WEIGHT,
        Role.SCORE,
        Role.ACTUAL,
        Role.TARGET,
        Role.REASON,
        Role.REMARK,
        Role.SIGN,
        Role.UNIT,
        Role.REVIEW_SCORE,
        Role.EXECUTION_RATE,
    }
)
_ENDING = word("level", "ending")
_LABEL_ENDS = words("level", "label_ends")
_CANONICAL = frozenset({*levels.LEVEL1, *levels.LEVEL2_ORDER, word("level", "budget_rate")})
_SIDE = word("level", "side")
_SIDE_CHARACTER = re.compile(one_of(word("level", "side_characters")))
_EXECUTION = word("level", "execution")
_NO_NAME = frozenset(words("nothing", "names"))
_NO_VALUE = frozenset(words("nothing", "values"))
_NO_UNIT = frozenset((*words("quality", "words"), *words("sign", "alone"))) - {
    *_NO_VALUE,
    *words("unit", "empty"),
    *words("unit", "none"),
}
_NO_REASON = frozenset(words("nothing", "reasons"))
_MEASURED_ENDS = words("name", "measured_ends")
_POINT = word("points", "unit")
_WEIGHT = re.compile(rf"[(\[]?\d+(\.\d+)?{_POINT}?[)\]]?$")
_NUMBER = re.compile(rf"-?\d{{1,3}}(\.\d{{1,4}})?({_POINT})?")
_ZERO = re.compile(rf"0(\.0+)?({_POINT})?")
_BARE = re.compile(r"-?[\d,]+(\.\d+)?")
_PERCENT = re.compile(r"\d{1,3}(\.\d+)?%")
_RATE = re.compile(r"-?[\d.]+[(]?%[)]?")
_MONEY = re.compile(r"-?[\d,.]+(万|亿)?元?")
_CODE = re.compile(r"[1-4][1-5]?")
_CODE_BEFORE = re.compile(r"^\d{1,2}[-.、]?")
_WEIGHT_BEHIND = re.compile(rf"[(\[]?\d*\.?\d*{_POINT}?[)\]]?$")
_VALUE = re.compile(
    rf"([≥≤><=~]|{either(words('sign', 'before'))}|第)*[\d一二三四五六七八九十百千万亿两.,]+.{{0,14}}"
    r"|(19|20)\d\d(年|[-./]\d).*|\d{1,2}月.*"
    rf"|({either(words('time', 'periods'))})({either(words('time', 'period_parts'))})?"
    rf"({either(words('time', 'period_acts'))})?"
)
_SIGN = re.compile(rf"[≥≤><=]|{either(words('sign', 'alone'))}")
_UNIT = re.compile(
    r"[%‰](以[上下内])?|[A-Za-z]{1,4}|[一-鿿]{1,4}(/[一-鿿]{1,4})?|[一-鿿]{1,3}[(][一-鿿]{1,3}[)]|元/.{1,8}"
)
_QUALITY = re.compile(
    rf"(.{{0,10}}({either(words('quality_parts', 'ends'))}"
    rf"|({either(words('quality_parts', 'leads'))}).{{0,4}})"
    rf"|{either(words('quality_parts', 'single'))}|{either(words('quality_parts', 'whole'))}"
    rf"|.{{0,4}}({either(words('quality_parts', 'inside'))}).{{0,4}}"
    rf"|.{{0,6}}({either(words('quality_parts', 'near_end'))}).{{0,2}})"
)
_DIRECTION = re.compile(
    rf"({either((*words('kind', 'directions'), *words('kind', 'kinds')))})({word('kind', 'ending')})?"
)


@lru_cache(maxsize=262144)
def level_known(text: str, level: int) -> bool:
    """Is the text, to the letter, a label of the taxonomy at this level, and nothing that a name or a value
    would say too?
    """
    return _level_doubt(text, level) == 0.0


@lru_cache(maxsize=262144)
def _level_doubt(key: str, level: int) -> float | None:
    """0 for a label in its full form, more for one that could be a name (群众满意度, 进度) or is damaged;
    None for no label.
    """
    if len(key) > 30:
        return None
    found = levels.read_level(key, level)
    if found is None or not found.known or found.level != level:
        return None
    if found.score < 1.0:
        return DAMAGED
    core = without_weight(key)
    proper = (
        found.code is not None
        or core.endswith(_LABEL_ENDS)
        or core + _ENDING in _CANONICAL
        or core in _CANONICAL
    )
    return 0.0 if proper else AMBIGUOUS


def without_weight(key: str) -> str:
    """A label of a level without the points that stand behind it."""
    return _WEIGHT.sub("", key)


@lru_cache(maxsize=262144)
def cost(role: Role, text: str) -> float:
    """The cost of `text` in a column of `role`; a blank costs what `blank_cost` says."""
    if is_blank(text):
        return 0.0 if role in _DASHED else 0.5 if role in AMOUNTS else 0.8
    return _COSTS.get(role, _other)(fold(text))


def blank_cost(role: Role) -> float:
    """The cost of a row without a text in this column."""
    return _BLANK.get(role, 0.3)


_BLANK: Mapping[Role, float] = {
    Role.SIDE: 0.0,
    Role.LEVEL1: 0.1,
    Role.LEVEL2: 0.25,
    Role.NAME: 3.0,
    Role.TARGET: 1.2,
    Role.ACTUAL: 1.2,
    Role.WEIGHT: 1.6,
    Role.SCORE: 1.4,
    Role.REVIEW_SCORE: 0.6,
    Role.REASON: 0.05,
    Role.REMARK: 0.2,
    Role.SIGN: 0.9,
    Role.UNIT: 0.7,
    Role.DIRECTION: 0.6,
    Role.VALUE_TYPE: 0.6,
    Role.COEFFICIENT: 0.4,
    Role.ADJUSTED_TARGET: 0.2,
    Role.ORDINAL: 0.3,
    Role.FUND_WEIGHT: 0.25,
    Role.FUND_SCORE: 0.25,
    Role.FUND_LABEL: 5.0,
    Role.INITIAL_BUDGET: 0.5,
    Role.ANNUAL_BUDGET: 0.5,
    Role.EXECUTED: 0.5,
    Role.ARRIVED: 0.4,
    Role.EXECUTION_RATE: 0.4,
}


def _side(key: str) -> float:
    if key in _SIDE:
        return 0.0 if key == _SIDE else 1.2
    if vocabulary.find("column", key, fuzzy=False) is not None:
        return 0.0
    if level_known(key, 1) or level_known(key, 2):
        return LABEL
    return 5.0 if len(key) > 8 or not _SIDE_CHARACTER.search(key) else 1.5


def _level(key: str, level: int) -> float:
    if len(key) > 40:
        return NEVER
    doubt = _level_doubt(key, level)
    if doubt is not None:
        return doubt
    if level_known(key, 3 - level):
        return 2.5
    if _BARE.fullmatch(key):
        return CODE_ALONE if _CODE.fullmatch(key) else NEVER
    if _fragment(key):
        return 0.6
    if _VALUE.fullmatch(key):
        return NEVER
    if vocabulary.find("column", key, fuzzy=False) is not None:
        return 4.0
    return 3.2 + min(3.0, len(key) / 8)


@lru_cache(maxsize=65536)
def _fragment(key: str) -> bool:
    """A piece of a level label, torn off by a narrow column or a page break: `标`, `12-质`, `分)`,
    `意度指标(10分)`.
    """
    core = _WEIGHT_BEHIND.sub("", _CODE_BEFORE.sub("", key))
    return len(core) <= 7 and any(core in label for label in levels.LEVEL_LABELS)


def _name(key: str) -> float:
    if split_ordinal(key)[0] is not None:
        return 0.0
    if key in _NO_NAME:
        return 1.2
    if _BARE.fullmatch(key):
        return 6.0
    if level_known(key, 1) or level_known(key, 2):
        return 0.8 if _EXECUTION in key else 4.0 if key.endswith(_ENDING) or key[0].isdigit() else 1.6
    if (
        _VALUE.fullmatch(key)
        and not key.endswith(_MEASURED_ENDS)
        and len(key) < (12 if key[0].isascii() or key[0] in "≥≤" else 5)
    ):
        return 2.6
    if _SIGN.fullmatch(key):
        return 3.0
    return 0.45 if len(key) < 80 else 0.9


def _value(key: str) -> float:
    if _VALUE.fullmatch(key):
        return 0.7 if _BARE.fullmatch(key) else 0.0
    if key in _NO_VALUE:
        return 0.5
    if level_known(key, 1) or level_known(key, 2):
        return LABEL
    if split_ordinal(key)[0] is not None:
        return 3.0
    if _QUALITY.fullmatch(key):
        return 0.3
    return 1.0 + min(1.6, len(key) / 40)


def _number(key: str) -> float:
    if _NUMBER.fullmatch(key) and float(key.rstrip(_POINT)) <= FULL_MARKS:
        return 0.0
    if _PERCENT.fullmatch(key):
        return 3.0
    return NEVER if not _BARE.fullmatch(key) else 5.0


def _given(key: str) -> float:
    """A weight; one of 0 is printed by mistake at most."""
    return 0.8 if _ZERO.fullmatch(key) else _number(key)


def _reason(key: str) -> float:
    if _BARE.fullmatch(key):
        return 3.5
    if level_known(key, 1) or level_known(key, 2):
        return LABEL
    if _VALUE.fullmatch(key) and len(key) < 10:
        return 2.5
    return 0.5 if len(key) > 3 or key in _NO_REASON else 1.4


def _sign(key: str) -> float:
    if _SIGN.fullmatch(key):
        return 0.0
    return 0.8 if _DIRECTION.fullmatch(key) else 6.0


def _unit(key: str) -> float:
    if _BARE.fullmatch(key):
        return 7.0
    if key in _NO_UNIT:
        return ODD_UNIT
    return 0.0 if _UNIT.fullmatch(key) else 3.0 + min(3.0, len(key) / 10)


def _direction(key: str) -> float:
    return 0.0 if _DIRECTION.fullmatch(key) else 5.0


def _remark(key: str) -> float:
    if _BARE.fullmatch(key):
        return 3.0
    return LABEL if level_known(key, 1) or level_known(key, 2) else 0.6


def _ordinal(key: str) -> float:
    return 0.0 if re.fullmatch(r"\d{1,3}", key) else 5.0


def _other(_key: str) -> float:
    return 0.8


def _fund_label(key: str) -> float:
    return NEVER if _BARE.fullmatch(key) or key.endswith("%") else 0.0


def _amount(key: str) -> float:
    if _BARE.fullmatch(key):
        return 0.0
    return 4.0 if key.endswith("%") else 0.3 if _MONEY.fullmatch(key) else 5.0


def _rate(key: str) -> float:
    return 0.0 if _RATE.fullmatch(key) else 1.0 if _BARE.fullmatch(key) else 4.0


_COSTS: Mapping[Role, Callable[[str], float]] = {
    Role.SIDE: _side,
    Role.LEVEL1: lambda k: _level(k, 1),
    Role.LEVEL2: lambda k: _level(k, 2),
    Role.NAME: _name,
    Role.TARGET: _value,
    Role.ACTUAL: _value,
    Role.ADJUSTED_TARGET: _value,
    Role.WEIGHT: _given,
    Role.FUND_WEIGHT: _number,
    Role.FUND_SCORE: _number,
    Role.SCORE: _number,
    Role.REVIEW_SCORE: _number,
    Role.REASON: _reason,
    Role.REMARK: _remark,
    Role.SIGN: _sign,
    Role.UNIT: _unit,
    Role.DIRECTION: _direction,
    Role.VALUE_TYPE: _direction,
    Role.ORDINAL: _ordinal,
    Role.FUND_LABEL: _fund_label,
    Role.INITIAL_BUDGET: _amount,
    Role.ANNUAL_BUDGET: _amount,
    Role.EXECUTED: _amount,
    Role.ARRIVED: _amount,
    Role.EXECUTION_RATE: _rate,
}
