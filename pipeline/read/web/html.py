"""HTML → blocks: tables with their merged cells, and the lines around them.

Comes in: the bytes of a page, or the markup of a table found inside a text. Goes out: a `Reading`, or its
blocks. Nothing is loaded from anywhere and no external entity is resolved; scripts, styles, comments, hidden
elements and menus are dropped; broken markup is read as far as it goes. A table that only arranges the page
(one column, or a frame around other tables) is not one: what is in it becomes lines and tables of their own;
a table inside a cell of a real one becomes part of its grid. Nothing is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import etree, html

from pipeline.model.cells import Block, Line, Problem, Reading, Table
from pipeline.model.errors import Code, error
from pipeline.read.common.encoding import decode
from pipeline.read.common.inner_tables import LEAST_COLS, LEAST_ROWS, LEAST_TEXTS, opened
from pipeline.read.common.span_grid import MAX_COLS, SpanCell, place

READER = "html"
DEEPEST = 12  # tables inside cells inside tables; deeper ones are text
LEAST_PAIRED = 3  # rows of label and value that a frame around a page does not have
MAX_LINE = 65535  # libxml2 counts source lines no further in its default build
BREAKING = frozenset(
    re.findall(
        r"\w+",
        "address article aside blockquote body br caption center dd details div dl dt fieldset figcaption"
        " figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li main nav ol option p pre section"
        " summary table tbody td tfoot th thead tr ul",
    )
)
DROPPED = frozenset(
    (
        "script",
        "style",
        "noscript",
        "template",
        "head",
        "title",
        "meta",
        "link",
        "svg",
        "object",
        "iframe",
        "rt",
        "rp",
        "xml",
        "datalist",
    )
)
LISTS = frozenset(("nav", "ul", "ol", "menu"))
LEAST_LINKS, LONGEST_LINK = (
    3,
    8,
)  # links of a menu, and characters of each: a list of documents has longer ones
FRAMES = frozenset(("html", "body"))  # hidden by a sheet until a script shows them
STRUCK = frozenset(("del", "s", "strike"))
UNTITLED = re.compile(
    r"(?:untitled(?: document)?|无标题(?:文档|页)?|新建(?:网页|文本文档)?|new page|document|文档|首页|index)"
    r"[ \d]*",
    re.IGNORECASE,
)
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|text-decoration(?:-line)?\s*:[^;]*line-through",
    re.IGNORECASE,
)
_SHOWN_OR_HIDDEN = re.compile(r"(?:display|visibility)\s*:\s*[\w-]+", re.IGNORECASE)
_SHOWN = re.compile(
    r"display\s*:\s*(?!none)\w|visibility\s*:\s*visible", re.IGNORECASE
)  # of its own, which wins over the sheet
_CSS_COMMENT = re.compile(r"/\*(?:(?!\*/).)*\*/|<!--|-->", re.DOTALL)
_AT_BLOCK = re.compile(r"@[^{};]*(?:;|\{(?:[^{}]*\{[^{}]*\})*[^{}]*\})")  # for print and the like
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_SELECTOR = re.compile(r"(\w*)(?:\.([\w-]+))?(?:#([\w-]+))?")
_SPACE = re.compile(r"[ \t\r\n\f\v]+")
_BREAK = re.compile(r"[ \t\f]*\n[ \t\f]*")
_ROW_OR_TABLE = re.compile(r"<(table|tr|t[dh]|tbody)\b", re.IGNORECASE)


@dataclass(slots=True)
class _Facts:
    """What a table element holds: its own rows of cell elements, their row groups, and the cells of tables
    inside.
    """

    rows: list[list[Any]] = field(default_factory=list)
    row_elements: list[Any] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)
    nested_cells: int = 0

    @property
    def is_grid(self) -> bool:
        """Does it hold data, rather than arrange the page?"""
        if not any(len(row) > 1 for row in self.rows):
            return False
        return self.nested_cells < sum(map(len, self.rows)) or self._paired_rows() >= LEAST_PAIRED

    @property
    def is_data(self) -> bool:
        """Inside a cell: does it hold enough to be more than a way to arrange the cell's words?"""
        texts = sum(1 for row in self.rows for cell in row if any(part.strip() for part in cell.itertext()))
        return (
            self.is_grid
            and len(self.rows) >= LEAST_ROWS
            and max(map(len, self.rows)) >= LEAST_COLS
            and texts >= LEAST_TEXTS
        )

    def _paired_rows(self) -> int:
        """Rows in which two cells or more hold a text and no table."""
        return sum(1 for row in self.rows if sum(map(_has_own_text, row)) > 1)

    def foot_last(self) -> None:
        """A `tfoot` may stand before the rows that it is shown below."""
        order = sorted(range(len(self.rows)), key=lambda i: self.row_elements[i].getparent().tag == "tfoot")
        self.rows = [self.rows[i] for i in order]
        self.row_elements = [self.row_elements[i] for i in order]
        self.groups = [self.groups[i] for i in order]


