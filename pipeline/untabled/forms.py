"""Text without cells → regions of rows, one a form.

Comes in: a region that has loose lines and no table. Goes out: a region a form with the rows that its labels,
the order of its header's columns, units, comparators and sums tell apart. A region with tables, or without an
indicator header, comes back as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache

from normalizers.symbols import fold
from pipeline.model.cells import Cell, Line
from pipeline.model.regions import CellRow, Region
from pipeline.model.roles import Role
from pipeline.table.header import Column
from pipeline.untabled.columns_by_rows import TRIAL, Rows, mended, proposal
from pipeline.untabled.head import read_head
from pipeline.untabled.headers import Header, find_headers
from pipeline.untabled.headless import with_implied
from pipeline.untabled.rows import Block, cut_rows
from pipeline.untabled.sentences import told_in_sentences
from pipeline.untabled.stream import LINE, NONE, SPACE, Flow, flow_of, labels, parting, row_of
from pipeline.words import vocabulary
from pipeline.words.values import either, one_of, word, words

FEWEST_IN_LINE = 9  # characters of an average row
_ANCHOR_REACH = 4000  # characters between 项目名称 and the header of its indicators
_TITLE_REACH = 120  # characters before a form's head in which its title begins
_CENTURY = r"(?:19|20)\d\d"
_UNIT = (
    rf"(?:(?:{either(words('title_parts', 'unit'))})[::](?:{word('title_parts', 'currency')})?[百千万亿]*元)?"
)
_TITLE = re.compile(
    rf"(?:[(]?{_CENTURY}年?度?[)]?)?[一-鿿()《》“”、]{{0,40}}(?:{either(words('title_parts', 'ends'))})"
    rf"(?:[(][^()]{{1,40}}[)])*(?:{_CENTURY}年度?)?(?:[(]?{_CENTURY}年度?[)])?{_UNIT}$"
)
_NOTES = re.compile(rf"((?:[(]?{_CENTURY}年?度[)]?)?)({_UNIT})$")
_TITLE_NEEDS = re.compile(either(words("title_parts", "needed")))
_LINE_END = re.compile(rf"{one_of(word('title_parts', 'line_ends'))}$")
_YEAR_END = word("title_parts", "year_end")
_TOTAL_FIGURES = re.compile(rf"[\d.{word('points', 'unit')}—\-/%()::]*")


def cut(region: Region) -> list[Region]:
    """The forms of a region of loose lines; the region itself where it has tables or no indicator header."""
    if region.rows or not region.lines:
        return [region]
    flow = flow_of(region.lines)
    headers = with_implied(flow, find_headers(flow))
    if not headers:
        return told_in_sentences(region) or [region]
    return [_region(flow, span) for span in _spans(flow, headers)]


@dataclass(frozen=True, slots=True)
class _Span:
    """Where a form's parts lie in the flow: title at `start`, head at `head`, its headers, and its end."""

    start: int
    head: int
    headers: tuple[Header, ...]
    end: int


def _spans(flow: Flow, headers: list[Header]) -> list[_Span]:
    """Headers that follow each other without a new form's head between them are one form's, repeated on a new
    page.
    """
    anchors = [
        m.start()
        for m in labels(("field",)).finditer(flow.keys)
        if vocabulary.key_of("field", m[1], fuzzy=False) in ("project_name", "unit_name")
    ]
    starts: list[tuple[int, int]] = []
    runs: list[list[Header]] = []
    before = 0
    for header in headers:
        anchor = next(
            (a for a in anchors if before <= a < header.start and header.start - a < _ANCHOR_REACH), None
        )
        if anchor is None and runs and _repeats(flow, runs[-1][-1], header):
            runs[-1].append(header)
        else:
            head = anchor if anchor is not None else header.start
            starts.append((_title_start(flow, before, head, bool(runs)), head))
            runs.append([header])
        before = header.end
    ends = [start for start, _ in starts[1:]] + [len(flow.keys)]
    return [
        _Span(start, head, tuple(run), end)
        for (start, head), run, end in zip(starts, runs, ends, strict=True)
    ]


