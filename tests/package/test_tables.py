"""The tables of a run, whatever the engine: the same rows, and joined to the right form and document."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, cast, get_args

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import budget_performance as bp
from budget_performance.tables import ENGINES, OF_DOCUMENT, OF_PROJECT, Engine
from pipeline.model.schema import TABLES


def arrow(frame: Any, engine: str) -> pa.Table:
    """A frame of any engine as an Arrow table."""
    if engine == "pandas":
        return pa.Table.from_pandas(frame, preserve_index=False)
    if engine == "polars":
        return frame.to_arrow()
    return frame.to_arrow_table() if engine == "duckdb" else frame


def rows(frame: Any, engine: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = arrow(frame, engine).to_pylist()
    return found


def test_the_engines_are_those_of_the_type() -> None:
    assert get_args(Engine) == ENGINES


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_gives_equal_rows(checkout: Path, engine: Engine) -> None:
    tables = bp.load(checkout / "data" / "parsed", engine)
    for name in TABLES:
        stored = pq.read_table(checkout / "data" / "parsed" / f"{name}.parquet").to_pylist()
        assert rows(tables[name], engine) == stored, name
        assert tables[name] is tables[name]
        assert rows(getattr(tables, name), engine) == stored
    exact = bp.load(checkout / "data" / "parsed", "arrow").joined().to_pylist()
    assert rows(tables.joined(), engine) == exact


def test_joined_has_a_row_an_indicator_with_its_form_and_document(checkout: Path) -> None:
    tables = bp.load(checkout / "data" / "parsed", "arrow")
    joined = tables.joined().to_pylist()
    projects = {p["project_id"]: p for p in tables.projects.to_pylist()}
    documents = {d["document_id"]: d for d in tables.documents.to_pylist()}
    indicators = tables.indicators.to_pylist()
    assert [r["indicator_id"] for r in joined] == [i["indicator_id"] for i in indicators]
    for row, indicator in zip(joined, indicators, strict=True):
        assert {n: row[n] for n in indicator} == indicator
        project, document = projects[indicator["project_id"]], documents[indicator["document_id"]]
        assert {new: row[new] for new in OF_PROJECT.values()} == {
            new: project[old] for old, new in OF_PROJECT.items()
        }
        assert {new: row[new] for new in OF_DOCUMENT.values()} == {
            new: document[old] for old, new in OF_DOCUMENT.items()
        }
    assert len({r["project_name"] for r in joined}) > 10


def test_a_copy_of_a_file_spoils_nothing(checkout: Path, tmp_path: Path) -> None:
    source = checkout / "docs" / "example.txt"
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("a.txt", "b.txt"):
        shutil.copy(source, folder / name)
    tables = bp.parse_folder(folder, tmp_path / "out", jobs=1, engine="arrow")
    assert tables.documents["status"].to_pylist() == ["ok", "duplicate"]
    joined = tables.joined().to_pylist()
    assert [r["source_path"] for r in joined] == ["a.txt"] * 4


def test_no_row_at_all_can_be_joined(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"%PDF-1.7 torn")
    tables = bp.parse_folder(tmp_path / "a.txt", tmp_path / "out", jobs=1)
    assert tables.documents["status"].tolist() == ["failed"]
    assert len(tables.joined()) == 0


def test_a_folder_without_tables_is_refused(tmp_path: Path) -> None:
    with pytest.raises(bp.PipelineError, match=r"no_input.*|there is no documents\.parquet"):
        bp.load(tmp_path)


def test_what_there_is_not_is_refused(checkout: Path) -> None:
    with pytest.raises(ValueError, match="spark"):
        bp.load(checkout / "data" / "parsed", cast(Any, "spark"))
    with pytest.raises(KeyError, match="rows"):
        bp.load(checkout / "data" / "parsed")["rows"]
    with pytest.raises(bp.PipelineError):
        bp.parse_folder(checkout / "nothing", checkout / "out")
