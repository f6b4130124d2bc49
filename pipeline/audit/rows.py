"""Rules on single indicators: what was aimed at, what was reached, what it earned, and why.

Comes in: a `Case`. Goes out: `Mark`s. Silent where target, actual or points are missing, where the two cannot
be compared, and where the row was read with doubt. Sources: 财预〔2020〕10号 (a shortfall is explained;
points follow the attainment) and the form's own labels.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from normalizers.symbols import fold
from normalizers.values import PLACEHOLDERS
from pipeline.audit.case import (
    EXACT,
    INFO,
    VALUES,
    Case,
    Mark,
    figure,
    missed,
    names_of,
    same_text,
    shown,
    unsure,
    words,
)
from pipeline.audit.costs import is_cost, is_other_cost
from pipeline.audit.messages import say, term
from pipeline.model.flags import Flag
from pipeline.model.rows import IndicatorRow
from pipeline.words.own_words import tolerance

FAR_OVER = tolerance("over_achievement_pct")  # of the target: more should be explained (it was too low)
FEWEST_COPIED = 6  # rows whose actual value is their target's copy from which on it is worth a word
RATE_MOST = 100.0
UNMET = 60.0  # percent: below it a target counts as not met, and earns as much at most
AT_MOST = ("<=", "<")


def reason_missing(case: Case) -> Iterator[Mark]:
    """A row that lost points says why, where the form has a column for reasons."""
    if not case.prints("reason"):
        return
    for row, weight, score in _scored(case):
        if score < weight - EXACT and _reason(row) is None:
            said = row["deviation_reason"] or term("blank")
            mark = say(
                "reason_missing.message",
                name=names_of(row),
                score=figure(score),
                weight=figure(weight),
            )
            yield Mark(mark, say("reason_missing.expected"), said, row, (row,))


def reason_without_loss(case: Case) -> Iterator[Mark]:
    """A row that gives a reason for a shortfall has one."""
    for row, weight, score in _scored(case):
        said = _reason(row)
        if said is None or _replaced(said):
            continue
        if abs(score - weight) <= EXACT and not missed(row):
            mark = say(
                "reason_without_loss.message",
                name=names_of(row),
                score=figure(score),
                reason=shown(row["deviation_reason"]),
            )
            yield Mark(mark, say("reason_without_loss.expected"), row["deviation_reason"], row, (row,))


def target_missed_full_score(case: Case) -> Iterator[Mark]:
    """A row that missed its target does not earn full points."""
    for row, weight, score in _scored(case):
        if missed(row) and score >= weight - EXACT and weight > 0:
            mark = say(
                "target_missed_full_score.message",
                name=names_of(row),
                actual=shown(row["actual_raw"]),
                target=shown(row["target_raw"]),
                score=figure(score),
            )
            yield Mark(mark, f"<{figure(weight)}", figure(score), row, (row,))


def target_met_lost_score(case: Case) -> Iterator[Mark]:
    """A row that met its target does not lose points; with a reason given it is only worth a look."""
    for row, weight, score in _scored(case):
        if row["target_met"] is True and score < weight - EXACT:
            said = _reason(row) is not None
            mark = say(
                "target_met_lost_score.message",
                name=names_of(row),
                actual=shown(row["actual_raw"]),
                target=shown(row["target_raw"]),
                score=figure(score),
                weight=figure(weight),
            )
            yield Mark(mark, figure(weight), figure(score), row, (row,), INFO if said else None)


def score_above_attainment(case: Case) -> Iterator[Mark]:
    """Where a target was missed by far, the points follow: 财预〔2020〕10号 gives an unmet target 60 % of
    them at most.
    """
    for row, weight, score in _scored(case):
        done = row["attainment_pct"]
        if not missed(row) or done is None or weight <= 0 or not 0 <= done < UNMET:
            continue
        share = 100 * score / weight
        if UNMET + EXACT < share < RATE_MOST - EXACT:
            mark = say(
                "score_above_attainment.message",
                name=names_of(row),
                actual=shown(row["actual_raw"]),
                target=shown(row["target_raw"]),
                done=figure(round(done, 2)),
                share=figure(round(share, 2)),
            )
            yield Mark(mark, f"≤{figure(UNMET)}%", f"{figure(round(share, 2))}%", row, (row,))


def indicator_replaced(case: Case) -> Iterator[Mark]:
    """What is evaluated is the indicator that was set, not another one that the reason names."""
    for row in case.rows:
        said = _reason(row)
        if said is not None and _replaced(said):
            mark = say("indicator_replaced.message", name=names_of(row), reason=shown(said))
            yield Mark(mark, row["name"], said, row, (row,))


def _replaced(reason: str) -> bool:
    return any(w in reason for w in words()["replaced"])


def satisfaction_in_words(case: Case) -> Iterator[Mark]:
    """Satisfaction is measured as a rate; a word cannot be met or missed."""
    level = words()["satisfaction_level"]
    for row in case.rows:
        if row["level1"] == level and row["target_kind"] == "text":
            mark = say("satisfaction_in_words.message", name=names_of(row), target=shown(row["target_raw"]))
            yield Mark(mark, say("satisfaction_in_words.expected"), row["target_raw"], row, (row,))


def period_mismatch(case: Case) -> Iterator[Mark]:
    """The time that was reached is of the year that was aimed at, and a target's time is not before the
    form's year.
    """
    year = case.project["fiscal_year"]
    for row in case.rows:
        aim, got = row["target_date_end"], row["actual_date_end"]
        begun = row["target_date_start"] or aim  # a deadline's work may have begun in its own year only
        if aim is not None and begun is not None and got is not None and got.year < begun.year:
            mark = say(
                "period_mismatch.outside",
                name=names_of(row),
                actual=shown(row["actual_raw"]),
                target=shown(row["target_raw"]),
            )
            yield Mark(mark, row["target_raw"], row["actual_raw"], row, (row,))
        elif year is not None and aim is not None and aim.year < year:
            target = shown(row["target_raw"])
            mark = say("period_mismatch.target_before", name=names_of(row), target=target, year=year)
            yield Mark(mark, say("shared.year", year=year), row["target_raw"], row, (row,))
        elif year is not None and aim is None and got is not None and got.year < year:
            actual = shown(row["actual_raw"])
            mark = say("period_mismatch.actual_before", name=names_of(row), actual=actual, year=year)
            yield Mark(mark, say("shared.year", year=year), row["actual_raw"], row, (row,))


def deadline_after_year(case: Case) -> Iterator[Mark]:
    """A target of the year falls due in the year."""
    year = case.project["fiscal_year"]
    for row in case.rows:
        if year is not None and row["target_date_end"] is not None and row["target_date_end"].year > year:
            target = shown(row["target_raw"])
            mark = say("deadline_after_year.message", name=names_of(row), target=target, year=year)
            yield Mark(mark, say("deadline_after_year.expected", year=year), row["target_raw"], row, (row,))


def cost_exceeds_target(case: Case) -> Iterator[Mark]:
    """A cost is not above what was planned for it: an amount, a number or a rate. Social and ecological costs
    are only where the form says that they shall be small.
    """
    for row in case.rows:
        bound = row["target_comparator"]
        if not missed(row) or not (is_cost(row) or is_other_cost(row)):
            continue
        if bound not in AT_MOST and (is_other_cost(row) or bound not in ("=", "range")):
            continue
        most = row["target_value"] if row["target_value_max"] is None else row["target_value_max"]
        got = row["actual_value"] if row["actual_value_max"] is None else row["actual_value_max"]
        if got is not None and most is not None and got > most:
            mark = say(
                "cost_exceeds_target.message",
                name=names_of(row),
                actual=shown(row["actual_raw"]),
                target=shown(row["target_raw"]),
            )
            yield Mark(mark, row["target_raw"], row["actual_raw"], row, (row,))


def over_achievement(case: Case) -> Iterator[Mark]:
    """A target that was far surpassed was set too low, or the value is wrong; it should be explained."""
    for row in case.rows:
        done = row["attainment_pct"]
        if (
            done is None
            or done <= FAR_OVER
            or is_cost(row)
            or row["target_comparator"] in AT_MOST
            or _reason(row) is not None
        ):
            continue
        mark = say(
            "over_achievement.message",
            name=names_of(row),
            actual=shown(row["actual_raw"]),
            target=shown(row["target_raw"]),
            done=figure(round(done, 2)),
        )
        yield Mark(mark, row["target_raw"], row["actual_raw"], row, (row,))


def actual_copies_target(case: Case) -> Iterator[Mark]:
    """Values that were measured are not all the very texts of their targets, signs and all."""
    compared = [r for r in case.rows if r["target_raw"] and r["actual_raw"]]
    signed = [r for r in compared if r["target_comparator"] in ("<=", ">=", "<", ">")]
    if (
        len(compared) >= FEWEST_COPIED
        and len(signed) >= 2
        and all(same_text(r["target_raw"], r["actual_raw"]) for r in compared)
    ):
        yield Mark(say("actual_copies_target.message", count=len(compared)), basis=tuple(compared))


def digits_lost(case: Case) -> Iterator[Mark]:
    """A cell has its units and signs, but not its figures."""
    for row in case.rows:
        if Flag.DIGITS_LOST in row["flags"]:
            mark = say("digits_lost.message", name=names_of(row), target=shown(row["target_raw"]))
            yield Mark(mark, None, row["target_raw"], row, severity=INFO if unsure(row, VALUES) else None)


def unit_suspect(case: Case) -> Iterator[Mark]:
    """A figure that its sign or unit cannot belong to: `290%` for `≥90%`, a day's serial number."""
    for row in case.rows:
        if Flag.UNIT_SUSPECT in row["flags"]:
            mark = say(
                "unit_suspect.message",
                name=names_of(row),
                actual=shown(row["actual_raw"]),
                target=shown(row["target_raw"]),
            )
            said = row["actual_raw"] or row["target_raw"]
            yield Mark(mark, None, said, row, severity=INFO if unsure(row, VALUES) else None)


