"""Regular rows whose header is lost or in disorder → the header that they would have had.

Comes in: a flow, and the headers that were found in it. Goes out: the headers, with one of the template's
orders of columns where rows begin with labels of both levels and read badly, or not at all, under what stands
above them. Refused: a text in which no such order reads the rows well.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from normalizers import levels
from normalizers.words import longest_first
from pipeline.model.roles import Role
from pipeline.table.header import Column, role_of
from pipeline.untabled.columns_by_rows import FEWEST_ROWS, TRIAL, Proposal, Rows, mended, proposal
from pipeline.untabled.headers import Header
from pipeline.untabled.stream import LINE, Flow, labels
from pipeline.words import vocabulary
from pipeline.words.values import either, word, words

REACH = 200  # characters before the rows in which the words of their header stand
SHORTEST_WORDS, LONGEST_WORDS = 4, 40  # characters of unknown words of a header, behind its known ones
APART = 10  # characters between two words of one header
FEWEST_LABELS = 2  # of first levels, where no second ones stand beside them
FEWEST_ROLES = 4  # known words that say which columns there are
# What a row costs at most under the right header: up to 1.7 on 24 drawn texts, mostly below 0; under another
# order 2.1 and more, mostly above 4.
GOOD = 2.0
BETTER = 6.0  # what another order must save before it is believed
FEWEST_IN_LINE = 9  # characters of an average row
_L1, _L2, _NAME, _TARGET = Role.LEVEL1, Role.LEVEL2, Role.NAME, Role.TARGET
_LEFT = (_L1, _L2)
_SIGNED = (Role.SIGN, _TARGET, Role.UNIT)
_UNIT_FIRST = (Role.UNIT, Role.SIGN, _TARGET)
# The orders of the templates of 财预〔2020〕10号 and of provinces' forms, behind the levels and the name.
ORDERS: tuple[tuple[Role, ...], ...] = (
    (_TARGET, Role.ACTUAL, Role.WEIGHT, Role.SCORE, Role.REASON),
    (Role.WEIGHT, _TARGET, Role.ACTUAL, Role.SCORE, Role.REASON),
    (_TARGET, Role.WEIGHT, Role.ACTUAL, Role.SCORE, Role.REASON),
    (_TARGET, Role.ACTUAL, Role.SCORE, Role.REASON),
    (_TARGET, Role.ACTUAL, Role.REASON),
    (_TARGET, Role.WEIGHT),
    (Role.WEIGHT,),
    (_TARGET,),
    (_TARGET, Role.REMARK),
    (Role.WEIGHT, Role.SCORE, Role.REASON),
    (*_SIGNED, Role.ACTUAL, Role.WEIGHT, Role.SCORE, Role.REASON),
    (*_SIGNED, Role.WEIGHT),
    _SIGNED,
    (*_UNIT_FIRST, Role.ACTUAL, Role.WEIGHT, Role.SCORE, Role.REASON),
    _UNIT_FIRST,
)
_POINT = word("points", "unit")
_ENDING = either(words("level", "label_ends"))


def _stems(known: Sequence[str]) -> str:
    return either(longest_first(label.removesuffix(word("level", "ending")) for label in known))


_CODE = r"(?:\d{1,2}[-.、]?)?"
_REST = rf"(?:(?:{_ENDING})(?!\d))?(?:[(]\d+(?:\.\d+)?{_POINT}?[)])?"
_FIRST = rf"(?P<first>{_CODE}(?:{_stems(levels.LEVEL1)}){_REST})"
_ALONE = re.compile(_FIRST)
_PAIR = re.compile(
    rf"{_FIRST}"
    rf"(?P<second>{_CODE}(?:{_stems(levels.LEVEL2_ORDER)}){_REST})"
)
_LABELLED = re.compile(rf"^\d|(?:{_ENDING}|[)])$")  # what nobody takes for two words of a sentence


@dataclass(frozen=True, slots=True)
class _Body:
    """Where rows begin, where their second cell does, their levels, and where their header's words begin."""

    start: int
    second: int
    levels: tuple[Role, ...]
    words: int
    roles: frozenset[Role]  # the columns that those words name


def with_implied(flow: Flow, headers: Sequence[Header]) -> list[Header]:
    """The headers, with implied ones where rows have none that reads them."""
    out = list(headers)
    for low, high in _sections(flow):
        body = _body(flow, low, high)
        if body is None:
            continue
        own = [h for h in out if low <= h.start < high]
        if own and own[0].start > body.start:
            continue  # the rows of another block stand before the header
        last = next((h for h in reversed(own) if h.end <= body.start), None)
        sep = flow.breaks[body.second]
        price = math.inf if last is None else _price(flow, last, body, high, sep)
        if price is None:
            continue
        implied = _implied(flow, body, high, sep)
        if implied is None or (last is not None and implied.odds > price):
            continue
        out = [h for h in out if h is not last]
        out.append(replace(implied, odds=0.0))
    return sorted(out, key=lambda h: h.start)


