"""A run for those who call the program from Python: the command's own, without its printing.

Comes in: files, folders and URLs, and the folder for the tables. Goes out: the tables, and what a person
would be told. Refused, as PipelineError: what `pipeline.app.job` refuses.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from pipeline.app.job import Job, Result, run

REGISTER = Path("data", "corrections.csv")


def parse_to(inputs: Sequence[Path | str], out: Path, *, jobs: int | None = None) -> Result:
    """Reads files, folders and URLs and writes the tables to a folder, as `parse` does by default."""
    return run(Job(tuple(inputs), out, jobs or cpus(), corrections=usual_register()))


def usual_register() -> Path | None:
    """The register of corrections that counts where none is named."""
    return REGISTER if REGISTER.is_file() else None


def cpus() -> int:
    """How many documents are read side by side where nothing is said."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