def _has_own_text(cell: Any) -> bool:
    return cell.find(".//table") is None and any(part.strip() for part in cell.itertext())


@dataclass(slots=True)
class _Text:
    """Text that is being collected: words, breaks, and the source lines that it began and ended on."""

    parts: list[str] = field(default_factory=list)
    line_start: int | None = None
    line_end: int | None = None

    def add(self, raw: str | None, line: int | None, *, keep: bool = False) -> None:
        """Adds character data whose element begins (or, for a tail, ended) on `line`; `keep` keeps its white
        space.
        """
        if not raw:
            return
        text = raw if keep else _SPACE.sub(" ", raw)
        self.parts.append(text)
        if line is not None and text.strip():
            lead = raw[: len(raw) - len(raw.lstrip())].count("\n")
            self.line_start = min(self.line_start or line + lead, line + lead)
            self.line_end = max(self.line_end or 0, line + raw.rstrip().count("\n"))

    def take(self) -> str:
        """The text so far, without blank lines and outer white space."""
        joined = _BREAK.sub("\n", re.sub(r" +", " ", "".join(self.parts)))
        return "\n".join(line for line in (part.strip() for part in joined.split("\n")) if line)


def read_html(data: bytes, name: str, media_type: str) -> Reading:
    """The blocks of an HTML page.

    Raises:
        PipelineError: `unknown_format` where the bytes are no text.
    """
    decoded = decode(data)
    if decoded is None:
        raise error(Code.UNKNOWN_FORMAT, name, "the bytes are not text in any known encoding")
    root, cut = _parse(decoded.text)
    title = None if root is None else _title(root)
    blocks = () if root is None else tuple(_blocks(root, 1))
    problems = (
        (Problem(Code.DAMAGED.value, "the markup is nested too deeply; what comes after was not read"),)
        if cut
        else ()
    )
    return Reading(blocks, media_type, READER, title=title, flags=decoded.flags, problems=problems)


def html_blocks(markup: str, first_line: int = 1) -> tuple[Block, ...]:
    """The blocks of a piece of markup that stands in a text from line `first_line` on."""
    root, _ = _parse(markup)
    return () if root is None else tuple(_blocks(root, first_line))


def _parse(markup: str) -> tuple[Any | None, bool]:
    """The root element, None where there is none, and whether the parser gave up before the end."""
    first = _ROW_OR_TABLE.search(markup)
    if first is not None and first[1].lower() != "table":  # a fragment that begins inside a table
        markup = f"{markup[: first.start()]}<table>{markup[first.start() :]}"
    parser = html.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True
    )
    source = markup.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", errors="replace")
    try:
        root = html.document_fromstring(source, parser=parser)
    except etree.ParserError:  # nothing in it but comments and the like
        root = None
    if root is not None:
        _hide(root)
    return root, any(entry.level == etree.ErrorLevels.FATAL for entry in parser.error_log)


