"""The store → the tables, in a stream: documents are never in memory together.

Comes in: the entries of a run in order, an open store, the register of corrections, the series that an
earlier run named. Goes out: the parts of every table in order, and `Account`, what a person is told. What all
documents must be asked for (series, findings over a series) is asked of a few columns of each form, and of
the forms of one series at a time. Refused: nothing; our own code that fails on a corrected cell says of which
document.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import Counter, OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar, cast

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.app.arrow_rows import Encoded, batch_of, document_of, encoded, schema, to_arrow
from pipeline.app.parquet_files import BY, Part
from pipeline.app.reading import Entry
from pipeline.app.store import Store
from pipeline.audit import findings_across
from pipeline.audit.case import Case
from pipeline.audit.cases import cases_in_series
from pipeline.corpus.all_documents import audited_or_named, series_row, with_findings_across
from pipeline.corpus.corrections import (
    STALE,
    Correction,
    Outcome,
    by_document,
    corrected,
    corrections_of,
    in_order,
    outcome_rows,
)
from pipeline.corpus.series import links
from pipeline.model.rows import DocumentRow, FindingRow, ProjectRow
from pipeline.model.schema import TABLES
from pipeline.rows.build import DocumentRows, duplicate_rows, failed_rows

NOT_WHOLE = ("failed", "partial")
TOGETHER = 256  # documents whose rows make one part of a table: some thousand rows
CACHED = 64  # documents whose forms are looked at again for the next series
# what is asked of every form: to link it, and for its row in `series`
LINKED = (
    "project_id", "document_id", "form_type", "fiscal_year", "project_name", "supervising_department",
    "implementing_unit", "annual_budget", "goal_expected",
)  # fmt: skip
OF_DOCUMENT = ("document_id", "region", "title")
_T = TypeVar("_T")


@dataclass(slots=True)
class Account:
    """What a person is told at the end of a run."""

    status: dict[str, int] = field(default_factory=dict)
    forms: int = 0
    indicators: int = 0
    severity: dict[str, int] = field(default_factory=dict)
    corrections: dict[str, int] = field(default_factory=dict)
    not_whole: list[tuple[str, str, str, str]] = field(default_factory=list)  # status, path, code, reason
    stale: list[str] = field(default_factory=list)

    def text(self) -> str:
        """As the store keeps it."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @staticmethod
    def of(text: str) -> Account:
        """From its text."""
        facts = json.loads(text)
        return Account(**{**facts, "not_whole": [tuple(n) for n in facts["not_whole"]]})


@dataclass(frozen=True, slots=True)
class _Slot:
    """A source: its name, and the key of its rows, or its only row."""

    name: str
    key: str | None
    n_projects: int
    row: DocumentRow | None


