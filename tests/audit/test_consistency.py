"""`pipeline.audit.consistency` and `pipeline.read.page.second_opinion`: another program is asked only where a
reading does not add up, and wins only if it is better.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

import pytest
from reportlab.pdfgen.canvas import Canvas

from pipeline.app import document
from pipeline.app.document import parse_document
from pipeline.audit.consistency import Verdict, verdict
from pipeline.model.cells import Line, Reading, Table
from pipeline.read.page.second_opinion import OPINIONS, second_opinion
from tests.forms import ROWS, form, with_row
from tests.forms import document as made
from tests.read.test_pdf import FONT, drawn

FIRST = Verdict(forms=1, rows=10, odd=2, broken=1, characters=500, expected=1, pages=frozenset({1}), cells=())
BEATS = [
    ({"broken": 0}, True),
    ({"odd": 0}, True),
    ({}, False),  # a tie stays with the first
    ({"rows": 12}, False),  # more rows alone are no better reading
    ({"broken": 0, "rows": 9}, False),  # a sum that closes over a lost row
    ({"broken": 0, "characters": 400}, False),
    ({"broken": 0, "forms": 0}, False),
    ({"odd": 7, "broken": 0}, False),
]


@pytest.mark.parametrize(("other", "better"), BEATS, ids=[str(b[0]) for b in BEATS])
def test_a_reading_must_be_better_and_lose_nothing(other: dict[str, int], better: bool) -> None:
    assert replace(FIRST, **other).beats(FIRST) is better  # type: ignore[arg-type]


def test_any_form_is_better_than_none() -> None:
    nothing = replace(FIRST, forms=0, rows=0, odd=0, broken=0, characters=0)
    assert not nothing.adds_up
    assert FIRST.beats(nothing)
    assert not replace(FIRST, odd=10).beats(nothing)


def test_a_consistent_form_adds_up_and_a_broken_one_does_not() -> None:
    header = Reading((Line("一级指标 二级指标 三级指标 分值", page=3),), "application/pdf", "x", n_pages=9)
    assert verdict(header, made(form())).adds_up
    wrong = verdict(header, made(form(total=("100", "90"), page_start=1, page_end=2)))
    assert (wrong.adds_up, wrong.broken, wrong.pages) == (False, 1, {1, 2})
    nameless = verdict(header, made(form(rows=with_row(1, name=None))))
    assert (nameless.adds_up, nameless.odd) == (False, 1)
    none = verdict(header, made())
    assert (none.adds_up, none.expected, none.pages) == (False, 1, {3, 4})
    assert verdict(Reading((Line("工作总结"),), "application/pdf", "x", n_pages=2), made()).adds_up


# ---- on pages
# ------------------------------------------------------------------------------------------------------

HEAD = [
    ("一级指标", "二级指标", "三级指标", "指标值", "分值"),
    *((r[0], r[1], r[3], r[4], r[6]) for r in ROWS),
    ("总分", "", "", "", "90"),
]
XS, ROW_HEIGHT, TOP = (50.0, 130.0, 230.0, 330.0, 440.0, 520.0), 26.0, 760.0


def page(short: float, total: str = "90", *, wrapped: bool = False) -> bytes:
    """A ruled table whose rulings end `short` points before each crossing; `wrapped`: names and targets on
    two lines.
    """

    def draw(canvas: Canvas) -> None:
        canvas.setFont(FONT, 12)
        canvas.drawCentredString(297, 800, "项目支出绩效指标体系（农村道路养护）")
        canvas.setFont(FONT, 9)
        for r in range(len(HEAD) + 1):
            y = TOP - r * ROW_HEIGHT
            for a, b in itertools.pairwise(XS):
                canvas.line(a + short, y, b - short, y)
        for x in XS:
            for r in range(len(HEAD)):
                canvas.line(x, TOP - r * ROW_HEIGHT - short, x, TOP - (r + 1) * ROW_HEIGHT + short)
        for r, cells in enumerate([*HEAD[:-1], ("总分", "", "", "", total)]):
            for c, (x0, x1, text) in enumerate(zip(XS, XS[1:], cells, strict=False)):
                half = len(text) - 1 if wrapped and c in (2, 3) and r else len(text)
                pieces = [
                    p for p in (text[:half], text[half:]) if p
                ]  # the lines of all rows stand at one pitch
                for n, piece in enumerate(pieces):
                    down = (r + 0.5) * ROW_HEIGHT + (n - (len(pieces) - 1) / 2) * ROW_HEIGHT / 2
                    canvas.drawCentredString((x0 + x1) / 2, TOP - down - 3, piece)

    return drawn(draw)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The opinions that were asked for, in order."""
    names: list[str] = []

    def note(data: bytes, name: str, media_type: str, opinion: str, pages: frozenset[int]) -> Reading:
        names.append(opinion)
        return second_opinion(data, name, media_type, opinion, pages)

    monkeypatch.setattr(document, "second_opinion", note)
    return names


def test_a_reading_that_adds_up_is_not_questioned(asked: list[str]) -> None:
    rows = parse_document(page(0.0), "a.pdf").indicators
    assert [r["name"] for r in rows] == [r[3] for r in ROWS]
    assert {r["extractor"] for r in rows} == {"pdf-lattice"}
    assert asked == []


def test_rulings_that_miss_each_other_are_seen_by_another_program(asked: list[str]) -> None:
    rows = parse_document(page(6.0, wrapped=True), "a.pdf").indicators
    assert [(r["name"], r["target_raw"], r["weight"]) for r in rows] == [
        (r[3], r[4], float(r[6])) for r in ROWS
    ]
    assert {r["extractor"] for r in rows} == {asked[-1]}
    assert set(asked) <= set(OPINIONS)


def test_a_form_that_is_wrong_itself_is_confirmed_by_one_other_program(asked: list[str]) -> None:
    rows = parse_document(page(0.0, total="95"), "a.pdf").indicators
    assert len(rows) == len(ROWS)
    assert {r["extractor"] for r in rows} == {"pdf-lattice"}
    assert len(asked) == 1


@pytest.mark.parametrize("opinion", [o for o in OPINIONS if o.endswith(("lines", "strict", "lattice"))])
def test_every_opinion_on_rulings_reads_a_clean_table(opinion: str) -> None:
    reading = second_opinion(page(0.0), "a.pdf", "application/pdf", opinion, frozenset({1}))
    (found,) = [b for b in reading.blocks if isinstance(b, Table)]
    assert found.reader == opinion
    assert [c.text for c in found.cells if c.row == 1] == [
        ROWS[0][0],
        ROWS[0][1],
        ROWS[0][3],
        ROWS[0][4],
        ROWS[0][6],
    ]


def test_pages_that_are_not_asked_about_are_read_as_before() -> None:
    reading = second_opinion(page(0.0), "a.pdf", "application/pdf", "pdfplumber-lines", frozenset({2}))
    assert {b.reader for b in reading.blocks if isinstance(b, Table)} == {"pdf-lattice"}


def test_cells_without_rulings_are_never_sure() -> None:
    reading = second_opinion(page(0.0), "a.pdf", "application/pdf", "pdfplumber-text", frozenset({1}))
    assert {c.confidence for b in reading.blocks if isinstance(b, Table) for c in b.cells} == {0.88}
