"""`normalizers.numerals` and `normalizers.units`: figures, rates and amounts."""

from __future__ import annotations

from decimal import Decimal

import cn2an
import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalizers.numerals import number, percent, scaled
from normalizers.units import unit_of, yuan

FULL_WIDTH = str.maketrans("0123456789.,-", "０１２３４５６７８９．，－")

NUMBERS = [
    ("0", "0"), ("10", "10"), ("12.50", "12.50"), ("-3", "-3"), ("－13.27", "-13.27"), ("−5", "-5"), ("+5", "5"), (".5", "0.5"), ("１２．５", "12.5"),
    ("1,200", "1200"), ("1，200", "1200"), ("1 000", "1000"), ("1 234 567.89", "1234567.89"), ("1,234,567.89", "1234567.89"), (" 7 ", "7"),
    ("1234. 5", "1234.5"), ("二十", "20"), ("十二", "12"), ("一百零五", "105"), ("一千零二十", "1020"), ("叁万", "30000"), ("五万五千", "55000"), ("三点五亿", "350000000"),
    ("一亿零三", "100000003"), ("两", "2"), ("零", "0"), ("二〇二四", "2024"), ("壹拾贰万叁仟", "123000"),
    ("", None), ("-", None), ("1,23", None), ("1,2345", None), ("12 34", None), ("1.2.3", None), ("①", None), ("½", None), ("10³", None), ("5万", None),
    ("5%", None), ("一百五", None), ("二三", None), ("统一", None), ("一次性", None), ("百", None), ("十十", None), ("1" * 40, None), ("〇11", None), ("٣", None),
]  # fmt: skip

SCALED = [
    ("5万", "50000"), ("1.5万亿", "1500000000000"), ("2.6亿", "260000000"), ("3千", "3000"), ("3百", "300"), ("1,234.56万", "12345600"), ("百万", None),
    ("十万", "100000"), ("7", "7"), ("叁万", "30000"), ("万", None), ("5万人", None),
]  # fmt: skip

YUAN = [
    ("100", "万元", "1000000.00"), ("100", None, "100.00"), ("100", "元", "100.00"), ("1.5", "亿元", "150000000.00"), ("3", "千元", "3000.00"), ("3", "百元", "300.00"),
    ("2", "百万元", "2000000.00"), ("14.5万元", "元", "145000.00"), ("20万", "元", "200000.00"), ("14.5万元", "万元", "145000.00"), ("62,560.00元", "万元", "62560.00"),
    ("叁万元", "万元", "30000.00"), ("叁万元整", None, "30000.00"), ("￥3,000", "万元", "3000.00"), ("¥-5", "万元", "-5.00"), ("-13.27万元", None, "-132700.00"),
    ("0.123456", "万元", "1234.56"), ("0.0000005", "万元", "0.01"), ("1000千元", "元", "1000000.00"), ("人民币5万元", "元", "50000.00"), ("５０．５", "万元", "505000.00"),
    ("1 000", "元", "1000.00"), ("0", "万元", "0.00"), ("—", "万元", None), ("", "万元", None), ("元", "万元", None), ("99.17%", "万元", None), ("约五", "元", None),
    ("999999999999999999", "万元", None), ("100", "頭", "100.00"),
]  # fmt: skip

UNITS = [
    ("项目资金（万元）", "万元"), ("单位：万元", "万元"), ("金额单位:元", "元"), ("(元)", "元"), ("人民币万元", "万元"), ("单位：人民币亿元", "亿元"), ("单位:千元", "千元"),
    ("项目资金(萬元)", "万元"), ("预算（百万元）", "百万元"), ("年度资金总额", None), ("多元化", None), ("单元", None), ("美元", None), ("元素", None), ("", None),
    ("补助5元/人（单位：万元）", "万元"),
]  # fmt: skip

PERCENTS = [
    ("99.17%", 99.17), ("100 %", 100.0), ("99.17", 99.17), ("100.00(%)", 100.0), ("100（％）", 100.0), ("=100%", 100.0), ("百分之九十", 90.0), ("50%%", 50.0), ("100百分比", 100.0),
    ("-", None), ("", None), ("≥98%", None), ("优", None), ("(X)%", None),
]  # fmt: skip


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


@pytest.mark.parametrize(("raw", "expected"), NUMBERS)
def test_number(raw: str, expected: str | None) -> None:
    assert number(raw) == _decimal(expected)


@pytest.mark.parametrize(("raw", "expected"), SCALED)
def test_scaled(raw: str, expected: str | None) -> None:
    assert scaled(raw) == _decimal(expected)


@pytest.mark.parametrize(("raw", "unit", "expected"), YUAN)
def test_yuan(raw: str, unit: str | None, expected: str | None) -> None:
    result = yuan(raw, unit)
    assert result == _decimal(expected)
    assert result is None or result.as_tuple().exponent == -2


@pytest.mark.parametrize(("raw", "expected"), UNITS)
def test_unit_of(raw: str, expected: str | None) -> None:
    assert unit_of(raw) == expected


@pytest.mark.parametrize(("raw", "expected"), PERCENTS)
def test_percent(raw: str, expected: float | None) -> None:
    assert percent(raw) == expected


def test_percent_of_a_fraction() -> None:
    assert percent("0.9917", True) == 99.17
    assert percent("99.17%", True) == 99.17
    assert percent("1", fraction=True) == 100.0


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2), st.booleans(), st.booleans())
def test_printed_amounts_read_back(value: Decimal, grouped: bool, wide: bool) -> None:
    printed = f"{value:,.2f}" if grouped else f"{value:.2f}"
    assert number(printed.translate(FULL_WIDTH) if wide else printed) == value
    assert yuan(printed + "元", "万元") == value


@given(st.decimals(min_value=0, max_value=10**8, places=6))
def test_ten_thousands_read_back_to_the_cent(value: Decimal) -> None:
    assert yuan(f"{value}", "万元") == yuan(f"{value}万元", "元") == yuan(f"{value * 10000:f}", "元")


@given(st.integers(min_value=0, max_value=10**12))
def test_chinese_numerals_read_back(value: int) -> None:
    assert number(cn2an.an2cn(value, "low")) == value
    assert number(cn2an.an2cn(value, "up")) == value


@given(st.text())
def test_nothing_raises(text: str) -> None:
    for result in (
        number(text),
        scaled(text),
        yuan(text, text),
        yuan(text, "万元"),
        percent(text),
        unit_of(text),
    ):
        assert result is None or result == result  # not NaN
