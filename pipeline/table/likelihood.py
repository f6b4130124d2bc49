"""How well a text suits a column: the one cost table behind every alignment.

Comes in: a role and a text. Goes out: a cost, 0 for what the column is made for, about 1 for what is seen at
times, above 4 for what hardly ever stands there (costs are in nats: differences are log odds). The same table
serves a clean grid, a shifted row and a line without separators.
"""

from __future__ import annotations

import re
from functools import lru_cache

from normalizers import levels
from normalizers.indicator_names import split_ordinal
from normalizers.symbols import fold, is_blank
from pipeline.words import vocabulary

NEVER = 9.0
AMBIGUOUS = 0.5
DAMAGED = 0.9
LABEL = 10.0  # a label of a level as a value, a reason or a remark: more than two sums that do not close
CODE_ALONE = 2.2  # `31`, torn from `31-服务对象满意度`

_DASHED = frozenset(
    {
        "weight",
        "score",
        "actual",
        "target",
        "reason",
        "remark",
        "sign",
        "unit",
        "review_score",
        "execution_rate",
    }
)
_AMOUNTS = frozenset({"initial_budget", "annual_budget", "executed", "arrived"})
_CANONICAL = frozenset({*levels.LEVEL1, *levels.LEVEL2_ORDER, "预算执行率"})
_WEIGHT = re.compile(r"[(\[]?\d+(\.\d+)?分?[)\]]?$")
_NUMBER = re.compile(r"-?\d{1,3}(\.\d{1,4})?(分)?")
_BARE = re.compile(r"-?[\d,]+(\.\d+)?")
_VALUE = re.compile(
    r"([≥≤><=~]|大于|小于|不少于|不低于|不超过|不高于|至少|达到?|超过|控制在|约|近|第)*"
    r"[\d一二三四五六七八九十百千万亿两.,]+.{0,14}"
    r"|(19|20)\d\d(年|[-./]\d).*|\d{1,2}月.*|(全年|按月|按季|每[年月季日])(度|内|前|底)?(完成|支付|发放)?"
)
_SIGN = re.compile(r"[≥≤><=]|定性|定量|无|大于等于|小于等于|等于|大于|小于")
_UNIT = re.compile(
    r"[%‰](以[上下内])?|[A-Za-z]{1,4}|[一-鿿]{1,4}(/[一-鿿]{1,4})?|[一-鿿]{1,3}[(][一-鿿]{1,3}[)]|元/.{1,8}"
)
_QUALITY = re.compile(
    r"(.{0,10}(提升|提高|增强|改善|降低|减少|增长|加强|完善|促进|保障|推动|显著|明显|有效|持续|长期|稳定|健全|良好|满意|达标|合格|完成|及时|按时|按期|完备|规范|优良|较好|到位|合规|优化|逐年.{0,4}|不断.{0,4}|充分|受益)"
    r"|[优良中差好高是否有无]|100%完成|.{0,4}(完成|实现|达成).{0,4}|.{0,6}(及时|准确|齐全|安全|公开|公平|公正).{0,2})"
)
_DIRECTION = re.compile(r"[正反逆]向(指标)?|定[量性](指标)?")
_END = re.compile(r"[。;；]$")


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
    core = _WEIGHT.sub("", key)
    proper = (
        found.code is not None
        or core.endswith(("指标", "目标"))
        or core + "指标" in _CANONICAL
        or core in _CANONICAL
    )
    return 0.0 if proper else AMBIGUOUS


@lru_cache(maxsize=262144)
def cost(role: str, text: str) -> float:
    """The cost of `text` in a column of `role`; a blank costs what `blank_cost` says."""
    if is_blank(text):
        return 0.0 if role in _DASHED else 0.5 if role in _AMOUNTS else 0.8
    return _COSTS.get(role, _other)(fold(text))


def blank_cost(role: str) -> float:
    """The cost of a row without a text in this column."""
    return _BLANK.get(role, 0.3)


_BLANK = {
    "side": 0.0,
    "level1": 0.1,
    "level2": 0.25,
    "name": 3.0,
    "target": 1.2,
    "actual": 1.2,
    "weight": 1.6,
    "score": 1.4,
    "review_score": 0.6,
    "reason": 0.05,
    "remark": 0.2,
    "sign": 0.9,
    "unit": 0.7,
    "direction": 0.6,
    "value_type": 0.6,
    "coefficient": 0.4,
    "adjusted_target": 0.2,
    "ordinal": 0.3,
    "fund_weight": 0.25,
    "fund_score": 0.25,
    "fund_label": 5.0,
    "initial_budget": 0.5,
    "annual_budget": 0.5,
    "executed": 0.5,
    "arrived": 0.4,
    "execution_rate": 0.4,
}


