"""Second opinions on pages of a PDF whose geometry is doubtful, or that announce a form and give none.

Comes in: the bytes of a PDF, the name of an opinion, and the pages that are doubted. Goes out: the same
`Reading` as the PDF reader's, with these pages read by our own lattice with other settings, or recognised as
pictures. Refused: nothing that the PDF reader does not refuse; a page on which an opinion finds no table is
read as before. Other programs (pdfplumber, camelot) are not asked: `python -m tests.bench opinions` shows for
each kind of doubt that they mend no row which our own lattice does not mend.
"""

from __future__ import annotations

from pipeline.model.cells import Reading
from pipeline.read.page.doubts import cut
from pipeline.read.page.lattice import Grid
from pipeline.read.page.pdf import Page, own_grids, read_pdf

WIDE = "pdf-lattice-wide"
RECOGNISED = "pdf-ocr"
OPINIONS = (WIDE, RECOGNISED)
"""The names of the opinions, the cheapest first."""
MOST_RECOGNISED = 6  # pages to be recognised as pictures: each takes seconds
GAP, TOUCH = 14.0, 8.0  # points that our own lattice bridges when it is asked again


def second_opinion(data: bytes, name: str, media_type: str, opinion: str, pages: frozenset[int]) -> Reading:
    """The PDF with some pages (from 1) in the reading of one of `OPINIONS`; the others are read as before.

    Raises:
        PipelineError: as `read_pdf`.
    """
    if opinion == RECOGNISED:
        asked = frozenset(sorted(pages)[:MOST_RECOGNISED])
        return read_pdf(data, name, media_type, reader=opinion, as_pictures=asked)
    return read_pdf(
        data,
        name,
        media_type,
        reader=opinion,
        finder=lambda number, page: wide(page) if number in pages else None,
    )


def wide(page: Page) -> list[Grid] | None:
    """The tables that our own lattice finds when it bridges wider gaps, and cuts cells at every border that
    texts keep clear of.
    """
    return [cut(grid, page.chars) for grid in own_grids(page, GAP, TOUCH)] or None
