"""Rules that add up the points of a form: weights and scores against the totals and labels that the form
itself prints.

Comes in: a `Case`. Goes out: `Mark`s. Silent where a weight, a score or the total is missing. Sources: the
form's own arithmetic, and 财预〔2020〕10号, 附件 (the points of a form sum to 100).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from normalizers.levels import LEVEL1, read_level
from pipeline.audit.case import EXACT, INFO, Case, Mark, adds_up, figure, names_of, words
from pipeline.audit.messages import say, term
from pipeline.model.flags import Flag
from pipeline.model.rows import FundRow, IndicatorRow
from pipeline.model.standards import BUDGET_WEIGHT, FULL_MARKS

Points = Literal["weight", "score"]
# of the execution of the budget: 财预〔2020〕10号, 附件, and what provinces gave it before
BUDGET_WEIGHTS = (10, 20)
BUDGET: Mapping[Points, Literal["budget_weight", "budget_score"]] = {
    "weight": "budget_weight",
    "score": "budget_score",
}
TOTAL: Mapping[Points, Literal["total_weight", "total_score"]] = {
    "weight": "total_weight",
    "score": "total_score",
}


def weights_sum(case: Case) -> Iterator[Mark]:
    """Budget weight + indicator weights = total weight; a 预算执行率 row stands for the budget's weight."""
    yield from _sum(case, "weight")


def scores_sum(case: Case) -> Iterator[Mark]:
    """Budget score + indicator scores = total score."""
    yield from _sum(case, "score")


def _sum(case: Case, column: Points) -> Iterator[Mark]:
    wanted, own = case.project[TOTAL[column]], case.project[BUDGET[column]]
    readings = _points(case, column)
    if wanted is None or not readings or any(adds_up(parts, wanted) for parts in readings):
        return
    got = figure(sum(readings[0]))
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
    yield Mark(mark, got, figure(wanted), basis=case.pointed)


def _points(case: Case, column: Points) -> list[list[float]]:
    """The points that make up a total, in every way in which they may be meant: the likeliest first; none
    where one is not known.

    A form of targets has no points for the budget's execution, but its total may count them.
    """
    own = case.project[BUDGET[column]]
    out = []
    for points in _readings(case.pointed, column):
        if case.rate_rows or not case.funds:  # an indicator system has no budget to execute
            out.append(points)
        elif own is not None:
            out.append([own, *points])
        elif case.plans:
            out += [points, [float(BUDGET_WEIGHT), *points]]
    return out


def _readings(rows: Sequence[IndicatorRow], column: Points) -> list[list[float]]:
    """The points of some rows: of all, and without those of the parts (其中) of a row, which are its own
    divided; none where one is not known. A row that says that there is no indicator need not have any.
    """
    if not any(not r["is_placeholder"] for r in rows):
        return []
    out: list[list[float]] = []
    for counted in (rows, [r for r in rows if r["parent_id"] is None]):
        points = [r[column] for r in counted if not _needs_none(r, column)]
        known = [p for p in points if p is not None]
        if len(known) == len(points) and known not in out:
            out.append(known)
    return out


def _needs_none(row: IndicatorRow, column: Points) -> bool:
    """Does a row that has no points not lack any?"""
    if row[column] is not None:
        return False
    return row["parent_id"] is not None or (row["is_placeholder"] and row["weight"] is None)


def total_weight_100(case: Case) -> Iterator[Mark]:
    """The points of a form sum to 100 (财预〔2020〕10号, 附件); where no total is printed, the weights
    themselves. A form of targets may leave out those of the budget's execution.
    """
    total, readings = case.project["total_weight"], _points(case, "weight")
    allowed = [FULL_MARKS, *(FULL_MARKS - n for n in BUDGET_WEIGHTS)] if case.plans else [FULL_MARKS]
    if total is not None:
        if all(abs(total - whole) > EXACT for whole in allowed):
            closes = any(adds_up(parts, total) for parts in readings)  # so that it was read right
            basis = case.pointed if closes else (case.project,)
            yield Mark(
                say("total_weight_100.printed", total=figure(total)), "100", figure(total), basis=basis
            )
        return
    whole = case.rate_rows or case.project["budget_weight"] is not None
    if readings and whole and not any(adds_up(parts, full) for parts in readings for full in allowed):
        got = figure(sum(readings[0]))
        yield Mark(say("total_weight_100.summed", sum=got), "100", got, basis=case.pointed)


def level1_weight_sum(case: Case) -> Iterator[Mark]:
    """`产出指标（50分）` = the weights of its rows."""
    groups: dict[tuple[object, ...], list[IndicatorRow]] = {}
    for row in case.pointed:
        groups.setdefault((row["level1_weight"], row["level1_raw"]), []).append(row)
    for rows in groups.values():
        yield from _level_sum(rows[0]["level1_raw"] or rows[0]["level1"], rows[0]["level1_weight"], rows)


def level2_weight_sum(case: Case) -> Iterator[Mark]:
    """`数量指标（18分）` = the weights of its rows, below one first level."""
    groups: dict[tuple[object, ...], list[IndicatorRow]] = {}
    for row in case.pointed:
        groups.setdefault((row["level2_weight"], row["level1_raw"], row["level2_raw"]), []).append(row)
    for rows in groups.values():
        yield from _level_sum(rows[0]["level2_raw"] or rows[0]["level2"], rows[0]["level2_weight"], rows)


def _level_sum(level: str | None, printed: float | None, rows: Sequence[IndicatorRow]) -> Iterator[Mark]:
    readings = _readings(rows, "weight") if printed is not None else []
    if printed is None or not readings or any(adds_up(points, printed) for points in readings):
        return
    got, wanted = figure(sum(readings[0])), figure(printed)
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
    columns: tuple[Points, Points] = ("weight", "score")
    for column in columns:
        here, there = row[column], case.project[BUDGET[column]]
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
        hint = older or Flag.LEVEL1_BLANK in row["flags"]  # the label above need not be this row's
        yield Mark(mark, below.parent, row["level1_raw"], row, (row,), INFO if hint else None)


def _lines(case: Case) -> tuple[FundRow, ...]:
    return (case.total_line,) if case.total_line is not None else ()
