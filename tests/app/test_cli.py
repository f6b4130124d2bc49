"""The command line, on the bundled example and on files that nobody should send."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from pipeline.app import workers
from pipeline.app.cli import main
from pipeline.app.dictionary import dictionary
from pipeline.model.flags import unknown
from pipeline.model.schema import TABLES
from pipeline.version import VERSION
from tests.app.test_output import contents
from tests.fake_parsers import stillborn

ROOT = Path(__file__).parents[2]
PROSE = "今天上午，县里召开了春季防火工作会议。\n会议要求各乡镇落实责任。\n"


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments])


def table(out: Path, name: str) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = pq.read_table(out / f"{name}.parquet").to_pylist()
    return rows


@pytest.fixture(scope="module")
def raw(root: Path) -> Path:
    return root / "data" / "raw"


@pytest.fixture(scope="module")
def bad_files(raw: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled example's first document, whole and cut short, among files that hold no form."""
    folder = tmp_path_factory.mktemp("bad")
    whole = min(raw.iterdir()).read_text(encoding="utf-8")
    lines = whole.split("\n")
    head = next(i for i, line in enumerate(lines) if "一级指标" in line)
    files = {
        "empty.txt": b"", "white.txt": b" \n\t\n \n", "rubbish.bin": bytes(range(256)) * 40, "prose.txt": PROSE.encode(),
        "whole.txt": whole.encode(), "cut-head.txt": "\n".join(lines[:head]).encode(), "cut-rows.txt": "\n".join(lines[: head + 4]).encode(),
        "again.txt": whole.encode(), "old.7z": b"7z\xbc\xaf\x27\x1c" + bytes(100),
    }  # fmt: skip
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture(scope="module")
def bad_run(bad_files: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path]:
    out = tmp_path_factory.mktemp("out")
    return invoke("parse", bad_files, "--out", out, "--jobs", 2), out


STATUS = [
    ("again.txt", "ok", None), ("cut-head.txt", "partial", "truncated"), ("cut-rows.txt", "partial", "truncated"), ("empty.txt", "failed", "empty_file"),
    ("old.7z", "failed", "unknown_format"), ("prose.txt", "empty", None), ("rubbish.bin", "failed", "unknown_format"), ("white.txt", "failed", "empty_file"), ("whole.txt", "duplicate", None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "status", "code"), STATUS, ids=[s[0] for s in STATUS])
def test_every_file_has_a_row_with_its_status(
    bad_run: tuple[Result, Path], name: str, status: str, code: str | None
) -> None:
    rows = {r["source_path"]: (r["status"], r["error_code"]) for r in table(bad_run[1], "documents")}
    assert rows[name] == (status, code)


def test_a_format_without_a_reader_is_named(bad_run: tuple[Result, Path]) -> None:
    kinds = {r["source_path"]: r["media_type"] for r in table(bad_run[1], "documents")}
    assert (kinds["old.7z"], kinds["rubbish.bin"], kinds["again.txt"]) == (
        "application/x-7z-compressed",
        None,
        "text/plain",
    )


def test_bad_files_take_nothing_from_the_others(
    bad_run: tuple[Result, Path], raw: Path, tmp_path: Path
) -> None:
    alone = tmp_path / "alone"
    assert invoke("parse", min(raw.iterdir()), "--out", alone).exit_code == 0
    ids = {r["document_id"] for r in table(alone, "documents")}
    for name in ("projects", "funds", "indicators"):
        among = [r for r in table(bad_run[1], name) if r["document_id"] in ids]
        assert among == table(alone, name)
        assert among


def test_a_run_with_failures_ends_with_their_reasons_and_status_1(bad_run: tuple[Result, Path]) -> None:
    result = bad_run[0]
    assert result.exit_code == 1
    for name, status, code in STATUS:
        assert ((f"{status}  {name}  [{code}]") in result.output) is (status in ("failed", "partial"))


def test_the_example_is_read_whole_and_every_row_is_accounted_for(raw: Path, tmp_path: Path) -> None:
    result = invoke("parse", raw, "--out", tmp_path, "--jobs", 2)
    assert result.exit_code == 0, result.output
    assert {r["status"] for r in table(tmp_path, "documents")} == {"ok"}
    for name in TABLES:
        rows = table(tmp_path, name)
        assert unknown(flag for row in rows for flag in row.get("flags") or ()) == ()
    counts = [
        sum(r[f"n_{name}"] for r in table(tmp_path, "documents"))
        for name in ("projects", "indicators", "findings")
    ]
    assert counts == [len(table(tmp_path, name)) for name in ("projects", "indicators", "findings")]
    for word, count in zip(("forms", "indicators", "findings"), counts, strict=True):
        assert any(word in line and str(count) in line for line in result.output.split("\n"))


def test_two_runs_give_the_same_bytes_whatever_the_jobs(
    bad_run: tuple[Result, Path], bad_files: Path, tmp_path: Path
) -> None:
    invoke("parse", bad_files, "--out", tmp_path, "--jobs", 1)
    assert contents(tmp_path) == contents(bad_run[1])


