"""Where the program starts: `--help` and `--version` are answered before anything that reads is loaded.

Comes in: arguments. Goes out: the help or the version, or what the command of `pipeline.app.cli` does. An
unknown command is refused as click refuses it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from pipeline.app.spoken import SETTINGS, SpokenGroup
from pipeline.model.errors import PipelineError
from pipeline.version import VERSION

COMMANDS = {
    "check": "Audit the tables again after corrections, without reading a document.",
    "completion": "Print the lines that teach a SHELL to complete commands and options.",
    "correct": "Add a line to the register of corrections: COLUMN of the row ID is VALUE.",
    "dictionary": "Print the data dictionary: every column, flag, rule and error code.",
    "doctor": "Say which formats can be read here, with which programs, and what is missing.",
    "explain": "Say where an indicator comes from, how it was read, and how far it is to be trusted.",
    "export": "Write the tables as CSV, as one Excel workbook, or as a DuckDB file.",
    "parse": "Read INPUTS, files, folders or URLs, and write the tables to --out.",
    "report": "Write a site that shows the tables beside their sources; it opens from disk.",
    "show": "Print what a stage made of one FILE.",
}
"""The commands of `pipeline.app.cli` and the first sentence of their help; a test compares them."""


class _Loaded(SpokenGroup):
    """A group whose commands are loaded when they are called."""

    def list_commands(self, _: click.Context) -> list[str]:
        """The names, for the help."""
        return sorted(COMMANDS)

    def get_command(self, _: click.Context, cmd_name: str) -> click.Command | None:
        """The command; None where there is none of this name."""
        if cmd_name not in COMMANDS:
            return None
        from pipeline.app.cli import main as whole

        return whole.commands[cmd_name]

    def sentences(self, _: click.Context) -> Sequence[tuple[str, str]]:
        """What each command does, without loading it."""
        return sorted(COMMANDS.items())

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands that a shell may complete to, without loading them."""
        return [CompletionItem(n, help=t) for n, t in self.sentences(ctx) if n.startswith(incomplete)]


def _use(_: click.Context, __: click.Parameter, value: Path | None) -> None:
    """Takes the user's words in before a command is looked up, which loads what reads words."""
    if value is None:
        return
    from pipeline.words.own_words import use

    try:
        use(value)
    except PipelineError as problem:
        from pipeline.app.account import refuse

        refuse(problem, 2)


@click.group(cls=_Loaded, context_settings=SETTINGS)
@click.version_option(VERSION, message="%(version)s")
@click.option(
    "--vocabulary",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    callback=_use,
    expose_value=False,
    help="File of your own labels, units and tolerances.",
)
def main() -> None:
    """Reads Chinese budget-performance disclosures and writes them as five typed Parquet tables."""
