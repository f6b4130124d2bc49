"""OLE files (Word, Excel and WPS up to 2003, and Office files under a password) → their streams, and a Word
file's bare text.

Comes in: bytes. Goes out: what kind of document the root holds; for Word 97 and later the text as it is
stored, by its piece table (MS-DOC 2.4.1, 2.9.38, 2.9.177), cut at the marks that end paragraphs and cells. No
layout is read here: this text is what a converter's result is checked against. Nothing is refused: what
cannot be found is None.
"""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace

import olefile

from pipeline.read.common.broken import BrokenError, foreign

WORD, EXCEL, LOCKED, BROKEN = "word", "excel", "locked", "broken"
KINDS: tuple[tuple[str, str], ...] = (
    ("EncryptedPackage", LOCKED), ("WordDocument", WORD), ("Workbook", EXCEL), ("Book", EXCEL),
)  # fmt: skip
CELL_MARK, PARAGRAPH_MARK = "\x07", "\r"
OLE_BREAKS = (
    OSError,
    struct.error,
    LookupError,
    ValueError,
    TypeError,
    RuntimeError,
    ArithmeticError,
    MemoryError,
)
"""What olefile raises on a broken file."""
UNSEEN = "\x00"  # in place of a character that is deleted, hidden or struck out
PAGE = 512  # bytes of a page of properties
# bytes of an operand by the upper three bits of its property; 0: it says itself
OPERANDS = (1, 1, 2, 4, 2, 2, 0, 3)
DEFINITION = 0xD608  # of a table's row: its length takes two bytes
_UNSEEN_BY = frozenset(
    {0x0800, 0x083C, 0x0837, 0x2A53}
)  # taken out by a tracked change, hidden, struck out once and twice
_ON = (b"\x01", b"\x81")
_FIB_CHPX = 0x00FA
_FIB_FLAGS, _FIB_TEXT, _FIB_CLX = 0x0A, 0x4C, 0x01A2
_ENCRYPTED, _TABLE_1 = 0x0100, 0x0200
_WORD_97 = 0x00C1  # the first version with a piece table in every file
_COMPRESSED = 0x40000000
_FIELD_CODE = re.compile("\x13[^\x13\x14\x15]*\x14?|\x15")  # the instruction of a field; its result stays
_OBJECT = re.compile(
    "[\x00-\x06\x08\x0b\x0c\x0e-\x1f]"
)  # anchors of pictures, notes and the like, and breaks


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that lies in one place of the main stream: `at` is its offset, `step` the bytes a
    character.
    """

    text: str
    at: int
    step: int


@dataclass(frozen=True, slots=True)
class WordStreams:
    """The streams of a Word file: the main one, the one with its tables, and the one with what is too large
    for them.
    """

    main: bytes
    table: bytes
    data: bytes

    def pieces(self) -> list[Piece]:
        """The main text piece by piece, each in UTF-16 or in one byte a character (cp1252); what is not seen
        as `UNSEEN`.

        Raises BrokenError where its table is broken.
        """
        unseen = _unseen(self.main, self.table)
        return [replace(p, text=_covered(p, unseen)) for p in _pieces(self.main, self.table)]


@dataclass(frozen=True, slots=True)
class WordText:
    """What a Word file holds: is it locked, and its main text; `text` is None where it cannot be had."""

    locked: bool
    text: str | None

    def cells(self) -> list[str]:
        """The texts of all table cells without white space, blank ones left out.

        A paragraph before a table runs into its first cell's piece; only what stands behind the last
        paragraph mark is sure to be in the cell, so a cell's last paragraph stands for it.
        """
        pieces = (self.text or "").split(CELL_MARK)[:-1]
        return [last for piece in pieces if (last := "".join(piece.rsplit(PARAGRAPH_MARK, 1)[-1].split()))]


def kind_of(data: bytes) -> str | None:
    """`word`, `excel` or `locked` by the streams in the root, where a document put into another does not
    count; None for others.

    Where the directory is broken, the first of the streams' names that stands in the bytes decides, or it is
    `broken`.
    """
    with suppress(BrokenError), _opened(data) as file:
        return next((kind for stream, kind in KINDS if _holds(file, stream)), None)
    named = (kind for stream, kind in KINDS if f"{stream}\0".encode("utf-16-le") in data)
    return next(named, BROKEN)


def workbook(data: bytes) -> bytes | None:
    """The stream of an Excel file that holds its sheets; None where it cannot be had."""
    found = (stream_of(data, name) for name, kind in KINDS if kind == EXCEL)
    return next((stream for stream in found if stream is not None), None)


def word_text(data: bytes) -> WordText:
    """A Word file's lock and main text."""
    streams = word_streams(data)
    if streams is None:
        return WordText(is_locked(data), None)
    try:
        text = "".join(piece.text for piece in streams.pieces())
    except BrokenError:
        return WordText(False, None)
    return WordText(False, plain(text))


def is_locked(data: bytes) -> bool:
    """Does a Word file ask for a password?"""
    main = stream_of(data, "WordDocument")
    return main is not None and len(main) > _FIB_CLX and bool(numbers("H", main, _FIB_FLAGS)[0] & _ENCRYPTED)


def word_streams(data: bytes) -> WordStreams | None:
    """The streams of a Word file of 1997 or later that is not locked; None for others."""
    main = stream_of(data, "WordDocument")
    if main is None or len(main) < _FIB_CLX + 8:
        return None
    (version,), (flags,) = numbers("H", main, 2), numbers("H", main, _FIB_FLAGS)
    table = stream_of(data, "1Table" if flags & _TABLE_1 else "0Table")
    if flags & _ENCRYPTED or version < _WORD_97 or table is None:
        return None
    return WordStreams(main, table, stream_of(data, "Data") or b"")


