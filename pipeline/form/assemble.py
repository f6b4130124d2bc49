"""Regions → forms: finds the blocks of a form and reads each.

Comes in: a `Reading`. Goes out: its `Form`s in reading order, every field with its cells. A region without an
indicator header, a project and funds is no form and gives nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from normalizers.indicator_names import split_name
from normalizers.symbols import fold, is_blank
from pipeline.form.conservation import Printed, conserved, stretches
from pipeline.form.departments import departments
from pipeline.form.funds import read_funds
from pipeline.form.goals import read_goals
from pipeline.form.grade import grade
from pipeline.form.head import KEPT, read_fields
from pipeline.form.misread import repaired, with_units
from pipeline.form.project_lists import projects_of
from pipeline.form.regions import regions
from pipeline.form.statements import read_statements
from pipeline.form.tags import TaggedRow, tag_rows
from pipeline.form.tasks import read_tasks
from pipeline.form.titles import caption, fiscal_year, form_type, name_in_title, title_of
from pipeline.form.totals import is_subtotal, is_total, total_in_head, total_in_text, totals
from pipeline.form.units import amount_unit, is_unit_note
from pipeline.form.unknown_labels import with_unknown
from pipeline.model.cells import Cell, Line, Reading
from pipeline.model.flags import Flag
from pipeline.model.form import Field, Form, FundLine, Indicator
from pipeline.model.regions import CellRow, Region
from pipeline.model.roles import Role
from pipeline.table.header import FEWEST, Column, halves, header_roles, implied_columns, read_columns, role_of
from pipeline.table.indicators import LONG_TERM, read_block
from pipeline.table.likelihood import level_known
from pipeline.untabled.forms import cut
from pipeline.words import vocabulary

FEWEST_ROWS = 2  # rows that open with labels of levels make a block without a header
MOST_LOOKED_AT = 40  # rows whose contents tell what their columns are
LONGEST_HEAD_LINE = 160  # characters: longer lines are prose
NOT_ANNOUNCED = frozenset({Role.SIDE, Role.OTHER})


@dataclass(frozen=True, slots=True)
class IndicatorRows:
    """One indicator block: its columns, the rows below them, a weight printed in the header's corner, and the
    term that a row of its own above it says.
    """

    columns: tuple[Column, ...]
    rows: tuple[CellRow, ...]
    side: str | None
    horizon: Literal["annual", "long_term"] = "annual"


@dataclass(frozen=True, slots=True)
class Parts:
    """The rows of a form by what they are."""

    head: tuple[CellRow, ...]
    blocks: tuple[IndicatorRows, ...]
    total: CellRow | None
    tail: tuple[CellRow, ...]


def forms_of(reading: Reading) -> tuple[Form, ...]:
    """All forms of a document, in reading order."""
    out: list[Form] = []
    for region in regions(reading):
        parts = cut(region)
        over = [()] * len(parts) if region.rows else stretches(region.lines, parts)
        for part, left in zip(parts, over, strict=True):
            forms = [read_form(piece, reading.reader) for piece in projects_of(with_units(part))]
            found = [repaired(form) for form in forms if form is not None]
            if found and left:
                found[0] = replace(found[0], unread=(*found[0].unread, *left))
            out += found
    return tuple(out)


def read_form(region: Region, reader: str = "") -> Form | None:
    """One region as a form; None where it is none."""
    parts, given = split(region.rows), region.given
    tagged = with_unknown(tag_rows(parts.head))
    above = tag_rows(_line_rows(region.lines))
    fields = {**read_fields(above), **given.fields, **read_fields(tagged)}
    funds = (*read_funds(tagged), *given.funds)
    title, goals = title_of(region), {**given.goals, **read_goals(tagged)}
    if not parts.blocks and not _is_form(fields, funds, goals, title):
        return None
    indicators = _indicators(parts)
    if not indicators and not funds:
        return None
    roles = frozenset(c.role for block in parts.blocks for c in block.columns)
    kind = form_type(title, roles, bool(fields), bool(funds))
    header = _header(fields, goals, kind, title)
    weight, score = totals(parts.total, parts.blocks[-1].columns, roles) if parts.blocks else (None, None)
    if score is None and Role.SCORE in roles:
        score = total_in_text(parts.tail, region.after) or total_in_head(parts.head)
    tasks = read_tasks(parts.head)
    unit = amount_unit(tagged, region) if funds or tasks or "total_amount" in header else None
    pages = [c.page for r in region.rows for c in r.cells if c.page is not None]
    form = Form(
        form_type=kind,
        title=title,
        header=header,
        amount_unit=unit.name if unit else None,
        amount_unit_source=unit.source if unit else None,
        fiscal_year=fiscal_year(region, title, header),
        funds=funds,
        indicators=indicators,
        total_weight=weight,
        total_score=score,
        grade=header.get("grade") or grade(parts.total, parts.tail, region.after),
        departments=departments((*above, *tagged), header),
        tasks=tasks,
        statements=(*read_statements(parts.head), *read_statements(parts.tail)),
        columns=tuple(sorted(roles - NOT_ANNOUNCED)),
        reader=region.rows[0].reader or reader,
        recognised=region.rows[0].recognised,
        page_start=min(pages, default=None),
        page_end=max(pages, default=None),
        flags=_flags(parts, title, tagged),
    )
    return conserved(form, printed_of(region, parts, tagged))


def printed_of(region: Region, parts: Parts, head: Sequence[TaggedRow]) -> Printed:
    """The form's rows as its account of texts wants them."""
    blocks = [(block.columns, block.rows) for block in parts.blocks]
    return Printed(head, blocks, parts.total, parts.tail, region.rows)


