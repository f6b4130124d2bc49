"""Tables and sources → the folder of the site.

Comes in: a folder of tables, and a function that gives the bytes of a source by its `source_path`, or None.
Goes out: the folder, whole or not at all, and an account: a source that is missing, or has other bytes than
the tables were made from, is named and its forms show their rows alone. Refused: a folder without tables, an
output folder that holds anything but an earlier site, and one that cannot be written.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.model.errors import Code, error
from pipeline.model.schema import TABLES
from pipeline.report.packed import script
from pipeline.report.rows import by_document, correctable, lists, pages_of
from pipeline.report.source_view import NOTHING, SourceView, view
from pipeline.report.words import LANGUAGES, words

Find = Callable[[str], bytes | None]
HERE = Path(__file__).parent
CHUNK = 5000  # rows of a list in one script: unpacked in some milliseconds, so that the page stays fluent
SIGN = "budget-performance-site.txt"  # a folder that holds it may be replaced
FOLDER_MODE = 0o755  # a temporary folder is the owner's alone; the site is for everybody


@dataclass(frozen=True, slots=True)
class Written:
    """What a site holds, and the sources that it could not show: gone, or with other bytes."""

    documents: int
    forms: int
    missing: tuple[str, ...]
    changed: tuple[str, ...]


def write_site(tables: Path, out: Path, find: Find, language: str) -> Written:
    """Writes the site into the folder `out`, replacing the one that stands there.

    Raises:
        InputError: `no_input` for a folder without tables, `output_unwritable`.
    """
    rows = {name: _rows(tables, name) for name in TABLES}
    if out.exists() and not (out.is_dir() and (not any(out.iterdir()) or (out / SIGN).is_file())):
        raise error(Code.OUTPUT_UNWRITABLE, out.name, "it holds other things than an earlier site")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=out.parent, prefix=".report-"))
        try:
            written = _write(made, rows, find, language)
            made.chmod(FOLDER_MODE)
            if out.exists():
                shutil.rmtree(out)
            made.rename(out)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    except OSError as problem:
        what = f"the site could not be written ({problem.strerror})"
        raise error(Code.OUTPUT_UNWRITABLE, out.name, what) from problem
    return written


def _rows(tables: Path, name: str) -> list[dict[str, Any]]:
    try:
        table = pq.read_table(tables / f"{name}.parquet")
    except (OSError, pa.ArrowException) as problem:
        what = f"there is no table `{name}` that can be read; run `parse` first"
        raise error(Code.NO_INPUT, tables.name, what) from problem
    found: list[dict[str, Any]] = table.to_pylist()
    return found


def _write(made: Path, rows: Mapping[str, Sequence[Mapping[str, Any]]], find: Find, language: str) -> Written:
    for name in ("data", "pages"):
        (made / name).mkdir()
    for folder in ("static", "vendor"):
        shutil.copytree(HERE / folder, made / folder)
    page = made / "static" / "index.html"
    text = page.read_text(encoding="utf-8").replace("LANGUAGE", LANGUAGES[language])
    (made / "index.html").write_text(text, encoding="utf-8")
    page.unlink()
    (made / SIGN).write_text("made by `report`, which may replace this folder\n", encoding="utf-8")
    chunks: dict[str, list[str]] = {}
    for name, columns in lists(rows).items():
        pieces = {f"{name}-{n:04d}": piece for n, piece in enumerate(_pieces(columns))}
        chunks[name] = list(pieces)
        for script_name, piece in pieces.items():
            _script(made, script_name, piece)
    facts = {"words": words(), "language": language, "correctable": correctable(), "chunks": chunks}
    _script(made, "site", facts)
    kinds = _documents(made, rows, find)
    missing, changed = (tuple(p for p, kind in kinds.items() if kind == k) for k in ("missing", "changed"))
    return Written(len(rows["documents"]), len(rows["projects"]), missing, changed)


def _documents(made: Path, rows: Mapping[str, Sequence[Mapping[str, Any]]], find: Find) -> dict[str, str]:
    """Writes a script for every document with forms; gives what is to be seen of each, by its path."""
    forms = by_document(rows)
    kinds: dict[str, str] = {}
    for document in rows["documents"]:
        identifier, path = document["document_id"], document["source_path"]
        mine = forms.pop(identifier, None)  # the same bytes under a second path have no forms of their own
        if mine is None:
            continue
        data = find(path)
        if data is None:
            kind, seen = "missing", NOTHING
        elif hashlib.sha256(data).hexdigest() != document["sha256"]:
            kind, seen = "changed", NOTHING
        else:
            seen = view(data, path, document["media_type"], pages_of(mine))
            kind = seen.kind
        kinds[path] = kind
        pages = _pictures(made, identifier, seen)
        source = {"kind": kind, "pages": pages, "lines": seen.lines, "blocks": seen.blocks}
        value = {"document": document, "source": source, "forms": mine}
        _script(made, f"document-{identifier}", value)
    return kinds


def _pieces(columns: Mapping[str, list[object]]) -> Iterator[dict[str, list[object]]]:
    """A list in pieces of `CHUNK` rows; one without rows is one piece, for the names of its columns."""
    length = max(len(c) for c in columns.values())
    for at in range(0, max(1, length), CHUNK):
        yield {k: c[at : at + CHUNK] for k, c in columns.items()}


def _pictures(made: Path, identifier: str, seen: SourceView) -> list[dict[str, object]]:
    out: list[dict[str, object]] = []
    for page in seen.pages:
        file = f"pages/{identifier}-{page.number}.webp"
        (made / file).write_bytes(page.webp)
        out.append({"number": page.number, "width": page.width, "height": page.height, "file": file})
    return out


def _script(made: Path, name: str, value: object) -> None:
    (made / "data" / f"{name}.js").write_text(script(name, value), encoding="ascii")
