"""Word files up to 2003 and RTF, with a converter, with a false one and with none.

`fixtures/doc` holds invented forms that `tests.writers.word` wrote and LibreOffice 7.4 saved as .doc; `table_last.doc` is `merged.doc` without the
paragraph behind its table, which LibreOffice then loses. Where no converter is on the machine, the outcome is the error that says so.
"""

from __future__ import annotations

import json
import os
import stat
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from pipeline.document import parse_document
from pipeline.errors import PipelineError
from pipeline.model import Line, Table
from pipeline.read import read_document
from pipeline.read.convert import office, to_docx
from pipeline.read.doc import read_doc
from pipeline.read.ole import kind_of, word_text
from pipeline.read.sniff import OLE_SIGNATURE
from pipeline.run import Limits, collect, run
from tests.compare import Rows, compare_document, rows_right, shown
from tests.writers import rtf
from tests.writers.inventor import invented
from tests.writers.templates import layouts_for, printed

FIXTURES = Path(__file__).parent / "fixtures" / "doc"
ON_PATH = Callable[[str, str], Path]


def data_of(name: str) -> bytes:
    return (FIXTURES / name).read_bytes()


@pytest.fixture
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ON_PATH:
    """Puts a program of this name and shell script on a PATH that holds nothing else."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def put(name: str, script: str) -> Path:
        path = folder / name
        path.write_text(f"#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    return put


def assert_right_or_no_converter(truth: dict[str, object], rows: Rows) -> None:
    if office() is None:
        assert (rows.document["status"], rows.document["error_code"]) == ("failed", "converter_missing")
        assert "install LibreOffice" in rows.document["error"]
        return
    assert rows.document["status"] == "ok", rows.document["error"]
    assert all(r.right for r in rows_right(truth, rows)), shown(compare_document(truth, rows))
    assert compare_document(truth, rows) == []


@pytest.mark.parametrize("name", ["merged", "target"])
def test_a_doc_is_right_or_the_error_says_what_to_install(name: str) -> None:
    truth = json.loads(data_of(f"{name}.json"))
    (rows,) = run(collect([FIXTURES / f"{name}.doc"]))  # in a worker, under its limits
    assert_right_or_no_converter(truth, rows)


@pytest.mark.parametrize("seed", range(3))
def test_an_rtf_is_right_or_the_error_says_what_to_install(seed: int) -> None:
    rng = Random(seed)
    pages = [printed(f, rng.choice(layouts_for(f)), rng) for f in invented(300 + seed, n_forms=1 + seed, target=seed == 1)]
    truth = {"projects": [{**p.truth, "form_index": n} for n, p in enumerate(pages, 1)]}
    assert_right_or_no_converter(truth, parse_document(rtf.written([p.sheet for p in pages]), "a.rtf"))


def test_a_table_that_the_converter_loses_is_said() -> None:
    if office() is None:
        with pytest.raises(PipelineError, match="install LibreOffice"):
            read_document(data_of("table_last.doc"), "a.doc")
        return
    reading = read_document(data_of("table_last.doc"), "a.doc")
    kept = any(isinstance(b, Table) for b in reading.blocks)
    assert kept or [p.code for p in reading.problems] == ["table_unread"]


# ---- converters that are none --------------------------------------------------------------------------------------

UNHAPPY = [
    ("nothing comes out", "exit 0", "converter_failed"),
    ("an empty file comes out", "mkdir out; : > out/in.docx", "converter_failed"),
    ("no Word file comes out", "mkdir out; echo x > out/in.docx", "damaged"),
    ("it fails", "exit 77", "converter_failed"),
]


@pytest.mark.parametrize(("script", "code"), [u[1:] for u in UNHAPPY], ids=[u[0] for u in UNHAPPY])
@pytest.mark.parametrize("name", ["soffice", "libreoffice"])
def test_a_converter_is_not_believed(name: str, script: str, code: str, on_path: ON_PATH) -> None:
    on_path(name, script)
    with pytest.raises(PipelineError) as caught:
        read_document(data_of("merged.doc"), "a.doc")
    assert caught.value.code == code


@pytest.mark.parametrize("name", ["merged.doc", "a.rtf"])
def test_without_any_converter_the_error_says_what_to_install(name: str, on_path: ON_PATH) -> None:
    on_path("something", "exit 0")
    data = b"{\\rtf1 a}" if name == "a.rtf" else data_of(name)
    with pytest.raises(PipelineError, match="install LibreOffice") as caught:
        read_document(data, name)
    assert caught.value.code == "converter_missing"


def running(pid: int) -> bool:
    """Does a process still run after some seconds, and is not only waiting to be forgotten?"""
    status = Path(f"/proc/{pid}/stat")
    for _ in range(100):
        try:
            os.kill(pid, 0)
            if status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z":
                return False
        except (ProcessLookupError, FileNotFoundError):
            return False
        time.sleep(0.05)
    return True


def test_a_converter_that_hangs_is_ended_with_its_children(on_path: ON_PATH, tmp_path: Path) -> None:
    on_path("soffice", f"sleep 600 & echo $! > {tmp_path}/pid; wait")
    before = time.monotonic()
    with pytest.raises(PipelineError, match="longer than") as caught:
        to_docx(b"x", "doc", "a.doc", seconds=1.5)
    assert caught.value.code == "converter_failed"
    assert time.monotonic() - before < 30
    assert not running(int((tmp_path / "pid").read_text()))


def test_children_that_a_converter_leaves_behind_are_ended(on_path: ON_PATH, tmp_path: Path) -> None:
    on_path("soffice", f"sleep 600 & echo $! > {tmp_path}/pid; exit 0")
    with pytest.raises(PipelineError, match="made nothing"):
        to_docx(b"x", "doc", "a.doc")
    assert not running(int((tmp_path / "pid").read_text()))


DOCBOOK = """<book><chapter><title/><para>项目支出绩效自评表</para><para><informaltable><tgroup cols='2'><tbody>
<row><entry>项目名称</entry><entry> 水库\n维修 </entry></row></tbody></tgroup><tgroup cols='1'><tbody><row><entry>总分</entry></row></tbody></tgroup>
</informaltable></para></chapter></book>"""


@pytest.mark.parametrize("office_script", [None, "exit 1"])
def test_antiword_is_the_second_choice_and_what_it_loses_is_said(office_script: str | None, on_path: ON_PATH, tmp_path: Path) -> None:
    (tmp_path / "book").write_text(DOCBOOK)
    on_path("antiword", f"cat {tmp_path}/book")
    if office_script is not None:
        on_path("soffice", office_script)
    reading = read_document(data_of("merged.doc"), "a.doc")
    line, table = reading.blocks
    assert isinstance(line, Line)
    assert isinstance(table, Table)
    assert (line.text, table.spans, reading.reader) == ("项目支出绩效自评表", False, "doc-antiword")
    assert [(c.text, c.row, c.col) for c in table.cells] == [("项目名称", 0, 0), ("水库\n维修", 0, 1), ("总分", 1, 0)]
    assert [p.code for p in reading.problems] == ["table_unread"]


@pytest.mark.parametrize(("output", "code"), [("", "converter_failed"), ("x", "converter_failed")])
def test_antiword_that_says_nothing(output: str, code: str, on_path: ON_PATH) -> None:
    on_path("antiword", f"printf '%s' '{output}'")
    with pytest.raises(PipelineError) as caught:
        read_document(data_of("merged.doc"), "a.doc")
    assert caught.value.code == code


def test_a_small_memory_limit_is_an_error_of_ours(tmp_path: Path) -> None:
    (tmp_path / "a.doc").write_bytes(data_of("merged.doc"))
    (rows,) = run(collect([tmp_path / "a.doc"]), limits=Limits(memory_mb=1024))
    assert rows.document["status"] in ("ok", "failed")
    assert rows.document["error_code"] in (None, "converter_failed", "converter_missing", "out_of_memory")


# ---- the file itself -----------------------------------------------------------------------------------------------


def test_the_text_of_a_word_file_is_known_without_a_converter() -> None:
    stored = word_text(data_of("merged.doc"))
    truth = json.loads(data_of("merged.json"))
    cells = set(stored.cells())
    assert not stored.locked
    assert {"".join(i["name"].split()) for p in truth["projects"] for i in p["indicators"]} <= cells


def test_a_password_is_seen_before_any_converter() -> None:
    data = bytearray(data_of("merged.doc"))
    at = data.index(b"\xec\xa5")
    data[at + 0x0B] |= 1
    with pytest.raises(PipelineError) as caught:
        read_document(bytes(data), "a.doc")
    assert caught.value.code == "encrypted"


OTHER = [
    (OLE_SIGNATURE + b"\x00" * 600, "damaged"),
    (OLE_SIGNATURE + b"\x00" * 600 + "EncryptedPackage\0".encode("utf-16-le"), "encrypted"),
    (OLE_SIGNATURE + b"\x00" * 600 + "Bookmark\0".encode("utf-16-le"), "damaged"),
]


@pytest.mark.parametrize(("data", "code"), OTHER)
def test_other_ole_files_have_a_stable_code(data: bytes, code: str) -> None:
    with pytest.raises(PipelineError) as caught:
        read_document(data, "a.docx")
    assert caught.value.code == code


@pytest.mark.parametrize("seed", range(40))
def test_changed_bytes_raise_only_errors_of_ours(seed: int, on_path: ON_PATH, tmp_path: Path) -> None:
    (tmp_path / "book").write_text(DOCBOOK)
    on_path("antiword", f"cat {tmp_path}/book")
    rng, data = Random(seed), bytearray(data_of("merged.doc"))
    for _ in range(rng.randrange(1, 60)):
        data[rng.randrange(len(data))] = rng.randrange(256)
    if seed % 4 == 0:
        del data[rng.randrange(600, len(data)) :]
    assert kind_of(bytes(data)) not in ("excel", "locked")
    try:
        reading = read_doc(bytes(data), "a.doc", "application/msword")
    except PipelineError:
        return
    assert len(reading.blocks) == 2
