"""The declared schema → the data dictionary, in Markdown.

Comes in: nothing but the declarations of tables, flags, rules and error codes. Goes out: one text, the same
on every machine, which stands in the repository and is compared with this by a test.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa

from pipeline.audit.rules import RULES
from pipeline.model.doubt_reasons import DoubtReason
from pipeline.model.errors import CODES, InputError, UnsupportedError
from pipeline.model.flags import Flag
from pipeline.model.schema import PART, TABLES, Column, Table

HEAD = ("column", "label", "type", "null", "unit", "meaning", "source")
OPENING = """# Data dictionary

Made by `python -m pipeline dictionary` from the declarations in `pipeline/model/schema.py`,
`pipeline/model/flags.py`, `pipeline/model/doubt_reasons.py`, `pipeline/audit/rules.py` and
`pipeline/model/errors.py`; do not edit. What the columns promise stands in
[data-contract.md](data-contract.md). A column, table or rule marked + is an addition to the contract.
"""


def dictionary() -> str:
    """The data dictionary as one Markdown text that ends with a line break."""
    parts = [OPENING, *(_table(t) for t in TABLES.values()), _parts(), _flags(), _whys(), _rules(), _codes()]
    return "\n".join(parts)


def type_name(type_: pa.DataType) -> str:
    """An Arrow type as the contract writes it: `list<string>`, `list<float32>[4]`, `decimal`."""
    names = {"double": "float64", "float": "float32", "date32[day]": "date32"}
    if pa.types.is_decimal(type_):
        return "decimal"
    if pa.types.is_struct(type_):
        return f"struct<{', '.join(f.name for f in type_)}>"
    if pa.types.is_fixed_size_list(type_):
        return f"list<{type_name(type_.value_type)}>[{type_.list_size}]"
    if pa.types.is_list(type_):
        return f"list<{type_name(type_.value_type)}>"
    return names.get(str(type_), str(type_))


def _table(table: Table) -> str:
    key = f" Key: {', '.join(f'`{k}`' for k in table.key)}." if table.key else ""
    rows = [_column(c) for c in table.columns]
    mark = "" if table.contract else " +"
    return f"## {table.name}{mark}\n\n{table.row}{key}\n\n" + _markdown(HEAD, rows)


def _column(column: Column) -> tuple[str, ...]:
    name = f"`{column.name}`{'' if column.contract else ' +'}"
    null = "no" if column.required else "yes"
    type_ = (
        "list<struct>"
        if PART in (column.type, getattr(column.type, "value_type", None))
        else type_name(column.type)
    )
    return name, column.label, type_, null, column.unit or "", column.meaning, column.source


def _parts() -> str:
    rows = [(f"`{f.name}`", type_name(f.type), "yes" if f.nullable else "no") for f in PART]
    words = (
        "Each element of `target_parts` and `actual_parts`; the names mean what the scalar columns of the "
        "same name mean."
    )
    return f"## A part of a value\n\n{words}\n\n" + _markdown(("field", "type", "null"), rows)


def _flags() -> str:
    rows = [(f"`{flag}`", flag.label, flag.meaning) for flag in Flag]
    return "## Flags\n\n" + _markdown(("flag", "label", "meaning"), rows)


def _whys() -> str:
    rows = [(f"`{why}`", why.label, why.meaning) for why in DoubtReason]
    return "## Reasons of doubts\n\nWhat `doubts.why` may say.\n\n" + _markdown(
        ("why", "label", "meaning"), rows
    )


def _rules() -> str:
    rows = [
        (f"`{r.name}`{'' if r.contract else ' +'}", r.label, r.severity, r.source, r.tolerance) for r in RULES
    ]
    words = (
        "What `findings.rule` may say. A finding of a rule may be `info` where it is only worth a look; see "
        "[audit.md](audit.md)."
    )
    return f"## Rules\n\n{words}\n\n" + _markdown(
        ("rule", "what holds", "severity", "source", "tolerance"), rows
    )


def _codes() -> str:
    actors = {InputError: "the user", UnsupportedError: "whoever made the document"}
    rows = [
        (f"`{code}`", info.meaning, actors.get(info.raises, "us"), info.advice)
        for code, info in CODES.items()
    ]
    return "## Error codes\n\n" + _markdown(("code", "meaning", "who must act", "what to do"), rows)


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(_lines(head, rows)) + "\n"


def _lines(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"
