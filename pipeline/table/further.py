"""Columns beside those of the Ministry's template: 是否核心指标, and the scores of further reviewers.

Comes in: the columns of an indicator block. Goes out: which of them say whether an indicator is a core one,
and which hold a further reviewer's points, with the reviewer. A single reviewer's column that is the form's
复核分 is no further one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from normalizers.symbols import fold
from pipeline.model.roles import Role
from pipeline.table.header import Column
from pipeline.words.values import either, words

CORE = frozenset(words("further", "core"))
_REVIEW = re.compile(
    rf"({either(sorted(words('further', 'reviewers'), key=len, reverse=True))})"
    rf"(?:{either(sorted(words('further', 'points'), key=len, reverse=True))})(?:[(][^()]*[)])?"
)


@cache
def reviewer_of(label: str) -> str | None:
    """`县级评分` → `县级`; None for another label."""
    m = _REVIEW.fullmatch(fold(label))
    return m[1] if m else None


def further_columns(columns: Sequence[Column]) -> Mapping[int, str | None]:
    """Position of a column → its reviewer, or None for 是否核心指标; other columns are left out."""
    core: dict[int, str | None] = {i: None for i, c in enumerate(columns) if fold(c.label) in CORE}
    reviews = {i: by for i, c in enumerate(columns) if (by := reviewer_of(c.label)) is not None}
    if len(reviews) == 1 and all(columns[i].role in (Role.REVIEW_SCORE, Role.SCORE) for i in reviews):
        return core
    return core | reviews
