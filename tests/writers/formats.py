"""Printed forms → files of every format that needs no program beside this project's packages.

Comes in: printed forms and a random generator. Goes out: `Written`, as from the dialects of text. PDFs, whose
fonts must be embedded, and files that LibreOffice or Chromium makes are committed as fixtures instead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from random import Random

from tests.writers import excel, ofd, word
from tests.writers.files import web
from tests.writers.files.look import Look
from tests.writers.templates import Printed
from tests.writers.text import Written

Write = Callable[[Sequence[Printed], Random], Written]


def _docx(pages: Sequence[Printed], _: Random) -> Written:
    return _told(word.written([p.sheet for p in pages]), "a.docx", pages)


def _xlsx(pages: Sequence[Printed], _: Random, arrangement: str) -> Written:
    return _told(excel.written([p.sheet for p in pages], arrangement), "a.xlsx", pages)


def _ofd(pages: Sequence[Printed], rng: Random) -> Written:
    return _told(ofd.written([p.sheet for p in pages], ofd.Look.of(rng)), "a.ofd", pages)


def _html(pages: Sequence[Printed], rng: Random, dialect: str) -> Written:
    return _told(web.site(list(pages), Look(), rng, dialect=dialect), "a.html", pages)


def _told(data: bytes, name: str, pages: Sequence[Printed]) -> Written:
    forms = [{**p.truth, "form_index": n} for n, p in enumerate(pages, 1)]
    return Written(data, name, {"source": name, "projects": forms})


FORMATS: Mapping[str, Write] = {
    "docx": _docx,
    **{f"xlsx {a}": partial(_xlsx, arrangement=a) for a in excel.ARRANGEMENTS},
    "ofd": _ofd,
    **{f"html {site}": partial(_html, dialect=site) for site in web.SITES},
}
