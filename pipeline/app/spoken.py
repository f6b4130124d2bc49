"""Commands whose help and refusals speak the user's language.

Comes in: commands as click has them, with English help. Goes out: the same commands; each has `--lang`, and
what click itself says (usage, options, wrong arguments) is said in that language. Nothing is refused that
click does not refuse.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

import click

from pipeline.app.language import CHOICES, EN, OPTION, choose, language, say

SETTINGS = {"help_option_names": ["-h", "--help"], "show_default": True}
LANG_HELP = "Language of what is printed; the locale's if not given."
HELP_HELP = "Show this message and exit."
NO_PATH = "does not exist."  # the end of click's sentence for a path that is not there


def _lang() -> click.Option:
    return click.Option([OPTION], type=click.Choice(CHOICES), expose_value=False, help=LANG_HELP)


class SpokenCommand(click.Command):
    """A command that speaks the user's language."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        """Adds `--lang` where the command has no such option of its own."""
        super().__init__(*arguments, **settings)
        if not any(OPTION in p.opts for p in self.params):
            self.params.append(_lang())

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Chooses the language first."""
        choose(ctx, args)
        return super().parse_args(ctx, args)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """How it is called."""
        pieces = self.collect_usage_pieces(ctx)
        formatter.write_usage(ctx.command_path, " ".join(pieces), prefix=f"{say('Usage')}: ")

    def format_help_text(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        """What it does."""
        formatter.write_paragraph()
        with formatter.indentation():
            known = inspect.cleandoc(self.help or "")
            formatter.write_text(known if language() == EN else say(_flat(known)))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Its options."""
        options = (p for p in self.get_params(ctx) if isinstance(p, click.Option))
        records = [(p, record) for p in options if (record := p.get_help_record(ctx)) is not None]
        with formatter.section(say("Options")):
            formatter.write_dl([(names, _told(p, text)) for p, (names, text) in records])


def _told(param: click.Parameter, text: str) -> str:
    """The help of an option, as click puts it together, in the user's language."""
    if language() == EN:
        return text
    help_, default = getattr(param, "help", None), getattr(param, "show_default", None)
    # what click puts around the help: `[default: 600; required]`
    for part in (help_, default if isinstance(default, str) else None, "default: ", "required"):
        if part:
            text = text.replace(part, say(part))
    return text


def _flat(text: str) -> str:
    return " ".join(text.split())


class SpokenGroup(SpokenCommand, click.Group):
    """A group of such commands."""

    command_class = SpokenCommand

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Its options and its commands."""
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands, each with the first sentence of its help."""
        rows = [(name, say(text)) for name, text in self.sentences(ctx)]
        with formatter.section(say("Commands")):
            formatter.write_dl(rows)

    def sentences(self, ctx: click.Context) -> Sequence[tuple[str, str]]:
        """The names of the commands and their help in English."""
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        return [(name, _flat((c.help or "").split("\n\n")[0])) for name, c in found if c is not None]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is called, or which there are."""
        if args and not ctx.resilient_parsing and self.get_command(ctx, args[0]) is None:
            names = ", ".join(self.list_commands(ctx))
            ctx.fail(say("there is no command {name}; there are {names}", name=args[0], names=names))
        return super().resolve_command(ctx, args)

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Says what is wrong with the arguments in the user's language."""
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.UsageError as problem:
            raise _Refused(problem) from problem

    def invoke(self, ctx: click.Context) -> Any:
        """The same for the arguments of the command that is called."""
        try:
            return super().invoke(ctx)
        except _Refused:
            raise
        except click.UsageError as problem:
            raise _Refused(problem) from problem


class _Refused(click.UsageError):
    """A refusal of click's, with what to do next."""

    def __init__(self, problem: click.UsageError) -> None:
        super().__init__(problem.format_message(), problem.ctx)
        self.problem = problem

    def show(self, _: Any = None) -> None:
        """Prints how the command is called, what is wrong, and where help is."""
        if self.ctx is not None:
            with self.ctx.scope(cleanup=False):
                self._show(self.ctx)
        else:
            click.echo(f"{say('Error')}: {self.format_message()}", err=True)

    def _show(self, ctx: click.Context) -> None:
        click.echo(ctx.get_usage(), err=True)
        click.echo(say("Try `{command} --help` for help.", command=ctx.command_path), err=True)
        click.echo(f"\n{say('Error')}: {self.format_message()}", err=True)

    def format_message(self) -> str:
        """What is wrong."""
        problem = self.problem
        if language() == EN:
            return self.message
        name = (
            problem.param.get_error_hint(problem.ctx or click.Context(SpokenCommand("")))
            if (isinstance(problem, click.BadParameter) and problem.param is not None)
            else ""
        )
        if isinstance(problem, click.MissingParameter):
            return say("{name} is missing", name=name)
        if isinstance(problem, click.NoSuchOption):
            return say("there is no option {name}", name=problem.option_name)
        if isinstance(problem, click.BadParameter):
            what = problem.message
            if what.endswith(NO_PATH):
                what = f"{say('there is no such file or folder')} ({what.split(chr(39))[1]})"
            return say("{name} is wrong: {what}", name=name, what=what)
        return self.message
