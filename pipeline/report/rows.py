"""Rows of the tables → the columns that the site's lists show, and all about one document for its page.

Comes in: the tables of a run as rows. Goes out: plain values for `packed.script`: a list is a column after
the other, so that 50,000 rows stay small. Nothing is refused.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.corpus.corrections import FIXED, OF_LINE
from pipeline.model.schema import DOCUMENTS, FUNDS, INDICATORS, PROJECTS
from pipeline.report.source_view import Placed

Row = Mapping[str, Any]
Tables = Mapping[str, Sequence[Row]]
SURE = 0.95  # the contract's mark: a row from here on claims to be sure
SEVERITIES = ("error", "warning", "info")

_FORM_COLUMNS = (
    "project_id", "document_id", "form_index", "form_type", "fiscal_year", "project_name",
    "supervising_department", "implementing_unit", "annual_budget", "executed", "execution_rate_pct",
    "total_score", "grade", "series_id", "confidence",
)  # fmt: skip
_INDICATOR_COLUMNS = (
    "seq", "level1", "level2", "name", "target_raw", "actual_raw", "weight", "score", "attainment_pct",
    "target_met", "confidence", "flags", "is_core",
)  # fmt: skip
_FINDING_COLUMNS = ("rule", "severity", "message", "expected", "observed")
_OF_FORMS = ("funds", "indicators", "tasks", "statements", "unread", "findings")


def correctable() -> dict[str, list[str]]:
    """The columns that the register of corrections may name, by table."""
    return {
        t.name: [n for n in t.names if n not in FIXED and not (t is PROJECTS and n in OF_LINE)]
        for t in (PROJECTS, FUNDS, INDICATORS)
    }


@dataclass(slots=True)
class _Counts:
    indicators: int = 0
    sure: int = 0
    severities: Counter[str] = field(default_factory=Counter)


def lists(tables: Tables) -> dict[str, dict[str, list[object]]]:
    """The site's four lists, each a column after the other; `form` and `document` are places in the lists of
    forms and documents.
    """
    documents, forms = tables["documents"], tables["projects"]
    place = {d["document_id"]: i for i, d in reversed(list(enumerate(documents)))}
    form = {p["project_id"]: i for i, p in enumerate(forms)}
    counts: defaultdict[str, _Counts] = defaultdict(_Counts)
    about: Counter[str] = Counter()
    for row in tables["indicators"]:
        count = counts[row["project_id"]]
        count.indicators += 1
        count.sure += row["confidence"] >= SURE
    for row in tables["findings"]:
        counts[row["project_id"]].severities[row["severity"]] += 1
        about[row["indicator_id"]] += 1
    name = {i["indicator_id"]: i["name"] for i in tables["indicators"]}
    seq = {i["indicator_id"]: i["seq"] for i in tables["indicators"]}
    of = [counts[p["project_id"]] for p in forms]
    return {
        "documents": _columns(documents, [n for n in DOCUMENTS.names if n != "parser_version"]),
        "forms": {
            **_columns(forms, _FORM_COLUMNS, numbers=True),
            "document": [place[p["document_id"]] for p in forms],
            "n_indicators": [c.indicators for c in of],
            "n_sure": [c.sure for c in of],
            **{f"n_{s}": [c.severities[s] for c in of] for s in SEVERITIES},
        },
        "indicators": {
            "form": [form[i["project_id"]] for i in tables["indicators"]],
            **_columns(tables["indicators"], _INDICATOR_COLUMNS),
            "doubts": [[d["column"] for d in i["doubts"]] for i in tables["indicators"]],
            "n_findings": [about[i["indicator_id"]] for i in tables["indicators"]],
        },
        "findings": {
            "document": [place.get(f["document_id"], -1) for f in tables["findings"]],
            "form": [form.get(f["project_id"], -1) for f in tables["findings"]],
            "seq": [seq.get(f["indicator_id"]) for f in tables["findings"]],
            "name": [name.get(f["indicator_id"]) for f in tables["findings"]],
            **_columns(tables["findings"], _FINDING_COLUMNS),
        },
    }  # fmt: skip


def _columns(rows: Sequence[Row], names: Iterable[str], numbers: bool = False) -> dict[str, list[object]]:
    """The named columns; amounts as numbers where a list sorts and adds them."""
    money = {"annual_budget", "executed"} if numbers else set()
    return {n: [float(r[n]) if n in money and r[n] is not None else r[n] for r in rows] for n in names}


def by_document(tables: Tables) -> dict[str, list[dict[str, object]]]:
    """The forms of every document, each a row of `projects` with the rows of the other tables that belong to
    it.
    """
    below: dict[str, defaultdict[str, list[Row]]] = {t: defaultdict(list) for t in _OF_FORMS}
    for table, rows in below.items():
        for row in tables[table]:
            rows[row["project_id"]].append(row)
    corrected: defaultdict[tuple[str, int], list[Row]] = defaultdict(list)
    for row in tables["corrections"]:
        corrected[row["sha256"][:16], row["form"]].append(row)
    out: defaultdict[str, list[dict[str, object]]] = defaultdict(list)
    for p in tables["projects"]:
        out[p["document_id"]].append(
            {
                **p,
                **{table: rows[p["project_id"]] for table, rows in below.items()},
                "corrections": corrected[p["document_id"], p["form_index"]],
            }
        )
    return dict(out)


def pages_of(forms: Iterable[Mapping[str, Any]]) -> dict[int, list[Placed]]:
    """The pages that forms and their rows stand on, with the places and names of their indicators."""
    pages: defaultdict[int, list[Placed]] = defaultdict(list)
    for f in forms:
        if f["page_start"] is not None:
            for page in range(f["page_start"], (f["page_end"] or f["page_start"]) + 1):
                pages[page] += ()
        for row in (r for t in ("indicators", "tasks", "statements", "unread") for r in f[t] if r["page"]):
            pages[row["page"]] += (
                [(tuple(row["bbox"]), row["name"])] if row["bbox"] and row.get("name") else ()
            )
    return dict(pages)
