"""Rules on forms as wholes, and on several: what a form must have, projects told twice, targets against
results.

Comes in: a `Case`, or the cases of a document or of a series. Goes out: `Mark`s, with the case that each is
about. Silent where the forms do not say enough to be compared. Sources: 财预〔2020〕10号, 附件 (the levels of
the template; the targets of the budget are those that are evaluated).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from normalizers.symbols import fold
from pipeline.audit.case import EXACT, INFO, Case, Mark, figure, missed, names_of, same_text, shown, words
from pipeline.audit.costs import likeness
from pipeline.audit.messages import say
from pipeline.model.rows import IndicatorRow

SAME_INDICATOR = 88.0  # likeness of names (0–100) from which on two rows of one level are one indicator
PLANS = {
    "target": "self_evaluation",
    "transfer_target": "transfer_self_evaluation",
    "overall_target": "overall_self_evaluation",
}
MOST_NAMED = 3  # indicators that a message names
FEWEST_REPEATED = 5  # rows that a form must have before its being last year's is worth a word


def level1_missing(case: Case) -> Iterator[Mark]:
    """A project's form has indicators of output and of benefit."""
    levels = {r["level1"] for r in case.indicators}
    if (
        case.project["form_type"] not in ("self_evaluation", "target")
        or None in levels
        or not levels & set(words()["needed_levels"])
    ):
        return
    for level in words()["needed_levels"]:
        if level not in levels:
            yield Mark(say("level1_missing.message", level=level), level, None, basis=tuple(case.indicators))


def score_in_target_form(case: Case) -> Iterator[Mark]:
    """A form of targets has no scores yet."""
    scored = [(r, score) for r in case.rows if (score := r["score"]) is not None]
    if case.project["form_type"] in PLANS and scored:
        yield Mark(
            say("score_in_target_form.message", count=len(scored)),
            say("score_in_target_form.expected"),
            figure(scored[0][1]),
            basis=tuple(r for r, _ in scored),
        )


def full_total_missed_target(case: Case) -> Iterator[Mark]:
    """A form whose every point was earned missed no target."""
    weight, score = case.project["total_weight"], case.project["total_score"]
    rows = [r for r in case.rows if missed(r)]
    if weight is not None and score is not None and abs(weight - score) <= EXACT and rows:
        names = "、".join(names_of(r) for r in rows[:MOST_NAMED])
        mark = (
            say("full_total_missed_target.many", score=figure(score), count=len(rows), names=names)
            if len(rows) > MOST_NAMED
            else say("full_total_missed_target.message", score=figure(score), count=len(rows), names=names)
        )
        yield Mark(mark, f"<{figure(weight)}", figure(score), basis=tuple(rows))


def duplicate_project(cases: Sequence[Case]) -> Iterator[tuple[Case, Mark]]:
    """A project has one form of a kind and a year in a document; the later one is marked."""
    seen: dict[tuple[object, ...], Case] = {}
    for case in cases:
        p = case.project
        if not p["project_name"]:
            continue
        key = (
            p["form_type"],
            p["fiscal_year"],
            fold(p["project_name"]),
            fold(p["implementing_unit"] or p["supervising_department"] or ""),
        )
        if key in seen:
            first = seen[key].project["form_index"]
            mark = say("duplicate_project.message", name=p["project_name"], form=first)
            yield case, Mark(mark, say("shared.once"), p["project_name"])
        seen.setdefault(key, case)


def target_against_result(cases: Sequence[Case]) -> Iterator[tuple[Case, str, Mark]]:
    """The self-evaluation of a year evaluates the targets that were set for it: changed, dropped and added
    ones, by rule name.
    """
    for plan in cases:
        wanted = PLANS.get(plan.project["form_type"])
        year = plan.project["fiscal_year"]
        results = [c for c in cases if c.project["form_type"] == wanted and c.project["fiscal_year"] == year]
        if wanted is None or year is None or len(results) != 1:
            continue
        for name, mark in _compared(plan, results[0]):
            yield results[0], name, mark