def _is_form(
    fields: Mapping[str, Field], funds: Sequence[FundLine], goals: Mapping[str, Field], title: str | None
) -> bool:
    """Is a region without indicators a form? Budget tables name units and sources of money too, but have no
    form's title, no goal, and no amounts spent beside those planned.
    """
    named = "project_name" in fields or "unit_name" in fields
    spent = any(f.executed is not None and (f.annual_budget or f.initial_budget) is not None for f in funds)
    return named and bool(funds) and (title is not None or bool(goals) or spent)


def _indicators(parts: Parts) -> tuple[Indicator, ...]:
    """The indicators of all blocks; of a header with two terms those of the first are long-term ones."""
    out: tuple[Indicator, ...] = ()
    for block in parts.blocks:
        terms = halves(block.columns)
        found = [read_block(half, block.rows, block.side) for half in terms]
        if block.horizon == LONG_TERM or (len(terms) > 1 and _names_terms(parts.head)):
            found[0] = tuple(replace(i, horizon=LONG_TERM) for i in found[0])
        out += tuple(i for half in found for i in half if not _is_empty(i))
    return out


def _is_empty(item: Indicator) -> bool:
    """A line that the template was left with: `指标2：` or `……` for a name, and nothing else."""
    values = (item.target, item.actual, item.weight, item.score)
    return is_blank(split_name(item.name.text or "").text) and all(
        f is None or is_blank(f.text) for f in values
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
        pieces = [p for p in _pieces(line.text) if p and not is_unit_note(p)]
        if pieces and len(line.text) <= LONGEST_HEAD_LINE:
            out.append(CellRow(tuple(Cell(p, i, k, page=line.page) for k, p in enumerate(pieces)), False, 0))
    return out


def _pieces(text: str) -> Iterator[str]:
    """A line cut where many blanks part it, and before a word with a colon that is a label of the head."""
    start = 0
    for gap in re.finditer(r"\s+(?=([^\s:：]{2,16})[:：])|\s{2,}", text):
        if gap[1] is None or vocabulary.key_of("field", gap[1], fuzzy=False) is not None or len(gap[0]) > 1:
            yield text[start : gap.start()].strip()
            start = gap.end()
    yield text[start:].strip()


def split(rows: Sequence[CellRow]) -> Parts:
    """Head, indicator blocks, total row and what follows, by the header rows and the total's label; a row
    that sums some of the indicators is none of them.
    """
    head: list[CellRow] = []
    blocks: list[IndicatorRows] = []
    body: list[CellRow] = []
    tail: list[CellRow] = []
    total: CellRow | None = None
    term: Literal["annual", "long_term"] | None = None  # that a row of its own says of the block below it
    skip = False
    fresh = False  # the header was printed again, so that a break lies before the next row
    for i, row in enumerate(rows):
        if skip or (row.roles and blocks):
            body += [] if skip else [row]
            skip = False
            continue
        found = _header_at(rows, i)
        if found is not None:
            columns, skip = found
            if blocks and term is None and _same(blocks[-1].columns, columns):
                fresh = True
                continue
            if blocks:
                blocks[-1] = replace(blocks[-1], rows=tuple(body))
            blocks.append(IndicatorRows(columns, (), _side_text(row), term or "annual"))
            body, total, fresh, term = [], None, False, None
        elif (said := _caption(row, rows[i + 1 : i + 2])) is not None:
            term = said
        elif not blocks:
            head.append(row)
        elif total is None and is_total(row):
            total = row
        elif total is not None or tail or is_tail(row):
            tail.append(row)
        elif not is_subtotal(row):
            body.append(replace(row, top=True) if fresh else row)
            fresh = False
    if blocks:
        blocks[-1] = replace(blocks[-1], rows=tuple(body))
        return Parts(tuple(head), tuple(blocks), total, tuple(tail))
    return _headless(head)


def _header_at(rows: Sequence[CellRow], i: int) -> tuple[tuple[Column, ...], bool] | None:
    """The columns of a row that is a header of indicators, and whether the row below belongs to it."""
    row, below = rows[i], rows[i + 1 : i + 2]
    if row.roles:
        return _told(row), False
    return read_columns(row.filled, below[0].filled if below else (), partial(_below, rows, i))


def _caption(row: CellRow, below: Sequence[CellRow]) -> Literal["annual", "long_term"] | None:
    """The term that a row says alone, right above a header of indicators."""
    if len(row.filled) != 1 or not below or header_roles(below[0].filled) is None:
        return None
    return caption(row.filled[0].text)


def _told(header: CellRow) -> tuple[Column, ...]:
    """The columns of a header whose roles were found together with its rows."""
    return tuple(
        Column(role, c.col, 1, c.text, c.confidence)
        for role, c in zip(header.roles, header.cells, strict=True)
    )


def _headless(rows: Sequence[CellRow]) -> Parts:
    """A form whose rows of indicators have lost their header: they begin where rows open with labels of
    levels.
    """
    opened = [
        i
        for i, row in enumerate(rows)
        if len(row.filled) >= FEWEST and any(_is_level(c.text) for c in row.filled[:FEWEST])
    ]
    if len(opened) < FEWEST_ROWS:
        return Parts(tuple(rows), (), None, ())
    at = opened[0]
    body = _body(rows[at:])
    after = rows[at + len(body) :]
    total = next((row for row in after[:1] if is_total(row)), None)
    block = IndicatorRows(implied_columns(body), tuple(body), None)
    return Parts(tuple(rows[:at]), (block,), total, tuple(after[1:] if total is not None else after))


def _is_level(text: str) -> bool:
    return any(level_known(fold(text), level) for level in (1, 2))


def _body(rows: Sequence[CellRow]) -> list[CellRow]:
    """The rows below a header that are its own: up to the next header, the total or the form's end."""
    out: list[CellRow] = []
    for row in rows:
        if is_total(row) or is_tail(row) or header_roles(row.filled) is not None:
            break
        out.append(row)
    return out


def _below(rows: Sequence[CellRow], header: int, header_rows: int) -> list[CellRow]:
    """The rows of its own that a header of so many rows is told by."""
    first = header + header_rows
    return _body(rows[first : first + MOST_LOOKED_AT])


def _side_text(header: CellRow) -> str | None:
    """The label over the first levels, where a weight stands in it (`绩效指标（90分）`)."""
    sides = (c.text for c in header.filled if role_of(c.text) == Role.SIDE)
    return next((text for text in sides if re.search(r"\d", text)), None)


def _same(a: Sequence[Column], b: Sequence[Column]) -> bool:
    """The same header again: the same labels, or others for the same."""
    labels = [[fold(c.label) for c in columns if c.label] for columns in (a, b)]
    return (
        labels[0] == labels[1] or {c.role for c in a} - NOT_ANNOUNCED == {c.role for c in b} - NOT_ANNOUNCED
    )


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


def _flags(parts: Parts, title: str | None, head: Iterable[TaggedRow]) -> tuple[str, ...]:
    """What is missing or unknown of the form as a whole."""
    flags = set() if parts.blocks else {Flag.HEADER_MISSING}
    if title is None or vocabulary.form_type(title) is None or any(r.with_tag("unknown") for r in head):
        flags.add(Flag.TEMPLATE_UNKNOWN)
    return tuple(sorted(flags))


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
    if "project_name" not in out and title and (name := name_in_title(title)) is not None:
        out["project_name"] = Field(name)
    if "supervising_department" not in out:
        other = fields.get("local_department") or fields.get("central_department")
        out |= {"supervising_department": other} if other else {}
    out.update(goals)
    return out
