"""Filled rectangles of a page → the borders of cells, where rectangles and not strokes draw the table, and
dots → lines.

Comes in: filled rectangles, dots and characters, in one system of points. Goes out: the rectangles' sides,
and a line for every row of dots. It refuses rectangles that are no cells: the shade behind headings, with
most texts beside it.
"""

from __future__ import annotations

from collections.abc import Sequence

Box = tuple[float, float, float, float]
"""Left, lower, right, upper edge."""

# share of the characters between the outermost rectangles that stand in one, where rectangles are cells
INSIDE = 0.9
EVERY = 5  # characters are looked at in steps of this many
CORNER = 1.0  # points by which a rectangle's corner may be off
DOT = 1.6  # points: a filled box whose sides are no longer is a dot
PITCH = 4.5  # points: dots of one line are no further apart
SAME_LINE = 0.4  # points by which dots of one line may be off it
SHORTEST = 5.0  # points: a shorter row of dots is a row of full stops


def is_box(points: Sequence[tuple[float, float, bool]]) -> bool:
    """Are a path's points the corners of a level rectangle? A seal's star is none."""
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    sides = (min(xs), max(xs)), (min(ys), max(ys))
    return all(
        min(abs(v - side) for side in pair) <= CORNER
        for p in points
        for v, pair in zip(p[:2], sides, strict=True)
    )


def cell_sides(fills: Sequence[Box], chars: Sequence[tuple[float, float]]) -> list[Box]:
    """Each side of the rectangles as a line; none where the characters, given by their middles, stand beside
    them.
    """
    if not fills:
        return []
    left, low = min(f[0] for f in fills), min(f[1] for f in fills)
    right, high = max(f[2] for f in fills), max(f[3] for f in fills)
    between = [(x, y) for x, y in chars[::EVERY] if left <= x <= right and low <= y <= high]
    held = sum(any(a <= x <= c and b <= y <= d for a, b, c, d in fills) for x, y in between)
    if held < INSIDE * len(between):
        return []
    return [side for a, b, c, d in fills for side in ((a, b, c, b), (a, d, c, d), (a, b, a, d), (c, b, c, d))]


def dotted(dots: Sequence[tuple[float, float]]) -> list[Box]:
    """A level or upright line for each row or column of dots."""
    across = [(a, at, b, at) for at, a, b in _rows([(y, x) for x, y in dots])]
    return across + [(at, a, at, b) for at, a, b in _rows(dots)]


def _rows(dots: Sequence[tuple[float, float]]) -> list[tuple[float, float, float]]:
    """Place, start and end of each row of dots, given as (place across the row, place along it)."""
    lines: list[list[tuple[float, float]]] = []
    for dot in sorted(dots):
        if lines and dot[0] - lines[-1][0][0] <= SAME_LINE:
            lines[-1].append(dot)
        else:
            lines.append([dot])
    out = []
    for line in lines:
        places = sorted(along for _, along in line)
        breaks = [k for k in range(1, len(places)) if places[k] - places[k - 1] > PITCH]
        for start, end in zip([0, *breaks], [*breaks, len(places)], strict=True):
            if places[end - 1] - places[start] >= SHORTEST:
                out.append((line[0][0], places[start], places[end - 1]))
    return out
