"""How much work is done for a document, as counts: they do not depend on the machine.

Comes in: nothing. Goes out: counts a page or row over fixed documents, by Python's profiler, so that what a
cache saves is not counted. `work.toml` holds what was counted last; `python -m tests.bench work` writes it.
"""

from __future__ import annotations

import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from types import FrameType
from typing import Any

from pipeline.app.document import parse_document
from tests.bench.documents import forms, pdfs
from tests.writers.text import written

COUNTS = Path(__file__).parent / "work.toml"
PDFS = 12  # of the set, from all rulings and the first layouts
TEXTS = 1
CALLS, HEADERS, COSTS = "pdfium_calls_a_page", "headers_read_a_row", "costs_a_row_without_separators"
READERS_OF_HEADERS = frozenset({"read_columns", "header_roles"})


def counted() -> dict[str, int]:
    """The counts, rounded up."""
    pages = rows = 0
    with _counting() as seen:
        for _, document in zip(range(PDFS), pdfs(), strict=False):
            made = parse_document(document.data, "a.pdf")
            pages += made.document["n_pages"] or 0
            rows += len(made.indicators)
    calls, headers = seen[CALLS] / pages, seen[HEADERS] / rows
    rows = 0
    with _counting() as seen:
        for k in range(TEXTS):
            text = written(forms("central_self", 500 + k, 1), "glued-rows", Random(k))
            rows += len(parse_document(text.data, text.name).indicators)
    found = {CALLS: calls, HEADERS: headers, COSTS: seen[COSTS] / rows}
    return {name: -int(-value // 1) for name, value in found.items()}


@contextmanager
def _counting() -> Iterator[Counter[str]]:
    seen: Counter[str] = Counter()

    def note(frame: FrameType, event: str, result: Any) -> None:
        code = frame.f_code
        if event == "return" and code.co_name == "each" and code.co_filename.endswith("pdfium_calls.py"):
            seen[CALLS] += len(result)
        elif event == "call" and code.co_name in READERS_OF_HEADERS:
            seen[HEADERS] += 1
        elif event == "call" and "cost" in code.co_name and "untabled" in code.co_filename:
            seen[COSTS] += 1

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield seen
    finally:
        sys.setprofile(before)


def told() -> dict[str, int]:
    """What was counted last."""
    return tomllib.loads(COUNTS.read_text(encoding="utf-8"))


def tell() -> None:
    """Writes what is counted now."""
    lines = [f"{name} = {value}\n" for name, value in counted().items()]
    COUNTS.write_text("".join(lines), encoding="utf-8")
