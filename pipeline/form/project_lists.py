"""One table for many projects → one region a project.

Comes in: a region whose indicator table has columns for the projects themselves (单位名称, 项目名称, 预算数,
年度目标, merged over the project's rows) left of the levels. Goes out: a region for each project, with those
columns as rows of a form's head above its indicators. Any other region comes out as it is. A unit holds for
all projects that its cell stands beside; amounts and goals for their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from normalizers.merged_cells import fill_down
from normalizers.symbols import fold, is_blank
from pipeline.form.units import label_with_unit
from pipeline.model.cells import Cell, CellRow, Region
from pipeline.table.header import header_roles
from pipeline.words import vocabulary

PROJECT = "project_name"
KEPT = (
    "implementing_unit",
    "supervising_department",
)  # what the next projects share until another one is printed
FIELDS = {"project_name": PROJECT, "unit_name": "implementing_unit", "implementing_unit": "implementing_unit"}
FIELDS |= {"supervising_department": "supervising_department", "project_attribute": "project_attribute"}


def projects_of(region: Region) -> tuple[Region, ...]:
    """The region's projects; the region itself where it is no list of them."""
    at = next((n for n, row in enumerate(region.rows) if _headed(row)), None)
    if at is None:
        return (region,)
    header = region.rows[at]
    heads = _headed(header)
    groups = _groups(region.rows[at + 1 :], heads)
    if not groups:
        return (region,)
    before = region.rows[:at]
    table = replace(header, cells=_without(header, heads))
    return tuple(
        replace(
            region,
            rows=(*before, *_head_rows(header, heads, values), table, *rows),
            after=region.after if n == len(groups) - 1 else (),
        )
        for n, (values, rows) in enumerate(groups)
    )


def _headed(row: CellRow) -> dict[int, str]:
    """Grid column → what it says of the project, for a header of indicators with a column for the project's
    name.
    """
    if header_roles(row.cells) is None:
        return {}
    first = next(
        (c.col for c in row.filled if vocabulary.key_of("column", c.text, fuzzy=False) == "level1"), None
    )
    if first is None:
        return {}
    found = {c.col: key for c in row.filled if c.col < first and (key := _head(c.text)) is not None}
    return found if PROJECT in found.values() else {}


def _head(text: str) -> str | None:
    field = vocabulary.key_of("field", text, fuzzy=False)
    if field in FIELDS:
        return FIELDS[field]
    if (
        vocabulary.key_of("fund_column", text, fuzzy=False) == "annual_budget"
        or vocabulary.key_of("fund_line", text, fuzzy=False) == "total"
    ):
        return "annual_budget"
    return "goal" if vocabulary.key_of("goal", text, fuzzy=False) in ("block", "expected") else None


Group = tuple[dict[str, Cell], list[CellRow]]


def _groups(rows: Sequence[CellRow], heads: dict[int, str]) -> list[Group]:
    """The projects in order: what their columns say, and their rows without those columns."""
    out: list[Group] = []
    body = [row for row in rows if not _headed(row)]  # the header stands again on a new page
    told = [{heads[c.col]: c for c in row.filled if c.col in heads} for row in body]
    kept = {key: fill_down([cells.get(key) for cells in told]) for key in KEPT}
    name_at = next(col for col, key in heads.items() if key == PROJECT)
    for i, row in enumerate(body):
        name = next((c for c in row.filled if c.col == name_at), None)
        if name is not None and not (
            out and not row.spans and fold(name.text) == fold(out[-1][0][PROJECT].text)
        ):
            shared = {key: cell for key, cells in kept.items() if (cell := cells[i]) is not None}
            out.append((shared | told[i], []))
        if out:
            out[-1][1].append(replace(row, cells=_without(row, heads)))
    return out


def _without(row: CellRow, heads: dict[int, str]) -> tuple[Cell, ...]:
    return tuple(c for c in row.cells if c.col not in heads)


def _head_rows(header: CellRow, heads: dict[int, str], values: dict[str, Cell]) -> list[CellRow]:
    """Rows of a form's head: a label beside its value."""
    words = vocabulary.data()
    labels = {key: words["field"][key][0] for key in (PROJECT, *KEPT, "project_attribute")}
    labels |= {"annual_budget": words["fund_line"]["total"][0], "goal": words["goal"]["block"][0]}
    out = []
    for col, key in heads.items():
        value = values.get(key)
        if value is None or is_blank(value.text):
            continue
        printed = next(c for c in header.filled if c.col == col)
        text = label_with_unit(labels[key], printed.text) if key == "annual_budget" else labels[key]
        label = replace(printed, text=text, col=0, row_span=1, col_span=1)
        out.append(
            CellRow(
                (label, replace(value, col=1, row_span=1, col_span=1)),
                True,
                header.piece,
                reader=header.reader,
            )
        )
    return out
