"""Regions → forms: finds the blocks of a form and reads each.

Comes in: a `Reading`. Goes out: its `Form`s in reading order, every field with its cells. A region without an
indicator header, a project and funds is no form and gives nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from normalizers.numerals import number
from normalizers.symbols import fold, is_blank
from pipeline.form.funds import read_funds
from pipeline.form.head import KEPT, read_fields, read_goals, tag_rows
from pipeline.form.misread import repaired, with_units
from pipeline.form.project_lists import projects_of
from pipeline.form.regions import is_title, regions
from pipeline.form.units import amount_unit, is_unit_note
from pipeline.model.cells import Cell, CellRow, Line, Reading, Region
from pipeline.model.flags import Flag
from pipeline.model.form import Field, Form, Indicator
from pipeline.table.header import Column, halves, read_columns
from pipeline.table.indicators import read_block
from pipeline.untabled.forms import cut
from pipeline.words import vocabulary

_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})\s*年?度?")
_YEAR_LINE = re.compile(r"^[(]?((?:19|20)\d{2})年?度?[)]?$")
_TOTAL_TEXT = re.compile(r"^(.{1,12}?)[:：]?(?:[(]分[)])?[:：]?(\d{1,3}(?:\.\d+)?)分?$")
SHORTEST_NAME, LONGEST_NAME = 3, 60  # characters of a project's name in brackets behind a title
LONGEST_HEAD_LINE = 160  # characters: longer lines are prose
RESULT_ROLES = frozenset({"actual", "score"})


@dataclass(frozen=True, slots=True)
class Parts:
    """The rows of a form by what they are."""

    head: tuple[CellRow, ...]
    blocks: tuple[tuple[tuple[Column, ...], tuple[CellRow, ...], str | None], ...]
    total: CellRow | None
    tail: tuple[CellRow, ...]


def forms_of(reading: Reading) -> tuple[Form, ...]:
    """All forms of a document, in reading order."""
    out: list[Form] = []
    for region in regions(reading):
        for piece in (p for part in cut(region) for p in projects_of(part)):
            form = read_form(with_units(piece), reading.reader)
            if form is not None:
                out.append(repaired(form))
    return tuple(out)


def read_form(region: Region, reader: str = "") -> Form | None:
    """One region as a form; None where it is none."""
    parts = split(region.rows)
    tagged = tag_rows(parts.head)
    fields = {**read_fields(tag_rows(_line_rows(region.lines))), **read_fields(tagged)}
    funds = read_funds(tagged)
    if not parts.blocks and not (("project_name" in fields or "unit_name" in fields) and funds):
        return None
    goals = read_goals(tagged)
    indicators: tuple[Indicator, ...] = ()
    for columns, rows, side in parts.blocks:
        terms = halves(columns)
        found = [read_block(half, rows, side) for half in terms]
        if len(terms) > 1 and _names_terms(parts.head):
            found[0] = tuple(replace(i, horizon="long_term") for i in found[0])
        indicators += tuple(i for half in found for i in half)
    if not indicators and not funds:
        return None
    title = _title(region)
    roles = frozenset(c.role for columns, _, _ in parts.blocks for c in columns)
    form_type = _form_type(title, roles, bool(fields), bool(funds))
    header = _header(fields, goals, form_type, title)
    weight, score = _totals(parts, roles)
    if score is None and "score" in roles:
        score = _total_in_text(parts.tail, region.after)
    unit = amount_unit(tagged, region) if funds or "total_amount" in header else None
    pages = [c.page for r in region.rows for c in r.cells if c.page is not None]
    flags = {Flag.HEADER_MISSING.value} if not parts.blocks else set()
    if title is None or vocabulary.form_type(title) is None:
        flags.add(Flag.TEMPLATE_UNKNOWN.value)
    return Form(
        form_type=form_type,
        title=title,
        header=header,
        amount_unit=unit.name if unit else None,
        amount_unit_source=unit.source if unit else None,
        fiscal_year=_fiscal_year(region, title, header),
        funds=funds,
        indicators=indicators,
        total_weight=weight,
        total_score=score,
        columns=tuple(sorted(roles - {"side", "other"})),
        reader=region.rows[0].reader or reader,
        page_start=min(pages, default=None),
        page_end=max(pages, default=None),
        flags=tuple(sorted(flags)),
    )


def _names_terms(head: Iterable[CellRow]) -> bool:
    """Does the form speak of a goal of several years?"""
    return any(
        vocabulary.key_of("goal", c.text, fuzzy=False) == "long_term" for row in head for c in row.filled
    )


def _line_rows(lines: Sequence[Line]) -> list[CellRow]:
    """Loose lines above a table that hold labels and values (`填报单位：… 填报日期：…`) as rows; a unit of
    amounts is no value.
    """
    out = []
    for i, line in enumerate(lines):
        pieces = [p for p in re.split(r"\s{2,}", line.text.strip()) if p and not is_unit_note(p)]
        if pieces and len(line.text) <= LONGEST_HEAD_LINE:
            out.append(CellRow(tuple(Cell(p, i, k, page=line.page) for k, p in enumerate(pieces)), False, 0))
    return out


def split(rows: Sequence[CellRow]) -> Parts:
    """Head, indicator blocks, total row and what follows, by the header rows and the total's label."""
    head: list[CellRow] = []
    blocks: list[tuple[tuple[Column, ...], list[CellRow], str | None]] = []
    tail: list[CellRow] = []
    total: CellRow | None = None
    skip = False
    fresh = False
    for i, row in enumerate(rows):
        if skip:
            skip = False
            continue
        below = rows[i + 1].cells if i + 1 < len(rows) else ()
        found = read_columns(row.cells, below)
        if found is not None:
            columns, skip = found
            if blocks and _same(blocks[-1][0], columns):
                fresh = True
                continue
            side = next(
                (
                    c.text
                    for c in row.filled
                    if vocabulary.key_of("column", c.text) == "side" and re.search(r"\d", c.text)
                ),
                None,
            )
            blocks.append((columns, [], side))
            total, fresh = None, False
        elif not blocks:
            head.append(row)
        elif total is not None:
            tail.append(row)
        elif is_total(row):
            total = row
        elif tail or is_tail(row):
            tail.append(row)
        else:
            blocks[-1][1].append(replace(row, top=True) if fresh else row)
            fresh = False
    return Parts(tuple(head), tuple((c, tuple(r), s) for c, r, s in blocks), total, tuple(tail))