def _repeats(flow: Flow, last: Header, header: Header) -> bool:
    """Is it the same header again, with neither a total nor a title between?"""
    return (
        {c.role for c in last.columns} == {c.role for c in header.columns}
        and _total_in(flow, last.end, header.start) is None
        and _TITLE.search(flow.keys[last.end : header.start]) is None
    )


def _title_start(flow: Flow, low: int, head: int, after_form: bool) -> int:
    """Where the title before a form's head begins."""
    total = _total_in(flow, low, head)
    if total is not None:
        return _without_year(flow, total, head)
    gap = flow.keys[low:head]
    found = _TITLE.search(gap[-_TITLE_REACH:])
    if found is None:
        return low if not after_form else head
    at = low + max(0, len(gap) - _TITLE_REACH) + found.start()
    if not after_form:
        return at
    starts = [
        i for i in range(at, head - 4) if flow.breaks[i] >= SPACE and _TITLE_NEEDS.search(flow.keys, i, head)
    ]
    return next((i for i in starts if _TITLE.fullmatch(flow.keys[i:head])), at)


@dataclass(frozen=True, slots=True)
class _Total:
    """A row of totals: where its label, its figures and its end are."""

    start: int
    figures: int
    end: int


@cache
def _total_labels() -> re.Pattern[str]:
    return re.compile("|".join(sorted(vocabulary.index("total"), key=len, reverse=True)))


@cache
def _page_words() -> re.Pattern[str]:
    return re.compile(either(fold(w) for w in vocabulary.data()["chrome"]["labels"]))


def _total_in(flow: Flow, low: int, high: int) -> _Total | None:
    """The first row of totals between two places, if there is one."""
    for m in _total_labels().finditer(flow.keys[low:high]):
        figures = _TOTAL_FIGURES.match(flow.keys, low + m.end(), high)
        if figures is not None and re.search(r"\d", figures[0]):
            return _Total(low + m.start(), low + m.end(), figures.end())
    return None


def _without_year(flow: Flow, total: _Total, high: int) -> int:
    """The end of a row of totals, without the year of the title behind it."""
    year = re.search(r"(?:19|20)\d\d$", flow.keys[total.figures : total.end])
    behind = total.end < high and flow.keys[total.end] == _YEAR_END
    return total.end - 4 if year and behind else total.end


def _region(flow: Flow, span: _Span) -> Region:
    """One form's rows."""
    sep = parting(flow, [s for h in span.headers for s in h.spots])
    first, own_levels = _told_by_rows(flow, span.headers[0], span.end, sep)
    head = read_head(flow, span.head, first.start, sep)
    rows = [*head.rows, _header_row(first, len(head.rows))]
    total = _total_in(flow, first.end, span.end)
    stop = total.start if total is not None else _page_end(flow, first.end, span.end)
    figures = _total_figures(flow, total, first.columns) if total is not None else []
    starts = [h.start for h in span.headers[1:]]
    ends = [first.end, *(h.end for h in span.headers[1:])]
    pieces = [(a, min(b, stop)) for a, b in zip(ends, [*starts, stop], strict=True) if a < stop]
    block = Block(
        first.columns,
        sep,
        _total_weight(figures, first.columns),
        head.budget_weight,
        own_levels=own_levels,
        by_line=sep < LINE and _by_line(flow, first.end, stop),
    )
    rows += cut_rows(flow, pieces, block, len(rows))
    if total is not None:
        rows.append(_total_row(flow, total, figures, first.columns))
    return Region(tuple(_title_lines(flow, span.start, span.head)), tuple(rows))


def _told_by_rows(flow: Flow, header: Header, end: int, sep: int) -> tuple[Header, bool]:
    """Of the rival readings of a header the one under which the first rows are cheapest, mended where even
    they are dear; and whether the levels have words of their own.
    """
    tried = []
    for rival in (header, *header.rivals):
        stop = min(end, rival.end + TRIAL)
        total = _total_in(flow, rival.end, stop)
        rows = Rows(
            flow,
            rival.end,
            total.start if total is not None else stop,
            sep,
            sep < LINE and _by_line(flow, rival.end, stop),
        )
        own = (False,) if sep == NONE else (False, True)
        for own_levels in own:
            ways = replace(rows, own_levels=own_levels)
            tried.append((proposal(ways, rival.columns), ways, rival))
    best, rows, found = min(tried, key=lambda t: t[0].cost)
    return replace(found, columns=mended(rows, best).columns), rows.own_levels


