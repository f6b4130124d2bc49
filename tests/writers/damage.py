"""What conversion to text does to a table: rows slip, cells tear over a page break, labels break and get
lost.

Comes in: a laid-out form. Goes out: rows of cells as a damaged text has them, and the truth where the damage
takes a level cell away. Every kind is one that published texts show, and a careful human reader can still
tell what each row said: no figure is lost or changed. Rows are marked by the blank line that a page break
leaves before them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.writers.sheet import Sheet, lattice
from tests.writers.templates import Printed

LABELS = frozenset({"label", "heading", "level1", "level2", "fund"})
ROW_CHANCE = 0.3  # share of indicator rows that slip or tear
LABEL_CHANCE = 0.2  # share of labels with a space where a line ended
PAGE_CHANCE = 0.06  # share of rows with a page break before them
UNIT_CHANCE = 0.2  # share of forms whose unit stands in its label's cell
LOST_CHANCE = 0.3  # share of forms that lose the cell 数量指标, if they can spare it
FIRST_LEVEL2, SECOND_LEVEL2 = "数量指标", "质量指标"


@dataclass(slots=True)
class TextRow:
    """One row of texts, column by column; `roles` names them, `page` says that a page break stands before the
    row.
    """

    texts: list[str]
    roles: list[str]
    page: bool = False
    indicator: bool = False
    extra: list[TextRow] = field(default_factory=list)  # a torn cell's rest, after a page break


def text_rows(sheet: Sheet) -> list[TextRow]:
    """The grid as rows of texts: a merged cell stands at its first place, its other places are blank."""
    out = []
    for r, cells in enumerate(lattice(sheet)):
        own = [c.row == r and c.col == k for k, c in enumerate(cells)]
        texts = [c.text if mine else "" for c, mine in zip(cells, own, strict=True)]
        roles = [c.role if mine else "" for c, mine in zip(cells, own, strict=True)]
        out.append(TextRow(texts, roles, indicator=r in sheet.indicator_rows))
    return out


def damaged(form: Printed, rng: Random) -> tuple[list[TextRow], dict[str, Any]]:
    """Rows of the form with damage by chance, and its truth."""
    rows = text_rows(form.sheet)
    truth = _lose_level(rows, form.truth, rng)
    _move_side_label(rows, rng)
    _join_unit(rows, rng)
    _break_labels(rows, rng)
    for k, row in enumerate(rows):
        if k and rng.random() < PAGE_CHANCE:
            row.page = True
        if row.indicator and rng.random() < ROW_CHANCE:
            rng.choice(KINDS)(rows, k, rng)
        if rng.random() < 0.5:
            _trim(row, rng)
    return _whole(rows), truth


def damaged_by(kind: str, form: Printed, rng: Random) -> tuple[list[TextRow], dict[str, Any]]:
    """Rows of the form with one kind of damage, to every third row or to the form, and its truth; raises
    KeyError for a kind that `EACH_ROW`, `EACH_FORM` and `LOST_LEVEL` do not name.
    """
    rows = text_rows(form.sheet)
    if kind == LOST_LEVEL:
        return _whole(rows), _without_level(rows, form.truth)
    if kind in EACH_FORM:
        EACH_FORM[kind](rows, rng)
        return _whole(rows), form.truth
    indicators = [k for k, row in enumerate(rows) if row.indicator]
    for k in indicators[:: round(1 / ROW_CHANCE)]:
        EACH_ROW[kind](rows, k, rng)
    return _whole(rows), form.truth


def _whole(rows: Sequence[TextRow]) -> list[TextRow]:
    return [one for row in rows for one in (row, *row.extra)]


# ---- whole form
# ----------------------------------------------------------------------------------------------------


def _lose_level(rows: Sequence[TextRow], truth: dict[str, Any], rng: Random) -> dict[str, Any]:
    """The first second-level cell is lost, by chance."""
    return _without_level(rows, truth, lambda: rng.random() <= LOST_CHANCE)


def _without_level(
    rows: Sequence[TextRow], truth: dict[str, Any], wanted: Callable[[], bool] = lambda: True
) -> dict[str, Any]:
    """The truth once the first second-level cell is lost, where the next one, 质量指标, tells what it was."""
    seconds = [
        (row, k) for row in rows if row.indicator for k, role in enumerate(row.roles) if role == "level2"
    ]
    labels = [row.texts[k] for row, k in seconds]
    if (
        labels[:2] != [FIRST_LEVEL2, SECOND_LEVEL2]
        or "产出" not in (truth["indicators"][0]["level1_raw"] or "")
        or not wanted()
    ):
        return truth
    row, k = seconds[0]
    row.texts[k] = ""
    first = len(_run(truth["indicators"]))
    indicators = [{**r, "level2_raw": None} if n < first else r for n, r in enumerate(truth["indicators"])]
    return {**truth, "indicators": indicators}


def _run(indicators: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The indicators before the first change of the second level."""
    out = []
    for row in indicators:
        if row["level2_raw"] != indicators[0]["level2_raw"]:
            break
        out.append(row)
    return out


