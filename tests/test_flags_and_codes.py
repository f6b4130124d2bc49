"""No flag and no error code is a promise that cannot come true: for each there is a document whose run raises
it.

Comes in: the flags and codes that are declared. Goes out: a document or a run for each, made here or a
fixture, by name. One that is declared and has none fails a test, as does one whose document does not raise
it.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from unittest import mock

import cv2
import numpy as np
import openpyxl
import pytest
from click.testing import CliRunner
from PIL import Image

from pipeline.app.cli import main
from pipeline.app.document import parse_document
from pipeline.app.output import only_writer
from pipeline.app.sources import collect
from pipeline.app.workers import Limits
from pipeline.corpus.all_documents import finish
from pipeline.corpus.corrections import read_corrections
from pipeline.form import assemble
from pipeline.form.head import read_fields
from pipeline.form.tags import TaggedRow
from pipeline.model.errors import Code, PipelineError
from pipeline.model.flags import Flag
from pipeline.model.form import Field
from pipeline.rows.build import DocumentRows
from pipeline.words import own_words
from tests.accuracy import FIXTURES, parsed
from tests.named_fonts import BROKEN, plain
from tests.runs import run
from tests.writers.ofd import NAMES, packed

# ---- a form, and what is done to it
# ------------------------------------------------------------------------------------

Grid = list[list[str]]

HEADER = [
    "一级指标",
    "二级指标",
    "三级指标",
    "年度指标值",
    "实际完成值",
    "分值",
    "得分",
    "偏差原因分析及改进措施",
]
ROWS = (
    ["产出指标", "数量指标", "养护农村公路里程", "≥20公里", "21公里", "20", "20", ""],
    ["", "", "养护桥梁座数", "≥3座", "3座", "10", "10", ""],
    ["", "质量指标", "养护工程验收合格率", "≥95%", "97%", "20", "20", ""],
    ["", "成本指标", "养护工程总成本", "≤40万元", "38万元", "10", "10", ""],
    ["效益指标", "社会效益指标", "群众出行条件", "明显改善", "明显改善", "20", "20", ""],
    ["满意度指标", "服务对象满意度指标", "沿线群众满意度", "≥90%", "92%", "10", "10", ""],
)


def form(title: str = "项目支出绩效自评表") -> Grid:
    """A form of six indicators, consistent, as rows of cells; nothing in it is doubtful."""
    return [
        [title],
        ["（2023年度）"],
        ["项目名称", "农村道路养护"],
        ["主管部门", "县交通运输局", "实施单位", "县公路养护中心"],
        ["项目资金（万元）", "", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"],
        ["", "年度资金总额", "40", "40", "38", "10", "95%", "9.5"],
        HEADER,
        *map(list, ROWS),
        ["总分", "", "", "", "", "100", "99.5", ""],
    ]


def with_cell(text: str, to: str) -> Grid:
    """The form with one cell changed, the first that says `text`."""
    out = form()
    row = next(r for r in out if text in r)
    row[row.index(text)] = to
    return out


def text_of(grid: Iterable[Sequence[str]]) -> bytes:
    """A row a line, cells between tabs."""
    return "\n".join("\t".join(row) for row in grid).encode()


def page_of(grid: Iterable[Sequence[str]]) -> bytes:
    """A web page with the rows as a table."""
    rows = ("".join(f"<td>{cell}</td>" for cell in row) for row in grid)
    return f"<html><table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table></html>".encode()


def torn(name: str) -> bytes:
    """The form with a name cut by a page break: its last characters stand behind a blank line, alone."""
    lines = []
    for row in form():
        if name in row:
            rest = [c[-3:] if c == name else "" for c in row]
            lines += ["\t".join(c[:-3] if c == name else c for c in row), "", "\t".join(rest)]
        else:
            lines.append("\t".join(row))
    return "\n".join(lines).encode()


def shifted(name: str) -> Grid:
    """The form with a row that has lost the blank before it."""
    return [[*row[1:], ""] if name in row else row for row in form()]


def split_label(label: str, name: str) -> Grid:
    """The form with a level label's last character in the row of `name`, which has no such label of its own."""
    out = with_cell(label, label[:-1])
    next(row for row in out if name in row)[1] = label[-1]
    return out


