"""Stand-ins for `parse_document` that misbehave as a document's bytes tell them; a worker process imports
them.
"""

from __future__ import annotations

import os
import signal
import time
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pyarrow as pa
import pytest

from pipeline.app import job, reading
from pipeline.model.cells import Reading
from pipeline.model.errors import Code, error
from pipeline.rows.build import DocumentRows, document_rows, file_facts
from tests.forms import document, form

HUNGER = 64 * 1024 * 1024
WORDS = ("crash", "hang", "hungry", "bug", "locked", "wrong", "uncounted", "arrow", "opencv")
"""What a document can be told to do that is worth a row of its own."""


def obedient(data: bytes, source_path: str) -> DocumentRows:
    """Does what the first word of the file says; anything else is a document without a form."""
    word = data.split(b" ", 1)[0].strip()
    if word == b"crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if word == b"hang":
        time.sleep(600)
    if word == b"slow":
        time.sleep(0.5)
    if word == b"hungry":
        eaten = []
        while True:
            eaten.append(np.empty(HUNGER, np.uint8))  # address space alone: nothing is written to it
    if word == b"bug":
        raise KeyError("no such thing")
    if word == b"locked":
        raise error(Code.ENCRYPTED, source_path, "the document asks for a password")
    if word == b"arrow":
        raise pa.ArrowMemoryError("malloc of size 1 failed")
    if word == b"opencv":
        want = cv2.error("(-4:Insufficient memory) Failed to allocate 1 bytes")
        want.code = -4
        raise want
    if word == b"uncounted":  # fits the schema, and no rule can work with it
        rows = document(form())
        rows.indicators[3]["target_parts"][0]["value"] = float("nan")
        return rows
    rows = document_rows(file_facts(data, source_path), Reading((), "text/plain", "fake"), ())
    if word == b"wrong":
        rows.document["fiscal_year"] = "twenty"
    return rows


def reads_obediently(patch: pytest.MonkeyPatch) -> None:
    """From now on the runs of this process read with `obedient`."""
    patch.setattr(job, "Work", partial(reading.Work, parse=obedient))


def stillborn(_: int) -> None:
    """Instead of `workers._start`: a process that dies before it reads anything."""
    os._exit(3)


def stillborn_once(mark: Path, _: int) -> None:
    """The first processes die; a file remembers that one did."""
    if not mark.exists():
        mark.touch()
        os._exit(3)
