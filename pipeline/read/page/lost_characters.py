"""Characters that pdfium leaves out of a page, although they are written there: pdfminer is asked for them.

Comes in: a page as pdfium has it, then the PDF and where pdfium's characters stand on suspicious pages. Goes
out: how many characters each such page lost. pdfminer is slow, so a page is suspicious only if a text on it
whose font is not in the file gave no character at all. Refused: nothing; a page that pdfminer cannot read, or
whose characters it cannot decode, has lost none that anyone knows.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress

import pypdfium2 as pdfium

from pipeline.read.common.broken import BrokenError
from pipeline.read.page.pdfium_calls import FONT, IS_EMBEDDED, TEXT_OBJECT, Handle, address, each, every

Point = tuple[float, float]
MOST_PAGES = 40  # of a document that pdfminer is asked about: a form takes it 0.04 s a page (`tests.bench`'s)
SAME_PLACE = 0.5  # of a character's size: nearer, and both programs mean the same one
CELL = 12.0  # points: places are looked up by squares of this side


def has_silent_text(texts: Sequence[Handle], text: pdfium.PdfTextPage) -> bool:
    """Is there among the texts of a page one whose font is not in the file, and of which pdfium gives no
    character?
    """
    fonts = each(FONT, texts)
    embedded = dict(zip(set(fonts), each(IS_EMBEDDED, set(fonts)), strict=True))
    outside = {item for item, font in zip(texts, fonts, strict=True) if not embedded[font]}
    if not outside:
        return False
    return not outside <= set(each(TEXT_OBJECT, every(address(text.raw)), range(text.count_chars())))


def lost_characters(data: bytes, given: Mapping[int, Sequence[Point]]) -> dict[int, int]:
    """Pages, from 1, and how many characters they lost; `given` says where pdfium's characters start."""
    if not given:
        return {}
    from pipeline.read.page.other_programs import theirs
    from pipeline.read.page.written_characters import written_characters

    written: dict[int, list[tuple[float, float, float]]] = {}
    with suppress(BrokenError), theirs():
        written.update(written_characters(data, frozenset(sorted(given)[:MOST_PAGES])))
    counts = {number: _count(chars, given[number]) for number, chars in written.items()}
    return {number: count for number, count in counts.items() if count}


def _count(written: Sequence[tuple[float, float, float]], given: Sequence[Point]) -> int:
    """How many characters have no other near; never more than one program has more than the other, since what
    a PDF gives as the wording of its glyphs stands where the first of them does.
    """
    near: defaultdict[tuple[int, int], list[Point]] = defaultdict(list)
    for x, y in given:
        near[_square(x, y)].append((x, y))

    def stands(x: float, y: float, size: float) -> bool:
        reach = min(SAME_PLACE * size, CELL)
        col, row = _square(x, y)
        return any(
            abs(x - px) <= reach and abs(y - py) <= reach
            for a in (col - 1, col, col + 1)
            for b in (row - 1, row, row + 1)
            for px, py in near.get((a, b), ())
        )

    alone = sum(1 for c in written if not stands(*c))
    return min(alone, max(0, len(written) - len(given)))


def _square(x: float, y: float) -> tuple[int, int]:
    return math.floor(x / CELL), math.floor(y / CELL)
