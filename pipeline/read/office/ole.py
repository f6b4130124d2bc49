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
from dataclasses import dataclass, replace

from xlrd.compdoc import CompDoc, CompDocError, DirNode

WORD, EXCEL, LOCKED, BROKEN = "word", "excel", "locked", "broken"
KINDS: tuple[tuple[str, str], ...] = (
    ("EncryptedPackage", LOCKED), ("WordDocument", WORD), ("Workbook", EXCEL), ("Book", EXCEL),
)  # fmt: skip
CELL_MARK, PARAGRAPH_MARK = "\x07", "\r"
BROKEN_STREAMS = (
    RuntimeError,
    CompDocError,
    struct.error,
    AssertionError,
    IndexError,
    KeyError,
    ValueError,
    TypeError,
    OverflowError,
    MemoryError,
)
UNSEEN = "\x00"  # in place of a character that is deleted, hidden or struck out
PAGE = 512  # bytes of a page of properties
OPERANDS = (
    1,
    1,
    2,
    4,
    2,
    2,
    0,
    3,
)  # bytes of an operand by the upper three bits of its property; 0: it says itself
DEFINITION = 0xD608  # of a table's row: its length takes two bytes
_UNSEEN_BY = frozenset(
    {0x0800, 0x083C, 0x0837, 0x2A53}
)  # taken out by a tracked change, hidden, struck out once and twice
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

        Raises ValueError where it is broken.
        """
        try:
            unseen = _unseen(self.main, self.table)
            return [replace(p, text=_covered(p, unseen)) for p in _pieces(self.main, self.table)]
        except BROKEN_STREAMS as exception:
            raise ValueError("the piece table is broken") from exception


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
    file = _open(data)
    for stream, kind in KINDS:
        if (file is not None and _node(file, stream) is not None) or (
            file is None and f"{stream}\0".encode("utf-16-le") in data
        ):
            return kind
    return BROKEN if file is None else None


def workbook(data: bytes) -> bytes | None:
    """The stream of an Excel file that holds its sheets; None where it cannot be had."""
    file = _open(data)
    found = (_stream(file, name) for name, kind in KINDS if kind == EXCEL) if file is not None else ()
    return next((stream for stream in found if stream is not None), None)


def word_text(data: bytes) -> WordText:
    """A Word file's lock and main text."""
    streams = word_streams(data)
    if streams is None:
        return WordText(is_locked(data), None)
    try:
        text = "".join(piece.text for piece in streams.pieces())
    except ValueError:
        return WordText(False, None)
    return WordText(False, plain(text))


def is_locked(data: bytes) -> bool:
    """Does a Word file ask for a password?"""
    file = _open(data)
    main = _stream(file, "WordDocument") if file is not None else None
    return (
        main is not None
        and len(main) > _FIB_CLX
        and bool(struct.unpack_from("<H", main, _FIB_FLAGS)[0] & _ENCRYPTED)
    )


def word_streams(data: bytes) -> WordStreams | None:
    """The streams of a Word file of 1997 or later that is not locked; None for others."""
    file = _open(data)
    main = _stream(file, "WordDocument") if file is not None else None
    if file is None or main is None or len(main) < _FIB_CLX + 8:
        return None
    version, flags = struct.unpack_from("<H", main, 2)[0], struct.unpack_from("<H", main, _FIB_FLAGS)[0]
    table = _stream(file, "1Table" if flags & _TABLE_1 else "0Table")
    if flags & _ENCRYPTED or version < _WORD_97 or table is None:
        return None
    return WordStreams(main, table, _stream(file, "Data") or b"")


def plain(text: str) -> str:
    """Stored text without the instructions of fields and the anchors of pictures and notes; line breaks as
    paragraph marks.
    """
    return _OBJECT.sub("", _FIELD_CODE.sub("", text.replace("\x0b", PARAGRAPH_MARK)))


def _open(data: bytes) -> CompDoc | None:
    try:
        return CompDoc(data, logfile=io.StringIO())
    except BROKEN_STREAMS:
        return None


def _node(file: CompDoc, name: str) -> DirNode | None:
    """The entry of a stream in the root."""
    return next(
        (file.dirlist[i] for i in file.dirlist[0].children if file.dirlist[i].name.lower() == name.lower()),
        None,
    )


def _stream(file: CompDoc, name: str) -> bytes | None:
    """The bytes of a stream in the root; its chain of sectors is followed no further than its size, for it
    may go in a circle.
    """
    try:
        node = _node(file, name)
        if node is None:
            return None
        short = node.tot_size < file.min_size_std_stream
        memory, base, table, size = (
            (file.SSCS, 0, file.SSAT, file.short_sec_size)
            if short
            else (file.mem, 512, file.SAT, file.sec_size)
        )
        out = []
        sector, left = node.first_SID, min(node.tot_size, len(file.mem))
        while sector >= 0 and left > 0:
            out.append(bytes(memory[base + sector * size : base + sector * size + min(size, left)]))
            left -= size
            sector = table[sector]
    except BROKEN_STREAMS:
        return None
    return b"".join(out)


def _pieces(main: bytes, table: bytes) -> list[Piece]:
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
            out.append(Piece(main[begin : begin + count].decode("cp1252", errors="replace"), begin, 1))
        else:
            units = struct.unpack_from(
                f"<{count}H", main, place
            )  # a character a unit, so that offsets stay right
            out.append(Piece("".join(map(chr, units)), place, 2))
    return out


# ---- properties
# ----------------------------------------------------------------------------------------------------


def pages(main: bytes, table: bytes, field: int) -> Iterator[bytes]:
    """The pages of properties that a field of the header points to."""
    at, size = struct.unpack_from("<II", main, field)
    n = (size - 4) // 8
    for number in struct.unpack_from(f"<{n}I", table, at + 4 * (n + 1)):
        yield main[(number & 0x3FFFFF) * PAGE :][:PAGE]


def items(properties: bytes) -> Iterator[tuple[int, bytes]]:
    """The properties of a list with their operands, a length before an operand left out."""
    i = 0
    while i + 2 <= len(properties):
        code = struct.unpack_from("<H", properties, i)[0]
        i += 2
        size = OPERANDS[code >> 13]
        if code == DEFINITION:
            size = struct.unpack_from("<H", properties, i)[0] - 1
            i += 2
        elif not size:
            size = properties[i]
            i += 1
        if size < 0 or i + size > len(properties):
            return
        yield code, properties[i : i + size]
        i += size


def _unseen(main: bytes, table: bytes) -> list[tuple[int, int]]:
    """The stretches of the main stream whose characters are not seen, in order."""
    out = []
    for page in pages(main, table, _FIB_CHPX):
        count = page[PAGE - 1]
        places = struct.unpack_from(f"<{count + 1}I", page, 0)
        for i in range(count):
            offset = 2 * page[4 * (count + 1) + i]
            properties = page[offset + 1 : offset + 1 + page[offset]] if offset else b""
            if any(code in _UNSEEN_BY and operand[0] in (1, 0x81) for code, operand in items(properties)):
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