def _hide(root: Any) -> None:
    """Marks as hidden what the page's own style sheets hide by class, id or tag; the last rule counts."""
    hidden: dict[tuple[str, str, str], bool] = {}
    for sheet in root.iter("style"):
        text = _AT_BLOCK.sub("", _CSS_COMMENT.sub("", sheet.text or ""))
        for selectors, body in _RULE.findall(text):
            shown = _SHOWN_OR_HIDDEN.findall(body)
            if not shown:
                continue
            for selector in selectors.split(","):
                match = _SELECTOR.fullmatch(selector.strip())
                if match is not None and any(match.groups()):
                    hidden[match[1].lower(), match[2], match[3]] = _HIDDEN.search(shown[-1]) is not None
    wanted = [key for key, hides in hidden.items() if hides and (key[1] or key[2] or key[0] not in FRAMES)]
    for element in root.iter() if wanted else ():
        classes = (element.get("class") or "").split()
        for tag, name, number in wanted:
            if (
                (not tag or element.tag == tag)
                and (not name or name in classes)
                and (not number or element.get("id") == number)
                and not _SHOWN.search(element.get("style") or "")
            ):
                element.set("hidden", "")


def _title(root: Any) -> str | None:
    found = root.find(".//title")
    text = _SPACE.sub(" ", found.text or "").strip() if found is not None else ""
    return None if not text or UNTITLED.fullmatch(text) else text


def _blocks(root: Any, first_line: int) -> Iterator[Block]:
    """Tables and lines in the order of the source; `first_line` is the line that the markup begins on."""
    facts = _tables(root)
    offset = first_line - 1
    text = _Text()
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag if isinstance(element.tag, str) else ""
        line = _line(element)
        if event == "start":
            table = (
                _table(facts[element], facts, offset) if element in facts and facts[element].is_grid else None
            )
            if tag in BREAKING or table is not None:
                yield from _lines(text, offset)
                text = _Text()
            if table is not None:
                yield from _captions(element, offset)
                yield table
            if table is not None or _dropped(element, tag):
                walk.skip_subtree()
                continue
            text.add(_control(element, tag), line)
            text.add(element.text, line, keep=_preformatted(element))
            continue
        if tag in BREAKING:
            yield from _lines(text, offset)
            text = _Text()
        if element is not root:
            text.add(element.tail, line, keep=_preformatted(element.getparent()))
    yield from _lines(text, offset)


def _captions(element: Any, offset: int) -> Iterator[Line]:
    for caption in element.iterchildren("caption"):
        text = _Text()
        text.add("".join(caption.itertext()), _line(caption))
        yield from _lines(text, offset)


def _tables(root: Any) -> dict[Any, _Facts]:
    """Every table element with its own rows; cells of inner tables only counted."""
    facts: dict[Any, _Facts] = {}
    stack: list[_Facts] = []
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            if tag in DROPPED or (tag in BREAKING and _dropped(element, tag)):
                walk.skip_subtree()
            elif tag == "table":
                facts[element] = _Facts()
                stack.append(facts[element])
            elif tag == "tr" and stack:
                _new_row(stack[-1], element)
            elif tag in ("td", "th") and stack:
                if not stack[-1].rows:
                    _new_row(stack[-1], element)
                stack[-1].rows[-1].append(element)
        elif tag == "table" and element in facts:
            inner = stack.pop()
            inner.foot_last()
            if stack:
                stack[-1].nested_cells += inner.nested_cells + sum(map(len, inner.rows))
    return facts


def _new_row(table: _Facts, element: Any) -> None:
    table.rows.append([])
    table.row_elements.append(element)
    table.groups.append(id(element.getparent()))


def _table(own: _Facts, facts: dict[Any, _Facts], offset: int, depth: int = 0) -> Table | None:
    """A table with those inside its cells opened into its grid; None where it is too wide to be one."""
    rows: list[list[SpanCell]] = []
    inner: dict[int, list[Table]] = {}
    count = 0
    for row, elements in zip(own.row_elements, own.rows, strict=True):
        top = _line(row)
        rows.append([])
        for element in elements:
            cell, inner[count] = _cell(element, top, facts, offset, depth)
            rows[-1].append(cell)
            count += 1
    placed = place(rows, own.groups)
    if placed is None:
        return None
    cells, n_cols = placed
    whole = opened(Table(cells, len(rows), n_cols, READER, spans=True), inner)
    return whole if whole.n_cols <= MAX_COLS else None


