"""How far a run is: files, pages, rate and time left, and every file that fails, as it fails.

Comes in: what became of each source. Goes out: a bar on a terminal, and nothing where standard error is none.
Refused: nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from pipeline.app.account import reason
from pipeline.app.assemble import NOT_WHOLE
from pipeline.app.job import Began
from pipeline.app.language import say
from pipeline.app.names import shown
from pipeline.app.reading import Event

SLOW = 0.5  # files a second below which the count of a minute says more


class _Rate(ProgressColumn):
    """Files a second, or a minute where they are slow. The words are chosen beforehand: a bar is drawn by a
    thread that knows of no command.
    """

    def __init__(self) -> None:
        super().__init__()
        self._second, self._minute = say("{n:.1f} files/s"), say("{n:.1f} files/min")

    def render(self, task: Task) -> Text:
        """The rate so far."""
        speed = task.finished_speed or task.speed
        if speed is None:
            return Text("")
        return Text(self._second.format(n=speed) if speed >= SLOW else self._minute.format(n=speed * 60))


@contextmanager
def progress(told: Callable[[Event], object]) -> Iterator[Began]:
    """What a run is given to tell how far it is; `told` is told of each source too."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("{task.fields[pages]}"),
        _Rate(),
        TimeElapsedColumn(),
        TextColumn(say("left")),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(say("reading"), total=None, pages="")
        pages = 0

        def began(sources: int) -> Callable[[Event], object]:
            bar.update(task, total=sources, completed=0)

            def done(event: Event) -> None:
                nonlocal pages
                pages += event.n_pages
                bar.update(task, advance=1, pages=say("{n} pages", n=pages) if pages else "")
                line = failure(event)
                if line is not None and not bar.disable:
                    console.print(line, markup=False, highlight=False, soft_wrap=True)
                told(event)

            return done

        yield began


def failure(event: Event) -> str | None:
    """A line about a source that failed or was read in part."""
    path, problem, summary = event.entry.facts.source_path, event.entry.problem, event.summary
    if problem is not None:
        return shown(f"{say('failed')}  {path}  [{problem.code}]  {reason(problem.code, problem.sentence)}")
    if summary is not None and summary.status in NOT_WHOLE and event.seconds is not None:
        code, why = summary.error_code or "", summary.error or ""
        return shown(f"{say(summary.status)}  {path}  [{code}]  {reason(code, why)}")
    return None
