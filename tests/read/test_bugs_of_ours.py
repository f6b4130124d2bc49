"""A bug of ours in any reader is an `internal_error`, never a `damaged` document; a file that is cut off or
filled with rubbish is `damaged` all the same.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from pipeline.app import workers
from pipeline.app.document import parse_document
from pipeline.app.sources import Source
from pipeline.app.workers import DEFAULTS, Task
from pipeline.model.errors import PipelineError
from pipeline.read import read_document
from pipeline.read.office import excel, old_word, ole, word, word97
from pipeline.read.page import ofd, pdf, second_opinion
from pipeline.read.scan import scanned_page
from pipeline.read.web import html, web_archive

FIXTURES = Path(__file__).parents[1] / "fixtures"
BUGS = (KeyError("a bug"), ValueError("a bug"), IndexError("a bug"), TypeError("a bug"), OSError("a bug"))


def of(name: str) -> Callable[[], bytes]:
    return (FIXTURES / name).read_bytes


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (400, 300), "white").save(out, "PNG")
    return out.getvalue()


def archive() -> bytes:
    return b"MIME-Version: 1.0\nContent-Type: text/html\n\n<html><body><p>a</p></body></html>\n"


def xml_workbook() -> bytes:
    names = 'xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"'
    cell = '<Cell><Data ss:Type="Number">1</Data></Cell>'
    table = f'<Worksheet ss:Name="1"><Table><Row>{cell}</Row></Table></Worksheet>'
    return f'<?xml version="1.0"?><Workbook {names}>{table}</Workbook>'.encode()


def xml_word() -> bytes:
    names = 'xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml"'
    body = "<w:body><w:p><w:r><w:t>a</w:t></w:r></w:p></w:body>"
    return f'<?xml version="1.0"?><w:wordDocument {names}>{body}</w:wordDocument>'.encode()


def package() -> bytes:
    """An OFD of one page with a text."""
    names = 'xmlns:ofd="http://www.ofdspec.org/2016"'
    text = '<ofd:TextObject Boundary="10 10 80 6" Size="4"><ofd:TextCode X="0" Y="4">a</ofd:TextCode></ofd:TextObject>'
    parts = {
        "OFD.xml": f"<ofd:OFD {names}><ofd:DocBody><ofd:DocRoot>D.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "D.xml": f'<ofd:Document {names}><ofd:Pages><ofd:Page ID="1" BaseLoc="P.xml"/></ofd:Pages></ofd:Document>',
        "P.xml": f"<ofd:Page {names}><ofd:Content><ofd:Layer>{text}</ofd:Layer></ofd:Content></ofd:Page>",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


DOC, DOCX, PDF = of("doc/merged.doc"), of("word/torn-in-two.docx"), of("pdf/calc-page.pdf")
XLSX, XLS = of("excel/typed-one-sheet.xlsx"), of("xls/figures.xls")
OURS: list[tuple[str, Callable[[], bytes], object, str]] = [
    ("a.xlsx", XLSX, excel, "_sheet"),
    ("a.xlsx", XLSX, excel, "_prepared"),
    ("a.xlsx", XLSX, excel, "shown"),
    ("a.xls", XLS, excel, "_sheet"),
    ("a.xls", XLS, excel, "_xls_text"),
    ("a.xls", XLS, excel, "_xls_cells"),
    ("a.xls", XLS, excel, "workbook"),
    ("a.xml", xml_workbook, excel, "_xml_text"),
    ("a.xml", xml_workbook, excel, "_sheet"),
    ("a.docx", DOCX, word, "_table"),
    ("a.docx", DOCX, word, "_targets"),
    ("a.docx", DOCX, word, "_with_chunks"),
    ("a.xml", xml_word, word, "_text"),
    ("a.doc", DOC, ole, "_covered"),
    ("a.doc", DOC, word97, "_table"),
    ("a.doc", DOC, word97, "_properties"),
    ("a.doc", DOC, old_word, "word_text"),
    ("a.ofd", package, ofd, "_document"),
    ("a.ofd", package, ofd, "draw"),
    ("a.ofd", package, ofd, "page_blocks"),
    ("a.pdf", PDF, pdf, "upright"),
    ("a.pdf", PDF, pdf, "_rulings"),
    ("a.pdf", PDF, pdf, "page_blocks"),
    ("a.png", picture, scanned_page, "_points_a_pixel"),
    ("a.png", picture, scanned_page, "read_page_image"),
    ("a.mht", archive, web_archive, "read_html"),
    ("a.html", lambda: b"<html><body><p>a</p></body></html>", html, "_blocks"),
]


@pytest.mark.parametrize("bug", BUGS, ids=[type(b).__name__ for b in BUGS])
@pytest.mark.parametrize(
    ("name", "make", "module", "function"), OURS, ids=[f"{name} {function}" for name, _, _, function in OURS]
)
def test_a_bug_is_ours(
    name: str, make: Callable[[], bytes], module: object, function: str, bug: Exception,
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
) -> None:  # fmt: skip
    def broken(*_: object, **__: object) -> object:
        raise bug

    monkeypatch.setenv("PATH", "")  # no converter
    monkeypatch.setattr(module, function, broken)
    (tmp_path / name).write_bytes(make())
    read = workers._work(Task(Source(tmp_path / name, name)), parse_document, DEFAULTS)
    assert read.summary is not None
    assert read.summary.error_code == "internal_error"
    assert "broken" in str(read.summary.error)


@pytest.mark.parametrize("bug", BUGS, ids=[type(b).__name__ for b in BUGS])
def test_a_bug_in_a_second_opinion_is_ours(bug: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> object:
        raise bug

    monkeypatch.setattr(second_opinion, "wide", broken)
    with pytest.raises(type(bug)):
        second_opinion.second_opinion(PDF(), "a.pdf", "application/pdf", second_opinion.WIDE, frozenset({1}))


CUT = [
    ("a.xlsx", XLSX),
    ("a.xls", XLS),
    ("a.docx", DOCX),
    ("a.ofd", package),
    ("a.png", picture),
    ("a.pdf", PDF),
]


@pytest.mark.parametrize(("name", "make"), CUT, ids=[c[0] for c in CUT])
@pytest.mark.parametrize("part", [0.5, 0.9])
def test_a_file_that_is_cut_off_is_no_bug(name: str, make: Callable[[], bytes], part: float) -> None:
    data = make()
    whole = data[: int(part * len(data))]
    try:
        reading = read_document(whole, name)
    except PipelineError as refused:
        assert refused.code in ("damaged", "unknown_format")  # noqa: PT017 both ways are right
    else:
        assert reading.blocks or name in ("a.pdf", "a.png")
