"""Source lines and claims: what the readers of the text dialects share.

Comes in: a decoded text. Goes out: numbered lines, cut into stretches at page breaks. A dialect's reader
looks at a stretch and returns claims: the lines that it understands, and the blocks that it makes of them.
Nothing is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pipeline.model.cells import Block

_PAGE_MARK = re.compile(
    r"\s*(?:[-—–]+\s*\d{1,4}\s*[-—–]+|第\s*\d{1,4}\s*页(?:[\s,，/]*共\s*\d{1,4}\s*页)?)\s*"
)


class SourceLine(NamedTuple):
    """One line of the source: its number from 1, and its text without the line end."""

    no: int
    text: str

    @property
    def blank(self) -> bool:
        """Nothing but white space, and no tab: a tab is a separator."""
        return not self.text.strip() and "\t" not in self.text


@dataclass(frozen=True, slots=True)
class Claim:
    """The lines `start` to `end` (exclusive, indexes into a stretch) are these blocks."""

    start: int
    end: int
    blocks: tuple[Block, ...]


Finder = Callable[[Sequence[SourceLine]], Iterable[Claim]]
"""The lines of a stretch → claims in their order, without overlaps."""


def split_lines(text: str, first_line: int = 1) -> list[SourceLine]:
    """The lines of `text`, ends of all three kinds (`\\n`, `\\r\\n`, `\\r`) removed, numbered from
    `first_line`.
    """
    return [
        SourceLine(first_line + i, line)
        for i, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    ]


def is_page_mark(text: str) -> bool:
    """Does a line hold nothing but the number of its page (`— 3 —`, `第3页`)?"""
    return _PAGE_MARK.fullmatch(text) is not None


def stretches(lines: Iterable[SourceLine]) -> Iterator[list[SourceLine]]:
    """The lines cut where a form feed starts a page; no table goes over such a break here."""
    stretch: list[SourceLine] = []
    for line in lines:
        if "\f" in line.text:
            line = SourceLine(line.no, line.text.replace("\f", ""))
            if stretch:
                yield stretch
            stretch = []
        stretch.append(line)
    if stretch:
        yield stretch


def claim(lines: Sequence[SourceLine], finders: Iterable[Finder]) -> list[Claim]:
    """What the finders claim, the earlier ones first: a later one only sees the lines that are left."""
    claims: list[Claim] = []
    for finder in finders:
        found: list[Claim] = []
        for start, end in _gaps(claims, len(lines)):
            found += [Claim(c.start + start, c.end + start, c.blocks) for c in finder(lines[start:end])]
        claims = sorted([*claims, *found], key=lambda c: c.start)
    return claims


def _gaps(claims: Sequence[Claim], n: int) -> Iterator[tuple[int, int]]:
    start = 0
    for taken in claims:
        if taken.start > start:
            yield start, taken.start
        start = taken.end
    if start < n:
        yield start, n
