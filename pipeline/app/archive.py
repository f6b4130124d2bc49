"""ZIP archives of documents → their members, one source each.

Comes in: the path of a file. Goes out: the documents in it, listed once, and the bytes of one, a piece at a
time. An archive is told by its content; Word, Excel and OFD files, which are ZIPs too, are none. Refused as a
whole: an archive of more members than `MOST_MEMBERS`. Refused member by member: names that lead out of the
archive, what is locked, what lies over another member, and what unpacks to more than it may (a bomb).

The archive's list is read here and not by `zipfile`, which keeps all of it whatever its size and reads it
again for each member.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from pipeline.app.remote import Remote
from pipeline.model.errors import Code, PipelineError, error

File = Path | Remote

MOST_MEMBERS = 100_000
MOST_LIST = 64 * 1024 * 1024  # bytes of an archive's list: 100,000 members of the longest usual names
MOST_RATIO = 300  # unpacked to packed bytes; text packs to a tenth, a bomb to a thousandth
PIECE = 1024 * 1024
OFFICE = ("word/", "xl/", "ppt/", "OFD.xml", "[Content_Types].xml")
STORED, DEFLATED = 0, 8
# The records of a ZIP (PKWARE's APPNOTE, 4.3.7 to 4.3.16, 4.4.4, 4.5.3)
MAGIC = b"PK\x03\x04"
LOCAL = struct.Struct("<4s22x2H")
ENTRY = struct.Struct("<4s4xHH4xLLLHHH8xL")
END, END_MAGIC, LONGEST_COMMENT = struct.Struct("<4s8xLL2x"), b"PK\x05\x06", 65535
LOCATOR, LOCATOR_MAGIC = struct.Struct("<4s4xQ4x"), b"PK\x06\x07"
END64, END64_MAGIC = struct.Struct("<4s36xQQ"), b"PK\x06\x06"
ENTRY_MAGIC = b"PK\x01\x02"
LARGE = 0xFFFFFFFF  # the figure stands in the member's extra field
LARGE_FIELD = 1
LOCKED, UTF8_NAME = 0x1, 0x800


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive: the name that its row shows, where its bytes are, and what they shall be."""

    name: str
    flags: int
    method: int
    checksum: int
    packed: int
    unpacked: int
    offset: int
    covered: bool = False  # its bytes reach into another member's


class _NoListError(Exception):
    """The file has no list of members that can be followed: it is no archive."""


def members(path: File, where: str) -> tuple[tuple[Member, ...], int]:
    """The documents in an archive, sorted by name, and how many hidden ones are left out; none for a file
    that is no archive or cannot be opened as one.

    Raises:
        PipelineError: `too_large` for an archive of more members than are read.
    """
    try:
        with path.open("rb") as stream:
            if stream.read(len(MAGIC)) != MAGIC:
                return (), 0
            found = list(_list(stream, where))
    except (OSError, _NoListError, struct.error, OverflowError):
        return (), 0
    if any(m.name.startswith(OFFICE) for m in found):
        return (), 0
    files = [m for m in _with_covered(found) if not m.name.endswith("/")]
    visible = [m for m in files if not _hidden(m.name)]
    return tuple(sorted(visible, key=lambda m: (m.name, m.offset))), len(files) - len(visible)


def _hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(name).parts if part != "..")


def _list(stream: BinaryIO, where: str) -> Iterator[Member]:
    """The entries of the archive's list, never more of them or of their bytes than may be."""
    start, size, shift = _place(stream)
    if size > MOST_LIST:
        raise _too_many(where, f"its list of members has {size} bytes, the limit is {MOST_LIST}")
    stream.seek(start)
    count = 0
    while size >= ENTRY.size:
        magic, flags, method, checksum, packed, unpacked, name_size, extra_size, note_size, offset = (
            ENTRY.unpack(stream.read(ENTRY.size))
        )
        name, extra = stream.read(name_size), stream.read(extra_size)
        stream.seek(note_size, 1)
        if magic != ENTRY_MAGIC or len(extra) != extra_size:
            raise _NoListError
        size -= ENTRY.size + name_size + extra_size + note_size
        count += 1
        if count > MOST_MEMBERS:
            raise _too_many(where, f"it has more than {MOST_MEMBERS} members")
        unpacked, packed, offset = _large(extra, unpacked, packed, offset)
        yield Member(_name(name, flags), flags, method, checksum, packed, unpacked, offset + shift)


