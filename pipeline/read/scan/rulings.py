"""The rulings of a level page, also faint, dashed and broken ones, and the page without them.

Comes in: a `Sheet`. Goes out: horizontal and vertical rulings in points, and the sheet with their ink wiped
away, strokes of characters that cross them left standing. Long, thin, even strokes say where rulings run;
then every side of every box between them is looked at by itself, so that a ruling broken in places is whole
and a merged cell stays open. Nothing is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.read.page.lattice import TOUCH, Ruling
from pipeline.read.scan.level_page import INK, Sheet, swept
from pipeline.read.scan.recogniser import Picture

ALONG = 8.0  # points: ink is averaged over this length along a ruling, so that noise and gaps weigh little
THICKEST = 4.0  # points: thicker is a bar or a blot, not a ruling
FAINT = 14  # of 255: the averaged darkness that may be a ruling
BRIDGE = 5.0  # points: a gap in a stroke that is none
SHORTEST_ACROSS = 24.0  # points: the shortest horizontal stroke that is no character's
SHORTEST_DOWN = 14.0  # points: vertical ones, which rows cut short
DASHES = 2.5  # of the shortest length: from here on a stroke may be dashed
LONG = 60.0  # points: no word's stroke is so long
SOLID, DASHED = 0.8, 0.55  # share of a short and a long stroke that is as dark as it should be
EVEN = 0.45  # of the darkness of its dark parts: so dark it should be
CLEAR, CLEAR_DASHED = 0.3, 0.75  # share of a solid and a dashed stroke that stands clear of text
TREMBLE = 0.35  # points by which a stroke may leave its own middle
BESIDE = 2.2  # points: what is dark so far above and below a ruling is text
WANDER = 0.9  # points by which a ruling may leave its place
SIDE = 0.5  # share of a box's side that must be ruled, where no text hides it
LIKE = (
    0.55,
    1.4,
)  # of a ruling's usual darkness: what it may have elsewhere; text is darker, lighter, or uneven
SMOOTH = 1.0  # points: a side is looked at through a window of this length
CORNER, TIP = (
    1.2,
    1.5,
)  # points at a side's ends: not looked at for the ruling there; what a character's stroke does not reach
SCANT = 0.3  # the same where no text runs into it and the ruling goes on at one of its ends
GAPS, DASH_GAP = 0.12, 2.5  # share of a dashed ruling that is not dark, points of its gaps
TOUCHED, WHOLE = (
    0.12,
    0.93,
)  # where strokes run into more than this share of a side, all of the rest must be ruled
CROSSED = 0.6  # share of a side that strokes of characters may run into
NARROWEST = 5.0  # points: rulings nearer than this make no boxes
SCRAP = 0.8  # points: ink that keeps so close to a ruling is what wiping left of it
FRINGE = 0.8  # points around a blot that are wiped with it
HALO = 0.6  # points: blurred ink around a ruling


@dataclass(frozen=True, slots=True)
class _Stroke:
    """A stroke along the first axis given by its place across (`at`), ends and thickness, in pixels."""

    at: float
    start: int
    end: int
    thick: int


def rulings(page: Sheet) -> tuple[list[Ruling], list[Ruling], Sheet]:
    """Horizontal and vertical rulings in points, and the page without them."""
    dark = 255 - page.grey
    across = _strokes(dark, page.scale, SHORTEST_ACROSS)
    down = _strokes(np.ascontiguousarray(dark.T), page.scale, SHORTEST_DOWN)
    down = [s for s in down if _is_wall(s, across, page.scale)]
    across = [s for s in across if _is_floor(s, across, down, page.scale)]
    ys, xs = _places(across, down, page.scale), _places(down, across, page.scale)
    flat = _sides(dark, across, ys, xs, page.scale)
    steep = _sides(np.ascontiguousarray(dark.T), down, xs, ys, page.scale)
    level, upright = [*_alone(across, flat, page.scale), *flat], [*_alone(down, steep, page.scale), *steep]
    turned = np.ascontiguousarray(dark.T)
    gone = _wiped(dark, _bands(upright, turned.shape, page.scale).T, level, page.scale)
    gone |= _wiped(turned, _bands(level, dark.shape, page.scale).T, upright, page.scale).T
    ink = page.ink.copy()
    ink[gone] = 0
    beside = _bands(level, dark.shape, page.scale) | _bands(upright, turned.shape, page.scale).T
    kept = swept(_without_scraps(ink, beside, page.scale), page.scale)
    side = np.ones((2 * round(FRINGE * page.scale) + 1,) * 2, np.uint8)
    blots = (cv2.dilate(cv2.subtract(ink, kept), side) > 0) & (
        cv2.dilate(kept, np.ones((3, 3), np.uint8)) == 0
    )
    grey = np.where(gone | blots, 255, page.grey).astype(np.uint8)
    return _points(flat, page.scale), _points(steep, page.scale), Sheet(grey, kept, page.scale)


def _without_scraps(ink: Picture, bands: Picture, scale: float) -> Picture:
    """The ink without blots that lie wholly beside a ruling: what wiping left of it."""
    reach = 2 * max(1, round(SCRAP * scale)) + 1
    beside = cv2.dilate(bands, np.ones((reach, reach), np.uint8)) > 0
    _, labels = cv2.connectedComponents(ink, connectivity=8)
    outside = np.zeros(int(labels.max()) + 1, bool)
    outside[np.unique(labels[~beside])] = True
    return np.asarray(np.where(outside[labels], ink, 0), np.uint8)


def _points(strokes: Sequence[_Stroke], scale: float) -> list[Ruling]:
    return [Ruling((s.at + 0.5) / scale, s.start / scale, s.end / scale) for s in strokes]


def _alone(strokes: Sequence[_Stroke], sides: Sequence[_Stroke], scale: float) -> list[_Stroke]:
    """Strokes that are no part of a table: underlines and the like."""
    near = NARROWEST * scale / 2
    return [
        s
        for s in strokes
        if not any(abs(s.at - t.at) <= near and s.start < t.end and t.start < s.end for t in sides)
    ]


def _strokes(dark: Picture, scale: float, shortest: float) -> list[_Stroke]:
    """Long thin even strokes along the rows of the picture."""
    mean = cv2.blur(dark, (max(3, round(ALONG * scale)), 1))
    ridge = cv2.morphologyEx(mean, cv2.MORPH_TOPHAT, np.ones((max(3, round(THICKEST * scale)), 1), np.uint8))
    marks = np.asarray((ridge > FAINT) * 255, np.uint8)
    marks = np.asarray(
        cv2.morphologyEx(marks, cv2.MORPH_CLOSE, np.ones((1, max(3, round(BRIDGE * scale))), np.uint8)),
        np.uint8,
    )
    marks = np.asarray(
        cv2.morphologyEx(marks, cv2.MORPH_OPEN, np.ones((1, max(5, round(shortest * scale))), np.uint8)),
        np.uint8,
    )
    _, labels, stats, _ = cv2.connectedComponentsWithStats(marks, connectivity=8)
    out = []
    for i, (x, y, w, h, area) in enumerate(stats.tolist()):
        if i == 0 or area / w > THICKEST * scale:
            continue
        band = np.where(labels[y : y + h, x : x + w] == i, dark[y : y + h, x : x + w], 0)
        weight = band.sum(axis=0).astype(float)
        middle = y + (band * np.arange(h, dtype=np.float64)[:, None]).sum(axis=0) / np.maximum(1.0, weight)
        start, end = _evenly(dark, middle, x, DASHES * shortest, scale)
        if end - start >= 0.8 * shortest * scale:
            at = float(np.median(middle[start - x : end - x]))
            thick = max(1, round(float((band[:, start - x : end - x] > INK / 2).sum(axis=0).mean())))
            out.append(_Stroke(at, start, end, thick))
    return out


def _evenly(
    dark: Picture, middle: npt.NDArray[np.float64], x: int, dashed_from: float, scale: float
) -> tuple[int, int]:
    """Start and end of a stroke, given its middle in each column from `x` on; an empty range where it is text
    and not even.

    A stroke longer than `dashed_from` points may be dashed.
    """
    line, hidden = _looked_at(dark, np.round(middle).astype(int), x, max(1, round(TREMBLE * scale)), scale)
    strong = max(2.0 * FAINT, EVEN * float(np.percentile(line, 80)))
    seen = np.flatnonzero(line >= strong)
    if not len(seen):
        return x, x
    a, b = int(seen[0]), int(seen[-1]) + 1
    clear, dark_enough = ~hidden[a:b], line[a:b] >= strong
    share = min(float(dark_enough.mean()), float(dark_enough[clear].mean()) if clear.any() else 1.0)
    solid, dashed = share >= SOLID and clear.mean() >= CLEAR, share >= DASHED and clear.mean() >= CLEAR_DASHED
    if not solid and not (dashed and b - a >= dashed_from * scale):
        return x, x
    return x + a, x + b


def _looked_at(
    dark: Picture, rows: npt.NDArray[np.int64], x: int, reach: int, scale: float
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """How dark a line is in each column from `x` on, and where text stands right above or below it. `rows`:
    its place in each.
    """
    beside, columns = round(BESIDE * scale), np.arange(x, x + len(rows))
    last = dark.shape[0] - 1

    def darkest(middle: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        found = [dark[np.clip(middle + k, 0, last), columns] for k in range(-reach, reach + 1)]
        return np.asarray(np.max(found, axis=0), np.int64)

    return darkest(rows), (darkest(rows - beside) > INK) | (darkest(rows + beside) > INK)


def _is_wall(stroke: _Stroke, across: Sequence[_Stroke], scale: float) -> bool:
    """Is a vertical stroke too long for a character's, or does it run from one horizontal ruling to
    another?
    """
    if stroke.end - stroke.start >= SHORTEST_ACROSS * scale:
        return True
    near = TOUCH * scale
    crossing = [s.at for s in across if s.start - near <= stroke.at <= s.end + near]
    return all(any(abs(at - y) <= near for at in crossing) for y in (stroke.start, stroke.end))


def _is_floor(stroke: _Stroke, across: Sequence[_Stroke], down: Sequence[_Stroke], scale: float) -> bool:
    """Is a horizontal stroke too long for a word's, on one line with such a one, or does it end at a wall?"""
    near, least = TOUCH * scale, LONG * scale
    if any(s.end - s.start >= least and abs(s.at - stroke.at) <= WANDER * scale for s in across):
        return True
    walls = [s.at for s in down if s.start - near <= stroke.at <= s.end + near]
    return any(abs(at - x) <= near for at in walls for x in (stroke.start, stroke.end))


