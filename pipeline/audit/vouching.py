"""Is what a rule accuses read surely enough: what a row doubts, and what the form's own figures vouch for.

Comes in: a row that a rule rests on, the columns that the rule looks at, and the form. Goes out: whether to
doubt it; the amounts that sum up. A funding line has no doubts by column, so that a form's redundancy is
asked: what sums up, or is the rate of its amounts, stands where it belongs. Nothing raises.
"""

from __future__ import annotations

from decimal import Decimal

from pipeline.audit.case import AuditedRow, Case, rounds_to, unsure
from pipeline.audit.costs import AMOUNTS
from pipeline.model.flags import Flag

DOUBTS = frozenset({Flag.VALUE_UNREAD, Flag.DIGITS_LOST, Flag.UNIT_SUSPECT, Flag.GARBLED_TEXT})
RECOGNISED = "ocr"  # how readers call themselves that recognise characters
FEWEST = 2  # figures of a fund block that vouch for it: an inconsistency takes one of them away at most


def doubtful(row: AuditedRow, columns: frozenset[str], case: Case) -> bool:
    """Is what a rule uses of a row not read surely enough to rest an accusation on it?"""
    if DOUBTS & set(row["flags"]):
        return True
    return unsure(row, columns) and not ("line_no" in row and well_placed(case))


def closing(case: Case) -> frozenset[tuple[str, Decimal | None]]:
    """The amounts, with their columns, that were read right for certain: of columns whose lines sum to the
    year's amount, the one that may be a sum and those that it is made of.
    """
    total = case.total_line
    parts = [f for f in case.funds if f["scope"] == "all" and f is not total]
    out: set[tuple[str, Decimal | None]] = set()
    for column in AMOUNTS:
        amounts = [amount for line in parts if (amount := line[column])]
        if total is not None and total[column] and sum(amounts, Decimal(0)) == total[column]:
            out |= {(column, amount) for amount in (total[column], *amounts)}
    return frozenset(out)


def well_placed(case: Case) -> bool:
    """Are the cells of the fund block where they belong, however sure each of its lines is?

    Where nothing had to be recognised no digit is wrong, and figures of the block vouch for its columns and
    lines: columns that sum up, rates that are those of their amounts, costs that close.
    """
    if not case.indicators or any(r["extractor"].startswith(RECOGNISED) for r in case.indicators):
        return False
    total, closed = case.total_line, closing(case)
    sums = {total[column] for column in AMOUNTS if total and (column, total[column]) in closed}
    rates = {
        rate
        for line in case.funds
        if (rate := line["execution_rate_reported_pct"])
        and (executed := line["executed"])
        and (budget := line["annual_budget"])
        and executed != budget
        and rounds_to(executed / budget * 100, rate)
    }
    return len(sums) + len(rates) + (case.costs.closes_on is not None) >= FEWEST
