"""A page without rulings → tables, by the places of its texts alone.

Comes in: the lines of a page as characters. Goes out: stretches of the page, each a table whose columns a
line of column heads lays out, or lines that are none. Rows stand where short texts stand beside each other; a
text of several lines stands in the middle of its row, and a label that is merged over rows stands in the
middle of them: both are found by what fits best.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

from pipeline.model.cells import Box, Cell, Table
from pipeline.read.page.lattice import Char, text_lines

READER = "pdf-text"
APART = 0.9  # of the character's size: a gap that parts two texts
FEWEST_HEADS = 5  # texts in a line of column heads
FEWEST_ROWS = 3
NEAR_HEAD = 1.1  # of the character's size: how far above or below a head's further lines stand
WIDE = 3  # a text that runs over so many borders is no cell of the table
PITCH = 1.6  # of the character's size: lines further apart are not of one text
OFF = 3.0  # points that a text may stand off the middle of its rows
# confidence of a cell that no ruling bounds: of 281 rows of pages without rulings 48 were wrong, 20 of them
# at 0.95 and more
PLACED = 0.95
# confidence of a cell whose text stands further off, it may be another row's; and of all where texts fit no
# row
DOUBT = 0.5
LEFT_OVER = 2  # rows at the end, the total's, that merged labels need not cover
GUTTER = 0.6  # of the character's size: two texts side by side keep so far apart
FEWEST_LINES = 2  # of two texts side by side
FEWEST_CHARS = 12
MOST_LINES = 14
MOST_MERGED = 30
_FIGURE = re.compile(r"[≥≤><=]?[-\d.,%/—]+")


@dataclass(frozen=True, slots=True)
class Text:
    """Characters that stand together in one line."""

    chars: tuple[Char, ...]

    @property
    def text(self) -> str:
        """The characters."""
        return "".join(c.text for c in self.chars)

    @property
    def x0(self) -> float:
        """Left edge."""
        return self.chars[0].x0

    @property
    def x1(self) -> float:
        """Right edge."""
        return self.chars[-1].x1

    @property
    def y(self) -> float:
        """The middle of the line's height."""
        return (self.chars[0].top + self.chars[0].bottom) / 2


def stretches(lines: Sequence[Sequence[Char]], page: int) -> list[Table | list[Sequence[Char]]]:
    """The page in reading order: tables, and runs of lines between them."""
    texts = [_texts(line) for line in lines]
    heads = [
        i
        for i, row in enumerate(texts)
        if len(row) >= FEWEST_HEADS and not any(_FIGURE.fullmatch(t.text) for t in row)
    ]
    out: list[Table | list[Sequence[Char]]] = []
    done = 0
    for n, head in enumerate(heads):
        borders = [(a.x1 + b.x0) / 2 for a, b in pairwise(texts[head])]
        size = texts[head][0].chars[0].size
        start = head
        while start > done and abs(texts[start - 1][0].y - texts[head][0].y) <= NEAR_HEAD * size:
            start -= 1
        stop = heads[n + 1] if n + 1 < len(heads) else len(lines)
        end = head + 1
        while end < stop and not any(_crossed(t, borders) >= WIDE for t in texts[end]):
            end += 1
        end = head + _reach(texts[head:end], size)
        made = _table(texts[start:end], head - start, page)
        if made is None:
            continue
        if start > done:
            out += _beside(lines[done:start], texts[done:start], page)
        out.append(made)
        done = end
    if done < len(lines):
        out.append(list(lines[done:]))
    return out


