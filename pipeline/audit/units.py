"""Forms whose amounts cannot be in the unit that was read: 元 for 万元, or the reverse.

Comes in: the cases of one document. Goes out: `Mark`s of the rule `unit_suspect`, each with the form that
it is about. Sources: the data contract, `unit_suspect`. Silent where a form has no amounts, or too few
forms stand beside it to compare it with.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from normalizers.places import place_of
from pipeline.audit.case import Case, Mark
from pipeline.audit.costs import AMOUNTS, costs_of
from pipeline.audit.messages import say
from pipeline.model.rows import FundRow, ProjectRow

SLIP = Decimal(10_000)  # how many times an amount is off when 元 and 万元 are confused
FEWEST_OTHERS = 3  # forms with amounts that a form is compared with
PROPORTION = 1000  # times the largest other form, or a part of the smallest; a slip is ten times that
MOST_OF_A_COUNTY = Decimal(5_000_000_000)  # 元; data contract, `unit_suspect`
WHOLE_PLACES = ("overall_self_evaluation", "overall_target", "transfer_self_evaluation", "transfer_target")


def suspect_units(cases: Sequence[Case]) -> Iterator[tuple[Case, Mark]]:
    """The forms of a document whose unit is suspect, each told once."""
    for case in cases:
        mark = _costs(case) or _beside_others(case, cases) or _of_a_county(case)
        if mark is not None:
            yield case, mark


def _costs(case: Case) -> Mark | None:
    """The cost indicators close on the budget only if it is 10⁴ times larger or smaller."""
    if not case.costs.complete or case.costs.closes_on is not None or not case.project["annual_budget"]:
        return None
    for factor in (SLIP, 1 / SLIP):
        funds = [_scaled_line(line, factor) for line in case.funds]
        shifted = costs_of(_scaled(case.project, factor), funds, case.indicators)
        if shifted.closes_on is not None and shifted.total:
            costs, budget = case.money(shifted.total), case.money(case.project["annual_budget"])
            text = say("unit_suspect.costs", costs=costs, budget=budget)
            return Mark(text, costs, budget, basis=(case.project,))
    return None


def _scaled(row: ProjectRow, factor: Decimal) -> ProjectRow:
    total, initial, annual = row["total_amount"], row["initial_budget"], row["annual_budget"]
    return {
        **row,
        "total_amount": total and total * factor,
        "initial_budget": initial and initial * factor,
        "annual_budget": annual and annual * factor,
    }


def _scaled_line(row: FundRow, factor: Decimal) -> FundRow:
    initial, annual = row["initial_budget"], row["annual_budget"]
    return {
        **row,
        "initial_budget": initial and initial * factor,
        "annual_budget": annual and annual * factor,
    }


def _beside_others(case: Case, cases: Sequence[Case]) -> Mark | None:
    """The amount is out of all proportion to those of the document's other forms."""
    mine = _amount(case)
    others = [amount for c in cases if c is not case and (amount := _amount(c))]
    if not mine or len(others) < FEWEST_OTHERS:
        return None
    low, high = min(others), max(others)
    if low <= mine * PROPORTION and mine <= high * PROPORTION:
        return None
    shown = case.money(mine), case.money(low), case.money(high)
    text = say("unit_suspect.beside", amount=shown[0], least=shown[1], most=shown[2])
    return Mark(text, None, shown[0], basis=(case.project,))


def _of_a_county(case: Case) -> Mark | None:
    """A single project of a county costs less than that."""
    amount = _amount(case)
    if amount is None or amount <= MOST_OF_A_COUNTY or case.project["form_type"] in WHOLE_PLACES:
        return None
    names = (case.project["supervising_department"], case.project["implementing_unit"])
    place = next((p for name in names if name and (p := place_of(name)) is not None), None)
    if place is None or place.code.endswith("00"):
        return None
    shown = case.money(amount)
    text = say("unit_suspect.county", place=place.names[-1], amount=shown)
    return Mark(text, None, shown, basis=(case.project,))


def _amount(case: Case) -> Decimal | None:
    """The form's largest amount."""
    amounts = [a for name in AMOUNTS if (a := case.project[name]) is not None]
    return max(amounts, default=None)
