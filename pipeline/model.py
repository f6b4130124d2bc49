"""The values that the stages hand to each other: frozen, plain, and independent of the source's format.

A reader turns bytes into a `Reading`: blocks in reading order, each a `Table` of cells or a loose `Line`. Stitching
and alignment turn that into `Form`s whose fields know the cells that they came from. Nothing here holds a pandas
object, an open file or a format's own types.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

Box = tuple[float, float, float, float]
"""x0, top, x1, bottom in PDF points, origin at the top left of the page as displayed."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table as a reader saw it.

    `row`, `col` count from 0 within its table; a merged cell stands at its top left corner and says its spans.
    `page` and the lines count from 1. `text` keeps the source's characters; line breaks inside the cell stay as `\\n`.
    """

    text: str
    row: int
    col: int
    row_span: int = 1
    col_span: int = 1
    page: int | None = None
    box: Box | None = None
    line_start: int | None = None
    line_end: int | None = None
    confidence: float = 1.0
    flags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Table:
    """A grid of cells.

    `spans`: the source knows its merged cells (HTML, Word, Excel, ruled PDF), so an absent cell is covered by a
    merged one and a column index means a column. Without it only the order of the cells in a row is to be trusted,
    and a merged cell's text stands in one row while the other rows hold blanks or nothing at all.
    `edges`: x positions (points) of the column borders, n_cols + 1 of them, where the source has a layout: pieces of
    one table on several pages are matched by them.
    """

    cells: tuple[Cell, ...]
    n_rows: int
    n_cols: int
    reader: str
    spans: bool
    page: int | None = None
    edges: tuple[float, ...] | None = None
    continued: bool = False  # the reader knows that it goes on a table of the page before


@dataclass(frozen=True, slots=True)
class Line:
    """A line or paragraph of text outside any table."""

    text: str
    page: int | None = None
    box: Box | None = None
    line_start: int | None = None
    line_end: int | None = None
    confidence: float = 1.0


Block = Table | Line


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be read: a stable code and a sentence for the user."""

    code: str
    message: str
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader got out of one file. `text_layer` is `native`, `ocr`, `mixed`, or None where nothing was read."""

    blocks: tuple[Block, ...]
    media_type: str
    reader: str
    n_pages: int | None = None
    text_layer: str | None = "native"
    title: str | None = None
    flags: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """A text with the cells that it was read from. `text` is None only for a printed blank."""

    text: str | None
    cells: tuple[Cell, ...] = ()
    confidence: float = 1.0
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FundLine:
    """One line of the fund block; the figures are still texts. `scope`, `source`: see the contract."""

    label: str
    scope: str
    source: str | None
    initial_budget: Field | None = None
    annual_budget: Field | None = None
    executed: Field | None = None
    weight: Field | None = None
    execution_rate: Field | None = None
    score: Field | None = None


@dataclass(frozen=True, slots=True)
class Indicator:
    """One row of the indicator block, levels filled down, figures still texts."""

    level1: str | None
    level2: str | None
    level1_raw: str | None
    level2_raw: str | None
    level1_weight: float | None
    level2_weight: float | None
    name: Field
    target: Field | None = None
    actual: Field | None = None
    weight: Field | None = None
    score: Field | None = None
    review_score: Field | None = None
    direction: Field | None = None
    remark: Field | None = None
    reason: Field | None = None
    horizon: str = "annual"
    cells: tuple[Cell, ...] = ()
    confidence: float = 1.0
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """One form, fields by the names of the contract's `projects` columns, texts as printed."""

    form_type: str
    title: str | None
    header: Mapping[str, Field]
    amount_unit: str | None
    amount_unit_source: str | None
    fiscal_year: int | None
    funds: tuple[FundLine, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    total_weight: Field | None = None
    total_score: Field | None = None
    columns: tuple[str, ...] = ()  # what the header of the indicator block announces: `name`, `target`, `reason`, …
    reader: str = ""
    page_start: int | None = None
    page_end: int | None = None
    confidence: float = 1.0
    flags: tuple[str, ...] = field(default=())


def union(boxes: Iterable[Box | None]) -> Box | None:
    """The smallest box around all boxes that are given; None where none is."""
    known = [b for b in boxes if b is not None]
    if not known:
        return None
    return (min(b[0] for b in known), min(b[1] for b in known), max(b[2] for b in known), max(b[3] for b in known))
