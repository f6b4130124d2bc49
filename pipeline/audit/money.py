"""Rules on the fund block and the costs: amounts against each other.

Comes in: a `Case`. Goes out: `Mark`s. Silent where an amount is missing, and where rounding of the printed
amounts explains a difference. Sources: the form's own arithmetic; 财预〔2020〕10号, 附件 (执行率 = 全年执行数
/ 全年预算数; its points in proportion).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import product

from pipeline.audit.case import EXACT, INFO, Case, Mark, figure, names_of, places, rounds_to
from pipeline.audit.costs import AMOUNTS, slack
from pipeline.audit.messages import say, term
from pipeline.audit.vouching import closing
from pipeline.model.rows import FundRow
from pipeline.words.vocabulary import words

LISTED = Decimal("0.5")  # of the budget: costs that come to less are single prices, no list of what it pays
MOST_NESTED = 10  # lines of a block of which it is tried which are parts of others
OF_SOURCES = (
    ("fiscal", "carryover", "other"),
    ("central", "regional", "carryover", "other"),
    ("central", "regional", "other"),
)
BEFORE_COLON = re.compile(r"([^:：]+)[:：]")
FIGURE = re.compile(r"\d+(?:\.\d+)?")
COMPOSED = re.compile(r"^(?P<whole>[^()（）]*?\d[^()（）]*)[(（](?P<parts>[^()（）]+)[)）]")


def execution_rate_mismatch(case: Case) -> Iterator[Mark]:
    """The rate printed on a funding line = executed / annual budget, within what rounding of all three
    allows.
    """
    half = slack(case.project, case.funds)
    for line in case.funds:
        rate, executed, budget = line["execution_rate_reported_pct"], line["executed"], line["annual_budget"]
        if rate is None or executed is None or not budget or executed < 0 or budget <= half:
            continue
        low, high = ((executed - half) / (budget + half) * 100, (executed + half) / (budget - half) * 100)
        exact = executed / budget * 100
        step = Decimal(1).scaleb(-places(rate))
        rounded = (
            executed != budget and low - step / 2 <= Decimal(str(rate)) <= high + step / 2
        )  # equal amounts were not rounded apart
        if rounded or rounds_to(exact, rate):
            continue
        got, wanted = f"{figure(rate)}%", f"{_rate(exact)}%"
        mark = say(
            "execution_rate_mismatch.message",
            line=_named(case, line),
            printed=got,
            executed=case.money(executed),
            budget=case.money(budget),
            exact=wanted,
        )
        yield Mark(mark, wanted, got, basis=(line,))


def budget_score_mismatch(case: Case) -> Iterator[Mark]:
    """The points for the budget's execution = weight × rate, at most the weight."""
    p, line = case.project, case.total_line
    weight, score = p["budget_weight"], p["budget_score"]
    rates = [r for r in (p["execution_rate_pct"], p["execution_rate_reported_pct"]) if r is not None]
    if line is None or weight is None or score is None or not rates or not -EXACT <= score <= weight + EXACT:
        return
    exact = [Decimal(str(weight)) * min(Decimal(100), Decimal(str(r))) / 100 for r in rates]
    if any(rounds_to(e, score) for e in exact):
        return
    wanted = _rate(exact[0])
    mark = say(
        "budget_score_mismatch.message",
        score=figure(score),
        weight=figure(weight),
        rate=_rate(rates[0]),
        exact=wanted,
    )
    yield Mark(mark, wanted, figure(score), basis=(line,))


def fund_lines_sum(case: Case) -> Iterator[Mark]:
    """The year's amount = the sum of its sources, in every column, and of its lines by nature; no part of it
    is more than it; and it is the sum of its own and its transferred part, where a form has them.
    """
    for scope in dict.fromkeys(line["scope"] for line in case.funds):
        lines = [line for line in case.funds if line["scope"] == scope]
        total = next((line for line in lines if line["source"] == "total"), None)
        if total is None:
            continue
        parts = [line for line in lines if line is not total]
        natures = [line for line in parts if line["nature"] is not None]
        sources = [line for line in parts if line["nature"] is None]
        if all(line["source"] not in (None, "total") for line in sources):
            yield from _line_sums(case, total, sources, ())
        if natures:
            yield from _line_sums(case, total, natures, [s for s in sources if s["source"] == "other"])
    totals = {line["scope"]: line for line in case.funds if line["source"] == "total"}
    if {"all", "own_level", "transferred"} <= totals.keys():
        yield from _line_sums(case, totals["all"], [totals["own_level"], totals["transferred"]], ())


def _line_sums(
    case: Case, total: FundRow, parts: Sequence[FundRow], beside: Sequence[FundRow]
) -> Iterator[Mark]:
    """`beside`: lines that may stand outside what the parts divide."""
    half = slack(case.project, case.funds)
    for column in AMOUNTS:
        wanted = total[column]
        known = [(line, amount) for line in parts if (amount := line[column]) is not None]
        if wanted is None or not known:
            continue
        whole = sum((amount for _, amount in known), Decimal(0))
        more = sum((amount for line in beside if (amount := line[column])), Decimal(0))
        tolerance = half * (1 + len(known) + len(beside))
        alone = len(parts) == 1 and not beside  # it need not be all, but it is not more than the whole
        if alone and (whole - wanted <= tolerance or wanted < 0):
            continue
        if not alone and any(
            abs(s + further - wanted) <= tolerance for s in _sums(known) for further in (Decimal(0), more)
        ):
            continue
        mark = say(
            "fund_lines_sum.message",
            line=total["label_raw"],
            column=term(column),
            total=case.money(wanted),
            parts="、".join(f"{_bare(line['label_raw'])}{case.money(amount)}" for line, amount in known),
            sum=case.money(whole),
        )
        basis = (total, *(line for line, _ in known))
        yield Mark(mark, case.money(whole), case.money(wanted), basis=basis)


