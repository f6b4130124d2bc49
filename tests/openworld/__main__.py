"""Draws documents of a set, and writes them with their truth, or reads them and tells how well.

    python -m tests.openworld --split judge --out DIR     docs/ and truth/, one JSON a document
    python -m tests.openworld --split judge --measure     tables by kind, mutation, and both

Equal options draw equal documents.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from tests.openworld import measure
from tests.openworld.draw import FILE_KINDS, KINDS, TEXT_KINDS, Drawn, Stratum, documents
from tests.openworld.layouts import layouts
from tests.openworld.mutations import MUTATIONS
from tests.openworld.words import SPLITS

GROUPS = {"text": TEXT_KINDS, "files": FILE_KINDS, "all": KINDS}
TABLES: dict[str, Callable[[Stratum], str]] = {
    "kind": lambda s: s.kind,
    "mutation": lambda s: s.mutation,
    "layout": lambda s: s.layout,
    "stratum": str,
}


def write(drawn: Iterator[Drawn], folder: Path) -> int:
    """Every document into `docs`, its truth into `truth`; gives their number."""
    count = 0
    for name in ("docs", "truth"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for document in drawn:
        (folder / "docs" / document.name).write_bytes(document.data)
        text = json.dumps(document.truth, ensure_ascii=False, indent=1)
        (folder / "truth" / f"{document.name}.json").write_text(text, encoding="utf-8")
        count += 1
    return count


def _drawn(
    split: str,
    kinds: Sequence[str],
    mutations: Sequence[str],
    only: Sequence[str],
    without: Sequence[str],
    **numbers: int,
) -> Iterator[Drawn]:
    """The documents that are asked for; `numbers` are `n` and `seed`."""
    own = [k for kind in kinds for k in GROUPS.get(kind, (kind,))]
    if unknown := set(own) - {*KINDS}:
        raise click.BadParameter(f"no such kind: {', '.join(sorted(unknown))}")
    chosen = [name for name in only or layouts(split) if name not in without]
    return documents(split, own, mutations or tuple(MUTATIONS), numbers["n"], numbers["seed"], chosen)


@click.command(help=__doc__)
@click.option("--split", type=click.Choice(SPLITS), default="judge", show_default=True)
@click.option(
    "--kinds", "-k", multiple=True, default=["all"], help="all, text, files, or a kind; may be repeated."
)
@click.option(
    "--mutations", "-m", multiple=True, type=click.Choice(list(MUTATIONS)), help="All if none is given."
)
@click.option("--layout", "only", multiple=True, help="Only these layouts.")
@click.option("--without", multiple=True, help="Not these layouts.")
@click.option("--n", default=1, show_default=True, help="Documents of every kind and mutation.")
@click.option("--seed", default=0, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="Write the documents here.")
@click.option(
    "--measure", "tables", multiple=True, type=click.Choice(list(TABLES)), help="Print a table by this."
)
def main(out: Path | None, tables: Sequence[str], **drawing: Any) -> None:
    drawn = list(_drawn(**drawing))
    if out is not None:
        click.echo(f"{write(iter(drawn), out)} documents")
    if tables:
        told = measure.measured(drawn)
        for name in tables:
            click.echo(measure.table(measure.grouped(told, TABLES[name])) + "\n")
        click.echo(measure.faults(measure.grouped(told)))


if __name__ == "__main__":
    main()
