"""Where the program starts: `--help` and `--version` are answered before anything that reads is loaded.

Comes in: arguments. Goes out: the help or the version, or what the command of `pipeline.app.cli` does. An
unknown command is refused as click refuses it.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from pipeline.model.errors import PipelineError
from pipeline.version import VERSION

COMMANDS = {
    "dictionary": "Print the data dictionary: every column, flag, rule and error code.",
    "parse": "Read INPUTS, files, folders or URLs, and write the tables to --out.",
    "report": "Write a site that shows the tables beside their sources; it opens from disk.",
    "show": "Print what a stage made of one FILE.",
}
"""The commands of `pipeline.app.cli` and the first sentence of their help; a test compares them."""


class _Loaded(click.Group):
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

    def format_commands(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands in the help."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))


def _use(_: click.Context, __: click.Parameter, value: Path | None) -> None:
    """Takes the user's words in before a command is looked up, which loads what reads words."""
    if value is None:
        return
    from pipeline.words.own_words import use

    try:
        use(value)
    except PipelineError as problem:
        click.echo(f"Error: {problem}", err=True)
        sys.exit(2)


@click.group(cls=_Loaded, context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
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
