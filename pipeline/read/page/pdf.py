"""PDF → tables and lines: characters and rulings by pdfium, cells by our own lattice.

Comes in: the bytes of a PDF. Goes out: per page the tables that its rulings draw, with spans, and the lines
outside them, upright however the page or its text is turned. A page whose text is laid out without rulings
falls into columns by where its texts stand. Refused: files locked with a password, files
that pdfium cannot open even by repair. Pages without a usable text layer are said in `problems`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from pipeline.model.cells import Block, Line, Problem, Reading, Table
from pipeline.model.errors import Code, error
from pipeline.model.flags import Flag
from pipeline.read.common.broken import BrokenError
from pipeline.read.page.characters import Characters, characters, quarters_turned, upright, without_red
from pipeline.read.page.doubts import Doubt, doubts_of
from pipeline.read.page.filled_boxes import cell_sides, dotted
from pipeline.read.page.laid_out import laid_out
from pipeline.read.page.lattice import (
    GAP,
    TOUCH,
    Char,
    Grid,
    Ruling,
    Turn,
    grids,
    levelled,
    lines_of,
    tables,
    text_lines,
)
from pipeline.read.page.lost_characters import Point, has_silent_text, lost_characters
from pipeline.read.page.page_objects import DEEPEST, Objects, objects_of
from pipeline.read.page.substitute_font import install, only_drawable_fonts
from pipeline.read.page.unruled import READER as UNRULED
from pipeline.read.page.unruled import stretches

READER = "pdf-lattice"
WHOLE_PAGE = 0.9  # a rectangle that covers this much of the page is its background
MOST_POINTS = 14400.0  # points a side; PDF's own limit, larger pages are scaled or broken
FEWEST_CHARS = 8  # a page with fewer, and a picture on it, is a scan
RUBBISH = 0.3  # share of characters without meaning from which on a text layer is not to be used
MOST_TILT = 3.0  # degrees off the text's direction: more, and it is a watermark or a seal
SCAN_SCALE = 200 / 72  # pixels a point where the picture's own resolution is not known
MOST_SCALE = 300 / 72
MOST_PIXELS = 6000  # a side
_PAGE_NUMBER = re.compile(r"[-—–\s]*\d{1,4}[-—–\s]*|第\s*\d+\s*页.{0,12}|\d{1,4}\s*/\s*\d{1,4}")
FOOT = 0.7  # of the page's height: below it a row of two cells is the beginning of a table
_MARGIN = 0.09  # of the page's height: where page numbers stand


@dataclass(frozen=True, slots=True)
class Page:
    """What pdfium gives of one page, upright: characters, rulings, size in points."""

    chars: tuple[Char, ...]
    across: tuple[Ruling, ...]
    down: tuple[Ruling, ...]
    width: float
    height: float
    has_image: bool
    given: tuple[Point, ...] | None = None
    """Where pdfium's characters start, in the page's own system, if it may have left some out."""


Finder = Callable[[int, Page], "list[Grid] | None"]
"""The number of a page, from 1, and the page → where its tables are; None where it has no opinion."""


def read_pdf(
    data: bytes,
    name: str,
    media_type: str,
    *,
    reader: str = READER,
    finder: Finder | None = None,
    as_pictures: frozenset[int] = frozenset(),
) -> Reading:
    """Reads a PDF.

    For second opinions: `finder` says where a page's tables are (None: our own lattice says), `as_pictures`
    are pages to be recognised as pictures, and `reader` is the name that the tables carry.

    Raises:
        PipelineError: `encrypted` where a password is needed, `damaged` where pdfium cannot open it or it has
        no page.
    """
    install()
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as exception:
        if raw.FPDF_GetLastError() == raw.FPDF_ERR_PASSWORD:
            raise error(Code.ENCRYPTED, name, "the PDF asks for a password") from exception
        raise error(Code.DAMAGED, name, "the PDF cannot be opened") from exception
    try:
        n_pages = len(document)
        if n_pages == 0:
            raise error(Code.DAMAGED, name, "the PDF has no pages")
        blocks: list[Block] = []
        problems: list[Problem] = []
        doubts: list[tuple[int, Doubt]] = []
        ways: set[str] = set()
        given: dict[int, tuple[Point, ...]] = {}
        for number in range(1, n_pages + 1):
            try:
                page = _page(document, number - 1)
            except (pdfium.PdfiumError, BrokenError) as exception:
                problems.append(
                    Problem(Code.PAGE_UNREAD, f"page {number} could not be read ({exception})", number)
                )
                continue
            if (
                number in as_pictures
                or (page.has_image and len(page.chars) < FEWEST_CHARS)
                or _rubbish(page.chars)
            ):
                blocks += _recognised(data, number)
                ways.add("ocr")
                continue
            if page.given is not None:
                given[number] = page.given
            if page.chars:
                found = finder(number, page) if finder else None
                cells = own_grids(page) if found is None else found
                doubts += [(number, d) for d in doubts_of(cells, page.chars, page.across, page.down)]
                name_of = READER if found is None else reader
                blocks += page_blocks(page, number, name_of, cells, _open_borders(blocks, number - 1))
                ways.add("native")
    finally:
        document.close()
    lost = lost_characters(data, given)
    problems += [
        Problem(Code.CHARACTERS_LOST, f"page {number} has {n} characters more than could be read", number)
        for number, n in lost.items()
    ]
    flags = (str(Flag.CHARACTERS_LOST),) if lost else ()
    layer = "mixed" if len(ways) > 1 else next(iter(ways), None)
    return Reading(
        tuple(blocks),
        media_type,
        reader,
        n_pages,
        layer,
        flags=flags,
        problems=tuple(problems),
        doubts=tuple(sorted((number, str(doubt)) for number, doubt in doubts)),
    )


def _recognised(data: bytes, number: int) -> tuple[Block, ...]:
    """A page without a usable text layer, read as a picture; its reader is heavy and loaded only here."""
    from pipeline.read.scan.scanned_page import read_page_image

    with (
        only_drawable_fonts(),
        closing(pdfium.PdfDocument(data)) as document,
        closing(document[number - 1]) as page,
    ):
        width, height = page.get_size()
        if not 0 < width <= MOST_POINTS or not 0 < height <= MOST_POINTS:
            return ()
        scale = min(_picture_scale(page), MOST_PIXELS / max(width, height))
        with closing(page.render(scale=scale)) as bitmap:
            pixels = bitmap.to_numpy()[:, :, :3].copy()
    return read_page_image(pixels, number, width, height)


def _picture_scale(page: pdfium.PdfPage) -> float:
    """Pixels a point of the page's largest picture, so that it is read as it was scanned."""
    scales = []
    for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=DEEPEST):
        left, bottom, right, top = item.get_bounds()
        if max(right - left, top - bottom) > page.get_width() / 2:
            scales.append(max(item.get_px_size()) / max(right - left, top - bottom))
    return min(max(scales, default=SCAN_SCALE), MOST_SCALE)