def _move_side_label(rows: Sequence[TextRow], rng: Random) -> None:
    """The vertical label slips or is torn, by chance."""
    kind = rng.random() if _side_label(rows) is not None else 1.0
    if kind < 0.2:
        _slip_side_label(rows, rng)
    elif kind < 0.4:
        _tear_side_label(rows, rng)


def _side_label(rows: Sequence[TextRow]) -> int | None:
    """The row of the vertical label, where there are rows below it."""
    head = next((k for k, row in enumerate(rows) if "side" in row.roles), None)
    return None if head is None or head + 1 >= len(rows) else head


def _slip_side_label(rows: Sequence[TextRow], rng: Random) -> None:  # noqa: ARG001 - every kind has one signature
    """The vertical label slips from the header to the first indicator."""
    if (head := _side_label(rows)) is not None:
        row = rows[head]
        rows[head + 1].texts[0] = row.texts[0]
        row.texts[:] = [*row.texts[1:], ""]
        row.roles[:] = [*row.roles[1:], ""]


def _tear_side_label(rows: Sequence[TextRow], rng: Random) -> None:
    """The last character of the vertical label stands on a later page."""
    if (head := _side_label(rows)) is None:
        return
    later = [k for k in range(head + 2, len(rows)) if rows[k].indicator]
    if later:
        row, place = rows[head], rng.choice(later)
        rows[place].texts[0], row.texts[0] = row.texts[0][-1], row.texts[0][:-1]
        rows[place].page = True


def _join_unit(rows: Sequence[TextRow], rng: Random, chance: float = UNIT_CHANCE) -> None:
    """A label and its value in one cell."""
    for row in rows:
        if "implementing_unit" in row.roles and rng.random() < chance:
            k = row.roles.index("implementing_unit")
            label = max(j for j in range(k) if row.roles[j] == "label")
            row.texts[label], row.texts[k] = f"{row.texts[label]} {row.texts[k]}", ""


def _break_labels(rows: Sequence[TextRow], rng: Random) -> None:
    for row in rows:
        for k, (text, role) in enumerate(zip(row.texts, row.roles, strict=True)):
            if role in LABELS and len(text) > 3 and rng.random() < LABEL_CHANCE:
                at = rng.randrange(2, len(text))
                row.texts[k] = f"{text[:at]} {text[at:]}"


# ---- single rows
# ---------------------------------------------------------------------------------------------------


def _shift_left(rows: Sequence[TextRow], k: int, rng: Random) -> None:
    """Blanks before the row's first text go to its end."""
    row = rows[k]
    blanks = _leading(row)
    if blanks:
        count = rng.randint(1, blanks)
        row.texts[:] = row.texts[count:] + [""] * count
        row.roles[:] = row.roles[count:] + [""] * count


