"""Printed forms → an RTF, every form a grid of merged cells under its title.

Comes in: sheets with their merged cells. Goes out: the bytes of an .rtf, texts in Unicode escapes. It refuses
nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from tests.writers.sheet import Sheet, lattice

COLUMN = 1100  # twips


def written(sheets: Sequence[Sheet]) -> bytes:
    """The sheets one after the other, titles and notes as paragraphs."""
    body = "".join(_sheet(s) for s in sheets)
    return f"{{\\rtf1\\ansi\\ansicpg936\\uc1{{\\fonttbl{{\\f0\\fnil\\fcharset134 SimSun;}}}}\\f0\\fs21 {body}\\pard done\\par}}".encode(
        "ascii"
    )


def _sheet(sheet: Sheet) -> str:
    out = "".join(f"\\pard {_escaped(line)}\\par\n" for line in (*sheet.titles, *sheet.notes))
    for r, row in enumerate(lattice(sheet)):
        cells = list(dict.fromkeys(row))
        heads, texts = "", ""
        for cell in cells:
            merge = "" if cell.row_span == 1 else "\\clvmgf" if cell.row == r else "\\clvmrg"
            heads += f"{merge}\\clbrdrt\\brdrs\\clbrdrl\\brdrs\\clbrdrb\\brdrs\\clbrdrr\\brdrs\\cellx{COLUMN * (cell.col + cell.col_span)}"
            texts += f"{_escaped(cell.text) if cell.row == r else ''}\\cell "
        out += f"\\trowd{heads}\\pard\\intbl {texts}\\row\n"
    return out


def _escaped(text: str) -> str:
    units = text.encode("utf-16-le")
    out = ""
    for i in range(0, len(units), 2):
        code = int.from_bytes(units[i : i + 2], "little")
        if code == 10:
            out += "\\line "
        else:
            out += (
                f"\\u{code - 65536 if code > 32767 else code}?"
                if code > 126 or chr(code) in "\\{}"
                else chr(code)
            )
    return out
