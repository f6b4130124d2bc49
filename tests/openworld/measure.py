"""What a reader makes of drawn documents: rows right and wrong by stratum, and what its confidence is worth.

Comes in: drawn documents. Goes out: one `Record` for every indicator row that truth or the reader has, and
tables of them. A row is right if every field of `compare.ROW_FIELDS` is. Confidence is judged on the rows
that the reader gives, those made up among them; a row that it lost has none.
"""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, NamedTuple

from pipeline.app.document import parse_document
from tests.compare import FORM_FIELDS, FUND_FIELDS, Pair, Row, Rows, paired, rows_right, same
from tests.openworld.draw import Drawn, Stratum, documents

SURE = 0.95
BINS = 10  # of equal width, for the calibration error
ALPHA = 0.05  # of the one-sided bound
FAULTS = (
    IndexError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    ZeroDivisionError,
    RecursionError,
    AssertionError,
)
"""What a fault of the reader raises: it has read nothing then, and the table says so."""
NOTHING = SimpleNamespace(document={}, projects=[], funds=[], indicators=[])
KNOWN = "known"  # the word list of a document whose words are all known


class Record(NamedTuple):
    """One indicator row. `row` is what the reader gives, None where it lost the row; `in_truth` is False for
    one that it made up.
    """

    stratum: str
    layout: str
    words: str
    row: Row | None
    right: bool
    wrong: tuple[str, ...]
    in_truth: bool
    document: str

    @property
    def confidence(self) -> float:
        """What the reader says of the row; 0 for one that it lost."""
        return float((self.row or {}).get("confidence") or 0.0)


@dataclass(slots=True)
class Stats:
    """The rows of one stratum, and fund cells and head fields as (right, all)."""

    records: list[Record] = field(default_factory=list)
    funds: list[int] = field(default_factory=lambda: [0, 0])
    heads: list[int] = field(default_factory=lambda: [0, 0])
    documents: int = 0
    failed: list[str] = field(default_factory=list)  # documents at which the reader raised
    seconds: float = 0.0


def read(drawn: Drawn) -> tuple[list[Record], Stats]:
    """Every row of one document, and its own figures."""
    start = time.process_time()
    failed: list[str] = []
    found: Rows = NOTHING
    try:
        found = parse_document(drawn.data, drawn.name)
    except FAULTS as fault:
        failed.append(f"{drawn.name}: {fault!r}")
    stats = Stats(documents=1, failed=failed, seconds=time.process_time() - start)
    stats.records, pairs = records(drawn, found)
    for pair in pairs:
        if pair.truth is not None:
            _count(stats.heads, FORM_FIELDS, pair.truth, pair.got or {})
        for line, told in pair.funds:
            _count(stats.funds, FUND_FIELDS, line or {}, told or {}, always=line is None)
    return stats.records, stats


def records(drawn: Drawn, found: Rows) -> tuple[list[Record], list[Pair]]:
    """Every row of one document that was read, and its forms beside those of truth."""
    pairs = paired(drawn.truth, found)
    words = "+".join(drawn.words) or KNOWN
    sides = [sides for pair in pairs for sides in pair.indicators]
    told = [
        Record(
            str(drawn.stratum), drawn.stratum.layout, words, got, result.right, result.wrong, want is not None, drawn.name
        )
        for (want, got), result in zip(sides, rows_right(drawn.truth, found), strict=True)
    ]  # fmt: skip
    return told, pairs


def _count(tally: list[int], names: Sequence[str], want: Row, got: Row, *, always: bool = False) -> None:
    for name in names:
        if (name not in want and not always) or name in want.get("unrecoverable", ()):
            continue
        if want.get(name) is None and got.get(name) is None:
            continue
        readings = [want.get(name), *want.get(f"{name}_alt", ())]
        tally[0] += any(same(name, w, got.get(name)) for w in readings)
        tally[1] += 1


def rows(split: str, **drawing: Any) -> list[Record]:
    """The rows of documents of a set, for fitting or judging; `drawing` is what `documents` takes."""
    return [r for drawn in documents(split, **drawing) for r in read(drawn)[0]]


def measured(drawn: Iterable[Drawn]) -> list[tuple[Stratum, Stats]]:
    """Every document's stratum and figures."""
    return [(document.stratum, read(document)[1]) for document in drawn]


def grouped(told: Iterable[tuple[Stratum, Stats]], by: Callable[[Stratum], str] = str) -> dict[str, Stats]:
    """Figures by what `by` makes of a stratum, and of all together."""
    out: dict[str, Stats] = defaultdict(Stats)
    for stratum, one in told:
        for name in (by(stratum), "all"):
            stats = out[name]
            stats.records += one.records
            stats.documents += 1
            stats.failed += one.failed
            stats.seconds += one.seconds
            for mine, theirs in ((stats.funds, one.funds), (stats.heads, one.heads)):
                mine[0] += theirs[0]
                mine[1] += theirs[1]
    return {**{k: v for k, v in sorted(out.items()) if k != "all"}, "all": out["all"]}


# ---- figures
# ----------------------------------------------------------------------------------------------------


