"""Columns beside those of the Ministry's template: 调整指标值, 是否核心指标, scores of further reviewers.

Comes in: the columns of an indicator block. Goes out: which of them are such columns, by their labels alone.
A single reviewer's column that is the form's 复核分 is no further one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from normalizers.symbols import fold
from pipeline.model.roles import Role
from pipeline.table.header import Column, role_of
from pipeline.words.values import either, words


class Kind(StrEnum):
    """What such a column holds."""

    ADJUSTED_TARGET = "adjusted_target"
    CORE = "core"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Further:
    """A column beside those of the template; `by`: the reviewer."""

    kind: Kind
    by: str = ""


ADJUSTED, CORE = Further(Kind.ADJUSTED_TARGET), Further(Kind.CORE)
_CORE_LABELS = frozenset(words("further", "core"))
_REVIEW = re.compile(
    rf"({either(sorted(words('further', 'reviewers'), key=len, reverse=True))})"
    rf"(?:{either(sorted(words('further', 'points'), key=len, reverse=True))})(?:[(][^()]*[)])?"
)


def further_columns(columns: Sequence[Column]) -> Mapping[int, Further]:
    """Position of a column → what it holds; columns of the template are left out."""
    found = {i: what for i, c in enumerate(columns) if (what := of_label(c.label)) is not None}
    reviews = [i for i, what in found.items() if what.kind == Kind.REVIEW]
    if len(reviews) == 1 and columns[reviews[0]].role in (Role.REVIEW_SCORE, Role.SCORE):
        del found[reviews[0]]
    return found


@cache
def of_label(label: str) -> Further | None:
    """What the column under a label holds beside the template's: `县级评分` → a review by 县级."""
    key = fold(label)
    if key in _CORE_LABELS:
        return CORE
    if (m := _REVIEW.fullmatch(key)) is not None:
        return Further(Kind.REVIEW, m[1])
    return ADJUSTED if role_of(label, fuzzy=False) == Role.ADJUSTED_TARGET else None
