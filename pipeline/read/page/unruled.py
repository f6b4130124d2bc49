"""A page without rulings → tables, by the places of its texts alone.

Comes in: the lines of a page as characters, and the column borders of a table that the page before ended
with. Goes out: stretches of the page, each a table whose columns are parted by gutters, or lines that are
none. A table goes on with the borders of the page before as long as its texts keep them. It refuses nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pipeline.model.cells import Box, Cell, Table
from pipeline.read.page.bands import GUTTER, Columns, bands, borders_of, width_of
from pipeline.read.page.lattice import Char, lines_of, text_lines
from pipeline.read.page.stacks import TextLine, stacked

READER = "pdf-text"
APART = 0.9  # of the character's size: a gap that parts two texts of prose
FEWEST_ROWS = 3
LEAST_COLUMNS = 4
LEAST_FILLED = 3  # texts beside each other that a table has at least in some lines
INTERLEAVED = 1.1  # of a character's width: lines of cells side by side stand so near
NEAR = 2.6  # of a character's width: how far above or below a table its further rows stand
LONGEST_HEAD = 10  # characters over several columns
MOST_HEAD = 2  # lines of heads over several columns
OFF = 1.5  # points that a text may stand off the middle of its rows
# confidence of a cell that no ruling bounds: of 281 rows of pages without rulings 48 were wrong, 20 of them
# at 0.95 and more
PLACED = 0.95
DOUBT = 0.5  # of a cell whose text stands further off: it may be another row's
SIDE_GUTTER = 0.6  # of the character's size: two texts of prose side by side keep so far apart
NEAR_HEAD = 1.7  # of a character's width: how far above or below a head its further lines stand
FEWEST_LINES = 2  # of two texts side by side
FEWEST_CHARS = 12
MOST_BESIDE = 3  # texts in a line of two texts side by side and their label
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
        """The baseline."""
        return self.chars[0].base


@dataclass(frozen=True, slots=True)
class Span:
    """A text and the columns that it stands in, `col` to `end` (exclusive)."""

    text: Text
    col: int
    end: int


def stretches(
    lines: Sequence[Sequence[Char]], page: int, before: Sequence[float] = ()
) -> list[Table | list[Sequence[Char]]]:
    """The page in reading order: tables, and runs of lines between them; `before` are the borders of the
    table at the foot of the page before.
    """
    out: list[Table | list[Sequence[Char]]] = []
    done = 0
    em = width_of(lines)
    for start, end, borders, goes_on in _regions(lines, em, before):
        if start < done:
            continue
        first, last = _reach(lines, start, end, borders, em, done)
        made = _table(lines[first:last], borders, page, em, goes_on=goes_on)
        if made.n_rows < (1 if goes_on else FEWEST_ROWS):
            continue
        if first > done:
            above = lines[done:first]
            out += _beside(above, [_texts(line, APART) for line in above], page)
        out.append(made)
        done = last
    if done < len(lines):
        out.append(list(lines[done:]))
    return out


def _regions(
    lines: Sequence[Sequence[Char]], em: float, before: Sequence[float]
) -> Iterator[tuple[int, int, list[float], bool]]:
    """First and last line of every table, its borders, and whether it goes on from the page before."""
    done = _going_on(lines, em, before) if before else 0
    if done:
        yield 0, done, list(before), True
    for band in bands(lines[done:]):
        start, end = band.start + done, band.end + done
        filled = [len(_spans(lines[k], borders_of(band.columns), em)) for k in range(start, end)]
        while (
            end - start > 1
            and filled[0] == 1
            and lines[start + 1][0].base - lines[start][0].base > INTERLEAVED * em
        ):
            start += 1  # a title, a unit
            del filled[0]
        full = sum(n >= LEAST_FILLED for n in filled)
        if len(band.columns) >= LEAST_COLUMNS and full >= 2:
            columns = _below_heads(lines[start:end], band.columns, em)
            above = lines[max(done, start - MOST_HEAD) : start]
            yield start, end, borders_of(_with_heads(above, columns, em)), False


def _below_heads(lines: Sequence[Sequence[Char]], columns: Columns, em: float) -> Columns:
    """A head in the middle of its column may stand clear of all texts at the left of it: columns with a head
    alone take in the nearer neighbour that has none.
    """
    spans = [_spans(line, borders_of(columns), em) for line in lines]
    head = max(range(len(lines)), key=lambda k: (_is_head(spans[k]), len(spans[k]), -k))
    if not _is_head(spans[head]):
        return columns
    at = lines[head][0].base
    heads = {s.col for row in spans for s in row if abs(s.text.y - at) <= NEAR_HEAD * em}
    bodies = {s.col for row in spans for s in row if s.text.y - at > NEAR_HEAD * em}
    out: list[tuple[float, float]] = []
    joined = False  # has the last one been joined already?
    for k, (x0, x1) in enumerate(columns):
        parted = k and (k in heads) != (k - 1 in heads) and (k in bodies) != (k - 1 in bodies)
        after = columns[k + 1][0] - x1 if k + 1 < len(columns) else float("inf")
        other = (
            k + 1 < len(columns) and (k + 1 in bodies) != (k in bodies) and (k + 1 in heads) != (k in heads)
        )
        if parted and not joined and not (other and k in heads and after < x0 - columns[k - 1][1]):
            out[-1] = (out[-1][0], x1)
            joined = True
        else:
            out.append((x0, x1))
            joined = False
    return tuple(out)


def _with_heads(lines: Sequence[Sequence[Char]], columns: Columns, em: float) -> Columns:
    """Columns as wide as the labels right above them that stand over one of them alone."""
    out = list(columns)
    for text in (t for line in lines for t in _texts(line, GUTTER, em)):
        hit = [k for k, (x0, x1) in enumerate(out) if text.x0 < x1 and text.x1 > x0]
        if len(hit) == 1 and text.x1 - text.x0 <= LONGEST_HEAD * em:
            out[hit[0]] = (min(out[hit[0]][0], text.x0), max(out[hit[0]][1], text.x1))
    return tuple(out)


def _is_head(spans: Sequence[Span]) -> bool:
    """Are these labels of columns?"""
    return len(spans) >= LEAST_COLUMNS and not any(_FIGURE.fullmatch(s.text.text) for s in spans)


def _going_on(lines: Sequence[Sequence[Char]], em: float, before: Sequence[float]) -> int:
    """How many lines at the page's head keep the borders of the page before."""
    end = filled = 0
    for k, line in enumerate(lines):
        spans = _spans(line, before, em)
        if (
            any(s.end - s.col > 1 for s in spans)
            or line[0].x0 < before[0] - em
            or line[-1].x1 > before[-1] + em
        ):
            break
        if len(spans) >= LEAST_FILLED or (
            end == k and k and line[0].base - lines[k - 1][0].base <= NEAR * em
        ):
            end = k + 1
        filled = max(filled, len(spans))
    return end if filled >= LEAST_FILLED else 0