def brier(told: Sequence[tuple[float, bool]]) -> float:
    """Mean squared error of confidences; nan of nothing."""
    return sum((c - r) ** 2 for c, r in told) / len(told) if told else math.nan


def calibration_error(told: Sequence[tuple[float, bool]]) -> float:
    """Expected calibration error over `BINS` bins of equal width."""
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for c, r in told:
        bins[min(BINS - 1, int(c * BINS))].append((c, r))
    gaps = (abs(sum(c for c, _ in b) - sum(r for _, r in b)) for b in bins.values())
    return sum(gaps) / len(told) if told else math.nan


def ranking(told: Sequence[tuple[float, bool]]) -> float:
    """The area under the ROC curve: how often a right row has more confidence than a wrong one; ties count half."""
    right = sum(r for _, r in told)
    wrong = len(told) - right
    if not right or not wrong:
        return math.nan
    area = below = 0.0
    by_confidence: dict[float, list[int]] = defaultdict(lambda: [0, 0])
    for c, r in told:
        by_confidence[c][r] += 1
    for _, (bad, good) in sorted(by_confidence.items()):
        area += good * (below + bad / 2)
        below += bad
    return area / (right * wrong)


def lower_bound(right: int, of: int) -> float:
    """Clopper and Pearson's one-sided lower bound of a share at 95 %."""
    if right == 0:
        return 0.0
    low, high = 0.0, right / of
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (low, middle) if _tail(right, of, middle) > ALPHA else (middle, high)
    return low


def _tail(least: int, of: int, p: float) -> float:
    """The chance of at least that many hits."""
    if p <= 0:
        return 0.0
    logs = [
        math.lgamma(of + 1)
        - math.lgamma(k + 1)
        - math.lgamma(of - k + 1)
        + k * math.log(p)
        + (of - k) * math.log1p(-p)
        for k in range(least, of + 1)
        if p < 1 or k == of
    ]
    return sum(map(math.exp, logs)) if p < 1 else 1.0


@dataclass(frozen=True, slots=True)
class Summary:
    """The line of a table; shares are of 1, `nan` of nothing."""

    documents: int
    rows: int
    right: float
    made_up: int
    sure: float  # rows at `SURE` or above, of all that the reader gives
    sure_of_right: float  # right rows at `SURE` or above, of all right rows
    right_of_sure: float
    bound: float
    brier: float
    error: float
    auc: float
    funds: float
    heads: float
    wrong: Mapping[str, int]
    milliseconds: float  # CPU time a row


def summary(stats: Stats) -> Summary:
    """The figures of one stratum."""
    own = [r for r in stats.records if r.in_truth]
    given = [r for r in stats.records if r.row is not None]
    told = [(r.confidence, r.right) for r in given]
    sure = [r for r in given if r.confidence >= SURE]
    right, good = sum(r.right for r in own), sum(r.right for r in sure)
    wrong: dict[str, int] = defaultdict(int)
    for record in stats.records:
        for name in record.wrong:
            wrong[name] += 1
    return Summary(
        stats.documents, len(own), _share(right, len(own)), sum(not r.in_truth for r in stats.records), _share(len(sure), len(given)),
        _share(good, right), _share(good, len(sure)), lower_bound(good, len(sure)) if sure else math.nan, brier(told),
        calibration_error(told), ranking(told), _share(*stats.funds), _share(*stats.heads),
        dict(sorted(wrong.items(), key=lambda kv: -kv[1])[:4]), 1000 * stats.seconds / max(1, len(own)),
    )  # fmt: skip


def _share(part: int, whole: int) -> float:
    return part / whole if whole else math.nan


HEADINGS = (
    "docs", "rows", "right", "made up", "sure", "sure of right", "right of sure", "bound", "Brier", "ECE", "AUC", "funds", "heads",
    "ms/row",
)  # fmt: skip


def table(measured_: Mapping[str, Stats]) -> str:
    """One line a stratum; shares in percent."""
    return "\n".join(_lines(measured_))


def faults(measured_: Mapping[str, Stats]) -> str:
    """The documents at which the reader raised, with what."""
    return "\n".join(f"the reader failed at {text}" for text in measured_["all"].failed)


def _lines(measured_: Mapping[str, Stats]) -> Iterator[str]:
    width = max(map(len, measured_))
    yield f"{'':{width}} " + " ".join(f"{h:>{max(6, len(h))}}" for h in HEADINGS) + "  wrong fields"
    for name, stats in measured_.items():
        s = summary(stats)
        cells = [
            str(s.documents), str(s.rows), _percent(s.right), str(s.made_up), _percent(s.sure), _percent(s.sure_of_right),
            _percent(s.right_of_sure), _percent(s.bound), _figure(s.brier), _figure(s.error), _figure(s.auc), _percent(s.funds),
            _percent(s.heads), f"{s.milliseconds:.1f}",
        ]  # fmt: skip
        told = " ".join(f"{k}:{v}" for k, v in s.wrong.items())
        yield (
            f"{name:{width}} "
            + " ".join(f"{c:>{max(6, len(h))}}" for c, h in zip(cells, HEADINGS, strict=True))
            + f"  {told}"
        )


def _percent(share: float) -> str:
    return "–" if math.isnan(share) else f"{100 * share:.2f}"


def _figure(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.3f}"
