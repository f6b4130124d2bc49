"""Laid-out forms → the text dialects in which such forms are published, as bytes, with the truth that each
can still tell.

Comes in: printed forms and a random generator. Goes out: `Written`. A dialect that drops borders can make a
figure unknowable (`80` and `85` become `8085`); such fields are marked `unrecoverable` here, by rules about
the printed text alone. Encodings vary with the generator.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from tests.writers import styles
from tests.writers.damage import TextRow, damaged, damaged_by, text_rows
from tests.writers.sheet import Sheet, WCell, lattice
from tests.writers.styles import some, styled
from tests.writers.templates import Printed
from tests.writers.unclear import marked
from tests.writers.web_text import cells_pipe, cells_pipe_merged, torn_pipes

ENCODINGS = ("utf-8", "utf-8", "utf-8", "utf-8-sig", "gb18030", "utf-16")
GAP = 3  # blanks between aligned columns
CAPS = {
    "level1": 12,
    "level2": 14,
    "name": 26,
    "target_raw": 16,
    "actual_raw": 16,
    "value": 12,
    "deviation_reason": 24,
    "remark": 24,
    "side": 8,
}
OTHER_CAP = 14  # the widest that any other cell makes its column where columns are narrow
TEAR = 0.03  # share of names that a page break cuts in a text of one cell a line


@dataclass(frozen=True, slots=True)
class Written:
    """One document: its bytes, a name with the right ending, and its truth."""

    data: bytes
    name: str
    truth: dict[str, Any]


Writer = Callable[[Sequence[Printed], Random], tuple[str, list[dict[str, Any]]]]


def written(forms: Sequence[Printed], dialect: str, rng: Random) -> Written:
    """The forms as one document of a dialect; raises KeyError for a dialect that `DIALECTS` does not have."""
    text, truths = DIALECTS[dialect](forms, rng)
    ending = "html" if dialect == "html-page" else "md" if dialect in MARKUP else "txt"
    encoding = "utf-8" if dialect == "html-page" else rng.choice(ENCODINGS)
    return Written(
        text.encode(encoding), f"{dialect}.{ending}", {"source": f"{dialect}.{ending}", "projects": truths}
    )


# ---- tab-separated grids
# -------------------------------------------------------------------------------------------


def grid(forms: Sequence[Printed], rng: Random) -> tuple[str, list[dict[str, Any]]]:
    """A row a line, cells between tabs, merged cells' other places blank."""
    look = some(
        rng,
        styles.pangu,
        styles.half_width,
        styles.full_width,
        styles.ascii_signs,
        styles.latex,
        styles.tagged,
        styles.narrow,
    )
    out = []
    for form in forms:
        sheet = styled(form.sheet, *look)
        out.append(_headed(sheet, [_tabbed(row) for row in text_rows(sheet)]))
    return "\n\n".join(out) + "\n", _truths(forms)


def damaged_grid(forms: Sequence[Printed], rng: Random) -> tuple[str, list[dict[str, Any]]]:
    """The same after a conversion that lost the place of cells."""
    look = some(rng, styles.pangu, styles.half_width, styles.tagged)
    out, truths = [], []
    for form in forms:
        rows, truth = damaged(Printed(styled(form.sheet, *look), form.truth, form.layout), rng)
        out.append(_headed(form.sheet, [("\n" if row.page else "") + _tabbed(row) for row in rows]))
        truths.append(truth)
    return "\n\n".join(out) + "\n", truths


def written_damaged(forms: Sequence[Printed], kind: str | None, rng: Random) -> Written:
    """The forms as a grid with one kind of damage, or with none (None); raises KeyError for an
    unknown kind.
    """
    texts, truths = [], []
    for form in forms:
        rows, truth = damaged_by(kind, form, rng) if kind else (text_rows(form.sheet), form.truth)
        texts.append(_headed(form.sheet, [("\n" if row.page else "") + _tabbed(row) for row in rows]))
        truths.append(truth)
    text = "\n\n".join(texts) + "\n"
    return Written(text.encode(), "damaged.txt", {"source": "damaged.txt", "projects": truths})


def _tabbed(row: TextRow) -> str:
    return "\t".join(text.replace("\n", " ") for text in row.texts) + "\t"


