"""`pipeline.audit.consistency` and `pipeline.read.page.second_opinion`: a page is read again only where its
geometry is doubtful or a form is missing, and the other reading wins only if it is better.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

import pytest
from reportlab.pdfgen.canvas import Canvas

from pipeline.app.document import parse_document
from pipeline.audit.consistency import Verdict, verdict
from pipeline.model.cells import Line, Reading, Table
from pipeline.read import read_document
from pipeline.read.page.doubts import Doubt
from pipeline.read.page.second_opinion import WIDE, second_opinion
from tests.forms import ROWS, form, with_row
from tests.forms import document as made
from tests.read.test_pdf import FONT, drawn

FIRST = Verdict(forms=1, rows=10, odd=2, broken=1, characters=500, announced=frozenset({1}), doubts=1)
BEATS = [
    ({"broken": 0}, True),
    ({"odd": 0}, True),
    ({}, False),  # a tie stays with the first
    ({"doubts": 0}, True),
    ({"doubts": 0, "broken": 2}, True),
    ({"doubts": 0, "odd": 3}, False),
    ({"rows": 12}, False),  # more rows alone are no better reading
    ({"broken": 0, "rows": 9}, False),  # a sum that closes over a lost row
    ({"broken": 0, "characters": 400}, False),
    ({"broken": 0, "forms": 0}, False),
    ({"odd": 7, "broken": 0}, False),
]


@pytest.mark.parametrize(("other", "better"), BEATS, ids=[str(b[0]) for b in BEATS])
def test_a_reading_must_be_better_and_lose_nothing(other: dict[str, int], better: bool) -> None:
    assert replace(FIRST, **other).beats(FIRST) is better


def test_any_form_is_better_than_none() -> None:
    nothing = replace(FIRST, forms=0, rows=0, odd=0, broken=0, characters=0)
    assert nothing.lacks_a_form
    assert FIRST.beats(nothing)
    assert not replace(FIRST, odd=10).beats(nothing)


def test_faults_and_missing_forms_are_seen() -> None:
    header = Reading((Line("一级指标 二级指标 三级指标 分值", page=3),), "application/pdf", "x", n_pages=9)
    assert verdict(header, made(form())).fault == 0
    wrong = verdict(header, made(form(total=("100", "90"), page_start=1, page_end=2)))
    assert (wrong.lacks_a_form, wrong.broken, wrong.announced) == (False, 1, {3, 4})
    assert verdict(header, made(form(rows=with_row(1, name=None)))).odd == 1
    assert verdict(header, made()).lacks_a_form
    prose = Reading((Line("工作总结"),), "application/pdf", "x", n_pages=2)
    assert not verdict(prose, made()).lacks_a_form


# ---- on pages
# ------------------------------------------------------------------------------------------------------

HEAD = [
    ("一级指标", "二级指标", "三级指标", "指标值", "分值"),
    *((r[0], r[1], r[3], r[4], r[6]) for r in ROWS),
    ("总分", "", "", "", "90"),
]
XS, ROW_HEIGHT, TOP = (50.0, 130.0, 230.0, 330.0, 440.0, 520.0), 26.0, 760.0


def page(
    short: float, total: str = "90", *, wrapped: bool = False, lost: bool = False, aside: float = 0.0
) -> bytes:
    """A ruled table whose rulings end `short` points before each crossing; `wrapped`: names and targets on
    two lines; `lost`: the wall before the points, of one digit each, is drawn beside the header alone;
    `aside`: how far off its middle the first column's text stands.
    """

    def draw(canvas: Canvas) -> None:
        canvas.setFont(FONT, 12)
        canvas.drawCentredString(297, 800, "项目支出绩效指标体系（农村道路养护）")
        canvas.setFont(FONT, 9)
        for r in range(len(HEAD) + 1):
            y = TOP - r * ROW_HEIGHT
            for a, b in itertools.pairwise(XS):
                canvas.line(a + short, y, b - short, y)
        for n, x in enumerate(XS):
            for r in range(1 if lost and n == 4 else len(HEAD)):
                canvas.line(x, TOP - r * ROW_HEIGHT - short, x, TOP - (r + 1) * ROW_HEIGHT + short)
        for r, cells in enumerate([*HEAD[:-1], ("总分", "", "", "", total)]):
            for c, (x0, x1, text) in enumerate(zip(XS, XS[1:], cells, strict=False)):
                if lost and c == 4 and r:
                    text = text[0]
                half = len(text) - 1 if wrapped and c in (2, 3) and r else len(text)
                pieces = [
                    p for p in (text[:half], text[half:]) if p
                ]  # the lines of all rows stand at one pitch
                for n, piece in enumerate(pieces):
                    down = (r + 0.5) * ROW_HEIGHT + (n - (len(pieces) - 1) / 2) * ROW_HEIGHT / 2
                    canvas.drawCentredString((x0 + x1) / 2 - (0 if c else aside), TOP - down - 3, piece)

    return drawn(draw)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The opinions that were asked for, in order."""
    names: list[str] = []

    def note(data: bytes, name: str, media_type: str, opinion: str, pages: frozenset[int]) -> Reading:
        names.append(opinion)
        return second_opinion(data, name, media_type, opinion, pages)

    monkeypatch.setattr("pipeline.read.page.second_opinion.second_opinion", note)
    return names


def test_a_clean_table_is_not_questioned(asked: list[str]) -> None:
    rows = parse_document(page(0.0), "a.pdf").indicators
    assert [r["name"] for r in rows] == [r[3] for r in ROWS]
    assert {r["extractor"] for r in rows} == {"pdf-lattice"}
    assert asked == []


def test_figures_that_do_not_add_up_ask_for_nothing(asked: list[str]) -> None:
    rows = parse_document(page(0.0, total="95"), "a.pdf").indicators
    assert len(rows) == len(ROWS)
    assert asked == []


def test_rulings_that_miss_each_other_are_bridged(asked: list[str]) -> None:
    rows = parse_document(page(6.0, wrapped=True), "a.pdf").indicators
    assert [(r["name"], r["target_raw"], r["weight"]) for r in rows] == [
        (r[3], r[4], float(r[6])) for r in ROWS
    ]
    assert {r["extractor"] for r in rows} == {WIDE}
    assert asked == [WIDE]


def test_a_lost_wall_is_seen_by_what_keeps_clear_of_it(asked: list[str]) -> None:
    data = page(0.0, lost=True)
    (doubt,) = read_document(data, "a.pdf").doubts
    assert doubt == (1, Doubt.BESIDE)
    rows = parse_document(data, "a.pdf").indicators
    told = [(r["name"], r["target_raw"], r["weight"]) for r in rows]
    assert told == [(r[3], r[4], float(r[6][0])) for r in ROWS]
    assert asked == [WIDE]


def test_a_text_across_a_wall_is_doubted() -> None:
    (doubt,) = read_document(page(0.0, aside=30.0), "a.pdf").doubts
    assert doubt == (1, Doubt.ACROSS)


def test_pages_that_are_not_asked_about_are_read_as_before() -> None:
    reading = second_opinion(page(0.0), "a.pdf", "application/pdf", WIDE, frozenset({2}))
    assert {b.reader for b in reading.blocks if isinstance(b, Table)} == {"pdf-lattice"}
    reading = second_opinion(page(0.0), "a.pdf", "application/pdf", WIDE, frozenset({1}))
    assert {b.reader for b in reading.blocks if isinstance(b, Table)} == {WIDE}
