"""Markdown pipe tables → tables.

Comes in: a stretch of lines. Goes out: a claim per run of rows between pipes, with or without the row of
dashes, ragged or not; `<br>` becomes a line break, escapes are undone, LaTeX stays. A row whose cell goes
over several lines is joined where its last line ends with the pipe that its first one lacks.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence

from pipeline.model.cells import Cell, Table
from pipeline.read.text.source_lines import Claim, SourceLine

READER = "markdown"
MAX_ROW_LINES = 30  # a row that is still open after this many lines was not torn, its last pipe is missing
_SPLIT = re.compile(r"(?<!\\)\|")
_DASHES = re.compile(r"\s*:?-+:?\s*")
_LONG_DASHES = re.compile(r"\s*:?-{3,}:?\s*")
_BREAK = re.compile(r"\s*<br\s*/?>\s*", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_LATEX = re.compile(r"(\$[^$\n]+\$)")
_ESCAPE = re.compile(r"\\([!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~])")
_BOLD = re.compile(r"(\*\*|__)(?!\s)((?:(?!\1).)+)\1", re.DOTALL)

PipeRow = tuple[str, int, int]
"""A row's text and its first and last line number."""


def find_pipes(lines: Sequence[SourceLine]) -> Iterator[Claim]:
    """A claim per pipe table."""
    i = 0
    while i < len(lines):
        rows: list[PipeRow] = []
        at = i
        while at < len(lines):
            end = _row_end(lines, at, in_table=bool(rows))
            if end is None:
                break
            rows.append(
                ("\n".join(line.text.strip() for line in lines[at:end]), lines[at].no, lines[end - 1].no)
            )
            at = end
        if rows and _is_table(rows):
            yield Claim(i, at, (_table(rows),))
        i = max(at, i + 1)


def _row_end(lines: Sequence[SourceLine], i: int, *, in_table: bool) -> int | None:
    """The index after the row that begins at line `i`; None where no row does."""
    text = lines[i].text.strip()
    pipes = len(_SPLIT.findall(text)) if "|" in text else 0
    if not text.startswith("|"):
        ruled = (
            i + 1 < len(lines)
            and "|" in lines[i + 1].text
            and _is_separator(_fields(lines[i + 1].text.strip()), second=True)
        )
        return i + 1 if pipes >= (1 if in_table or ruled else 2) else None
    if text.endswith("|") and pipes >= 2:
        return i + 1
    for k in range(i + 1, min(i + MAX_ROW_LINES, len(lines))):
        below = lines[k].text.strip()
        if not below or below.startswith("|"):
            break
        if below.endswith("|"):
            return k + 1
    return i + 1 if pipes >= 2 else None


def _is_table(rows: Sequence[PipeRow]) -> bool:
    """Rows within pipes are a table; rows with pipes only between the cells are one from two on."""
    return len(rows) >= 2 or rows[0][0].startswith("|")


def _table(rows: Sequence[PipeRow]) -> Table:
    kept = [(_fields(text), first, last) for text, first, last in rows]
    kept = [row for i, row in enumerate(kept) if not _is_separator(row[0], second=i == 1)]
    cells = tuple(
        Cell(cell_text(raw), r, c, line_start=first, line_end=last)
        for r, (fields, first, last) in enumerate(kept)
        for c, raw in enumerate(fields)
    )
    return Table(
        cells, len(kept), max((len(fields) for fields, _, _ in kept), default=0), READER, spans=False
    )


def _fields(text: str) -> list[str]:
    fields = _SPLIT.split(text)
    if not text.startswith("|"):
        return fields
    return fields[1:-1] if len(fields) > 2 and not fields[-1].strip() else fields[1:]


def _is_separator(fields: Sequence[str], *, second: bool) -> bool:
    """The row of dashes: short ones only below the header, since a lone dash is also what a form prints for
    "none".
    """
    dashes = _DASHES if second else _LONG_DASHES
    return bool(fields) and all(dashes.fullmatch(field) for field in fields)


def cell_text(raw: str) -> str:
    """A cell's text: breaks, entities and escapes undone outside LaTeX, bold marks around the whole cell
    dropped.
    """
    text = _BREAK.sub("\n", raw).strip()
    bold = _BOLD.fullmatch(text)
    if bold:
        text = bold[2]
    if "\\" in text:
        pieces = _LATEX.split(text)
        text = "".join(piece if i % 2 else _ESCAPE.sub(r"\1", piece) for i, piece in enumerate(pieces))
    return (_ENTITY.sub(lambda m: html.unescape(m[0]), text) if "&" in text else text).strip()
