"""What a rule looks at, what it says, and how it is declared.

Comes in: the rows of one form. Goes out: `Case`, the form as the rules see it, with the questions that many
rules ask; `Mark`, what a rule found; `Rule`, its declaration. Nothing is guessed here: a figure that is
missing or was read with doubt is said to be so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any

from normalizers.symbols import fold
from normalizers.units import YUAN, yuan_per
from pipeline.audit.costs import Costs
from pipeline.audit.messages import label_of, term
from pipeline.model.rows import FundRow, IndicatorRow, ProjectRow
from pipeline.model.standards import SURE
from pipeline.words import vocabulary
from pipeline.words.own_words import tolerance

AuditedRow = ProjectRow | FundRow | IndicatorRow

EXACT = 1e-6
POINTS_OFF = tolerance("points")  # what a sum of points may be off beyond its printed decimals
LONGEST = 30  # characters of a name in a message
INNER = str.maketrans("“”", "‘’")
LEVELS = frozenset({"level1", "level2"})
VALUES = frozenset({"name", "target_raw", "actual_raw"})
POINTS = frozenset({"weight", "score"})
ROW = LEVELS | VALUES | POINTS | {"deviation_reason"}
ERROR, WARNING, INFO = "error", "warning", "info"


@dataclass(frozen=True)
class Case:
    """One form: its row, funding lines, indicators in order, and the costs paired with what they price."""

    project: ProjectRow
    funds: Sequence[FundRow]
    indicators: Sequence[IndicatorRow]
    costs: Costs

    @cached_property
    def rows(self) -> tuple[IndicatorRow, ...]:
        """The rows that count in the form's own year, without those that only say that there is no such
        indicator.
        """
        return tuple(r for r in self.indicators if r["horizon"] == "annual" and not r["is_placeholder"])

    @cached_property
    def pointed(self) -> tuple[IndicatorRow, ...]:
        """The rows whose points count in sums, those that only say that there is no indicator among them."""
        return tuple(r for r in self.indicators if r["horizon"] == "annual")

    @cached_property
    def rate_rows(self) -> tuple[IndicatorRow, ...]:
        """Rows of the indicator table for the execution of the budget: the fund block's weight is not added
        to them.
        """
        level = words()["budget_rate_level"]
        return tuple(r for r in self.rows if level in (r["level1"], r["level2"]))

    @property
    def plans(self) -> bool:
        """Is it a form of targets, which has no executed budget to give points for?"""
        return self.project["form_type"].endswith(words()["target_ending"])

    @cached_property
    def total_line(self) -> FundRow | None:
        """The funding line of the whole year."""
        return next((f for f in self.funds if f["scope"] == "all" and f["source"] == "total"), None)

    def prints(self, column: str) -> bool:
        """Does the indicator table have a column for it? What it does not ask for is not missing."""
        return column in self.project["indicator_columns"]

    def money(self, amount: Decimal | float) -> str:
        """An amount in the form's unit, as a reader of the form knows it: `35万元`."""
        unit = self.project["amount_unit"] or YUAN
        return f"{figure(Decimal(str(amount)) / yuan_per(unit))}{unit}"


@dataclass(frozen=True, slots=True)
class Mark:
    """What a rule found: a Chinese sentence with both figures, what was expected and observed, and the rows
    that it rests on.
    """

    message: str
    expected: str | None = None
    observed: str | None = None
    row: IndicatorRow | None = None  # the indicator that it is about; None: the form
    basis: tuple[AuditedRow, ...] = ()  # every row whose figures were used
    severity: str | None = None  # another than the rule's own


Check = Callable[[Case], Iterator[Mark]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: stable name, severity, where it comes from, tolerance, and the function that looks.

    `columns`: the cells of a row that it accuses, so that doubt of another cell does not silence it.
    `sums`: it adds up many cells, so that one that is missing shows as a failure: of a truncated form it
    accuses nobody.
    """

    name: str
    severity: str
    source: str
    tolerance: str
    check: Check
    columns: frozenset[str] = ROW
    sums: bool = False
    contract: bool = field(default=True)

    @property
    def label(self) -> str:
        """What it asserts, in Chinese."""
        return label_of(self.name)


def words() -> Mapping[str, Any]:
    """The vocabulary's words for audits."""
    found: Mapping[str, Any] = vocabulary.data()["audit"]
    return found


def unsure(row: AuditedRow, columns: frozenset[str]) -> bool:
    """Is the row not sure, and one of these columns doubted?

    Of forms and funding lines no single column is.
    """
    if row["confidence"] >= SURE:
        return False
    return "doubts" not in row or any(d["column"] in columns for d in row["doubts"])


def figure(value: Decimal | float) -> str:
    """A number as people write it: no exponent, no zeros at the end, at most four decimals."""
    text = f"{Decimal(str(value)).quantize(Decimal('0.0001'), ROUND_HALF_UP):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def places(value: Decimal | float) -> int:
    """Decimals that a printed figure has at least: 99.17 → 2, 10.0 → 0."""
    return max(0, -int(Decimal(str(value)).normalize().as_tuple().exponent))


def rounds_to(exact: Decimal | float, printed: Decimal | float) -> bool:
    """Is a printed figure the exact one, rounded half up or cut off at its last printed place?"""
    step = Decimal(1).scaleb(-places(printed))
    gap = Decimal(str(exact)) - Decimal(str(printed))
    return -step / 2 <= gap < step or abs(gap) < Decimal(str(EXACT))


def adds_up(parts: Sequence[float], total: float) -> bool:
    """Do printed figures sum to a printed total? A total of fewer decimals than its parts may be rounded."""
    gap = abs(sum(parts) - total)
    finest = max((places(p) for p in parts), default=0)
    return gap < EXACT + POINTS_OFF or (places(total) < finest and gap <= 0.5 * 10 ** -places(total) + EXACT)


def missed(row: IndicatorRow) -> bool:
    """Was the target missed? Without a sign savings (`成本节约率 3%`) are not missed by more of them, and
    what shall be kept low (`预算控制率 100%`) not by less.
    """
    if row["target_met"] is not False or row["target_comparator"] == "~":
        return False
    if row["target_comparator"] != "=":
        return True
    if row["level2"] in words()["other_cost_levels"]:
        return False  # trees that are planted, or dust: which way is better is not said
    above = _above(row)
    kept_low = any(w in (row["name"] or "") for w in words()["kept_low"])
    return not (rises(row) if above else kept_low)


def rises(row: IndicatorRow) -> bool:
    """Is more of it better although it stands below the costs: the form says so, or its name does?"""
    if row["direction"] is not None:
        return row["direction"] == "positive"
    return any(w in (row["name"] or "") for w in words()["savings"])


def _above(row: IndicatorRow) -> bool:
    aim, got = row["target_value"], row["actual_value"]
    return aim is not None and got is not None and got >= aim


def names_of(row: IndicatorRow) -> str:
    """An indicator as a message calls it: `“媒体宣传”`; a long name's beginning."""
    name = row["name"] or row["target_raw"] or term("nameless")
    return shown(name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…")


def shown(text: str | None) -> str:
    """A cell as a message quotes it; quotes inside become single ones."""
    return f"“{text.translate(INNER)}”" if text else term("blank")


def same_text(a: str | None, b: str | None) -> bool:
    """Are two cells the same after folding? Blank cells are the same as none."""
    return fold(a or "") == fold(b or "")
