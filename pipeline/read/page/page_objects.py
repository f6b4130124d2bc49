"""The objects of a PDF page, as pdfium has them → its straight lines, its filled boxes, its texts, and
whether it holds a picture.

Comes in: pdfium's handle of a page or of a form in it. Goes out: lines and boxes in points of the page as it
is stored, y upwards; texts as pdfium's handles. Curves are left out, and forms are followed `DEEPEST` levels
down. It refuses nothing.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable, Iterator
from itertools import pairwise

import pypdfium2.raw as raw

from pipeline.read.page.filled_boxes import DOT, is_box

THIN = 3.2  # points: a filled rectangle that is thinner is a ruling
DEEPEST = 4  # forms inside forms
UPRIGHT = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)  # the matrix that changes nothing

MOVE, CURVE = raw.FPDF_SEGMENT_MOVETO, raw.FPDF_SEGMENT_BEZIERTO

Matrix = tuple[float, float, float, float, float, float]
Stroke = tuple[float, float, float, float]
"""x0, y0, x1, y1 of a line, or of a filled box."""


def collect(
    holder: object,
    count: Callable[[object], int],
    get: Callable[[object, int], object],
    outer: Matrix,
    segments: list[Stroke],
    fills: list[Stroke],
    depth: int,
) -> bool:
    """Adds the lines and filled boxes of an object list, forms inside it included; says whether it holds a
    picture.
    """
    image = False
    for i in range(count(holder)):
        item = get(holder, i)
        kind = raw.FPDFPageObj_GetType(item)
        if kind == raw.FPDF_PAGEOBJ_PATH:
            _path(item, outer, segments, fills)
        elif kind == raw.FPDF_PAGEOBJ_IMAGE:
            image = True
        elif kind == raw.FPDF_PAGEOBJ_FORM and depth < DEEPEST:
            inner = _times(_matrix(item), outer)
            image = (
                collect(
                    item,
                    raw.FPDFFormObj_CountObjects,
                    raw.FPDFFormObj_GetObject,
                    inner,
                    segments,
                    fills,
                    depth + 1,
                )
                or image
            )
    return image


def text_objects(page: object) -> Iterator[object]:
    """The texts of a page, those in its forms included."""
    for i in range(raw.FPDFPage_CountObjects(page)):
        yield from _texts(raw.FPDFPage_GetObject(page, i), 0)


def _texts(item: object, depth: int) -> Iterator[object]:
    kind = raw.FPDFPageObj_GetType(item)
    if kind == raw.FPDF_PAGEOBJ_TEXT:
        yield item
    elif kind == raw.FPDF_PAGEOBJ_FORM and depth < DEEPEST:
        for i in range(raw.FPDFFormObj_CountObjects(item)):
            yield from _texts(raw.FPDFFormObj_GetObject(item, i), depth + 1)


def _matrix(item: object) -> Matrix:
    m = raw.FS_MATRIX()
    if not raw.FPDFPageObj_GetMatrix(item, m):
        return UPRIGHT
    return (m.a, m.b, m.c, m.d, m.e, m.f)


def _times(m: Matrix, n: Matrix) -> Matrix:
    """First `m`, then `n`."""
    a, b, c, d, e, f = m
    p, q, r, s, t, u = n
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def _path(item: object, outer: Matrix, segments: list[Stroke], fills: list[Stroke]) -> None:
    """The straight, level or upright lines of a path; thin rectangles are lines, dots lines without length,
    large ones may be cells.
    """
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    if not raw.FPDFPath_GetDrawMode(item, fill, stroke):
        return
    own = _matrix(item)
    points = _points(item, own if outer == UPRIGHT else _times(own, outer))
    if not points:
        return
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    x0, x1, y0, y1 = min(xs), max(xs), min(ys), max(ys)
    if fill.value and max(x1 - x0, y1 - y0) <= DOT:
        segments.append(((x0 + x1) / 2, (y0 + y1) / 2) * 2)
        return
    if x1 - x0 <= THIN or y1 - y0 <= THIN:
        if x1 - x0 >= y1 - y0:
            segments.append((x0, (y0 + y1) / 2, x1, (y0 + y1) / 2))
        else:
            segments.append(((x0 + x1) / 2, y0, (x0 + x1) / 2, y1))
        return
    if stroke.value:
        for (ax, ay, _), (bx, by, move) in pairwise(points):
            if not move and (abs(ax - bx) <= 1.0 or abs(ay - by) <= 1.0):
                segments.append((ax, ay, bx, by))
        (ax, ay, _), (bx, by, _) = points[-1], points[0]
        if abs(ax - bx) <= 1.0 or abs(ay - by) <= 1.0:
            segments.append((ax, ay, bx, by))
    elif fill.value and is_box(points):
        fills.append((x0, y0, x1, y1))


def _points(item: object, matrix: Matrix) -> list[tuple[float, float, bool]]:
    """The path's points on the page, and whether the pen moved there without drawing; empty for curves, and
    where a broken file puts them at no place.
    """
    a, b, c, d, e, f = matrix
    x, y = ctypes.c_float(), ctypes.c_float()
    out: list[tuple[float, float, bool]] = []
    for i in range(raw.FPDFPath_CountSegments(item)):
        segment = raw.FPDFPath_GetPathSegment(item, i)
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == CURVE:
            return []
        if raw.FPDFPathSegment_GetPoint(segment, x, y):
            px, py = x.value, y.value
            out.append((a * px + c * py + e, b * px + d * py + f, kind == MOVE))
    return out if all(math.isfinite(px) and math.isfinite(py) for px, py, _ in out) else []
