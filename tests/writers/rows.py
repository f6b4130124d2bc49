"""What a layout's columns show of one indicator: the text of every cell, and the truth that can be read back
from them.

Comes in: an indicator of the golden format, the fields that the layout has columns for, and a style. Goes
out: `ShownRow`. A target in three columns is rewritten as such forms do (`不少于5项` → `≥`, `5`, `项`; a text
has the sign 定性), and the truth with it, joined as the data contract says. Fields without a column are null,
and values that rest on them are not compared.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

Row = dict[str, Any]

SPLIT_FIELDS = frozenset({"sign", "value", "value_only", "unit"})
VALUE = re.compile(r"(≥|≤|>=|<=|[<>=＞＜＝])?\s*(\d[\d,]*(?:\.\d+)?(?:[-~]\d+(?:\.\d+)?)?)\s*(\D*)")
UNIT = re.compile(
    r"(?!.*(?:前|底|余|完成))(?:年|个月|[^年月]{0,4}|万[^年月]{0,5}|[^年月]{1,8}/[^/]{1,4}(/[^/]{1,2})?)"
)
PREFIXES = {"不少于": "≥", "不低于": "≥", "至少": "≥", "达到": "≥", "不超过": "≤", "不高于": "≤"}
SUFFIXES = {"以上": "≥", "以内": "≤", "以下": "≤"}
QUALITY = "定性"
DIRECTIONS = {"positive": "正向指标", "negative": "反向指标"}
NULLED = ("weight", "score", "review_score", "direction", "remark", "deviation_reason")


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One indicator: cell texts by field, and its truth."""

    texts: Mapping[str, str]
    truth: Row


@dataclass(frozen=True, slots=True)
class Style:
    """How one form writes what the layout leaves open."""

    dash: str  # in the weight and score of the fund lines below the total
    money: str  # format of an amount in the form's unit
    year_note: str
    total: str  # "总分" or "总 分"
    no_unit: str  # in a unit column, where the value has none

    @staticmethod
    def of(rng: Random) -> Style:
        """A style by chance."""
        return Style(
            dash=rng.choice(["—", "—", "—", "-", "", "/"]),
            money=rng.choice(["{:f}", "{:f}", "{:f}", "{:.2f}", "{:,.2f}"]),
            year_note=rng.choice(
                ["（{year}年度）", "(  {year}  年度)", "（{year} 年度）", "({year}年度)", "{year}年度"]
            ),
            total=rng.choice(["{}", "{}", "{0[0]} {0[1]}"]),
            no_unit=rng.choice(["", "无", "-", "/"]),
        )


def shown_row(row: Row, fields: Collection[str], style: Style) -> ShownRow:
    """The indicator in a layout with these fields."""
    truth = dict(row)
    texts = {f: _text(row, f) for f in fields}
    if SPLIT_FIELDS & set(fields):
        pieces = split(
            row["target_raw"] or "",
            placeholder=bool(row.get("is_placeholder")),
            style=style,
            signed="sign" in fields,
        )
        texts |= {f: pieces[f] for f in SPLIT_FIELDS & set(fields)}
        front = (
            pieces["value_only"]
            if "value_only" in fields
            else pieces["sign"].replace(QUALITY, "") + pieces["value"]
        )
        raw = front + ("" if pieces["unit"] == style.no_unit else pieces["unit"])
        truth = (
            truth
            if raw == (row["target_raw"] or "")
            else _without(truth, "target") | {"target_raw": raw or None}
        )
    elif "target_raw" not in fields:
        truth = _without(truth, "target") | {"target_raw": None}
        truth.pop("is_placeholder", None)
    if "actual_raw" not in fields:
        truth = _without(truth, "actual") | {"actual_raw": None}
    if "level2" not in fields:  # a bare 万 is money only where the level says cost
        truth = {"target_raw": truth["target_raw"], "actual_raw": truth["actual_raw"]} | _without(
            _without(truth, "target"), "actual"
        )
    for level in ("level1", "level2"):
        if level not in fields:
            truth |= {level: None, f"{level}_raw": None, f"{level}_weight": None}
    return ShownRow(texts, truth | {f: None for f in NULLED if f not in fields})


def split(raw: str, *, placeholder: bool, style: Style, signed: bool) -> Mapping[str, str]:
    """Sign, value and unit of a target for columns of their own; `signed`: a number without a sign gets `=`."""
    if placeholder or not raw:
        return {"sign": "", "value": raw, "value_only": raw, "unit": ""}
    word = next((s for p, s in PREFIXES.items() if raw.startswith(p)), None) or next(
        (s for p, s in SUFFIXES.items() if raw.endswith(p)), ""
    )
    bare = raw
    if word:
        for phrase in (*PREFIXES, *SUFFIXES):
            bare = bare.removeprefix(phrase).removesuffix(phrase)
    found = VALUE.fullmatch(bare)
    if found is None or not UNIT.fullmatch(found[3]):
        return {"sign": QUALITY, "value": raw, "value_only": raw, "unit": style.no_unit}
    sign = found[1] or word or ("=" if signed else "")
    return {"sign": sign, "value": found[2], "value_only": sign + found[2], "unit": found[3] or style.no_unit}


def _text(row: Row, field: str) -> str:
    if field in ("level1", "level2"):
        return str(row[f"{field}_raw"] or "")
    if field == "name":
        number = row["ordinal"]
        return f"指标{number}：{row['name']}" if number is not None else str(row["name"] or "")
    if field == "value_type":
        return "定量" if re.search(r"\d", row["target_raw"] or "") else QUALITY
    if field == "direction":
        return DIRECTIONS.get(row.get("direction") or "", "")
    value = row.get(field)
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _without(row: Row, which: str) -> Row:
    """The row without the value read from its target or actual cell."""
    return {k: v for k, v in row.items() if not k.startswith(f"{which}_")}