def _compared(plan: Case, result: Case) -> Iterator[tuple[str, Mark]]:
    pairs = paired(plan.rows, result.rows)
    for before, after in pairs:
        if not _same_target(before, after):
            mark = say(
                "target_revised.message",
                name=names_of(after),
                before=shown(before["target_raw"]),
                after=shown(after["target_raw"]),
            )
            yield (
                "target_revised",
                Mark(mark, before["target_raw"], after["target_raw"], after, (before, after)),
            )
    kept = {r["indicator_id"] for pair in pairs for r in pair}
    for row in plan.rows:
        if row["indicator_id"] not in kept:
            mark = say("indicator_dropped.message", name=names_of(row), target=shown(row["target_raw"]))
            yield "indicator_dropped", Mark(mark, row["name"], None, None, (row, *result.rows))
    for row in result.rows:
        if row["indicator_id"] not in kept and row not in result.rate_rows:
            mark = say("indicator_added.message", name=names_of(row), target=shown(row["target_raw"]))
            yield "indicator_added", Mark(mark, None, row["name"], row, (row, *plan.rows))


def paired(
    plan: Sequence[IndicatorRow], result: Sequence[IndicatorRow]
) -> list[tuple[IndicatorRow, IndicatorRow]]:
    """Rows of two forms that are one indicator: of one second level, and of the likest names; in the order of
    the first form.
    """
    scored = sorted(
        (-likeness(a["name"], b["name"]), abs(i - j), i, j)
        for i, a in enumerate(plan)
        for j, b in enumerate(result)
        if a["name"]
        and b["name"]
        and a["level2"] == b["level2"]
        and likeness(a["name"], b["name"]) >= SAME_INDICATOR
    )
    left: dict[int, int] = {}
    for _, _, i, j in scored:
        if i not in left and j not in left.values():
            left[i] = j
    return [(plan[i], result[j]) for i, j in sorted(left.items())]


def _same_target(a: IndicatorRow, b: IndicatorRow) -> bool:
    """Do two targets ask for the same? `=` and `≥` are one sign here, as a form uses both."""
    if same_text(a["target_raw"], b["target_raw"]) or not a["target_raw"] or not b["target_raw"]:
        return True
    if a["target_kind"] == "compound" or a["target_kind"] != b["target_kind"]:
        return bool(a["target_kind"] == b["target_kind"] and a["target_parts"] == b["target_parts"])
    if a["target_kind"] == "text":
        return same_text(a["target_raw"], b["target_raw"])
    units = {a["target_unit"], b["target_unit"]} - {None}
    return len(units) < 2 and _asked(a) == _asked(b)


def _asked(row: IndicatorRow) -> tuple[object, ...]:
    sign = row["target_comparator"]
    return (
        ">=" if sign == "=" else sign,
        row["target_value"],
        row["target_value_max"],
        row["target_date_start"],
        row["target_date_end"],
    )


def form_repeated(cases: Sequence[Case]) -> Iterator[tuple[Case, Mark]]:
    """A year's form is not last year's word for word."""
    by_year = {
        (c.project["form_type"], c.project["fiscal_year"]): c
        for c in cases
        if c.project["fiscal_year"] is not None
    }
    for (kind, year), case in by_year.items():
        before = by_year.get((kind, year - 1))
        if before is None or len(case.rows) < FEWEST_REPEATED or len(case.rows) != len(before.rows):
            continue
        if all(_undated(a) == _undated(b) for a, b in zip(before.rows, case.rows, strict=True)):
            mark = say("form_repeated.message", year=year, count=len(case.rows), before=year - 1)
            expected, observed = say("form_repeated.expected"), say("form_repeated.observed")
            yield case, Mark(mark, expected, observed, basis=(*before.rows, *case.rows), severity=INFO)


def _undated(row: IndicatorRow) -> tuple[object, ...]:
    """What an indicator asks for, its year left out."""
    timed = row["target_date_end"] is not None
    return row["level2"], fold(row["name"] or ""), None if timed else fold(row["target_raw"] or "")
