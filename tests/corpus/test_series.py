"""`pipeline.corpus.series`: names drift from year to year, and what must stay apart stays apart; a series
keeps its name.
"""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise, permutations
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from rapidfuzz import fuzz

from pipeline.app.document import parse_document
from pipeline.corpus import series as series_module
from pipeline.corpus import series_pairs
from pipeline.corpus.all_documents import finish
from pipeline.corpus.series import links
from pipeline.corpus.series_keys import core_of
from pipeline.model.rows import ProjectRow
from pipeline.rows.build import DocumentRows
from tests.forms import document, form
from tests.series import measured
from tests.writers.projects import drawn

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


def linked(first: dict[str, Any], second: dict[str, Any], *titles: str) -> bool:
    """Are two forms of two documents joined? `titles`: of the documents."""
    made = [document(form(**kind), name=str(n)) for n, kind in enumerate((first, second))]
    made = [
        replace(d, document={**d.document, "title": titles[n] if titles else None, "region": None})
        for n, d in enumerate(made)
    ]
    a, b = finish(made).documents
    return a.projects[0]["series_id"] == b.projects[0]["series_id"]


STORES = {"name": "应急物资储备经费"}
PLACELESS = [
    # the units of two years of 应急物资储备经费, their departments, and whether they are one project
    (("某市应急管理局", "某市应急管理局"), ("某市应急管理局", "某市应急管理局"), False),
    (("某市应急管理局", None), ("临江市应急管理局", None), False),
    (("县应急管理局", "县应急管理局"), ("县应急管理局", "县应急管理局"), False),
    (("应急管理局", None), ("青河县应急管理局", None), False),
    (("鼓楼区应急管理局", None), ("鼓楼区应急管理局", None), False),  # there are four of that name
    (("鼓楼区应急管理局", "徐州市应急管理局"), ("徐州市鼓楼区应急管理局", None), True),
    (("鼓楼区应急管理局", "徐州市应急管理局"), ("鼓楼区应急管理局", "福州市应急管理局"), False),
    (("救援大队", "青河县应急管理局"), ("青河县救援大队", None), True),
    (("青河县应急管理局", None), ("青河县安全生产监督管理局", None), True),
    (("青河县应急管理局", None), ("新疆青河县应急局", None), True),
    (("青河县应急管理局", None), ("青河县水利局", None), False),
    (("云岭县应急管理局", None), ("云岭县应急管理局", None), True),  # in no table, but named in full
    (("云岭县应急管理局", None), ("安远县应急管理局", None), False),
    (("白山县应急管理局", None), ("白山市应急管理局", None), False),
    (("安阳人民医院", "安阳县卫生健康局"), ("安阳县人民医院", "安阳县卫健委"), True),
    (("安阳人民医院", "安阳县卫生健康局"), ("安阳市人民医院", "安阳市卫健委"), False),
    (("社区服务中心", None), ("社区服务中心", None), False),
    (("房山区应急管理局", None), ("房山区应急局", None), True),
    (("中国地震台网中心", None), ("中国地震台网中心", None), True),
]


@pytest.mark.parametrize(("one", "other", "joined"), PLACELESS, ids=[str(n) for n in range(len(PLACELESS))])
def test_a_link_needs_the_same_place_on_both_sides(one: Any, other: Any, joined: bool) -> None:
    first, second = (
        {**STORES, "unit": unit, "department": department, "fiscal_year": year}
        for (unit, department), year in ((one, 2023), (other, 2024))
    )
    assert linked(first, second) is joined


def test_the_publishers_place_is_evidence() -> None:
    made = [
        document(form(**STORES, unit="县应急管理局", department=None, fiscal_year=2023 + n), name=str(n))
        for n in range(3)
    ]
    for regions, joined in (
        (("湖南省/株洲市/炎陵县", "湖南省/株洲市/炎陵县", "湖南省/株洲市/茶陵县"), [True, False]),
        (("湖南省/株洲市", "湖南省/株洲市", None), [False, False]),  # of which county they do not say
    ):
        told = [replace(d, document={**d.document, "region": r}) for d, r in zip(made, regions, strict=True)]
        first, *others = series(*told)
        assert [s == first for s in others] == joined


def test_two_forms_of_one_kind_and_year_are_one_project_only_as_a_revision() -> None:
    first = {**BASE, "fiscal_year": 2024}
    assert not linked(first, first)
    assert not linked(first, first, "部门预算公开", "项目绩效目标表")
    assert linked(first, first, "2024年部门预算公开", "2024年部门预算公开（更正）")
    assert not linked(first, {**first, "unit": "青河县公路养护服务中心"}, "预算公开", "预算公开（更正）")
    assert linked(first, {**first, "form_type": "target"})
    goal = {**first, "goal_expected": "养护农村道路20公里，保障安全畅通。"}
    assert linked(goal, goal)  # one form that two documents hold
    assert not linked(goal, {**goal, "goal_expected": "改建农村道路20公里。"})


