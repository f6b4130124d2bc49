"""Learns what the columns of a form look like: `python -m tests.fitting.roles`, a part of `make fit`.

Comes in: the blocks of `tests.fitting.blocks`. Goes out: `pipeline/table/role_model.json`, counts as smoothed
log probabilities, and the few numbers that weigh them, with what they were learned from. The latter are what
makes the true roles most probable on blocks whose layouts and foreign columns the counts have not met.

    python -m tests.fitting.roles               learns and writes
    python -m tests.fitting.roles --ablate      tells what each number is worth: it is halved and doubled
"""

from __future__ import annotations

import json
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any
from zlib import crc32

from pipeline.table.role_model import FOREIGN, ROLES, Kind, RoleModel, fill_class, repeat_class
from pipeline.table.roles import ANSWERS, likely, odds_of, stands_alone
from pipeline.table.shapes import shape_of
from tests.fitting.blocks import SEED, Block, open_blocks, project_blocks

DOCUMENTS = 400
OPEN_DOCUMENTS = {Kind.INDICATORS: 6, Kind.FUNDS: 40}  # of every mutation
WEIGHED_ON = {Kind.INDICATORS: 3, Kind.FUNDS: 15}
SMOOTHING = 0.5
TARGET = Path(__file__).parents[2] / "pipeline" / "table" / "role_model.json"
REPEATS = {"few", "same", "some", "different"}
CAN_MISS = {
    Kind.INDICATORS: ("name", "target", "level1", "level2", "weight", "actual", "score"),
    Kind.FUNDS: ("annual_budget", "executed"),
}
START: Mapping[str, float] = {
    "temper": 0.6, "stray": 0.05, "odd_form": 0.15, "odd_order": 0.05, "own_order": 0.3, "known": 12.0, "foreign": 0.1,
    "label_temper": 2.0, "label_noise": 0.1, "scrambled": -8.0, "unannounced": -4.0, "over": 1.5, "signs": 0.5,
    "answers": 0.3, "most_said": 6.0,
}  # fmt: skip
"""Where the search for the weighing numbers begins."""
SHARES = frozenset({"stray", "odd_form", "odd_order", "own_order", "foreign", "label_noise"})
STEPS = (2.0, 1.4)  # factors by which a number is moved, in turn
SWEEPS = 1
FOLDS = 4
LEAST_GAIN = 2.0  # nats over all blocks: half the log of their number, so that chance moves nothing


def counted(kind: Kind, blocks: Sequence[Block], weights: Mapping[str, float]) -> RoleModel:
    """The model of what the blocks hold."""
    counts: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    has: Counter[str] = Counter()
    given: Counter[str] = Counter()
    lone: Counter[str] = Counter()
    for block in blocks:
        last = "^"
        for role, column in zip(block.roles, block.columns, strict=True):
            filled = [t for t in column.texts if shape_of(t).length]
            if role == FOREIGN and not filled:
                continue
            for s in map(shape_of, filled):
                counts["kinds"][role][s.kind] += 1
                counts["lengths"][role][str(s.length)] += 1
                counts["ends"][role][s.end] += 1
            counts["fills"][role][fill_class(len(filled), len(column.texts))] += 1
            counts["repeats"][role][repeat_class(filled)] += 1
            if role != FOREIGN:
                counts["orders"][last][role] += 1
                last = role
        there = set(block.roles)
        has.update(there)
        given.update(name for name, (some, _) in ANSWERS.items() if some <= there)
        lone.update(name for name in ANSWERS if stands_alone(name, there))
    alphabets = {name: {f for c in counts[name].values() for f in c} for name in ("kinds", "lengths", "ends")}
    alphabets |= {"fills": set("01234"), "repeats": REPEATS}
    for name in alphabets:
        counts[name][FOREIGN] = _with_background(counts[name])
    n = len(blocks)
    return RoleModel(
        kind=kind,
        roles=ROLES[kind],
        **{name: logs(kind, counts[name], alphabet) for name, alphabet in alphabets.items()},
        orders=order_logs(kind, counts["orders"]),
        absent={r: odds(n - has[r], n) for r in CAN_MISS[kind]},
        alone={name: odds(lone[name], given[name]) for name in ANSWERS if kind is Kind.INDICATORS},
        **weights,
    )


def _with_background(counts: Mapping[str, Counter[str]]) -> Counter[str]:
    """What a column that means nothing holds: half what such columns were seen to hold, half anything."""
    seen: Counter[str] = Counter()
    for role, c in counts.items():
        if role != FOREIGN:
            seen.update(c)
    own = counts[FOREIGN]
    whole, n = sum(seen.values()), max(20, sum(own.values()))
    return Counter({f: own[f] + max(1, round(n * k / whole)) for f, k in (seen | own).items()})


def odds(k: int, n: int) -> float:
    """The log of a smoothed share."""
    return round(math.log((k + SMOOTHING) / (n + 1)), 4)


def logs(kind: Kind, counts: Mapping[str, Counter[str]], alphabet: set[str]) -> dict[str, dict[str, float]]:
    """Counts → smoothed log probabilities by role; `?` for a feature never seen."""
    out = {}
    for role in ROLES[kind]:
        c = counts.get(role, Counter())
        n = sum(c.values())
        smoothing = min(SMOOTHING, n / len(alphabet)) if n else SMOOTHING  # what is rare is not anything
        total = n + smoothing * (len(alphabet) + 1)
        out[role] = {f: round(math.log((c[f] + smoothing) / total), 4) for f in sorted(alphabet)}
        out[role]["?"] = round(math.log(smoothing / total), 4)
    return out


