"""Word files that python-docx writes here: merges both ways, tables inside cells, text boxes, tracked changes."""

from __future__ import annotations

import io
import random

import pytest
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from pipeline.errors import PipelineError
from pipeline.model import Line, Table
from pipeline.read import read_document


def saved(document: object) -> bytes:
    out = io.BytesIO()
    document.save(out)  # type: ignore[attr-defined]
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
    assert [b.text for b in read_document(saved(document), "a.docx").blocks if isinstance(b, Line)] == ["原增", "框"]


def test_a_package_without_its_main_part_is_damaged() -> None:
    whole = saved(Document())
    with pytest.raises(PipelineError) as caught:
        read_document(whole[: len(whole) // 2], "a.docx")
    assert caught.value.code in ("damaged", "unknown_format")


@pytest.mark.parametrize("seed", range(40))
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
