"""Fields as printed → texts, amounts, points and rates, with what their reading leaves in doubt.

Comes in: a field and the unit of the form's amounts. Goes out: its value, None where nothing is printed. A
figure that cannot be read is None too, and is noted in the row's `Doubt`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from normalizers import head_texts
from normalizers.numerals import percent
from normalizers.symbols import clean, fold, is_blank
from normalizers.units import yuan
from pipeline.model.flags import Flag
from pipeline.model.form import Field

_BARE = re.compile(r"-?[\d,]+(?:\.(?P<decimals>\d{1,9}))?")
MOST_YUAN = Decimal("1e17")  # more is no amount of money, and does not fit the column
MOST_POINTS = 10_000.0
FRACTION_MOST = 1.5  # a rate up to here may be a fraction of one


@dataclass(slots=True)
class Doubt:
    """Collects what was repaired, guessed or not read of one row while its figures are read."""

    flags: set[str] = field(default_factory=set)

    def note(self, *fields: Field | None) -> None:
        """Takes over the flags of fields."""
        for f in fields:
            if f is not None:
                self.flags.update(f.flags)

    def miss(self) -> None:
        """A figure was expected and not read."""
        self.flags.add(Flag.VALUE_UNREAD)

    def words(self) -> list[str]:
        """The row's `flags`."""
        return sorted(str(f) for f in self.flags)


def text_of(f: Field | None) -> str | None:
    """A field's text, cleaned; None where nothing, or only a dash, is printed."""
    if f is None or f.text is None or is_blank(f.text):
        return None
    return clean(f.text) or None


def money_of(f: Field | None, unit: str | None, doubt: Doubt) -> Decimal | None:
    """An amount in 元; a bare number is in `unit`."""
    text = text_of(f)
    if text is None:
        return None
    amount = yuan(text, unit)
    if amount is None or abs(amount) >= MOST_YUAN:
        doubt.miss()
        return None
    return amount


def decimals_of(fields: Iterable[Field | None]) -> int | None:
    """The most decimals with which bare amounts are printed: 2 of `20.50` and `35`; None without any."""
    bare = (_BARE.fullmatch(fold(text)) for f in fields if (text := text_of(f)) is not None)
    return max((len(found["decimals"] or "") for found in bare if found is not None), default=None)


def points_of(f: Field | None, doubt: Doubt) -> float | None:
    """Score points: the one number in `10`, `10分`, `（10分）`, `95分，优`."""
    text = text_of(f)
    if text is None:
        return None
    points = head_texts.only_number(text)
    if points is None or abs(points) > MOST_POINTS:
        doubt.miss()
        return None
    return points


def percent_of(f: Field | None, computed: float | None, doubt: Doubt) -> float | None:
    """A rate in percent points; printed as a fraction of one only where the rate computed from the amounts
    says so.
    """
    text = text_of(f)
    if text is None:
        return None
    rate = percent(text)
    if rate is None:
        doubt.miss()
        return None
    bare = "%" not in fold(text)
    if (
        bare
        and computed is not None
        and 0 < rate <= FRACTION_MOST
        and abs(rate * 100 - computed) < abs(rate - computed)
    ):
        doubt.flags.add(Flag.RATE_FRACTION)
        return round(rate * 100, 6)
    return rate


def execution_rate(executed: Decimal | None, budget: Decimal | None) -> float | None:
    """executed / budget × 100, rounded to 4 places; None where one is missing or nothing was budgeted."""
    if executed is None or not budget:
        return None
    return float(round(executed / budget * 100, 4))


def mean(values: Iterable[float]) -> float:
    """Their mean; there must be one at least."""
    known = list(values)
    return sum(known) / len(known)
