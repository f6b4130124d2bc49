"""The grade of a form, 优, 良, 中 or 差: beside its total, or behind a label of its own.

Comes in: the row of totals, the rows and lines below it. Goes out: the text that says the grade, with its
cell; None where none is printed. What the text means is `normalizers.head_texts.grade`'s to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from normalizers import head_texts
from pipeline.model.cells import Cell, Line
from pipeline.model.form import Field
from pipeline.model.regions import CellRow
from pipeline.words import vocabulary

_COLON = re.compile(r"[:：]")


def grade(total: CellRow | None, tail: Iterable[CellRow], after: Iterable[Line]) -> Field | None:
    """The grade printed beside the total, else behind its label in the rows or lines below."""
    for cell in total.filled[1:] if total is not None else ():
        if head_texts.grade(cell.text) is not None:
            return Field(cell.text, (cell,))
    for row in tail:
        if (found := _behind_label(row.filled)) is not None:
            return found
    for line in after:
        if (found := _labelled(line.text)) is not None:
            return found
    return None


def _behind_label(cells: tuple[Cell, ...]) -> Field | None:
    for cell, value in zip(cells, (*cells[1:], None), strict=False):
        if (found := _labelled(cell.text)) is not None:
            return Field(found.text, (cell,))
        if value is not None and _is_label(cell.text) and head_texts.grade(value.text) is not None:
            return Field(value.text, (value,))
    return None


def _labelled(text: str) -> Field | None:
    """`自评等级：优` → `优`."""
    label, *rest = _COLON.split(text, maxsplit=1)
    said = rest and _is_label(label) and head_texts.grade(rest[0]) is not None
    return Field(rest[0]) if said else None


def _is_label(text: str) -> bool:
    return vocabulary.key_of("field", text, fuzzy=False) == "grade"
