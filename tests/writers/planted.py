"""Consistent forms, and the same with one inconsistency planted, for every rule of the contract.

Comes in: a seed, and the name of a rule. Goes out: forms in the golden format and what an audit must say of
them: rule and row. A consistent form gives no error and no warning: points sum, targets are met or missed
with a reason, costs sum to the budget. A plant changes no more than it needs; where it must break another
rule too (a score lost without a reason), that one is expected as well. A plant that a form has no room for
gives None.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

from tests.writers.inventor import _goals, invented
from tests.writers.oddities import with_oddities

Form = dict[str, Any]
Row = dict[str, Any]
Expected = frozenset[tuple[str, int | None]]
Plant = Callable[[Form, Random], set[tuple[str, int | None]] | None]

CENT = Decimal("0.01")
NUMBER = re.compile(
    r"(?P<sign>[≥≤<>=约]|不少于|不低于|达到|不超过)?(?P<n>\d+(?:\.\d+)?)(?P<to>-\d+)?(?P<unit>\D*?)(?P<end>以上|以内)?"
)
HONEST_MISS = 0.15  # share of rates that miss their target and say why
COSTS = ("成本指标", "经济成本指标")


@dataclass(frozen=True, slots=True)
class Planted:
    """One document's forms, and what is wrong with which form: `(rule, seq)`, seq None for the form itself."""

    forms: tuple[Form, ...]
    form_index: int
    expected: Expected
    needs: frozenset[str]  # columns that a layout must have for it to be seen


def consistent(seed: int, *, target: bool = False, n_forms: int = 2, odd: bool = False) -> list[Form]:
    """Forms that give no error and no warning; `odd`: with oddities of honest forms."""
    rng = Random(f"consistent {seed} {target}")
    forms = [_settled(form, rng) for form in invented(seed, n_forms=n_forms, target=target)]
    if odd:
        forms = [with_oddities(form, Random(f"odd {seed} {n}")) for n, form in enumerate(forms)]
        forms = [form | _totals(form) for form in forms]
    return forms


def planted(rule: str, seed: int, *, target: bool = False, odd: bool = False) -> Planted | None:
    """Consistent forms with one inconsistency of the rule in one of them; None where this document has no
    room for it.
    """
    rng = Random(f"planted {rule} {seed} {target}")
    forms = consistent(seed, target=target, odd=odd)
    if rule == "duplicate_project":
        forms = [forms[0], copy.deepcopy(forms[0]) | {"form_index": 2}]
        return Planted(tuple(forms), 2, frozenset({(rule, None)}), NEEDS[rule])
    at = rng.randrange(len(forms))
    form = copy.deepcopy(forms[at])
    expected = PLANTS[rule](form, rng)
    if expected is None:
        return None
    kept = {"goal_expected": form["goal_expected"]}
    form |= kept if rule == "goal_amount_mismatch" or form.get("goal_told") else _told(form, rng)
    forms[at] = form
    return Planted(tuple(forms), form["form_index"], frozenset(expected), NEEDS[rule])


# ---- consistent
# ----------------------------------------------------------------------------------------------------


def _settled(form: Form, rng: Random) -> Form:
    target = form["form_type"] == "target"
    year = form["fiscal_year"]
    rows = [dict(r) for r in form["indicators"]]
    for row in rows:
        if not row["is_placeholder"] and row["level2"] not in COSTS:
            _settle(row, year, target, rng)
    _settle_costs([r for r in rows if r["level2"] in COSTS and not r["is_placeholder"]], form, target)
    names: set[tuple[str, str]] = set()
    for row in rows:  # a name stands once below its level
        while (row["level2"], row["name"]) in names and not row["is_placeholder"]:
            row["name"] += "（续）"
        names.add((row["level2"], row["name"]))
    form = {**form, "indicators": rows}
    return form | _told(form, rng) | _totals(form)


