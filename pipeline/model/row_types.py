"""The declared schema → the module `pipeline/model/rows.py`, which gives every table's rows a type.

Comes in: the declarations of the tables. Goes out: the source of a module with one TypedDict a table, so
that mypy sees a column that was renamed in one place and not in another. They are final, so that it also
sees which row of several has a column. A test compares it with the file.
Refused: a column of an Arrow type that has no Python type here.

    python -m pipeline.model.row_types > pipeline/model/rows.py
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyarrow as pa

from pipeline.model.schema import DEPARTMENT, DOUBT, PART, REVIEW, TABLES, Table

NAMES: Mapping[str, str] = {
    "documents": "DocumentRow",
    "projects": "ProjectRow",
    "funds": "FundRow",
    "indicators": "IndicatorRow",
    "tasks": "TaskRow",
    "statements": "StatementRow",
    "unread": "UnreadRow",
    "findings": "FindingRow",
    "series": "SeriesRow",
    "corrections": "CorrectionRow",
}
STRUCTS: Mapping[str, tuple[pa.DataType, str]] = {
    "PartRow": (PART, "One measure of a value: an element of `target_parts` and `actual_parts`."),
    "DepartmentRow": (DEPARTMENT, "A department and its part in the project: an element of `departments`."),
    "ReviewRow": (REVIEW, "A further reviewer's score: an element of `reviews`."),
    "DoubtRow": (DOUBT, "A column that is likelier wrong than 1 in 20: an element of `doubts`."),
}
OPENING = '''"""What a row of each table holds, as types: one TypedDict a table, its keys the table's columns.

Comes in: nothing. Goes out: types. Made from `pipeline/model/schema.py` by
`python -m pipeline.model.row_types > pipeline/model/rows.py`; do not edit.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TypedDict, final
'''


def row_types() -> str:
    """The source of `pipeline/model/rows.py`."""
    structs = [
        _class(name, meaning, ((f.name, f.type, f.nullable) for f in type_))
        for name, (type_, meaning) in STRUCTS.items()
    ]
    return "\n\n".join([OPENING, *structs, *(_of_table(t) for t in TABLES.values())])


def _of_table(table: Table) -> str:
    columns = ((c.name, c.type, not c.required) for c in table.columns)
    return _class(NAMES[table.name], f"A row of `{table.name}`.", columns)


def _class(name: str, meaning: str, keys: Iterable[tuple[str, pa.DataType, bool]]) -> str:
    lines = [f"    {key}: {_type(type_)}{' | None' if null else ''}\n" for key, type_, null in keys]
    return f'@final\nclass {name}(TypedDict):\n    """{meaning}"""\n\n{"".join(lines)}'


def _type(type_: pa.DataType) -> str:
    """The Python type of what a column holds."""
    types = pa.types
    if (struct := next((name for name, (known, _) in STRUCTS.items() if known == type_), None)) is not None:
        return struct
    if types.is_list(type_) or types.is_fixed_size_list(type_):
        return f"list[{_type(type_.value_type)}]"
    for holds, name in (
        (types.is_string, "str"),
        (types.is_boolean, "bool"),
        (types.is_integer, "int"),
        (types.is_floating, "float"),
        (types.is_decimal, "Decimal"),
        (types.is_date, "date"),
    ):
        if holds(type_):
            return name
    raise TypeError(f"no Python type for {type_}")


if __name__ == "__main__":
    print(row_types(), end="")
