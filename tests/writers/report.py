"""How well the reader reads every dialect and layout of text, and files of every kind: parsed and compared
with their truth.

Comes in: the golden forms, a number of invented documents written here as text and as files, and the
committed fixtures. Goes out: `Measured`, tables for people, and the list of differences. Run it as `python -m
tests.writers.report [--dialect X] [--template T] [--n N] [--errors FILE] [--no-files | --only-files]`.
Documents are the same on every run; `--seed` gives others.
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import click

from pipeline.app.document import parse_document
from tests import accuracy, audits
from tests.compare import RowResult, Rows, compare_document, rows_right, shown
from tests.writers.formats import FORMATS, Write
from tests.writers.inventor import invented
from tests.writers.templates import LAYOUTS, Printed, layouts_for, printed, reprinted
from tests.writers.text import DIALECTS, Written, written

GOLDEN = Path(__file__).parent.parent / "golden"
FORMS_A_DOCUMENT = 4
DOCUMENTS_A_RULE = 4  # with a planted inconsistency
SCANS_A_RULE = 1
SURE = 0.9  # confidence above which a wrong row misleads


@dataclass(frozen=True, slots=True)
class Sample:
    """One written document and what it was written from."""

    name: str
    dialect: str
    layout: str
    document: Written


@dataclass(slots=True)
class Measured:
    """Rows of one dialect or layout: how many there are, are right, are wrong though sure, or were made up."""

    rows: int = 0
    right: int = 0
    sure_wrong: int = 0
    made_up: int = 0
    documents: int = 0
    seconds: float = 0.0
    wrong_fields: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, results: Iterable[RowResult], seconds: float = 0.0) -> None:
        """Counts one document."""
        self.documents += 1
        self.seconds += seconds
        for result in results:
            self.rows += result.seq is not None
            self.made_up += result.seq is None
            self.right += result.right
            self.sure_wrong += not result.right and result.confidence > SURE
            for name in result.wrong:
                self.wrong_fields[name] += 1

    @property
    def share(self) -> float:
        """Rows right of all rows, in percent."""
        return 100 * self.right / self.rows if self.rows else 0.0

    @property
    def sure_wrong_share(self) -> float:
        """Rows that are wrong with a confidence above `SURE`, of all rows, in percent."""
        return 100 * self.sure_wrong / self.rows if self.rows else 0.0


def golden_documents() -> list[list[dict[str, Any]]]:
    """The golden forms as their publishers meant them, a few to a document, one kind in each."""
    out = []
    for path in sorted(GOLDEN.glob("*.json")):
        forms = [reprinted(f) for f in json.loads(path.read_text(encoding="utf-8"))["projects"]]
        for kind in dict.fromkeys(f["form_type"] for f in forms):
            own = [f for f in forms if f["form_type"] == kind]
            out += [own[k : k + FORMS_A_DOCUMENT] for k in range(0, len(own), FORMS_A_DOCUMENT)]
    return [[{**f, "form_index": n} for n, f in enumerate(forms, 1)] for forms in out]


def invented_documents(n: int, seed: int = 0) -> list[list[dict[str, Any]]]:
    """`n` invented documents of one to four forms; every third holds targets."""
    return [
        invented(1000 * seed + k, n_forms=1 + k * 7 % FORMS_A_DOCUMENT, target=k % 3 == 2) for k in range(n)
    ]


def samples(
    dialect: str,
    documents: Iterable[Sequence[dict[str, Any]]],
    *,
    layout: str | None = None,
    seed: int = 0,
    write: Write | None = None,
) -> Iterator[Sample]:
    """Every document once in the dialect, in `layout` or in one by chance; documents that cannot have the
    layout are left out. `write` writes something else than the dialects of text.
    """
    for number, forms in enumerate(documents):
        able = [name for name in layouts_for(forms[0]) if all(name in layouts_for(f) for f in forms)]
        if not able or (layout is not None and layout not in able):
            continue
        rng = Random(f"{dialect} {seed} {number}")
        name = layout or rng.choice(able)
        pages: list[Printed] = [printed(f, name, rng) for f in forms]
        document = write(pages, rng) if write else written(pages, dialect, rng)
        yield Sample(f"{dialect}-{name}-{number}", dialect, name, document)


def measure(sample: Sample) -> tuple[list[RowResult], Rows, float]:
    """Parses one sample; the seconds are those of parsing alone."""
    start = time.perf_counter()
    rows = parse_document(sample.document.data, sample.document.name)
    seconds = time.perf_counter() - start
    return rows_right(sample.document.truth, rows), rows, seconds


def table(title: str, measured: dict[str, Measured]) -> str:
    """One line a name, with a line for all."""
    lines = [f"{title:18} docs   rows  right %  sure&wrong %  made up  ms/row  wrong fields"]
    for name, m in measured.items():
        worst = sorted(m.wrong_fields.items(), key=lambda kv: -kv[1])[:5]
        lines.append(
            f"{name:18} {m.documents:4d} {m.rows:6d}  {m.share:7.2f}  {m.sure_wrong_share:12.2f}  {m.made_up:7d}  "
            f"{1000 * m.seconds / max(1, m.rows):6.1f}  " + " ".join(f"{k}:{v}" for k, v in worst)
        )
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks for."""

    dialect: Sequence[str]
    template: str | None
    n: int
    seed: int
    golden: bool
    errors: Path | None
    keep: Path | None
    texts: bool
    files: bool
    findings: bool
    scans: bool

    @property
    def everything(self) -> bool:
        """Are all dialects and layouts asked for?"""
        return not self.dialect and not self.template


