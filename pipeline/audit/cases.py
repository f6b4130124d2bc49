"""The rows of a document → one `Case` a form, which is what every rule looks at.

Comes in: a document's rows, and the series of its projects where they are known. Goes out: its forms, with
their costs paired or, for rules that look at no costs, as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from pipeline.audit.case import Case
from pipeline.audit.costs import Cost, Costs, costs_of
from pipeline.model.rows import FundRow, IndicatorRow, ProjectRow
from pipeline.rows.build import DocumentRows

NO_COSTS = Costs((), None, None, complete=False)
_Row = TypeVar("_Row", FundRow, IndicatorRow)


def cases_of(document: DocumentRows, series: Mapping[str, str]) -> list[Case]:
    """The document's forms, with their series and their costs paired."""
    out = []
    lines, rows = _by_project(document.funds), _by_project(document.indicators)
    for p in document.projects:
        mine = p["project_id"]
        project: ProjectRow = {**p, "series_id": series.get(mine)}
        funds, indicators = lines.get(mine, []), rows.get(mine, [])
        costs = costs_of(project, funds, indicators)
        paid = {c.indicator_id: c for c in costs.rows}
        out.append(Case(project, funds, [_paired(i, paid.get(i["indicator_id"])) for i in indicators], costs))
    return out


def cases_in_series(document: DocumentRows, series: Mapping[str, str]) -> list[Case]:
    """The document's forms that are in a series, for the rules across documents: their costs are paired
    already.
    """
    lines, rows = _by_project(document.funds), _by_project(document.indicators)
    return [
        Case({**p, "series_id": series[mine]}, lines.get(mine, []), rows.get(mine, []), NO_COSTS)
        for p in document.projects
        if (mine := p["project_id"]) in series
    ]


def _by_project(rows: Sequence[_Row]) -> dict[str, list[_Row]]:
    out: dict[str, list[_Row]] = {}
    for row in rows:
        out.setdefault(row["project_id"], []).append(row)
    return out


def _paired(row: IndicatorRow, cost: Cost | None) -> IndicatorRow:
    return row if cost is None else {**row, "cost_of": cost.quantity_id, "cost_amount": cost.amount}
