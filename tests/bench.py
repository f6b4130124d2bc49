"""How fast native PDF is read: the whole job, file to rows, against pdfplumber's bare `extract_tables` on the same pages.

Run it as `python -m tests.bench`. Both are timed in turn in one process, several times; the median of the ratios is what counts,
for machines are shared and noisy.
"""

from __future__ import annotations

import io
import logging
import statistics
import time
from collections.abc import Callable

import pdfplumber
from reportlab.pdfgen.canvas import Canvas

from pipeline.document import parse_document
from tests.test_read_pdf import table

PAGES, ROUNDS = 10, 5


def document() -> bytes:
    """A PDF with two ruled tables a page."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842))
    for _ in range(PAGES):
        table(canvas, 760)
        table(canvas, 400)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def seconds(work: Callable[[], object]) -> float:
    """How long the work takes, once."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    logging.disable(logging.WARNING)
    data = document()

    def ours() -> object:
        return parse_document(data, "bench.pdf")

    def theirs() -> object:
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            return [page.extract_tables() for page in pdf.pages]

    ours()
    times = [(seconds(ours), seconds(theirs)) for _ in range(ROUNDS)]
    ratio = statistics.median(b / a for a, b in times)
    print(
        f"pages/s: this {PAGES / statistics.median(a for a, _ in times):.0f}, pdfplumber {PAGES / statistics.median(b for _, b in times):.0f}"
    )
    print(f"ratio: {ratio:.1f} times as fast")


if __name__ == "__main__":
    main()
