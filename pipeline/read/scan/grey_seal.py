"""A seal on a page that has lost its colours → the page without it.

Comes in: a grey page. Goes out: the same page where the seal is as light as the paper and what is
printed under it stays dark. A seal is a ring of a single tone lighter than print; what else there is of that
tone inside it (star, characters) belongs to it. Nothing is refused: rulings, shaded cells and pages of weak
print are left as they are.
"""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.read.scan.recogniser import Picture

COARSE = 0.8  # points: the page is looked at so coarsely where its paper's tint is sought
WIDEST_BLOT = 48.0  # points: the paper's tint is sought around blots so wide: the star of a seal of 50 mm
PRINT_SHARE = 10  # per cent of the dark pixels: so many are at least as dark as print
LIGHTER = 30.0  # of 255: at least so much lighter than print a seal is
PALEST = 205.0  # of 255: what is paler does no harm
THICK = 1.1  # points: the ring of a seal is thicker, rulings are thinner
RADIUS = (45, 88)  # points: seals are 38 to 58 mm wide
VOTES = 25  # points of a circle's edge that make it worth a look
MOST = 6  # circles looked at, those with the most votes first
ROUND = 2.5  # points by which a ring's ink may leave its circle
ROUND_ABOUT = 0.6  # share of a circle along which a ring's ink stands: print and rulings cover the rest
TONE = 28.0  # of 255: what differs less from a seal's tone is of it
EDGE = 0.9  # points: the blurred edge of a seal's stroke
PRINTED, BLEACHED = 0.5, 0.85  # of the seal's tone: what is darker is print and stays, what is lighter goes


def without_grey_seal(grey: Picture, scale: float) -> Picture:
    """The page with its grey seals made as light as the paper. `scale`: pixels a point."""
    even = _even(grey, scale)
    dark = even[even < PALEST]
    if not dark.size:
        return grey
    print_ = float(np.percentile(dark, PRINT_SHARE))
    thick = np.ones((max(3, round(THICK * scale)) | 1,) * 2, np.uint8)
    between = np.asarray(((even >= print_ + LIGHTER) & (even < PALEST)) * 255, np.uint8)
    blots = np.asarray(cv2.morphologyEx(between, cv2.MORPH_OPEN, thick), np.uint8)
    out = grey.copy()
    for x, y, radius in _rings(blots, scale):
        reach = radius + 2 * ROUND * scale
        rows = slice(max(0, round(y - reach)), max(0, round(y + reach) + 1))
        columns = slice(max(0, round(x - reach)), max(0, round(x + reach) + 1))
        tone = float(np.median(even[rows, columns][blots[rows, columns] > 0]))
        out[rows, columns] = _bleached(out[rows, columns], even[rows, columns], tone, scale)
    return out


def _rings(blots: Picture, scale: float) -> list[tuple[float, float, float]]:
    """Middle (x, y) and radius of the rings among blots, in pixels."""
    if not blots.any():
        return []
    size = (max(1, round(blots.shape[1] / scale)), max(1, round(blots.shape[0] / scale)))
    small = np.asarray((cv2.resize(blots, size, interpolation=cv2.INTER_AREA) > 64) * 255, np.uint8)
    found = cv2.HoughCircles(
        small,
        cv2.HOUGH_GRADIENT,
        1,
        RADIUS[0],
        param1=100,
        param2=VOTES,
        minRadius=RADIUS[0],
        maxRadius=RADIUS[1],
    )
    circles = [] if found is None else found[0][:MOST].tolist()
    return [
        (x * scale, y * scale, radius * scale)
        for x, y, radius, *_ in circles
        if _goes_round(small, x, y, radius)
    ]


def _goes_round(small: Picture, x: float, y: float, radius: float) -> bool:
    """Does ink stand along most of a circle?"""
    angles = np.linspace(0, 2 * np.pi, 180, endpoint=False)
    near = radius + np.arange(-ROUND, ROUND + 0.5, 0.5)[:, None]
    columns = np.round(x + near * np.cos(angles)).astype(int).clip(0, small.shape[1] - 1)
    rows = np.round(y + near * np.sin(angles)).astype(int).clip(0, small.shape[0] - 1)
    return float((small[rows, columns] > 0).any(axis=0).mean()) >= ROUND_ABOUT


def _even(grey: Picture, scale: float) -> Picture:
    """The page on white paper, blots and shaded cells left as they are."""
    coarse = max(1, round(COARSE * scale))
    size = (max(1, grey.shape[1] // coarse), max(1, grey.shape[0] // coarse))
    side = max(3, round(WIDEST_BLOT * scale / coarse)) | 1
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    paper = np.asarray(
        cv2.resize(paper, (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_LINEAR), np.uint8
    )
    return np.asarray(cv2.divide(grey, np.maximum(paper, 1), scale=255), np.uint8)


def _bleached(grey: Picture, even: Picture, tone: float, scale: float) -> Picture:
    """The part of a page with what is of the tone of a seal, its blurred edges too, as light as the paper."""
    of_it = np.asarray((np.abs(even - np.float32(tone)) <= TONE) * 255, np.uint8)
    of_it = np.asarray(cv2.morphologyEx(of_it, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8)), np.uint8)
    side = 2 * max(1, round(EDGE * scale)) + 1
    near = cv2.dilate(of_it, np.ones((side, side), np.uint8)) > 0
    share = np.clip((even / tone - PRINTED) / (BLEACHED - PRINTED), 0.0, 1.0)
    return np.asarray(np.where(near, grey + (255.0 - grey) * share, grey), np.uint8)
