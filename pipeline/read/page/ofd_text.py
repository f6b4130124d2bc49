"""A text object of an OFD page → its characters, each where its offsets put it.

Comes in: a TextObject, the matrix to the page, and its look. Goes out: marks with corners and origin in
points of the page as stored (GB/T 33190-2016, 11.3). Spaces leave no mark. Nothing is refused: text without a
size, unseen or empty gives nothing.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from pipeline.read.page.ofd_object import Look, Matrix, Point, at, local, numbers

ASCENT = 0.88  # of the size: the part of a character's box above the baseline
NARROW = 0.5  # of the size: the advance of a Latin character where the file does not say it
ADVANCE = (0.2, 1.05)  # of the size: a step to the next character that is the character's own width
UNSEEN = frozenset("\ufeff\u200b\x00")
_BROKEN_TEXT = re.compile(r"\s*[\r\n]\s*")


@dataclass(frozen=True, slots=True)
class Mark:
    """A character as stored: its corners and origin in points, the angle of its line in degrees, and whether
    it is red.
    """

    text: str
    corners: tuple[Point, Point, Point, Point]
    origin: Point
    angle: float
    size: float
    red: bool


def marks(item: etree._Element, matrix: Matrix, look: Look) -> Iterator[Mark]:
    """The visible characters of a text object."""
    size = numbers(item.get("Size"), 1)
    filled = look.flag("Fill", True) and not look.clear("FillColor")
    if size is None or size[0] <= 0 or not (filled or look.flag("Stroke", False)):
        return
    em, wide = size[0], (numbers(item.get("HScale"), 1) or (1.0,))[0]
    reading, turned = _quarter(item.get("ReadDirection")), _quarter(item.get("CharDirection"))
    angle = math.degrees(math.atan2(matrix[1], matrix[0])) + 90 * turned
    points = em * math.hypot(matrix[2], matrix[3])
    red = look.red()
    x = y = 0.0
    for code in item:
        if local(code) != "TextCode":
            continue
        text = _BROKEN_TEXT.sub("", code.text or "")
        x, y = (numbers(code.get("X"), 1) or (x,))[0], (numbers(code.get("Y"), 1) or (y,))[0]
        steps = list(_steps(code, text, em * wide, reading))
        at_x, at_y = x, y
        for ch, (dx, dy) in zip(text, steps, strict=True):
            if not ch.isspace() and ch not in UNSEEN:
                own = _advance(ch) * em * wide
                step = abs(dx) if reading % 2 == 0 and turned == 0 else 0.0
                ascii_fits = ch.isascii() and ADVANCE[0] * em * wide <= step <= ADVANCE[1] * em * wide
                advance = step if ascii_fits or 0 < step < own else own
                corners = _corners(matrix, (at_x, at_y), advance, em, turned)
                yield Mark(ch, corners, at(matrix, at_x, at_y), angle, points, red)
            at_x, at_y = at_x + dx, at_y + dy


def _steps(code: etree._Element, text: str, em: float, reading: int) -> Iterator[Point]:
    """From every character to the next; where the file gives no offsets, by the characters' usual widths in
    the reading direction.
    """
    dx, dy = _deltas(code.get("DeltaX"), len(text)), _deltas(code.get("DeltaY"), len(text))
    if dx or dy:
        for i in range(len(text)):
            yield (dx[min(i, len(dx) - 1)] if dx else 0.0), (dy[min(i, len(dy) - 1)] if dy else 0.0)
        return
    for ch in text:
        own = (_advance(ch) if reading % 2 == 0 else 1.0) * em
        yield ((own, 0.0), (0.0, own), (-own, 0.0), (0.0, -own))[reading]


def _deltas(text: str | None, n: int) -> list[float]:
    """Offsets written out; `g 3 4.5` stands for three times 4.5. No more than `n`; what is no number ends
    them.
    """
    parts = (text or "").replace(",", " ").split()
    out: list[float] = []
    i = 0
    while i < len(parts) and len(out) < n:
        if parts[i].lower() == "g" and i + 2 < len(parts):
            count, value = numbers(parts[i + 1], 1), numbers(parts[i + 2], 1)
            if count is None or value is None:
                break
            out += [value[0]] * max(0, min(int(count[0]), n - len(out)))
            i += 3
            continue
        one = numbers(parts[i], 1)
        if one is None:
            break
        out.append(one[0])
        i += 1
    return out


def _advance(ch: str) -> float:
    return 1.0 if unicodedata.east_asian_width(ch) in "WFA" else NARROW


def _quarter(text: str | None) -> int:
    found = numbers(text, 1)
    return round(found[0] / 90) % 4 if found else 0


def _corners(
    matrix: Matrix, origin: Point, advance: float, em: float, turned: int
) -> tuple[Point, Point, Point, Point]:
    """The corners of a character's box on the page, the character turned clockwise by quarters about its
    origin.
    """
    cos, sin = ((1, 0), (0, 1), (-1, 0), (0, -1))[turned]
    x, y = origin

    def corner(u: float, v: float) -> Point:
        return at(matrix, x + cos * u - sin * v, y + sin * u + cos * v)

    top, bottom = -ASCENT * em, (1 - ASCENT) * em
    return corner(0, top), corner(advance, top), corner(advance, bottom), corner(0, bottom)