def _shift_right(rows: Sequence[TextRow], k: int, rng: Random) -> None:  # noqa: ARG001 - every kind has one signature
    """One blank too many before the row."""
    row = rows[k]
    row.texts.insert(0, "")
    row.roles.insert(0, "")
    if not row.texts[-1]:
        row.texts.pop()
        row.roles.pop()


def _blank_inside(rows: Sequence[TextRow], k: int, rng: Random) -> None:  # noqa: ARG001
    """A row that has lost its leading blanks has one behind the name instead."""
    row = rows[k]
    values = [n for n, role in enumerate(row.roles) if role in ("target_raw", "actual_raw")]
    if _leading(row) and "name" in row.roles and all(row.texts[n] for n in values):
        del row.texts[0], row.roles[0]
        name = row.roles.index("name")
        row.texts.insert(name + 1, "")
        row.roles.insert(name + 1, "")


def _tear_cell(rows: Sequence[TextRow], k: int, rng: Random) -> None:
    """The name or the reason goes on after a page break, alone in its row."""
    row = rows[k]
    able = [
        n
        for n, role in enumerate(row.roles)
        if role in ("name", "deviation_reason") and len(row.texts[n]) > 7
    ]
    if not able:
        return
    n = rng.choice(able)
    at = rng.randrange(4, len(row.texts[n]) - 1)
    rest = TextRow([""] * len(row.texts), [""] * len(row.texts), page=True)
    row.texts[n], rest.texts[n] = row.texts[n][:at], row.texts[n][at:]
    row.extra.append(rest)


def _tear_label(rows: Sequence[TextRow], k: int, rng: Random) -> None:
    """A merged level label is cut by a page break: its rest stands in the next row."""
    row = rows[k]
    able = [n for n, role in enumerate(row.roles) if role in ("level1", "level2") and len(row.texts[n]) > 3]
    if not able or k + 1 >= len(rows) or not rows[k + 1].indicator:
        return
    n, following = able[-1], rows[k + 1]
    if following.roles[n] or following.page:
        return
    at = rng.randrange(1, len(row.texts[n]) - 1)
    row.texts[n], following.texts[n] = row.texts[n][:at], row.texts[n][at:]
    following.page = True


def _break_page(rows: Sequence[TextRow], k: int, rng: Random) -> None:  # noqa: ARG001
    """A page break before the row."""
    rows[k].page = True


def _lose_end(rows: Sequence[TextRow], k: int, rng: Random) -> None:
    """The blanks at the row's end are gone, or one too many."""
    _trim(rows[k], rng)


KINDS = (_shift_left, _shift_left, _shift_right, _blank_inside, _tear_cell, _tear_label)
EACH_ROW: Mapping[str, Callable[[Sequence[TextRow], int, Random], None]] = {
    "shifted left": _shift_left,
    "shifted right": _shift_right,
    "a blank inside": _blank_inside,
    "a cell torn": _tear_cell,
    "a label torn": _tear_label,
    "a page break": _break_page,
    "blanks at the end": _lose_end,
}
EACH_FORM: Mapping[str, Callable[[Sequence[TextRow], Random], None]] = {
    "labels broken": _break_labels,
    "the side label slipped": _slip_side_label,
    "the side label torn": _tear_side_label,
    "the unit with its label": lambda rows, rng: _join_unit(rows, rng, 1.0),
}
LOST_LEVEL = "a level lost"
"""The kinds of damage by name: to a row, to a form, and the one that changes the truth."""


def _leading(row: TextRow) -> int:
    return next((n for n, text in enumerate(row.texts) if text), 0)


def _trim(row: TextRow, rng: Random) -> None:
    """Blanks at the end of a row come and go."""
    while row.texts and not row.texts[-1] and rng.random() < 0.7:
        row.texts.pop()
        row.roles.pop()
    if rng.random() < 0.2:
        row.texts.append("")
        row.roles.append("")
