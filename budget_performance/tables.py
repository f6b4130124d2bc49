"""The tables of a run as frames: pandas by default, Polars or DuckDB for those who ask.

Comes in: the folder that `make parse` wrote. Goes out: `Tables`, each table read when it is first asked for,
with the contract's types (exact decimals, and a null stays a null). It refuses a folder without a finished
set of tables, and a table that is not the contract's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pipeline.model.errors import Code, error
from pipeline.model.schema import TABLES

if TYPE_CHECKING:
    import pyarrow as pa

Engine = Literal["pandas", "polars", "duckdb", "arrow"]
ENGINES = ("pandas", "polars", "duckdb", "arrow")

_SAME = (
    "form_type", "fiscal_year", "project_name", "supervising_department", "implementing_unit",
    "annual_budget", "executed", "execution_rate_pct", "total_weight", "total_score", "grade", "series_id",
)  # fmt: skip
OF_PROJECT = {**{n: n for n in _SAME}, "confidence": "form_confidence"}
"""What `joined` takes of a form: column → its name there."""
OF_DOCUMENT = {
    **{n: n for n in ("source_path", "publisher", "region_code", "region", "published_on")},
    "title": "document_title",
}
"""What `joined` takes of a document: column → its name there."""


class Tables:
    """The tables of one run: `tables.indicators`, `tables["indicators"]`, or `tables.joined()`.

    Each is a frame of the engine that `load` was asked for: a `pandas.DataFrame` with Arrow types, a
    `polars.DataFrame`, a `duckdb.DuckDBPyRelation` or a `pyarrow.Table`.

    >>> tables = load("data/parsed")
    >>> tables
    Tables('data/parsed', engine='pandas')
    >>> len(tables.projects), len(tables["projects"])
    (26, 26)
    >>> tables.findings["severity"].value_counts()["warning"] > 0
    True
    """

    def __init__(self, folder: Path, engine: Engine = "pandas") -> None:
        self.folder = folder
        self.engine = engine
        self._read: dict[str, Any] = {}

    documents = property(lambda self: self["documents"], doc="One row a file, the broken ones too.")
    projects = property(lambda self: self["projects"], doc="One row a form.")
    funds = property(lambda self: self["funds"], doc="One row a funding line.")
    indicators = property(lambda self: self["indicators"], doc="One row an indicator.")
    tasks = property(lambda self: self["tasks"], doc="One row a line of 年度主要任务.")
    statements = property(lambda self: self["statements"], doc="One row a line of 资金管理情况, or a box.")
    unread = property(lambda self: self["unread"], doc="One row a printed text that no column took.")
    findings = property(lambda self: self["findings"], doc="One row a thing that an auditor would mark.")
    series = property(lambda self: self["series"], doc="One row a form in the series of its project.")
    corrections = property(lambda self: self["corrections"], doc="One row a line of the register.")

    def __getitem__(self, table: str) -> Any:
        """A table's frame; raises KeyError for a name that no table has."""
        if table not in self._read:
            if table not in TABLES:
                raise KeyError(f"no table is called {table!r}; there are {', '.join(TABLES)}")
            self._read[table] = _as(self._arrow(table), self.engine)
        return self._read[table]

    def joined(self) -> Any:
        """One row an indicator in printed order, with what its form and its document say beside it: project,
        departments, money, place, file. The form's confidence is `form_confidence`, the document's title
        `document_title`.

        >>> joined = load("data/parsed").joined()
        >>> joined[["source_path", "fiscal_year", "name", "annual_budget"]].iloc[0].tolist()
        ['000_d9e816b49658f078.txt', 2023, '举办揭晓盛典', Decimal('350000.00')]
        """
        import pyarrow as pa

        rows = self._arrow("indicators")
        wide = {
            "indicator_id": rows["indicator_id"],
            **_beside(rows, "document_id", self._arrow("documents"), OF_DOCUMENT),
            **_beside(rows, "project_id", self._arrow("projects"), OF_PROJECT),
            **{n: rows[n] for n in rows.column_names if n != "indicator_id"},
        }
        return _as(pa.table(wide), self.engine)

    def __repr__(self) -> str:
        return f"Tables({str(self.folder)!r}, engine={self.engine!r})"

    def _arrow(self, table: str) -> pa.Table:
        import pyarrow.parquet as pq

        return pq.read_table(self.folder / f"{table}.parquet")


def load(folder: str | PathLike[str] = "data/parsed", engine: Engine = "pandas") -> Tables:
    """The tables that a run wrote to `folder`.

    >>> load("data/parsed").documents["status"].tolist()
    ['ok', 'ok', 'ok', 'ok']
    >>> load("data/parsed", engine="arrow").indicators.num_rows
    420

    Raises PipelineError `no_input` where the folder holds no finished set of tables, ValueError for an engine
    that there is not, ImportError where Polars or DuckDB is asked for and not installed.
    """
    if engine not in ENGINES:
        raise ValueError(f"no engine is called {engine!r}; there are {', '.join(ENGINES)}")
    place = Path(folder)
    missing = [name for name in TABLES if not (place / f"{name}.parquet").is_file()]
    if missing:
        raise error(
            Code.NO_INPUT,
            str(place),
            f"there is no {missing[0]}.parquet",
            "make the tables with `make parse`, or name the folder that `parse --out` wrote to",
        )
    return Tables(place, engine)


def parse_folder(
    inputs: str | PathLike[str] | Sequence[str | PathLike[str]],
    out: str | PathLike[str],
    *,
    jobs: int | None = None,
    engine: Engine = "pandas",
) -> Tables:
    """Reads files, folders and URLs, writes the tables to the folder `out`, and opens them.

    >>> tables = parse_folder(["docs/example.txt", "data/raw"], "tables")
    >>> len(tables.documents)
    5

    It is `python -m pipeline parse` from Python: the same limits, workers and tables. Files that could not be
    read have their row in `documents`. Raises PipelineError where an input is missing or `out` cannot be
    written.
    """
    from pipeline.app.remote import is_url
    from pipeline.app.runs import parse_to

    several = [inputs] if isinstance(inputs, str | PathLike) else list(inputs)
    parse_to([i if isinstance(i, str) and is_url(i) else Path(i) for i in several], Path(out), jobs=jobs)
    return load(out, engine)


def _beside(rows: pa.Table, key: str, table: pa.Table, columns: Mapping[str, str]) -> dict[str, Any]:
    """Columns of a table under new names, a value for each of the rows.

    A copy of a file has the file's own number; its row, which comes after the file's, is not the one found.
    """
    import pyarrow.compute as pc

    at = pc.index_in(rows[key], value_set=table[key].combine_chunks())
    return {new: table[old].take(at) for old, new in columns.items()}


def _as(table: pa.Table, engine: Engine) -> Any:
    if engine == "pandas":
        import pandas as pd

        return table.to_pandas(types_mapper=pd.ArrowDtype)
    if engine == "polars":
        import polars

        return polars.from_arrow(table)
    if engine == "duckdb":
        import duckdb

        return duckdb.from_arrow(table)
    return table