def _same(a: Sequence[Column], b: Sequence[Column]) -> bool:
    return {c.role for c in a if c.role not in ("side", "other")} == {
        c.role for c in b if c.role not in ("side", "other")
    }


def is_total(row: CellRow) -> bool:
    """A row that opens with 总分 or 合计 and holds figures only."""
    filled = row.filled
    if not filled or not vocabulary.is_in("total", filled[0].text):
        return bool(len(filled) == 1 and _labelled_total(filled[0].text))
    return all(number(fold(c.text).rstrip("分")) is not None or len(fold(c.text)) <= 4 for c in filled[1:])


def is_tail(row: CellRow) -> bool:
    """A row below the indicators that opens with a label of the form's end (说明, 填表人, …)."""
    filled = row.filled
    if not filled:
        return False
    text = fold(filled[0].text)
    label = re.split(r"[:：]", text, maxsplit=1)[0]
    if not vocabulary.is_in("tail", label):
        return False
    return ":" in text or row.spans or len(filled) <= 2


def _labelled_total(text: str) -> str | None:
    m = _TOTAL_TEXT.match(fold(text))
    return m[2] if m and vocabulary.is_in("total", m[1]) else None


def _totals(parts: Parts, roles: frozenset[str]) -> tuple[Field | None, Field | None]:
    """The total row's weight and score."""
    if parts.total is None or not parts.blocks:
        return None, None
    columns = parts.blocks[-1][0]
    figures = [c for c in parts.total.filled if number(fold(c.text).rstrip("分")) is not None]
    if not figures:
        text = _labelled_total(parts.total.filled[0].text)
        return None, Field(text, (parts.total.filled[0],)) if text else None
    if len(figures) >= 2 and "weight" in roles and "score" in roles:
        return Field(figures[0].text, (figures[0],)), Field(figures[1].text, (figures[1],))
    kind = _single_total(figures[0], columns, parts.total.spans, roles)
    return (
        (Field(figures[0].text, (figures[0],)), None)
        if kind == "weight"
        else (None, Field(figures[0].text, (figures[0],)))
    )


