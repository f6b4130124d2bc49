"""One table for many projects → one region a project.

Comes in: a region whose indicator table has columns for the projects themselves (单位名称, 项目名称, 预算数,
年度目标, merged over the project's rows) left of the levels. Goes out: a region for each project, its rows
without those columns, what they say in `given`; leading cells that a row has lost are back in place. Any
other region comes out as it is. A unit holds for all projects that its cell stands beside; amounts and
goals for their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from normalizers.merged_cells import fill_down
from normalizers.symbols import fold, is_blank
from normalizers.units import is_amount
from pipeline.form.collapsed_rows import in_place
from pipeline.form.funds import amount_of, label_of
from pipeline.form.goals import EXPECTED
from pipeline.model.cells import Cell
from pipeline.model.form import Field, FundLine
from pipeline.model.regions import CellRow, Given, Region
from pipeline.model.roles import Role
from pipeline.table.header import header_roles, role_of
from pipeline.words import vocabulary


class About(StrEnum):
    """What a column says of a project; the first four are header fields of the form."""

    PROJECT = "project_name"
    UNIT = "implementing_unit"
    DEPARTMENT = "supervising_department"
    ATTRIBUTE = "project_attribute"
    AMOUNT = "annual_budget"
    GOAL = "goal"


FIELDS = {
    "project_name": About.PROJECT,
    "unit_name": About.UNIT,
    "implementing_unit": About.UNIT,
    "supervising_department": About.DEPARTMENT,
    "local_department": About.DEPARTMENT,
    "project_attribute": About.ATTRIBUTE,
}
SHARED = frozenset({About.UNIT, About.DEPARTMENT})  # hold for the next projects until another one is printed


@dataclass(frozen=True, slots=True)
class _Head:
    """A column about the project: what it says, and its printed label."""

    about: About
    label: str


@dataclass(slots=True)
class _Project:
    """What the columns say of one project, and its rows without them."""

    said: Mapping[About, Cell]
    rows: list[CellRow]


def projects_of(region: Region) -> tuple[Region, ...]:
    """The region's projects; the region itself where it is no list of them."""
    at = next((n for n, row in enumerate(region.rows) if _heads(row)), None)
    if at is None:
        return (region,)
    header = region.rows[at]
    heads = _heads(header)
    amounts = [col for col, head in heads.items() if head.about == About.AMOUNT]
    rows = [in_place(row, header.cells, heads, amounts) for row in region.rows[at + 1 :]]
    projects = _projects(rows, heads)
    if not projects:
        return (region,)
    table = replace(header, cells=_without(header, heads))
    return tuple(
        replace(
            region,
            rows=(*region.rows[:at], table, *project.rows),
            after=region.after if project is projects[-1] else (),
            given=_given(project.said, heads),
        )
        for project in projects
    )


def _heads(row: CellRow) -> dict[int, _Head]:
    """Grid column → what it says of the project, for a header of indicators with a column for the project's
    name.
    """
    if header_roles(row.filled) is None:
        return {}
    first = next((c.col for c in row.filled if role_of(c.text, fuzzy=False) == Role.LEVEL1), None)
    if first is None:
        return {}
    found = {
        c.col: _Head(about, c.text)
        for c in row.filled
        if c.col < first and (about := _about(c.text)) is not None
    }
    return found if any(head.about == About.PROJECT for head in found.values()) else {}


def _about(label: str) -> About | None:
    field = vocabulary.key_of("field", label, fuzzy=False)
    if field in FIELDS:
        return FIELDS[field]
    if (
        vocabulary.key_of("fund_column", label, fuzzy=False) == Role.ANNUAL_BUDGET
        or vocabulary.key_of("fund_line", label, fuzzy=False) == "total"
    ):
        return About.AMOUNT
    return About.GOAL if vocabulary.key_of("goal", label, fuzzy=False) in ("block", "expected") else None


def _projects(rows: Sequence[CellRow], heads: Mapping[int, _Head]) -> list[_Project]:
    """The projects in order."""
    out: list[_Project] = []
    body = [row for row in rows if not _heads(row)]  # the header stands again on a new page
    said = [{heads[c.col].about: c for c in row.filled if c.col in heads} for row in body]
    filled = {about: fill_down([cells.get(about) for cells in said]) for about in SHARED}
    for i, row in enumerate(body):
        name = said[i].get(About.PROJECT)
        if name is not None and not (out and not row.spans and _is_name_of(out[-1], name)):
            shared = {about: cell for about, cells in filled.items() if (cell := cells[i]) is not None}
            out.append(_Project(shared | said[i], []))
        if out:
            out[-1].rows.append(replace(row, cells=_without(row, heads)))
    return out


def _is_name_of(project: _Project, name: Cell) -> bool:
    return fold(name.text) == fold(project.said[About.PROJECT].text)


def _without(row: CellRow, heads: Mapping[int, _Head]) -> tuple[Cell, ...]:
    return tuple(c for c in row.cells if c.col not in heads)


def _given(said: Mapping[About, Cell], heads: Mapping[int, _Head]) -> Given:
    """What the columns say of one project, as its form's head would."""
    told = {about: c for about, c in said.items() if not is_blank(c.text)}
    fields = {about.value: Field(c.text, (c,)) for about, c in told.items() if about in FIELDS.values()}
    goal = told.get(About.GOAL)
    amount = told.get(About.AMOUNT)
    label = next((head.label for head in heads.values() if head.about == About.AMOUNT), "")
    return Given(
        fields=fields,
        goals={EXPECTED: Field(goal.text, (goal,))} if goal is not None else {},
        funds=(_line(label, amount),) if amount is not None and is_amount(amount.text) else (),
        fund_labels=(label,) if amount is not None else (),
    )


def _line(label: str, amount: Cell) -> FundLine:
    return FundLine(label_of(label), "all", "total", annual_budget=amount_of(amount))
