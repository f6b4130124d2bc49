"""One fuzz target a reader, with its corpus.

Comes in: bytes. Goes out: nothing. A reading ends with a `Reading` or an error that says so, and never with
`internal_error`: that is a bug of ours, and raises.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from random import Random

from pipeline.app.document import parse_document
from pipeline.model.errors import Code, PipelineError
from tests.test_flags_and_codes import form, page_of, page_unread, places, text_of, workbook

FIXTURES = Path(__file__).parents[1] / "fixtures"
MOST = 400_000  # bytes of a seed: a larger one only takes longer


def seed_of(folder: str, ending: str) -> bytes:
    """The smallest fixture of a kind."""
    found = [p for p in (FIXTURES / folder).rglob(f"*{ending}") if p.stat().st_size <= MOST]
    return min(found, key=lambda p: (p.stat().st_size, p.name)).read_bytes()


SEEDS: Mapping[str, Callable[[], bytes]] = {
    "text": lambda: text_of(form()),
    "html": lambda: page_of(form()),
    "mhtml": lambda: b"MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n" + page_of(form()),
    "xlsx": lambda: workbook(places(form())),
    "docx": lambda: seed_of("word", ".docx"),
    "doc": lambda: seed_of("doc", ".doc"),
    "xls": lambda: seed_of("xls", ".xls"),
    "rtf": lambda: b"{\\rtf1\\ansi{\\trowd\\cellx100 a\\cell\\row}}",
    "ofd": page_unread,
    "pdf": lambda: seed_of("pdf", ".pdf"),
}


@cache
def seed(kind: str) -> bytes:
    """A whole document of a kind."""
    return SEEDS[kind]()


def one_input(data: bytes, kind: str) -> None:
    """Reads it; raises where the program has a bug."""
    try:
        rows = parse_document(data, f"a.{kind}")
    except PipelineError as problem:
        if problem.code == Code.INTERNAL_ERROR:
            raise
        return
    assert rows.document["error_code"] != Code.INTERNAL_ERROR, rows.document["error"]


def mutants(kind: str, n: int) -> Iterator[bytes]:
    """Damaged copies of a kind's seed; a packed one is damaged in a member, so that it still unpacks."""
    rng = Random(kind)
    whole = seed(kind)
    for _ in range(n):
        yield packed_again(whole, rng) if whole.startswith(b"PK\x03\x04") else damaged(whole, rng)


def damaged(data: bytes, rng: Random) -> bytes:
    """Some bytes changed, a stretch lost, told twice, or put elsewhere."""
    out = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        if not out:
            break
        a, n = rng.randrange(len(out)), rng.choice((1, 2, 8, 64, 512))
        piece = out[a : a + n]
        match rng.randrange(5):
            case 0:
                out[a] = rng.choice((0, 0x20, 0x3C, 0x7F, 0xFF, rng.randrange(256)))
            case 1:
                del out[a : a + n]
            case 2:
                out[a:a] = piece * rng.choice((1, 3, 20))
            case 3:
                at = rng.randrange(len(out))
                out[at : at + n] = piece
            case _:
                out[a : a + n] = bytes(reversed(piece))
    return bytes(out)


def packed_again(data: bytes, rng: Random) -> bytes:
    """A packed file with one member damaged."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        chosen = rng.choice([n for n in names if n.endswith("xml")] or names)
        for name in names:
            body = old.read(name)
            new.writestr(name, damaged(body, rng) if name == chosen else body)
    return out.getvalue()