def _beside(
    lines: Sequence[Sequence[Char]], rows: Sequence[Sequence[Text]], page: int
) -> list[Table | list[Sequence[Char]]]:
    """Lines above a table; where they end in two texts of several lines side by side, below a line of two
    heads, these are a table.

    To the left of both a label may stand beside them.
    """
    for at in range(len(rows) - FEWEST_LINES):
        heads, below = rows[at], [t for row in rows[at + 1 :] for t in row]
        if len(heads) != 2 or any(_FIGURE.fullmatch(t.text) for t in heads):
            continue
        middles = [(h.x0 + h.x1) / 2 for h in heads]
        left, right = [t for t in below if t.x0 < middles[0]], [t for t in below if t.x0 >= middles[0]]
        wide = [t for t in left if t.x1 > middles[0]]
        if not wide or not right:
            continue
        edge, size = min(t.x0 for t in wide), heads[0].chars[0].size
        prose, label = [t for t in left if t.x1 > edge], [t for t in left if t.x1 <= edge]
        parted = (
            max(t.x1 for t in prose) + GUTTER * size <= min(t.x0 for t in right)
            and min(t.x0 for t in right) < middles[1]
        )
        if not parted or min(sum(len(t.chars) for t in side) for side in (prose, right)) < FEWEST_CHARS:
            continue
        cells = [_cell([h], 0, 1, n, page) for n, h in enumerate(heads, 1)]
        cells += [_cell(side, 1, 1, n, page) for n, side in ((1, prose), (2, right))]
        cells += [_cell(label, 1, 1, 0, page)] if label else [Cell("", 1, 0, page=page)]
        borders = (
            edge - 2,
            edge - 1,
            (max(t.x1 for t in prose) + min(t.x0 for t in right)) / 2,
            max(t.x1 for t in right) + 2,
        )
        table = Table(
            tuple(sorted([Cell("", 0, 0, page=page), *cells], key=lambda c: (c.row, c.col))),
            2,
            3,
            READER,
            True,
            page,
            borders,
        )
        return [*([list(lines[:at])] if at else []), table]
    return [list(lines)]


def _texts(line: Sequence[Char]) -> list[Text]:
    out: list[list[Char]] = [[line[0]]]
    for a, b in pairwise(line):
        if b.x0 - a.x1 > APART * max(a.size, 1.0):
            out.append([])
        out[-1].append(b)
    return [Text(tuple(chars)) for chars in out]


def _crossed(text: Text, borders: Sequence[float]) -> int:
    """Over how many borders a text runs without a gap."""
    return sum(
        any(c.x0 < x - 0.5 and c.x1 > x + 0.5 for c in text.chars) for x in borders if text.x0 < x < text.x1
    )


def _reach(rows: Sequence[Sequence[Text]], size: float) -> int:
    """How many lines belong to the table: up to its last row of figures, and what goes on below it without a
    gap.
    """
    last = max(
        (i for i, row in enumerate(rows) if sum(_FIGURE.fullmatch(t.text) is not None for t in row) >= 2),
        default=0,
    )
    end = last + 1
    while end < len(rows) and rows[end][0].y - rows[end - 1][0].y <= PITCH * size:
        end += 1
    return end


def _columns(rows: Sequence[Sequence[Text]], head: int) -> list[float]:
    """The borders between columns: halfway between the texts of neighbours; the heads lay the columns out."""
    columns = [(t.x0, t.x1) for t in rows[head]]
    for row in sorted(rows, key=len, reverse=True):
        for t in row:
            hit = [i for i, (x0, x1) in enumerate(columns) if t.x0 < x1 and t.x1 > x0]
            if len(hit) == 1:
                i = hit[0]
                columns[i] = (min(columns[i][0], t.x0), max(columns[i][1], t.x1))
            elif not hit:
                columns = sorted([*columns, (t.x0, t.x1)])
    return [columns[0][0] - 2, *((a[1] + b[0]) / 2 for a, b in pairwise(columns)), columns[-1][1] + 2]


