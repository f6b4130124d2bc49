"""A picture of a page → a clean, level grey page, its rulings, and where its lines of text stand.

Comes in: a picture in colours. Goes out: grey without red ink, level; rulings in points; boxes of text lines in pixels. Everything
is told by ink alone; no text is read here. Nothing is refused: a page without ink gives nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.read.lattice import TOUCH, Ruling
from pipeline.read.ocr import Picture

PixelBox = tuple[int, int, int, int]
"""x0, top, x1, bottom in pixels, the last two exclusive."""

RED_SATURATION = 55  # of 255: more, at a red hue, is a seal's ink or a red pen's
DARK = 110  # of 255: a darker pixel is print even where it is reddish
HUE_LOW, HUE_HIGH = 12, 165  # OpenCV's hue (0–180): red lies below the first and above the second
WINDOW = 25.0  # points: the neighbourhood that says what is light
CONTRAST = 22  # grey levels below the neighbourhood's mean that make ink
MOST_SKEW = 8.0  # degrees
STEEP = 0.03  # degrees of skew not worth turning the page for
RULING_ACROSS = 24.0  # points: the shortest horizontal stroke that is no character's
RULING_DOWN = 14.0  # points: vertical ones, which rows cut short
THICKEST = 4.0  # points: thicker is a bar or a blot, not a ruling
SPECK = 0.6  # points: a blot of ink less wide and high is dust
LINE_HEIGHT = 10.0  # points: height of a line of text where the page does not tell
GAP_IN_LINE = 0.3  # of a line's height: strokes of one character (三, 二, ≥) may stand apart this much
TALL = 1.75  # of a line's height: taller bands are two lines that touch
LEAST_VALLEY = 0.5  # of the mean ink of a band: fewer between two lines


@dataclass(frozen=True, slots=True)
class Sheet:
    """A level page: grey picture, mask of its ink (255), pixels for each point."""

    grey: Picture
    ink: Picture
    scale: float


def without_red(image: npt.NDArray[np.uint8]) -> Picture:
    """The grey page (height × width) with red ink whitened; black strokes under it stay. `image`: BGR."""
    grey = np.array(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)
    hsv = cv2.cvtColor(image, cv2.COLOR_BGR2HSV)
    hue, saturation, value = hsv[..., 0], hsv[..., 1], hsv[..., 2]
    red = ((hue < HUE_LOW) | (hue > HUE_HIGH)) & (saturation > RED_SATURATION) & (value > DARK)
    grey[red] = 255
    return grey


def sheet(grey: Picture, scale: float) -> Sheet:
    """The page made level, with its ink. `scale`: pixels a point."""
    angle = _skew(_ink(grey, scale), scale)
    level = grey if abs(angle) < STEEP else _turned(grey, angle)
    return Sheet(level, _ink(level, scale), scale)


def _ink(grey: Picture, scale: float) -> Picture:
    window = max(3, round(WINDOW * scale)) | 1
    smooth = cv2.GaussianBlur(grey, (3, 3), 0)
    return np.asarray(cv2.adaptiveThreshold(smooth, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, window, CONTRAST), np.uint8)


def _skew(ink: Picture, scale: float) -> float:
    """Degrees by which long strokes, or else lines of text, leave the level; 0.0 where nothing tells."""
    found = cv2.HoughLinesP(ink, 1, np.pi / 1800, 200, minLineLength=round(90 * scale), maxLineGap=round(3 * scale))
    if found is not None:
        rows = found.reshape(-1, 4).astype(float)
        dx, dy = rows[:, 2] - rows[:, 0], rows[:, 3] - rows[:, 1]
        angles = np.degrees(np.arctan2(dy, dx))
        angles = (angles + 45) % 90 - 45  # upright strokes tell as well
        keep = np.abs(angles) <= MOST_SKEW
        if keep.any():
            angles, lengths = angles[keep], np.hypot(dx, dy)[keep]
            order = np.argsort(angles)
            half = np.searchsorted(np.cumsum(lengths[order]), lengths.sum() / 2)
            return float(angles[order][min(int(half), len(order) - 1)])
    return 0.0


def _turned(grey: Picture, angle: float) -> Picture:
    height, width = grey.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    turned = cv2.warpAffine(grey, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=[255])
    return np.asarray(turned, np.uint8)


def rulings(page: Sheet) -> tuple[list[Ruling], list[Ruling], Sheet]:
    """Horizontal and vertical rulings in points, and the page without them."""
    masks: list[Picture] = []
    found: list[list[Ruling]] = []
    for shortest, upright in ((RULING_ACROSS, False), (RULING_DOWN, True)):
        length = max(5, round(shortest * page.scale))
        bridge = max(3, round(1.5 * page.scale))
        kernel = np.ones((length, 1) if upright else (1, length), np.uint8)
        closing = np.ones((bridge, 1) if upright else (1, bridge), np.uint8)
        strokes = cv2.morphologyEx(cv2.morphologyEx(page.ink, cv2.MORPH_CLOSE, closing), cv2.MORPH_OPEN, kernel)
        _, labels, stats, _ = cv2.connectedComponentsWithStats(np.asarray(strokes, np.uint8), connectivity=8)
        lines: list[Ruling] = []
        keep = np.zeros(len(stats), bool)
        for i, (x, y, w, h, area) in enumerate(stats.tolist()):
            along, across = (h, w) if upright else (w, h)
            start, at = (y, x) if upright else (x, y)
            line = Ruling((at + across / 2) / page.scale, start / page.scale, (start + along) / page.scale)
            if i == 0 or area / along > THICKEST * page.scale or (upright and not _is_wall(line, found[0])):
                continue
            keep[i] = True
            lines.append(line)
        found.append(lines)
        masks.append((keep[labels] * 255).astype(np.uint8))
    wider = np.ones((3, 3), np.uint8)
    wiped = cv2.dilate(cv2.bitwise_or(masks[0], masks[1]), wider) > 0
    grey, ink = page.grey.copy(), page.ink.copy()
    grey[wiped], ink[wiped] = 255, 0
    return found[0], found[1], Sheet(grey, _swept(ink, page.scale), page.scale)


def _is_wall(stroke: Ruling, across: Sequence[Ruling]) -> bool:
    """Is a vertical stroke too long for a character's, or does it run from one horizontal ruling to another?"""
    if stroke.end - stroke.start >= RULING_ACROSS:
        return True
    crossing = [r.at for r in across if r.start - TOUCH <= stroke.at <= r.end + TOUCH]
    return all(any(abs(at - y) <= TOUCH for at in crossing) for y in (stroke.start, stroke.end))


