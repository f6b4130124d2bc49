"""Printed forms → an OFD, drawn in one of the ways that its producers have.

Comes in: sheets with their merged cells and a random generator, which picks the look. Goes out: the bytes of
a package whose pages hold every cell's text and rulings; long forms go over several pages, merged cells are
cut there. It refuses nothing.
"""

from __future__ import annotations

import io
import unicodedata
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from xml.sax.saxutils import escape

from tests.writers.sheet import Sheet, WCell

NAMES = 'xmlns:ofd="http://www.ofdspec.org/2016"'
MARGIN, SIZE, LEADING, PADDING = 12.0, 3.2, 4.2, 1.0  # millimetres
HEAD_SIZE = 4.4
RULES = ("boxes", "lines", "one path", "thin fills", "filled cells", "from the page")
TEXTS = ("deltas", "repeats", "single", "no deltas", "scaled", "codes")


@dataclass(frozen=True, slots=True)
class Look:
    """How a producer draws: rulings, texts, a turned page, a template with the page's frame."""

    rules: str
    text: str
    turned: bool
    landscape: bool
    template: bool

    @staticmethod
    def of(rng: Random) -> Look:
        """One by chance."""
        return Look(
            rng.choice(RULES), rng.choice(TEXTS), rng.random() < 0.2, rng.random() < 0.5, rng.random() < 0.5
        )


@dataclass(slots=True)
class _Page:
    """One page's objects; `width` and `height` are those of the page as read."""

    width: float
    height: float
    objects: list[str] = field(default_factory=list)


