"""`normalizers.dates`: points, deadlines, periods; the missing year is 2024."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalizers.dates import Span, read_date

DAY = st.dates(min_value=date(1990, 1, 1), max_value=date(2059, 12, 31))

DEADLINES = [
    ("2024年6月30日前", "2024-06-30"), ("2024 年 12 月 30 日前", "2024-12-30"), ("2024年底", "2024-12-31"), ("2024年12月底完成", "2024-12-31"), ("2024年12月底前", "2024-12-31"),
    ("12月底前", "2024-12-31"), ("12月底之前完成", "2024-12-31"), ("11月底", "2024-11-30"), ("2月底", "2024-02-29"), ("一季度末", "2024-03-31"), ("第一季度末前", "2024-03-31"),
    ("上半年完成", "2024-06-30"), ("年底前", "2024-12-31"), ("年底", "2024-12-31"), ("本年底前完成", "2024-12-31"), ("2024年末", "2024-12-31"), ("2024年内完成", "2024-12-31"),
    ("截至2024年12月31日", "2024-12-31"), ("不迟于11月30日", "2024-11-30"), ("2024年12月31日之前完成", "2024-12-31"), ("2024年12月前", "2024-12-31"), ("十二月底前", "2024-12-31"),
    ("二〇二四年十二月底前", "2024-12-31"), ("12.31前", "2024-12-31"), ("12月31号前", "2024-12-31"), ("次年3月底前", "2025-03-31"), ("2025年一季度前", "2025-03-31"),
    ("2024.12.31前", "2024-12-31"), ("2024-11-30前完成", "2024-11-30"), ("2024年11月中旬前", "2024-11-20"), ("2024年12月31日以前", "2024-12-31"),
]  # fmt: skip

DAYS = [
    ("2024年12月31日", "2024-12-31"), ("2024-12-31", "2024-12-31"), ("2024.12.31", "2024-12-31"), ("2024/6/30", "2024-06-30"), ("20241231", "2024-12-31"),
    ("2024-12-31 00:00:00", "2024-12-31"), ("２０２４年６月３０日", "2024-06-30"), ("6月30日", "2024-06-30"), ("二〇二四年六月三十日", "2024-06-30"),
]  # fmt: skip

PERIODS = [
    ("2023年1-12月", "2023-01-01", "2023-12-31"), ("2023 年 1 月-2023 年 12 月", "2023-01-01", "2023-12-31"), ("1-12月", "2024-01-01", "2024-12-31"),
    ("1-8月", "2024-01-01", "2024-08-31"), ("2024年1月-12月", "2024-01-01", "2024-12-31"), ("2024年1月至12月", "2024-01-01", "2024-12-31"), ("1月—6月", "2024-01-01", "2024-06-30"),
    ("2024年1月1日-2024年12月31日", "2024-01-01", "2024-12-31"), ("2024年1月1日至12月31日", "2024-01-01", "2024-12-31"), ("1月1日-6月30日", "2024-01-01", "2024-06-30"),
    ("2024.1.1-2024.12.31", "2024-01-01", "2024-12-31"), ("2023.07-2024.01", "2023-07-01", "2024-01-31"), ("202001-202012", "2020-01-01", "2020-12-31"),
    ("20240101-20241231", "2024-01-01", "2024-12-31"), ("2020年1月--2020年11月", "2020-01-01", "2020-11-30"), ("2020-2024年", "2020-01-01", "2024-12-31"),
    ("2023年—2024年", "2023-01-01", "2024-12-31"), ("2023年10月～2024年9月", "2023-10-01", "2024-09-30"), ("2024年1月至次年3月", "2024-01-01", "2025-03-31"),
    ("9月-6月", "2024-09-01", "2025-06-30"), ("6月3-5日", "2024-06-03", "2024-06-05"), ("2024年", "2024-01-01", "2024-12-31"), ("2023年度", "2023-01-01", "2023-12-31"),
    ("全年", "2024-01-01", "2024-12-31"), ("本年度", "2024-01-01", "2024-12-31"), ("第四季度", "2024-10-01", "2024-12-31"), ("一季度", "2024-01-01", "2024-03-31"),
    ("2024年1季度", "2024-01-01", "2024-03-31"), ("上半年", "2024-01-01", "2024-06-30"), ("2024年下半年", "2024-07-01", "2024-12-31"), ("2024年6月", "2024-06-01", "2024-06-30"),
    ("12月", "2024-12-01", "2024-12-31"), ("2024-12", "2024-12-01", "2024-12-31"), ("2024年11月中旬", "2024-11-11", "2024-11-20"), ("自2024年1月1日至12月31日", "2024-01-01", "2024-12-31"),
]  # fmt: skip

NONE = [
    "", "1年", "12个月", "1-3个月", "3天", "95", "1-12", "2024", "80%", "2024年2月30日", "2024年13月", "每月10日前", "按月", "年初", "2024年初", "2024年1月起", "及时", "第3届",
    "202412311", "1.5-2.5", "2024年培训", "5月份以来参训100人", "10:30",
]  # fmt: skip

PRINTED_DAYS = [
    "{0.year}年{0.month}月{0.day}日",
    "{0:%Y-%m-%d}",
    "{0:%Y.%m.%d}",
    "{0.year}/{0.month}/{0.day}",
    "{0:%Y%m%d}",
    "{0.year} 年 {0.month} 月 {0.day} 号",
]


@pytest.mark.parametrize(("raw", "end"), DEADLINES)
def test_deadline(raw: str, end: str) -> None:
    assert read_date(raw, 2024) == Span("date", "<=", None, date.fromisoformat(end))


@pytest.mark.parametrize(("raw", "end"), DAYS)
def test_day(raw: str, end: str) -> None:
    assert read_date(raw, 2024) == Span("date", "=", None, date.fromisoformat(end))


@pytest.mark.parametrize(("raw", "start", "end"), PERIODS)
def test_period(raw: str, start: str, end: str) -> None:
    assert read_date(raw, 2024) == Span("period", "=", date.fromisoformat(start), date.fromisoformat(end))


@pytest.mark.parametrize("raw", NONE)
def test_no_date(raw: str) -> None:
    assert read_date(raw, 2024) is None


@pytest.mark.parametrize("raw", ["1-12月", "12月底前", "6月30日", "上半年", "年底前", "全年"])
def test_a_missing_year_is_not_made_up(raw: str) -> None:
    assert read_date(raw) is None


@given(DAY, st.sampled_from(PRINTED_DAYS), st.sampled_from(["", "前", "之前", "前完成"]))
def test_printed_days_read_back(day: date, form: str, ending: str) -> None:
    assert read_date(form.format(day) + ending) == Span("date", "<=" if ending else "=", None, day)


@given(
    DAY,
    st.integers(min_value=1, max_value=2000),
    st.sampled_from(PRINTED_DAYS[:4]),
    st.sampled_from(["-", "—", "至", "~", "--", "～"]),
)
def test_printed_periods_read_back(start: date, length: int, form: str, sign: str) -> None:
    end = start + timedelta(days=length)
    assert read_date(form.format(start) + sign + form.format(end)) == Span("period", "=", start, end)


@given(
    st.text(alphabet="0123456789年月日-./至前底末完成上下半季度第一二三四十旬本全 ：:", max_size=20),
    st.one_of(st.none(), st.integers()),
)
def test_nothing_raises(text: str, year: int | None) -> None:
    span = read_date(text, year)
    assert span is None or span.start is None or span.start <= span.end
