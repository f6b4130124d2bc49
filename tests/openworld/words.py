"""The words that no list of the reader has, and what stands in columns that mean nothing to it.

Comes in: the name of a set. Goes out: its words by what they label (`column.target`, `level2.数量指标`), from
`words.toml`. A set is only ever drawn from alone. It refuses the name of no set.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

SPLITS = ("fit", "calibrate", "judge")
HERE = Path(__file__).parent
CONTENTS: Mapping[str, Any] = tomllib.loads((HERE / "contents.toml").read_text(encoding="utf-8"))
COLUMN_KEYS = {  # field of a layout → what its heading's words are listed under
    "level1": "level1", "level2": "level2", "name": "name", "target_raw": "target", "value": "target", "value_only": "target",
    "actual_raw": "actual", "weight": "weight", "score": "score", "deviation_reason": "deviation_reason", "remark": "remark",
    "sign": "sign", "unit": "unit", "direction": "direction", "value_type": "value_type", "review_score": "review_score",
}  # fmt: skip


@cache
def words(split: str) -> Mapping[str, Sequence[str]]:
    """Every list of one set; raises KeyError for another name than those of `SPLITS`."""
    data = tomllib.loads((HERE / "words.toml").read_text(encoding="utf-8"))[split]
    return {
        f"{section}.{key}": tuple(listed) for section, keys in data.items() for key, listed in keys.items()
    }


def foreign_texts(family: str, row: Mapping[str, Any], number: int, prefix: str, rng: Random) -> str:
    """What a column of this family says of one indicator; never blank."""
    if family == "code":
        return f"{prefix}{number:03d}"
    if family == "history":
        return _earlier(str(row["target_raw"] or ""), rng)
    return str(rng.choice(CONTENTS["foreign"][family]))


def _earlier(target: str, rng: Random) -> str:
    """Last year's figure in the place of this year's."""
    bare = target.lstrip("≥≤<>=不少于低超过达到约至")
    digits = "".join(c for c in bare if c.isdigit())[:3]
    if not digits or "年" in bare or "月" in bare:
        return rng.choice(["—", "持平", "有所提升"])
    value = max(1, int(digits) - rng.randint(0, 3))
    unit = bare.lstrip("0123456789.-~,")
    return f"{value}{unit}"
