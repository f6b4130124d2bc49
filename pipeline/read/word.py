"""Word (.docx) → tables and lines.

Comes in: the bytes of a .docx. Goes out: the body's paragraphs as lines and its tables with their merged cells, in order; text
boxes where they are anchored, insertions kept, deletions and hidden text dropped. A table inside a cell follows its outer one.
Refused: files whose main part is missing or is no XML.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator

from lxml import etree

from pipeline.errors import Code, error
from pipeline.model import Block, Cell, Line, Reading, Table

READER = "docx"
MAIN = "word/document.xml"
MOST_BYTES = 200_000_000  # unpacked size of the main part
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_DROPPED = frozenset({f"{_W}del", f"{_W}moveFrom", f"{_W}instrText", _FALLBACK})
_BOX = f"{_W}txbxContent"


def read_docx(data: bytes, name: str, media_type: str) -> Reading:
    """Reads a .docx.

    Raises:
        PipelineError: `damaged` where the package or its main part cannot be read, `too_large` where it unpacks beyond bounds.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            if package.getinfo(MAIN).file_size > MOST_BYTES:
                raise error(Code.TOO_LARGE, name, "the document unpacks to more than 200 MB")
            markup = package.read(MAIN)
        root = etree.fromstring(markup, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    except (zipfile.BadZipFile, zlib.error, KeyError, etree.XMLSyntaxError, RuntimeError, EOFError, OSError) as exception:
        raise error(Code.DAMAGED, name, f"the Word file cannot be read ({exception})") from exception
    body = root.find(f"{_W}body")
    blocks = tuple(_blocks(body)) if body is not None else ()
    return Reading(blocks, media_type, READER)


def _blocks(parent: etree._Element) -> Iterator[Block]:
    """The blocks below a body, a cell or a content control, in order."""
    for child in parent:
        if child.tag == f"{_W}p":
            text = _text(child)
            if text.strip():
                yield Line(text)
            for box in child.iter(_BOX):
                if not _inside_dropped(box):
                    yield from _blocks(box)
        elif child.tag == f"{_W}tbl":
            yield from _table(child)
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}customXml", f"{_W}ins", f"{_W}smartTag"):
            yield from _blocks(child)


def _inside_dropped(element: etree._Element) -> bool:
    return any(parent.tag in _DROPPED for parent in element.iterancestors())


def _text(paragraph: etree._Element) -> str:
    """The visible text of a paragraph without its text boxes."""
    out: list[str] = []

    def walk(element: etree._Element) -> None:
        for child in element:
            if child.tag in _DROPPED or child.tag == _BOX or child.tag == f"{_W}tbl":
                continue
            if child.tag == f"{_W}r" and _hidden(child):
                continue
            if child.tag == f"{_W}t":
                out.append(child.text or "")
            elif child.tag == f"{_W}tab":
                out.append("\t")
            elif child.tag in (f"{_W}br", f"{_W}cr"):
                out.append("\n")
            elif child.tag == f"{_W}noBreakHyphen":
                out.append("-")
            elif child.tag == f"{_W}sym":
                out.append(_symbol(child))
            elif child.tag != f"{_W}pPr":
                walk(child)

    walk(paragraph)
    return "".join(out)


def _hidden(run: etree._Element) -> bool:
    mark = run.find(f"{_W}rPr/{_W}vanish")
    return mark is not None and mark.get(f"{_W}val", "1") not in ("0", "false")


def _symbol(element: etree._Element) -> str:
    """A character of a symbol font; the boxes of Wingdings that forms tick are known."""
    code = int(element.get(f"{_W}char", "0"), 16) & 0xFF
    return {0xFE: "☑", 0x52: "☑", 0xA8: "□", 0x6F: "□", 0xFC: "√"}.get(code, "")


def _number(cell: etree._Element, tag: str, default: int) -> int:
    found = cell.find(f"{_W}{tag}")
    value = found.get(f"{_W}val") if found is not None else None
    return max(0, int(value)) if value is not None and value.isdigit() else default


def _table(table: etree._Element) -> Iterator[Block]:
    """One table, and behind it the tables inside its cells."""
    cells: list[Cell] = []
    open_cells: dict[int, int] = {}  # column → place in `cells` of the cell that may go on below
    inner: list[Block] = []
    n_cols = 0
    rows = list(_rows(table))
    for r, row in enumerate(rows):
        properties = row.find(f"{_W}trPr")
        col = _number(properties, "gridBefore", 0) if properties is not None else 0
        for tc in _cells(row):
            properties = tc.find(f"{_W}tcPr")
            span = _number(properties, "gridSpan", 1) if properties is not None else 1
            merge = properties.find(f"{_W}vMerge") if properties is not None else None
            goes_on = merge is not None and merge.get(f"{_W}val", "continue") != "restart"
            if goes_on and col in open_cells:
                above = cells[open_cells[col]]
                cells[open_cells[col]] = Cell(above.text, above.row, above.col, r - above.row + 1, above.col_span)
            else:
                content = list(_blocks(tc))
                inner += [block for block in content if isinstance(block, Table)]
                text = "\n".join(block.text for block in content if isinstance(block, Line))
                cells.append(Cell(text, r, col, 1, max(1, span)))
                if merge is not None:
                    open_cells[col] = len(cells) - 1
                else:
                    open_cells.pop(col, None)
            col += max(1, span)
        n_cols = max(n_cols, col)
    if cells:
        yield Table(tuple(cells), len(rows), n_cols, READER, True)
    yield from inner


def _rows(table: etree._Element) -> Iterator[etree._Element]:
    for child in table:
        if child.tag == f"{_W}tr":
            if child.find(f"{_W}trPr/{_W}del") is None:
                yield child
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}customXml"):
            yield from _rows(child)


def _cells(row: etree._Element) -> Iterator[etree._Element]:
    for child in row:
        if child.tag == f"{_W}tc":
            yield child
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}customXml"):
            yield from _cells(child)
