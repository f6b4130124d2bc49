"""Rules that add up the points of a form: weights and scores against the totals and labels that the form
itself prints.

Comes in: a `Case`. Goes out: `Mark`s. Silent where a weight, a score or the total is missing. Sources: the
form's own arithmetic, and 财预〔2020〕10号, 附件 (the points of a form sum to 100).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from normalizers.levels import LEVEL1, read_level
from pipeline.audit.case import EXACT, Case, Mark, Row, adds_up, figure, names_of

FULL_MARKS = 100.0


def weights_sum(case: Case) -> Iterator[Mark]:
    """Budget weight + indicator weights = total weight; a 预算执行率 row stands for the budget's weight."""
    yield from _sum(case, "weight", "budget_weight", "total_weight", "分值")


def scores_sum(case: Case) -> Iterator[Mark]:
    """Budget score + indicator scores = total score."""
    yield from _sum(case, "score", "budget_score", "total_score", "得分")


def _sum(case: Case, column: str, budget: str, total: str, word: str) -> Iterator[Mark]:
    parts = _points(case, column, budget)
    wanted = case.project[total]
    if parts is None or wanted is None or adds_up(parts, wanted):
        return
    own = (
        ""
        if case.rate_rows or case.project[budget] is None
        else f"预算执行{word}{figure(case.project[budget])}与"
    )
    got = figure(sum(parts))
    yield Mark(
        f"{own}各指标{word}合计为{got}，与总{word}{figure(wanted)}不符", got, figure(wanted), basis=case.rows
    )


def _points(case: Case, column: str, budget: str) -> list[float] | None:
    """The points that make up a total; None where one is not known."""
    points = [r[column] for r in case.rows]
    if not points or any(p is None for p in points):
        return None
    if case.rate_rows:
        return points
    if not case.funds:  # an indicator system has no budget to execute
        return points
    return None if case.project[budget] is None else [case.project[budget], *points]


def total_weight_100(case: Case) -> Iterator[Mark]:
    """The points of a form sum to 100 (财预〔2020〕10号, 附件); where no total is printed, the weights
    themselves.
    """
    total = case.project["total_weight"]
    if total is not None:
        if abs(total - FULL_MARKS) > EXACT:
            yield Mark(f"总分值为{figure(total)}，应为100", "100", figure(total))
        return
    parts = _points(case, "weight", "budget_weight")
    whole = case.rate_rows or case.project["budget_weight"] is not None
    if parts is not None and whole and not adds_up(parts, FULL_MARKS):
        got = figure(sum(parts))
        yield Mark(f"预算执行与各指标的分值合计{got}，应为100", "100", got, basis=case.rows)


def level1_weight_sum(case: Case) -> Iterator[Mark]:
    """`产出指标（50分）` = the weights of its rows."""
    yield from _level_sums(case, "level1_weight", lambda r: (r["level1_raw"],))


def level2_weight_sum(case: Case) -> Iterator[Mark]:
    """`数量指标（18分）` = the weights of its rows, below one first level."""
    yield from _level_sums(case, "level2_weight", lambda r: (r["level1_raw"], r["level2_raw"]))


def _level_sums(case: Case, column: str, label: Callable[[Row], tuple[str | None, ...]]) -> Iterator[Mark]:
    groups: dict[tuple[object, ...], list[Row]] = {}
    for row in case.rows:
        if row[column] is not None:
            groups.setdefault((*label(row), row[column]), []).append(row)
    for key, rows in groups.items():
        points = [r["weight"] for r in rows]
        if any(p is None for p in points) or adds_up(points, rows[0][column]):
            continue
        got, wanted = figure(sum(points)), figure(rows[0][column])
        level = str(key[-2] or rows[0][column.removesuffix("_weight")])
        yield Mark(f"“{level}”标明{wanted}分，其下各指标分值合计{got}分", wanted, got, basis=tuple(rows))


def score_exceeds_weight(case: Case) -> Iterator[Mark]:
    """0 ≤ score ≤ weight, of every indicator and of the budget's execution."""
    for row in case.rows:
        if (
            row["weight"] is not None
            and row["score"] is not None
            and not -EXACT <= row["score"] <= row["weight"] + EXACT
        ):
            mark = f"{names_of(row)}得分{figure(row['score'])}，超出分值{figure(row['weight'])}的范围"
            yield Mark(mark, f"0–{figure(row['weight'])}", figure(row["score"]), row, (row,))
    weight, score = case.project["budget_weight"], case.project["budget_score"]
    if weight is not None and score is not None and not -EXACT <= score <= weight + EXACT:
        mark = f"预算执行得分{figure(score)}，超出分值{figure(weight)}的范围"
        yield Mark(mark, f"0–{figure(weight)}", figure(score), basis=_lines(case))


def budget_row_conflict(case: Case) -> Iterator[Mark]:
    """A 预算执行率 row of the indicator table says what the fund block says."""
    if len(case.rate_rows) != 1:
        return
    row = case.rate_rows[0]
    for column, budget, word in (("weight", "budget_weight", "分值"), ("score", "budget_score", "得分")):
        here, there = row[column], case.project[budget]
        if here is not None and there is not None and abs(here - there) > EXACT:
            mark = f"指标表中预算执行率{word}{figure(here)}，资金表中为{figure(there)}"
            yield Mark(mark, figure(there), figure(here), row, (row, *_lines(case)))


def level_conflict(case: Case) -> Iterator[Mark]:
    """A second level that belongs to another first level than the one printed above it (财预〔2020〕10号 and
    〔2021〕101号, 附件).
    """
    for row in case.rows:
        above = read_level(row["level1_raw"], 1) if row["level1_raw"] else None
        below = read_level(row["level2_raw"], 2) if row["level2_raw"] else None
        if (
            above is None
            or below is None
            or below.parent is None
            or above.label not in LEVEL1
            or above.label == below.parent
        ):
            continue
        mark = f"{names_of(row)}的二级指标“{row['level2_raw']}”属于“{below.parent}”，表中列在“{row['level1_raw']}”之下"
        older = (
            below.label == "经济成本指标" and above.label == "产出指标"
        )  # as the forms before 〔2021〕101号 had all costs
        yield Mark(mark, below.parent, row["level1_raw"], row, (row,), "info" if older else None)


def _lines(case: Case) -> tuple[Row, ...]:
    return (case.total_line,) if case.total_line is not None else ()
