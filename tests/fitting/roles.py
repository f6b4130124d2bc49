"""Learns what the columns of a form look like: `python -m tests.fitting.roles`, a part of `make fit`.

Comes in: the golden forms and invented ones (seeds that no test uses) in several layouts. Goes out:
`pipeline/table/role_model.json`, counts as smoothed log probabilities, with what they were learned from.
"""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

from pipeline.table.role_model import (
    FOREIGN,
    ROLES,
    Kind,
    fill_class,
    grams_of,
    likeness,
    repeat_class,
)
from pipeline.table.roles import ANSWERS
from pipeline.table.shapes import shape_of
from pipeline.words import vocabulary
from tests.writers.inventor import invented
from tests.writers.report import golden_documents
from tests.writers.sheet import Sheet, lattice
from tests.writers.templates import layouts_for, printed

SEED = 71
DOCUMENTS = 400
LAYOUTS_A_FORM = 2
SMOOTHING = 0.5
FOREIGN_TEXTS = 20  # a column that means nothing looks like any other, and this many texts say so
TARGET = Path(__file__).parents[2] / "pipeline" / "table" / "role_model.json"
ROLE_OF = {
    Kind.INDICATORS: {
        "level1": "level1", "level2": "level2", "name": "name", "target_raw": "target", "actual_raw": "actual",
        "weight": "weight", "score": "score", "deviation_reason": "reason", "remark": "remark",
        "review_score": "review_score", "direction": "direction", "sign": "sign", "unit": "unit", "value": "target",
        "value_only": "target", "ordinal": "ordinal", "side": "side", "value_type": "value_type",
    },
    Kind.FUNDS: {
        "initial_budget": "initial_budget", "annual_budget": "annual_budget", "executed": "executed", "weight": "weight",
        "execution_rate_reported_pct": "execution_rate", "score": "score",
    },
}  # fmt: skip
REPEATS = {"few", "same", "some", "different"}
SET = {"temper": 0.6, "stray": 0.05, "odd_form": 0.15, "known": 6.0, "near": 4.0, "foreign": 0.2}
CAN_MISS = {
    Kind.INDICATORS: ("name", "target", "level1", "level2", "weight", "actual", "score"),
    Kind.FUNDS: ("annual_budget", "executed"),
}

Block = list[tuple[str, list[str]]]
"""Columns of a block in printed order, each with its role and its texts."""


def blocks(kind: Kind) -> Iterator[tuple[str, Block]]:
    """Blocks of the forms that are learned from, with their layout."""
    rng = Random(SEED)
    documents: list[Sequence[dict[str, Any]]] = [
        *golden_documents(),
        *(invented(10_000 * SEED + k, n_forms=2, target=k % 3 == 2) for k in range(DOCUMENTS)),
    ]
    for form in (f for forms in documents for f in forms):
        able = layouts_for(form)
        for layout in rng.sample(able, min(LAYOUTS_A_FORM, len(able))):
            sheet = printed(form, layout, rng).sheet
            rows = sheet.indicator_rows if kind is Kind.INDICATORS else fund_rows(sheet)
            if rows and (block := columns_of(sheet, rows, kind)):
                yield layout, block


def fund_rows(sheet: Sheet) -> tuple[int, ...]:
    """The rows of a fund block that has columns."""
    return tuple(sorted({c.row for c in sheet.cells if c.role == "executed"}))


def columns_of(sheet: Sheet, rows: Sequence[int], kind: Kind) -> Block:
    """Role and texts of every column of these rows; a merged cell's text stands in its first row."""
    grid = lattice(sheet)
    out: Block = []
    at = 0
    while at < sheet.n_cols:
        cells = [grid[r][at] for r in rows]
        roles = Counter(role for c in cells if (role := ROLE_OF[kind].get(c.role)) is not None)
        if roles:
            texts = [c.text if c.row == r else "" for r, c in zip(rows, cells, strict=True)]
            out.append((roles.most_common(1)[0][0], texts))
        at += max(1, grid[rows[0]][at].col_span)
    return out


