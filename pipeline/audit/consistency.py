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
LONG_LABEL = 4  # characters: shorter labels stand in any prose
UNREAD = frozenset({Flag.VALUE_UNREAD, Flag.HEADER_MISSING, Flag.TRUNCATED})


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a reading adds up: forms, indicator rows, odd rows, sums that do not close, characters in the
    forms' rows.

    `expected`: at least so many forms are there, for the words of an indicator table's header are. `pages`:
    those of the forms that do not add up; those that announce one, where a form is missing. `cells`: what the
    rows say, to see whether two readings agree.
    """

    forms: int
    rows: int
    odd: int
    broken: int
    characters: int
    expected: int
    pages: frozenset[int]
    cells: tuple[tuple[object, ...], ...]

    @property
    def adds_up(self) -> bool:
        """Is there nothing that a second opinion could mend?"""
        return self.broken == 0 and self.odd == 0 and self.forms >= self.expected

    @property
    def fault(self) -> float:
        """What speaks against it, in rows."""
        return ODD * self.odd + BROKEN * self.broken

    def beats(self, first: Verdict) -> bool:
        """Is this reading better than the first one? A tie stays with the first, and more rows alone are no
        better reading.
        """
        fewer = self.rows - self.odd < first.rows - first.odd or self.forms < first.forms
        if fewer or self.characters < KEPT * first.characters:
            return False
        found = first.forms < first.expected <= self.forms and self.fault < self.rows
        return found or self.fault <= first.fault - BETTER


def verdict(reading: Reading, rows: DocumentRows) -> Verdict:
    """How well the rows of a reading add up."""
    findings = broken_rules(cases_of(rows, {}), SUMS)
    columns = {p["project_id"]: frozenset(p["indicator_columns"]) for p in rows.projects}
    odd_rows = [r for r in rows.indicators if _odd(r, columns[r["project_id"]])]
    odd_forms = [p for p in rows.projects if UNREAD & set(p["flags"])]
    announced = _announced(reading)
    expected = int(bool(announced))
    blamed = {x["project_id"] for x in (*findings, *odd_rows, *odd_forms)}
    pages = {
        n
        for p in rows.projects
        if p["project_id"] in blamed and p["page_start"] and p["page_end"]
        for n in range(p["page_start"], p["page_end"] + 1)
    }
    return Verdict(
        forms=len(rows.projects),
        rows=len(rows.indicators),
        odd=len(odd_rows) + len(odd_forms),
        broken=len(findings),
        characters=sum(len(r[t] or "") for r in rows.indicators for t in TEXTS),
        expected=expected,
        pages=frozenset(pages) if len(rows.projects) >= expected else announced,
        cells=tuple(_cells(r) for r in rows.indicators),
    )


def _cells(row: IndicatorRow) -> tuple[object, ...]:
    return row["level1"], row["level2"], *(row[t] for t in TEXTS), row["weight"], row["score"]


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
