"""One invented document as a file of a kind, with its truth; by plan, or by chance.

Comes in: a `Plan`. Goes out: `Made`: bytes, the file's ending and the truth in the golden format, which comes
from the invented form alone. Forms, layouts and looks are the same for equal plans; LibreOffice and Chromium
may write other bytes in other versions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from random import Random
from typing import Any

from tests.writers import styles
from tests.writers.files import drawn, engines, excel, scans, web, word
from tests.writers.files.look import Look, look_of
from tests.writers.inventor import invented
from tests.writers.styles import styled
from tests.writers.templates import LAYOUTS, Printed, layouts_for, printed

PDF_ENGINES = ("drawn", "browser", "office", "calc")
OFFICE_ENGINES = ("docx", "xlsx", "xls", "html")
CALC_SHEETS = {"hidden": False, "offset": 0}  # what a printed workbook cannot show


@dataclass(frozen=True, slots=True)
class Plan:
    """What to make. `engine` is one of `PDF_ENGINES` or `OFFICE_ENGINES`; `scan` (settings of a `Scanner`)
    makes a picture of it.
    """

    engine: str
    seed: int
    layout: str
    forms: int = 1
    look: Mapping[str, Any] = field(default_factory=dict)
    scan: Mapping[str, Any] = field(default_factory=dict)
    ending: str = ""  # of the picture
    book: Mapping[str, Any] = field(default_factory=dict)
    site: Mapping[str, Any] = field(default_factory=dict)
    resaved: bool = False  # LibreOffice opened and saved the .docx or .xlsx


@dataclass(frozen=True, slots=True)
class Made:
    """A document."""

    data: bytes
    ending: str
    truth: dict[str, Any]


def kind_of(plan: Plan) -> str:
    """The kind of file that accuracy is told for."""
    if plan.scan:
        if plan.ending != "pdf":
            return "picture"
        return "scan" if plan.scan["dpi"] >= 200 else "scan-150"
    if plan.engine in PDF_ENGINES:
        return "pdf"
    return {"docx": "word", "html": "html"}.get(plan.engine, "excel")


def made(plan: Plan) -> Made:
    """The document of a plan; raises what its engine raises."""
    rng, look = _begin(plan)
    pages = _printed(plan, look, rng)
    data, ending = _file(plan, pages, look, rng)
    if plan.scan:
        scanner = scans.Scanner(**plan.scan)
        images = scans.pictures(data, scanner, plan.seed)
        data = (
            scans.as_pdf(images, scanner)
            if plan.ending == "pdf"
            else scans.as_picture(images, scanner, plan.ending)
        )
        ending = plan.ending
    return Made(data, ending, _truth(plan, pages, look))


def truth_of(plan: Plan) -> dict[str, Any]:
    """The truth of a plan's document, without making it."""
    rng, look = _begin(plan)
    return _truth(plan, _printed(plan, look, rng), look)


def _begin(plan: Plan) -> tuple[Random, Look]:
    return Random(f"{plan.engine} {plan.seed}"), Look().but(**plan.look)


def _truth(plan: Plan, pages: Sequence[Printed], look: Look) -> dict[str, Any]:
    told = {k: v for k, v in asdict(look).items() if v != getattr(Look(), k)}
    render = {
        "kind": kind_of(plan),
        "engine": plan.engine,
        "layout": plan.layout,
        "seed": plan.seed,
        "look": told,
    }
    render |= {k: dict(getattr(plan, k)) for k in ("scan", "book", "site") if getattr(plan, k)}
    render |= {"resaved": True} if plan.resaved else {}
    return {"render": render, "projects": [p.truth for p in pages]}


def _printed(plan: Plan, look: Look, rng: Random) -> list[Printed]:
    target = LAYOUTS[plan.layout]["form_type"].endswith("target")
    pages = [
        printed(form, plan.layout, rng) for form in invented(plan.seed, n_forms=plan.forms, target=target)
    ]
    own = [*([styles.narrow] if look.narrow else []), *styles.some(rng, styles.half_width, styles.full_width)]
    return [replace(p, sheet=styled(p.sheet, *own)) for p in pages]


def _file(plan: Plan, pages: list[Printed], look: Look, rng: Random) -> tuple[bytes, str]:
    engine = plan.engine
    if engine == "drawn":
        return drawn.pdf(pages, look, rng), "pdf"
    if engine == "browser":
        return engines.browser(web.to_print(pages, look, rng)), "pdf"
    if engine == "office":
        return engines.office(word.docx(pages, look, rng), "docx", "pdf"), "pdf"
    if engine == "docx":
        data = word.docx(pages, look, rng)
        return (engines.office(data, "docx", "docx") if plan.resaved else data), "docx"
    if engine == "html":
        return _page(plan, pages, look, rng), "html"
    if engine == "calc":
        book = excel.Book(**{**plan.book, **CALC_SHEETS})
        return engines.office(excel.xlsx(pages, look, book, rng), "xlsx", "pdf"), "pdf"
    data = excel.xlsx(pages, look, excel.Book(**plan.book), rng)
    if engine == "xlsx":
        return (
            engines.office(data, "xlsx", "xlsx") if plan.resaved or plan.book.get("formulas") else data
        ), "xlsx"
    return engines.office(data, "xlsx", "xls"), "xls"


def _page(plan: Plan, pages: list[Printed], look: Look, rng: Random) -> bytes:
    """A web page, or what LibreOffice makes of a document or workbook that is saved as one."""
    dialect = plan.site.get("dialect", "portal")
    if dialect == "writer":
        return engines.office(word.docx(pages, look, rng), "docx", "html")
    if dialect == "calc":
        return engines.office(excel.xlsx(pages, look, excel.Book(hidden=True), rng), "xlsx", "html")
    return web.site(pages, look, rng, **{"dialect": dialect, **plan.site})


def chance(engine: str, seed: int, *, dpi: int = 0) -> Plan:
    """A plan by chance for an engine; with `dpi` a picture of what the engine makes."""
    rng = Random(f"plan {engine} {seed} {dpi}")
    look = look_of(rng)
    while engine == "drawn" and not drawn.drawable(look):
        look = look.but(font=look_of(rng).font)
    n_forms = 1 if dpi else rng.choice([1, 1, 2, 3, 4])
    target = rng.random() < 0.35
    form = invented(seed, target=target)[0]
    layout = rng.choice(layouts_for(form))
    told = {k: v for k, v in asdict(look).items() if v != getattr(Look(), k)}
    return Plan(
        engine,
        seed,
        layout,
        n_forms,
        told,
        asdict(scans.Scanner.of(rng, dpi)) if dpi else {},
        "pdf" if dpi else "",
        asdict(excel.Book.of(rng)) if engine in ("xlsx", "xls", "calc") else {},
        {"dialect": rng.choice([*web.SITES, "writer", "calc"]), "charset": rng.choice(["utf-8", "gb18030"]), "p_cells": rng.random() < 0.4}
        if engine == "html"
        else {},
        engine in ("docx", "xlsx") and rng.random() < 0.4,
    )  # fmt: skip
