"""Texts at places in lines → tables whose columns the places lay out.

Comes in: lines of pieces, each with the display columns that it covers: of a text file whose columns are held
apart by spaces, of a page that has no rulings, of a scan. Goes out: a table for every region in which several
lines fall into pieces. A piece gets its column by where it stands against the other rows; a cell that goes on
on the next line stays a row of its own, in its right column. On a page cells keep their boxes. Refused: prose
that is indented, numbered or spaced out.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.model.cells import Block, Box, Cell, Line, Table, union

WRAP_GAP = 5  # display columns between a full cell and the next column
WRAP_LINES = 2  # texts that fill a column before it is taken as wrapped
WRAP_SHORT = 3  # lines with at most half of the usual texts before a table is taken to have wrapped ones
WRAP_LEAST = 6  # display columns: a narrower text is not wrapped
_FIGURE = re.compile(r"[≥≤><=]?[-\d.,%/—]+")
MAX_APART = 5  # lines without columns, blank ones included, that may stand between two rows of one table
LETTER_GAP = 4  # display columns between the characters of a word that is spaced out (`总  分`)
TAIL = 4  # parts of a word that are looked at when the next one is joined to it
SLIP = 2  # display columns by which cells of one column may miss each other
APART = 2  # blanks between two pieces of a line, at least
MAX_FILLED = 40  # columns; blank cells are written out in tables up to this width
_NUMBERING = re.compile(r"(?:^|[^\d.])\d{1,2}[.、．)）]$")
_NO_BEGINNING = "，,。；;、：:）)】〕%"
_TORN_DAY = re.compile(r"(\d[年月]|[-~至])\n\d{1,2}[月日]|\d\n[月日]|[-~至]\n(19|20)\d\d年")
REST_MOST = 2  # characters of a rest that could be a text of its own by nothing but its length
_OPENING, _CLOSING = "（([【〔", "）)]】〕"


@dataclass(frozen=True, slots=True)
class Piece:
    """A text and where it stands in its line: `start` and `end` (exclusive) in display columns, of which a
    Chinese character takes two; on a page its box and how surely it was read.
    """

    text: str
    start: int
    end: int
    box: Box | None = None
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class PieceLine:
    """A line that holds something: its place among the lines, its pieces, its number in a text source."""

    index: int
    pieces: tuple[Piece, ...]
    no: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The lines from the place `start` to the place `end` (exclusive) are this table."""

    start: int
    end: int
    table: Table


def tables_in(lines: Sequence[PieceLine], reader: str, page: int | None = None) -> Iterator[Found]:
    """A table per region of lines in columns."""
    for chunk in _chunks(lines):
        for region in _cut(chunk, _columns([row.pieces for row in chunk if len(row.pieces) > 1])):
            if _is_table(region):
                yield Found(region[0].index, region[-1].index + 1, _table(region, reader, page))


def blocks_in(lines: Sequence[PieceLine], reader: str, page: int) -> list[Block]:
    """A page's tables, and the other lines as they stand, in order."""
    out: list[Block] = []
    at = 0
    for found in [*tables_in(lines, reader, page), None]:
        end = found.start if found is not None else lines[-1].index + 1 if lines else 0
        out += [_line(line, page) for line in lines if at <= line.index < end]
        if found is not None:
            out.append(found.table)
            at = found.end
    return out


def _line(line: PieceLine, page: int) -> Line:
    whole = _joined_word(line.pieces, least=APART)
    return Line(whole.text, page, whole.box, confidence=whole.confidence)


def whole_words(parts: Sequence[Piece]) -> tuple[Piece, ...]:
    """The pieces of a line, in which words spaced out and bracketed blanks are put together again."""
    closed = [False] * len(parts)  # does a bracket that opens before the piece close in it or behind it?
    closing = 0
    for i in range(len(parts) - 1, -1, -1):
        for c in reversed(parts[i].text):
            closing = max(0, closing + (c in _CLOSING) - (c in _OPENING))
        closed[i] = closing > 0
    words: list[list[Piece]] = []
    for i, piece in enumerate(parts):
        if words and _one_word(words[-1][-TAIL:], piece, closed=closed[i]):
            words[-1].append(piece)
        else:
            words.append([piece])
    return tuple(_joined_word(word) for word in words)


def _joined_word(parts: Sequence[Piece], least: int = 0) -> Piece:
    """Pieces as one, as many blanks between them as display columns are free."""
    texts = [parts[0].text, *(" " * max(least, b.start - a.end) + b.text for a, b in pairwise(parts))]
    return Piece("".join(texts), parts[0].start, parts[-1].end, union(p.box for p in parts), _sure(parts))


def _sure(parts: Sequence[Piece]) -> float:
    return min((p.confidence for p in parts), default=1.0)


