"""One cell a line, each closed by a pipe → tables (what an extraction from a web page leaves of one).

Comes in: a stretch of lines. Goes out: a claim per run of lines with at most one filled cell each. A lone
pipe is a blank cell, a line of several the blanks at a row's end. Where every row has the same number of
cells the run is a table, cut by that number; else its cells are lines in order, which nothing here parts.
Refused: tables with a row a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.model.cells import Block, Cell, Line, Table
from pipeline.read.text.markdown import cell_text
from pipeline.read.text.pipe_runs import PIPE, pipes_in, runs
from pipeline.read.text.source_lines import Claim, SourceLine, is_page_mark

READER = "text-pipes"
FEWEST_LINES = 8  # with a pipe: fewer say too little about how many cells a row has
ONE_CELL = 0.9  # share of the lines with at most one filled cell
NARROWEST, WIDEST = 3, 40  # cells of a row
FEWEST_ROWS, FEWEST_UNTOLD = 3, 5  # rows; where no marks tell how wide they are
BLANK = "blank"
BLANKS = 0.1  # share of cells: fewer are blank where the places that merged cells cover are gone
AGREEING = 0.95  # share of the marked row ends that a number of cells must hit
# Share of cells that are of the kind of the cell above them. On 60 drawn texts 0.43 and more under the right
# number of cells, 0.5 and less under another; none of those had two marked row ends that agreed with it.
ALIKE, ALIKE_MARKED = 0.52, 0.4
FEWEST_MARKED = 2  # row ends
TITLE = 8  # characters: a longer line without a pipe before a row's first cell is no part of the cell
_BROKEN = re.compile(r"(?<=[^\x00-\x7f])\n")  # a line break that parts no two words
_MEASURE = re.compile(r"[≥≤><=]|\d.*\D|\D.*\d")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A cell, the lines without a pipe that stand before it, and whether its line says that a row ends."""

    text: str
    first: int
    last: int
    before: tuple[SourceLine, ...] = ()
    ends_row: bool = False


def find_cell_pipes(lines: Sequence[SourceLine]) -> Iterator[Claim]:
    """A claim per run of cells."""
    for start, end in runs(lines):
        run = lines[start:end]
        if _is_stream(run):
            yield Claim(start, end, tuple(_blocks(_pieces(run))))


def _is_stream(run: Sequence[SourceLine]) -> bool:
    piped = [line.text.strip() for line in run if pipes_in(line.text)]
    if len(piped) < FEWEST_LINES or not all(text.endswith("|") for text in piped):
        return False
    single = [text for text in piped if sum(bool(part.strip()) for part in PIPE.split(text)) <= 1]
    opened = sum(text.startswith("|") and bool(text.strip("| ")) for text in piped)
    return len(single) >= ONE_CELL * len(piped) and opened * 2 < len(piped)


def _pieces(run: Sequence[SourceLine]) -> list[_Piece]:
    out: list[_Piece] = []
    waiting: list[SourceLine] = []
    for line in run:
        if not pipes_in(line.text):
            if line.text.strip() and not is_page_mark(line.text):
                waiting.append(line)
            continue
        parts = PIPE.split(line.text.strip())[:-1]
        for k, part in enumerate(parts):
            last = k == len(parts) - 1
            before = tuple(waiting) if k == 0 else ()
            out.append(_Piece(part, line.no, line.no, before, ends_row=last and len(parts) > 1))
        waiting = []
    return out


def _blocks(pieces: Sequence[_Piece]) -> Iterator[Block]:
    for part, width in _by_width(pieces):
        at = 0
        for k in [*range(1, len(part)), len(part)]:
            apart = k < len(part) and _is_title(part[k])
            fits = (
                len(part[k].before) > 1 if width is None and apart else width is None or not (k - at) % width
            )
            ends = k == len(part) or (apart and fits)
            if not ends:
                continue
            rest = list(part[at:k])
            if _is_title(rest[0]):
                yield from _lines(rest[0].before)
                rest[0] = replace(rest[0], before=())
            yield from [_table(rest, width)] if width is not None else _cells_as_lines(rest)
            at = k


def _by_width(pieces: Sequence[_Piece]) -> list[tuple[Sequence[_Piece], int | None]]:
    """The run by how many cells a row has: one number for all of it, or one before a title and another behind
    it.
    """
    width = _width(pieces)
    if width is not None:
        return [(pieces, width)]
    for k in range(1, len(pieces)):
        above = pieces[:k]
        marked = sum(piece.ends_row for piece in above) >= FEWEST_MARKED
        if marked and _is_title(pieces[k]) and (before := _width(above, ALIKE)) is not None:
            return [(above, before), *_by_width(pieces[k:])]
    return [(pieces, None)]


def _is_title(piece: _Piece) -> bool:
    return any(len(line.text.strip()) > TITLE for line in piece.before)


def _lines(lines: Sequence[SourceLine]) -> Iterator[Line]:
    for line in lines:
        yield Line(cell_text(line.text), line_start=line.no, line_end=line.no)


def _whole(piece: _Piece) -> tuple[str, int]:
    """A cell's text over all its lines, and where it begins."""
    texts = [*(line.text.strip() for line in piece.before), piece.text.strip()]
    return cell_text("\n".join(texts)), piece.before[0].no if piece.before else piece.first


def _table(pieces: Sequence[_Piece], width: int) -> Table:
    cells = []
    for k, piece in enumerate(pieces):
        text, first = _whole(piece)
        cells.append(Cell(text, k // width, k % width, line_start=first, line_end=piece.last))
    return Table(tuple(cells), -(-len(pieces) // width), width, READER, spans=False)


def _cells_as_lines(pieces: Sequence[_Piece]) -> Iterator[Line]:
    for piece in pieces:
        text, first = _whole(piece)
        if text:
            yield Line(_BROKEN.sub("", text), line_start=first, line_end=piece.last)


def _width(pieces: Sequence[_Piece], least: float = 0.0) -> int | None:
    """How many cells a row has; None where rows differ.

    Marked row ends must agree with it; of the numbers that do, that one under which most cells are of the
    kind of the cell above them. A text without blanks has lost the places of merged cells.
    """
    marked = [k for k, piece in enumerate(pieces, 1) if piece.ends_row]
    kinds = [_kind(piece.text) for piece in pieces]
    if kinds.count(BLANK) < BLANKS * len(kinds):
        return None
    found: list[tuple[float, int]] = []
    told = len(marked) >= FEWEST_MARKED
    most = min(WIDEST, len(pieces) // (FEWEST_ROWS if told else FEWEST_UNTOLD))
    for width in range(NARROWEST, most + 1):
        if sum(k % width == 0 for k in marked) < AGREEING * len(marked):
            continue
        if len(pieces) % width == 0:
            found.append((_alike(kinds, width), -width))
    share, width = max(found, default=(0.0, 0))
    least = max(least, ALIKE_MARKED if told else ALIKE)
    return -width if share >= least else None


def _alike(kinds: Sequence[str], width: int) -> float:
    same = [above == below for above, below in zip(kinds, kinds[width:], strict=False)]
    return sum(same) / max(1, len(same))


def _kind(text: str) -> str:
    """Roughly what a cell holds: nothing, a bare figure, a measure, a short text, a long one."""
    bare = text.strip()
    if not bare:
        return BLANK
    if re.fullmatch(r"[\d.,]+", bare):
        return "figure"
    if _MEASURE.search(bare) and len(bare) <= TITLE:
        return "measure"
    return "short" if len(bare) <= TITLE else "long"
