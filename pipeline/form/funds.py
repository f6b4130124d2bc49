"""The fund block of a form → fund lines.

Comes in: tagged rows above the indicator block. Goes out: `FundLine`s as printed, row by row and left to
right, figures still texts. Two layouts: amounts under column heads (年初预算数, 全年预算数, …), and
label–amount pairs in one or two panels (本级资金 beside 转移市县资金). Lines of sub-tables that carry no fund
label are passed over.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from normalizers.symbols import fold, is_blank
from normalizers.units import is_amount
from pipeline.form.tags import Tagged, TaggedRow
from pipeline.model.cells import Cell
from pipeline.model.form import Field, FundLine
from pipeline.model.roles import Role
from pipeline.table.align import align, exact
from pipeline.table.header import Column
from pipeline.words.values import either, words

FIGURES = {
    Role.INITIAL_BUDGET: "initial_budget",
    Role.ANNUAL_BUDGET: "annual_budget",
    Role.EXECUTED: "executed",
    Role.FUND_WEIGHT: "weight",
    Role.EXECUTION_RATE: "execution_rate",
    Role.FUND_SCORE: "score",
}
"""The columns that a `FundLine` keeps, and their names there."""
EXACT_FIGURE = 1.2  # what a figure may cost under its own column; more, and the line is searched
LONGEST_FIGURE = 24
SHORTEST_LABEL, LONGEST_LABEL = 2, 24
_COLON = re.compile(r"[:：]+$")
_DASHES = frozenset(words("points", "misread_dashes"))
_LABEL_WORD = re.compile(either(words("fund_parts", "label_words")))


def read_funds(rows: Sequence[TaggedRow]) -> tuple[FundLine, ...]:
    """All fund lines of a form."""
    block = _Block()
    for n, row in enumerate(rows):
        headed = len(row.with_tag("fund_column")) >= 2
        if headed and not _paired(row):
            block.columns, block.waiting = _columns(row), None
            continue
        if row.with_tag("goal") or (row.with_tag("field") and not row.with_tag("fund_line")):
            block.columns = None
        line = _line(row, block.columns) if block.columns is not None else None
        if line is None and headed and block.columns is None:
            line = _one_line(row)
        if line is not None:
            block.lines.append(line)
        else:
            block.read_pairs(row, rows[n + 1 :])
    return tuple(block.lines)


@dataclass(slots=True)
class _Block:
    """The fund block as far as it is read."""

    lines: list[FundLine] = field(default_factory=list)
    columns: tuple[Column, ...] | None = None  # the column heads that hold
    waiting: Tagged | None = None  # a label whose amount stands in the next row
    panels: list[tuple[int, str]] = field(default_factory=list)  # grid column and scope of the panels' labels
    places: dict[str, int] = field(default_factory=dict)  # scope → grid column of its last label
    annual: int | None = None  # grid column of the year's amounts beside those of all years

    def read_pairs(self, row: TaggedRow, below: Sequence[TaggedRow]) -> None:
        """Labels beside their amounts, in one panel or two."""
        self._note_panels(row)
        amounts = [t.cell for t in row.values if is_amount(t.cell.text)]
        waiting, self.waiting = self.waiting, None
        if waiting is not None and not any(t.tags for t in row.cells) and len(amounts) == 1:
            self.lines.append(_pair_line(waiting, amounts[0], "all"))
            return
        if self.columns is not None:
            return
        self.annual = _annual_side(row) or self.annual
        pairs = self._of_the_year(row, below)
        for n, t in enumerate(pairs):
            value = _amount(row, t)
            if value is not None:
                scope = _scope(t, n, len(pairs), self.panels, self.places)
                self.lines.append(_pair_line(t, value, scope))
            elif t is row.cells[-1] and not self.panels:
                self.waiting = t

    def _note_panels(self, row: TaggedRow) -> None:
        for t in row.cells:
            scope = t.key("fund_scope")
            if scope is not None and t.key("field") is None and not _amount_follows(row, t):
                self.panels = [p for p in self.panels if p[1] != scope] + [(t.cell.col, scope)]

    def _of_the_year(self, row: TaggedRow, below: Sequence[TaggedRow]) -> list[Tagged]:
        """The row's labels; of one label that stands there twice without panels, the year's alone."""
        pairs = [t for t in row.cells if t.key("fund_line") is not None and t.key("field") is None]
        if self.panels or len(pairs) < 2 or len({t.key("fund_line") for t in pairs}) > 1:
            return pairs
        self.panels = _panels_below(below)
        if self.panels or self.annual is None:
            return pairs
        annual = self.annual
        return [min(pairs, key=lambda t: abs(t.cell.col - annual))]


def _annual_side(row: TaggedRow) -> int | None:
    """The column of the year's amount in a row that has the amount of all years beside it (中期资金总额 | … |
    年度资金总额 | …).
    """
    whole = next((t.cell.col for t in row.cells if t.key("field") == "total_amount"), None)
    year = next(
        (t.cell.col for t in row.cells if t.key("fund_line") == "total" and t.key("field") is None), None
    )
    return year if whole is not None and year is not None and whole < year else None


def _panels_below(rows: Sequence[TaggedRow]) -> list[tuple[int, str]]:
    """The panels' labels where a page break has moved them below the first line of the panels."""
    for below in rows:
        found = [(t.cell.col, scope) for t in below.cells if (scope := t.key("fund_scope")) is not None]
        if len(found) > 1:
            return found
    return []