def test_letters_that_tell_things_apart() -> None:
    names = ("农村初中学生困难补助", "农村高中学生困难补助", "农村初中学生困难补贴")
    kinds = [{**BASE, "name": name, "fiscal_year": 2023 + n} for n, name in enumerate(names)]
    assert not linked(kinds[0], kinds[1])
    assert linked(kinds[0], kinds[2])


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
    a, b = (
        document(form(**kind, fiscal_year=2023 + n), name=str(n)) for n, kind in enumerate((BASE, ONE[2]))
    )
    names = {a.projects[0]["project_id"]: "aaaaaaaaaaaa", b.projects[0]["project_id"]: "bbbbbbbbbbbb"}
    found = finish([a, b, document(form(**ONE[0], fiscal_year=2025), name="c")], earlier=names)
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


def test_drawn_projects_are_joined_over_years() -> None:
    """The whole set is measured by `make accuracy`; this is a tenth of it."""
    told = measured(drawn(3, 500, 30))
    assert told.precision >= 99
    assert told.recall >= 94


WORDS = [
    "道路",
    "养护",
    "改造",
    "工程",
    "设备",
    "采购",
    "维修",
    "运行",
    "保障",
    "服务",
    "补助",
    "农村",
    "城市",
    "教育",
    "医疗",
    "卫生",
    "环境",
    "治理",
    "安全",
    "生产",
    "信息",
    "平台",
    "监测",
    "防控",
    "宣传",
    "培训",
    "活动",
    "资料",
    "饮水",
    "灌溉",
    "水库",
    "绿化",
    "照明",
    "消防",
    "救援",
    "档案",
    "普查",
    "人才",
    "招商",
    "体育",
]


def test_the_work_grows_with_the_names_and_not_with_their_square(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted: names and units compared, for ever more names of the same twenty places."""
    counts = []
    compared = series_pairs.fuzz.ratio
    (plan,) = document(form(**BASE)).projects
    for names in (500, 1000, 2000, 4000):
        work = [0]

        def counted(*args: Any, work: list[int] = work, **more: Any) -> float:
            work[0] += 1
            return float(compared(*args, **more))

        monkeypatch.setattr(series_pairs, "fuzz", SimpleNamespace(ratio=counted))
        monkeypatch.setattr(series_module, "fuzz", SimpleNamespace(ratio=counted))
        rng = Random(names)
        projects: list[ProjectRow] = [
            {
                **plan,
                "project_id": f"{n}-{year}",
                "document_id": f"{n}-{year}",
                "project_name": name,
                "implementing_unit": f"{county}县{unit}",
                "supervising_department": None,
                "fiscal_year": year,
            }
            for n in range(names)
            for name in ["".join(rng.choice(WORDS) for _ in range(4))]
            for county in [rng.choice(WORDS)]
            for unit in [rng.choice(("教育局", "水利局", "人民医院", "公路养护中心"))]
            for year in (2023, 2024)
        ]
        links(projects, {})
        counts.append(work[0])
    growth = [math.log2(b / a) for a, b in pairwise(counts)]
    assert max(growth) < 1.2, counts


def test_many_units_of_one_name_are_not_all_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """办公设备购置 of every unit of a county: each is compared with a few others."""
    (plan,) = document(form(**BASE)).projects
    for units in (200, 400):
        work = [0]

        def counted(*args: Any, work: list[int] = work, **more: Any) -> float:
            work[0] += 1
            return float(fuzz.ratio(*args, **more))

        monkeypatch.setattr(series_module, "fuzz", SimpleNamespace(ratio=counted))
        projects: list[ProjectRow] = [
            {
                **plan,
                "project_id": f"{n}-{year}",
                "document_id": f"{n}-{year}",
                "implementing_unit": f"青河县{''.join(Random(n).choices(WORDS, k=3))}学校",
                "supervising_department": None,
                "fiscal_year": year,
            }
            for n in range(units)
            for year in (2023, 2024)
        ]
        found = links(projects, {})
        assert work[0] < 8 * units
        assert len({k.series_id for k in found}) == units


def test_no_pair_of_like_names_is_missed() -> None:
    rng = Random(1)
    names = sorted({"".join(rng.choices(WORDS[:6], k=rng.randint(2, 6))) for _ in range(60)})
    names += [
        n[:at] + rng.choice("一的工") + n[at + rng.randint(0, 1) :]
        for n in names
        for at in [rng.randrange(len(n))]
    ]
    names = sorted(set(names))
    wanted = {
        (i, j)
        for i, a in enumerate(names)
        for j, b in enumerate(names)
        if i < j and fuzz.ratio(a, b) >= series_module.SAME_NAME
    }
    found = {(i, j) for i, j, _ in series_pairs.alike(names, series_module.SAME_NAME)}
    assert len(wanted) > 30
    assert found == wanted
