"""What honest forms have that a hasty audit takes for a fault.

Comes in: a consistent form in the golden format. Goes out: the same with some oddities of real forms: rows
that say there is nothing and have points all the same, lines by nature, amounts with many decimals, prices
without a quantity, costs in percent, 其中 rows, first levels whose cell is lost, rates and points cut off. No
rule may accuse any of it. An oddity that a form has no room for leaves it as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import ROUND_DOWN, Decimal
from random import Random
from typing import Any

Form = dict[str, Any]
Row = dict[str, Any]
Oddity = Callable[[Form, Random], None]

CENT = Decimal("0.01")
COSTS = ("成本指标", "经济成本指标")
MOST = 3  # oddities of one form
SHARE = 0.8  # of forms that have any


def with_oddities(form: Form, rng: Random) -> Form:
    """The form with some oddities by chance."""
    if rng.random() < SHARE:
        for name in rng.sample(sorted(ODDITIES), rng.randint(1, MOST)):
            ODDITIES[name](form, rng)
    return form


def _free(form: Form, rng: Random, fits: Callable[[Row], bool] = lambda _: True) -> int | None:
    """A row that no other oddity has changed."""
    rows = form["indicators"]
    able = [n for n, r in enumerate(rows) if not r["is_placeholder"] and not r.get("odd") and fits(r)]
    return rng.choice(able) if able else None


def _insert(form: Form, at: int, rows: list[Row]) -> None:
    form["indicators"][at:at] = rows
    for n, row in enumerate(form["indicators"], 1):
        row["seq"] = n


def _points_for_nothing(form: Form, rng: Random) -> None:
    """无 | 无 with its points, all of them earned."""
    at = _free(form, rng, lambda r: r["level2"] not in COSTS and r["level1"] != "满意度指标")
    if at is None:
        return
    target = rng.choice(["无", "0", "无"])
    actual = None if form["form_type"] == "target" else rng.choice([None, "无"])
    form["indicators"][at] |= {
        "name": rng.choice(["无", "无", "0"]), "target_raw": target, "actual_raw": actual, "is_placeholder": True, "ordinal": None,
        "deviation_reason": None, "odd": True,
    }  # fmt: skip
    if form["form_type"] != "target":
        row = form["indicators"][at]
        row |= {"score": row["weight"], "review_score": row["weight"]}


def _nothing_without_points(form: Form, rng: Random) -> None:
    at = _free(form, rng, lambda r: r["level1"] == "效益指标")
    if at is not None:
        empty = dict.fromkeys(
            ("weight", "score", "review_score", "actual_raw", "deviation_reason", "ordinal")
        )
        row = {
            **form["indicators"][at],
            **empty,
            "name": "无",
            "target_raw": "无",
            "is_placeholder": True,
            "odd": True,
        }
        _insert(form, at + 1, [row])


def _by_nature(form: Form, rng: Random) -> None:
    """基本支出 and 项目支出 below the sources: two ways to divide one total."""
    if form["form_type"] == "target" or any(f.get("nature") for f in form["funds"]):
        return
    total = form["funds"][0]
    share = Decimal(rng.randint(2, 8)) / 10
    step = Decimal(1) if form["amount_unit"] == "元" else Decimal(100)
    lines = []
    for nature, label, part in (("basic", "基本支出", share), ("project", "项目支出", 1 - share)):
        line = dict.fromkeys(("weight", "score", "execution_rate_reported_pct"))
        for column in ("initial_budget", "annual_budget", "executed"):
            whole = Decimal(total[column] or 0)
            first = (whole * share / step).quantize(Decimal(1)) * step
            line[column] = str((first if part is share else whole - first).quantize(CENT))
        lines.append({"scope": "all", "source": None, "nature": nature, "label_raw": label, **line})
    form["funds"] = [*form["funds"], *lines]


def _many_decimals(form: Form, rng: Random) -> None:
    form["money"] = rng.choice(["{:.6f}", "{:.4f}", "{:.2f}"])


def _price_alone(form: Form, rng: Random) -> None:
    """A price of which the form does not say how many."""
    at = _free(form, rng, lambda r: r["level2"] in COSTS)
    if at is None:
        return
    price = rng.choice(["≤{}元/人", "{}元/人·天", "{}元/平方米", "≤{}元/学时"]).format(rng.randint(20, 900))
    done = None if form["form_type"] == "target" else price.strip("≤")
    name = rng.choice(["伙食补助标准", "专家评审标准", "师资授课标准", "场租单价"])
    form["indicators"][at] |= {"name": name, "target_raw": price, "actual_raw": done, "odd": True}


def _cost_in_percent(form: Form, rng: Random) -> None:
    """Savings above what was aimed at, and costs below."""
    at = _free(form, rng, lambda r: r["level2"] in COSTS)
    if at is None:
        return
    name, target, actual = rng.choice(
        [
            ("成本节约率", "≥3%", "4.2%"), ("成本节约率", "3%", "5%"), ("成本控制率", "≤100%", "98.5%"), ("预算控制率", "100%", "96%"),
            ("采购成本降低比例", "2%", "3.1%"), ("每百公里油耗", "≤9", "8.7"),
        ]
    )  # fmt: skip
    done = None if form["form_type"] == "target" else actual
    form["indicators"][at] |= {"name": name, "target_raw": target, "actual_raw": done, "odd": True}


def _of_which(form: Form, rng: Random) -> None:
    """其中：… below a quantity, without points, or with those of the row above divided among them."""
    at = _free(form, rng, lambda r: r["level2"] == "数量指标" and (r["weight"] or 0) >= 4)
    if at is None:
        return
    whole = form["indicators"][at]
    whole["odd"] = True
    pointed = rng.random() < 0.4
    points = [whole["weight"] / 2] * 2 if pointed else [None, None]
    scores = [None if p is None or form["form_type"] == "target" else p for p in points]
    if pointed and form["form_type"] != "target" and whole["score"] != whole["weight"]:
        return
    done = None if form["form_type"] == "target" else "6个"
    rows = [
        {
            **whole, "name": name, "target_raw": "≥5个", "actual_raw": done, "weight": w, "score": s, "review_score": s, "deviation_reason": None, "ordinal": None,
        }
        for name, w, s in zip(("其中：城区", "其中：乡镇"), points, scores, strict=True)
    ]  # fmt: skip
    _insert(form, at + 1, rows)


def _first_level_lost(form: Form, rng: Random) -> None:  # noqa: ARG001 - all oddities have one signature
    """The cell of the first level is blank from some row on."""
    for row in form["indicators"]:
        if row["level1"] == "效益指标" and row["level1_weight"] is None:
            row["level1_raw"] = ""


def _rounded_rate(form: Form, rng: Random) -> None:
    """Rates without decimals, rounded or cut off, and the budget's points with one."""
    if form["form_type"] == "target":
        return
    cut = rng.random() < 0.5
    for line in form["funds"]:
        rate = line["execution_rate_reported_pct"]
        if rate is not None:
            whole = Decimal(str(rate)).quantize(Decimal(1), ROUND_DOWN) if cut else round(Decimal(str(rate)))
            line["execution_rate_reported_pct"] = int(whole)
    form["execution_rate_reported_pct"] = form["funds"][0]["execution_rate_reported_pct"]
    score = Decimal(str(form["budget_score"])).quantize(Decimal("0.1"), ROUND_DOWN)
    form["budget_score"] = form["funds"][0]["score"] = float(score)