def is_dash(text: str) -> bool:
    """A printed blank in a column of figures; recognisers read its dash as the numeral 一."""
    return is_blank(text) or text.strip() in _DASHES


def label_of(text: str) -> str:
    """A fund label as the contract wants it: no white space, no trailing colon, 其中 stays."""
    return _COLON.sub("", re.sub(r"\s+", "", text))


def _paired(row: TaggedRow) -> bool:
    """`预算数 | 100 | 执行数 | 90`: the labels stand beside their figures."""
    cells = row.cells
    beside = sum(
        1
        for a, b in itertools.pairwise(cells)
        if a.key("fund_column") is not None and not b.tags and is_amount(b.cell.text.rstrip("%"))
    )
    return beside >= 2


def _columns(row: TaggedRow) -> tuple[Column, ...]:
    out = [Column(Role.FUND_LABEL, max(0, row.with_tag("fund_column")[0].cell.col - 1), 1, "")]
    for t in row.cells:
        role = t.fund_role
        if role is not None:
            out.append(Column(role, t.cell.col, t.cell.col_span, t.cell.text))
    return tuple(out)


def _line(row: TaggedRow, columns: tuple[Column, ...]) -> FundLine | None:
    """A line below column heads; None where the row is none."""
    cells = [t for t in row.cells if t.key("fund_block") is None or t.key("fund_line") is not None]
    cells = [t for t in cells if t.key("fund_line") is not None or not _is_scope(t)]
    if not cells:
        return None
    label = cells[0]
    if label.key("fund_line") is None and (label.tags or not _looks_like_label(label.cell.text)):
        return None
    figures = [t.cell for t in cells[1:]]
    if any(len(c.text) > LONGEST_FIGURE for c in figures):
        return None
    first = (
        columns[0] if not row.row.spans else Column(Role.FUND_LABEL, label.cell.col, label.cell.col_span, "")
    )
    under = (first, *columns[1:])
    found = exact(figures, columns[1:], worst=EXACT_FIGURE)
    texts = {columns[j + 1].role: members for j, members in found.at} if found else {}
    if found is None:
        texts = {
            columns[j].role: members for j, members in align([label.cell, *figures], under, row.row.spans).at
        }
    if label.key("fund_line") is None and not any(k in texts for k in FIGURES):
        return None
    return _fund_line(label, "all", texts)


def _is_scope(t: Tagged) -> bool:
    return t.key("fund_scope") is not None


def _looks_like_label(text: str) -> bool:
    return (
        SHORTEST_LABEL <= len(fold(text)) <= LONGEST_LABEL
        and not is_amount(text)
        and _LABEL_WORD.search(text) is not None
    )


def _fund_line(label: Tagged, scope: str, texts: Mapping[Role, tuple[Cell, ...]]) -> FundLine:
    fields = {
        name: Field("".join(c.text for c in texts[role]), texts[role])
        for role, name in FIGURES.items()
        if role in texts and not is_dash(texts[role][0].text)
    }
    return FundLine(label_of(label.cell.text), scope, label.key("fund_line"), **fields)


def _one_line(row: TaggedRow) -> FundLine:
    """Figures beside their own labels in one row are the total's."""
    found: dict[str, Field] = {}
    for i, t in enumerate(row.cells):
        role = t.fund_role
        following = row.cells[i + 1] if i + 1 < len(row.cells) else None
        if (
            role in FIGURES
            and FIGURES[role] not in found
            and following is not None
            and not following.tags
            and not is_blank(following.cell.text)
        ):
            found[FIGURES[role]] = Field(following.cell.text, (following.cell,))
    head = next(
        (t for t in row.cells if t.key("fund_line") is not None or t.key("fund_block") is not None),
        row.cells[0],
    )
    return FundLine(label_of(head.cell.text), "all", "total", **found)


def _amount_follows(row: TaggedRow, t: Tagged) -> bool:
    i = row.cells.index(t)
    return i + 1 < len(row.cells) and not row.cells[i + 1].tags and is_amount(row.cells[i + 1].cell.text)


def _amount(row: TaggedRow, t: Tagged) -> Cell | None:
    """The amount right of a label, before the next one; a dash is a printed blank."""
    i = row.cells.index(t)
    for other in row.cells[i + 1 :]:
        if other.tags:
            return None
        if is_amount(other.cell.text) or is_blank(other.cell.text):
            return other.cell
    return None


def amount_of(cell: Cell) -> Field | None:
    """A cell's amount; a dash is a printed blank."""
    return None if is_dash(cell.text) else Field(cell.text, (cell,))


def _pair_line(label: Tagged, cell: Cell, scope: str) -> FundLine:
    """A label and its one amount as a line."""
    source = label.key("fund_line")
    return FundLine(label_of(label.cell.text), scope, source, annual_budget=amount_of(cell))


def _scope(t: Tagged, n: int, of: int, panels: list[tuple[int, str]], places: dict[str, int]) -> str:
    """Which panel a pair stands in: by order where the row has one pair a panel, else by the nearest label
    above.
    """
    if not panels:
        return "all"
    ordered = [scope for _, scope in sorted(panels)]
    if of == len(ordered):
        places[ordered[n]] = t.cell.col
        return ordered[n]
    known = {scope: places.get(scope, col + 1) for col, scope in panels}
    return min(known, key=lambda s: abs(known[s] - t.cell.col))
