"""Printed forms → a .docx, every form a grid of merged cells under its title.

Comes in: sheets with their merged cells. Goes out: the bytes of a .docx as python-docx writes it. It refuses
nothing.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

from docx import Document

from tests.writers.sheet import Sheet


def written(sheets: Sequence[Sheet]) -> bytes:
    """The sheets one after the other, titles and notes as paragraphs."""
    document = Document()
    for sheet in sheets:
        for line in (*sheet.titles, *sheet.notes):
            document.add_paragraph(line)
        table = document.add_table(sheet.n_rows, sheet.n_cols, style="Table Grid")
        for cell in sheet.cells:
            place = table.cell(cell.row, cell.col)
            if cell.row_span > 1 or cell.col_span > 1:
                place = place.merge(table.cell(cell.row + cell.row_span - 1, cell.col + cell.col_span - 1))
            place.text = cell.text
    document.add_paragraph("填报人：")  # a Word file ends in a paragraph
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
