"""How other programs' readings of a PDF are asked for: quietly, and without their failures becoming ours.

Comes in: a call of one of them. Goes out: its result, or a BrokenError where it cannot read the page; its
warnings, which are about its own reading, are not heard.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from pdfminer.psexceptions import PSException

from pipeline.read.common.broken import foreign

THEIRS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    OSError,
    PSException,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What they raise on a page that they cannot read: they have no opinion on it then."""


@contextmanager
def theirs() -> Iterator[None]:
    """Around their calls, and nothing of ours: what they raise is a BrokenError, and neither warnings nor log
    lines below errors are heard.
    """
    logging.disable(logging.WARNING)
    try:
        with foreign(*THEIRS), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(logging.NOTSET)
