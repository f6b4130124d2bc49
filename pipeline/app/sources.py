"""Inputs of a run → the documents to be read, each under its name, and what is left out.

Comes in: files, folders and URLs. Goes out: `Source`s, sorted by name, and a line for everything that stands
in an input and is not read: nothing is passed over in silence. What the system refuses to give (a folder that
may not be entered, a link that leads nowhere, a path too long) is a source too, with the reason, so that it
gets a row. Refused: an input that does not exist or holds no file.
"""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.app.archive import Member, members, unpack
from pipeline.app.names import stored
from pipeline.app.output import DOCUMENTS, MANIFEST, NAMES
from pipeline.app.remote import Remote, files_below
from pipeline.app.unknown_words_file import UNKNOWN_WORDS
from pipeline.model.errors import Code, PipelineError, error

MEGABYTE = 1024 * 1024
CHUNK = 4 * MEGABYTE
ARCHIVE = ".zip"
HIDDEN, LINKED, NO_FILE, TABLES_OF_A_RUN = (
    "hidden",
    "a link to a folder",
    "no regular file",
    "the tables of a run",
)


@dataclass(frozen=True, slots=True)
class Source:
    """A file to be read, and the path that its rows name; or a member of an archive; or, with a problem, what
    cannot be read and why.
    """

    path: Path | Remote
    name: str
    member: Member | None = None
    problem: PipelineError | None = None

    @property
    def place(self) -> bytes:
        """What names the source among all places that there are."""
        place = self.path.url.encode() if isinstance(self.path, Remote) else os.fsencode(self.path)
        return (
            place if self.member is None else place + f"\0{self.member.offset}\0{self.member.name}".encode()
        )

    def facts(self) -> tuple[int, str, int]:
        """The size; the stamp, which changes with the content; and when that last changed, in ns (0 where the
        stamp alone is sure). Raises PipelineError.
        """
        if self.problem is not None:
            raise self.problem
        if isinstance(self.path, Remote):
            size, stamp, when = (
                self.path.size,
                self.path.version and f"{self.path.size} {self.path.version}",
                0,
            )
        else:
            try:
                s = self.path.stat()
            except OSError as refused:
                raise _unreadable(self.name, "file", refused) from refused
            size, when = s.st_size, max(s.st_mtime_ns, s.st_ctime_ns)
            stamp = f"{s.st_size} {s.st_mtime_ns} {s.st_ctime_ns} {s.st_ino}"
        return (size if self.member is None else self.member.unpacked), stamp, when

    def read(self, most_bytes: int) -> bytes:
        """The bytes; raises PipelineError where they cannot be had or are more than `most_bytes`."""
        return b"".join(self.pieces(most_bytes))

    def pieces(self, most_bytes: int) -> Iterator[bytes]:
        """The bytes, a piece at a time, never more than `most_bytes` and a piece."""
        if self.problem is not None:
            raise self.problem
        if self.member is not None:
            yield from unpack(self.path, self.member, self.name, most_bytes)
            return
        size = 0
        try:
            with self.path.open("rb") as stream:
                while piece := stream.read(CHUNK):
                    size += len(piece)
                    if size > most_bytes:
                        raise too_large(self.name, size, most_bytes)
                    yield piece
        except OSError as refused:
            raise _unreadable(self.name, "file", refused) from refused


def too_large(name: str, size: int, most_bytes: int) -> PipelineError:
    """The file is over the limit, and is not read."""
    what = f"the file has {size / MEGABYTE:.1f} MB, the limit is {most_bytes // MEGABYTE} MB"
    return error(Code.TOO_LARGE, name, what)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something in an input that is not read, and why."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Survey:
    """What the inputs hold."""

    sources: tuple[Source, ...]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """Something below an input: to be read, or not (`why`), or refused by the system (`refused`)."""

    path: Path
    why: str | None = None
    refused: OSError | None = None
    kind: str = "file"


def collect(inputs: Sequence[Path | str]) -> tuple[Source, ...]:
    """The sources of `survey`."""
    return survey(inputs).sources


def survey(inputs: Sequence[Path | str], out: Path | None = None) -> Survey:
    """The files of the inputs, sorted by name: a folder's by their path below it, a file by its own name.

    Hidden files and folders, links to folders and the tables of a run (those in `out` even where they are not
    whole) are left out; a ZIP archive stands for the documents in it. Two files of one name from two inputs
    take as many parent folders into their names as it needs to tell them apart. Raises InputError for a path
    that does not exist or holds no file.
    """
    found: dict[Path | Remote, str] = {}
    refused: dict[Path | Remote, _Found] = {}
    left_out: dict[Path, LeftOut] = {}
    for entry in inputs:
        if isinstance(entry, str):
            found |= _at_url(entry, left_out)
            continue
        whole = list(_entry(entry, out))
        if all(f.why for f in whole):
            raise error(Code.NO_INPUT, stored(str(entry)), "the folder holds no file")
        base = entry.parent if len(whole) == 1 and whole[0].path == entry else entry
        for f in whole:
            place, name = Path(os.path.realpath(f.path)), stored(f.path.relative_to(base).as_posix())
            if f.why:
                left_out.setdefault(f.path.absolute(), LeftOut(name, f.why))
                continue
            if f.refused is not None:
                refused.setdefault(place, f)
            found.setdefault(place, name if name != "." else stored(entry.resolve().name))
    sources: list[Source] = []
    for path, name in _apart(found).items():
        if path in refused:
            f = refused[path]
            assert f.refused is not None
            sources.append(Source(path, name, problem=_unreadable(name, f.kind, f.refused)))
            continue
        documents, hidden = _unpacked(path, name)
        sources += documents
        if hidden:
            left_out[Path(path, name)] = LeftOut(name, f"{hidden} hidden members of the archive")
    return Survey(
        tuple(sorted(sources, key=lambda s: s.name)),
        tuple(sorted(left_out.values(), key=lambda left: (left.why, left.name))),
    )


