"""Columns under a header → what each holds, by its label, its contents and its neighbours, all at once.

Comes in: labels and texts of the columns, in printed order. Goes out: the most probable role of every column,
how probable it is, and the rival that is next. The role of a column is unknown until all of this is weighed:
a label that no list has rules out nothing, and one that is known is believed unless its contents cannot be.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from normalizers.numerals import percent
from normalizers.symbols import fold
from pipeline.model.roles import Role
from pipeline.table.role_model import FOREIGN, Kind, RoleModel, contents_of, label_prior, model
from pipeline.words import vocabulary

BEAM = 48  # readings of the columns so far that are kept
RIVALS = 12
FORGOTTEN = 14.0  # log odds: a role that is so much less likely than a column's best is no rival
FEWEST_TO_TELL = 3  # rows and labels from which on contents alone may say what the columns are
RATE_ROUNDED = 0.1  # percent points: forms print rates with one decimal or two
ANSWERS = {
    "actual": (frozenset({Role.ACTUAL}), Role.TARGET),
    "score": (frozenset({Role.SCORE}), Role.WEIGHT),
    "weight and actual": (frozenset({Role.WEIGHT, Role.ACTUAL}), Role.SCORE),
    "review score": (frozenset({Role.REVIEW_SCORE}), Role.SCORE),
}
"""Columns by the name of their number in `RoleModel.alone`, and the one that forms with them have too."""
NEVER_FORGOTTEN = frozenset({FOREIGN, Role.NAME})
MANY = frozenset({FOREIGN, Role.REMARK, Role.ARRIVED})  # roles that several columns may have


@dataclass(frozen=True)
class ColumnTexts:
    """One column: its printed label (empty where there is none) and the texts below it, one a row, blank ones
    too; and what these are, which many assignments of roles ask for.
    """

    label: str
    texts: tuple[str, ...]

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The texts as they are compared."""
        return tuple(fold(t) for t in self.texts)

    @cached_property
    def points(self) -> tuple[float | None, ...]:
        """The texts as points."""
        return tuple(_figure(k, _POINTS) for k in self.keys)

    @cached_property
    def amounts(self) -> tuple[float | None, ...]:
        """The texts as amounts."""
        return tuple(_figure(k, _AMOUNT) for k in self.keys)

    @cached_property
    def first_figures(self) -> tuple[str | None, ...]:
        """The first figure of every text."""
        return tuple(m[0] if (m := _FIRST_FIGURE.search(k)) else None for k in self.keys)

    @cached_property
    def signed(self) -> int:
        """How many texts open with a sign."""
        return sum(k[:1] in _SIGNS for k in self.keys if k)

    @cached_property
    def with_unit(self) -> tuple[bool, ...]:
        """Which texts hold a figure and more than that."""
        return tuple(
            _figure(k.lstrip("≥≤><="), _AMOUNT) is None and any(c.isdigit() for c in t)
            for k, t in zip(self.keys, self.texts, strict=True)
        )


@dataclass(frozen=True, slots=True)
class Assigned:
    """The roles of all columns; `sure[i]` is the probability of column i's, `rival[i]` the next best role
    there.
    """

    roles: tuple[Role, ...]
    sure: tuple[float, ...]
    rival: tuple[Role | None, ...]
    score: float


@dataclass(frozen=True, slots=True)
class _Way:
    score: float
    roles: tuple[Role, ...]
    order: float = 0.0  # what the usual order of columns adds to the score


Scores = Sequence[Mapping[Role, float]]
"""Per column: role → log odds."""


def assign(columns: Sequence[ColumnTexts], kind: Kind = Kind.INDICATORS) -> Assigned:
    """The roles of a block's columns."""
    return _marginals(_best(likely(model(kind), columns), RIVALS), len(columns))


def likely(m: RoleModel, columns: Sequence[ColumnTexts]) -> list[_Way]:
    """The most probable assignments of all readings of the header, each with its log odds."""
    first, *others = _readings(m, columns)
    ways = _ways(m, columns, first.unary)
    for reading in others:
        if sum(max(scores.values()) for scores in reading.unary) + reading.odds > ways[0].score - FORGOTTEN:
            ways += [_Way(w.score + reading.odds, w.roles) for w in _ways(m, columns, reading.unary)]
    return ways


