"""One indicator of the tables → where it comes from, how it was read, and what its confidence is made of.

Comes in: the folder of the tables, the indicator's id, and a function that finds sources. Goes out: lines of
text. The document is read once more, alone: what speaks for and against a reading is in no table. Where the
source is gone or is another, only what the tables say is told. Refused: an id that no row has.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.app.document import understood
from pipeline.app.language import language, say
from pipeline.app.names import stored
from pipeline.app.parsed import row_of, table
from pipeline.confidence.judge import strata_of
from pipeline.confidence.model import leaf, models
from pipeline.confidence.row_features import COLUMNS, row_features
from pipeline.corpus.corrections import APPLIED
from pipeline.form.assemble import IndicatorRows, split
from pipeline.form.misread import with_units
from pipeline.form.project_lists import projects_of
from pipeline.form.regions import regions
from pipeline.model.cells import Cell, Reading
from pipeline.model.errors import Code, PipelineError, error
from pipeline.model.form import Field, Form, Indicator
from pipeline.model.roles import Role
from pipeline.model.standards import SURE
from pipeline.read import read_document
from pipeline.read.common.encoding import decode
from pipeline.read.common.media_type import MARKDOWN, PLAIN
from pipeline.report.words import words
from pipeline.table.header import Column
from pipeline.untabled.forms import cut

Row = Mapping[str, Any]
CERTAIN = 0.9995  # a probability from here on prints as 1: a rival is not worth a word
MOST_LINES = 12  # of a row in a text: a row of a form takes one, or one a cell
TAB, SHOWN_TAB = "\t", " ⇥ "
LEAST_SHOWN = 0.05  # log odds that are told: less moves no confidence in its second place
OTHERS: Mapping[str, Role] = {
    "review_score": Role.REVIEW_SCORE, "adjusted_target_raw": Role.ADJUSTED_TARGET, "remark": Role.REMARK,
    "direction": Role.DIRECTION,
}  # fmt: skip
FIELDS: Mapping[str, str] = {
    "name": "name", "target_raw": "target", "actual_raw": "actual", "weight": "weight", "score": "score",
    "review_score": "review_score", "adjusted_target_raw": "adjusted_target", "remark": "remark",
    "direction": "direction", "deviation_reason": "reason",
}  # fmt: skip
"""Columns of the table, and the field of the form that each is read from."""


@dataclass(frozen=True, slots=True)
class _Again:
    """The document read once more: the form, and the indicator in it."""

    form: Form
    item: Indicator
    place: int
    rows: Sequence[Any]
    project: Any


def explain(tables: Path, indicator_id: str, find: Callable[[str], bytes | None]) -> Iterator[str]:
    """The lines; raises InputError `no_input` where no row has the id."""
    row = row_of(tables, "indicators", indicator_id=indicator_id)
    if row is None:
        advice = "take the column indicator_id of the table indicators, such as 0123456789abcdef-001-002"
        raise error(
            Code.NO_INPUT,
            indicator_id,
            say("no indicator of {tables} has this id", tables=stored(str(tables))),
            advice,
        )
    project = row_of(tables, "projects", project_id=row["project_id"]) or {}
    document = row_of(tables, "documents", document_id=row["document_id"]) or {}
    data = find(document["source_path"])
    if data is not None and hashlib.sha256(data).hexdigest() != document["sha256"]:
        data = None
    again = _again(data, document, row) if data is not None else None
    yield f"{row['indicator_id']}  {row['name'] or ''}"
    yield say("form {n}: {name}", n=project["form_index"], name=project["project_name"] or "·")
    yield ""
    yield from _source(row, document, data, again)
    yield ""
    yield from _columns(row, again, _block(data, document["source_path"], again))
    yield ""
    yield from _trust(row, again)
    yield from _after(tables, row, project["form_index"])


def _again(data: bytes, document: Row, row: Row) -> _Again | None:
    """The row in its document; None where the program reads it in another way than when the tables were
    made.
    """
    found = understood(data, document["source_path"])
    for form, project in zip(found.forms, found.rows.projects, strict=True):
        if project["project_id"] == row["project_id"]:
            rows = [r for r in found.rows.indicators if r["project_id"] == row["project_id"]]
            at = row["seq"] - 1
            if at < len(rows) == len(form.indicators):
                return _Again(form, form.indicators[at], at, rows, project)
    return None


# ---- the source
# ------------------------------------------------------------------------------------------------------


def _source(row: Row, document: Row, data: bytes | None, again: _Again | None) -> Iterator[str]:
    yield f"{say('source')}  {document['source_path']}{_place(row)}"
    if data is None:
        yield "  " + say("It is not below --raw as it was read, so only the tables are told from.")
    elif document["media_type"] in (PLAIN, MARKDOWN) and row["line_start"] is not None:
        decoded = decode(data)
        lines = (decoded.text if decoded else "").replace("\r\n", "\n").replace("\r", "\n").split("\n")
        first, last = row["line_start"], row["line_end"] or row["line_start"]
        for number in range(first, min(last, first + MOST_LINES - 1) + 1):
            yield f"  {number:>5} {lines[number - 1].replace(TAB, SHOWN_TAB) if number <= len(lines) else ''}"
        if last - first >= MOST_LINES:
            yield f"  … {last}"
    elif again is None:
        yield "  " + say("The program reads it otherwise than when the tables were made; run `parse` again.")
    else:
        yield "  " + " | ".join(c.text.replace("\n", "⏎") for c in again.item.cells)
    yield f"{say('reader')}  {row['extractor']}"


def _place(row: Row) -> str:
    page, box, first, last = row["page"], row["bbox"], row["line_start"], row["line_end"]
    out = ""
    if page is not None:
        out += say(", page {page}", page=page)
    if box is not None:
        out += say(", box {box} (points from the top left)", box=" ".join(f"{x:.1f}" for x in box))
    if first is not None:
        out += say(", line {line}", line=first if last in (first, None) else f"{first}–{last}")
    return out


# ---- the columns
# ------------------------------------------------------------------------------------------------------


def _block(data: bytes | None, name: str, again: _Again | None) -> IndicatorRows | None:
    """The block of rows that the indicator stands in, with its header; None where that is not known."""
    if data is None or again is None:
        return None
    try:
        reading: Reading = read_document(data, name)
    except PipelineError:
        return None
    wanted = set(again.item.cells)
    for region in regions(reading):
        for part in cut(region):
            for piece in projects_of(with_units(part)):
                for block in split(piece.rows).blocks:
                    if any(wanted & set(r.cells) for r in block.rows):
                        return block
    return None


def _columns(row: Row, again: _Again | None, block: IndicatorRows | None) -> Iterator[str]:
    yield say("how its columns were read")
    roles = {**COLUMNS, **OTHERS}
    for name, role in roles.items():
        field: Field | None = getattr(again.item, FIELDS[name]) if again and name in FIELDS else None
        if row[name] is None and (field is None or field.text is None):
            continue
        printed = _raw(row, name, field)
        yield f"  {_label(name)}: {printed}{_value(row, name, printed)}"
        column = _column(block, role, field)
        if column is not None:
            yield f"      {_header(column)}"
    if again is not None and block is None:
        yield "  " + say("Its header is not known: the row was cut out of running text, or read another way.")


def _column(block: IndicatorRows | None, role: Role, field: Field | None) -> Column | None:
    """The column of a role; of several the one that the field's first cell stands under."""
    found = [c for c in block.columns if c.role == role] if block else []
    cell: Cell | None = field.cells[0] if field and field.cells else None
    under = [c for c in found if cell is not None and c.overlap(cell.col, cell.col_span)]
    return next(iter((*under, *found)), None)


