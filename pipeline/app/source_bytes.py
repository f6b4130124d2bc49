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
    """Finds sources below the inputs that exist; several inputs are named together, as in a run."""
    try:
        found = {s.name: s for s in collect([entry for entry in inputs if entry.exists()])}
    except PipelineError:  # a folder that holds no file: all is missing, which the account says
        found = {}

    def find(name: str) -> bytes | None:
        try:
            return found[name].read(DEFAULTS.max_mb * MEGABYTE) if name in found else None
        except PipelineError:
            return None

    return find
