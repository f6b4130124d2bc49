"""Pictures and scanned pages → tables and lines: rulings by morphology, cells by our own lattice, texts by
OCR.

Comes in: the bytes of a PNG, JPEG or TIFF, or the picture of one page of a PDF. Goes out: tables with spans
(`ocr-lattice`), or rows by position where a page has no rulings (`ocr-text`), and the lines outside tables,
all with the recogniser's confidence. Refused: broken pictures (`damaged`), pictures too small to hold text
(`empty_file`) or too large to be unpacked (`too_large`).
"""

from __future__ import annotations

import io
import warnings
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count

import cv2
import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image, ImageOps, ImageSequence

from pipeline.model.cells import Block, Box, Cell, Line, Reading, Table
from pipeline.model.errors import Code, error
from pipeline.read.common.broken import PICTURE_BREAKS, BrokenError, foreign
from pipeline.read.common.columns import Piece, PieceLine, blocks_in, whole_words
from pipeline.read.page.lattice import Char, Grid, Span, grids, parts
from pipeline.read.scan.level_page import (
    PixelBox,
    Sheet,
    columns_of,
    crop,
    line_height,
    lines_run,
    pieces,
    sheet,
    text_lines_in,
    without_red,
)
from pipeline.read.scan.lone_signs import lone_sign, with_sign
from pipeline.read.scan.recogniser import Picture, read_lines
from pipeline.read.scan.rulings import rulings

READER = "ocr-lattice"
TEXT_READER = "ocr-text"
MOST_PIXELS = 120_000_000  # A2 at 600 dpi; more is a bomb or nothing that must be read
MOST_PAGES = 2000
STRIP = 512  # lines of pixels that are made BGR at a time
UPRIGHT_CAMERA = 1  # of Exif's orientations
LEAST_SIDE = 24  # pixels: less holds no line of text
LONGEST_SIDE = 5000  # pixels: larger pages are made smaller, A4 at 400 dpi is enough for any print
# pixels a point (250 dpi): finer pages are made coarser, their text is high enough for the recogniser
FINEST = 3.5
A4_SIDE = 595.3  # points: the short side of a page whose resolution is not said
SHORT_SIDE = (280.0, 1300.0)  # points: A6 to A2; a resolution that gives a page beyond them is not believed
UPRIGHT = 0.88  # mean confidence of some lines from which on a page is not tried upside down
SURE_FLOW = 0.15  # how much more text must run one way than the other
BEARING = 0.25  # of a character's height: the white at each side of its ink
TRIED_LINES = 8
TRIED_WIDTH = 12  # of a line's height: so much of each is tried
SPECKS = "·•"  # what a recogniser makes of dust at the ends of a line, where no text has such a dot
SURE_SIGN = 0.97  # confidence of a sign told by its shape
FLOOR = 0.5  # of the page's width: so wide is a horizontal ruling that parts rows without walls
LEAST_FLOORS = 4  # so many part a header and two rows
WIDE_GAP = 1.6  # of a line's height: white that parts texts outside a ruled cell


def read_image(data: bytes, name: str, media_type: str) -> Reading:
    """Reads a picture file, every page of a TIFF, the first picture of a PNG that moves.

    Raises:
        PipelineError: `damaged`, `empty_file`, `too_large`.
    """
    blocks: list[Block] = []
    n_pages = 0
    try:
        for n_pages, frame in enumerate(frames(data, name), 1):
            if frame.image is not None:
                width, height = frame.image.shape[1] * frame.points, frame.image.shape[0] * frame.points
                blocks += read_page_image(frame.image, n_pages, width, height)
            elif frame.alone:
                raise error(Code.EMPTY_FILE, name, "a picture of so few pixels holds no text")
    except BrokenError as broken:
        raise error(Code.DAMAGED, name, "the picture cannot be decoded") from broken
    return Reading(tuple(blocks), media_type, READER, n_pages, "ocr" if blocks else None)


@dataclass(frozen=True, slots=True)
class Frame:
    """One page of a picture file: its pixels (None where they are too few to hold text), points a pixel, and
    whether it is the only one.
    """

    image: npt.NDArray[np.uint8] | None
    points: float
    alone: bool