def _header(column: Column) -> str:
    label = f"“{column.label}”" if column.label else say("without a label")
    known = "" if column.known or not column.label else say(" (in no list of words)")
    sure = f"{column.sure:.3f}" if column.sure < CERTAIN else "1"
    rival = f"; {say('next')}: {column.rival}" if column.rival is not None and column.sure < CERTAIN else ""
    return f"{say('header')} {label}{known} → {column.role}, {say('probability')} {sure}{rival}"


def _raw(row: Row, name: str, field: Field | None) -> str:
    printed = field.text if field is not None and field.text is not None else None
    return (printed if printed is not None else str(row[name])).replace("\n", "⏎")


def _value(row: Row, name: str, printed: str) -> str:
    """What was made of the printed text, where that is more than the text."""
    if name in ("target_raw", "actual_raw"):
        kind = name.removesuffix("_raw")
        facts = [row[f"{kind}_{part}"] for part in ("comparator", "value", "value_max", "unit", "date_end")]
        if kind_of := row[f"{kind}_kind"]:
            read = " ".join(f"{f:g}" if isinstance(f, float) else str(f) for f in facts if f is not None)
            return f" → {kind_of} {read}".rstrip()
        return ""
    if name == "name" and row["name_raw"] != row["name"]:
        return f" → {row['name']}"
    if isinstance(row[name], float):
        return "" if printed == f"{row[name]:g}" else f" → {row[name]:g}"
    raw = row.get(f"{name}_raw")
    return f" ({say('printed')}: {raw or '·'})" if f"{name}_raw" in row and raw != row[name] else ""