def _single_total(cell: Cell, columns: Sequence[Column], spans: bool, roles: frozenset[str]) -> str:
    if "score" not in roles:
        return "weight"
    if "weight" not in roles:
        return "score"
    under = {c.role: c for c in columns if c.role in ("weight", "score")}
    near = min(under.values(), key=lambda c: (-c.overlap(cell.col, cell.col_span), abs(c.start - cell.col)))
    return near.role if spans or near.overlap(cell.col, 1) else "score"


def _total_in_text(tail: Iterable[CellRow], after: Iterable[Line]) -> Field | None:
    for row in tail:
        for c in row.filled:
            if (text := _labelled_total(c.text)) is not None:
                return Field(text, (c,))
    for line in after:
        if (text := _labelled_total(line.text)) is not None:
            return Field(text)
    return None


def _title(region: Region) -> str | None:
    titled = [line.text for line in region.lines if is_title(line.text)]
    return re.sub(r"\s+", "", titled[-1]) if titled else None


def _form_type(title: str | None, roles: frozenset[str], fields: bool, funds: bool) -> str:
    announced = vocabulary.form_type(title) if title else None
    if announced is not None:
        return announced
    if roles & RESULT_ROLES:
        return "self_evaluation"
    return "target" if fields or funds else "indicator_system"


def _header(
    fields: Mapping[str, Field], goals: Mapping[str, Field], form_type: str, title: str | None
) -> dict[str, Field]:
    out = {k: v for k, v in fields.items() if k in KEPT}
    unit = fields.get("unit_name")
    if unit is not None:
        if "project_name" not in out and (form_type.startswith("overall") or "implementing_unit" in out):
            out["project_name"] = unit
        elif "implementing_unit" not in out:
            out["implementing_unit"] = unit
    if "project_name" not in out and title and (name := _name_in_title(title)) is not None:
        out["project_name"] = Field(name)
    if "supervising_department" not in out and "central_department" in fields:
        out["supervising_department"] = fields["central_department"]
    out.update(goals)
    return out


def _name_in_title(title: str) -> str | None:
    """The project in brackets at a title's end, which may hold brackets itself:
    `指标体系（道路养护（中央资金））`.
    """
    key = fold(title)
    if not key.endswith(")") or len(key) != len(title):
        return None
    depth = 0
    for at in range(len(key) - 1, -1, -1):
        depth += (key[at] == ")") - (key[at] == "(")
        if depth == 0:
            name = key[at + 1 : -1]
            fits = SHORTEST_NAME <= len(name) <= LONGEST_NAME and not _YEAR_LINE.match(name)
            return title[at + 1 : -1] if fits else None
    return None


def _fiscal_year(region: Region, title: str | None, header: Mapping[str, Field]) -> int | None:
    """The year in brackets under the title, else the title's, else the one in the project's name."""
    alone = [line.text for line in region.lines[::-1]] + [
        r.filled[0].text for r in region.rows if len(r.filled) == 1
    ]
    for text in alone:
        if (m := _YEAR_LINE.match(fold(text))) is not None:
            return int(m[1])
    name = header.get("project_name")
    for source in (
        title,
        *(line.text for line in region.lines[::-1] if len(line.text) < 40),
        name.text if name else None,
    ):
        if source and not is_blank(source) and (m := _YEAR.search(fold(source))) is not None:
            return int(m[1])
    return None
