"""`pipeline.corpus.series`: names drift from year to year, and what must stay apart stays apart; a series
keeps its name.
"""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from pipeline.app.document import parse_document
from pipeline.corpus.all_documents import finish
from pipeline.corpus.series import core_of, links
from pipeline.rows.build import DocumentRows
from tests.forms import document, form

CORES = [
    ("2023年农村道路养护", "农村道路养护"),
    ("农村道路养护（2024年度）", "农村道路养护"),
    ("农村道路养护专项经费", "农村道路养护"),
    ("51092324T000010263357-农村道路养护项目", "农村道路养护"),
    ("2024－2026年农村道路养护", "农村道路养护"),
    ("第38届青少年科技创新大赛", "届青少年科技创新大赛"),
    ("工作经费", "工作经费"),
    ("2023年", "2023年"),
]


@pytest.mark.parametrize(("name", "core"), CORES)
def test_what_changes_from_year_to_year_is_no_part_of_a_name(name: str, core: str) -> None:
    assert core_of(name) == core


BASE = {
    "name": "农村道路养护经费（中央资金）",
    "unit": "青河县公路养护中心",
    "department": "青河县交通运输局",
}
ONE: list[dict[str, Any]] = [
    {**BASE, "name": "2024年农村道路养护经费(中央资金)"},
    {**BASE, "name": "农村道路养护专项（中央资金）"},
    {**BASE, "name": "农村道路的养护经费（中央资金）"},
    {**BASE, "unit": "青河县公路养护服务中心"},
    {**BASE, "unit": None},
    {**BASE, "department": None},
]
TWO: list[dict[str, Any]] = [
    {**BASE, "name": "农村道路养护经费（地方财政）"},
    {**BASE, "name": "农村道路养护经费（中央资金）二期"},
    {**BASE, "name": "农村道路绿化经费（中央资金）"},
    {**BASE, "unit": "青河县运输服务中心"},
    {**BASE, "unit": "白山县公路养护中心", "department": "白山县交通运输局"},
    {**BASE, "unit": None, "department": None},
]


def series(*documents: DocumentRows) -> list[str | None]:
    return [p["series_id"] for d in finish(documents).documents for p in d.projects]


@pytest.mark.parametrize("other", ONE, ids=[str(n) for n in range(len(ONE))])
def test_one_project_under_a_drifted_name(other: dict[str, Any]) -> None:
    first, second = series(
        document(form(**BASE), name="a"), document(form(**other, fiscal_year=2024), name="b")
    )
    assert first == second


@pytest.mark.parametrize("other", TWO, ids=[str(n) for n in range(len(TWO))])
def test_two_projects_stay_apart(other: dict[str, Any]) -> None:
    first, second = series(
        document(form(**BASE), name="a"), document(form(**other, fiscal_year=2024), name="b")
    )
    assert first != second


def test_without_a_region_only_the_very_same_names_are_joined() -> None:
    here = {"name": "农村道路养护经费", "unit": "县公路局", "department": "县交通运输局"}
    for other, joined in (
        ({}, True),
        ({"name": "农村道路的养护经费"}, False),
        ({"unit": "县公路管理局"}, False),
    ):
        first, second = finish(
            [
                document(form(**here), name="a"),
                document(form(**{**here, **other}, fiscal_year=2024), name="b"),
            ]
        ).links
        assert (first.series_id == second.series_id) is joined
        assert not joined or (second.score is not None and second.score < 0.9)


def test_two_projects_of_one_document_are_never_joined() -> None:
    first, second = series(document(form(**BASE), form(**BASE, fiscal_year=2024)))
    assert first != second
    both = [
        document(form(**BASE), form(**BASE, fiscal_year=2024), name="a"),
        document(form(**BASE, fiscal_year=2025), name="b"),
    ]
    assert len(set(series(*both))) == 2


def test_target_and_result_of_one_project_share_a_series() -> None:
    plan = form(**BASE, form_type="target")
    first, second = series(document(plan, name="a"), document(form(**BASE), name="b"))
    assert first == second


def test_the_order_of_the_files_does_not_matter() -> None:
    made = [
        document(form(**kind, fiscal_year=2021 + n), name=str(n))
        for n, kind in enumerate([BASE, ONE[0], TWO[0], ONE[2]])
    ]
    wanted = {p["project_id"]: p["series_id"] for d in finish(made).documents for p in d.projects}
    for order in permutations(made):
        assert {
            p["project_id"]: p["series_id"] for d in finish(order).documents for p in d.projects
        } == wanted


def test_adding_files_never_renames_a_series() -> None:
    first = finish(
        [
            document(form(**ONE[2], fiscal_year=2024), name="a"),
            document(form(**TWO[0], fiscal_year=2024), name="b"),
        ]
    )
    names = {link.project_id: link.series_id for link in first.links}
    older = document(form(**BASE, fiscal_year=2020), name="c")
    second = finish([*first.documents, older], earlier=names)
    assert {link.project_id: link.series_id for link in second.links if link.project_id in names} == names
    assert second.documents[2].projects[0]["series_id"] == second.documents[0].projects[0]["series_id"]


def test_two_named_series_are_not_joined_by_a_third_project() -> None:
    a, b = (document(form(**kind, fiscal_year=2023), name=str(n)) for n, kind in enumerate((BASE, ONE[2])))
    names = {a.projects[0]["project_id"]: "aaaaaaaaaaaa", b.projects[0]["project_id"]: "bbbbbbbbbbbb"}
    found = finish([a, b, document(form(**ONE[0]), name="c")], earlier=names)
    assert [link.series_id for link in found.links][:2] == ["aaaaaaaaaaaa", "bbbbbbbbbbbb"]
    assert found.links[2].series_id == "aaaaaaaaaaaa"


def test_links_say_what_was_joined_to_what() -> None:
    a, b = document(form(**BASE), name="a"), document(form(**ONE[0], fiscal_year=2024), name="b")
    oldest, newer = finish([a, b]).links
    assert (oldest.linked_to, oldest.score) == (None, None)
    assert newer.linked_to == oldest.project_id
    assert newer.score is not None
    assert 0.9 < newer.score <= 1.0


def test_projects_without_a_name_have_no_series() -> None:
    made = document(form(**{**BASE, "name": ""}))
    assert series(made) == [None]
    assert links(made.projects, {}) == []


def test_the_seeds_join_two_projects_over_two_years_and_nothing_else(root: Any) -> None:
    documents = [
        parse_document(p.read_bytes(), p.name) for p in sorted((root / "data" / "raw").glob("*.txt"))
    ]
    projects = {p["project_id"]: p for d in documents for p in d.projects}
    joined = [
        (projects[link.project_id], projects[link.linked_to])
        for link in finish(documents).links
        if link.linked_to
    ]
    assert {(a["project_name"], a["fiscal_year"], b["fiscal_year"]) for a, b in joined} == {
        ("宁夏三农呼叫中心运行费", 2024, 2023),
        ("宁夏科学传播中心网络传播各类科普宣传活动、宁夏科协云平台全媒体传播项目", 2024, 2023),
    }
    assert len(set(series(*documents))) == len(projects) - 2
