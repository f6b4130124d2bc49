"""Small charts in which Chinese prints everywhere: SVG whose letters are outlines.

Comes in: labels and figures. Goes out: a `Chart`, which a notebook shows and `save` writes. The letters are
drawn from Noto Sans CJK (SIL Open Font License; the package `manimgx-fonts-cjk` brings the file), so that
neither the machine that makes a chart nor the one that shows it needs a Chinese font, and a picture made from
it has no empty boxes. Nothing else is needed: no browser, no plotting library. An empty list gives a chart
that says so.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.ttLib import TTFont

FONT = ("manimgx_fonts_cjk", "NotoSansCJK-VF.otf.ttc")
SIMPLIFIED = 2  # the font's face for China
REGULAR = 400  # the weight that CSS calls normal
WIDTH, LABELS, RIGHT, ROW, TOP = 820, 330, 80, 24, 52
SIZE, SMALL = 13, 11
INK, FAINT, BLUE, ORANGE = "#1f2937", "#d1d5db", "#2563eb", "#ea580c"
NOTHING = "没有符合条件的数据"
LONGEST = 24  # characters of a label


@dataclass(frozen=True, slots=True)
class Chart:
    """A finished chart."""

    svg: str

    def _repr_svg_(self) -> str:
        return self.svg

    def save(self, path: str | Path) -> None:
        """Writes the chart to a file that ends in .svg."""
        Path(path).write_text(self.svg, encoding="utf-8")


def bars(rows: Iterable[tuple[str, float]], title: str, unit: str = "") -> Chart:
    """A bar a row, its figure behind it."""
    told = [(label, float(value)) for label, value in rows]
    page = _Page(title, len(told))
    most = max((v for _, v in told), default=0) or 1
    for n, (label, value) in enumerate(told):
        y = page.row(n, label)
        length = max(value, 0) / most * page.room
        page.add(f'<rect x="{LABELS}" y="{y - 9:g}" width="{length:.1f}" height="14" fill="{BLUE}"/>')
        page.text(LABELS + length + 6, y + 3, f"{value:,.10g}{unit}", SMALL)
    return page.chart()


def dots(groups: Mapping[str, Sequence[float]], title: str, unit: str = "") -> Chart:
    """A line of dots a group, all on one axis."""
    values = [float(v) for group in groups.values() for v in group]
    page = _Page(title, len(groups), axis=True)
    at = page.scale(values, unit)
    for n, (label, group) in enumerate(groups.items()):
        y = page.row(n, label)
        for value in group:
            page.dot(at(float(value)), y, BLUE)
    return page.chart()


def pairs(rows: Iterable[tuple[str, float, float]], title: str, unit: str = "") -> Chart:
    """Two dots a row, before (blue) and after (orange), with a line from one to the other."""
    told = [(label, float(a), float(b)) for label, a, b in rows]
    page = _Page(title, len(told), axis=True)
    at = page.scale([v for _, a, b in told for v in (a, b)], unit)
    for n, (label, before, after) in enumerate(told):
        y = page.row(n, label)
        page.line(at(before), y, at(after), y, INK)
        page.dot(at(before), y, BLUE)
        page.dot(at(after), y, ORANGE)
    return page.chart()


@dataclass(slots=True)
class _Page:
    """What is drawn so far: a title, then a row for each label."""

    title: str
    rows: int
    axis: bool = False
    parts: list[str] = field(default_factory=list)
    used: dict[str, str] = field(default_factory=dict)

    @property
    def room(self) -> int:
        return WIDTH - LABELS - RIGHT

    @property
    def height(self) -> int:
        return TOP + max(self.rows, 1) * ROW + (26 if self.axis else 6)

    def add(self, part: str) -> None:
        self.parts.append(part)

    def row(self, n: int, label: str) -> float:
        """Writes the label of a row; where its middle is."""
        y = TOP + n * ROW + ROW / 2
        short = label if len(label) <= LONGEST else f"{label[: LONGEST - 1]}…"
        self.text(LABELS - 8, y + 3, short, SIZE, end=True)
        return y

    def dot(self, x: float, y: float, colour: str) -> None:
        self.add(f'<circle cx="{x:.1f}" cy="{y:g}" r="5" fill="{colour}" fill-opacity="0.75"/>')

    def line(self, x1: float, y1: float, x2: float, y2: float, colour: str) -> None:
        self.add(f'<path d="M{x1:.1f} {y1:g}L{x2:.1f} {y2:g}" stroke="{colour}"/>')

    def scale(self, values: Sequence[float], unit: str) -> Any:
        """Draws an axis that holds the values and zero; returns value → place."""
        most = max([*values, 0.0]) or 1.0
        step = _step(most)
        least = math.floor(min([*values, 0.0]) / step) * step
        top = math.ceil(most / step) * step

        def at(value: float) -> float:
            return LABELS + (value - least) / (top - least) * self.room

        foot = TOP + max(self.rows, 1) * ROW
        for n in range(round((top - least) / step) + 1):
            value = least + n * step
            self.line(at(value), TOP, at(value), foot, FAINT)
            self.text(at(value) - 8, foot + 16, f"{value:,.10g}{unit}", SMALL)
        return at

    def text(self, x: float, y: float, text: str, size: int, end: bool = False) -> None:
        """Writes outlines; `end`: up to x, not from it."""
        shapes = [_glyph(c) for c in text]
        scale = size / 1000
        place = x - sum(width for _, width in shapes) * scale if end else x
        for character, (_, width) in zip(text, shapes, strict=True):
            name = self.used.setdefault(character, f"{self._mark}{len(self.used)}")
            self.add(
                f'<use href="#{name}" transform="translate({place:.1f} {y:g}) scale({scale:g} -{scale:g})"/>'
            )
            place += width * scale

    @property
    def _mark(self) -> str:
        """Tells the letters of one chart on a page from those of another."""
        return f"g{sha256(self.title.encode()).hexdigest()[:8]}-"

    def chart(self) -> Chart:
        self.text(16, 28, self.title, 16)
        if not self.rows:
            self.text(LABELS, TOP + 15, NOTHING, SIZE)
        letters = "".join(f'<path id="{name}" d="{_glyph(c)[0]}"/>' for c, name in self.used.items())
        return Chart(
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {self.height}" width="{WIDTH}" '
            f'height="{self.height}" role="img" fill="{INK}"><title>{escape(self.title)}</title>'
            f'<rect width="100%" height="100%" fill="#fff"/><defs>{letters}</defs>{"".join(self.parts)}</svg>'
        )


def _step(most: float) -> float:
    """A round step of which four to eight make an axis."""
    raw = most / 5
    power = 10.0 ** math.floor(math.log10(raw))
    return next(m * power for m in (1, 2, 5, 10) if m * power >= raw)


@cache
def _font() -> tuple[Any, Mapping[int, str]]:
    package, name = FONT
    font = TTFont(str(files(package).joinpath(name)), fontNumber=SIMPLIFIED, lazy=True)
    return font.getGlyphSet(location={"wght": REGULAR}), font.getBestCmap()


@cache
def _glyph(character: str) -> tuple[str, float]:
    """A letter's outline, and how far the next one is, in thousandths of its size."""
    glyphs, names = _font()
    glyph = glyphs[names.get(ord(character), ".notdef")]
    pen = SVGPathPen(glyphs, ntos=lambda n: f"{n:.0f}")
    glyph.draw(pen)
    return pen.getCommands(), glyph.width
