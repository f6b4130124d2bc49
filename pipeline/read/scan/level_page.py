"""A picture of a page → a clean, level grey page, and where its lines of text stand.

Comes in: a picture in colours. Goes out: grey without red ink, level, evenly lit; boxes of text lines in
pixels. Everything is told by ink alone; no text is read here. Nothing is refused: a page without ink gives
nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.read.scan.double_rulings import with_single_rulings
from pipeline.read.scan.grey_seal import without_grey_seal
from pipeline.read.scan.recogniser import Picture

PixelBox = tuple[int, int, int, int]
"""x0, top, x1, bottom in pixels, the last two exclusive."""

RED_SATURATION = 55  # of 255: more, at a red hue, is a seal's ink or a red pen's
HUE_LOW, HUE_HIGH = 12, 165  # OpenCV's hue (0–180): red lies below the first and above the second
COARSE = 0.8  # points: the page is looked at so coarsely where its paper's tint is sought
STROKE = 8.0  # points: wider than any stroke of print, narrower than a shaded cell
DARK = 0.5  # of the paper's lightness: what is darker and touches the picture's edge is no page
PRINT = 165  # of 255: what is darker on white paper is print
DEEPEST = 130  # of 255: weaker print than this is not made black, unless the page has no stronger
FEW = (
    0.02  # share of a page's ink that is darker than `PRINT` where all print is pale; 0.3 and more elsewhere
)
PALEST = 222  # of 255: no print is paler; what shines through from the back of a page is
WHITE = 236.0  # of 255: what is lighter is paper
INK = 64  # of 255: darkness from which on a pixel is ink
SKEW_STEPS = (
    (0.5, 5.0, 0.5),
    (1.0, 0.5, 0.1),
    (2.0, 0.1, 0.02),
)  # pixels a point, degrees to each side, degrees a step
SQUARED_AT = 1.5  # pixels a point at which a page is looked at for its slant
LEAN_STEPS = ((1.4, 0.14), (0.14, 0.02))  # degrees to each side, degrees a step
STEEP_APART = 0.12  # degrees by which the two ends of a page may lean apart
SQUARER = 1.1  # how much sharper rows and columns must be of a page made square
STEEP = 0.03  # degrees of skew not worth turning the page for
SPECK = 0.6  # points: a blot of ink less wide and high is dust
DOT = 2.4  # points: a blot no larger is a full stop or dust
ALONE = (9.0, 2.5)  # points: so far beside and above or below any character it is dust
SPECK_BESIDE, SPECK_APART = (
    0.16,
    0.15,
)  # of a line's height: a speck at the end of a line, and how far it stands from its text
FOOT = 0.55  # of a line's height from its top: full stops and commas stand below
NEIGHBOURS = 0.24  # of a character's height: characters of one line stand no further apart, lines do
WORD = 2.2  # length over height of a word
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
    """The grey page (height × width); where ink is red, only what is dark in red light too stays. `image`:
    BGR.
    """
    grey = np.array(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)
    hsv = cv2.cvtColor(image, cv2.COLOR_BGR2HSV)
    hue, saturation = hsv[..., 0], hsv[..., 1]
    red = np.asarray(((hue < HUE_LOW) | (hue > HUE_HIGH)) & (saturation > RED_SATURATION), np.uint8)
    red = np.asarray(
        cv2.dilate(
            cv2.morphologyEx(red, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8)), np.ones((3, 3), np.uint8)
        ),
        np.uint8,
    )
    if not red.any():
        return grey
    light = image[..., 2]
    paper, ink = float(np.median(grey)), max(1.0, float(np.median(light[red > 0])))
    return np.asarray(np.where(red > 0, np.minimum(paper, light * (paper / ink)), grey), np.uint8)


def sheet(grey: Picture, scale: float) -> Sheet:
    """The page made level and evenly lit, with its ink. `scale`: pixels a point."""
    flat = flattened(without_grey_seal(without_border(grey, scale), scale), scale)
    angle = _skew(flat, scale)
    level = _squared(flat if abs(angle) < STEEP else _turned(flat, angle), scale)
    level = with_single_rulings(level, scale)
    return Sheet(level, _ink(level), scale)


def without_border(grey: Picture, scale: float) -> Picture:
    """The page with the dark that a scanner shows around it made as light as its paper."""
    coarse = max(1, round(COARSE * scale))
    small = np.asarray(
        cv2.resize(
            grey,
            (max(1, grey.shape[1] // coarse), max(1, grey.shape[0] // coarse)),
            interpolation=cv2.INTER_AREA,
        )
    )
    paper = float(np.median(small))
    dark = np.asarray(
        cv2.morphologyEx(
            np.asarray((small < DARK * paper) * 255, np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)
        )
    )
    framed = cv2.copyMakeBorder(np.asarray(dark, np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=[255])
    _, labels, stats, _ = cv2.connectedComponentsWithStats(framed, connectivity=4)
    outside = labels == labels[0, 0]
    if int(stats[labels[0, 0], cv2.CC_STAT_AREA]) <= 2 * (framed.shape[0] + framed.shape[1]) - 4:
        return grey
    wider = cv2.dilate(np.asarray(outside[1:-1, 1:-1] * 255, np.uint8), np.ones((5, 5), np.uint8))
    mask = cv2.resize(wider, (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_NEAREST)
    return np.asarray(np.where(mask > 0, np.uint8(paper), grey), np.uint8)


def flattened(grey: Picture, scale: float) -> Picture:
    """White paper and dark ink, whatever the paper's tint, shadows, shaded cells and the ink's strength."""
    coarse = max(1, round(COARSE * scale))
    size = (max(1, grey.shape[1] // coarse), max(1, grey.shape[0] // coarse))
    small = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
    side = max(3, round(STROKE * scale / coarse)) | 1
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_RECT, (side, side)))
    paper = cv2.resize(paper, (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_LINEAR)
    even = np.minimum(255.0, grey * (255.0 / np.maximum(paper, 1.0)))
    black, white = _black_and_white(even)
    return np.asarray(np.clip((even - black) * (255.0 / (white - black)), 0, 255), np.uint8)


def _black_and_white(even: npt.NDArray[np.float64]) -> tuple[float, float]:
    """How dark print is where the paper is 255, and what is paper; of a page without strong print, how dark
    its pale print is, and the same share of the way from it to the paper as elsewhere.
    """
    marks, print_ = even[even < WHITE], even[even < PRINT]
    if not marks.size or print_.size > FEW * marks.size:
        return min(float(np.percentile(print_, 10)) if print_.size else 0.0, DEEPEST), WHITE
    black = min(float(np.percentile(marks, 10)), PALEST)
    return black, max(WHITE, 255.0 - (255.0 - black) * (255.0 - WHITE) / (255.0 - DEEPEST))


def _ink(flat: Picture) -> Picture:
    return np.asarray((cv2.GaussianBlur(flat, (3, 3), 0) < 255 - INK) * 255, np.uint8)


def _skew(flat: Picture, scale: float) -> float:
    """Degrees by which rulings and lines of text leave the level: turned right, rows and columns are darkest
    and lightest.
    """
    best = 0.0
    for resolution, reach, step in SKEW_STEPS:
        factor = min(1.0, resolution / scale)
        small = 255 - np.asarray(
            cv2.resize(flat, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8
        )
        angles = [best + k * step for k in range(-round(reach / step), round(reach / step) + 1)]
        best = max(angles, key=lambda angle: (_sharpness(small, angle), -abs(angle)))
    return best


def _sharpness(dark: Picture, angle: float, axes: tuple[int, ...] = (0, 1)) -> float:
    turned = _turned(dark, angle, 0, cv2.INTER_LINEAR)
    return float(sum((np.diff(turned.mean(axis=axis)) ** 2).sum() for axis in axes))


def _squared(level: Picture, scale: float) -> Picture:
    """A page photographed from one side made square: its rulings lean differently at its top and bottom, left
    and right.
    """
    height, width = level.shape
    factor = min(1.0, SQUARED_AT / scale)
    small = 255 - np.asarray(
        cv2.resize(level, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8
    )
    h, w = small.shape
    top, bottom = (_lean(part, 1) for part in (small[: h // 3], small[h - h // 3 :]))
    left, right = (_lean(part, 0) for part in (small[:, : w // 3], small[:, w - w // 3 :]))
    if max(abs(bottom - top), abs(right - left)) < STEEP_APART:
        return level
    rise = [np.tan(np.radians(angle)) for angle in (top - (bottom - top) / 4, bottom + (bottom - top) / 4)]
    slip = [-np.tan(np.radians(angle)) for angle in (left - (right - left) / 4, right + (right - left) / 4)]
    corners = np.array([(x, y) for y in (0, height) for x in (0, width)], np.float32)
    moved = [
        (x - slip[int(x > 0)] * (y - height / 2), y - rise[int(y > 0)] * (x - width / 2)) for x, y in corners
    ]
    matrix = cv2.getPerspectiveTransform(corners, np.array(moved, np.float32))
    square = np.asarray(
        cv2.warpPerspective(level, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=[255]),
        np.uint8,
    )
    after = 255 - np.asarray(cv2.resize(square, (w, h), interpolation=cv2.INTER_AREA), np.uint8)
    return square if _sharpness(after, 0.0) >= SQUARER * _sharpness(small, 0.0) else level


def _lean(dark: Picture, axis: int) -> float:
    """Degrees by which the rulings in a part of a page lean, those across (axis 1) or down (axis 0)."""
    best = 0.0
    for reach, step in LEAN_STEPS:
        angles = [best + k * step for k in range(-round(reach / step), round(reach / step) + 1)]
        best = max(angles, key=lambda angle: (_sharpness(dark, angle, (axis,)), -abs(angle)))
    return best


def _turned(picture: Picture, angle: float, around: int = 255, how: int = cv2.INTER_CUBIC) -> Picture:
    height, width = picture.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    turned = cv2.warpAffine(
        picture, matrix, (width, height), flags=how, borderMode=cv2.BORDER_CONSTANT, borderValue=[around]
    )
    return np.asarray(turned, np.uint8)


def swept(ink: Picture, scale: float) -> Picture:
    """The ink without dust: the tiniest blots, and small ones that stand far from any character."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    widest = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    dust, small = widest <= SPECK * scale, widest <= DOT * scale
    print_ = np.asarray((~small[labels] & (ink > 0)) * 255, np.uint8)
    beside, above = (2 * round(reach * scale) + 1 for reach in ALONE)
    near = cv2.dilate(print_, np.ones((above, beside), np.uint8)) > 0
    kept = np.zeros(len(stats), bool)
    kept[np.unique(labels[near])] = True
    out = ink.copy()
    out[(dust | (small & ~kept))[labels]] = 0
    return out


