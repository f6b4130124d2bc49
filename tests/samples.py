"""A small sample of every dialect, layout, format, kind of damage and fixture, and how many rows are right.

Comes in: the group and name of a sample. Goes out: its documents, the same on every run, and a `Count` of
what the reader makes of them. `floors.toml` states the count that each must reach, one line a sample.

    python -m tests.samples

reads all samples and raises the floors of those that are read better; it lowers none. A sample without a
line gets the floor that it reaches. `make accuracy` measures with many more documents.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from pipeline.app.document import parse_document
from tests.accuracy import FIXTURES, PICTURES, Accuracy, fixtures, read
from tests.compare import compare_document, shown
from tests.writers.damage import EACH_FORM, EACH_ROW, LOST_LEVEL
from tests.writers.formats import FORMATS
from tests.writers.inventor import invented
from tests.writers.report import golden_documents
from tests.writers.templates import LAYOUTS, Printed, layouts_for, printed
from tests.writers.text import DIALECTS, Written, written, written_damaged
from tests.writers.told import told

FLOORS = Path(__file__).parent / "floors.toml"
SLOW = frozenset({"glued", "glued-rows"})  # a tenth of a second a row: fewer documents
DIALECTS_OF_A_LAYOUT = ("grid", "html-page", "cells-bare")  # with rulings, with merged cells, without either
DOCUMENTS_OF_A_FORMAT = 4
DOCUMENTS_TOLD = 8
TOLD = "sentences"
FORMS_OF_A_DAMAGE = 8
PICTURE_SLACK = 1  # row; the recogniser's sums are rounded otherwise on other processors


@dataclass(frozen=True, slots=True)
class Count:
    """Rows that are right, of how many; rows that truth does not have; wrong rows that claim to be sure. Of a
    file, fund cells and fields of the form's head that are right, too.
    """

    rows: int
    of: int
    made_up: int = 0
    sure_wrong: int = 0
    funds: tuple[int, int] | None = None
    heads: tuple[int, int] | None = None

    def worse(self, other: Count) -> bool:
        """Is anything worse here, or the sample another?"""
        return self.of != other.of or any(a < b for a, b in zip(self._goods(), other._goods(), strict=True))

    def _goods(self) -> tuple[int, ...]:
        own = (self.rows, -self.made_up, -self.sure_wrong)
        return own + tuple(n for pair in (self.funds, self.heads) for n in (pair or (0,))[:1])

    def told(self) -> str:
        """As a value of `floors.toml`."""
        parts = [f'rows = "{self.rows} of {self.of}"']
        parts += [
            f'{name} = "{pair[0]} of {pair[1]}"'
            for name, pair in (("funds", self.funds), ("heads", self.heads))
            if pair is not None
        ]
        parts += [
            f"{name} = {n}" for name, n in (("made_up", self.made_up), ("sure_wrong", self.sure_wrong)) if n
        ]
        return "{ " + ", ".join(parts) + " }"

    @staticmethod
    def read(told: Mapping[str, Any]) -> Count:
        """The count that a line of `floors.toml` states."""
        pairs = {k: tuple(map(int, v.split(" of "))) for k, v in told.items() if isinstance(v, str)}
        numbers = {k: v for k, v in told.items() if isinstance(v, int)}
        rows, of = pairs.pop("rows")
        return Count(rows, of, **numbers, **pairs)


@dataclass(slots=True)
class Found:
    """What was counted, and the differences for people."""

    count: Count
    wrong: list[str] = field(default_factory=list)


# ---- the samples
# --------------------------------------------------------------------------------------------------


def names() -> dict[str, list[str]]:
    """Every sample by its group."""
    return {
        "dialect": list(DIALECTS),
        "told": [TOLD],
        "layout": list(LAYOUTS),
        "format": list(FORMATS),
        "damage": [*EACH_ROW, *EACH_FORM, LOST_LEVEL],
        "file": [p.relative_to(FIXTURES).as_posix() for p in fixtures()],
    }


def is_picture(group: str, name: str) -> bool:
    """Is the sample a file that must be recognised?"""
    return group == "file" and name.partition("/")[0] in PICTURES


def measured(group: str, name: str) -> Found:
    """One sample, read and counted."""
    if group == "file":
        return _of_file(FIXTURES / name)
    makers = {
        "dialect": _in_dialect,
        "told": _told,
        "layout": _in_layout,
        "format": _in_format,
        "damage": _with_damage,
    }
    return _of_texts(makers[group](name))


@cache
def _golden() -> tuple[tuple[Mapping[str, Any], ...], ...]:
    """The first two forms of one golden document of each type of form."""
    out = {}
    for forms in golden_documents():
        out.setdefault(forms[0]["form_type"], tuple(forms[:2]))
    return tuple(out.values())


def _in_dialect(dialect: str) -> Iterator[Written]:
    """Golden and invented forms, each in a layout by chance."""
    documents: list[Sequence[Mapping[str, Any]]] = [*_golden()]
    documents += [invented(40 + k, n_forms=1 + (k == 1), target=k % 3 == 2) for k in range(6)]
    if dialect in SLOW:
        documents = [forms[:1] for forms in documents[1::2]]
    for number, forms in enumerate(documents):
        rng = Random(f"{dialect} sample {number}")
        able = [name for name in layouts_for(forms[0]) if all(name in layouts_for(f) for f in forms)]
        layout = rng.choice(able)
        yield written([printed(f, layout, rng) for f in forms], dialect, rng)


def _told(name: str) -> Iterator[Written]:
    """Invented forms as pages that tell their indicators in sentences."""
    for number in range(DOCUMENTS_TOLD):
        rng = Random(f"{name} sample {number}")
        forms = invented(120 + number, n_forms=1 + number % 2, target=number % 3 == 2)
        text, truths = told([printed(f, rng.choice(layouts_for(f)), rng) for f in forms], "fit", rng)
        yield Written(text.encode(), f"{name}.txt", {"source": f"{name}.txt", "projects": truths})


def _in_layout(layout: str) -> Iterator[Written]:
    target = LAYOUTS[layout]["form_type"].endswith("target")
    for number, dialect in enumerate(DIALECTS_OF_A_LAYOUT):
        rng = Random(f"{layout} sample {number}")
        forms = invented(60 + number, n_forms=2 if number == 0 else 1, target=target)
        yield written([printed(f, layout, rng) for f in forms], dialect, rng)


def _in_format(name: str) -> Iterator[Written]:
    for number in range(DOCUMENTS_OF_A_FORMAT):
        rng = Random(f"{name} sample {number}")
        forms = invented(100 + number, n_forms=1 + number % 2, target=number % 3 == 2)
        yield FORMATS[name]([printed(f, rng.choice(layouts_for(f)), rng) for f in forms], rng)


def _with_damage(kind: str) -> Iterator[Written]:
    """Forms in layouts that show the damage: one that changes nothing is passed over."""
    made = number = 0
    while made < FORMS_OF_A_DAMAGE:
        rng = Random(f"{kind} sample {number}")
        form = invented(80 + number, target=number % 3 == 2)[0]
        page: Printed = printed(form, rng.choice(layouts_for(form)), rng)
        document = written_damaged([page], kind, rng)
        if document.data != written_damaged([page], None, rng).data:
            made += 1
            yield document
        number += 1


# ---- counting
# -----------------------------------------------------------------------------------------------------


def _of_texts(documents: Iterable[Written]) -> Found:
    accuracy, wrong = Accuracy(), []
    for number, document in enumerate(documents):
        rows = parse_document(document.data, document.name)
        accuracy.add(document.truth, rows)
        if told := shown(compare_document(document.truth, rows)):
            wrong.append(f"==== document {number}\n{told}")
    return Found(_count(accuracy), wrong)


def _of_file(path: Path) -> Found:
    truth, rows = read(path)
    accuracy = Accuracy()
    accuracy.add(truth, rows)
    count = _count(accuracy)
    if path.parent.name not in PICTURES:
        funds, heads = ((t.right, t.all) for t in (accuracy.funds, accuracy.heads))
        count = replace(count, funds=funds, heads=heads)
    return Found(count, [shown(compare_document(truth, rows))])


def _count(accuracy: Accuracy) -> Count:
    sure_wrong = accuracy.sure.all - accuracy.sure.right
    return Count(accuracy.rows.right, accuracy.rows.all, accuracy.made_up, sure_wrong)


# ---- floors
# -------------------------------------------------------------------------------------------------------


def floors() -> dict[tuple[str, str], Count]:
    """The floor of every sample."""
    told = tomllib.loads(FLOORS.read_text(encoding="utf-8"))
    return {
        (group, name): Count.read(floor) for group, lines in told.items() for name, floor in lines.items()
    }


def raised(old: Count | None, found: Count, slack: int = 0) -> Count:
    """The new floor of a sample: never below the old one; `slack` rows below what was found."""
    reached = replace(found, rows=max(0, found.rows - slack))
    return reached if old is None or not reached.worse(old) else old


def main() -> None:
    """Raises the floors."""
    old = floors() if FLOORS.exists() else {}
    head = re.split(r"^\[", FLOORS.read_text(encoding="utf-8"), maxsplit=1, flags=re.MULTILINE)[0]
    lines = [head.rstrip("\n")]
    for group, members in names().items():
        lines += ["", f"[{group}]"]
        for name in members:
            found = measured(group, name).count
            floor = raised(old.get((group, name)), found, PICTURE_SLACK if is_picture(group, name) else 0)
            lines.append(f"{json.dumps(name)} = {floor.told()}")
    FLOORS.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