def _one_word(left: Sequence[Piece], right: Piece, *, closed: bool) -> bool:
    """Are the last parts of a word and the next piece a bracket with blanks in it, a number and what it
    numbers, or letters spaced out?
    """
    if right.start - left[-1].end > LETTER_GAP:
        return False
    if closed and any(
        sum(p.text.count(o) - p.text.count(c) for p in left) > 0
        for o, c in zip(_OPENING, _CLOSING, strict=True)
    ):
        return True
    if _NUMBERING.search(left[-1].text[-LETTER_GAP:]):
        return True
    return all(len(p.text) == 1 and _is_han(p.text) for p in [*left, right])


def _is_han(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff"


def _chunks(rows: Sequence[PieceLine]) -> Iterator[list[PieceLine]]:
    """Runs of lines that begin and end with a row of several pieces, never further apart than `MAX_APART`."""
    chunk: list[PieceLine] = []
    last = 0
    for row in rows:
        if len(row.pieces) > 1:
            if chunk and row.index - chunk[last].index > MAX_APART + 1:
                yield chunk[: _with_rest(chunk, last + 1)]
                chunk = []
            chunk.append(row)
            last = len(chunk) - 1
        elif chunk:
            chunk.append(row)
    if chunk:
        yield chunk[: _with_rest(chunk, last + 1)]


def _with_rest(rows: Sequence[PieceLine], end: int) -> int:
    """`end`, or one more where the line there is the rest of a cell that stands right above it, in another
    column than the first.
    """
    if end == len(rows) or rows[end].index != rows[end - 1].index + 1:
        return end
    rest = rows[end].pieces[0]
    first = min(row.pieces[0].start for row in rows[:end])
    above = (p for p in rows[end - 1].pieces if abs(p.start - rest.start) <= SLIP < rest.start - first)
    return end + any(_is_rest(p.text, rest.text, alone=True) for p in above)


def _cut(chunk: Sequence[PieceLine], columns: Sequence[tuple[int, int]]) -> Iterator[list[PieceLine]]:
    """The chunk cut at lines that stand alone and fit into no column: titles, notes, page numbers."""
    region: list[PieceLine] = []
    for i, row in enumerate(chunk):
        near = any(0 <= k < len(chunk) and abs(chunk[k].index - row.index) == 1 for k in (i - 1, i + 1))
        if len(row.pieces) > 1 or near or _fits(row.pieces[0], columns):
            region.append(row)
            continue
        yield from _trimmed(region)
        region = []
    yield from _trimmed(region)


def _trimmed(region: list[PieceLine]) -> Iterator[list[PieceLine]]:
    several = [i for i, row in enumerate(region) if len(row.pieces) > 1]
    if several:
        yield region[several[0] : _with_rest(region, several[-1] + 1)]


def _fits(piece: Piece, columns: Sequence[tuple[int, int]]) -> bool:
    i = bisect_right(columns, (piece.start + SLIP, 1 << 30)) - 1
    return i >= 0 and columns[i][0] - SLIP <= piece.start and piece.end <= columns[i][1] + SLIP


def _is_table(region: Sequence[PieceLine]) -> bool:
    wide = sum(len(row.pieces) > 2 for row in region)
    return wide >= 2 or (wide >= 1 and sum(len(row.pieces) > 1 for row in region) >= 3)


def _columns(rows: Sequence[tuple[Piece, ...]]) -> list[tuple[int, int]]:
    """The columns as intervals of display columns, in order, without overlap.

    The fullest rows lay them out; a piece that overlaps one column widens it, one that overlaps none is a
    column of its own, one that overlaps several is a merged cell and says nothing.
    """
    columns: list[tuple[int, int]] = []
    for row in sorted(rows, key=len, reverse=True):
        for piece in row:
            first, last = _overlapped(piece, columns)
            if first == last:
                columns.insert(first, (piece.start, piece.end))
            elif last == first + 1:
                columns[first] = (min(columns[first][0], piece.start), max(columns[first][1], piece.end))
    return _joined(rows, columns)


def _joined(rows: Sequence[tuple[Piece, ...]], columns: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Neighbours that nearly touch and never both hold a text in one row are one column, unevenly set."""
    together: set[int] = set()
    for row in rows:
        used = _assigned(row, columns)
        together.update(a for a, b in pairwise(used) if b == a + 1)
    out: list[tuple[int, int]] = []
    for i, (start, end) in enumerate(columns):
        if out and i - 1 not in together and start - out[-1][1] <= SLIP:
            out[-1] = (out[-1][0], end)
        else:
            out.append((start, end))
    return out


def _overlapped(piece: Piece, columns: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """The range of columns that the piece overlaps; empty, at the place between its neighbours, where it
    overlaps none.
    """
    first = bisect_left(columns, piece.start + 1, key=lambda column: column[1])
    last = bisect_left(columns, piece.end, key=lambda column: column[0])
    return first, max(first, last)


def _assigned(row: Sequence[Piece], columns: Sequence[tuple[int, int]]) -> list[int]:
    """The column of each piece: of those that it overlaps and that are free, the one that begins nearest;
    else the next one.
    """
    used: list[int] = []
    for piece in row:
        free = used[-1] + 1 if used else 0
        first, last = _overlapped(piece, columns)
        if first >= last or last <= free:
            used.append(max(free, min(first, len(columns) - 1)))
            continue
        first = max(first, free)
        at = bisect_left(columns, (piece.start, 0), first, last)
        near = [c for c in (at - 1, at) if first <= c < last]
        used.append(min(near, key=lambda c: abs(columns[c][0] - piece.start)))
    return used


def _table(region: Sequence[PieceLine], reader: str, page: int | None) -> Table:
    columns = _columns([row.pieces for row in region if len(row.pieces) > 1])
    places = [_assigned(row.pieces, columns) for row in region]
    n_cols = max(used[-1] for used in places) + 1
    rows: list[list[int]] = []  # the lines of each row
    wrapped = _wrapped(region, places, columns)
    for i in range(len(region)):
        if rows and _goes_on(region, places, columns, wrapped, rows[-1][-1], i):
            rows[-1].append(i)
        else:
            rows.append([i])
    cells: list[Cell] = []
    for r, members in enumerate(rows):
        held: dict[int, list[Piece]] = {}
        for i in members:
            for c, piece in zip(places[i], region[i].pieces, strict=True):
                held.setdefault(c, []).append(piece)
        wanted: Iterable[int] = range(n_cols) if n_cols <= MAX_FILLED else sorted(held)
        first, last = region[members[0]].no, region[members[-1]].no
        for c in wanted:
            mine = held.get(c, [])
            text, box = "\n".join(p.text for p in mine), union(p.box for p in mine)
            cells.append(
                Cell(text, r, c, page=page, box=box, line_start=first, line_end=last, confidence=_sure(mine))
            )
    return Table(tuple(cells), len(rows), n_cols, reader, spans=False, page=page)


def _wrapped(
    region: Sequence[PieceLine], places: Sequence[list[int]], columns: Sequence[tuple[int, int]]
) -> frozenset[int]:
    """Columns whose texts are wrapped, not just long: several fill them to the same edge, and lines with few
    texts follow.
    """
    full: dict[int, set[str]] = {}
    for row, used in zip(region, places, strict=True):
        for c, piece in zip(used, row.pieces, strict=True):
            if c < len(columns) and piece.end >= columns[c][1] - 1 and piece.end - piece.start >= WRAP_LEAST:
                full.setdefault(c, set()).add(piece.text)
    usual = sorted(len(row.pieces) for row in region)[len(region) // 2]
    short = sum(len(row.pieces) <= max(1, usual // 2) for row in region)
    return frozenset(c for c, texts in full.items() if len(texts) >= WRAP_LINES and short >= WRAP_SHORT)


def _goes_on(
    region: Sequence[PieceLine],
    places: Sequence[list[int]],
    columns: Sequence[tuple[int, int]],
    wrapped: frozenset[int],
    above: int,
    here: int,
) -> bool:
    """Is a line the rest of the cells above it: does every text of it stand below one that fills its column
    to the edge?

    The column is one of wrapped texts, or the text can be nothing but a rest. Figures do not wrap. A text
    fills its column if what follows it starts right behind, or, in the last one, if none is longer.
    """
    if region[here].index != region[above].index + 1:
        return False
    alone = len(region[here].pieces) == 1
    over = dict(zip(places[above], region[above].pieces, strict=True))
    for c, piece in zip(places[here], region[here].pieces, strict=True):
        before = over.get(c)
        rest = before is not None and _is_rest(before.text, piece.text, alone=alone)
        if (
            before is None
            or not (c in wrapped or rest)
            or abs(before.start - piece.start) > SLIP
            or _FIGURE.fullmatch(piece.text)
        ):
            return False
        edge = columns[c + 1][0] - WRAP_GAP if c + 1 < len(columns) else columns[c][1] - 1
        if before.end < edge - SLIP * rest or before.end - before.start < WRAP_LEAST:
            return False
    return True


def _is_rest(before: str, text: str, *, alone: bool) -> bool:
    """Can a text be nothing but the rest of the one above: a character or two alone in a line, what no cell
    begins with, the end of a bracket or of a day?
    """
    if text[0] in _NO_BEGINNING or (alone and len(text) <= REST_MOST and all(map(_is_han, text))):
        return True
    opened = any(before.count(o) > before.count(c) for o, c in zip(_OPENING, _CLOSING, strict=True))
    closed = any(text.count(c) > text.count(o) for o, c in zip(_OPENING, _CLOSING, strict=True))
    return (opened and closed) or _TORN_DAY.search(before + "\n" + text) is not None