def learned(kind: Kind) -> dict[str, Any]:
    """The numbers of one kind of columns."""
    counts: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    has: Counter[str] = Counter()
    lone: Counter[str] = Counter()
    n = 0
    sequences: Counter[tuple[str, tuple[str, ...]]] = Counter()
    for layout, block in blocks(kind):
        sequences[layout, tuple(role for role, _ in block)] += 1
        n += 1
        last = "^"
        for role, texts in block:
            filled = [t for t in texts if shape_of(t).length]
            for s in map(shape_of, filled):
                counts["kinds"][role][s.kind] += 1
                counts["lengths"][role][str(s.length)] += 1
                counts["ends"][role][s.end] += 1
            counts["fills"][role][fill_class(len(filled), len(texts))] += 1
            counts["repeats"][role][repeat_class(filled)] += 1
            counts["orders"][last][role] += 1
            last = role
        there = {role for role, _ in block}
        has.update(there)
        lone.update(r for r, wanted in ANSWERS.items() if r in there and wanted not in there)
    for name in ("kinds", "lengths", "ends"):
        seen: Counter[str] = Counter()
        for c in list(counts[name].values()):
            seen.update(c)
        whole = sum(seen.values())
        counts[name][FOREIGN] = Counter(
            {f: max(1, round(FOREIGN_TEXTS * k / whole)) for f, k in seen.items()}
        )
    alphabets = {name: {f for c in counts[name].values() for f in c} for name in ("kinds", "lengths", "ends")}
    alphabets |= {"fills": set("01234"), "repeats": REPEATS}
    temper, noise = label_sharpness(kind)
    return {
        "blocks": n,
        "numbers": {name: logs(kind, counts[name], alphabet) for name, alphabet in alphabets.items()}
        | {
            "orders": order_logs(kind, counts["orders"]),
            **SET,
            "odd_order": order_noise(kind, sequences),
            "label_temper": temper,
            "label_noise": noise,
        }
        | {"absent": {r: odds(n - has[r], n) for r in CAN_MISS[kind]}}
        | {"alone": {r: odds(lone[r], has[r]) for r in ANSWERS if kind is Kind.INDICATORS}},
    }


def odds(k: int, n: int) -> float:
    """The log of a smoothed share."""
    return round(math.log((k + SMOOTHING) / (n + 1)), 4)


def logs(kind: Kind, counts: dict[str, Counter[str]], alphabet: set[str]) -> dict[str, dict[str, float]]:
    """Counts → smoothed log probabilities by role; `?` for a feature never seen."""
    out = {}
    for role in ROLES[kind]:
        c = counts.get(role, Counter())
        total = sum(c.values()) + SMOOTHING * (len(alphabet) + 1)
        out[role] = {f: round(math.log((c[f] + SMOOTHING) / total), 4) for f in sorted(alphabet)}
        out[role]["?"] = round(math.log(SMOOTHING / total), 4)
    return out


def order_logs(kind: Kind, orders: dict[str, Counter[str]]) -> dict[str, dict[str, float]]:
    """Role → log P of the next role."""
    out = {}
    for last in ("^", *ROLES[kind]):
        c = orders.get(last, Counter())
        total = sum(c.values()) + SMOOTHING * len(ROLES[kind])
        out[last] = {r: round(math.log((c[r] + SMOOTHING) / total), 4) for r in ROLES[kind]}
        out[last]["?"] = round(math.log(SMOOTHING / total), 4)
    return out


def order_noise(kind: Kind, sequences: Counter[tuple[str, tuple[str, ...]]]) -> float:
    """The share of neighbours in an order of the form's own: what makes layouts most probable that were left
    out.
    """

    def pairs(roles: Sequence[str]) -> Iterator[tuple[str, str]]:
        return pairwise(("^", *roles))

    def surprise(noise: float) -> float:
        total = 0.0
        for layout in {name for name, _ in sequences}:
            orders: dict[str, Counter[str]] = defaultdict(Counter)
            for (name, roles), k in sequences.items():
                for a, b in pairs(roles if name != layout else ()):
                    orders[a][b] += k
            known = order_logs(kind, orders)
            for name, roles in sequences:
                for a, b in pairs(roles if name == layout else ()):
                    total -= math.log((1.0 - noise) * math.exp(known[a][b]) + noise / len(ROLES[kind]))
        return total

    return min((0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6), key=surprise)


def label_sharpness(kind: Kind) -> tuple[float, float]:
    """How sharply an unknown label's characters speak, and how often they say nothing.

    What makes each known label, left out of the lists, most probable.
    """
    labels = {r: list(vocabulary.data()[kind].get(r, ())) for r in ROLES[kind] if r != FOREIGN}
    held = [
        (r, w, grams_of({k: [x for x in ws if x != w] for k, ws in labels.items()}))
        for r, ws in labels.items()
        for w in ws
    ]
    ways = [(t, n) for t in (0.5, 1.0, 1.5, 2.0, 3.0, 4.0) for n in (0.02, 0.05, 0.1, 0.2, 0.3)]
    return max(
        ways, key=lambda way: sum(likeness(vocabulary.bare(w), grams, *way)[r] for r, w, grams in held)
    )


def main() -> None:
    """Learns and writes."""
    found = {kind: learned(kind) for kind in Kind}
    about = {kind: {"blocks": found[kind]["blocks"]} for kind in Kind} | {
        "documents": DOCUMENTS,
        "seed": SEED,
    }
    text = json.dumps(
        {"fitted_on": about} | {k: found[k]["numbers"] for k in Kind}, ensure_ascii=False, indent=1
    )
    TARGET.write_text(text + "\n", encoding="utf-8")
    print(about)


if __name__ == "__main__":
    main()