def _headed(sheet: Sheet, lines: Iterable[str]) -> str:
    return "\n".join([*(f"{t}\n" for t in (*sheet.titles, *sheet.notes)), *lines])


# ---- one cell a line
# -----------------------------------------------------------------------------------------------


def cells_tab(forms: Sequence[Printed], rng: Random) -> tuple[str, list[dict[str, Any]]]:
    """A tab opens a cell, a blank line ends a row; blanks below a merged cell stay, cells run over lines."""
    out = []
    for form in forms:
        sheet = styled(form.sheet, styles.narrow)
        rows = ["\n".join(f"\t{_cut(c, rng)}" for c in row) for row in _below_merged(sheet)]
        out.append("\n\n".join([*(f"\t{t}" for t in (*sheet.titles, *sheet.notes)), *rows]))
    return "\n\n\n".join(out) + "\n", _truths(forms)


def cells_blank(forms: Sequence[Printed], rng: Random) -> tuple[str, list[dict[str, Any]]]:  # noqa: ARG001
    """A line a cell, a blank line for a blank cell; nothing marks a row."""
    return _joined(forms, "\n", "\n\n", _below_merged, blank=True), _truths(forms)


def cells_bare(forms: Sequence[Printed], rng: Random) -> tuple[str, list[dict[str, Any]]]:  # noqa: ARG001
    """A line a cell, no blank cells."""
    return _joined(forms, "\n", "\n", _below_merged, blank=False), marked(forms, glued=False)


def _below_merged(sheet: Sheet) -> list[list[WCell]]:
    """Every row's cells; a cell merged over rows stands blank in the rows below its first, one merged over
    columns stands once.
    """
    out = []
    for r, cells in enumerate(lattice(sheet)):
        once = [c for k, c in enumerate(cells) if c.col == k]
        out.append([c if c.row == r else WCell("", r, c.col) for c in once])
    return out


def _cut(cell: WCell, rng: Random) -> str:
    """A long name may be cut by a page break: a blank line."""
    if cell.role != "name" or len(cell.text) < 8 or rng.random() > TEAR:
        return cell.text
    at = rng.randrange(4, len(cell.text) - 2)
    return f"{cell.text[:at]}\n\n{cell.text[at:]}"


# ---- markup
# --------------------------------------------------------------------------------------------------------


def markdown(forms: Sequence[Printed], rng: Random) -> tuple[str, list[dict[str, Any]]]:
    """A pipe table under a heading."""
    look = some(rng, styles.pangu, styles.half_width, styles.latex, styles.ascii_signs, styles.narrow)
    line_break = rng.choice(["<br>", " "])
    out = []
    for form in forms:
        sheet = styled(form.sheet, *look)
        rows = [
            "| " + " | ".join(t.replace("\n", line_break).replace("|", "\\|") for t in row.texts) + " |"
            for row in text_rows(sheet)
        ]
        out.append("\n".join([*_markdown_head(sheet), rows[0], "|" + " --- |" * sheet.n_cols, *rows[1:]]))
    return "\n\n".join(out) + "\n", _truths(forms)


def html_line(forms: Sequence[Printed], rng: Random) -> tuple[str, list[dict[str, Any]]]:
    """An HTML table on one line of a Markdown text."""
    look = some(rng, styles.pangu, styles.half_width, styles.latex, styles.narrow)
    sheets = [styled(f.sheet, *look) for f in forms]
    return "\n\n".join("\n".join([*_markdown_head(s), _html(s, "", "")]) for s in sheets) + "\n", _truths(
        forms
    )


def html_pretty(forms: Sequence[Printed], rng: Random) -> tuple[str, list[dict[str, Any]]]:
    """An HTML table over many indented lines of a Markdown text."""
    look = some(rng, styles.pangu, styles.half_width, styles.tagged, styles.narrow)
    sheets = [styled(f.sheet, *look) for f in forms]
    return "\n\n".join("\n".join([*_markdown_head(s), _html(s, "\n", "  ")]) for s in sheets) + "\n", _truths(
        forms
    )


