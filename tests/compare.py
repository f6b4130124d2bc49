"""Parsed rows against truth, typed and cell by cell.

Comes in: a truth dictionary in the format of `tests/golden` and a document's rows by the contract's columns.
Goes out: the list of differences, or for every indicator row whether it is right as a whole. Forms, fund
lines and indicators are paired in order by what they are called; what finds no partner is a difference too.
Texts are equal after NFKC and without white space and LaTeX; numbers to 1e-6 of their size; money to the
cent. A key NAME_alt lists other right readings, and `unrecoverable` names fields that nobody can know. It
judges only: it repairs and guesses nothing.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from rapidfuzz.fuzz import ratio

Row = Mapping[str, Any]

DOCUMENT_FIELDS = ("title", "publisher", "fiscal_year")
FORM_FIELDS = (
    "form_type", "form_title", "fiscal_year", "project_name", "supervising_department",
    "implementing_unit", "project_attribute_code", "project_attribute", "project_period_raw",
    "project_period_years", "amount_unit", "amount_unit_source", "total_amount",
    "initial_budget", "annual_budget", "executed", "execution_rate_reported_pct", "budget_weight",
    "budget_score", "goal_expected", "goal_actual", "total_weight", "total_score",
)  # fmt: skip
FUND_FIELDS = (
    "label_raw", "scope", "source", "initial_budget", "annual_budget", "executed", "weight",
    "execution_rate_reported_pct", "score",
)  # fmt: skip
ROW_FIELDS = ("level1", "level2", "name", "target_raw", "actual_raw", "weight", "score", "deviation_reason")
"""The fields that make a row right."""
MORE_ROW_FIELDS = (
    "level1_raw", "level2_raw", "level1_weight", "level2_weight", "ordinal", "is_placeholder", "review_score",
    "direction", "remark", "horizon",
)  # fmt: skip
PART_FIELDS = ("kind", "comparator", "value", "value_max", "unit", "date_start", "date_end")
MONEY = frozenset({"total_amount", "initial_budget", "annual_budget", "executed"})
WITHOUT_COMPARATOR = frozenset({"period", "text", "compound"})
LATEX = {
    "\\geqslant": "≥",
    "\\leqslant": "≤",
    "\\geq": "≥",
    "\\leq": "≤",
    "\\ge": "≥",
    "\\le": "≤",
    "\\%": "%",
    "\\sim": "~",
    "$": "",
}
ASCII_SIGNS = {">=": "≥", "<=": "≤"}
SAME_NAME = 50.0  # similarity (0-100) below which two names are not one row
SAME_FORM = 30.0


class Rows(Protocol):
    """What `parse_document` gives."""

    @property
    def document(self) -> Row: ...
    @property
    def projects(self) -> Sequence[Row]: ...
    @property
    def funds(self) -> Sequence[Row]: ...
    @property
    def indicators(self) -> Sequence[Row]: ...


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that is not what it should be; `row` says which row of the form, empty for the form's own
    fields.
    """

    form: int
    row: str
    field: str
    wanted: object
    got: object


@dataclass(frozen=True, slots=True)
class RowResult:
    """Is one indicator row right as a whole? `seq` is None for a row that truth does not have; `confidence`
    is the parser's.
    """

    form: int
    seq: int | None
    right: bool
    confidence: float
    wrong: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """A truth form with the parsed form and its rows; one side may be missing."""

    index: int
    truth: Row | None
    got: Row | None
    funds: tuple[tuple[Row | None, Row | None], ...]
    indicators: tuple[tuple[Row | None, Row | None], ...]


def bare(text: object) -> str | None:
    """A text as it is compared: NFKC, no white space, no LaTeX; None for nothing."""
    if text is None:
        return None
    out = str(text)
    for old, new in LATEX.items():
        out = out.replace(old, new)
    out = re.sub(r"\s+", "", unicodedata.normalize("NFKC", out))
    for old, new in ASCII_SIGNS.items():
        out = out.replace(old, new)
    return out or None


def same(field: str, wanted: object, got: object) -> bool:
    """Do two values of one column mean the same?"""
    if isinstance(got, float) and got != got:
        got = None
    wanted, got = (None if v == "" else v for v in (wanted, got))
    if wanted is None or got is None:
        return wanted is got
    if field in MONEY:
        return abs(Decimal(str(wanted)) - Decimal(str(got))) < Decimal("0.005")
    if isinstance(wanted, bool) or isinstance(got, bool):
        return wanted is got
    if isinstance(wanted, int | float):
        return isinstance(got, int | float | Decimal) and abs(float(wanted) - float(got)) <= 1e-6 * max(
            1.0, abs(float(wanted))
        )
    if isinstance(got, datetime.date):
        return str(wanted) == got.isoformat()[:10]
    return bare(wanted) == bare(got)