# ---- flags
# ----------------------------------------------------------------------------------------------------------


def read(data: bytes, name: str = "a.txt") -> DocumentRows:
    return parse_document(data, name)


def faded_label() -> DocumentRows:
    """A scan in which two characters of 社会效益指标 have faded."""
    page = np.asarray(Image.open(FIXTURES / "scan" / "weak_rulings.jpg").convert("L"), np.uint8).copy()
    scale = 150 / 72  # pixels a point
    x0, y0, x1, y1 = (round(v * scale) for v in (146, 358, 163, 384))
    cv2.rectangle(page, (x0, y0), (x1, y1), (255,), -1)
    out = io.BytesIO()
    Image.fromarray(page).save(out, "PNG", dpi=(150, 150))
    return read(out.getvalue(), "a.png")


def corrected(folder: Path) -> DocumentRows:
    data = text_of(form())
    register = folder / "corrections.csv"
    line = f"{hashlib.sha256(data).hexdigest()},1,,total_score,99.5,99,李,原件总分为99"
    register.write_text(f"sha256,form,row,column,old,new,who,why\n{line}\n", encoding="utf-8")
    return finish([read(data)], read_corrections(register)).documents[0]


def with_a_fault() -> DocumentRows:
    """A reader that drops the end of the head's texts."""

    def shortened(rows: Sequence[TaggedRow]) -> dict[str, Field]:
        return {k: replace(f, text=(f.text or "")[:2]) for k, f in read_fields(rows).items()}

    with mock.patch.object(assemble, "read_fields", shortened):
        return read(text_of(form()))


def with_column(header: str, text: str) -> Grid:
    """The form with a column more, which says the same of every indicator."""
    out = form()
    at = out.index(HEADER)
    out[at] = [*HEADER, header]
    return [row if n <= at or row[0] == "总分" else [*row, text + str(n)] for n, row in enumerate(out)]


FLAGS: Mapping[Flag, Callable[[Path], DocumentRows]] = {
    Flag.ROW_SHIFT_REPAIRED: lambda _: read(text_of(shifted("养护工程验收合格率"))),
    Flag.PAGE_STITCHED: lambda _: read(torn("养护工程验收合格率")),
    Flag.CELLS_JOINED: lambda _: read(text_of(split_label("数量指标", "养护桥梁座数"))),
    Flag.CUT_GUESSED: lambda _: read("".join(cell for row in form() for cell in row).encode()),
    Flag.LEVEL1_INFERRED: lambda _: read(text_of(with_cell("效益指标", "产出指标"))),
    Flag.LEVEL1_BLANK: lambda _: read(text_of(with_cell("效益指标", ""))),
    Flag.LEVEL2_INFERRED: lambda _: read(text_of(with_cell("数量指标", ""))),
    Flag.LEVEL_UNKNOWN: lambda _: read(page_of(with_cell("社会效益指标", "乡风文明")), "a.html"),
    Flag.TEMPLATE_UNKNOWN: lambda _: read(text_of(form(title="项目情况汇总"))),
    Flag.LABEL_FUZZY: lambda _: faded_label(),
    Flag.UNIT_ASSUMED: lambda _: read(text_of(with_cell("≤40万元", "≤40万"))),
    Flag.UNIT_SUSPECT: lambda _: read(text_of(with_cell("≥95%", "295%"))),
    Flag.DIGITS_LOST: lambda _: read(text_of(with_cell("≥95%", "≥%"))),
    Flag.VALUE_UNREAD: lambda _: read(text_of(with_cell("9.5", "见附件"))),
    Flag.RATE_FRACTION: lambda _: read(text_of(with_cell("95%", "0.95"))),
    Flag.OCR_REPAIRED: lambda _: parsed(FIXTURES / "scan" / "upside_down.jpg"),
    Flag.GARBLED_TEXT: lambda _: read(text_of(form()).replace("农".encode(), b"\xe5", 1)),
    Flag.CHARACTERS_LOST: lambda _: read(plain(BROKEN, ("率", "标")), "a.pdf"),
    Flag.ENCODING_GUESSED: lambda _: read("Les élèves sont allés à l'école".encode("cp1252")),
    Flag.WRONG_ENDING: lambda _: read(text_of(form()), "a.pdf"),
    Flag.HIDDEN_SHEETS_SKIPPED: lambda _: parsed(FIXTURES / "excel" / "typed-hidden-draft.xlsx"),
    Flag.CELL_ERROR: lambda _: read(workbook(places(with_cell("97%", "#DIV/0!"))), "a.xlsx"),
    Flag.HEADER_MISSING: lambda _: read(text_of(form()[:6])),
    Flag.CORRECTED: corrected,
    Flag.TEXT_LOST: lambda _: with_a_fault(),
    Flag.TRUNCATED: lambda _: read(text_of(form()[:9])),
}
PICTURES = frozenset({Flag.LABEL_FUZZY, Flag.OCR_REPAIRED})


