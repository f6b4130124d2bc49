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
from pipeline.model.form import Form, Indicator
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
    whole = known["form"].chance(form_features(form, project, funds), wider)
    return Judged(
        form=whole if rows else min(UNSURE, whole),
        funds=tuple(known["fund"].chance(f, wider) for f in fund_features(form, project, funds)),
        rows=tuple(
            min(known["row"].chance(f, strata), _vouched(form, item))
            for f, item in zip(features, form.indicators, strict=True)
        ),
        doubts=tuple(_doubts(f, strata) for f in features),
    )


def _vouched(form: Form, item: Indicator) -> float:
    """What the reader of a source with cells vouches for, where it doubts one (a formula without its value),
    or of indicators told in sentences: too rare to be fitted, and never to be ignored.
    """
    return item.evidence.least_read if source_of(form) in VOUCHED else 1.0


def strata_of(form: Form, features: Sequence[Features]) -> tuple[str, ...]:
    """The strata of a form's rows, the narrowest first: kind of source and reader, kind of source; each
    with unknown words or without.
    """
    source = source_of(form)
    words = UNKNOWN if any(name in f for f in features for name in TELLS_UNKNOWN) else KNOWN
    return f"{source}, {form.reader}, {words}", f"{source}, {words}"


def of_column(column: str, features: Features) -> Features:
    """The features that speak of one column: its own, and those of no single one."""
    return frozenset(f for f in features if _column_of(f) in (column, None))


@cache
def _column_of(feature: str) -> str | None:
    """The one column that a feature speaks of."""
    told = feature.partition(":")[2].partition(".")[0]
    return told if told in COLUMNS else None


def _doubts(features: Features, strata: Sequence[str]) -> list[DoubtRow]:
    out: list[DoubtRow] = []
    for column in COLUMNS:
        model = models()[column]
        own = of_column(column, features)
        chance = model.step(own, strata)
        if chance < SURE:
            out.append({"column": column, "confidence": chance, "why": str(model.why(own))})
    return out
