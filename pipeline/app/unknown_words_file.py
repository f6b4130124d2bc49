"""The tables of a run → `unknown_words.csv` beside them.

Comes in: the folder of the tables. Goes out: the file, which comes into sight whole, and is there even where
all words are known, so that none of an earlier run stays. Refused: a folder that cannot be written.
"""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow.parquet as pq

from pipeline.app.names import stored
from pipeline.corpus.unknown_words import GROUPS, as_csv, unknown_words
from pipeline.model.errors import Code, error

UNKNOWN_WORDS = "unknown_words.csv"
BOM = "\ufeff"  # spreadsheets take a text without it for the system's own encoding


def write_unknown_words(out: Path) -> None:
    """Writes the file; raises PipelineError where that cannot be done."""
    try:
        one = out / "unread.parquet"
        table = one if one.exists() else out / "unread"  # a file a year
        unread = pq.read_table(table, partitioning=None, filters=[("why", "in", list(GROUPS))]).to_pylist()
        new = out / f".{UNKNOWN_WORDS}.new"
        new.write_text(BOM + as_csv(unknown_words(unread)), encoding="utf-8", newline="")
        os.replace(new, out / UNKNOWN_WORDS)
    except OSError as problem:
        what = f"{UNKNOWN_WORDS} could not be written ({problem.strerror})"
        raise error(Code.OUTPUT_UNWRITABLE, stored(str(out)), what) from problem
