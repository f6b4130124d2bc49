"""Cost indicators of one form → what each pays for, and how much it adds to the project's cost.

Comes in: the rows of a form (`projects`, `funds`, `indicators`). Goes out: for each cost row the quantity row
that it prices and its amount in 元, and whether the amounts close against the budget. A cost row counts as
its amount or, where a quantity row of a like name stands against it, as unit cost × quantity (data contract,
`cost_total_mismatch`). Refused, as None: a cost that is no money.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from rapidfuzz import fuzz

from normalizers.symbols import fold
from normalizers.units import yuan_per
from pipeline.model.rows import FundRow, IndicatorRow, ProjectRow
from pipeline.words import vocabulary

# similarity (0–100) from which on a cost and a quantity are of one thing; the seeds' true pairs are above
SAME_THING = 62.0
OTHER_ORDER = 95.0  # likeness of two names of the same characters in another order
CONTAINED = 70.0  # likeness of a name and a much longer one that holds it
FEWEST_SHARED = 3  # characters: shorter names are in many others
MOST_READINGS = 200_000  # sums kept while the readings of a form are tried; beyond them only the likeliest
CENT = Decimal("0.01")
AMOUNTS: tuple[Literal["initial_budget", "annual_budget", "executed"], ...] = (
    "initial_budget", "annual_budget", "executed",
)  # fmt: skip
_BRACKETS = re.compile(r"[(\[（【][^()\[\]（）【】]*[)\]）】]")
_MARKS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Cost:
    """One cost row: `amount` is what it adds in 元 (None: no money), `quantity_id` the row that it prices."""

    indicator_id: str
    quantity_id: str | None
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class Costs:
    """All cost rows of a form; `closes_on` names the budget figure that they sum to, None where no reading
    sums to one.

    `complete`: every cost row is an amount of money, so that a sum can be asked for.
    """

    rows: tuple[Cost, ...]
    total: Decimal | None
    closes_on: str | None
    complete: bool


@dataclass(frozen=True, slots=True)
class _Candidate:
    row: IndicatorRow
    quantity: IndicatorRow | None
    amounts: tuple[Decimal, ...]  # the likeliest first


def is_cost(row: IndicatorRow) -> bool:
    """Is it a row of what the budget pays? Social and ecological costs are not paid by it."""
    words = vocabulary.data()["audit"]
    if row["level2"] in words["other_cost_levels"]:
        return False
    return row["level2"] in words["cost_levels"] or row["level1"] == words["cost_level1"]


def costs_of(project: ProjectRow, funds: Sequence[FundRow], indicators: Sequence[IndicatorRow]) -> Costs:
    """The costs of a form, in the reading that closes against the budget if one does."""
    rows = [r for r in indicators if not r["is_placeholder"] and r["horizon"] == "annual"]
    paid = [r for r in rows if is_cost(r)]
    level = vocabulary.data()["audit"]["quantity_level"]
    pairs = _pairs(paid, [r for r in rows if r["level2"] == level])
    candidates = [_candidate(r, pairs.get(r["indicator_id"])) for r in paid]
    known = [c for c in candidates if c.amounts]
    complete = bool(known) and len(known) == len(candidates)
    budgets = _budgets(project, funds)
    chosen, closes_on = _closing(known, budgets) if complete else (None, None)
    taken = chosen or tuple(c.amounts[0] for c in known)
    amounts = {c.row["indicator_id"]: a for c, a in zip(known, taken, strict=True)}
    out = []
    for c in candidates:
        mine = c.row["indicator_id"]
        out.append(Cost(mine, c.quantity["indicator_id"] if c.quantity else None, amounts.get(mine)))
    return Costs(tuple(out), sum(taken, Decimal(0)) if complete else None, closes_on, complete)


def bare_name(name: str) -> str:
    """What an indicator is about: without brackets, marks, and the verbs and kinds of cost around it."""
    words = vocabulary.data()["audit"]
    out = _MARKS.sub("", _BRACKETS.sub("", fold(name)))
    for start in words["name_starts"]:
        if out.startswith(start) and len(out) > len(start) + 1:
            out = out.removeprefix(start)
    for end in words["name_ends"]:
        if out.endswith(end) and len(out) > len(end) + 1:
            out = out.removesuffix(end)
    return out


def likeness(a: str, b: str) -> float:
    """How alike two indicators' names are, 0–100: letter by letter, in other order (更换台式机, 台式机更换),
    or one in the other.
    """
    x, y = bare_name(a), bare_name(b)
    if not x or not y:
        return 0.0
    if fold(a) == fold(b):
        return 100.0
    shared = 2 * (Counter(x) & Counter(y)).total() / (len(x) + len(y))
    whole = max(float(fuzz.ratio(x, y)), OTHER_ORDER * shared)
    short, long = sorted((x, y), key=len)
    if len(short) >= FEWEST_SHARED and short in long:
        whole = max(whole, CONTAINED + (100.0 - CONTAINED) * len(short) / len(long))
    return min(whole, 99.0)


def _pairs(paid: Sequence[IndicatorRow], counted: Sequence[IndicatorRow]) -> dict[str, IndicatorRow]:
    """Each cost with the quantity of the likest name; no quantity has two costs. Equal likeness: the nearer
    in order.
    """
    scored = sorted(
        (
            (-likeness(c["name"], q["name"]), abs(i - j), i, j)
            for i, c in enumerate(paid)
            for j, q in enumerate(counted)
            if c["name"] and q["name"]
        ),
    )
    out: dict[str, IndicatorRow] = {}
    used: set[int] = set()
    for score, _, i, j in scored:
        if -score < SAME_THING:
            break
        key = paid[i]["indicator_id"]
        if key not in out and j not in used:
            out[key] = counted[j]
            used.add(j)
    return out


def _candidate(row: IndicatorRow, quantity: IndicatorRow | None) -> _Candidate:
    """The amounts that a cost row may stand for; a unit price times its quantity before the price alone."""
    prices = [
        p
        for p in row["target_parts"]
        if p["kind"] == "money" and p["value"] is not None and p["comparator"] != "range"
    ]
    count = quantity["target_value"] if quantity is not None and quantity["target_kind"] == "number" else None
    out: list[Decimal] = []
    for p in prices:
        alone = Decimal(str(p["value"])).quantize(CENT)
        both = (
            [alone] if not count else [(Decimal(str(p["value"])) * Decimal(str(count))).quantize(CENT), alone]
        )
        out += both if "/" in (p["unit"] or "") else both[::-1]
    return _Candidate(row, quantity, tuple(dict.fromkeys(out)))


def _budgets(project: ProjectRow, funds: Sequence[FundRow]) -> dict[str, Decimal]:
    """The figures that the costs may sum to, the annual budget first."""
    figures = [
        ("annual_budget", project["annual_budget"]),
        ("initial_budget", project["initial_budget"]),
        ("total_amount", project["total_amount"]),
    ]
    for line in funds:
        figures.append((f"{line['label_raw']}.annual_budget", line["annual_budget"]))
        figures.append((f"{line['label_raw']}.initial_budget", line["initial_budget"]))
    out: dict[str, Decimal] = {}
    for name, amount in figures:
        if amount:
            out.setdefault(name, amount)
    return out


def slack(project: ProjectRow, funds: Iterable[FundRow]) -> Decimal:
    """Half of the last printed place of the form's amounts, in 元: as much as rounding can move one."""
    per = Decimal(yuan_per(project["amount_unit"]))
    amounts = [project["total_amount"], *(row[n] for row in (project, *funds) for n in AMOUNTS)]
    places = [-int((a / per).normalize().as_tuple().exponent) for a in amounts if a]
    return per * Decimal(1).scaleb(-max(0, *places, 0)) / 2 if places else CENT


def _closing(
    candidates: Sequence[_Candidate], budgets: Mapping[str, Decimal]
) -> tuple[tuple[Decimal, ...] | None, str | None]:
    """The likeliest choice of amounts whose sum is one of the budget's figures, and that figure's name."""
    sums: dict[Decimal, tuple[int, tuple[Decimal, ...]]] = {Decimal(0): (0, ())}
    for c in candidates:
        grown: dict[Decimal, tuple[int, tuple[Decimal, ...]]] = {}
        for total, (cost, chosen) in sums.items():
            for step, amount in enumerate(c.amounts):
                entry = (cost + step, (*chosen, amount))
                old = grown.get(total + amount)
                if old is None or entry[0] < old[0]:
                    grown[total + amount] = entry
        if len(grown) > MOST_READINGS:
            grown = dict(sorted(grown.items(), key=lambda item: item[1][0])[:MOST_READINGS])
        sums = grown
    for name, wanted in budgets.items():
        if wanted in sums:
            return sums[wanted][1], name
    return None, None