def odds_of(m: RoleModel, columns: Sequence[ColumnTexts], roles: tuple[Role, ...]) -> list[float]:
    """The log odds of an assignment, one a reading of the header: fitting compares them with the `likely`."""
    out = []
    for reading in _readings(m, columns):
        alone = sum(scores[r] for scores, r in zip(reading.unary, roles, strict=True))
        order = sum(_order(m, roles[:at], r) for at, r in enumerate(roles))
        out.append(reading.odds + alone + order + _whole(m, columns, roles, order))
    return out


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to take the labels: log odds of every role by column, and of this way itself."""

    unary: Scores
    odds: float


def _readings(m: RoleModel, columns: Sequence[ColumnTexts]) -> list[_Reading]:
    """Labels in their places; and a header whose words have lost their order, so that its labels say only
    which roles there are.
    """
    n_rows = max((len(c.texts) for c in columns), default=0)
    contents = [contents_of(m, c.texts, n_rows) for c in columns]
    priors = [label_prior(m, c.label) for c in columns]
    out = [_Reading([{r: p[r] + c[r] for r in m.roles} for p, c in zip(priors, contents, strict=True)], 0.0)]
    announced = {max(p, key=lambda r: p[r]) for p, c in zip(priors, columns, strict=True) if c.label}
    if n_rows >= FEWEST_TO_TELL and len(announced) >= FEWEST_TO_TELL:
        there = {r: (0.0 if r in announced else m.unannounced) - math.log(len(columns)) for r in m.roles}
        out.append(_Reading([{r: there[r] + c[r] for r in m.roles} for c in contents], m.scrambled))
    return out


def readings(labels: Sequence[str], most: int) -> list[tuple[float, tuple[Role, ...]]]:
    """The likeliest roles of columns of indicators by their labels and order alone, each with its log odds.

    A label that the vocabulary knows to the letter means what it says, or nothing.
    """
    m = model(Kind.INDICATORS)
    columns = [ColumnTexts(label, ()) for label in labels]
    priors = [_believed(m, label) for label in labels]
    ways = _ways(m, columns, priors)
    return [(w.score, w.roles) for w in ways[:most]]


def _believed(m: RoleModel, label: str) -> Mapping[Role, float]:
    prior = label_prior(m, label)
    hit = vocabulary.find(Kind.INDICATORS, label)
    if hit is None or hit.score < 1.0:
        return prior
    return {r: 0.0 if r == hit.key else -FORGOTTEN if r == FOREIGN else -2 * FORGOTTEN for r in m.roles}


def _ways(m: RoleModel, columns: Sequence[ColumnTexts], unary: Scores) -> list[_Way]:
    """The best assignments, given what is known of each column alone."""
    ways = [_Way(0.0, ())]
    for at, scores in enumerate(unary):
        top = max(scores.values())
        likely = [r for r in m.roles if r in NEVER_FORGOTTEN or scores[r] > top - FORGOTTEN]
        following = [
            _Way(w.score + scores[r] + (order := _order(m, w.roles, r)), (*w.roles, r), w.order + order)
            for w in ways
            for r in likely
            if r in MANY or r not in w.roles
        ]
        ways = _best(following, BEAM if at + 1 < len(unary) else RIVALS * 4)
    return _best([_Way(w.score + _whole(m, columns, w.roles, w.order), w.roles) for w in ways], RIVALS)


def _whole(m: RoleModel, columns: Sequence[ColumnTexts], roles: tuple[Role, ...], order: float) -> float:
    """What an assignment as a whole adds to the odds of its columns and of their usual order: columns that
    are missing, what columns say of each other, and that the form may have an order of its own.
    """
    n = sum(r != FOREIGN for r in roles)
    own = -math.lgamma(n + 1) - math.log(2) * n
    other = math.log((1.0 - m.own_order) + m.own_order * math.exp(own - order))
    return _missing(m, roles) + _together(m, columns, roles) + other


def _order(m: RoleModel, before: tuple[Role, ...], role: Role) -> float:
    if role == FOREIGN:
        return 0.0
    return _follows(m, next((r for r in reversed(before) if r != FOREIGN), None), role)


@lru_cache(maxsize=4096)
def _follows(m: RoleModel, last: Role | None, role: Role) -> float:
    """Log P of a role behind the last one that means something; some forms have an order of their own."""
    orders = m.orders[last or "^"]
    usual = math.exp(orders.get(role, orders["?"]))
    return math.log((1.0 - m.odd_order) * usual + m.odd_order / len(m.roles))


def _missing(m: RoleModel, roles: tuple[Role, ...]) -> float:
    """What it costs that columns are missing."""
    missing = sum(value for role, value in m.absent.items() if role not in roles)
    if m.kind is Kind.INDICATORS and Role.NAME not in roles:
        missing -= FORGOTTEN
    return missing + sum(value for name, value in m.alone.items() if stands_alone(name, roles))


def stands_alone(name: str, roles: Collection[Role]) -> bool:
    """Are columns of `ANSWERS` there without the one that they want?"""
    given, wanted = ANSWERS[name]
    return wanted not in roles and given <= set(roles)


def _best(ways: list[_Way], most: int) -> list[_Way]:
    return sorted(ways, key=_from_best)[:most]


def _from_best(way: _Way) -> float:
    return -way.score


def _marginals(ways: Sequence[_Way], n: int) -> Assigned:
    top = ways[0].score
    weights = [math.exp(w.score - top) for w in ways]
    total = sum(weights)
    sure: list[float] = []
    rivals: list[Role | None] = []
    for i in range(n):
        by_role: dict[Role, float] = {}
        for w, weight in zip(ways, weights, strict=True):
            by_role[w.roles[i]] = by_role.get(w.roles[i], 0.0) + weight / total
        sure.append(min(1.0, by_role.pop(ways[0].roles[i])))
        rivals.append(max(by_role, key=lambda r: by_role[r]) if by_role else None)
    return Assigned(ways[0].roles, tuple(sure), tuple(rivals), top)


# ---- what columns say of each other
# ----------------------------------------------------------------------------

ROUNDED = 0.06  # points: scores are printed with one decimal at least
_POINTS = re.compile(r"\d{1,3}(\.\d+)?")
_AMOUNT = re.compile(r"-?\d[\d,]*(\.\d+)?")
_SIGNS = "≥≤><"
_FIRST_FIGURE = re.compile(r"\d[\d,]*(\.\d+)?")


def _together(m: RoleModel, columns: Sequence[ColumnTexts], roles: tuple[Role, ...]) -> float:
    """What columns say of each other, in log odds."""
    texts = dict(zip(roles, columns, strict=True))
    said = _of_indicators(m, texts) if m.kind is Kind.INDICATORS else _of_funds(m, texts)
    return max(-m.most_said, min(m.most_said, said))


Texts = Mapping[Role, ColumnTexts]


def _of_indicators(m: RoleModel, texts: Texts) -> float:
    """A score is its weight or less; the target has the signs, the result its figure; a unit stands beside a
    bare figure.
    """
    out = m.answers * _same_figures(texts) + _points(m, texts)
    if Role.TARGET in texts and Role.ACTUAL in texts:
        out += m.signs * (texts[Role.TARGET].signed - texts[Role.ACTUAL].signed)
    if Role.UNIT in texts and Role.TARGET in texts:
        target, unit = texts[Role.TARGET], texts[Role.UNIT]
        out -= m.over * sum(
            twice and bool(a.strip() and b.strip())
            for twice, a, b in zip(target.with_unit, target.texts, unit.texts, strict=True)
        )
    return out


def _of_funds(m: RoleModel, texts: Texts) -> float:
    """A score is its weight or less and follows the rate, nothing more is spent than budgeted, and the rate
    is the one by the other.
    """
    out = _points(m, texts) + m.answers * _earned(texts)
    if Role.ANNUAL_BUDGET in texts and Role.EXECUTED in texts:
        amounts = zip(texts[Role.ANNUAL_BUDGET].amounts, texts[Role.EXECUTED].amounts, strict=True)
        for at, (budget, spent) in enumerate(amounts):
            if budget is None or spent is None or not budget:
                continue
            out -= m.over if spent > budget else 0.0
            rate = percent(texts[Role.EXECUTION_RATE].texts[at]) if Role.EXECUTION_RATE in texts else None
            if rate is not None:
                agrees = abs(spent / budget * 100 - rate) < RATE_ROUNDED
                out += m.answers if agrees or abs(spent / budget - rate) < RATE_ROUNDED / 100 else -m.answers
    return out


def _earned(texts: Texts) -> int:
    """How many scores are what the rate leaves of their weights."""
    needed = (Role.WEIGHT, Role.SCORE, Role.ANNUAL_BUDGET, Role.EXECUTED)
    if not all(role in texts for role in needed):
        return 0
    figures = zip(*(texts[role].amounts for role in needed), strict=True)
    return sum(
        abs(score - weight * spent / budget) < ROUNDED
        for weight, score, budget, spent in figures
        if weight is not None and score is not None and spent is not None and budget
    )


def _points(m: RoleModel, texts: Texts) -> float:
    """Scores that are their weights, against those above them."""
    if Role.WEIGHT not in texts or Role.SCORE not in texts:
        return 0.0
    pairs = zip(texts[Role.WEIGHT].points, texts[Role.SCORE].points, strict=False)
    known = [(a, b) for a, b in pairs if a is not None and b is not None]
    return m.answers * sum(a == b for a, b in known) - m.over * sum(b > a for a, b in known)


def _same_figures(texts: Texts) -> int:
    """Rows whose result has the figure of their target, and more than a figure."""
    if Role.TARGET not in texts or Role.ACTUAL not in texts:
        return 0
    pairs = zip(texts[Role.TARGET].first_figures, texts[Role.ACTUAL].first_figures, strict=False)
    return sum(a is not None and a == b for a, b in pairs)


def _figure(key: str, pattern: re.Pattern[str]) -> float | None:
    key = key.rstrip("分")
    return float(key.replace(",", "")) if pattern.fullmatch(key) else None
