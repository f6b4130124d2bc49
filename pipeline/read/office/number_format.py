"""A cell's value and its number format → the text that the sheet shows.

Comes in: a value as openpyxl and xlrd give it, and a format code of Excel (ECMA-376, 18.8.31). Goes out: the
text: sections by sign or condition, scaling by commas (`0!.0,` shows ten thousands), percent, currency,
quoted, escaped and bare characters. Dates come out in one way, Chinese where the format is; a negative figure
always keeps a minus, also where the sheet shows brackets or red. Nothing is refused.
"""

from __future__ import annotations

import datetime
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

EXACT = Context(prec=400, rounding=ROUND_HALF_UP)  # digits that hold every figure of double precision
NOISE = Decimal("1e-9")  # General: what is smaller is the noise of binary fractions
SIGNIFICANT = 15  # digits that a workbook keeps

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|[\\!](?P<escaped>.)|[_*].|\[(?P<bracket>[^\]]*)\]|(?P<general>General|G/通用格式)|(?P<exponent>[eE][+-])'
    r"|(?P<digit>[0#?])|(?P<point>\.)|(?P<comma>,)|(?P<percent>%)|(?P<text>@)|(?P<slash>/)|(?P<bare>.)",
    re.DOTALL,
)
_SECTION = re.compile(r'((?:"[^"]*"?|\\.|!.|[_*].|\[[^\]]*\]|[^;])*);?', re.DOTALL)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)(-?\d+(?:\.\d+)?)")
_COMPARE: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge, "=": operator.eq,
    "<>": operator.ne,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Piece:
    """One piece of a section: a literal with its text, or a kind: digit, point, comma, percent, general,
    text, slash, exponent.
    """

    kind: str
    text: str


def shown(value: object, style: str) -> str:
    """A cell's value as its number format shows it: `0.88` under `0%` → `88%`, `1234.5` under `#,##0.00` →
    `1,234.50`.
    """
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime.datetime):
        return _date(value, style)
    if isinstance(value, datetime.date):
        return _date(datetime.datetime(value.year, value.month, value.day), style)
    if isinstance(value, datetime.timedelta):
        minutes = round(value.total_seconds() / 60)
        return f"{minutes // 60}:{minutes % 60:02d}"
    if isinstance(value, datetime.time):
        return value.isoformat(timespec="minutes")
    if isinstance(value, (int, float, Decimal)):
        figure = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        return _figure(figure, style) if figure.is_finite() else str(value)
    return _text(str(value), style)


# ---- figures
# -------------------------------------------------------------------------------------------------------


def _figure(value: Decimal, style: str) -> str:
    """A number under the section that its sign or a condition chooses; the section says how the sign is
    shown, or it is put before.
    """
    sections = _sections(style)
    section = _chosen(value, sections)
    pieces = _pieces(section)
    if not pieces:
        return "" if section == "" and len(sections) > 1 else _signed(value, _plain(abs(value)))
    if any(p.kind in ("slash", "exponent") for p in pieces):
        return _signed(value, _plain(abs(value)))
    if any(p.kind in ("general", "text") for p in pieces):
        body = "".join(
            _plain(abs(value)) if p.kind in ("general", "text") else p.text if p.kind == "literal" else ""
            for p in pieces
        )
        return _signed(value, body)
    return (
        _signed(value, _digits(abs(value), pieces))
        if any(p.kind == "digit" for p in pieces)
        else _words(pieces)
    )


def _sections(style: str) -> list[str]:
    """The parts of a format between its semicolons; one `General` for nothing."""
    found = [m[1] for m in _SECTION.finditer(style)]
    if not style.endswith(";"):
        found = found[:-1] if found and found[-1] == "" else found
    return found or ["General"]


def _chosen(value: Decimal, sections: Sequence[str]) -> str:
    """By conditions where there are any, else: positive, negative, zero."""
    conditions = [_condition(s) for s in sections[:2]]
    if any(c is not None for c in conditions):
        for section, condition in zip(sections, conditions, strict=False):
            if condition is not None and _COMPARE[condition[0]](value, condition[1]):
                return section
        free = [s for s, c in zip(sections, [*conditions, None, None], strict=False) if c is None]
        return free[-1] if free else "General"
    if value < 0 and len(sections) > 1:
        return sections[1]
    if value == 0 and len(sections) > 2:
        return sections[2]
    return sections[0]


def _condition(section: str) -> tuple[str, Decimal] | None:
    for match in _TOKEN.finditer(section):
        found = _CONDITION.fullmatch(match["bracket"] or "")
        if found is not None:
            return found[1], Decimal(found[2])
    return None


def _pieces(section: str) -> list[_Piece]:
    out = []
    for match in _TOKEN.finditer(section):
        kind = match.lastgroup or ""
        if kind in ("quoted", "escaped", "bare"):
            out.append(_Piece("literal", match[kind]))
        elif kind == "bracket":
            if match["bracket"].startswith("$"):  # a currency: [$¥-804]
                out.append(_Piece("literal", match["bracket"][1:].partition("-")[0]))
        elif kind:
            out.append(_Piece(kind, match[0]))
    return out


