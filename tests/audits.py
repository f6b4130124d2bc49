"""How well the audit finds what is wrong: forms with a planted inconsistency are written, parsed, audited and
compared.

Comes in: the rules and the kinds of text and file. Goes out: recall and precision of every rule and kind, and
the false alarms on consistent forms. A finding counts that is an error or a warning, or that was expected; a
hint for what was expected is told apart as doubted. Run as a part of `make accuracy`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from pipeline.app.document import parse_document
from pipeline.audit.rules import RULES
from pipeline.corpus.all_documents import finish
from tests.openworld.layouts import layouts
from tests.openworld.sheets import levels_apart
from tests.writers.files import drawn, excel, word
from tests.writers.files.look import Look
from tests.writers.files.scans import Scanner, as_pdf, pictures
from tests.writers.planted import NEEDS, Expected, consistent, planted
from tests.writers.templates import LAYOUTS, Layout, Printed, laid_out, layouts_for
from tests.writers.text import DIALECTS, written

Form = dict[str, Any]
Key = tuple[int, str, int | None]  # form, rule, seq
Writer = Callable[[Sequence[Printed], Random], tuple[bytes, str]]
SEVERITY = {r.name: r.severity for r in RULES}
GOAL = 97.0  # percent, of recall and of precision
DPI = 200  # of scans
PDF_FONT = "STSong-Light"  # named and not carried: drawing needs no file, reading no font of the machine
CLEAR = ("grid", "markdown", "html-line", "html-pretty", "html-page", "cells-tab", "spaces", "damaged-grid")
"""Dialects that are audited; in those without separators nearly every row is doubtful, and the audit says
so.
"""
TARGETS = (
    "cost_total_mismatch",
    "level_conflict",
    "goal_amount_mismatch",
    "digits_lost",
    "unit_suspect",
    "duplicate_project",
)
"""Rules that are planted in target forms too."""


@dataclass(slots=True)
class Tally:
    """What was expected, found of it, and found beside it."""

    wanted: int = 0
    found: int = 0
    false: int = 0
    doubted: int = 0
    documents: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, name: str, want: set[Key], have: set[Key], doubted: int) -> None:
        """Counts one document; `doubted`: what was expected and is only a hint, for the reading is
        doubtful.
        """
        self.doubted += doubted
        self.documents += 1
        self.wanted += len(want)
        self.found += len(want & have)
        self.false += len(have - want)
        self.wrong += [f"{name} missed {k}" for k in sorted(want - have, key=str)] + [
            f"{name} false {k}" for k in sorted(have - want, key=str)
        ]

    @property
    def recall(self) -> float:
        """Percent of what was expected that was found."""
        return 100 * self.found / self.wanted if self.wanted else 100.0

    @property
    def accused(self) -> float:
        """Percent of what was expected that was said as an accusation, and not as a hint for doubt."""
        return 100 * (self.found - self.doubted) / self.wanted if self.wanted else 100.0

    @property
    def precision(self) -> float:
        """Percent of what was found that was expected."""
        return 100 * self.found / (self.found + self.false) if self.found + self.false else 100.0


def audited(data: bytes, name: str) -> list[Mapping[str, Any]]:
    """The findings on one document."""
    return list(finish([parse_document(data, name)]).documents[0].findings)


def keys(findings: Iterable[Mapping[str, Any]], want: set[Key]) -> set[Key]:
    """What findings say: form, rule and row; hints only where they were expected."""
    out = set()
    for f in findings:
        key = (
            int(f["project_id"][-3:]),
            f["rule"],
            int(f["indicator_id"][-3:]) if f["indicator_id"] else None,
        )
        if f["severity"] != "info" or key in want:
            out.add(key)
    return out


def cases(
    rule: str | None, n: int, seed: int, split: str | None = None
) -> Iterator[tuple[str, Sequence[Printed], set[Key], Random]]:
    """`n` documents with an inconsistency of the rule, or consistent ones (None), laid out by chance.

    `split`: in the layouts of this set of the open test, with the oddities of honest forms.
    """
    made, at, odd = 0, 0, split is not None
    first = 1000 * seed + (0 if split is None else 10_000 * (1 + list(NEEDS).index(rule) if rule else 0))
    own = LAYOUTS if split is None else layouts(split)
    while made < n and at < 40 * n:
        target = rule in (None, *TARGETS) and at % 4 == 3
        rng = Random(f"{rule} {seed} {at}")
        forms: Sequence[Form]
        want: tuple[int, Expected] = (0, frozenset())
        if rule is None:
            forms, needs = consistent(first + at, target=target, odd=odd), frozenset[str]()
        else:
            case = planted(rule, first + at, target=target, odd=odd)
            at += 1
            if case is None:
                continue
            forms, needs, want = case.forms, case.needs, (case.form_index, case.expected)
        at += rule is None
        able = [
            name
            for name in layouts_for(forms[0], own)
            if all(name in layouts_for(f, own) for f in forms)
            and own[name]["form_type"] != "indicator_system"
        ]
        rng.shuffle(able)
        for layout in able:
            pages = [laid_out(f, layout, own[layout], rng) for f in forms]
            if all(_prints(p, own[layout], needs) for p in pages):
                if own[layout].get("apart"):
                    pages = [replace(p, sheet=levels_apart(p.sheet)) for p in pages]
                made += 1
                yield f"{rule}-{layout}-{at}", pages, {(want[0], r, s) for r, s in want[1]}, rng
                break


def _prints(page: Printed, layout: Layout, needs: frozenset[str]) -> bool:
    """Does a layout show what a plant needs?"""
    columns = {spec.rpartition("=")[2] for spec in layout["columns"]}
    columns |= {"target_raw"} if {"value", "value_only"} & columns else {"one_cell"}
    return all(n in columns or page.truth.get(n) is not None for n in needs)


def measured(
    kinds: Mapping[str, Writer], n: int, seed: int = 0, split: str | None = None
) -> dict[str, dict[str, Tally]]:
    """Tallies by kind and rule; the rule `consistent` stands for forms without any plant."""
    out: dict[str, dict[str, Tally]] = {kind: defaultdict(Tally) for kind in kinds}
    for rule in (None, *NEEDS):
        for name, pages, want, rng in cases(rule, n, seed, split):
            for kind, write in kinds.items():
                data, file = write(pages, Random(f"{name} {kind} {rng.random()}"))
                findings = audited(data, file)
                accused = keys((f for f in findings if f["severity"] != "info"), set())
                doubted = sum(
                    k in want and k not in accused and SEVERITY[k[1]] != "info" for k in keys(findings, want)
                )
                out[kind][rule or "consistent"].add(f"{kind} {name}", want, keys(findings, want), doubted)
    return out


def dialects(names: Iterable[str] = tuple(DIALECTS)) -> dict[str, Writer]:
    """The writers of the text dialects."""

    def writer(dialect: str) -> Writer:
        def write(pages: Sequence[Printed], rng: Random) -> tuple[bytes, str]:
            document = written(pages, dialect, rng)
            return document.data, document.name

        return write

    return {name: writer(name) for name in names}


def files() -> dict[str, Writer]:
    """The writers of files that need no program beside this project's packages."""

    def writer(engine: str) -> Writer:
        def write(pages: Sequence[Printed], rng: Random) -> tuple[bytes, str]:
            if engine == "docx":
                return word.docx(pages, Look(), rng), "a.docx"
            if engine == "xlsx":
                return excel.xlsx(pages, Look(), excel.Book(), rng), "a.xlsx"
            return drawn.pdf(pages, Look(font=PDF_FONT), rng), "a.pdf"

        return write

    return {engine: writer(engine) for engine in ("docx", "xlsx", "pdf")}


