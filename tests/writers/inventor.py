"""Invented forms of places and trades that no sample shows, with their truth.

Comes in: a seed. Goes out: forms in the golden format (texts and figures as printed; the values read from
them are left out, so they are not compared). Weights sum to the total, scores never exceed weights, fund
lines sum up, the rate is executed over annual budget. Equal seeds give equal forms; other seeds give other
ones.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from random import Random
from typing import Any

Form = dict[str, Any]

DATA: Mapping[str, Any] = tomllib.loads((Path(__file__).parent / "invented.toml").read_text(encoding="utf-8"))
WORDS: Mapping[str, Any] = DATA["words"]
CENT = Decimal("0.01")

OUTPUT, COST, BENEFIT, PLEASED = "产出指标", "成本指标", "效益指标", "满意度指标"
LEVELS = {  # second level → (list of names, code, short label)
    "数量指标": ("quantity", "11", "数量"),
    "质量指标": ("quality", "12", "质量"),
    "时效指标": ("timely", "13", "时效"),
    "成本指标": ("cost", "14", "成本"),
    "经济成本指标": ("cost", "41", "经济成本"),
    "经济效益指标": ("economic", "21", "经济效益"),
    "社会效益指标": ("social", "22", "社会效益"),
    "生态效益指标": ("ecology", "23", "生态效益"),
    "可持续影响指标": ("lasting", "24", "可持续影响"),
    "服务对象满意度指标": ("satisfaction", "31", "服务对象满意度"),
}
CODES = {OUTPUT: "1", BENEFIT: "2", PLEASED: "3", COST: "4"}
# budget weight, then (first level, weight, second levels); the frames of 财预〔2020〕10号 and 〔2021〕101号
# and of two places
FRAMES = (
    (
        10,
        (
            (OUTPUT, 50, ("数量指标", "质量指标", "时效指标", "成本指标")),
            (BENEFIT, 30, None),
            (PLEASED, 10, None),
        ),
    ),
    (
        10,
        (
            (COST, 20, ("经济成本指标",)),
            (OUTPUT, 40, ("数量指标", "质量指标", "时效指标")),
            (BENEFIT, 20, None),
            (PLEASED, 10, None),
        ),
    ),
    (
        10,
        (
            (OUTPUT, 40, ("数量指标", "质量指标", "时效指标")),
            (BENEFIT, 20, None),
            (PLEASED, 10, None),
            (COST, 20, ("经济成本指标",)),
        ),
    ),
    (
        20,
        (
            (OUTPUT, 40, ("数量指标", "质量指标", "时效指标", "成本指标")),
            (BENEFIT, 30, None),
            (PLEASED, 10, None),
        ),
    ),
)
BENEFITS = ("经济效益指标", "社会效益指标", "生态效益指标", "可持续影响指标")


@dataclass(frozen=True, slots=True)
class Labels:
    """How one form writes its level labels."""

    coded: bool
    short: bool
    level1_weights: bool
    level2_weights: bool
    brackets: tuple[str, str]

    def text(self, label: str, code: str, short: str, weight: float | None) -> str:
        """The label as printed."""
        out = f"{code}-{short if len(code) == 2 else label}" if self.coded else short if self.short else label
        return out if weight is None else f"{out}{self.brackets[0]}{weight:g}分{self.brackets[1]}"


def invented(seed: int, *, n_forms: int = 1, target: bool = False) -> list[Form]:
    """`n_forms` forms of one document: one year, place, department, unit of money and way of writing."""
    rng = Random(f"forms {seed} {target}")
    sector, place, year = rng.choice(DATA["sector"]), rng.choice(DATA["places"]), rng.randint(2019, 2025)
    department = f"{place}{rng.choice(sector['departments'])}"
    unit = rng.choice(["万元", "万元", "元"])
    labels = _labels(rng, target)
    frame = rng.choice(FRAMES)
    overall = not target and rng.random() < 0.1
    projects = rng.sample(sector["projects"], min(n_forms, len(sector["projects"])))
    out = []
    for index, project in enumerate(projects, 1):
        office = f"{place}{rng.choice(sector['units'])}"
        form: Form = {
            "form_index": index,
            "form_type": "target" if target else "overall_self_evaluation" if overall else "self_evaluation",
            "form_title": None, "fiscal_year": year, "place": place, "overall": overall,
            "project_name": department if overall else _project(project, year, rng),
            "supervising_department": None if overall else department,
            "implementing_unit": None if overall else rng.choice([department, office, office]),
            **_attribute(rng),
        }  # fmt: skip
        form |= _funds(rng, unit, frame[0], target)
        indicators = _indicators(rng, sector, frame, labels, year, target)
        form |= _goals(rng, indicators, year, target)
        form |= {"total_weight": None, "total_score": None}
        if not target:
            weights = [Decimal(str(r["weight"])) for r in indicators]
            scores = [Decimal(str(r["score"])) for r in indicators]
            form["total_weight"] = _number(sum(weights) + frame[0])
            form["total_score"] = _number(sum(scores) + Decimal(str(form["budget_score"])))
        out.append(form | {"indicators": indicators})
        if overall:
            break
    return out


# ---- head
# ----------------------------------------------------------------------------------------------------------


def _project(name: str, year: int, rng: Random) -> str:
    kind = rng.random()
    if kind < 0.2:
        return f"{year}年{name}"
    if kind < 0.3:
        return f"{name}（{rng.choice(['本级', '中央资金', '第二批', '续建'])}）"
    return name


def _attribute(rng: Random) -> Form:
    code, text = rng.choice(WORDS["attribute"])
    years = rng.choice([1, 1, 3, 5, 99])
    return {
        "project_attribute_code": code or None, "project_attribute": text, "project_period_raw": f"{years}年", "project_period_years": years,
    }  # fmt: skip


def _funds(rng: Random, unit: str, weight: int, target: bool) -> Form:
    """The fund block; the total is the sum of its lines, the rate of each is executed over annual budget."""
    step = Decimal(100) if unit == "万元" else CENT if rng.random() < 0.2 else Decimal(1)
    fiscal = _amount(rng, step)
    carried = _amount(rng, step) / 10 if rng.random() < 0.25 else Decimal(0)
    other = _amount(rng, step) / 20 if rng.random() < 0.2 else Decimal(0)
    carried, other = ((v / step).quantize(Decimal(1)) * step for v in (carried, other))
    annual = {"fiscal": fiscal, "carryover": carried, "other": other}
    label = rng.choice(["当年财政拨款", "财政拨款", "本年财政拨款"])
    texts = {
        "total": "年度资金总额",
        "fiscal": f"其中：{label}",
        "carryover": "上年结转资金",
        "other": "其他资金",
    }
    if target:
        passed = (fiscal / 4 // step) * step if rng.random() < 0.4 else Decimal(0)
        return _target_funds(annual, texts, passed, rng)
    full = rng.random() < 0.5
    executed = {
        k: v if full else (v * Decimal(rng.randint(700, 1000)) / 1000 / step).quantize(Decimal(1)) * step
        for k, v in annual.items()
    }
    initial = {
        k: v
        if rng.random() < 0.7
        else (v * Decimal(rng.randint(80, 120)) / 100 / step).quantize(Decimal(1)) * step
        for k, v in annual.items()
    }
    sums = [{"total": sum(part.values()), **part} for part in (initial, annual, executed)]
    rates = {k: _rate(sums[2][k], sums[1][k]) for k in texts}
    score = _number((Decimal(str(rates["total"])) / 100 * weight).quantize(CENT, ROUND_HALF_UP))
    zero = rng.choice(["0", None])
    lines = []
    for number, (source, text) in enumerate(texts.items(), 1):
        money = [
            _yuan(part[source])
            if part[source] or source in ("total", "fiscal")
            else zero and _yuan(Decimal(0))
            for part in sums
        ]
        top = source == "total"
        lines.append(
            {
                "line_no": number, "label_raw": text, "scope": "all", "source": source,
                "initial_budget": money[0], "annual_budget": money[1], "executed": money[2], "weight": weight if top else None,
                "execution_rate_reported_pct": rates[source] if sums[1][source] else None, "score": score if top else None,
            }
        )  # fmt: skip
    head = lines[0]
    return {
        "amount_unit": unit, "amount_unit_source": "stated", "total_amount": None, "initial_budget": head["initial_budget"],
        "annual_budget": head["annual_budget"], "executed": head["executed"], "execution_rate_reported_pct": rates["total"],
        "budget_weight": weight, "budget_score": score, "funds": lines,
    }  # fmt: skip


def _target_funds(
    annual: Mapping[str, Decimal], texts: Mapping[str, str], passed: Decimal, rng: Random
) -> Form:
    """A target form's one amount a line, for layouts with one panel and with two."""
    total = sum(annual.values(), Decimal(0))
    own = {**annual, "fiscal": annual["fiscal"] - passed, "total": total - passed}
    amounts = [("all", s, texts[s], {**annual, "total": total}[s]) for s in texts if s != "carryover"]
    amounts += [("own_level", s, "", own[s]) for s in ("total", "fiscal", "other", "carryover")]
    amounts += [
        ("transferred", s, "", a)
        for s, a in (("total", passed), ("central", Decimal(0)), ("regional", passed))
    ]
    empty = dict.fromkeys(("initial_budget", "executed", "weight", "execution_rate_reported_pct", "score"))
    lines = [
        {"scope": c, "source": s, "label_raw": t, "annual_budget": _yuan(a), **empty}
        for c, s, t, a in amounts
    ]
    if annual["carryover"]:  # a block that names no carried-over money must not hide any
        lines.insert(
            2,
            {
                "scope": "all",
                "source": "carryover",
                "label_raw": texts["carryover"],
                "annual_budget": _yuan(annual["carryover"]),
                **empty,
            },
        )
    return {
        "amount_unit": "万元", "amount_unit_source": "stated", "total_amount": _yuan(total * rng.choice([1, 1, 3])), "initial_budget": None,
        "annual_budget": _yuan(total), "executed": None, "execution_rate_reported_pct": None, "budget_weight": None, "budget_score": None,
        "funds": lines,
    }  # fmt: skip


