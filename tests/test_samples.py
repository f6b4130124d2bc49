"""Every dialect, layout, kind of damage and kind of file is read as well as its own floor in `floors.toml`
says.

Comes in: the small samples of `tests.samples`, the same on every run. What is asked: so many of so many rows
right, none made up and none wrong though sure beyond what the floor states. A sample that is read better
fails too, until its floor is raised; only pictures may be read better unsaid, for the recogniser's sums
differ between processors.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.accuracy import FIXTURES, GOALS, PICTURES, fixtures
from tests.samples import Count, floors, is_picture, measured, names, raised
from tests.writers.files.__main__ import plans
from tests.writers.files.make import kind_of, truth_of

ALL = [(group, name) for group, members in names().items() for name in members]
FLOORS = floors()


def test_every_sample_has_a_floor() -> None:
    assert set(FLOORS) == set(ALL)


@pytest.mark.parametrize(
    ("group", "name"),
    [pytest.param(*s, marks=pytest.mark.slow if is_picture(*s) else (), id="/".join(s)) for s in ALL],
)
def test_a_sample_is_read_as_well_as_its_floor(group: str, name: str) -> None:
    found, floor = measured(group, name), FLOORS[group, name]
    told = f"{found.count.told()}, the floor is {floor.told()}\n" + "\n".join(found.wrong)
    assert not found.count.worse(floor), told
    assert is_picture(group, name) or found.count == floor, f"better: python -m tests.samples; {told}"


COUNTS = [
    (Count(8, 10), False),
    (Count(9, 10), True),
    (Count(10, 10), True),
    (Count(9, 11), False),  # another sample
    (Count(10, 10, made_up=1), False),
    (Count(10, 10, sure_wrong=1), False),
]


@pytest.mark.parametrize(("count", "held"), COUNTS)
def test_a_floor_is_held_in_everything(count: Count, held: bool) -> None:
    assert count.worse(Count(9, 10)) is not held


def test_a_floor_is_raised_and_never_lowered() -> None:
    old = Count(9, 10)
    assert raised(old, Count(10, 10)) == Count(10, 10)
    assert raised(old, Count(10, 10), slack=1) == raised(old, Count(8, 10)) == old
    assert raised(old, Count(10, 10, made_up=1)) == old
    assert raised(None, Count(3, 10)) == Count(3, 10)


def test_a_floor_is_read_as_it_is_told() -> None:
    assert Count.read({"rows": "9 of 10", "funds": "3 of 4", "sure_wrong": 1}) == Count(
        9, 10, sure_wrong=1, funds=(3, 4)
    )


# ---- the committed files
# -------------------------------------------------------------------------------------


def test_every_kind_of_file_has_documents() -> None:
    assert {p.parent.name for p in fixtures()} == set(GOALS)
    assert set(GOALS) >= PICTURES
    assert {f"{kind_of(plan)}/{name}" for name, plan in plans().items()} == {
        f"{p.parent.name}/{p.stem}" for p in fixtures()
    }


@pytest.mark.parametrize("path", fixtures(), ids=lambda p: p.relative_to(FIXTURES).as_posix())
def test_truth_is_what_the_invented_forms_say(path: Path) -> None:
    truth = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert truth == json.loads(json.dumps({"source": path.name, **truth_of(plans()[path.stem])}))
