"""The tables that a run wrote → their rows, one file a table or a folder of files by year.

Comes in: the output folder of a run. Goes out: Arrow tables with the contract's columns. Refused: a folder
without such tables, and tables that cannot be read.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from pipeline.app.language import say
from pipeline.app.names import stored
from pipeline.app.parquet_files import BY, NO_YEAR
from pipeline.model.errors import Code, error
from pipeline.model.schema import TABLES

PARSE_FIRST = "make the tables with `parse`, or name the folder that `parse --out` wrote to"


def table(folder: Path, name: str, **wanted: str) -> pa.Table:
    """The rows of a table, those whose columns are as wanted; raises InputError `no_input`."""
    file, years = folder / f"{name}.parquet", folder / name
    try:
        if file.is_file():
            rows = pq.read_table(file, partitioning=None)
        elif years.is_dir():
            rows = _joined(ds.dataset(years, format="parquet", partitioning="hive").to_table(), name)
        else:
            raise error(
                Code.NO_INPUT, stored(str(folder)), say("there is no {file}", file=file.name), PARSE_FIRST
            )
        for column, value in wanted.items():
            rows = rows.filter(pc.equal(rows[column], value))
        return rows.select(TABLES[name].names)
    except (OSError, pa.ArrowException, KeyError) as problem:
        what = say("{table} cannot be read ({what})", table=name, what=str(problem).partition("\n")[0])
        raise error(Code.NO_INPUT, stored(str(folder)), what, PARSE_FIRST) from problem


def row_of(folder: Path, name: str, **wanted: str) -> dict[str, Any] | None:
    """The first row whose columns are as wanted."""
    found: list[dict[str, Any]] = table(folder, name, **wanted).slice(0, 1).to_pylist()
    return found[0] if found else None


def by_years(folder: Path) -> bool:
    """Are the tables folders of files by year?"""
    return (folder / "indicators").is_dir() and not (folder / "indicators.parquet").is_file()


def _joined(rows: pa.Table, name: str) -> pa.Table:
    """Files by year as one table; the year is a column again where the table has one, and 0 is none."""
    if BY in TABLES[name].names:
        wanted = TABLES[name].schema().field(BY)
        year = rows[BY].cast(pa.int32())
        year = pc.if_else(pc.equal(year, int(NO_YEAR)), pa.scalar(None, pa.int32()), year).cast(wanted.type)
        rows = rows.set_column(rows.schema.get_field_index(BY), wanted, year)
    return rows
