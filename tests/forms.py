"""Small forms made by hand, as the rows of a document: for the tests of what happens after reading.

Comes in: compact tuples. Goes out: `DocumentRows` as the parser gives them. The form without any change is
consistent: no rule speaks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pipeline.confidence.row_features import COLUMNS as DOUBTED
from pipeline.corpus.all_documents import finish
from pipeline.model.cells import Reading
from pipeline.model.form import Evidence, Field, Form, FundLine, Indicator
from pipeline.model.rows import DoubtRow, FundRow, IndicatorRow, ProjectRow
from pipeline.rows.build import DocumentRows, FileFacts, document_rows

FUNDS = (
    ("年度资金总额", "all", "total", "35", "40", "34.71", "10", "86.78%", "8.68"),
    ("其中：财政拨款", "all", "fiscal", "30", "35", "29.71", None, "84.89%", None),
    ("上年结转资金", "all", "carryover", "5", "5", "5", None, "100%", None),
    ("其他资金", "all", "other", None, None, None, None, None, None),
)
ROWS = (
    # level1, level2, level1 as printed, name, target, actual, weight, score, reason
    ("产出指标", "数量指标", "产出指标（50分）", "养护里程", "≥20公里", "21公里", "20", "20", None),
    ("产出指标", "质量指标", "产出指标（50分）", "验收合格率", "≥95%", "97%", "10", "10", None),
    (
        "产出指标",
        "时效指标",
        "产出指标（50分）",
        "完成时间",
        "2023年1-12月",
        "2023年1-12月",
        "10",
        "10",
        None,
    ),
    ("产出指标", "成本指标", "产出指标（50分）", "养护里程", "40万元", "38万元", "10", "10", None),
    ("效益指标", "社会效益指标", "效益指标（30分）", "出行条件", "明显改善", "明显改善", "30", "30", None),
    (
        "满意度指标",
        "服务对象满意度指标",
        "满意度指标（10分）",
        "群众满意度",
        "≥90%",
        "85%",
        "10",
        "9",
        "部分路段施工扰民，已调整工期。",
    ),
)
COLUMNS = ("actual", "level1", "level2", "name", "reason", "score", "target", "weight")
HEAD = {
    "name": "project_name",
    "unit": "implementing_unit",
    "department": "supervising_department",
    "goal_expected": "goal_expected",
    "goal_actual": "goal_actual",
    "total_amount": "total_amount",
}
SURE, UNSURE = Evidence(), Evidence(margin=0.0)
LINE_FIELDS = ("initial_budget", "annual_budget", "executed", "weight", "execution_rate", "score")

NATURES = ("basic", "project", "personnel", "public")  # in the place of a line's source

RowCells = Sequence[Any]


def field(text: str | None) -> Field | None:
    """A field with this text; None for a cell that is not there."""
    return None if text is None else Field(text)


def indicator(row: RowCells, evidence: Evidence = SURE) -> Indicator:
    """An indicator of a row of `ROWS`; the first level's printed weight is taken from its label."""
    level1, level2, printed, name, target, actual, weight, score, reason = row
    points = float(printed.partition("（")[2].rstrip("分）")) if "（" in printed else None
    values = [field(x) for x in (target, actual, weight, score)]
    return Indicator(
        level1,
        level2,
        printed,
        level2,
        points,
        None,
        Field(name),
        *values,
        reason=field(reason),
        evidence=evidence,
    )


def form(
    *,
    funds: Sequence[RowCells] = FUNDS,
    rows: Sequence[RowCells] = ROWS,
    total: tuple[str | None, str | None] = ("100", "97.68"),
    columns: Sequence[str] = COLUMNS,
    doubtful: int = -1,
    **more: Any,
) -> Form:
    """A form; `doubtful` is the place in `rows` of one that was read with doubt, `more` are other fields of
    `Form` or texts of its head (by `HEAD`).
    """
    texts = {"name": "农村道路养护", "unit": "青河县公路养护中心", "department": "青河县交通运输局"} | more
    head = {HEAD[key]: texts[key] for key in HEAD if key in texts}
    more = {key: value for key, value in more.items() if key not in HEAD}
    kept: dict[str, Any] = {
        "form_type": "self_evaluation",
        "amount_unit": "万元",
        "amount_unit_source": "stated",
        "fiscal_year": 2023,
    } | more
    lines = tuple(
        FundLine(
            f[0],
            f[1],
            None if f[2] in NATURES else f[2],
            nature=f[2] if f[2] in NATURES else None,
            **{n: field(x) for n, x in zip(LINE_FIELDS, f[3:], strict=True)},
        )
        for f in funds
    )
    return Form(
        title="项目支出绩效自评表",
        header={k: Field(v) for k, v in head.items() if v is not None},
        funds=lines,
        indicators=tuple(indicator(r, UNSURE if n == doubtful else SURE) for n, r in enumerate(rows)),
        total_weight=field(total[0]),
        total_score=field(total[1]),
        columns=tuple(columns),
        reader="hand",
        **kept,
    )


def document(*forms: Form, name: str = "a.txt") -> DocumentRows:
    """The rows of a document with these forms; other names have other digests. Everything was read for
    certain, but for the rows that `form` is told are doubtful.
    """
    facts = FileFacts(name, hashlib.sha256(name.encode()).hexdigest(), 1)
    made = document_rows(facts, Reading((), "text/plain", "hand"), forms)
    items = [item for f in forms for item in f.indicators]
    rows = [_told(row, item.evidence != UNSURE) for row, item in zip(made.indicators, items, strict=True)]
    projects: list[ProjectRow] = [{**p, "confidence": 1.0} for p in made.projects]
    funds: list[FundRow] = [{**f, "confidence": 1.0} for f in made.funds]
    return replace(made, projects=projects, funds=funds, indicators=rows)


def _told(row: IndicatorRow, sure: bool) -> IndicatorRow:
    doubts: list[DoubtRow] = [{"column": c, "confidence": 0.5, "why": "rival_reading"} for c in DOUBTED]
    return {**row, "confidence": 1.0 if sure else 0.5, "doubts": [] if sure else doubts}


def found(*documents: DocumentRows) -> list[tuple[str, str, int | None]]:
    """What the audit says: (rule, severity, seq)."""
    findings = [f for d in finish(documents).documents for f in d.findings]
    return [
        (f["rule"], f["severity"], int(f["indicator_id"][-3:]) if f["indicator_id"] else None)
        for f in findings
    ]


def with_row(at: int, **cells: str | None) -> tuple[RowCells, ...]:
    """`ROWS` with some cells of one row changed: level1, level2, printed, name, target, actual, weight,
    score, reason.
    """
    names = ("level1", "level2", "printed", "name", "target", "actual", "weight", "score", "reason")
    changed = tuple(cells.get(n, old) for n, old in zip(names, ROWS[at], strict=True))
    return (*ROWS[:at], changed, *ROWS[at + 1 :])


def with_line(at: int, **cells: str | None) -> tuple[RowCells, ...]:
    """`FUNDS` with some cells of one line changed, by the fields of `FundLine`."""
    names = ("label", "scope", "source", *LINE_FIELDS)
    changed = tuple(cells.get(n, old) for n, old in zip(names, FUNDS[at], strict=True))
    return (*FUNDS[:at], changed, *FUNDS[at + 1 :])


def other_year(made: Form, year: int, **more: Any) -> Form:
    """The same form of another year."""
    return replace(made, fiscal_year=year, **more)
