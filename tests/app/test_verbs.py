"""`check`, `explain`, `export`, `correct`, `doctor` and `completion`, on the bundled example."""

from __future__ import annotations

import csv
import shutil
import subprocess
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from pipeline.app import doctor, job
from pipeline.app.cli import main
from pipeline.app.export import plain, safe
from pipeline.app.output import write_tables
from pipeline.app.progress import failure
from pipeline.app.reading import Entry, Event
from pipeline.app.runs import parse_to
from pipeline.model.errors import Code, PipelineError, error
from pipeline.model.schema import TABLES
from pipeline.rows.build import FileFacts
from tests.app.test_output import contents

HOSTILE = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("x")')


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments])


@pytest.fixture(scope="module")
def raw(root: Path) -> Path:
    return root / "data" / "raw"


@pytest.fixture(scope="module")
def whole(raw: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables of the example's first document and of an empty file."""
    folder = tmp_path_factory.mktemp("verbs")
    (folder / "empty.txt").touch()
    parse_to([min(raw.iterdir()), folder / "empty.txt"], folder / "out", jobs=1)
    return folder / "out"


@pytest.fixture
def tables(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "out", symlinks=True))


def rows(folder: Path, name: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = pq.read_table(folder / f"{name}.parquet").to_pylist()
    return found


def test_parse_to_is_the_commands_run_without_its_printing(raw: Path, whole: Path, tmp_path: Path) -> None:
    invoke("parse", min(raw.iterdir()), whole.parent / "empty.txt", "--out", tmp_path / "a", "--jobs", 1)
    assert contents(tmp_path / "a") == contents(whole)
    with pytest.raises(PipelineError, match="no_input"):
        parse_to([tmp_path / "nothing"], tmp_path / "b")


# ---- correct and check
# ------------------------------------------------------------------------------------------------------


def correction(tables: Path, register: Path, *arguments: object) -> Result:
    who = ("--who", "张三", "--why", "原文第1页")
    return invoke("correct", "--tables", tables, "--corrections", register, *who, *arguments)


def test_a_correction_is_written_and_check_applies_it_without_the_source(
    tables: Path, tmp_path: Path
) -> None:
    row, register = rows(tables, "indicators")[1], tmp_path / "register" / "corrections.csv"
    said = correction(tables, register, row["indicator_id"], "weight", "99", "--old", row["weight"])
    assert said.exit_code == 0, said.output
    form = rows(tables, "projects")[0]
    assert correction(tables, register, form["project_id"], "project_name", "别名").exit_code == 0
    assert correction(tables, register, f"{form['project_id']}:1", "executed", "1.5").exit_code == 0
    before = contents(tables)
    checked = invoke("check", "--tables", tables, "--corrections", register)
    assert checked.exit_code == 1  # a file was not read whole
    assert "applied" in checked.output
    assert rows(tables, "indicators")[1]["weight"] == 99
    assert rows(tables, "projects")[0]["project_name"] == "别名"
    assert [c["status"] for c in rows(tables, "corrections")] == ["applied"] * 3
    assert len(rows(tables, "documents")) == 2
    assert invoke("check", "--tables", tables).exit_code == 1
    assert contents(tables) == before


def test_check_makes_what_parse_makes(raw: Path, tables: Path, tmp_path: Path) -> None:
    register = tmp_path / "corrections.csv"
    correction(tables, register, rows(tables, "indicators")[0]["indicator_id"], "score", "1")
    invoke("check", "--tables", tables, "--corrections", register)
    (tmp_path / "empty.txt").touch()
    inputs = (min(raw.iterdir()), tmp_path / "empty.txt")
    invoke("parse", *inputs, "--out", tmp_path / "again", "--corrections", register, "--jobs", 1)
    assert contents(tables) == contents(tmp_path / "again")


def test_check_says_what_to_do_where_nothing_is_kept(tables: Path, tmp_path: Path) -> None:
    (tables / job.STORE).unlink()
    said = invoke("check", "--tables", tables)
    assert said.exit_code == 2
    assert "run `parse` with the same inputs again; words of your own" in said.output
    assert "make the tables with `parse`" in invoke("check", "--tables", tmp_path / "out" / "..").output


@pytest.mark.parametrize(
    ("place", "column", "value", "more", "why"),
    [
        ("0123456789abcdef-001-001", "weight", "1", (), "has this id"),
        ("", "wight", "1", (), "it has no column `wight`; those that can be corrected are level1, level2"),
        ("", "target_value", "1", (), "can be corrected"),
        ("", "weight", "many", (), "is no value of indicators.weight"),
        ("", "weight", "1", ("--old", "77"), "`weight` is `10.0`, not `77`"),
        ("", "weight", "10", (), "already"),
    ],
)
def test_a_correction_that_cannot_be_right_is_refused(
    tables: Path, tmp_path: Path, place: str, column: str, value: str, more: tuple[str, ...], why: str
) -> None:
    register = tmp_path / "corrections.csv"
    said = correction(
        tables, register, place or rows(tables, "indicators")[0]["indicator_id"], column, value, *more
    )
    assert said.exit_code == 2
    assert why in said.output
    assert not register.exists()


def test_a_cell_is_corrected_once(tables: Path, tmp_path: Path) -> None:
    register = tmp_path / "corrections.csv"
    row = rows(tables, "indicators")[0]["indicator_id"]
    assert correction(tables, register, row, "weight", "1").exit_code == 0
    before = register.read_bytes()
    assert "twice" in correction(tables, register, row, "weight", "2").output
    assert register.read_bytes() == before


# ---- explain
# ------------------------------------------------------------------------------------------------------


def test_explain_shows_the_source_the_columns_and_the_confidence(raw: Path, tables: Path) -> None:
    row = rows(tables, "indicators")[1]
    said = invoke("explain", row["indicator_id"], "--tables", tables, "--raw", min(raw.iterdir()))
    assert said.exit_code == 0, said.output
    line = min(raw.iterdir()).read_text(encoding="utf-8").split("\n")[int(str(row["line_start"])) - 1]
    for words in (
        str(row["indicator_id"]),
        line.replace("\t", " ⇥ ").strip(),
        "header “年度指标值” → target, probability",
        f"{row['target_raw']} → number >= 20 家",
        f"confidence {row['confidence']:.4f}",
        "what made it",
    ):
        assert words in said.output


def test_explain_without_the_source_tells_what_the_tables_say(tables: Path, tmp_path: Path) -> None:
    row = rows(tables, "indicators")[1]
    said = invoke(
        "explain", row["indicator_id"], "--tables", tables, "--raw", tmp_path / "nothing", "--lang", "zh"
    )
    assert said.exit_code == 0, said.output
    assert "--raw 之下没有" in said.output
    assert str(row["name"]) in said.output


def test_explain_refuses_what_is_no_indicator(tables: Path) -> None:
    said = invoke("explain", "nothing", "--tables", tables)
    assert said.exit_code == 2
    assert "take the column indicator_id" in said.output


# ---- export
# ------------------------------------------------------------------------------------------------------


@pytest.fixture
def hostile(whole: Path, tmp_path: Path) -> Path:
    """Tables whose texts want to be formulas."""
    made = {name: rows(whole, name) for name in TABLES}
    for row, text in zip(made["indicators"], (*HOSTILE, "\x07bell", "长" * 40_000), strict=False):
        row["name"] = text
    write_tables(made, tmp_path / "hostile")
    return tmp_path / "hostile"


def test_no_text_is_computed_wherever_it_is_exported(hostile: Path, tmp_path: Path) -> None:
    out = tmp_path / "export"
    said = invoke("export", "--tables", hostile, "--out", out)
    assert said.exit_code == 0, said.output
    with (out / "indicators.csv").open(encoding="utf-8-sig", newline="") as stream:
        names = [r["name"] for r in csv.DictReader(stream)]
    assert names[: len(HOSTILE)] == [f"'{text}" for text in HOSTILE]
    sheet = load_workbook(out / "tables.xlsx")["indicators"]
    at = TABLES["indicators"].names.index("name") + 1
    cells = [sheet.cell(row, at) for row in range(2, 2 + len(HOSTILE))]
    assert [(c.value, c.data_type, c.quotePrefix) for c in cells] == [(text, "s", True) for text in HOSTILE]
    assert sheet.cell(2 + len(HOSTILE), at).value == "�bell"
    assert len(str(sheet.cell(3 + len(HOSTILE), at).value)) == 32_767
    with duckdb.connect(str(out / "tables.duckdb"), read_only=True) as base:
        found = base.execute("SELECT name FROM indicators ORDER BY indicator_id LIMIT 6").fetchall()
    assert [name for (name,) in found] == list(HOSTILE)


def test_the_workbook_has_chinese_labels_filters_and_a_frozen_header(whole: Path, tmp_path: Path) -> None:
    assert invoke("export", "--tables", whole, "--out", tmp_path, "--format", "xlsx").exit_code == 0
    assert [p.name for p in tmp_path.iterdir()] == ["tables.xlsx"]
    book = load_workbook(tmp_path / "tables.xlsx")
    assert book.sheetnames == list(TABLES)
    for name, table in TABLES.items():
        sheet = book[name]
        assert [c.value for c in sheet[1]] == [c.label for c in table.columns]
        assert sheet.freeze_panes == "B2"
        assert sheet.auto_filter.ref == sheet.dimensions


def test_numbers_stay_numbers_and_lists_are_json() -> None:
    assert (safe(-1.5), safe("万元"), safe(None)) == (-1.5, "万元", None)
    assert (plain([{"a": None}]), plain([]), plain(True)) == ('[{"a": null}]', None, True)


def test_tables_by_year_are_exported_like_single_files(raw: Path, tmp_path: Path) -> None:
    source = min(raw.iterdir())
    invoke("parse", source, "--out", tmp_path / "one", "--jobs", 1)
    invoke("parse", source, "--out", tmp_path / "years", "--jobs", 1, "--partition", "fiscal_year")
    for name in ("one", "years"):
        said = invoke(
            "export", "--tables", tmp_path / name, "--out", tmp_path / f"{name}-csv", "--format", "csv"
        )
        assert said.exit_code == 0, said.output
    for name in TABLES:
        a, b = ((tmp_path / f"{n}-csv" / f"{name}.csv").read_text("utf-8-sig") for n in ("one", "years"))
        assert sorted(a.splitlines()) == sorted(b.splitlines()), name


# ---- this machine, and how far a run is
# ------------------------------------------------------------------------------------------------------


def test_doctor_names_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "office", lambda: None)
    monkeypatch.setattr(doctor, "antiword", lambda: None)
    said = invoke("doctor")
    assert said.exit_code == 1
    assert "- LibreOffice  install it to read .doc and .rtf" in said.output
    monkeypatch.setattr(doctor, "office", lambda: "/usr/bin/soffice")
    said = invoke("doctor", "--lang", "zh")
    assert said.exit_code == 0, said.output
    assert "+ LibreOffice  /usr/bin/soffice" in said.output
    assert "PP-OCR" in said.output


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_a_script_for_the_shell(shell: str, tmp_path: Path) -> None:
    said = invoke("completion", shell)
    assert said.exit_code == 0
    assert f"_BUDGET_PERFORMANCE_COMPLETE={shell}_complete" in said.output
    if shell == "bash":
        (tmp_path / "lines").write_text(said.output)
        subprocess.run(["bash", "-n", tmp_path / "lines"], check=True)


def test_a_failure_is_a_line_that_steers_no_terminal() -> None:
    facts = FileFacts("a\x1b[2J.pdf", "0" * 64, 1)
    problem = error(Code.ENCRYPTED, facts.source_path, "it has a password")
    line = failure(Event(Entry(facts, problem=problem), None, 0.1))
    assert line is not None
    assert "save a copy without password" in line
    assert "\x1b" not in line
    assert failure(Event(Entry(facts, "key"), None, None)) is None
