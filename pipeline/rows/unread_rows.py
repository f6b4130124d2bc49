"""What of a form no column took → rows of `unread`.

Comes in: a form and its keys. Goes out: a row for every text that was left over when the form was read, and
for every text that stands where a figure was expected and is none. It refuses nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.model.form import Field, Form, Unread, Why
from pipeline.model.rows import UnreadRow
from pipeline.rows.figures import Doubt, money_of, percent_of, points_of, text_of
from pipeline.rows.indicator_rows import DIRECTIONS, place_of


def unread_rows(form: Form, document_id: str, project_id: str) -> list[UnreadRow]:
    """The rows of one form, in reading order as far as it is known."""
    return [
        {
            "document_id": document_id,
            "project_id": project_id,
            "text": item.text,
            "label": item.label,
            "why": str(item.why),
            **place_of(item.cells),
        }
        for item in (*form.unread, *_no_figures(form))
    ]


def _no_figures(form: Form) -> Iterator[Unread]:
    """Texts in the place of figures."""
    unit = form.amount_unit
    whole = form.header.get("total_amount")
    if whole is not None and money_of(whole, unit, Doubt()) is None:
        yield from _unread(whole, None)
    for points in (form.total_weight, form.total_score):
        yield from _points(points, None)
    for line in form.funds:
        for amount in (line.initial_budget, line.annual_budget, line.executed):
            if money_of(amount, unit, Doubt()) is None:
                yield from _unread(amount, line.label)
        if percent_of(line.execution_rate, None, Doubt()) is None:
            yield from _unread(line.execution_rate, line.label)
        yield from _points(line.weight, line.label)
        yield from _points(line.score, line.label)
    for row in form.indicators:
        for points in (row.weight, row.score, row.review_score):
            yield from _points(points, row.name.text)
        direction = text_of(row.direction)
        if direction is not None and not any(word in direction for word in DIRECTIONS):
            yield from _unread(row.direction, row.name.text)


def _points(found: Field | None, label: str | None) -> Iterator[Unread]:
    if points_of(found, Doubt()) is None:
        yield from _unread(found, label)


def _unread(found: Field | None, label: str | None) -> Iterator[Unread]:
    """The field's text, if it has one."""
    text = text_of(found)
    if text is not None and found is not None:
        yield Unread(text, label, Why.NO_FIGURE, found.cells)