def _place(stream: BinaryIO) -> tuple[int, int, int]:
    """Where the list starts, how long it is, and by how much the file's places are shifted."""
    tail_at = max(0, stream.seek(0, 2) - END.size - LONGEST_COMMENT)
    stream.seek(tail_at)
    tail = stream.read(END.size + LONGEST_COMMENT)
    at = tail.rfind(END_MAGIC)
    if at < 0:
        raise _NoListError
    _, size, start = END.unpack_from(tail, at)
    end = tail_at + at
    if at >= LOCATOR.size and tail[at - LOCATOR.size :].startswith(LOCATOR_MAGIC):
        _, far = LOCATOR.unpack_from(tail, at - LOCATOR.size)
        stream.seek(far)
        magic, size, start = END64.unpack(stream.read(END64.size))
        if magic != END64_MAGIC:
            raise _NoListError
        end = far
    shift = end - size - start
    if shift < 0:
        raise _NoListError
    return start + shift, size, shift


def _large(extra: bytes, *figures: int) -> Iterator[int]:
    """Figures of an entry, those that need eight bytes from its extra field."""
    large = b""
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        if kind == LARGE_FIELD:
            large = extra[4 : 4 + size]
        extra = extra[4 + size :]
    for figure in figures:
        if figure != LARGE:
            yield figure
        else:
            yield int(struct.unpack_from("<Q", large)[0])
            large = large[8:]


def _name(data: bytes, flags: int) -> str:
    """A member's name; without the UTF-8 mark it may be UTF-8 all the same, or GB18030, as Chinese systems
    write it.
    """
    data = data.split(b"\0")[0]
    for encoding in ("utf-8",) if flags & UTF8_NAME else ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("cp437")


def _with_covered(found: list[Member]) -> list[Member]:
    """Members whose bytes reach into the next one are marked: so a bomb unpacks one stretch many times."""
    in_order = sorted(found, key=lambda m: m.offset)
    over = {id(a) for a, b in pairwise(in_order) if a.offset + LOCAL.size + a.packed > b.offset}
    return [replace(m, covered=True) if id(m) in over else m for m in found]


def unpack(path: File, member: Member, where: str, most_bytes: int) -> Iterator[bytes]:
    """The bytes of a member, a piece at a time, so that nothing but the reader of a document holds all.

    Raises:
        PipelineError: `unsafe_path`, `encrypted`, `too_large`, `unreadable` or `damaged`.
    """
    parts = PurePosixPath(member.name.replace("\\", "/")).parts
    if ".." in parts or (parts and (parts[0] == "/" or ":" in parts[0])):
        raise error(Code.UNSAFE_PATH, where, "the name of this member leads out of the archive")
    if member.flags & LOCKED:
        raise error(Code.ENCRYPTED, where, "the archive is locked with a password")
    if member.unpacked > most_bytes or member.unpacked > MOST_RATIO * max(member.packed, 1024):
        raise error(Code.TOO_LARGE, where, f"the member unpacks to {member.unpacked} bytes")
    if member.covered:
        raise _damaged(where, "its bytes reach into another member's")
    if member.method not in (STORED, DEFLATED):
        raise _damaged(where, f"it is packed by method {member.method}")
    try:
        with path.open("rb") as stream:
            stream.seek(member.offset)
            magic, name_size, extra_size = LOCAL.unpack(stream.read(LOCAL.size))
            if magic != MAGIC:
                raise _damaged(where, "it is not where the archive says")
            stream.seek(name_size + extra_size, 1)
            yield from _checked(_pieces(stream, member), member, where)
    except OSError as refused:
        raise error(
            Code.UNREADABLE, where, f"the archive could not be read ({refused.strerror})"
        ) from refused
    except (zlib.error, struct.error, OverflowError) as broken:
        raise _damaged(where, str(broken)) from broken


def _pieces(stream: BinaryIO, member: Member) -> Iterator[bytes]:
    """The unpacked bytes, at most `PIECE` of them at a time."""
    left = member.packed
    inflate = zlib.decompressobj(-zlib.MAX_WBITS) if member.method == DEFLATED else None
    while left > 0 and (packed := stream.read(min(left, PIECE))):
        left -= len(packed)
        if inflate is None:
            yield packed
            continue
        while packed and not inflate.eof:
            yield inflate.decompress(packed, PIECE)
            packed = inflate.unconsumed_tail
    if inflate is not None:
        yield inflate.flush()


def _checked(pieces: Iterator[bytes], member: Member, where: str) -> Iterator[bytes]:
    """The pieces, unless they are more, fewer or other than the archive says."""
    size, checksum = 0, 0
    for piece in pieces:
        size, checksum = size + len(piece), zlib.crc32(piece, checksum)
        if size > member.unpacked:
            break
        yield piece
    if (size, checksum) != (member.unpacked, member.checksum):
        raise _damaged(where, "its bytes are not those that the archive promises")


def _too_many(where: str, what: str) -> PipelineError:
    return error(Code.TOO_LARGE, where, f"the archive is not read: {what}", "split it, or unpack it yourself")


def _damaged(where: str, what: str) -> PipelineError:
    return error(Code.DAMAGED, where, f"the member cannot be unpacked ({what})")
