"""Plain text and Markdown → blocks, the dialect decided region by region.

Comes in: the bytes of a text file. Goes out: a `Reading` with tables (Markdown pipes, one cell a line,
tab-separated rows, columns held apart by spaces, HTML tables inside the text) and the other lines but the
numbers of pages, in the order of the source, each with its line numbers. Refused: bytes that are no text, and
more of it than is understood (`pipeline/read/common/bounds.py`).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence

from pipeline.model.cells import Block, Line, Reading
from pipeline.model.errors import Code, error
from pipeline.read.common.bounds import at_most_characters, at_most_texts
from pipeline.read.common.encoding import decode
from pipeline.read.text.cell_lines import find_cells
from pipeline.read.text.cell_pipes import find_cell_pipes
from pipeline.read.text.markdown import find_pipes
from pipeline.read.text.source_lines import (
    Finder,
    SourceLine,
    claim,
    is_page_mark,
    split_lines,
    stretches,
)
from pipeline.read.text.space_columns import find_columns
from pipeline.read.text.tab_grid import find_grids
from pipeline.read.text.torn_pipes import find_torn_pipes
from pipeline.read.web.html import html_blocks

READER = "text"
FINDERS: tuple[Finder, ...] = (
    find_cell_pipes,
    find_torn_pipes,
    find_pipes,
    find_cells,
    find_grids,
    find_columns,
)

_TABLE_TAG = re.compile(r"<(/?)table\b[^>]*>", re.IGNORECASE)
_CELL_EDGE = re.compile(r"<(/?)t(?:d|h|r|body)\b[^>]*>", re.IGNORECASE)
_CELL = re.compile(r"<t[dh]\b", re.IGNORECASE)
_HEADING = re.compile(r"\s{0,3}#{1,6}[ \t]+(.*?)[ \t#]*")
_FENCE = re.compile(r"\s*(?:```|~~~)[\w-]*\s*")
_BOLD = re.compile(r"(\*\*|__)(?!\s)((?:(?!\1).)+)\1")
_TAG = re.compile(
    r"</?(?:p|div|span|center|b|strong|i|em|u|font|h[1-6]|br|hr|body|html|img|a)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)


def read_text(data: bytes, name: str, media_type: str) -> Reading:
    """The blocks of a text file.

    Raises:
        PipelineError: `unknown_format` where the bytes are no text, `too_large` where they are too much.
    """
    decoded = decode(data)
    if decoded is None:
        raise error(Code.UNKNOWN_FORMAT, name, "the bytes are not text in any known encoding")
    at_most_characters(len(decoded.text), name)
    at_most_texts(decoded.text.count("\n"), name)
    return Reading(tuple(text_blocks(decoded.text)), media_type, READER, flags=decoded.flags)


def text_blocks(text: str) -> Iterator[Block]:
    """Tables and lines of a decoded text."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    at, line = 0, 1
    for start, end in _html_tables(text):
        yield from _plain(text[at:start], line)
        line += text.count("\n", at, start)
        yield from html_blocks(text[start:end], line)
        line += text.count("\n", start, end)
        at = end
    yield from _plain(text[at:], line)


def _html_tables(text: str) -> Iterator[tuple[int, int]]:
    """Where HTML tables with cells stand in the text, outermost ones; one that is not closed ends with its
    last cell's tag or paragraph.
    """
    depth, start = 0, 0
    for tag in _TABLE_TAG.finditer(text):
        if not tag[1]:
            start = start if depth else tag.start()
            depth += 1
        elif depth:
            depth -= 1
            if depth == 0 and _CELL.search(text, start, tag.end()):
                yield start, tag.end()
    if depth:
        edges = list(_CELL_EDGE.finditer(text, start))
        if edges:
            yield start, edges[-1].end() if edges[-1][1] else _paragraph_end(text, edges[-1].end())


def _paragraph_end(text: str, at: int) -> int:
    end = text.find("\n\n", at)
    return len(text) if end < 0 else end


def _plain(text: str, first_line: int) -> Iterator[Block]:
    for lines in stretches(split_lines(text, first_line)):
        at = 0
        for taken in claim(lines, FINDERS):
            yield from _lines(lines[at : taken.start])
            yield from taken.blocks
            at = taken.end
        yield from _lines(lines[at:])


def _lines(lines: Sequence[SourceLine]) -> Iterator[Line]:
    for line in lines:
        text = _unmarked(line.text)
        if text and not is_page_mark(text):
            yield Line(text, line_start=line.no, line_end=line.no)


def _unmarked(text: str) -> str:
    """The text of a line without the marks of Markdown headings, bold type, fences and simple HTML tags."""
    if _FENCE.fullmatch(text):
        return ""
    heading = _HEADING.fullmatch(text)
    bare = (heading[1] if heading else text).strip()
    bold = _BOLD.fullmatch(bare)
    bare = bold[2] if bold else bare
    if "<" in bare:
        bare = _TAG.sub("", bare)
    return html.unescape(bare).strip() if re.search(r"&\w{2,8};|&#\d", bare) else bare.strip()