def frames(data: bytes, name: str) -> Iterator[Frame]:
    """The pages one by one; raises BrokenError where Pillow cannot decode them, PipelineError for a bomb."""
    with _decoding(name):
        picture = Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "TIFF"))
        animated = picture.format == "PNG"  # what moves shows one page again and again
        alone = animated or getattr(picture, "n_frames", 1) == 1
        pages = iter([picture]) if animated else iter(ImageSequence.Iterator(picture))
    for n in count(1):
        with _decoding(name):
            frame = next(pages, None)
        if frame is None:
            return
        width, height = frame.size
        if width * height > MOST_PIXELS or n > MOST_PAGES:
            raise error(Code.TOO_LARGE, name, f"page {n} of the picture has {width} x {height} pixels")
        with _decoding(name):
            resolution = float(frame.info.get("dpi", (0, 0))[0])
        points = _points_a_pixel(min(width, height), resolution)
        yield Frame(_bgr(frame, name) if min(width, height) >= LEAST_SIDE else None, points, alone)


@contextmanager
def _decoding(name: str) -> Iterator[None]:
    """Around Pillow's calls: what it raises on a broken picture is a BrokenError, on a bomb `too_large`."""
    try:
        with foreign(*PICTURE_BREAKS), warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            yield
    except Image.DecompressionBombError as exception:
        raise error(Code.TOO_LARGE, name, "the picture has too many pixels") from exception


def _bgr(frame: Image.Image, name: str) -> npt.NDArray[np.uint8]:
    """The pixels (height × width × 3), transparency on white, turned as the camera says.

    Colours are made strip by strip: Pillow keeps four bytes a pixel for them, and one for black and white.
    """
    with _decoding(name):
        frame.load()
        turned = frame.getexif().get(ExifTags.Base.Orientation, UPRIGHT_CAMERA) != UPRIGHT_CAMERA
        upright = ImageOps.exif_transpose(frame) if turned else frame
    width, height = upright.size
    out = np.empty((height, width, 3), np.uint8)
    for top in range(0, height, STRIP):
        bottom = min(top + STRIP, height)
        with _decoding(name):
            strip = upright.crop((0, top, width, bottom))
        out[top:bottom] = _strip_bgr(strip, name)
    return out


def _strip_bgr(upright: Image.Image, name: str) -> npt.NDArray[np.uint8]:
    if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
        rgba = upright.convert("RGBA")
        upright = Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba)
    elif upright.mode.startswith("I;16"):
        upright = Image.fromarray((np.asarray(upright) >> 8).astype(np.uint8))
    with _decoding(name):  # there are colour systems that it does not know
        rgb = upright.convert("RGB")
    return np.asarray(rgb, np.uint8)[..., ::-1]


def _points_a_pixel(short_side: int, resolution: float) -> float:
    if resolution > 0 and SHORT_SIDE[0] <= short_side * 72 / resolution <= SHORT_SIDE[1]:
        return 72 / resolution
    return A4_SIDE / short_side


def read_page_image(
    image: npt.NDArray[np.uint8], page: int, width_pt: float, height_pt: float
) -> tuple[Block, ...]:
    """The blocks of one page in reading order; `image` is BGR, boxes come out in points of the page made
    level.
    """
    height, width = image.shape[:2]
    if min(height, width) < LEAST_SIDE:
        return ()
    finest = FINEST / ((height / height_pt + width / width_pt) / 2)
    factor = min(1.0, LONGEST_SIDE / max(height, width), finest)
    if factor < 1.0:
        image = np.asarray(
            cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8
        )
    grey = without_red(image)
    scale = (grey.shape[0] / height_pt + grey.shape[1] / width_pt) / 2
    return _page_blocks(_upright(grey, scale), page)


@dataclass(frozen=True, slots=True)
class _Layout:
    """A page without its rulings, the tables that they draw, the usual height of a character in pixels, and
    where horizontal rulings part rows, in pixels; none where few do.
    """

    bare: Sheet
    grids: Sequence[Grid]
    height: float
    floors: Sequence[float]


