"""What a row of each table holds, as types: one TypedDict a table, its keys the table's columns.

Comes in: nothing. Goes out: types. Made from `pipeline/model/schema.py` by
`python -m pipeline.model.row_types > pipeline/model/rows.py`; do not edit.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TypedDict, final


@final
class PartRow(TypedDict):
    """One measure of a value: an element of `target_parts` and `actual_parts`."""

    label: str | None
    kind: str
    comparator: str | None
    value: float | None
    value_max: float | None
    unit: str | None
    date_start: date | None
    date_end: date | None


@final
class DepartmentRow(TypedDict):
    """A department and its part in the project: an element of `departments`."""

    role: str
    name: str


@final
class ReviewRow(TypedDict):
    """A further reviewer's score: an element of `reviews`."""

    by: str
    score: float


@final
class DoubtRow(TypedDict):
    """A column that is likelier wrong than 1 in 20: an element of `doubts`."""

    column: str
    confidence: float
    why: str


@final
class DocumentRow(TypedDict):
    """A row of `documents`."""

    document_id: str
    sha256: str
    source_path: str
    media_type: str | None
    n_bytes: int
    n_pages: int | None
    text_layer: str | None
    title: str | None
    publisher: str | None
    region_code: str | None
    region: str | None
    published_on: date | None
    document_number: str | None
    fiscal_year: int | None
    n_projects: int
    n_indicators: int
    n_findings: int
    status: str
    error_code: str | None
    error: str | None
    parser_version: str
    confidence: float | None
    flags: list[str]


@final
class ProjectRow(TypedDict):
    """A row of `projects`."""

    project_id: str
    document_id: str
    form_index: int
    form_type: str
    form_title: str | None
    fiscal_year: int | None
    project_name: str | None
    supervising_department: str | None
    implementing_unit: str | None
    supervising_department_code: str | None
    implementing_unit_code: str | None
    departments: list[DepartmentRow]
    project_attribute_code: str | None
    project_attribute: str | None
    project_period_raw: str | None
    project_period_years: float | None
    period_start: date | None
    period_end: date | None
    grade: str | None
    amount_unit: str | None
    amount_unit_source: str | None
    amount_decimals: int | None
    total_amount: Decimal | None
    initial_budget: Decimal | None
    annual_budget: Decimal | None
    executed: Decimal | None
    execution_rate_reported_pct: float | None
    execution_rate_pct: float | None
    budget_weight: float | None
    budget_score: float | None
    goal_expected: str | None
    goal_actual: str | None
    total_weight: float | None
    total_score: float | None
    indicator_columns: list[str]
    page_start: int | None
    page_end: int | None
    series_id: str | None
    confidence: float
    flags: list[str]


@final
class FundRow(TypedDict):
    """A row of `funds`."""

    project_id: str
    document_id: str
    line_no: int
    label_raw: str
    scope: str
    source: str | None
    nature: str | None
    initial_budget: Decimal | None
    annual_budget: Decimal | None
    executed: Decimal | None
    weight: float | None
    execution_rate_reported_pct: float | None
    score: float | None
    confidence: float
    flags: list[str]


@final
class IndicatorRow(TypedDict):
    """A row of `indicators`."""

    indicator_id: str
    project_id: str
    document_id: str
    seq: int
    level1: str | None
    level2: str | None
    level1_raw: str | None
    level2_raw: str | None
    level1_weight: float | None
    level2_weight: float | None
    ordinal: int | None
    name: str | None
    name_raw: str | None
    is_core: bool
    name_threshold: str | None
    parent_id: str | None
    is_placeholder: bool
    target_raw: str | None
    actual_raw: str | None
    target_kind: str | None
    target_comparator: str | None
    target_value: float | None
    target_value_max: float | None
    target_unit: str | None
    target_date_start: date | None
    target_date_end: date | None
    target_parts: list[PartRow]
    actual_kind: str | None
    actual_comparator: str | None
    actual_value: float | None
    actual_value_max: float | None
    actual_unit: str | None
    actual_date_start: date | None
    actual_date_end: date | None
    actual_parts: list[PartRow]
    weight: float | None
    score: float | None
    review_score: float | None
    adjusted_target_raw: str | None
    reviews: list[ReviewRow]
    horizon: str
    direction: str | None
    remark: str | None
    attainment_pct: float | None
    target_met: bool | None
    deviation_reason: str | None
    cost_of: str | None
    cost_amount: Decimal | None
    page: int | None
    bbox: list[float] | None
    line_start: int | None
    line_end: int | None
    extractor: str
    confidence: float
    doubts: list[DoubtRow]
    flags: list[str]


@final
class TaskRow(TypedDict):
    """A row of `tasks`."""

    project_id: str
    document_id: str
    seq: int
    name: str | None
    content: str | None
    budget: Decimal | None
    executed: Decimal | None
    start: date | None
    end: date | None
    page: int | None
    bbox: list[float] | None
    line_start: int | None
    line_end: int | None
    confidence: float
    flags: list[str]


@final
class StatementRow(TypedDict):
    """A row of `statements`."""

    project_id: str
    document_id: str
    seq: int
    label: str
    text: str | None
    problem: str | None
    page: int | None
    bbox: list[float] | None
    line_start: int | None
    line_end: int | None


@final
class UnreadRow(TypedDict):
    """A row of `unread`."""

    document_id: str
    project_id: str
    text: str
    label: str | None
    why: str
    page: int | None
    bbox: list[float] | None
    line_start: int | None
    line_end: int | None


@final
class FindingRow(TypedDict):
    """A row of `findings`."""

    document_id: str
    project_id: str | None
    indicator_id: str | None
    rule: str
    severity: str
    message: str
    expected: str | None
    observed: str | None


@final
class SeriesRow(TypedDict):
    """A row of `series`."""

    series_id: str
    project_id: str
    document_id: str
    project_name: str
    implementing_unit: str | None
    form_type: str
    fiscal_year: int | None
    linked_to: str | None
    score: float | None


@final
class CorrectionRow(TypedDict):
    """A row of `corrections`."""

    line: int
    sha256: str
    form: int
    row: str | None
    column: str
    old: str | None
    new: str | None
    who: str
    why: str
    status: str
    found: str | None
