"""`pipeline.audit.costs`: costs are paired with what they price and close against the budget where a reading
does.
"""

from __future__ import annotations

import math
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from pipeline.app.document import parse_document
from pipeline.audit import costs as module
from pipeline.audit.costs import bare_name, costs_of, likeness
from pipeline.corpus.all_documents import finish
from tests.forms import document, form, with_row

QUANTITY, COST = ("产出指标", "数量指标", "产出指标"), ("产出指标", "成本指标", "产出指标")


def rows(*pairs: tuple[str, str, str, str]) -> tuple[Any, ...]:
    """(quantity name, quantity, cost name, cost) as rows; a blank quantity name leaves it out."""
    counted = [(*QUANTITY, q, n, None, None, None, None) for q, n, _, _ in pairs if q]
    return (*counted, *((*COST, c, v, None, None, None, None) for _, _, c, v in pairs))


def costs(budget: str, *pairs: tuple[str, str, str, str]) -> Any:
    made = document(
        form(
            form_type="target",
            rows=rows(*pairs),
            funds=(("年度资金总额", "all", "total", None, budget, None, None, None, None),),
        )
    )
    return costs_of(made.projects[0], made.funds, made.indicators)


CASES = [
    # budget in 万元, the form's pairs, what the costs add up to in 元, and the figure that they close on
    ("40", [("道路养护", "20公里", "道路养护", "2万元/公里")], [400000], "annual_budget"),
    ("40", [("道路养护", "20公里", "道路养护", "40万元")], [400000], "annual_budget"),
    ("40", [("道路养护", "20公里", "道路养护", "2万元")], [400000], "annual_budget"),
    (
        "50",
        [("更换台式机", "16台", "购置台式机", "2万元/台"), ("", "", "其他费用", "18万元")],
        [320000, 180000],
        "annual_budget",
    ),
    (
        "10.4",
        [
            ("巡展场次", "≥70场", "巡展差旅费", "4.72万元/年，不高于平均0.104万元/场"),
            ("", "", "维护费", "5.68万元"),
        ],
        [47200, 56800],
        "annual_budget",
    ),
    ("40", [("道路养护", "20公里", "道路养护", "3万元/公里")], [600000], None),
    ("40", [("", "", "道路养护", "控制在预算内")], [None], None),
    ("40", [("", "", "道路养护", "35")], [None], None),
]


@pytest.mark.parametrize(
    ("budget", "pairs", "amounts", "closes"), CASES, ids=[str(n) for n in range(len(CASES))]
)
def test_costs_close_in_the_reading_that_can(
    budget: str, pairs: Any, amounts: list[int | None], closes: str | None
) -> None:
    found = costs(budget, *pairs)
    assert [c.amount for c in found.rows] == [None if a is None else Decimal(a) for a in amounts]
    assert found.closes_on == closes
    assert found.complete == (None not in amounts)


LIKE = [
    ("完成终端台式机更换", "购置和更换终端台式机设备", True),
    ("支持建设科技小院", "科技小院建设", True),
    ("编印科普刊物", "编印科普内刊", True),
    ("举办农技培训班", "印刷宣传材料", False),
    ("道路养护", "桥梁加固", False),
]


@pytest.mark.parametrize(("a", "b", "alike"), LIKE)
def test_names_of_one_thing_are_alike(a: str, b: str, alike: bool) -> None:
    assert (likeness(a, b) >= 62.0) == alike
    assert likeness(a, b) == likeness(b, a)


def test_a_name_is_what_is_left_without_verbs_and_kinds_of_cost() -> None:
    assert bare_name("开展农技培训班项目经费（本级）") == "农技培训班"
    assert bare_name("经费") == "经费"


def test_a_quantity_has_one_cost() -> None:
    found = costs("40", ("道路养护", "20公里", "道路养护", "2万元/公里"), ("", "", "道路养护", "1万元/公里"))
    assert [c.quantity_id is not None for c in found.rows] == [True, False]


def test_all_target_forms_of_a_seed_close_their_costs(root: Path) -> None:
    (path,) = (root / "data" / "raw").glob("001_*.txt")
    (done,) = finish([parse_document(path.read_bytes(), path.name)]).documents
    by_form = {p["project_id"]: p["annual_budget"] for p in done.projects}
    assert len(by_form) == 19
    for project, budget in by_form.items():
        added = [
            i["cost_amount"]
            for i in done.indicators
            if i["project_id"] == project and i["cost_amount"] is not None
        ]
        assert sum(added) == budget, project
    ids = {i["indicator_id"]: i for i in done.indicators}
    paired = [(i, ids[i["cost_of"]]) for i in done.indicators if i["cost_of"]]
    assert len(paired) > 80
    assert all(
        cost["project_id"] == quantity["project_id"] and quantity["level2"] == "数量指标"
        for cost, quantity in paired
    )


def many(count: int) -> Any:
    """A form of so many unit prices and quantities, whose readings all have sums of their own."""
    made = document(
        form(
            rows=[
                ("产出指标", level, "产出指标", f"设备{n * 7 % 13}更新{n}", target, "3", "1", "1", None)
                for n in range(count)
                for level, target in (("数量指标", f"≥{n + 2}台"), ("成本指标", f"≤{n * 3 + 1.37}元/台"))
            ]
        )
    )
    return made.projects[0], made.funds, made.indicators


def test_the_work_grows_with_the_rows_and_not_with_their_square(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted: names compared and sums tried (each asks `enumerate` for the amounts of its row)."""
    counts = []
    alike = module._alike
    for rows in (100, 200, 400):
        work = [0]

        def compared(a: Any, b: Any, work: list[int] = work) -> float:
            work[0] += 1
            return alike(a, b)

        def tried(amounts: Any, work: list[int] = work) -> Any:
            work[0] += 1
            return enumerate(amounts)

        monkeypatch.setattr(module, "_alike", compared)
        monkeypatch.setattr(module, "enumerate", tried, raising=False)
        costs_of(*many(rows))
        counts.append(work[0])
    assert max(counts) < module.MOST_PAIRS + 2 * module.MOST_READINGS + 2 * 400
    growth = [math.log2(b / a) for a, b in pairwise(counts)]
    assert max(growth) < 1.1, counts


def test_beyond_the_pairs_that_are_compared_a_cost_still_finds_its_neighbour() -> None:
    found = costs_of(*many(150)).rows
    assert len(found) == 150
    assert all(c.quantity_id is not None for c in found)


@pytest.mark.parametrize(
    "cost", ["1000000000000000000元", "999999999999999999元/公里", "1" + "0" * 40 + "元"]
)
def test_an_amount_that_no_column_of_money_holds_is_no_amount(cost: str) -> None:
    made = document(form(rows=with_row(3, target=cost)))
    (found,) = costs_of(made.projects[0], made.funds, made.indicators).rows
    assert found.amount is None or found.amount < Decimal(10) ** 18
