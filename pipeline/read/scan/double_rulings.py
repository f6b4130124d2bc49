"""Double rulings of a level page → single ones.

Comes in: a level grey page. Goes out: the same page with two rulings that run side by side, too near each
other for any text, drawn as one in their middle. Each of the two would hide the other, for ink so near a
ruling is taken for text. Nothing is refused: a page without double rulings comes back as it is.
"""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.read.scan.recogniser import Picture

BRIDGE = 1.0  # points: a gap in a ruling that is none; strokes of neighbouring characters stand further apart
DARK = 64  # of 255: darkness of a ruling
SHORTEST = 24.0  # points: no character's stroke is so long
APART = 2.4  # points: the white between two rulings that are one; no text is so low
THICK_ONE = 2.0  # points: a ruling so thick is two whose white is lost
THICKEST = 6.0  # points: both rulings and the white between them are no thicker
EDGE = 0.6  # points: the blurred edge of a ruling
THICK = 0.7  # points: how thick the single ruling is drawn


def with_single_rulings(grey: Picture, scale: float) -> Picture:
    """The page with its double rulings made single. `scale`: pixels a point."""
    across = _single(grey, scale)
    down = _single(np.ascontiguousarray(across.T), scale)
    return np.ascontiguousarray(down.T)


def _single(grey: Picture, scale: float) -> Picture:
    """The same for the rulings along the rows of the picture."""
    length = max(5, round(SHORTEST * scale)) | 1  # kernels of even length move what they open
    dark = np.asarray((grey < 255 - DARK) * 255, np.uint8)
    whole = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((1, round(BRIDGE * scale) | 1), np.uint8))
    long = cv2.morphologyEx(whole, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    bands = cv2.morphologyEx(long, cv2.MORPH_CLOSE, np.ones(((round(APART * scale) + 1) | 1, 1), np.uint8))
    between = cv2.morphologyEx(
        cv2.subtract(bands, long), cv2.MORPH_OPEN, np.ones((1, (length // 2) | 1), np.uint8)
    )
    fused = cv2.erode(long, np.ones((round(THICK_ONE * scale) | 1, length), np.uint8))
    doubled = cv2.bitwise_or(between, fused)
    if not doubled.any():
        return grey
    out = grey.copy()
    _, labels, stats, _ = cv2.connectedComponentsWithStats(bands, connectivity=8)
    halo, thick = max(1, round(EDGE * scale)), max(1, round(THICK * scale))
    for i in np.unique(labels[doubled > 0]).tolist():
        x, y, w, h, area = stats[i].tolist()
        if area > THICKEST * scale * w:
            continue
        band = labels[y : y + h, x : x + w] == i
        middle = y + (band * np.arange(h)[:, None]).sum(axis=0) / band.sum(axis=0)
        wide = np.pad(np.asarray(band * 255, np.uint8), ((halo, halo), (0, 0)))
        rows = np.arange(y - halo, y + h + halo).clip(0, grey.shape[0] - 1)
        out[rows, x : x + w] = np.where(
            cv2.dilate(wide, np.ones((2 * halo + 1, 1), np.uint8)) > 0, 255, out[rows, x : x + w]
        )
        first = np.round(middle - (thick - 1) / 2).astype(int)
        for k in range(thick):
            out[(first + k).clip(0, grey.shape[0] - 1), np.arange(x, x + w)] = 0
    return out
