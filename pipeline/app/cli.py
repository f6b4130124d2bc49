"""The command line: `parse` files into tables, `show` what a stage made of one, write a `report`, print the
data `dictionary`; the other commands are in `pipeline/app/verbs.py`.

Comes in: arguments. Goes out: tables in a folder or at a URL and a short account on the terminal, or a line
of JSON for each document, in which no name of a file steers the terminal. Exit status: 0 every file was read
whole, 1 at least one file failed or was read in part, or a correction is stale (the tables are written all
the same), 2 the arguments are wrong, an input is missing, or the output cannot be written, 3 another run
writes there, 130 and 143 interrupted by Ctrl-C or SIGTERM (from 2 on no table is written: those of the run
before stand, and what was read is kept for the next run).
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import Any, cast

import click
from rich.console import Console

from pipeline.app.account import account_of, passed_over, refuse, tell
from pipeline.app.dictionary import dictionary as dictionary_text
from pipeline.app.document import parse_document
from pipeline.app.job import Job, run
from pipeline.app.language import say
from pipeline.app.names import stored
from pipeline.app.parquet_files import BY
from pipeline.app.progress import progress
from pipeline.app.reading import Event
from pipeline.app.remote import is_url
from pipeline.app.runs import REGISTER, cpus, usual_register
from pipeline.app.show import show_forms, show_records, show_tables
from pipeline.app.source_bytes import finder
from pipeline.app.spoken import SETTINGS, SpokenGroup
from pipeline.app.verbs import check, completion, correct, doctor, explain, export
from pipeline.app.workers import DEFAULTS, Limits
from pipeline.corpus.all_documents import finish
from pipeline.form.assemble import forms_of
from pipeline.model.errors import Code, PipelineError
from pipeline.read import read_document
from pipeline.report.site import write_site
from pipeline.report.words import LANGUAGES
from pipeline.version import VERSION

STAGES = ("tables", "forms", "records")


@click.group(cls=SpokenGroup, context_settings=SETTINGS)
@click.version_option(VERSION, message="%(version)s")
def main() -> None:
    """Reads Chinese budget-performance disclosures and writes them as five typed Parquet tables."""


for _verb in (check, explain, export, correct, doctor, completion):
    main.add_command(_verb)


class _Place(click.ParamType[Path | str]):
    """A path, or a URL that fsspec knows."""

    name = "path or URL"

    def __init__(self, path: click.Path) -> None:
        self._path = path

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path | str:
        """A URL as it is, a path checked."""
        return value if is_url(value) else cast(Path, self._path.convert(value, param, ctx))


@main.command()
@click.argument("inputs", nargs=-1, required=True, type=_Place(click.Path(exists=True, path_type=Path)))
@click.option(
    "--out",
    required=True,
    type=_Place(click.Path(file_okay=False, path_type=Path)),
    help="Folder or URL for the tables; made if missing.",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=cpus,
    show_default="one a CPU",
    help="Documents read side by side.",
)
@click.option("--cluster", metavar="ADDRESS", help="Dask scheduler on whose workers to read: tcp://….")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=DEFAULTS.timeout,
    help="Seconds that one document may take.",
)
@click.option(
    "--memory-mb",
    type=click.IntRange(min=0),
    default=DEFAULTS.memory_mb,
    help="Address space of one document; 0: no limit.",
)
@click.option(
    "--max-mb", type=click.IntRange(min=1), default=DEFAULTS.max_mb, help="Largest file that is read."
)
@click.option(
    "--corrections",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=usual_register,
    show_default=f"{REGISTER} if there is one",
    help="Register of corrections to apply.",
)
@click.option("--force", is_flag=True, help="Read all files, those that have not changed too.")
@click.option("--partition", type=click.Choice([BY]), help="Write a folder of files by year for each table.")
@click.option("--log-json", is_flag=True, help="Print a line of JSON for each document, as it is done.")
def parse(  # noqa: PLR0913 - one argument an option
    inputs: tuple[Path | str, ...],
    out: Path | str,
    jobs: int,
    cluster: str | None,
    timeout: float,
    memory_mb: int,
    max_mb: int,
    corrections: Path | None,
    force: bool,
    partition: str | None,
    log_json: bool,
) -> None:
    """Read INPUTS, files, folders or URLs, and write the tables to --out."""
    limits = Limits(timeout, memory_mb, max_mb)
    job = Job(inputs, out, jobs, limits, corrections, force, partition is not None, cluster)
    try:
        with _ended_cleanly(), progress(_logged if log_json else _quiet) as began:
            result = run(job, began)
    except PipelineError as problem:
        refuse(problem, 3 if problem.code == Code.OUTPUT_BUSY else 2)
    console = Console(soft_wrap=True, stderr=log_json)
    account_of(result.account, out, console)
    tell((*passed_over(result.left_out), *result.said), console)
    sys.exit(int(bool(result.account.stale or result.account.not_whole)))


def _quiet(_: Event) -> None:
    return None


def _logged(event: Event) -> None:
    click.echo(_line(event))


def _line(event: Event) -> str:
    """A document in a log: one line, in which nothing but ASCII stands."""
    facts, summary, problem = event.entry.facts, event.summary, event.entry.problem
    said: dict[str, object] = {
        "source_path": facts.source_path,
        "sha256": facts.sha256,
        "n_bytes": facts.n_bytes,
    }
    if problem is not None:
        said |= {"status": "failed", "error_code": problem.code, "error": problem.sentence}
    elif summary is None:
        said |= {"status": "duplicate"}
    else:
        said |= asdict(summary)
    known = event.seconds is None and problem is None and summary is not None
    return json.dumps({**said, "known": known, "seconds": round(event.seconds or 0.0, 3)})


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--stage", type=click.Choice(STAGES), default="forms", help="The stage to look at.")
def show(file: Path, stage: str) -> None:
    """Print what a stage made of one FILE."""
    data = file.read_bytes()
    try:
        if stage == "records":
            lines = show_records(finish([parse_document(data, file.name)]).documents[0])
        else:
            reading = read_document(data, file.name)
            lines = show_tables(reading) if stage == "tables" else show_forms(forms_of(reading))
        for line in lines:
            click.echo(line)
    except PipelineError as problem:
        refuse(problem, 1)


@main.command()
@click.option(
    "--tables",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the tables.",
)
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="Folder for the site; an earlier one is replaced.",
)
@click.option(
    "--raw",
    "raw",
    multiple=True,
    default=("data/raw",),
    type=click.Path(path_type=Path),
    help="File or folder that the tables were read from; may be given again.",
)
@click.option(
    "--lang",
    type=click.Choice(tuple(LANGUAGES)),
    default=lambda: "en" if os.environ.get("LANG", "").startswith("en") else "zh",
    show_default="by LANG",
    help="Language that the site opens in.",
)
def report(tables: Path, out: Path, raw: tuple[Path, ...], lang: str) -> None:
    """Write a site that shows the tables beside their sources; it opens from disk."""
    try:
        written = write_site(tables, out, finder(raw), lang)
    except PipelineError as problem:
        refuse(problem, 2)
    place = stored(str(out / "index.html"))
    tell(
        [
            say(
                "{forms} forms of {files} files: {place}",
                forms=written.forms,
                files=written.documents,
                place=place,
            )
        ]
    )
    tell(f"{say('source missing')}  {name}" for name in written.missing)
    tell(f"{say('source changed')}  {name}" for name in written.changed)


@main.command()
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write instead of the terminal."
)
def dictionary(out: Path | None) -> None:
    """Print the data dictionary: every column, flag, rule and error code."""
    if out is None:
        click.echo(dictionary_text(), nl=False)
    else:
        out.write_text(dictionary_text(), encoding="utf-8")


@contextmanager
def _ended_cleanly() -> Iterator[None]:
    """Ctrl-C and SIGTERM end the run with a word and the system's exit status for them; on the way out the
    workers are stopped and unfinished work is removed.
    """

    def end(number: int, _: FrameType | None) -> None:
        name = signal.Signals(number).name
        said = "Interrupted ({name}): the tables are one whole set, as a rule the earlier one"
        click.echo(say(said, name=name), err=True)
        sys.exit(128 + number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
