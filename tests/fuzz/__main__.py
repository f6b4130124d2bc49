"""`python -m tests.fuzz KIND FOLDER [options of libFuzzer]`: atheris on one reader, its corpus in a folder.

Comes in: a kind of `SEEDS`, a folder for the corpus, which gets the seed and some mutants; then
`-max_total_time=600` and the like. Goes out: what libFuzzer prints; it keeps an input that shows a bug.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["pipeline", "normalizers", "xlrd", "olefile"]):
    from tests.fuzz.targets import mutants, one_input, seed


def main(kind: str, corpus: Path, options: list[str]) -> None:
    """See the module."""
    corpus.mkdir(parents=True, exist_ok=True)
    for data in (seed(kind), *mutants(kind, 20)):
        (corpus / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
    atheris.Setup([sys.argv[0], *options, str(corpus)], lambda data: one_input(data, kind))
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
