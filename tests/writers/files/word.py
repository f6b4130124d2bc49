"""Forms → a Word document (.docx), with real vertical and horizontal merges.

Comes in: printed forms and a look. Goes out: bytes. Borders, shading, fonts, paragraphs in cells, prose
between forms, repeated header rows and page numbers follow the look; what Word does not draw (watermarks,
seals) is left out.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from random import Random
from typing import Any
from xml.sax.saxutils import escape

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt

from tests.writers.files.look import FONTS, Look, column_shares, footnotes, headings, parts, prose
from tests.writers.sheet import Sheet, WCell
from tests.writers.templates import Printed

TWIPS = 20  # a point
BORDERS = {  # ruling → (style, width in eighths of a point)
    "solid": ("single", 4), "thin": ("single", 2), "dashed": ("dashed", 4), "dotted": ("dotted", 4), "double": ("double", 4),
    "rects": ("single", 8), "fills": ("single", 12), "open-sides": ("single", 4), "none": ("none", 0),
}  # fmt: skip
SIDES = ("top", "left", "bottom", "right", "insideH", "insideV")


def docx(forms: Sequence[Printed], look: Look, rng: Random) -> bytes:
    """The forms one after another in one document."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = (Mm(297), Mm(210)) if look.landscape else (Mm(210), Mm(297))
    section.orientation = WD_ORIENT.LANDSCAPE if look.landscape else WD_ORIENT.PORTRAIT
    section.left_margin = section.right_margin = Mm(rng.choice([15, 18, 25]))
    family = FONTS[look.font][0]
    style = document.styles["Normal"]
    style.font.name, style.font.size = family, Pt(look.size)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), family)
    width = int((section.page_width - section.left_margin - section.right_margin) / 12700 * TWIPS)
    if look.page_numbers:
        _number_pages(section.footer.paragraphs[0], look.page_numbers)
    for number, form in enumerate(forms):
        if number and look.new_page:
            document.add_page_break()
        for text in prose(form.truth, rng) if look.prose else ():
            document.add_paragraph(text)
        for title in form.sheet.titles:
            heading = document.add_paragraph()
            heading.alignment = 1
            run = heading.add_run(title)
            run.bold, run.font.size = True, Pt(look.size + 6)
        for note in form.sheet.notes:
            document.add_paragraph(note).alignment = 2 if "单位" in note else 1
        shares = column_shares(form.sheet, rng)
        tables = parts(form.sheet, look, rng)
        for k, part in enumerate(tables):
            if k:
                document.add_page_break()
            _append(document, _table(part, shares, look, width, rng))
            if look.prose or k + 1 == len(tables):
                document.add_paragraph("")
        for text in footnotes(look):
            document.add_paragraph(text)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _append(document: Document, xml: str) -> None:
    body = document.element.body
    body.insert(len(body) - 1, parse_xml(xml))  # before the section's properties


def _table(sheet: Sheet, shares: Sequence[float], look: Look, width: int, rng: Random) -> str:
    style, eighths = BORDERS[look.ruling]
    open_sides = ("left", "right") if look.ruling == "open-sides" else ()
    borders = "".join(
        f'<w:{side} w:val="{"none" if side in open_sides else style}" w:sz="{eighths}" w:space="0" w:color="000000"/>'
        for side in SIDES
    )
    grid = "".join(f'<w:gridCol w:w="{round(s * width)}"/>' for s in shares)
    repeated = headings(sheet) if look.repeat_header else range(0)
    rows = []
    owner: dict[tuple[int, int], WCell] = {}
    for cell in sheet.cells:
        for r in range(cell.row, cell.row + cell.row_span):
            owner[r, cell.col] = cell
    for r in range(sheet.n_rows):
        cells = [
            _cell(owner[r, c], r, shares, look, width, rng) for c in range(sheet.n_cols) if (r, c) in owner
        ]
        header = "<w:tblHeader/>" if r in repeated and repeated.start == 0 else ""
        whole = "" if look.cut_rows else "<w:cantSplit/>"
        rows.append(f"<w:tr><w:trPr>{whole}{header}</w:trPr>{''.join(cells)}</w:tr>")
    return (
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{width}" w:type="dxa"/><w:tblBorders>{borders}</w:tblBorders>'
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{"".join(rows)}</w:tbl>'
    )


def _cell(cell: WCell, row: int, shares: Sequence[float], look: Look, width: int, rng: Random) -> str:
    first = row == cell.row
    span = f'<w:gridSpan w:val="{cell.col_span}"/>' if cell.col_span > 1 else ""
    merge = "" if cell.row_span == 1 else '<w:vMerge w:val="restart"/>' if first else "<w:vMerge/>"
    heading = cell.role in ("heading", "label", "side")
    shade = '<w:shd w:val="clear" w:color="auto" w:fill="D9E2F3"/>' if look.fill and heading else ""
    twips = round(sum(shares[cell.col : cell.col + cell.col_span]) * width)
    properties = (
        f'<w:tcPr><w:tcW w:w="{twips}" w:type="dxa"/>{span}{merge}{shade}<w:vAlign w:val="center"/></w:tcPr>'
    )
    side = "left" if look.left and not heading else "center"
    bold = "<w:rPr><w:b/></w:rPr>" if heading and look.fill else ""
    lines = cell.text.split("\n") if first else [""]
    if rng.random() < 0.5:  # Enter, or Shift+Enter
        return f"<w:tc>{properties}{''.join(_paragraph([line], side, bold) for line in lines)}</w:tc>"
    return f"<w:tc>{properties}{_paragraph(lines, side, bold)}</w:tc>"


def _paragraph(lines: Sequence[str], side: str, bold: str) -> str:
    runs = f"<w:r>{bold}<w:br/></w:r>".join(
        f'<w:r>{bold}<w:t xml:space="preserve">{escape(line)}</w:t></w:r>' for line in lines
    )
    return f'<w:p><w:pPr><w:spacing w:before="0" w:after="0"/><w:jc w:val="{side}"/></w:pPr>{runs}</w:p>'


def _number_pages(paragraph: Any, text: str) -> None:
    before, after = text.split("{}")
    paragraph.alignment = 1
    for piece in (before, None, after):
        run = paragraph.add_run(piece or "")
        if piece is None:
            for kind, code in (("begin", ""), ("", " PAGE "), ("end", "")):
                xml = (
                    f'<w:fldChar {nsdecls("w")} w:fldCharType="{kind}"/>'
                    if kind
                    else f"<w:instrText {nsdecls('w')}>{code}</w:instrText>"
                )
                run._r.append(parse_xml(xml))
