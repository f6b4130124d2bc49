"""Rows above the indicator block → the form's fields and goals.

Comes in: the rows between a form's title and its indicator header, fund lines included. Goes out: header
fields by the names of the contract, texts as printed. A label without a value gives no field; an unknown
label is passed over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from normalizers.numerals import number
from normalizers.symbols import clean, fold, is_blank
from pipeline.model.cells import Cell, CellRow
from pipeline.model.form import Field
from pipeline.words import vocabulary

SHORTEST_GLUED_LABEL = 4
LABEL_GROUPS = ("field", "fund_column", "fund_line", "fund_scope", "goal")
KEPT = (
    "project_name",
    "supervising_department",
    "implementing_unit",
    "project_attribute",
    "project_period_raw",
    "total_amount",
)


@dataclass(frozen=True, slots=True)
class Tagged:
    """A cell with what its text is a label of: (`field`, `project_name`), (`goal`, `expected`), …; no tags
    for a value.
    """

    cell: Cell
    tags: frozenset[tuple[str, str]]

    def key(self, group: str) -> str | None:
        """The vocabulary key in this group."""
        return next((k for g, k in self.tags if g == group), None)


@dataclass(frozen=True, slots=True)
class TaggedRow:
    """A row whose cells know what they label."""

    cells: tuple[Tagged, ...]
    row: CellRow

    def with_tag(self, group: str) -> tuple[Tagged, ...]:
        """The cells that are labels of this group."""
        return tuple(t for t in self.cells if t.key(group) is not None)

    @property
    def values(self) -> tuple[Tagged, ...]:
        """The cells that are no labels."""
        return tuple(t for t in self.cells if not t.tags)


def tag_rows(rows: Sequence[CellRow]) -> list[TaggedRow]:
    """Every row with its labels found; a label and its value glued in one cell are taken apart."""
    whole = _join_labels(rows)
    return [
        TaggedRow(
            tuple(Tagged(c, tags(c.text)) for cell in row.cells if cell.text for c in _unglue(cell)), row
        )
        for row in whole
    ]


def _join_labels(rows: Sequence[CellRow]) -> list[CellRow]:
    """`其他资` and, alone in the next row, `金`: the label becomes whole where it is printed first."""
    out: list[CellRow] = []
    for row in rows:
        filled = row.filled
        if out and len(filled) == 1 and not tags(filled[0].text):
            torn = next(
                (
                    c
                    for c in out[-1].filled
                    if not tags(c.text) and any(k != "column" for k, _ in tags(c.text + filled[0].text))
                ),
                None,
            )
            if torn is not None:
                whole = replace(torn, text=clean(torn.text + "\n" + filled[0].text))
                out[-1] = replace(out[-1], cells=tuple(whole if c is torn else c for c in out[-1].cells))
                continue
        out.append(row)
    return out


def tags(text: str) -> frozenset[tuple[str, str]]:
    """All that a text may be a label of."""
    if is_blank(text) or number(text) is not None:
        return frozenset()
    found = {(g, k) for g in LABEL_GROUPS if (k := vocabulary.key_of(g, text)) is not None}
    if vocabulary.is_in("fund_block", text):
        found.add(("fund_block", ""))
    if not found and vocabulary.find("column", text, fuzzy=False) is not None:
        found.add(("column", ""))
    return frozenset(found)


@cache
def _glued_labels() -> tuple[str, ...]:
    words = [w for w in vocabulary.index("field") if len(w) >= SHORTEST_GLUED_LABEL and "(" not in w]
    return tuple(sorted(words, key=len, reverse=True))


def _unglue(cell: Cell) -> tuple[Cell, ...]:
    """`实施单位 某某局` or `项目名称：某某` → label and value; other cells as they are."""
    text = cell.text
    if len(text) < SHORTEST_GLUED_LABEL + 2 or len(text) > 200 or tags(text):
        return (cell,)
    head = fold(text[:24])
    label = next((w for w in _glued_labels() if head.startswith(w)), None)
    if label is None:
        return (cell,)
    cut, seen = 0, ""
    while cut < len(text) and fold(seen) != label:
        seen += text[cut]
        cut += 1
    rest = text[cut:]
    if fold(rest).startswith("("):
        close = max(rest.find(")"), rest.find("）"))
        rest = rest[close + 1 :] if 0 < close < 16 else rest
    colon = rest[:1] in (":", "：", " ")
    value = rest.lstrip(":： ")
    if is_blank(value) or (not colon and len(fold(value)) < 4):
        return (cell,)
    return (replace(cell, text=label), replace(cell, text=value))


def read_fields(rows: Sequence[TaggedRow]) -> dict[str, Field]:
    """Label → value pairs of the head, by the contract's column names (`unit_name` for an overall form's
    unit).
    """
    out: dict[str, Field] = {}
    waiting: list[str] = []
    last: str | None = None
    for row in rows:
        if not any(t.tags for t in row.cells):
            values = row.values
            if waiting and 0 < len(values) <= len(waiting):
                for key, value in zip(waiting[-len(values) :], values, strict=True):
                    out.setdefault(key, Field(value.cell.text, (value.cell,), flags=("row_shift_repaired",)))
                    last = key
            elif (
                last in out
                and len(values) == 1
                and row.row.top
                and values[0].cell.col == out[last].cells[-1].col
            ):
                out[last] = _longer(out[last], values[0].cell)
            waiting = []
            continue
        waiting = []
        if row.with_tag("goal") or len(row.with_tag("fund_column")) >= 2:
            last = None
            continue
        for i, t in enumerate(row.cells):
            label = t.key("field")
            if label is None or label in out:
                continue
            value_cell = _value_after(row.cells, i)
            if value_cell is None:
                waiting.append(label)
            else:
                out[label] = Field(value_cell.text, (value_cell,))
                last = label
    return out


def _value_after(cells: Sequence[Tagged], i: int) -> Cell | None:
    """The text right of a label, before the next label."""
    for t in cells[i + 1 :]:
        if t.tags:
            return None
        if not is_blank(t.cell.text):
            return t.cell
    return None


def _longer(before: Field, cell: Cell) -> Field:
    return Field(
        clean((before.text or "") + "\n" + cell.text),
        (*before.cells, cell),
        before.confidence,
        (*before.flags, "page_stitched"),
    )


def read_goals(rows: Sequence[TaggedRow]) -> dict[str, Field]:
    """`goal_expected` and `goal_actual`: beside their labels, or below them column by column."""
    out: dict[str, Field] = {}
    heads: list[tuple[str, Cell]] = []
    open_columns: dict[str, Cell] = {}
    for row in rows:
        goals = row.with_tag("goal")
        if not goals and (row.with_tag("field") or row.with_tag("fund_line") or row.with_tag("fund_column")):
            heads, open_columns = [], {}
            continue
        named = [
            t for t in (goals[1:] if len(goals) > 2 else goals) if t.key("goal") != "long_term"
        ]  # the first of three names the block
        named = (
            named
            if any(t.key("goal") == "actual" for t in named)
            else [t for t in named if t.key("goal") == "expected"]
        )
        texts = [t.cell for t in row.values if not is_blank(t.cell.text)]
        if len(named) >= 2 or (len(named) == 1 and not texts):
            heads = [("goal_actual" if t.key("goal") == "actual" else "goal_expected", t.cell) for t in named]
            if len(texts) >= len(named) and all(len(t.text) > 8 for t in texts):
                _beside(row, out, open_columns)
        elif goals and texts and not heads:
            _beside(row, out, open_columns)
        elif heads and texts:
            for key, cell in _below(heads, texts, row.row.spans):
                out[key] = _longer(out[key], cell) if key in out else Field(cell.text, (cell,))
                open_columns[key] = cell
        elif texts and open_columns and not goals:
            for cell in texts:
                key = min(open_columns, key=lambda k: abs(open_columns[k].col - cell.col))
                out[key] = _longer(out[key], cell)
    return out


def _beside(row: TaggedRow, out: dict[str, Field], open_columns: dict[str, Cell]) -> None:
    """`年度总体目标 | …`: the text stands right of its label; 长期目标 has no column in the contract."""
    for i, t in enumerate(row.cells):
        kind = t.key("goal")
        value = _value_after(row.cells, i)
        if kind is None or kind == "long_term" or value is None:
            continue
        key = "goal_actual" if kind == "actual" else "goal_expected"
        if key not in out:
            out[key] = Field(value.text, (value,))
            open_columns[key] = value


def _below(heads: Sequence[tuple[str, Cell]], texts: Sequence[Cell], spans: bool) -> list[tuple[str, Cell]]:
    """Texts to the column heads above them: by place where places can be trusted or texts are lacking, else
    by order.
    """
    if not spans and len(texts) == len(heads):
        return [(key, cell) for (key, _), cell in zip(heads, texts, strict=True)]

    def away(head: Cell, cell: Cell) -> int:
        apart = cell.col >= head.col + head.col_span or head.col >= cell.col + cell.col_span
        return abs(head.col - cell.col) if apart else 0

    return [(min(heads, key=lambda h: away(h[1], cell))[0], cell) for cell in texts]