def test_every_flag_has_a_document() -> None:
    assert set(FLAGS) == set(Flag)


@pytest.mark.parametrize(
    "flag",
    [pytest.param(f, marks=pytest.mark.slow if f in PICTURES else ()) for f in FLAGS],
)
def test_a_document_raises_the_flag(flag: Flag, tmp_path: Path) -> None:
    tables = FLAGS[flag](tmp_path).tables()
    assert flag in {f for rows in tables.values() for row in rows for f in row.get("flags") or ()}


def test_a_plain_form_raises_none() -> None:
    tables = read(text_of(form())).tables()
    assert {f for rows in tables.values() for row in rows for f in row.get("flags") or ()} == set()
    assert [r["status"] for r in tables["documents"]] == ["ok"]


# ---- codes
# ----------------------------------------------------------------------------------------------------------


def code_of(rows: DocumentRows) -> str:
    return str(rows.document["error_code"])


def said(*arguments: object) -> str:
    """The code that the command line ends with."""
    result = CliRunner().invoke(main, [str(a) for a in arguments])
    assert result.exit_code in (2, 3), result.output
    return result.output.rpartition("[")[2].rpartition("]")[0]


def file(folder: Path, data: bytes, name: str = "a.txt") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def no_input(folder: Path) -> str:
    (folder / "in").mkdir()
    return said("parse", folder / "in", "--out", folder / "out")


def output_unwritable(folder: Path) -> str:
    return said("parse", file(folder, b"x"), "--out", file(folder, b"x", "b.txt") / "out")


def output_busy(folder: Path) -> str:
    (folder / "out").mkdir()
    with only_writer(folder / "out"):
        return said("parse", file(folder, b"x"), "--out", folder / "out")


def bad_vocabulary(folder: Path) -> str:
    path = file(folder, '[words]\n"呼号甲" = "nothing"\n'.encode(), "my.toml")
    with pytest.raises(PipelineError) as problem:
        own_words.read(path)
    return str(problem.value.code)


def bad_correction(folder: Path) -> str:
    register = file(folder, b"what,is,this\n", "corrections.csv")
    return said("parse", file(folder, b"x"), "--out", folder / "out", "--corrections", register)


def unreadable(folder: Path) -> str:
    """A file that is gone when its turn comes."""
    sources = collect([file(folder, b"x")])
    (folder / "a.txt").unlink()
    return code_of(run(sources)[0])


def too_large(folder: Path) -> str:
    return code_of(run(collect([file(folder, b"x" * (1024 * 1024 + 1))]), limits=Limits(max_mb=1))[0])


def unsafe_path(folder: Path) -> str:
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        archive.writestr("../../a.txt", "x")
    return code_of(run(collect([folder / "a.zip"]))[0])


def page_unread() -> bytes:
    """A page of characters that stand for nothing."""
    text = f"<ofd:TextObject Boundary='10 10 80 6' Size='4'><ofd:TextCode DeltaX='g 20 4'>{chr(0xE123) * 12}</ofd:TextCode></ofd:TextObject>"
    return packed({
        "OFD.xml": f"<ofd:OFD {NAMES}><ofd:DocBody><ofd:DocRoot>D.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "D.xml": f"<ofd:Document {NAMES}><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 100 100</ofd:PhysicalBox></ofd:PageArea></ofd:CommonData>"
        '<ofd:Pages><ofd:Page ID="1" BaseLoc="P.xml"/></ofd:Pages></ofd:Document>',
        "P.xml": f"<ofd:Page {NAMES}><ofd:Content><ofd:Layer>{text}</ofd:Layer></ofd:Content></ofd:Page>",
    })  # fmt: skip


