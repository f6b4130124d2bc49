"""What second opinions on a page's geometry are worth: for each kind of doubt, how many rows each of them
mends or breaks, and what it costs.

The opinions are our own lattice with wider gaps, which is asked, and pdfplumber and camelot, which are not:
they mend no row that our own lattice does not mend. Documents with badly drawn rulings and sound ones are
read.
"""

from __future__ import annotations

import io
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pdfplumber
from camelot.io import read_pdf as camelot_read

from pipeline.form.assemble import forms_of
from pipeline.model.cells import Reading
from pipeline.read.page.lattice import Grid, marks
from pipeline.read.page.pdf import Finder, Page, read_pdf
from pipeline.read.page.second_opinion import WIDE, wide
from pipeline.rows.build import document_rows, file_facts
from tests.bench.documents import Document, flawed, pdfs
from tests.compare import rows_right

SOUND = "no doubt"
FEWEST_CELLS = 4
_GAPS = {"snap_tolerance": 6, "join_tolerance": 10, "intersection_tolerance": 8, "edge_min_length": 8}
PLUMBER: Mapping[str, Mapping[str, Any]] = {
    "pdfplumber-lines": {"vertical_strategy": "lines", "horizontal_strategy": "lines", **_GAPS},
    "pdfplumber-columns": {"vertical_strategy": "text", "horizontal_strategy": "lines", **_GAPS},
    "pdfplumber-text": {"vertical_strategy": "text", "horizontal_strategy": "text"},
}
CAMELOT = {"camelot-lattice": "lattice", "camelot-network": "network"}
OPINIONS = (WIDE, *PLUMBER, *CAMELOT)

Corners = tuple[float, float, float, float]  # x0, top, x1, bottom in points of the page as displayed


def table() -> Iterator[str]:
    """Lines of the table, by kind of doubt."""
    mended: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0, 0, 0.0])
    documents: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for document in (*flawed(), *pdfs()):
        first = _read(document, "pdf-lattice", None)
        right = _right(document, first)
        kind = ", ".join(sorted({kind for _, kind in first.doubts})) or SOUND
        whole = sum(len(form["indicators"]) for form in document.truth["projects"])
        documents[kind] = [a + b for a, b in zip(documents[kind], (1, right, whole), strict=True)]
        if kind == SOUND:
            continue
        for opinion in OPINIONS:
            begun = time.process_time()
            reading = _read(document, opinion, _finder(document.data, opinion))
            change = _right(document, reading) - right
            told = mended[kind, opinion]
            told[0] += max(0, change)
            told[1] += max(0, -change)
            told[2] += time.process_time() - begun
    for kind, (n, right, whole) in sorted(documents.items()):
        yield f"{kind}: {n} documents, {right} of {whole} rows right at first"
        for opinion in OPINIONS if kind != SOUND else ():
            more, less, seconds = mended[kind, opinion]
            cost = 1000 * seconds / n
            yield f"  {opinion:20} mends {more:3.0f} rows, breaks {less:3.0f}, {cost:6.0f} ms a document"


def _read(document: Document, opinion: str, finder: Finder | None) -> Reading:
    return read_pdf(document.data, "a.pdf", "application/pdf", reader=opinion, finder=finder)


def _right(document: Document, reading: Reading) -> int:
    facts = file_facts(document.data, "a.pdf")
    rows = document_rows(facts, reading, forms_of(reading))
    return sum(row.right for row in rows_right(dict(document.truth), rows))


def _finder(data: bytes, opinion: str) -> Finder:
    if opinion == WIDE:
        return lambda _, page: wide(page)
    return _plumbed(data, PLUMBER[opinion]) if opinion in PLUMBER else _camelot(data, CAMELOT[opinion])


def _plumbed(data: bytes, settings: Mapping[str, Any]) -> Finder:
    """The tables that pdfplumber finds with these settings."""

    def find(number: int, _: Page) -> list[Grid] | None:
        with pdfplumber.open(io.BytesIO(data), pages=[number]) as document:
            page = document.pages[0]
            x0, top, *_rest = page.bbox
            found = [t.cells for t in page.find_tables(dict(settings))]
        return _grids([[(a - x0, b - top, c - x0, d - top) for a, b, c, d in cells] for cells in found])

    return find


def _camelot(data: bytes, flavor: str) -> Finder:
    """The tables that camelot finds with this flavor."""

    def find(number: int, page: Page) -> list[Grid] | None:
        found = camelot_read(io.BytesIO(data), pages=str(number), flavor=flavor, suppress_stdout=True)
        return _grids([list(_rectangles(t, page.height)) for t in found])

    return find


def _rectangles(table: Any, height: float) -> Iterator[Corners]:
    """The cells of camelot's table; where it saw no border between two they are one."""
    taken: set[tuple[int, int]] = set()
    n_rows, n_cols = len(table.cells), len(table.cells[0])
    for i in range(n_rows):
        for j in range(n_cols):
            if (i, j) in taken:
                continue
            right, low = j, i
            while right + 1 < n_cols and not table.cells[i][right].right and (i, right + 1) not in taken:
                right += 1
            while low + 1 < n_rows and not any(
                table.cells[low][k].bottom or (low + 1, k) in taken for k in range(j, right + 1)
            ):
                low += 1
            taken |= {(a, b) for a in range(i, low + 1) for b in range(j, right + 1)}
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
    nearest: Callable[[Sequence[float], float], int] = lambda of, v: min(  # noqa: E731
        range(len(of)), key=lambda i: abs(of[i] - v)
    )
    taken: set[tuple[int, int]] = set()
    out = []
    for x0, top, x1, bottom in sorted(cells, key=lambda c: (c[1], c[0])):
        col, row = nearest(xs, x0), nearest(ys, top)
        cols, rows = nearest(xs, x1) - col, nearest(ys, bottom) - row
        places = {(a, b) for a in range(row, row + rows) for b in range(col, col + cols)}
        if places and not places & taken:  # of cells that overlap the first one stands
            taken |= places
            out.append((row, col, rows, cols))
    out += [(a, b, 1, 1) for a in range(n_rows) for b in range(n_cols) if (a, b) not in taken]
    return Grid(tuple(xs), tuple(ys), tuple(sorted(out)))
