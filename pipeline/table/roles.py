"""Columns under a header → what each holds, by its label, its contents and its neighbours, all at once.

Comes in: labels and texts of the columns, in printed order. Goes out: the most probable role of every column,
how probable it is, and the rival that is next. The role of a column is unknown until all of this is weighed:
a label that no list has rules out nothing, and one that is known is believed unless its contents cannot be.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from normalizers.numerals import percent
from normalizers.symbols import fold
from pipeline.model.roles import Role
from pipeline.table.role_model import FOREIGN, Kind, RoleModel, contents_of, label_prior, model

BEAM = 48  # readings of the columns so far that are kept
RIVALS = 12
FORGOTTEN = 14.0  # log odds: a role that is so much less likely than a column's best is no rival
FEWEST_TO_TELL = 3  # rows and labels from which on contents alone may say what the columns are
SCRAMBLED = -8.0  # log odds that a header's words stand in another order than its columns
UNANNOUNCED = -4.0  # log odds of a role that no label of such a header names
ANSWERS = {Role.ACTUAL: Role.TARGET, Role.SCORE: Role.WEIGHT}
MANY = frozenset({FOREIGN, Role.REMARK, Role.ARRIVED})  # roles that several columns may have


@dataclass(frozen=True, slots=True)
class ColumnTexts:
    """One column: its printed label (empty where there is none) and the texts below it, one a row, blank ones
    too.
    """

    label: str
    texts: tuple[str, ...]


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


Scores = Sequence[Mapping[Role, float]]
"""Per column: role → log odds."""


def assign(columns: Sequence[ColumnTexts], kind: Kind = Kind.INDICATORS) -> Assigned:
    """The roles of a block's columns.

    A header whose words have lost their order is a rival reading: then its labels say only which roles there
    are.
    """
    m = model(kind)
    n_rows = max((len(c.texts) for c in columns), default=0)
    contents = [contents_of(m, c.texts, n_rows) for c in columns]
    priors = [label_prior(kind, c.label) for c in columns]
    together = _TOGETHER[kind]
    ways = _ways(
        m,
        columns,
        [{r: p[r] + c[r] for r in m.roles} for p, c in zip(priors, contents, strict=True)],
        together,
    )
    announced = {max(p, key=lambda r: p[r]) for p, c in zip(priors, columns, strict=True) if c.label}
    if n_rows >= FEWEST_TO_TELL and len(announced) >= FEWEST_TO_TELL:
        there = {r: (0.0 if r in announced else UNANNOUNCED) - math.log(len(columns)) for r in m.roles}
        alone = [{r: there[r] + c[r] for r in m.roles} for c in contents]
        if sum(max(scores.values()) for scores in alone) + SCRAMBLED > ways[0].score - FORGOTTEN:
            ways += [_Way(w.score + SCRAMBLED, w.roles) for w in _ways(m, columns, alone, together)]
    return _marginals(_best(ways, RIVALS), len(columns))


def _ways(m: RoleModel, columns: Sequence[ColumnTexts], unary: Scores, together: _Together) -> list[_Way]:
    """The best assignments, given what is known of each column alone."""
    ways = [_Way(0.0, ())]
    for at, scores in enumerate(unary):
        top = max(scores.values())
        likely = [r for r in m.roles if r == FOREIGN or scores[r] > top - FORGOTTEN]
        following = [
            _Way(w.score + scores[r] + _order(m, w.roles, r), (*w.roles, r))
            for w in ways
            for r in likely
            if r in MANY or r not in w.roles
        ]
        ways = _best(following, BEAM if at + 1 < len(unary) else RIVALS * 4)
    return _best(
        [_Way(w.score + _missing(m, w.roles) + together(columns, w.roles), w.roles) for w in ways], RIVALS
    )


def _order(m: RoleModel, before: tuple[Role, ...], role: Role) -> float:
    if role == FOREIGN:
        return 0.0
    last = next((r for r in reversed(before) if r != FOREIGN), "^")
    usual = math.exp(m.orders[last].get(role, m.orders[last]["?"]))
    return math.log((1.0 - m.odd_order) * usual + m.odd_order / len(m.roles))


def _missing(m: RoleModel, roles: tuple[Role, ...]) -> float:
    """What it costs that columns are missing."""
    missing = sum(value for role, value in m.absent.items() if role not in roles)
    return missing + sum(
        value for role, value in m.alone.items() if role in roles and ANSWERS[Role(role)] not in roles
    )


def _best(ways: list[_Way], most: int) -> list[_Way]:
    return sorted(ways, key=lambda w: (-w.score, w.roles))[:most]


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

MOST_SAID = 6.0  # log odds: sums and comparisons of real forms fail too
OVER_SAYS, SIGN_SAYS, RATE_SAYS = 1.5, 0.5, 2.0  # log odds a row
ROUNDED = 0.06  # points: scores are printed with one decimal at least
_POINTS = re.compile(r"\d{1,3}(\.\d+)?")
_AMOUNT = re.compile(r"-?[\d,]+(\.\d+)?")


def _of_indicators(columns: Sequence[ColumnTexts], roles: tuple[Role, ...]) -> float:
    """A score is not above its weight; the target has the signs; a unit stands beside a bare figure."""
    texts = {r: c.texts for r, c in zip(roles, columns, strict=True)}
    out = -_over(texts)
    if Role.TARGET in texts and Role.ACTUAL in texts:
        signed = [
            sum(fold(t)[:1] in "≥≤><" for t in texts[r] if t.strip()) for r in (Role.TARGET, Role.ACTUAL)
        ]
        out += _bounded(SIGN_SAYS * (signed[0] - signed[1]))
    if Role.UNIT in texts and Role.TARGET in texts:
        filled = [
            (a, b)
            for a, b in zip(texts[Role.TARGET], texts[Role.UNIT], strict=True)
            if a.strip() and b.strip()
        ]
        twice = sum(
            _figure(fold(a).lstrip("≥≤><="), _AMOUNT) is None and any(c.isdigit() for c in a)
            for a, _ in filled
        )
        out -= min(MOST_SAID, OVER_SAYS * twice)
    return out


def _of_funds(columns: Sequence[ColumnTexts], roles: tuple[Role, ...]) -> float:
    """A score is not above its weight and follows the rate, nothing more is spent than budgeted, and the rate
    is the one by the other.
    """
    texts = {r: c.texts for r, c in zip(roles, columns, strict=True)}
    out = -_over(texts) + RATE_SAYS * _earned(texts)
    if Role.ANNUAL_BUDGET in texts and Role.EXECUTED in texts:
        for at, (a, b) in enumerate(zip(texts[Role.ANNUAL_BUDGET], texts[Role.EXECUTED], strict=True)):
            budget, spent = _figure(a, _AMOUNT), _figure(b, _AMOUNT)
            if budget is None or spent is None or not budget:
                continue
            out -= OVER_SAYS if spent > budget else 0.0
            rate = percent(texts[Role.EXECUTION_RATE][at]) if Role.EXECUTION_RATE in texts else None
            if rate is not None:
                out += (
                    RATE_SAYS
                    if abs(spent / budget * 100 - rate) < 0.1 or abs(spent / budget - rate) < 0.001
                    else -RATE_SAYS
                )
    return _bounded(out)


def _earned(texts: Mapping[Role, Sequence[str]]) -> int:
    """How many scores are what the rate leaves of their weights."""
    needed = (Role.WEIGHT, Role.SCORE, Role.ANNUAL_BUDGET, Role.EXECUTED)
    if not all(role in texts for role in needed):
        return 0
    rows = zip(*(texts[role] for role in needed), strict=True)
    figures = [tuple(_figure(t, _AMOUNT) for t in row) for row in rows]
    return sum(
        abs(score - weight * spent / budget) < ROUNDED
        for weight, score, budget, spent in figures
        if weight is not None and score is not None and spent is not None and budget
    )


def _over(texts: Mapping[Role, Sequence[str]]) -> float:
    """What scores above their weights cost."""
    pairs = zip(texts.get(Role.WEIGHT, ()), texts.get(Role.SCORE, ()), strict=False)
    known = [
        (a, b)
        for x, y in pairs
        if (a := _figure(x, _POINTS)) is not None and (b := _figure(y, _POINTS)) is not None
    ]
    return min(MOST_SAID, OVER_SAYS * sum(b > a for a, b in known))


def _bounded(odds: float) -> float:
    return max(-MOST_SAID, min(MOST_SAID, odds))


def _figure(text: str, pattern: re.Pattern[str]) -> float | None:
    key = fold(text).rstrip("分")
    return float(key.replace(",", "")) if pattern.fullmatch(key) else None


_Together = Callable[[Sequence[ColumnTexts], tuple[Role, ...]], float]
_TOGETHER: Mapping[Kind, _Together] = {Kind.INDICATORS: _of_indicators, Kind.FUNDS: _of_funds}
