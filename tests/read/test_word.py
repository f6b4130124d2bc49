"""Word files that python-docx writes here: merges both ways, tables inside cells, text boxes, tracked
changes.
"""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Mapping
from types import MappingProxyType

import pytest
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from pipeline.app.document import parse_document
from pipeline.model.cells import Line, Table
from pipeline.model.errors import PipelineError
from pipeline.read import read_document
from tests.compare import compare_document
from tests.writers.inventor import invented
from tests.writers.templates import layouts_for, printed
from tests.writers.word import written


def saved(document: object) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_merges_are_spans_and_order_is_kept() -> None:
    document = Document()
    document.add_paragraph("项目支出绩效自评表")
    table = document.add_table(3, 3)
    table.cell(0, 0).merge(table.cell(1, 0)).text = "产出指标"
    table.cell(0, 1).merge(table.cell(0, 2)).text = "数量"
    table.cell(1, 1).text, table.cell(1, 2).text = "质量", "10"
    table.cell(2, 0).merge(table.cell(2, 2)).text = "总分"
    document.add_paragraph("注")
    blocks = read_document(saved(document), "a.docx").blocks
    assert [type(b).__name__ for b in blocks] == ["Line", "Table", "Line"]
    found = blocks[1]
    assert isinstance(found, Table)
    assert found.spans
    assert [(c.text.strip(), c.row, c.col, c.row_span, c.col_span) for c in found.cells] == [
        ("产出指标", 0, 0, 2, 1), ("数量", 0, 1, 1, 2), ("质量", 1, 1, 1, 1), ("10", 1, 2, 1, 1), ("总分", 2, 0, 1, 3),
    ]  # fmt: skip


def test_paragraphs_of_a_cell_are_lines_and_a_table_inside_follows() -> None:
    document = Document()
    cell = document.add_table(1, 2).cell(0, 0)
    cell.text = "一\n二"
    cell.add_table(1, 2).cell(0, 1).text = "内"
    outer, inner = (b for b in read_document(saved(document), "a.docx").blocks if isinstance(b, Table))
    assert outer.cells[0].text == "一\n二"
    assert [c.text for c in inner.cells] == ["", "内"]


def test_changes_hidden_text_and_text_boxes() -> None:
    document = Document()
    paragraph = document.add_paragraph("原")
    names = nsdecls("w")
    for markup in (
        f"<w:ins {names}><w:r><w:t>增</w:t></w:r></w:ins>",
        f"<w:del {names}><w:r><w:delText>删</w:delText></w:r></w:del>",
        f"<w:r {names}><w:rPr><w:vanish/></w:rPr><w:t>藏</w:t></w:r>",
        f"<w:r {names}><w:pict><w:txbxContent><w:p><w:r><w:t>框</w:t></w:r></w:p></w:txbxContent></w:pict></w:r>",
    ):
        paragraph._p.append(parse_xml(markup))
    assert [b.text for b in read_document(saved(document), "a.docx").blocks if isinstance(b, Line)] == [
        "原增",
        "框",
    ]