def _at_url(url: str, left_out: dict[Path, LeftOut]) -> dict[Path | Remote, str]:
    """The files at or below a URL, but for hidden ones and the tables of a run."""
    files = files_below(url)
    names = {name for _, name in files}
    out: dict[Path | Remote, str] = {}
    for file, name in files:
        folder, _, own = name.rpartition("/")
        above = [folder.rsplit("/", n)[0] if n else folder for n in range(folder.count("/") + 1)]
        run = any({f"{a}/{MANIFEST}".lstrip("/"), f"{a}/{DOCUMENTS}".lstrip("/")} <= names for a in above)
        if any(part.startswith(".") for part in name.split("/")):
            left_out[Path(file.url)] = LeftOut(stored(name), HIDDEN)
        elif run and (own.endswith(".parquet") or own == MANIFEST):
            left_out[Path(file.url)] = LeftOut(stored(name), TABLES_OF_A_RUN)
        else:
            out[file] = stored(name)
    if not out:
        raise error(Code.NO_INPUT, stored(url), "the URL holds no file")
    return out


def _entry(entry: Path, out: Path | None) -> Iterator[_Found]:
    """What an input is: one file, or all that is below a folder."""
    try:
        mode = entry.stat().st_mode
    except FileNotFoundError:
        raise error(Code.NO_INPUT, stored(str(entry)), "there is no such file or folder") from None
    except OSError as refused:
        yield _Found(entry, refused=refused)
        return
    if stat.S_ISDIR(mode):
        yield from _below(entry, os.path.realpath(out) if out is not None else None)
    else:
        yield _file(entry)


def _below(folder: Path, out: str | None) -> Iterator[_Found]:
    """Everything in a folder and its subfolders; links to folders are not followed."""
    todo = [folder]
    while todo:
        here = todo.pop()
        try:
            with os.scandir(here) as entries:
                names = sorted(entries, key=lambda e: e.name)
        except OSError as refused:
            yield _Found(here, refused=refused, kind="folder")
            continue
        held = {e.name for e in names}
        tables = (
            NAMES | {UNKNOWN_WORDS}
            if {MANIFEST, DOCUMENTS} <= held or os.path.realpath(here) == out
            else frozenset()
        )
        for e in names:
            path = here / e.name
            if e.name in tables:
                yield _Found(path, TABLES_OF_A_RUN)
            elif e.name.startswith("."):
                yield _Found(path, HIDDEN)
            elif e.is_dir(follow_symlinks=False):
                todo.append(path)
            else:
                yield _file(path)


def _file(path: Path) -> _Found:
    """What is no folder of its own: a file, a link to one, a link to a folder, a device, …"""
    try:
        mode = path.stat().st_mode
    except OSError as refused:
        return _Found(path, refused=refused)
    if stat.S_ISDIR(mode):
        return _Found(path, LINKED)
    return _Found(path, None if stat.S_ISREG(mode) else NO_FILE)


def _unpacked(path: Path | Remote, name: str) -> tuple[list[Source], int]:
    """A file, or the documents of an archive as `archive.zip/member`; and how many are hidden in it. At a URL
    the ending tells an archive: to look into every file would cost more than to list them.
    """
    if isinstance(path, Remote) and path.ending != ARCHIVE:
        return [Source(path, name)], 0
    try:
        found, hidden = members(path, name)
    except PipelineError as problem:
        return [Source(path, name, problem=problem)], 0
    return [Source(path, f"{name}/{m.name}", m) for m in found] or [Source(path, name)], hidden


def _unreadable(name: str, kind: str, refused: OSError) -> PipelineError:
    return error(Code.UNREADABLE, name, f"the {kind} could not be read ({refused.strerror})")


def _apart(names: dict[Path | Remote, str]) -> dict[Path | Remote, str]:
    """Longer names for files that share one; where whole paths are the same text (one in UTF-8, one in GBK),
    a number tells them apart.
    """
    while twice := {name for name, n in Counter(names.values()).items() if n > 1}:
        longer = {
            p: stored("/".join(p.parts[-n.count("/") - 2 :])) if n in twice else n for p, n in names.items()
        }
        if longer == names:
            break
        names = longer
    seen: Counter[str] = Counter()
    for path in sorted(names, key=os.fsencode):
        name = names[path]
        seen[name] += 1
        if seen[name] > 1:
            names[path] = f"{name} ({seen[name]})"
    return names
