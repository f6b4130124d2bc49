"""Figures that a regulation sets.

Comes in: nothing. Goes out: constants, each with the regulation that sets it. Nothing that was measured or
fitted stands here.
"""

from __future__ import annotations

FULL_MARKS = 100  # 财预〔2020〕10号, 附件: the points of a form, those of the budget's execution with them