def _settle(row: Row, year: int, target: bool, rng: Random) -> None:
    """A target, and a value that meets it, or that misses it with fewer points and a reason."""
    text = row["target_raw"]
    found = NUMBER.fullmatch(text)
    time = row["level2"] == "时效指标"
    if time and (found is None or "%" not in text):
        row["target_raw"], actual, missed = (
            rng.choice([f"{year}年1-12月", f"{year}年12月31日前", f"{year}年底"]),
            None,
            None,
        )
        actual = (
            row["target_raw"]
            if "-" in row["target_raw"]
            else f"{year}年{rng.randint(6, 11)}月{rng.randint(1, 28)}日"
        )
    elif found is not None and found["to"] is None and found["sign"] != "约":
        n = Decimal(found["n"])
        if "%" in text:
            n = min(n, Decimal(98))
            row["target_raw"] = text.replace(found["n"], f"{n.normalize():f}", 1)
        step = Decimal(1) if found["sign"] == ">" else Decimal(-1) if found["sign"] == "<" else Decimal(0)
        actual = f"{(n + step).normalize():f}{found['unit']}"
        missed = (
            f"{(n * Decimal('0.9')).quantize(CENT).normalize():f}{found['unit']}"
            if "%" in text and "≤" not in text
            else None
        )
    else:
        row["target_raw"] = actual = text if found is None else f"≥{found['n']}{found['unit']}"
        if found is not None:
            actual = f"{found['n']}{found['unit']}"
        missed = None
    row |= {"actual_raw": None if target else actual, "deviation_reason": None}
    if target:
        return
    row["score"] = row["weight"]
    if missed and row["weight"] >= 2 and rng.random() < HONEST_MISS:
        row |= {
            "actual_raw": missed,
            "score": row["weight"] - 1,
            "deviation_reason": "部分任务受天气影响推迟，已列入下年计划。",
        }
    row["review_score"] = row["score"]


def _settle_costs(rows: list[Row], form: Form, target: bool) -> None:
    """Amounts that sum to the annual budget, spent as planned."""
    left = Decimal(form["annual_budget"])
    for number, row in enumerate(rows):
        share = (
            left
            if number == len(rows) - 1
            else (left / (len(rows) - number) / 1000).quantize(Decimal(1)) * 1000
        )
        left -= share
        text = f"{(share / 10_000).normalize():f}万元"
        row |= {"target_raw": text, "actual_raw": None if target else text, "deviation_reason": None}
        if not target:
            row |= {"score": row["weight"], "review_score": row["weight"]}


def _told(form: Form, rng: Random) -> Form:
    """Goals over rows that are no costs, so that the prose names no money."""
    rows = [r for r in form["indicators"] if r["level2"] not in COSTS]
    told = _goals(rng, rows, form["fiscal_year"], form["form_type"] == "target")
    return {k: re.sub(r"\d+(?:\.\d+)?(?:万|亿)?元[^，；。]*", "", v) if v else v for k, v in told.items()}


def _totals(form: Form) -> Form:
    if form["total_weight"] is None:
        return {}
    counted = [r for r in form["indicators"] if not r["name"].startswith("其中")]
    score = sum(Decimal(str(r["score"] or 0)) for r in counted) + Decimal(str(form["budget_score"]))
    return {"total_score": _number(score)}


def _number(value: Decimal) -> float:
    return int(value) if value == int(value) else float(value)


# ---- plants
# --------------------------------------------------------------------------------------------------------


def _level_rules(rows: list[Row]) -> set[tuple[str, int | None]]:
    """The label sums that break when a row's weight changes."""
    return {
        (f"{n}_weight_sum", None) for n in ("level1", "level2") for r in rows if r[f"{n}_weight"] is not None
    }


def _pick(form: Form, rng: Random, fits: Callable[[Row], bool]) -> Row | None:
    rows = [r for r in form["indicators"] if not r["is_placeholder"] and not r.get("odd") and fits(r)]
    return rng.choice(rows) if rows else None


def _scored(row: Row) -> bool:
    return row["weight"] is not None and row["weight"] >= 2 and row["score"] == row["weight"]


def _score(form: Form, row: Row, score: float) -> None:
    row |= {"score": score, "review_score": score}
    form |= _totals(form)


def _weights_sum(form: Form, rng: Random) -> set[tuple[str, int | None]] | None:
    row = _pick(form, rng, _scored)
    if row is None or form["total_weight"] is None:
        return None
    row["weight"] += 1
    _score(form, row, row["weight"])
    return {("weights_sum", None)} | _level_rules([row])


def _scores_sum(form: Form, _: Random) -> set[tuple[str, int | None]] | None:
    if form["total_score"] is None:
        return None
    form["total_score"] = _number(Decimal(str(form["total_score"])) - 1)
    return {("scores_sum", None)}


def _total_weight_100(form: Form, rng: Random) -> set[tuple[str, int | None]] | None:
    row = _pick(form, rng, _scored)
    if row is None or form["total_weight"] is None:
        return None
    row["weight"] -= 1
    form["total_weight"] -= 1
    _score(form, row, row["weight"])
    return {("total_weight_100", None)} | _level_rules([row])


def _level1_weight_sum(form: Form, rng: Random) -> set[tuple[str, int | None]] | None:
    return _moved(form, rng, "level1_weight", lambda a, b: a["level1"] != b["level1"])


