"""A form as it was understood, texts as printed: what the stages behind the readers hand to each other.

Comes in: nothing. Goes out: frozen dataclasses; every field knows the cells that it was read from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.model.cells import Cell
from pipeline.model.roles import Role


@dataclass(frozen=True, slots=True)
class Field:
    """A text with the cells that it was read from. `text` is None only for a printed blank."""

    text: str | None
    cells: tuple[Cell, ...] = ()
    flags: tuple[str, ...] = ()


class Why(StrEnum):
    """Why a printed text is in no column of any table but `unread`."""

    UNKNOWN_COLUMN = "unknown_column"  # no list has the header above it, and its contents do not tell
    UNKNOWN_LABEL = "unknown_label"  # no list has the label beside it, or it is such a label itself
    NO_COLUMN = "no_column"  # its label is known; no table has a column for it
    NO_FIGURE = "no_figure"  # a figure was expected, and this is none
    OTHER_ROW = "other_row"  # its row is none that is understood
    LEFT_OVER = "left_over"  # what stood between the cells that a text was cut into
    LOST = "lost"  # a column took the cell, but not all of its characters: a fault of ours


@dataclass(frozen=True, slots=True)
class Unread:
    """A printed text inside a form that no column took, with the header above it or the label beside it."""

    text: str
    label: str | None
    why: Why
    cells: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class Department:
    """A department that the head names; `role`: see the contract's `departments`."""

    role: str
    name: Field


@dataclass(frozen=True, slots=True)
class Statement:
    """A line of 资金管理情况, or a box such as 存在问题."""

    label: Field
    text: Field | None
    problem: Field | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """A line of a list of tasks or of parts of the project."""

    name: Field
    content: Field | None = None
    budget: Field | None = None
    executed: Field | None = None
    start: Field | None = None
    end: Field | None = None


@dataclass(frozen=True, slots=True)
class FundLine:
    """One line of the fund block; the figures are still texts. `scope`, `source`, `nature`: see the contract;
    `cells`: the label's.
    """

    label: str
    scope: str
    source: str | None
    initial_budget: Field | None = None
    annual_budget: Field | None = None
    executed: Field | None = None
    weight: Field | None = None
    execution_rate: Field | None = None
    score: Field | None = None
    nature: str | None = None
    cells: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for and against the reading of one row: what its confidence is told from.

    Margins and costs are in nats (differences are log odds).
    """

    margin: float = 9.0  # how much more the best other reading of the row costs
    cost: float = 0.0  # what the reading costs: how unusual its cells are for their columns, and its blanks
    oddest: float = 0.0  # the cost of its least usual cell
    least_sure: float = 1.0  # the least probability of the roles of the columns that it has texts in
    unknown_labels: int = 0  # columns with texts of the row whose label no list has
    missing_labels: int = 0  # columns with texts of the row that have no label
    levels_inferred: int = 0  # levels that no printed cell says
    levels_unknown: int = 0  # levels whose label no list has
    level_margin: float = 9.0  # the least margin of the rows whose cells its levels are filled down from
    blank: int = 0  # columns that most rows of the block fill and this one does not
    shifted: bool = False  # cells do not stand under their columns
    joined: bool = False  # the row is made of pieces
    loose: bool = False  # the source does not know its merged cells
    recognised: bool = False  # the texts were read off a picture
    wrapped: bool = False  # lines were put together to cells by their places alone
    glued: bool = False  # nothing but their own sense parts the cells
    pieces_left: bool = False  # in its block of such lines some are no whole rows
    least_read: float = 1.0  # the least certainty with which a cell was recognised


@dataclass(frozen=True, slots=True)
class Indicator:
    """One row of the indicator block, levels filled down, figures still texts."""

    level1: str | None
    level2: str | None
    level1_raw: str | None
    level2_raw: str | None
    level1_weight: float | None
    level2_weight: float | None
    name: Field
    target: Field | None = None
    actual: Field | None = None
    weight: Field | None = None
    score: Field | None = None
    review_score: Field | None = None
    direction: Field | None = None
    remark: Field | None = None
    reason: Field | None = None
    horizon: str = "annual"
    reader: str = ""  # that gave the row
    cells: tuple[Cell, ...] = ()
    flags: tuple[str, ...] = ()
    reviews: tuple[tuple[str, Field], ...] = ()  # further reviewers, and their points
    adjusted_target: Field | None = None
    core: Field | None = None  # what a column 是否核心指标 says
    evidence: Evidence = Evidence()


@dataclass(frozen=True, slots=True)
class Form:
    """One form, fields by the names of the contract's `projects` columns, texts as printed."""

    form_type: str
    title: str | None
    header: Mapping[str, Field]
    amount_unit: str | None
    amount_unit_source: str | None
    fiscal_year: int | None
    funds: tuple[FundLine, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    total_weight: Field | None = None
    total_score: Field | None = None
    columns: tuple[Role, ...] = ()  # what the header of the indicator block announces
    reader: str = ""
    recognised: bool = False  # the texts were read off a picture
    page_start: int | None = None
    page_end: int | None = None
    flags: tuple[str, ...] = field(default=())
    grade: Field | None = None
    departments: tuple[Department, ...] = ()
    tasks: tuple[Task, ...] = ()
    statements: tuple[Statement, ...] = ()
    unread: tuple[Unread, ...] = ()
