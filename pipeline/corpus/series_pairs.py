"""Names of one place → the pairs of them that are alike enough to be one project's.

Comes in: names. Goes out: pairs of places in the list, each once, with the likeness of their names. Names are
compared only where they share one of their rarest pairs of letters, of which a name as unlike as allowed
keeps at least one, so the work does not grow with all names times all names; a group that shares more than
`MOST` is sorted and compared within a window. Nothing is refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache

from rapidfuzz import fuzz

MOST = 64  # names that are compared with each other; of a group that is larger each with so many behind it


def alike(names: Sequence[str], least: float) -> Iterator[tuple[int, int, float]]:
    """Pairs (i, j, likeness) of different names, i before j, that are at least so alike (0–100)."""
    letters = [_pairs_of_letters(name) for name in names]
    held = Counter(pair for own in letters for pair in own)
    groups: dict[str, list[int]] = {}
    for n, own in enumerate(letters):
        kept = sorted(own, key=lambda pair: (held[pair], pair))
        for pair in kept[: _lost(len(names[n]), least) + 1]:
            groups.setdefault(pair, []).append(n)
    seen: set[tuple[int, int]] = set()
    for members in groups.values():
        members.sort(key=lambda n: names[n])
        for i, j in neighbours(members):
            both = (min(i, j), max(i, j))
            if both not in seen:
                seen.add(both)
                likeness = float(fuzz.ratio(names[i], names[j], score_cutoff=least))
                if likeness:
                    yield *both, likeness


@cache
def _lost(length: int, least: float) -> int:
    """How many of its pairs of letters a name so long loses at most in one that is alike: two with a letter
    that goes, one where one comes.
    """
    share = 1 - least / 100  # of both names' letters that may go or come
    return max(
        2 * gone + come
        for gone in range(length + 1)
        for come in range(length + 1)
        if gone + come <= share * (2 * length - gone + come)
    )


def neighbours(members: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Pairs of the members of a group: all of them, or each with `MOST` behind it."""
    for at, i in enumerate(members):
        for j in members[at + 1 : at + 1 + MOST]:
            yield i, j


def _pairs_of_letters(name: str) -> frozenset[str]:
    """Letters that stand beside each other, its first and last with what is not there."""
    text = f"\n{name}\n"
    return frozenset(text[n : n + 2] for n in range(len(text) - 1))
