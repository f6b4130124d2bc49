"""Which fields of a form nobody can know any more once the borders between its cells, or its blank cells, are
gone.

Comes in: printed forms. Goes out: their truth with `unrecoverable` on the rows concerned. The rules look at
the printed texts only, never at what the reader under test makes of them: two figures that run together, a
text that runs into the next without a mark, one value where the layout has two.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.writers.rows import SPLIT_FIELDS
from tests.writers.sheet import WCell
from tests.writers.templates import Printed

WORDS = frozenset(
    tomllib.loads((Path(__file__).parent / "invented.toml").read_text(encoding="utf-8"))["words"]["quality"]
)
FIELD_OF = {"sign": "target_raw", "value": "target_raw", "value_only": "target_raw", "unit": "target_raw"}
FREE_TEXT = frozenset({"deviation_reason", "remark"})
FIGURES = frozenset({"weight", "score", "review_score"})
STARTS_VALUE = re.compile(r"[\d≥≤><=＝＞＜]")
VALUE_END = re.compile(r"(\d[^\d，。；、]{0,3}|[%前月年日元底])$")
ENDS_SENTENCE = ("。", "！", "；", "）", ")", "”")
SIGN_OR_BLANK = frozenset({"", "-", "—", "/"})


def marked(forms: Sequence[Printed], *, glued: bool, rows_end: bool = False) -> list[dict[str, Any]]:
    """Each form's truth; `glued`: nothing stands between cells, `rows_end`: but rows end with their line."""
    out = []
    for form in forms:
        cells = [
            [c for c in sorted(form.sheet.cells, key=lambda c: c.col) if c.row == r]
            for r in form.sheet.indicator_rows
        ]
        gone = [_lost_blanks(row) for row in cells]
        if glued:
            gone = [g | _run_together(row) for g, row in zip(gone, cells, strict=True)]
            if not rows_end:
                _mark_row_ends(cells, gone)
        rows = []
        for row, names in zip(form.truth["indicators"], gone, strict=True):
            fields = sorted({FIELD_OF.get(n, n) for n in names} | set(row.get("unrecoverable", ())))
            rows.append({**row, "unrecoverable": fields} if fields else row)
        out.append({**form.truth, "indicators": rows})
    return out


def _lost_blanks(row: Sequence[WCell]) -> set[str]:
    """One of two values, one of two figures, or the name is blank: which one is it?"""
    gone: set[str] = set()
    for pair in ({"target_raw", "actual_raw"}, {"value", "actual_raw"}, set(FIGURES)):
        cells = [c for c in row if c.role in pair]
        if len(cells) > 1 and any(c.text in SIGN_OR_BLANK for c in cells):
            gone |= {c.role for c in cells}
    if any(c.role == "name" and not c.text for c in row):
        gone |= {"name"} | {c.role for c in row if c.role in {"target_raw"} | SPLIT_FIELDS}
    texts = [c for c in row if c.role in FREE_TEXT]
    if len(texts) > 1 and any(not c.text for c in texts):
        gone |= {c.role for c in texts}
    return gone


def _run_together(row: Sequence[WCell]) -> set[str]:
    """Neighbours in a row whose border cannot be told from what they say."""
    gone: set[str] = set()
    cells = [c for c in row if c.text and c.role]
    for left, right in pairwise(cells):
        if left.role in FIGURES and right.role in FIGURES:
            continue  # 108 is 10 and 8: a score is at most its weight, and all weights sum to the total
        if left.text[-1].isdigit() and right.text[0].isdigit():
            figures = (
                {c.role for c in cells if c.role in FIGURES}
                if right.role in FIGURES or left.role in FIGURES
                else set()
            )
            gone |= {left.role, right.role} | figures
        elif left.role == "name" and right.role in ("target_raw", "value"):
            actual = next((c.text for c in cells if c.role == "actual_raw"), None)
            if not STARTS_VALUE.match(right.text) and right.text not in WORDS and right.text != actual:
                gone |= {"name", right.role}
        elif left.role in {"target_raw"} | SPLIT_FIELDS and right.role == "actual_raw":
            clear = STARTS_VALUE.match(right.text) or right.text in WORDS or right.text == left.text
            if not clear:
                gone |= {left.role, "actual_raw"}
        elif left.role == "name" and right.role in FREE_TEXT:
            gone |= {"name", right.role}
    return gone


def _mark_row_ends(rows: Sequence[Sequence[WCell]], gone: Sequence[set[str]]) -> None:
    """A row that ends with a text and a next one that begins with its name, with no mark between."""
    for k in range(len(rows) - 1):
        last = next((c for c in reversed(rows[k]) if c.text), None)
        first = next((c for c in rows[k + 1] if c.text), None)
        if last is None or first is None or first.role != "name" or re.match(r"指标\s*\d", first.text):
            continue
        open_text = last.role in FREE_TEXT and not last.text.endswith(ENDS_SENTENCE)
        figures = last.text[-1].isdigit() and first.text[0].isdigit()
        open_value = (
            last.role in ("target_raw", "value")
            and last.text not in WORDS
            and not VALUE_END.search(last.text)
        )
        if open_text or figures or open_value or last.role == "name":
            gone[k].add(last.role)
            gone[k + 1].add("name")