def _by_line(flow: Flow, start: int, end: int) -> bool:
    """Do rows have lines of their own: does the header end a line, and are there lines of some length below
    it?
    """
    lines = sum(flow.breaks[i] == LINE for i in range(start, end))
    return (
        start < end and flow.breaks[start] == LINE and lines >= 2 and (end - start) / lines >= FEWEST_IN_LINE
    )


def _header_row(header: Header, n: int) -> CellRow:
    cells = [Cell(c.label, n, c.start, confidence=c.sure) for c in header.columns]
    return row_of(cells, tuple(c.role for c in header.columns))


def _title_lines(flow: Flow, start: int, head: int) -> list[Line]:
    """The text between two forms: title, year and unit as lines of their own."""
    keys = flow.keys[start:head]
    notes = _NOTES.search(keys)
    if (
        notes
        and notes[1].startswith("(")
        and LINE in flow.breaks[1:]
        and not flow.breaks[start + notes.start()]
    ):
        notes = None  # the year stands in the title's own line
    end = start + (notes.start() if notes else len(keys))
    out: list[Line] = []
    cut = start
    for i in range(start + 1, end):
        line_ends = flow.breaks[i] >= SPACE and _LINE_END.search(flow.keys[cut:i])
        if flow.breaks[i] >= LINE or line_ends:
            out.append(_line(flow, cut, i))
            cut = i
    if cut < end:
        out.append(_line(flow, cut, end))
    if notes:
        out += [Line(notes[g]) for g in (1, 2) if notes[g]]
    return out


def _line(flow: Flow, start: int, end: int) -> Line:
    text = flow.cell(start, end, 0, 0).text
    return Line(text, flow.pages[start], line_start=flow.lines[start], line_end=flow.lines[end - 1])


def _page_end(flow: Flow, low: int, high: int) -> int:
    """Where the words of the page around the form begin."""
    found = _page_words().search(flow.keys[low:high])
    return low + found.start() if found else high


def _point_columns(columns: tuple[Column, ...]) -> list[Column]:
    return [c for c in columns if c.role in (Role.WEIGHT, Role.SCORE)]


def _total_weight(figures: list[str], columns: tuple[Column, ...]) -> float | None:
    """The sum of all weights, where the row of totals prints a figure for each of its columns."""
    own = _point_columns(columns)
    printed = bool(own) and own[0].role == Role.WEIGHT and len(figures) == len(own)
    return float(figures[0]) if printed else None


def _total_row(flow: Flow, total: _Total, figures: list[str], columns: tuple[Column, ...]) -> CellRow:
    """The row of totals, its figures under the last columns of points."""
    own = _point_columns(columns)[-len(figures) :] if figures else []
    cells = [Cell(text, 0, c.start) for c, text in zip(own, figures, strict=False)]
    return row_of([flow.cell(total.start, total.figures, 0, 0), *cells])


def _total_figures(flow: Flow, total: _Total, columns: tuple[Column, ...]) -> list[str]:
    """`10098` → 100, 98: the figures of the total row, by breaks or by the only split that makes sense."""
    n = len(_point_columns(columns))
    texts = [""]
    for i in range(total.figures, total.end):
        if i > total.figures and flow.breaks[i]:
            texts.append("")
        texts[-1] += flow.keys[i]
    texts = [re.sub(r"[^\d.]", "", t) for t in texts]
    texts = [t for t in texts if re.fullmatch(r"\d+(\.\d+)?", t)]
    if len(texts) == 1 and n == 2:
        m = re.fullmatch(r"(100|[1-9]\d)(100(?:\.0+)?|\d{1,2}(?:\.\d{1,2})?)", texts[0])
        m = m or re.match(r"(100)(\d{2}(?:\.\d{1,2})?)", texts[0])  # a page number may follow
        if m and float(m[1]) >= float(m[2]):
            return [m[1], m[2]]
    return texts[:n]
