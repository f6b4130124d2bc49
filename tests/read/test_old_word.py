"""Word files up to 2003 and RTF, with a converter, with a false one and with none.

`fixtures/doc` holds invented forms that `tests.writers.word` wrote and LibreOffice 7.4 saved as .doc;
`table_last.doc` is `merged.doc` without the paragraph behind its table, which LibreOffice then loses;
`changes.doc` has tracked, hidden and struck out text, `nested.doc` a table in a cell. Where no converter is
on the machine, the outcome is what our own reader finds, or the error that says what to install.
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

from pipeline.app.document import parse_document
from pipeline.app.sources import collect
from pipeline.app.workers import Limits
from pipeline.model.cells import Line, Table
from pipeline.model.errors import PipelineError
from pipeline.read import read_document
from pipeline.read.common.media_type import OLE_SIGNATURE
from pipeline.read.office.converters import office, to_docx
from pipeline.read.office.old_word import read_doc
from pipeline.read.office.ole import kind_of, word_text
from tests.compare import Rows, compare_document, rows_right, shown
from tests.runs import run
from tests.writers import rtf, word
from tests.writers.inventor import invented
from tests.writers.templates import layouts_for, printed

FIXTURES = Path(__file__).parents[1] / "fixtures" / "doc"
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


DOCS = [("merged.doc", "merged.json"), ("target.doc", "target.json"), ("table_last.doc", "merged.json")]


@pytest.mark.parametrize(("name", "truth"), DOCS)
def test_a_doc_is_right_in_a_worker_with_what_the_machine_has(name: str, truth: str) -> None:
    (rows,) = run(collect([FIXTURES / name]))
    assert rows.document["status"] == "ok", rows.document["error"]
    assert compare_document(json.loads(data_of(truth)), rows) == []


@pytest.mark.parametrize(("name", "truth"), DOCS)
def test_a_doc_is_right_without_any_converter(name: str, truth: str, on_path: ON_PATH) -> None:
    on_path("something", "exit 0")
    rows = parse_document(data_of(name), name)
    assert rows.document["status"] == "ok", rows.document["error"]
    assert compare_document(json.loads(data_of(truth)), rows) == []
    assert {i["extractor"] for i in rows.indicators} == {"doc-native"}


def test_what_is_taken_out_hidden_or_struck_out_is_not_read(on_path: ON_PATH) -> None:
    on_path("something", "exit 0")
    table, line = read_document(data_of("changes.doc"), "a.doc").blocks
    assert isinstance(table, Table)
    assert isinstance(line, Line)
    assert [(c.text, c.row, c.col, c.row_span, c.col_span) for c in table.cells] == [
        ("甲", 0, 0, 1, 1), ("新10", 0, 1, 1, 1), ("", 0, 2, 1, 1), ("合\n二行", 1, 0, 1, 2), ("𠮷≥5", 1, 2, 1, 1),
    ]  # fmt: skip
    assert line.text == "后"


@pytest.mark.parametrize("seed", range(3))
def test_an_rtf_is_right_or_the_error_says_what_to_install(seed: int) -> None:
    rng = Random(seed)
    pages = [
        printed(f, rng.choice(layouts_for(f)), rng)
        for f in invented(300 + seed, n_forms=1 + seed, target=seed == 1)
    ]
    truth = {"projects": [{**p.truth, "form_index": n} for n, p in enumerate(pages, 1)]}
    assert_right_or_no_converter(truth, parse_document(rtf.written([p.sheet for p in pages]), "a.rtf"))


def unreadable() -> bytes:
    """A .doc whose cells are known and whose rows are not, so that our own reader gives up."""
    data = bytearray(data_of("merged.doc"))
    at = data.index(b"\xec\xa5")
    data[at + 0x0106 : at + 0x010A] = bytes(4)
    return bytes(data)


@pytest.mark.parametrize(
    "data", [data_of("nested.doc"), unreadable()], ids=["a table in a cell", "no properties"]
)
def test_what_our_own_reader_does_not_know_needs_a_converter(data: bytes, on_path: ON_PATH) -> None:
    on_path("something", "exit 0")
    with pytest.raises(PipelineError, match="install LibreOffice") as caught:
        read_document(data, "a.doc")
    assert caught.value.code == "converter_missing"


# ---- converters that are none
# --------------------------------------------------------------------------------------

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
        read_document(unreadable(), "a.doc")
    assert caught.value.code == code
    assert read_document(data_of("merged.doc"), "a.doc").reader == "doc-native"


def test_an_rtf_without_any_converter_says_what_to_install(on_path: ON_PATH) -> None:
    on_path("something", "exit 0")
    with pytest.raises(PipelineError, match="install LibreOffice") as caught:
        read_document(b"{\\rtf1 a}", "a.rtf")
    assert caught.value.code == "converter_missing"


def test_a_table_that_the_converter_loses_is_found_by_our_own_reader_or_said(
    on_path: ON_PATH, tmp_path: Path
) -> None:
    (tmp_path / "made.docx").write_bytes(word.written([]))
    on_path("soffice", f"mkdir out; cp {tmp_path}/made.docx out/in.docx")
    assert read_document(data_of("merged.doc"), "a.doc").reader == "doc-native"
    lossy = read_document(unreadable(), "a.doc")
    assert (lossy.reader, [p.code for p in lossy.problems]) == ("doc-libreoffice", ["table_unread"])


def test_an_rtf_s_lost_rows_are_said(on_path: ON_PATH, tmp_path: Path) -> None:
    (tmp_path / "made.docx").write_bytes(word.written([]))
    on_path("soffice", f"mkdir out; cp {tmp_path}/made.docx out/in.docx")
    reading = read_document(b"{\\rtf1\\trowd\\cellx9 a\\cell\\row}", "a.rtf")
    assert [p.code for p in reading.problems] == ["table_unread"]


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
def test_antiword_is_the_last_choice_and_what_it_loses_is_said(
    office_script: str | None, on_path: ON_PATH, tmp_path: Path
) -> None:
    (tmp_path / "book").write_text(DOCBOOK)
    on_path("antiword", f"cat {tmp_path}/book")
    if office_script is not None:
        on_path("soffice", office_script)
    reading = read_document(unreadable(), "a.doc")
    line, table = reading.blocks
    assert isinstance(line, Line)
    assert isinstance(table, Table)
    assert (line.text, table.spans, reading.reader) == ("项目支出绩效自评表", False, "doc-antiword")
    assert [(c.text, c.row, c.col) for c in table.cells] == [
        ("项目名称", 0, 0),
        ("水库\n维修", 0, 1),
        ("总分", 1, 0),
    ]
    assert [p.code for p in reading.problems] == ["table_unread"]


@pytest.mark.parametrize(("output", "code"), [("", "converter_failed"), ("x", "converter_failed")])
def test_antiword_that_says_nothing(output: str, code: str, on_path: ON_PATH) -> None:
    on_path("antiword", f"printf '%s' '{output}'")
    with pytest.raises(PipelineError) as caught:
        read_document(unreadable(), "a.doc")
    assert caught.value.code == code


def test_a_small_memory_limit_is_an_error_of_ours(tmp_path: Path) -> None:
    (tmp_path / "a.doc").write_bytes(data_of("merged.doc"))
    (rows,) = run(collect([tmp_path / "a.doc"]), limits=Limits(memory_mb=1024))
    assert rows.document["status"] in ("ok", "failed")
    assert rows.document["error_code"] in (None, "converter_failed", "converter_missing", "out_of_memory")


# ---- the file itself
# -----------------------------------------------------------------------------------------------


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


@pytest.mark.parametrize("seed", range(20))
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
    assert reading.reader in ("doc-native", "doc-antiword")
