"""How fast files are read, as ratios within one run.

The whole job, file to audited rows, is timed in turn with pdfplumber's bare `extract_tables`, camelot's
lattice and pdfium's bare text on the same PDFs (`tests/bench/documents.py`), and a scanned page with one bare
call of rapidocr. Seconds are the processor's, for machines are shared; a document's ratio is the median of
some rounds, a layout's the median of its documents, and the median of all documents counts. Memory is that of
processes of their own that work as the program's workers do.
"""

from __future__ import annotations

import io
import logging
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random

import numpy as np
import pdfplumber
import pypdfium2
from camelot.io import read_pdf as camelot_read
from rapidocr import RapidOCR

from pipeline.app.document import parse_document
from pipeline.audit import findings_of
from pipeline.audit.cases import cases_of
from tests.accuracy import FIXTURES
from tests.audits import files
from tests.bench.documents import Document, forms, pdfs
from tests.writers.templates import LAYOUTS
from tests.writers.text import written

ROUNDS = 3
FORMS = 40  # of each format
LAYOUT = "central_self"
UNSEPARATED = "glued-rows"
TEXTS = 1000
SCAN = FIXTURES / "scan" / "copier-200.pdf"
SCAN_SCALE = 200 / 72
MEGABYTE = 1024  # ru_maxrss is in KB on Linux
PEAK = """
import resource, sys
from pathlib import Path
from pipeline.app.document import parse_document
for name in sys.argv[1:]:
    parse_document(Path(name).read_bytes(), name)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""

Work = Callable[[], object]


def seconds(work: Work) -> float:
    """How much of the processor the work takes, once."""
    start = time.process_time()
    work()
    return time.process_time() - start


def ratio(ours: Work, theirs: Work, rounds: int = ROUNDS) -> float:
    """Their time over ours, the median of some rounds in turn."""
    return statistics.median(b / a for a, b in ((seconds(ours), seconds(theirs)) for _ in range(rounds)))


def job(data: bytes, name: str = "bench.pdf") -> Work:
    """The whole way of a document, its findings too."""

    def done() -> object:
        return findings_of(cases_of(parse_document(data, name), {}))

    return done


def plumbed(data: bytes) -> Work:
    """pdfplumber's bare tables."""

    def done() -> object:
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            return [page.extract_tables() for page in pdf.pages]

    return done


def camelot(data: bytes) -> Work:
    """camelot's lattice."""
    return lambda: camelot_read(io.BytesIO(data), pages="all", flavor="lattice", suppress_stdout=True)


def bare_text(data: bytes) -> Work:
    """pdfium's text of every page."""

    def done() -> object:
        with pypdfium2.PdfDocument(data) as pdf:
            return [page.get_textpage().get_text_range() for page in pdf]

    return done


def native(figures: dict[str, float]) -> Iterator[str]:
    """Lines on native PDF, by layout and for all."""
    by_group: dict[str, list[Sequence[float]]] = defaultdict(list)
    documents = list(pdfs())
    job(documents[0].data)()
    for document in documents:
        ours, data = job(document.data), document.data
        slow = ratio(ours, camelot(data), 1) if _first(document, by_group) else float("nan")
        by_group[document.group].append((ratio(ours, plumbed(data)), slow, ratio(ours, bare_text(data))))
    yield f"{len(documents)} PDFs; the whole job is so many times as fast as"
    yield f"  {'':20} pdfplumber  camelot  pdfium's bare text"
    for group, told in sorted(by_group.items()):
        yield _line(group, [_median(column) for column in zip(*told, strict=True)])
    every = [_median(column) for column in zip(*(t for told in by_group.values() for t in told), strict=True)]
    yield _line("all", every)
    worst = min(_median([t[0] for t in told]) for told in by_group.values())
    figures |= dict(zip(("pdfplumber", "camelot", "pdfium_text"), every, strict=True)) | {"worst": worst}
    yield f"  goals: 8, worst layout 4 (is {worst:.1f}); 20; 0.3"
    sound = [d for d in documents if d.group in LAYOUTS]
    faulty = list(pdfs(faults=True))
    figures["faults"] = statistics.median(
        ratio(job(b.data), job(a.data)) for a, b in zip(sound, faulty, strict=True)
    )
    yield f"with faults in every form {figures['faults']:.2f} times as fast as without (goal 1)"


def _first(document: Document, seen: Mapping[str, object]) -> bool:
    """Is it the first of its group? camelot is asked for one document of each."""
    return document.group not in seen


