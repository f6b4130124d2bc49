"""Figures that a ministry's rule sets, each with its source.

Comes in: nothing. Goes out: constants that more than one stage compares with.
"""

from __future__ import annotations

FULL_MARKS = 100
"""What the weights of a form sum to, that of the budget's execution included (财预〔2020〕10号)."""

BUDGET_WEIGHT = 10
"""The weight of the budget's execution where a form states no other (财预〔2020〕10号)."""

SURE = 0.95
"""The confidence from which on a row claims to be right: 99.5 % of such rows are (data contract,
`confidence`).
"""
