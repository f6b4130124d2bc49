"""Word (.docx) → tables and lines.

Comes in: the bytes of a .docx. Goes out: the body's paragraphs as lines and its tables with their merged
cells, in order; text boxes where they are anchored, insertions kept, deletions, hidden and struck out text
and prompts of empty content controls dropped. A table inside a cell becomes part of the outer one's grid, or
follows it where it has only a row or a column. Refused: files whose main part is missing, is no XML or is
nested without end.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace

from lxml import etree

from pipeline.model.cells import Block, Cell, Line, Reading, Table
from pipeline.model.errors import Code, error
from pipeline.read.common.inner_tables import is_data, opened
from pipeline.read.common.span_grid import MAX_COLS
from pipeline.read.web.html import html_blocks
from pipeline.read.web.web_archive import page_of

READER = "docx"
MAIN = "word/document.xml"
MOST_BYTES = 200_000_000  # unpacked size of a part
STRICT = (  # the names that the strict kind of these files has for the usual ones (ISO/IEC 29500-1)
    (
        b"http://purl.oclc.org/ooxml/wordprocessingml/main",
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    ),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/math",
        b"http://schemas.openxmlformats.org/officeDocument/2006/math",
    ),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
)
OF_2003 = (
    b"http://schemas.microsoft.com/office/word/2003/wordml",
    b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
)
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_DROPPED = frozenset({f"{_W}del", f"{_W}moveFrom", f"{_W}instrText", f"{_W}rt", f"{_MC}Fallback"})
_FRAMES = frozenset(
    {f"{_W}{n}" for n in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag")}
    | {f"{_MC}AlternateContent", f"{_MC}Choice"}
)
_SECTIONS = frozenset(
    {f"{{http://schemas.microsoft.com/office/word/2003/auxHint}}{n}" for n in ("sect", "sub-section")}
)  # of 2003
_BOX = f"{_W}txbxContent"
_NO = ("0", "false", "off")
_SYMBOLS: Mapping[int, str] = {  # of the font Symbol; its signs below 0x40 are those of ASCII
    0xA3: "≤", 0xB3: "≥", 0xB0: "°", 0xB1: "±", 0xB4: "×", 0xB8: "÷", 0xB9: "≠", 0xBB: "≈", 0xA5: "∞",
    0xD7: "·", 0xBC: "…",
}  # fmt: skip
_TICKS: Mapping[int, str] = {  # of the fonts Wingdings and Wingdings 2
    0xFE: "☑", 0x52: "☑", 0xA8: "□", 0x6F: "□", 0xA3: "□", 0x2A: "□", 0xFC: "√", 0x50: "√",
}  # fmt: skip
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # what may not stand in XML
_PRIVATE = re.compile("[\uf020-\uf0ff]")  # where Word keeps the characters of symbol fonts


def read_docx(data: bytes, name: str, media_type: str) -> Reading:
    """Reads a .docx.

    Raises:
        PipelineError: `damaged` where the package or its main part cannot be read, `too_large` where it
        unpacks beyond bounds.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            main = _main(package)
            markup = _part(package, main, name)
            for strict, usual in STRICT:
                markup = markup.replace(strict, usual)
            root = etree.fromstring(markup, _parser())
            body = _with_chunks(root.find(f"{_W}body"), package, main, name)
        blocks = tuple(_blocks(body)) if body is not None else ()
    except (
        zipfile.BadZipFile,
        zlib.error,
        KeyError,
        ValueError,
        etree.XMLSyntaxError,
        RuntimeError,  # a locked member, or nesting without end
        EOFError,
        OSError,
    ) as exception:
        raise error(Code.DAMAGED, name, f"the Word file cannot be read ({exception})") from exception
    return Reading(blocks, media_type, READER)


def read_word_xml(data: bytes, name: str, media_type: str) -> Reading:
    """Reads a Word file that is a single XML: of 2003 (`wordDocument`), or a package written flat.

    Raises:
        PipelineError: `damaged` where it is no XML, `unknown_format` where it is another one.
    """
    for other, usual in (*STRICT, OF_2003, (b":vmerge", b":vMerge"), (b":hmerge", b":hMerge")):
        data = data.replace(other, usual)
    try:
        root = etree.fromstring(data, _parser())
        body = root.find(f".//{_W}body")
        if body is None:
            raise error(Code.UNKNOWN_FORMAT, name, "this kind of XML is not read")
        blocks = tuple(_blocks(body))
    except (etree.XMLSyntaxError, ValueError, RuntimeError) as exception:
        raise error(Code.DAMAGED, name, f"the Word file cannot be read ({exception})") from exception
    return Reading(blocks, media_type, READER)


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)