def _price(flow: Flow, header: Header, body: _Body, high: int, sep: int) -> float | None:
    """What the rows may cost under an implied header, to be believed against the one that stands above them;
    None where that one reads them as it is.
    """
    rows = Rows(flow, header.end, high, sep, _by_line(flow, header.end, high, sep))
    as_it_is = proposal(rows, header.columns)
    between = _words_between(flow, header.end, body.start)
    if _reads_well(as_it_is) and _levels_first(header.columns) and not between:
        return None
    return mended(rows, as_it_is).cost - (0.0 if between else BETTER)


def _words_between(flow: Flow, start: int, end: int) -> bool:
    """Do words of a header that nobody knows stand between the known ones and the rows?"""
    return SHORTEST_WORDS <= end - start <= LONGEST_WORDS and not re.search(r"\d", flow.keys[start:end])


def _sections(flow: Flow) -> Iterator[tuple[int, int]]:
    """From one project's name to the next."""
    starts = [
        m.start()
        for m in labels(("field",)).finditer(flow.keys)
        if vocabulary.key_of("field", m[1], fuzzy=False) == "project_name"
    ]
    yield from zip([0, *starts[1:]], [*starts[1:], len(flow.keys)], strict=True)


def _body(flow: Flow, low: int, high: int) -> _Body | None:
    """The first place where the labels of both levels stand side by side, a cell each; where none do, the
    first of several labels of the first level.
    """
    for m in _PAIR.finditer(flow.keys, low, high):
        second = m.start("second")
        if (_parted(flow, m.start(), m.end(), high) and flow.breaks[second]) or _LABELLED.search(m["first"]):
            start, roles = _words_before(flow, low, m.start())
            return _Body(m.start(), second, _LEFT, start, roles)
    alone = [
        m
        for m in _ALONE.finditer(flow.keys, low, high)
        if _parted(flow, m.start(), m.end(), high) and _LABELLED.search(m["first"])
    ]
    if len({m["first"] for m in alone}) < FEWEST_LABELS or alone[0].end() == high:
        return None
    start, roles = _words_before(flow, low, alone[0].start())
    return _Body(alone[0].start(), alone[0].end(), _LEFT[:1], start, roles)


def _parted(flow: Flow, start: int, end: int, high: int) -> bool:
    return bool(flow.breaks[start]) and (end == high or bool(flow.breaks[end]))


def _words_before(flow: Flow, low: int, end: int) -> tuple[int, frozenset[Role]]:
    """Where the words of a header that ends at `end` begin, and which columns they name."""
    start, roles = end, set()
    for m in reversed(list(labels(("column",)).finditer(flow.keys, max(low, end - REACH), end))):
        if start - m.end() > APART or re.search(r"\d", flow.keys[m.end() : start]):
            break
        role = role_of(m[1], fuzzy=False)
        if role is not None:
            start = m.start()
            roles.add(role)
    return start, frozenset(roles)


@cache
def _orders(roles: frozenset[Role]) -> tuple[tuple[Role, ...], ...]:
    """The orders that columns may have of which these are known; all where too few are."""
    named = roles - {Role.SIDE, Role.ORDINAL, _NAME, *_LEFT}
    if _TARGET not in named or len(roles) < FEWEST_ROLES:
        return ORDERS
    kept = tuple(dict.fromkeys(tuple(r for r in order if r in named) for order in ORDERS))
    best = max(len(order) for order in kept)
    return tuple(order for order in kept if len(order) == best)


def _implied(flow: Flow, body: _Body, high: int, sep: int) -> Header | None:
    """The order that reads the rows best, `odds` its cost; None where none reads them well."""
    orders = dict.fromkeys((*_orders(body.roles), *ORDERS))
    rows = Rows(flow, body.start, high, sep, _by_line(flow, body.start, high, sep))
    tried = (
        proposal(rows, [Column(r, i, 1, "") for i, r in enumerate((*body.levels, _NAME, *order))])
        for order in orders
    )
    best = mended(rows, min(tried, key=lambda p: p.cost))
    if not _reads_well(best):
        return None
    return Header(body.words, body.start, best.columns, (body.second,), best.cost)


def _by_line(flow: Flow, start: int, high: int, sep: int) -> bool:
    stop = min(high, start + TRIAL)
    lines = sum(flow.breaks[i] == LINE for i in range(start, stop))
    return (
        sep < LINE and lines >= 2 and (stop - start) / lines >= FEWEST_IN_LINE and flow.breaks[start] == LINE
    )


def _levels_first(columns: Sequence[Column]) -> bool:
    """Does the name stand behind the levels, as in every template?"""
    roles = [c.role for c in columns]
    return all(role not in roles[roles.index(_NAME) :] for role in (_L1, _L2)) if _NAME in roles else True


def _reads_well(found: Proposal) -> bool:
    return found.rows >= FEWEST_ROWS and found.cost <= GOOD * found.rows
