"""Changes to a form that is laid out already: its header is lost, torn, scrambled; labels get notes and typos.

Comes in: a `Sheet`. Goes out: another. Its indicator rows keep their order, so the truth of the form stays
what it was. Cells of the header are told by their role, `heading`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from random import Random

from tests.openworld.words import CONTENTS
from tests.writers.sheet import Sheet, WCell, lattice

LABELS = frozenset({"heading", "label", "fund"})
_ORDINAL = re.compile(r"指标(\d+)：")
ORDINALS = ("{}.", "{}、", "（{}）", "指标{}:")


def fields_below(sheet: Sheet) -> dict[WCell, str]:
    """Every heading that stands over one column → the field that the indicators have there."""
    first = lattice(sheet)[sheet.indicator_rows[0]]
    out = {}
    for cell in sheet.cells:
        if cell.role == "heading":
            below = {first[k].role for k in range(cell.col, cell.col + cell.col_span)}
            if len(below) == 1:
                out[cell] = below.pop()
    return out


def _retold(sheet: Sheet, change: Callable[[WCell], str]) -> Sheet:
    return replace(sheet, cells=tuple(replace(c, text=change(c)) for c in sheet.cells))


def without_header(sheet: Sheet) -> Sheet:
    """The header's rows are gone; what spans them and more is shorter."""
    rows = {c.row for c in sheet.cells if c.role == "heading"}
    first, count = min(rows), len(rows)
    cells = []
    for cell in sheet.cells:
        if cell.role == "heading":
            continue
        inside = sum(cell.row <= r < cell.row + cell.row_span for r in rows)
        if cell.row_span > inside:
            row = cell.row - count if cell.row >= first + count else cell.row
            cells.append(replace(cell, row=row, row_span=cell.row_span - inside))
    return replace(
        sheet,
        cells=tuple(cells),
        n_rows=sheet.n_rows - count,
        indicator_rows=tuple(r - count for r in sheet.indicator_rows),
    )


def without_heading(sheet: Sheet, fields: Collection[str]) -> Sheet:
    """Columns whose heading is blank."""
    blank = {c for c, field in fields_below(sheet).items() if field in fields}
    return replace(sheet, cells=tuple(replace(c, text="") if c in blank else c for c in sheet.cells))


def torn_header(sheet: Sheet, rng: Random) -> Sheet:
    """The header's last row is cut in two: some or all of its labels go on in a row of their own."""
    last = max(c.row for c in sheet.cells if c.role == "heading")
    share = rng.choice([1.0, 1.0, 0.5])
    cells = []
    for cell in sheet.cells:
        if cell.row > last:
            cells.append(replace(cell, row=cell.row + 1))
        elif cell.row + cell.row_span <= last:
            cells.append(cell)
        elif cell.role == "heading":
            able = len(cell.text) > 2 and rng.random() < share
            at = rng.randrange(1, len(cell.text) - 1) if able else len(cell.text)
            cells.append(replace(cell, text=cell.text[:at]))
            cells.append(WCell(cell.text[at:], last + 1, cell.col, 1, cell.col_span, "heading"))
        else:  # the label at the side
            cells.append(replace(cell, row_span=cell.row_span + 1))
    return replace(
        sheet,
        cells=tuple(cells),
        n_rows=sheet.n_rows + 1,
        indicator_rows=tuple(r + 1 for r in sheet.indicator_rows),
    )


def scrambled_header(sheet: Sheet, rng: Random) -> Sheet:
    """The header's words in disorder over rows that are in order."""
    heads = [c for c in sheet.cells if c.role == "heading" and c.text]
    texts = [c.text for c in heads]
    while texts == [c.text for c in heads]:
        rng.shuffle(texts)
    told = dict(zip(heads, texts, strict=True))
    return _retold(sheet, lambda c: told.get(c, c.text))


def _some(
    sheet: Sheet, roles: Collection[str], rng: Random, most: int, able: Callable[[WCell], bool]
) -> Sequence[WCell]:
    found = [c for c in sheet.cells if c.role in roles and len(c.text) > 1 and able(c)]
    return rng.sample(found, min(len(found), rng.randint(1, most)))


def noted(sheet: Sheet, rng: Random) -> Sheet:
    """One to three headings or labels with a note behind them."""
    chosen = set(_some(sheet, LABELS, rng, 3, lambda c: True))  # noqa: ARG005
    return _retold(
        sheet, lambda c: c.text + rng.choice(CONTENTS["damage"]["notes"]) if c in chosen else c.text
    )


def mistyped(sheet: Sheet, rng: Random) -> Sheet:
    """One or two headings with a wrong character."""
    wrong: dict[str, str] = {pair[0]: pair[1] for pair in CONTENTS["damage"]["typos"]}
    chosen = set(
        _some(sheet, {"heading"}, rng, 2, lambda c: len(c.text) > 2 and bool(set(c.text) & set(wrong)))
    )

    def change(cell: WCell) -> str:
        if cell not in chosen:
            return cell.text
        at = rng.choice([k for k, ch in enumerate(cell.text) if ch in wrong])
        return cell.text[:at] + wrong[cell.text[at]] + cell.text[at + 1 :]

    return _retold(sheet, change)


def levels_apart(sheet: Sheet) -> Sheet:
    """Level cells on every row instead of merged ones."""
    cells = []
    for cell in sheet.cells:
        if cell.role in ("level1", "level2"):
            cells += [replace(cell, row=r, row_span=1) for r in range(cell.row, cell.row + cell.row_span)]
        else:
            cells.append(cell)
    return replace(sheet, cells=tuple(cells))


def renumbered(sheet: Sheet, style: str) -> Sheet:
    """Ordinals of names in another style."""
    return _retold(
        sheet, lambda c: _ORDINAL.sub(lambda m: style.format(m[1]), c.text) if c.role == "name" else c.text
    )
