"""`pipeline/confidence`: what speaks for and against a reading, and what the fitted numbers make of it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.app.document import understood
from pipeline.confidence import form_features, judge, model, row_features
from pipeline.confidence.model import ANY, UNSURE, Model, Stratum, models
from pipeline.confidence.row_features import COLUMNS
from pipeline.confidence.source import source_of
from pipeline.model.doubt_reasons import DoubtReason
from pipeline.model.form import Evidence, Form
from pipeline.model.rows import IndicatorRow
from pipeline.model.standards import SURE
from tests.fitting import reading
from tests.fitting.confidence import vetoed
from tests.fitting.numbers import (
    BOUND,
    FEWEST,
    boosted,
    corrected,
    design,
    fewest,
    logistic,
    mark,
    monotone,
)  # fmt: skip
from tests.fitting.reading import DAMAGES, Amount, Recipe, Told, drawn_by, recipes
from tests.forms import ROWS, document, form, with_row
from tests.openworld import documents
from tests.openworld.measure import lower_bound

STEPS = Stratum((-1.0, 0.0, 2.0), (0.2, 0.6, 0.99), mark=2.0)


def features(made: Form) -> list[frozenset[str]]:
    rows = document(made)
    return row_features.row_features(made, rows.projects[0], rows.indicators)


def test_a_score_below_above_and_at_its_mark() -> None:
    assert [STEPS.chance(s) for s in (-5.0, 0.5, 1.99, 2.0)] == [0.2, 0.6, 0.6, 0.99]
    assert replace(STEPS, mark=None).chance(3.0) == UNSURE < SURE
    assert replace(STEPS, mark=0.0).chance(0.5) == SURE


def test_the_narrowest_stratum_that_was_fitted_counts() -> None:
    one = Model(0.0, {"a:x": 3.0}, {ANY: replace(STEPS, mark=None), "cells": STEPS})
    assert one.chance(["a:x", "a:never met"], ["cells, html", "cells"]) == 0.99
    assert one.chance(["a:x"], ["picture"]) == UNSURE


def test_the_reason_is_what_weighs_most_against() -> None:
    weights = {"rival_reading:a": -1.0, "sums_open:b": -0.6, "sums_open:c": -0.6, "place:first": 2.0}
    one = Model(0.0, weights, {ANY: STEPS})
    assert one.why(weights) == DoubtReason.SUMS_OPEN
    assert one.why(["place:first"]) == DoubtReason.SOURCE


def test_the_fitted_table_is_whole() -> None:
    assert set(models()) == {"row", "form", "fund", *COLUMNS}
    reasons = {str(r) for r in DoubtReason}
    for one in models().values():
        assert {name.partition(":")[0] for name in one.weights} <= reasons
        assert ANY in one.strata
        assert one.strata[ANY].mark is None
        for s in one.strata.values():
            assert list(s.scores) == sorted(s.scores)
            assert list(s.chances) == sorted(s.chances)
            assert all(0 < p < 1 for p in s.chances)
    assert "fitted_on" in json.loads(model.TABLE.read_text(encoding="utf-8"))


CHANGED = [
    ("score over its weight", {"score": "99"}, "sums_open:score.over weight"),
    ("no target", {"target": None}, "contents_odd:target_raw.blank alone"),
    ("a level inside the name", {"name": "验收合格率数量指标"}, "contents_odd:name.level inside"),
    ("half a pair", {"name": "验收合格率（县级"}, "contents_odd:name.half a pair"),
    ("two measures in a name", {"name": "新建5座改建3座"}, "contents_odd:name.measures>1"),
    ("a result of another kind", {"actual": "良好"}, "contents_odd:actual_raw.of another kind"),
    ("a level that no list has", {"level2": "某种指标"}, "level_unsure:level2.odd"),
    ("a weight that spoils the sum", {"weight": "11"}, "sums_open:weight fails"),
]


@pytest.mark.parametrize(("cells", "feature"), [c[1:] for c in CHANGED], ids=[c[0] for c in CHANGED])
def test_what_is_odd_is_a_feature_of_its_row(cells: dict[str, str | None], feature: str) -> None:
    assert feature not in features(form())[1]
    assert feature in features(form(rows=with_row(1, **cells)))[1]


def test_two_levels_that_are_one_together_are_told_of() -> None:
    rows = (with_row(0, level2="数量")[0], with_row(1, level2="指标")[1], *ROWS[2:])
    told = ["level_unsure:level2.torn" in f for f in features(form(rows=rows))]
    assert told[:2] == [True, True]
    assert not any("level_unsure:level2.torn" in f for f in features(form()))


def test_a_form_whose_points_close_says_so_on_every_row() -> None:
    closing = {"sums_open:weight closes", "sums_open:score closes", "sums_open:level1_weight closes"}
    assert all("sums_open:weight closes" in f and "sums_open:score closes" in f for f in features(form()))
    assert closing - features(form())[0] <= {"sums_open:level1_weight closes"}


def test_evidence_becomes_steps() -> None:
    unsure = Evidence(margin=0.5, least_sure=0.9, unknown_labels=2, shifted=True)
    made = form()
    made = replace(made, indicators=tuple(replace(i, evidence=unsure) for i in made.indicators))
    wanted = {
        "rival_reading:margin<0.7", "column_unsure:row>0.05", "label_unknown:row>1", "row_shifted:shifted",
    }  # fmt: skip
    assert wanted <= features(made)[0]
    assert "rival_reading:margin<0.3" not in features(made)[0]
    assert judge.strata_of(made, features(made))[-1].endswith(judge.UNKNOWN)
    assert judge.strata_of(form(), features(form()))[-1].endswith(judge.KNOWN)


def test_kinds_of_source() -> None:
    told = {}
    for kind in ("grid", "html-page", "cells-bare", "glued-rows", "spaces-wrapped"):
        drawn = next(documents("fit", [kind], ["plain"]))
        told[kind] = source_of(understood(drawn.data, drawn.name).forms[0])
    assert told["html-page"] == "cells"
    assert told["grid"] == "loose"
    assert told["cells-bare"] == "lines"
    assert told["glued-rows"] == "glued, line a row"
    assert told["spaces-wrapped"] == "wrapped"


def test_a_form_without_indicators_is_never_sure() -> None:
    made = form(rows=())
    rows = document(made)
    judged = judge.judged(made, rows.projects[0], rows.funds, [])
    assert judged.form < SURE
    assert "column_missing:no indicators" in form_features.form_features(
        made, rows.projects[0], rows.funds, []
    )


def test_doubts_are_columns_below_the_mark_with_their_reasons() -> None:
    made = form()
    rows = document(made)
    items: list[IndicatorRow] = rows.indicators
    judged = judge.judged(made, rows.projects[0], rows.funds, items)
    assert len(judged.rows) == len(judged.doubts) == len(ROWS)
    for doubts in judged.doubts:
        assert {d["column"] for d in doubts} <= set(COLUMNS)
        assert all(d["confidence"] < SURE and d["why"] in set(DoubtReason) for d in doubts)


def test_features_of_one_column() -> None:
    own = frozenset({"contents_odd:name.length>4", "contents_odd:weight.zero", "contents_odd:cost>0.5"})
    assert judge.by_column(own)["name"] == {"contents_odd:name.length>4", "contents_odd:cost>0.5"}


# ---- fitting
# -------------------------------------------------------------------------


def test_a_logistic_fit_finds_the_odds() -> None:
    rows = [frozenset({"a"})] * 1000 + [frozenset[str]()] * 1000
    y = np.array([1.0] * 900 + [0.0] * 100 + [1.0] * 500 + [0.0] * 500)
    base, weight = logistic(design(rows, ["a"]), y, ridge=1e-6)
    assert base == pytest.approx(0.0, abs=0.01)
    assert weight == pytest.approx(np.log(9), abs=0.01)


def test_monotone_steps_rise_and_count_what_is_there() -> None:
    scores = np.arange(100.0)
    y = np.array([0.0] * 40 + [1.0, 0.0] * 10 + [1.0] * 40)
    steps = monotone(scores, y)
    assert [p for _, p in steps] == sorted(p for _, p in steps)
    assert steps[0][0] == 0.0
    assert len(steps) <= len(scores) / FEWEST + 1


def test_the_mark_is_the_lowest_score_that_the_bound_allows() -> None:
    assert fewest(0) == 598
    assert lower_bound(598, 598) >= BOUND > lower_bound(597, 597)
    scores = np.repeat([2.0, 1.0, 0.0], 600)
    one = np.zeros(len(scores), dtype=np.int64)
    y = np.repeat([1.0, 1.0, 0.0], 600)
    assert mark(scores, y, one) == 1.0
    assert mark(scores, y, one, start=1.5) == 2.0
    assert mark(scores[:500], y[:500], one[:500]) is None
    assert mark(scores[:500], y[:500], one[:500], bound=False) == 2.0
    assert mark(scores[:100], y[:100], one[:100], bound=False) is None


def test_no_group_above_the_mark_has_more_wrong_rows_than_the_goal_allows() -> None:
    scores = np.repeat([3.0, 2.0, 1.0], [3000, 100, 2000])
    y = np.ones(len(scores))
    y[3000:3004] = 0.0
    one = np.zeros(len(scores), dtype=np.int64)
    apart = (scores < 3.0).astype(np.int64)
    assert mark(scores, y, one) == 1.0
    assert mark(scores[:4000], y[:4000], apart[:4000]) == 1.0  # 4 of 1,000
    assert mark(scores[:3300], y[:3300], apart[:3300]) == 3.0  # 4 of 300
    assert mark(scores[:3300], y[:3300], one[:3300]) == 1.0


def test_trees_find_what_features_mean_together() -> None:
    kinds = [frozenset[str](), frozenset({"a"}), frozenset({"b"}), frozenset({"a", "b"})]
    rows = kinds * 200
    y = np.array([float(len(row) < 2) for row in rows])
    x = design(rows, ["a", "b"])
    flat = np.zeros(len(rows))
    trees = boosted(x[:, 1:], y, flat, ["a", "b"])
    told = corrected(np.zeros(len(kinds)), trees, kinds)
    assert (told > 1).tolist() == [True, True, True, False]


def test_a_score_is_the_sum_of_weights_and_trees() -> None:
    told = {"base": 1.0, "weights": {"a": 0.5}, "trees": [["a", -1.0, ["b", 0.25, 4.0]]], "strata": {}}
    one = model.model_of(told)
    assert [one.score(f) for f in ([], ["a"], ["a", "b"])] == [0.0, 1.75, 5.5]


def test_a_wrong_row_of_a_sample_raises_the_mark_that_calls_it_sure() -> None:
    strata = {ANY: {"mark": None, "steps": [[0.0, 0.9]]}, "cells": {"mark": 1.0, "steps": [[0.0, 0.9]]}}
    told = {"base": 0.0, "weights": {"a": 2.0}, "strata": strata}
    row = Told("row", "grid", "plain", "", (), "", ("cells",), frozenset({"a"}), 0.0, right=False)
    assert vetoed(told, [row._replace(right=True), row._replace(features=frozenset())]) == []
    assert len(vetoed(told, [row, row])) == 1
    assert model.model_of(told).chance(["a"], ["cells"]) < SURE


def test_every_recipe_draws_a_document_of_its_kind() -> None:
    amount = Amount(each=1, plain=1, damaged=1)
    todo = [
        r for r in recipes("fit", amount, ["grid", "ofd", "html-saved"]) if r.mutation in ("plain", *DAMAGES)
    ]
    drawn = [drawn_by(recipe) for recipe in todo]
    assert len(todo) == 3 + len(DAMAGES)
    assert [d.stratum.kind for d in drawn if d is not None] == [r.kind for r in todo]
    assert len({d.data for d in drawn if d is not None}) == len(todo)
    assert drawn_by(todo[0]) == drawn[0]


def test_what_was_read_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "KEPT", tmp_path)
    recipe = Recipe("fit", "grid", "plain", 0, 0)
    first = reading.read_one("program", recipe)
    assert len(list(tmp_path.iterdir())) == 1
    monkeypatch.setattr(reading, "understood", None)  # must not be asked again
    assert reading.read_one("program", recipe) == first
    assert first is not None
    assert {t.what for t in first.told} == {"row", "form", "fund"}
    assert first.rows == sum(t.what == "row" for t in first.told)
