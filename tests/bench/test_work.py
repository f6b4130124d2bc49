"""The count of work a page and a row does not grow; `python -m tests.bench work` writes what it is now."""

from __future__ import annotations

from tests.bench.work import counted, told


def test_no_more_work_is_done_than_before() -> None:
    now, before = counted(), told()
    assert now.keys() == before.keys()
    assert {name: n for name, n in now.items() if n > before[name]} == {}
