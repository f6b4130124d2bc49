"""Cost indicators of one form → what each pays for, and how much it adds to the project's cost.

Comes in: the rows of a form (`projects`, `funds`, `indicators`). Goes out: for each cost row the quantity row
that it prices and its amount in 元, and whether the amounts close against the budget. A cost row counts as
its amount or, where a quantity row of a like name stands against it, as unit cost × quantity (data contract,
`cost_total_mismatch`). Refused, as None: a cost that is no money, and an amount that no column of money
holds. The work grows with the rows of a form and not with their square: a form with more pairs than
`MOST_PAIRS` is compared within a window, one with more readings than `MOST_READINGS` in the likeliest.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from rapidfuzz import fuzz

from normalizers.symbols import fold
from normalizers.units import yuan_per
from pipeline.model.rows import FundRow, IndicatorRow, ProjectRow
from pipeline.model.schema import MONEY
from pipeline.words import vocabulary

# similarity (0–100) from which on a cost and a quantity are of one thing; the seeds' true pairs are above
SAME_THING = 62.0
OTHER_ORDER = 95.0  # likeness of two names of the same characters in another order
CONTAINED = 70.0  # likeness of a name and a much longer one that holds it
FEWEST_SHARED = 3  # characters: shorter names are in many others
# pairs of names that are compared in one form; the largest seen, 20 costs by 20 quantities, has 400
MOST_PAIRS = 10_000
# sums kept over all cost rows of a form while its readings are tried, beyond them only the likeliest: every
# reading of 13 rows of two amounts has room, and a form of 100 rows takes 0.3 s
MOST_READINGS = 100_000
CENT = Decimal("0.01")
MOST_MONEY = Decimal(10) ** (MONEY.precision - MONEY.scale)  # the first amount that its column cannot hold
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

    `complete`: every cost row is an amount of money, so that a sum can be asked for: of a price how many
    there are is known.
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
    priced: bool = False  # only a price of one: how many there are is not said


_Chain = tuple[Decimal, "_Chain"] | None  # amounts, the last first


def is_cost(row: IndicatorRow) -> bool:
    """Is it a row of what the budget pays? Social and ecological costs are not paid by it."""
    words = vocabulary.data()["audit"]
    if row["level2"] in words["other_cost_levels"]:
        return False
    return row["level2"] in words["cost_levels"] or row["level1"] == words["cost_level1"]


def is_other_cost(row: IndicatorRow) -> bool:
    """Is it a cost that the budget does not pay, to society or to nature?"""
    return row["level2"] in vocabulary.data()["audit"]["other_cost_levels"]


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
    if chosen is None and any(c.priced for c in known):
        complete = False
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
    return _alike(_named(a), _named(b))


@dataclass(frozen=True, slots=True)
class _Name:
    """A name as it is compared: folded, and bare of what is around it."""

    whole: str
    bare: str
    letters: Counter[str]


def _named(name: str) -> _Name:
    bare = bare_name(name)
    return _Name(fold(name), bare, Counter(bare))


def _alike(a: _Name, b: _Name) -> float:
    """See `likeness`."""
    x, y = a.bare, b.bare
    if not x or not y:
        return 0.0
    if a.whole == b.whole:
        return 100.0
    shared = 2 * (a.letters & b.letters).total() / (len(x) + len(y))
    whole = max(float(fuzz.ratio(x, y)), OTHER_ORDER * shared)
    short, long = sorted((x, y), key=len)
    if len(short) >= FEWEST_SHARED and short in long:
        whole = max(whole, CONTAINED + (100.0 - CONTAINED) * len(short) / len(long))
    return min(whole, 99.0)


def _pairs(paid: Sequence[IndicatorRow], counted: Sequence[IndicatorRow]) -> dict[str, IndicatorRow]:
    """Each cost with the quantity of the likest name; no quantity has two costs. Equal likeness: the nearer
    in order.
    """
    costs, quantities = ([_named(r["name"] or "") for r in rows] for rows in (paid, counted))
    scored = sorted(
        (-score, abs(i - j), i, j)
        for i, j in _near(len(paid), len(counted))
        if (score := _alike(costs[i], quantities[j])) >= SAME_THING
    )
    out: dict[str, IndicatorRow] = {}
    used: set[int] = set()
    for _, _, i, j in scored:
        key = paid[i]["indicator_id"]
        if key not in out and j not in used:
            out[key] = counted[j]
            used.add(j)
    return out


def _near(costs: int, quantities: int) -> Iterator[tuple[int, int]]:
    """All pairs of places, or, where they are more than `MOST_PAIRS`, each cost with the quantities about its
    own place: forms that price what they count do it in one order.
    """
    wide = quantities if costs * quantities <= MOST_PAIRS else max(1, MOST_PAIRS // costs)
    for i in range(costs):
        first = max(0, min(i - wide // 2, quantities - wide))
        yield from ((i, j) for j in range(first, min(first + wide, quantities)))


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
        price = Decimal(str(p["value"]))
        if abs(price) >= MOST_MONEY:
            continue  # no amount of money: more digits than a sum could be rounded to
        alone, many = price.quantize(CENT), price * Decimal(str(count)) if count else None
        both = [alone] if many is None or abs(many) >= MOST_MONEY else [many.quantize(CENT), alone]
        out += both if "/" in (p["unit"] or "") else both[::-1]
    priced = count is None and bool(prices) and all(_of_one(p["unit"] or "") for p in prices)
    return _Candidate(row, quantity, tuple(dict.fromkeys(out)), priced)


def _of_one(unit: str) -> bool:
    """Is it the unit of a price? A year and the whole project are one: `4.72万元/年` is an amount."""
    return any(per not in vocabulary.data()["audit"]["once"] for per in unit.split("/")[1:])


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
    places.append(project["amount_decimals"] or 0)
    return per * Decimal(1).scaleb(-max(0, *places)) / 2 if any(amounts) else CENT


def _closing(
    candidates: Sequence[_Candidate], budgets: Mapping[str, Decimal]
) -> tuple[tuple[Decimal, ...] | None, str | None]:
    """The likeliest choice of amounts whose sum is one of the budget's figures, and that figure's name."""
    most = max(1, MOST_READINGS // max(1, len(candidates)))
    # what was chosen is kept as a chain of (amount, what was chosen before): a step copies nothing
    sums: dict[Decimal, tuple[int, _Chain]] = {Decimal(0): (0, None)}
    for c in candidates:
        if len(sums) > most:
            sums = dict(sorted(sums.items(), key=lambda item: item[1][0])[:most])
        grown: dict[Decimal, tuple[int, _Chain]] = {}
        for total, (cost, chosen) in sums.items():
            for step, amount in enumerate(c.amounts):
                old = grown.get(total + amount)
                if old is None or cost + step < old[0]:
                    grown[total + amount] = (cost + step, (amount, chosen))
        sums = grown
    for name, wanted in budgets.items():
        if wanted in sums:
            return tuple(_links(sums[wanted][1]))[::-1], name
    return None, None


def _links(chain: _Chain) -> Iterator[Decimal]:
    while chain is not None:
        amount, chain = chain
        yield amount
