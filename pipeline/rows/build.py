"""Forms → rows of the contract's tables.

Comes in: what a file is, its reading, its forms with texts as printed. Goes out: a file's rows in every
table, figures read, texts cleaned. Pure: no file, no clock. It refuses nothing: a figure that cannot be read
becomes null with the flag `value_unread`. How sure rows and forms are is told by `pipeline/confidence`; a
document's confidence is the mean of its forms'.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.form.titles import year_of
from pipeline.model.cells import Reading
from pipeline.model.errors import Code, PipelineError
from pipeline.model.flags import Flag
from pipeline.model.form import Form, Why
from pipeline.model.rows import (
    DocumentRow,
    FindingRow,
    FundRow,
    IndicatorRow,
    ProjectRow,
    StatementRow,
    TaskRow,
    UnreadRow,
)
from pipeline.rows.cover import cover_lines, document_number, published_on
from pipeline.rows.document_title import title_of
from pipeline.rows.figures import mean
from pipeline.rows.form_rows import form_rows
from pipeline.rows.indicator_rows import Keys
from pipeline.rows.publisher import publisher_of
from pipeline.rows.region import region_of
from pipeline.rows.task_rows import statement_rows, task_rows
from pipeline.rows.unread_rows import unread_rows
from pipeline.version import VERSION

NO_HEADER = "one without a header"


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What is known of a file before it is read: its path below the input folder, digest and size."""

    source_path: str
    sha256: str
    n_bytes: int

    @property
    def document_id(self) -> str:
        """First 16 hex digits of the digest."""
        return self.sha256[:16]


@dataclass(frozen=True, slots=True)
class DocumentRows:
    """One file's rows for every table."""

    document: DocumentRow
    projects: list[ProjectRow] = field(default_factory=list)
    funds: list[FundRow] = field(default_factory=list)
    indicators: list[IndicatorRow] = field(default_factory=list)
    unread: list[UnreadRow] = field(default_factory=list)
    findings: list[FindingRow] = field(default_factory=list)
    tasks: list[TaskRow] = field(default_factory=list)
    statements: list[StatementRow] = field(default_factory=list)

    def tables(self) -> Mapping[str, Sequence[Mapping[str, object]]]:
        """The rows by table name."""
        return {
            "documents": [self.document], "projects": self.projects, "funds": self.funds,
            "indicators": self.indicators, "unread": self.unread, "findings": self.findings,
            "tasks": self.tasks, "statements": self.statements,
        }  # fmt: skip


def file_facts(data: bytes, source_path: str) -> FileFacts:
    """The facts of a file with these bytes."""
    return FileFacts(source_path, hashlib.sha256(data).hexdigest(), len(data))


def document_rows(facts: FileFacts, reading: Reading, forms: Sequence[Form]) -> DocumentRows:
    """The rows of a file that was read; `status` says whether all of it was."""
    projects: list[ProjectRow] = []
    funds: list[FundRow] = []
    indicators: list[IndicatorRow] = []
    unread: list[UnreadRow] = []
    tasks: list[TaskRow] = []
    statements: list[StatementRow] = []
    for index, form in enumerate(forms, 1):
        project, lines, rows = form_rows(form, facts.document_id, index)
        projects.append(project)
        funds.extend(lines)
        indicators.extend(rows)
        keys: Keys = {"project_id": project["project_id"], "document_id": project["document_id"]}
        tasks.extend(task_rows(form, keys, project["confidence"]))
        statements.extend(statement_rows(form, keys))
        unread.extend(unread_rows(form, project["document_id"], project["project_id"]))
    status, code, sentence = _status(reading, projects, unread)
    cover = cover_lines(reading, forms)
    title = title_of(cover, reading.title, forms)
    publisher = publisher_of(cover, title)
    years = {p["fiscal_year"] for p in projects} - {None} or {year_of(title or "")}
    region = region_of(publisher, title, projects)
    document: DocumentRow = {
        **_document(facts, status),
        "media_type": reading.media_type,
        "n_pages": reading.n_pages,
        "text_layer": reading.text_layer,
        "title": title,
        "publisher": publisher,
        "region_code": region.code if region else None,
        "region": region.path if region else None,
        "published_on": published_on(cover, reading, forms),
        "document_number": document_number(cover),
        "fiscal_year": years.pop() if len(years) == 1 else None,
        "n_projects": len(projects),
        "n_indicators": len(indicators),
        "error_code": code,
        "error": sentence,
        "confidence": round(mean(p["confidence"] for p in projects), 4) if projects else None,
        "flags": sorted(set(reading.flags)),
    }
    return DocumentRows(document, projects, funds, indicators, unread, tasks=tasks, statements=statements)


def failed_rows(facts: FileFacts, error: PipelineError, media_type: str | None = None) -> DocumentRows:
    """The one row of a file that could not be read; `media_type` where at least that is known."""
    document: DocumentRow = {
        **_document(facts, "failed"),
        "media_type": media_type,
        "error_code": str(error.code),
        "error": error.sentence,
    }
    return DocumentRows(document)


def duplicate_rows(facts: FileFacts, earlier: str) -> DocumentRows:
    """The one row of a file with the same bytes as the one at the path `earlier`."""
    return DocumentRows({**_document(facts, "duplicate"), "error": f"the same bytes as {earlier}"})


def _document(facts: FileFacts, status: str) -> DocumentRow:
    """The row of a file of which nothing was read."""
    return {
        "document_id": facts.document_id,
        "sha256": facts.sha256,
        "source_path": facts.source_path,
        "media_type": None,
        "n_bytes": facts.n_bytes,
        "n_pages": None,
        "text_layer": None,
        "title": None,
        "publisher": None,
        "region_code": None,
        "region": None,
        "published_on": None,
        "document_number": None,
        "fiscal_year": None,
        "n_projects": 0,
        "n_indicators": 0,
        "n_findings": 0,
        "status": status,
        "error_code": None,
        "error": None,
        "parser_version": VERSION,
        "confidence": None,
        "flags": [],
    }


def _status(
    reading: Reading, projects: Sequence[ProjectRow], unread: Sequence[UnreadRow]
) -> tuple[str, str | None, str | None]:
    """`ok`, `empty`, or `partial` with the first problem's code and all their sentences."""
    problems = [(p.code, p.message) for p in reading.problems]
    cut = [p["form_index"] for p in projects if Flag.TRUNCATED in p["flags"]]
    if cut:
        problems.append((Code.TRUNCATED, f"form {', '.join(map(str, cut))} breaks off before its end"))
    heads = dict.fromkeys(u["label"] or NO_HEADER for u in unread if u["why"] == Why.UNKNOWN_COLUMN)
    if heads:
        problems.append(
            (Code.COLUMNS_UNREAD, f"columns that are not known were not read: {', '.join(heads)}")
        )
    if problems:
        return "partial", str(problems[0][0]), "; ".join(dict.fromkeys(m for _, m in problems))
    return "ok" if projects else "empty", None, None
