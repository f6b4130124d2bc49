"""The reader is not fitted to its samples: their forms, and invented ones, in other layouts and every text
dialect.

Comes in: documents that `tests.writers` makes, the same on every run. What is asked: the share of rows that
are right in all their fields, dialect by dialect, and that a wrong row does not claim to be sure. Run with
`-s` to see the table.
"""

from __future__ import annotations

from collections import defaultdict

import pytest

from tests.writers.report import Measured, golden_documents, invented_documents, measure, samples, table
from tests.writers.text import DIALECTS

N_INVENTED = 15
LEAST = {  # percent of rows right
    "grid": 100.0,
    "markdown": 100.0,
    "html-line": 100.0,
    "html-pretty": 100.0,
    "html-page": 100.0,
    "damaged-grid": 98.0,
    "cells-tab": 98.0,
    "cells-blank": 98.0,
    "cells-bare": 98.0,
    "spaces": 95.0,
    "spaces-wrapped": 90.0,  # lines of wrapped cells, told apart by their edges alone
    "one-line": 95.0,
    "row-a-line": 95.0,
    "glued-rows": 90.0,
    "glued": 90.0,
}
MOST_SURE_WRONG = 0.5  # percent of rows that are wrong with a confidence above 0.9


@pytest.fixture(scope="module")
def measured() -> dict[str, Measured]:
    """Every dialect, measured once."""
    out: dict[str, Measured] = defaultdict(Measured)
    documents = [*golden_documents(), *invented_documents(N_INVENTED)]
    for dialect in DIALECTS:
        for sample in samples(dialect, documents):
            results, _, seconds = measure(sample)
            out[dialect].add(results, seconds)
    print("\n" + table("dialect", out))
    return out


def test_every_dialect_has_a_floor() -> None:
    assert set(LEAST) == set(DIALECTS)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_rows_right(dialect: str, measured: dict[str, Measured]) -> None:
    assert measured[dialect].share >= LEAST[dialect], table("dialect", {dialect: measured[dialect]})


def test_wrong_rows_are_not_sure(measured: dict[str, Measured]) -> None:
    rows, wrong = (sum(getattr(m, name) for m in measured.values()) for name in ("rows", "sure_wrong"))
    assert 100 * wrong / rows < MOST_SURE_WRONG, table("dialect", measured)
