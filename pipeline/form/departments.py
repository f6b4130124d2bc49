"""Departments of a form's head, each with its part in the project.

Comes in: the tagged rows of the head, and its fields. Goes out: all departments that it names, in printed
order; where the head names one in a way that only `pipeline.form.head` understands, it comes last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.form.head import value_after
from pipeline.form.tags import TaggedRow
from pipeline.model.form import Department, Field

ROLES: Mapping[str, str] = {
    "supervising_department": "supervising",
    "central_department": "central",
    "local_department": "local",
    "finance_department": "finance",
    "implementing_unit": "implementing",
}
"""Key of the vocabulary's section `field` → role of the contract."""


def departments(rows: Sequence[TaggedRow], fields: Mapping[str, Field]) -> tuple[Department, ...]:
    """Every department beside its label; a name torn by a page break is whole, as in its field."""
    out: list[Department] = []
    for row in rows:
        for i, label in enumerate(row.cells):
            role = ROLES.get(label.key("field") or "")
            cell = value_after(row.cells, i) if role else None
            if role and cell is not None:
                whole = next((f for f in fields.values() if f.cells[:1] == (cell,)), None)
                out.append(Department(role, whole or Field(cell.text, (cell,))))
    named = {d.role for d in out}
    known = [d.name for d in out]
    return (
        *out,
        *(
            Department(role, fields[key])
            for key, role in ROLES.items()
            if key in fields and role not in named and fields[key] not in known
        ),
    )