def _level2_weight_sum(form: Form, rng: Random) -> set[tuple[str, int | None]] | None:
    return _moved(
        form, rng, "level2_weight", lambda a, b: a["level1"] == b["level1"] and a["level2"] != b["level2"]
    )


def _moved(
    form: Form, rng: Random, label: str, apart: Callable[[Row, Row], bool]
) -> set[tuple[str, int | None]] | None:
    """One point of weight and score moved between two rows below different labels."""
    giver = _pick(form, rng, lambda r: _scored(r) and r[label] is not None and r["weight"] >= 3)
    taker = giver and _pick(form, rng, lambda r: _scored(r) and r[label] is not None and apart(giver, r))
    if not giver or not taker:
        return None
    for row, step in ((giver, -1), (taker, 1)):
        row["weight"] += step
        _score(form, row, row["weight"])
    broken = _level_rules([giver, taker])
    return {
        r
        for r in broken
        if r[0] == f"{label}_sum" or giver["level1"] != taker["level1"] or r[0] == "level2_weight_sum"
    }


def _score_exceeds_weight(form: Form, rng: Random) -> set[tuple[str, int | None]] | None:
    row = _pick(form, rng, _scored)
    if row is None:
        return None
    _score(form, row, row["weight"] + 1)
    return {("score_exceeds_weight", row["seq"])}


def _execution_rate_mismatch(form: Form, rng: Random) -> set[tuple[str, int | None]] | None:
    rate = form["execution_rate_reported_pct"]
    if rate is None:
        return None
    form["execution_rate_reported_pct"] = form["funds"][0]["execution_rate_reported_pct"] = round(
        rate - rng.choice([3, 5, 8.5]), 2
    )
    return {("execution_rate_mismatch", None)}


def _budget_score_mismatch(form: Form, _: Random) -> set[tuple[str, int | None]] | None:
    if not form["budget_score"] or form["budget_score"] < 3:
        return None
    form["budget_score"] = form["funds"][0]["score"] = _number(Decimal(str(form["budget_score"])) - 2)
    form |= _totals(form)
    return {("budget_score_mismatch", None)}


def _fund_lines_sum(form: Form, rng: Random) -> set[tuple[str, int | None]] | None:
    """A source that is too much; or the only one that is printed; or lines by nature; or a little in forms
    that print many decimals.
    """
    line = next((f for f in form["funds"] if f["scope"] == "all" and f["source"] == "fiscal"), None)
    basic = next((f for f in form["funds"] if f.get("nature") == "basic"), None)
    if line is None or line["initial_budget"] is None:
        return None
    if basic is not None and rng.random() < 0.5:
        line = basic
    elif rng.random() < 0.25:
        form["funds"] = [f for f in form["funds"] if f["source"] in ("total", "fiscal") or f.get("nature")]
    share = Decimal("1.3")
    old = Decimal(line["initial_budget"])
    if form.get("money") == "{:.6f}" and form["amount_unit"] == "万元" and rng.random() < 0.7:
        new = old + 10_000  # a whole 万元, which rounding does not explain here
    else:
        new = (old * share).quantize(Decimal(100)) + 100
    if new == old:
        return None
    line["initial_budget"] = str(new.quantize(CENT))
    whole = Decimal(form["funds"][0]["initial_budget"])
    alone = sum(f["source"] is not None and f["source"] != "total" for f in form["funds"]) == 1
    if alone and line is not basic and new <= whole:
        return None  # it need not be all
    return {("fund_lines_sum", None)}


def _executed_exceeds_budget(form: Form, _: Random) -> set[tuple[str, int | None]] | None:
    total, fiscal = (
        next((f for f in form["funds"] if f["scope"] == "all" and f["source"] == s), None)
        for s in ("total", "fiscal")
    )
    if total is None or fiscal is None or total["executed"] is None:
        return None
    more = (Decimal(fiscal["annual_budget"]) * Decimal("1.2")).quantize(Decimal(100)).quantize(CENT)
    whole = Decimal(total["executed"]) - Decimal(fiscal["executed"]) + more
    if whole <= Decimal(total["annual_budget"]):
        return None
    fiscal["executed"], total["executed"] = str(more), str(whole)
    for line in (fiscal, total):
        line["execution_rate_reported_pct"] = _number(
            (Decimal(line["executed"]) / Decimal(line["annual_budget"]) * 100).quantize(CENT)
        )
    total["score"] = total["weight"]
    form |= {
        "executed": total["executed"], "execution_rate_reported_pct": total["execution_rate_reported_pct"], "budget_score": total["weight"],
    }  # fmt: skip
    form |= _totals(form)
    return {("executed_exceeds_budget", None)}


