"""Text without cells → regions of rows, one a form.

Comes in: a region that has loose lines and no table. Goes out: a region a form with the rows that its labels,
the order of its header's columns, units, comparators and sums tell apart. A region with tables, or without an
indicator header, comes back as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from normalizers.symbols import fold
from pipeline.model.cells import Cell, CellRow, Line, Region
from pipeline.table.header import FEWEST, LEVELS, VALUES, Column, header_roles, read_columns
from pipeline.untabled.head import head_rows
from pipeline.untabled.rows import Block, cut_rows
from pipeline.untabled.stream import LINE, Flow, flow_of, labels, parting
from pipeline.words import vocabulary

READER = "text-flow"
_HEADER_GROUPS = ("column",)
FEWEST_IN_LINE = 9  # characters of an average row
_ANCHOR_REACH = 4000  # characters between 项目名称 and the header of its indicators
_TITLE = re.compile(
    r"(?:[(]?(?:19|20)\d\d年?度?[)]?)?[一-鿿()《》“”、]{0,40}(?:表|指标体系)(?:[(][^()]{1,40}[)])*(?:(?:19|20)\d\d年度?)?"
    r"(?:[(]?(?:19|20)\d\d年度?[)])?(?:(?:金额)?单位[::](?:人民币)?[百千万亿]*元)?$"
)
_NOTES = re.compile(r"((?:[(]?(?:19|20)\d\d年?度[)]?)?)((?:(?:金额)?单位[::](?:人民币)?[百千万亿]*元)?)$")
_TOTAL = re.compile(r"[\d.分—\-/%()::]*")


@dataclass(frozen=True, slots=True)
class Header:
    """A run of column labels in the flow."""

    start: int
    end: int
    columns: tuple[Column, ...]
    spots: tuple[int, ...]


def cut(region: Region) -> list[Region]:
    """The forms of a region of loose lines; the region itself where it has tables or no indicator header."""
    if region.rows or not region.lines:
        return [region]
    flow = flow_of(region.lines)
    headers = find_headers(flow)
    if not headers:
        return [region]
    forms = _forms(flow, headers)
    return [_region(flow, *form) for form in forms]


def find_headers(flow: Flow) -> list[Header]:
    """Every run of column labels that makes a header."""
    pattern = labels(_HEADER_GROUPS)
    out: list[Header] = []
    at = 0
    while at < len(flow.keys):
        first = pattern.search(flow.keys, at)
        if first is None:
            break
        run = [first]
        while (following := pattern.match(flow.keys, run[-1].end())) is not None:
            run.append(following)
        at = run[-1].end()
        run = _trim(run)
        if len(run) < FEWEST:
            continue
        cells = [Cell(flow.cell(m.start(), m.end(), 0, i).text, 0, i) for i, m in enumerate(run)]
        roles = header_roles(cells)
        if roles is None or not roles & LEVELS or not roles & VALUES:
            continue
        columns, end = _columns(cells)
        out.append(Header(run[0].start(), run[end - 1].end(), columns, tuple(m.start() for m in run[1:end])))
    return out


def _trim(run: list[re.Match[str]]) -> list[re.Match[str]]:
    """Labels before the levels belong to the head, a level's own first value behind the header to the first
    row.
    """
    keys = [vocabulary.key_of("column", m[1], fuzzy=False) for m in run]
    firsts = [i for i, k in enumerate(keys) if k in LEVELS or k in ("side", "ordinal")]
    return run[firsts[0] :] if firsts else []


def _columns(cells: list[Cell]) -> tuple[tuple[Column, ...], int]:
    """Columns of a run of labels; sign, value and unit behind the others stand under the target's label."""
    keys = [vocabulary.key_of("column", c.text, fuzzy=False) for c in cells]
    tail = len(keys)
    while tail and keys[tail - 1] in ("sign", "unit", "target", "direction", "value_type"):
        tail -= 1
    if len(keys) - tail >= 2 and "target" in keys[:tail]:
        at = keys.index("target")
        cells = [*cells[:at], *cells[tail:], *cells[at + 1 : tail]]
        cells = [Cell(c.text, 0, i) for i, c in enumerate(cells)]
    seen: set[str | None] = set()
    end = len(cells)
    for i, c in enumerate(cells):
        key = vocabulary.key_of("column", c.text, fuzzy=False)
        if key in seen and key in ("level1", "level2", "name"):
            end = i
            break
        seen.add(key)
    found = read_columns(cells[:end])
    return (found[0] if found else ()), end


