"""What earlier runs read, kept in one local file, so that nothing is read twice.

Comes in: what a document gave, under its key; what a file's digest is, under its place and stamp. Goes out:
the same, for runs to come. It is an SQLite database in WAL mode: one writer, any number of readers, and a run
that dies loses at most what it had not yet committed. Refused, as `StoreError`: a file that is damaged,
locked by somebody, of another format or of another version of this program; `discard` then makes room for a
new one.

The format, version `FORMAT`:

- `facts(name, value)`: `parser`, the version that read all this (`parser_version`); `state`, `account`: the
  tables that were made last, see `pipeline/app/job.py`.
- `files(place, stamp, sha256, n_bytes)`: the digest of a file or of an archive's member at a place; it holds
  as long as the stamp (size, times, inode; at a URL size and version) is the same.
- `documents(key, options, status, error_code, error, n_projects, n_indicators, n_findings)`: what became of
  the bytes `key`, their SHA-256 and the ending of their name, which some doubts hang on; `options` are the
  limits that it was read under.
- `rows(key, name, data)`: its rows in the table `name`, as `pipeline/app/arrow_rows.py` writes them. The name
  of a file is put in when tables are made, so a file that is renamed is not read again.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.app.arrow_rows import DamagedError, Encoded
from pipeline.app.parser_version import parser_version
from pipeline.model.errors import Code

FORMAT = 1
TABLES = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files (place BLOB PRIMARY KEY, stamp TEXT NOT NULL, sha256 TEXT NOT NULL,
    n_bytes INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (key TEXT PRIMARY KEY, options TEXT NOT NULL, status TEXT NOT NULL, error_code TEXT,
    error TEXT, n_projects INTEGER NOT NULL, n_indicators INTEGER NOT NULL, n_findings INTEGER NOT NULL)
    WITHOUT ROWID;
CREATE TABLE rows (key TEXT NOT NULL, name TEXT NOT NULL, data BLOB NOT NULL, PRIMARY KEY (key, name));
"""
WAIT = 2.0  # seconds for somebody else's lock: a program that looks into the store holds it for less
COMMIT_EVERY = 1.0  # seconds of work that a killed run may lose
LIMITS_HIT = frozenset({Code.TIMEOUT, Code.OUT_OF_MEMORY, Code.CRASHED})


class StoreError(Exception):
    """The store cannot be used as it is; the text says why."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a document gave, without its rows."""

    status: str
    error_code: str | None
    error: str | None
    n_projects: int
    n_indicators: int
    n_findings: int


@dataclass(frozen=True, slots=True)
class Options:
    """The limits that a document is read under: seconds, and MB of memory (0: no limit)."""

    timeout: float
    memory_mb: int

    def text(self) -> str:
        """As the store has it."""
        return f"{self.timeout!r} {self.memory_mb}"

    def covers(self, text: str, code: str | None) -> bool:
        """Would a document that gave this under other limits give the same under these? Where it was stopped,
        only the same limits say so; where it was not, no larger ones change it.
        """
        if text == self.text():
            return True
        timeout, _, memory = text.partition(" ")
        wider = self.timeout >= float(timeout) and (not self.memory_mb or 0 < int(memory) <= self.memory_mb)
        return wider and code not in LIMITS_HIT


