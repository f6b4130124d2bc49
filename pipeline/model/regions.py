"""Parts of a document between the readers and the forms: rows of cells, and regions of one form each.

Comes in: nothing. Goes out: frozen dataclasses. A `Region` is cut out of a reading, may be cut again (text
without cells, lists of projects), and is read into one `Form`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from normalizers.symbols import is_blank
from pipeline.model.cells import Cell, Line
from pipeline.model.form import Field, FundLine
from pipeline.model.roles import Role


@dataclass(frozen=True)
class CellRow:
    """One row of cells, in column order, blank ones included.

    `roles`: what each cell holds, where the text was cut by what it says (`untabled`); in the first such row
    of a region, the header, what each column holds. `top`: the first row of its table, so that a break lies
    before it. `glued`: nothing but its own sense parts its cells. `spans`, `reader`, `recognised`,
    `wrapped_lines`: as its `Table` says.
    """

    cells: tuple[Cell, ...]
    spans: bool
    piece: int
    top: bool = False
    reader: str = ""
    recognised: bool = False
    wrapped_lines: bool = False
    roles: tuple[Role, ...] = ()
    glued: bool = False

    @cached_property
    def filled(self) -> tuple[Cell, ...]:
        """The cells that hold more than blanks and dashes."""
        return tuple(c for c in self.cells if not is_blank(c.text))


@dataclass(frozen=True, slots=True)
class Given:
    """What is known of a form besides its rows: fields and goals by key, fund lines and their labels."""

    fields: Mapping[str, Field] = field(default_factory=dict)
    goals: Mapping[str, Field] = field(default_factory=dict)
    funds: tuple[FundLine, ...] = ()
    fund_labels: tuple[str, ...] = ()  # as printed, with the unit that they may state


@dataclass(frozen=True, slots=True)
class Region:
    """From one form's title to the next one's; `given`: what a list of projects says of the form."""

    lines: tuple[Line, ...]
    rows: tuple[CellRow, ...]
    after: tuple[Line, ...] = ()
    given: Given = Given()
