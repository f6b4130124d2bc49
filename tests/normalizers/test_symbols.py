"""`normalizers.symbols`: what a cell's text becomes in each of its views."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalizers.symbols import clean, fold, is_blank, narrow, unwrap_latex

MARKUP = st.text(alphabet='<>/pbr&ltg;nsp"“”‘ \n\t\u3000\u200b年1次%.,≥＝$\\geq费費⻓①½', max_size=30)

CLEAN = [
    # line breaks and white space
    ("2023 年 1-12 月", "2023年1-12月"),
    ("1 次\n2 次", "1次2次"),
    ("服务\n对象\n满意\n度指\n标", "服务对象满意度指标"),
    ("≥20 家", "≥20家"),
    ("> 80%", "> 80%"),
    ("≥ 90 %", "≥ 90 %"),
    ("a\nb", "a b"),
    ("科普 “云” 平台", "科普“云”平台"),
    ("１ ０ 0", "１０0"),
    ("完成 ， 及时", "完成，及时"),
    ("\u3000合计\u3000", "合计"),
    ("合\u200b计\ufeff", "合计"),
    ("99.\n17%", "99.17%"),
    ("1,234,\n567.89", "1,234,567.89"),
    ("100\n%", "100%"),
    ("10\n20", "10 20"),
    # markup
    ("<p>5 次</p>", "5次"),
    ("第一行<br/>第二行", "第一行第二行"),
    ('<span style="color:red">及时</span>', "及时"),
    ("a&nbsp;b", "a b"),
    ("&ge;90%", "≥90%"),
    ("<=2%", "<=2%"),
    ("<5天", "<5天"),
    ("&lt;5%", "<5%"),
    ("<p>&lt;5天</p>", "<5天"),
    ("<!-- x -->及时", "及时"),
    ("A<B>C", "AC"),
    # quotes that a text format added
    ('"1、发布 2、新开"', "1、发布2、新开"),
    ('"共 3 集"', "共3集"),
    ('"说""好""的"', '说"好"的'),
    ('"A"和"B"', '"A"和"B"'),
    ('55"屏幕', '55"屏幕'),
    ('，每集分钟"', '，每集分钟"'),  # whether it is the source's own is for its reader to say
    ("“科普中国”", "“科普中国”"),
    # kept as printed
    ("＝100％", "＝100％"),
    ("①数量", "①数量"),
    ("⻓期", "⻓期"),
    ("", ""),
]

FOLD = [
    (r"$\geq 10\%$", "≥10%"),
    (r"$\leq$ 5 天", "≤5天"),
    (r"\geqslant 3", "≥3"),
    ("﹦72890", "=72890"),
    ("═100", "=100"),
    ("＝100％", "=100%"),
    ("≧735", "≥735"),
    ("⩾3", "≥3"),
    ("≦3", "≤3"),
    (">= 5", "≥5"),
    ("=>5", "≥5"),
    ("<=5", "≤5"),
    ("1–12月", "1-12月"),
    ("1—12月", "1-12月"),
    ("80％～90％", "80%~90%"),
    ("⻔户", "门户"),
    ("⻓期", "长期"),
    ("⼀般", "一般"),
    ("項目費用", "项目费用"),
    ("服務對象滿意度", "服务对象满意度"),
    ("萬元", "万元"),
    ("显著", "显著"),
    ("“科普”", '"科普"'),
    ("（万元）", "(万元)"),
    ("元/人•月", "元/人·月"),
    ("产 出\n指 标", "产出指标"),
    ("", ""),
]

BLANK = [
    (None, True), ("", True), (" \n\u3000", True), ("—", True), ("——", True), ("-", True), ("－", True), ("–", True), ("/", True), ("／", True),
    ("\\", True), ("/ /", True), ("0", False), ("无", False), ("-1", False), ("一", False), ("%", False),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "expected"), CLEAN)
def test_clean(raw: str, expected: str) -> None:
    assert clean(raw) == expected


@pytest.mark.parametrize(("raw", "expected"), FOLD)
def test_fold(raw: str, expected: str) -> None:
    assert fold(raw) == expected


@pytest.mark.parametrize(("raw", "expected"), BLANK)
def test_is_blank(raw: str | None, expected: bool) -> None:
    assert is_blank(raw) is expected


def test_latex_of_other_kinds_is_left_alone() -> None:
    assert unwrap_latex(r"C:\temp") == r"C:\temp"
    assert unwrap_latex(r"$5\times 3$") == "5× 3"


@given(st.one_of(st.text(), MARKUP))
def test_clean_and_fold_are_idempotent(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert fold(fold(text)) == fold(text)


@given(st.one_of(st.text(), MARKUP))
def test_narrow_keeps_places(text: str) -> None:
    assert len(narrow(text)) == len(text)


@given(st.text())
def test_fold_leaves_no_white_space(text: str) -> None:
    assert not any(c.isspace() for c in fold(text))


@given(st.text(alphabet=st.characters(codec="gb2312"), max_size=20))
def test_simplified_characters_are_never_changed_into_others(text: str) -> None:
    chinese = "".join(c for c in text if "一" <= c <= "鿿")
    assert fold(chinese) == chinese


@pytest.mark.parametrize(
    ("raw", "whole"),
    [
        ("1100\n00亩", "110000亩"), ("9\n5%", "95%"), ("≥1100\n00亩", "≥110000亩"), ("10\n0%", "100%"), ("12\n5%", "125%"),
        ("1100\n00", "110000"), ("5\n0人", "50人"), ("2000\n0亩", "20000亩"), ("1,100\n,000元", "1,100,000元"),
        ("12.5\n00%", "12.500%"), ("完成1\n2项任务", "完成12项任务"), ("Window\ns", "Windows"), ("G\nDP增速", "GDP增速"),
    ],
)  # fmt: skip
def test_a_number_or_a_word_that_the_cells_width_broke_is_whole(raw: str, whole: str) -> None:
    assert clean(raw) == whole


@pytest.mark.parametrize(
    ("raw", "two"),
    [
        ("80\n90%", "80 90%"), ("10\n10", "10 10"), ("10\n10分", "10 10分"), ("3\n0", "3 0"), ("12.5\n80%", "12.5 80%"),
        ("指标1\n2个村", "指标1 2个村"), ("10\n2024年", "10 2024年"), ("2023\n12个月", "2023 12个月"), ("10\n2、完成", "10 2、完成"),
        ("QQ\nAPP", "QQ APP"), ("Windows\nServer", "Windows Server"),
    ],
)  # fmt: skip
def test_two_measures_on_two_lines_stay_two(raw: str, two: str) -> None:
    assert clean(raw) == two
