"""Forms → pages that tell their indicators in sentences, and the truth that such a page holds.

Comes in: printed forms, the name of a set of patterns (`told.toml`) and a random generator. Goes out: the text and
its truth. What is not told (weights, funds, placeholders) is not in the truth; where name and value run together
without a mark, neither can be known.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from random import Random
from typing import Any

from normalizers.levels import parent_of
from tests.writers.templates import Printed
from tests.writers.unclear import STARTS_VALUE, WORDS

PATTERNS: Mapping[str, Sequence[Mapping[str, str]]] = tomllib.loads(
    (Path(__file__).parent / "told.toml").read_text(encoding="utf-8")
)
SIGNS = ("不少于", "不低于", "不超过", "不高于", "达到", "至少", "控制在")
FEWEST = 3  # indicators of a form
NUMERALS = "一二三四五六七八九十"
TOLD_FIELDS = ("project_name", "supervising_department")
NOT_TOLD = (
    "weight",
    "score",
    "deviation_reason",
    "review_score",
    "remark",
    "direction",
    "level1_weight",
    "level2_weight",
)


def told(forms: Sequence[Printed], split: str, rng: Random) -> tuple[str, list[dict[str, Any]]]:
    """The text of a page with these forms, and their truths."""
    pattern = rng.choice(PATTERNS[split])
    texts, truths = [], []
    for form in forms:
        rows = [r for r in form.truth["indicators"] if _tellable(r, pattern)]
        if len(rows) < FEWEST:
            continue
        texts.append("\n".join([*form.sheet.titles[:1], *_head(form.truth), _body(rows, pattern)]))
        head = {k: form.truth.get(k) for k in ("form_index", *TOLD_FIELDS)}
        truths.append({**head, "funds": [], "indicators": [_row(r, pattern) for r in rows]})
    return "\n".join(texts) + "\n", truths


def _tellable(row: Mapping[str, Any], pattern: Mapping[str, str]) -> bool:
    needs = [
        "name",
        "target_raw",
        "level1",
        "level2",
        *(["actual_raw"] if "{actual}" in pattern["item"] else []),
    ]
    texts = [str(row.get(k) or "") for k in needs]
    return (
        all(texts) and not row.get("is_placeholder") and not any(c in t for t in texts for c in "；。，：\n")
    )


def _head(truth: Mapping[str, Any]) -> list[str]:
    labels = zip(("项目名称", "主管部门"), TOLD_FIELDS, strict=True)
    return [f"{label}：{truth[key]}" for label, key in labels if truth.get(key)]


def _body(rows: Sequence[Mapping[str, Any]], pattern: Mapping[str, str]) -> str:
    out = []
    for n, (level1, firsts) in enumerate(groupby(rows, key=lambda r: r["level1"]), 1):
        out.append(pattern["first"].format(n=NUMERALS[n - 1], level1=level1))
        for m, (level2, own) in enumerate(groupby(firsts, key=lambda r: r["level2"]), 1):
            out.append(pattern["second"].format(m=m, level1=level1, level2=level2))
            items = [
                pattern["item"].format(
                    k=k,
                    name=r["name"],
                    target=r["target_raw"],
                    actual=r["actual_raw"],
                    level1=level1,
                    level2=level2,
                )
                for k, r in enumerate(own, 1)
            ]
            out.append(pattern["between"].join(items) + pattern["end"])
    return "".join(out)


def _row(row: Mapping[str, Any], pattern: Mapping[str, str]) -> dict[str, Any]:
    out = {k: v for k, v in row.items() if k not in (*NOT_TOLD, "level1_raw", "level2_raw", "ordinal")}
    out |= {"weight": None, "score": None, "deviation_reason": None}
    if "{actual}" not in pattern["item"]:
        out["actual_raw"] = None
    gone = set(out.get("unrecoverable", ()))
    if "{name}{target}" in pattern["item"] and not _parted(row["name"], row["target_raw"]):
        gone |= {"name", "target_raw"}
    if "{level1}" not in pattern["first"] + pattern["second"] and parent_of(row["level2"]) is None:
        gone |= {"level1"}
    return {**out, "unrecoverable": sorted(gone)} if gone else out


def _parted(name: str, target: str) -> bool:
    """Does the value begin as no name goes on?"""
    if name[-1].isdigit() and target[0].isdigit():
        return False
    return bool(STARTS_VALUE.match(target)) or target in WORDS or target.startswith(SIGNS)
