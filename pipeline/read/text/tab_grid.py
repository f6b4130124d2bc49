"""Tab-separated rows → tables, one cell a field.

Comes in: a stretch of lines. Goes out: a claim for every run of lines with tabs; blank fields are blank
cells. A cell quoted as in CSV may go over several lines; a quote that never closes is a character like any
other. Lines without a tab end a table. Fields that were glued together stay so: what belongs where is a later
stage's question.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.model.cells import Block, Cell, Line, Table
from pipeline.read.text.source_lines import Claim, SourceLine

READER = "text-grid"
MAX_QUOTED_LINES = 200  # a quoted cell longer than this is a stray quote


@dataclass(frozen=True, slots=True)
class _Row:
    """Fields with the lines that each stands on; `start` and `end` (exclusive) index the stretch."""

    fields: tuple[tuple[str, int, int], ...]
    start: int
    end: int


def find_grids(lines: Sequence[SourceLine]) -> Iterator[Claim]:
    """A claim per run of rows with tabs; runs in which no row has two filled fields are lines."""
    runs = _runs(lines)
    quoting = any(_quoted(text) is not None for run in runs for row in run for text, _, _ in row.fields)
    for run in runs:
        yield Claim(run[0].start, run[-1].end, _blocks(run, quoting))


def _runs(lines: Sequence[SourceLine]) -> list[list[_Row]]:
    runs: list[list[_Row]] = []
    i = open_at = no_quote_before = 0
    while i < len(lines):
        row, failed_at = _row(lines, i, allow_quotes=i >= no_quote_before)
        no_quote_before = max(no_quote_before, failed_at)
        if row is None:
            i += 1
            continue
        if not runs or open_at != i:
            runs.append([])
        runs[-1].append(row)
        i = open_at = row.end
    return runs


def _row(lines: Sequence[SourceLine], i: int, *, allow_quotes: bool) -> tuple[_Row | None, int]:
    """The row that begins at line `i`, None where no tab does, and the line at which a stray quote gave
    up.
    """
    fields: list[tuple[str, int, int]] = []
    failed_at = 0
    end = i
    parts = lines[i].text.split("\t")
    while True:
        fields += [(part, lines[end].no, lines[end].no) for part in parts]
        closing: int | None = None
        if allow_quotes and parts[-1].lstrip().startswith('"') and parts[-1].count('"') % 2:
            closing, failed_at = _closing(lines, end)
        if closing is None:
            break
        opened, first, _ = fields.pop()
        head, *parts = lines[closing].text.split("\t")
        inside = [opened, *(line.text for line in lines[end + 1 : closing]), head]
        fields.append(("\n".join(inside), first, lines[closing].no))
        end = closing
        if not parts:
            break
    return (_Row(tuple(fields), i, end + 1) if len(fields) > 1 else None), failed_at


def _closing(lines: Sequence[SourceLine], i: int) -> tuple[int | None, int]:
    """The line on which the quote that line `i` leaves open is closed before any tab; else where the search
    ended.
    """
    for k in range(i + 1, min(i + 1 + MAX_QUOTED_LINES, len(lines))):
        head, tab, _ = lines[k].text.partition("\t")
        if head.count('"') % 2:
            return (k, 0) if head.rstrip().endswith('"') else (None, k)
        if tab:
            return None, k
    return None, min(i + 1 + MAX_QUOTED_LINES, len(lines))


def _quoted(text: str) -> str | None:
    """What a field quoted as in CSV says; None where it is not quoted."""
    bare = text.strip()
    if len(bare) < 2 or bare[0] != '"' or bare[-1] != '"' or '"' in bare[1:-1].replace('""', ""):
        return None
    return bare[1:-1].replace('""', '"').strip()


def _text(raw: str, quoting: bool) -> str:
    """A field's text; in a file that quotes its cells, half a pair of quotes is what a torn cell kept of
    it.
    """
    inner = _quoted(raw)
    if inner is not None:
        return inner
    bare = raw.strip()
    if quoting and bare.count('"') == 1 and '"' in (bare[0], bare[-1]):
        return bare.strip('"').strip()
    return bare


def _blocks(run: Sequence[_Row], quoting: bool) -> tuple[Block, ...]:
    cells = tuple(
        Cell(_text(raw, quoting), r, c, line_start=first, line_end=last)
        for r, row in enumerate(run)
        for c, (raw, first, last) in enumerate(row.fields)
    )
    filled = [cell for cell in cells if cell.text]
    if len({cell.row for cell in filled}) == len(filled):
        return tuple(Line(cell.text, line_start=cell.line_start, line_end=cell.line_end) for cell in filled)
    return (Table(cells, len(run), max(len(row.fields) for row in run), READER, spans=False),)
