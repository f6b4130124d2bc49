"""What is known only when all documents are read: corrections, series, costs and findings.

Comes in: the rows of all documents, the register of corrections, the series that an earlier run named. Goes
out: the same documents with corrected cells, `series_id`, paired costs and findings, and the rows of the
tables `series` and `corrections`. Pure; it refuses nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.audit import findings_of
from pipeline.audit.case import Case
from pipeline.audit.cases import cases_of
from pipeline.corpus.corrections import Correction, Outcome, apply_corrections, outcome_rows
from pipeline.corpus.series import Link, links
from pipeline.model.errors import Code, error
from pipeline.model.rows import FindingRow, ProjectRow, SeriesRow
from pipeline.rows.build import DocumentRows


@dataclass(frozen=True, slots=True)
class Finished:
    """A run's result: the documents, the links of their projects, and what became of each correction."""

    documents: tuple[DocumentRows, ...]
    links: tuple[Link, ...] = ()
    outcomes: tuple[Outcome, ...] = ()

    def tables(self) -> dict[str, list[Mapping[str, object]]]:
        """The rows of all tables, in the documents' order."""
        out: dict[str, list[Mapping[str, object]]] = {}
        for document in self.documents:
            for name, part in document.tables().items():
                out.setdefault(name, []).extend(part)
        by_id = {p["project_id"]: p for d in self.documents for p in d.projects}
        out["series"] = [_series_row(link, by_id[link.project_id]) for link in self.links]
        out["corrections"] = list(outcome_rows(self.outcomes))
        return out


def finish(
    documents: Sequence[DocumentRows],
    corrections: Sequence[Correction] = (),
    earlier: Mapping[str, str] | None = None,
) -> Finished:
    """Corrects, links and audits; `earlier` is project_id → series_id of a run before.

    Raises InternalError where a rule of ours fails, with the document that it fails on.
    """
    corrected, outcomes = apply_corrections(documents, corrections)
    projects = [p for d in corrected for p in d.projects]
    joined = links(projects, earlier or {}, [d.document for d in corrected])
    series = {link.project_id: link.series_id for link in joined}
    cases = [case for d in corrected for case in _cases(d, series)]
    by_document: dict[str, list[FindingRow]] = {}
    for finding in findings_of(cases):
        by_document.setdefault(finding["document_id"], []).append(finding)
    by_project = {c.project["project_id"]: c for c in cases}
    done = tuple(
        _document(d, by_project, by_document.get(d.document["document_id"], []) if d.projects else [])
        for d in corrected
    )
    return Finished(done, tuple(joined), tuple(outcomes))


def _cases(document: DocumentRows, series: Mapping[str, str]) -> list[Case]:
    """A document's forms. A worker has tried this on the rows as they were read; what fails here is our own
    code on a corrected cell, and the error says of which document.
    """
    try:
        return cases_of(document, series)
    except (ArithmeticError, LookupError, TypeError, ValueError) as bug:
        where = document.document["source_path"]
        raise error(Code.INTERNAL_ERROR, where, f"its costs cannot be paired ({bug!r})") from bug


def _document(document: DocumentRows, cases: Mapping[str, Case], findings: list[FindingRow]) -> DocumentRows:
    mine = [cases[p["project_id"]] for p in document.projects]
    return replace(
        document,
        document={**document.document, "n_findings": len(findings)},
        projects=[c.project for c in mine],
        indicators=[i for c in mine for i in c.indicators],
        findings=findings,
    )


def _series_row(link: Link, project: ProjectRow) -> SeriesRow:
    return {
        "series_id": link.series_id,
        "project_id": link.project_id,
        "document_id": project["document_id"],
        "project_name": link.project_name,
        "implementing_unit": project["implementing_unit"],
        "form_type": project["form_type"],
        "fiscal_year": project["fiscal_year"],
        "linked_to": link.linked_to,
        "score": link.score,
    }
