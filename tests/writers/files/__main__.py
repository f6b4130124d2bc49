"""Writes the committed fixtures, or documents by chance to try the reader on.

    python -m tests.writers.files fixtures            all of tests/fixtures anew, from fixtures.toml
    python -m tests.writers.files chance OUT --n 40   documents that are not kept

It needs Chromium, LibreOffice and the fonts of Debian's fonts-arphic-ukai, fonts-arphic-uming,
fonts-wqy-zenhei, fonts-wqy-microhei and fonts-noto-cjk; the tests need none of them.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from tests.writers.files.make import OFFICE_ENGINES, PDF_ENGINES, Made, Plan, chance, kind_of, made

FOLDER = Path(__file__).parents[2] / "fixtures"
PLANS = Path(__file__).parent / "fixtures.toml"


def plans() -> dict[str, Plan]:
    """The committed documents by name."""
    told = tomllib.loads(PLANS.read_text(encoding="utf-8"))
    return {name: Plan(**settings) for name, settings in told.items()}


def write(folder: Path, name: str, document: Made) -> Path:
    """Puts a document and its truth beside each other; returns the document's path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.{document.ending}"
    path.write_bytes(document.data)
    truth = {"source": path.name, **document.truth}
    (folder / f"{name}.json").write_text(_lines(truth), encoding="utf-8")
    return path


def _lines(truth: dict[str, Any]) -> str:
    """The truth as JSON, a fund line or indicator a line."""
    text = json.dumps(truth, ensure_ascii=False, indent=1)
    return (
        re.sub(
            r"\{\n\s+([^{}\[\]]*?)\n\s+\}", lambda found: "{" + re.sub(r"\n\s+", " ", found[1]) + "}", text
        )
        + "\n"
    )


@click.group(help=__doc__)
def main() -> None:
    pass


@main.command(help="The committed documents, all or some by name.")
@click.argument("names", nargs=-1)
def fixtures(names: Sequence[str]) -> None:
    for name, plan in plans().items():
        if names and name not in names:
            continue
        path = write(FOLDER / kind_of(plan), name, made(plan))
        click.echo(f"{path.relative_to(FOLDER)} {path.stat().st_size // 1024} kB")


@main.command("chance", help="Documents by chance into OUT.")
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--n", default=10, show_default=True, help="How many of each engine.")
@click.option("--seed", default=1000, show_default=True, help="The first document's seed.")
@click.option(
    "--engine",
    "-e",
    multiple=True,
    type=click.Choice([*PDF_ENGINES, *OFFICE_ENGINES]),
    help="Only this engine; may be repeated.",
)
@click.option("--dpi", default=0, help="Scan what the engine makes.")
def by_chance(out: Path, n: int, seed: int, engine: Sequence[str], dpi: int) -> None:
    for name in engine or (*PDF_ENGINES, *OFFICE_ENGINES):
        for k in range(n):
            plan = chance(name, seed + k, dpi=dpi)
            write(out, f"{name}-{seed + k}{f'-{dpi}' if dpi else ''}", made(plan))


if __name__ == "__main__":
    main()
