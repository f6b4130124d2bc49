"""A list of the year's tasks, or of the parts of a project, with their amounts: 年度主要任务.

Comes in: the rows of a form's head. Goes out: a `Task` a line. It is a list where a header names the tasks
and at least one more of its columns; it ends with a sum, or where another label of the head begins a row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from normalizers.symbols import is_blank
from pipeline.form.tags import tags
from pipeline.model.cells import Cell
from pipeline.model.form import Field, Task
from pipeline.model.regions import CellRow
from pipeline.words import vocabulary
from pipeline.words.vocabulary import bare, words

COLUMNS = ("name", "content", "budget", "executed", "start", "end")
FEWEST = 2
ENDS = ("field", "goal", "fund_block")  # labels that begin another part of the head


def read_tasks(rows: Iterable[CellRow]) -> tuple[Task, ...]:
    """The tasks of a form's head, in printed order."""
    out: list[Task] = []
    heads: Mapping[str, Cell] = {}
    width = 0
    for row in rows:
        found = _heads(row)
        if found:
            heads, width = found, len(row.cells)
        elif heads and _ends(row):
            heads = {}
        elif heads and (task := _task(row, heads, len(row.cells) == width)) is not None:
            out.append(task)
    return tuple(out)


@cache
def _columns() -> Mapping[str, str]:
    return {word: key for key in COLUMNS for word in words("task_column", key)}


def _heads(row: CellRow) -> dict[str, Cell]:
    """Column → its head; nothing where the row is no header of such a list. Of two names (年度主要任务 beside
    all rows, 任务名称 over the names) the second counts.
    """
    found: dict[str, Cell] = {}
    for cell in row.filled:
        key = _columns().get(bare(cell.text))
        if key is not None and (key == "name" or key not in found):
            found[key] = cell
    amounts = {"content", "budget", "executed"} & found.keys()
    return found if "name" in found and len(found) >= FEWEST and amounts else {}


def _is_sum(name: str) -> bool:
    return bare(name).endswith((*words("subtotal", "words"), *words("task_list", "sums")))


def _ends(row: CellRow) -> bool:
    first = row.filled[0].text if row.filled else ""
    heads = sum(any(group == "fund_column" for group, _ in tags(c.text)) for c in row.filled)
    return (
        heads >= FEWEST or vocabulary.is_in("total", first) or any(group in ENDS for group, _ in tags(first))
    )


def _task(row: CellRow, heads: Mapping[str, Cell], whole: bool) -> Task | None:
    """The line's cells under their heads, in a loose grid that has lost cells in their order; None for a name
    alone, and for a sum.
    """
    if row.spans or whole:
        under = {key: _under(row, head) for key, head in heads.items()}
    else:
        order = sorted(heads, key=lambda key: heads[key].col)
        cells = [c for c in row.cells if c.text][-len(order) :]
        under = {key: (cell,) for key, cell in zip(order, cells, strict=False)}
    filled = {key: cells for key, cells in under.items() if not _blank(cells)}
    fields = {key: Field("\n".join(c.text for c in cells), cells) for key, cells in filled.items()}
    name = fields.pop("name", None)
    return None if name is None or not fields or _is_sum(name.text or "") else Task(name, **fields)


def _under(row: CellRow, head: Cell) -> tuple[Cell, ...]:
    return tuple(c for c in row.filled if c.col < head.col + head.col_span and head.col < c.col + c.col_span)


def _blank(cells: tuple[Cell, ...]) -> bool:
    return all(is_blank(c.text) for c in cells)
