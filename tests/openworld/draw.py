"""Draws documents: a form of a set's layouts, changed by one mutation, as a file of one kind.

Comes in: a set, kinds of file, mutations, how many and a seed. Goes out: `Drawn`, with truth in the format
that `tests/compare.py` judges by. Equal arguments give equal bytes. It refuses the name of no set, kind or
mutation.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from random import Random
from typing import Any

from tests.openworld import sheets
from tests.openworld.contents import forms, without_idle_readings
from tests.openworld.layouts import layouts
from tests.openworld.mutations import GLUED, MUTATIONS, PLAIN, UNPARTED, Draft, Mutation
from tests.writers import excel, text, word
from tests.writers.files import drawn
from tests.writers.files.look import Look
from tests.writers.sheet import WCell
from tests.writers.templates import Layout, Printed, laid_out
from tests.writers.told import told
from tests.writers.unclear import WORDS as VALUE_WORDS

TEXT_KINDS = tuple(text.DIALECTS)
FILE_KINDS = ("docx", "xlsx", "pdf")
TOLD = "sentences"  # has no header to change and no cells: only plain forms are told so
KINDS = (*TEXT_KINDS, TOLD, *FILE_KINDS)
FONT = "STSong-Light"  # every PDF reader has it
PORTRAIT = 8  # columns that an upright page has room for
OPEN = frozenset({"name", "target_raw", "value", "value_only", "actual_raw", "remark", "deviation_reason"})
FIELD_OF = {"value": "target_raw", "value_only": "target_raw"}
_CJK = re.compile(r"[一-鿿]")
_MODIFIED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


@dataclass(frozen=True, slots=True)
class Stratum:
    """What accuracy is told by, and the layout, which folds of a fit are made by."""

    kind: str
    mutation: str
    layout: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.mutation}"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A document, its truth, what it stands for, and the unknown words in it."""

    name: str
    data: bytes
    truth: dict[str, Any]
    stratum: Stratum
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Laid:
    """What a document prints before it is a file: its pages, the unknown words in it, the generator that goes
    on to draw the file, and the number that its name ends with.
    """

    split: str
    stratum: Stratum
    pages: tuple[Printed, ...]
    words: tuple[str, ...]
    rng: Random
    number: str


def documents(
    split: str,
    kinds: Sequence[str] = KINDS,
    mutations: Sequence[str] = tuple(MUTATIONS),
    n: int = 1,
    seed: int = 0,
    only: Sequence[str] = (),
) -> Iterator[Drawn]:
    """`n` documents of every kind and mutation, in turn; `only` names the layouts to draw from.

    Pairs that no layout of the set can show are left out.
    """
    return (_written(laid) for laid in laid_out_forms(split, kinds, mutations, n, seed, only))


def laid_out_forms(
    split: str,
    kinds: Sequence[str] = KINDS,
    mutations: Sequence[str] = tuple(MUTATIONS),
    n: int = 1,
    seed: int = 0,
    only: Sequence[str] = (),
) -> Iterator[Laid]:
    """The pages of the documents that `documents` draws from the same arguments."""
    for number in range(n):
        for kind in kinds:
            for name in mutations:
                mutation = MUTATIONS[name]
                able = [
                    k
                    for k, layout in layouts(split).items()
                    if mutation.fits(layout, kind)
                    and (not only or k in only)
                    and (kind != TOLD or name == PLAIN)
                ]
                if able:
                    rng = Random(f"openworld {split} {kind} {name} {seed} {number}")
                    yield _laid(split, kind, mutation, rng.choice(able), rng, f"{seed}-{number}")


def _laid(split: str, kind: str, mutation: Mutation, layout_name: str, rng: Random, number: str) -> Laid:
    layout: Layout = layouts(split)[layout_name]
    own = forms(split, layout, rng, n_forms=rng.choice([1, 1, 1, 2]))
    draft = Draft(split, kind, dict(layout), own, rng)
    if mutation.before is not None:
        mutation.before(draft)
    numbers = rng.choice([None, None, *sheets.ORDINALS])
    pages = tuple(_page(form, layout_name, draft, mutation, numbers) for form in draft.forms)
    stratum = Stratum(kind, mutation.name, layout_name)
    return Laid(split, stratum, pages, tuple(draft.words), rng, number)


def _written(laid: Laid) -> Drawn:
    stratum = laid.stratum
    data, ending, projects = _file(laid.pages, stratum.kind, laid.split, laid.rng)
    name = f"{laid.split}-{stratum.kind}-{stratum.mutation.replace(':', '-')}-{laid.number}.{ending}"
    render = {"kind": str(stratum), "layout": stratum.layout, "split": laid.split, "words": list(laid.words)}
    truth = {"source": name, "render": render, "projects": projects}
    return Drawn(name, data, truth, stratum, laid.words)


