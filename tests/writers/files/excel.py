"""Forms → an Excel workbook (.xlsx): typed figures with number formats, merged ranges, one form a sheet or
many.

Comes in: printed forms and a look. Goes out: bytes. A percentage is stored as a fraction, an amount as a
number, a whole date as a date, each with the format that shows what the form prints. A hidden sheet holds an
older draft, which is not in the truth.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from tests.writers.files.look import FONTS, Look, column_shares, footnotes, parts
from tests.writers.sheet import Sheet, WCell
from tests.writers.templates import Printed

SIDE = {
    "solid": "thin",
    "thin": "hair",
    "dashed": "dashed",
    "dotted": "dotted",
    "double": "double",
    "open-sides": "thin",
}
WIDTH = 120.0  # of a whole form, in characters
LINE = 1.35  # height of a line, in sizes of the font
ID_LIKE = frozenset(
    {"name", "level1", "level2", "project_name", "contact_phone", "deviation_reason", "remark"}
)


@dataclass(frozen=True, slots=True)
class Book:
    """What is special about a workbook; `names` is the pattern of sheet names."""

    typed: bool = True
    one_sheet: bool = False
    hidden: bool = False
    names: str = "表{}"
    offset: int = 0  # empty columns to the left
    formulas: bool = False  # every third figure is the result of a formula; its value is not stored

    @staticmethod
    def of(rng: Random) -> Book:
        """One by chance."""
        names = rng.choice(["表{}", "Sheet{}", "附{}", "项目{}"])
        return Book(
            rng.random() < 0.75,
            rng.random() < 0.4,
            rng.random() < 0.35,
            names,
            rng.choice([0, 0, 0, 1]),
            rng.random() < 0.3,
        )


def xlsx(forms: Sequence[Printed], look: Look, book: Book, rng: Random) -> bytes:
    """The forms as one workbook."""
    workbook = Workbook()
    sheet, row = workbook.active, 1
    sheet.title = book.names.format(1)
    for number, form in enumerate(forms, 1):
        if number > 1 and book.one_sheet:
            row += rng.choice([0, 1, 2])
        elif number > 1:
            sheet, row = workbook.create_sheet(book.names.format(number)), 1
        row = _form(sheet, parts(form.sheet, look.but(torn=False), rng)[0], row, look, book, rng)
        for text in footnotes(look):
            sheet.cell(row, 1 + book.offset, text)
            row += 1
        sheet.page_setup.orientation = "landscape" if look.landscape else "portrait"
        sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
        sheet.page_setup.fitToHeight, sheet.sheet_properties.pageSetUpPr.fitToPage = 0, True
        if look.page_numbers:
            sheet.oddFooter.center.text = look.page_numbers.format("&P")
    if book.hidden:
        draft = workbook.create_sheet("作废", 0)
        draft.sheet_state = "hidden"
        _form(draft, forms[0].sheet, 1, look, book, rng)
        workbook.active = 1
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def _form(sheet: Worksheet, form: Sheet, row: int, look: Look, book: Book, rng: Random) -> int:
    """Writes one form from `row` on; returns the first row after it."""
    first, last = 1 + book.offset, book.offset + form.n_cols
    family = FONTS[look.font][0]
    for text, extra in [*((t, 6.0) for t in form.titles), *((n, 0.0) for n in form.notes)]:
        cell = sheet.cell(row, first, text)
        cell.font = Font(name=family, size=look.size + extra, bold=extra > 0)
        cell.alignment = Alignment(horizontal="right" if "单位" in text and not extra else "center")
        if last > first:
            sheet.merge_cells(start_row=row, end_row=row, start_column=first, end_column=last)
        row += 1
    widths = [s * WIDTH for s in column_shares(form, rng)]
    for k, width in enumerate(widths):
        column = sheet.column_dimensions[get_column_letter(first + k)]
        column.width = max(width, 4.0)
    for k, height in enumerate(_heights(form, widths, look.size)):
        sheet.row_dimensions[row + k].height = height
    for part in form.cells:
        _cell(sheet, part, row, first, look, book, family)
    return row + form.n_rows


def _heights(form: Sheet, widths: Sequence[float], size: float) -> list[float]:
    """Row heights in points: Excel does not fit merged cells itself."""
    out = [size * LINE * 1.3] * form.n_rows
    for cell in sorted(form.cells, key=lambda c: c.row_span):
        room = sum(widths[cell.col : cell.col + cell.col_span]) * 11 / size / 2.3
        lines = sum(max(1, -(-len(part) // max(1, int(room)))) for part in cell.text.split("\n"))
        need = (lines + 0.6) * size * LINE
        have = sum(out[cell.row : cell.row + cell.row_span])
        if need > have:
            out[cell.row + cell.row_span - 1] += need - have
    return out


def _cell(sheet: Worksheet, part: WCell, row: int, first: int, look: Look, book: Book, family: str) -> None:
    r, c = row + part.row, first + part.col
    cell = sheet.cell(r, c)
    value, form = typed(part) if book.typed else (part.text or None, "General")
    cell.value, cell.number_format = value, form
    if isinstance(value, str) and value[:1] in "=+-":
        cell.data_type = "s"  # a text that looks like a formula
    if book.formulas and isinstance(value, int | float) and (part.row + part.col) % 3 == 0:
        cell.value = f"={value}+0"
    heading = part.role in ("heading", "label", "side")
    cell.font = Font(name=family, size=look.size, bold=heading and look.fill)
    cell.alignment = Alignment(
        wrap_text=True, vertical="center", horizontal="left" if look.left and not heading else "center"
    )
    if look.fill and heading:
        cell.fill = PatternFill("solid", fgColor="DDEBF7")
    if look.ruling != "none":
        side = Side(style=SIDE.get(look.ruling, "thin"))
        for rr in range(r, r + part.row_span):
            for cc in range(c, c + part.col_span):
                sheet.cell(rr, cc).border = Border(left=side, right=side, top=side, bottom=side)
    if part.row_span * part.col_span > 1:
        sheet.merge_cells(
            start_row=r, end_row=r + part.row_span - 1, start_column=c, end_column=c + part.col_span - 1
        )


def typed(part: WCell) -> tuple[object, str]:
    """What a typist's Excel holds for a printed text: the value and the number format that shows the text
    again.
    """
    text = part.text
    if not text:
        return None, "General"
    if part.role in ID_LIKE:
        return text, "@"
    if found := re.fullmatch(r"(\d+)(?:\.(\d+))?%", text):
        decimals = len(found[2] or "")
        return round(float(text[:-1]) / 100, decimals + 4), f"0{'.' + '0' * decimals if decimals else ''}%"
    if re.fullmatch(r"[1-9]\d{0,2}(,\d{3})+(\.\d+)?|\d+\.\d{2}|0|[1-9]\d*(\.\d+)?", text):
        plain = text.replace(",", "")
        decimals = len(plain.partition(".")[2])
        whole = "#,##0" if "," in text else "0"
        return (float(plain) if decimals else int(plain)), f"{whole}.{'0' * decimals}" if decimals else (
            whole if "," in text else "General"
        )
    if found := re.fullmatch(r"(\d{4})年(\d{1,2})月(\d{1,2})日", text):
        return date(*(int(n) for n in found.groups())), 'yyyy"年"m"月"d"日"'
    return text, "General"
