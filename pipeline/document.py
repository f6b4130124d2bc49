"""One file's bytes → its rows in every table: the whole way of a document, without a file system.

Comes in: bytes and the path that the rows shall name. Goes out: `DocumentRows`. What the document cannot give (an unknown
format, no bytes) becomes a row with a status and a code; only errors of our own are raised.
"""

from __future__ import annotations

from pathlib import PurePosixPath

from pipeline.errors import PipelineError
from pipeline.interpret import forms_of
from pipeline.read import read_document
from pipeline.read.sniff import media_type_of
from pipeline.records import DocumentRows, document_rows, failed_rows, file_facts


def parse_document(data: bytes, source_path: str) -> DocumentRows:
    """Reads one file; `source_path` is `/`-separated and stands in `documents.source_path`."""
    facts = file_facts(data, source_path)
    try:
        reading = read_document(data, PurePosixPath(source_path).name)
        return document_rows(facts, reading, forms_of(reading))
    except PipelineError as error:
        return failed_rows(facts, error, _media_type(data, source_path))


def _media_type(data: bytes, name: str) -> str | None:
    """What the bytes are, where that is known although they could not be read."""
    try:
        return media_type_of(data, name)
    except PipelineError:
        return None
