"""Word files of 1997 to 2003 → tables and lines, without any other program.

Comes in: the bytes of a .doc. Goes out: its paragraphs, and its tables with the merged cells that their rows
define (MS-DOC: the properties of paragraphs in pages of 512 bytes, those of a row at the mark that ends it,
with the places of its edges in twips). Refused (None): other versions, locked or broken files, tables inside
cells, and rows whose cells are not as many as they say.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from pipeline.model.cells import Block, Cell, Line, Table
from pipeline.read.common.broken import BrokenError
from pipeline.read.office.ole import (
    CELL_MARK,
    DEFINITION,
    PAGE,
    PARAGRAPH_MARK,
    WordStreams,
    byte,
    items,
    numbers,
    pages,
    plain,
    word_streams,
)

READER = "doc-native"
NEAR = 40  # twips: edges of rows that are nearer than this are one border
_FIB_PAPX = 0x0102
_IN_TABLE, _ROW_END, _DEPTH, _VERTICAL, _HUGE = 0x2416, 0x2417, 0x6649, 0xD62B, 0x6646
_MARKS = re.compile(f"[{CELL_MARK}{PARAGRAPH_MARK}\x0c]")
_SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class _Properties:
    """What a paragraph's properties say of tables; `edges` in twips and `merges` (across, down) only at a
    row's end.
    """

    in_table: bool = False
    row_end: bool = False
    depth: int = 1
    edges: tuple[int, ...] = ()
    merges: tuple[tuple[int, int], ...] = ()


@dataclass(slots=True)
class _StoredRow:
    cells: list[str]
    edges: tuple[int, ...]
    merges: tuple[tuple[int, int], ...]


@dataclass(slots=True)
class _Open:
    """What is being filled: the paragraphs of a cell, the cells of a row, the rows of a table."""

    parts: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    rows: list[_StoredRow] = field(default_factory=list)


def word97_blocks(data: bytes) -> tuple[Block, ...] | None:
    """The blocks of a Word file in order, None where this reader does not know enough of it."""
    streams = word_streams(data)
    if streams is None:
        return None
    try:
        return tuple(_blocks(streams))
    except BrokenError:
        return None


def _blocks(streams: WordStreams) -> Iterator[Block]:
    starts, runs = _runs(streams)
    now = _Open()
    for text, mark, at in _paragraphs(streams):
        place = bisect_right(starts, at) - 1
        found = runs[place] if place >= 0 else _Properties()
        now.parts.append(text)
        if found.depth > 1:
            raise BrokenError("a table stands inside a cell")
        if not found.in_table:
            yield from _table(now.rows)
            now.rows = []
            if now.cells:
                raise BrokenError("a row does not end")
            yield from (Line(line) for line in _lines(now.parts).split("\n") if line)
            now.parts = []
        elif mark == CELL_MARK and found.row_end:
            now.rows.append(_StoredRow(now.cells, found.edges, found.merges))
            now.parts, now.cells = [], []
        elif mark == CELL_MARK:
            now.cells.append(_lines(now.parts))
            now.parts = []
    yield from _table(now.rows)


def _lines(parts: Sequence[str]) -> str:
    """Paragraphs as lines, without what is no text and without blank lines."""
    joined = plain(PARAGRAPH_MARK.join(parts))
    whole = _SURROGATES.sub(
        lambda m: m[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"), joined
    )
    return "\n".join(line for line in (part.strip() for part in whole.split(PARAGRAPH_MARK)) if line)


def _paragraphs(streams: WordStreams) -> Iterator[tuple[str, str, int]]:
    """Every paragraph's text, the mark that ends it, and where that mark lies in the main stream."""
    text = ""
    for piece in streams.pieces():
        start = 0
        for mark in _MARKS.finditer(piece.text):
            yield text + piece.text[start : mark.start()], mark[0], piece.at + piece.step * mark.start()
            text, start = "", mark.end()
        text += piece.text[start:]
    if text:
        yield text, PARAGRAPH_MARK, -1


# ---- properties
# ----------------------------------------------------------------------------------------------------