def _one_source(form: Form, rng: Random) -> None:  # noqa: ARG001
    """Of the sources only one is printed, which need not be all."""
    if form["form_type"] != "target":
        form["funds"] = [f for f in form["funds"] if f["source"] in ("total", "fiscal") or f.get("nature")]


def _other_words(form: Form, rng: Random) -> None:
    at = _free(form, rng, lambda r: not any(c.isdigit() for c in r["target_raw"] or "0"))
    if at is not None and form["form_type"] != "target":
        form["indicators"][at] |= {
            "actual_raw": rng.choice(["按计划完成，成效明显", "达到预期", "已实现"]),
            "odd": True,
        }


def _other_money(form: Form, rng: Random) -> None:
    """Money in the goal that is not the year's budget."""
    year = form["fiscal_year"]
    form["goal_expected"] = (form["goal_expected"] or "").rstrip("。") + rng.choice(
        [
            "，带动社会投资3760万元。", "，人均补助标准1370元。", f"。{year + 1}年计划投入资金98765万元。", f"。{year - 1}年已下达资金98765万元。", "，减免企业税费8642万元。",
            "。计划采购设备0.0123万元。",
        ]
    )  # fmt: skip
    form["goal_told"] = True


ODDITIES: Mapping[str, Oddity] = {
    "points_for_nothing": _points_for_nothing, "nothing_without_points": _nothing_without_points, "by_nature": _by_nature, "many_decimals": _many_decimals,
    "price_alone": _price_alone, "cost_in_percent": _cost_in_percent, "of_which": _of_which, "first_level_lost": _first_level_lost,
    "rounded_rate": _rounded_rate, "one_source": _one_source, "other_words": _other_words, "other_money": _other_money,
}  # fmt: skip
