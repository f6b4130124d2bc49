"""Forms → PDF drawn line by line with reportlab: every kind of ruling, rows cut by the end of a page, turned
pages, seals.

Comes in: printed forms and a look whose font reportlab can embed. Goes out: bytes. The table is laid out as
bands: a row, or the part of it that stands on one page; a cell covers the bands of its rows, page by page.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from random import Random

from reportlab import rl_config
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from tests.writers.files.look import FONTS, Look, column_shares, footnotes, headings, parts, prose
from tests.writers.sheet import Sheet, WCell
from tests.writers.templates import Printed

MARGIN = 42.0  # points
PAD = 2.5  # between a cell's border and its text
LEADING = 1.25  # line height in sizes of the font
CROP = 30.0  # what is cut off at every side of a cropped page
NO_START = "，。；：、）％%”"  # does not begin a line
rl_config.useA85 = 0  # a fifth smaller
FOLDER = "/usr/share/fonts/truetype/"


@dataclass(frozen=True, slots=True)
class Band:
    """A row, or lines `first` to `last` of it, on one page; `top` is measured downwards from the page's upper
    edge.
    """

    row: int
    page: int
    top: float
    height: float
    first: int = 0  # line of every cell of the row
    last: int = 10_000
    repeated: bool = False


def drawable(look: Look) -> bool:
    """Can reportlab embed the look's font?"""
    return FONTS[look.font][1] is not None


def _register(font: str) -> None:
    """A font of `FONTS`, or the name of one that every PDF reader has (`STSong-Light`), which is not embedded
    and needs no file.
    """
    if font in pdfmetrics.getRegisteredFontNames():
        return
    if font not in FONTS:
        pdfmetrics.registerFont(UnicodeCIDFont(font))
        return
    family, path, number = FONTS[font]
    if path is None:
        raise ValueError(f"reportlab cannot embed {family}")
    pdfmetrics.registerFont(TTFont(font, FOLDER + path, subfontIndex=number))


def pdf(forms: Sequence[Printed], look: Look, rng: Random) -> bytes:
    """The forms one after another; raises ValueError for a font that reportlab cannot embed."""
    _register(look.font)
    out = io.BytesIO()
    pen = _Pen(Canvas(out, invariant=1), look)
    for k, form in enumerate(forms):
        if k and (look.new_page or pen.room < 200):
            pen.turn_page()
        for text in prose(form.truth, rng) if look.prose else ():
            pen.paragraph(text)
        for title in form.sheet.titles:
            pen.centred(title, look.size + 6)
        for note in form.sheet.notes:
            pen.centred(note, look.size, right="单位" in note)
        shares = column_shares(form.sheet, rng)
        for n, part in enumerate(parts(form.sheet, look, rng)):
            if n:
                pen.turn_page()
            _table(pen, part, shares)
        for text in footnotes(look):
            if pen.room < 4 * look.size:
                pen.turn_page()
            pen.paragraph(text)
        if look.seal:
            pen.seal(look.seal)
        pen.y += 18
    pen.finish()
    pen.canvas.save()
    return out.getvalue()


# ---- the page
# --------------------------------------------------------------------------------------------------------


