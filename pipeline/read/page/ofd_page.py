"""One page of an OFD → characters, rulings and pictures, upright, in points from the top left.

Comes in: the parsed content of a page and of the templates under and over it, and the resources that they
name. Goes out: a `Drawn`. Units are millimetres in the file and points here; an object stands in its
Boundary, turned and scaled by its CTM (GB/T 33190-2016, 8.5 and 11). Tilted characters, and red ones beside
them, are a seal or a watermark and are left out; annotations and signatures, where seals belong, are not
looked at. Refused (BrokenError): pages that hold themselves or no end of objects.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from lxml import etree

from pipeline.read.common.broken import BrokenError
from pipeline.read.page.lattice import Char, Ruling, levelled
from pipeline.read.page.ofd_object import (
    DEEPEST,
    Box,
    Look,
    Matrix,
    Point,
    Resources,
    at,
    child,
    local,
    numbers,
    placed,
)
from pipeline.read.page.ofd_text import Mark, marks

POINTS = 72 / 25.4  # a millimetre
THIN = 3.2  # points: a filled shape that is thinner is a ruling, a stroke that is thicker is a filled shape
LEVEL = 1.0  # points by which a line may leave its direction
WHOLE_PAGE = 0.9  # a filled shape that covers this much of the page is its background
MOST_TILT = 3.0  # degrees off a quarter turn: more, and it is a watermark or a seal
MOST_OBJECTS = 500_000  # a page

_OPERANDS: Mapping[str, int] = {"S": 2, "M": 2, "L": 2, "Q": 4, "B": 6, "A": 7, "C": 0}
_PATH_TOKEN = re.compile(r"[A-Za-z]|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture's part in the package; the matrix from its unit square to points of the page as stored."""

    part: str
    matrix: Matrix


@dataclass(frozen=True, slots=True)
class Drawn:
    """A page made upright, turned by `quarter`; `width` and `height` in points. The pictures alone are not
    turned with it.
    """

    chars: tuple[Char, ...]
    across: tuple[Ruling, ...]
    down: tuple[Ruling, ...]
    pictures: tuple[Picture, ...]
    width: float
    height: float
    quarter: int


@dataclass(slots=True)
class _Ink:
    """What is collected while the objects of a page are walked."""

    marks: list[Mark] = field(default_factory=list)
    segments: list[Box] = field(default_factory=list)
    fills: list[Box] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    objects: int = 0


def draw(contents: Sequence[etree._Element], resources: Resources, box: Box) -> Drawn:
    """Draws the contents one over the other on a page; `box` is its PhysicalBox (x, y, width, height in
    millimetres).

    Raises:
        BrokenError: the page nests too deeply or has too many objects.
    """
    ink = _Ink()
    x, y, w, h = box
    outer: Matrix = (POINTS, 0.0, 0.0, POINTS, -x * POINTS, -y * POINTS)
    for content in contents:
        _walk(content, outer, resources, ink, None, 0)
    width, height = w * POINTS, h * POINTS
    level = [m for m in ink.marks if _tilt(m.angle) < MOST_TILT]
    if len(level) < len(ink.marks):
        level = [m for m in level if not m.red]
    quarters = Counter(round(m.angle / 90) % 4 for m in level)
    quarter = quarters.most_common(1)[0][0] if quarters else 0
    turn = _turning(quarter, width, height)
    across, down = _rulings(ink, turn, width * height)
    if quarter % 2:
        width, height = height, width
    chars = (_char(m, turn) for m in level)
    inside = tuple(
        c
        for c in chars
        if -1 <= (c.x0 + c.x1) / 2 <= width + 1 and -1 <= (c.top + c.bottom) / 2 <= height + 1
    )
    return Drawn(inside, tuple(across), tuple(down), tuple(ink.pictures), width, height, quarter)


def _walk(
    parent: etree._Element,
    outer: Matrix,
    resources: Resources,
    ink: _Ink,
    inherited: etree._Element | None,
    depth: int,
) -> None:
    """Collects the objects below a content, a layer, a block or a composite; `inherited` is the layer's
    drawing parameter.
    """
    if depth > DEEPEST:
        raise BrokenError("its objects are nested too deeply")
    for item in parent:
        name = local(item)
        if not name or item.get("Visible") == "false":
            continue
        ink.objects += 1
        if ink.objects > MOST_OBJECTS:
            raise BrokenError("it has too many objects")
        param = resources.draw_params.get(item.get("DrawParam", ""), inherited)
        if name in ("Layer", "PageBlock", "Content"):
            _walk(item, outer, resources, ink, param, depth + 1)
            continue
        if name not in ("TextObject", "PathObject", "ImageObject", "CompositeObject"):
            continue
        matrix = placed(item, outer)
        if name == "TextObject":
            ink.marks += marks(item, matrix, Look(item, param, resources))
        elif name == "PathObject":
            _path(item, matrix, Look(item, param, resources), ink)
        elif name == "ImageObject":
            part = resources.pictures.get(item.get("ResourceID", ""))
            if part is not None:
                ink.pictures.append(Picture(part, matrix))
        else:
            inner = resources.composites.get(item.get("ResourceID", ""))
            if inner is not None:
                _walk(inner, matrix, resources, ink, param, depth + 1)


