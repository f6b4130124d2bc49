"""OLE files (Word, Excel and WPS up to 2003, and Office files under a password) → their streams, and a Word file's bare text.

Comes in: bytes. Goes out: what kind of document the root holds; for Word 97 and later the text as it is stored, by its piece table
(MS-DOC 2.4.1, 2.9.38, 2.9.177), cut at the marks that end paragraphs and cells. No layout is read here: this text is what a
converter's result is checked against. Nothing is refused: what cannot be found is None.
"""

from __future__ import annotations

import io
import re
import struct
from dataclasses import dataclass

from xlrd.compdoc import CompDoc, CompDocError

WORD, EXCEL, LOCKED, BROKEN = "word", "excel", "locked", "broken"
KINDS: tuple[tuple[str, str], ...] = (
    ("EncryptedPackage", LOCKED), ("WordDocument", WORD), ("Workbook", EXCEL), ("Book", EXCEL),
)  # fmt: skip
CELL_MARK, PARAGRAPH_MARK = "\x07", "\r"
_BROKEN = (CompDocError, struct.error, AssertionError, IndexError, KeyError, ValueError, TypeError, OverflowError, MemoryError)
_FIB_FLAGS, _FIB_TEXT, _FIB_CLX = 0x0A, 0x4C, 0x01A2
_ENCRYPTED, _TABLE_1 = 0x0100, 0x0200
_WORD_97 = 0x00C1  # the first version with a piece table in every file
_COMPRESSED = 0x40000000
_FIELD_CODE = re.compile("\x13[^\x13\x14\x15]*\x14?|\x15")  # the instruction of a field; its result stays
_OBJECT = re.compile("[\x00-\x06\x08\x0b\x0c\x0e-\x1f]")  # anchors of pictures, notes and the like, and breaks


@dataclass(frozen=True, slots=True)
class WordText:
    """What a Word file holds: is it locked, and its main text; `text` is None where it cannot be had."""

    locked: bool
    text: str | None

    def cells(self) -> list[str]:
        """The texts of all table cells without white space, blank ones left out.

        A paragraph before a table runs into its first cell's piece; only what stands behind the last paragraph mark is sure
        to be in the cell, so a cell's last paragraph stands for it.
        """
        pieces = (self.text or "").split(CELL_MARK)[:-1]
        return [last for piece in pieces if (last := "".join(piece.rsplit(PARAGRAPH_MARK, 1)[-1].split()))]


def kind_of(data: bytes) -> str | None:
    """`word`, `excel` or `locked` by the streams in the root, where a document put into another does not count; None for others.

    Where the directory is broken, the first of the streams' names that stands in the bytes decides, or it is `broken`.
    """
    file = _open(data)
    for stream, kind in KINDS:
        if (file is not None and _stream(file, stream) is not None) or (file is None and f"{stream}\0".encode("utf-16-le") in data):
            return kind
    return BROKEN if file is None else None


def word_text(data: bytes) -> WordText:
    """A Word file's lock and main text."""
    file = _open(data)
    main = _stream(file, "WordDocument") if file is not None else None
    if file is None or main is None or len(main) < _FIB_TEXT + 4:
        return WordText(False, None)
    version, flags = struct.unpack_from("<H", main, 2)[0], struct.unpack_from("<H", main, _FIB_FLAGS)[0]
    if flags & _ENCRYPTED:
        return WordText(True, None)
    table = _stream(file, "1Table" if flags & _TABLE_1 else "0Table")
    if version < _WORD_97 or table is None:
        return WordText(False, None)
    try:
        text = _pieces(main, table)
    except _BROKEN:
        return WordText(False, None)
    return WordText(False, _OBJECT.sub("", _FIELD_CODE.sub("", text.replace("\x0b", PARAGRAPH_MARK))))


def _open(data: bytes) -> CompDoc | None:
    try:
        return CompDoc(data, logfile=io.StringIO())
    except _BROKEN:
        return None


def _stream(file: CompDoc, name: str) -> bytes | None:
    try:
        found = file.get_named_stream(name)
    except _BROKEN:
        return None
    return bytes(found) if found is not None else None


def _pieces(main: bytes, table: bytes) -> str:
    """The main text, piece by piece: each in UTF-16 or in one byte a character (cp1252)."""
    length = struct.unpack_from("<i", main, _FIB_TEXT)[0]
    at, size = struct.unpack_from("<II", main, _FIB_CLX)
    clx = table[at : at + size]
    i = 0
    while clx[i] == 1:  # property modifiers come first
        i += 3 + struct.unpack_from("<H", clx, i + 1)[0]
    plc = clx[i + 5 : i + 5 + struct.unpack_from("<I", clx, i + 1)[0]]
    n = (len(plc) - 4) // 12
    starts = struct.unpack_from(f"<{n + 1}i", plc, 0)
    out = []
    for k in range(n):
        count = min(starts[k + 1], length) - starts[k]
        if count <= 0:
            continue
        place = struct.unpack_from("<I", plc, 4 * (n + 1) + 8 * k + 2)[0]
        if place & _COMPRESSED:
            begin = (place & ~_COMPRESSED) // 2
            out.append(main[begin : begin + count].decode("cp1252", errors="replace"))
        else:
            out.append(main[place : place + 2 * count].decode("utf-16-le", errors="replace"))
    return "".join(out)
