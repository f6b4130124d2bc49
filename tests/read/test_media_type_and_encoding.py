"""What a file is, told by its content, and which encoding a text is in."""

from __future__ import annotations

import io
import zipfile

import pytest

from pipeline.model.errors import Code, PipelineError
from pipeline.model.flags import Flag
from pipeline.read import READERS, read_document
from pipeline.read.common import media_type as s
from pipeline.read.common.encoding import decode, plausibility


def zipped(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return buffer.getvalue()


FORMATS = [
    (b"%PDF-1.7\n", s.PDF),
    (b"\r\n\r\n%PDF-1.4\n", s.PDF),
    (b"\x89PNG\r\n\x1a\n\x00", s.PNG),
    (b"\xff\xd8\xff\xe0\x00", s.JPEG),
    (zipped("[Content_Types].xml", "word/document.xml"), s.DOCX),
    (zipped("[Content_Types].xml", "xl/workbook.xml"), s.XLSX),
    (zipped("OFD.xml"), s.OFD),
    (zipped("a.txt"), s.ZIP),
    (b"PK\x03\x04 cut off", s.ZIP),
    (s.OLE_SIGNATURE + b"\x00" * 8 + "WordDocument\0".encode("utf-16-le"), s.DOC),
    (s.OLE_SIGNATURE + b"\x00" * 8 + "Workbook\0".encode("utf-16-le"), s.XLS),
    (s.OLE_SIGNATURE, s.OLE),
    (b"<!DOCTYPE html><html></html>", s.HTML),
    (b"\xef\xbb\xbf \n<!-- saved from url --><html>", s.HTML),
    (b'<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN"><html/>', s.HTML),
    (b'<?xml version="1.0"?><workbook/>', s.XML),
    (b"<table><tr><td>1</td></tr></table>", s.HTML),
    ("预算\n<html><body>".encode(), s.HTML),
    ("# 自评表\n\n文字".encode(), s.MARKDOWN),
    (b"| a | b |\n| --- | --- |\n| 1 | 2 |\n", s.MARKDOWN),
    ("单位：万元\n\n<table><tr><td>1</td></tr></table>".encode(), s.MARKDOWN),
    ("项目名称\t<p>目标</p>\n".encode(), s.PLAIN),
    ("#1号楼 a|b".encode(), s.PLAIN),
]


@pytest.mark.parametrize(("data", "expected"), FORMATS)
def test_format_is_told_by_content(data: bytes, expected: str) -> None:
    assert s.media_type_of(data, "x") == expected


ENDINGS = [
    ("a.txt", s.PLAIN, False),
    ("a.txt", s.MARKDOWN, False),
    ("a.TXT", s.HTML, True),
    ("a.xls", s.HTML, True),
    ("a.doc", s.DOCX, True),
    ("a.md", s.HTML, False),
    ("a.html", s.PLAIN, True),
    ("a.jsp", s.HTML, False),
    ("没有扩展名", s.PLAIN, False),
]


@pytest.mark.parametrize(("name", "media_type", "wrong"), ENDINGS)
def test_wrong_ending(name: str, media_type: str, wrong: bool) -> None:
    assert s.wrong_ending(name, media_type) is wrong


def test_wrong_ending_is_a_flag_and_does_not_decide() -> None:
    reading = read_document("<table><tr><td>项目名称</td><td>展览</td></tr></table>".encode(), "数据.xls")
    assert (reading.media_type, reading.flags) == (s.HTML, (Flag.WRONG_ENDING,))


REFUSED = [
    (b"", Code.EMPTY_FILE),
    (b" \r\n\t", Code.EMPTY_FILE),
    (b"\xef\xbb\xbf\n", Code.EMPTY_FILE),
    (b"\xff\xfe", Code.EMPTY_FILE),
    ("\u3000\n".encode("utf-16"), Code.EMPTY_FILE),
    (bytes(range(256)) * 40, Code.UNKNOWN_FORMAT),
    (b"\x00\x01\x02\x03" * 300, Code.UNKNOWN_FORMAT),
    (b"Rar!\x1a\x07\x00", Code.UNKNOWN_FORMAT),
    (b'<?xml version="1.0"?><workbook/>', Code.UNKNOWN_FORMAT),
]


@pytest.mark.parametrize(("data", "code"), REFUSED)
def test_refused_with_the_project_s_error(data: bytes, code: Code) -> None:
    with pytest.raises(PipelineError) as caught:
        read_document(data, "收到的文件")
    assert caught.value.code == code
    assert caught.value.where == "收到的文件"


def test_every_reader_is_for_a_media_type() -> None:
    assert all("/" in media_type for media_type in READERS)


SENTENCE = "项目支出绩效自评表\n（2023年度）\n主管部门\t科学技术局\t≥95%\n"
TRADITIONAL = "項目支出績效自評表\n主管部門\t教育局\t完成情況及改進措施\n"
ENCODINGS = [
    (SENTENCE, "utf-8"),
    (SENTENCE, "utf-8-sig"),
    (SENTENCE, "gb18030"),
    (SENTENCE, "utf-16"),
    (SENTENCE, "utf-16-le"),
    (SENTENCE, "utf-16-be"),
    (SENTENCE, "utf-32"),
    (SENTENCE, "utf-32-le"),
    (TRADITIONAL, "big5"),
    (TRADITIONAL, "utf-8"),
    (TRADITIONAL, "gb18030"),
    ("总分", "gb18030"),
    ("满意", "gb18030"),
    ("数量指标", "gb18030"),
    ("展览开放天数", "gb18030"),
    ("年度总体目标完成情况", "utf-16-le"),
    ("举办揭晓盛典", "gb18030"),
    ("674510元", "gb18030"),
    ("5·1 × 3°", "utf-8"),
    ("Добрый день", "utf-8"),
    ("plain ascii\n", "ascii"),
]


@pytest.mark.parametrize(("text", "encoding"), ENCODINGS)
def test_encoding_is_found(text: str, encoding: str) -> None:
    decoded = decode(text.encode(encoding))
    assert decoded is not None
    assert decoded.text == text


@pytest.mark.parametrize("declared", ["gb2312", "GBK", "utf-8", "iso-8859-1", "idna", "no-such-charset"])
def test_a_declared_charset_helps_and_a_wrong_one_does_no_harm(declared: str) -> None:
    page = f'<html><head><meta charset="{declared}"></head><p>镕基、㙍字与绩效目标</p></html>'
    decoded = decode(page.encode("gb18030"))
    assert decoded is not None
    assert decoded.text == page


def test_a_cut_end_is_read_and_flagged() -> None:
    for encoding in ("utf-8", "gb18030"):
        data = (SENTENCE * 20).encode(encoding)
        decoded = decode(data[: data.rindex("科".encode(encoding)) + 1])
        assert decoded is not None
        assert decoded.text.startswith(SENTENCE * 19)
        assert decoded.flags == (Flag.GARBLED_TEXT,)


def test_control_characters_are_dropped() -> None:
    decoded = decode(
        "项目\x07名称\x00\t绩效自评报告说明文字\x1a\n第二行的内容也在这里，完成率百分之百以及其他情况说明，单位和部门的工作总结\n".encode()
    )
    assert decoded is not None
    assert decoded.text.startswith("项目名称\t绩效自评报告说明文字\n")


def test_plausibility_tells_chinese_from_misread_bytes() -> None:
    misread = SENTENCE.encode("gb18030").decode("big5", errors="replace")
    assert plausibility(SENTENCE) > 0.5 > 0.2 > plausibility(misread)


CHINESE = "项目支出绩效自评表，产出指标：养护农村公路里程不少于二十公里。"


def test_utf_7_is_read_and_said_to_be_a_guess() -> None:
    found = decode(CHINESE.encode("utf-7"))
    assert found is not None
    assert (found.text, found.encoding, found.flags) == (CHINESE, "utf-7", ("encoding_guessed",))
    english = decode(b"a+b is no base 64, nor is 1+23456 or C+abcdefg")
    assert english is not None
    assert english.encoding != "utf-7"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_a_lone_surrogate_costs_one_character(encoding: str) -> None:
    text = "a\n" + CHINESE[:8] + "\ud840" + CHINESE[8:] + "\ud840\udc00"
    found = decode(text.encode(encoding, errors="surrogatepass"))
    assert found is not None
    assert found.text == "a\n" + CHINESE[:8] + "\ufffd" + CHINESE[8:] + "\U00020000"


def test_a_binary_workbook_is_refused_by_name() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("xl/workbook.bin", b"x")
        made.writestr("xl/worksheets/sheet1.bin", b"x")
    with pytest.raises(PipelineError, match=r"spreadsheet|sheet\.binary") as caught:
        read_document(out.getvalue(), "a.xlsb")
    assert caught.value.code == "unknown_format"
