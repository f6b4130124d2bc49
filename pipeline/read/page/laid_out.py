"""Lines of a page without rulings → tables and lines, by where their texts stand.

Comes in: lines of characters. Goes out: tables of the columns that their texts keep, and the other lines, all
with their boxes. It refuses nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import median_high

from pipeline.model.cells import Block, Table
from pipeline.read.common.columns import Piece, PieceLine, blocks_in, whole_words
from pipeline.read.page.lattice import Char, text_lines

READER = "text-spaces"
WIDE_GAP = 1.2  # of the character's size: a gap that parts columns where no ruling does


def laid_out(lines: Sequence[Sequence[Char]], page: int) -> list[Block]:
    """The tables and lines of a stretch of a page in reading order."""
    sizes = [c.size for line in lines for c in line]
    if not sizes:
        return []
    unit = median_high(sizes) / 2  # a Chinese character takes two display columns
    rows = [PieceLine(i, whole_words(_pieces(line, unit))) for i, line in enumerate(lines) if line]
    blocks = blocks_in(rows, READER, page)
    return [replace(b, wrapped_lines=True) if isinstance(b, Table) else b for b in blocks]


def _pieces(line: Sequence[Char], unit: float) -> list[Piece]:
    """The texts of a line that wide gaps hold apart."""
    held: list[list[Char]] = []
    for c in line:
        if not held or c.x0 - held[-1][-1].x1 > WIDE_GAP * max(c.size, 1.0):
            held.append([])
        held[-1].append(c)
    return [_piece(chars, unit) for chars in held]


def _piece(chars: Sequence[Char], unit: float) -> Piece:
    x0, x1 = chars[0].x0, chars[-1].x1
    box = (
        round(x0, 2),
        round(min(c.top for c in chars), 2),
        round(x1, 2),
        round(max(c.bottom for c in chars), 2),
    )
    start = round(x0 / unit)
    return Piece(" ".join(text_lines(chars)), start, max(start + 1, round(x1 / unit)), box)
