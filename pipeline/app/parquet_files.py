"""One table in a stream → one Parquet file, or one folder of files by fiscal year.

Comes in: the parts of a table in order. Goes out: `NAME.parquet`, or `NAME/fiscal_year=2023/part-0.parquet`
and so on (Hive's way of partitioning: the column is the folder's name; year 0: none); a table without years
is one file always. Row groups have `ROW_GROUP` rows whatever parts the table comes in, so the same rows give
the same bytes, and no more than a row group is in memory. It refuses nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.app.arrow_rows import schema

ROW_GROUP = 16384  # rows; a group of indicators has 16 MB unpacked, and is all of a table that is in memory
BY = "fiscal_year"
NO_YEAR = "0"  # with Hive's name for null, pandas reads nothing: Arrow cannot unify dictionaries with nulls
WRITE = {
    "compression": "zstd",
    "compression_level": 3,
    "version": "2.6",
    "write_statistics": True,
}


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of a table, and the year of each where the table has years."""

    rows: pa.Table
    years: Sequence[int | None] | None = None


class _File:
    """A Parquet file that grows by row groups."""

    def __init__(self, path: Path, columns: pa.Schema) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.rows = 0
        self._writer = pq.ParquetWriter(path, columns, **WRITE)
        self._waiting: list[pa.Table] = [columns.empty_table()]
        self.waits = 0

    def add(self, rows: pa.Table) -> None:
        self._waiting.append(rows)
        self.waits += rows.num_rows
        while self.waits >= ROW_GROUP:
            self._flush(ROW_GROUP)

    def _flush(self, n: int) -> None:
        rows = pa.concat_tables(self._waiting).combine_chunks()
        self._writer.write_table(rows.slice(0, n), row_group_size=ROW_GROUP)
        self.rows += n
        self.waits -= n
        self._waiting = [rows.slice(n).combine_chunks()]

    def close(self) -> None:
        if self.waits or not self.rows:
            self._flush(self.waits)
        self._writer.close()

    def facts(self, below: Path) -> dict[str, Any]:
        name = self.path.relative_to(below).as_posix()
        return {"file": name, "rows": self.rows, "sha256": digest_of(self.path)}


def write_table(name: str, parts: Iterable[Part], folder: Path, *, partition: bool) -> dict[str, Any]:
    """Writes one table below a folder and returns what the manifest says of it."""
    if partition and name != "corrections":
        return _by_year(name, parts, folder)
    file = _File(folder / f"{name}.parquet", schema(name))
    try:
        for part in parts:
            file.add(part.rows)
    finally:
        file.close()
    return file.facts(folder)


def _by_year(name: str, parts: Iterable[Part], folder: Path) -> dict[str, Any]:
    columns = schema(name)
    at = columns.get_field_index(BY)
    if at >= 0:
        columns = columns.remove(at)
    files: dict[str, _File] = {}
    try:
        for part in parts:
            years = np.array([NO_YEAR if y is None else str(y) for y in part.years or ()], dtype=object)
            rows = part.rows.select(columns.names)
            for year in sorted(set(years)):
                if year not in files:
                    place = folder / name / f"{BY}={year}" / "part-0.parquet"
                    files[year] = _File(place, columns)
                files[year].add(rows.filter(pa.array(years == year)))
    finally:
        for file in files.values():
            file.close()
    (folder / name).mkdir(exist_ok=True)
    if not files:  # a data set without a file has no columns
        files[NO_YEAR] = _File(folder / name / f"{BY}={NO_YEAR}" / "part-0.parquet", columns)
        files[NO_YEAR].close()
    facts = [files[year].facts(folder) for year in sorted(files)]
    return {"rows": sum(f["rows"] for f in facts), "files": facts}


def digest_of(path: Path) -> str:
    """A file's SHA-256."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