def html_page(forms: Sequence[Printed], rng: Random) -> tuple[str, list[dict[str, Any]]]:
    """A web page with the tables in it."""
    look = some(rng, styles.half_width, styles.narrow)
    body = []
    for sheet in (styled(f.sheet, *look) for f in forms):
        lines = "".join(
            f'<p style="text-align:center">{html.escape(t)}</p>\n' for t in (*sheet.titles, *sheet.notes)
        )
        body.append(lines + _html(sheet, "\n", ""))
    text = "<!DOCTYPE html>\n<html><head><meta charset='utf-8'><title>信息公开</title></head>\n<body>\n{}\n</body></html>\n"
    return text.format("\n".join(body)), _truths(forms)


def _markdown_head(sheet: Sheet) -> list[str]:
    return [*(f"# {t}\n" for t in sheet.titles), *(f"{n}\n" for n in sheet.notes)]


def _html(sheet: Sheet, line: str, indent: str) -> str:
    rows = []
    for r in range(sheet.n_rows):
        cells = []
        for cell in sorted((c for c in sheet.cells if c.row == r), key=lambda c: c.col):
            spans = "".join(
                f' {k}="{n}"' for k, n in (("colspan", cell.col_span), ("rowspan", cell.row_span)) if n > 1
            )
            text = (
                html.escape(cell.text, quote=False)
                .replace("&lt;p&gt;", "<p>")
                .replace("&lt;/p&gt;", "</p>")
                .replace("\n", "<br>")
            )
            cells.append(f"{indent * 2}<td{spans}>{text}</td>{line}")
        rows.append(f"{indent}<tr>{line}{''.join(cells)}{indent}</tr>{line}")
    return f"<table>{line}{''.join(rows)}</table>"


# ---- spaces and nothing
# --------------------------------------------------------------------------------------------


def spaces(forms: Sequence[Printed], rng: Random) -> tuple[str, list[dict[str, Any]]]:
    """Columns lined up with blanks; a Chinese character is two wide."""
    look = some(rng, styles.half_width, styles.ascii_signs)
    out = []
    for form in forms:
        sheet = styled(form.sheet, *look)
        out.append(_headed(sheet, [_aligned(row, _starts(sheet)) for row in _by_column(sheet)]))
    return "\n\n".join(out) + "\n", _truths(forms)


def spaces_wrapped(forms: Sequence[Printed], rng: Random) -> tuple[str, list[dict[str, Any]]]:
    """The same with narrow columns: a cell runs over several lines, as in text taken from a page's layout."""
    look = some(rng, styles.half_width)
    out = []
    for form in forms:
        sheet = styled(form.sheet, *look)
        out.append(
            _headed(
                sheet, [line for row in _by_column(sheet) for line in _lines_of(row, _starts(sheet, CAPS))]
            )
        )
    return "\n\n".join(out) + "\n", _truths(forms)


def one_line(forms: Sequence[Printed], rng: Random) -> tuple[str, list[dict[str, Any]]]:
    """Everything on one line, one blank between cells, blank cells gone."""
    look = some(rng, styles.half_width, styles.ascii_signs)
    return _joined(_restyled(forms, look), " ", " ", _printed_rows, blank=False), marked(forms, glued=False)


def row_a_line(forms: Sequence[Printed], rng: Random) -> tuple[str, list[dict[str, Any]]]:
    """A row a line, one blank between cells, blank cells gone."""
    look = some(rng, styles.half_width, styles.ascii_signs)
    return _row_lines(_restyled(forms, look), " "), marked(forms, glued=False)


def glued_rows(forms: Sequence[Printed], rng: Random) -> tuple[str, list[dict[str, Any]]]:
    """A row a line, nothing between cells."""
    look = some(rng, styles.half_width, styles.ascii_signs)
    return _row_lines(_restyled(forms, look), ""), marked(forms, glued=True, rows_end=True)


def glued(forms: Sequence[Printed], rng: Random) -> tuple[str, list[dict[str, Any]]]:
    """Everything on one line with nothing between."""
    look = some(rng, styles.half_width, styles.ascii_signs)
    return _joined(_restyled(forms, look), "", "", _printed_rows, blank=False), marked(forms, glued=True)


def _row_lines(forms: Sequence[Printed], between: str) -> str:
    lines = []
    for form in forms:
        lines += [*form.sheet.titles, *form.sheet.notes]
        lines += [between.join(c.text for c in row if c.text) for row in _printed_rows(form.sheet)]
    return "\n".join(lines) + "\n"