def _cell(
    element: Any, row_line: int | None, facts: dict[Any, _Facts], offset: int, depth: int
) -> tuple[SpanCell, list[Table]]:
    """A cell's text, and the tables in it that are more than a way to arrange it."""
    text = _Text()
    tables: list[Table] = []
    walk = etree.iterwalk(element, events=("start", "end"))
    for event, inner in walk:
        tag = inner.tag if isinstance(inner.tag, str) else ""
        line = _line(inner)
        if event == "start" and inner is not element and _dropped(inner, tag):
            walk.skip_subtree()
            continue
        if event == "start" and inner in facts and depth < DEEPEST and facts[inner].is_data:
            table = _table(facts[inner], facts, offset, depth + 1)
            if table is not None:
                tables.append(table)
                text.parts.append("\n")
                walk.skip_subtree()
                continue
        if tag in BREAKING:
            text.parts.append("\n")
        if event == "start":
            text.add(_control(inner, tag), line)
            text.add(inner.text, line, keep=_preformatted(inner))
        elif inner is not element:
            text.add(inner.tail, line, keep=_preformatted(inner.getparent()))
    start = _line(element) or row_line
    end = max(text.line_end or 0, start or 0) or None
    cell = SpanCell(
        text.take(),
        _span(element, "rowspan", 1, 65534),
        _span(element, "colspan", 1, 1000),
        None if start is None else start + offset,
        None if end is None else end + offset,
    )
    return cell, tables


def _span(element: Any, name: str, default: int, limit: int) -> int:
    """A span attribute by the rules for non-negative integers: leading digits count, nonsense is default."""
    match = re.match(r"\s*\+?([0-9]{1,9})", element.get(name) or "")
    if match is None:
        return default
    value = int(match[1])
    return min(value, limit) if value or name == "rowspan" else default


def _lines(text: _Text, offset: int) -> Iterator[Line]:
    """The lines of the text that was collected, none where it is blank."""
    for part in text.take().split("\n"):
        if part:
            start, end = text.line_start, text.line_end
            yield Line(
                part,
                line_start=None if start is None else start + offset,
                line_end=None if end is None else end + offset,
            )


def _dropped(element: Any, tag: str) -> bool:
    if not tag or tag in DROPPED or tag in STRUCK or element.get("hidden") is not None:
        return True
    if tag == "option" and element.get("selected") is None:
        return True
    if tag in LISTS and _is_menu(element):
        return True
    style = element.get("style")
    return style is not None and _HIDDEN.search(style) is not None


def _is_menu(element: Any) -> bool:
    """Is a list the page's menu: several short links and nothing else?"""
    links = list(element.iter("a"))
    if len(links) < LEAST_LINKS or element.find(".//table") is not None:
        return False
    texts = ["".join(link.itertext()).strip() for link in links]
    inside = sum(len("".join(text.split())) for text in texts)
    whole = len("".join("".join(element.itertext()).split()))
    return inside == whole and all(len(text) <= LONGEST_LINK for text in texts)


def _control(element: Any, tag: str) -> str | None:
    """What a form control shows: a tick box as the printed form's character, a text field's content."""
    if tag != "input":
        return None
    kind = (element.get("type") or "text").lower()
    if kind in ("checkbox", "radio"):
        return "☑" if element.get("checked") is not None else "□"
    return element.get("value") if kind in ("text", "number", "date") else None


def _preformatted(element: Any) -> bool:
    return element is not None and element.tag == "pre"


def _line(element: Any) -> int | None:
    line: int | None = element.sourceline
    return line if line is not None and 0 < line < MAX_LINE else None