def _places(strokes: Sequence[_Stroke], others: Sequence[_Stroke], scale: float) -> list[float]:
    """Where rulings run, and where those that cross them end with none there: a table may lack its outer
    sides.
    """
    near = NARROWEST * scale
    groups: list[list[_Stroke]] = []
    for s in sorted(strokes, key=lambda s: s.at):
        if groups and s.at - groups[-1][-1].at <= near / 2:
            groups[-1].append(s)
        else:
            groups.append([s])
    out = [sum(s.at * (s.end - s.start) for s in g) / sum(s.end - s.start for s in g) for g in groups]
    for end in sorted(float(e) for s in others for e in (s.start, s.end)):
        if not any(abs(end - at) <= near for at in out):
            out.append(end)
    return sorted(out)


def _sides(
    dark: Picture,
    strokes: Sequence[_Stroke],
    places: Sequence[float],
    crossing: Sequence[float],
    scale: float,
) -> list[_Stroke]:
    """The sides of the boxes between all rulings that are really ruled, along the rows of the picture."""
    out: list[_Stroke] = []
    edges = [c for i, c in enumerate(crossing) if i == 0 or c - crossing[i - 1] >= NARROWEST * scale]
    for at in places:
        own = [s for s in strokes if abs(s.at - at) <= NARROWEST * scale / 2]
        if not own:
            continue
        kind = _kind(dark, own, scale)
        shares: list[tuple[float, _Stroke]] = []
        for a, b in pairwise(edges):
            here = max(
                own, key=lambda s: min(s.end, b) - max(s.start, a)
            )  # a ruling that sinks is followed piece by piece
            offsets = (0.0, -WANDER * scale, WANDER * scale)
            share, away = max(
                (_ruled(dark, here.at + d, round(a), round(b), kind, scale), -abs(d), d) for d in offsets
            )[::2]
            shares.append((share, _Stroke(here.at + away, round(a), round(b), kind.thick)))
        for i, (share, side) in enumerate(shares):
            beside = [s for s, _ in shares[max(0, i - 1) : i + 2 : 2]] if i else [s for s, _ in shares[1:2]]
            if share >= SIDE or (share >= SCANT and max(beside, default=0.0) >= SIDE):
                out.append(side)
    return out


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a ruling looks like where it is sure: its thickness in pixels, its darkness, and whether it is
    dashed.
    """

    thick: int
    dark: float
    dashed: bool


def _kind(dark: Picture, own: Sequence[_Stroke], scale: float) -> _Kind:
    reach = max(1, round(TREMBLE * scale))
    line = np.concatenate(
        [_looked_at(dark, np.full(s.end - s.start, round(s.at)), s.start, reach, scale)[0] for s in own]
    )
    usual = float(np.percentile(line, 65))
    return _Kind(max(s.thick for s in own), usual, float((line < LIKE[0] * usual).mean()) >= GAPS)


def _ruled(dark: Picture, at: float, start: int, end: int, kind: _Kind, scale: float) -> float:
    """The share of this side along which a thin stroke of its kind goes, where no character runs into it; 0
    where it is none.
    """
    skip = min(round(CORNER * scale), (end - start) // 4)
    start, end = max(0, start + skip), min(dark.shape[1], end - skip)
    if end - start < 3:
        return 0.0
    line, beside = _looked_at(
        dark, np.full(end - start, round(at)), start, max(1, round(TREMBLE * scale)), scale
    )
    crossed = _crossed(dark, round(at), start, end, round(kind.thick / 2 + HALO * scale))
    if crossed.mean() > CROSSED:
        return 0.0
    row = line.astype(np.float32)[None, :]
    if kind.dashed:
        row = np.asarray(
            cv2.morphologyEx(row, cv2.MORPH_CLOSE, np.ones((1, round(DASH_GAP * scale) | 1), np.uint8)),
            np.float32,
        )
    smooth = cv2.blur(row, (max(1, round(SMOOTH * scale)), 1), borderType=cv2.BORDER_REPLICATE)[0]
    there = (smooth >= max(1.4 * FAINT, LIKE[0] * kind.dark)) & (smooth <= LIKE[1] * kind.dark + FAINT)
    share = float(there[~crossed].mean())
    tip = max(1, min(round(TIP * scale), len(line) // 4))
    ends = sum(bool(part.any()) for part in (there[:tip], there[-tip:]))
    whole = (end - start) / scale
    if crossed.mean() > TOUCHED and (share < WHOLE or ends < 2):
        return 0.0
    if ends == 2 or share >= SOLID or (ends == 1 and whole >= SHORTEST_ACROSS) or whole >= LONG:
        return share if share >= SIDE or not beside.any() else 0.0
    return share if not beside.any() else 0.0


def _crossed(dark: Picture, at: int, start: int, end: int, reach: int) -> npt.NDArray[np.bool_]:
    """In which columns does a character's stroke run into or over the line?"""
    over = dark[max(0, at - reach) : at + 1, start:end].min(axis=0) > INK
    under = dark[at : at + reach + 1, start:end].min(axis=0) > INK
    return np.asarray(over | under, np.bool_)