def _amount(rng: Random, step: Decimal) -> Decimal:
    yuan = Decimal(rng.choice([3, 8, 20, 65, 120, 480, 2600])) * 10_000 * rng.randint(50, 250) / 100
    return (yuan / step).quantize(Decimal(1)) * step


def _yuan(amount: Decimal | int) -> str:
    return str(Decimal(amount).quantize(CENT))


def _rate(part: Decimal | int, whole: Decimal | int) -> float:
    return _number((Decimal(part) / Decimal(whole) * 100).quantize(CENT, ROUND_HALF_UP)) if whole else 0


def _number(value: Decimal | int) -> float:
    return int(value) if value == int(value) else float(value)


def _goals(rng: Random, indicators: Sequence[Form], year: int, target: bool) -> Form:
    """Goals as prose over the first indicators, with their figures in it."""
    told = [r for r in indicators if not r["is_placeholder"]][:4]
    plan = "；".join(f"{r['name']}{r['target_raw']}" for r in told)
    result = "；".join(f"{r['name']}{r['actual_raw']}" for r in told)
    expected = f"{rng.choice(WORDS['goal_start'])}{plan}，{rng.choice(WORDS['goal_end'])}"
    actual = f"{rng.choice(WORDS['result_start']).format(year=year)}{result}，{rng.choice(WORDS['goal_end'])}"
    return {"goal_expected": expected, "goal_actual": None if target else actual}