def rate_over_100(case: Case) -> Iterator[Mark]:
    """Satisfaction is at most 100 %."""
    level = words()["satisfaction_level"]
    for row in case.rows:
        if level != row["level1"] or Flag.UNIT_SUSPECT in row["flags"]:
            continue
        for cell in _cells(row):
            if cell.kind == "percent" and (cell.value or 0.0) > RATE_MOST + EXACT:
                value = shown(cell.raw)
                mark = say("rate_over_100.message", name=names_of(row), side=term(cell.side), value=value)
                yield Mark(mark, "≤100%", cell.raw, row, (row,))


def rate_with_count_unit(case: Case) -> Iterator[Mark]:
    """A rate is no count of things, money or days."""
    for row in case.rows:
        name = fold(row["name"] or "")
        if not name.endswith(tuple(words()["rate_ends"])):
            continue
        for cell in _cells(row):
            counted = cell.unit is not None and cell.unit not in words()["rate_units"]
            if counted and cell.kind in ("number", "money"):
                side = term(cell.side)
                mark = say("rate_with_count_unit.message", name=names_of(row), side=side, unit=cell.unit)
                yield Mark(mark, "%", cell.raw, row, (row,))


def duplicate_indicator(case: Case) -> Iterator[Mark]:
    """An indicator stands once below its second level."""
    seen: dict[tuple[str, ...], IndicatorRow] = {}
    for row in case.rows:
        if not row["name"]:
            continue
        key = (row["level1"] or "", row["level2"] or "", fold(row["name"]), fold(row["target_raw"] or ""))
        if key in seen:
            mark = say("duplicate_indicator.message", name=names_of(row), row=seen[key]["seq"])
            yield Mark(mark, say("shared.once"), row["name"], row, (row, seen[key]))
        seen.setdefault(key, row)