def _missable(row: Row) -> bool:
    return _scored(row) and re.fullmatch(r"≥\d+(\.\d+)?%", row["target_raw"]) is not None


def _missed(row: Row) -> str:
    return f"{(Decimal(row['target_raw'].strip('≥%')) * Decimal('0.8')).normalize():f}%"


def _reason_missing(form: Form, rng: Random) -> set[tuple[str, int | None]] | None:
    row = _pick(form, rng, _missable)
    if row is None:
        return None
    row |= {"actual_raw": _missed(row), "deviation_reason": None}
    _score(form, row, row["weight"] - 1)
    return {("reason_missing", row["seq"])}


def _target_missed_full_score(form: Form, rng: Random) -> set[tuple[str, int | None]] | None:
    row = _pick(form, rng, _missable)
    if row is None:
        return None
    row["actual_raw"] = _missed(row)
    return {("target_missed_full_score", row["seq"])}


def _target_met_lost_score(form: Form, rng: Random) -> set[tuple[str, int | None]] | None:
    row = _pick(form, rng, _missable)
    if row is None:
        return None
    _score(form, row, row["weight"] - 1)
    return {("target_met_lost_score", row["seq"]), ("reason_missing", row["seq"])}


def _period_mismatch(form: Form, rng: Random) -> set[tuple[str, int | None]] | None:
    """A result of the year before, or a target of it."""
    row = _pick(form, rng, lambda r: _scored(r) and r["level2"] == "时效指标" and "%" not in r["target_raw"])
    if row is None:
        return None
    year = form["fiscal_year"]
    target, actual = rng.choice(
        [
            (f"{year}年1-12月", f"{year - 1}年1-12月"), (f"{year}年12月31日前", f"{year - 1}年11月20日"), (f"{year - 1}年底", f"{year - 1}年12月"),
            (f"{year - 1}年6月30日前完成", f"{year - 1}年6月"),
        ]
    )  # fmt: skip
    row |= {"target_raw": target, "actual_raw": actual}
    return {("period_mismatch", row["seq"])}


def _cost_exceeds_target(form: Form, rng: Random) -> set[tuple[str, int | None]] | None:
    """An amount, a rate or a number of a cost above what was planned."""
    row = _pick(form, rng, lambda r: _scored(r) and r["level2"] in COSTS)
    if row is None:
        return None
    if rng.random() < 0.5:
        name, target, actual = rng.choice(
            [("成本控制率", "≤100%", "104%"), ("预算控制率", "100%", "112.5%"), ("每公里油耗", "≤9", "9.6"), ("办公用纸消耗", "≤300箱", "340箱")]
        )  # fmt: skip
        if any(r["name"] == name for r in form["indicators"]):
            return None
        row |= {"name": name, "target_raw": target, "actual_raw": actual}
    else:
        more = (Decimal(row["target_raw"].removesuffix("万元")) * Decimal("1.25")).quantize(CENT)
        row["actual_raw"] = f"{more.normalize():f}万元"
    return {("cost_exceeds_target", row["seq"]), ("target_missed_full_score", row["seq"])}


def _cost_total_mismatch(form: Form, rng: Random) -> set[tuple[str, int | None]] | None:
    row = _pick(form, rng, lambda r: r["level2"] in COSTS)
    if row is None or any(r.get("odd") for r in form["indicators"] if r["level2"] in COSTS):
        return None  # a price without a quantity leaves the list open
    text = f"{(Decimal(row['target_raw'].removesuffix('万元')) * Decimal('1.6')).quantize(CENT).normalize():f}万元"
    row |= {"target_raw": text, "actual_raw": None if row["actual_raw"] is None else text}
    return {("cost_total_mismatch", None)}


def _goal_amount_mismatch(form: Form, rng: Random) -> set[tuple[str, int | None]] | None:
    amount = (Decimal(form["annual_budget"]) / 10_000 * Decimal("1.37")).quantize(CENT).normalize()
    when = rng.choice(["本年度", "", "全年", f"{form['fiscal_year']}年"])
    words = when + rng.choice(
        [
            "计划安排资金{}万元", "项目预算{}万元", "申请经费{}万元用于项目实施", "投入财政资金{}万元", "项目总投入{}万元", "下达预算{}万元", "共需资金{}万元，其中设备购置0.3万元",
        ]
    )  # fmt: skip
    form["goal_expected"] = f"{form['goal_expected'].rstrip('。')}。{words.format(f'{amount:f}')}。"
    return {("goal_amount_mismatch", None)}


