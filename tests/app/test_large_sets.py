"""Tables by year, and tables of many documents: what a reader finds, and what a run holds in memory."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.app import parquet_files
from pipeline.app.arrow_rows import schema, to_arrow
from pipeline.app.output import MANIFEST, vouched, write, write_tables
from pipeline.app.parquet_files import Part, digest_of, write_table
from tests.app.test_output import contents, indicator, project

FORMS = [
    project(project_id=f"d-{n:03d}", fiscal_year=year) for n, year in enumerate((2022, 2023, None, 2023))
]
ROWS = [indicator(project_id=p["project_id"], indicator_id=f"{p['project_id']}-001") for p in FORMS]
YEARS = [p["fiscal_year"] for p in FORMS]


def by_year(out: Path) -> Path:
    """Tables in folders by year."""
    parts = {
        "projects": Part(to_arrow("projects", FORMS), YEARS),
        "indicators": Part(to_arrow("indicators", ROWS), YEARS),
    }
    write({name: iter([part]) for name, part in parts.items()}, out, partition=True)
    return out


def counted(years: Iterable[Any]) -> dict[int, int]:
    """How many rows a year has; 0: those without a year."""
    return dict(Counter(int(year) for year in years))


WANTED = {2022: 1, 2023: 2, 0: 1}


@pytest.mark.parametrize("name", ["projects", "indicators"])
def test_a_folder_by_year_is_read_with_one_line(tmp_path: Path, name: str) -> None:
    out = by_year(tmp_path)
    assert counted(pd.read_parquet(out / name)["fiscal_year"].tolist()) == WANTED
    assert (
        counted(pl.read_parquet(f"{out}/{name}", hive_partitioning=True)["fiscal_year"].to_list()) == WANTED
    )
    found = duckdb.sql(
        f"SELECT fiscal_year FROM read_parquet('{out}/{name}/*/*.parquet', hive_partitioning = true)"
    )
    assert counted(row[0] for row in found.fetchall()) == WANTED


def test_a_file_a_table_is_read_with_one_line(tmp_path: Path) -> None:
    write_tables({"projects": FORMS}, tmp_path)
    file = tmp_path / "projects.parquet"
    assert len(pd.read_parquet(file)) == len(pl.read_parquet(file)) == 4
    assert len(duckdb.sql(f"SELECT * FROM '{file}'").fetchall()) == 4


def test_the_manifest_vouches_for_every_file_by_year(tmp_path: Path) -> None:
    out = by_year(tmp_path)
    facts = json.loads((out / MANIFEST).read_text(encoding="utf-8"))["tables"]
    assert [(f["file"], f["rows"]) for f in facts["indicators"]["files"]] == [
        ("indicators/fiscal_year=0/part-0.parquet", 1),
        ("indicators/fiscal_year=2022/part-0.parquet", 1),
        ("indicators/fiscal_year=2023/part-0.parquet", 2),
    ]
    assert facts["indicators"]["rows"] == 4
    assert vouched(out, digest_of(out / MANIFEST))
    (out / facts["funds"]["files"][0]["file"]).write_text("changed")
    assert not vouched(out, digest_of(out / MANIFEST))


def test_one_form_of_tables_gives_way_to_the_other(tmp_path: Path) -> None:
    write_tables({"projects": FORMS}, tmp_path)
    before = contents(tmp_path)
    by_year(tmp_path)
    assert sorted(p.name for p in tmp_path.glob("*.parquet")) == ["corrections.parquet"]
    write_tables({"projects": FORMS}, tmp_path)
    assert contents(tmp_path) == before
    assert not os.path.lexists(tmp_path / "indicators")


def test_row_groups_do_not_hang_on_how_rows_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And no more rows than a group wait in memory."""
    monkeypatch.setattr(parquet_files, "ROW_GROUP", 10)
    rows = to_arrow("projects", [project(project_id=f"d-{n:03d}") for n in range(35)])
    most, add = 0, parquet_files._File.add

    def watched(self: parquet_files._File, part: pa.Table) -> None:
        nonlocal most
        add(self, part)
        most = max(most, self.waits)

    monkeypatch.setattr(parquet_files._File, "add", watched)
    for name, step in (("a", 35), ("b", 4), ("c", 1)):
        parts = (Part(rows.slice(at, step)) for at in range(0, 35, step))
        write_table("projects", parts, tmp_path / name, partition=False)
    assert most < 10
    files = [tmp_path / name / "projects.parquet" for name in "abc"]
    assert len({f.read_bytes() for f in files}) == 1
    groups = pq.ParquetFile(files[0]).metadata
    assert [groups.row_group(n).num_rows for n in range(groups.num_row_groups)] == [10, 10, 10, 5]
    assert pq.read_schema(files[0]).equals(schema("projects"), check_metadata=True)