def template_text_left(case: Case) -> Iterator[Mark]:
    """The template's own instructions are no target."""
    for row in case.rows:
        for text in (row["name"] or "", row["target_raw"] or ""):
            if any(w in text for w in words()["template_text"]):
                mark = say("template_text_left.message", name=names_of(row), text=shown(text))
                yield Mark(mark, say("template_text_left.expected"), text, row, (row,))
                break


class _Cell(NamedTuple):
    """A value of a row, and whether it is the target's or the actual one."""

    side: str
    kind: str | None
    value: float | None
    unit: str | None
    raw: str | None


def _cells(row: IndicatorRow) -> tuple[_Cell, _Cell]:
    return (
        _Cell("target", row["target_kind"], row["target_value"], row["target_unit"], row["target_raw"]),
        _Cell("actual", row["actual_kind"], row["actual_value"], row["actual_unit"], row["actual_raw"]),
    )


def _reason(row: IndicatorRow) -> str | None:
    """The reason given; 无 and the like give none."""
    said = row["deviation_reason"]
    return None if said is None or fold(said) in PLACEHOLDERS else said


def _scored(case: Case) -> Iterator[tuple[IndicatorRow, float, float]]:
    """The rows with both points, in their range, and what they can earn and earned."""
    for row in case.rows:
        weight, score = row["weight"], row["score"]
        if weight is not None and score is not None and -EXACT <= score <= weight + EXACT:
            yield row, weight, score
