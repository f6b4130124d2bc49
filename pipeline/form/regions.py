"""Pieces → forms: joins the tables of one form over page breaks and cuts a document into forms.

Comes in: a `Reading`. Goes out: `Region`s in reading order, each the loose lines before a form and the rows
of its tables, texts cleaned, columns of pieces with a layout matched by their x positions. Rows that belong
to no form stay in the region before them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise, zip_longest

from normalizers.symbols import clean
from pipeline.form.titles import caption, is_title
from pipeline.form.totals import opens_total
from pipeline.model.cells import Cell, Line, Reading, Table
from pipeline.model.regions import CellRow, Region
from pipeline.model.roles import Role
from pipeline.table.header import header_roles
from pipeline.words import vocabulary

EDGE_TOLERANCE = 4.0  # points; rulings of one column differ by less between pages, columns by more


@dataclass(slots=True)
class _Open:
    """The region that is being filled."""

    lines: list[Line] = field(default_factory=list)
    rows: list[CellRow] = field(default_factory=list)
    pending: list[Line] = field(default_factory=list)
    named: bool = False
    columns: frozenset[Role] | None = None
    totalled: bool = False

    def close(self) -> Region:
        return Region(tuple(self.lines), tuple(self.rows), tuple(self.pending))


def regions(reading: Reading) -> tuple[Region, ...]:
    """The document cut into regions of one form each; regions without a table hold loose lines only."""
    out: list[Region] = []
    now = _Open()

    def start(pending: Iterable[Line]) -> _Open:
        if now.rows or now.lines:
            out.append(now.close())
        return _Open(lines=list(pending))

    items = list(_items(reading))
    for item, below in zip_longest(items, items[1:]):
        line = item if isinstance(item, Line) else _line_of(item)
        if now.named and line is not None and _heads_block(line, below):
            now.rows.append(item if isinstance(item, CellRow) else _row_of(item))
            continue
        if line is not None and is_title(line.text):
            if now.rows:
                kept, now.pending = now.pending, []
                now = start(kept)
            now.lines.append(line)
            continue
        if isinstance(item, Line):
            (now.pending if now.rows else now.lines).append(item)
            continue
        named, columns = _names_project(item), header_roles(item.filled)
        again = (named and (now.named or now.columns is not None)) or (
            columns is not None and now.columns is not None and now.totalled and columns != now.columns
        )
        if again and now.rows:
            kept, now.pending = now.pending, []
            now = start(kept)
        elif now.pending and now.rows:
            now.lines.extend(now.pending)
            now.pending = []
        now.rows.append(item)
        now.named = now.named or named
        if columns is not None:
            now.columns = columns
        now.totalled = now.totalled or opens_total(item)
    if now.rows or now.lines:
        out.append(now.close())
    return tuple(out)


def _line_of(row: CellRow) -> Line | None:
    """A row with a single text is as good as a line of text (a title drawn inside the table)."""
    filled = row.filled
    if len(filled) != 1:
        return None
    c = filled[0]
    return Line(c.text, c.page, c.box, c.line_start, c.line_end, c.confidence)


def _row_of(line: Line) -> CellRow:
    """A line between the rows of a table as a row of it."""
    cell = Cell(
        clean(line.text),
        0,
        0,
        page=line.page,
        box=line.box,
        line_start=line.line_start,
        line_end=line.line_end,
    )
    return CellRow((cell,), False, 0)


def _heads_block(line: Line, below: Line | CellRow | None) -> bool:
    """Does a line say the term of the indicators whose header stands right below it?"""
    return (
        caption(line.text) is not None
        and isinstance(below, CellRow)
        and header_roles(below.filled) is not None
    )


def _names_project(row: CellRow) -> bool:
    filled = row.filled
    return (
        bool(filled)
        and any(vocabulary.key_of("field", c.text) == "project_name" for c in filled[:2])
        and header_roles(row.filled) is None
    )


def _items(reading: Reading) -> Iterator[Line | CellRow]:
    """Lines and rows in reading order."""
    tables = regrid([b for b in reading.blocks if isinstance(b, Table)])
    piece = 0
    for block in reading.blocks:
        if isinstance(block, Line):
            if block.text.strip():
                yield block
            continue
        table = tables[piece]
        by_row: dict[int, list[Cell]] = {}
        for cell in table.cells:
            text = clean(cell.text)
            by_row.setdefault(cell.row, []).append(cell if text == cell.text else replace(cell, text=text))
        top = True
        for r in sorted(by_row):
            cells = tuple(sorted(by_row[r], key=lambda c: c.col))
            if not any(c.text for c in cells) and not table.spans:
                continue
            yield CellRow(cells, table.spans, piece, top, table.reader, table.recognised, table.wrapped_lines)
            top = False
        piece += 1


def regrid(tables: Sequence[Table]) -> list[Table]:
    """Tables with a layout get one common set of column borders, so that a column is the same x on every
    page.
    """
    xs = sorted(x for t in tables if t.edges for x in t.edges)
    if not xs:
        return list(tables)
    groups = [[xs[0]]]
    for a, b in pairwise(xs):
        if b - a > EDGE_TOLERANCE:
            groups.append([])
        groups[-1].append(b)
    marks = [sum(g) / len(g) for g in groups]

    def nearest(x: float) -> int:
        return min(range(len(marks)), key=lambda i: abs(marks[i] - x))

    out = []
    for t in tables:
        if not t.edges:
            out.append(t)
            continue
        at = [nearest(x) for x in t.edges]
        if at == list(range(len(at))):
            out.append(replace(t, n_cols=len(marks) - 1))
            continue
        cells = tuple(
            replace(c, col=at[c.col], col_span=max(1, at[c.col + c.col_span] - at[c.col])) for c in t.cells
        )
        out.append(replace(t, cells=cells, n_cols=len(marks) - 1))
    return out
