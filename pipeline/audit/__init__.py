"""The audit: the rows of all documents → findings.

Comes in: the rows of every form, and the series that they belong to. Goes out: rows of `findings`, in the
order of the documents, forms and rows. A rule never accuses on a doubtful reading: there it says what it
found as `info`, under its own name, and which rows to look at. It refuses nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from pipeline.audit import forms, units
from pipeline.audit.case import INFO, AuditedRow, Case, Mark, Rule
from pipeline.audit.messages import say
from pipeline.audit.rules import ACROSS, OF_FORMS, UNIT_SUSPECT
from pipeline.audit.vouching import doubtful
from pipeline.model.flags import Flag
from pipeline.model.rows import FindingRow


def broken_rules(cases: Sequence[Case], names: frozenset[str]) -> list[FindingRow]:
    """The findings of some rules on single forms, those that accuse nobody among them."""
    return [
        row
        for case in cases
        for rule in OF_FORMS
        if rule.name in names
        for row in _rows(case, rule, list(rule.check(case)))
    ]


def findings_of(cases: Sequence[Case]) -> list[FindingRow]:
    """All findings: of every form, of every document, and of every series over the documents."""
    found: dict[str, list[FindingRow]] = {c.project["project_id"]: [] for c in cases}
    for row in (*findings_within(cases), *findings_across(cases)):
        found[row["project_id"] or ""].append(row)
    return [row for case in cases for row in found[case.project["project_id"]]]


def findings_within(cases: Sequence[Case]) -> list[FindingRow]:
    """The findings that a document gives by itself: of its forms, and of what it tells twice."""
    found: dict[str, list[FindingRow]] = {c.project["project_id"]: [] for c in cases}
    for case in cases:
        found[case.project["project_id"]] += _of_form(case)
    for group in _groups(cases, "document_id"):
        for case, mark in forms.duplicate_project(group):
            found[case.project["project_id"]] += _rows(case, ACROSS["duplicate_project"], [mark])
        for case, mark in units.suspect_units(group):
            found[case.project["project_id"]] += _rows(case, UNIT_SUSPECT, [mark])
    return [row for case in cases for row in found[case.project["project_id"]]]


def findings_across(cases: Sequence[Case]) -> list[FindingRow]:
    """The findings that only a series over several forms gives; those of a form stand after its own. No rule
    here looks at costs.
    """
    out: list[FindingRow] = []
    for group in _groups(cases, "series_id"):
        for case, name, mark in forms.target_against_result(group):
            out += _rows(case, ACROSS[name], [mark])
        for case, mark in forms.form_repeated(group):
            out += _rows(case, ACROSS["form_repeated"], [mark])
    return out


def _groups(cases: Sequence[Case], column: Literal["document_id", "series_id"]) -> list[list[Case]]:
    out: dict[str, list[Case]] = {}
    for case in cases:
        group = case.project[column]
        if group is not None:
            out.setdefault(group, []).append(case)
    return list(out.values())


def _of_form(case: Case) -> Iterator[FindingRow]:
    for rule in OF_FORMS:
        yield from _rows(case, rule, list(rule.check(case)))


def _rows(case: Case, rule: Rule, marks: Sequence[Mark]) -> Iterator[FindingRow]:
    """The findings of one rule; what rests on a doubtful reading accuses nobody."""
    for mark in marks:
        doubts: list[AuditedRow] = [r for r in mark.basis if doubtful(r, rule.columns, case)]
        if rule.sums and Flag.TRUNCATED in case.project["flags"]:
            doubts.append(case.project)
        severity = mark.severity or rule.severity
        if not doubts:
            yield _finding(case, rule.name, severity, mark.message, mark)
        else:
            where = "、".join(str(r["seq"]) for r in doubts if "seq" in r)
            message = (
                say("shared.doubted_rows", finding=mark.message, rows=where)
                if where
                else say("shared.doubted_form", finding=mark.message)
            )
            yield _finding(case, rule.name, INFO, message, mark)


def _finding(case: Case, rule: str, severity: str, message: str, mark: Mark) -> FindingRow:
    return {
        "document_id": case.project["document_id"],
        "project_id": case.project["project_id"],
        "indicator_id": mark.row["indicator_id"] if mark.row is not None else None,
        "rule": rule,
        "severity": severity,
        "message": f"{message}。",
        "expected": mark.expected,
        "observed": mark.observed,
    }