def _printed_rows(sheet: Sheet) -> list[list[WCell]]:
    return [sorted((c for c in sheet.cells if c.row == r), key=lambda c: c.col) for r in range(sheet.n_rows)]


def _restyled(forms: Sequence[Printed], look: Sequence[styles.Style]) -> list[Printed]:
    return [Printed(styled(f.sheet, *look), f.truth, f.layout) for f in forms]


def _joined(
    forms: Sequence[Printed],
    between: str,
    after: str,
    rows: Callable[[Sheet], list[list[WCell]]],
    *,
    blank: bool,
) -> str:
    out = []
    for form in forms:
        texts = [c.text for row in rows(form.sheet) for c in row if c.text or blank]
        out.append(between.join([*form.sheet.titles, *form.sheet.notes, *texts]))
    return after.join(out) + "\n"


def _by_column(sheet: Sheet) -> list[list[WCell]]:
    return [[c for c in row if c.text] for row in _printed_rows(sheet)]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(ch) in "WFA" else 1 for ch in text)


def _starts(sheet: Sheet, caps: Mapping[str, int] | None = None) -> Mapping[int, int]:
    """Where every column starts, in character widths: wide enough for each cell that has the column to
    itself, up to its cap.
    """
    widths = [0] * sheet.n_cols
    for cell in sheet.cells:
        if cell.col_span == 1:
            widths[cell.col] = max(widths[cell.col], _wanted(cell, caps))
    for cell in sheet.cells:
        own = range(cell.col, cell.col + cell.col_span)
        room = sum(widths[k] + GAP for k in own) - GAP
        if cell.col_span > 1 and cell.row in sheet.indicator_rows and room < _wanted(cell, caps):
            widths[own[-1]] += _wanted(cell, caps) - room
    return {k: sum(w + GAP for w in widths[:k]) for k in range(sheet.n_cols + 1)}


def _wanted(cell: WCell, caps: Mapping[str, int] | None) -> int:
    return _width(cell.text) if caps is None else min(_width(cell.text), caps.get(cell.role, OTHER_CAP))


def _lines_of(cells: Sequence[WCell], starts: Mapping[int, int]) -> list[str]:
    """One row of the grid as the lines that its longest cell takes; the others have blanks below their text."""
    parts = [_broken(c.text, starts[c.col + c.col_span] - starts[c.col] - GAP) for c in cells]
    lines = [
        [replace(c, text=p[k]) for c, p in zip(cells, parts, strict=True) if k < len(p)]
        for k in range(max(map(len, parts), default=0))
    ]
    return [_aligned(line, starts) for line in lines]


def _broken(text: str, width: int) -> list[str]:
    """A text in lines of at most `width`; figures and Latin words stay whole."""
    lines = [""]
    for word in re.findall(r"[\x21-\x7e]+|[^\x21-\x7e]", text):
        if lines[-1] and _width(lines[-1] + word) > width:
            lines.append("")
        lines[-1] += word
    return [line.strip() for line in lines]


def _aligned(cells: Sequence[WCell], starts: Mapping[int, int]) -> str:
    line = ""
    for cell in cells:
        gap = starts[cell.col] - _width(line)
        line += " " * (max(gap, GAP - 1) if line else max(gap, 0)) + cell.text
    return line


def _truths(forms: Sequence[Printed]) -> list[dict[str, Any]]:
    return [f.truth for f in forms]


MARKUP = frozenset({"markdown", "html-line", "html-pretty"})
DIALECTS: Mapping[str, Writer] = {
    "grid": grid,
    "markdown": markdown,
    "html-line": html_line,
    "html-pretty": html_pretty,
    "html-page": html_page,
    "damaged-grid": damaged_grid,
    "cells-tab": cells_tab,
    "cells-blank": cells_blank,
    "cells-bare": cells_bare,
    "cells-pipe": cells_pipe,
    "cells-pipe-merged": cells_pipe_merged,
    "torn-pipes": torn_pipes,
    "spaces": spaces,
    "spaces-wrapped": spaces_wrapped,
    "one-line": one_line,
    "row-a-line": row_a_line,
    "glued-rows": glued_rows,
    "glued": glued,
}