def places(grid: Grid) -> dict[str, str]:
    """The texts of a grid by the names of a sheet's cells."""
    return {f"{chr(65 + c)}{r}": text for r, row in enumerate(grid, 1) for c, text in enumerate(row) if text}


def workbook(cells: Mapping[str, str]) -> bytes:
    out, book = io.BytesIO(), openpyxl.Workbook()
    for place, text in cells.items():
        book.active[place] = text
    book.save(out)
    return out.getvalue()


def without_converter(monkeypatch: pytest.MonkeyPatch, folder: Path, script: str | None) -> str:
    """An RTF on a machine whose only program is a LibreOffice that does this, or none."""
    monkeypatch.setenv("PATH", str(folder))
    if script is not None:
        file(folder, f"#!/bin/sh\n{script}\n".encode(), "soffice").chmod(0o755)
    return code_of(read(b"{\\rtf1 a}", "a.rtf"))


CODES: Mapping[Code, Callable[[Path], str]] = {
    Code.NO_INPUT: no_input,
    Code.OUTPUT_UNWRITABLE: output_unwritable,
    Code.OUTPUT_BUSY: output_busy,
    Code.UNREACHABLE: lambda folder: said("parse", "nowhere://raw", "--out", folder / "out"),
    Code.BAD_CORRECTION: bad_correction,
    Code.BAD_VOCABULARY: bad_vocabulary,
    Code.UNREADABLE: unreadable,
    Code.EMPTY_FILE: lambda _: code_of(read(b" \n\t\n")),
    Code.TOO_LARGE: too_large,
    Code.ENCRYPTED: lambda _: code_of(
        read(packed({"OFD.xml": b"\x8f\x02\x11", "Encryptions.xml": "<a/>"}), "a.ofd")
    ),
    Code.UNSAFE_PATH: unsafe_path,
    Code.UNKNOWN_FORMAT: lambda _: code_of(read(bytes(range(256)) * 40, "a.bin")),
    Code.DAMAGED: lambda _: code_of(read(b"%PDF-1.7\n", "a.pdf")),
    Code.PAGE_UNREAD: lambda _: code_of(read(page_unread(), "a.ofd")),
    Code.CHARACTERS_LOST: lambda _: code_of(read(plain(BROKEN, ("率", "标")), "a.pdf")),
    Code.TABLE_UNREAD: lambda _: code_of(read(workbook({"A1": "产出指标", "XFD1048576": "远"}), "a.xlsx")),
    Code.COLUMNS_UNREAD: lambda _: code_of(read(page_of(with_column("包联领导", "张三")), "a.html")),
    Code.TRUNCATED: lambda _: code_of(read(text_of(form()[:9]))),
    Code.VALUES_MISSING: lambda _: code_of(read(workbook({"A1": "产出指标", "A2": "=1+1"}), "a.xlsx")),
}
CONVERTERS: Mapping[Code, str | None] = {Code.CONVERTER_MISSING: None, Code.CONVERTER_FAILED: "exit 1"}
"""What the LibreOffice of a machine does."""
FATES: Mapping[Code, str] = {
    Code.TIMEOUT: "hang",
    Code.OUT_OF_MEMORY: "hungry",
    Code.CRASHED: "crash",
    Code.INTERNAL_ERROR: "bug",
}
"""What a document makes the process do that reads it (`tests.fake_parsers`); `tests/app/test_workers.py` lets
it.
"""


def test_every_code_has_a_document() -> None:
    assert sorted([*CODES, *CONVERTERS, *FATES]) == sorted(Code)


@pytest.mark.parametrize("code", CODES)
def test_a_document_raises_the_code(code: Code, tmp_path: Path) -> None:
    assert CODES[code](tmp_path) == code


@pytest.mark.parametrize("code", CONVERTERS)
def test_a_document_that_needs_a_converter_raises_the_code(
    code: Code, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert without_converter(monkeypatch, tmp_path, CONVERTERS[code]) == code