def line_height(page: Sheet) -> float:
    """The usual height of a character in pixels, from the blots of ink of a page without rulings."""
    joined = cv2.dilate(page.ink, np.ones((1, max(1, round(2 * page.scale))), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(np.asarray(joined, np.uint8), connectivity=8)
    heights = stats[1:, cv2.CC_STAT_HEIGHT]
    real = heights[(heights > 5 * page.scale) & (heights < 24 * page.scale)]
    return float(np.median(real)) if len(real) else LINE_HEIGHT * page.scale


def lines_run(page: Sheet, height: float) -> float:
    """-1 to 1: do the lines of text run across (above 0) or down the page? `height`: the usual height of a
    character in pixels.
    """
    side = max(3, round(NEIGHBOURS * height)) | 1
    words = np.asarray(cv2.morphologyEx(page.ink, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8)), np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(words, connectivity=8)
    wide, high = stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT]
    across = float(wide[(wide >= WORD * high) & (high >= 0.5 * height)].sum())
    down = float(high[(high >= WORD * wide) & (wide >= 0.5 * height)].sum())
    return (across - down) / (across + down) if across + down else 0.0


def text_lines_in(page: Sheet, box: PixelBox, height: float) -> list[PixelBox]:
    """The boxes of the lines of text inside `box`, top to bottom. `height`: the usual height of a character
    in pixels.
    """
    x0, y0, x1, y1 = box
    part = page.ink[y0:y1, x0:x1]
    if not part.size or not part.any():
        return []
    profile = (part > 0).sum(axis=1)
    out = []
    for top, bottom in _divided(_bands(profile > 0, GAP_IN_LINE * height, height), profile, height):
        left, right = _trimmed(part[top:bottom], height)
        if left < right:
            out.append((x0 + left, y0 + top, x0 + right, y0 + bottom))
    return out


def _trimmed(line: Picture, height: float) -> tuple[int, int]:
    """Start and end of a line without specks before and behind it above its foot; stops and commas stand at
    the foot.
    """
    runs = _runs(np.asarray(line.any(axis=0), np.bool_))
    most = SPECK_BESIDE * height

    def middle(run: tuple[int, int]) -> float | None:
        rows = _runs(np.asarray(line[:, run[0] : run[1]].any(axis=1), np.bool_))
        (top, bottom), wide = (rows[0][0], rows[-1][1]), run[1] - run[0]
        speck = len(rows) == 1 and wide <= min(most, 1.6 * (bottom - top)) and bottom - top <= most
        return (top + bottom) / 2 / line.shape[0] if speck else None

    def stray(run: tuple[int, int], other: tuple[int, int]) -> bool:
        at, gap = middle(run), max(run[0], other[0]) - min(run[1], other[1])
        return at is not None and at < FOOT and gap >= SPECK_APART * height

    while len(runs) > 1 and stray(runs[0], runs[1]):
        runs.pop(0)
    while len(runs) > 1 and stray(runs[-1], runs[-2]):
        runs.pop()
    return (runs[0][0], runs[-1][1]) if runs else (0, 0)


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


def _divided(
    bands: Sequence[tuple[int, int]], profile: npt.NDArray[np.int64], height: float
) -> list[tuple[int, int]]:
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


def columns_of(page: Sheet, gap: float) -> list[PixelBox]:
    """The boxes of ink between white that runs across the page, cut where white wider than `gap` pixels runs
    down them: lines of cells side by side need not stand level.
    """
    width = page.ink.shape[1]
    runs = _runs(np.asarray(page.ink.any(axis=1), np.bool_))
    return [piece for top, bottom in runs for piece in pieces(page, (0, top, width, bottom), gap)]


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
    """The picture of one line, at least a line high, white around it; ink beyond `limits` is left out."""
    x0, top, x1, bottom = box
    spare = max(0, round((height - (bottom - top)) / 2))
    a, b = max(top - spare - 1, limits[1], 0), min(bottom + spare + 1, limits[3])
    c, d = max(x0 - 2, limits[0], 0), min(x1 + 2, limits[2])
    part = page.grey[a:b, c:d]
    tall = max(b - a, round(height))
    up = (tall - (b - a)) // 2 + round(0.12 * height)
    side = round(0.3 * height)
    return np.asarray(
        cv2.copyMakeBorder(part, up, up, side, side, cv2.BORDER_CONSTANT, value=[255]), np.uint8
    )
