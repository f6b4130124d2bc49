"""A document's rows ↔ Arrow, as columns and as the bytes that pass between processes and are kept.

Comes in: rows by table name, each with exactly the declared columns. Goes out: Arrow tables of the declared
schemas; for one document, the bytes of every table that has rows. Refused: a row with other columns, a null
where the contract has none, a value that its column cannot hold, and bytes that are not as they were written.

The bytes of a table: CRC-32 of what follows it (4 bytes), size when unpacked (8 bytes), both little-endian,
then an Arrow IPC record batch without its schema, packed by zstd. The schema is `TABLES[name].schema()` of
the version that wrote it.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import pyarrow as pa

from pipeline.model.errors import Code, error
from pipeline.model.rows import DocumentRow
from pipeline.model.schema import TABLES
from pipeline.rows.build import DocumentRows

HEAD = struct.Struct("<LQ")
CODEC = pa.Codec("zstd", compression_level=3)

Encoded = dict[str, bytes]


class DamagedError(Exception):
    """Bytes of rows that are not as they were written."""


def encoded(document: DocumentRows) -> Encoded:
    """The bytes of every table that the document has rows in; raises InternalError where a row breaks the
    contract.
    """
    return {name: _pack(to_arrow(name, rows)) for name, rows in document.tables().items() if rows}


def _pack(table: pa.Table) -> bytes:
    (batch,) = table.combine_chunks().to_batches()
    plain = batch.serialize()
    body: bytes = HEAD.pack(0, plain.size)[4:] + CODEC.compress(plain, asbytes=True)
    return struct.pack("<L", zlib.crc32(body)) + body


def batch_of(name: str, data: bytes) -> pa.RecordBatch:
    """One table of a document from its bytes; raises DamagedError."""
    if len(data) <= HEAD.size or zlib.crc32(memoryview(data)[4:]) != HEAD.unpack_from(data)[0]:
        raise DamagedError(f"the rows of {name} are not as they were written")
    plain = CODEC.decompress(memoryview(data)[HEAD.size :], HEAD.unpack_from(data)[1])
    return pa.ipc.read_record_batch(plain, schema(name))


def document_of(data: Mapping[str, bytes]) -> DocumentRows:
    """The rows of a document from the bytes of its tables."""
    rows: dict[str, Any] = {name: batch_of(name, part).to_pylist() for name, part in data.items()}
    (document,) = rows.pop("documents")
    return DocumentRows(cast(DocumentRow, document), **rows)


_SCHEMAS: dict[str, pa.Schema] = {}


def schema(name: str) -> pa.Schema:
    """The schema of a table, made once."""
    if name not in _SCHEMAS:
        _SCHEMAS[name] = TABLES[name].schema()
    return _SCHEMAS[name]


def to_arrow(name: str, rows: Sequence[Mapping[str, object]]) -> pa.Table:
    """The rows as an Arrow table of the declared schema; raises InternalError where they break it."""
    table = TABLES[name]
    wanted = set(table.names)
    for at, row in enumerate(rows):
        if row.keys() != wanted:
            raise error(
                Code.INTERNAL_ERROR,
                name,
                f"row {at}: columns missing or not declared {sorted(wanted ^ row.keys())}",
            )
    try:
        arrow = pa.Table.from_pylist(list(rows), schema=schema(name))
    except MemoryError:  # Arrow's own is an ArrowException too
        raise
    except (pa.ArrowException, TypeError, OverflowError) as problem:
        raise error(Code.INTERNAL_ERROR, name, f"a value does not fit its column ({problem})") from problem
    nulls = sorted({path for column in arrow.schema for path in _nulls(column, arrow[column.name])})
    if nulls:
        raise error(Code.INTERNAL_ERROR, name, f"null where the contract has none: {', '.join(nulls)}")
    return arrow


def _nulls(field: pa.Field, values: pa.ChunkedArray) -> Iterator[str]:
    """The names of required fields, nested ones too, that hold a null: Arrow itself does not look."""
    if not field.nullable and values.null_count:
        yield field.name
    if pa.types.is_list(field.type) or pa.types.is_fixed_size_list(field.type):
        for chunk in values.chunks:
            yield from _nulls(
                field.type.value_field, pa.chunked_array([chunk.drop_null().flatten()], field.type.value_type)
            )
    elif pa.types.is_struct(field.type):
        for chunk in values.chunks:
            for at, child in enumerate(field.type):
                yield from _nulls(child, pa.chunked_array([chunk.drop_null().field(at)], child.type))
