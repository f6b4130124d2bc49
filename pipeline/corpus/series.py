"""Projects of all documents → series: the same project over years, kinds of form and documents.

Comes in: rows of `projects`, and the series that an earlier run gave to some of them. Goes out: for each
named project its series, and for each link its score. Names are compared without what changes from year to
year (brackets, years, endings); the place (region, department, unit) must agree too. Refused: a link between
two projects of one document, between names with other source words (中央资金, 地方财政) or other numbers, and
one that would rename a series that an earlier run has named.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from rapidfuzz import fuzz, process

from normalizers.symbols import fold
from normalizers.words import alternatives
from pipeline.words.vocabulary import words

Row = Mapping[str, Any]

SAME_NAME = 88.0  # likeness (0–100) of cleaned names from which on two projects may be one
# likeness of units: one renamed keeps most of its characters, another unit of the department does not
SAME_PLACE = 70.0
SAME_DEPARTMENT = 85.0  # where one side names no unit
NAME_SHARE, PLACE_SHARE, AMOUNT_SHARE = (
    0.7,
    0.25,
    0.05,
)  # of a link's score; amounts change from year to year and say least
NOWHERE = 0.85  # what is left of a link's score where neither side says in which region it is
SHORTEST = 4  # characters that a name keeps when its endings are cut
CHUNK = 500  # names compared with all others at a time
ID_LENGTH = 12
_CODE = re.compile(r"^[0-9A-Za-z]{6,}[-_]+")
_YEARS = re.compile(r"(?:19|20)\d{2}(?:年度?)?(?:[-~至](?:19|20)\d{2}(?:年度?)?)?")
_BRACKETS = re.compile(r"[(\[【][^()\[\]【】]*[)\]】]")
_MARKS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Link:
    """A project's place in its series: the project that it was linked to and the link's score (0–1); None for
    the first.
    """

    project_id: str
    series_id: str
    linked_to: str | None
    score: float | None


@dataclass(frozen=True, slots=True)
class _Key:
    """What of a project is compared."""

    core: str
    apart: frozenset[str]
    numbers: tuple[str, ...]
    unit: str
    department: str
    region: str


def links(projects: Sequence[Row], earlier: Mapping[str, str]) -> list[Link]:
    """The series of every project with a name, in the order of the projects; `earlier`: project_id →
    series_id of a run before.
    """
    named = [p for p in projects if p["project_name"]]
    keys = [_key(p) for p in named]
    groups = list(range(len(named)))  # the number of each project's group: that of its first member
    members: dict[int, list[int]] = {i: [i] for i in groups}
    pairs = sorted(
        _candidates(named, keys), key=lambda c: (-c[0], named[c[1]]["project_id"], named[c[2]]["project_id"])
    )
    for _, i, j in pairs:
        a, b = groups[i], groups[j]
        if a != b and _may_join(members[a], members[b], named, earlier):
            for n in members.pop(b):
                groups[n] = a
                members[a].append(n)
    ids = _ids(members, named, keys, earlier)
    best = _best_links(pairs, groups, named)
    out = []
    for n, p in enumerate(named):
        other, score = best.get(n, (None, None))
        linked = named[other]["project_id"] if other is not None else None
        out.append(Link(p["project_id"], ids[groups[n]], linked, None if score is None else round(score, 4)))
    return out


def _best_links(
    pairs: Sequence[tuple[float, int, int]], groups: Sequence[int], named: Sequence[Row]
) -> dict[int, tuple[int, float]]:
    """For every project but the oldest of its series the likest other one of it, and the score."""
    oldest: dict[int, int] = {}
    for n, group in enumerate(groups):
        if group not in oldest or _age(named[n]) < _age(named[oldest[group]]):
            oldest[group] = n
    out: dict[int, tuple[int, float]] = {}
    for score, i, j in pairs:
        if groups[i] == groups[j]:
            for n, other in ((i, j), (j, i)):
                if n != oldest[groups[n]]:
                    out.setdefault(n, (other, score))
    return out


def core_of(name: str) -> str:
    """A project's name without its code, years, brackets' marks and the endings that come and go (经费, 项目,
    专项).
    """
    apart = words("series", "apart")
    key = _ordinal().sub("", _YEARS.sub("", _CODE.sub("", fold(name))))
    key = _BRACKETS.sub(lambda m: "" if any(w in m[0] for w in apart) else m[0], key)  # told apart by itself
    key = _MARKS.sub("", key) or _MARKS.sub("", fold(name))
    ends = words("series", "ends")
    while True:
        end = next((e for e in ends if key.endswith(e) and len(key) - len(e) >= SHORTEST), None)
        if end is None:
            return key
        key = key.removesuffix(end)


@cache
def _ordinal() -> re.Pattern[str]:
    """Which year's event it is: 第三届, 12届."""
    marked, bare = (alternatives(words("series", key)) for key in ("counted", "counted_without_mark"))
    return re.compile(rf"第[0-9一二三四五六七八九十]+(?={marked})|(?<![0-9])[0-9]{{1,3}}(?={bare})")


