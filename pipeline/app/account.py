"""What a person is told of a run, and of what went wrong, in their language.

Comes in: the account of a run, lines, an error. Goes out: text on a terminal, in which no name of a file and
no text of a document steers it. Refused: nothing.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NoReturn

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipeline.app.assemble import Account
from pipeline.app.language import EN, language, say
from pipeline.app.names import shown, stored
from pipeline.app.sources import HIDDEN, LeftOut
from pipeline.audit.case import ERROR, INFO, WARNING
from pipeline.model.errors import CODES, Code, PipelineError

_HAN = re.compile(r"[\u4e00-\u9fff]")
SEVERITIES = (ERROR, WARNING, INFO)


def tell(lines: Iterable[str], console: Console | None = None) -> None:
    """Prints lines."""
    console = console or Console(soft_wrap=True)
    for line in lines:
        console.print(shown(line), markup=False, highlight=False)


def refuse(problem: PipelineError, status: int) -> NoReturn:
    """Ends the program with what went wrong and what to do next."""
    click.echo(f"{say('Error')}: {shown(sentence(problem))}", err=True)
    sys.exit(status)


def sentence(problem: PipelineError) -> str:
    """Where, what, and what to do next. In Chinese the code's own meaning goes before details that are known
    in English only.
    """
    if language() == EN:
        return str(problem)
    what, advice = say(problem.what), say(problem.advice)
    if not _HAN.search(what):
        what = f"{say(CODES[problem.code].meaning)}（{what}）"
    return f"{problem.where}：{what}；{advice} [{problem.code}]"


def reason(code: str, why: str) -> str:
    """The text of `documents.error` in the user's language."""
    if language() == EN or code not in list(Code):
        return why
    known = CODES[Code(code)]
    detail = why.removesuffix(f"; {known.advice}")
    return f"{say(known.meaning)}（{say(detail)}）；{say(known.advice)}"


def passed_over(left_out: Sequence[LeftOut]) -> Iterator[str]:
    """A line for everything in the inputs that is not read; hidden files together."""
    hidden = [left for left in left_out if left.why == HIDDEN]
    if hidden:
        more = say(" and {n} more", n=len(hidden) - 1) if hidden[1:] else ""
        yield f"{say('left out')}  {hidden[0].name}{more}  {say(HIDDEN)}"
    yield from (f"{say('left out')}  {left.name}  {say(left.why)}" for left in left_out if left.why != HIDDEN)


def account_of(account: Account, out: Path | str, console: Console) -> None:
    """Ends a run: counts, then every file that was not read whole, with its reason, and every stale
    correction.
    """
    title = escape(shown(stored(say("tables in {out}", out=out))))
    table = Table("", say("count"), title=title, title_justify="left")
    table.columns[1].justify = "right"
    table.add_row(say("files"), str(sum(account.status.values())))
    for name, count in account.status.items():
        table.add_row(f"  {say(name)}", str(count))
    table.add_row(say("forms"), str(account.forms))
    table.add_row(say("indicators"), str(account.indicators))
    table.add_row(say("findings"), str(sum(account.severity.values())))
    for name in SEVERITIES:
        table.add_row(f"  {say(name)}", str(account.severity.get(name, 0)))
    if account.corrections:
        table.add_row(say("corrections"), str(sum(account.corrections.values())))
        for name, count in account.corrections.items():
            table.add_row(f"  {say(name)}", str(count))
    console.print(table)
    lines = (
        f"{say(status)}  {path}  [{code}]  {reason(code, why)}"
        for status, path, code, why in account.not_whole
    )
    tell(lines, console)
    tell((say("stale correction, {line}", line=line) for line in account.stale), console)
