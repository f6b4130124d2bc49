"""Columns held apart by runs of spaces → tables (what `pdftotext -layout` and typewriters make of a form).

Comes in: a stretch of lines. Goes out: claims for the regions in which several lines fall into pieces with
two blanks or more between them. A piece gets its column by where it stands, in display columns (a Chinese
character is two wide), against the other rows; a cell that goes on on the next line stays a row of its own,
in its right column. Refused: prose that is indented, numbered or spaced out.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from pipeline.model.cells import Cell, Table
from pipeline.read.text.source_lines import Claim, SourceLine

WRAP_GAP = 5  # display columns between a full cell and the next column
WRAP_LINES = 2  # texts that fill a column before it is taken as wrapped
WRAP_SHORT = 3  # lines with at most half of the usual texts before a table is taken to have wrapped ones
WRAP_LEAST = 6  # display columns: a narrower text is not wrapped
_FIGURE = re.compile(r"[≥≤><=]?[-\d.,%/—]+")
READER = "text-spaces"
MAX_APART = 5  # lines without columns, blank ones included, that may stand between two rows of one table
LETTER_GAP = 4  # display columns between the characters of a word that is spaced out (`总  分`)
TAIL = 4  # parts of a word that are looked at when the next one is joined to it
SLIP = 2  # display columns by which cells of one column may miss each other
MAX_FILLED = 40  # columns; blank cells are written out in tables up to this width
_GAP = re.compile(r"[ \u00a0\u3000]{2,}")
_NUMBERING = re.compile(r"(?:^|[^\d.])\d{1,2}[.、．)）]$")
_OPENING, _CLOSING = "（([【〔", "）)]】〕"


@dataclass(frozen=True, slots=True)
class Piece:
    """A text and the display columns that it covers, `end` exclusive."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Row:
    index: int
    pieces: tuple[Piece, ...]


def find_columns(lines: Sequence[SourceLine]) -> Iterator[Claim]:
    """A claim per region of lines in columns."""
    rows = [
        _Row(i, pieces(line.text))
        for i, line in enumerate(lines)
        if line.text.strip() and "\t" not in line.text
    ]
    for chunk in _chunks(rows):
        for region in _cut(chunk, _columns([row.pieces for row in chunk if len(row.pieces) > 1])):
            if _is_table(region):
                yield Claim(region[0].index, region[-1].index + 1, (_table(region, lines),))


def pieces(text: str) -> tuple[Piece, ...]:
    """The pieces of a line that two blanks or more hold apart; words spaced out and bracketed blanks stay
    whole.
    """
    found: list[Piece] = []
    at, end_of_last = 0, 0
    for gap in [*_GAP.finditer(text), None]:
        raw = text[at : gap.start() if gap else len(text)]
        lead = len(raw) - len(raw.lstrip(" \u00a0\u3000"))
        start = end_of_last + width(raw[:lead])
        end_of_last += width(raw)
        if raw.strip():
            found.append(Piece(raw.strip(), start, start + width(raw.strip())))
        if gap:
            end_of_last += width(gap[0])
            at = gap.end()
    closing_after = [False] * (len(found) + 1)  # is there a closing bracket in this piece or a later one?
    for i in range(len(found) - 1, -1, -1):
        closing_after[i] = closing_after[i + 1] or any(c in found[i].text for c in _CLOSING)
    words: list[list[Piece]] = []
    for i, piece in enumerate(found):
        if words and _one_word(words[-1][-TAIL:], piece, closed=closing_after[i]):
            words[-1].append(piece)
        else:
            words.append([piece])
    return tuple(_joined_word(word) for word in words)


def _joined_word(parts: Sequence[Piece]) -> Piece:
    texts = [parts[0].text, *(f"{' ' * (b.start - a.end)}{b.text}" for a, b in pairwise(parts))]
    return Piece("".join(texts), parts[0].start, parts[-1].end)


def width(text: str) -> int:
    """The display columns that a text takes."""
    return len(text) if text.isascii() else sum(map(_char_width, text))


@lru_cache(maxsize=8192)
def _char_width(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


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


def _chunks(rows: Sequence[_Row]) -> Iterator[list[_Row]]:
    """Runs of lines that begin and end with a row of several pieces, never further apart than `MAX_APART`."""
    chunk: list[_Row] = []
    last = 0
    for row in rows:
        if len(row.pieces) > 1:
            if chunk and row.index - chunk[last].index > MAX_APART + 1:
                yield chunk[: last + 1]
                chunk = []
            chunk.append(row)
            last = len(chunk) - 1
        elif chunk:
            chunk.append(row)
    if chunk:
        yield chunk[: last + 1]


def _cut(chunk: Sequence[_Row], columns: Sequence[tuple[int, int]]) -> Iterator[list[_Row]]:
    """The chunk cut at lines that stand alone and fit into no column: titles, notes, page numbers."""
    region: list[_Row] = []
    for i, row in enumerate(chunk):
        near = any(0 <= k < len(chunk) and abs(chunk[k].index - row.index) == 1 for k in (i - 1, i + 1))
        if len(row.pieces) > 1 or near or _fits(row.pieces[0], columns):
            region.append(row)
            continue
        yield from _trimmed(region)
        region = []
    yield from _trimmed(region)


def _trimmed(region: list[_Row]) -> Iterator[list[_Row]]:
    several = [i for i, row in enumerate(region) if len(row.pieces) > 1]
    if several:
        yield region[several[0] : several[-1] + 1]


def _fits(piece: Piece, columns: Sequence[tuple[int, int]]) -> bool:
    i = bisect_right(columns, (piece.start + SLIP, 1 << 30)) - 1
    return i >= 0 and columns[i][0] - SLIP <= piece.start and piece.end <= columns[i][1] + SLIP


def _is_table(region: Sequence[_Row]) -> bool:
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


def _table(region: Sequence[_Row], lines: Sequence[SourceLine]) -> Table:
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
        texts: dict[int, list[str]] = {}
        for i in members:
            for c, piece in zip(places[i], region[i].pieces, strict=True):
                texts.setdefault(c, []).append(piece.text)
        first, last = lines[region[members[0]].index].no, lines[region[members[-1]].index].no
        wanted: Iterable[int] = range(n_cols) if n_cols <= MAX_FILLED else sorted(texts)
        cells += [Cell("\n".join(texts.get(c, [])), r, c, line_start=first, line_end=last) for c in wanted]
    return Table(tuple(cells), len(rows), n_cols, READER, spans=False, wrapped_lines=True)


def _wrapped(
    region: Sequence[_Row], places: Sequence[list[int]], columns: Sequence[tuple[int, int]]
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
    region: Sequence[_Row],
    places: Sequence[list[int]],
    columns: Sequence[tuple[int, int]],
    wrapped: frozenset[int],
    above: int,
    here: int,
) -> bool:
    """Is a line the rest of the cells above it: does every text of it stand below one that fills its column
    to the edge?

    Figures do not wrap. A text fills its column if what follows it starts right behind, or, in the last one,
    if none is longer.
    """
    if region[here].index != region[above].index + 1:
        return False
    over = dict(zip(places[above], region[above].pieces, strict=True))
    for c, piece in zip(places[here], region[here].pieces, strict=True):
        before = over.get(c)
        if (
            before is None
            or c not in wrapped
            or abs(before.start - piece.start) > SLIP
            or _FIGURE.fullmatch(piece.text)
        ):
            return False
        edge = columns[c + 1][0] - WRAP_GAP if c + 1 < len(columns) else columns[c][1] - 1
        if before.end < edge or before.end - before.start < WRAP_LEAST:
            return False
    return True