@cache
def _numbers() -> re.Pattern[str]:
    """Numbers that tell projects of one name apart: 二期, 3标段, Ⅱ."""
    behind = f"(?=$|{alternatives(words('series', 'numbered'))})"
    return re.compile(rf"[0-9]+|[一二三四五六七八九十]+{behind}|[ⅠⅡⅢⅣⅤIVX]+{behind}")


def _key(project: Row) -> _Key:
    name = fold(project["project_name"])
    core = core_of(name)
    apart = frozenset(w for w in words("series", "apart") if w in name)
    unit, department = (fold(project[n] or "") for n in ("implementing_unit", "supervising_department"))
    numbers = tuple(_numbers().findall(core))
    return _Key(
        core,
        apart,
        numbers,
        _without_region(unit),
        _without_region(department),
        _region(unit) or _region(department),
    )


@lru_cache(maxsize=16384)
def _region(place: str) -> str:
    """The region at the head of a department's or unit's name: 青河县交通运输局 → 青河县; empty where none is
    named.
    """
    at = max(
        (place.find(w) + len(w) for w in words("series", "regions") if 1 < place.find(w) <= 8),
        default=0,
    )
    return place[:at]


@lru_cache(maxsize=16384)
def _without_region(place: str) -> str:
    for word in words("series", "regions"):  # 自治区科学技术协会: which one, the document knows
        if place.startswith(word):
            return place.removeprefix(word)
    return place.removeprefix(_region(place)) or place


def _candidates(named: Sequence[Row], keys: Sequence[_Key]) -> Iterator[tuple[float, int, int]]:
    """(score, i, j) of all pairs that may be one project."""
    cores = sorted({k.core for k in keys})
    holders: dict[str, list[int]] = {}
    for n, key in enumerate(keys):
        holders.setdefault(key.core, []).append(n)
    for start in range(0, len(cores), CHUNK):
        rows = cores[start : start + CHUNK]
        scores = process.cdist(rows, cores, scorer=fuzz.ratio, score_cutoff=SAME_NAME)
        for r, c in zip(*scores.nonzero(), strict=True):
            a, b = rows[int(r)], cores[int(c)]
            if a > b:
                continue
            for i in holders[a]:
                for j in holders[b]:
                    if a == b and i >= j:
                        continue
                    score = _score(float(scores[r, c]), named[i], named[j], keys[i], keys[j])
                    if score is not None:
                        yield score, min(i, j), max(i, j)


def _score(likeness: float, p: Row, q: Row, a: _Key, b: _Key) -> float | None:
    """How surely two projects are one, 0–1; None where something speaks against it."""
    if p["document_id"] == q["document_id"] or a.apart != b.apart or a.numbers != b.numbers:
        return None
    if a.region and b.region and a.region not in b.region and b.region not in a.region:
        return None
    if a.unit and b.unit:
        place = float(fuzz.ratio(a.unit, b.unit))
        if place < SAME_PLACE:
            return None
    elif a.department and b.department:
        place = float(fuzz.ratio(a.department, b.department))
        if place < SAME_DEPARTMENT:
            return None
    else:
        return None
    nowhere = not a.region and not b.region  # 县公路局: which county, neither says
    if nowhere and (a.core != b.core or a.unit != b.unit):
        return None
    amounts = [x["annual_budget"] or x["total_amount"] for x in (p, q)]
    near = float(min(amounts) / max(amounts)) if all(amounts) and min(amounts) > 0 else 0.5
    score = (NAME_SHARE * likeness + PLACE_SHARE * place) / 100 + AMOUNT_SHARE * near
    return score * NOWHERE if nowhere else score


def _may_join(
    one: Sequence[int], other: Sequence[int], named: Sequence[Row], earlier: Mapping[str, str]
) -> bool:
    """No document twice in a series, and no two series that already have names."""
    if {named[n]["document_id"] for n in one} & {named[n]["document_id"] for n in other}:
        return False
    names = {earlier[named[n]["project_id"]] for n in (*one, *other) if named[n]["project_id"] in earlier}
    return len(names) < 2


def _age(project: Row) -> tuple[int, str]:
    """By year, then by identity: a project's age among its namesakes does not hang on the order of the
    files.
    """
    return project["fiscal_year"] or 9999, project["project_id"]


def _ids(
    members: Mapping[int, Sequence[int]],
    named: Sequence[Row],
    keys: Sequence[_Key],
    earlier: Mapping[str, str],
) -> dict[int, str]:
    """The name of every series: the one that it had, else one made from its oldest project."""
    out: dict[int, str] = {}
    for group, held in members.items():
        known = sorted({earlier[named[n]["project_id"]] for n in held if named[n]["project_id"] in earlier})
        if known:
            out[group] = known[0]
    taken = set(out.values()) | set(earlier.values())
    for group, held in sorted(
        members.items(), key=lambda item: _age(named[min(item[1], key=lambda n: _age(named[n]))])
    ):
        if group in out:
            continue
        first = min(held, key=lambda n: _age(named[n]))
        key = keys[first]
        made = _digest(key.core, *sorted(key.apart), key.unit)
        out[group] = made if made not in taken else _digest(made, named[first]["project_id"])
        taken.add(out[group])
    return out


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:ID_LENGTH]
