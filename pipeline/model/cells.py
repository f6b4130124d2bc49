"""What a reader gives: cells, tables, lines, and the problems met, frozen, plain, and independent of the
source's format.

Comes in: nothing. Goes out: a reader turns bytes into a `Reading`: blocks in reading order, each a `Table` of
cells or a loose `Line`. Nothing here holds a pandas object, an open file or a format's own types.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Box = tuple[float, float, float, float]
"""x0, top, x1, bottom in PDF points, origin at the top left of the page as displayed."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table as a reader saw it.

    `row`, `col` count from 0 within its table; a merged cell stands at its top left corner and says its
    spans. `page` and the lines count from 1. `text` keeps the source's characters; line breaks inside the
    cell stay as `\\n`.
    """

    text: str
    row: int
    col: int
    row_span: int = 1
    col_span: int = 1
    page: int | None = None
    box: Box | None = None
    line_start: int | None = None
    line_end: int | None = None
    confidence: float = 1.0
    flags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Table:
    """A grid of cells.

    `spans`: the source knows its merged cells (HTML, Word, Excel, ruled PDF), so an absent cell is covered by
    a merged one and a column index means a column. Without it only the order of the cells in a row is to be
    trusted, and a merged cell's text stands in one row while the other rows hold blanks or nothing at all.
    `edges`: x positions (points) of the column borders, n_cols + 1 of them, where the source has a layout:
    pieces of one table on several pages are matched by them.
    `recognised`: the texts were read off a picture. `wrapped_lines`: lines of the source were put together
    to cells by their places alone, so that a row may be a piece of a wrapped cell.
    """

    cells: tuple[Cell, ...]
    n_rows: int
    n_cols: int
    reader: str
    spans: bool
    page: int | None = None
    edges: tuple[float, ...] | None = None
    recognised: bool = False
    wrapped_lines: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A line or paragraph of text outside any table."""

    text: str
    page: int | None = None
    box: Box | None = None
    line_start: int | None = None
    line_end: int | None = None
    confidence: float = 1.0


Block = Table | Line


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be read: a stable code and a sentence for the user."""

    code: str
    message: str
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader got out of one file. `text_layer` is `native`, `ocr`, `mixed`, or None where nothing was
    read. `doubts`: on which pages the reader is not sure where the cells are, and why.
    """

    blocks: tuple[Block, ...]
    media_type: str
    reader: str
    n_pages: int | None = None
    text_layer: str | None = "native"
    title: str | None = None
    flags: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    doubts: tuple[tuple[int, str], ...] = ()


def union(boxes: Iterable[Box | None]) -> Box | None:
    """The smallest box around all boxes that are given; None where none is."""
    known = [b for b in boxes if b is not None]
    if not known:
        return None
    return (
        min(b[0] for b in known),
        min(b[1] for b in known),
        max(b[2] for b in known),
        max(b[3] for b in known),
    )
