"""Rows → one Parquet file a table, whole or not at all.

Comes in: rows by table name, each with exactly the declared columns. Goes out: `NAME.parquet` a table and,
last of all, `manifest.json` with every file's rows and digest. It refuses a row with other columns, a null
where the contract has none, and a value that its column cannot hold. The same rows give the same bytes: no
clock, no host, no path.

The files are written to a folder beside their final names and moved there when all are complete, so a reader
never meets half a table. A manifest whose digests do not match shows a run that was interrupted between two
moves.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.model.errors import Code, error
from pipeline.model.schema import CONTRACT, TABLES
from pipeline.version import VERSION

MANIFEST = "manifest.json"
MODE = 0o644  # a temporary file is the owner's alone; the tables are for everybody
WRITE = {
    "compression": "zstd",
    "compression_level": 3,
    "version": "2.6",
    "row_group_size": 65536,
    "write_statistics": True,
}


def prepare(out: Path) -> None:
    """Makes the output folder; raises InputError where it cannot be written, before any document is read."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out, prefix=".writing-"):
            pass
    except OSError as problem:
        raise error(
            Code.OUTPUT_UNWRITABLE, str(out), f"the folder cannot be written ({problem.strerror})"
        ) from problem


def write_tables(tables: Mapping[str, Sequence[Mapping[str, object]]], out: Path) -> None:
    """Writes every declared table, empty ones too, into the folder `out`; see `prepare`.

    Raises InputError where the folder cannot be written, InternalError where a row breaks the contract.
    """
    arrow = {name: to_arrow(name, tables.get(name, ())) for name in TABLES}
    prepare(out)
    try:
        with tempfile.TemporaryDirectory(dir=out, prefix=".writing-") as folder:
            made = [_write_parquet(table, Path(folder, f"{name}.parquet")) for name, table in arrow.items()]
            made.append(_write_manifest(arrow, made, Path(folder, MANIFEST)))
            for path in made:
                path.replace(out / path.name)
    except OSError as problem:
        raise error(
            Code.OUTPUT_UNWRITABLE, str(out), f"the tables could not be written ({problem.strerror})"
        ) from problem


def earlier_series(out: Path) -> dict[str, str]:
    """project_id → series_id as the tables in the folder `out` have it; nothing where there are none, or none
    that can be read.

    A project keeps the name of its series when files are added.
    """
    path = out / "series.parquet"
    if not path.is_file():
        return {}
    try:
        rows = pq.read_table(path, columns=["project_id", "series_id"]).to_pylist()
    except (OSError, pa.ArrowException, KeyError):
        return {}
    return {r["project_id"]: r["series_id"] for r in rows}


def to_arrow(name: str, rows: Sequence[Mapping[str, object]]) -> pa.Table:
    """The rows as an Arrow table of the declared schema; raises InternalError where they break it."""
    table = TABLES[name]
    wanted = set(table.names)
    for at, row in enumerate(rows):
        if row.keys() != wanted:
            raise error(
                Code.INTERNAL_ERROR,
                name,
                f"row {at}: columns missing or not declared {sorted(wanted ^ row.keys())}",
            )
    try:
        arrow = pa.Table.from_pylist(list(rows), schema=table.schema())
    except (pa.ArrowException, TypeError, OverflowError) as problem:
        raise error(Code.INTERNAL_ERROR, name, f"a value does not fit its column ({problem})") from problem
    nulls = sorted({path for column in arrow.schema for path in _nulls(column, arrow[column.name])})
    if nulls:
        raise error(Code.INTERNAL_ERROR, name, f"null where the contract has none: {', '.join(nulls)}")
    return arrow


def _nulls(field: pa.Field, values: pa.ChunkedArray) -> Iterator[str]:
    """The names of required fields, nested ones too, that hold a null: Arrow itself does not look."""
    if not field.nullable and values.null_count:
        yield field.name
    if pa.types.is_list(field.type) or pa.types.is_fixed_size_list(field.type):
        for chunk in values.chunks:
            yield from _nulls(
                field.type.value_field, pa.chunked_array([chunk.drop_null().flatten()], field.type.value_type)
            )
    elif pa.types.is_struct(field.type):
        for chunk in values.chunks:
            for at, child in enumerate(field.type):
                yield from _nulls(child, pa.chunked_array([chunk.drop_null().field(at)], child.type))


def _write_parquet(table: pa.Table, path: Path) -> Path:
    pq.write_table(table, path, **WRITE)
    return _settle(path)


def _write_manifest(tables: Mapping[str, pa.Table], made: Sequence[Path], path: Path) -> Path:
    files = {
        name: {"file": p.name, "rows": table.num_rows, "sha256": hashlib.sha256(p.read_bytes()).hexdigest()}
        for (name, table), p in zip(tables.items(), made, strict=True)
    }
    facts = {"contract": CONTRACT, "parser_version": VERSION, "tables": files}
    path.write_text(json.dumps(facts, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return _settle(path)


def _settle(path: Path) -> Path:
    """Gives the file its mode and sees it onto the disk, so that a move never outruns its bytes."""
    path.chmod(MODE)
    with path.open("rb") as stream:
        os.fsync(stream.fileno())
    return path