class Writer:
    """Draws sheets onto pages."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self.pages: list[_Page] = []
        self.next_id = 100

    # ---- drawing
    # -------------------------------------------------------------------------------------------------------

    def new_page(self) -> _Page:
        width, height = (297.0, 210.0) if self.look.landscape else (210.0, 297.0)
        self.pages.append(_Page(width, height))
        return self.pages[-1]

    def _id(self) -> int:
        self.next_id += 1
        return self.next_id

    def _ctm(self, page: _Page, x: float, y: float, scale: float = 1.0) -> str:
        """The attributes that put an object's corner at (x, y), on a turned page turned clockwise by a
        quarter.
        """
        if self.look.turned:
            return f'Boundary="0 0 {page.height:g} {page.width:g}" CTM="0 {scale:g} {-scale:g} 0 {page.height - y:g} {x:g}"'
        ctm = f' CTM="{scale:g} 0 0 {scale:g} 0 0"' if scale != 1.0 else ""
        return f'Boundary="{x:g} {y:g} {page.width - x:g} {page.height - y:g}"{ctm}'

    def text(self, page: _Page, x: float, base: float, text: str, size: float = SIZE) -> None:
        """One line of text, its baseline's start at (x, base)."""
        steps = [_width(ch) * size for ch in text]
        if self.look.text == "single":
            for ch, step in zip(text, steps, strict=True):
                if ch != " ":
                    self._text_object(
                        page, x, base, size, f'<ofd:TextCode X="0" Y="{size:g}">{escape(ch)}</ofd:TextCode>'
                    )
                x += step
            return
        if self.look.text == "codes":
            codes, at = "", 0.0
            for ch, step in zip(text, steps, strict=True):
                codes += f'<ofd:TextCode X="{at:.4g}" Y="{size:g}">{escape(ch)}</ofd:TextCode>'
                at += step
            self._text_object(page, x, base, size, codes)
            return
        scale = 0.5 if self.look.text == "scaled" else 1.0
        deltas = ""
        if len(text) > 1 and self.look.text != "no deltas":
            written = (
                _repeats(steps[:-1], scale)
                if self.look.text == "repeats"
                else " ".join(f"{s / scale:.4g}" for s in steps[:-1])
            )
            deltas = f' DeltaX="{written}"'
        code = f'<ofd:TextCode X="0" Y="{size / scale:g}"{deltas}>{escape(text)}</ofd:TextCode>'
        self._text_object(page, x, base, size / scale, code, scale)

    def _text_object(
        self, page: _Page, x: float, base: float, size: float, codes: str, scale: float = 1.0
    ) -> None:
        place = self._ctm(page, x, base - size * scale, scale)
        page.objects.append(
            f'<ofd:TextObject ID="{self._id()}" {place} Font="5" Size="{size:g}">{codes}</ofd:TextObject>'
        )

    def path(self, page: _Page, x: float, y: float, data: str, attributes: str = 'LineWidth="0.25"') -> None:
        place = self._ctm(page, x, y)
        page.objects.append(
            f'<ofd:PathObject ID="{self._id()}" {place} {attributes}><ofd:AbbreviatedData>{data}</ofd:AbbreviatedData></ofd:PathObject>'
        )

    def rules(self, page: _Page, boxes: Sequence[tuple[float, float, float, float]]) -> None:
        """The borders of cells, each a box of x, y, width and height."""
        kind = self.look.rules
        if kind == "one path":
            data = " ".join(
                f"M {x:g} {y:g} L {x + w:g} {y:g} L {x + w:g} {y + h:g} L {x:g} {y + h:g} C"
                for x, y, w, h in boxes
            )
            self.path(page, 0, 0, data)
            return
        for x, y, w, h in boxes:
            if kind == "boxes":
                self.path(page, x, y, f"S 0 0 L {w:g} 0 L {w:g} {h:g} L 0 {h:g} C")
            elif kind == "filled cells":
                self.path(
                    page, x, y, f"M 0 0 L {w:g} 0 L {w:g} {h:g} L 0 {h:g} C", 'Stroke="false" Fill="true"'
                )
            elif kind == "thin fills":
                for a, b, c, d in ((0, 0, w, 0.3), (0, h, w, 0.3), (0, 0, 0.3, h), (w, 0, 0.3, h)):
                    data = f"M {a:g} {b:g} L {a + c:g} {b:g} L {a + c:g} {b + d:g} L {a:g} {b + d:g} C"
                    self.path(page, x, y, data, 'Stroke="false" Fill="true"')
            else:
                for a, b, c, d in ((0, 0, w, 0), (0, h, w, h), (0, 0, 0, h), (w, 0, w, h)):
                    self._line(page, x + a, y + b, x + c, y + d)

    def _line(self, page: _Page, x0: float, y0: float, x1: float, y1: float) -> None:
        if self.look.rules == "from the page" and not self.look.turned:
            box = f'Boundary="{x0:g} {y0:g} {x1 - x0:g} {y1 - y0:g}"'
            data = f"M {x0:g} {y0:g} L {x1:g} {y1:g}"
            page.objects.append(
                f'<ofd:PathObject ID="{self._id()}" {box}><ofd:AbbreviatedData>{data}</ofd:AbbreviatedData></ofd:PathObject>'
            )
            return
        self.path(page, x0, y0, f"M 0 0 L {x1 - x0:g} {y1 - y0:g}")

    # ---- sheets
    # --------------------------------------------------------------------------------------------------------

    def sheet(self, sheet: Sheet) -> None:
        """One form: its titles and notes, and its grid over as many pages as it takes."""
        page = self.new_page()
        top = MARGIN
        for line in (*sheet.titles, *sheet.notes):
            size = HEAD_SIZE if line in sheet.titles else SIZE
            self.text(page, (page.width - _length(line) * size) / 2, top + size, line, size)
            top += 1.8 * size
        widths = _columns(sheet, page.width - 2 * MARGIN)
        heights = _rows(sheet, widths)
        first = 0
        while first < sheet.n_rows:
            last, room = first, page.height - MARGIN - top - 6
            while last < sheet.n_rows and (last == first or sum(heights[first : last + 1]) <= room):
                last += 1
            while (
                last < sheet.n_rows
                and last > first + 1
                and any(_torn(c, widths, heights, last) for c in sheet.cells)
            ):
                last -= 1
            self._part(page, sheet, widths, heights, first, last, top)
            first, top = last, MARGIN
            if first < sheet.n_rows:
                page = self.new_page()

    def _part(
        self,
        page: _Page,
        sheet: Sheet,
        widths: Sequence[float],
        heights: Sequence[float],
        first: int,
        last: int,
        top: float,
    ) -> None:
        """The rows `first` to `last` (exclusive); a cell that began on an earlier page goes on without its
        text.
        """
        boxes = []
        for cell in sheet.cells:
            start, end = max(cell.row, first), min(cell.row + cell.row_span, last)
            if start >= end:
                continue
            x = MARGIN + sum(widths[: cell.col])
            y = top + sum(heights[first:start])
            w, h = sum(widths[cell.col : cell.col + cell.col_span]), sum(heights[start:end])
            boxes.append((x, y, w, h))
            if start > cell.row:
                continue
            lines = _wrapped(cell.text, w - 2 * PADDING)
            at = y + max(PADDING, (h - len(lines) * LEADING) / 2)
            for line in lines:
                self.text(page, x + PADDING, at + SIZE, line)
                at += LEADING
        self.rules(page, boxes)

    # ---- package
    # -------------------------------------------------------------------------------------------------------

    def package(self) -> bytes:
        """All pages, their template where the look has one, and a resource that draws layers in black."""
        parts = {
            "OFD.xml": f'<ofd:OFD {NAMES} DocType="OFD" Version="1.0"><ofd:DocBody><ofd:DocInfo><ofd:DocID>1</ofd:DocID></ofd:DocInfo>'
            "<ofd:DocRoot>/Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
            "Doc_0/PublicRes.xml": f'<ofd:Res {NAMES} BaseLoc="Res"><ofd:DrawParams><ofd:DrawParam ID="3" LineWidth="0.3">'
            '<ofd:FillColor Value="0 0 0"/></ofd:DrawParam></ofd:DrawParams></ofd:Res>',
        }
        template, use = "", ""
        if self.look.template:
            template = '<ofd:TemplatePage ID="7" BaseLoc="Tpls/Tpl_0/Content.xml"/>'
            use = '<ofd:Template TemplateID="7" ZOrder="Background"/>'
            parts["Doc_0/Tpls/Tpl_0/Content.xml"] = self._content(
                '<ofd:TextObject ID="8" Boundary="10 2 60 6" Font="5" Size="2.5"><ofd:FillColor Value="190 0 0"/>'
                '<ofd:TextCode X="0" Y="4" DeltaX="g 3 2.5">内部资料</ofd:TextCode></ofd:TextObject>'
                '<ofd:TextObject ID="9" Boundary="60 100 90 90" CTM="0.7 -0.7 0.7 0.7 0 60" Font="5" Size="12">'
                '<ofd:TextCode X="0" Y="12" DeltaX="g 3 12">公开样稿</ofd:TextCode></ofd:TextObject>',
            )
        pages = ""
        for n, page in enumerate(self.pages):
            parts[f"Doc_0/Pages/Page_{n}/Content.xml"] = self._content("".join(page.objects), use)
            pages += f'<ofd:Page ID="{10 + n}" BaseLoc="Pages/Page_{n}/Content.xml"/>'
        width, height = self.pages[0].width, self.pages[0].height
        if self.look.turned:
            width, height = height, width
        parts["Doc_0/Document.xml"] = (
            f"<ofd:Document {NAMES}><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 {width:g} {height:g}</ofd:PhysicalBox></ofd:PageArea>"
            f"<ofd:PublicRes>PublicRes.xml</ofd:PublicRes>{template}</ofd:CommonData><ofd:Pages>{pages}</ofd:Pages></ofd:Document>"
        )
        return packed(parts)

    def _content(self, objects: str, use: str = "") -> str:
        return f'<ofd:Page {NAMES}>{use}<ofd:Content><ofd:Layer ID="2" DrawParam="3" Type="Body">{objects}</ofd:Layer></ofd:Content></ofd:Page>'


