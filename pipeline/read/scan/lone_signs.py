"""Signs that stand alone in a picture, told by their shape: `=`, `-`, `—`, `/`, `。`.

Comes in: the ink of one line of text and the usual height of a character. Goes out: the sign, or None where
the ink is anything else; and a recogniser's text with a comparator that it lost. A recogniser of lines has no
neighbours to tell such a sign from 二, 三, 一 or 1 by. It refuses nothing.
"""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.read.scan.recogniser import Picture

THIN = 0.26  # of a character's height: a bar is no thicker
WIDE_DASH = 0.62  # of a character's height: a wider bar is a dash and not a hyphen
BAR = 0.25  # of a character's height: a bar is at least as wide
WIDEST_EQUALS = 0.95  # of a character's height
ALIKE = 0.85  # the shorter bar of `=` over the longer; those of 二 differ more
APART = (0.1, 0.5)  # of a character's height: the white between the bars of `=`
RING = 0.48  # of a character's height: the ring of a full stop is no larger, a nought is
SLANT = (0.2, 0.75)  # width over height of `/`
BARRED = {">": "≥", "<": "≤", "＞": "≥", "＜": "≤", "〉": "≥", "〈": "≤"}
THREE_STROKES = 0.2  # share of the columns of `≥` that cross both arms and the bar
STRICT = (64, 100, 140, 180)  # of 255: darkness from which a pixel is a stroke
STRAIGHT = 0.08  # of the height: how far the middle of a stroke leaves the straight line


def lone_sign(ink: Picture, height: float) -> str | None:
    """The sign that is all there is in `ink` (255 on 0); `height` in pixels."""
    n, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    blots = stats[1:]
    if n == 2:
        return _one(labels == 1, blots[0], height)
    if n == 3:
        return "=" if _equals(blots, height) else None
    return None


def with_sign(text: str, ink: Picture, grey: Picture, height: float) -> str:
    """`text` with the sign that its first shape is: a `=` that the recogniser left out, the bar below `>` or
    `<`.

    `ink` and `grey` are the same part of a page.
    """
    inked = np.flatnonzero(ink.any(axis=0))
    if not len(inked) or not text:
        return text
    white = np.flatnonzero(~ink[:, inked[0] :].any(axis=0))
    first = np.ascontiguousarray(
        ink[:, inked[0] : inked[0] + (int(white[0]) if len(white) else ink.shape[1])]
    )
    if first.shape[1] > 1.1 * height:
        return text
    if text[0].isdigit() and lone_sign(first, height) == "=":
        return "=" + text
    if text[0] in BARRED and _barred(255 - grey[:, inked[0] : inked[0] + first.shape[1]]):
        return BARRED[text[0]] + text[1:]
    return text


def _barred(dark: Picture) -> bool:
    """Do many columns of an angle cross three strokes, its two arms and a bar, where it is told from white
    strictly enough?
    """

    def share(least: int) -> float:
        steps = np.diff(
            np.vstack([np.zeros((1, dark.shape[1]), np.int8), (dark > least).astype(np.int8)]), axis=0
        )
        return float(((steps == 1).sum(axis=0) >= 3).mean())

    return max(share(least) for least in STRICT) >= THREE_STROKES


def _one(blot: np.ndarray, stats: np.ndarray, height: float) -> str | None:
    x, y, w, h, area = (int(v) for v in stats)
    if w >= BAR * height and h <= THIN * height and w >= 2 * h and area >= 0.7 * w * h:
        return "—" if w >= WIDE_DASH * height else "-"
    if max(w, h) <= RING * height and min(w, h) >= 0.7 * max(w, h) and not blot[y + h // 2, x + w // 2]:
        return "。"
    if h < 0.7 * height or not SLANT[0] <= w / h <= SLANT[1]:
        return None
    part = blot[y : y + h, x : x + w]
    columns = np.arange(w)
    middles = np.array([columns[row].mean() if row.any() else np.nan for row in part])
    if np.isnan(middles).any() or part.sum(axis=1).max() > 0.45 * w + 2:
        return None
    slope, start = np.polyfit(np.arange(h), middles, 1)
    off = float(np.abs(middles - (start + slope * np.arange(h))).max())
    return "/" if slope * h <= -0.6 * w and off <= max(1.0, STRAIGHT * h) else None


def _equals(blots: np.ndarray, height: float) -> bool:
    upper, lower = sorted((tuple(int(v) for v in b) for b in blots), key=lambda b: b[1])
    widths = sorted((upper[2], lower[2]))
    bars = all(b[3] <= THIN * height and b[2] >= BAR * height and b[2] >= 1.8 * b[3] for b in (upper, lower))
    gap = lower[1] - upper[1] - upper[3]
    over = min(upper[0] + upper[2], lower[0] + lower[2]) - max(upper[0], lower[0])
    return (
        bars
        and widths[0] >= ALIKE * widths[1] <= WIDEST_EQUALS * height * ALIKE
        and over >= ALIKE * widths[1]
        and (APART[0] * height <= gap <= APART[1] * height)
    )
