"""Projects of many places over some years, under drifting names, as rows of `projects` with what is true of them.

Comes in: a seed and numbers of projects, places and years. Goes out: `Drawn`, the rows, their documents and
the true project of each. Every place has the generic projects that every county has, departments are renamed
and reorganised on the way, units are told by short names, with typing errors, or not at all, and some places
are held back (某市): what nobody could link is a project of its own. Equal seeds give equal rows.
"""

from __future__ import annotations

import csv
import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any, cast

from pipeline.model.rows import DocumentRow, ProjectRow

DATA: Mapping[str, Any] = tomllib.loads((Path(__file__).parent / "projects.toml").read_text(encoding="utf-8"))
PLACES = Path(__file__).parents[2] / "normalizers" / "places.tsv"
HELD_BACK = 0.05  # of the places: 某市, 某县
UNTOLD = 0.03  # of the places: not in the table
PUBLISHER = 0.8  # of the documents say whose they are
MISSED = 0.15  # of a project's years have no form
TYPO = 0.03  # of names, and of units
SHORT = 0.1  # of units are told by a short name
NO_UNIT = 0.08
REORGANISED = 0.35  # of the departments with another name in earlier years
TARGETS = 0.4  # of the years of a project have a target form too


@dataclass(frozen=True, slots=True)
class Drawn:
    """Rows, their documents, and the true project of each row."""

    projects: Sequence[ProjectRow]
    documents: Sequence[DocumentRow]
    truth: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Place:
    name: str  # as its units print it
    path: str | None  # of the publisher's region
    short: str  # 青河
    held_back: bool


@dataclass(frozen=True, slots=True)
class _Project:
    number: int
    place: _Place
    department: Mapping[str, Any]
    unit: str  # below the department; empty: the department itself
    name: str
    budget: int


def drawn(seed: int, projects: int = 5000, places: int = 300, years: int = 5) -> Drawn:
    """The forms of so many projects."""
    rng = Random(f"series {seed}")
    rows: list[ProjectRow] = []
    documents: dict[str, DocumentRow] = {}
    truth: dict[str, int] = {}
    number = 0
    grounds = _places(rng, places)
    renamed: dict[tuple[str, str], int] = {}  # from which year on a department has its new name
    for project in _projects(rng, projects, grounds):
        where = (project.place.name, project.department["name"])
        since = renamed.setdefault(where, rng.randrange(1, years) if rng.random() < REORGANISED else 0)
        for year in range(years):
            if rng.random() < MISSED:
                continue
            for kind in ("target", "self_evaluation") if rng.random() < TARGETS else ("self_evaluation",):
                row, document = _form(rng, project, year, kind, since)
                own = f"{document['document_id']}-{len(rows):06d}"
                rows.append({**row, "project_id": own})
                documents.setdefault(document["document_id"], document)
                truth[own] = -len(rows) if project.place.held_back else project.number
                number += 1
    return Drawn(rows, list(documents.values()), truth)


def _places(rng: Random, count: int) -> list[_Place]:
    with PLACES.open(encoding="utf-8") as file:
        names = {r["code"]: r["name"] for r in csv.DictReader(file, delimiter="\t")}
    counties = rng.sample(sorted(c for c in names if not c.endswith("00") and len(names[c]) > 2), count)
    out = []
    for code in counties:
        above = [names[c] for c in (code[:2] + "0000", code[:4] + "00") if c in names]
        name, chance = names[code], rng.random()
        if chance < HELD_BACK:
            out.append(_Place(rng.choice(["某市", "某县", "某区", "XX县"]), None, "", True))
            continue
        if chance < HELD_BACK + UNTOLD:
            name = rng.choice(DATA["first"]) + rng.choice(DATA["second"]) + rng.choice("县市区")
        path = "/".join([*above, name]) if chance >= HELD_BACK + UNTOLD else None
        # a place that several share is told with its city
        full = f"{above[-1]}{name}" if rng.random() < 0.15 and path else name
        out.append(_Place(full, path, full[:-1] if len(name) > 2 else full, False))
    return out