def scans() -> dict[str, Writer]:
    """Drawn pages as a scanner gives them; reading one takes seconds."""

    def write(pages: Sequence[Printed], rng: Random) -> tuple[bytes, str]:
        data = drawn.pdf(pages, Look(font=PDF_FONT), rng)
        scanner = Scanner.of(rng, DPI)
        return as_pdf(pictures(data, scanner, rng.randrange(1000)), scanner), "a.pdf"

    return {"scan": write}


def table(title: str, tallies: Mapping[str, Tally]) -> str:
    """One line a name, with the goals that are not met marked. What was expected and said as a hint, for the
    reading is in doubt, counts in the recall; how much was accused is told beside it.
    """
    lines = [f"{title:26} docs  expected  recall %  accused %  precision %  false  goal {GOAL:g}"]
    for name, t in tallies.items():
        met = "met" if min(t.recall, t.precision) >= GOAL else "NOT"
        lines.append(
            f"{name:26} {t.documents:4d} {t.wanted:9d}  {t.recall:8.2f}  {t.accused:9.2f}  "
            f"{t.precision:11.2f}  {t.false:5d}  {met}"
        )
    return "\n".join(lines)


def tables(measured: Mapping[str, Mapping[str, Tally]]) -> str:
    """By rule over all kinds, and by kind over all rules."""
    by_rule: dict[str, list[Tally]] = defaultdict(list)
    for rules in measured.values():
        for rule, tally in rules.items():
            by_rule[rule].append(tally)
    first = table("rule", {rule: summed(found) for rule, found in by_rule.items()})
    return f"{first}\n\n{table('kind', {kind: summed(rules.values()) for kind, rules in measured.items()})}"


def summed(tallies: Iterable[Tally]) -> Tally:
    """Several tallies as one."""
    out = Tally()
    for t in tallies:
        out.doubted += t.doubted
        out.wanted, out.found, out.false, out.documents = (
            out.wanted + t.wanted,
            out.found + t.found,
            out.false + t.false,
            out.documents + t.documents,
        )
        out.wrong += t.wrong
    return out
