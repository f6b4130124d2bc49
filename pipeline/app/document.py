"""One file's bytes → its rows in every table: the whole way of a document, without a file system.

Comes in: bytes and the path that the rows shall name. Goes out: `DocumentRows`. What the document cannot give
(an unknown format, no bytes) becomes a row with a status and a code; only errors of our own are raised.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from pipeline.audit.consistency import verdict
from pipeline.form.assemble import forms_of
from pipeline.model.cells import Reading, Table
from pipeline.model.errors import PipelineError
from pipeline.model.form import Form
from pipeline.read import read_document
from pipeline.read.common.media_type import PDF, media_type_of
from pipeline.rows.build import DocumentRows, FileFacts, document_rows, failed_rows, file_facts

NATIVE = "native"  # pages that must be recognised are recognised once


@dataclass(frozen=True, slots=True)
class Understood:
    """A document's rows, and the forms that they were made of, one a row of `projects`."""

    forms: tuple[Form, ...]
    rows: DocumentRows


def parse_document(data: bytes, source_path: str) -> DocumentRows:
    """Reads one file; `source_path` is `/`-separated and stands in `documents.source_path`."""
    return understood(data, source_path).rows


def understood(data: bytes, source_path: str) -> Understood:
    """Reads one file: what its forms say, and the rows made of them."""
    facts = file_facts(data, source_path)
    name = PurePosixPath(source_path).name
    try:
        reading = read_document(data, name)
        found = _understood(facts, reading)
        return (
            _judged(data, name, facts, reading, found)
            if reading.media_type == PDF and reading.text_layer == NATIVE
            else found
        )
    except PipelineError as error:
        return Understood((), failed_rows(facts, error, _media_type(data, source_path)))


def _understood(facts: FileFacts, reading: Reading) -> Understood:
    forms = forms_of(reading)
    return Understood(forms, document_rows(facts, reading, forms))


def _judged(data: bytes, name: str, facts: FileFacts, reading: Reading, found: Understood) -> Understood:
    """The best reading of a PDF: the first one, or another where its geometry is doubtful or a form is
    announced and none found. Figures that do not add up ask for nothing.
    """
    if found.forms and not reading.doubts:
        return found
    first = best = verdict(reading, found.rows)
    pages = frozenset(page for page, _ in reading.doubts) | (first.announced if first.lacks_a_form else set())
    if not pages:
        return found
    from pipeline.read.page.second_opinion import OPINIONS, RECOGNISED, second_opinion

    for opinion in OPINIONS:
        if opinion == RECOGNISED and not best.lacks_a_form:
            break  # a text layer that gives forms is better than any recognition
        other = second_opinion(data, name, reading.media_type, opinion, pages)
        other = replace(other, flags=reading.flags)
        if opinion != RECOGNISED and not any(
            isinstance(b, Table) and b.reader == opinion for b in other.blocks
        ):
            continue  # it sees no table there
        again = _understood(facts, other)
        judged = verdict(other, again.rows)
        if judged.beats(best):
            best, found = judged, again
    return found


def _media_type(data: bytes, name: str) -> str | None:
    """What the bytes are, where that is known although they could not be read."""
    try:
        return media_type_of(data, name)
    except PipelineError:
        return None
