"""The bytes of a source → what a person sees of it beside the rows.

Comes in: the bytes of a file, its media type, and the pages that forms stand on with the places of their
rows. Goes out: pictures of pages with their size in points (PDF, pictures), the lines of a text, or the cells
as they were read (HTML, Office, OFD).
A page that cannot be drawn is left out; a file that cannot be opened at all gives nothing to see.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass

import pypdfium2 as pdfium
from PIL import Image

from pipeline.model.cells import Box, Reading, Table
from pipeline.model.errors import PipelineError
from pipeline.read import read_document
from pipeline.read.common.broken import BrokenError
from pipeline.read.common.encoding import decode
from pipeline.read.common.media_type import JPEG, MARKDOWN, PDF, PLAIN, PNG, TIFF

SCALE = 2.0  # pixels a point: at 144 dpi print of 8 points, the smallest of usual forms, is still sharp
LONGEST_SIDE = 2400  # pixels: A3 at that scale
QUALITY = 72  # of WebP: rulings and small print of scans stay sharp; a page of print takes 100 kB
TRIED_ROWS, FEW = 12, 3  # rows of a page that are looked for, and characters of each

Placed = tuple[Box, str]
"""Where a row stands on its page, and its words."""
Pages = Mapping[int, Collection[Placed]]
"""Pages, from 1, and the rows on each."""


@dataclass(frozen=True, slots=True)
class PagePicture:
    """One page as a picture, and its size in the points that boxes of rows are in."""

    number: int
    width: float
    height: float
    webp: bytes


@dataclass(frozen=True, slots=True)
class SourceView:
    """What can be seen of a source: `kind` is `pages`, `lines`, `cells` or `nothing`, and one of the rest is
    filled.
    """

    kind: str
    pages: tuple[PagePicture, ...] = ()
    lines: tuple[str, ...] = ()
    blocks: tuple[dict[str, object], ...] = ()


NOTHING = SourceView("nothing")


def view(data: bytes, name: str, media_type: str | None, pages: Pages) -> SourceView:
    """What is to be seen of a file; of its pages those in `pages`."""
    try:
        if media_type == PDF:
            return SourceView("pages", tuple(_pdf_pages(data, pages)))
        if media_type in (PNG, JPEG, TIFF):
            return SourceView("pages", tuple(_picture_pages(data, name, pages)))
        if media_type in (PLAIN, MARKDOWN):
            decoded = decode(data)
            text = decoded.text.replace("\r\n", "\n").replace("\r", "\n") if decoded else ""
            return SourceView("lines", lines=tuple(text.split("\n")))
        return SourceView("cells", blocks=tuple(_blocks(read_document(data, name))))
    except (PipelineError, BrokenError, pdfium.PdfiumError):
        return NOTHING


def _pdf_pages(data: bytes, wanted: Pages) -> Iterator[PagePicture]:
    with closing(pdfium.PdfDocument(data)) as document:
        for number in sorted(n for n in wanted if 1 <= n <= len(document)):
            try:
                with closing(document[number - 1]) as page:
                    width, height = page.get_size()
                    if min(width, height) <= 0:
                        continue
                    quarter = _quarter(page, wanted[number])
                    extra = (quarter - page.get_rotation() // 90) % 4
                    if extra % 2:
                        width, height = height, width
                    scale = min(SCALE, LONGEST_SIDE / max(width, height))
                    with closing(page.render(scale=scale, rotation=extra * 90)) as bitmap:
                        picture = bitmap.to_pil().convert("RGB")
            except pdfium.PdfiumError:
                continue
            yield PagePicture(number, width, height, _webp(picture))


def _quarter(page: pdfium.PdfPage, rows: Collection[Placed]) -> int:
    """Clockwise quarter turns after which most boxes lie on their rows' words; the page's own where that does
    not tell. A page may be printed sideways without saying so, and boxes are those of the page made upright.
    """
    left, bottom, right, top = page.get_cropbox()
    from_upright = (
        lambda u, v: (left + u, top - v),
        lambda u, v: (left + v, bottom + u),
        lambda u, v: (right - u, bottom + v),
        lambda u, v: (right - v, top - u),
    )
    with closing(page.get_textpage()) as text:

        def told(quarter: int) -> int:
            found = 0
            for (x0, y0, x1, y1), words in list(rows)[:TRIED_ROWS]:
                (ax, ay), (bx, by) = from_upright[quarter](x0, y0), from_upright[quarter](x1, y1)
                inside = text.get_text_bounded(min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))
                found += "".join(words.split())[:FEW] in "".join(inside.split())
            return found

        own: int = page.get_rotation() // 90 % 4
        return max((own, 0, 1, 2, 3), key=told)


def _picture_pages(data: bytes, name: str, wanted: Pages) -> Iterator[PagePicture]:
    from pipeline.read.scan.scanned_page import frames  # heavy, and only for pictures

    for number, frame in enumerate(frames(data, name), 1):
        if number in wanted and frame.image is not None:
            height, width = frame.image.shape[:2]
            picture = Image.fromarray(frame.image[..., ::-1].copy())
            picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            yield PagePicture(number, width * frame.points, height * frame.points, _webp(picture))


def _webp(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=QUALITY, method=2)
    return out.getvalue()


def _blocks(reading: Reading) -> Iterator[dict[str, object]]:
    """Tables as cells with their spans, and the texts between them, in reading order."""
    for block in reading.blocks:
        if isinstance(block, Table):
            cells = [[c.row, c.col, c.row_span, c.col_span, c.text] for c in block.cells]
            yield {"rows": block.n_rows, "cells": sorted(cells, key=lambda c: c[:2])}
        else:
            yield {"text": block.text}
