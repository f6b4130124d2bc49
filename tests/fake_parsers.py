"""Stand-ins for `parse_document` that misbehave as a document's bytes tell them; a worker process imports
them.
"""

from __future__ import annotations

import os
import signal
import time

import numpy as np

from pipeline.model.cells import Reading
from pipeline.model.errors import Code, error
from pipeline.rows.build import DocumentRows, document_rows, file_facts

HUNGER = 64 * 1024 * 1024
WORDS = ("crash", "hang", "hungry", "bug", "locked", "wrong")
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
    rows = document_rows(file_facts(data, source_path), Reading((), "text/plain", "fake"), ())
    if word == b"wrong":
        rows.document["fiscal_year"] = "twenty"
    return rows