def _words(pieces: Sequence[_Piece]) -> str:
    """A section without a place for digits shows its words alone."""
    return "".join(p.text for p in pieces if p.kind in ("literal", "percent", "comma", "point")).strip()


def _signed(value: Decimal, text: str) -> str:
    """A minus before a negative figure, in place of the section's own minus or brackets; none where only
    zeros are left.
    """
    bare = text.strip()
    if value >= 0:
        return bare
    head = re.match(r"[^\d.]*", bare)
    before = head[0] if head is not None else ""
    if "-" in before:
        return bare
    if "(" in before and bare.endswith(")"):
        bare = before.replace("(", "", 1) + bare[len(before) : -1]
    return f"-{bare}" if re.search("[1-9]", bare) else bare


def _digits(value: Decimal, pieces: Sequence[_Piece]) -> str:
    """The digits of a figure dealt out to their places, with what stands between them."""
    places = [i for i, p in enumerate(pieces) if p.kind == "digit"]
    point = next((i for i, p in enumerate(pieces) if p.kind == "point" and i > places[0] - 2), len(pieces))
    whole, part = [i for i in places if i < point], [i for i in places if i > point]
    last = whole[-1] if whole else -1
    grouped = any(p.kind == "comma" and whole and whole[0] < i < last for i, p in enumerate(pieces))
    thousands = sum(
        1 for i, p in enumerate(pieces) if p.kind == "comma" and (last < i < point or (part and i > part[-1]))
    )
    scaled = EXACT.scaleb(value, 2 * sum(p.kind == "percent" for p in pieces) - 3 * thousands)
    rounded = EXACT.quantize(scaled, Decimal(1).scaleb(-len(part)))
    digits, _, fraction = f"{rounded:f}".partition(".")
    digits = digits.lstrip("0") or ("0" if fraction.strip("0") else "")
    shown_at = _whole(digits, [(i, pieces[i].text) for i in whole], grouped)
    kept = len(fraction)
    while kept and pieces[part[kept - 1]].text != "0" and fraction[kept - 1] == "0":
        kept -= 1
    shown_at |= {i: fraction[k] for k, i in enumerate(part) if k < kept}
    if not whole and (kept or digits):
        shown_at[point] = (digits or "0") + ("." if kept else "")
    elif kept:
        shown_at[point] = "."
    return "".join(
        shown_at.get(i, p.text if p.kind in ("literal", "percent") else "") for i, p in enumerate(pieces)
    )


def _whole(digits: str, places: Sequence[tuple[int, str]], grouped: bool) -> dict[int, str]:
    """Digits before the point by their places, from the right; the first place takes all that are left."""
    out: dict[int, str] = {}
    count = 0
    left = digits
    for n, (i, mark) in enumerate(reversed(places)):
        take = left if n == len(places) - 1 else left[-1:]
        left = left[: len(left) - len(take)]
        text = ""
        for digit in reversed(take or ("0" if mark == "0" else "")):
            text = digit + ("," if grouped and count and count % 3 == 0 else "") + text
            count += 1
        out[i] = text
    return out


def _plain(value: Decimal) -> str:
    """A number as General shows it: no trailing zeros, no noise of binary fractions."""
    rounded = Context(prec=SIGNIFICANT, rounding=ROUND_HALF_UP).plus(value)
    if rounded >= NOISE:
        rounded = EXACT.quantize(rounded, NOISE)
    text = f"{rounded:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


# ---- texts and dates
# -----------------------------------------------------------------------------------------------


def _text(value: str, style: str) -> str:
    """A text under a format that has a place for texts: the fourth section, or a last one with `@`."""
    sections = _sections(style)
    if len(sections) >= 4:
        section = sections[3]
    elif any(p.kind == "text" for p in _pieces(sections[-1])):
        section = sections[-1]
    else:
        return value
    return "".join(
        value if p.kind == "text" else p.text if p.kind == "literal" else "" for p in _pieces(section)
    )


def _date(value: datetime.datetime, style: str) -> str:
    """A date with the parts that its format shows, in Chinese where the format is."""
    section = _sections(style)[0]
    bare = "".join(m["bare"] or m["exponent"] or "" for m in _TOKEN.finditer(section)).lower()
    words = "".join(m["quoted"] or m["escaped"] or m["bare"] or "" for m in _TOKEN.finditer(section))
    has_year, has_day = "y" in bare or "e" in bare, "d" in bare
    has_month = re.search("m", re.sub("[hs].*", "", bare)) is not None
    if has_year and not has_month and not has_day:
        return f"{value.year}年" if "年" in words else str(value.year)
    if "年" in words or "月" in words:
        return (
            (f"{value.year}年" if has_year else "")
            + f"{value.month}月"
            + (f"{value.day}日" if has_day else "")
        )
    if has_year and not has_day:
        return f"{value.year}-{value.month:02d}"
    return f"{value.year}-{value.month:02d}-{value.day:02d}"
