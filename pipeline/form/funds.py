"""The fund block of a form → fund lines.

Comes in: tagged rows above the indicator block. Goes out: `FundLine`s as printed, row by row and left to
right, figures still texts. Two layouts: amounts under column heads (年初预算数, 全年预算数, …), and
label–amount pairs in one or two panels (本级资金 beside 转移市县资金). Lines of sub-tables that carry no fund
label are passed over.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from normalizers.symbols import fold, is_blank
from normalizers.units import is_amount
from pipeline.form.head import Tagged, TaggedRow
from pipeline.model.cells import Cell
from pipeline.model.form import Field, FundLine
from pipeline.table.align import align, exact
from pipeline.table.header import Column

FIGURES = ("initial_budget", "annual_budget", "executed", "weight", "execution_rate", "score")
EXACT_FIGURE = 1.2
_COLON = re.compile(r"[:：]+$")


def read_funds(rows: Sequence[TaggedRow]) -> tuple[FundLine, ...]:
    """All fund lines of a form."""
    lines: list[FundLine] = []
    columns: tuple[Column, ...] | None = None
    panels: list[tuple[int, str]] = []
    places: dict[str, int] = {}
    waiting: Tagged | None = None
    annual: int | None = None
    for row in rows:
        heads = row.with_tag("fund_column")
        if len(heads) >= 2 and not _paired(row):
            columns, waiting = _columns(row), None
            continue
        if row.with_tag("goal") or (row.with_tag("field") and not row.with_tag("fund_line")):
            columns = None
        if columns is not None and (line := _line(row, columns)) is not None:
            lines.append(line)
            continue
        if len(heads) >= 2 and columns is None:
            lines.append(_one_line(row))
            continue
        for t in row.cells:
            scope = t.key("fund_scope")
            if scope is not None and t.key("field") is None and not _amount_follows(row, t):
                panels = [p for p in panels if p[1] != scope] + [(t.cell.col, scope)]
        pairs = [t for t in row.cells if t.key("fund_line") is not None and t.key("field") is None]
        amounts = [t.cell for t in row.values if is_amount(t.cell.text)]
        if waiting is not None and not any(t.tags for t in row.cells) and len(amounts) == 1:
            lines.append(_pair(waiting, amounts[0], "all"))
            waiting = None
            continue
        waiting = None
        if columns is not None:
            continue
        annual = _annual_side(row) or annual
        if not panels and len(pairs) > 1 and len({t.key("fund_line") for t in pairs}) == 1:
            panels = _panels_below(rows, row)
            if not panels and annual is not None:  # the lines of all years stand beside those of the year
                pairs = [min(pairs, key=lambda t: abs(t.cell.col - annual))]
        for n, t in enumerate(pairs):
            value = _amount(row, t)
            if value is None:
                if t is row.cells[-1] and not panels:
                    waiting = t
                continue
            scope = _scope(t, n, len(pairs), panels, places)
            lines.append(_pair(t, value, scope))
    return tuple(lines)


def _annual_side(row: TaggedRow) -> int | None:
    """The column of the year's amount in a row that has the amount of all years beside it (中期资金总额 | … |
    年度资金总额 | …).
    """
    whole = next((t.cell.col for t in row.cells if t.key("field") == "total_amount"), None)
    year = next(
        (t.cell.col for t in row.cells if t.key("fund_line") == "total" and t.key("field") is None), None
    )
    return year if whole is not None and year is not None and whole < year else None


def _panels_below(rows: Sequence[TaggedRow], row: TaggedRow) -> list[tuple[int, str]]:
    """The panels' labels where a page break has moved them below the first line of the panels."""
    for below in rows[rows.index(row) + 1 :]:
        found = [(t.cell.col, scope) for t in below.cells if (scope := t.key("fund_scope")) is not None]
        if len(found) > 1:
            return found
    return []


def is_dash(text: str) -> bool:
    """A printed blank in a column of figures; recognisers read its dash as the numeral 一."""
    return is_blank(text) or text.strip() in ("一", "ー", "_")


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
    out = [Column("fund_label", max(0, row.with_tag("fund_column")[0].cell.col - 1), 1, "")]
    for t in row.cells:
        key = t.key("fund_column")
        if key is not None:
            key = f"fund_{key}" if key in ("weight", "score") else key
            out.append(Column(key, t.cell.col, t.cell.col_span, t.cell.text))
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
    if any(len(c.text) > 24 for c in figures):
        return None
    first = columns[0] if not row.row.spans else Column("fund_label", label.cell.col, label.cell.col_span, "")
    under = (first, *columns[1:])
    found = exact(figures, columns[1:], worst=EXACT_FIGURE)
    texts = {columns[j + 1].role: members for j, members in found.at} if found else {}
    if found is None:
        texts = {
            columns[j].role: members for j, members in align([label.cell, *figures], under, row.row.spans).at
        }
    texts = {role.removeprefix("fund_"): members for role, members in texts.items()}
    if label.key("fund_line") is None and not any(k in texts for k in FIGURES):
        return None
    return _fund_line(label, "all", texts)


def _is_scope(t: Tagged) -> bool:
    return t.key("fund_scope") is not None


def _looks_like_label(text: str) -> bool:
    return (
        2 <= len(fold(text)) <= 24
        and not is_amount(text)
        and re.search("资金|拨款|结转|补助|收入|经费|基金|债券|预算|支出", text) is not None
    )


def _fund_line(label: Tagged, scope: str, texts: dict[str, tuple[Cell, ...]]) -> FundLine:
    fields = {
        k: Field("".join(c.text for c in texts[k]), texts[k])
        for k in FIGURES
        if k in texts and not is_dash(texts[k][0].text)
    }
    return FundLine(label_of(label.cell.text), scope, label.key("fund_line"), **fields)


def _one_line(row: TaggedRow) -> FundLine:
    """Figures beside their own labels in one row are the total's."""
    found: dict[str, Field] = {}
    for i, t in enumerate(row.cells):
        key = t.key("fund_column")
        following = row.cells[i + 1] if i + 1 < len(row.cells) else None
        if (
            key in FIGURES
            and key not in found
            and following is not None
            and not following.tags
            and not is_blank(following.cell.text)
        ):
            found[key] = Field(following.cell.text, (following.cell,))
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


def _pair(label: Tagged, cell: Cell, scope: str) -> FundLine:
    value = None if is_dash(cell.text) else Field(cell.text, (cell,))
    return FundLine(label_of(label.cell.text), scope, label.key("fund_line"), annual_budget=value)


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