REFUSED = [
    ("no input", ["parse", "--out", "x"]),
    ("no output", ["parse", "."]),
    ("no such file", ["parse", "nothing-here", "--out", "x"]),
]


@pytest.mark.parametrize("arguments", [r[1] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_wrong_arguments_end_with_status_2(arguments: list[str]) -> None:
    assert invoke(*arguments).exit_code == 2


def test_a_folder_without_files_or_an_output_that_is_a_file_ends_with_status_2(
    raw: Path, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    assert invoke("parse", tmp_path / "in", "--out", tmp_path / "out").exit_code == 2
    (tmp_path / "file").write_text("x")
    result = invoke("parse", raw, "--out", tmp_path / "file" / "out")
    assert result.exit_code == 2
    assert "output_unwritable" in result.output


@pytest.mark.parametrize("stage", ["tables", "forms", "records"])
def test_show_prints_every_stage(raw: Path, stage: str) -> None:
    result = invoke("show", min(raw.iterdir()), "--stage", stage)
    assert result.exit_code == 0
    assert "三级指标" in result.output if stage == "tables" else "年度资金总额" in result.output


def test_shown_records_are_json(raw: Path) -> None:
    lines = invoke("show", min(raw.iterdir()), "--stage", "records").output.splitlines()
    kinds = {
        kind for kind, _, text in (line.partition(" ") for line in lines) if json.loads(text)["document_id"]
    }
    assert {"documents", "projects", "funds", "indicators"} <= kinds


def test_show_of_a_broken_file_says_why(bad_files: Path) -> None:
    result = invoke("show", bad_files / "rubbish.bin")
    assert result.exit_code == 1
    assert "unknown_format" in result.output


def test_the_dictionary_goes_to_the_terminal_or_a_file(tmp_path: Path) -> None:
    assert invoke("dictionary").output == dictionary()
    assert invoke("dictionary", "--out", tmp_path / "d.md").exit_code == 0
    assert (tmp_path / "d.md").read_text(encoding="utf-8") == dictionary()


def test_the_version() -> None:
    assert invoke("--version").output.strip() == VERSION


def register(folder: Path, sha256: str, old: str) -> Path:
    path = folder / "corrections.csv"
    line = f"{sha256},1,,total_score,{old},95,李,原件总分为95"
    path.write_text(f"sha256,form,row,column,old,new,who,why\n{line}\n", encoding="utf-8")
    return path


def test_corrections_are_applied_at_the_end_of_a_run(raw: Path, tmp_path: Path) -> None:
    source = min(raw.iterdir())
    sha256 = hashlib.sha256(source.read_bytes()).hexdigest()
    result = invoke(
        "parse", source, "--out", tmp_path / "out", "--corrections", register(tmp_path, sha256, "100")
    )
    assert result.exit_code == 0
    first = table(tmp_path / "out", "projects")[0]
    assert (first["total_score"], first["flags"]) == (95.0, ["corrected"])
    assert [r["status"] for r in table(tmp_path / "out", "corrections")] == ["applied"]
    sums = [r["message"] for r in table(tmp_path / "out", "findings") if "得分合计" in str(r["message"])]
    assert len(sums) == 1
    assert "与总得分95不符" in str(sums[0])


def test_a_stale_correction_is_named_and_a_bad_one_ends_the_run_before_anything_is_written(
    raw: Path, tmp_path: Path
) -> None:
    source = min(raw.iterdir())
    sha256 = hashlib.sha256(source.read_bytes()).hexdigest()
    result = invoke(
        "parse", source, "--out", tmp_path / "out", "--corrections", register(tmp_path, sha256, "90")
    )
    assert result.exit_code == 1
    assert "stale correction, line 2" in result.output
    result = invoke(
        "parse", source, "--out", tmp_path / "other", "--corrections", register(tmp_path, sha256, "ninety")
    )
    assert result.exit_code == 2
    assert "line 2: `ninety` is no value" in result.output
    assert not (tmp_path / "other").exists()


def test_a_series_keeps_its_name_when_files_are_added(raw: Path, tmp_path: Path) -> None:
    newest, oldest = sorted(raw.iterdir())[1], min(raw.iterdir())
    invoke("parse", newest, "--out", tmp_path)
    before = {r["project_id"]: r["series_id"] for r in table(tmp_path, "series")}
    invoke("parse", newest, oldest, "--out", tmp_path)
    after = {r["project_id"]: r["series_id"] for r in table(tmp_path, "series")}
    assert before.items() <= after.items()
    assert len(set(after.values())) == len(after) - 2


# ---- runs that are disturbed
# --------------------------------------------------------------------------------------------------------


def started(folder: Path, out: Path, *options: str) -> subprocess.Popen[str]:
    """A run of documents that hang, in a process of its own, once both its workers read."""
    for name in ("a.txt", "b.txt"):
        (folder / name).write_text(f"hang {name} {folder}")
    code = (
        "import sys, pytest; from pipeline.app import cli; from tests.fake_parsers import reads_obediently\n"
        "reads_obediently(pytest.MonkeyPatch()); cli.main(sys.argv[1:])"
    )
    run = subprocess.Popen(
        [sys.executable, "-c", code, "parse", str(folder), "--out", str(out), "--jobs", "2", *options],
        cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while len(reading(run.pid)) < 2 and time.monotonic() < deadline and run.poll() is None:
        time.sleep(0.2)
    time.sleep(1)
    return run


def reading(pid: int) -> list[int]:
    """The workers of a run: children of the server that it forks them from."""
    parents, servers = {}, set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            words = (path.parent / "cmdline").read_bytes()
            if b"forkserver" in words:
                child, parent = int(path.parent.name), int(fields[1])
                parents[child] = parent
                servers |= {child} if parent == pid else set()
    return [child for child, parent in parents.items() if parent in servers]


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


ENDS = [(signal.SIGTERM, 143, True), (signal.SIGINT, 130, True), (signal.SIGKILL, -9, False)]


@pytest.mark.slow
@pytest.mark.parametrize(("number", "status", "word"), ENDS, ids=[str(e[1]) for e in ENDS])
def test_a_run_that_is_stopped_leaves_no_process_and_no_mixture(
    raw: Path, tmp_path: Path, number: int, status: int, word: bool
) -> None:
    out = tmp_path / "out"
    invoke("parse", min(raw.iterdir()), "--out", out)
    before = contents(out)
    (tmp_path / "in").mkdir()
    run = started(tmp_path / "in", out)
    pids = reading(run.pid)
    assert len(pids) == 2
    run.send_signal(number)
    _, said = run.communicate(timeout=30)
    assert run.returncode == status
    assert ("Interrupted" in said) is word
    assert "Traceback" not in said
    deadline = time.monotonic() + 5
    while any(map(alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(map(alive, pids))
    assert contents(out) == before
    assert list(out.glob(".writing-*")) == []


@pytest.mark.slow
def test_a_second_run_into_one_folder_ends_with_status_3(raw: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    first = started(tmp_path / "in", tmp_path / "out")
    second = invoke("parse", min(raw.iterdir()), "--out", tmp_path / "out")
    first.kill()
    first.communicate()
    assert second.exit_code == 3
    assert "another run writes to this folder" in second.output
    assert invoke("parse", min(raw.iterdir()), "--out", tmp_path / "out").exit_code == 0


def test_names_of_files_never_steer_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in ("a\x1b[2J\n.txt", os.fsdecode("表".encode("gbk")) + ".txt", ".b\x1b"):
        (tmp_path / "in" / name).write_bytes(b"")
    result = invoke("parse", tmp_path / "in", "--out", tmp_path / "o\x1but")
    assert result.exit_code == 1
    assert "\x1b" not in result.output
    assert r"failed  a\x1b[2J\n.txt  [empty_file]" in result.output
    assert "failed  表.txt  [empty_file]" in result.output
    assert r"left out  .b\x1b  hidden" in result.output


def test_an_output_inside_the_input_is_not_read_by_the_next_run(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(PROSE, encoding="utf-8")
    for _ in range(2):
        result = invoke("parse", tmp_path, "--out", tmp_path / "parsed")
        assert result.exit_code == 0
        assert [r["source_path"] for r in table(tmp_path / "parsed", "documents")] == ["a.txt"]
    assert "left out  parsed/documents.parquet  the tables of a run" in result.output


def test_workers_that_cannot_start_end_the_run_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "_start", stillborn)
    (tmp_path / "a.txt").write_text(PROSE, encoding="utf-8")
    result = invoke("parse", tmp_path / "a.txt", "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "the processes that read documents die before they have read one" in result.output
    assert not (tmp_path / "out" / "documents.parquet").exists()


WAYS = [
    ("one job", [], ["--jobs", "1"], {}),
    ("other order", [], ["--jobs", "2"], {}),
    ("hash seed", [], [], {"PYTHONHASHSEED": "7"}),
    ("locale", [], [], {"LANG": "C", "LC_ALL": "C", "TZ": "Asia/Kathmandu"}),
    ("optimised", ["-O"], [], {"PYTHONHASHSEED": "1"}),
]


@pytest.mark.slow
def test_the_bytes_do_not_hang_on_how_a_run_is_made(raw: Path, tmp_path: Path) -> None:
    inputs = [str(p) for p in sorted(raw.iterdir())[:3]]
    made = []
    for name, python, options, more in WAYS:
        files = inputs[::-1] if name == "other order" else inputs
        command = [sys.executable, *python, "-m", "pipeline", "parse", *files, "--out", str(tmp_path / name)]
        before = os.umask(0o077 if name == "locale" else 0o022)
        try:
            subprocess.run(
                [*command, *options], check=True, cwd=ROOT, env={**os.environ, **more}, capture_output=True
            )
        finally:
            os.umask(before)
        made.append(contents(tmp_path / name))
        generation = next((tmp_path / name).glob(".generation-*"))
        assert {p.stat().st_mode & 0o777 for p in generation.iterdir()} == {0o644}
        assert generation.stat().st_mode & 0o777 == 0o755
    assert all(m == made[0] for m in made)