class Store:
    """An open store; see the module. Made by `opened`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Takes an open database of this format."""
        self._db = connection
        self._committed = time.monotonic()

    def fact(self, name: str) -> str | None:
        """The value of a fact."""
        found = self._db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return None if found is None else str(found[0])

    def set_facts(self, **facts: str) -> None:
        """Sets facts, for good."""
        self._db.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", list(facts.items()))
        self.commit()

    def digest(self, place: bytes, stamp: str) -> tuple[str, int] | None:
        """The SHA-256 and the size of a file that has not changed since it was looked at."""
        found = self._db.execute(
            "SELECT sha256, n_bytes FROM files WHERE place = ? AND stamp = ?", (place, stamp)
        ).fetchone()
        return None if found is None else (str(found[0]), int(found[1]))

    def set_digest(self, place: bytes, stamp: str, sha256: str, n_bytes: int) -> None:
        """Keeps a file's digest."""
        values = (place, stamp, sha256, n_bytes)
        self._db.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)", values)
        self._commit_now_and_then()

    def summary(self, key: str) -> Summary:
        """What is known of a document that `holds` says is there."""
        columns = "status, error_code, error, n_projects, n_indicators, n_findings"
        found = self._db.execute(f"SELECT {columns} FROM documents WHERE key = ?", (key,)).fetchone()
        if found is None:
            raise DamagedError(f"the document {key} is gone")
        return Summary(*found)

    def holds(self, key: str, options: Options) -> bool:
        """Is it known what the document gives under these limits?"""
        found = self._db.execute("SELECT options, error_code FROM documents WHERE key = ?", (key,)).fetchone()
        return found is not None and options.covers(*found)

    def has(self, key: str) -> bool:
        """Is it known what the document gave, under whatever limits?"""
        return self._db.execute("SELECT 1 FROM documents WHERE key = ?", (key,)).fetchone() is not None

    def rows(self, key: str, name: str) -> bytes | None:
        """The bytes of a document's rows in one table, None where it has none."""
        found = self._db.execute("SELECT data FROM rows WHERE key = ? AND name = ?", (key, name)).fetchone()
        return None if found is None else bytes(found[0])

    def all_rows(self, key: str) -> Encoded:
        """The bytes of all its tables."""
        return dict(self._db.execute("SELECT name, data FROM rows WHERE key = ?", (key,)))

    def keep(self, key: str, options: Options, summary: Summary, rows: Encoded) -> None:
        """Keeps what a document gave."""
        s = summary
        values = (
            key,
            options.text(),
            s.status,
            s.error_code,
            s.error,
            s.n_projects,
            s.n_indicators,
            s.n_findings,
        )
        self._db.execute("DELETE FROM rows WHERE key = ?", (key,))
        self._db.execute("INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
        self._db.executemany("INSERT INTO rows VALUES (?, ?, ?)", [(key, n, d) for n, d in rows.items()])
        self._commit_now_and_then()

    def forget_all_but(self, keys: Iterable[str], places: Iterable[bytes]) -> None:
        """Removes the documents and files that are in no input any more."""
        self._db.execute("CREATE TEMP TABLE used (key PRIMARY KEY) WITHOUT ROWID")
        for values, table, column in (
            (keys, "documents", "key"),
            (keys, "rows", "key"),
            (places, "files", "place"),
        ):
            self._db.execute("DELETE FROM used")
            self._db.executemany("INSERT OR IGNORE INTO used VALUES (?)", ((v,) for v in values))
            self._db.execute(f"DELETE FROM {table} WHERE {column} NOT IN used")
        self._db.execute("DROP TABLE used")
        self.commit()

    def commit(self) -> None:
        """Sees what was kept onto the disk."""
        self._db.commit()
        self._committed = time.monotonic()

    def _commit_now_and_then(self) -> None:
        if time.monotonic() - self._committed > COMMIT_EVERY:
            self.commit()


def reader_of(path: Path) -> str | None:
    """The version of the program that read what a store holds; None where there is no such store. Nothing is
    changed: `opened` would make room for this version.

    Raises StoreError.
    """
    if not path.is_file():
        return None
    with _as_store_error(), closing(sqlite3.connect(path, timeout=WAIT)) as connection:
        found = connection.execute("SELECT value FROM facts WHERE name = 'parser'").fetchone()
        return None if found is None else str(found[0])


@contextmanager
def opened(path: Path) -> Iterator[Store]:
    """The store at a path, made where there is none; what was kept is kept however the block ends.

    Raises StoreError.
    """
    with _as_store_error():
        connection = sqlite3.connect(path, timeout=WAIT)
    try:
        with _as_store_error():
            _prepare(connection)
            store = Store(connection)
            try:
                yield store
            finally:
                store.commit()
    finally:
        connection.close()


@contextmanager
def _as_store_error() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, DamagedError) as problem:
        raise StoreError(str(problem)) from problem


def _prepare(connection: sqlite3.Connection) -> None:
    """Makes the tables of a new store, and refuses one of other making."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if version == 0 and tables == 0:
        connection.executescript(f"BEGIN; {TABLES} PRAGMA user_version = {FORMAT}; COMMIT;")
    elif version != FORMAT:
        raise StoreError(f"it has format {version}, this program keeps format {FORMAT}")
    known = connection.execute("SELECT value FROM facts WHERE name = 'parser'").fetchone()
    if known is None or known[0] != parser_version():
        for table in ("rows", "documents", "facts"):  # a digest of a file holds whoever reads it
            connection.execute(f"DELETE FROM {table}")
        connection.execute("INSERT INTO facts VALUES ('parser', ?)", (parser_version(),))
        connection.commit()


def discard(path: Path) -> None:
    """Removes a store that cannot be used."""
    for end in ("", "-wal", "-shm", "-journal"):
        path.with_name(f"{path.name}{end}").unlink(missing_ok=True)
