"""How other programs' readings of a PDF are asked for: quietly, and without their failures becoming ours.

Comes in: nothing. Goes out: what they raise on a page that they cannot read, and a silence for their
warnings, which are about their own reading. Refused: nothing.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from pdfminer.psexceptions import PSException

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
def quiet() -> Iterator[None]:
    """Within it neither warnings nor log lines below errors are heard."""
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(logging.NOTSET)