# ---- indicators
# ----------------------------------------------------------------------------------------------------


def _labels(rng: Random, target: bool) -> Labels:
    coded = target and rng.random() < 0.4
    weighted = not target and rng.random() < 0.5
    return Labels(
        coded=coded,
        short=not coded and rng.random() < 0.15,
        level1_weights=weighted,
        level2_weights=weighted and rng.random() < 0.3,
        brackets=rng.choice([("（", "）"), ("(", ")")]),
    )


def _indicators(
    rng: Random, sector: Mapping[str, Any], frame: Any, labels: Labels, year: int, target: bool
) -> list[Form]:
    numbered, all_none = rng.random() < 0.35, rng.random() < 0.08
    out: list[Form] = []
    for level1, weight1, given in frame[1]:
        seconds = given or (
            ("服务对象满意度指标",)
            if level1 == PLEASED
            else sorted(rng.sample(BENEFITS, rng.randint(1, 4)), key=BENEFITS.index)
        )
        counts = [
            rng.choice([1, 1, 1, 2, 3, 4]) if LEVELS[s][0] == "quantity" else rng.choice([1, 1, 2, 3])
            for s in seconds
        ]
        counts = [min(n, len(sector[LEVELS[s][0]])) for n, s in zip(counts, seconds, strict=True)]
        weights = _shares(rng, weight1, sum(counts))
        first_label = labels.text(
            level1, CODES[level1], level1.removesuffix("指标"), weight1 if labels.level1_weights else None
        )
        for level2, count in zip(seconds, counts, strict=True):
            own, weights = weights[:count], weights[count:]
            kind, code, short = LEVELS[level2]
            weight2 = _number(sum(own, Decimal(0))) if labels.level2_weights else None
            level = {
                "level1": level1, "level2": level2, "level1_raw": first_label, "level2_raw": labels.text(level2, code, short, weight2),
                "level1_weight": weight1 if labels.level1_weights else None, "level2_weight": weight2,
            }  # fmt: skip
            nothing = target and kind in ("economic", "ecology") and rng.random() < 0.4
            names = [""] if nothing else rng.sample(sector[kind], count)
            for number, (name, weight) in enumerate(zip(names, own, strict=False), 1):
                row = _nothing(rng) if nothing else _row(rng, kind, name, year)
                row |= (
                    _scores(rng, weight, all_none)
                    if not target
                    else {"weight": None, "score": None, "deviation_reason": None}
                )
                if target:
                    row |= {"actual_raw": None, "weight": _number(weight)}
                row |= {
                    "seq": len(out) + 1,
                    "ordinal": number if numbered and not nothing else None,
                    "horizon": "annual",
                }
                out.append({**level, **row})
    return out