def own_grids(page: Page, gap: float = GAP, touch: float = TOUCH) -> list[Grid]:
    """The tables that the rulings of a page draw."""
    return grids(page.across, page.down, FOOT * page.height, gap, touch)


def page_blocks(
    page: Page,
    number: int,
    reader: str,
    found: Sequence[Grid],
    before: Sequence[float] = (),
) -> list[Block]:
    """The tables and lines of one page in reading order; `found` are its tables, `before` the borders of a
    table without rulings that the page before ended with.
    """
    made, outside = tables(found, page.chars, number, reader)
    loose: list[tuple[float, Block]] = [(t.cells[0].box[1] if t.cells[0].box else 0.0, t) for t in made]
    margin = _MARGIN * page.height
    rest = [line for line in lines_of(outside) if not _is_page_number(line, margin, page.height)]
    if not made:
        out: list[Block] = []
        for stretch in stretches(rest, number, before):
            out += [stretch] if isinstance(stretch, Table) else laid_out(stretch, number)
        return out
    for line in rest:
        box = (
            min(c.x0 for c in line),
            min(c.top for c in line),
            max(c.x1 for c in line),
            max(c.bottom for c in line),
        )
        loose.append((box[1], Line(" ".join(text_lines(line)), number, box)))
    return [block for _, block in sorted(loose, key=lambda pair: pair[0])]


