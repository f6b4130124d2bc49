"""Pipe tables whose rows are broken over lines → tables.

Comes in: a stretch of lines. Goes out: a claim per run in which rows go on until as many pipes have come as
the header has. Rows before the header, and rows that have fewer cells, stay a line each. Refused: tables with
a row a line, ragged or not: without a header after which torn rows are usual nothing is joined.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.model.cells import Cell, Table
from pipeline.read.text.markdown import cell_text
from pipeline.read.text.pipe_runs import PIPE, pipes_in, runs
from pipeline.read.text.source_lines import Claim, SourceLine, is_page_mark

READER = "text-torn-pipes"
FEWEST_PIPES, MOST_PIPES = 2, 30  # of a row
FEWEST_ROWS = 3
LONGEST_LABEL = 20  # characters of a header's cell
LONGEST_LEVEL = 12  # characters of the label in a row's first cell
SENTENCE_ENDS = "。；;！"
MOST_LINES = 16  # that a row is broken over
TORN = 0.25  # share of the rows that are
RAGGED = 0.25  # share of lines that may belong to no whole row
_LABEL_PIECE = re.compile("[一-鿿]{1,6}")

Row = tuple[int, int]
"""A row's first line and the one behind its last."""


@dataclass(frozen=True, slots=True)
class _Cut:
    """Rows of a run of lines, how many of them have the header's pipes, and how many of these are torn."""

    rows: tuple[Row, ...]
    whole: int
    torn: int


def find_torn_pipes(lines: Sequence[SourceLine]) -> Iterator[Claim]:
    """A claim per table with torn rows."""
    before = 0
    for start, end in runs(lines):
        while start > before and _LABEL_PIECE.fullmatch(lines[start - 1].text.strip()):
            start -= 1  # the first row is broken in its first cell
        before = end
        run = lines[start:end]
        for first, last in _without_blanks(run):
            part = [line for line in run[first:last] if not is_page_mark(line.text)]
            cut = _cut(part)
            if cut is not None:
                yield Claim(start + first, start + last, (_table(part, cut.rows),))


def _without_blanks(run: Sequence[SourceLine]) -> Iterator[Row]:
    edges = [-1, *(k for k, line in enumerate(run) if line.blank), len(run)]
    for a, b in pairwise(edges):
        if b - a > 1:
            yield a + 1, b


def _cut(run: Sequence[SourceLine]) -> _Cut | None:
    """The run in rows; None where no reading of it has torn rows."""
    texts = [line.text.strip() for line in run]
    counts = [pipes_in(text) for text in texts]
    most = max(counts, default=0)
    if sum(counts) < FEWEST_ROWS * FEWEST_PIPES or counts.count(most) > len(counts) * (1 - TORN):
        return None
    best: _Cut | None = None
    for pipes in range(max(FEWEST_PIPES, most), MOST_PIPES + 1):
        for at in range(len(run)):
            stop = _row_end(counts, at, pipes)
            opened = texts[at].startswith("|")  # an opening pipe says where a row begins
            if stop is None or opened or not _is_header(_fields(texts[at:stop])):
                continue
            below = _rows(texts, counts, at, pipes)
            if below.whole < FEWEST_ROWS or below.torn < TORN * below.whole:
                continue
            ragged = len(below.rows) - below.whole
            if ragged > RAGGED * len(below.rows) or (best is not None and below.whole <= best.whole):
                continue
            best = _Cut((*_head(counts, at, pipes), *below.rows), below.whole, below.torn)
    return best


def _row_end(counts: Sequence[int], at: int, pipes: int) -> int | None:
    """The line behind a row that begins at `at` and has just so many pipes; None where none has."""
    found = 0
    for k in range(at, min(at + MOST_LINES, len(counts))):
        found += counts[k]
        if found == pipes:
            return k + 1
        if found > pipes:
            return None
    return None


def _rows(texts: Sequence[str], counts: Sequence[int], at: int, pipes: int) -> _Cut:
    """The rows from the header on."""
    rows: list[Row] = []
    whole = torn = 0
    closed = _closed(texts, counts, at, pipes)
    while at < len(texts):
        stop = _row_end(counts, at, pipes)
        if stop is None:
            rows.append((at, at + 1))
            at += 1
            continue
        # of a header no cell is blank
        lacks_label = texts[stop - 1].endswith("|") and _is_header(_fields(texts[at:stop]))
        while (
            not closed
            and stop < len(texts)
            and not counts[stop]
            and (lacks_label or _goes_on(texts, counts, stop, pipes))
        ):
            stop += 1
            lacks_label = False
        rows.append((at, stop))
        whole += 1
        torn += stop - at > 1
        at = stop
    return _Cut(tuple(rows), whole, torn)


def _closed(texts: Sequence[str], counts: Sequence[int], at: int, pipes: int) -> bool:
    """Does a pipe close every row's last cell?"""
    while at < len(texts):
        stop = _row_end(counts, at, pipes)
        if stop is not None and not texts[stop - 1].endswith("|"):
            return False
        at = at + 1 if stop is None else stop
    return True


def _goes_on(texts: Sequence[str], counts: Sequence[int], at: int, pipes: int) -> bool:
    """Is a line without a pipe the rest of the row above it, not the beginning of the one below?

    It is where the last cell above is a text that it may go on with, not a figure; where that cell is blank,
    a line that is too long for a row's first label is its text.
    """
    last = PIPE.split(texts[at - 1])[-1].strip()
    if not last and len(texts[at]) <= LONGEST_LEVEL and texts[at][-1] not in SENTENCE_ENDS:
        return False
    if last and not any("\u4e00" <= ch <= "\u9fff" for ch in last):
        return False
    return at + 1 == len(texts) or _row_end(counts, at + 1, pipes) is not None


def _head(counts: Sequence[int], end: int, pipes: int) -> tuple[Row, ...]:
    """The rows above the header: as wide as it where they all are, else a line each, with what follows it
    without a pipe.
    """
    rows: list[Row] = []
    at = 0
    while at < end:
        stop = _row_end(counts[:end], at, pipes)
        if stop is None:
            break
        rows.append((at, stop))
        at = stop
    if at == end:
        return tuple(rows)
    rows = []
    for k in range(end):
        if rows and not counts[k]:
            rows[-1] = (rows[-1][0], k + 1)
        else:
            rows.append((k, k + 1))
    return tuple(rows)


def _is_header(fields: Sequence[str]) -> bool:
    """Short texts, no two alike, nearly all cells filled."""
    filled = [text for text in fields if text]
    return (
        len(filled) >= max(FEWEST_ROWS, len(fields) - 2)
        and len(set(filled)) == len(filled)
        and all(len(text) <= LONGEST_LABEL and not text[-1].isdigit() for text in filled)
    )


def _fields(texts: Sequence[str]) -> list[str]:
    joined = "\n".join(texts)
    fields = [cell_text(part) for part in PIPE.split(joined)]
    return fields[:-1] if joined.endswith("|") else fields


def _table(run: Sequence[SourceLine], rows: Sequence[Row]) -> Table:
    cells: list[Cell] = []
    for r, (first, stop) in enumerate(rows):
        for c, text in enumerate(_fields([line.text.strip() for line in run[first:stop]])):
            cells.append(Cell(text, r, c, line_start=run[first].no, line_end=run[stop - 1].no))
    n_cols = max((cell.col for cell in cells), default=0) + 1
    return Table(tuple(cells), len(rows), n_cols, READER, spans=False)
