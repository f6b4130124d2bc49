"""Lines with pipes that belong together, the lines that cells were broken over among them.

Comes in: a stretch of lines. Goes out: runs of lines, from one with a pipe to another; what two readers of
torn pipe tables share. Refused: lines that stand too far from a pipe to belong to a cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipeline.read.text.source_lines import SourceLine

PIPE = re.compile(r"(?<!\\)\|")
MOST_BETWEEN = 5  # lines without a pipe that a cell may be broken over


def pipes_in(text: str) -> int:
    """How many pipes part cells in a line."""
    return len(PIPE.findall(text)) if "|" in text else 0


def runs(lines: Sequence[SourceLine]) -> Iterator[tuple[int, int]]:
    """Where runs begin and end (exclusive): lines with pipes, and the few without one that stand between."""
    start: int | None = None
    last = 0
    for i, line in enumerate(lines):
        if pipes_in(line.text):
            if start is not None and i - last > MOST_BETWEEN + 1:
                yield start, last + 1
                start = None
            start = i if start is None else start
            last = i
    if start is not None:
        yield start, last + 1
