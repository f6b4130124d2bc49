"""The objects of a PDF page, as pdfium has them → its straight lines, its filled boxes, its texts, and
whether it holds a picture.

Comes in: pdfium's handle of a page. Goes out: lines and boxes in points of the page as it is stored, y
upwards; texts as pdfium's handles. Curves are left out, and forms are followed `DEEPEST` levels down. It
refuses nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pypdfium2.raw as raw

from pipeline.read.page.filled_boxes import DOT, is_box
from pipeline.read.page.pdfium_calls import (
    BOUNDS,
    COUNT_OF_FORM,
    COUNT_OF_PAGE,
    COUNT_SEGMENTS,
    DRAW_MODE,
    MATRIX,
    OBJECT_OF_FORM,
    OBJECT_OF_PAGE,
    POINT,
    SEGMENT,
    SEGMENT_TYPE,
    TYPE,
    Call,
    Handle,
    address,
    each,
    every,
    places,
    truths,
)

LINE = 2  # points of a path that is a line
RECTANGLE = 5  # points of a rectangle at most: so short a path has no curve that is thin
THIN = 3.2  # points: a filled rectangle that is thinner is a ruling
DEEPEST = 4  # forms inside forms
UPRIGHT = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)  # the matrix that changes nothing

MOVE, CURVE = raw.FPDF_SEGMENT_MOVETO, raw.FPDF_SEGMENT_BEZIERTO

Matrices = npt.NDArray[np.float64]
"""One matrix a row: a, b, c, d, e, f."""
Whole = npt.NDArray[Any]
"""Whole numbers."""
Stroke = tuple[float, float, float, float]
"""x0, y0, x1, y1 of a line, or of a filled box."""


@dataclass(slots=True)
class Objects:
    """What stands on a page; collected form by form."""

    segments: list[Stroke] = field(default_factory=list)
    fills: list[Stroke] = field(default_factory=list)
    texts: list[Handle] = field(default_factory=list)
    image: bool = False


def objects_of(page: object) -> Objects:
    """All objects of a page, those in its forms included."""
    found = Objects()
    _collect(address(page), COUNT_OF_PAGE, OBJECT_OF_PAGE, np.array([UPRIGHT]), found, 0)
    return found


def _collect(holder: Handle, count: Call, get: Call, outer: Matrices, found: Objects, depth: int) -> None:
    """Adds the objects of a page, or of a form whose matrix is `outer`."""
    (n,) = each(count, [holder])
    items = each(get, every(holder), range(max(0, n)))
    kinds = each(TYPE, items)
    held: dict[int, list[Handle]] = {}
    for item, kind in zip(items, kinds, strict=True):
        held.setdefault(kind, []).append(item)
    found.texts += held.get(raw.FPDF_PAGEOBJ_TEXT, [])
    found.image |= raw.FPDF_PAGEOBJ_IMAGE in held
    if raw.FPDF_PAGEOBJ_PATH in held:
        _paths(held[raw.FPDF_PAGEOBJ_PATH], outer, found)
    forms = held.get(raw.FPDF_PAGEOBJ_FORM, []) if depth < DEEPEST else []
    for form, matrix in zip(forms, _matrices(forms, outer), strict=True):
        _collect(form, COUNT_OF_FORM, OBJECT_OF_FORM, matrix[None], found, depth + 1)


def _matrices(items: list[Handle], outer: Matrices) -> Matrices:
    """Where each object stands: first by its own matrix, then by that of the form around it."""
    own = np.zeros((len(items), 6), np.float32)
    told = truths(each(MATRIX, items, places(own)))
    own[~told] = UPRIGHT
    if (outer == UPRIGHT).all():
        return own.astype(np.float64)
    a, b, c, d, e, f = own.astype(np.float64).T
    p, q, r, s, t, u = outer[0]
    parts = (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)
    return np.stack(parts, axis=1)


def _paths(items: list[Handle], outer: Matrices, found: Objects) -> None:
    """Adds the straight, level or upright lines of paths; thin rectangles are lines, dots lines without
    length, large ones may be cells.
    """
    modes = np.zeros((len(items), 2), np.int32)
    drawn = truths(each(DRAW_MODE, items, places(modes), places(modes, 1)))
    counts = np.array(each(COUNT_SEGMENTS, items), dtype=np.int64)
    filled, stroked = (modes != 0).T
    thin = np.zeros(len(items), bool)
    if (outer == UPRIGHT).all():
        simple = np.flatnonzero(drawn & filled & ~stroked & (counts > 0) & (counts <= RECTANGLE))
        boxes = np.zeros((len(simple), 4), np.float32)
        each(BOUNDS, [items[k] for k in simple.tolist()], *(places(boxes, k) for k in range(4)))
        thin[simple] = _is_thin(boxes)
        found.segments += _as_lines(boxes[thin[simple]].astype(np.float64), filled=True)
    rest = np.flatnonzero(drawn & ~thin & (counts > 0))
    _by_points([items[k] for k in rest.tolist()], counts[rest], modes[rest], outer, found)


def _by_points(items: list[Handle], counts: Whole, modes: Whole, outer: Matrices, found: Objects) -> None:
    """Adds paths point by point; one with a curve, or with a point at no place, draws no ruling."""
    owners = np.repeat(np.arange(len(items)), counts)
    numbers = np.arange(len(owners)) - (np.cumsum(counts) - counts)[owners]
    segments = each(SEGMENT, [items[k] for k in owners.tolist()], numbers.tolist())
    points = np.zeros((len(owners), 2), np.float32)
    told = truths(each(POINT, segments, places(points), places(points, 1)))
    kinds = np.full(len(owners), MOVE)
    kinds[numbers > 0] = raw.FPDF_SEGMENT_LINETO
    bent = np.flatnonzero(counts[owners] > LINE)  # a path of two points is a line
    kinds[bent] = each(SEGMENT_TYPE, [segments[k] for k in bent.tolist()])
    a, b, c, d, e, f = _matrices(items, outer)[owners].T
    x, y = points.astype(np.float64).T
    px, py = a * x + c * y + e, b * x + d * y + f
    bad = (kinds == CURVE) | (told & ~(np.isfinite(px) & np.isfinite(py)))
    kept = told & (np.bincount(owners, bad, len(items)) == 0)[owners]
    px, py, moves, owners = px[kept], py[kept], kinds[kept] == MOVE, owners[kept]
    if not len(owners):
        return
    first = np.flatnonzero(np.r_[True, owners[1:] != owners[:-1]])
    last = np.r_[first[1:], len(owners)]
    filled, stroked = (modes[owners[first]] != 0).T
    least, most = (
        np.stack([of.reduceat(v, first) for v in (px, py)], axis=1) for of in (np.minimum, np.maximum)
    )
    boxes = np.hstack([least, most])
    thin = _is_thin(boxes) | (filled & _is_dot(boxes))
    for there in (filled, ~filled):
        found.segments += _as_lines(boxes[thin & there], filled=bool(there is filled))
    for k in np.flatnonzero(~thin).tolist():
        at = slice(first[k], last[k])
        corners = list(zip(px[at].tolist(), py[at].tolist(), moves[at].tolist(), strict=True))
        if stroked[k]:
            found.segments += _sides(corners)
        elif filled[k] and is_box(corners):
            left, low, right, high = boxes[k].tolist()
            found.fills.append((left, low, right, high))


def _is_thin(boxes: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    thin: npt.NDArray[np.bool_] = (boxes[:, 2:] - boxes[:, :2]).min(axis=1) <= THIN
    return thin


def _is_dot(boxes: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    dot: npt.NDArray[np.bool_] = (boxes[:, 2:] - boxes[:, :2]).max(axis=1) <= DOT
    return dot


def _as_lines(boxes: Matrices, *, filled: bool) -> list[Stroke]:
    """Thin boxes as the lines along their middles; those that are filled and tiny as their middles."""
    lines = boxes.copy()
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    level = boxes[:, 2] - boxes[:, 0] >= boxes[:, 3] - boxes[:, 1]
    lines[level, 1] = lines[level, 3] = middle[level, 1]
    lines[~level, 0] = lines[~level, 2] = middle[~level, 0]
    if filled:
        dots = _is_dot(boxes)
        lines[dots] = np.hstack([middle, middle])[dots]
    return [(x0, y0, x1, y1) for x0, y0, x1, y1 in lines.tolist()]


def _sides(corners: list[tuple[float, float, bool]]) -> list[Stroke]:
    """The level and upright lines between a path's points, in order, and that which closes it."""
    out: list[Stroke] = []
    for (ax, ay, _), (bx, by, move) in pairwise(corners):
        if not move and (abs(ax - bx) <= 1.0 or abs(ay - by) <= 1.0):
            out.append((ax, ay, bx, by))
    (ax, ay, _), (bx, by, _) = corners[-1], corners[0]
    if abs(ax - bx) <= 1.0 or abs(ay - by) <= 1.0:
        out.append((ax, ay, bx, by))
    return out
