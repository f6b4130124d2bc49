"""Files at URLs (`s3://bucket/raw`), through fsspec, which is an extra.

Comes in: a URL that fsspec knows. Goes out: the files below it, each with its size and version, and a way to
open one. Where a server is and who may enter it is said as fsspec and the package for the scheme have it:
environment variables and configuration files, never the command line. Refused: a URL that cannot be reached,
or whose package is not installed (`unreachable`).
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

from pipeline.model.errors import Code, error
from pipeline.model.schema import TABLES

MARK = "://"
VERSIONS = ("ETag", "etag", "md5Hash", "content_md5", "LastModified", "last_modified", "mtime", "created")
"""What file systems call that which changes with a file's content, the surest first."""


def is_url(place: object) -> bool:
    """Is it a URL, and no path?"""
    return isinstance(place, str) and MARK in place


@dataclass(frozen=True, slots=True)
class Remote:
    """A file at a URL, its size, and what tells one version of it from another."""

    url: str
    size: int
    version: str

    @property
    def parts(self) -> tuple[str, ...]:
        """The names in the URL, as of a path."""
        return tuple(self.url.partition(MARK)[2].split("/"))

    def __fspath__(self) -> str:
        """The URL, to sort by."""
        return self.url

    @property
    def ending(self) -> str:
        """Of the name, in small letters."""
        return PurePosixPath(self.url).suffix.lower()

    def open(self, _: str = "rb") -> BinaryIO:
        """The file, opened for reading; raises OSError."""
        system, path = _system(self.url)
        with _errors_of(system):
            return cast(BinaryIO, system.open(path, "rb"))


@contextmanager
def _errors_of(system: Any) -> Iterator[None]:
    """What a package for a scheme raises when its server does not answer, as OSError."""
    try:
        yield
    except OSError:
        raise
    except (ValueError, RuntimeError, ImportError) as problem:
        raise OSError(0, f"{type(system).__name__}: {problem}") from problem


def _system(url: str) -> tuple[Any, str]:
    try:
        system, path = importlib.import_module("fsspec.core").url_to_fs(url)
    except (ImportError, ValueError) as problem:
        what = f"nothing here reads such a URL ({problem})"
        raise error(Code.UNREACHABLE, url, what) from problem
    return system, str(path)


def files_below(url: str) -> list[tuple[Remote, str]]:
    """The files at or below a URL, each with its path below it."""
    system, root = _system(url)
    try:
        with _errors_of(system):
            system.invalidate_cache()
            found: Mapping[str, Mapping[str, Any]] = system.find(root, detail=True)
    except OSError as problem:
        raise error(Code.UNREACHABLE, url, f"it cannot be listed ({problem})") from problem
    base = root.rstrip("/") + "/"
    out = []
    for path, facts in sorted(found.items()):
        name = PurePosixPath(path).name if path == root else path.removeprefix(base)
        version = next((str(facts[v]) for v in VERSIONS if facts.get(v)), "")
        out.append((Remote(system.unstrip_protocol(path), int(facts.get("size") or 0), version), name))
    return out


def read(url: str) -> bytes | None:
    """The bytes of a small file, None where there is none."""
    system, path = _system(url)
    try:
        with _errors_of(system):
            system.invalidate_cache()
            return bytes(system.cat_file(path)) if system.exists(path) else None
    except OSError as problem:
        raise error(Code.UNREACHABLE, url, f"it cannot be read ({problem})") from problem


def publish(folder: Path, url: str, generation: str, manifest: bytes, names: Sequence[str]) -> None:
    """Puts the files `names` of a folder at a URL: in a folder of their own first, then the manifest that
    names them there, which is one step, then copies under the plain names; what older manifests named goes.
    """
    system, root = _system(url)
    root = root.rstrip("/")
    ours = {f"{table}{end}" for table in TABLES for end in ("", ".parquet")}
    try:
        with _errors_of(system):
            for name in names:
                _put(system, folder / name, f"{root}/{generation}/{name}")
            system.pipe_file(f"{root}/manifest.json", manifest)
            for name in names:
                _put(system, folder / name, f"{root}/{name}")
            system.invalidate_cache()
            for old in system.ls(root, detail=False):
                name = PurePosixPath(old).name
                if name.startswith("generation-") and name != generation:
                    system.rm(old, recursive=True)
            for old in system.find(root):
                name = old.removeprefix(f"{root}/")
                if name.endswith(".parquet") and name.partition("/")[0] in ours and name not in names:
                    system.rm_file(old)
    except OSError as problem:
        raise error(Code.OUTPUT_UNWRITABLE, url, f"the tables could not be written ({problem})") from problem


def _put(system: Any, file: Path, path: str) -> None:
    system.makedirs(path.rpartition("/")[0], exist_ok=True)  # a name on S3 needs no folder, elsewhere it does
    system.put_file(str(file), path)
