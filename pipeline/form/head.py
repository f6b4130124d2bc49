"""Rows above the indicator block → the form's fields.

Comes in: the tagged rows between a form's title and its indicator header, fund lines included. Goes out:
header fields by the names of the contract, texts as printed. A label without a value gives no field; an
unknown label is passed over.
"""

from __future__ import annotations

from collections.abc import Sequence

from normalizers.symbols import clean, is_blank
from pipeline.form.tags import Tagged, TaggedRow
from pipeline.model.cells import Cell
from pipeline.model.flags import Flag
from pipeline.model.form import Field

COLONS = ":： "  # a label's colon in a cell of its own is no value
KEPT = (
    "project_name",
    "supervising_department",
    "implementing_unit",
    "project_attribute",
    "project_period_raw",
    "total_amount",
    "central_department",
    "local_department",
    "finance_department",
    "supervising_department_code",
    "implementing_unit_code",
    "period_start",
    "period_end",
    "date_filled",
    "grade",
)


def read_fields(rows: Sequence[TaggedRow]) -> dict[str, Field]:
    """Label → value pairs of the head, by the contract's column names (`unit_name` for an overall form's
    unit).
    """
    out: dict[str, Field] = {}
    waiting: list[str] = []
    last: str | None = None
    for row in rows:
        if not any(t.tags for t in row.cells):
            values = row.values
            if waiting and 0 < len(values) <= len(waiting):
                for key, value in zip(waiting[-len(values) :], values, strict=True):
                    out.setdefault(
                        key, Field(value.cell.text, (value.cell,), flags=(Flag.ROW_SHIFT_REPAIRED,))
                    )
                    last = key
            elif (
                last in out
                and len(values) == 1
                and row.row.top
                and values[0].cell.col == out[last].cells[-1].col
            ):
                out[last] = longer(out[last], values[0].cell)
            waiting = []
            continue
        waiting = []
        if row.with_tag("goal") or len(row.with_tag("fund_column")) >= 2:
            last = None
            continue
        for i, t in enumerate(row.cells):
            label = t.key("field")
            if label is None or label in out:
                continue
            value_cell = value_after(row.cells, i)
            if value_cell is None:
                waiting.append(label)
            else:
                out[label] = Field(value_cell.text, (value_cell,))
                last = label
    return out


def value_after(cells: Sequence[Tagged], i: int) -> Cell | None:
    """The text right of a label, before the next label."""
    for t in cells[i + 1 :]:
        if t.tags:
            return None
        if not is_blank(t.cell.text.strip(COLONS)):
            return t.cell
    return None


def longer(before: Field, cell: Cell) -> Field:
    """The field with a piece from behind a page break."""
    return Field(
        clean((before.text or "") + "\n" + cell.text),
        (*before.cells, cell),
        (*before.flags, Flag.PAGE_STITCHED),
    )
