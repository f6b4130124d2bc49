"""How probable a header's label and a column's contents are for each role.

Comes in: a label, or the texts of a column. Goes out: log probabilities by role. The numbers are learned from
forms by `make fit` and stand in `role_model.json`. A label that the vocabulary knows speaks for its role, one
that shares characters with known ones leans to theirs, and a word that nobody knows rules out nothing.
Contents speak by their shapes; the texts of one column are not independent, so their sum is tempered.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property, lru_cache
from importlib import resources
from itertools import pairwise

from pipeline.model.roles import Role
from pipeline.table.shapes import Shape, shape_of
from pipeline.words import vocabulary
from pipeline.words.vocabulary import Label

FOREIGN = Role.OTHER  # a column that means nothing to us
TEXT_KINDS = frozenset(
    {"phrase", "sentence", "text_with_figures", "text_with_figures_long", "quality", "word"}
)
FILLS = (0.02, 0.25, 0.6, 0.95)  # upper ends of the classes of the share of rows that a column fills


class Kind(StrEnum):
    """The kinds of columns that a form has, each with roles of its own; the value is its vocabulary group."""

    INDICATORS = "column"
    FUNDS = "fund_column"


ROLES: Mapping[Kind, tuple[Role, ...]] = {
    Kind.INDICATORS: (
        Role.SIDE, Role.ORDINAL, Role.LEVEL1, Role.LEVEL2, Role.NAME, Role.SIGN, Role.TARGET, Role.UNIT,
        Role.VALUE_TYPE, Role.DIRECTION, Role.ADJUSTED_TARGET, Role.ACTUAL, Role.WEIGHT, Role.SCORE,
        Role.REVIEW_SCORE, Role.COEFFICIENT, Role.REASON, Role.REMARK, FOREIGN,
    ),
    Kind.FUNDS: (
        Role.INITIAL_BUDGET, Role.ANNUAL_BUDGET, Role.EXECUTED, Role.ARRIVED, Role.WEIGHT,
        Role.EXECUTION_RATE, Role.SCORE, Role.REASON, FOREIGN,
    ),
}  # fmt: skip
Features = Mapping[str, Mapping[str, float]]
Grams = tuple[Mapping[Role, Counter[str]], Mapping[Role, int], int]


@dataclass(frozen=True, eq=False)
class RoleModel:
    """Fitted numbers of one kind of columns; `Features` are role → feature → log P."""

    kind: Kind
    roles: tuple[Role, ...]
    kinds: Features
    lengths: Features
    ends: Features
    fills: Features
    repeats: Features
    orders: Features  # role → the next one → log P; `^` stands before the first
    odd_order: float  # share of neighbours that stand otherwise in a form of the usual order
    own_order: float  # share of forms whose columns stand in an order of their own
    foreign: float  # share of unknown labels that name a column that means nothing to us
    temper: float  # exponent on the number of texts of a column
    stray: float  # share of a column's texts that could stand anywhere
    odd_form: float  # share of forms whose columns are filled otherwise than those that were learned from
    label_temper: float  # how sharply characters of an unknown label speak
    label_noise: float  # share of unknown labels whose characters say nothing
    known: float  # log odds that a label known to the letter means what the vocabulary says
    scrambled: float  # log odds that a header's words stand in another order than its columns
    unannounced: float  # log odds of a role that no label of such a header names
    over: float  # log odds a row against a score above its weight, more spent than budgeted, a unit twice
    signs: float  # log odds a row for the signs standing in the target
    answers: float  # log odds a row for a score that is its weight, a result with the target's figure, a rate
    most_said: float  # the most that all of these say: sums and comparisons of real forms fail too
    absent: Mapping[str, float]  # role → log P that a form has no such column
    alone: Mapping[
        str, float
    ]  # columns of `roles.ANSWERS` → log odds that they stand without the one they want

    @cached_property
    def unseen(self) -> frozenset[Role]:
        """Roles of whose contents nothing is known: no text of theirs is likelier than another."""
        return frozenset(r for r in self.roles if len(set(self.kinds[r].values())) == 1)


@cache
def model(kind: Kind) -> RoleModel:
    """The fitted numbers."""
    data = json.loads(resources.files(__package__).joinpath("role_model.json").read_text(encoding="utf-8"))
    return RoleModel(kind=kind, roles=ROLES[kind], **data[kind])


def contents_of(m: RoleModel, texts: Sequence[str], n_rows: int) -> dict[Role, float]:
    """Role → log odds of a column's texts, of how many of `n_rows` it fills and of how often they repeat.

    The odds are against a column that means nothing to us, so that what says nothing counts as 0.
    """
    shapes = [shape_of(t) for t in texts]
    filled = [s for s in shapes if s.length]
    scale = len(filled) ** (m.temper - 1.0) if filled else 0.0
    fill = fill_class(len(filled), n_rows)
    repeat = repeat_class([t for t, s in zip(texts, shapes, strict=True) if s.length])
    whole = _whole(m, fill, repeat)
    if not filled:
        return whole
    by_role = zip(*(_text(m, s).values() for s in filled), strict=True)
    return {r: scale * sum(odds) + whole[r] for r, odds in zip(m.roles, by_role, strict=True)}


def text_odds(role: Role, text: str) -> float:
    """Log odds of one text in a column of indicators; 0 for a column that means nothing to us."""
    return _text(model(Kind.INDICATORS), shape_of(text))[role]


@cache
def _whole(m: RoleModel, fill: str, repeat: str) -> dict[Role, float]:
    """Role → log odds of how many rows a column fills and of how often its texts repeat: a few cases."""
    return {r: _column(m, m.fills, r, fill) + _column(m, m.repeats, r, repeat) for r in m.roles}


def _column(m: RoleModel, features: Features, role: Role, feature: str) -> float:
    """Log odds of a feature of the whole column; forms differ, so that none is impossible."""
    ratio = _seen(features[role], feature) - _seen(features[FOREIGN], feature)
    return math.log((1.0 - m.odd_form) * math.exp(ratio) + m.odd_form)


def _seen(logs: Mapping[str, float], feature: str) -> float:
    """The log P of a feature; `?` is the one that was never met."""
    return logs.get(feature, logs["?"])


@lru_cache(maxsize=4096)
def _text(m: RoleModel, shape: Shape) -> dict[Role, float]:
    """Role → log odds of one text; a stray one is possible in every column."""
    foreign = _shape(m, FOREIGN, shape)
    return {r: math.log((1.0 - m.stray) * math.exp(_shape(m, r, shape) - foreign) + m.stray) for r in m.roles}


def _shape(m: RoleModel, role: Role, shape: Shape) -> float:
    out = _seen(m.kinds[role], shape.kind)
    if shape.kind in TEXT_KINDS:
        out += _seen(m.lengths[role], str(shape.length)) + _seen(m.ends[role], shape.end)
    return out


def fill_class(filled: int, rows: int) -> str:
    """Class of the share of rows that a column fills."""
    share = filled / max(1, rows)
    return str(next((i for i, most in enumerate(FILLS) if share <= most), len(FILLS)))


def repeat_class(texts: Sequence[str]) -> str:
    """Class of the share of different texts among a column's texts; few texts say nothing."""
    if len(texts) < 3:
        return "few"
    share = len(set(texts)) / len(texts)
    return "same" if share < 0.35 else "some" if share < 0.8 else "different"


