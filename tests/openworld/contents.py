"""Invented forms whose contents make the roles of columns hard to tell.

Comes in: a set, a layout and a random generator. Goes out: forms as `tests/writers/inventor.py` invents them,
some with twists: targets that are all words, equal weights, full marks throughout, no results yet, a plan
without weights, long names, weights with decimals; and in one of eight a slip in a figure, so that sums do
not close. The sectors are parted between the sets as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from random import Random
from typing import Any

from normalizers.levels import parent_of
from tests.openworld.layouts import is_target, order
from tests.openworld.words import CONTENTS
from tests.writers.inventor import DATA, WORDS, Form, invented
from tests.writers.templates import Layout

SECTORS = {"fit": range(4), "calibrate": range(4, 6), "judge": range(6, 8)}
MISTAKES = 0.125  # share of forms with a slip; real forms have 10–15 %
_WEIGHT = re.compile(r"[（(][\d.]+分[)）]")
_BRACKETS = re.compile(r"[（(].*")


def forms(split: str, layout: Layout, rng: Random, n_forms: int = 1) -> list[Form]:
    """Forms of one document that the layout can print."""
    target = is_target(layout)
    while True:
        found = invented(rng.randrange(10**6, 10**12), n_forms=n_forms, target=target)
        if not found[0]["overall"] and _sector(found[0]) in SECTORS[split]:
            break
    out = []
    for form in found:
        form["indicators"] = [dict(r) for r in form["indicators"]]
        if layout.get("overall"):
            form |= {
                "overall": True, "project_name": form["supervising_department"], "supervising_department": None,
                "implementing_unit": None, "form_type": "overall_self_evaluation",
            }  # fmt: skip
        _twisted(form, layout, rng)
        out.append(form)
        if layout.get("overall"):
            break
    return out


def _sector(form: Form) -> int:
    name = form["supervising_department"]
    return next(k for k, s in enumerate(DATA["sector"]) if any(name.endswith(d) for d in s["departments"]))


def _twisted(form: Form, layout: Layout, rng: Random) -> None:
    """Each twist by chance; the form's sums follow, but for a slip."""
    target, own = is_target(layout), order(layout)
    twists: Sequence[tuple[float, bool, Callable[[Form, Random], None]]] = (
        (0.06, "target_raw" in own, _only_words),
        (0.10, "weight" in own, _equal_weights),
        (0.08, "weight" in own, _decimals),
        (0.25, not target, _full_marks),
        (0.04, not target and "actual_raw" in own, _no_results),
        (0.30, target and "weight" in own, _no_weights),
        (0.10, True, _long_names),
    )
    for chance, fits, twist in twists:
        if rng.random() < chance and fits:
            twist(form, rng)
    if not target:
        _sum(form)
        if rng.random() < MISTAKES:
            _slip(form, own, rng)


def _sum(form: Form) -> None:
    for field in ("weight", "score"):
        parts = [Decimal(str(r[field])) for r in form["indicators"] if r[field] is not None]
        total = sum(parts, Decimal(str(form[f"budget_{field}"])))
        form[f"total_{field}"] = int(total) if total == int(total) else float(total)


def _only_words(form: Form, rng: Random) -> None:
    for row in form["indicators"]:
        if not row.get("is_placeholder"):
            row["target_raw"] = rng.choice(WORDS["quality"][:26])
            row["actual_raw"] = (
                None if row["actual_raw"] is None else rng.choice([row["target_raw"], "基本达到", "较好"])
            )


def _reweighted(form: Form, weights: Sequence[Decimal]) -> None:
    """Other weights; what a score lacked of its old weight it lacks of the new one, and labels tell no weight."""
    for row, weight in zip(form["indicators"], weights, strict=True):
        if row["score"] is not None:
            lacking = Decimal(str(row["weight"])) - Decimal(str(row["score"]))
            row["score"] = float(max(Decimal(0), weight - lacking))
        if row["review_score"] is not None:
            row["review_score"] = row["score"]
        row["weight"] = float(weight)
        for level in ("level1", "level2"):
            row[f"{level}_raw"] = _WEIGHT.sub("", row[f"{level}_raw"])
            row[f"{level}_weight"] = None


def _equal_weights(form: Form, rng: Random) -> None:
    _reweighted(form, [Decimal(rng.choice([2, 3, 5, 8, 10]))] * len(form["indicators"]))


def _decimals(form: Form, rng: Random) -> None:
    n = len(form["indicators"])
    share = (Decimal(90) / n).quantize(Decimal("0.01"))
    weights = [share + Decimal(rng.randint(-40, 40)) / 100 for _ in range(n - 1)]
    _reweighted(form, [*weights, Decimal(90) - sum(weights)])


def _full_marks(form: Form, rng: Random) -> None:  # noqa: ARG001 - every twist has one signature
    for row in form["indicators"]:
        row |= {"score": row["weight"], "review_score": row["weight"], "deviation_reason": None}


def _no_results(form: Form, rng: Random) -> None:  # noqa: ARG001
    for row in form["indicators"]:
        row["actual_raw"] = None


def _no_weights(form: Form, rng: Random) -> None:  # noqa: ARG001
    for row in form["indicators"]:
        row["weight"] = None


def _long_names(form: Form, rng: Random) -> None:
    for row in form["indicators"]:
        if row["name"] and not row.get("is_placeholder") and rng.random() < 0.6:
            row["name"] += rng.choice(CONTENTS["damage"]["long_names"]).format(place=form["place"])


def _slip(form: Form, own: Sequence[str], rng: Random) -> None:
    """One figure is wrong as typists get it wrong; truth is what is printed."""
    row = rng.choice(form["indicators"])
    kinds = [k for k in ("weight", "score") if k in own]
    if not kinds:
        return
    field = rng.choice([*kinds, *(f"total_{k}" for k in kinds)])
    change = rng.choice([1, 2, -1, 5])
    if field.startswith("total_"):
        form[field] += change
    else:
        row[field] = max(0, row[field] + change)


def relabelled(form: Form, level: str, labels: dict[str, str]) -> None:
    """Level cells with other words, by the canonical label that they stand for; codes go, weights stay.

    The truth is the printed word, and what it means is right as well; where a known second level decides the
    first, it is the other way round.
    """
    for row in form["indicators"]:
        meant = row[level]
        if meant not in labels:
            continue
        word = labels[meant]
        weight = _BRACKETS.search(row[f"{level}_raw"])
        row[f"{level}_raw"] = word + (weight[0] if weight else "")
        decided = level == "level1" and parent_of(row["level2"]) is not None
        row[level], row[f"{level}_alt"] = (meant, [word]) if decided else (word, [meant])


def without_idle_readings(row: dict[str, Any]) -> dict[str, Any]:
    """A printed row's truth without the other readings of levels that the layout does not print."""
    gone = {f"{level}_alt" for level in ("level1", "level2") if row[level] is None} | {
        k for k in row if k.startswith("foreign")
    }
    return {k: v for k, v in row.items() if k not in gone}
