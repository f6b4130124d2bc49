"""The inputs of an earlier run → the bytes of a source by the name that its rows have.

Comes in: the files and folders that were read. Goes out: a function that gives the bytes of a name, members
of archives too, or None where there is no such source any more or it cannot be read. Nothing is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from pipeline.app.sources import MEGABYTE, collect
from pipeline.app.workers import DEFAULTS
from pipeline.model.errors import PipelineError


def finder(inputs: Sequence[Path]) -> Callable[[str], bytes | None]:
    """Finds sources below the inputs that exist."""
    found = {}
    for entry in inputs:
        try:
            found.update({s.name: s for s in collect([entry])})
        except PipelineError:  # a folder that is gone: its sources are missing, which the account says
            continue

    def find(name: str) -> bytes | None:
        try:
            return found[name].read(DEFAULTS.max_mb * MEGABYTE) if name in found else None
        except PipelineError:
            return None

    return find
