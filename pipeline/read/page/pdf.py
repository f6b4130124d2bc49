"""PDF → tables and lines: characters and rulings by pdfium, cells by our own lattice.

Comes in: the bytes of a PDF. Goes out: per page the tables that its rulings draw, with spans, and the lines
outside them, upright however the page or its text is turned. A page whose text is laid out without rulings
falls into columns by where its texts stand. Refused: files locked with a password, files
that pdfium cannot open even by repair. Pages without a usable text layer are said in `problems`.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from pipeline.model.cells import Block, Line, Problem, Reading, Table
from pipeline.model.errors import Code, error
from pipeline.model.flags import Flag
from pipeline.read.common.broken import BrokenError
from pipeline.read.page.filled_boxes import cell_sides, dotted
from pipeline.read.page.laid_out import laid_out
from pipeline.read.page.lattice import Char, Grid, Ruling, Turn, grids, levelled, lines_of, tables, text_lines
from pipeline.read.page.lost_characters import Point, has_silent_text, lost_characters
from pipeline.read.page.page_objects import DEEPEST, UPRIGHT, Stroke, collect
from pipeline.read.page.substitute_font import install, only_drawable_fonts
from pipeline.read.page.unruled import READER as UNRULED
from pipeline.read.page.unruled import stretches

READER = "pdf-lattice"
WHOLE_PAGE = 0.9  # a rectangle that covers this much of the page is its background
MOST_POINTS = 14400.0  # points a side; PDF's own limit, larger pages are scaled or broken
FEWEST_CHARS = 8  # a page with fewer, and a picture on it, is a scan
RUBBISH = 0.3  # share of characters without meaning from which on a text layer is not to be used
SAMPLE = 600  # characters, from both ends of a page, that tell which way its text runs
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
                blocks += page_blocks(page, number, reader, found, _open_borders(blocks, number - 1))
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
    return Reading(tuple(blocks), media_type, reader, n_pages, layer, flags=flags, problems=tuple(problems))


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


def page_blocks(
    page: Page,
    number: int,
    reader: str = READER,
    found: Sequence[Grid] | None = None,
    before: Sequence[float] = (),
) -> list[Block]:
    """The tables and lines of one page in reading order; `found` are its tables where another program was
    asked for them, `before` the borders of a table without rulings that the page before ended with.
    """
    own = grids(page.across, page.down, FOOT * page.height) if found is None else found
    made, outside = tables(own, page.chars, number, reader if found is not None else READER)
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
        text = page.get_textpage()
        try:
            chars = list(_chars(text))
            given = tuple(c[-2:] for c in chars) if has_silent_text(page, text) else None
            if any(
                _tilt(c[0]) >= MOST_TILT for c in chars
            ):  # a seal's upright characters go with its tilted ones
                chars = list(_chars(text, red=False))
        finally:
            text.close()
        quarter = _text_turns(chars) if chars else page.get_rotation() // 90 % 4
        turn, width, height = _turning(quarter, left, bottom, right, top)
        across, down, image = _rulings(page, turn, (right - left) * (top - bottom), chars)
        upright = [_char(c, turn) for c in chars if _tilt(c[0]) < MOST_TILT]
        inside = tuple(
            c
            for c in upright
            if -1 <= (c.x0 + c.x1) / 2 <= width + 1 and -1 <= (c.top + c.bottom) / 2 <= height + 1
        )
        return Page(inside, tuple(across), tuple(down), width, height, image, given)
    finally:
        page.close()


LAST_CODE = 0x10FFFF  # of Unicode: a broken font names others
HYPHEN = 2  # what pdfium gives for a hyphen at the end of a line: `80%-` over `90%` is a range

RawChar = tuple[float, str, float, float, float, float, float, float]
"""Angle in degrees, text, box (left, bottom, right, top), origin x and y, in the page's own system."""


