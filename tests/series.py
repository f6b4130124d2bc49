"""How well projects are joined over years: drawn ones of many places are linked and compared with the truth.

Comes in: seeds. Goes out: precision of the links (does each join a project with itself?) and recall (of all
pairs of one project's forms in different documents, how many share a series?), with the worst of each. Run it
as `python -m tests.series [--seed N] [--projects N] [--show N]`; a part of `make accuracy`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

import click

from pipeline.corpus.series import Link, links
from tests.writers.projects import Drawn, drawn

PRECISION, RECALL = 99.0, 95.0  # percent


@dataclass(frozen=True, slots=True)
class Measured:
    """Links and pairs: made, right; wanted, found."""

    links: int
    right: int
    wanted: int
    found: int
    wrong: Sequence[tuple[str, str]]

    @property
    def precision(self) -> float:
        """Percent of the links that join a project with itself."""
        return 100 * self.right / self.links if self.links else 100.0

    @property
    def recall(self) -> float:
        """Percent of the pairs of one project's forms that share a series."""
        return 100 * self.found / self.wanted if self.wanted else 100.0


def measured(made: Drawn) -> Measured:
    """The links of drawn projects against the truth."""
    found = links(made.projects, {}, made.documents)
    return compared(found, made)


def compared(found: Sequence[Link], made: Drawn) -> Measured:
    """Links against the truth."""
    joined = [(k.project_id, k.linked_to) for k in found if k.linked_to is not None]
    wrong = [(a, b) for a, b in joined if made.truth[a] != made.truth[b]]
    wanted = Counter(made.truth.values())
    both = Counter((made.truth[k.project_id], k.series_id) for k in found)
    return Measured(
        len(joined),
        len(joined) - len(wrong),
        sum(comb(n, 2) for n in wanted.values()),
        sum(comb(n, 2) for n in both.values()),
        wrong,
    )


def table(told: Measured, forms: int) -> str:
    """The figures for people, with the goals."""
    met = "met" if told.precision >= PRECISION and told.recall >= RECALL else "NOT"
    return (
        "series          forms   links  precision %  pairs wanted  recall %  goal "
        f"{PRECISION:g} and {RECALL:g}\n"
        f"{'':14} {forms:6d}  {told.links:6d}  {told.precision:11.2f}  {told.wanted:12d}  "
        f"{told.recall:8.2f}  {met}"
    )


@click.command(help=__doc__)
@click.option("--seed", default=0, show_default=True)
@click.option("--projects", default=5000, show_default=True)
@click.option("--show", default=0, help="Print so many wrong links and split projects.")
def main(seed: int, projects: int, show: int) -> None:
    made = drawn(seed, projects)
    found = links(made.projects, {}, made.documents)
    told = compared(found, made)
    click.echo(table(told, len(made.projects)))
    by_id = {p["project_id"]: p for p in made.projects}
    for a, b in told.wrong[:show]:
        click.echo(f"wrong {_shown(by_id[a])}\n      {_shown(by_id[b])}")
    split: dict[int, dict[str, str]] = {}
    for k in found:
        split.setdefault(made.truth[k.project_id], {}).setdefault(k.series_id, k.project_id)
    for parts in [s for s in split.values() if len(s) > 1][:show]:
        click.echo("split " + "\n      ".join(_shown(by_id[p]) for p in parts.values()))


def _shown(row: object) -> str:
    names = ("project_name", "implementing_unit", "supervising_department", "fiscal_year", "form_type")
    return " | ".join(str(row[n]) for n in names) if isinstance(row, dict) else ""


if __name__ == "__main__":
    main()
