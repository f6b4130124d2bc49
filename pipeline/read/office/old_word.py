"""Word files up to 2003, WPS and RTF → tables and lines.

Comes in: the bytes of a .doc (OLE) or .rtf. Goes out: what the Word reader finds in LibreOffice's .docx of
it. Converters lose tables without a word, so the result is checked against the cells that the file itself
holds: where some are missing, or LibreOffice is, a .doc is read by our own reader of what Word 97 to 2003
writes; what that one cannot read, by antiword, which loses merged cells. What is missing in the end is said
in `problems`. Refused: files under a password (`encrypted`), no converter where one is needed
(`converter_missing`), a converter that hangs or gives nothing (`converter_failed`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from lxml import etree

from pipeline.model.cells import Block, Cell, Line, Problem, Reading, Table
from pipeline.model.errors import Code, PipelineError, error
from pipeline.read.office.converters import antiword, to_docbook, to_docx
from pipeline.read.office.ole import BROKEN, LOCKED, WordText, kind_of, word_text
from pipeline.read.office.word import read_docx
from pipeline.read.office.word97 import READER as OWN_READER
from pipeline.read.office.word97 import word97_blocks

OFFICE_READER, ANTIWORD_READER, RTF_READER = "doc-libreoffice", "doc-antiword", "rtf-libreoffice"
# cells: fewer that differ are characters that two programs write in two ways, more are a row that was lost
ROW = 3
_RTF_ROW = re.compile(rb"\\(?:nest)?row(?![a-z])")


def read_doc(data: bytes, name: str, media_type: str) -> Reading:
    """Reads a .doc.

    Raises:
        PipelineError: `encrypted`, `converter_missing`, `converter_failed`, `damaged`.
    """
    stored = word_text(data)
    if stored.locked:
        raise error(Code.ENCRYPTED, name, "the Word file asks for a password")
    failure: PipelineError | None = None
    lossy: Reading | None = None
    try:
        blocks = _renamed(_converted(data, "doc", name), OFFICE_READER)
        lossy = Reading(blocks, media_type, OFFICE_READER, problems=_lost_cells(stored, blocks))
        if not lossy.problems:
            return lossy
    except PipelineError as problem:
        failure = problem
    own = word97_blocks(data)
    if own is not None:
        return Reading(own, media_type, OWN_READER)
    if lossy is not None:
        return lossy
    if failure is not None and antiword() is None:
        raise failure
    blocks = tuple(_docbook(to_docbook(data, name), name))
    return Reading(blocks, media_type, ANTIWORD_READER, problems=_lost_cells(stored, blocks))


def read_rtf(data: bytes, name: str, media_type: str) -> Reading:
    """Reads a .rtf.

    Raises:
        PipelineError: `converter_missing`, `converter_failed`, `damaged`.
    """
    blocks = _renamed(_converted(data, "rtf", name), RTF_READER)
    wanted = len(_RTF_ROW.findall(data))
    got = sum(b.n_rows for b in blocks if isinstance(b, Table))
    return Reading(
        blocks, media_type, RTF_READER, problems=_lost(wanted - got, "rows") if got < wanted else ()
    )


def read_ole(data: bytes, name: str, media_type: str) -> Reading:
    """Refuses an OLE file without a document that is read: `encrypted` (an Office file under a password),
    `damaged` or `unknown_format`.
    """
    kind = kind_of(data)
    if kind == LOCKED:
        raise error(Code.ENCRYPTED, name, "the Office file asks for a password")
    if kind == BROKEN:
        raise error(Code.DAMAGED, name, "the file's directory cannot be read")
    raise error(Code.UNKNOWN_FORMAT, name, f"files of type {media_type} are not read")


def _converted(data: bytes, ending: str, name: str) -> tuple[Block, ...]:
    return read_docx(to_docx(data, ending, name), name, "").blocks


def _renamed(blocks: Sequence[Block], reader: str) -> tuple[Block, ...]:
    return tuple(replace(b, reader=reader) if isinstance(b, Table) else b for b in blocks)


def _lost_cells(stored: WordText, blocks: Sequence[Block]) -> tuple[Problem, ...]:
    """Cells of the file that the converter's tables do not have, each by its last paragraph."""
    got = Counter(
        "".join(c.text.rsplit("\n", 1)[-1].split()) for b in blocks if isinstance(b, Table) for c in b.cells
    )
    missing = Counter(stored.cells()) - got
    return _lost(missing.total(), "cells") if missing.total() >= ROW else ()


def _lost(n: int, what: str) -> tuple[Problem, ...]:
    return (Problem(Code.TABLE_UNREAD, f"the converter lost {n} {what} of the file's tables"),)


def _docbook(markup: bytes, name: str) -> Iterator[Block]:
    """Paragraphs and tables of antiword's DocBook; a table's rows stand in groups of one width."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=True
    )
    try:
        root = etree.fromstring(markup, parser)
    except etree.XMLSyntaxError as exception:
        raise error(Code.CONVERTER_FAILED, name, "antiword's output is no XML") from exception
    if root is None:
        raise error(Code.CONVERTER_FAILED, name, "antiword's output is no XML")
    for element in root.iter("para", "title", "informaltable"):
        if element.tag == "informaltable":
            rows = [
                [_lines("".join(entry.itertext())) for entry in row.iter("entry")]
                for row in element.iter("row")
            ]
            cells = tuple(Cell(text, r, c) for r, row in enumerate(rows) for c, text in enumerate(row))
            yield Table(
                cells, len(rows), max((len(row) for row in rows), default=0), ANTIWORD_READER, spans=False
            )
        elif not any(parent.tag == "entry" for parent in element.iterancestors()):
            text = _lines(
                "".join(
                    [
                        element.text or "",
                        *(
                            part
                            for inner in element
                            if inner.tag != "informaltable"
                            for part in inner.itertext()
                        ),
                    ]
                )
            )
            if text:
                yield Line(text)


def _lines(text: str) -> str:
    return "\n".join(line for line in (part.strip() for part in text.split("\n")) if line)