def _side(key: str) -> float:
    if vocabulary.find("column", key, fuzzy=False) is not None and key not in "绩效指标":
        return 0.0
    if key in "绩效指标":
        return 0.0 if len(key) == 4 else 1.2
    if level_known(key, 1) or level_known(key, 2):
        return LABEL
    return 5.0 if len(key) > 8 or not re.search("[绩效指标目]", key) else 1.5


def _level(key: str, level: int) -> float:
    if len(key) > 40:
        return NEVER
    doubt = _level_doubt(key, level)
    if doubt is not None:
        return doubt
    if level_known(key, 3 - level):
        return 2.5
    if _BARE.fullmatch(key):
        return CODE_ALONE if re.fullmatch(r"[1-4][1-5]?", key) else NEVER
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
    core = re.sub(r"[(\[]?\d*\.?\d*分?[)\]]?$", "", re.sub(r"^\d{1,2}[-.、]?", "", key))
    return len(core) <= 7 and any(core in label for label in levels.LEVEL_LABELS)


def _name(key: str) -> float:
    if split_ordinal(key)[0] is not None:
        return 0.0
    if key in ("0", "无", "/", "无此项"):
        return 1.2
    if _BARE.fullmatch(key):
        return 6.0
    if level_known(key, 1) or level_known(key, 2):
        return 0.8 if "执行" in key else 4.0 if key.endswith("指标") or key[0].isdigit() else 1.6
    if (
        _VALUE.fullmatch(key)
        and not key.endswith(("率", "度", "量", "数"))
        and len(key) < (12 if key[0].isascii() or key[0] in "≥≤" else 5)
    ):
        return 2.6
    if _SIGN.fullmatch(key):
        return 3.0
    return 0.45 if len(key) < 80 else 0.9


def _value(key: str) -> float:
    if _VALUE.fullmatch(key):
        return 0.7 if _BARE.fullmatch(key) else 0.0
    if key in ("无", "0"):
        return 0.5
    if level_known(key, 1) or level_known(key, 2):
        return LABEL
    if split_ordinal(key)[0] is not None:
        return 3.0
    if _QUALITY.fullmatch(key):
        return 0.3
    return 1.0 + min(1.6, len(key) / 40)


def _number(key: str) -> float:
    if _NUMBER.fullmatch(key) and float(key.rstrip("分")) <= 100:
        return 0.0
    if re.fullmatch(r"\d{1,3}(\.\d+)?%", key):
        return 3.0
    return NEVER if not _BARE.fullmatch(key) else 5.0


def _given(key: str) -> float:
    """A weight; one of 0 is printed by mistake at most."""
    return 0.8 if re.fullmatch(r"0(\.0+)?(分)?", key) else _number(key)


def _reason(key: str) -> float:
    if _BARE.fullmatch(key):
        return 3.5
    if level_known(key, 1) or level_known(key, 2):
        return LABEL
    if _VALUE.fullmatch(key) and len(key) < 10:
        return 2.5
    return 0.5 if len(key) > 3 or key in ("无", "/") else 1.4


def _sign(key: str) -> float:
    if _SIGN.fullmatch(key):
        return 0.0
    return 0.8 if _DIRECTION.fullmatch(key) else 6.0


def _unit(key: str) -> float:
    if _BARE.fullmatch(key):
        return 7.0
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
    return 4.0 if key.endswith("%") else 0.3 if re.fullmatch(r"-?[\d,.]+(万|亿)?元?", key) else 5.0


def _rate(key: str) -> float:
    return 0.0 if re.fullmatch(r"-?[\d.]+[(]?%[)]?", key) else 1.0 if _BARE.fullmatch(key) else 4.0


_COSTS = {
    "side": _side,
    "level1": lambda k: _level(k, 1),
    "level2": lambda k: _level(k, 2),
    "name": _name,
    "target": _value,
    "actual": _value,
    "adjusted_target": _value,
    "weight": _given,
    "fund_weight": _number,
    "fund_score": _number,
    "score": _number,
    "review_score": _number,
    "reason": _reason,
    "remark": _remark,
    "sign": _sign,
    "unit": _unit,
    "direction": _direction,
    "value_type": _direction,
    "ordinal": _ordinal,
    "fund_label": _fund_label,
    "initial_budget": _amount,
    "annual_budget": _amount,
    "executed": _amount,
    "arrived": _amount,
    "execution_rate": _rate,
}
