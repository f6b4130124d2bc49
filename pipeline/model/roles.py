"""What a column of a form can hold.

Comes in: nothing. Goes out: `Role`, the one name of each kind of column in the indicator block and in the
fund block. The keys of the vocabulary's section `column` are values of it.
"""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """The kinds of columns; the first group stands in the indicator block, the second in the fund block."""

    LEVEL1 = "level1"
    LEVEL2 = "level2"
    NAME = "name"
    TARGET = "target"
    ADJUSTED_TARGET = "adjusted_target"
    ACTUAL = "actual"
    SIGN = "sign"
    UNIT = "unit"
    DIRECTION = "direction"
    VALUE_TYPE = "value_type"
    WEIGHT = "weight"
    SCORE = "score"
    REVIEW_SCORE = "review_score"
    COEFFICIENT = "coefficient"
    REASON = "reason"
    REMARK = "remark"
    ORDINAL = "ordinal"
    SIDE = "side"  # the vertical 绩效指标 left of the levels
    OTHER = "other"  # a label that is not known

    FUND_LABEL = "fund_label"
    INITIAL_BUDGET = "initial_budget"
    ANNUAL_BUDGET = "annual_budget"
    EXECUTED = "executed"
    ARRIVED = "arrived"
    EXECUTION_RATE = "execution_rate"
    FUND_WEIGHT = "fund_weight"
    FUND_SCORE = "fund_score"


LEVELS = frozenset({Role.LEVEL1, Role.LEVEL2, Role.NAME})
VALUES = (Role.TARGET, Role.ACTUAL, Role.WEIGHT, Role.SCORE)
POINTS = frozenset({Role.WEIGHT, Role.SCORE, Role.REVIEW_SCORE})
AMOUNTS = frozenset({Role.INITIAL_BUDGET, Role.ANNUAL_BUDGET, Role.EXECUTED, Role.ARRIVED})
"""The columns of the fund block that hold money."""

_FUND_KEYS = {Role.WEIGHT: Role.FUND_WEIGHT, Role.SCORE: Role.FUND_SCORE}


def fund_role(key: str) -> Role:
    """The role of a column of the fund block, by its key in the vocabulary's section `fund_column`."""
    role = Role(key)
    return _FUND_KEYS.get(role, role)