# ---- paths
# ---------------------------------------------------------------------------------------------------------


def _path(item: etree._Element, matrix: Matrix, look: Look, ink: _Ink) -> None:
    """The level and upright lines of a path; thin shapes are lines, large filled ones may be cells."""
    stroked = look.flag("Stroke", True) and not look.clear("StrokeColor")
    filled = look.flag("Fill", False) and not look.clear("FillColor")
    data = child(item, "AbbreviatedData")
    if data is None or not (stroked or filled):
        return
    thickness = look.line_width() * math.sqrt(abs(matrix[0] * matrix[3] - matrix[1] * matrix[2]))
    pens = list(_pens(data.text or ""))
    dx, dy = _stray(item, pens)
    for pen in pens:
        points = [at(matrix, x - dx, y - dy) for x, y, _ in pen]
        straight = [s for _, _, s in pen]
        xs, ys = [p[0] for p in points], [p[1] for p in points]
        box = (min(xs), min(ys), max(xs), max(ys))
        thin = min(box[2] - box[0], box[3] - box[1]) <= THIN
        if stroked and thickness > THIN and thin:
            half = thickness / 2
            level = box[2] - box[0] >= box[3] - box[1]
            ink.fills.append(
                (box[0], box[1] - half, box[2], box[3] + half)
                if level
                else (box[0] - half, box[1], box[2] + half, box[3])
            )
        elif thin and all(straight):
            ink.segments.append(_middle(box))
        elif stroked:
            for (a, b), drawn in zip(pairwise(points), straight[1:], strict=True):
                if drawn and min(abs(a[0] - b[0]), abs(a[1] - b[1])) <= LEVEL:
                    ink.segments.append((*a, *b))
        elif filled and all(straight):
            ink.fills.append(box)


def _stray(item: etree._Element, pens: Sequence[Pen]) -> Point:
    """What to take off the points of a path that some producers write in the page's system instead of its
    Boundary's.
    """
    boundary = numbers(item.get("Boundary"), 4)
    points = [(x, y) for pen in pens for x, y, _ in pen]
    if boundary is None or item.get("CTM") is not None or not points:
        return 0.0, 0.0
    x, y, w, h = boundary
    within = all(-LEVEL <= a <= w + LEVEL and -LEVEL <= b <= h + LEVEL for a, b in points)
    on_page = all(x - LEVEL <= a <= x + w + LEVEL and y - LEVEL <= b <= y + h + LEVEL for a, b in points)
    return (x, y) if on_page and not within else (0.0, 0.0)


def _middle(box: Box) -> Box:
    """A thin box as the line through its middle."""
    x0, y0, x1, y1 = box
    if x1 - x0 >= y1 - y0:
        return x0, (y0 + y1) / 2, x1, (y0 + y1) / 2
    return (x0 + x1) / 2, y0, (x0 + x1) / 2, y1


Pen = list[tuple[float, float, bool]]
"""Points of one stroke of the pen, and whether a straight line leads to each (True for the first)."""


def _pens(data: str) -> Iterator[Pen]:
    """The strokes of a path's short form (9.1): S and M begin one, L Q B A lead on, C goes back to where it
    began.
    """
    tokens = _PATH_TOKEN.findall(data)
    pen: Pen = []
    i = 0
    while i < len(tokens):
        command = tokens[i]
        n = _OPERANDS.get(command)
        operands = numbers(" ".join(tokens[i + 1 : i + 1 + n]), n) if n is not None else None
        if n is None or operands is None:
            break
        i += 1 + n
        if command in "SM":
            if len(pen) > 1:
                yield pen
            pen = [(operands[0], operands[1], True)]
        elif pen and command == "C":
            pen.append((pen[0][0], pen[0][1], True))
        elif pen:
            pen.append((operands[-2], operands[-1], command == "L"))
    if len(pen) > 1:
        yield pen


# ---- upright
# -------------------------------------------------------------------------------------------------------


def _tilt(angle: float) -> float:
    """Degrees between an angle and the nearest quarter turn."""
    return abs(angle - 90 * round(angle / 90))


def _turning(quarter: int, width: float, height: float) -> Callable[[float, float], Point]:
    """From the page as stored to the page on which text that runs in this quarter turn stands upright."""
    turns: tuple[Callable[[float, float], Point], ...] = (
        lambda x, y: (x, y),
        lambda x, y: (y, width - x),
        lambda x, y: (width - x, height - y),
        lambda x, y: (height - y, x),
    )
    return turns[quarter]


def _char(mark: Mark, turn: Callable[[float, float], Point]) -> Char:
    points = [turn(x, y) for x, y in mark.corners]
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    return Char(mark.text, min(xs), min(ys), max(xs), max(ys), turn(*mark.origin)[1], mark.size)


def _rulings(
    ink: _Ink, turn: Callable[[float, float], Point], area: float
) -> tuple[list[Ruling], list[Ruling]]:
    """Horizontal and vertical rulings; the edges of filled shapes where the page has no line at all."""
    segments = list(ink.segments)
    if not segments:
        for x0, y0, x1, y1 in ink.fills:
            if (x1 - x0) * (y1 - y0) < WHOLE_PAGE * area:
                segments += [(x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1)]
    return levelled(segments, turn)