def _layout(page: Sheet) -> _Layout:
    across, down, bare = rulings(page)
    wide = FLOOR * bare.grey.shape[1] / bare.scale
    floors = sorted({round(r.at * bare.scale) for r in across if r.end - r.start >= wide})
    floors = [y for i, y in enumerate(floors) if i == 0 or y - floors[i - 1] > 0.5 * line_height(bare)]
    return _Layout(
        bare, grids(across, down), line_height(bare), floors if len(floors) >= LEAST_FLOORS else ()
    )


def _upright(grey: Picture, scale: float) -> _Layout:
    """The page level and turned by quarters so that its text can be read.

    Which way lines run is told by how near each other characters stand; the recogniser, which reads
    characters lying on their left side as well, only tells up from down.
    """
    first = _layout(sheet(grey, scale))
    if not first.bare.ink.any():
        return first
    flow = lines_run(first.bare, first.height)
    order = (1, 3) if flow < -SURE_FLOW else (0, 2) if flow > SURE_FLOW else (0, 2, 1, 3)
    best, best_score = first, -1.0
    for quarters in order:
        page = _layout(sheet(np.ascontiguousarray(np.rot90(grey, quarters)), scale)) if quarters else first
        score = _legible(page)
        if score > best_score:
            best, best_score = page, score
        if score >= UPRIGHT:
            break
    return best


def _legible(page: _Layout) -> float:
    """How sure the recogniser is of some lines of a page, the widest first (mean confidence)."""
    bare, height = page.bare, page.height
    lines = [piece for box in _regions(page) for line in text_lines_in(bare, box, height)
             for piece in pieces(bare, line, WIDE_GAP * height)]  # fmt: skip
    usual = [b for b in lines if 0.6 * height <= b[3] - b[1] <= 1.6 * height] or lines
    chosen = sorted(usual, key=lambda b: b[0] - b[2])[:TRIED_LINES]
    whole = (0, 0, bare.grey.shape[1], bare.grey.shape[0])
    cut = [(b[0], b[1], min(b[2], round(b[0] + TRIED_WIDTH * height)), b[3]) for b in chosen]
    scores = [sure for _, sure in read_lines([crop(bare, b, whole, height) for b in cut])]
    return sum(scores) / len(scores) if scores else 0.0


def _regions(page: _Layout) -> list[PixelBox]:
    """The boxes of all ruled cells; the whole page where there are none."""
    cells = [_cell_box(page.bare, grid, cell) for grid in page.grids for cell in grid.cells]
    return cells or [(0, 0, page.bare.grey.shape[1], page.bare.grey.shape[0])]


def _cell_box(page: Sheet, grid: Grid, cell: Span) -> PixelBox:
    row, col, rows, cols = cell
    x0, y0, x1, y1 = (
        round(v * page.scale) for v in (grid.xs[col], grid.ys[row], grid.xs[col + cols], grid.ys[row + rows])
    )
    return max(0, x0 + 1), max(0, y0 + 1), min(page.grey.shape[1], x1), min(page.grey.shape[0], y1)


def _whole_cells(page: _Layout, grid: Grid) -> list[Span]:
    """The cells of a grid; one whose text shows that rulings inside it are lost is cut."""
    return [span for cell in grid.cells for span, _ in parts(grid, cell, _blots(page, grid, cell))]


def _blots(page: _Layout, grid: Grid, cell: Span) -> list[Char]:
    """The ink of a merged cell as characters that nobody has read, in points; none for a cell of one box."""
    if cell[2] == cell[3] == 1:
        return []
    scale, size = page.bare.scale, page.height / page.bare.scale
    return [
        Char(
            "",
            x0 / scale - BEARING * size,
            top / scale,
            x1 / scale + BEARING * size,
            bottom / scale,
            bottom / scale,
            size,
        )
        for line in text_lines_in(page.bare, _cell_box(page.bare, grid, cell), page.height)
        for x0, top, x1, bottom in pieces(page.bare, line, 1)
    ]