@click.command(help=__doc__)
@click.option(
    "--dialect",
    "-d",
    multiple=True,
    type=click.Choice(list(DIALECTS)),
    help="Only this dialect; may be repeated.",
)
@click.option("--template", "-t", type=click.Choice(list(LAYOUTS)), help="Only this layout.")
@click.option("--n", default=15, show_default=True, help="Invented documents beside the golden ones.")
@click.option("--seed", default=0, show_default=True, help="Other documents.")
@click.option("--golden/--no-golden", default=True, show_default=True, help="With the golden forms.")
@click.option("--errors", type=click.Path(path_type=Path), help="Write all differences here.")
@click.option(
    "--keep",
    type=click.Path(path_type=Path),
    help="Write the documents with wrong rows, and their truth, into this folder.",
)
@click.option("--texts/--only-files", default=True, show_default=True, help="With the dialects of text.")
@click.option(
    "--files/--no-files",
    default=True,
    show_default=True,
    help="With files of every kind, unless dialects or a layout are asked for.",
)
@click.option(
    "--findings/--no-findings",
    default=True,
    show_default=True,
    help="With the audit of planted inconsistencies.",
)
@click.option("--scans", is_flag=True, help="With the audit of scans, which takes minutes.")
def main(**options: Any) -> None:
    asked = Asked(**options)
    told = _texts(asked) if asked.texts else []
    if asked.files and asked.everything:
        told += _files(asked)
    if asked.findings and asked.everything:
        told += _findings(asked)
    if asked.errors:
        asked.errors.write_text("\n".join(told), encoding="utf-8")


def _texts(asked: Asked) -> list[str]:
    """Prints the tables of dialects and layouts; returns the differences of the documents that have any."""
    by_dialect: dict[str, Measured] = defaultdict(Measured)
    by_layout: dict[str, Measured] = defaultdict(Measured)
    told = []
    documents = [
        *(golden_documents() if asked.golden else []),
        *invented_documents(asked.n, asked.seed),
    ]
    for name in asked.dialect or DIALECTS:
        for sample in samples(name, documents, layout=asked.template, seed=asked.seed):
            right, differences = _measured(sample, (by_dialect[name], by_layout[sample.layout]))
            told += differences
            if asked.keep and not right:
                _keep(asked.keep, sample)
    click.echo(f"{table('dialect', by_dialect)}\n\n{table('layout', by_layout)}")
    return told


def _measured(sample: Sample, into: Iterable[Measured]) -> tuple[bool, list[str]]:
    """Reads and counts a sample; is every row right, and what differs?"""
    results, rows, seconds = measure(sample)
    for measured in into:
        measured.add(results, seconds)
    text = shown(compare_document(sample.document.truth, rows))
    return all(r.right for r in results), [f"==== {sample.name}\n{text}\n"] if text else []


def _files(asked: Asked) -> list[str]:
    """Prints the tables of the formats written here and of the fixtures; returns their differences."""
    by_format: dict[str, Measured] = defaultdict(Measured)
    told = []
    for name, write in FORMATS.items():
        for sample in samples(name, invented_documents(asked.n, asked.seed), seed=asked.seed, write=write):
            told += _measured(sample, (by_format[name],))[1]
    by_kind, wrong = accuracy.measured(accuracy.fixtures())
    click.echo(f"\n{table('format', by_format)}\n\n{accuracy.table(by_kind)}")
    return told + [
        f"==== {path.relative_to(accuracy.FIXTURES)}\n{shown(differences)}\n" for path, differences in wrong
    ]


def _findings(asked: Asked) -> list[str]:
    """Prints the tables of the audit; returns what it missed or made up."""
    kinds = {**audits.dialects(audits.CLEAR), **audits.files()}
    told = []
    for title, split in (("plain forms", None), ("odd forms, layouts held out", "judge")):
        measured = audits.measured(kinds, DOCUMENTS_A_RULE, asked.seed, split)
        click.echo(f"\naudit of {title}\n{audits.tables(measured)}")
        told += [line for rules in measured.values() for tally in rules.values() for line in tally.wrong]
    if asked.scans:
        measured = audits.measured(audits.scans(), SCANS_A_RULE, asked.seed, "judge")
        click.echo(f"\naudit of scans\n{audits.tables(measured)}")
    return told


def _keep(folder: Path, sample: Sample) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    ending = sample.document.name.rpartition(".")[2]
    (folder / f"{sample.name}.{ending}").write_bytes(sample.document.data)
    (folder / f"{sample.name}.json").write_text(
        json.dumps(sample.document.truth, ensure_ascii=False, indent=1), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