def _projects(rng: Random, count: int, places: Sequence[_Place]) -> list[_Project]:
    out: list[_Project] = []
    taken: set[tuple[str, str, str, str]] = set()
    while len(out) < count:
        place, department = rng.choice(places), rng.choice(DATA["department"])
        unit = rng.choice(["", "", *department["units"]])
        name = rng.choice(DATA["generic"] if rng.random() < 0.5 else department["projects"])
        if rng.random() < 0.08:
            name += rng.choice(["（中央资金）", "（地方财政）", "一期", "二期", "（第一批）", "（第二批）"])
        held = (place.name, department["name"], unit, name)
        if held not in taken:
            taken.add(held)
            out.append(_Project(len(out), place, department, unit, name, rng.randint(2, 900)))
    return out


def _form(rng: Random, project: _Project, year: int, kind: str, since: int) -> tuple[ProjectRow, DocumentRow]:
    place, department = project.place, project.department
    own = department["name"] if year >= since else rng.choice(department["before"])
    tells = rng.random() < PUBLISHER
    unit, above = f"{place.name}{project.unit or own}", f"{place.name}{own}"
    if rng.random() < SHORT and not place.held_back:
        kind_of = rng.random()
        if kind_of < 0.4:
            unit = f"{place.name}{project.unit or rng.choice(department['short'])}"
        elif kind_of < 0.7:
            unit = f"{place.short}{project.unit or own}"
        else:
            unit = f"{place.name[-1]}{project.unit or own}"
    if rng.random() < TYPO:
        unit = _mistyped(rng, unit, len(place.name))
    missing = rng.random()
    units = {
        "implementing_unit": None if missing < NO_UNIT else unit,
        "supervising_department": None if NO_UNIT < missing < 2 * NO_UNIT else above,
    }
    name = _named(rng, project.name, 2020 + year)
    key = f"{place.name} {place.path} {department['name']} {year} {kind}"
    document = hashlib.sha256(key.encode()).hexdigest()[:16]
    budget = Decimal(project.budget) * 10_000 * Decimal(rng.choice([1, 1, 1, 0.9, 1.2, 2]))
    row = {
        "project_id": "", "document_id": document, "project_name": name, "form_type": kind, "fiscal_year": 2020 + year,
        "annual_budget": budget, "total_amount": None, "goal_expected": None, **units,
    }  # fmt: skip
    title = f"{2020 + year}年部门项目绩效{'目标' if kind == 'target' else '自评'}公开"
    told = {"document_id": document, "region": place.path if tells else None, "title": title}
    return cast(ProjectRow, row), cast(DocumentRow, told)


def _named(rng: Random, name: str, year: int) -> str:
    """The name as this year's form has it."""
    out = _mistyped(rng, name, 1) if rng.random() < TYPO else name
    chance = rng.random()
    if chance < 0.15:
        out = f"{year}年{out}"
    elif chance < 0.22:
        out = f"{out}（{year}年度）"
    elif chance < 0.28:
        out = f"5109{rng.randint(10, 99)}{year % 100}T0000{rng.randint(10**7, 10**8 - 1)}-{out}"
    ends = ("项目经费", "专项资金", "经费", "项目", "资金")
    if rng.random() < 0.2 and not out.endswith(("）", "期")):
        end = next((e for e in ends if out.endswith(e)), "")
        out = out.removesuffix(end) + rng.choice(["项目", "经费", "专项资金", "专项经费", ""])
    return out


def _mistyped(rng: Random, text: str, start: int) -> str:
    """One letter wrong, twice, or missing behind the start."""
    if len(text) - start < 6:
        return text
    at = rng.randrange(start + 1, len(text) - 2)
    kind = rng.random()
    if kind < 0.4:
        return text[:at] + rng.choice("的地设施办级务管村工") + text[at + 1 :]
    return text[:at] + text[at + 1 :] if kind < 0.7 else text[:at] + text[at] + text[at:]
