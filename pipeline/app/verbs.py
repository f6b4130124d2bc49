"""What can be done with tables that are there: `check`, `explain`, `export`, `correct`; and with this
machine: `doctor`, `completion`.

Comes in: arguments. Goes out: files, or lines on the terminal in the user's language. Exit status: 0 done, 1
`check` met a stale correction or a file that was not read whole, or `doctor` misses something, 2 the
arguments are wrong or something cannot be read or written, 3 a run writes to the tables.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click
from click.shell_completion import get_completion_class
from rich.console import Console

from pipeline.app.account import account_of, refuse, tell
from pipeline.app.correct import Wanted
from pipeline.app.correct import correct as add_correction
from pipeline.app.doctor import LESS, MISSING, THERE
from pipeline.app.doctor import look as look_around
from pipeline.app.explain import explain as explained
from pipeline.app.export import FORMATS
from pipeline.app.export import export as write_export
from pipeline.app.job import check as check_again
from pipeline.app.language import say
from pipeline.app.names import stored
from pipeline.app.runs import REGISTER, usual_register
from pipeline.app.source_bytes import finder
from pipeline.app.spoken import SpokenCommand
from pipeline.model.errors import Code, PipelineError

PROGRAM = "budget-performance"
SHELLS = ("bash", "zsh", "fish")
MARKS = {THERE: "+", LESS: "~", MISSING: "-"}
TABLES = Path("data", "parsed")

tables_option = click.option(
    "--tables",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=TABLES,
    help="Folder of the tables.",
)


@click.command(cls=SpokenCommand)
@tables_option
@click.option(
    "--corrections",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=usual_register,
    show_default=f"{REGISTER} if there is one",
    help="Register of corrections to apply.",
)
def check(tables: Path, corrections: Path | None) -> None:
    """Audit the tables again after corrections, without reading a document."""
    try:
        result = check_again(tables, corrections)
    except PipelineError as problem:
        refuse(problem, 3 if problem.code == Code.OUTPUT_BUSY else 2)
    console = Console(soft_wrap=True)
    account_of(result.account, tables, console)
    tell(result.said, console)
    sys.exit(int(bool(result.account.stale or result.account.not_whole)))


@click.command(cls=SpokenCommand)
@click.argument("indicator_id")
@tables_option
@click.option(
    "--raw",
    multiple=True,
    default=("data/raw",),
    type=click.Path(path_type=Path),
    help="File or folder that the tables were read from; may be given again.",
)
def explain(indicator_id: str, tables: Path, raw: tuple[Path, ...]) -> None:
    """Say where an indicator comes from, how it was read, and how far it is to be trusted."""
    try:
        tell(explained(tables, indicator_id, finder(raw)))
    except PipelineError as problem:
        refuse(problem, 2)


@click.command(cls=SpokenCommand)
@tables_option
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the files; made if missing.",
)
@click.option(
    "--format",
    "formats",
    multiple=True,
    type=click.Choice(FORMATS),
    default=FORMATS,
    help="What to write; may be given again.",
)
def export(tables: Path, out: Path, formats: tuple[str, ...]) -> None:
    """Write the tables as CSV, as one Excel workbook, or as a DuckDB file."""
    try:
        written = write_export(tables, out, tuple(dict.fromkeys(formats)))
    except PipelineError as problem:
        refuse(problem, 2)
    tell(stored(str(path)) for path in written)


@click.command(cls=SpokenCommand)
@click.argument("row", metavar="ID")
@click.argument("column")
@click.argument("value")
@click.option("--who", required=True, help="Who corrects.")
@click.option("--why", required=True, help="Why, with the evidence.")
@click.option("--old", help="What stands there, to be sure of the cell; refused where it does not.")
@tables_option
@click.option(
    "--corrections",
    type=click.Path(dir_okay=False, path_type=Path),
    default=REGISTER,
    help="Register to write to; made if missing.",
)
def correct(  # noqa: PLR0913 - one argument an option
    row: str, column: str, value: str, who: str, why: str, old: str | None, tables: Path, corrections: Path
) -> None:
    """Add a line to the register of corrections: COLUMN of the row ID is VALUE.

    ID is an indicator_id, a project_id, or a funding line of one (PROJECT_ID:2). An empty VALUE says that the
    cell is blank. A value that begins with a dash stands behind --.
    """
    try:
        line = add_correction(tables, corrections, Wanted(row, column, value, who, why, old))
    except PipelineError as problem:
        refuse(problem, 2)
    empty = say("nothing")
    told = {"old": empty if line.old is None else line.old, "new": empty if line.new is None else line.new}
    tell(
        [
            say(
                "{register}, line {line}: {column} {old} → {new}",
                register=corrections,
                line=line.line,
                column=column,
                **told,
            ),
            say("`check` applies it to the tables."),
        ]
    )


@click.command(cls=SpokenCommand)
def doctor() -> None:
    """Say which formats can be read here, with which programs, and what is missing."""
    part, missing = "", False
    for found in look_around():
        if found.part != part:
            part = found.part
            tell([say(part)])
        missing = missing or found.state == MISSING
        tell([f"  {MARKS[found.state]} {found.name}  {found.said}".rstrip()])
    tell([say("+ there   ~ there in part, or not needed   - missing")])
    sys.exit(int(missing))


@click.command(cls=SpokenCommand)
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print the lines that teach a SHELL to complete commands and options.

    bash: budget-performance completion bash >> ~/.bashrc; zsh: the same into ~/.zshrc; fish: into
    ~/.config/fish/completions/budget-performance.fish.
    """
    made = get_completion_class(shell)
    assert made is not None
    variable = f"_{PROGRAM.replace('-', '_').upper()}_COMPLETE"
    complete = made(click.get_current_context().find_root().command, {}, PROGRAM, variable)
    click.echo(complete.source_template % complete.source_vars())