class Assembly:
    """See the module; `streams` may be taken once."""

    def __init__(
        self,
        entries: Sequence[Entry],
        store: Store,
        register: Sequence[Correction],
        earlier: Mapping[str, str],
    ) -> None:
        """Looks at all documents: afterwards only rows are streamed."""
        self._store = store
        self.account = Account()
        self._changed: dict[str, Encoded] = {}
        self._slots = self._slotted(entries)
        outcomes = self._correct(register, entries)
        parts = [_short(part.select(LINKED)) for part in self._parts("projects")]
        self._linked = pa.concat_tables([schema("projects").empty_table().select(LINKED), *parts])
        self._links = links(self._short_projects(), earlier, self._short_documents())
        self._series = {link.project_id: link.series_id for link in self._links}
        self._outcomes = outcomes

    def _slotted(self, entries: Sequence[Entry]) -> list[_Slot]:
        """The sources in order; of those with the same bytes the first has the rows."""
        first: dict[str, str] = {}
        out = []
        status: Counter[str] = Counter()
        for entry in entries:
            facts = entry.facts
            if entry.problem is not None:
                row = failed_rows(facts, entry.problem).document
                slot = _Slot(facts.source_path, None, 0, row)
                said = row["status"], row["error_code"], row["error"]
            elif facts.sha256 in first:
                row = duplicate_rows(facts, first[facts.sha256]).document
                slot = _Slot(facts.source_path, None, 0, row)
                said = row["status"], row["error_code"], row["error"]
            else:
                assert entry.key is not None
                first[facts.sha256] = facts.source_path
                found = self._store.summary(entry.key)
                slot = _Slot(facts.source_path, entry.key, found.n_projects, None)
                said = found.status, found.error_code, found.error
                self.account.forms += found.n_projects
                self.account.indicators += found.n_indicators
            status[said[0]] += 1
            if said[0] in NOT_WHOLE:
                self.account.not_whole.append((said[0], facts.source_path, str(said[1]), str(said[2])))
            out.append(slot)
        self.account.status = dict(sorted(status.items()))
        return out

    def _correct(self, register: Sequence[Correction], entries: Sequence[Entry]) -> list[Outcome]:
        """Applies the register; the documents that it changes are few, and are kept in memory as bytes."""
        lines, said = by_document(register), list[Outcome]()
        for slot, entry in zip(self._slots, entries, strict=True):
            if slot.key is None or not slot.n_projects or not lines:
                continue
            mine = corrections_of(entry.facts.sha256, lines)
            if mine:
                rows, outcomes = corrected(document_of(self._store.all_rows(slot.key)), mine)
                rows.document["source_path"] = slot.name
                self._changed[slot.key] = encoded(audited_or_named(rows))
                said += outcomes
        outcomes = in_order(register, said)
        self.account.corrections = dict(sorted(Counter(o.status for o in outcomes).items()))
        for o in outcomes:
            if o.status == STALE:
                c = o.correction
                place = f"form {c.form} row {c.row or '-'} {c.column}"
                self.account.stale.append(f"line {c.line}: {place} holds {o.found!r}, not {c.old!r}")
        return outcomes

    def _short_projects(self) -> list[ProjectRow]:
        return cast(list[ProjectRow], self._linked.to_pylist())

    def _short_documents(self) -> Iterator[DocumentRow]:
        for slot in self._slots:
            batch = self._batch(slot, "documents") if slot.n_projects else None
            if batch is not None:
                yield from cast(list[DocumentRow], batch.select(list(OF_DOCUMENT)).to_pylist())

    def _data(self, key: str, name: str) -> bytes | None:
        changed = self._changed.get(key)
        return self._store.rows(key, name) if changed is None else changed.get(name)

    def _batch(self, slot: _Slot, name: str) -> pa.RecordBatch | None:
        data = self._data(slot.key, name) if slot.key is not None else None
        return None if data is None else batch_of(name, data)

    def _parts(self, name: str) -> Iterator[pa.Table]:
        """The rows of a table as the documents gave them."""
        for slots in _together(self._slots):
            batches = [b for slot in slots if (b := self._batch(slot, name)) is not None]
            if batches:
                yield pa.Table.from_batches(batches, schema(name)).combine_chunks()

    def streams(self, *, years: bool = False) -> dict[str, Iterator[Part]]:
        """The parts of every table, with the year of each row if asked for."""
        across = _Across()
        for finding in self._findings_across():
            across.add(finding)
        plain = {name: self._parts(name) for name in ("funds", "indicators", "tasks", "statements", "unread")}
        tables = {
            **plain,
            "documents": self._documents(across),
            "projects": self._projects(),
            "findings": self._findings(across),
            "series": self._series_rows(),
            "corrections": iter([to_arrow("corrections", outcome_rows(self._outcomes))]),
        }
        if not years:
            return {name: (Part(rows) for rows in tables[name]) for name in TABLES}
        of_form = dict(zip(self._linked["project_id"].to_pylist(), self._linked[BY].to_pylist(), strict=True))
        return {name: (Part(rows, _years(rows, of_form)) for rows in tables[name]) for name in TABLES}

    def _documents(self, across: _Across) -> Iterator[pa.Table]:
        for slots in _together(self._slots):
            more, batches = [], []
            for slot in slots:
                batch = self._batch(slot, "documents")
                if batch is None:
                    assert slot.row is not None
                    (batch,) = to_arrow("documents", [slot.row]).to_batches()
                batches.append(batch)
                more.append(across.counts.get(batch["document_id"][0].as_py(), 0) if slot.key else 0)
            rows = pa.Table.from_batches(batches, schema("documents")).combine_chunks()
            own = rows["n_findings"].combine_chunks()
            found = pc.add(own, pa.array(more, own.type))
            rows = _with(rows, "source_path", pa.array([s.name for s in slots], pa.string()))
            yield _with(rows, "n_findings", found)

    def _projects(self) -> Iterator[pa.Table]:
        for rows in self._parts("projects"):
            series = [self._series.get(p) for p in rows["project_id"].to_pylist()]
            yield _with(rows, "series_id", pa.array(series, pa.string()))

    def _findings(self, across: _Across) -> Iterator[pa.Table]:
        severity: Counter[str] = Counter()
        for slots in _together(self._slots):
            batches = []
            for slot in slots:
                batch = self._batch(slot, "findings")
                projects = self._batch(slot, "projects") if across.counts else None
                if projects is not None and projects["document_id"][0].as_py() in across.counts:
                    ids = projects["project_id"].to_pylist()
                    own = batch.to_pylist() if batch is not None else []
                    rows = with_findings_across(own, ids, across.of(ids))
                    batches += to_arrow("findings", rows).to_batches()
                elif batch is not None:
                    batches.append(batch)
            if batches:
                table = pa.Table.from_batches(batches, schema("findings")).combine_chunks()
                severity.update(table["severity"].to_pylist())
                yield table
        self.account.severity = dict(severity)

    def _findings_across(self) -> Iterator[FindingRow]:
        """The findings over each series of several forms, a series at a time."""
        keys = {s.key[:16]: s.key for s in self._slots if s.key is not None and s.n_projects}
        groups: dict[str, list[str]] = {}
        for link in self._links:
            groups.setdefault(link.series_id, []).append(link.project_id)
        cache: OrderedDict[str, dict[str, pa.RecordBatch]] = OrderedDict()
        for projects in groups.values():
            if len(projects) > 1:
                cases = [c for p in projects for c in self._case(keys[p.rpartition("-")[0]], p, cache)]
                yield from findings_across(cases)

    def _case(self, key: str, project: str, cache: OrderedDict[str, dict[str, pa.RecordBatch]]) -> list[Case]:
        if key not in cache:
            data = {name: self._data(key, name) for name in ("projects", "funds", "indicators")}
            cache[key] = {name: batch_of(name, part) for name, part in data.items() if part is not None}
            while len(cache) > CACHED:
                cache.popitem(last=False)
        rows: dict[str, Any] = {
            name: batch.filter(pc.equal(batch["project_id"], project)).to_pylist()
            for name, batch in cache[key].items()
        }
        return cases_in_series(DocumentRows(cast(DocumentRow, {}), **rows), self._series)

    def _series_rows(self) -> Iterator[pa.Table]:
        named = self._linked.filter(
            pc.is_in(self._linked["project_id"], pa.array(list(self._series), pa.string()))
        )
        done = 0
        for some in _together(self._links):  # they are in the order of the forms
            projects = cast(list[ProjectRow], named.slice(done, len(some)).to_pylist())
            done += len(some)
            yield to_arrow("series", [series_row(*pair) for pair in zip(some, projects, strict=True)])


