"""A form and its rows → the confidence of each, and the columns that are doubted.

Comes in: a form and the rows made of it, without confidence. Goes out: how probable it is that the form's
head and funds, each funding line and each indicator row are right, and for every row its `doubts`. A form
without indicators is never sure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from pipeline.confidence.form_features import form_features, fund_features
from pipeline.confidence.model import UNSURE, models
from pipeline.confidence.row_features import COLUMNS, Features, row_features
from pipeline.confidence.source import source_of
from pipeline.model.form import Form
from pipeline.model.rows import DoubtRow, FundRow, IndicatorRow, ProjectRow
from pipeline.model.standards import SURE

VOUCHED = frozenset({"cells", "unruled", "told"})
KNOWN, UNKNOWN = "known words", "unknown words"
TELLS_UNKNOWN = (
    "label_unknown:form>0",
    "label_unknown:form missing>0",
    "level_unsure:form unknown>0",
    "repaired:label_fuzzy",
)


@dataclass(frozen=True, slots=True)
class Judged:
    """Confidences by place: of the form, its funding lines, its indicators; the doubts of every indicator."""

    form: float
    funds: tuple[float, ...]
    rows: tuple[float, ...]
    doubts: tuple[list[DoubtRow], ...]


def judged(form: Form, project: ProjectRow, funds: Sequence[FundRow], rows: Sequence[IndicatorRow]) -> Judged:
    """How sure everything of one form is."""
    known = models()
    features = row_features(form, project, rows)
    strata = strata_of(form, features)
    wider = (*strata, source_of(form))  # forms are few
    of_rows = known["row"].among(features)
    # With unknown words whole documents are wrong, and those of one reader are too few to prove its own mark.
    in_all = strata[0].endswith(UNKNOWN)
    # What the reader of a source with cells vouches for counts, where it doubts a cell (a formula without its
    # value), and that of indicators told in sentences: too rare to be fitted, and never to be ignored.
    vouched = source_of(form) in VOUCHED
    whole = known["form"].chance(form_features(form, project, funds, rows), wider)
    return Judged(
        form=whole if rows else min(UNSURE, whole),
        funds=tuple(known["fund"].chance(f, wider) for f in fund_features(form, project, funds)),
        rows=tuple(
            min(of_rows.chance(f, strata, in_all=in_all), item.evidence.least_read if vouched else 1.0)
            for f, item in zip(features, form.indicators, strict=True)
        ),
        doubts=_doubts(features, strata),
    )


def strata_of(form: Form, features: Sequence[Features]) -> tuple[str, ...]:
    """The strata of a form's rows, the narrowest first: kind of source and reader, kind of source; each
    with unknown words or without.
    """
    source = source_of(form)
    words = UNKNOWN if any(name in f for f in features for name in TELLS_UNKNOWN) else KNOWN
    return f"{source}, {form.reader}, {words}", f"{source}, {words}"


def by_column(features: Features) -> dict[str, Features]:
    """For every column the features that speak of it: its own, and those of no single one."""
    own: dict[str | None, list[str]] = {}
    for f in features:
        own.setdefault(_column_of(f), []).append(f)
    shared = frozenset(own.get(None, ()))
    return {column: shared.union(own[column]) if column in own else shared for column in COLUMNS}


@cache
def _column_of(feature: str) -> str | None:
    """The one column that a feature speaks of."""
    told = feature.partition(":")[2].partition(".")[0]
    return told if told in COLUMNS else None


def _doubts(rows: Sequence[Features], strata: Sequence[str]) -> tuple[list[DoubtRow], ...]:
    """The doubts of every row; rows of a form are much alike, so that each case is judged once."""
    known: dict[tuple[str, Features], DoubtRow | None] = {}
    out: list[list[DoubtRow]] = []
    for features in rows:
        cases = list(by_column(features).items())
        known |= {case: _doubt(*case, strata) for case in cases if case not in known}
        out.append([doubt for case in cases if (doubt := known[case]) is not None])
    return tuple(out)


def _doubt(column: str, features: Features, strata: Sequence[str]) -> DoubtRow | None:
    """The doubt of a row's column, if there is one."""
    model = models()[column]
    chance = model.step(features, strata)
    if chance >= SURE:
        return None
    return {"column": column, "confidence": chance, "why": str(model.why(features))}
