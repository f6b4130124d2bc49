"""A form's rows with the evidence for their reading → what tells a right row from a wrong one.

Comes in: a form, its row and the rows of its indicators. Goes out: for every indicator row its features,
each 1 where it holds. A feature's name is `reason:what`, where `reason` is a `DoubtReason`; one that speaks
of a single column is `reason:column.what`. What each is worth is fitted, so the edges below only cut scales
into steps; nothing is refused.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby, pairwise

from normalizers.levels import LEVEL1, LEVEL2_ORDER, LEVEL_LABELS, read_level
from normalizers.symbols import fold
from normalizers.units import CLASSIFIERS
from pipeline.confidence.source import source_of
from pipeline.model.flags import Flag
from pipeline.model.form import Evidence, Form
from pipeline.model.roles import Role
from pipeline.model.rows import IndicatorRow, ProjectRow
from pipeline.model.standards import FULL_MARKS
from pipeline.words.values import either, one_of, pairs_of, word, words

Features = frozenset[str]
COLUMNS: Mapping[str, Role] = {
    "level1": Role.LEVEL1, "level2": Role.LEVEL2, "name": Role.NAME, "target_raw": Role.TARGET,
    "actual_raw": Role.ACTUAL, "weight": Role.WEIGHT, "score": Role.SCORE, "deviation_reason": Role.REASON,
}  # fmt: skip
"""The columns that make a row right, and the role that fills each."""
VALUES = ("target", "actual")
MARGINS = (0.3, 0.7, 1.5, 3.0, 6.0)
UNSURE = (0.001, 0.01, 0.05, 0.2, 0.5)
READ = (0.005, 0.02, 0.05, 0.1, 0.2, 0.4)
COSTS = (0.5, 1.0, 2.0, 3.0, 5.0, 8.0)
LENGTHS = (2, 4, 12, 20, 30, 50)
COUNTS = (0, 1, 2)
SHARES = (0.0, 0.1, 0.25, 0.5)
GAPS = (0, 1, 3)  # lines
POINTS = (10.0, 20.0, 30.0)
CLOSES = 0.01  # points: sums that differ by less are equal
FEW = 4  # rows from which on shares of them tell
USUAL, UNUSUAL = 0.75, 0.25  # shares of a block's rows that fill a column
_UNITS = either(sorted(CLASSIFIERS, key=len, reverse=True))
_MEASURE = re.compile(rf"\d(?:{_UNITS}|%)|[≥≤]")
_FIGURE = re.compile(r"\d+(?:\.\d+)?")
_LEVEL = re.compile(either(sorted({*LEVEL1, *LEVEL2_ORDER}, key=len, reverse=True)))
_NO_START, _NO_END = (
    re.compile(one_of(word("sentence", "no_start"))),
    re.compile(one_of(word("sentence", "no_end")) + "$"),
)
_KNOWN_LEVELS = frozenset(LEVEL_LABELS)
_UNIT_FIRST = re.compile(rf"(?:{_UNITS})$|(?:%|{either(words('points', 'unit'))})")
_NAME_ENDS = words("name", "ends")
_CUT_OFF = frozenset("/~-、(≥≤><=")
_BEHIND_ORDINAL = re.compile(r"\d{1,2}[、.:)]\d")  # 1.4类以上水体: an ordinal, or not?
_PAIRS = pairs_of("sentence", "pairs")


def row_features(form: Form, project: ProjectRow, rows: Sequence[IndicatorRow]) -> list[Features]:
    """The features of every row; `rows` are those of the form's indicators, in their order."""
    shared = frozenset(_of_form(form, project, rows))
    own = [
        frozenset({*_evidence(item.evidence), *_contents(row), *_levels(row), *_place(rows, k)})
        for k, (item, row) in enumerate(zip(form.indicators, rows, strict=True))
    ]
    filled = _filled(rows)
    block = [frozenset(_beside_block(row, project, filled, len(rows))) for row in rows]
    sums = _sums(project, rows)
    near = [frozenset((*_near(form, k), *left)) for k, left in enumerate(_left_over(form))]
    gaps, torn = _gaps(rows), _torn(rows)
    return [shared.union(*parts) for parts in zip(own, block, sums, near, gaps, torn, strict=True)]


def steps(name: str, value: float, edges: Sequence[float]) -> Iterator[str]:
    """One feature for every edge that a value is above."""
    return (f"{name}>{edge:g}" for edge in edges if value > edge)


