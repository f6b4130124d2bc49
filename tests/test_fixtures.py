"""Files of every kind, read from bytes to rows: native ones wholly right, scans over their goal, and no wrong
row that claims to be sure.

The documents and their truths come from `tests.writers.files`; `tests/fixtures/README.md` says how. What the
reader still gets wrong stands in `KNOWN_FAILURES`; one that starts to pass fails its test, so that it is
taken off.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.accuracy import FIXTURES, GOALS, PICTURES, Accuracy, fixtures, read
from tests.compare import compare_document, shown
from tests.writers.files.__main__ import plans
from tests.writers.files.make import kind_of, truth_of

ALL = fixtures()
NATIVE = [p for p in ALL if p.parent.name not in PICTURES]
FIELDS = 99.5  # percent of a native file's fund cells and project fields
KNOWN_FAILURES = {  # document, or kind of picture → what is wrong
    "pdf/drawn-borderless.pdf": "levels of a table without borders",
    "picture": "characters of seals and dust are read as text",
}


def problems(accuracy: Accuracy, rows: float, fields: float | None) -> list[str]:
    """What falls short of the goals, in percent."""
    told = [] if accuracy.rows.share >= rows else [f"rows {accuracy.rows.share:.2f}"]
    if accuracy.made_up:
        told.append(f"{accuracy.made_up} rows made up")
    if fields is not None:
        told += [
            f"{name} {t.share:.2f}"
            for name, t in (("funds", accuracy.funds), ("fields", accuracy.heads))
            if t.share < fields
        ]
    if accuracy.sure.right < accuracy.sure.all:
        told.append(f"{accuracy.sure.all - accuracy.sure.right} wrong rows are sure")
    return told


def judged(name: str, found: list[str], differences: str) -> None:
    """Fails where a document is wrong, or right though it is known to be wrong."""
    if name in KNOWN_FAILURES:
        assert found, f"{name} is read right: take it off KNOWN_FAILURES ({KNOWN_FAILURES[name]})"
    else:
        assert not found, f"{name}: {', '.join(found)}\n{differences}"


def test_every_kind_has_documents() -> None:
    assert {p.parent.name for p in ALL} == set(GOALS)
    assert {f"{kind_of(plan)}/{name}" for name, plan in plans().items()} == {
        f"{p.parent.name}/{p.stem}" for p in ALL
    }
    assert set(KNOWN_FAILURES) <= {p.relative_to(FIXTURES).as_posix() for p in NATIVE} | PICTURES


@pytest.mark.parametrize("path", ALL, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_truth_is_what_the_invented_forms_say(path: Path) -> None:
    truth = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert truth == json.loads(json.dumps({"source": path.name, **truth_of(plans()[path.stem])}))


@pytest.mark.parametrize("path", NATIVE, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_native_files_are_read_right(path: Path) -> None:
    truth, rows = read(path)
    accuracy = Accuracy()
    accuracy.add(truth, rows)
    judged(
        path.relative_to(FIXTURES).as_posix(),
        problems(accuracy, 100.0, FIELDS),
        shown(compare_document(truth, rows)),
    )


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted(PICTURES))
def test_pictures_are_over_their_goal(kind: str) -> None:
    accuracy, told = Accuracy(), []
    for path in (p for p in ALL if p.parent.name == kind):
        truth, rows = read(path)
        accuracy.add(truth, rows)
        told.append(f"==== {path.name}\n{shown(compare_document(truth, rows))}")
    assert accuracy.sure.right == accuracy.sure.all, "\n".join(told)
    judged(kind, problems(accuracy, GOALS[kind].rows, None), "\n".join(told))
