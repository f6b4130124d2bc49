"""Laid-out forms → what extractions from web pages leave of their tables, as text.

Comes in: printed forms and a random generator. Goes out: the text, and the truth that it can still tell, for three
dialects: one cell a line closed by a pipe, with the places of merged cells blank or gone; and rows between pipes that
are broken over lines.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random
from typing import Any

from tests.writers.damage import text_rows
from tests.writers.templates import Printed
from tests.writers.unclear import marked

WRAP = 0.15  # share of longer cells that go over two lines
LONG = 8  # characters of a longer cell
PAGE = 0.3  # share of forms with page numbers between the lines
PAGE_LINES = 40
TORN = 0.7  # share of rows that are broken over lines
_BREAKS = re.compile(r"(?<=[一-鿿])(?=[一-鿿])|(?<=\|)(?=.)|(?<=.)(?=\|)")  # where a line may break


def cells_pipe(forms: Sequence[Printed], rng: Random) -> tuple[str, list[dict[str, Any]]]:
    """A blank cell is a pipe alone, the blanks that end a row stand on one line."""
    out: list[str] = []
    for form in forms:
        rows = [[_wrapped(t, rng) for t in row.texts] for row in text_rows(form.sheet)]
        out += [*form.sheet.titles, *form.sheet.notes, *_with_pages(_closed(rows), rng)]
    return "\n".join(out) + "\n", [f.truth for f in forms]


def cells_pipe_merged(forms: Sequence[Printed], rng: Random) -> tuple[str, list[dict[str, Any]]]:
    """The same without the places that merged cells cover."""
    out: list[str] = []
    for form in forms:
        cells = sorted(form.sheet.cells, key=lambda c: (c.row, c.col))
        rows = [[_wrapped(c.text, rng) for c in cells if c.row == r] for r in range(form.sheet.n_rows)]
        out += [*form.sheet.titles, *form.sheet.notes, *_with_pages(_closed(rows), rng)]
    return "\n".join(out) + "\n", marked(forms, glued=False)


def torn_pipes(forms: Sequence[Printed], rng: Random) -> tuple[str, list[dict[str, Any]]]:
    """Rows between pipes, none before the first cell, most of them broken over two or three lines."""
    out: list[str] = []
    for form in forms:
        closing = rng.choice(["", "|"])
        out += [*form.sheet.titles, *form.sheet.notes, ""]
        for row in text_rows(form.sheet):
            line = "|".join(t.replace("\n", "") for t in row.texts) + closing
            places = [m.start() for m in _BREAKS.finditer(line) if 0 < m.start() < len(line) - 1]
            cuts = (
                sorted(rng.sample(places, min(len(places), rng.randint(1, 2)))) if rng.random() < TORN else []
            )
            out += [line[a:b] for a, b in zip([0, *cuts], [*cuts, len(line)], strict=True)]
        out.append("")
    return "\n".join(out), [f.truth for f in forms]


def _wrapped(text: str, rng: Random) -> str:
    text = text.replace("\n", "")
    at = [m.start() for m in re.finditer(r"(?<=[一-鿿])(?=[一-鿿])", text)]
    if len(text) < LONG or not at or rng.random() > WRAP:
        return text
    cut = rng.choice(at)
    return f"{text[:cut]}\n{text[cut:]}"


def _closed(rows: Sequence[Sequence[str]]) -> list[str]:
    out: list[str] = []
    for texts in rows:
        last = max((k for k, t in enumerate(texts) if t), default=-1)
        out += [f"{t} |" if t else "|" for t in texts[: last + 1]]
        out += ["|" * (len(texts) - last - 1)] if last + 1 < len(texts) else []
    return out


def _with_pages(lines: Sequence[str], rng: Random) -> list[str]:
    if rng.random() > PAGE:
        return list(lines)
    out: list[str] = []
    for n, line in enumerate(lines, 1):
        out.append(line)
        if n % PAGE_LINES == 0:
            out.append(f"— {n // PAGE_LINES} —")
    return out