def _shares(rng: Random, total: int, n: int) -> list[Decimal]:
    """`n` weights, in halves at the finest, that sum to `total`."""
    step = Decimal(1) if n <= total and rng.random() < 0.85 else Decimal("0.5")
    base = (Decimal(total) / n // step) * step
    out = [base] * n
    for k in range(int((Decimal(total) - base * n) / step)):
        out[k % n] += step
    rng.shuffle(out)
    return out


def _nothing(rng: Random) -> Form:
    """A row that says only that there is no such indicator."""
    name, value = rng.choice([("0", "0"), ("无", "0")])
    return {
        "name": name,
        "target_raw": value,
        "actual_raw": None,
        "is_placeholder": True,
        "direction": None,
        "remark": None,
        "review_score": None,
    }


def _row(rng: Random, kind: str, entry: str, year: int) -> Form:
    name, *spec = entry.split("|")
    if kind == "quantity":
        target, actual = _count(rng, *spec)
    elif kind == "cost":
        target, actual = _money(rng, *spec)
    elif kind == "timely":
        target, actual = _time(rng, name, year)
    elif kind == "satisfaction" or name.endswith("率") or (kind == "quality" and rng.random() < 0.8):
        target, actual = _percent(rng, low="故障" in name or "死亡" in name or "失业" in name)
    else:
        word = rng.choice(WORDS["output_quality" if kind == "quality" else "quality"][:26])
        target, actual = word, word if rng.random() < 0.8 else rng.choice(["有所提升", "基本达到", "较好"])
    falling = kind == "cost" or target.startswith("≤")
    return {
        "name": name, "target_raw": target, "actual_raw": actual, "is_placeholder": False,
        "direction": "negative" if falling else "positive", "remark": rng.choice(WORDS["remark"]) if rng.random() < 0.7 else None,
        "review_score": None,
    }  # fmt: skip


def _count(rng: Random, unit: str, least: str, most: str) -> tuple[str, str]:
    n = rng.randint(int(least), int(most))
    n = n if n < 100 else round(n, -1)
    done = n if rng.random() < 0.5 else round(n * rng.choice([0.9, 1.05, 1.2, 1.6])) or n
    if unit.startswith("万") and rng.random() < 0.5:
        return f"≥{n}.{rng.randint(1, 9)}{unit}", f"{done + 1}.{rng.randint(10, 99)}{unit}"
    form = rng.choice(
        ["≥{n}{u}"] * 5
        + ["{n}{u}"] * 4
        + ["不少于{n}{u}", "{n}{u}以上", "约{n}{u}", ">{n}{u}", "{n}-{m}{u}", "={n}{u}", "≥{n}"]
    )
    bare = form == "≥{n}"
    return form.format(n=n, m=n + max(2, n // 10), u=unit), f"{done}{'' if bare else unit}"


def _percent(rng: Random, *, low: bool) -> tuple[str, str]:
    if low:
        n = rng.randint(1, 5)
        return f"≤{n}%", f"{rng.choice(['0', '0.5', str(n)])}%"
    n = rng.choice([80, 85, 90, 92, 95, 98, 100])
    form = rng.choice(["≥{}%"] * 5 + ["{}%"] * 3 + ["{}%以上", ">{}%", "达到{}%", "不低于{}%", "={}%"])
    if n == 100:
        form = rng.choice(["100%", "=100%", "≥100%"])
    done = rng.choice([str(n), "100", str(n - 2), f"{n - 1}.{rng.randint(10, 99)}", "98.5"])
    return form.format(n), rng.choice(["{}%", "{}%", "{}%", "≥{}%"]).format(done)


def _time(rng: Random, name: str, year: int) -> tuple[str, str]:
    if name.endswith("率"):
        return _percent(rng, low=False)
    month = rng.randint(3, 12)
    target = rng.choice(
        [
            f"{year}年12月31日前", f"{year}年{month}月底前", f"{year}年底", f"{year}年1-12月", f"{year}年1月-{year}年12月", "12月底前完成", f"{month}月30日前", "1年",
            "12个月", "按时完成", "及时", f"{year}年12月底", "≤30天", f"{year}年{month}月前完成",
        ]
    )  # fmt: skip
    if target in ("按时完成", "及时"):
        return target, target
    done = rng.choice([target, target, "按时完成", f"{year}年{max(1, month - 1)}月{rng.randint(1, 28)}日"])
    return target, target if done.startswith("≤") else done


def _money(rng: Random, unit: str, least: str, most: str) -> tuple[str, str]:
    low, high = float(least), float(most)
    n = Decimal(str(rng.uniform(low, high))).quantize(
        Decimal("0.01") if high < 400 and "万" in unit else Decimal(1)
    )
    if high >= 400:
        n = n // 10 * 10
    value = f"{n.normalize():f}"
    done = (
        value
        if rng.random() < 0.6
        else f"{(n * Decimal(str(rng.choice([0.8, 0.95, 0.99])))).quantize(CENT).normalize():f}"
    )
    form = rng.choice(["≤{}{}"] * 4 + ["{}{}"] * 4 + ["不超过{}{}", "{}{}以内", "={}{}"])
    return form.format(value, unit), f"{done}{unit}"


def _scores(rng: Random, weight: Decimal, all_none: bool) -> Form:
    """Full marks, or fewer with a reason; now and then a reason of no content in every row."""
    full = rng.random() < 0.85 or weight < 2
    score = weight if full else weight - rng.choice([Decimal("0.5"), Decimal(1), Decimal(2)])
    score = score if score >= 0 else weight
    reason = rng.choice(WORDS["reason"]) if score < weight else None
    review = score if rng.random() < 0.8 else max(Decimal(0), score - 1)
    empty = "无" if all_none and reason is None else reason
    return {
        "weight": _number(weight),
        "score": _number(score),
        "deviation_reason": empty,
        "review_score": _number(review),
    }
