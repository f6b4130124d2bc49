"""What is known only when all documents are read: corrections, series, and findings over a series.

Comes in: the rows of all documents, the register of corrections, the series that an earlier run named. Goes
out: the same documents with corrected cells, paired costs, findings and `series_id`, and the rows of the
tables `series` and `corrections`. The functions of one step are used by themselves where documents do not
fit into memory together (`pipeline/app/assemble.py`). Pure; it refuses nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.audit import findings_across
from pipeline.audit.cases import cases_in_series
from pipeline.audit.document import audited
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
        out["series"] = [series_row(link, by_id[link.project_id]) for link in self.links]
        out["corrections"] = list(outcome_rows(self.outcomes))
        return out


def finish(
    documents: Sequence[DocumentRows],
    corrections: Sequence[Correction] = (),
    earlier: Mapping[str, str] | None = None,
) -> Finished:
    """Corrects, audits and links; `earlier` is project_id → series_id of a run before.

    Raises InternalError where a rule of ours fails, with the document that it fails on.
    """
    corrected, outcomes = apply_corrections(documents, corrections)
    alone = [audited_or_named(d) for d in corrected]
    joined = links(
        [p for d in alone for p in d.projects], earlier or {}, [d.document for d in alone if d.projects]
    )
    series = {link.project_id: link.series_id for link in joined}
    across: dict[str, list[FindingRow]] = {}
    for finding in findings_across([case for d in alone for case in cases_in_series(d, series)]):
        across.setdefault(finding["project_id"] or "", []).append(finding)
    return Finished(tuple(_in_series(d, series, across) for d in alone), tuple(joined), tuple(outcomes))


def audited_or_named(document: DocumentRows) -> DocumentRows:
    """See `audited`. A worker has done this to the rows as they were read; what fails here is our own code on
    a corrected cell, and the error says of which document.
    """
    try:
        return audited(document)
    except (ArithmeticError, LookupError, TypeError, ValueError) as bug:
        where = document.document["source_path"]
        raise error(Code.INTERNAL_ERROR, where, f"it cannot be audited ({bug!r})") from bug


def _in_series(
    document: DocumentRows, series: Mapping[str, str], across: Mapping[str, Sequence[FindingRow]]
) -> DocumentRows:
    ids = [p["project_id"] for p in document.projects]
    findings = with_findings_across(document.findings, ids, across)
    return replace(
        document,
        document={**document.document, "n_findings": len(findings)},
        projects=[{**p, "series_id": series.get(p["project_id"])} for p in document.projects],
        findings=findings,
    )


def with_findings_across(
    own: Iterable[FindingRow], projects: Iterable[str], across: Mapping[str, Sequence[FindingRow]]
) -> list[FindingRow]:
    """The findings of a document in the order of its forms: of each its own, then those over its series."""
    by_project: dict[str, list[FindingRow]] = {p: [] for p in projects}
    for finding in own:
        by_project[finding["project_id"] or ""].append(finding)
    return [row for p, rows in by_project.items() for row in (*rows, *across.get(p, ()))]


def series_row(link: Link, project: ProjectRow) -> SeriesRow:
    """A project's row in the table `series`."""
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