def _below(name: str, value: float, edges: Sequence[float]) -> Iterator[str]:
    return (f"{name}<{edge:g}" for edge in edges if value < edge)


# ---- the form as a whole
# ----------------------------------------------------------------------------------------------------


def source_of_form(form: Form, project: ProjectRow) -> Iterator[str]:
    """What kind of source, reader and form it is, and what was repaired of it."""
    yield f"source:{source_of(form)}"
    yield f"source:reader {form.reader}"
    yield f"source:{project['form_type']}"
    yield from (f"repaired:form {flag}" for flag in form.flags)


def _of_form(form: Form, project: ProjectRow, rows: Sequence[IndicatorRow]) -> Iterator[str]:
    items = form.indicators
    n = len(items)
    yield from source_of_form(form, project)
    yield from _below("source:rows", n, (2, 4, 8))
    announced = set(project["indicator_columns"])
    yield from (f"column_missing:{c}" for c, role in COLUMNS.items() if role.value not in announced)
    if "target" in project["form_type"]:
        results = (c for c in ("actual_raw", "score") if COLUMNS[c].value in announced)
        yield from (f"column_unsure:{c} of a target form" for c in results)
    if "self" in project["form_type"]:
        yield from (
            f"column_missing:{c} of results"
            for c in ("actual_raw", "score")
            if COLUMNS[c].value not in announced
        )
    if n:
        evidence = [i.evidence for i in items]
        yield from steps("column_unsure:form", 1 - min(e.least_sure for e in evidence), UNSURE)
        yield from steps("label_unknown:form", max(e.unknown_labels for e in evidence), COUNTS)
        yield from steps("label_unknown:form missing", max(e.missing_labels for e in evidence), COUNTS)
        yield from steps("contents_odd:form", sum(e.cost for e in evidence) / n, COSTS)
        yield from steps("contents_odd:form oddest", sum(e.oddest > COSTS[3] for e in evidence) / n, SHARES)
        yield from steps("row_shifted:form", sum(e.shifted for e in evidence) / n, SHARES)
        yield from steps("rival_reading:form", sum(e.margin < MARGINS[2] for e in evidence) / n, SHARES)
        yield from steps("level_unsure:form unknown", sum(e.levels_unknown > 0 for e in evidence) / n, SHARES)
        yield from steps(
            "level_unsure:form inferred", sum(e.levels_inferred > 0 for e in evidence) / n, SHARES
        )
        yield from steps("contents_odd:form unlike", sum(e.blank > 0 for e in evidence) / n, SHARES)
        yield from steps(
            "level_unsure:form without level1", sum(r["level1"] is None for r in rows) / n, SHARES
        )
        yield from steps("contents_odd:form nameless", sum(r["name"] is None for r in rows) / n, SHARES)
        yield from steps("cut_guessed:form", sum(Flag.CUT_GUESSED in r["flags"] for r in rows) / n, SHARES)
        yield from _alike(rows)
        bare = sum(r["target_kind"] == "number" and r["target_unit"] is None for r in rows) / n
        yield from steps("contents_odd:form without units", bare, SHARES)
        words_of = [t for r in rows if (t := r["target_kind"])]
        yield from steps(
            "contents_odd:form wordy", words_of.count("text") / max(1, len(words_of)), (0.25, 0.5, 0.75)
        )
        yield from steps("level_unsure:form breaks", _breaks(rows), COUNTS)
        names = Counter(r["name"] for r in rows if r["name"])
        yield from steps("contents_odd:form twice", sum(k - 1 for k in names.values()), COUNTS)
    yield from _funds(project)
    left = Counter(u.why for u in form.unread)
    yield from (name for why, k in left.items() for name in steps(f"column_missing:unread {why}", k, COUNTS))


def _alike(rows: Sequence[IndicatorRow]) -> Iterator[str]:
    """Do the texts of a column begin or end alike? Then they may hold what another column says (是, 否)."""
    for column, texts in (
        ("name", [r["name"] for r in rows if r["name"]]),
        ("actual_raw", [r["actual_raw"] for r in rows if r["actual_raw"]]),
    ):
        if len(texts) >= FEW:
            for where, at in (("begin", 0), ("end", -1)):
                share = 1 - len({t[at] for t in texts}) / len(texts)
                yield from steps(f"contents_odd:{column}.{where} alike", share, (0.25, 0.5, 0.75))