def _chars(text: pdfium.PdfTextPage, red: bool = True) -> Iterator[RawChar]:
    """Every visible character of a page, on demand without those in red ink."""
    handle = text.raw
    box = raw.FS_RECTF()
    x, y = ctypes.c_double(), ctypes.c_double()
    for i in range(text.count_chars()):
        code = raw.FPDFText_GetUnicode(handle, i)
        if code == HYPHEN:
            code = ord("-")
        if code <= 32 or code in (0xA0, 0x3000, 0xFFFE, 0xFEFF):
            continue
        if not raw.FPDFText_GetLooseCharBox(handle, i, box) or not raw.FPDFText_GetCharOrigin(
            handle, i, x, y
        ):
            continue
        if not red and _is_red(handle, i):
            continue
        angle = math.degrees(raw.FPDFText_GetCharAngle(handle, i))
        place = (box.left, box.bottom, box.right, box.top, x.value, y.value)
        if math.isfinite(angle + sum(place)) and code <= LAST_CODE:
            yield angle, chr(code), *place


def _is_red(handle: object, i: int) -> bool:
    r, g, b, a = (ctypes.c_uint() for _ in range(4))
    return (
        bool(raw.FPDFText_GetFillColor(handle, i, r, g, b, a))
        and r.value > 140
        and max(g.value, b.value) < 100
    )


def _tilt(angle: float) -> float:
    """Degrees between an angle and the nearest quarter turn."""
    return abs(angle - 90 * round(angle / 90))


def _text_turns(chars: Sequence[RawChar]) -> int:
    """Clockwise quarter turns that make most of the text upright, by the way that neighbouring characters
    run.

    The angle that pdfium gives is not to be trusted for all fonts; where characters stand is.
    """
    runs: Counter[int] = Counter()
    for a, b in pairwise(chars if len(chars) <= SAMPLE else (*chars[: SAMPLE // 2], *chars[-SAMPLE // 2 :])):
        dx, dy = b[6] - a[6], b[7] - a[7]
        near = 2.5 * max(a[4] - a[2], a[5] - a[3], 1.0)
        if 0 < abs(dx) + abs(dy) <= near and min(abs(dx), abs(dy)) < 0.2 * max(abs(dx), abs(dy)):
            runs[round(math.atan2(dy, dx) / (math.pi / 2)) % 4] += 1
    return runs.most_common(1)[0][0] if runs else 0


def _char(c: RawChar, turn: Turn) -> Char:
    _, text, left, bottom, right, top, x, y = c
    a, b = turn(left, bottom), turn(right, top)
    x0, x1, y0, y1 = min(a[0], b[0]), max(a[0], b[0]), min(a[1], b[1]), max(a[1], b[1])
    return Char(text, x0, y0, x1, y1, turn(x, y)[1], y1 - y0)


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
    page: pdfium.PdfPage, turn: Turn, area: float, chars: Sequence[RawChar]
) -> tuple[list[Ruling], list[Ruling], bool]:
    """Horizontal and vertical rulings, and whether the page holds a picture; filled cells where strokes draw
    no table.
    """
    segments: list[Stroke] = []
    fills: list[Stroke] = []
    image = collect(page.raw, raw.FPDFPage_CountObjects, raw.FPDFPage_GetObject, UPRIGHT, segments, fills, 0)
    dots = [(x0, y0) for x0, y0, x1, y1 in segments if (x0, y0) == (x1, y1)]
    segments = [s for s in segments if s[:2] != s[2:]] + dotted(dots)
    across, down = levelled(segments, turn)
    if fills and not grids(across, down):
        cells = [f for f in fills if (f[2] - f[0]) * (f[3] - f[1]) < WHOLE_PAGE * area]
        middles = [((c[2] + c[4]) / 2, (c[3] + c[5]) / 2) for c in chars if _tilt(c[0]) < MOST_TILT]
        across, down = levelled(segments + cell_sides(cells, middles), turn)
    return across, down, image
