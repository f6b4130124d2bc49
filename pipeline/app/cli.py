"""The command line: `parse` files into tables, `show` what a stage made of one, print the data `dictionary`.

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
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import Any, cast

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from pipeline.app.assemble import Account
from pipeline.app.dictionary import dictionary as dictionary_text
from pipeline.app.document import parse_document
from pipeline.app.job import Job, run
from pipeline.app.names import shown, stored
from pipeline.app.parquet_files import BY
from pipeline.app.reading import Event
from pipeline.app.remote import is_url
from pipeline.app.show import show_forms, show_records, show_tables
from pipeline.app.source_bytes import finder
from pipeline.app.sources import HIDDEN, LeftOut
from pipeline.app.workers import DEFAULTS, Limits
from pipeline.audit.case import ERROR, INFO, WARNING
from pipeline.corpus.all_documents import finish
from pipeline.form.assemble import forms_of
from pipeline.model.errors import Code, PipelineError
from pipeline.read import read_document
from pipeline.report.site import write_site
from pipeline.report.words import LANGUAGES
from pipeline.version import VERSION

STAGES = ("tables", "forms", "records")
SEVERITIES = (ERROR, WARNING, INFO)
CORRECTIONS = Path("data", "corrections.csv")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.version_option(VERSION, message="%(version)s")
def main() -> None:
    """Reads Chinese budget-performance disclosures and writes them as five typed Parquet tables."""


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
    default=lambda: _cpus(),
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
    default=lambda: CORRECTIONS if CORRECTIONS.is_file() else None,
    show_default=f"{CORRECTIONS} if there is one",
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
        with _ended_cleanly(), _progress() as bar:
            task = bar.add_task("reading", total=None)

            def began(sources: int) -> Callable[[Event], object]:
                bar.update(task, total=sources, completed=0)

                def done(event: Event) -> None:
                    bar.advance(task)
                    if log_json:
                        click.echo(_line(event))

                return done

            result = run(job, began)
    except PipelineError as problem:
        click.echo(f"Error: {shown(str(problem))}", err=True)
        sys.exit(3 if problem.code == Code.OUTPUT_BUSY else 2)
    console = Console(soft_wrap=True, stderr=log_json)
    _account(result.account, out, console)
    _say((*_passed_over(result.left_out), *result.said), console)
    sys.exit(int(bool(result.account.stale or result.account.not_whole)))


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
        click.echo(f"Error: {shown(str(problem))}", err=True)
        sys.exit(1)


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
        click.echo(f"Error: {shown(str(problem))}", err=True)
        sys.exit(2)
    _say([f"{written.forms} forms of {written.documents} files: {stored(str(out / 'index.html'))}"])
    _say(f"source missing  {name}" for name in written.missing)
    _say(f"source changed  {name}" for name in written.changed)


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


def _cpus() -> int:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _progress() -> Progress:
    """A bar on a terminal, nothing in a log."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


@contextmanager
def _ended_cleanly() -> Iterator[None]:
    """Ctrl-C and SIGTERM end the run with a word and the system's exit status for them; on the way out the
    workers are stopped and unfinished work is removed.
    """

    def end(number: int, _: FrameType | None) -> None:
        name = signal.Signals(number).name
        click.echo(f"Interrupted ({name}): the tables are one whole set, as a rule the earlier one", err=True)
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


def _passed_over(left_out: Sequence[LeftOut]) -> Iterator[str]:
    """A line for everything in the inputs that is not read; hidden files together."""
    hidden = [left for left in left_out if left.why == HIDDEN]
    if hidden:
        yield f"left out  {hidden[0].name}{f' and {len(hidden) - 1} more' if hidden[1:] else ''}  {HIDDEN}"
    yield from (f"left out  {left.name}  {left.why}" for left in left_out if left.why != HIDDEN)


def _say(lines: Iterable[str], console: Console | None = None) -> None:
    console = console or Console(soft_wrap=True)
    for line in lines:
        console.print(shown(line), markup=False, highlight=False)


def _account(account: Account, out: Path | str, console: Console) -> None:
    """Ends a run: counts, then every file that was not read whole, with its reason, and every stale
    correction.
    """
    table = Table("", "count", title=escape(shown(stored(f"tables in {out}"))), title_justify="left")
    table.columns[1].justify = "right"
    table.add_row("files", str(sum(account.status.values())))
    for name, count in account.status.items():
        table.add_row(f"  {name}", str(count))
    table.add_row("forms", str(account.forms))
    table.add_row("indicators", str(account.indicators))
    table.add_row("findings", str(sum(account.severity.values())))
    for name in SEVERITIES:
        table.add_row(f"  {name}", str(account.severity.get(name, 0)))
    if account.corrections:
        table.add_row("corrections", str(sum(account.corrections.values())))
        for name, count in account.corrections.items():
            table.add_row(f"  {name}", str(count))
    console.print(table)
    _say((f"{status}  {path}  [{code}]  {why}" for status, path, code, why in account.not_whole), console)
    _say((f"stale correction, {line}" for line in account.stale), console)
