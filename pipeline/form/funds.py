"""The fund block of a form → fund lines.

Comes in: tagged rows above the indicator block. Goes out: `FundLine`s as printed, row by row and left to
right, figures still texts. Two layouts: amounts under column heads (年初预算数, 全年预算数, …), and
label–amount pairs in one or two panels (本级资金 beside 转移市县资金). A word that no list has loses no line
and no column. A list of tasks with their amounts gives no lines.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal

from normalizers.symbols import fold, is_blank
from normalizers.units import is_amount, yuan
from pipeline.form.tags import Tagged, TaggedRow
from pipeline.model.cells import Cell
from pipeline.model.form import Field, FundLine
from pipeline.model.roles import Role, fund_role
from pipeline.table.align import align, exact
from pipeline.table.header import Column
from pipeline.table.role_model import Kind
from pipeline.table.roles import ColumnTexts, assign
from pipeline.words.values import words
from pipeline.words.vocabulary import bare

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
# probability from which on contents say what the column under an unknown head holds: of 283 unknown heads of
# generated blocks none that got a role at 0.5 or more got a wrong one
SURE = 0.6
AMOUNT_NAMES: tuple[Literal["initial_budget", "annual_budget", "executed"], ...] = (
    "initial_budget",
    "annual_budget",
    "executed",
)
_COLON = re.compile(r"[:：]+$")
_DASHES = frozenset(words("points", "misread_dashes"))
_TASK_WORDS = frozenset(bare(w) for w in words("task_list", "words"))


def read_funds(rows: Sequence[TaggedRow]) -> tuple[FundLine, ...]:
    """All fund lines of a form."""
    block = _Block()
    for n, row in enumerate(rows):
        headed = is_fund_header(row)
        if headed:
            below = list(itertools.takewhile(_goes_on, _from(rows, n + 1)))
            block.columns, block.waiting = _columns(row, below), None
            block.beside = _beside(row, below)
            block.tasks = _is_task_list(row, block.columns, below)
            continue
        if row.with_tag("goal") or (row.with_tag("field") and not row.with_tag("fund_line")):
            block.columns, block.tasks = None, False
        if block.tasks:
            continue
        if block.beside and block.columns is not None:
            found = [_line(part, side.columns) for side in block.beside if (part := side.of(row)).cells]
            block.lines += [line for line in found if line is not None]
            continue
        if glued := _glued_lines(row):
            block.lines += glued
            block.glued += [id(line) for line in glued]
            continue
        line = _line(row, block.columns) if block.columns is not None else None
        if line is None and block.columns is None and _paired(row):
            line = _one_line(row)
        if line is not None:
            block.lines.append(line)
        else:
            block.read_pairs(row, _from(rows, n + 1))
    return tuple(_with_total(_in_column(block.lines, block.glued)))


def _from(rows: Sequence[TaggedRow], at: int) -> Iterator[TaggedRow]:
    """The rows from one on, without a copy of them: this is asked for every row."""
    return (rows[n] for n in range(at, len(rows)))


def _glued_lines(row: TaggedRow) -> list[FundLine]:
    """The lines of a row whose labels share their cells with their amounts (`其中：基本支出：3200`), whatever
    columns they stand under: the one amount is the year's. A label without an amount is a line too.
    """
    cells = row.cells
    together = {id(a): b.cell for a, b in itertools.pairwise(cells) if a.origin and a.origin == b.origin}
    if not any(id(t) in together and is_amount(together[id(t)].text) for t in cells if _names_line(t)):
        return []
    return [
        _pair_line(t, together[id(t)], "all") if id(t) in together else _named(t, "all")
        for t in cells
        if _names_line(t)
    ]


def _in_column(lines: Sequence[FundLine], glued: Sequence[int]) -> list[FundLine]:
    """The lines, those with one amount in the column whose total they sum to: the year's, if no other."""
    total = next((x for x in lines if x.source == "total" and x.scope == "all"), None)
    out = list(lines)
    for by_nature in (False, True):
        at = [n for n, x in enumerate(lines) if id(x) in glued and (x.nature is not None) == by_nature]
        whole = sum((_yuan(lines[n].annual_budget) or Decimal(0) for n in at), Decimal(0))
        fits = [name for name in AMOUNT_NAMES if total is not None and _yuan(getattr(total, name)) == whole]
        if not at or not whole or not fits or "annual_budget" in fits:
            continue
        for n in at:
            amount = lines[n].annual_budget
            out[n] = _with_figures(
                replace(lines[n], annual_budget=None), {fits[-1]: amount} if amount else {}
            )
    return out