def _open_borders(blocks: Sequence[Block], number: int) -> Sequence[float]:
    """The borders of the table without rulings that a page ends with; none where it ends otherwise."""
    last = blocks[-1] if blocks else None
    if isinstance(last, Table) and last.page == number and last.reader == UNRULED and last.edges:
        return last.edges
    return ()


def _is_page_number(line: Sequence[Char], margin: float, height: float) -> bool:
    at = line[0].base
    return (at < margin or at > height - margin) and _PAGE_NUMBER.fullmatch(
        "".join(c.text for c in line)
    ) is not None


def _rubbish(chars: Sequence[Char]) -> bool:
    """Has the text layer no usable characters: private use, replacement, control?"""
    bad = sum(
        1 for c in chars if c.text == "\ufffd" or "\ue000" <= c.text <= "\uf8ff" or not c.text.isprintable()
    )
    return bad > RUBBISH * max(1, len(chars))


def _page(document: pdfium.PdfDocument, index: int) -> Page:
    page = document[index]
    try:
        left, bottom, right, top = page.get_cropbox()
        if not 0 < right - left <= MOST_POINTS or not 0 < top - bottom <= MOST_POINTS:
            raise BrokenError("its size is out of all bounds")
        objects = objects_of(page.raw)
        text = page.get_textpage()
        try:
            chars = characters(text)
            given = _points(chars) if has_silent_text(objects.texts, text) else None
            if (chars.tilts >= MOST_TILT).any():  # a seal's upright characters go with its tilted ones
                chars = without_red(text, chars)
        finally:
            text.close()
        quarter = quarters_turned(chars) if len(chars) else page.get_rotation() // 90 % 4
        turn, width, height = _turning(quarter, left, bottom, right, top)
        level = chars.only(chars.tilts < MOST_TILT)
        across, down = _rulings(objects, turn, (right - left) * (top - bottom), level)
        inside = tuple(upright(level, turn, width, height))
        return Page(inside, tuple(across), tuple(down), width, height, objects.image, given)
    finally:
        page.close()


def _points(found: Characters) -> tuple[Point, ...]:
    return tuple((x, y) for x, y in found.origins.tolist())


def _turning(quarter: int, left: float, bottom: float, right: float, top: float) -> tuple[Turn, float, float]:
    """From the page's own system to points from the top left of the page turned clockwise by quarters; and
    its size.
    """
    w, h = right - left, top - bottom
    turns: tuple[Turn, ...] = (
        lambda x, y: (x - left, top - y),
        lambda x, y: (y - bottom, x - left),
        lambda x, y: (right - x, y - bottom),
        lambda x, y: (top - y, right - x),
    )
    return turns[quarter], *((w, h) if quarter % 2 == 0 else (h, w))


def _rulings(
    objects: Objects, turn: Turn, area: float, chars: Characters
) -> tuple[list[Ruling], list[Ruling]]:
    """Horizontal and vertical rulings; filled cells where strokes draw no table."""
    dots = [(x0, y0) for x0, y0, x1, y1 in objects.segments if (x0, y0) == (x1, y1)]
    segments = [s for s in objects.segments if s[:2] != s[2:]] + dotted(dots)
    across, down = levelled(segments, turn)
    if objects.fills and not grids(across, down):
        cells = [f for f in objects.fills if (f[2] - f[0]) * (f[3] - f[1]) < WHOLE_PAGE * area]
        middles = ((chars.boxes[:, :2] + chars.boxes[:, 2:]) / 2).tolist()
        across, down = levelled(segments + cell_sides(cells, [(x, y) for x, y in middles]), turn)
    return across, down