def order_logs(kind: Kind, orders: Mapping[str, Counter[str]]) -> dict[str, dict[str, float]]:
    """Role → log P of the next role."""
    out = {}
    for last in ("^", *ROLES[kind]):
        c = orders.get(last, Counter())
        total = sum(c.values()) + SMOOTHING * len(ROLES[kind])
        out[last] = {r: round(math.log((c[r] + SMOOTHING) / total), 4) for r in ROLES[kind]}
        out[last]["?"] = round(math.log(SMOOTHING / total), 4)
    return out


# ---- the weighing numbers
# --------------------------------------------------------------------------------


def surprise(m: RoleModel, block: Block) -> float:
    """How improbable the true roles are, in nats."""
    ways = [w.score for w in likely(m, block.columns) if w.roles != block.roles]
    true = odds_of(m, block.columns, block.roles)
    top = max(*true, *ways) if ways else max(true)
    rest = sum(math.exp(w - top) for w in ways)
    mine = sum(math.exp(t - top) for t in true)
    return math.log(mine + rest) - top_log(mine)


def top_log(value: float) -> float:
    """The log, of what is too small as well."""
    return math.log(max(value, 1e-300))


class Folds:
    """Blocks in parts by layout and by kind of foreign column: each part is judged by what the counts of the
    others say of orders and of columns that mean nothing. What a known column holds is no matter of layout.
    """

    def __init__(self, kind: Kind, counting: Sequence[Block], judged: Iterable[Block]) -> None:
        whole = counted(kind, counting, START)
        self.models: list[RoleModel] = []
        self.judged: list[tuple[int, Block]] = []
        wanted = list(judged)
        for part in range(FOLDS):
            others = [b for b in counting if _part(b) != part]
            met = {role for b in others for role in b.roles}
            self.models.append(_without_part(whole, counted(kind, others, START)))
            self.judged += [(part, b) for b in wanted if _part(b) == part and set(b.roles) <= met]

    def surprise(self, weights: Mapping[str, float]) -> float:
        """The sum over all blocks."""
        models = [replace(m, **weights) for m in self.models]
        return sum(surprise(models[part], block) for part, block in self.judged)


def _without_part(whole: RoleModel, others: RoleModel) -> RoleModel:
    names = ("kinds", "lengths", "ends", "fills", "repeats")
    mixed = {n: {**getattr(whole, n), FOREIGN: getattr(others, n)[FOREIGN]} for n in names}
    return replace(whole, orders=others.orders, **mixed)


def _part(block: Block) -> int:
    return crc32(block.source.encode()) % FOLDS


def fitted(folds: Folds) -> tuple[dict[str, float], float]:
    """The weighing numbers that surprise least, moved one at a time."""
    now = dict(START)
    best = folds.surprise(now)
    for step in STEPS:
        for _ in range(SWEEPS):
            before = best
            for name in START:
                for factor in (step, 1 / step):
                    while True:
                        tried = now | {name: _moved(name, now[name], factor)}
                        value = folds.surprise(tried)
                        if value >= best - LEAST_GAIN:
                            break
                        now, best = tried, value
            print(f"{best:.1f}", now, flush=True)
            if before - best < 1.0:
                break
    return now, best


def _moved(name: str, value: float, factor: float) -> float:
    return round(min(0.9, value * factor) if name in SHARES else value * factor, 4)


def learned(kind: Kind) -> tuple[RoleModel, dict[str, Any]]:
    """The numbers of one kind of columns, and what they were learned from."""
    counting = [*project_blocks(kind, DOCUMENTS), *open_blocks(kind, OPEN_DOCUMENTS[kind])]
    judged = list(open_blocks(kind, WEIGHED_ON[kind], SEED + 1))
    weights, left = fitted(Folds(kind, counting, judged))
    about = {"blocks": len(counting), "weighed_on": len(judged), "nats_a_block": round(left / len(judged), 3)}
    return counted(kind, counting, weights), about


def ablated(kind: Kind, weights: Mapping[str, float]) -> None:
    """Prints what each weighing number is worth: nats a block that halving and doubling it cost."""
    counting = [*project_blocks(kind, DOCUMENTS), *open_blocks(kind, OPEN_DOCUMENTS[kind])]
    judged = list(open_blocks(kind, WEIGHED_ON[kind], SEED + 2))
    folds = Folds(kind, counting, judged)
    base = folds.surprise(weights)
    print(kind, f"{base / len(judged):.4f} nats a block")
    for name in START:
        moved = [
            folds.surprise({**weights, name: _moved(name, weights[name], factor)}) - base
            for factor in (0.5, 2.0)
        ]
        print(f"  {name:14}", *(f"{m / len(judged):+.4f}" for m in moved))


def numbers(m: RoleModel) -> dict[str, Any]:
    """What is written of a model."""
    return {f.name: getattr(m, f.name) for f in fields(m) if f.name not in ("kind", "roles")}


def main() -> None:
    """Learns and writes, or ablates."""
    if "--ablate" in sys.argv[1:]:
        data = json.loads(TARGET.read_text(encoding="utf-8"))
        for kind in Kind:
            ablated(kind, {name: data[kind][name] for name in START})
        return
    found = {kind: learned(kind) for kind in Kind}
    about = {kind: told for kind, (_, told) in found.items()} | {"documents": DOCUMENTS, "seed": SEED}
    text = json.dumps(
        {"fitted_on": about} | {k: numbers(m) for k, (m, _) in found.items()}, ensure_ascii=False, indent=1
    )
    TARGET.write_text(text + "\n", encoding="utf-8")
    print(about)


if __name__ == "__main__":
    main()
