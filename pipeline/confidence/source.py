"""What kind of source a row comes from, as far as its confidence depends on it.

Comes in: a form, one of its indicators and its place beside the others. Goes out: a word. It goes by what
the reader knows of its source, not by a format's name, so that a new reader has a kind at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from pipeline.model.form import Form, Indicator
from pipeline.untabled.sentences import READER as SENTENCES
from pipeline.untabled.stream import READER as FLOW

MOST = 0.5  # share of the rows that decides what a text's cells are parted by


def source_of(form: Form) -> str:
    """`recognised`; `cells` (merged cells known); `unruled` (the same, told from places on a page);
    `wrapped`; `loose`; and of text without cells what parts its cells: `lines`, `spaces` or nothing
    (`glued`), with a line a row or all in one; `told` in sentences.
    """
    items = form.indicators
    if form.recognised or any(i.evidence.recognised for i in items):
        return "recognised"
    if form.reader == SENTENCES:
        return "told"
    if form.reader == FLOW:
        return _flow(items)
    if any(i.evidence.wrapped for i in items):
        return "wrapped"
    if any(i.evidence.loose for i in items):
        return "loose"
    placed = any(c.confidence < 1.0 for i in items for c in i.cells)
    return "unruled" if placed else "cells"


def _flow(items: Sequence[Indicator]) -> str:
    lines = [sorted({c.line_start for c in i.cells if c.line_start is not None}) for i in items]
    several = sum(2 * len(own) > len(item.cells) for own, item in zip(lines, items, strict=True))
    if several > MOST * len(items):
        return "lines"
    shared = sum(bool(a and b and a[-1] == b[0]) for a, b in pairwise(lines))
    way = "one line" if shared > MOST * (len(items) - 1) else "line a row"
    return f"{'glued' if any(i.evidence.glued for i in items) else 'spaces'}, {way}"
