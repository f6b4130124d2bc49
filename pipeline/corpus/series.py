"""Projects of all documents → series: the same project over years, kinds of form and documents.

Comes in: rows of `projects` and of their documents, and the series that an earlier run gave to some of them.
Goes out: for each named project its series, and for each link its score. A link needs the same place on both
sides (of the unit, the department or the publisher, said in full), like units or departments, and names that
are alike without what changes from year to year. Only projects of one place are compared, and of these only
like names, so that the work grows with their number. Refused: a link between two projects of one document,
between two forms of one kind and year but for a document's revision, between names with other source words
(中央资金, 地方财政) or other numbers, and one that would rename a series that an earlier run has named.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from normalizers.symbols import fold
from normalizers.words import alternatives
from pipeline.corpus.series_keys import Key, key_of, opposed, without_place
from pipeline.corpus.series_pairs import alike, neighbours
from pipeline.model.rows import DocumentRow, ProjectRow
from pipeline.words.vocabulary import words

SAME_NAME = 88.0  # likeness (0–100) of cleaned names from which on two projects may be one
# likeness of units: one renamed keeps most of its characters, another unit of the department does not
SAME_PLACE = 70.0
SAME_DEPARTMENT = 85.0  # where one side names no unit
ABOVE = 0.8  # of a department's likeness where one side names a unit below it: it may be another unit's
# of a link's score; amounts change from year to year and say least
NAME_SHARE, PLACE_SHARE, AMOUNT_SHARE = 0.7, 0.25, 0.05
BESIDE = 4  # units of one name behind each in their order that it is compared with
ID_LENGTH = 12
_BESIDE = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Link:
    """A project's place in its series: the project that it was linked to and the link's score (0–1); None for
    the first.
    """

    project_id: str
    project_name: str
    series_id: str
    linked_to: str | None
    score: float | None


@dataclass(frozen=True, slots=True)
class _Projects:
    """The named projects with their keys and the titles of their documents, by number."""

    rows: Sequence[ProjectRow]
    keys: Sequence[Key]
    titles: Sequence[str]


def links(
    projects: Sequence[ProjectRow], earlier: Mapping[str, str], documents: Iterable[DocumentRow] = ()
) -> list[Link]:
    """The series of every project with a name, in the order of the projects; `earlier`: project_id →
    series_id of a run before; `documents`: those of the projects, for the publisher's place.
    """
    held = {d["document_id"]: d for d in documents}
    own = [p for p in projects if p["project_name"]]
    sources = [held.get(p["document_id"]) for p in own]
    named = _Projects(
        own,
        [key_of(p, d["region"] if d else None) for p, d in zip(own, sources, strict=True)],
        [_plain_title(d["title"] if d else None) for d in sources],
    )
    groups = list(range(len(own)))  # the number of each project's group: that of its first member
    members: dict[int, list[int]] = {i: [i] for i in groups}
    best: dict[int, tuple[int, float]] = {}
    for block in _by_place(named.keys):
        pairs = sorted(
            _candidates(block, named), key=lambda c: (-c[0], own[c[1]]["project_id"], own[c[2]]["project_id"])
        )
        for _, i, j in pairs:
            a, b = groups[i], groups[j]
            if a != b and _may_join(members[a], members[b], named, earlier):
                for n in members.pop(b):
                    groups[n] = a
                    members[a].append(n)
        best |= _best_links(pairs, groups, own)
    ids = _ids(members, named, earlier)
    out = []
    for n, p in enumerate(own):
        other, score = best.get(n, (None, None))
        linked = own[other]["project_id"] if other is not None else None
        rounded = None if score is None else round(score, 4)
        out.append(Link(p["project_id"], p["project_name"] or "", ids[groups[n]], linked, rounded))
    return out


def _by_place(keys: Sequence[Key]) -> Iterator[Sequence[int]]:
    """The projects of each place; those without one are linked with none."""
    out: dict[str, list[int]] = {}
    for n, key in enumerate(keys):
        if key.place:
            out.setdefault(key.place, []).append(n)
    yield from out.values()


def _plain_title(title: str | None) -> str:
    """A document's title without what its revision adds (更正, 修订)."""
    return _BESIDE.sub("", re.sub(alternatives(words("series", "revised")), "", fold(title or "")))


def _best_links(
    pairs: Sequence[tuple[float, int, int]], groups: Sequence[int], named: Sequence[ProjectRow]
) -> dict[int, tuple[int, float]]:
    """For every project but the oldest of its series the likest other one of it, and the score."""
    oldest: dict[int, int] = {}
    for n in sorted({n for _, *both in pairs for n in both}):
        group = groups[n]
        if group not in oldest or _age(named[n]) < _age(named[oldest[group]]):
            oldest[group] = n
    out: dict[int, tuple[int, float]] = {}
    for score, i, j in pairs:
        if groups[i] == groups[j]:
            for n, other in ((i, j), (j, i)):
                if n != oldest[groups[n]]:
                    out.setdefault(n, (other, score))
    return out


