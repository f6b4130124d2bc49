"""A sheet drawn as paper and scanned badly: pictures for the tests of the picture reader.

Comes in: a `Sheet`, the path of a font with Chinese characters, and a `Paper` and `Scanner` that say how it is printed and what
the scanner does to it. Goes out: the pages as pictures (BGR). Rows go whole onto a page; a cell merged over a page break is
drawn in two, its text in the first part. It refuses nothing; a text too long for a page runs out of its cell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from tests.writers.sheet import Sheet, WCell

Picture = npt.NDArray[np.uint8]

INCH = 72.0  # points
FINER = 2  # the page is drawn this much finer than it is scanned, so that edges are grey
LEADING = 1.35  # of the font's size: from line to line
BASELINE = 0.76  # of the font's size: from the top of a character to its baseline
LEAST_COLUMN, MOST_COLUMN = 2.6, 16.0  # characters that a column's width is reckoned with
LEFT = frozenset({"goal_expected", "goal_actual", "remark", "deviation_reason"})


@dataclass(frozen=True, slots=True)
class Paper:
    """How a sheet is printed. Lengths in points; `ruling`: `solid`, `dashed`, `none`; greys 0 (black) to 255."""

    size: tuple[float, float] = (595.0, 842.0)
    margin: float = 40.0
    text: float = 9.0
    padding: float = 3.0
    ruling: str = "solid"
    ruling_width: float = 0.6
    ruling_grey: int = 0
    shaded: int = 255  # the grey of label cells
    seal: bool = False
    watermark: str = ""


@dataclass(frozen=True, slots=True)
class Scanner:
    """What scanning does. `noise`, `paper`: grey levels; `blur`, `lost`: pixels and share of ruling pixels; `keystone`: share of the width."""

    dpi: int = 200
    angle: float = 0.0
    blur: float = 0.4
    noise: float = 4.0
    specks: int = 0
    paper: int = 250
    ink: int = 20
    jpeg: int = 75
    border: int = 0
    lost: float = 0.0
    keystone: float = 0.0
    quarters: int = 0


def scanned(sheet: Sheet, font: str, paper: Paper, scanner: Scanner, rng: Random, index: int = 0) -> list[Picture]:
    """The pages of a sheet as a scanner gives them; `index` is the face in a font collection."""
    scale = scanner.dpi / INCH * FINER
    pages = _Printer(sheet, paper, scale, font, index).pages()
    return [_scan(page, paper, scanner, rng) for page in pages]


class _Printer:
    """Lays a sheet out on pages; all lengths in pixels of the finer picture."""

    def __init__(self, sheet: Sheet, paper: Paper, scale: float, font: str, index: int) -> None:
        self.sheet, self.paper, self.scale = sheet, paper, scale
        self.font = ImageFont.truetype(font, round(paper.text * scale), index=index)
        self.big = ImageFont.truetype(font, round(paper.text * 1.6 * scale), index=index)
        self.step = round(paper.text * LEADING * scale)
        self.pad = round(paper.padding * scale)
        self.xs = self._columns()
        self.heights = self._heights()

    def _columns(self) -> list[int]:
        """The columns' borders: as wide as their texts want, all together as wide as the page allows."""
        want = [LEAST_COLUMN] * self.sheet.n_cols
        for cell in self.sheet.cells:
            if cell.col_span == 1:
                want[cell.col] = max(want[cell.col], min(MOST_COLUMN, 1 + len(cell.text) ** 0.8))
        room = (self.paper.size[0] - 2 * self.paper.margin) * self.scale
        edges = np.concatenate(([0.0], np.cumsum(want))) * room / sum(want) + self.paper.margin * self.scale
        return [round(x) for x in edges]

    def _width(self, cell: WCell) -> int:
        return self.xs[cell.col + cell.col_span] - self.xs[cell.col] - 2 * self.pad

    def _lines(self, cell: WCell) -> list[str]:
        out = []
        for paragraph in cell.text.split("\n"):
            line = ""
            for ch in paragraph:
                if line and self.font.getlength(line + ch) > self._width(cell):
                    out.append(line)
                    line = ""
                line += ch
            out.append(line)
        return out

    def _heights(self) -> list[int]:
        out = [self.step + 2 * self.pad] * self.sheet.n_rows
        for cell in sorted(self.sheet.cells, key=lambda c: c.row_span):
            need = len(self._lines(cell)) * self.step + 2 * self.pad
            have = sum(out[cell.row : cell.row + cell.row_span])
            share = max(0, -(-(need - have) // cell.row_span))
            for r in range(cell.row, cell.row + cell.row_span):
                out[r] += share
        return out

    def pages(self) -> list[Picture]:
        """White pages with black print."""
        width, height = (round(v * self.scale) for v in self.paper.size)
        top, bottom = (round(v * self.scale) for v in (self.paper.margin, self.paper.size[1] - self.paper.margin))
        out = []
        row, first = 0, True
        while first or row < self.sheet.n_rows:
            image = Image.new("RGB", (width, height), "white")
            draw = ImageDraw.Draw(image)
            y = top
            for text, font in [(t, self.big) for t in self.sheet.titles] + [(t, self.font) for t in self.sheet.notes] if first else []:
                draw.text(((width - font.getlength(text)) / 2, y), text, fill="black", font=font)
                y += round(1.5 * (self.step if font is self.font else 1.6 * self.step))
            ys = [y]
            start = row
            while row < self.sheet.n_rows and (row == start or ys[-1] + self.heights[row] <= bottom):
                ys.append(ys[-1] + self.heights[row])
                row += 1
            self._table(draw, start, ys)
            out.append(np.ascontiguousarray(np.asarray(image, np.uint8)[..., ::-1]))
            first = False
        return out

    def _table(self, draw: ImageDraw.ImageDraw, start: int, ys: Sequence[int]) -> None:
        end = start + len(ys) - 1
        for cell in self.sheet.cells:
            a, b = max(cell.row, start), min(cell.row + cell.row_span, end)
            if a >= b:
                continue
            box = (self.xs[cell.col], ys[a - start], self.xs[cell.col + cell.col_span], ys[b - start])
            if self.paper.shaded < 255 and cell.role in ("label", "heading"):
                draw.rectangle(box, fill=(self.paper.shaded,) * 3)
            if self.paper.ruling != "none":
                self._frame(draw, box)
            if a == cell.row:
                lines = self._lines(cell)
                y = box[1] + (box[3] - box[1] - len(lines) * self.step) / 2 + (self.step + BASELINE * self.font.size) / 2
                for line in lines:
                    room = self._width(cell) - self.font.getlength(line)
                    x = box[0] + self.pad + (0 if cell.role in LEFT else room / 2)
                    draw.text((x, y), line, fill="black", font=self.font, anchor="ls")
                    y += self.step

    def _frame(self, draw: ImageDraw.ImageDraw, box: tuple[int, int, int, int]) -> None:
        thick = max(1, round(self.paper.ruling_width * self.scale))
        grey = (self.paper.ruling_grey,) * 3
        x0, y0, x1, y1 = box
        dash = round(3 * self.scale) if self.paper.ruling == "dashed" else 10**6
        for ax, ay, bx, by in ((x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1)):
            length = max(bx - ax, by - ay)
            for at in range(0, length, dash + round(1.2 * self.scale)):
                to = min(at + dash, length)
                ends = (ax + at, ay, ax + to, by) if by == ay else (ax, ay + at, bx, ay + to)
                draw.line(ends, fill=grey, width=thick)


def _scan(page: Picture, paper: Paper, scanner: Scanner, rng: Random) -> Picture:
    """A printed page as the scanner gives it."""
    dice = np.random.default_rng(rng.getrandbits(32))
    height, width = page.shape[0] // FINER, page.shape[1] // FINER
    out = page
    if scanner.lost:
        out = _rubbed(out, scanner.lost, dice)
    if paper.watermark:
        out = _watermarked(out, paper.watermark)
    if paper.seal:
        out = _sealed(out, dice)
    big = (page.shape[1], page.shape[0])
    if scanner.angle or scanner.keystone:
        turn = np.vstack([cv2.getRotationMatrix2D((big[0] / 2, big[1] / 2), scanner.angle, 1.0), [0, 0, 1]])
        k = scanner.keystone * big[0]
        corners = np.array([[0, 0], [big[0], 0], [big[0], big[1]], [0, big[1]]], np.float32)
        tilted = corners + np.array([[k, k / 2], [-k, 0], [0, 0], [0, -k / 2]], np.float32)
        matrix = cv2.getPerspectiveTransform(corners, tilted) @ turn
        out = np.asarray(cv2.warpPerspective(out, matrix, big, flags=cv2.INTER_AREA, borderValue=(255, 255, 255)), np.uint8)
    small = np.asarray(cv2.resize(out, (width, height), interpolation=cv2.INTER_AREA), np.float32)
    if scanner.blur:
        small = np.asarray(cv2.GaussianBlur(small, (0, 0), scanner.blur), np.float32)
    small = scanner.ink + small * (scanner.paper - scanner.ink) / 255
    for _ in range(scanner.specks):
        x, y = int(dice.integers(width)), int(dice.integers(height))
        cv2.circle(small, (x, y), int(dice.integers(0, 1 + scanner.dpi // 150)), (60, 60, 60), -1)
    small += dice.normal(0, scanner.noise, (height, width, 1))
    done = np.clip(small, 0, 255).astype(np.uint8)
    if scanner.border:
        done[:, : scanner.border] = 25
        done[: scanner.border // 2] = 30
    done = np.ascontiguousarray(np.rot90(done, scanner.quarters))
    _, coded = cv2.imencode(".jpg", done, [cv2.IMWRITE_JPEG_QUALITY, scanner.jpeg])
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)


def _rubbed(page: Picture, share: float, dice: np.random.Generator) -> Picture:
    """White spots along the rulings, as a weak copy leaves them; the print beside them stays."""
    dark = np.asarray((page.min(axis=2) < 128) * 255, np.uint8)
    length = page.shape[1] // 20
    lines = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((1, length), np.uint8)) | cv2.morphologyEx(
        dark, cv2.MORPH_OPEN, np.ones((length // 2, 1), np.uint8)
    )
    coarse = dice.random((page.shape[0] // 24 + 1, page.shape[1] // 24 + 1)) < share
    spots = cv2.resize(coarse.astype(np.uint8), (page.shape[1], page.shape[0]), interpolation=cv2.INTER_NEAREST)
    out = page.copy()
    out[(lines > 0) & (spots > 0)] = 255
    return out


def _sealed(page: Picture, dice: np.random.Generator) -> Picture:
    """A round red seal somewhere on the page's lower half, print shining through."""
    height, width = page.shape[:2]
    r = width // 8
    x, y = int(dice.integers(width // 3, 3 * width // 4)), int(dice.integers(height // 4, height // 2))
    layer = np.full_like(page, 255)
    cv2.circle(layer, (x, y), r, (40, 40, 220), max(2, r // 14))
    star = [
        (
            round(x + (0.4 if k % 2 == 0 else 0.16) * r * np.sin(k * np.pi / 5)),
            round(y - (0.4 if k % 2 == 0 else 0.16) * r * np.cos(k * np.pi / 5)),
        )
        for k in range(10)
    ]
    cv2.fillPoly(layer, [np.array(star, np.int32)], (40, 40, 220))
    return np.asarray(np.minimum(page, layer), np.uint8)


def _watermarked(page: Picture, text: str) -> Picture:
    """Large light grey letters across the page."""
    layer = np.full_like(page, 255)
    height, width = page.shape[:2]
    for k in range(3):
        cv2.putText(layer, text, (width // 6, (k + 1) * height // 4), cv2.FONT_HERSHEY_SIMPLEX, width / 400, (205, 205, 205), width // 120)
    return np.asarray(np.minimum(page, layer), np.uint8)