def _page(
    form: dict[str, Any], layout_name: str, draft: Draft, mutation: Mutation, numbers: str | None
) -> Printed:
    page = laid_out(form, layout_name, draft.layout, draft.rng)
    sheet = sheets.levels_apart(page.sheet) if draft.layout.get("apart") else page.sheet
    if numbers is not None and draft.kind not in GLUED:
        sheet = sheets.renumbered(sheet, numbers)
    if mutation.after is not None:
        sheet = mutation.after(sheet, draft)
    return replace(page, sheet=sheet, truth=_truth(page.truth, draft.lost))


def _truth(truth: dict[str, Any], lost: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """What only an unknown word tells is right where it is read, and where it is left blank."""
    out = {**truth, "indicators": [without_idle_readings(r) for r in truth["indicators"]]}
    out |= {f"{name}_alt": [None] for where, name in lost if where == "form"}
    columns = {f"{name}_alt": [None] for where, name in lost if where == "fund"}
    lines = {name for where, name in lost if where == "line"}
    out["funds"] = [
        {**line, **columns, **({"source_alt": [None, "other"]} if line["label_raw"] in lines else {})}
        for line in truth["funds"]
    ]
    return out


def _file(
    pages: Sequence[Printed], kind: str, split: str, rng: Random
) -> tuple[bytes, str, list[dict[str, Any]]]:
    truths = [p.truth for p in pages]
    if kind == "docx":
        return _steady(word.written([p.sheet for p in pages])), "docx", truths
    if kind == "xlsx":
        arrangement = rng.choice(excel.ARRANGEMENTS)
        return _steady(excel.written([p.sheet for p in pages], arrangement)), "xlsx", truths
    if kind == "pdf":
        look = Look(font=FONT, landscape=pages[0].sheet.n_cols > PORTRAIT)
        return drawn.pdf(pages, look, rng), "pdf", truths
    if kind == TOLD:
        page, projects = told(pages, split, rng)
        return page.encode(), "txt", projects
    written = text.written(pages, kind, rng)
    projects = written.truth["projects"]
    if kind in GLUED or kind in UNPARTED:
        projects = [_marked(p, page, kind) for p, page in zip(projects, pages, strict=True)]
    return written.data, written.name.rpartition(".")[2], projects


def _steady(data: bytes) -> bytes:
    """An Office file without the time at which it was written."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "docProps/core.xml":
                part = _MODIFIED.sub(rb"\g<1>2024-01-01T00:00:00Z", part)
            new.writestr(zipfile.ZipInfo(name), part, zipfile.ZIP_DEFLATED)
    return out.getvalue()


# ---- what nobody can know where nothing parts the cells
# ----------------------------------------------------------------------------------------------------


def _marked(truth: dict[str, Any], page: Printed, kind: str) -> dict[str, Any]:
    """The truth with more fields `unrecoverable` than the dialect marks: orders and columns that it does not
    know put other neighbours side by side.
    """
    cells = [
        sorted((c for c in page.sheet.cells if c.row == r and c.text), key=lambda c: c.col)
        for r in page.sheet.indicator_rows
    ]
    gone = [_run_together(row) if kind in GLUED else set() for row in cells]
    if kind == "glued":
        for k in range(len(cells) - 1):
            if cells[k] and cells[k + 1] and _unclear(cells[k][-1], cells[k + 1][0]):
                gone[k] |= _fields(cells[k][-1])
                gone[k + 1] |= _fields(cells[k + 1][0])
    rows = []
    for row, names in zip(truth["indicators"], gone, strict=True):
        told = sorted(names | set(row.get("unrecoverable", ())))
        rows.append({**row, "unrecoverable": told} if told else row)
    return {**truth, "indicators": rows}


def _run_together(row: Sequence[WCell]) -> set[str]:
    gone: set[str] = set()
    for left, right in pairwise(row):
        if _unclear(left, right):
            gone |= _fields(left) | _fields(right)
    return gone


def _unclear(left: WCell, right: WCell) -> bool:
    """Two texts of which neither says where it ends: no figure, no mark, no word that is a value by itself."""
    if not (
        {left.role, right.role} <= OPEN or left.role.startswith("foreign") or right.role.startswith("foreign")
    ):
        return False
    if left.role in ("level1", "level2") or right.role in ("level1", "level2"):
        return False
    words = _CJK.match(left.text[-1]) and _CJK.match(right.text[0])
    figures = left.text[-1].isdigit() and right.text[0].isdigit()
    known = {left.text, right.text} & VALUE_WORDS or left.text == right.text
    return bool((words and not known) or figures)


def _fields(cell: WCell) -> set[str]:
    return {FIELD_OF.get(cell.role, cell.role)}
