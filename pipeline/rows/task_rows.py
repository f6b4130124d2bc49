"""Tasks and statements of a form → rows of `tasks` and of `statements`.

Comes in: a form and its keys. Goes out: its rows, amounts in 元, days as days. It refuses nothing: an amount
that cannot be read is null with the flag `value_unread`.
"""

from __future__ import annotations

from normalizers import head_texts
from pipeline.model.cells import Cell
from pipeline.model.form import Field, Form, Statement, Task
from pipeline.model.rows import StatementRow, TaskRow
from pipeline.rows.figures import Doubt, money_of, text_of
from pipeline.rows.indicator_rows import Keys, place_of


def task_rows(form: Form, keys: Keys, sure: float) -> list[TaskRow]:
    """The lines of the form's list of tasks; `sure` is the form's confidence: none is fitted on tasks."""
    return [_task(task, form, keys, seq, sure) for seq, task in enumerate(form.tasks, 1)]


def statement_rows(form: Form, keys: Keys) -> list[StatementRow]:
    """What the form says in sentences."""
    return [_statement(said, keys, seq) for seq, said in enumerate(form.statements, 1)]


def _task(task: Task, form: Form, keys: Keys, seq: int, sure: float) -> TaskRow:
    doubt = Doubt()
    fields = (task.name, task.content, task.budget, task.executed, task.start, task.end)
    doubt.note(*fields)
    start, end = text_of(task.start), text_of(task.end)
    row: TaskRow = {
        **keys,
        "seq": seq,
        "name": text_of(task.name),
        "content": text_of(task.content),
        "budget": money_of(task.budget, form.amount_unit, doubt),
        "executed": money_of(task.executed, form.amount_unit, doubt),
        "start": head_texts.day(start) or head_texts.term(start, form.fiscal_year)[0],
        "end": head_texts.day(end) or head_texts.term(end, form.fiscal_year)[1],
        **place_of(_cells(*fields)),
        "confidence": sure,
        "flags": [],
    }
    return {**row, "flags": doubt.words()}


def _statement(said: Statement, keys: Keys, seq: int) -> StatementRow:
    return {
        **keys,
        "seq": seq,
        "label": (text_of(said.label) or "").rstrip(":："),
        "text": text_of(said.text),
        "problem": text_of(said.problem),
        **place_of(_cells(said.label, said.text, said.problem)),
    }


def _cells(*fields: Field | None) -> list[Cell]:
    return [c for f in fields if f is not None for c in f.cells]