class _Pen:
    """A place on a page of a canvas; `y` grows downwards."""

    def __init__(self, canvas: Canvas, look: Look) -> None:
        self.canvas, self.look = canvas, look
        self.width, self.height = (A4[1], A4[0]) if look.landscape else A4
        self.page = 0
        self._start()

    @property
    def room(self) -> float:
        return self.height - MARGIN - self.y

    def _start(self) -> None:
        canvas, turned = self.canvas, self.look.rotate
        self.page += 1
        self.y = MARGIN
        # with a page rotation reportlab turns the page's box by itself
        canvas.setPageSize((self.height, self.width) if turned == "turned" else (self.width, self.height))
        if self.look.crop and not turned:
            canvas.setPageSize((self.width + 2 * CROP, self.height + 2 * CROP))
            canvas.setCropBox((CROP, CROP, self.width + CROP, self.height + CROP))
            canvas.translate(CROP, CROP)
            for x in (0, self.width):
                canvas.line(x, -CROP, x, -CROP / 3)
        if turned:
            canvas.setPageRotation(90 if turned == "flag" else 0)
            canvas.translate(self.height, 0)
            canvas.rotate(90)
        if self.look.watermark:
            canvas.saveState()
            canvas.setFillGray(0.8)
            canvas.setFont(self.look.font, 46)
            canvas.translate(self.width / 2, self.height / 2)
            canvas.rotate(38)
            canvas.drawCentredString(0, 0, self.look.watermark)
            canvas.restoreState()
        canvas.setFont(self.look.font, self.look.size)

    def turn_page(self) -> None:
        self.finish()
        self._start()

    def finish(self) -> None:
        if self.look.page_numbers:
            self.canvas.setFont(self.look.font, 9)
            self.canvas.drawCentredString(
                self.width / 2, MARGIN / 2, self.look.page_numbers.format(self.page)
            )
        self.canvas.showPage()

    def centred(self, text: str, size: float, *, right: bool = False) -> None:
        self.y += size * LEADING
        self.canvas.setFont(self.look.font, size)
        if right:
            self.canvas.drawRightString(self.width - MARGIN, self.height - self.y, text)
        else:
            self.canvas.drawCentredString(self.width / 2, self.height - self.y, text)
        self.y += 5

    def paragraph(self, text: str) -> None:
        self.canvas.setFont(self.look.font, self.look.size + 1)
        for line in wrapped("　　" + text, self.width - 2 * MARGIN, self.look.font, self.look.size + 1):
            self.y += (self.look.size + 1) * 1.5
            self.canvas.drawString(MARGIN, self.height - self.y, line)
        self.y += 4

    def seal(self, name: str) -> None:
        """A red stamp over the lower right of what was drawn last."""
        canvas, x, y = self.canvas, self.width - MARGIN - 80, self.height - max(self.y - 40, 120)
        canvas.saveState()
        canvas.setStrokeColorRGB(0.85, 0.1, 0.1)
        canvas.setFillColorRGB(0.85, 0.1, 0.1)
        canvas.setLineWidth(2.5)
        canvas.circle(x, y, 52)
        star = canvas.beginPath()
        for k in range(5):
            angle = math.pi / 2 + k * 4 * math.pi / 5
            (star.moveTo if k == 0 else star.lineTo)(x + 15 * math.cos(angle), y + 15 * math.sin(angle))
        star.close()
        canvas.drawPath(star, stroke=0, fill=1)
        canvas.setFont(self.look.font, 11)
        for k, char in enumerate(name):
            angle = math.pi * (1.1 - 1.2 * (k + 0.5) / len(name))
            canvas.saveState()
            canvas.translate(x + 40 * math.cos(angle), y + 40 * math.sin(angle))
            canvas.rotate(math.degrees(angle) - 90)
            canvas.drawCentredString(0, -4, char)
            canvas.restoreState()
        canvas.restoreState()


# ---- the table
# -------------------------------------------------------------------------------------------------------


def wrapped(text: str, width: float, font: str, size: float) -> list[str]:
    """The text in lines no wider than `width` points; figures and Latin words stay whole where they fit."""
    out = []
    for part in text.split("\n"):
        line = ""
        for latin, group in groupby(part, key=lambda ch: ch.isascii() and not ch.isspace()):
            word = "".join(group)
            whole = latin and pdfmetrics.stringWidth(word, font, size) <= width
            for piece in [word] if whole else word:
                if line and pdfmetrics.stringWidth(line + piece, font, size) > width:
                    kept = len(line) - (piece in NO_START and len(line) > 1)
                    out.append(line[:kept])
                    line = line[kept:]
                line += piece
        out.append(line)
    return out