# ---- labels
# --------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def label_prior(m: RoleModel, label: str) -> dict[Role, float]:
    """Role → log P(role | label); roles that no form showed the contents of need a label that is known."""
    hit = vocabulary.find(m.kind, label)
    found = _prior(m, label, hit)
    return {r: p if r not in m.unseen or (hit and hit.key == r) else -math.inf for r, p in found.items()}


def _prior(m: RoleModel, label: str, hit: Label | None) -> dict[Role, float]:
    if not label.strip():
        return dict.fromkeys(m.roles, -math.log(len(m.roles)))
    like = likeness(vocabulary.bare(label), _grams(m.kind), m.label_temper, m.label_noise)
    rest = {r: value + math.log1p(-m.foreign) for r, value in like.items()} | {FOREIGN: math.log(m.foreign)}
    if hit is None or hit.score < 1.0:
        return rest
    p = 1.0 / (1.0 + math.exp(-m.known))
    return {r: math.log(p) if r == hit.key else math.log1p(-p) + rest[r] for r in m.roles}


@cache
def _grams(kind: Kind) -> Grams:
    return grams_of({role: vocabulary.data()[kind].get(role, ()) for role in ROLES[kind] if role != FOREIGN})


def grams_of(labels: Mapping[Role, Sequence[str]]) -> Grams:
    """Role → counts of the characters, and pairs of them, in its labels; their sums; how many different ones
    there are.
    """
    counts = {
        role: Counter(g for w in words for g in pieces(vocabulary.bare(w))) for role, words in labels.items()
    }
    return (
        counts,
        {role: sum(c.values()) for role, c in counts.items()},
        len({g for c in counts.values() for g in c}),
    )


def pieces(word: str) -> list[str]:
    """Characters and pairs of characters of a label, its ends marked."""
    return [*word, *(a + b for a, b in pairwise(f"^{word}$"))]


def likeness(word: str, grams: Grams, temper: float, noise: float) -> dict[Role, float]:
    """Role → log P(role | characters of the label); roles without known labels get the mean of the others."""
    counts, sums, kinds = grams
    found = pieces(word)
    raw = {
        r: sum(math.log((counts[r][g] + 0.5) / (sums[r] + 0.5 * kinds)) for g in found)
        for r in counts
        if sums[r]
    }
    mean = sum(raw.values()) / len(raw)
    scores = {r: temper * raw.get(r, mean) / max(1.0, len(found) ** 0.5) for r in counts}
    top = max(scores.values())
    total = top + math.log(sum(math.exp(s - top) for s in scores.values()))
    return {r: math.log((1.0 - noise) * math.exp(s - total) + noise / len(counts)) for r, s in scores.items()}