def _reach(
    lines: Sequence[Sequence[Char]], start: int, end: int, borders: Sequence[float], em: float, least: int
) -> tuple[int, int]:
    """The table's lines with heads over several columns above it, and rows of figures below it."""
    for _ in range(MOST_HEAD):
        if start == least or lines[start][0].base - lines[start - 1][0].base > NEAR * em:
            break
        spans = _spans(lines[start - 1], borders, em)
        if any(_FIGURE.fullmatch(s.text.text) for s in spans) or any(
            s.end - s.col > 1 and s.text.x1 - s.text.x0 > LONGEST_HEAD * em for s in spans
        ):
            break
        apart = lines[start][0].base - lines[start - 1][0].base > INTERLEAVED * em
        if len(spans) < 2 and apart and not any(s.end - s.col > 1 for s in spans):
            break
        start -= 1
    while end < len(lines) and lines[end][0].base - lines[end - 1][0].base <= NEAR * em:
        spans = _spans(lines[end], borders, em)
        if not any(_FIGURE.fullmatch(s.text.text) and s.end - s.col == 1 for s in spans) or len(spans) > len(
            borders
        ):
            break
        if any(s.end - s.col > 1 and s.end == len(borders) - 1 for s in spans):
            break
        end += 1
    return start, end


def _spans(line: Sequence[Char], borders: Sequence[float], em: float) -> list[Span]:
    """The texts of a line with their columns; texts of one column are one."""
    out: list[Span] = []
    for text in _texts(line, GUTTER, em):
        col, end = _column(text.x0 + 0.5, borders), _column(text.x1 - 0.5, borders) + 1
        if out and out[-1].end > col:
            last = out.pop()
            out.append(Span(Text((*last.text.chars, *text.chars)), last.col, max(last.end, end)))
        else:
            out.append(Span(text, col, end))
    return out


def _column(x: float, borders: Sequence[float]) -> int:
    return max(0, min(len(borders) - 2, bisect_right(borders, x) - 1))


