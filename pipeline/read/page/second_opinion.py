"""Second opinions on a PDF: other programs say where its tables are, pdfium says what stands in them.

Comes in: the bytes of a PDF and the name of an opinion. Goes out: the same `Reading` as the PDF reader's,
with the cells that pdfplumber or camelot find in place of our own lattice's, or with every page recognised as
a picture. These programs are slow and heavy: they are loaded only when they are asked. Refused: nothing that
the PDF reader does not refuse; a page on which an opinion finds no table, or that it sees in another size or
turn, is read as before.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pipeline.model.cells import Reading, Table
from pipeline.read.common.broken import BrokenError
from pipeline.read.page.lattice import Grid, marks
from pipeline.read.page.other_programs import theirs
from pipeline.read.page.pdf import Finder, Page, read_pdf

MOST_PAGES = 40  # of a document that opinions are asked on
MOST_RECOGNISED = 6  # of them, to be recognised as pictures: each takes seconds
SAME_SIZE = 1.0  # points by which two programs may see a page in different sizes
FEWEST_CELLS = 4

Corners = tuple[float, float, float, float]  # x0, top, x1, bottom in points of the page as displayed

_WIDE = {"snap_tolerance": 6, "join_tolerance": 10, "intersection_tolerance": 8, "edge_min_length": 8}
PLUMBER: Mapping[str, Mapping[str, Any]] = {
    "pdfplumber-lines": {"vertical_strategy": "lines", "horizontal_strategy": "lines", **_WIDE},
    "pdfplumber-strict": {
        "vertical_strategy": "lines_strict",
        "horizontal_strategy": "lines_strict",
        "intersection_tolerance": 5,
    },
    "pdfplumber-columns": {"vertical_strategy": "text", "horizontal_strategy": "lines", **_WIDE},
    "pdfplumber-text": {"vertical_strategy": "text", "horizontal_strategy": "text"},
}
CAMELOT = {"camelot-lattice": "lattice", "camelot-network": "network"}
UNRULED = frozenset({"pdfplumber-columns", "pdfplumber-text", "camelot-network"})
MOST_SURE = 0.88  # of cells whose borders no ruling draws
RECOGNISED = "pdf-ocr"
OPINIONS: tuple[str, ...] = (*PLUMBER, *CAMELOT, RECOGNISED)
"""The names of the opinions, the cheapest first."""


def second_opinion(data: bytes, name: str, media_type: str, opinion: str, pages: frozenset[int]) -> Reading:
    """The PDF with some pages (from 1) in the reading of one of `OPINIONS`; the others are read as before.

    Raises:
        PipelineError: as `read_pdf`.
        KeyError: no such opinion.
    """
    asked = frozenset(sorted(pages)[: MOST_RECOGNISED if opinion == RECOGNISED else MOST_PAGES])
    if opinion == RECOGNISED:
        return read_pdf(data, name, media_type, reader=opinion, as_pictures=asked)
    finder = _plumbed(data, PLUMBER[opinion]) if opinion in PLUMBER else _camelot(data, CAMELOT[opinion])
    found = read_pdf(
        data,
        name,
        media_type,
        reader=opinion,
        finder=lambda number, page: finder(number, page) if number in asked else None,
    )
    if opinion not in UNRULED:
        return found
    return replace(
        found,
        blocks=tuple(_unsure(b) if isinstance(b, Table) and b.reader == opinion else b for b in found.blocks),
    )


def _unsure(table: Table) -> Table:
    return replace(table, cells=tuple(replace(c, confidence=MOST_SURE) for c in table.cells))


def _plumbed(data: bytes, settings: Mapping[str, Any]) -> Finder:
    """The tables that pdfplumber finds with these settings."""
    import pdfplumber

    def find(number: int, page: Page) -> list[Grid] | None:
        with theirs(), pdfplumber.open(io.BytesIO(data), pages=[number]) as document:
            other = document.pages[0]
            x0, top, x1, bottom = other.bbox
            found = [list(t.cells) for t in other.find_tables(dict(settings))]
        if abs(x1 - x0 - page.width) > SAME_SIZE or abs(bottom - top - page.height) > SAME_SIZE:
            return None
        return _grids([[_moved(c, x0, top) for c in cells if c is not None] for cells in found])

    return _silent_where_they_fail(find)


def _camelot(data: bytes, flavor: str) -> Finder:
    """The tables that camelot finds with this flavor."""
    from camelot.io import read_pdf as camelot_read

    def find(number: int, page: Page) -> list[Grid] | None:
        with theirs():
            found = camelot_read(io.BytesIO(data), pages=str(number), flavor=flavor, suppress_stdout=True)
        return _grids([list(_rectangles(t, page.height)) for t in found])

    return _silent_where_they_fail(find)


def _silent_where_they_fail(find: Finder) -> Finder:
    """A program's failure is no failure of the document: it has no opinion then."""

    def asked(number: int, page: Page) -> list[Grid] | None:
        try:
            return find(number, page)
        except BrokenError:
            return None

    return asked


def _moved(cell: Sequence[float], x0: float, top: float) -> Corners:
    return cell[0] - x0, cell[1] - top, cell[2] - x0, cell[3] - top


def _rectangles(table: Any, height: float) -> Iterator[Corners]:
    """The cells of camelot's table; where it saw no border between two they are one."""
    n_rows, n_cols = len(table.cells), len(table.cells[0])
    seen = [[False] * n_cols for _ in range(n_rows)]
    for i in range(n_rows):
        for j in range(n_cols):
            if seen[i][j]:
                continue
            right, low = j, i
            while right + 1 < n_cols and not table.cells[i][right].right and not seen[i][right + 1]:
                right += 1
            while low + 1 < n_rows and not any(
                table.cells[low][k].bottom or seen[low + 1][k] for k in range(j, right + 1)
            ):
                low += 1
            for a in range(i, low + 1):
                for b in range(j, right + 1):
                    seen[a][b] = True
            first, last = table.cells[i][j], table.cells[low][right]
            yield first.x1, height - first.y2, last.x2, height - last.y1


def _grids(found: Sequence[Sequence[Corners]]) -> list[Grid] | None:
    """Rectangles as grids; None where no table is among them."""
    out = [g for cells in found if len(cells) >= FEWEST_CELLS and (g := _grid(cells)) is not None]
    return sorted(out, key=lambda g: (g.ys[0], g.xs[0])) or None


def _grid(cells: Sequence[Corners]) -> Grid | None:
    xs = marks([x for c in cells for x in (c[0], c[2])])
    ys = marks([y for c in cells for y in (c[1], c[3])])
    n_rows, n_cols = len(ys) - 1, len(xs) - 1
    if n_rows < 2 or n_cols < 2:
        return None
    taken = [[False] * n_cols for _ in range(n_rows)]
    out = []
    for x0, top, x1, bottom in sorted(cells, key=lambda c: (c[1], c[0])):
        col, row = _nearest(xs, x0), _nearest(ys, top)
        cols, rows = _nearest(xs, x1) - col, _nearest(ys, bottom) - row
        places = [(a, b) for a in range(row, row + rows) for b in range(col, col + cols)]
        if not places or any(taken[a][b] for a, b in places):
            continue  # cells that overlap: the first one stands
        for a, b in places:
            taken[a][b] = True
        out.append((row, col, rows, cols))
    out += [(a, b, 1, 1) for a in range(n_rows) for b in range(n_cols) if not taken[a][b]]
    return Grid(tuple(xs), tuple(ys), tuple(sorted(out)))


def _nearest(borders: Sequence[float], value: float) -> int:
    return min(range(len(borders)), key=lambda i: abs(borders[i] - value))
