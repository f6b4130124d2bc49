"""One file → a document that an analyst can look at: its forms with their rows, findings and doubts.

Comes in: a path, or bytes with a name. Goes out: a `Document`. A file that cannot be read gives a document
too, without forms, whose `status` is `failed` and whose `error` says what to do; only a path that cannot be
opened raises, as `open` does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from budget_performance.markup import document_markup, form_markup
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
from pipeline.model.schema import TABLES
from pipeline.model.standards import SURE
from pipeline.rows.build import DocumentRows

if TYPE_CHECKING:
    import pandas as pd

Row = TypeVar("Row", FundRow, IndicatorRow, TaskRow, StatementRow, UnreadRow, FindingRow)


@dataclass(frozen=True, slots=True)
class Form:
    """One form: its row of `projects`, and the rows of the other tables that belong to it.

    >>> form = parse("docs/example.txt").forms[0]
    >>> form.project["project_name"], form.project["executed"]
    ('农村道路养护', Decimal('347100.00'))
    >>> [line["source"] for line in form.funds], len(form.indicators)
    (['total', 'fiscal'], 4)
    >>> form.tasks, form.statements, form.unread, form.findings
    ((), (), (), ())

    In a notebook a form shows itself as a table in which doubtful cells are marked.
    """

    project: ProjectRow
    funds: tuple[FundRow, ...]
    indicators: tuple[IndicatorRow, ...]
    tasks: tuple[TaskRow, ...]
    statements: tuple[StatementRow, ...]
    unread: tuple[UnreadRow, ...]
    findings: tuple[FindingRow, ...]

    @property
    def doubtful(self) -> tuple[IndicatorRow, ...]:
        """The indicators that are not sure: those below a confidence of 0.95.

        >>> form = parse("docs/example.txt").forms[0]
        >>> all(row["confidence"] < 0.95 for row in form.doubtful)
        True
        """
        return tuple(i for i in self.indicators if i["confidence"] < SURE)

    def to_pandas(self, table: str = "indicators") -> pd.DataFrame:
        """The form's rows of one table, a column of each as the contract has it, with Arrow types.

        >>> form = parse("docs/example.txt").forms[0]
        >>> form.to_pandas()["name"].tolist()
        ['养护里程', '巡查', '完成时限', '节约养护成本']

        Raises KeyError for a name that no table of a form has.
        """
        return _frame(table, _rows_of(self)[table])

    def _repr_html_(self) -> str:
        return form_markup(self.project, self.funds, self.indicators, self.findings)


@dataclass(frozen=True, slots=True)
class Document:
    """One file that was read: its row of `documents`, and its forms in printed order.

    >>> document = parse("docs/example.txt")
    >>> document.status, document.error, len(document)
    ('ok', None, 1)
    >>> [form.project["fiscal_year"] for form in document.forms]
    [2023]
    >>> document.row["media_type"], document.row["n_indicators"]
    ('text/plain', 4)
    >>> [(row["name"], row["target_value"], row["target_unit"]) for row in document.indicators[:2]]
    [('养护里程', 20.0, '公里'), ('巡查', 12.0, '次')]
    >>> [line["label_raw"] for line in document.funds]
    ['年度资金总额', '其中：财政拨款']
    >>> document.findings, document.unread
    ((), ())
    """

    row: DocumentRow
    forms: tuple[Form, ...]

    @property
    def status(self) -> str:
        """`ok`, `partial`, `empty` or `failed`."""
        return self.row["status"]

    @property
    def error(self) -> str | None:
        """What was not read and what to do about it; None where all of the file was read."""
        return self.row["error"]

    @property
    def indicators(self) -> tuple[IndicatorRow, ...]:
        """The indicators of all forms, in printed order."""
        return tuple(i for f in self.forms for i in f.indicators)

    @property
    def funds(self) -> tuple[FundRow, ...]:
        """The funding lines of all forms, in printed order."""
        return tuple(line for f in self.forms for line in f.funds)

    @property
    def findings(self) -> tuple[FindingRow, ...]:
        """What an auditor would mark in the document, form by form."""
        return tuple(finding for f in self.forms for finding in f.findings)

    @property
    def unread(self) -> tuple[UnreadRow, ...]:
        """The printed texts of the forms that no column took."""
        return tuple(text for f in self.forms for text in f.unread)

    def to_pandas(self, table: str = "indicators") -> pd.DataFrame:
        """The document's rows of one table, with Arrow types; `documents` gives the document's own row.

        >>> parse("docs/example.txt").to_pandas("funds")["executed"].tolist()
        [Decimal('347100.00'), Decimal('347100.00')]

        Raises KeyError for a name that no table has.
        """
        if table == "documents":
            return _frame(table, [self.row])
        return _frame(table, [row for form in self.forms for row in _rows_of(form)[table]])

    def __len__(self) -> int:
        return len(self.forms)

    def __iter__(self) -> Iterator[Form]:
        return iter(self.forms)

    def _repr_html_(self) -> str:
        return document_markup(self.row, [form._repr_html_() for form in self.forms])


def parse(source: str | PathLike[str] | bytes, name: str | None = None) -> Document:
    """Reads one file: a path, or its bytes with the `name` that it shall have.

    >>> parse("docs/example.txt").forms[0].project["project_name"]
    '农村道路养护'
    >>> parse(b"%PDF-1.7 and no more", name="torn.pdf").status
    'failed'

    The whole way is that of `make parse`, the audit too, but for what several documents tell together:
    series, and the rules on two forms of one project. Raises OSError where a path cannot be opened,
    ValueError for bytes without a name.
    """
    if isinstance(source, bytes):
        if name is None:
            raise ValueError("bytes need a name: parse(data, name='form.pdf')")
        return _document(source, name)
    path = Path(fspath(source))
    return _document(path.read_bytes(), name or path.name)


def _document(data: bytes, name: str) -> Document:
    from pipeline.app.document import parse_document
    from pipeline.corpus.all_documents import finish

    return as_document(finish([parse_document(data, name)]).documents[0])


def as_document(rows: DocumentRows) -> Document:
    """The rows of one file, sorted by form."""

    forms = tuple(
        Form(
            project,
            _of(rows.funds, project["project_id"]),
            _of(rows.indicators, project["project_id"]),
            _of(rows.tasks, project["project_id"]),
            _of(rows.statements, project["project_id"]),
            _of(rows.unread, project["project_id"]),
            _of(rows.findings, project["project_id"]),
        )
        for project in rows.projects
    )
    return Document(rows.document, forms)


def _of(part: Sequence[Row], project: str) -> tuple[Row, ...]:
    return tuple(r for r in part if r["project_id"] == project)


def _rows_of(form: Form) -> Mapping[str, Sequence[Mapping[str, object]]]:
    return {
        "projects": [form.project], "funds": form.funds, "indicators": form.indicators, "tasks": form.tasks,
        "statements": form.statements, "unread": form.unread, "findings": form.findings,
    }  # fmt: skip


def _frame(table: str, rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    import pandas as pd
    import pyarrow as pa

    arrow = pa.Table.from_pylist(list(rows), schema=TABLES[table].schema())
    return arrow.to_pandas(types_mapper=pd.ArrowDtype)