def _page_blocks(page: _Layout, number: int) -> tuple[Block, ...]:
    bare, found, height = page.bare, page.grids, page.height
    cells = [_whole_cells(page, grid) for grid in found]
    jobs: list[tuple[PixelBox, PixelBox]] = []  # a line's box and the box that it must not leave
    owners: list[tuple[int, int]] = []  # the grid and its cell, or (-1, number of the line)
    for g, grid in enumerate(found):
        for c, cell in enumerate(cells[g]):
            limits = _cell_box(bare, grid, cell)
            for box in text_lines_in(bare, limits, height):
                jobs.append((box, limits))
                owners.append((g, c))
    for n, (box, limits) in enumerate(_outside(page)):
        jobs.append((box, limits))
        owners.append((-1, n))
    read: dict[tuple[int, int], list[tuple[PixelBox, str, float]]] = {}
    for owner, (box, _), (text, sure) in zip(owners, jobs, _texts(bare, jobs, height), strict=True):
        if text:
            read.setdefault(owner, []).append((box, text, sure))
    loose = [piece for owner, held in read.items() if owner[0] < 0 for piece in held]
    if not found:
        return _laid_out(loose, number, page)
    blocks: list[tuple[float, Block]] = [
        (grid.ys[0], _table(grid, g, cells[g], read, number)) for g, grid in enumerate(found)
    ]
    for row in _rows(loose, height):
        text, sure = " ".join(t for _, t, _ in row), min(s for _, _, s in row)
        place = _around([b for b, _, _ in row], bare.scale)
        blocks.append((place[1], Line(text, number, place, confidence=sure)))
    return tuple(block for _, block in sorted(blocks, key=lambda pair: pair[0]))


def _texts(bare: Sheet, jobs: Sequence[tuple[PixelBox, PixelBox]], height: float) -> list[tuple[str, float]]:
    """Text and confidence of each line; a sign that stands alone is told by its shape."""
    signs = [
        lone_sign(bare.ink[b[1] : b[3], b[0] : b[2]], height) if b[2] - b[0] <= 1.5 * height else None
        for b, _ in jobs
    ]
    waiting = [job for job, sign in zip(jobs, signs, strict=True) if sign is None]
    texts = iter(read_lines([crop(bare, box, limits, height) for box, limits in waiting]))
    read = [next(texts) if sign is None else (sign, SURE_SIGN) for sign in signs]
    out = []
    for (text, sure), (x0, top, x1, bottom) in zip(read, [box for box, _ in jobs], strict=True):
        text = text.strip(SPECKS).strip() or text
        out.append((with_sign(text, bare.ink[top:bottom, x0:x1], bare.grey[top:bottom, x0:x1], height), sure))
    return out


def _table(
    grid: Grid,
    g: int,
    cells: Sequence[Span],
    read: dict[tuple[int, int], list[tuple[PixelBox, str, float]]],
    number: int,
) -> Table:
    out = []
    for c, (row, col, rows, cols) in enumerate(cells):
        held = read.get((g, c), [])
        box = (
            round(grid.xs[col], 2),
            round(grid.ys[row], 2),
            round(grid.xs[col + cols], 2),
            round(grid.ys[row + rows], 2),
        )
        sure = round(min((s for _, _, s in held), default=1.0), 4)
        out.append(
            Cell(
                "\n".join(t for _, t, _ in held), row, col, rows, cols, page=number, box=box, confidence=sure
            )
        )
    return Table(
        tuple(out),
        len(grid.ys) - 1,
        len(grid.xs) - 1,
        READER,
        True,
        number,
        tuple(grid.xs),
        recognised=True,
    )


def _outside(page: _Layout) -> list[tuple[PixelBox, PixelBox]]:
    """The pieces of text outside all grids, each with the whole page as its limit."""
    bare, found, height = page.bare, page.grids, page.height
    ink = bare.ink.copy()
    for grid in found:
        x0, top, x1, bottom = (round(v * bare.scale) for v in grid.box)
        ink[max(0, top - 2) : bottom + 3, max(0, x0 - 2) : x1 + 3] = 0
    whole = (0, 0, ink.shape[1], ink.shape[0])
    rest = Sheet(bare.grey, ink, bare.scale)
    regions = [whole] if found or not page.floors else columns_of(rest, WIDE_GAP * height)
    found_pieces = [
        piece
        for region in regions
        for line in text_lines_in(rest, region, height)
        for piece in pieces(rest, line, WIDE_GAP * height)
    ]
    fitted = [(p[0], *_fit(ink, p), p[2]) for p in found_pieces]
    return [((x0, top, x1, bottom), whole) for x0, top, bottom, x1 in fitted if x1 - x0 >= 0.2 * height]


