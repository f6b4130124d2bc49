"""A folder of invented documents to try things on: `python -m tests.writers.sample --out data/sample --n 300`.

Comes in: how many. Goes out: that many files (text, HTML, Word, Excel), with the same forms on every run:
self-evaluations of all trades in counties of all provinces, and for every third of them the target form of the
same project, in which one target was another. Nothing in them happened; the counties' names are real, so that
places are found.
"""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any, cast

import click

from tests.writers.formats import FORMATS
from tests.writers.inventor import Form, invented
from tests.writers.projects import PLACES
from tests.writers.templates import Printed, layouts_for, printed
from tests.writers.text import written

TEXTS = ("grid", "markdown", "html-line", "cells-tab", "html-page")
FILES = ("docx", "xlsx stacked", "xlsx sheets")
COUNTIES = 24  # few, so that the same things are bought in several
FIRST_SEED = 70_000
TARGET_EVERY = 3
BEFORE = (0.8, 0.9, 1.1, 1.25, 1.5, 2.0)  # a revised target was so many times the later one
FIGURE = re.compile(r"\d+(\.\d+)?")
SAME = ("project_name", "supervising_department", "implementing_unit", "fiscal_year", "place")


def documents(count: int) -> Iterator[tuple[str, bytes]]:
    """Names and bytes of the files."""
    counties = _counties()
    made = seed = 0
    while made < count:
        rng = Random(f"sample {seed}")
        form = _at(invented(FIRST_SEED + seed)[0], rng.choice(counties))
        drawn = [form]
        if seed % TARGET_EVERY == 0 and not form.get("overall"):
            drawn.append(_target_of(form, seed, rng))
        for one in drawn[: count - made]:
            name, data = _written(one, rng)
            made += 1
            yield f"{made:04d}_{one['fiscal_year']}_{one['form_type']}{Path(name).suffix}", data
        seed += 1


def _counties() -> list[str]:
    with PLACES.open(encoding="utf-8") as file:
        names = [row["name"] for row in csv.DictReader(file, delimiter="\t")]
    once = {name for name, n in Counter(names).items() if n == 1}
    return Random("counties").sample(sorted(n for n in once if n.endswith("县") and len(n) == 3), COUNTIES)


def _at(form: Form, county: str) -> Form:
    """The form, of another place."""
    told = json.dumps(form, ensure_ascii=False).replace(form["place"], county)
    return cast(Form, json.loads(told))


def _target_of(form: Form, seed: int, rng: Random) -> Form:
    """The target form that the project had when its year began."""
    blank = {"actual_raw": None, "score": None, "review_score": None, "deviation_reason": None}
    rows: list[dict[str, Any]] = [{**row, **blank} for row in form["indicators"]]
    counted = [r for r in rows if r["level2"] == "数量指标" and re.search(r"[1-9]", r["target_raw"] or "")]
    if counted:
        row = rng.choice(counted)
        times = rng.choice(BEFORE)
        row["target_raw"] = FIGURE.sub(lambda m: f"{float(m[0]) * times:.0f}", row["target_raw"], count=1)
    target: Mapping[str, Any] = invented(FIRST_SEED + seed, target=True)[0]
    return {**_at(dict(target), form["place"]), **{n: form[n] for n in SAME}, "indicators": rows}


def _written(form: Form, rng: Random) -> tuple[str, bytes]:
    page: Printed = printed(form, rng.choice(layouts_for(form)), rng)
    kind = rng.choice((*TEXTS, *(name for name in FILES if name in FORMATS)))
    document = FORMATS[kind]([page], rng) if kind in FORMATS else written([page], kind, rng)
    return document.name, document.data


@click.command(help="Writes invented documents to try things on.")
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder for them."
)
@click.option("--n", default=300, show_default=True, type=click.IntRange(min=1), help="How many.")
def main(out: Path, n: int) -> None:
    """Writes them; what stands there under the same names is replaced."""
    out.mkdir(parents=True, exist_ok=True)
    for name, data in documents(n):
        (out / name).write_bytes(data)
    click.echo(f"{n} documents in {out}")


if __name__ == "__main__":
    main()
