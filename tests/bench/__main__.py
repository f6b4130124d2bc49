"""The benchmarks.

python -m tests.bench                 speed and memory, with the goals; adds a line to bench/history.csv
python -m tests.bench native formats  some parts of it: starting memory native formats many scanned
python -m tests.bench opinions        what second opinions on geometry are worth
python -m tests.bench work            counts the work a page and a row, for tests/bench/test_work.py
"""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.bench import opinions, speed, work

HISTORY = Path(__file__).parents[2] / "bench" / "history.csv"
COLUMNS = (
    "commit", "pdfplumber", "worst", "camelot", "pdfium_text", "faults", "text", "html", "docx", "xlsx",
    "unseparated", "scan", "mb", "mb_ocr", "texts_s", "version_s",
)  # fmt: skip


def commit() -> str:
    """The commit that is measured, with a plus where files have changed since."""
    git = ["git", "-C", str(HISTORY.parent.parent)]
    head = subprocess.run([*git, "rev-parse", "--short", "HEAD"], check=True, capture_output=True, text=True)
    changed = subprocess.run([*git, "diff", "--quiet", "HEAD", "--", "pipeline", "normalizers"])
    return head.stdout.strip() + "+" * (changed.returncode != 0)


def keep(figures: Mapping[str, float]) -> None:
    """Adds a line to the history; a figure that was not measured is blank."""
    new = not HISTORY.exists()
    HISTORY.parent.mkdir(exist_ok=True)
    with HISTORY.open("a", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        if new:
            out.writeheader()
        out.writerow({"commit": commit(), **{name: f"{value:.3g}" for name, value in figures.items()}})


def main() -> None:
    """Runs what the arguments name."""
    parts = sys.argv[1:]
    if parts == ["opinions"]:
        for line in opinions.table():
            print(line, flush=True)
    elif parts == ["work"]:
        work.tell()
        print(work.COUNTS.read_text(encoding="utf-8"), end="")
    else:
        keep(speed.measured(parts))


if __name__ == "__main__":
    main()