def _wiped(dark: Picture, bands: Picture, strokes: Sequence[_Stroke], scale: float) -> npt.NDArray[np.bool_]:
    """The pixels of the strokes with their blurred edges; columns in which a character's stroke goes on are
    left.

    `bands`: where rulings run across these; their ink is no character's.
    """
    gone = np.zeros(dark.shape, np.bool_)
    text = (dark > INK) & (bands == 0)
    for s in strokes:
        y0, y1, x0, x1 = _band(s, dark.shape, scale)
        over, under = max(0, y0 - 1), min(dark.shape[0], y1 + 1)
        goes_on = text[over, x0:x1] | text[under - 1, x0:x1]
        gone[y0:y1, x0:x1] |= ~goes_on[None, :]
    return gone


def _band(s: _Stroke, shape: tuple[int, ...], scale: float) -> tuple[int, int, int, int]:
    """Top, bottom, start and end of a stroke with its blurred edges."""
    halo = max(1, round(HALO * scale))
    reach = s.thick / 2 + halo
    return (
        max(0, round(s.at - reach)),
        min(shape[0], round(s.at + reach) + 1),
        max(0, s.start - halo),
        min(shape[1], s.end + halo),
    )


def _bands(strokes: Sequence[_Stroke], shape: tuple[int, ...], scale: float) -> Picture:
    out = np.zeros(shape, np.uint8)
    for s in strokes:
        y0, y1, x0, x1 = _band(s, shape, scale)
        out[y0:y1, x0:x1] = 255
    return out
