"""Rules on the goals: what their prose says against what the table says.

Comes in: a `Case`. Goes out: `Mark`s. Silent unless the prose speaks of the project's own money, or names an
indicator of the table with a figure in its unit. Source: the form itself, which says one thing twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from normalizers.measures import Part, measures
from normalizers.symbols import fold
from normalizers.units import YUAN
from pipeline.audit.case import INFO, Case, Mark, figure, names_of, shown, words
from pipeline.audit.costs import AMOUNTS, likeness
from pipeline.audit.messages import say, term
from pipeline.audit.money import head
from pipeline.model.rows import IndicatorRow

SLIP = Decimal(10_000)  # 元 beside 万元
# likeness (0–100) of a clause and an indicator's name from which on the prose speaks of the indicator
SAME_THING = 80.0
YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
CLAUSE = re.compile(r"[;；。！？\n]|(?<!\d)[,，]|[,，](?!\d{3})")
ITEM = re.compile(r"[;；。！？\n、:：]|(?<!\d)[,，]|[,，](?!\d{3})")


def goal_amount_mismatch(case: Case) -> Iterator[Mark]:
    """An amount in the goal's text that is said to be the project's money stands in the table too."""
    spent = _amounts(case, case.project["goal_actual"], words()["spent_money"])
    planned = _amounts(case, case.project["goal_expected"], words()["goal_money"])
    figures = _figures(case)
    budget = case.project["annual_budget"] or case.project["initial_budget"]
    for amounts, severity, goal in ((planned, None, "goal_expected"), (spent, INFO, "goal_actual")):
        if not amounts or not budget or not figures or any(_stands(a, figures) for a, _ in amounts):
            continue
        if _stands(sum((a for a, _ in amounts), Decimal(0)), figures):
            continue
        amount, clause = amounts[0]
        part = amount < budget and not any(w in fold(clause) for w in words()["whole_money"])
        slipped = any(amount in (f * SLIP, f / SLIP) for f in figures)
        mark = (
            say("goal_amount_mismatch.slip", goal=term(goal), clause=clause, budget=case.money(budget))
            if slipped
            else say(
                "goal_amount_mismatch.message", goal=term(goal), clause=clause, budget=case.money(budget)
            )
        )
        hint = INFO if part and not slipped else severity  # what is less may be a part of it
        yield Mark(mark, case.money(budget), case.money(amount), basis=head(case), severity=hint)


def _amounts(case: Case, text: str | None, said: Sequence[str]) -> list[tuple[Decimal, str]]:
    """The amounts of money in a text that its clause calls the project's own, with the clause."""
    out = []
    for clause in CLAUSE.split(text or ""):
        key = fold(clause)
        if not any(w in key for w in said) or any(w in key for w in words()["not_the_projects_money"]):
            continue
        years = {int(y) for y in YEAR.findall(key)}
        if years and case.project["fiscal_year"] not in years:
            continue  # another year's money
        parts, _ = measures(clause.strip(), case.project["fiscal_year"], True)
        out += [(Decimal(str(p.value)), clause.strip()) for p in parts if _is_amount(p)]
    return out


def _is_amount(part: Part) -> bool:
    return (
        part.kind == "money"
        and part.unit == YUAN
        and part.comparator in ("=", "~")
        and part.value is not None
        and part.value > 0
    )


def _figures(case: Case) -> list[Decimal]:
    """Every amount of the table: totals, funding lines, costs as printed and multiplied out."""
    out = [case.project["total_amount"], *(row[n] for row in (case.project, *case.funds) for n in AMOUNTS)]
    out += [c.amount for c in case.costs.rows]
    out += [
        Decimal(str(p["value"]))
        for r in case.rows
        for name in ("target_parts", "actual_parts")
        for p in r[name]
        if p["kind"] == "money"
    ]
    return [f for f in out if f]


def _stands(amount: Decimal, figures: Sequence[Decimal]) -> bool:
    """Does an amount stand in the table, as it is or rounded as prose rounds: to two or more figures (89.97
    for 89.974, 90 is too far)?
    """
    for f in figures:
        if amount == f:
            return True
        digits = amount.normalize().as_tuple()
        if len(digits.digits) >= 2 and abs(amount - f) <= Decimal(1).scaleb(int(digits.exponent)) / 2:
            return True
    return False


def goal_count_mismatch(case: Case) -> Iterator[Mark]:
    """A quantity that the goal names with its figure is the quantity of the table."""
    level = words()["quantity_level"]
    counted = [
        r
        for r in case.rows
        if r["level2"] == level and r["target_kind"] == "number" and r["target_unit"] and r["name"]
    ]
    for item in ITEM.split(case.project["goal_expected"] or ""):
        parts, _ = measures(item.strip(), case.project["fiscal_year"], False)
        if len(parts) != 1 or parts[0].kind != "number" or not parts[0].label:
            continue
        part = parts[0]
        scored = sorted(
            ((likeness(part.label or "", r["name"] or ""), -r["seq"], r) for r in counted),
            key=lambda s: s[:2],
            reverse=True,
        )
        if scored and scored[0][0] >= SAME_THING and _differs(part, scored[0][2]):
            row = scored[0][2]
            mark = say(
                "goal_count_mismatch.message",
                clause=item.strip(),
                name=names_of(row),
                target=shown(row["target_raw"]),
            )
            yield Mark(mark, row["target_raw"], figure(part.value or 0), row, (row,))


def _differs(part: Part, row: IndicatorRow) -> bool:
    """Another figure in the same unit; a range or a rounded figure is none to be compared."""
    exact = part.comparator not in ("range", "~") and row["target_comparator"] not in ("range", "~")
    return exact and part.unit == row["target_unit"] and part.value != row["target_value"]
