"""One cell a line, opened by a tab → tables.

Comes in: a stretch of lines. Goes out: claims for the parts in which a tab opens a cell, lines without a tab
go on with it, and a blank line before a tab opens a row (the text that word processors' tables leave when
they are pasted). A line with nothing but a tab is a blank cell. Two blank lines end a table, except inside a
row that has too few cells without what follows. Rows of one cell at a table's edge are lines: its title.
Refused: prose with indented paragraphs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from pipeline.model.cells import Block, Cell, Line, Table
from pipeline.read.text.source_lines import Claim, SourceLine

READER = "text-cells"
MIN_CELLS = 6  # this many such lines without a row of a tab-separated grid between them make a table
MAX_MEDIAN = 20  # characters: cells are short, indented paragraphs are not


@dataclass(slots=True)
class _Open:
    """A cell that is being filled."""

    parts: list[str]
    line_start: int
    line_end: int

    @property
    def text(self) -> str:
        return "\n".join(part for part in (p.strip() for p in self.parts) if part)


@dataclass(slots=True)
class _OpenRow:
    """A row, and how many blank lines stand before it."""

    gap: int
    cells: list[_Open] = field(default_factory=list)


def find_cells(lines: Sequence[SourceLine]) -> Iterator[Claim]:
    """A claim per part of the stretch that is written one cell a line."""
    tabbed = [i for i, line in enumerate(lines) if "\t" in line.text]
    only = all(_opens(lines[i]) for i in tabbed)
    run: list[int] = []
    for i in [*tabbed, -1]:
        if i >= 0 and _opens(lines[i]):
            run.append(i)
            continue
        if len(run) >= (2 if only else MIN_CELLS) and _is_table(lines, run):
            end = _run_end(lines, run[-1])
            yield Claim(run[0], end, tuple(_blocks(lines[run[0] : end])))
        run = []


def _opens(line: SourceLine) -> bool:
    return line.text.startswith("\t") and "\t" not in line.text[1:].rstrip(" ")


def _is_table(lines: Sequence[SourceLine], run: Sequence[int]) -> bool:
    """Are there rows of several cells, and short cells?"""
    sizes = [len(text) for i in run if (text := lines[i].text.strip())]
    return any(b == a + 1 for a, b in pairwise(run)) and bool(sizes) and median(sizes) <= MAX_MEDIAN


def _run_end(lines: Sequence[SourceLine], last: int) -> int:
    """The last cell goes on over the lines directly below it."""
    end = last + 1
    while end < len(lines) and not lines[end].blank and "\t" not in lines[end].text:
        end += 1
    return end


def _blocks(lines: Sequence[SourceLine]) -> Iterator[Block]:
    rows: list[_OpenRow] = []
    gap = 0
    i = 0
    while i < len(lines):
        line = lines[i]
        if line.blank:
            gap += 1
        elif "\t" in line.text:
            if gap or not rows:
                rows.append(_OpenRow(gap))
            rows[-1].cells.append(_Open([line.text], line.no, line.no))
            gap = 0
        else:
            end = i + 1
            while end < len(lines) and "\t" not in lines[end].text:
                end += 1
            stop = end
            while lines[stop - 1].blank:
                stop -= 1
            if _goes_on(rows, gap, lines[i:stop], followed=end < len(lines), tight=stop == end):
                cell = rows[-1].cells[-1]
                cell.parts += [part.text for part in lines[i:stop]]
                cell.line_end = lines[stop - 1].no
            else:
                yield from _tables(rows)
                yield from (
                    Line(part.text.strip(), line_start=part.no, line_end=part.no)
                    for part in lines[i:stop]
                    if not part.blank
                )
                rows = []
            gap = end - stop
            i = end
            continue
        i += 1
    yield from _tables(rows)


def _goes_on(
    rows: Sequence[_OpenRow], gap: int, chunk: Sequence[SourceLine], *, followed: bool, tight: bool
) -> bool:
    """Do lines without a tab belong to the cell above them?

    Directly below it they do; after a blank line they are its next paragraph where the next cell follows
    directly (`tight`), or where the cell is a text and the paragraphs stand closely together.
    """
    if not rows:
        return False
    if gap == 0:
        return True
    if not followed:
        return False
    if tight:
        return True
    close = all(not (a.blank and b.blank) for a, b in pairwise(chunk))
    return gap == 1 and close and any("\u4e00" <= char <= "\u9fff" for char in rows[-1].cells[-1].text)


def _tables(rows: Sequence[_OpenRow]) -> Iterator[Block]:
    """The rows as tables: cut at two blank lines, torn rows joined."""
    group: list[_OpenRow] = []
    for row in _mended(rows):
        if row.gap >= 2 and group:
            yield from _table(group)
            group = []
        group.append(row)
    yield from _table(group)


def _mended(rows: Sequence[_OpenRow]) -> list[_OpenRow]:
    """Rows torn by a blank line that belongs to a cell are joined where the two parts together are as wide as
    a neighbour.

    After two blank lines one neighbour of that width is enough, after one both must have it.
    """
    out: list[_OpenRow] = []
    i = 0
    while i < len(rows):
        row = rows[i]
        if i + 1 < len(rows):
            after = rows[i + 1]
            width = len(row.cells) + len(after.cells)
            before = len(out[-1].cells) == width if out else False
            behind = len(rows[i + 2].cells) == width if i + 2 < len(rows) else False
            if after.gap and ((before and behind) or (after.gap == 2 and (before or behind))):
                out.append(_OpenRow(row.gap, [*row.cells, *after.cells]))
                i += 2
                continue
        out.append(row)
        i += 1
    return out


def _table(rows: Sequence[_OpenRow]) -> Iterator[Block]:
    first, last = 0, len(rows)
    while first < last and len(rows[first].cells) == 1:
        first += 1
    while last > first and len(rows[last - 1].cells) == 1:
        last -= 1
    yield from _as_lines(rows[:first])
    if first < last:
        body = rows[first:last]
        cells = tuple(
            Cell(cell.text, r, c, line_start=cell.line_start, line_end=cell.line_end)
            for r, row in enumerate(body)
            for c, cell in enumerate(row.cells)
        )
        yield Table(cells, len(body), max(len(row.cells) for row in body), READER, spans=False)
    yield from _as_lines(rows[last:])


def _as_lines(rows: Sequence[_OpenRow]) -> Iterator[Line]:
    for row in rows:
        for cell in row.cells:
            if cell.text:
                yield Line(cell.text, line_start=cell.line_start, line_end=cell.line_end)
