"""Writes the font that stands in for fonts that a PDF does not carry: `python -m
tests.writers.substitute_font`.

Comes in: nothing. Goes out: `pipeline/read/page/substitute.ttf`, the same bytes every time. It has a glyph
for every character: a stroke without thickness, so that it has an extent and leaves no ink. It stays well
inside the character's own box, whose size the PDF states.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import newTable
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable
from fontTools.ttLib.tables._g_l_y_f import Glyph

from pipeline.read.page.substitute_font import FONT_FILE

EM = 1000
HEIGHT = 700  # of every stroke, from the base line: lower than any font's ascent
MISSING, FULL, HALF = ".notdef", "full", "half"
ADVANCES = {MISSING: EM, FULL: EM, HALF: EM // 2}
STROKES = {MISSING: (100, 900), FULL: (100, 900), HALF: (0, 200)}  # a narrow Latin letter is 250 wide
FIRST_HALF, FIRST_FULL, LAST = 0x20, 0x2E80, 0x3FFFF
"""Latin up to the radicals of the Chinese characters, from where all are as wide as they are high."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What tells fonts of this make apart; the default is the one that stands in for others."""

    family: str = "Substitute"
    inked: bool = False  # boxes that are seen
    ascent: int = 880  # as Chinese fonts have it
    descent: int = -120
    code_pages: int = 0  # OS/2.ulCodePageRange1: the scripts that the font says it has


def font_file(kind: Kind) -> bytes:
    """The bytes of a TrueType font."""
    builder = FontBuilder(EM, isTTF=True)
    builder.setupHead(unitsPerEm=EM, created=0, modified=0)
    builder.font.recalcTimestamp = False
    builder.setupGlyphOrder([MISSING, FULL, HALF])
    builder.font["cmap"] = _cmap()
    builder.setupGlyf({name: _glyph(*ends, inked=kind.inked) for name, ends in STROKES.items()})
    builder.setupHorizontalMetrics({name: (ADVANCES[name], STROKES[name][0]) for name in STROKES})
    builder.setupHorizontalHeader(ascent=kind.ascent, descent=kind.descent)
    builder.setupNameTable(
        {"familyName": kind.family, "styleName": "Regular", "fullName": kind.family, "psName": kind.family}
    )
    builder.setupOS2(sTypoAscender=kind.ascent, sTypoDescender=kind.descent, ulCodePageRange1=kind.code_pages)
    builder.setupPost(keepGlyphNames=False)
    out = io.BytesIO()
    builder.save(out)
    return out.getvalue()


def _glyph(left: int, right: int, *, inked: bool) -> Glyph:
    pen = TTGlyphPen(None)
    corners = [
        (left, 0),
        *([(left, HEIGHT)] if inked else []),
        (right, HEIGHT),
        *([(right, 0)] if inked else []),
    ]
    pen.moveTo(corners[0])
    for corner in corners[1:]:
        pen.lineTo(corner)
    pen.closePath()
    return pen.glyph()


def _cmap() -> object:
    """Format 13: a range of characters has one glyph."""
    ranges = CmapSubtable.newSubtable(13)
    ranges.platformID, ranges.platEncID, ranges.language = 3, 10, 0  # Windows, all of Unicode
    ranges.cmap = {code: HALF if code < FIRST_FULL else FULL for code in range(FIRST_HALF, LAST + 1)}
    table = newTable("cmap")
    table.tableVersion, table.tables = 0, [ranges]
    return table


if __name__ == "__main__":
    FONT_FILE.write_bytes(font_file(Kind()))