def _part(package: zipfile.ZipFile, part: str, name: str) -> bytes:
    if package.getinfo(part).file_size > MOST_BYTES:
        raise error(Code.TOO_LARGE, name, "the document unpacks to more than 200 MB")
    return package.read(part)


def _targets(package: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """The parts that a part (or, for an empty name, the package) points to: by ID the kind and the name."""
    rels = posixpath.join(posixpath.dirname(part), "_rels", f"{posixpath.basename(part)}.rels")
    if rels not in package.namelist():
        return {}
    found = {}
    for element in etree.fromstring(package.read(rels), _parser()):
        target = str(element.get("Target", ""))
        path = (
            target.lstrip("/")
            if target.startswith("/")
            else posixpath.normpath(posixpath.join(posixpath.dirname(part), target))
        )
        found[str(element.get("Id", ""))] = (str(element.get("Type", "")).rpartition("/")[2], path)
    return found


def _main(package: zipfile.ZipFile) -> str:
    """The name of the main part, which the package says; it is nearly always the same."""
    named = [path for kind, path in _targets(package, "").values() if kind == "officeDocument"]
    return next((path for path in named if path in package.namelist()), MAIN)


def _with_chunks(
    body: etree._Element | None, package: zipfile.ZipFile, main: str, name: str
) -> etree._Element | None:
    """The body, in which a part of HTML that stands for content (`altChunk`) has the markup of that part as
    its text.
    """
    chunks = list(body.iter(f"{_W}altChunk")) if body is not None else []
    targets = _targets(package, main) if chunks else {}
    for chunk in chunks:
        _, part = targets.get(chunk.get(f"{_R}id", ""), ("", ""))
        if part in package.namelist():
            chunk.text = _CONTROL.sub("", page_of(_part(package, part, name)) or "")
    return body


def _blocks(parent: etree._Element) -> Iterator[Block]:
    """The blocks below a body, a cell or a content control, in order."""
    for child in parent:
        if child.tag == f"{_W}p":
            text = _text(child)
            if text.strip():
                yield Line(text)
            for box in child.iter(_BOX):
                if not _inside_dropped(box, child):
                    yield from _blocks(box)
        elif child.tag == f"{_W}tbl":
            yield from _table(child)
        elif child.tag == f"{_W}altChunk":
            yield from html_blocks(child.text or "")
        elif child.tag in _SECTIONS or (child.tag in _FRAMES and not _prompt(child)):
            yield from _blocks(child)


def _inside_dropped(box: etree._Element, paragraph: etree._Element) -> bool:
    """Is a text box part of what is left out, or inside another box, which is read by itself?"""
    for parent in box.iterancestors():
        if parent is paragraph:
            return False
        if parent.tag in _DROPPED or parent.tag == _BOX:
            return True
    return False


def _prompt(element: etree._Element) -> bool:
    """Is it a content control that nobody filled, which shows its prompt?"""
    return not _off(element.find(f"{_W}sdtPr/{_W}showingPlcHdr"))


def _prompted(cell: etree._Element) -> bool:
    """Does a cell stand whole in a content control that nobody filled?"""
    frame = cell.getparent().getparent()
    return frame is not None and frame.tag == f"{_W}sdt" and _prompt(frame)


def _text(paragraph: etree._Element) -> str:
    """The visible text of a paragraph without its text boxes."""
    out: list[str] = []

    def walk(element: etree._Element) -> None:
        for child in element:
            if child.tag in _DROPPED or child.tag == _BOX or child.tag == f"{_W}tbl" or _prompt(child):
                continue
            if child.tag == f"{_W}r" and _hidden(child):
                continue
            if child.tag in (f"{_W}t", f"{_M}t"):
                out.append(_PRIVATE.sub(lambda m: _symbol(ord(m[0]), _font(element)), child.text or ""))
            elif child.tag in (f"{_W}tab", f"{_W}ptab"):
                out.append("\t")
            elif child.tag in (f"{_W}br", f"{_W}cr"):
                out.append("\n")
            elif child.tag == f"{_W}noBreakHyphen":
                out.append("-")
            elif child.tag == f"{_W}sym":
                code = str(child.get(f"{_W}char", ""))
                out.append(
                    _symbol(int(code, 16), str(child.get(f"{_W}font", "")))
                    if re.fullmatch("[0-9A-Fa-f]{1,4}", code)
                    else "\ufffd"
                )
            elif child.tag != f"{_W}pPr":
                walk(child)

    walk(paragraph)
    return "".join(out)


def _font(run: etree._Element) -> str:
    fonts = run.find(f"{_W}rPr/{_W}rFonts")
    return str(fonts.get(f"{_W}ascii") or fonts.get(f"{_W}hAnsi") or "") if fonts is not None else ""


def _hidden(run: etree._Element) -> bool:
    """Is a run hidden or struck out?"""
    return not all(_off(run.find(f"{_W}rPr/{_W}{mark}")) for mark in ("vanish", "strike", "dstrike"))


def _symbol(code: int, font: str) -> str:
    """A character of a symbol font: comparators of Symbol and the boxes that forms tick are known; other
    ornaments are none.

    A sign of Symbol that is not known is said to be lost, for it may have been part of a figure.
    """
    code &= 0xFF
    if font.lower().startswith("wingdings"):
        return _TICKS.get(code, "")
    if font.lower() == "symbol":
        return chr(code) if 0x20 <= code < 0x40 else _SYMBOLS.get(code, "\ufffd")
    return _TICKS.get(code, "") if code != 0xA3 else "\ufffd"


def _number(cell: etree._Element, tag: str, default: int) -> int:
    found = cell.find(f"{_W}{tag}")
    value = found.get(f"{_W}val") if found is not None else None
    return max(0, int(value)) if value is not None and value.isdigit() else default


def _table(table: etree._Element) -> Iterator[Block]:
    """One table with those inside its cells; a table of one cell around others is none."""
    cells: list[Cell] = []
    nested: dict[int, list[Table]] = {}
    content: list[Block] = []
    open_cells: dict[int, int] = {}  # column → place in `cells` of the cell that may go on below
    inner: list[Block] = []
    n_cols = 0
    rows = list(_rows(table))
    for r, row in enumerate(rows):
        properties = row.find(f"{_W}trPr")
        col = min(_number(properties, "gridBefore", 0), MAX_COLS) if properties is not None else 0
        begins = len(cells)
        for tc in _cells(row):
            properties = tc.find(f"{_W}tcPr")
            span = min(max(1, _number(properties, "gridSpan", 1)), MAX_COLS) if properties is not None else 1
            if _merge(properties, "hMerge") == "continue" and len(cells) > begins:
                last = cells[-1]
                cells[-1] = replace(last, col_span=last.col_span + span)
                col += span
                continue
            merge = _merge(properties, "vMerge")
            above = cells[open_cells[col]] if merge == "continue" and col in open_cells else None
            if above is not None and above.row + above.row_span == r and above.col_span <= span:
                cells[open_cells[col]] = replace(above, row_span=above.row_span + 1)
            else:
                content = list(_blocks(tc)) if not _prompted(tc) else []
                tables = [block for block in content if isinstance(block, Table)]
                nested[len(cells)] = [t for t in tables if is_data(t)]
                inner += [t for t in tables if not is_data(t)]
                text = "\n".join(block.text for block in content if isinstance(block, Line))
                cells.append(Cell(text, r, col, 1, span))
                if merge is not None:
                    open_cells[col] = len(cells) - 1
                else:
                    open_cells.pop(col, None)
            col += span
        n_cols = max(n_cols, col)
    if len(cells) == 1 and nested[0]:
        yield from content
        return
    if cells:
        yield opened(Table(tuple(cells), len(rows), n_cols, READER, True), nested)
    yield from inner


def _merge(properties: etree._Element | None, tag: str) -> str | None:
    """`restart` or `continue` of a merge (vMerge, or hMerge as old files have it); None where there is
    none.
    """
    found = properties.find(f"{_W}{tag}") if properties is not None else None
    return None if found is None else "restart" if found.get(f"{_W}val") == "restart" else "continue"


def _rows(table: etree._Element) -> Iterator[etree._Element]:
    """The rows that are seen: neither taken out nor hidden."""
    for child in table:
        if child.tag == f"{_W}tr":
            if child.find(f"{_W}trPr/{_W}del") is None and _off(child.find(f"{_W}trPr/{_W}hidden")):
                yield child
        elif child.tag in _FRAMES:
            yield from _rows(child)


def _off(mark: etree._Element | None) -> bool:
    """Is a switch missing, or there and off?"""
    return mark is None or mark.get(f"{_W}val", "1") in _NO


def _cells(row: etree._Element) -> Iterator[etree._Element]:
    for child in row:
        if child.tag == f"{_W}tc":
            if child.find(f"{_W}tcPr/{_W}cellDel") is None:
                yield child
        elif child.tag in _FRAMES:
            yield from _cells(child)