def plain(text: str) -> str:
    """Stored text without the instructions of fields and the anchors of pictures and notes; line breaks as
    paragraph marks.
    """
    return _OBJECT.sub("", _FIELD_CODE.sub("", text.replace("\x0b", PARAGRAPH_MARK)))


@contextmanager
def _opened(data: bytes) -> Iterator[olefile.OleFileIO]:
    """The file's directory; raises BrokenError where it cannot be read."""
    with foreign(*OLE_BREAKS):
        file = olefile.OleFileIO(io.BytesIO(data))
    with closing(file):
        yield file


def _holds(file: olefile.OleFileIO, name: str) -> bool:
    """Is there such a stream in the root?"""
    with foreign(*OLE_BREAKS):
        return bool(file.get_type(name) == olefile.STGTY_STREAM)


def stream_of(data: bytes, name: str) -> bytes | None:
    """The bytes of a stream in the root; None where it is not there, cannot be read, or is said to be longer
    than the file: its sectors may go in a circle.
    """
    with suppress(BrokenError), _opened(data) as file:
        if not _holds(file, name):
            return None
        with foreign(*OLE_BREAKS):
            if file.get_size(name) > len(data):
                return None
            return bytes(file.openstream(name).read())
    return None


# ---- numbers and properties
# ----------------------------------------------------------------------------------------------------


def numbers(kinds: str, data: bytes, at: int) -> tuple[int, ...]:
    """Little-endian integers (`H`, `I`, `i`, `h`, with counts as in struct) at a place; raises BrokenError
    beyond the end.
    """
    with foreign(struct.error):
        return struct.unpack_from(f"<{kinds}", data, at)


def byte(data: bytes, at: int) -> int:
    """The byte at a place; raises BrokenError beyond the end."""
    if not 0 <= at < len(data):
        raise BrokenError("a list of properties ends too soon")
    return data[at]


def _pieces(main: bytes, table: bytes) -> list[Piece]:
    (length,), (at, size) = numbers("i", main, _FIB_TEXT), numbers("II", main, _FIB_CLX)
    clx = table[at : at + size]
    i = 0
    while byte(clx, i) == 1:  # property modifiers come first
        i += 3 + numbers("H", clx, i + 1)[0]
    plc = clx[i + 5 : i + 5 + numbers("I", clx, i + 1)[0]]
    n = max(0, len(plc) - 4) // 12
    starts = numbers(f"{n + 1}i", plc, 0)
    out = []
    for k in range(n):
        count = min(starts[k + 1], length) - starts[k]
        if count <= 0:
            continue
        place = numbers("I", plc, 4 * (n + 1) + 8 * k + 2)[0]
        if place & _COMPRESSED:
            begin = (place & ~_COMPRESSED) // 2
            out.append(Piece(main[begin : begin + count].decode("cp1252", errors="replace"), begin, 1))
        else:
            if place + 2 * count > len(main):
                raise BrokenError("a piece of the text lies beyond the end")
            units = numbers(f"{count}H", main, place)  # a character a unit, so that offsets stay right
            out.append(Piece("".join(map(chr, units)), place, 2))
    return out


def pages(main: bytes, table: bytes, field: int) -> Iterator[bytes]:
    """The pages of properties that a field of the header points to."""
    at, size = numbers("II", main, field)
    if not 4 <= size <= len(table):
        raise BrokenError("there is no list of pages of properties")
    n = (size - 4) // 8
    for number in numbers(f"{n}I", table, at + 4 * (n + 1)):
        yield main[(number & 0x3FFFFF) * PAGE :][:PAGE]


def items(properties: bytes) -> Iterator[tuple[int, bytes]]:
    """The properties of a list with their operands, a length before an operand left out."""
    i = 0
    while i + 2 <= len(properties):
        code = numbers("H", properties, i)[0]
        i += 2
        size = OPERANDS[code >> 13]
        if code == DEFINITION:
            size = numbers("H", properties, i)[0] - 1
            i += 2
        elif not size:
            size = byte(properties, i)
            i += 1
        if size < 0 or i + size > len(properties):
            return
        yield code, properties[i : i + size]
        i += size


def _unseen(main: bytes, table: bytes) -> list[tuple[int, int]]:
    """The stretches of the main stream whose characters are not seen, in order."""
    out = []
    for page in pages(main, table, _FIB_CHPX):
        count = byte(page, PAGE - 1)
        places = numbers(f"{count + 1}I", page, 0)
        for i in range(count):
            offset = 2 * byte(page, 4 * (count + 1) + i)
            properties = page[offset + 1 : offset + 1 + byte(page, offset)] if offset else b""
            if any(code in _UNSEEN_BY and operand[:1] in _ON for code, operand in items(properties)):
                out.append((places[i], places[i + 1]))
    return sorted(out)


def _covered(piece: Piece, unseen: Sequence[tuple[int, int]]) -> str:
    """A piece's text in which `UNSEEN` stands for every unseen character but the marks that end paragraphs
    and cells.
    """
    text = piece.text
    for start, end in unseen:
        a, b = max(0, (start - piece.at) // piece.step), min(len(text), (end - piece.at) // piece.step)
        if a < b:
            text = text[:a] + re.sub(f"[^{CELL_MARK}{PARAGRAPH_MARK}]", UNSEEN, text[a:b]) + text[b:]
    return text
