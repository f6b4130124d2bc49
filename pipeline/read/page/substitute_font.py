"""The one font that stands in for all that a PDF names and does not carry, on every machine.

Comes in: nothing. Goes out: pdfium, told to look for such fonts here and not among those of the machine. By
itself it leaves out a text of one character whose glyph has no extent, and a glyph has none where no
installed font fits: what a document says would depend on the machine. Every glyph of our font has an extent
and no ink; how wide a text is still comes from the PDF. Refused: nothing; the fourteen fonts that PDF itself
defines stay pdfium's own.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pypdfium2.raw as raw

FONT_FILE = Path(__file__).with_name("substitute.ttf")
"""Made by `python -m tests.writers.substitute_font`."""

STANDARD = frozenset(
    f"{family}{style}"
    for family, styles in (
        ("Courier", ("", "-Bold", "-BoldOblique", "-Oblique")),
        ("Helvetica", ("", "-Bold", "-BoldOblique", "-Oblique")),
        ("Times", ("-Roman", "-Bold", "-BoldItalic", "-Italic")),
        ("Symbol", ("",)),
        ("ZapfDingbats", ("",)),
    )
    for style in styles
)
"""The standard fonts (ISO 32000-1, 9.6.2.2); pdfium has them, and asks for their like by these names."""

INTERFACE = 2  # of FPDF_SYSFONTINFO: pdfium asks for one font at a time, and never for a list
WHOLE_FILE = 0  # the "table" by which pdfium asks for all of a font
OURS = 1  # the handle of our font; any but null

_PROTOTYPES = dict(raw.FPDF_SYSFONTINFO._fields_)
_standing_in = True


@cache
def install() -> object:
    """Makes our font pdfium's only source; once for a process, before the first document is opened.

    What is returned must live as long as pdfium does, which the cache sees to.
    """
    font = FONT_FILE.read_bytes()

    def choose(_info: object, *wish: Any) -> int | None:
        name = ctypes.string_at(wish[4])  # after weight, slant, character set and pitch
        return OURS if _standing_in and name.decode("latin-1") not in STANDARD else None

    def give(_info: object, _handle: object, table: int, buffer: Any, size: int) -> int:
        if table != WHOLE_FILE:
            return 0
        if buffer and size >= len(font):
            ctypes.memmove(buffer, font, len(font))
        return len(font)

    source = raw.FPDF_SYSFONTINFO(
        version=INTERFACE,
        MapFont=_PROTOTYPES["MapFont"](choose),
        GetFontData=_PROTOTYPES["GetFontData"](give),
    )
    raw.FPDF_SetSystemFontInfo(source)
    return source


@contextmanager
def only_drawable_fonts() -> Iterator[None]:
    """Within it nothing stands in but what pdfium can draw itself: for pictures of pages, where Latin must
    show its shapes. It holds for documents that are opened in it.
    """
    global _standing_in  # pdfium has one source of fonts for the whole process
    install()
    _standing_in = False
    try:
        yield
    finally:
        _standing_in = True