def _swept(ink: Picture, scale: float) -> Picture:
    """The ink without dust."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    side = SPECK * scale
    dust = (stats[:, cv2.CC_STAT_WIDTH] <= side) & (stats[:, cv2.CC_STAT_HEIGHT] <= side)
    out = ink.copy()
    out[dust[labels]] = 0
    return out


def line_height(page: Sheet) -> float:
    """The usual height of a character in pixels, from the blots of ink of a page without rulings."""
    joined = cv2.dilate(page.ink, np.ones((1, max(1, round(2 * page.scale))), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(np.asarray(joined, np.uint8), connectivity=8)
    heights = stats[1:, cv2.CC_STAT_HEIGHT]
    real = heights[(heights > 5 * page.scale) & (heights < 24 * page.scale)]
    return float(np.median(real)) if len(real) else LINE_HEIGHT * page.scale


def text_lines_in(page: Sheet, box: PixelBox, height: float) -> list[PixelBox]:
    """The boxes of the lines of text inside `box`, top to bottom. `height`: the usual height of a character in pixels."""
    x0, y0, x1, y1 = box
    part = page.ink[y0:y1, x0:x1]
    if not part.size or not part.any():
        return []
    profile = (part > 0).sum(axis=1)
    out = []
    for top, bottom in _divided(_bands(profile > 0, GAP_IN_LINE * height, height), profile, height):
        columns = np.flatnonzero(part[top:bottom].any(axis=0))
        if len(columns):
            out.append((x0 + int(columns[0]), y0 + top, x0 + int(columns[-1]) + 1, y0 + bottom))
    return out


def _runs(marks: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    steps = np.flatnonzero(np.diff(np.concatenate(([0], marks.astype(np.int8), [0]))))
    return [(int(a), int(b)) for a, b in zip(steps[::2], steps[1::2], strict=True)]


def _bands(marks: npt.NDArray[np.bool_], gap: float, height: float) -> list[tuple[int, int]]:
    """Runs of ink; runs that stand near each other and are together no higher than a line are one."""
    out: list[tuple[int, int]] = []
    for start, end in _runs(marks):
        if out and start - out[-1][1] <= gap and end - out[-1][0] <= 1.3 * height:
            out[-1] = (out[-1][0], end)
        else:
            out.append((start, end))
    return out


def _divided(bands: Sequence[tuple[int, int]], profile: npt.NDArray[np.int64], height: float) -> list[tuple[int, int]]:
    """Bands of several lines that touch are cut where they hold the least ink."""
    out: list[tuple[int, int]] = []
    for top, bottom in bands:
        n = round((bottom - top) / (1.25 * height))
        if bottom - top <= TALL * height or n < 2:
            out.append((top, bottom))
            continue
        step, cuts = (bottom - top) / n, [top]
        for k in range(1, n):
            low, high = int(top + (k - 0.3) * step), int(top + (k + 0.3) * step) + 1
            at = low + int(np.argmin(profile[low:high]))
            if profile[at] <= LEAST_VALLEY * profile[top:bottom].mean():
                cuts.append(at)
        out += list(zip(cuts, [*cuts[1:], bottom], strict=True))
    return out


def pieces(page: Sheet, line: PixelBox, gap: float) -> list[PixelBox]:
    """A line cut where white wider than `gap` pixels parts it."""
    x0, top, x1, bottom = line
    marks = np.asarray(page.ink[top:bottom, x0:x1].max(axis=0) > 0, np.bool_)
    out: list[PixelBox] = []
    for a, b in _runs(marks):
        if out and x0 + a - out[-1][2] <= gap:
            out[-1] = (out[-1][0], top, x0 + b, bottom)
        else:
            out.append((x0 + a, top, x0 + b, bottom))
    return out


def crop(page: Sheet, box: PixelBox, limits: PixelBox, height: float) -> Picture:
    """The picture of one line, at least a line high, with white around it; ink beyond `limits` is left out."""
    x0, top, x1, bottom = box
    spare = max(0, round((height - (bottom - top)) / 2))
    a, b = max(top - spare - 1, limits[1], 0), min(bottom + spare + 1, limits[3])
    c, d = max(x0 - 2, limits[0], 0), min(x1 + 2, limits[2])
    part = page.grey[a:b, c:d]
    tall = max(b - a, round(height))
    up = (tall - (b - a)) // 2 + round(0.12 * height)
    side = round(0.3 * height)
    return np.asarray(cv2.copyMakeBorder(part, up, up, side, side, cv2.BORDER_CONSTANT, value=[255]), np.uint8)