def compare_document(truth: Row, rows: Rows) -> list[Difference]:
    """Every field of truth that the rows have otherwise, in the order of the document; fields that truth
    leaves out are not compared.
    """
    out = [
        d for f in DOCUMENT_FIELDS if f in truth for d in _difference(0, "document", f, truth, rows.document)
    ]
    for pair in paired(truth, rows):
        if pair.truth is None or pair.got is None:
            side = pair.truth or pair.got or {}
            one = Difference(
                pair.index,
                "form",
                "form",
                pair.truth and side["project_name"],
                pair.got and side["project_name"],
            )
            out.append(one)
        if pair.truth is None:
            continue
        if pair.got is not None:
            out += _differences(pair.index, "", FORM_FIELDS, pair.truth, pair.got)
        for number, (want, got) in enumerate(pair.funds, 1):
            out += _row_differences(pair.index, f"fund {number}", "label_raw", FUND_FIELDS, want, got)
        for want, got in pair.indicators:
            row = "row {}".format((want or {}).get("seq") or f"?{(got or {}).get('seq')}")
            out += _row_differences(pair.index, row, "name", (*ROW_FIELDS, *MORE_ROW_FIELDS), want, got)
            if want is not None and got is not None:
                out += [
                    d for p in ("target", "actual") for d in _value_differences(pair.index, row, p, want, got)
                ]
    return out


def rows_right(truth: Row, rows: Rows) -> list[RowResult]:
    """One result for every indicator of truth, and one (`seq` None) for every parsed indicator that truth
    does not know.
    """
    out = []
    for pair in paired(truth, rows):
        for want, got in pair.indicators:
            confidence = float((got or {}).get("confidence") or 0.0)
            if want is None or got is None:
                out.append(
                    RowResult(pair.index, None if want is None else want["seq"], False, confidence, ("row",))
                )
                continue
            wrong = tuple(f for f in ROW_FIELDS if not _right(f, want, got))
            out.append(RowResult(pair.index, want["seq"], not wrong, confidence, wrong))
    return out


def shown(differences: Iterable[Difference]) -> str:
    """Differences as text for people: a heading for every row, under it field, wanted and got."""
    lines, last = [], None
    for d in differences:
        here = f"form {d.form} {d.row}".rstrip()
        if here != last:
            lines.append(here)
            last = here
        lines.append(f"    {d.field}: wanted {d.wanted!r}\n    {' ' * len(d.field)}     got {d.got!r}")
    return "\n".join(lines)


# ---- pairing
# -------------------------------------------------------------------------------------------------------


def paired(truth: Row, rows: Rows) -> list[Pair]:
    """Truth's forms with the parsed ones, in order; each with its fund lines and indicators paired."""
    funds, indicators = _by_form(rows.funds), _by_form(rows.indicators)
    want, got = truth["projects"], sorted(rows.projects, key=lambda p: p["form_index"])
    names = [{bare(i["name"]) for i in indicators[g["project_id"]]} for g in got]

    def form_likeness(i: int, j: int) -> float:
        mine = {bare(r["name"]) for r in want[i]["indicators"]}
        shared = len(mine & names[j]) / max(1, len(mine | names[j]))
        return 0.55 * _likeness(want[i]["project_name"], got[j]["project_name"]) + 45 * shared

    out = []
    for i, j in _matched(len(want), len(got), form_likeness, SAME_FORM):
        w, g = (None if i is None else want[i]), (None if j is None else got[j])
        index = w["form_index"] if w is not None else g["form_index"] if g is not None else 0
        theirs = g["project_id"] if g is not None else None
        out.append(
            Pair(
                index, w, g,
                _paired_rows(w["funds"] if w else (), funds[theirs], _fund_likeness),
                _paired_rows(w["indicators"] if w else (), indicators[theirs], _row_likeness),
            )
        )  # fmt: skip
    return out


def _by_form(rows: Sequence[Row]) -> defaultdict[str | None, list[Row]]:
    out: defaultdict[str | None, list[Row]] = defaultdict(list)
    for row in sorted(rows, key=lambda r: r.get("seq") or r.get("line_no") or 0):
        out[row["project_id"]].append(row)
    return out


def _paired_rows(
    want: Sequence[Row], got: Sequence[Row], likeness: Callable[[Row, Row], float]
) -> tuple[tuple[Row | None, Row | None], ...]:
    pairs = _matched(len(want), len(got), lambda i, j: likeness(want[i], got[j]), SAME_NAME)
    return tuple((None if i is None else want[i], None if j is None else got[j]) for i, j in pairs)


