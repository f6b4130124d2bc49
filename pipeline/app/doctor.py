"""This machine → which formats can be read on it, with which programs and packages, and what is missing.

Comes in: nothing. Goes out: one `Finding` a thing looked at: what it is, whether it is there, and what to do
where it is not. Nothing is started and nothing is downloaded. It refuses nothing.
"""

from __future__ import annotations

import platform
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from pipeline.app.language import say
from pipeline.app.parser_version import READ_WITH, parser_version
from pipeline.read import READERS
from pipeline.read.common.media_type import DOC, JPEG, OLE, PNG, RTF, TIFF
from pipeline.read.office.converters import antiword, office
from pipeline.version import VERSION

THERE, LESS, MISSING = "ok", "less", "missing"
OPTIONAL = {
    "distributed": "reads on a cluster: `pip install budget-performance[cluster]`",
    "fsspec": "reads and writes URLs: `pip install budget-performance[remote]`",
    "duckdb": "exports to DuckDB: `pip install duckdb`",
}
PICTURES = frozenset({PNG, JPEG, TIFF})


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing: its part of the report, its name, `ok`, `less` or `missing`, and what is said of it."""

    part: str
    name: str
    state: str
    said: str = ""


def look() -> Iterator[Finding]:
    """Everything, part by part."""
    yield Finding("program", "budget-performance", THERE, f"{VERSION} ({parser_version()[:12]})")
    yield Finding("program", "Python", THERE, f"{platform.python_version()}, {platform.platform()}")
    yield from _formats()
    yield from _converters()
    yield from _models()
    yield from _packages()


def _formats() -> Iterator[Finding]:
    for media_type in READERS:
        state, said = THERE, ""
        if media_type in (RTF, OLE) and office() is None:
            state, said = MISSING, say("needs LibreOffice")
        elif media_type == DOC and office() is None:
            found = antiword() is not None
            state, said = (
                (LESS if found else MISSING),
                say("with losses without LibreOffice") if found else say("needs LibreOffice"),
            )
        elif media_type in PICTURES and not _model_files():
            state, said = MISSING, say("needs the models of the package rapidocr")
        yield Finding("formats", media_type, state, said)


def _converters() -> Iterator[Finding]:
    for name, path, advice in (
        ("LibreOffice", office(), say("install it to read .doc and .rtf")),
        ("antiword", antiword(), say("only needed for .doc where LibreOffice is missing")),
    ):
        state = THERE if path else (LESS if name == "antiword" or antiword() else MISSING)
        yield Finding("converters", name, state, path or advice)


def _models() -> Iterator[Finding]:
    files = _model_files()
    if not files:
        yield Finding(
            "models",
            "rapidocr",
            MISSING,
            say("`pip install rapidocr` brings them; scans are not read without"),
        )
    for name, size in files:
        yield Finding("models", name, THERE, f"{size / 1e6:.1f} MB")


def _model_files() -> list[tuple[str, int]]:
    """The models that come with the recogniser, without loading it."""
    found = find_spec("rapidocr")
    if found is None or found.origin is None:
        return []
    return sorted(
        (f.name, f.stat().st_size) for f in Path(found.origin).parent.joinpath("models").glob("*.onnx")
    )


def _packages() -> Iterator[Finding]:
    for name in READ_WITH:
        version = _version(name)
        yield Finding(
            "packages", name, THERE if version else MISSING, version or say("`make setup` installs it")
        )
    for name, use in OPTIONAL.items():
        version = _version(name)
        yield Finding("packages", name, THERE if version else LESS, version or say(use))


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