def _runs(streams: WordStreams) -> tuple[list[int], list[_Properties]]:
    """Where in the main stream runs of paragraphs of one kind begin, and their properties."""
    found: dict[int, _Properties] = {}
    for page in pages(streams.main, streams.table, _FIB_PAPX):
        count = byte(page, PAGE - 1)
        begins = numbers(f"{count + 1}I", page, 0)
        for i in range(count):
            place = 2 * byte(page, 4 * (count + 1) + 13 * i)
            found[begins[i]] = _properties(_list_at(page, place), streams)
    starts = sorted(found)
    return starts, [found[s] for s in starts]


def _list_at(page: bytes, offset: int) -> bytes:
    """The list of properties at a place of a page, without the style that comes before it; empty for none."""
    if not offset:
        return b""
    words = byte(page, offset)
    size = 2 * words - 1 if words else 2 * byte(page, offset + 1)
    start = offset + (1 if words else 2)
    return page[start + 2 : start + size]


def _properties(properties: bytes, streams: WordStreams, *, elsewhere: bool = False) -> _Properties:
    """What a list of properties says; one too long for its page lies `elsewhere`, and points no further."""
    out = _Properties()
    for code, operand in items(properties):
        if code == _IN_TABLE:
            out = replace(out, in_table=bool(operand[0]))
        elif code == _ROW_END:
            out = replace(out, row_end=bool(operand[0]))
        elif code == _DEPTH:
            out = replace(out, depth=numbers("i", operand, 0)[0])
        elif code == _HUGE:
            if elsewhere:
                raise BrokenError("properties point to each other")
            at = numbers("I", operand, 0)[0]
            size = numbers("H", streams.data, at)[0]
            there = streams.data[at + 2 : at + 2 + size]
            inner = _properties(there, streams, elsewhere=True) if size else out
            out = replace(
                inner, in_table=inner.in_table or out.in_table, row_end=inner.row_end or out.row_end
            )
        elif code == DEFINITION:
            edges, merges = _definition(operand)
            out = replace(out, edges=edges, merges=merges)
        elif code == _VERTICAL and byte(operand, 0) < len(out.merges):
            changed = list(out.merges)
            changed[operand[0]] = (changed[operand[0]][0], byte(operand, 1))
            out = replace(out, merges=tuple(changed))
    return out


def _definition(operand: bytes) -> tuple[tuple[int, ...], tuple[tuple[int, int], ...]]:
    """The edges of a row's cells, and how each is merged: across (1 first, 2 following), down (1 following, 3
    first).
    """
    n = byte(operand, 0)
    edges = numbers(f"{n + 1}h", operand, 1)
    at = 1 + 2 * (n + 1)
    flags = [
        numbers("H", operand, at + 20 * i)[0] if at + 20 * i + 2 <= len(operand) else 0 for i in range(n)
    ]
    return edges, tuple((f & 3, f >> 5 & 3) for f in flags)


# ---- tables
# --------------------------------------------------------------------------------------------------------


def _table(rows: Sequence[_StoredRow]) -> Iterator[Table]:
    """Rows by the places of their edges: a cell that goes on from the left or from above belongs to the cell
    there.
    """
    if not rows:
        return
    borders: list[int] = []
    for edge in sorted({e for row in rows for e in row.edges}):
        if not borders or edge - borders[-1] > NEAR:
            borders.append(edge)
    cells: list[Cell] = []
    above: dict[int, int] = {}  # column → place in `cells` of the cell of the row above
    for r, row in enumerate(rows):
        if len(row.cells) != len(row.merges):
            raise BrokenError("a row's cells are not as many as it says")
        here: dict[int, int] = {}
        begins = len(cells)
        for i, text in enumerate(row.cells):
            col, end = (bisect_right(borders, row.edges[k]) - 1 for k in (i, i + 1))
            across, down = row.merges[i]
            if across > 1 and len(cells) > begins:
                cells[-1] = replace(cells[-1], col_span=end - cells[-1].col)
                continue
            upper = cells[above[col]] if down == 1 and col in above else None
            if upper is not None and upper.col_span == end - col:
                cells[above[col]] = replace(upper, row_span=r + 1 - upper.row)
                here[col] = above[col]
            else:
                here[col] = len(cells)
                cells.append(Cell(text, r, col, 1, max(1, end - col)))
        above = here
    yield Table(
        tuple(sorted(cells, key=lambda c: (c.row, c.col))), len(rows), max(1, len(borders) - 1), READER, True
    )