def _label(name: str) -> str:
    """What a column is called; the cell's text by the name of what is read from it."""
    catalogue = words()[language()]
    return catalogue.get(f"column.{name.removesuffix('_raw')}") or catalogue[f"column.{name}"]


# ---- how far it is to be trusted
# ------------------------------------------------------------------------------------------------------


def _trust(row: Row, again: _Again | None) -> Iterator[str]:
    catalogue = words()[language()]
    yield say(
        "confidence {confidence:.4f} that the whole row is right ({mark:g} and more: sure)",
        confidence=row["confidence"],
        mark=SURE,
    )
    for flag in row["flags"]:
        yield f"  {say('flag')} {flag}: {catalogue[f'flag.{flag}.more']}"
    for doubt in row["doubts"]:
        yield "  " + say(
            "doubt: {column} is right with {chance:.3f}; {why}",
            column=_label(doubt["column"]),
            chance=doubt["confidence"],
            why=catalogue[f"doubt.{doubt['why']}.more"],
        )
    if again is not None:
        yield from _made_of(again, catalogue)


def _made_of(again: _Again, catalogue: Mapping[str, str]) -> Iterator[str]:
    """What spoke for and against the row, in log odds by reason, the weightiest first."""
    features = row_features(again.form, again.project, again.rows)
    own, model = features[again.place], models()["row"]
    sums: dict[str, float] = {}
    names: dict[str, list[tuple[float, str]]] = {}
    for feature in own:
        reason, _, what = feature.partition(":")
        weight = model.weights.get(feature, 0.0)
        sums[reason] = sums.get(reason, 0.0) + weight
        names.setdefault(reason, []).append((weight, what))
    yield say(
        "what made it (log odds, + for and - against; the source is of the kind “{kind}”)",
        kind=strata_of(again.form, features)[-1],
    )
    for reason, weight in sorted(sums.items(), key=lambda item: (-abs(item[1]), item[0])):
        if abs(weight) >= LEAST_SHOWN:
            most = sorted(names[reason], key=lambda n: (-abs(n[0]), n[1]))[:3]
            detail = ", ".join(f"{what} {w:+.2f}" for w, what in most)
            yield f"  {weight:+6.2f}  {catalogue[f'doubt.{reason}']}: {detail}"
    yield f"  {math.fsum(leaf(tree, own) for tree in model.trees):+6.2f}  {say('what these mean together')}"
    yield f"  {model.base:+6.2f}  {say('before anything is known')}"
    yield f"  {model.score(own):+6.2f}  {say('in all; how often rows with such a sum are right was counted')}"


def _after(tables: Path, row: Row, form: int) -> Iterator[str]:
    """Findings about the row, and the corrections that were applied to it."""
    findings = table(tables, "findings", indicator_id=row["indicator_id"]).to_pylist()
    if findings:
        yield ""
        yield say("findings")
        yield from (f"  {finding_line(f, row['name'])}" for f in findings)
    for c in table(tables, "corrections", status=APPLIED, row=str(row["seq"])).to_pylist():
        if row["document_id"] == c["sha256"][:16] and c["form"] == form:
            what = "corrected: {column} {old} → {new}, by {who}: {why}"
            yield say(what, **{k: c[k] for k in ("column", "old", "new", "who", "why")})


def finding_line(finding: Row, name: str | None) -> str:
    """A finding in the user's language; the table has the Chinese sentence."""
    catalogue = words()[language()]
    sentence = catalogue.get(f"sentence.{finding['rule']}")
    said = finding["message"]
    if sentence is not None:
        figures = {k: "·" if finding[k] is None else finding[k] for k in ("expected", "observed")}
        said = sentence.format(name=name or "·", **figures)
    return f"{catalogue['severity.' + finding['severity']]}  {finding['rule']}  {said}"