def _likeness(a: object, b: object) -> float:
    x, y = bare(a) or "", bare(b) or ""
    return 100.0 if x == y else float(ratio(x, y))


def _row_likeness(want: Row, got: Row) -> float:
    """By name, unless nobody can know it; where several rows share one, level and target tell them apart."""
    best = max(_likeness(n, got.get("name")) for n in _readings("name", want))
    if "name" in want.get("unrecoverable", ()):
        best = max(best, SAME_NAME)
    if best < SAME_NAME:
        return best
    return best + sum(2.0 for f in ("target_raw", "level2") if same(f, want[f], got.get(f)))


def _fund_likeness(want: Row, got: Row) -> float:
    kind = sum(points for f, points in (("source", 60.0), ("scope", 40.0)) if same(f, want[f], got.get(f)))
    label = _likeness(want["label_raw"], got.get("label_raw"))
    return max(kind, label) + 0.2 * label


def _matched(
    n: int, m: int, likeness: Callable[[int, int], float], least: float
) -> list[tuple[int | None, int | None]]:
    """The order-keeping pairing of 0..n-1 with 0..m-1 of the greatest sum; those without a partner stand
    where they belong.
    """
    alike = [[likeness(i, j) for j in range(m)] for i in range(n)]
    best = [[0.0] * (m + 1) for _ in range(n + 1)]
    for i in range(n - 1, -1, -1):
        for j in range(m - 1, -1, -1):
            take = alike[i][j] + best[i + 1][j + 1] if alike[i][j] >= least else -1.0
            best[i][j] = max(take, best[i + 1][j], best[i][j + 1])
    out: list[tuple[int | None, int | None]] = []
    i = j = 0
    while i < n and j < m:
        if alike[i][j] >= least and best[i][j] == alike[i][j] + best[i + 1][j + 1]:
            out.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            out.append((i, None))
            i += 1
        else:
            out.append((None, j))
            j += 1
    return out + [(k, None) for k in range(i, n)] + [(None, k) for k in range(j, m)]


# ---- fields
# --------------------------------------------------------------------------------------------------------


def _readings(field: str, want: Row) -> list[object]:
    return [want.get(field), *want.get(f"{field}_alt", ())]


def _right(field: str, want: Row, got: Row) -> bool:
    return field in want.get("unrecoverable", ()) or any(
        same(field, w, got.get(field)) for w in _readings(field, want)
    )


def _difference(form: int, row: str, field: str, want: Row, got: Row) -> list[Difference]:
    return [] if _right(field, want, got) else [Difference(form, row, field, want.get(field), got.get(field))]


def _differences(form: int, row: str, fields: Iterable[str], want: Row, got: Row) -> list[Difference]:
    return [d for f in fields if f in want for d in _difference(form, row, f, want, got)]


def _row_differences(
    form: int, row: str, key: str, fields: Iterable[str], want: Row | None, got: Row | None
) -> list[Difference]:
    if want is None or got is None:
        return [Difference(form, row, "row", want and want[key], got and got[key])]
    return _differences(form, row, fields, want, got)


def _value_differences(form: int, row: str, which: str, want: Row, got: Row) -> list[Difference]:
    """The value read from a cell; not judged where the text itself was not to be had."""
    gone = want.get("unrecoverable", ())
    if f"{which}_kind" not in want or f"{which}_raw" in gone or f"{which}_value" in gone:
        return []
    parts: tuple[Sequence[Row], Sequence[Row]] = (
        want.get(f"{which}_parts") or (),
        got.get(f"{which}_parts") or (),
    )
    out = _part_differences(
        form,
        row,
        which,
        {f: want.get(f"{which}_{f}") for f in PART_FIELDS},
        {f: got.get(f"{which}_{f}") for f in PART_FIELDS},
    )
    if want[f"{which}_kind"] != "compound":
        return out
    if len(parts[0]) != len(parts[1]):
        return [*out, Difference(form, row, f"{which}_parts", len(parts[0]), len(parts[1]))]
    for number, (a, b) in enumerate(zip(*parts, strict=True), 1):
        out += _part_differences(form, row, f"{which}_parts[{number}]", a, b)
    return out


def _part_differences(form: int, row: str, where: str, want: Row, got: Row) -> list[Difference]:
    free = {"comparator"} if want.get("kind") in WITHOUT_COMPARATOR else set()
    wrong = [f for f in PART_FIELDS if f not in free and not same(f, want.get(f), got.get(f))]
    return [Difference(form, row, f"{where}.{f}", want.get(f), got.get(f)) for f in wrong]