def _names_line(t: Tagged) -> bool:
    return (t.key("fund_line") is not None or t.key("fund_nature") is not None) and t.key("field") is None


def is_fund_header(row: TaggedRow) -> bool:
    """Is the row the head of the fund block's columns?

    One that says the same twice heads two panels of labels beside amounts (支出 | 金额 | 来源 | 金额).
    """
    heads = row.with_tag("fund_column")
    return len({t.key("fund_column") for t in heads}) >= 2 and not _paired(row)


def _beside(header: TaggedRow, below: Sequence[TaggedRow]) -> tuple[_Side, ...]:
    """The panels of a header whose columns come twice; none where they do not, or cells have lost places."""
    heads = header.with_tag("fund_column")
    keys = [t.key("fund_column") for t in heads]
    several = next((k for k in range(len(keys) // 2, 1, -1) if keys[-k:] == keys[-2 * k : -k]), None)
    width = len(header.row.cells)
    if several is None or not all(r.row.spans or len(r.row.cells) == width for r in (header, *below)):
        return ()
    *before, middle = (_end(t) for t in heads[:-several])
    if middle >= heads[-several].cell.col:
        return ()  # no column of labels between them
    end = max(c.col + c.col_span for r in (header, *below) for c in r.row.cells)
    start = before[-several] if len(before) >= several else 0
    sides = (_Side(start, middle), _Side(middle, end))
    return tuple(
        replace(side, columns=_columns(side.of(header), [side.of(r) for r in below])) for side in sides
    )


def _end(t: Tagged) -> int:
    return t.cell.col + t.cell.col_span


def _goes_on(row: TaggedRow) -> bool:
    """Does the row belong to the block of the fund header above it?"""
    other = row.with_tag("goal") or (row.with_tag("field") and not row.with_tag("fund_line"))
    return not other and not is_fund_header(row)


@dataclass(frozen=True, slots=True)
class _Side:
    """One of two panels of lines side by side (按资金来源分 | 预算数 | 按支出性质分 | 预算数): its grid
    columns.
    """

    start: int
    end: int
    columns: tuple[Column, ...] = ()

    def of(self, row: TaggedRow) -> TaggedRow:
        """The part of a row that lies in the panel."""
        inner = replace(row.row, cells=tuple(c for c in row.row.cells if self.start <= c.col < self.end))
        return replace(
            row, cells=tuple(t for t in row.cells if self.start <= t.cell.col < self.end), row=inner
        )


@dataclass(slots=True)
class _Block:
    """The fund block as far as it is read."""

    lines: list[FundLine] = field(default_factory=list)
    glued: list[int] = field(
        default_factory=list
    )  # identities of the lines whose cells hold label and amount
    columns: tuple[Column, ...] | None = None  # the column heads that hold
    beside: tuple[_Side, ...] = ()  # two panels of lines with columns of their own, left to right
    tasks: bool = False  # the heads are those of a list of tasks, which has no fund lines
    waiting: Tagged | None = None  # a label whose amount stands in the next row
    panels: list[tuple[int, str]] = field(default_factory=list)  # grid column and scope of the panels' labels
    places: dict[str, int] = field(default_factory=dict)  # scope → grid column of its last label
    annual: int | None = None  # grid column of the year's amounts beside those of all years

    def read_pairs(self, row: TaggedRow, below: Iterable[TaggedRow]) -> None:
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

    def _of_the_year(self, row: TaggedRow, below: Iterable[TaggedRow]) -> list[Tagged]:
        """The row's labels; of one label that stands there twice without panels, the year's alone."""
        pairs = [
            t
            for n, t in enumerate(row.cells)
            if (t.key("fund_line") is not None and t.key("field") is None)
            or (t.key("fund_nature") is not None and not _label_follows(row.cells[n + 1 : n + 2]))
        ]
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


def _panels_below(rows: Iterable[TaggedRow]) -> list[tuple[int, str]]:
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


def _columns(row: TaggedRow, below: Sequence[TaggedRow]) -> tuple[Column, ...]:
    """The column of the labels and those of the figures.

    A head that no list has keeps its column, so that no figure shifts into another's; what it holds is told
    by contents and neighbours where they are sure of it.
    """
    known = row.with_tag("fund_column")
    of_labels = _label_column(below)
    heads = [t for t in row.cells if t in known or _may_head(t, known[0], of_labels)]
    if len(heads) == len(known):
        roles = [t.fund_role for t in heads]
    else:
        texts = [ColumnTexts(t.cell.text, _under(t.cell, below)) for t in heads]
        found = assign(texts, Kind.FUNDS)
        taken = {t.fund_role for t in known}
        guessed = [
            fund_role(role) if sure >= SURE and fund_role(role) not in taken else Role.OTHER
            for role, sure in zip(found.roles, found.sure, strict=True)
        ]
        roles = [t.fund_role or role for t, role in zip(heads, guessed, strict=True)]
    out = [Column(Role.FUND_LABEL, max(0, heads[0].cell.col - 1), 1, "")]
    for t, role in zip(heads, roles, strict=True):
        if role is not None:
            out.append(Column(role, t.cell.col, t.cell.col_span, t.cell.text))
    return tuple(out)


def _label_column(below: Sequence[TaggedRow]) -> int | None:
    """The grid column of the lines' labels, by the lines that are known."""
    cols = [t.cell.col for r in below for t in (*r.with_tag("fund_line"), *r.with_tag("fund_nature"))]
    return max(set(cols), key=cols.count) if cols else None


def _may_head(t: Tagged, first: Tagged, of_labels: int | None) -> bool:
    """May an unknown text of a fund header be the head of a column of figures?"""
    if is_blank(t.cell.text) or t.key("fund_block") is not None or _is_scope(t) or t.key("field") is not None:
        return False
    right = t.cell.col > first.cell.col
    return right or (of_labels is not None and t.cell.col > of_labels)


def _under(head: Cell, rows: Sequence[TaggedRow]) -> tuple[str, ...]:
    """What stands below a head in the rows that hold figures, a text a row."""
    return tuple(
        " ".join(c.text for c in row.row.cells if c.text and _overlap(head, c))
        for row in rows
        if any(is_amount(t.cell.text) for t in row.values)
    )


def _overlap(a: Cell, b: Cell) -> bool:
    return a.col < b.col + b.col_span and b.col < a.col + a.col_span


def names_tasks(text: str) -> bool:
    """Is the text a word of the head of a list of tasks?"""
    return bare(text) in _TASK_WORDS


def _is_task_list(row: TaggedRow, columns: Sequence[Column], below: Sequence[TaggedRow]) -> bool:
    """Is it a list of tasks: a word of such a list in its head, or columns of texts before the first amount
    and no line that is known?
    """
    if any(names_tasks(t.cell.text) for t in row.cells):
        return True
    if any(r.with_tag("fund_line") or r.with_tag("fund_nature") for r in below):
        return False
    first = columns[1].start
    left = [t for t in row.cells if t.cell.col < first and t.key("fund_block") is None]
    return len(left) >= 2 and any(len([c for c in r.row.filled if c.col < first]) >= 2 for r in below)


def _line(row: TaggedRow, columns: tuple[Column, ...]) -> FundLine | None:
    """A line below column heads; None where the row is none."""
    cells = _of_line(row)
    if not cells:
        return None
    label = cells[0]
    named = label.key("fund_line") is not None or label.key("fund_nature") is not None
    if not named and not _may_name_line(label):
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
    if not named and not any(is_amount(c.text) for k in FIGURES for c in texts.get(k, ())):
        return None
    return _fund_line(label, "all", texts)


def _of_line(row: TaggedRow) -> list[Tagged]:
    """The row's cells without the labels of the whole block and its panels."""
    cells = [
        t
        for n, t in enumerate(row.cells)
        if t.key("fund_line") is not None
        or (t.key("fund_block") is None and not _is_scope(t))
        or (t.key("fund_nature") is not None and not _label_follows(row.cells[n + 1 :]))
    ]
    if len(cells) > 1 and not cells[0].tags and (cells[1].key("fund_line") or cells[1].key("fund_nature")):
        return cells[1:]  # what stands before a known line's label names the block
    return cells


def _label_follows(cells: Sequence[Tagged]) -> bool:
    return any(t.key("fund_line") is not None or t.key("fund_nature") is not None for t in cells)


def _may_name_line(t: Tagged) -> bool:
    """May a text that no list has name a line of the fund block?"""
    other = {group for group, _ in t.tags} - {"unknown", "column"}
    return (
        not other and SHORTEST_LABEL <= len(fold(t.cell.text)) <= LONGEST_LABEL and not is_amount(t.cell.text)
    )


def _with_total(lines: Sequence[FundLine]) -> list[FundLine]:
    """A first line with an unknown label is the total where its amounts are the sums of the others."""
    out = list(lines)
    own = [x for x in out if x.scope == "all"]
    if len(own) < 2 or own[0].source is not None or own[0].nature is not None:
        return out
    if any(x.source == "total" for x in own):
        return out
    rest = [x for x in own[1:] if x.nature is None]
    for name in AMOUNT_NAMES:
        whole = _yuan(getattr(own[0], name))
        parts = [_yuan(getattr(x, name)) for x in rest]
        if whole is not None and whole != sum((p for p in parts if p is not None), Decimal(0)):
            return out
    if not rest or all(getattr(own[0], name) is None for name in AMOUNT_NAMES):
        return out
    out[out.index(own[0])] = replace(own[0], source="total")
    return out


def _yuan(found: Field | None) -> Decimal | None:
    return yuan(found.text) if found is not None and found.text else None


def _is_scope(t: Tagged) -> bool:
    return t.key("fund_scope") is not None


def _fund_line(label: Tagged, scope: str, texts: Mapping[Role, tuple[Cell, ...]]) -> FundLine:
    fields = {
        name: Field("".join(c.text for c in texts[role]), texts[role])
        for role, name in FIGURES.items()
        if role in texts and not is_dash(texts[role][0].text)
    }
    return _with_figures(_named(label, scope), fields)


def _named(label: Tagged, scope: str) -> FundLine:
    """A line without figures."""
    source, nature = label.key("fund_line") or None, label.key("fund_nature")
    return FundLine(label_of(label.cell.text), scope, source, nature=nature, cells=(label.cell,))


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
    return _with_figures(FundLine(label_of(head.cell.text), "all", "total", cells=(head.cell,)), found)


def _with_figures(line: FundLine, found: Mapping[str, Field]) -> FundLine:
    """The line with figures by their names."""
    return replace(
        line,
        initial_budget=found.get("initial_budget"),
        annual_budget=found.get("annual_budget"),
        executed=found.get("executed"),
        weight=found.get("weight"),
        execution_rate=found.get("execution_rate"),
        score=found.get("score"),
    )


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
    return replace(_named(label, scope), annual_budget=amount_of(cell))


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