@dataclass(frozen=True, slots=True)
class _Span:
    """Where a form's parts lie in the flow: title from `start`, head from `head`, its headers, and its end."""

    start: int
    head: int
    headers: tuple[Header, ...]
    end: int


def _forms(flow: Flow, headers: list[Header]) -> list[tuple[_Span]]:
    """Headers that follow each other without a new form's head between them are one form's, repeated on a new
    page.
    """
    anchors = [
        m.start()
        for m in labels(("field",)).finditer(flow.keys)
        if vocabulary.key_of("field", m[1], fuzzy=False) in ("project_name", "unit_name")
    ]
    spans: list[tuple[int, int, list[Header]]] = []
    before = 0
    for header in headers:
        anchor = next(
            (a for a in anchors if before <= a < header.start and header.start - a < _ANCHOR_REACH), None
        )
        if anchor is None and spans:
            gap = flow.keys[before : header.start]
            total = _total_at(flow, before, header.start)
            same = {c.role for c in spans[-1][2][-1].columns} == {c.role for c in header.columns}
            if same and total is None and _TITLE.search(gap) is None:
                spans[-1][2].append(header)
                before = header.end
                continue
        head = anchor if anchor is not None else header.start
        spans.append((_title_start(flow, before, head, bool(spans)), head, [header]))
        before = header.end
    out = []
    for i, (start, head, run) in enumerate(spans):
        end = spans[i + 1][0] if i + 1 < len(spans) else len(flow.keys)
        out.append((_Span(start, head, tuple(run), end),))
    return out


def _title_start(flow: Flow, low: int, head: int, after_form: bool) -> int:
    """Where the title before a form's head begins."""
    gap = flow.keys[low:head]
    starts = [low + i for i in range(len(gap)) if flow.breaks[low + i] >= 1] if after_form else []
    total = _total_at(flow, low, head)
    if total is not None:
        return total
    found = _TITLE.search(gap[-120:])
    if found is None:
        return low if not after_form else head
    at = low + max(0, len(gap) - 120) + found.start()
    later = [s for s in starts if at <= s < head - 4 and re.search("表|体系", flow.keys[s:head])]
    if later:
        parted = [s for s in later if _TITLE.fullmatch(flow.keys[s:head])]
        at = parted[0] if parted else at
    return at


def _total_at(flow: Flow, low: int, high: int) -> int | None:
    """The end of a row of totals between two places, if there is one."""
    for m in re.finditer(
        "|".join(sorted(vocabulary.index("total"), key=len, reverse=True)), flow.keys[low:high]
    ):
        figures = _TOTAL.match(flow.keys, low + m.end(), high)
        if figures is not None and re.search(r"\d", figures[0]):
            end = figures.end()
            year = re.search(r"(?:19|20)\d\d$", flow.keys[low + m.end() : end])
            return end - 4 if year and end < high and flow.keys[end] == "年" else end
    return None


def _region(flow: Flow, span: _Span) -> Region:
    """One form's rows."""
    sep = parting(flow, [s for h in span.headers for s in h.spots])
    first = span.headers[0]
    rows = head_rows(flow, span.head, first.start, sep)
    rows.append(_header_row(first, len(rows)))
    stop, total, score_text = _total_row(flow, first.end, span.end, first.columns)
    pieces = [
        (h.end, span.headers[i + 1].start if i + 1 < len(span.headers) else stop)
        for i, h in enumerate(span.headers)
    ]
    budget = _budget_weight(rows)
    block = Block(first.columns, sep, total, budget, by_line=sep < LINE and _by_line(flow, first.end, stop))
    rows += cut_rows(flow, [(a, min(b, stop)) for a, b in pieces if a < stop], block, len(rows))
    if score_text:
        rows.append(CellRow(tuple(score_text), True, 0, reader=READER))
    return Region(tuple(_title_lines(flow, span.start, span.head)), tuple(rows))


