"""Work grows with a document's size, and not with its square: counted in calls, not in seconds."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from types import FrameType

import pytest

from pipeline.app.document import parse_document
from tests.test_flags_and_codes import ROWS, form, page_of, text_of

STEEPEST = 1.25  # n log n from one size to its double is 1.1 to 1.2


def rows(n: int) -> list[list[str]]:
    made = form()
    first = made.index(ROWS[0])
    more = [[*row[:2], f"{row[2]}{k}", *row[3:]] for k in range(n) for row in ROWS]
    return [*made[:first], *more, *made[first + len(ROWS) :]]


def forms(n: int) -> list[list[str]]:
    return [row for _ in range(n) for row in form()]


KINDS: dict[str, Callable[[int], bytes]] = {
    "rows of a text": lambda n: text_of(rows(n)),
    "rows of a page": lambda n: page_of(rows(n)),
    "forms of a text": lambda n: text_of(forms(n)),
    "forms of a page": lambda n: page_of(forms(n)),
    "lines of prose": lambda n: "今天上午，县里召开了春季防火工作会议。\n".encode() * 20 * n,
    "columns of a page": lambda n: page_of([[f"栏{k}" for k in range(20 * n)]] * 5),
    "lines of a word": lambda n: "今天\n".encode() * 40 * n,
    "cells of a line": lambda n: "指标  ".encode() * 40 * n,
    "cells left open": lambda n: b"<html><table>" + b"<td <td " * 20 * n,
}


def calls(data: bytes) -> int:
    """How many functions are called while it is read, Python's own among them."""
    count = 0

    def counting(_: FrameType, event: str, __: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(counting)
    try:
        parse_document(data, "a")
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("kind", KINDS)
def test_work_grows_no_faster_than_n_log_n(kind: str) -> None:
    parse_document(KINDS[kind](1), "a")
    small, large = calls(KINDS[kind](8)), calls(KINDS[kind](16))
    assert math.log2(large / small) < STEEPEST
