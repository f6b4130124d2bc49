"""Layouts drawn by chance, so that a set has more orders of columns than a hand would write.

Comes in: the name of a set, and the orders that are taken. Goes out: layouts in the format of `layouts.toml`, with the names of
its blocks of funds and goals. Which set an order of columns belongs to is told by a hash of it, so that no two sets share one.
The headings are known to the reader; the mutations put unknown ones in their place.
"""

from __future__ import annotations

from collections.abc import Collection
from random import Random
from typing import Any
from zlib import crc32

from tests.openworld.words import SPLITS

EACH = 40  # layouts of a set
LABELS = {
    "level1": "一级指标", "level2": "二级指标", "name": "三级指标|三级指标|指标名称",
    "target_raw": "年度指标值|指标值|目标值|年初目标值", "value": "指标值|目标值",
    "actual_raw": "实际完成值|全年完成值|完成值|全年实际值", "weight": "分值|权重", "score": "得分|自评得分",
    "deviation_reason": "偏差原因分析及改进措施|偏差原因分析|未完成原因分析|未完成原因", "remark": "备注|说明|评分标准",
    "sign": "指标性质|计算符号", "unit": "计量单位|度量单位", "direction": "指标方向性|指标方向", "value_type": "指标值类型",
    "review_score": "复核得分|复核分",
}  # fmt: skip
TITLES = {
    "self_evaluation": ("项目支出绩效自评表", "{year}年度项目支出绩效自评表", "{place}项目支出绩效自评表", "项目绩效自评表"),
    "target": ("{year}年项目支出绩效目标表", "{year}年{place}项目绩效目标表", "项目支出绩效目标申报表"),
}  # fmt: skip
USUAL = (
    ("target", "actual", "weight", "score", "reason"),
    ("weight", "target", "actual", "score", "reason"),
    ("target", "weight", "actual", "score", "reason"),
)
PARTED = {"sign", "value", "unit"}
MOVES = (0, 0, 1, 1, 2, 3)  # columns that stand elsewhere than in a usual order


def drawn(split: str, taken: Collection[tuple[str, ...]]) -> dict[str, dict[str, Any]]:
    """Name → layout; the columns of none stand in an order that is taken."""
    out: dict[str, dict[str, Any]] = {}
    known, number = set(taken), 0
    while len(out) < EACH:
        number += 1
        rng = Random(f"layout {number}")
        form_type = rng.choice(["self_evaluation", "self_evaluation", "target"])
        fields = tuple(_of_results(rng) if form_type == "self_evaluation" else _of_targets(rng))
        if fields not in known and owner(fields) == split:
            known.add(fields)
            out[f"{split}_drawn_{len(out):02d}"] = _layout(form_type, fields, rng)
    return out


def owner(fields: tuple[str, ...]) -> str:
    """The set that an order of columns belongs to."""
    return SPLITS[crc32("|".join(fields).encode()) % len(SPLITS)]


def _layout(form_type: str, fields: tuple[str, ...], rng: Random) -> dict[str, Any]:
    results = form_type == "self_evaluation"
    layout: dict[str, Any] = {
        "form_type": form_type,
        "titles": rng.sample(TITLES[form_type], 2),
        "head": [
            ["项目名称=project_name"],
            ["主管部门=supervising_department", "实施单位=implementing_unit"],
        ],
        "columns": [f"{LABELS[f]}={f}" for f in fields],
        "funds": rng.choice(["six", "letters", "three"]) if results else "pairs",
        "goals": rng.choice(["both", "set"]) if results else "one",
        "apart": rng.random() < 0.3,
    }
    if rng.random() < 0.4:
        layout["side"] = "绩效指标"
    if results and {"weight", "score"} <= set(fields):
        layout["total"] = rng.choice(["总分", "合计", "总得分"])
    return layout


def _of_results(rng: Random) -> list[str]:
    columns = list(rng.choice(USUAL))
    for _ in range(rng.choice(MOVES)):
        columns.insert(rng.randrange(len(columns)), columns.pop(rng.randrange(len(columns))))
    gone = {c for c, share in (("weight", 0.06), ("score", 0.1), ("reason", 0.2)) if rng.random() < share}
    fields = [f for c in columns if c not in gone for f in _fields(c, rng)]
    for more, share in (("remark", 0.15), ("review_score", 0.08)):
        if rng.random() < share and more not in fields and (more != "review_score" or "score" in fields):
            fields.insert(rng.choice(_between(fields)), more)
    return _named(fields, rng, first=0.06)


def _of_targets(rng: Random) -> list[str]:
    fields = _fields("target", rng)
    for more, share in (("weight", 0.45), ("remark", 0.45), ("direction", 0.2), ("value_type", 0.2)):
        if rng.random() < share:
            at = rng.choice([0, len(fields)])
            fields.insert(at, more)
    return _named(fields, rng, first=0.0)


def _fields(column: str, rng: Random) -> list[str]:
    if column == "target":
        apart = rng.sample(["sign", "value", "unit"], 3)
        return apart if rng.random() < 0.2 else ["target_raw"]
    if column == "reason":
        return [rng.choice(["deviation_reason", "deviation_reason", "deviation_reason", "remark"])]
    return [{"actual": "actual_raw"}.get(column, column)]


def _between(fields: list[str]) -> list[int]:
    """Places where a column may be put in: not among those that a target is parted into."""
    return [
        k
        for k in range(len(fields) + 1)
        if not (0 < k < len(fields) and {fields[k - 1], fields[k]} <= PARTED)
    ]


def _named(fields: list[str], rng: Random, first: float) -> list[str]:
    """Levels and name before the rest; `first`: how often one of the others stands before the name."""
    levels = ["level1"] if rng.random() < 0.08 else ["level1", "level2"]
    front = [fields.pop(rng.randrange(len(fields)))] if rng.random() < first and len(fields) > 3 else []
    return [*levels, *(f for f in front if f in ("weight", "score", "remark")), "name",
            *(f for f in front if f not in ("weight", "score", "remark")), *fields]  # fmt: skip
