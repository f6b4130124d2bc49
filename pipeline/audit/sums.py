"""Rules that add up the points of a form: weights and scores against the totals and labels that the form
itself prints.

Comes in: a `Case`. Goes out: `Mark`s. Silent where a weight, a score or the total is missing. Sources: the
form's own arithmetic, and 财预〔2020〕10号, 附件 (the points of a form sum to 100).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from normalizers.levels import LEVEL1, read_level
from pipeline.audit.case import EXACT, Case, Mark, Row, adds_up, figure, names_of, words
from pipeline.audit.messages import say, term

FULL_MARKS = 100.0


def weights_sum(case: Case) -> Iterator[Mark]:
    """Budget weight + indicator weights = total weight; a 预算执行率 row stands for the budget's weight."""
    yield from _sum(case, "weight", "budget_weight", "total_weight")


def scores_sum(case: Case) -> Iterator[Mark]:
    """Budget score + indicator scores = total score."""
    yield from _sum(case, "score", "budget_score", "total_score")


def _sum(case: Case, column: str, budget: str, total: str) -> Iterator[Mark]:
    parts = _points(case, column, budget)
    wanted = case.project[total]
    if parts is None or wanted is None or adds_up(parts, wanted):
        return
    got, own = figure(sum(parts)), case.project[budget]
    mark = (
        say("shared.points_sum", points=term(column), sum=got, total=figure(wanted))
        if case.rate_rows or own is None
        else say(
            "shared.points_sum_with_budget",
            points=term(column),
            budget=figure(own),
            sum=got,
            total=figure(wanted),
        )
    )
    yield Mark(mark, got, figure(wanted), basis=case.rows)


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
            yield Mark(say("total_weight_100.printed", total=figure(total)), "100", figure(total))
        return
    parts = _points(case, "weight", "budget_weight")
    whole = case.rate_rows or case.project["budget_weight"] is not None
    if parts is not None and whole and not adds_up(parts, FULL_MARKS):
        got = figure(sum(parts))
        yield Mark(say("total_weight_100.summed", sum=got), "100", got, basis=case.rows)


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
        mark = say("shared.level_sum", level=level, weight=wanted, sum=got)
        yield Mark(mark, wanted, got, basis=tuple(rows))


def score_exceeds_weight(case: Case) -> Iterator[Mark]:
    """0 ≤ score ≤ weight, of every indicator and of the budget's execution."""
    for row in case.rows:
        if (
            row["weight"] is not None
            and row["score"] is not None
            and not -EXACT <= row["score"] <= row["weight"] + EXACT
        ):
            mark = say(
                "score_exceeds_weight.indicator",
                name=names_of(row),
                score=figure(row["score"]),
                weight=figure(row["weight"]),
            )
            yield Mark(mark, f"0–{figure(row['weight'])}", figure(row["score"]), row, (row,))
    weight, score = case.project["budget_weight"], case.project["budget_score"]
    if weight is not None and score is not None and not -EXACT <= score <= weight + EXACT:
        mark = say("score_exceeds_weight.budget", score=figure(score), weight=figure(weight))
        yield Mark(mark, f"0–{figure(weight)}", figure(score), basis=_lines(case))


def budget_row_conflict(case: Case) -> Iterator[Mark]:
    """A 预算执行率 row of the indicator table says what the fund block says."""
    if len(case.rate_rows) != 1:
        return
    row = case.rate_rows[0]
    for column, budget in (("weight", "budget_weight"), ("score", "budget_score")):
        here, there = row[column], case.project[budget]
        if here is not None and there is not None and abs(here - there) > EXACT:
            mark = say(
                "budget_row_conflict.message",
                points=term(column),
                here=figure(here),
                there=figure(there),
            )
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
        mark = say(
            "level_conflict.message",
            name=names_of(row),
            level2=row["level2_raw"],
            parent=below.parent,
            level1=row["level1_raw"],
        )
        older = below.label == words()["moved_level"] and above.label == words()["moved_from"]
        yield Mark(mark, below.parent, row["level1_raw"], row, (row,), "info" if older else None)


def _lines(case: Case) -> tuple[Row, ...]:
    return (case.total_line,) if case.total_line is not None else ()
