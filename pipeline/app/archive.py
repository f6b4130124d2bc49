"""ZIP archives of documents → their members, one source each.

Comes in: the path of a file. Goes out: the names of the documents in it, and the bytes of one. An archive is
told by its content; Word, Excel and OFD files, which are ZIPs too, are none. Refused, member by member: names
that lead out of the archive, what is locked, and what unpacks to more than it may (a bomb).
"""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pipeline.model.errors import Code, PipelineError, error

MAGIC = b"PK\x03\x04"
MOST_MEMBERS = 5000
MOST_RATIO = 300  # unpacked to packed bytes; text packs to a tenth, a bomb to a thousandth
OFFICE = ("word/", "xl/", "ppt/", "OFD.xml", "[Content_Types].xml")
UTF8_NAME = 0x800
LOCKED = 0x1


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive: its place in the archive's list, and the name that its row shows."""

    index: int
    name: str


def members(path: Path) -> tuple[Member, ...]:
    """The documents in an archive, sorted by name; none for a file that is no archive or cannot be opened as
    one.
    """
    try:
        with path.open("rb") as stream:
            if stream.read(len(MAGIC)) != MAGIC:
                return ()
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError):
        return ()
    if any(info.filename.startswith(OFFICE) for info in infos):
        return ()
    found = [Member(i, _name(info)) for i, info in enumerate(infos[:MOST_MEMBERS]) if not info.is_dir()]
    visible = [
        m
        for m in found
        if not any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(m.name).parts if part != "..")
    ]
    return tuple(sorted(visible, key=lambda m: m.name))


def _name(info: zipfile.ZipInfo) -> str:
    """A member's name; without the UTF-8 mark it may be UTF-8 all the same, or GB18030, as Chinese systems
    write it.
    """
    if info.flag_bits & UTF8_NAME:
        return info.filename
    try:
        stored = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return stored.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def unpack(path: Path, member: Member, where: str, most_bytes: int) -> bytes:
    """The bytes of a member.

    Raises:
        PipelineError: `unsafe_path`, `encrypted`, `too_large` or `damaged`.
    """
    parts = PurePosixPath(member.name.replace("\\", "/")).parts
    if ".." in parts or (parts and (parts[0] == "/" or ":" in parts[0])):
        raise error(Code.UNSAFE_PATH, where, "the name of this member leads out of the archive")
    try:
        with zipfile.ZipFile(path) as archive:
            info = archive.infolist()[member.index]
            if info.flag_bits & LOCKED:
                raise error(Code.ENCRYPTED, where, "the archive is locked with a password")
            if info.file_size > most_bytes or info.file_size > MOST_RATIO * max(info.compress_size, 1024):
                raise error(Code.TOO_LARGE, where, f"the member unpacks to {info.file_size} bytes")
            with archive.open(info) as stream:
                return stream.read(most_bytes)
    except PipelineError:
        raise
    except (
        OSError,
        zipfile.BadZipFile,
        zlib.error,
        ValueError,
        NotImplementedError,
        EOFError,
        RuntimeError,
        IndexError,
    ) as exception:
        raise error(Code.DAMAGED, where, f"the member cannot be unpacked ({exception})") from exception