def _texts(line: Sequence[Char], apart: float, em: float = 0.0) -> list[Text]:
    """The texts that gaps of so many characters hold apart."""
    out: list[list[Char]] = [[line[0]]]
    for a, b in pairwise(line):
        if b.x0 - a.x1 > apart * (em or max(a.size, 1.0)):
            out.append([])
        out[-1].append(b)
    return [Text(tuple(chars)) for chars in out]


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
        if any(len(row) > MOST_BESIDE for row in rows[at + 1 :]):
            continue
        middles = [(h.x0 + h.x1) / 2 for h in heads]
        left, right = [t for t in below if t.x0 < middles[0]], [t for t in below if t.x0 >= middles[0]]
        wide = [t for t in left if t.x1 > middles[0]]
        if not wide or not right:
            continue
        edge, size = min(t.x0 for t in wide), heads[0].chars[0].size
        prose, label = [t for t in left if t.x1 > edge], [t for t in left if t.x1 <= edge]
        parted = (
            max(t.x1 for t in prose) + SIDE_GUTTER * size <= min(t.x0 for t in right)
            and min(t.x0 for t in right) < middles[1]
        )
        if not parted or min(sum(len(t.chars) for t in side) for side in (prose, right)) < FEWEST_CHARS:
            continue
        cells = [_cell(h.chars, 0, 1, n, page) for n, h in enumerate(heads, 1)]
        cells += [_cell(_all(side), 1, 1, n, page) for n, side in ((1, prose), (2, right))]
        cells += [_cell(_all(label), 1, 1, 0, page)] if label else [Cell("", 1, 0, page=page)]
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


def _all(texts: Sequence[Text]) -> list[Char]:
    return [c for t in texts for c in t.chars]


def _table(
    lines: Sequence[Sequence[Char]], borders: Sequence[float], page: int, em: float, *, goes_on: bool
) -> Table:
    """Lines in columns as a table; a line with a text over several columns is a row of its own."""
    n_cols = len(borders) - 1
    cells: list[Cell] = []
    n_rows = 0
    held: list[list[Span]] = []
    for line in [*lines, None]:
        spans = _spans(line, borders, em) if line is not None else []
        if line is not None and all(s.end - s.col == 1 for s in spans):
            held.append(spans)
            continue
        if held:
            more, rows = _stack(held, n_cols, page, em, goes_on=goes_on and not n_rows)
            cells += [replace(c, row=c.row + n_rows) for c in more]
            n_rows += rows
            held = []
        if spans:
            cells += [_cell(s.text.chars, n_rows, 1, s.col, page, cols=s.end - s.col) for s in spans]
            n_rows += 1
    filled = {(c.row + r, c.col + k) for c in cells for r in range(c.row_span) for k in range(c.col_span)}
    cells += [Cell("", r, c, page=page) for r in range(n_rows) for c in range(n_cols) if (r, c) not in filled]
    ordered = tuple(sorted(cells, key=lambda c: (c.row, c.col)))
    return Table(ordered, n_rows, n_cols, READER, True, page, tuple(borders))


def _stack(
    held: Sequence[Sequence[Span]], n_cols: int, page: int, em: float, *, goes_on: bool
) -> tuple[list[Cell], int]:
    """Lines without texts over several columns as cells, and how many rows they are."""
    columns = [
        lines_of([c for spans in held for s in spans if s.col == col for c in s.text.chars])
        for col in range(n_cols)
    ]
    told = [
        [
            TextLine(line[0].base, _FIGURE.fullmatch("".join(c.text for c in line)) is not None)
            for line in column
        ]
        for column in columns
    ]
    found = stacked(told, em, goes_on=goes_on)
    cells = [
        _cell(
            [c for line in columns[col][h.first : h.last] for c in line],
            h.row, h.rows, col, page, confidence=PLACED if h.off <= OFF else DOUBT,
        )
        for col, mine in enumerate(found.columns)
        for h in mine
    ]  # fmt: skip
    return cells, found.n_rows


def _cell(
    chars: Sequence[Char],
    row: int,
    rows: int,
    col: int,
    page: int,
    cols: int = 1,
    confidence: float = PLACED,
) -> Cell:
    box: Box = (
        min(c.x0 for c in chars),
        min(c.top for c in chars),
        max(c.x1 for c in chars),
        max(c.bottom for c in chars),
    )
    return Cell("\n".join(text_lines(chars)), row, col, rows, cols, page=page, box=box, confidence=confidence)
