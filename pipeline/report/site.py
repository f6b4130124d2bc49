"""Tables and sources → the folder of the site.

Comes in: a folder of tables, and a function that gives the bytes of a source by its `source_path`, or None.
Goes out: the folder, whole or not at all, and an account: a source that is missing, or has other bytes than the
tables were made from, is named and its forms show their rows alone. Refused: a folder without tables, an output
folder that holds anything but an earlier site, and one that cannot be written.
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
from pipeline.report.rows import Lists, by_document, correctable, lists, pages_of
from pipeline.report.source_view import NOTHING, SourceView, view
from pipeline.report.words import LANGUAGES, words

Find = Callable[[str], bytes | None]
HERE = Path(__file__).parent
CHUNK = 5000  # rows of a list in one script: unpacked in some milliseconds, so that the page stays fluent
SIGN = "budget-performance-site.txt"  # a folder that holds it may be replaced
FOLDER_MODE = 0o755  # a temporary folder is the owner's alone; the site is for everybody


@dataclass(frozen=True, slots=True)
class Written:
    """What a site holds, and the sources that it could not show: missing ones, and those whose bytes changed."""

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
    page = (made / "static" / "index.html").read_text(encoding="utf-8")
    (made / "index.html").write_text(page.replace("LANGUAGE", LANGUAGES[language]), encoding="utf-8")
    (made / "static" / "index.html").unlink()
    (made / SIGN).write_text("made by `report`, which may replace this folder\n", encoding="utf-8")
    all_lists = lists(rows)
    pieces = dict(_pieces(all_lists))
    for name, piece in pieces.items():
        _script(made, name, piece)
    missing: list[str] = []
    changed: list[str] = []
    forms = by_document(rows)
    done: set[str] = set()
    for document in rows["documents"]:
        identifier = document["document_id"]
        if identifier not in forms or identifier in done:  # nothing to see, or the same bytes once more
            continue
        done.add(identifier)
        path = document["source_path"]
        data = find(path)
        if data is None:
            missing.append(path)
            seen = NOTHING
        elif hashlib.sha256(data).hexdigest() != document["sha256"]:
            changed.append(path)
            seen = NOTHING
        else:
            seen = view(data, path, document["media_type"], pages_of(forms[identifier]))
        why = "missing" if data is None else "changed" if path in changed else seen.kind
        source = {"kind": why, "pages": _pictures(made, identifier, seen), "lines": seen.lines, "blocks": seen.blocks}
        _script(made, f"document-{identifier}", {"document": document, "source": source, "forms": forms[identifier]})
    _script(made, "site", {
        "words": words(), "language": language, "correctable": correctable(),
        "chunks": {name: [p for p in pieces if p.startswith(f"{name}-")] for name in ("documents", "forms", "indicators", "findings")},
    })  # fmt: skip
    return Written(len(rows["documents"]), len(rows["projects"]), tuple(missing), tuple(changed))


def _pieces(all_lists: Lists) -> Iterator[tuple[str, dict[str, object]]]:
    """Every list in pieces of `CHUNK` rows, by the names of their scripts."""
    named = {
        "documents": all_lists.documents,
        "forms": all_lists.forms,
        "indicators": all_lists.indicators,
        "findings": all_lists.findings,
    }
    for name, columns in named.items():
        length = max((len(c) for c in columns.values()), default=0)
        for at in range(0, max(1, length), CHUNK):  # a list without rows has its columns all the same
            yield f"{name}-{at // CHUNK:04d}", {k: c[at : at + CHUNK] for k, c in columns.items()}


def _pictures(made: Path, identifier: str, seen: SourceView) -> list[dict[str, object]]:
    out: list[dict[str, object]] = []
    for page in seen.pages:
        file = f"pages/{identifier}-{page.number}.webp"
        (made / file).write_bytes(page.webp)
        out.append({"number": page.number, "width": page.width, "height": page.height, "file": file})
    return out


def _script(made: Path, name: str, value: object) -> None:
    (made / "data" / f"{name}.js").write_text(script(name, value), encoding="ascii")
