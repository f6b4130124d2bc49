"""Text without cells → a stream of characters that knows its breaks.

Comes in: loose lines. Goes out: a `Flow`: the characters without white space, their match keys, and how
strongly the source parts each from the one before it. The modules that cut forms, heads and rows out of a
flow share it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from normalizers.symbols import clean, fold
from pipeline.model.cells import Cell, Line
from pipeline.model.flags import Flag
from pipeline.model.regions import CellRow
from pipeline.model.roles import Role
from pipeline.words import vocabulary
from pipeline.words.values import either, word, words

NONE, SPACE, WIDE, LINE = 0, 1, 2, 3
"""How two characters are parted: not at all, by one space, by a run of spaces or a tab, by a line's end."""

READER = "text-flow"
GUESS = frozenset({Flag.CUT_GUESSED})
MOST_SURE = 0.88  # what nothing but its own sense cuts is never quite sure
_PIECE = re.compile(r"\$[^$\n]{1,40}\$|[><]=|\s+|.", re.DOTALL)


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """`text[i]`, as printed, and its one-character match key `keys[i]`; `breaks[i]` says how it is parted
    from `text[i - 1]`.

    What means one character (`>=`, `$\\geq `) is one place; a text may be empty where the place before holds
    its characters.
    """

    text: tuple[str, ...]
    keys: str
    breaks: tuple[int, ...]
    lines: tuple[int | None, ...]
    pages: tuple[int | None, ...]

    def cell(
        self,
        start: int,
        end: int,
        row: int,
        col: int,
        confidence: float = 1.0,
        flags: frozenset[str] = frozenset(),
    ) -> Cell:
        """The characters from `start` to `end` as a cell, a space put back where white space parted them."""
        raw = "".join((" " if i > start and self.breaks[i] else "") + self.text[i] for i in range(start, end))
        here = slice(start, max(end, start + 1))
        lines = [n for n in self.lines[here] if n is not None]
        page = next((p for p in self.pages[here] if p is not None), None)
        return Cell(
            clean(raw),
            row,
            col,
            page=page,
            line_start=min(lines, default=None),
            line_end=max(lines, default=None),
            confidence=confidence,
            flags=flags,
        )


def row_of(cells: Iterable[Cell], roles: tuple[Role, ...] = (), *, glued: bool = False) -> CellRow:
    """Cells that were cut out of a flow as a row; their columns are known, and what they hold may be."""
    return CellRow(tuple(cells), True, 0, reader=READER, roles=roles, glued=glued)


def flow_of(lines: Iterable[Line]) -> Flow:
    """Lines in reading order as one flow."""
    text: list[str] = []
    keys: list[str] = []
    breaks: list[int] = []
    numbers: list[int | None] = []
    pages: list[int | None] = []
    same: dict[str, str] = {}  # one object a character, not one each time it is met
    for line in lines:
        gap = LINE
        for piece in _PIECE.findall(line.text):
            if piece.isspace() or piece == "\u200b":
                gap = max(gap, WIDE if gap == SPACE or len(piece) > 1 or piece in "\t\u3000" else SPACE)
                continue
            for i, key in enumerate(fold(piece) if len(piece) > 1 else _key(piece)):
                text.append("" if i else same.setdefault(piece, piece))
                keys.append(key)
                breaks.append(NONE if i else gap)
                numbers.append(line.line_start)
                pages.append(line.page)
            gap = NONE
    return Flow(tuple(text), "".join(keys), tuple(breaks), tuple(numbers), tuple(pages))


@lru_cache(maxsize=65536)
def _key(ch: str) -> str:
    folded = fold(ch)
    return folded if len(folded) == 1 else ch


@cache
def labels(groups: tuple[str, ...], shortest: int = 2) -> re.Pattern[str]:
    """A pattern for any label of these groups, longest first, with a note in brackets and a colon behind."""
    known = {w for g in groups for w in vocabulary.index(g) if len(w) >= shortest}
    options = either(sorted(known, key=len, reverse=True))
    return re.compile(
        rf"(?:{either(words('of_which', 'words'))}[::]?)?({options})"
        rf"(?:[(](?:\d+{word('points', 'unit')}?|[A-Z/×%]+|{either(words('head_parts', 'label_notes'))})[)])?"
        r"[::]?"
    )


def next_label(flow: Flow, pattern: re.Pattern[str], at: int, end: int, sep: int) -> re.Match[str] | None:
    """The next label from `at` on; one that runs over a break between cells is cut back to the shorter label
    before it.
    """
    while (m := pattern.search(flow.keys, at, end)) is not None:
        over = next((i for i in range(m.start() + 1, m.end()) if sep and flow.breaks[i] >= sep), None)
        if over is None:
            return m
        shorter = pattern.match(flow.keys, m.start(), over)
        if shorter is not None:
            return shorter
        at = m.start() + 1
    return None


def parting(flow: Flow, spots: Sequence[int]) -> int:
    """How cells are parted in this flow: the weakest break at places where cells are known to part."""
    found = [flow.breaks[i] for i in spots if 0 < i < len(flow.breaks)]
    return min(found, default=NONE)
