"""Columns held apart by runs of spaces → tables (what `pdftotext -layout` and typewriters make of a form).

Comes in: a stretch of lines. Goes out: claims for the regions in which several lines fall into pieces with
two blanks or more between them. Where a piece stands is counted in display columns (a Chinese character is
two wide). Refused: what `pipeline/read/common/columns.py` refuses, and lines with tabs.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from pipeline.read.common.columns import Piece, PieceLine, tables_in, whole_words
from pipeline.read.text.source_lines import Claim, SourceLine

READER = "text-spaces"
_GAP = re.compile(r"[ \u00a0\u3000]{2,}")


def find_columns(lines: Sequence[SourceLine]) -> Iterator[Claim]:
    """A claim per region of lines in columns."""
    rows = [
        PieceLine(i, pieces(line.text), line.no)
        for i, line in enumerate(lines)
        if line.text.strip() and "\t" not in line.text
    ]
    for found in tables_in(rows, READER):
        yield Claim(found.start, found.end, (replace(found.table, wrapped_lines=True),))


def pieces(text: str) -> tuple[Piece, ...]:
    """The pieces of a line that two blanks or more hold apart; words spaced out and bracketed blanks stay
    whole.
    """
    found: list[Piece] = []
    at, end_of_last = 0, 0
    for gap in [*_GAP.finditer(text), None]:
        raw = text[at : gap.start() if gap else len(text)]
        lead = len(raw) - len(raw.lstrip(" \u00a0\u3000"))
        start = end_of_last + width(raw[:lead])
        end_of_last += width(raw)
        if raw.strip():
            found.append(Piece(raw.strip(), start, start + width(raw.strip())))
        if gap:
            end_of_last += width(gap[0])
            at = gap.end()
    return whole_words(found)


def width(text: str) -> int:
    """The display columns that a text takes."""
    return len(text) if text.isascii() else sum(map(_char_width, text))


@lru_cache(maxsize=8192)
def _char_width(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