def _median(values: Sequence[float]) -> float:
    known = [v for v in values if v == v]
    return statistics.median(known) if known else float("nan")


def _line(name: str, values: Sequence[float]) -> str:
    return f"  {name:20} {values[0]:10.1f} {values[1]:8.1f} {values[2]:8.2f}"


def formats(figures: dict[str, float]) -> Iterator[str]:
    """Lines on forms of other formats a second and core."""
    made: dict[str, list[tuple[bytes, str]]] = defaultdict(list)
    writers = files()
    for k in range(FORMS):
        pages = forms(LAYOUT, 300 + k, 1)
        for kind, dialect in (("text", "cells-tab"), ("html", "html-page")):
            told = written(pages, dialect, Random(k))
            made[kind].append((told.data, told.name))
        for kind in ("docx", "xlsx"):
            made[kind].append(writers[kind](pages, Random(k)))
    for kind, documents in made.items():
        job(*documents[0])()
        took = sum(seconds(job(*document)) for document in documents)
        figures[kind] = FORMS / took
        yield f"{kind}: {figures[kind]:.0f} forms a second and core (goal 150)"
    rows, took = 0, 0.0
    for k in range(FORMS // 8):
        told = written(forms(LAYOUT, 300 + k, 1), UNSEPARATED, Random(k))
        rows += len(parse_document(told.data, told.name).indicators)
        took += seconds(job(told.data, told.name))
    figures["unseparated"] = rows / took
    yield f"text without separators: {figures['unseparated']:.0f} rows a second and core (goal 600)"


def scanned(figures: dict[str, float]) -> Iterator[str]:
    """A line on a scanned page."""
    data = SCAN.read_bytes()
    images = [np.asarray(p.render(scale=SCAN_SCALE).to_numpy()) for p in pypdfium2.PdfDocument(data)]
    engine = RapidOCR(params={"Global.log_level": "critical"})
    found = ratio(job(data, SCAN.name), lambda: [engine(image) for image in images])
    figures["scan"] = 1 / found
    yield f"scanned page: {1 / found:.2f} times one bare rapidocr call (goal at most 0.6)"


def memory(figures: dict[str, float]) -> Iterator[str]:
    """Lines on the peak memory of a worker."""
    with tempfile.TemporaryDirectory() as name:
        paths = []
        for document in pdfs():
            paths.append(Path(name, f"{document.name}.pdf"))
            paths[-1].write_bytes(document.data)
        for key, told, goal in (("mb", paths, 200), ("mb_ocr", [SCAN], 700)):
            command = [sys.executable, "-c", PEAK, *map(str, told)]
            peak = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1]
            figures[key] = int(peak) / MEGABYTE
            yield f"peak memory of a worker, {len(told)} files: {figures[key]:.0f} MB (goal below {goal})"


def many(figures: dict[str, float]) -> Iterator[str]:
    """A line on many small files; the seconds are the clock's."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "in")
        folder.mkdir()
        for k in range(TEXTS):
            told = written(forms(LAYOUT, 300 + k % FORMS, 1), "cells-tab", Random(k))
            (folder / f"{k:04}.txt").write_bytes(told.data + f"\n{k}\n".encode())
        command = [sys.executable, "-m", "pipeline", "parse", str(folder), "--out", str(Path(name, "out"))]
        begun = time.monotonic()
        subprocess.run([*command, "--jobs", "2"], check=True, capture_output=True)
        figures["texts_s"] = time.monotonic() - begun
    yield f"{TEXTS} text files by two workers: {figures['texts_s']:.1f} s (goal 15)"


def starting(figures: dict[str, float]) -> Iterator[str]:
    """A line on `--version`."""
    command = [sys.executable, "-m", "pipeline", "--version"]
    took = []
    for _ in range(ROUNDS):
        begun = time.monotonic()
        subprocess.run(command, check=True, capture_output=True)
        took.append(time.monotonic() - begun)
    figures["version_s"] = statistics.median(took)
    yield f"--version: {figures['version_s']:.2f} s (goal 0.3)"


PARTS = (starting, memory, native, formats, many, scanned)


def measured(parts: Sequence[str]) -> dict[str, float]:
    """Prints the lines of some parts, all where none is named; gives their figures."""
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    figures: dict[str, float] = {}
    for part in PARTS:
        if not parts or part.__name__ in parts:
            for line in part(figures):
                print(line, flush=True)
    return figures