def _by_line(flow: Flow, start: int, end: int) -> bool:
    """Do rows have lines of their own: does the header end a line, and are there lines of some length below
    it?
    """
    lines = sum(flow.breaks[i] == LINE for i in range(start, end))
    return (
        start < end and flow.breaks[start] == LINE and lines >= 2 and (end - start) / lines >= FEWEST_IN_LINE
    )


def _header_row(header: Header, n: int) -> CellRow:
    return CellRow(tuple(Cell(c.label, n, c.start) for c in header.columns), True, 0, reader=READER)


def _title_lines(flow: Flow, start: int, head: int) -> list[Line]:
    """The text between two forms: title, year and unit as lines of their own."""
    keys = flow.keys[start:head]
    out: list[Line] = []
    notes = _NOTES.search(keys)
    if (
        notes
        and notes[1]
        and notes[1][0] in "(("
        and LINE in flow.breaks[1:]
        and not flow.breaks[start + notes.start()]
    ):
        notes = None  # the year stands in the title's own line
    end = start + (notes.start() if notes else len(keys))
    cut = start
    for i in range(start + 1, end):
        if flow.breaks[i] >= 3 or (flow.breaks[i] >= 1 and re.search("[表系)]$", flow.keys[cut:i])):
            out.append(
                Line(
                    flow.cell(cut, i, 0, 0).text,
                    flow.pages[cut],
                    line_start=flow.lines[cut],
                    line_end=flow.lines[i - 1],
                )
            )
            cut = i
    if cut < end:
        out.append(
            Line(
                flow.cell(cut, end, 0, 0).text,
                flow.pages[cut],
                line_start=flow.lines[cut],
                line_end=flow.lines[end - 1],
            )
        )
    if notes:
        out += [Line(notes[g]) for g in (1, 2) if notes[g]]
    return out


def _total_row(
    flow: Flow, low: int, high: int, columns: tuple[Column, ...]
) -> tuple[int, float | None, list[Cell]]:
    """Where the indicators end, the total weight if the total row prints it, and the row's cells."""
    best = None
    for m in re.finditer(
        "|".join(sorted(vocabulary.index("total"), key=len, reverse=True)), flow.keys[low:high]
    ):
        figures = _TOTAL.match(flow.keys, low + m.end(), high)
        if figures is not None and re.search(r"\d", figures[0]):
            best = (low + m.start(), low + m.end(), figures.end())
            break
    if best is None:
        chrome = re.search(
            "|".join(re.escape(fold(w)) for w in vocabulary.data()["chrome"]["labels"]), flow.keys[low:high]
        )
        return (low + chrome.start() if chrome else high), None, []
    at, figures_at, end = best
    roles = [c.role for c in columns if c.role in ("weight", "score")]
    parts = _total_figures(flow, figures_at, end, len(roles))
    cells = [flow.cell(at, figures_at, 0, 0)]
    place = {c.role: c.start for c in columns}
    cells += [
        Cell(text, 0, place[role])
        for role, text in zip(roles[-len(parts) :] if parts else [], parts, strict=False)
    ]
    weight = float(parts[0]) if len(parts) == len(roles) and roles[:1] == ["weight"] else None
    return at, weight, cells


def _total_figures(flow: Flow, start: int, end: int, n: int) -> list[str]:
    """`10098` → 100, 98: the figures of the total row, by breaks or by the only split that makes sense."""
    texts = [""]
    for i in range(start, end):
        if i > start and flow.breaks[i]:
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


def _budget_weight(rows: list[CellRow]) -> float | None:
    """The weight of the fund block's total line, as already cut."""
    for row in rows:
        for c in row.cells:
            if "budget_weight" in c.flags and re.fullmatch(r"\d+(\.\d+)?", c.text):
                return float(c.text)
    return None