def test_a_package_without_its_main_part_is_damaged() -> None:
    whole = saved(Document())
    with pytest.raises(PipelineError) as caught:
        read_document(whole[: len(whole) // 2], "a.docx")
    assert caught.value.code in ("damaged", "unknown_format")


# ---- markup that word processors write and python-docx does not
# ----------------------------------------------------

NAMES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
STRICT = NAMES.replace(
    "schemas.openxmlformats.org/wordprocessingml/2006/main", "purl.oclc.org/ooxml/wordprocessingml/main"
)


def package(
    body: str,
    names: str = NAMES,
    main: str = "word/document.xml",
    parts: Mapping[str, bytes] = MappingProxyType({}),
) -> bytes:
    """A .docx with this body and other parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(main, f"<w:document {names}><w:body>{body}</w:body></w:document>")
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def shown(data: bytes) -> list[object]:
    """Lines as texts, tables as lists of (text, row, col, row_span, col_span)."""
    return [
        b.text if isinstance(b, Line) else [(c.text, c.row, c.col, c.row_span, c.col_span) for c in b.cells]
        for b in read_document(data, "a.docx").blocks
    ]


def p(runs: str) -> str:
    return f"<w:p>{runs if runs.startswith('<') else t(runs)}</w:p>"


def t(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


def tc(content: str, properties: str = "") -> str:
    return (
        f"<w:tc><w:tcPr>{properties}</w:tcPr>{content if content.startswith('<w:p>') else p(content)}</w:tc>"
    )


def tr(*cells: str, properties: str = "") -> str:
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def tbl(*rows: str) -> str:
    return f"<w:tbl>{''.join(rows)}</w:tbl>"


def sdt(content: str, properties: str = "") -> str:
    return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"


def box(content: str) -> str:
    return f"<w:r><w:pict><w:txbxContent>{content}</w:txbxContent></w:pict></w:r>"


DOWN, ON = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
MARKUP = [
    ("a row that starts further right", tbl(tr(tc("a"), tc("b", DOWN)), tr(tc("", ON), properties='<w:gridBefore w:val="1"/>')), [[("a", 0, 0, 1, 1), ("b", 0, 1, 2, 1)]]),
    ("merged across as old files do it", tbl(tr(tc("a", '<w:hMerge w:val="restart"/>'), tc("", "<w:hMerge/>"), tc("c"))), [[("a", 0, 0, 1, 2), ("c", 0, 2, 1, 1)]]),
    ("a merge that goes on narrower", tbl(tr(tc("a", f'{DOWN}<w:gridSpan w:val="2"/>')), tr(tc("b", ON), tc("c"))), [[("a", 0, 0, 1, 2), ("b", 1, 0, 1, 1), ("c", 1, 1, 1, 1)]]),
    ("a merge that skips a row", tbl(tr(tc("a", DOWN), tc("1")), tr(tc("2", '<w:gridSpan w:val="2"/>')), tr(tc("b", ON), tc("3"))),
     [[("a", 0, 0, 1, 1), ("1", 0, 1, 1, 1), ("2", 1, 0, 1, 2), ("b", 2, 0, 1, 1), ("3", 2, 1, 1, 1)]]),
    ("spans without bounds", tbl(tr(tc("a", '<w:gridSpan w:val="999999999"/>'))), [[("a", 0, 0, 1, 1000)]]),
    ("rows and cells in controls", tbl(sdt(tr(tc("a"), sdt(tc("b"))))), [[("a", 0, 0, 1, 1), ("b", 0, 1, 1, 1)]]),
    ("rows put in, taken out and hidden", tbl(f"<w:ins>{tr(tc('a'))}</w:ins>", tr(tc("b"), properties="<w:del/>"), tr(tc("c"), properties="<w:hidden/>")), [[("a", 0, 0, 1, 1)]]),
    ("a cell taken out", tbl(tr(tc("a"), tc("b", "<w:cellDel/>"), tc("c"))), [[("a", 0, 0, 1, 1), ("c", 0, 1, 1, 1)]]),
    ("prompts that nobody answered", p(sdt(t("单击此处输入文字。"), "<w:showingPlcHdr/>") + t("值")) + tbl(tr(tc("a"), sdt(tc("选择一项。"), "<w:showingPlcHdr/>"))),
     ["值", [("a", 0, 0, 1, 1), ("", 0, 1, 1, 1)]]),
    ("a box in a box", p(t("文") + box(p(t("外") + box(p("内"))))), ["文", "外", "内"]),
    ("a drawing with its older form", p(f"<mc:AlternateContent><mc:Choice>{box(p('框'))}</mc:Choice><mc:Fallback>{box(p('框'))}</mc:Fallback></mc:AlternateContent>"), ["框"]),
    ("alternatives of whole paragraphs", f"<mc:AlternateContent><mc:Choice>{p('新')}</mc:Choice><mc:Fallback>{p('旧')}</mc:Fallback></mc:AlternateContent>", ["新"]),
    ("smart tags, links, fields", p(f"<w:smartTag>{t('2024')}</w:smartTag><w:hyperlink>{t('年')}</w:hyperlink><w:fldSimple>{t('5')}</w:fldSimple><w:r><w:instrText>PAGE</w:instrText></w:r>"), ["2024年5"]),
    ("moved text", p(f"<w:moveFrom>{t('x')}</w:moveFrom><w:moveTo>{t('y')}</w:moveTo>"), ["y"]),
    ("a formula", p("<m:oMath><m:r><m:t>≥95</m:t></m:r></m:oMath>" + t("%")), ["≥95%"]),
    ("reading aids", p(f"<w:r><w:ruby><w:rt>{t('pin')}</w:rt><w:rubyBase>{t('拼')}</w:rubyBase></w:ruby></w:r>"), ["拼"]),
    ("signs of Symbol", p('<w:r><w:sym w:font="Symbol" w:char="F0B3"/></w:r>' + t("95，") + t("\uf0a35", '<w:rFonts w:ascii="Symbol"/>')), ["≥95，≤5"]),
    ("ticks of Wingdings", p('<w:r><w:sym w:font="Wingdings 2" w:char="F052"/><w:sym w:font="Wingdings 2" w:char="00A3"/><w:sym w:font="Wingdings" w:char="F0D8"/></w:r>'), ["☑□"]),
    ("a sign that nobody knows", p('<w:r><w:sym w:font="Symbol" w:char="F0zz"/><w:sym w:font="Symbol" w:char="F0C5"/></w:r>' + t("5")), ["\ufffd\ufffd5"]),
    ("a table in a cell", tbl(tr(tc("资金"), tc(p("注") + tbl(tr(tc("一"), tc("二")), tr(tc("1"), tc("2"))) + p(""))), tr(tc("a"), tc("b"))),
     [[("资金", 0, 0, 3, 1), ("注", 0, 1, 1, 2), ("一", 1, 1, 1, 1), ("二", 1, 2, 1, 1), ("1", 2, 1, 1, 1), ("2", 2, 2, 1, 1), ("a", 3, 0, 1, 1), ("b", 3, 1, 1, 2)]]),
    ("a frame around everything", tbl(tr(tc(p("标题") + tbl(tr(tc("一"), tc("二")), tr(tc("1"), tc("2"))) + p("")))),
     ["标题", [("一", 0, 0, 1, 1), ("二", 0, 1, 1, 1), ("1", 1, 0, 1, 1), ("2", 1, 1, 1, 1)]]),
    ("struck out", p(t("9", "<w:strike/>") + t("8", "<w:dstrike/>") + t("10", '<w:strike w:val="0"/>')), ["10"]),
    ("a switch that is off", p(t("看", '<w:vanish w:val="off"/>')), ["看"]),
]  # fmt: skip


@pytest.mark.parametrize(("body", "blocks"), [m[1:] for m in MARKUP], ids=[m[0] for m in MARKUP])
def test_markup(body: str, blocks: list[object]) -> None:
    assert shown(package(body)) == blocks


def test_the_strict_kind_is_read_like_the_usual_one() -> None:
    assert shown(package(p("甲") + tbl(tr(tc("a"))), STRICT)) == ["甲", [("a", 0, 0, 1, 1)]]


OF_2003 = 'xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml" xmlns:wx="http://schemas.microsoft.com/office/word/2003/auxHint"'
FORMS_OF_XML = [
    f"<w:wordDocument {OF_2003}><w:body><wx:sect>{{}}</wx:sect></w:body></w:wordDocument>",
    f'<pkg:package xmlns:pkg="http://x"><pkg:part><pkg:xmlData><w:document {NAMES}><w:body>{{}}</w:body></w:document></pkg:xmlData></pkg:part></pkg:package>',
]


@pytest.mark.parametrize("frame", FORMS_OF_XML, ids=["of 2003", "a flat package"])
def test_a_word_file_in_one_xml(frame: str) -> None:
    body = p("甲") + tbl(tr(tc("a", DOWN), tc("b")), tr(tc("", ON), tc("c")))
    if frame is FORMS_OF_XML[0]:
        body = body.replace("vMerge", "vmerge")
    reading = read_document(f'<?xml version="1.0"?>{frame.format(body)}'.encode(), "a.doc")
    assert isinstance(reading.blocks[1], Table)
    assert [(c.text, c.row, c.row_span) for c in reading.blocks[1].cells] == [
        ("a", 0, 2),
        ("b", 0, 1),
        ("c", 1, 1),
    ]
    assert reading.flags == ("wrong_ending",)


def test_the_package_says_which_part_is_the_main_one() -> None:
    rels = b'<Relationships><Relationship Id="1" Type="http://x/officeDocument" Target="/word/document2.xml"/></Relationships>'
    assert shown(package(p("甲"), main="word/document2.xml", parts={"_rels/.rels": rels})) == ["甲"]


WEB_ARCHIVE = "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=B\n\n--B\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n<html><table><tr><td>=E7=94=B2</td><td rowspan=3D2>b</td></tr><tr><td>c</td></tr></table></html>\n--B--\n"


@pytest.mark.parametrize(
    "content",
    [WEB_ARCHIVE, "<html><table><tr><td>甲</td><td rowspan=2>b</td></tr><tr><td>c</td></tr></table></html>"],
)
def test_a_page_that_stands_for_the_content_is_read(content: str) -> None:
    rels = b'<Relationships><Relationship Id="c" Type="http://x/aFChunk" Target="/word/afchunk.mht"/></Relationships>'
    data = package(
        '<w:altChunk r:id="c"/>',
        parts={"word/_rels/document.xml.rels": rels, "word/afchunk.mht": content.encode()},
    )
    assert shown(data) == [[("甲", 0, 0, 1, 1), ("b", 0, 1, 2, 1), ("c", 1, 0, 1, 1)]]


def test_tables_in_tables_without_end_are_damaged() -> None:
    deep = "<w:tbl><w:tr><w:tc>" * 600 + "</w:tc></w:tr></w:tbl>" * 600
    with pytest.raises(PipelineError) as caught:
        read_document(package(deep), "a.docx")
    assert caught.value.code == "damaged"


@pytest.mark.parametrize("seed", [1, 2])
def test_every_row_of_invented_forms_is_right(seed: int) -> None:
    rng = random.Random(seed)
    pages = [
        printed(f, rng.choice(layouts_for(f)), rng)
        for f in invented(500 + seed, n_forms=seed, target=seed == 2)
    ]
    rows = parse_document(written([page.sheet for page in pages]), "a.docx")
    assert (
        compare_document(
            {"projects": [{**page.truth, "form_index": n} for n, page in enumerate(pages, 1)]}, rows
        )
        == []
    )


@pytest.mark.parametrize("seed", range(20))
def test_changed_bytes_raise_only_errors_of_ours(seed: int) -> None:
    rng, data = random.Random(seed), bytearray(saved(Document()))
    for _ in range(rng.randrange(1, 40)):
        data[rng.randrange(len(data))] = rng.randrange(256)
    if seed % 4 == 0:
        del data[rng.randrange(len(data)) :]
    try:
        reading = read_document(bytes(data), "a.docx")
    except PipelineError:
        return
    assert reading.media_type