def _breaks(rows: Sequence[IndicatorRow]) -> int:
    """How often a first level comes back after another one, or a second level stands before its turn."""
    firsts = [r["level1"] for k, r in enumerate(rows) if not k or r["level1"] != rows[k - 1]["level1"]]
    known = [(r["level1"], LEVEL2_ORDER.index(r["level2"])) for r in rows if r["level2"] in LEVEL2_ORDER]
    back = sum(a[0] == b[0] and b[1] < a[1] for a, b in pairwise(known))
    return len(firsts) - len(set(firsts)) + back


def _funds(project: ProjectRow) -> Iterator[str]:
    """Does the rate of execution say what the amounts say?"""
    told, is_ = project["execution_rate_reported_pct"], project["execution_rate_pct"]
    if told is not None and is_ is not None:
        yield f"sums_open:rate {'closes' if abs(told - is_) < 1 else 'fails'}"
    if project["annual_budget"] is None:
        yield "sums_open:no budget"


# ---- evidence of the reading
# ----------------------------------------------------------------------------------------------------


def _evidence(e: Evidence) -> Iterator[str]:
    yield from _below("rival_reading:margin", e.margin, MARGINS)
    yield from _below("rival_reading:level margin", e.level_margin, MARGINS)
    yield from steps("contents_odd:cost", e.cost, COSTS)
    yield from steps("contents_odd:oddest", e.oddest, COSTS)
    yield from steps("column_unsure:row", 1 - e.least_sure, UNSURE)
    yield from steps("label_unknown:row", e.unknown_labels, COUNTS)
    yield from steps("label_unknown:row missing", e.missing_labels, COUNTS)
    yield from steps("level_unsure:inferred", e.levels_inferred, COUNTS)
    yield from steps("level_unsure:unknown", e.levels_unknown, COUNTS)
    yield from steps("contents_odd:blank", e.blank, COUNTS)
    yield from steps(f"{'badly_recognised' if e.recognised else 'cut_guessed'}:read", 1 - e.least_read, READ)
    for name in ("shifted", "joined", "loose", "wrapped", "pieces_left"):
        if getattr(e, name):
            yield f"row_shifted:{name}"


def _near(form: Form, k: int) -> Iterator[str]:
    """What is odd with the rows before and after: a cell too few here is one too many there."""
    for way, at in (("before", k - 1), ("after", k + 1)):
        if 0 <= at < len(form.indicators):
            e = form.indicators[at].evidence
            yield from steps(f"contents_odd:{way}", e.oddest, COSTS[2:])
            yield from _below(f"rival_reading:{way}", e.margin, MARGINS[:3])
            if e.blank:
                yield f"contents_odd:{way} blank"
            if e.shifted or e.joined:
                yield f"row_shifted:{way}"


def _left_over(form: Form) -> Iterator[tuple[str, ...]]:
    """For every row why texts beside its cells, or in the row below, are in no column."""
    whys: dict[tuple[int | None, int], set[str]] = {}
    for u in form.unread:
        for c in u.cells:
            whys.setdefault((c.page, c.row), set()).add(f"column_missing:beside {u.why}")
    for item in form.indicators:
        places = {(c.page, c.row + k) for c in item.cells for k in range(c.row_span + 1)}
        yield tuple({name for place in places for name in whys.get(place, ())})


