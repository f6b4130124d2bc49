"""What pdfminer reads on the pages of a PDF, without any layout.

Comes in: the bytes of a PDF and the numbers of pages. Goes out: per page where its visible characters start,
those in fonts that are not in the file. pdfminer is slow to load and to read with: this module is imported
where it is asked. Refused: nothing; what pdfminer raises comes through.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator

from pdfminer.pdfdevice import PDFTextDevice
from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdffont import PDFFont, PDFUnicodeNotDefined
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfminer.utils import MATRIX_IDENTITY

EMBEDDED = ("FontFile", "FontFile2", "FontFile3")

Written = tuple[float, float, float]
"""Where a character starts, x and y in the page's own system, and its size."""


def written_characters(data: bytes, numbers: frozenset[int]) -> Iterator[tuple[int, list[Written]]]:
    """The pages, from 1, and their characters in fonts that are not in the file."""
    document = PDFDocument(PDFParser(io.BytesIO(data)))
    resources = PDFResourceManager()
    for number, page in enumerate(PDFPage.create_pages(document), 1):
        if number in numbers:
            listener = _Listener(resources)
            PDFPageInterpreter(resources, listener).render_contents(page.resources, page.contents)
            yield number, listener.written


class _Listener(PDFTextDevice):
    """Hears every character of a page."""

    def __init__(self, resources: PDFResourceManager) -> None:
        super().__init__(resources)
        self.set_ctm(MATRIX_IDENTITY)
        self.written: list[Written] = []

    def render_char(
        self,
        matrix: tuple[float, float, float, float, float, float],
        font: PDFFont,
        fontsize: float,
        scaling: float,
        rise: float,
        cid: int,
        *_: object,
    ) -> float:
        """Notes a character; gives how far the next one stands from it."""
        if _outside(font) and _visible(font, cid):
            c, d, e, f = matrix[2:]
            self.written.append((e + c * rise, f + d * rise, fontsize * math.hypot(c, d)))
        return font.char_width(cid) * fontsize * scaling


def _outside(font: PDFFont) -> bool:
    """Is the font not in the file? Vertical writing is passed over: pdfium has another origin for it."""
    return not font.is_vertical() and not any(key in font.descriptor for key in EMBEDDED)


def _visible(font: PDFFont, cid: int) -> bool:
    try:
        text = font.to_unichr(cid)
    except PDFUnicodeNotDefined:
        return False
    return any(c.isprintable() and not c.isspace() for c in text)
