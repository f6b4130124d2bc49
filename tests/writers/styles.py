"""Ways in which programs and typists write the same text: spaces beside figures, half-width marks, LaTeX,
tags, narrow cells.

Comes in: a sheet. Goes out: the same sheet with other characters, equal to the first after NFKC, without
white space, tags and LaTeX. It never changes what a cell says.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from random import Random

from tests.writers.sheet import Sheet, WCell

VALUES = frozenset({"target_raw", "actual_raw", "value", "value_only"})
GOALS = frozenset({"goal_expected", "goal_actual"})
NARROW = frozenset({"level1", "level2", "heading", "label", "side"})
CJK = "\u4e00-\u9fff"
HALF = str.maketrans("，：；（）？！", ",:;()?!")
FULL = str.maketrans("0123456789%", "０１２３４５６７８９％")
LATEX = {"≥": "\\geq ", "≤": "\\leq "}
PERCENT = "\\%"
NARROW_CELL = 6  # characters from which a label is broken over lines

Style = Callable[[WCell], str]


def pangu(cell: WCell) -> str:
    """Spaces between Chinese characters and figures, as a text recogniser writes them."""
    out = re.sub(rf"(?<=[{CJK}])(?=[0-9A-Za-z])", " ", cell.text)
    return re.sub(rf"(?<=[0-9A-Za-z%])(?=[{CJK}])", " ", out)


def half_width(cell: WCell) -> str:
    """Half-width punctuation."""
    return cell.text.translate(HALF)


def full_width(cell: WCell) -> str:
    """Full-width figures in values."""
    return cell.text.translate(FULL) if cell.role in VALUES else cell.text


def ascii_signs(cell: WCell) -> str:
    """`>=` for `≥`."""
    return cell.text.replace("≥", ">=").replace("≤", "<=") if cell.role in VALUES | {"sign"} else cell.text


def latex(cell: WCell) -> str:
    """A comparator and its figure as a formula."""
    found = re.fullmatch(r"([≥≤])(\d[\d.]*)(%?)", cell.text) if cell.role in VALUES else None
    return f"${LATEX[found[1]]}{found[2]}{PERCENT if found[3] else ''}$" if found else cell.text


def tagged(cell: WCell) -> str:
    """Goals in paragraphs of HTML."""
    return f"<p>{cell.text}</p>" if cell.role in GOALS and cell.text else cell.text


def narrow(cell: WCell) -> str:
    """Labels broken over lines; the vertical side label one character a line."""
    if cell.role == "side":
        return "\n".join(cell.text)
    if cell.role not in NARROW or len(cell.text) < NARROW_CELL:
        return cell.text
    middle = len(cell.text) // 2 + 1
    return f"{cell.text[:middle]}\n{cell.text[middle:]}"


def styled(sheet: Sheet, *styles: Style) -> Sheet:
    """The sheet with every cell rewritten by the styles in turn."""
    for style in styles:
        sheet = replace(sheet, cells=tuple(replace(c, text=style(c)) for c in sheet.cells))
    return sheet


def some(rng: Random, *styles: Style) -> list[Style]:
    """Each style with one chance in three."""
    return [s for s in styles if rng.random() < 1 / 3]
