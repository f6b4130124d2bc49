"""The documents that are read for the benchmarks: PDFs of every layout in every kind of ruling, those of
other programs among the fixtures, and forms in other formats.

Comes in: nothing. Goes out: the same documents on every run.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from random import Random
from typing import Any

from tests.accuracy import FIXTURES
from tests.audits import PDF_FONT
from tests.writers.files import drawn
from tests.writers.files.look import FLAWS, RULINGS, Look, look_of
from tests.writers.planted import consistent
from tests.writers.templates import LAYOUTS, Printed, printed

LOOKS = 2  # documents of a layout
FORMS = 2  # in a document
FAULT = 7  # points that are added to the weight of every form's first row
SIZES = (9.0, 14.0)  # points: the larger, the more cells are wrapped
FLAWED_LAYOUTS = ("central_self", "yunnan_self", "jiangxi_target", "review_self", "plan_target")


@dataclass(frozen=True, slots=True)
class Document:
    """A PDF with its truth; `group` is its layout, or the program that made it."""

    name: str
    group: str
    data: bytes
    truth: Mapping[str, Any]


def forms(layout: str, seed: int, n: int, *, faults: bool = False) -> list[Printed]:
    """Invented forms that add up, or in which something does not."""
    target = LAYOUTS[layout]["form_type"].endswith("target")
    made = consistent(seed, target=target, n_forms=n)
    rng = Random(f"bench {layout} {seed}")
    return [printed(_spoiled(form) if faults else form, layout, rng) for form in made]


def _spoiled(form: Mapping[str, Any]) -> dict[str, Any]:
    """The form with points that do not add up."""
    out = copy.deepcopy(dict(form))
    for row in out["indicators"][:1]:
        if row["weight"] is not None:
            row["weight"] += FAULT
    return out


def pdfs(*, faults: bool = False) -> Iterator[Document]:
    """Every layout twice, the rulings in turn, and what Chromium and LibreOffice made."""
    rulings = list(dict.fromkeys(RULINGS))
    turn = count()
    for number, layout in enumerate(LAYOUTS):
        for k in range(LOOKS):
            ruling = rulings[next(turn) % len(rulings)]
            look = look_of(Random(f"look {layout} {k}")).but(font=PDF_FONT, ruling=ruling, torn=False)
            pages = forms(layout, 900 + 10 * number + k, FORMS, faults=faults)
            yield _document(f"{layout}-{k}-{ruling}", layout, pages, look)
    if not faults:
        for path in sorted((FIXTURES / "pdf").glob("*.pdf")):
            truth = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
            yield Document(path.stem, path.stem.partition("-")[0], path.read_bytes(), truth)


def flawed() -> Iterator[Document]:
    """Forms whose rulings are drawn badly, by the flaw."""
    for flaw in FLAWS:
        for k, layout in enumerate(FLAWED_LAYOUTS):
            for size in SIZES:
                look = Look(font=PDF_FONT, flaw=flaw, size=size)
                yield _document(flaw, flaw, forms(layout, 1900 + k, 1), look)


def _document(name: str, group: str, pages: Sequence[Printed], look: Look) -> Document:
    data = drawn.pdf(pages, look, Random(name))
    return Document(name, group, data, {"projects": [page.truth for page in pages]})