def _level_conflict(form: Form, _: Random) -> set[tuple[str, int | None]] | None:
    rows = form["indicators"]
    first = next(
        (
            n
            for n, r in enumerate(rows)
            if r["level1"] == "效益指标" and n and rows[n - 1]["level1"] == "产出指标"
        ),
        None,
    )
    if first is None or rows[first]["level1_weight"] is not None:
        return None
    block = [r for r in rows[first:] if r["level2"] == rows[first]["level2"]]
    if any(r["is_placeholder"] for r in block) or len(block) == sum(r["level1"] == "效益指标" for r in rows):
        return None
    for row in block:
        row["level1_raw"] = rows[first - 1]["level1_raw"]
    return {("level_conflict", r["seq"]) for r in block}


def _digits_lost(form: Form, rng: Random) -> set[tuple[str, int | None]] | None:
    row = _pick(form, rng, lambda r: r["target_raw"].endswith("%"))
    if row is None:
        return None
    row["target_raw"] = rng.choice(["≥%", "不低于%", "≥ %", "达到%以上"])
    return {("digits_lost", row["seq"])}


def _unit_suspect(form: Form, rng: Random) -> set[tuple[str, int | None]] | None:
    row = _pick(form, rng, lambda r: re.fullmatch(r"≥[1-9]\d%", r["target_raw"]) is not None)
    if row is None:
        return None
    row["target_raw"] = row["target_raw"].replace("≥", "2")
    return {("unit_suspect", row["seq"])}


PLANTS: Mapping[str, Plant] = {
    "weights_sum": _weights_sum, "scores_sum": _scores_sum, "total_weight_100": _total_weight_100, "level1_weight_sum": _level1_weight_sum,
    "level2_weight_sum": _level2_weight_sum, "score_exceeds_weight": _score_exceeds_weight, "execution_rate_mismatch": _execution_rate_mismatch,
    "budget_score_mismatch": _budget_score_mismatch, "fund_lines_sum": _fund_lines_sum, "executed_exceeds_budget": _executed_exceeds_budget,
    "reason_missing": _reason_missing, "target_missed_full_score": _target_missed_full_score, "target_met_lost_score": _target_met_lost_score,
    "period_mismatch": _period_mismatch, "cost_exceeds_target": _cost_exceeds_target, "cost_total_mismatch": _cost_total_mismatch,
    "level_conflict": _level_conflict, "goal_amount_mismatch": _goal_amount_mismatch, "digits_lost": _digits_lost, "unit_suspect": _unit_suspect,
}  # fmt: skip
"""The rules of the contract that are planted in a form; `duplicate_project` is planted in a document."""

_POINTS, _VALUES = frozenset({"weight", "score"}), frozenset({"target_raw", "actual_raw"})
NEEDS: Mapping[str, frozenset[str]] = {
    "weights_sum": frozenset({"weight", "total_weight", "budget_weight"}), "scores_sum": frozenset({"score", "total_score", "budget_score"}),
    "total_weight_100": frozenset({"weight", "total_weight"}), "level1_weight_sum": frozenset({"weight", "level1"}),
    "level2_weight_sum": frozenset({"weight", "level2"}), "score_exceeds_weight": _POINTS,
    "execution_rate_mismatch": frozenset({"execution_rate_reported_pct", "executed", "annual_budget"}),
    "budget_score_mismatch": frozenset({"budget_score", "budget_weight", "execution_rate_reported_pct"}),
    "fund_lines_sum": frozenset({"initial_budget"}), "executed_exceeds_budget": frozenset({"executed", "annual_budget"}),
    "reason_missing": _POINTS | _VALUES | {"deviation_reason"}, "target_missed_full_score": _POINTS | _VALUES,
    "target_met_lost_score": _POINTS | _VALUES | {"deviation_reason"}, "period_mismatch": _VALUES, "cost_exceeds_target": _POINTS | _VALUES | {"level2"},
    "cost_total_mismatch": frozenset({"target_raw", "level2", "annual_budget"}), "level_conflict": frozenset({"level1", "level2"}),
    "goal_amount_mismatch": frozenset({"goal_expected", "annual_budget"}), "digits_lost": frozenset({"target_raw"}),
    "unit_suspect": frozenset({"target_raw", "one_cell"}), "duplicate_project": frozenset({"project_name"}),
}  # fmt: skip
"""What a layout must print for the plant to be seen: columns of the indicators, fields of the form;
`one_cell`: sign and value are not apart."""
