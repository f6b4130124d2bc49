"""The open test's generator: its sets share nothing, the reader knows none of its words, and its truth says
what is printed.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest

import normalizers
from normalizers.levels import read_level
from normalizers.symbols import fold
from pipeline import words as reader_words
from tests.compare import bare
from tests.openworld import KINDS, MUTATIONS, SPLITS, Drawn, documents, measure
from tests.openworld.contents import SECTORS
from tests.openworld.layouts import layouts, order
from tests.openworld.mutations import FOREIGN, ROLES
from tests.openworld.words import words

LEAST = 24  # words a role, in the three sets together
QUICK = ("grid", "html-page", "cells-bare", "glued", "xlsx")
ELSEWHERE = frozenset(  # words of another test of unknown words
    {"全年应达数", "年末兑现情况", "权值", "评定分数", "考核大项", "考核子项", "考核要点", "差异原由及对策"}
)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


def test_no_list_of_the_reader_has_a_word() -> None:
    folders = [Path(package.__file__ or "").parent for package in (reader_words, normalizers)]
    files = [p for folder in folders for p in folder.glob("*.toml")]
    known = {fold(w) for p in files for w in _strings(tomllib.loads(p.read_text(encoding="utf-8")))}
    assert len(known) > 1000
    known |= {fold(w) for w in ELSEWHERE}
    own = {fold(w) for split in SPLITS for listed in words(split).values() for w in listed}
    assert own & known == set()
    assert {re.sub(r"\(.*?\)", "", w) for w in own} & known == set()


def test_the_normalizers_know_no_level_label() -> None:
    for split in SPLITS:
        for key, listed in words(split).items():
            if key.startswith("level"):
                assert [
                    w for w in listed for level in (1, 2) if getattr(read_level(w, level), "known", True)
                ] == []


def test_sets_share_no_word_order_or_sector() -> None:
    for a, b in combinations(SPLITS, 2):
        mine, theirs = ({fold(w) for listed in words(s).values() for w in listed} for s in (a, b))
        assert mine & theirs == set()
        assert {order(x) for x in layouts(a).values()} & {order(x) for x in layouts(b).values()} == set()
        assert set(SECTORS[a]) & set(SECTORS[b]) == set()
        assert set(layouts(a)) & set(layouts(b)) == set()


def test_every_role_has_words_in_every_set() -> None:
    assert {k for s in SPLITS for k in words(s)} == set(words("judge"))
    for key in words("judge"):
        section, _, name = key.partition(".")
        count = sum(len(words(s)[key]) for s in SPLITS)
        assert count >= (LEAST if section not in ("foreign", "level1", "level2") else 9), key
        assert min(len(words(s)[key]) for s in SPLITS) >= 3, name
    assert {f"column.{r}" for r in ROLES} | {f"foreign.{f}" for f in FOREIGN} <= set(words("judge"))


@pytest.mark.parametrize("kind", KINDS)
def test_equal_arguments_draw_equal_documents(kind: str) -> None:
    chosen = ("plain", "unknown:target")
    first, again = (list(documents("fit", [kind], chosen)) for _ in range(2))
    assert first == again
    assert first[0].data != next(documents("fit", [kind], ["plain"], seed=1)).data


def _grid(split: str) -> list[Drawn]:
    return list(documents(split, ["grid"]))


@pytest.mark.parametrize("split", SPLITS)
def test_a_mutation_shows_and_the_truth_stands_in_the_text(split: str) -> None:
    drawn = _grid(split)
    assert {d.stratum.mutation for d in drawn} == set(MUTATIONS)
    for document in drawn:
        text = bare(_decoded(document.data)) or ""
        unbroken = text if document.stratum.mutation != "header-torn" else "".join(document.words)
        assert all((bare(w) or "") in unbroken for w in document.words)
        allowed = {w for listed in words(split).values() for w in listed}
        assert set(document.words) <= allowed
        for row in (r for form in document.truth["projects"] for r in form["indicators"]):
            assert (bare(row["name"]) or "") in text
            assert (bare(row["level2_raw"]) or "") in text
            assert not any(key.startswith("foreign") for key in row)


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise AssertionError(data[:20])


def test_plain_documents_are_read_and_measured() -> None:
    told = measure.measured(
        documents("fit", QUICK[:2], ["plain"], n=2, only=["ningxia_self", "central_self"])
    )
    figures = measure.summary(measure.grouped(told)["all"])
    assert figures.rows > 0
    assert figures.right == 1.0
    assert len(measure.table(measure.grouped(told)).splitlines()) == 4


TOLD = [(0.9, True), (0.9, True), (0.9, False), (0.4, False)]


def test_figures_of_confidence() -> None:
    assert measure.brier(TOLD) == pytest.approx((0.01 + 0.01 + 0.81 + 0.16) / 4)
    assert measure.calibration_error(TOLD) == pytest.approx((0.7 + 0.4) / 4)
    assert measure.ranking(TOLD) == pytest.approx(0.75)
    assert measure.lower_bound(100, 100) == pytest.approx(0.05 ** (1 / 100), abs=1e-6)
    assert measure.lower_bound(95, 100) == pytest.approx(0.8977, abs=1e-3)