def _candidates(block: Sequence[int], named: _Projects) -> Iterator[tuple[float, int, int]]:
    """(score, i, j) of the pairs of one place that may be one project, i before j."""
    holders: dict[str, list[int]] = {}
    for n in block:
        holders.setdefault(named.keys[n].core, []).append(n)

    for members in holders.values():
        for i, j in _near(members, named):
            yield from _scored(100.0, i, j, named)
    cores = sorted(holders)
    for a, b, likeness in alike(cores, SAME_NAME):
        if not opposed(cores[a], cores[b]):
            here = set(holders[cores[a]])
            for i, j in _near([*holders[cores[a]], *holders[cores[b]]], named):
                if (i in here) != (j in here):
                    yield from _scored(likeness, i, j, named)


def _near(members: Iterable[int], named: _Projects) -> Iterator[tuple[int, int]]:
    """Pairs of projects of one name that have a unit or a department in common, or stand beside each other in
    the order of their units (one of which is mistyped).
    """
    groups: dict[str, list[int]] = {}
    for n in sorted(members):
        for body in {named.keys[n].unit, named.keys[n].department} - {""}:
            groups.setdefault(body, []).append(n)
    first = [(body, min(held)) for body, held in sorted(groups.items())]
    seen: set[tuple[int, int]] = set()
    for held in groups.values():
        seen.update(neighbours(held))
    for at, (_, i) in enumerate(first):
        seen.update((min(i, j), max(i, j)) for _, j in first[at + 1 : at + 1 + BESIDE] if i != j)
    yield from sorted(seen)


def _scored(likeness: float, i: int, j: int, named: _Projects) -> Iterator[tuple[float, int, int]]:
    i, j = min(i, j), max(i, j)
    score = _score(likeness, named.rows[i], named.rows[j], named.keys[i], named.keys[j])
    if score is not None and not _contradict(i, j, named):
        yield score, i, j


def _score(likeness: float, p: ProjectRow, q: ProjectRow, a: Key, b: Key) -> float | None:
    """How surely two projects of one place are one, 0–1; None where something speaks against it."""
    if p["document_id"] == q["document_id"] or a.apart != b.apart or a.numbers != b.numbers:
        return None
    place = _same_body(a, b)
    if place is None:
        return None
    amounts = [a for a in (x["annual_budget"] or x["total_amount"] for x in (p, q)) if a]
    near = float(min(amounts) / max(amounts)) if len(amounts) == 2 and min(amounts) > 0 else 0.5
    return (NAME_SHARE * likeness + PLACE_SHARE * place) / 100 + AMOUNT_SHARE * near


def _same_body(a: Key, b: Key) -> float | None:
    """How alike the units are, or, where a side names none but its department, the departments."""
    own = (a.unit and a.unit != a.department, b.unit and b.unit != b.department)
    if a.unit and b.unit and (all(own) or not (a.department and b.department)):
        alike = float(fuzz.ratio(a.unit, b.unit))
        return alike if alike >= SAME_PLACE else None
    one, other = a.department or a.unit, b.department or b.unit
    alike = float(fuzz.ratio(one, other)) if one and other else 0.0
    if alike < SAME_DEPARTMENT:
        return None
    return ABOVE * alike if any(own) else alike


def _contradict(i: int, j: int, named: _Projects) -> bool:
    """Are they two forms of one kind and year, and not a form and its revision? Only one of such is a
    project's own.
    """
    p, q = named.rows[i], named.rows[j]
    if p["fiscal_year"] is None or (p["form_type"], p["fiscal_year"]) != (q["form_type"], q["fiscal_year"]):
        return False
    a, b = named.keys[i], named.keys[j]
    same = (a.core, a.unit, a.department) == (b.core, b.unit, b.department)
    revised = bool(named.titles[i]) and named.titles[i] == named.titles[j]
    return not (same and (revised or _same_form(p, q)))


def _same_form(p: ProjectRow, q: ProjectRow) -> bool:
    """Is it one form that two documents hold: its goal word for word, and its budget?"""
    if not p["goal_expected"] or not p["annual_budget"]:
        return False
    return (p["goal_expected"], p["annual_budget"]) == (q["goal_expected"], q["annual_budget"])


def _may_join(one: Sequence[int], other: Sequence[int], named: _Projects, earlier: Mapping[str, str]) -> bool:
    """No document twice in a series, no year's form twice, and no two series that already have names."""
    rows = named.rows
    if {rows[n]["document_id"] for n in one} & {rows[n]["document_id"] for n in other}:
        return False
    if any(_contradict(i, j, named) for i in one for j in other):
        return False
    names = {earlier[rows[n]["project_id"]] for n in (*one, *other) if rows[n]["project_id"] in earlier}
    return len(names) < 2


def _age(project: ProjectRow) -> tuple[int, str]:
    """By year, then by identity: a project's age does not hang on the order of the files."""
    return project["fiscal_year"] or 9999, project["project_id"]


def _ids(
    members: Mapping[int, Sequence[int]], projects: _Projects, earlier: Mapping[str, str]
) -> dict[int, str]:
    """The name of every series: the one that it had, else one made from its oldest project."""
    named = projects.rows
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
        key = projects.keys[first]
        made = _digest(
            key.core, *sorted(key.apart), without_place(fold(named[first]["implementing_unit"] or ""))
        )
        out[group] = made if made not in taken else _digest(made, named[first]["project_id"])
        taken.add(out[group])
    return out


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:ID_LENGTH]