def _table(rows: Sequence[Sequence[Text]], head: int, page: int) -> Table | None:
    """Rows of texts below a line of heads as a table; None where there are too few rows."""
    borders = _columns(rows, head)
    n_cols = len(borders) - 1
    by_column: list[list[Text]] = [[] for _ in range(n_cols)]
    size = rows[head][0].chars[0].size
    at_head = rows[head][0].y
    anchors = [at_head]
    for row in rows:
        pieces = [p for t in row for p in _cut(t, borders)]
        for column, piece in pieces:
            by_column[column].append(piece)
        y = pieces[0][1].y if pieces else at_head
        figures = sum(_FIGURE.fullmatch(p.text) is not None for _, p in pieces)
        if (
            y - at_head > NEAR_HEAD * size
            and (figures >= 2 or (figures and len(pieces) >= 3))
            and y - anchors[-1] > 0.6 * size
        ):
            anchors.append(sum(p.y for _, p in pieces if _FIGURE.fullmatch(p.text)) / figures)
    if len(anchors) < FEWEST_ROWS:
        return None
    cells = []
    lost = False  # a column has texts that fit no row
    # columns to the right of one with a text in every row hold no merged labels: a blank cell there is blank
    merging = True
    for column, texts in enumerate(by_column):
        texts = sorted(texts, key=lambda t: t.y)
        top = [t for t in texts if t.y - at_head <= NEAR_HEAD * size]
        rest = [t for t in texts if t.y - at_head > NEAR_HEAD * size]
        if top:
            cells.append(_cell(top, 0, 1, column, page))
        ys = tuple(t.y for t in rest)
        places = _placed(ys, tuple(anchors[1:]), PITCH * size, merging)
        lost = lost or sum(b - a for a, b, *_ in places) < len(rest)
        for a, b, first, n in places:
            off = abs(rest[a].y + rest[b - 1].y - anchors[first + 1] - anchors[first + n]) / 2
            cells.append(_cell(rest[a:b], first + 1, n, column, page, PLACED if off <= OFF else DOUBT))
        merging = merging and (len(places) < len(anchors) - 1 - LEFT_OVER or any(n > 1 for *_, n in places))
    filled = {(c.row + r, c.col) for c in cells for r in range(c.row_span)}
    cells += [
        Cell("", r, c, page=page) for r in range(len(anchors)) for c in range(n_cols) if (r, c) not in filled
    ]
    if lost:
        cells = [replace(c, confidence=DOUBT) for c in cells]
    ordered = tuple(sorted(cells, key=lambda c: (c.row, c.col)))
    return Table(ordered, len(anchors), n_cols, READER, True, page, tuple(borders))


def _cut(text: Text, borders: Sequence[float]) -> list[tuple[int, Text]]:
    """A text by the columns that its characters stand in."""
    out: list[tuple[int, list[Char]]] = []
    for c in text.chars:
        x = (c.x0 + c.x1) / 2
        column = max(0, min(len(borders) - 2, sum(b <= x for b in borders) - 1))
        if not out or out[-1][0] != column:
            out.append((column, []))
        out[-1][1].append(c)
    return [(column, Text(tuple(chars))) for column, chars in out]


def _cell(
    texts: Sequence[Text], row: int, rows: int, col: int, page: int, confidence: float = PLACED
) -> Cell:
    chars = [c for t in texts for c in t.chars]
    box: Box = (
        min(c.x0 for c in chars),
        min(c.top for c in chars),
        max(c.x1 for c in chars),
        max(c.bottom for c in chars),
    )
    return Cell("\n".join(text_lines(chars)), row, col, rows, 1, page=page, box=box, confidence=confidence)


Places = tuple[tuple[int, int, int, int], ...]  # first and last + 1 of the texts, first row, number of rows


def _placed(ys: tuple[float, ...], rows: tuple[float, ...], pitch: float, merging: bool) -> Places:
    """Which texts of a column make one cell, and of which rows: every row covered if `merging` and that fits,
    else one row each.
    """
    if not ys:
        return ()
    cover, places = _best(ys, rows, pitch, True) if merging else (0.0, ())
    if places and cover <= OFF * OFF * len(places):
        return places
    return _best(ys, rows, pitch, False)[1]


def _best(ys: tuple[float, ...], rows: tuple[float, ...], pitch: float, merged: bool) -> tuple[float, Places]:
    """The cheapest way to part texts and rows, in order, so that texts stand in the middle of their rows."""

    @cache
    def way(i: int, j: int) -> tuple[float, Places]:
        if i == len(ys):
            left = len(rows) - j
            return (1.0 * left, ()) if not merged or left <= LEFT_OVER else (1e9, ())
        if j == len(rows):
            return 1e9, ()
        best: tuple[float, Places] = (1e9, ()) if merged else way(i, j + 1)
        for a in range(1, min(MOST_LINES, len(ys) - i) + 1):
            if a > 1 and ys[i + a - 1] - ys[i + a - 2] > pitch:
                break
            middle = (ys[i] + ys[i + a - 1]) / 2
            for b in range(1, (min(MOST_MERGED, len(rows) - j) if merged else 1) + 1):
                off = (middle - (rows[j] + rows[j + b - 1]) / 2) ** 2 + 0.5 * (a - 1) + 0.2 * (b - 1)
                if off > best[0]:
                    continue
                rest, places = way(i + a, j + b)
                if off + rest < best[0]:
                    best = (off + rest, ((i, i + a, j, b), *places))
        return best

    return way(0, 0)