def _table(pen: _Pen, sheet: Sheet, shares: Sequence[float]) -> None:
    look = pen.look
    edges = [MARGIN]
    for share in shares:
        edges.append(edges[-1] + share * (pen.width - 2 * MARGIN))
    lines = {
        cell: wrapped(
            cell.text, edges[cell.col + cell.col_span] - edges[cell.col] - 2 * PAD, look.font, look.size
        )
        if cell.text
        else []
        for cell in sheet.cells
    }
    start = pen.page
    bands = _bands(sheet, lines, pen)
    pieces = [
        (cell, run, text) for cell in sheet.cells for run, text in _pieces(cell, lines[cell], bands, look)
    ]
    for page in dict.fromkeys(b.page for b in bands):
        if page > start:
            pen.turn_page()
        for cell, run, text in pieces:
            if run[0].page == page:
                _draw(pen, cell, run, text, edges, sheet.n_cols)
    pen.y = bands[-1].top + bands[-1].height


def _pieces(
    cell: WCell, text: list[str], bands: Sequence[Band], look: Look
) -> list[tuple[list[Band], list[str]]]:
    """The parts of a cell, one a page, each with the lines that stand in it; lines that find no room go on to
    the next page.
    """
    covered = [b for b in bands if cell.row <= b.row < cell.row + cell.row_span]
    runs = [list(run) for _, run in groupby(covered, key=lambda b: b.page)]
    if cell.row_span == 1:
        return [(run, text[run[0].first : run[0].last]) for run in runs]
    out, left = [], text
    for run in runs:
        room = int((sum(b.height for b in run) - PAD) // (look.size * LEADING))
        if (look.repeat_levels or run[0].repeated) and len(text) <= room:
            out.append((run, text))
            left = []
            continue
        here = left if run is runs[-1] else left[:room]
        out.append((run, here))
        left = left[len(here) :]
    return out


def _bands(sheet: Sheet, lines: dict[WCell, list[str]], pen: _Pen) -> list[Band]:
    """Where every row stands, page by page, from the pen's place on."""
    look, leading = pen.look, pen.look.size * LEADING
    heights = [leading + 2 * PAD] * sheet.n_rows
    for cell in sorted(sheet.cells, key=lambda c: c.row_span):
        need = len(lines[cell]) * leading + 2 * PAD
        have = sum(heights[cell.row : cell.row + cell.row_span])
        if need > have:
            heights[cell.row + cell.row_span - 1] += need - have
    head = headings(sheet)
    out: list[Band] = []
    page, y, bottom = pen.page, pen.y, pen.height - MARGIN
    for row, height in enumerate(heights):
        done = 0
        while y + height > bottom:
            room = int((bottom - y - 2 * PAD) // leading)
            total = max((len(lines[c]) for c in sheet.cells if c.row == row and c.row_span == 1), default=1)
            if look.cut_rows and 1 <= room < total - done:
                out.append(Band(row, page, y, bottom - y, done, done + room))
                done += room
                height = max((total - done) * leading + 2 * PAD, leading + 2 * PAD)
            page, y = page + 1, MARGIN
            if look.repeat_header and head and row >= head.stop:
                for r in head:
                    out.append(Band(r, page, y, heights[r], repeated=True))
                    y += heights[r]
            if height > bottom - y:
                break
        out.append(Band(row, page, y, height, done))
        y += height
    return out


def _draw(
    pen: _Pen, cell: WCell, run: Sequence[Band], text: list[str], edges: Sequence[float], n_cols: int
) -> None:
    look, canvas = pen.look, pen.canvas
    x0, x1 = edges[cell.col], edges[cell.col + cell.col_span]
    y1, y0 = pen.height - run[0].top, pen.height - run[-1].top - run[-1].height
    heading = cell.role in ("heading", "label", "side")
    canvas.setFont(look.font, look.size)
    if look.fill and heading and look.ruling != "none":
        canvas.setFillGray(0.88)
        canvas.rect(x0, y0, x1 - x0, y1 - y0, stroke=0, fill=1)
        canvas.setFillGray(0)
    if look.flaw:
        _rule_badly(canvas, look.flaw, (x0, y0, x1, y1))
    else:
        _rule(canvas, look.ruling, (x0, y0, x1, y1), (cell.col == 0, cell.col + cell.col_span == n_cols))
    leading = look.size * LEADING
    top = (y0 + y1) / 2 + len(text) * leading / 2
    if len(text) * leading > y1 - y0:
        top = y1 - PAD
    for k, line in enumerate(text):
        y = top - k * leading - look.size * 0.95
        if look.left and not heading:
            canvas.drawString(x0 + PAD, y, line)
        else:
            canvas.drawCentredString((x0 + x1) / 2, y, line)


APART = {"apart": 5.0, "far-apart": 8.0}
LOST = 0.2  # share of rulings
STRETCH = 60.0  # points of a wall that are drawn or not
SHAKEN = 3.0  # points


def _rule_badly(canvas: Canvas, flaw: str, box: tuple[float, float, float, float]) -> None:
    """The four borders of a cell with a flaw; borders that two cells share have the same one."""
    x0, y0, x1, y1 = box
    canvas.saveState()
    canvas.setLineWidth(0.6)
    if flaw == "pale":
        canvas.setDash(7, 7)
    short = APART.get(flaw, 0.0)
    for x in (x0, x1):
        chance = Random(f"wall {x:.0f} {(y0 + y1) / 2 // STRETCH:.0f}")
        off = chance.uniform(-SHAKEN, SHAKEN) if flaw == "shaken" else 0.0
        if flaw != "no-walls" and not (flaw == "lost-walls" and chance.random() < LOST):
            canvas.line(x + off, y0 + short, x + off, y1 - short)
    for y in (y0, y1):
        chance = Random(f"floor {y:.0f}")
        off = chance.uniform(-SHAKEN, SHAKEN) if flaw == "shaken" else 0.0
        if flaw != "no-floors" and not (flaw == "lost-floors" and chance.random() < LOST):
            canvas.line(x0 + short, y + off, x1 - short, y + off)
    canvas.restoreState()


def _rule(
    canvas: Canvas, ruling: str, box: tuple[float, float, float, float], outer: tuple[bool, bool]
) -> None:
    """The four borders of a cell; `outer`: is the left one, the right one, the table's edge?"""
    x0, y0, x1, y1 = box
    canvas.saveState()
    lines = [(x0, y0, x1, y0), (x0, y1, x1, y1)]
    lines += [
        (x, y0, x, y1)
        for x, edge in ((x0, outer[0]), (x1, outer[1]))
        if not (edge and ruling == "open-sides")
    ]
    if ruling == "none":
        lines = []
    canvas.setLineWidth(0.12 if ruling == "thin" else 0.6)
    if ruling == "dashed":
        canvas.setDash(3, 2)
    if ruling == "dotted":
        canvas.setLineCap(1)
        canvas.setDash(0.1, 2)
    if ruling == "fills":  # a black ground, and a white rectangle for every cell
        canvas.setFillGray(0)
        canvas.rect(x0 - 0.4, y0 - 0.4, x1 - x0 + 0.8, y1 - y0 + 0.8, stroke=0, fill=1)
        canvas.setFillGray(1)
        canvas.rect(x0 + 0.4, y0 + 0.4, x1 - x0 - 0.8, y1 - y0 - 0.8, stroke=0, fill=1)
        lines = []
    for ax, ay, bx, by in lines:
        if ruling == "rects":
            canvas.rect(ax - 0.3, ay - 0.3, bx - ax + 0.6, by - ay + 0.6, stroke=0, fill=1)
        elif ruling == "double":
            dx, dy = (0.0, 0.7) if ay == by else (0.7, 0.0)
            canvas.setLineWidth(0.35)
            for sign in (-1, 1):
                canvas.line(ax + sign * dx, ay + sign * dy, bx + sign * dx, by + sign * dy)
        else:
            canvas.line(ax, ay, bx, by)
    canvas.restoreState()