class _Across:
    """Findings over series, on disk: they may be many."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("")  # a file of SQLite's own, gone when it is closed
        self._db.execute("CREATE TABLE findings (project_id TEXT, data TEXT)")
        self._db.execute("CREATE INDEX by_project ON findings (project_id)")
        self.counts: Counter[str] = Counter()

    def add(self, finding: FindingRow) -> None:
        text = json.dumps(finding, ensure_ascii=False)
        self._db.execute("INSERT INTO findings VALUES (?, ?)", (finding["project_id"], text))
        self.counts[finding["document_id"]] += 1

    def of(self, projects: Sequence[str]) -> dict[str, list[FindingRow]]:
        query = "SELECT data FROM findings WHERE project_id = ? ORDER BY rowid"
        return {p: [json.loads(text) for (text,) in self._db.execute(query, (p,))] for p in projects}


def _short(rows: pa.Table) -> pa.Table:
    """With a goal's digest instead of its text: it is only asked whether two are the same."""
    goals = [g and hashlib.sha256(g.encode()).hexdigest()[:16] for g in rows["goal_expected"].to_pylist()]
    return _with(rows, "goal_expected", pa.array(goals, pa.string()))


def _years(rows: pa.Table, of_form: Mapping[str, int | None]) -> list[int | None] | None:
    """The year of each row: its own, or its form's."""
    if BY in rows.column_names:
        own: list[int | None] = rows[BY].to_pylist()
        return own
    if "project_id" in rows.column_names:
        return [of_form.get(p) for p in rows["project_id"].to_pylist()]
    return None


def _with(rows: pa.Table, column: str, values: pa.Array) -> pa.Table:
    at = rows.schema.get_field_index(column)
    return rows.set_column(at, rows.schema.field(at), values)


def _together(items: Sequence[_T]) -> Iterator[Sequence[_T]]:
    for start in range(0, len(items), TOGETHER):
        yield items[start : start + TOGETHER]