def _fit(ink: Picture, box: PixelBox) -> tuple[int, int]:
    """Top and bottom of the ink inside a box."""
    x0, top, x1, bottom = box
    rows = np.flatnonzero(ink[top:bottom, x0:x1].any(axis=1))
    return (top + int(rows[0]), top + int(rows[-1]) + 1) if len(rows) else (top, bottom)


def _rows(
    parts: Sequence[tuple[PixelBox, str, float]], height: float
) -> list[list[tuple[PixelBox, str, float]]]:
    """Pieces of text by their middles, top to bottom, each row from left to right."""
    out: list[list[tuple[PixelBox, str, float]]] = []
    for part in sorted(parts, key=lambda p: p[0][1] + p[0][3]):
        if out and (part[0][1] + part[0][3] - out[-1][-1][0][1] - out[-1][-1][0][3]) / 2 <= 0.5 * height:
            out[-1].append(part)
        else:
            out.append([part])
    return [sorted(row, key=lambda p: p[0][0]) for row in out]


def _around(boxes: Sequence[PixelBox], scale: float) -> Box:
    x0, top = min(b[0] for b in boxes), min(b[1] for b in boxes)
    x1, bottom = max(b[2] for b in boxes), max(b[3] for b in boxes)
    return round(x0 / scale, 2), round(top / scale, 2), round(x1 / scale, 2), round(bottom / scale, 2)


def _laid_out(parts: Sequence[tuple[PixelBox, str, float]], number: int, page: _Layout) -> tuple[Block, ...]:
    """A page without ruled cells as the columns that its texts keep; its horizontal rulings part the rows."""
    lines = [
        PieceLine(i, whole_words([_piece(part, page.bare.scale, page.height) for part in row]))
        for i, row in enumerate(_rows(between_floors(parts, page.floors), page.height))
    ]
    blocks = blocks_in(lines, TEXT_READER, number)
    return tuple(replace(b, recognised=True) if isinstance(b, Table) else b for b in blocks)


def between_floors(
    parts: Sequence[tuple[PixelBox, str, float]], floors: Sequence[float]
) -> list[tuple[PixelBox, str, float]]:
    """The texts with those that stand above each other between two horizontal rulings of the page as one, in
    the middle of its row. `floors`: where the rulings run, in pixels.
    """
    out: list[tuple[PixelBox, str, float]] = []
    rows: dict[int, list[tuple[PixelBox, str, float]]] = {}
    for part in sorted(parts, key=lambda p: p[0][1]):
        row = bisect_right(floors, (part[0][1] + part[0][3]) / 2)
        if 0 < row < len(floors):
            rows.setdefault(row, []).append(part)
        else:
            out.append(part)
    for row, members in rows.items():
        cells: list[tuple[PixelBox, str, float]] = []
        for box, text, sure in members:
            at = next((i for i, (b, _, _) in enumerate(cells) if b[0] < box[2] and box[0] < b[2]), None)
            if at is None:
                cells.append((box, text, sure))
            else:
                (x0, top, x1, _), above, surer = cells[at]
                around = (min(x0, box[0]), top, max(x1, box[2]), box[3])
                cells[at] = (around, f"{above}\n{text}", min(surer, sure))
        top, bottom = round(floors[row - 1]) + 1, round(floors[row])
        out += [((b[0], top, b[2], bottom), text, sure) for b, text, sure in cells]
    return out


def _piece(part: tuple[PixelBox, str, float], scale: float, height: float) -> Piece:
    box, text, sure = part
    start = round(2 * box[0] / height)  # a character takes two display columns
    end = max(start + 1, round(2 * box[2] / height))
    return Piece(text, start, end, _around([box], scale), round(sure, 4))
