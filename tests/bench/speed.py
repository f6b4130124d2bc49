"""How fast files are read, as ratios within one run: native PDF and scanned pages against other programs, and
peak memory.

Run it as `python -m tests.bench`. The whole job, file to normalised rows, is timed in turn with pdfplumber's
bare `extract_tables` and camelot's lattice on the same pages, and a scanned page with one bare call of
rapidocr on the whole page; the median of the ratios counts, for machines are shared and noisy. Memory is that
of child processes of their own, for a few files and for many.
"""

from __future__ import annotations

import io
import logging
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from random import Random

import numpy as np
import pdfplumber
import pypdfium2
from camelot.io import read_pdf as camelot_read
from rapidocr import RapidOCR

from pipeline.app.document import parse_document
from tests.accuracy import FIXTURES
from tests.audits import PDF_FONT
from tests.writers.files import drawn
from tests.writers.files.look import Look
from tests.writers.planted import consistent
from tests.writers.templates import printed

ROUNDS, SLOW_ROUNDS = 5, 3
FORMS = 4
FILES = (3, 30)
SCAN = FIXTURES / "scan" / "copier-200.pdf"
SCAN_SCALE = 200 / 72
MEGABYTE = 1024  # ru_maxrss is in KB on Linux


def document() -> bytes:
    """A PDF of some pages with consistent forms in one layout."""
    rng = Random("bench")
    pages = [
        printed(form, "central_self", rng)
        for seed in range(FORMS)
        for form in consistent(300 + 3 * seed, n_forms=2)
    ]
    return drawn.pdf(pages, Look(font=PDF_FONT), rng)


def seconds(work: Callable[[], object]) -> float:
    """How long the work takes, once."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def ratio(ours: Callable[[], object], theirs: Callable[[], object], rounds: int) -> float:
    """Their time over ours, the median of some rounds in turn."""
    ours()
    return statistics.median(b / a for a, b in ((seconds(ours), seconds(theirs)) for _ in range(rounds)))


def native(data: bytes) -> None:
    """Prints the ratios on native PDF."""

    def plumbed() -> object:
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            return [page.extract_tables() for page in pdf.pages]

    def lattice() -> object:
        return camelot_read(io.BytesIO(data), pages="all", flavor="lattice", suppress_stdout=True)

    def ours() -> object:
        return parse_document(data, "bench.pdf")

    n_pages = len(pypdfium2.PdfDocument(data))
    print(f"native PDF: {n_pages / seconds(ours):.0f} pages/s")
    print(f"  {ratio(ours, plumbed, ROUNDS):5.1f} times as fast as pdfplumber's bare extract_tables (goal 5)")
    print(f"  {ratio(ours, lattice, SLOW_ROUNDS):5.1f} times as fast as camelot lattice (goal 15)")


def scanned() -> None:
    """Prints the ratio on a scanned page."""
    data = SCAN.read_bytes()
    page = pypdfium2.PdfDocument(data)
    images = [np.asarray(p.render(scale=SCAN_SCALE).to_numpy()) for p in page]
    engine = RapidOCR(params={"Global.log_level": "critical"})
    found = ratio(
        lambda: parse_document(data, SCAN.name), lambda: [engine(image) for image in images], SLOW_ROUNDS
    )
    print(f"scanned page: {1 / found:.2f} times one bare rapidocr call (goal at most 1.2)")


def memory(files: dict[str, bytes], label: str) -> None:
    """Prints the peak memory of a run over files, in a process of its own with one worker."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "in")
        source.mkdir()
        for name, data in files.items():
            (source / name).write_bytes(data)
        command = [
            sys.executable,
            "-m",
            "pipeline",
            "parse",
            str(source),
            "--out",
            str(Path(folder, "out")),
            "--jobs",
            "1",
        ]
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(f"peak memory, {label}: {max(before, peak) / MEGABYTE:.0f} MB")


def main() -> None:
    """Prints everything; memory first, for the peak of children only grows."""
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    data = document()
    for n in FILES:
        memory(
            {f"{k}.pdf": data + b"\n%" + str(k).encode() for k in range(n)},
            f"{n} native PDFs (goal below 250 MB)",
        )
    memory({SCAN.name: SCAN.read_bytes()}, "a scan (goal below 1200 MB)")
    native(data)
    scanned()


if __name__ == "__main__":
    main()
