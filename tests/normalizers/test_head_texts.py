"""`normalizers.head_texts`: codes, terms, days and grades of a form's head."""

from __future__ import annotations

from datetime import date

import pytest

from normalizers.head_texts import day, grade, term, unit_code, without_code


@pytest.mark.parametrize(
    ("text", "code", "name"),
    [
        ("219001-某局", "219001", "某局"), ("(433)某局", "433", "某局"), ("820001某局", "820001", "某局"), ("[219]某局", "219", "某局"),
        ("某局（219001）", "219001", "某局"), ("219-某部,219001-某局", "219、219001", "某部,某局"), ("某局（本级）", None, "某局（本级）"),
        ("120急救中心", None, "120急救中心"), ("某局", None, "某局"), (None, None, None),
    ],
)  # fmt: skip
def test_a_name_and_its_code(text: str | None, code: str | None, name: str | None) -> None:
    assert (unit_code(text), without_code(text)) == (code, name)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2023年1月-2023年12月", date(2023, 1, 1), date(2023, 12, 31)), ("2023.07-2024.01", date(2023, 7, 1), date(2024, 1, 31)),
        ("202001-202012", date(2020, 1, 1), date(2020, 12, 31)), ("2021-2023年", date(2021, 1, 1), date(2023, 12, 31)),
        ("2024年12月31日前", None, date(2024, 12, 31)), ("99年", None, None), ("长期", None, None), (None, None, None),
    ],
)  # fmt: skip
def test_a_term_from_day_to_day(text: str | None, first: date | None, last: date | None) -> None:
    assert term(text) == (first, last)


def test_a_day() -> None:
    assert day("2024年3月5日") == day("2024-03-05") == date(2024, 3, 5)
    assert day("2024年3月") is None
    assert day(None) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("优", "优"), ("优秀", "优"), ("95分，优", "优"), ("（良）", "良"), ("等级：良好", "良"), ("优（90≤得分≤100）", "优"),
        ("优☑ 良□ 中□ 差□", "优"), ("优□良□中□差□", None), ("优、良、中、差", None), ("优良中差", None), ("及格", None), ("95", None),
        ("", None), (None, None),
    ],
)  # fmt: skip
def test_a_grade(text: str | None, said: str | None) -> None:
    assert grade(text) == said
