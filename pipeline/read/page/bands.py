"""Lines of a page without rulings → bands of lines that keep the same columns.

Comes in: lines of characters, top to bottom. Goes out: bands in order, each with its columns, which are
parted by gutters: strips that no character of any line of the band stands in. Lines are parted so that the
most texts stand in columns of their own in the fewest bands. It refuses nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from pipeline.read.page.lattice import Char

GUTTER = 0.3  # of a character's width: a narrower strip parts no columns
BAND_COST = 2.5  # texts in columns of their own that a further band must win
MOST_LINES = 160  # of a page; more are read in such portions
LEAST_COLUMNS = 4  # of a band that may be a table of rows
MOST_BETWEEN = 2  # lines that fit no column between two parts of one table

Columns = tuple[tuple[float, float], ...]
"""Left and right edge of each column's texts, in order."""


@dataclass(frozen=True, slots=True)
class Band:
    """The lines from `start` to `end` (exclusive) and their columns."""

    start: int
    end: int
    columns: Columns


def width_of(lines: Sequence[Sequence[Char]]) -> float:
    """The usual width of a Chinese character, in points."""
    widths = [c.x1 - c.x0 for line in lines for c in line if not c.text.isascii()]
    return median(widths) if widths else 10.0


def bands(lines: Sequence[Sequence[Char]]) -> list[Band]:
    """All lines, parted."""
    least = GUTTER * width_of(lines)
    out: list[Band] = []
    for first in range(0, len(lines), MOST_LINES):
        out += _parted(lines[first : first + MOST_LINES], first, least)
    return _rejoined(_settled(out, lines, least), least)


def free_of(intervals: Sequence[tuple[float, float]], least: float) -> Columns:
    """Intervals that come nearer to each other than `least` as one, in order."""
    out: list[tuple[float, float]] = []
    for x0, x1 in sorted(intervals):
        if out and x0 - out[-1][1] < least:
            out[-1] = (out[-1][0], max(out[-1][1], x1))
        else:
            out.append((x0, x1))
    return tuple(out)


def texts_in(line: Sequence[Char], least: float) -> Columns:
    """Where the texts of a line stand."""
    return free_of([(c.x0, c.x1) for c in line], least)


def _parted(lines: Sequence[Sequence[Char]], first: int, least: float) -> list[Band]:
    """The best way from the first line to the last, by bands that end at each line."""
    texts = [texts_in(line, least) for line in lines]
    best = [0.0] * (len(lines) + 1)
    came: list[tuple[int, Columns]] = [(0, ())] * (len(lines) + 1)
    for end in range(1, len(lines) + 1):
        best[end] = float("-inf")
        columns: Columns = ()
        held = 0
        for start in range(end - 1, -1, -1):
            wider = free_of([*columns, *texts[start]], least)
            if len(wider) == len(columns) and _same(columns, wider):
                held += _filled(texts[start], wider)
            else:
                held = sum(_filled(texts[k], wider) for k in range(start, end))
            columns = wider
            if best[start] + held - BAND_COST > best[end]:
                best[end], came[end] = best[start] + held - BAND_COST, (start, columns)
            if len(columns) == 1 and end - start > MOST_BETWEEN:
                break
    out: list[Band] = []
    end = len(lines)
    while end:
        start, columns = came[end]
        out.append(Band(first + start, first + end, columns))
        end = start
    return out[::-1]


def _same(before: Columns, after: Columns) -> bool:
    """Is every column the old one, or wider?"""
    return all(b[0] <= a[0] and a[1] <= b[1] for a, b in zip(before, after, strict=True))


def _filled(texts: Columns, columns: Columns) -> int:
    """In how many columns a line has texts."""
    return sum(any(x0 < b and x1 > a for x0, x1 in texts) for a, b in columns)


def _settled(found: Sequence[Band], lines: Sequence[Sequence[Char]], least: float) -> list[Band]:
    """Lines at the foot of a band that keep the columns of the larger one below belong to that: a label over
    two of its columns has parted them from it.
    """
    out = list(found)
    for k in range(1, len(out)):
        above, below = out[k - 1], out[k]
        if min(len(above.columns), len(below.columns)) < LEAST_COLUMNS or (
            above.end - above.start > below.end - below.start
        ):
            continue
        start, columns = below.start, below.columns
        while start > above.start:
            wider = free_of([*columns, *texts_in(lines[start - 1], least)], least)
            if len(wider) < len(columns):
                break
            start, columns = start - 1, wider
        out[k] = Band(start, below.end, columns)
        out[k - 1] = Band(above.start, start, above.columns)
    return [band for band in out if band.end > band.start]


def _rejoined(found: Sequence[Band], least: float) -> list[Band]:
    """Bands that a few lines of other columns part, and whose columns are the same, as one."""
    out: list[Band] = []
    for band in found:
        k = len(out) - 1
        while (
            k >= 0 and band.start - out[k].end <= MOST_BETWEEN and out[k].end - out[k].start <= MOST_BETWEEN
        ):
            k -= 1
        for at in (len(out) - 1, k):
            if at < 0 or band.start - out[at].end > MOST_BETWEEN or len(band.columns) < LEAST_COLUMNS:
                continue
            both = free_of([*out[at].columns, *band.columns], least)
            most = max(len(out[at].columns), len(band.columns))
            if len(both) >= most and len(out[at].columns) >= LEAST_COLUMNS:
                out[at:] = [Band(out[at].start, band.end, both)]
                break
        else:
            out.append(band)
    return out


def borders_of(columns: Columns) -> list[float]:
    """Halfway between the texts of neighbours, and a little outside the outermost."""
    return [columns[0][0] - 2, *((a[1] + b[0]) / 2 for a, b in pairwise(columns)), columns[-1][1] + 2]