def _sums(lines: Sequence[tuple[FundRow, Decimal]]) -> Iterator[Decimal]:
    """What a block's lines may sum to: all of them, those of one way to divide it, and all but those that may
    be parts of one above them (财政拨款, and 政府性基金 of it).
    """
    yield sum((amount for _, amount in lines), Decimal(0))
    for kinds in OF_SOURCES:
        if any(line["source"] in kinds for line, _ in lines):
            yield sum((amount for line, amount in lines if line["source"] in kinds), Decimal(0))
    if len(lines) <= MOST_NESTED:
        amounts = [amount for _, amount in lines]
        for chosen in product((True, False), repeat=len(lines)):
            if _are_parts(amounts, chosen):
                yield sum((a for taken, a in zip(chosen, amounts, strict=True) if taken), Decimal(0))


def _are_parts(amounts: Sequence[Decimal], chosen: Sequence[bool]) -> bool:
    """Can every line that was not chosen be a part of a chosen one above it?"""
    most = Decimal(0)
    for taken, amount in zip(chosen, amounts, strict=True):
        if taken:
            most = max(most, amount)
        elif amount > most:
            return False
    return True


def executed_exceeds_budget(case: Case) -> Iterator[Mark]:
    """No more was spent than the year's budget."""
    half = slack(case.project, case.funds)
    for line in case.funds:
        executed, budget = line["executed"], line["annual_budget"]
        if executed is not None and budget is not None and executed - budget > half:
            mark = say(
                "executed_exceeds_budget.message",
                line=_named(case, line),
                executed=case.money(executed),
                budget=case.money(budget),
            )
            sure = {("executed", executed), ("annual_budget", budget)} <= closing(case)
            basis = () if sure else (line,)
            yield Mark(mark, f"≤{case.money(budget)}", case.money(executed), basis=basis)


def budget_added(case: Case) -> Iterator[Mark]:
    """A budget that did not stand at the start of the year came later (追加): worth a reason."""
    line = case.total_line
    if line is None or line["initial_budget"] != 0:
        return
    budget = line["annual_budget"]
    if budget is not None and budget > 0:
        yield Mark(say("budget_added.message", budget=case.money(budget)), basis=(line,))


def cost_total_mismatch(case: Case) -> Iterator[Mark]:
    """The costs sum to the budget, in one of the readings that the contract allows."""
    budget, costs = case.project["annual_budget"], case.costs
    if not budget or not costs.complete or costs.total is None or costs.closes_on is not None:
        return
    if abs(costs.total - budget) <= slack(case.project, case.funds) * (1 + len(costs.rows)):
        return
    by_id = {r["indicator_id"]: r for r in case.indicators}
    used = {i for c in costs.rows for i in (c.indicator_id, c.quantity_id) if i is not None}
    basis = tuple(by_id[i] for i in sorted(used))
    mark = say("cost_total_mismatch.message", sum=case.money(costs.total), budget=case.money(budget))
    if costs.total < LISTED * budget:
        return
    below = costs.total < budget  # a form need not list every cost
    yield Mark(
        mark,
        case.money(budget),
        case.money(costs.total),
        basis=(*basis, *head(case)),
        severity=INFO if below else None,
    )


def composition_sum(case: Case) -> Iterator[Mark]:
    """`854万（高标准400万元，示范295万元，畅通159万元）`: what the brackets list sums to what stands before
    them.
    """
    for row in case.rows:
        for raw, parts in (
            (row["target_raw"], row["target_parts"]),
            (row["actual_raw"], row["actual_parts"]),
        ):
            text = raw or ""
            found = COMPOSED.match(text)
            if found is None or len(parts) < 3 or len({p["unit"] for p in parts}) != 1:
                continue
            values = [p["value"] for p in parts if p["value"] is not None]
            if len(values) < len(parts) or len(FIGURE.findall(found["parts"])) != len(values) - 1:
                continue
            listed = sum(values[1:])
            if abs(listed - values[0]) > EXACT * max(1.0, abs(values[0])):
                whole, got = figure(values[0]), figure(listed)
                mark = say("composition_sum.message", name=names_of(row), text=text, sum=got, whole=whole)
                yield Mark(mark, whole, got, row, (row,))


def _named(case: Case, line: FundRow) -> str:
    """A funding line as a message calls it; the total has no name."""
    return "" if line is case.total_line else f"“{line['label_raw']}”"


def _bare(label: str) -> str:
    """A label without 其中 before it."""
    before = BEFORE_COLON.match(label)
    return label[before.end() :] if before is not None and before[1] in words("of_which", "words") else label


def head(case: Case) -> tuple[FundRow, ...]:
    """The funding line of the whole year, as the basis of a rule on the year's budget: nothing where the form
    itself vouches for that, for its sources or its costs sum to it.
    """
    line = case.total_line
    if line is None or case.costs.closes_on == "annual_budget":
        return ()
    return () if ("annual_budget", line["annual_budget"]) in closing(case) else (line,)


def _rate(value: Decimal | float) -> str:
    """A rate or score with two decimals at most."""
    return figure(Decimal(str(value)).quantize(Decimal("0.01")))