def written(sheets: Sequence[Sheet], look: Look) -> bytes:
    """The sheets, each on pages of its own."""
    writer = Writer(look)
    for sheet in sheets:
        writer.sheet(sheet)
    return writer.package()


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    """Parts by their names as a package; texts as XML in UTF-8."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(
                name,
                content if isinstance(content, bytes) else f'<?xml version="1.0" encoding="UTF-8"?>{content}',
            )
    return out.getvalue()


def _width(ch: str) -> float:
    return 1.0 if unicodedata.east_asian_width(ch) in "WFA" else 0.5


def _length(text: str) -> float:
    return sum(map(_width, text))


def _wrapped(text: str, width: float) -> list[str]:
    lines = []
    for part in text.split("\n"):
        line = ""
        for ch in part:
            if line and (_length(line) + _width(ch)) * SIZE > width:
                lines.append(line)
                line = ""
            line += ch
        lines.append(line)
    return [line for line in lines if line]


def _repeats(steps: Sequence[float], scale: float) -> str:
    """Steps with runs of equal ones as `g n v`."""
    out: list[str] = []
    i = 0
    while i < len(steps):
        n = next((k for k in range(i, len(steps)) if steps[k] != steps[i]), len(steps)) - i
        value = f"{steps[i] / scale:.4g}"
        out += ["g", str(n), value] if n > 1 else [value]
        i += n
    return " ".join(out)


def _columns(sheet: Sheet, room: float) -> list[float]:
    """Widths that share the page by what stands in each column alone, none too narrow for four characters."""
    need = [4.0] * sheet.n_cols
    for cell in sheet.cells:
        if cell.col_span == 1:
            need[cell.col] = max(need[cell.col], min(_length(cell.text), 12.0))
    return [n * room / sum(need) for n in need]


def _torn(cell: WCell, widths: Sequence[float], heights: Sequence[float], row: int) -> bool:
    """Would a page break before `row` leave too little of a cell for its text?"""
    if not cell.row < row < cell.row + cell.row_span:
        return False
    lines = _wrapped(cell.text, sum(widths[cell.col : cell.col + cell.col_span]) - 2 * PADDING)
    return len(lines) * LEADING + 2 * PADDING > sum(heights[cell.row : row])


def _rows(sheet: Sheet, widths: Sequence[float]) -> list[float]:
    heights = [LEADING + 2 * PADDING] * sheet.n_rows

    def wanted(cell: WCell) -> float:
        width = sum(widths[cell.col : cell.col + cell.col_span])
        return len(_wrapped(cell.text, width - 2 * PADDING)) * LEADING + 2 * PADDING

    for cell in sorted(sheet.cells, key=lambda c: c.row_span):
        own = slice(cell.row, cell.row + cell.row_span)
        missing = wanted(cell) - sum(heights[own])
        if missing > 0:
            heights[cell.row + cell.row_span - 1] += missing
    return heights
