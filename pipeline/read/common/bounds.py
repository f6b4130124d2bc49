"""How much one text or workbook may hold: more is refused by name, before it takes the machine's memory.

Comes in: how much there is. Goes out: nothing. Refused: more than the bounds, as `too_large`. Understanding
a character of a text without cells takes some 100 bytes, a line or a cell 1,000 (peak of a process, measured
over texts of 0.2 to 10 million characters and sheets of 10,000 to 400,000 cells), so that a document at a
bound stays below 1 GB: 440,000 lines of 11 characters take 850 MB, 400,000 cells 580 MB.
"""

from __future__ import annotations

from pipeline.model.cells import Reading, Table
from pipeline.model.errors import Code, error

MOST_CHARACTERS = 5_000_000
MOST_TEXTS = 500_000  # lines and cells


def bounded(reading: Reading, name: str) -> Reading:
    """The reading itself, where it is not too large."""
    texts = characters = 0
    for block in reading.blocks:
        if isinstance(block, Table):
            texts += len(block.cells)
            characters += sum(len(cell.text) for cell in block.cells)
        else:
            texts += 1
            characters += len(block.text)
    at_most_texts(texts, name)
    at_most_characters(characters, name)
    return reading


def at_most_characters(count: int, name: str) -> None:
    """Raises PipelineError, `too_large`, for too many characters."""
    _at_most(count, MOST_CHARACTERS, "characters", name)


def at_most_texts(count: int, name: str) -> None:
    """Raises PipelineError, `too_large`, for too many lines and cells."""
    _at_most(count, MOST_TEXTS, "lines and cells", name)


def _at_most(count: int, most: int, what: str, name: str) -> None:
    if count > most:
        said = f"the document has {count:,} {what}; {most:,} are read at most"
        raise error(Code.TOO_LARGE, name, said, "split it")
