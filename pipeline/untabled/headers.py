"""Text without cells → the headers of its indicator blocks.

Comes in: a flow. Goes out: a `Header` for every run of column labels: where it lies, its columns, and rival
readings of it. A run may hold labels that no list knows: between two known ones, before the first or behind
the last; what they mean, and whether they are labels at all, is told by the rows below (`forms`). A run of
fewer known labels than a header needs is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from pipeline.model.roles import LEVELS, VALUES, Role
from pipeline.table.header import ELSEWHERE, FEWEST, Column, role_of
from pipeline.table.likelihood import level_known
from pipeline.table.roles import readings
from pipeline.untabled.boundaries import LEVEL_AT
from pipeline.untabled.stream import LINE, Flow, labels
from pipeline.words import vocabulary

SHORTEST, LONGEST = 2, 10  # characters of a label that no list knows
MOST_UNKNOWN = 2  # unknown labels side by side
FEWEST_LEVELS = 2  # known labels of levels in a header without a known one of a value
MOST_RIVALS = 8
MOST_ROLES = 4  # readings of the same labels
UNLIKELY = 9.0  # log odds: a reading that is so much less likely is no rival
_FIRST = LEVELS | {Role.SIDE, Role.ORDINAL}
_ONCE = LEVELS | {Role.SIDE}
_TARGET_PARTS = (Role.SIGN, Role.UNIT, Role.TARGET, Role.DIRECTION, Role.VALUE_TYPE)
_LABEL = re.compile(r"[一-鿿()/A-Za-z]+")


@dataclass(frozen=True, slots=True)
class Header:
    """A run of column labels in the flow; `spots`: where its labels but the first begin; `odds`: how probable
    the reading is by the labels alone.
    """

    start: int
    end: int
    columns: tuple[Column, ...]
    spots: tuple[int, ...]
    odds: float = 0.0
    rivals: tuple[Header, ...] = ()


@dataclass(frozen=True, slots=True)
class _Label:
    """A stretch that may be a label; `role`: what a known one means."""

    start: int
    end: int
    role: Role | None


def find_headers(flow: Flow) -> list[Header]:
    """Every run of column labels that makes a header."""
    out: list[Header] = []
    for run in _runs(flow):
        if out and run[0].start < out[-1].end:
            continue
        header = _header(flow, run)
        if header is not None:
            out.append(header)
    return out


# ---- runs of labels
# ------------------------------------------------------------------------------------------------------------


def _runs(flow: Flow) -> Iterator[list[_Label]]:
    """Runs of labels without anything between that could be none."""
    run: list[_Label] = []
    for label in _labels(flow):
        if label is not None:
            run.append(label)
            continue
        if sum(x.role is not None for x in run) >= 2:
            yield run
        run = []
    if sum(x.role is not None for x in run) >= 2:
        yield run


def _labels(flow: Flow) -> Iterator[_Label | None]:
    """Every stretch between two breaks that may be a label, or the labels in one that nothing parts; None for
    what is none.
    """
    pattern = labels(("column",))
    keys, n = flow.keys, len(flow.keys)
    breaks = [i for i in range(n) if flow.breaks[i]] + [n]
    ends = set(breaks)
    k, at = 0, 0
    while at < n:
        while breaks[k] <= at:
            k += 1
        end = breaks[k]
        whole = pattern.match(keys, at)
        if whole is not None and whole.end() in ends:
            yield _Label(at, whole.end(), role_of(whole[1], fuzzy=False))
            at = whole.end()
            continue
        found = list(pattern.finditer(keys, at, end))
        covered = sum(m.end() - m.start() for m in found) == end - at
        if len(found) < FEWEST and not (found and covered):
            yield _Label(at, end, None) if _may_be_label(keys[at:end]) else None
        else:
            yield from _glued(keys, at, end, found)
        at = end


def _glued(keys: str, start: int, end: int, found: Sequence[re.Match[str]]) -> Iterator[_Label | None]:
    """Known labels that nothing parts, and the unknown ones between them."""
    at = start
    for m in found:
        yield from _between(keys, at, m.start(), after_label=at > start)
        yield _Label(m.start(), m.end(), role_of(m[1], fuzzy=False))
        at = m.end()
    if at < end:
        yield from _behind(keys, at, end)


def _between(keys: str, start: int, end: int, *, after_label: bool) -> Iterator[_Label | None]:
    if start == end:
        return
    if _may_be_label(keys[start:end]):
        yield _Label(start, end, None)
        return
    yield None
    if not after_label or end - start > LONGEST:
        # the first label may be an unknown one behind a text
        text = re.search(rf"[一-鿿]{{{SHORTEST},{LONGEST}}}$", keys[max(start, end - LONGEST) : end])
        if text is not None and len(text[0]) < LONGEST:
            yield _Label(end - len(text[0]), end, None)


def _behind(keys: str, start: int, end: int) -> Iterator[_Label | None]:
    """What follows the last known label: an unknown one up to the first label of a level, or none."""
    level = LEVEL_AT.search(keys, start, min(end, start + LONGEST + 4))
    stop = level.start() if level is not None else end
    if stop > start and _may_be_label(keys[start:stop]):
        yield _Label(start, stop, None)
    if stop < end:
        yield None


def _may_be_label(key: str) -> bool:
    """Could an unknown text be the label of a column?"""
    if not SHORTEST <= len(key) <= LONGEST or not _LABEL.fullmatch(key):
        return False
    if level_known(key, 1) or level_known(key, 2):
        return False
    return not any(vocabulary.find(group, key, fuzzy=False) is not None for group in ELSEWHERE)


# ---- a run → a header
# ------------------------------------------------------------------------------------------------------------


def _header(flow: Flow, run: Sequence[_Label]) -> Header | None:
    """The header of a run, with its rivals: more or fewer unknown labels at its ends, other roles."""
    first, last = _core(run)
    core = run[first : last + 1]
    if not core:
        return None
    known = {x.role for x in core if x.role is not None}
    end = _repeated(core)
    before = _before(flow, run, first)
    behind = _after(flow, run, last) if end == len(core) else [0]
    if not known & LEVELS:
        before = [n for n in before if n]
    elif len(known) < FEWEST or not known & set(VALUES):
        if len(known & LEVELS) < FEWEST_LEVELS or (behind[-1] == 0 and not known & set(VALUES)):
            return None
        behind = [n for n in behind if n] or [0]
    if not before or before[-1] + behind[-1] + len(core) < FEWEST:
        return None
    found: list[Header] = []
    for left, right in product(before, behind):
        labels_ = [*run[first - left : first], *core[:end], *run[last + 1 : last + 1 + right]]
        found += _readings(flow, labels_)
    found.sort(key=lambda h: -h.odds)
    best = found[0]
    rivals = [h for h in found[1:MOST_RIVALS] if best.odds - h.odds < UNLIKELY]
    return Header(best.start, best.end, best.columns, best.spots, best.odds, tuple(rivals))


def _core(run: Sequence[_Label]) -> tuple[int, int]:
    """From the first to the last known label that belong together; labels before the levels belong to the
    head.
    """
    known = [i for i, x in enumerate(run) if x.role is not None]
    firsts = [i for i in known if run[i].role in _FIRST]
    if not firsts:
        # the name's own label may be the unknown one
        named = run[known[0] - 1].role is None if known[0] else False
        roles = {run[i].role for i in known}
        if not named or Role.TARGET not in roles or len(roles) <= FEWEST:
            return 0, -1
        firsts = known[:1]
    chains: list[list[int]] = [[]]
    for i in known:
        if i < firsts[0]:
            continue
        if chains[-1] and i - chains[-1][-1] > MOST_UNKNOWN + 1:
            chains.append([])
        chains[-1].append(i)
    best = max(chains, key=len)
    opening = next((i for i in best if run[i].role in _FIRST), best[0])
    return opening, best[-1]


def _repeated(core: Sequence[_Label]) -> int:
    """Where a level's own label stands again: it is the first row's."""
    seen: set[Role] = set()
    for i, x in enumerate(core):
        if x.role in seen and x.role in _ONCE:
            return i
        if x.role is not None:
            seen.add(x.role)
    return len(core)


def _before(flow: Flow, run: Sequence[_Label], first: int) -> list[int]:
    """How many unknown labels may stand before the first known one."""
    most = 0
    while (
        most < MOST_UNKNOWN
        and first - most - 1 >= 0
        and run[first - most - 1].role is None
        and flow.breaks[run[first - most].start] < LINE
    ):
        most += 1
    opens_line = first - most == 0 or flow.breaks[run[first - most].start] == LINE
    if most and opens_line and any(flow.breaks[x.start] < LINE for x in run[first:]):
        return [most]
    if most == 0 and first and run[first - 1].role is None and flow.breaks[run[first].start] == LINE:
        own_line = all(flow.breaks[x.start] == LINE for x in run[first:])
        most = 1 if own_line else 0
    return list(range(most + 1))


def _after(flow: Flow, run: Sequence[_Label], last: int) -> list[int]:
    """How many unknown labels may stand behind the last known one: in its line, or up to the first level."""
    by_line = any(flow.breaks[run[i].start] < LINE for i in range(1, last + 1))
    most = 0
    while most < MOST_UNKNOWN and last + most + 1 < len(run) and run[last + most + 1].role is None:
        at = run[last + most + 1]
        if by_line and flow.breaks[at.start] == LINE:
            break
        most += 1
    stop = run[last + most].end
    if most and by_line and (stop == len(flow.keys) or flow.breaks[stop] == LINE):
        return [most]
    return list(range(most + 1))


def _readings(flow: Flow, run: Sequence[_Label]) -> list[Header]:
    """The likeliest readings of a run; sign, value and unit behind the others stand under the target's
    label.
    """
    roles = [x.role for x in run]
    tail = len(run)
    while tail and roles[tail - 1] in _TARGET_PARTS:
        tail -= 1
    own = list(run)
    if len(run) - tail >= 2 and Role.TARGET in roles[:tail]:
        at = roles.index(Role.TARGET)
        own = [*run[:at], *run[tail:], *run[at + 1 : tail]]
    texts = [flow.cell(x.start, x.end, 0, 0).text for x in own]
    most = MOST_ROLES if None in roles else 1
    spots = tuple(x.start for x in run[1:])
    return [
        Header(
            run[0].start,
            run[-1].end,
            tuple(Column(r, i, 1, text) for i, (r, text) in enumerate(zip(found, texts, strict=True))),
            spots,
            odds,
        )
        for odds, found in readings(texts, most)
    ]
