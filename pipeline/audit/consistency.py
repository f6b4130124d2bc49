"""Several readings of one document → the one that is most consistent with the vocabulary and with the form's
own sums.

Comes in: the rows that a reading gives. Goes out: `Verdict`, how well they add up, and whether one reading is
better than another. Pure. It never takes a reading with fewer sound rows or fewer texts for a better one:
sums that close over a lost row are no sums.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pipeline.audit import broken_rules
from pipeline.audit.cases import cases_of
from pipeline.model.cells import Reading, Table
from pipeline.model.flags import Flag
from pipeline.model.rows import IndicatorRow
from pipeline.rows.build import DocumentRows
from pipeline.words import vocabulary

BROKEN = 4.0  # what a sum that does not close costs, in rows
ODD = 1.0  # what a row costs that is no row of such a form
BETTER = 0.5  # by which the fault of another reading must be less
KEPT = 0.98  # share of the first reading's characters that another must have in its forms
SUMS = frozenset({
    "weights_sum", "scores_sum", "level1_weight_sum", "level2_weight_sum", "fund_lines_sum",
    "execution_rate_mismatch", "score_exceeds_weight",
})  # fmt: skip
"""Rules whose failure may be the reading's fault."""
Text = Literal["name_raw", "target_raw", "actual_raw", "deviation_reason", "remark"]
TEXTS: tuple[Text, ...] = ("name_raw", "target_raw", "actual_raw", "deviation_reason", "remark")
POINTS: tuple[Literal["weight", "score"], ...] = ("weight", "score")
LONG_LABEL = 4  # characters: shorter labels stand in any prose
UNREAD = frozenset({Flag.VALUE_UNREAD, Flag.HEADER_MISSING, Flag.TRUNCATED})


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a reading adds up: forms, indicator rows, odd rows, sums that do not close, characters in the
    forms' rows.

    `announced`: the pages on which the words of an indicator table's header stand, and those behind them:
    where there are any, a form is expected. `doubts`: how many its geometry leaves.
    """

    forms: int
    rows: int
    odd: int
    broken: int
    characters: int
    announced: frozenset[int]
    doubts: int

    @property
    def lacks_a_form(self) -> bool:
        """Is a form announced, and none found?"""
        return bool(self.announced) and not self.forms

    @property
    def fault(self) -> float:
        """What speaks against it, in rows."""
        return ODD * self.odd + BROKEN * self.broken

    def beats(self, first: Verdict) -> bool:
        """Is this reading better than the first one? It has fewer faults, or fewer doubts and no more odd
        rows; more rows alone are no better reading.
        """
        fewer = self.rows - self.odd < first.rows - first.odd or self.forms < first.forms
        if fewer or self.characters < KEPT * first.characters:
            return False
        found = first.lacks_a_form and self.forms > 0 and self.fault < self.rows
        clearer = self.doubts < first.doubts and self.odd <= first.odd
        return found or clearer or self.fault <= first.fault - BETTER


def verdict(reading: Reading, rows: DocumentRows) -> Verdict:
    """How well the rows of a reading add up."""
    findings = broken_rules(cases_of(rows, {}), SUMS)
    columns = {p["project_id"]: frozenset(p["indicator_columns"]) for p in rows.projects}
    odd_rows = [r for r in rows.indicators if _odd(r, columns[r["project_id"]])]
    odd_forms = [p for p in rows.projects if UNREAD & set(p["flags"])]
    return Verdict(
        forms=len(rows.projects),
        rows=len(rows.indicators),
        odd=len(odd_rows) + len(odd_forms),
        broken=len(findings),
        characters=sum(map(_characters, rows.indicators)),
        announced=_announced(reading),
        doubts=len(reading.doubts),
    )


def _characters(row: IndicatorRow) -> int:
    """How many characters beside blanks the row holds, its points' figures among them: in a cell without its
    wall they are part of a text.
    """
    points = sum(len(f"{row[p]:g}") for p in POINTS if row[p] is not None)
    return points + sum(len("".join((row[t] or "").split())) for t in TEXTS)


def _odd(row: IndicatorRow, columns: frozenset[str]) -> bool:
    """No row of such a form: no name, no level where it has a column for it, or no figure in place of one."""
    nameless = not row["name"] and not row["is_placeholder"]
    without_level = row["level1"] is None and "level1" in columns
    return nameless or without_level or bool(UNREAD & set(row["flags"]))


def _announced(reading: Reading) -> frozenset[int]:
    """The pages on which the words of an indicator table's header stand, and the pages behind them."""
    columns = vocabulary.data()["column"]
    words = [[w for w in columns[key] if len(w) >= LONG_LABEL] for key in ("level1", "name")]
    texts: dict[int, list[str]] = {}
    for b in reading.blocks:
        texts.setdefault(b.page or 1, []).extend(
            [c.text for c in b.cells] if isinstance(b, Table) else [b.text]
        )
    whole = {page: "".join("".join(t.split()) for t in held) for page, held in texts.items()}
    found = {page for page, text in whole.items() if all(any(w in text for w in group) for group in words)}
    return frozenset(found | {page + 1 for page in found if page < (reading.n_pages or 1)})