def _gaps(rows: Sequence[IndicatorRow]) -> list[Features]:
    """Are more lines of a text between a row and the next than usual? They may hold what the row lost."""
    gaps = [
        b["line_start"] - a["line_end"] if a["line_end"] is not None and b["line_start"] is not None else 0
        for a, b in pairwise(rows)
    ]
    usual = sorted(gaps)[len(gaps) // 2] if gaps else 0
    told = [frozenset(steps("row_shifted:lines behind", gap - usual, GAPS)) for gap in gaps]
    return [*told, frozenset[str]()][: len(rows)]


def _torn(rows: Sequence[IndicatorRow]) -> list[Features]:
    """Are the level of a row and that of the next, which is another, one known level together?"""
    out: list[set[str]] = [set() for _ in rows]
    for level in ("level1", "level2"):
        labels = [str(row["level1_raw" if level == "level1" else "level2_raw"] or "") for row in rows]
        runs = [list(run) for _, run in groupby(range(len(rows)), key=labels.__getitem__)]
        for first, second in pairwise(runs):
            a, b = labels[first[0]], labels[second[0]]
            if a and b and fold(a + b) in _KNOWN_LEVELS:
                for k in (*first, *second):
                    out[k].add(f"level_unsure:{level}.torn")
    return [frozenset(own) for own in out]


def _place(rows: Sequence[IndicatorRow], k: int) -> Iterator[str]:
    if k == 0:
        yield "place:first"
    elif rows[k - 1]["page"] != rows[k]["page"]:
        yield "place:first of page"
    if k == len(rows) - 1:
        yield "place:last"
    elif rows[k + 1]["page"] != rows[k]["page"]:
        yield "place:last of page"
    yield from (f"repaired:{flag}" for flag in rows[k]["flags"])


# ---- what stands in the cells
# ----------------------------------------------------------------------------------------------------


def _contents(row: IndicatorRow) -> Iterator[str]:
    if row["is_placeholder"]:
        yield "contents_odd:placeholder"
    if row["name"] is None:
        yield "contents_odd:name.none"
    elif row["ordinal"] is None and _BEHIND_ORDINAL.match(fold(row["name"])):
        yield "contents_odd:name.figure behind an ordinal"
    for column, text in (
        ("name", row["name_raw"]),
        ("target_raw", row["target_raw"]),
        ("actual_raw", row["actual_raw"]),
        ("deviation_reason", row["deviation_reason"]),
    ):
        if text is not None:
            yield from _text(column, text)
    for p in VALUES:
        yield from _value(p, row)
    yield from _both(row)
    yield from _points(row)
    reason = row["deviation_reason"]
    if reason is not None and row["score"] is not None and row["score"] == row["weight"]:
        yield "contents_odd:deviation_reason.idle"


@lru_cache(maxsize=65536)
def _text(column: str, text: str) -> Features:
    """What a free text should not be: bounded by a mark, half a pair, full of other columns' texts."""
    key = fold(text)
    here = f"contents_odd:{column}."
    found = read_level(text, 2)
    told = {
        "starts with a mark": _NO_START.match(key),
        "ends with a mark": _NO_END.search(key),
        "half a pair": any(key.count(a) != key.count(b) for a, b in _PAIRS),
        "starts with a unit": _UNIT_FIRST.match(key),
        "level inside": _LEVEL.search(key),
        "ends with a digit": key[-1:].isdigit(),
        "starts with a digit": key[:1].isdigit(),
        "ends as names do": key.endswith(_NAME_ENDS),
        "cut off": key[-1:] in _CUT_OFF,
        "space inside": any(c.isspace() for c in text.strip()),
        "bare figure": _FIGURE.fullmatch(key),
        "is a level": found is not None and found.known,
    }
    return frozenset(
        {
            *(here + name for name, holds in told.items() if holds),
            *steps(f"{here}length", len(key), LENGTHS),
            *steps(f"{here}measures", len(_MEASURE.findall(key)), COUNTS),
        }
    )


def _value(p: str, row: IndicatorRow) -> Iterator[str]:
    kind = row["target_kind"] if p == "target" else row["actual_kind"]
    parts = row["target_parts"] if p == "target" else row["actual_parts"]
    comparator = row["target_comparator"] if p == "target" else row["actual_comparator"]
    unit = row["target_unit"] if p == "target" else row["actual_unit"]
    here = f"contents_odd:{p}_raw."
    yield f"{here}{kind or 'none'}"
    yield from steps(f"{here}parts", len(parts), (1, 2))
    if comparator in (">=", "<=", ">", "<"):
        yield f"{here}signed"
    if kind == "number" and unit is None:
        yield f"{here}no unit"
    if any(part["label"] for part in parts):
        yield f"{here}labelled"


def _both(row: IndicatorRow) -> Iterator[str]:
    """Target and actual value beside each other."""
    one, two = row["target_kind"], row["actual_kind"]
    if one is None or two is None:
        return
    here = "contents_odd:actual_raw."
    if row["target_raw"] == row["actual_raw"]:
        yield f"{here}as target"
    elif one != two:
        yield f"{here}of another kind"
    elif row["target_unit"] != row["actual_unit"]:
        yield f"{here}of another unit"
    done = row["attainment_pct"]
    if done is not None and not 50 <= done <= 200:
        yield f"{here}far off"
    signs = (">=", "<=", ">", "<")
    if row["actual_comparator"] in signs and row["target_comparator"] not in signs:
        yield f"{here}signed alone"


def _points(row: IndicatorRow) -> Iterator[str]:
    weight, score = row["weight"], row["score"]
    if weight is not None:
        yield from steps("contents_odd:weight.over", weight, POINTS)
        if weight == 0:
            yield "contents_odd:weight.zero"
        if weight % 0.5:
            yield "contents_odd:weight.uneven"
    if score is not None:
        if score == 0:
            yield "contents_odd:score.zero"
        if weight is None:
            yield "contents_odd:score.alone"
        elif score > weight:
            yield "sums_open:score.over weight"
        elif score == weight:
            yield "contents_odd:score.full"
        elif score < weight / 2:
            yield "contents_odd:score.low"


def _levels(row: IndicatorRow) -> Iterator[str]:
    one, two = row["level1"], row["level2"]
    if one is None:
        yield "level_unsure:level1.none"
    elif one not in LEVEL1:
        yield "level_unsure:level1.odd"
    if two is None:
        yield "level_unsure:level2.none"
    elif two not in LEVEL2_ORDER:
        yield "level_unsure:level2.odd"
    if row["level1_raw"] is None and one is not None:
        yield "level_unsure:level1.not printed"
    if row["level2_raw"] is None and two is not None:
        yield "level_unsure:level2.not printed"
    for column, text in (("level1", row["level1_raw"]), ("level2", row["level2_raw"])):
        if text is not None:
            yield from steps(f"level_unsure:{column}.length", len(text), (6, 9, 14))
            yield from _below(f"level_unsure:{column}.length", len(text), (3, 4))


def _filled(rows: Sequence[IndicatorRow]) -> Mapping[str, float]:
    """The share of the rows that fill each column."""
    values: Sequence[Mapping[str, object]] = rows
    return {c: sum(r[c] is not None for r in values) / max(1, len(rows)) for c in COLUMNS}


def _beside_block(
    row: Mapping[str, object], project: ProjectRow, filled: Mapping[str, float], n: int
) -> Iterator[str]:
    """A cell that is blank where the others are filled, or filled where they are blank."""
    for column, role in COLUMNS.items():
        if row[column] is None:
            if role.value in project["indicator_columns"]:
                yield f"contents_odd:{column}.blank"
            if filled[column] >= USUAL:
                yield f"contents_odd:{column}.blank alone"
        elif filled[column] <= UNUSUAL and n >= FEW:
            yield f"contents_odd:{column}.filled alone"


# ---- sums
# ----------------------------------------------------------------------------------------------------


def sums_of_form(project: ProjectRow, rows: Sequence[IndicatorRow]) -> Iterator[str]:
    """Do the points of all rows close on the form's total?"""
    for column, of_form, budget in (
        ("weight", project["total_weight"], project["budget_weight"]),
        ("score", project["total_score"], project["budget_score"]),
    ):
        points = [r["weight"] if column == "weight" else r["score"] for r in rows if r["horizon"] == "annual"]
        whole = of_form if of_form is not None or column == "score" else FULL_MARKS
        printed = ", not printed" if of_form is None else ""
        yield f"sums_open:{column} {_closes(points, whole, budget or 0.0)}{printed}"


def _sums(project: ProjectRow, rows: Sequence[IndicatorRow]) -> list[Features]:
    """Do the points close: all of them on the total, those of a level on what its label says?"""
    shared = frozenset(sums_of_form(project, rows))
    own: list[set[str]] = [set(shared) for _ in rows]
    for names in (
        ("level1_weight", "level1_raw"),
        ("level1_weight", "level1_raw", "level2_weight", "level2_raw"),
    ):
        groups: dict[tuple[object, ...], list[int]] = {}
        for k, row in enumerate(rows):
            values: Mapping[str, object] = row
            groups.setdefault(tuple(values[name] for name in names), []).append(k)
        level = names[-1].removesuffix("_raw")
        for members in groups.values():
            printed = rows[members[0]]["level1_weight" if level == "level1" else "level2_weight"]
            word = _closes([rows[k]["weight"] for k in members], printed, 0.0)
            for k in members:
                own[k].add(f"sums_open:{level} {word}")
    return [frozenset(mine) for mine in own]


def _closes(points: Sequence[float | None], whole: float | None, more: float) -> str:
    known = [p for p in points if p is not None]
    if whole is None or not known:
        return "untold"
    total = math.fsum(known)
    if min(abs(total - whole), abs(total + more - whole)) < CLOSES:
        return "closes"
    return "fails" if len(known) == len(points) else "lacks"
