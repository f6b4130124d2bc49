"""The text of a PDF page, as pdfium has it → its visible characters with their places, as arrays.

Comes in: pdfium's text of a page. Goes out: `Characters` in the page's own system, y upwards, in pdfium's
order. What has no shape (blanks, marks of byte order), no place, or no code in Unicode is left out. It
refuses nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pypdfium2 as pdfium

from pipeline.read.page.lattice import Char, Turn
from pipeline.read.page.pdfium_calls import (
    ANGLE,
    FILL_COLOUR,
    LOOSE_BOX,
    ORIGIN,
    UNICODE,
    address,
    each,
    every,
    places,
    truths,
)

LAST_CODE = 0x10FFFF  # of Unicode: a broken font names others
HYPHEN = 2  # what pdfium gives for a hyphen at the end of a line: `80%-` over `90%` is a range
SHAPELESS = (0xA0, 0x3000, 0xFFFE, 0xFEFF)
SAMPLE = 600  # characters, from both ends of a page, that tell which way its text runs
RED, NOT_RED = 140, 100  # the ink of seals: more red than the one, less green and blue than the other

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Characters:
    """One row a character: its code, its number in pdfium's text, its loose box (left, top, right, bottom),
    where it starts, and how many degrees it is off the nearest quarter turn.
    """

    codes: npt.NDArray[np.uint32]
    numbers: npt.NDArray[np.int64]
    boxes: Numbers
    origins: Numbers
    tilts: Numbers

    def __len__(self) -> int:
        return len(self.codes)

    def only(self, kept: npt.NDArray[np.bool_]) -> Characters:
        """Those that are marked."""
        return Characters(
            self.codes[kept], self.numbers[kept], self.boxes[kept], self.origins[kept], self.tilts[kept]
        )


def characters(text: pdfium.PdfTextPage) -> Characters:
    """Every visible character of a page."""
    page = address(text.raw)
    n = max(0, text.count_chars())
    codes = np.array(each(UNICODE, every(page), range(n)), dtype=np.uint32)
    codes[codes == HYPHEN] = ord("-")
    numbers = np.flatnonzero((codes > 32) & ~np.isin(codes, SHAPELESS) & (codes <= LAST_CODE))
    asked = numbers.tolist()
    boxes = np.zeros((len(asked), 4), np.float32)
    origins = np.zeros((len(asked), 2), np.float64)
    placed = truths(each(LOOSE_BOX, every(page), asked, places(boxes)))
    placed &= truths(each(ORIGIN, every(page), asked, places(origins), places(origins, 1)))
    angles = np.degrees(np.array(each(ANGLE, every(page), asked), dtype=np.float64))
    found = Characters(
        codes[numbers],
        numbers,
        boxes.astype(np.float64),
        origins,
        np.abs(angles - 90 * np.rint(angles / 90)),
    )
    placed &= np.isfinite(found.boxes.sum(axis=1) + origins.sum(axis=1) + angles)
    return found if placed.all() else found.only(placed)


def without_red(text: pdfium.PdfTextPage, found: Characters) -> Characters:
    """Those that are not in red ink."""
    inks = np.zeros((len(found), 4), np.uint32)
    told = each(
        FILL_COLOUR, every(address(text.raw)), found.numbers.tolist(), *(places(inks, k) for k in range(4))
    )
    red = truths(told) & (inks[:, 0] > RED) & (inks[:, 1:3].max(axis=1) < NOT_RED)
    return found.only(~red)


def quarters_turned(found: Characters) -> int:
    """Clockwise quarter turns that make most of the text upright, by the way that neighbouring characters
    run.

    The angle that pdfium gives is not to be trusted for all fonts; where characters stand is.
    """
    ends = np.r_[: min(len(found), SAMPLE // 2), max(len(found) - SAMPLE // 2, SAMPLE // 2) : len(found)]
    at, box = found.origins[ends], found.boxes[ends[:-1]]
    step = at[1:] - at[:-1]
    size = np.maximum(np.maximum(box[:, 2] - box[:, 0], box[:, 1] - box[:, 3]), 1.0)
    far = np.abs(step)
    near = (far.sum(axis=1) > 0) & (far.sum(axis=1) <= 2.5 * size)
    runs = near & (far.min(axis=1) < 0.2 * far.max(axis=1))
    turned = np.rint(np.arctan2(step[runs, 1], step[runs, 0]) / (math.pi / 2)).astype(int) % 4
    return int(np.bincount(turned).argmax()) if len(turned) else 0


def upright(found: Characters, turn: Turn, width: float, height: float) -> list[Char]:
    """The characters on the upright page; those that stand beside it are left out."""
    box = found.boxes
    (ax, ay), (bx, by) = turn(box[:, 0], box[:, 3]), turn(box[:, 2], box[:, 1])
    x0, x1, top, bottom = np.minimum(ax, bx), np.maximum(ax, bx), np.minimum(ay, by), np.maximum(ay, by)
    base = turn(found.origins[:, 0], found.origins[:, 1])[1]
    x, y = (x0 + x1) / 2, (top + bottom) / 2
    on = (x >= -1) & (x <= width + 1) & (y >= -1) & (y <= height + 1)
    columns = (x0, top, x1, bottom, base, bottom - top)
    return list(map(Char, map(chr, found.codes[on].tolist()), *(column[on].tolist() for column in columns)))
