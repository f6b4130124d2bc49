"""`normalizers.values`: what a target or actual cell says, grouped by where such cells come from.

The expected values are written as `kind comparator value[..max] unit`, with `label: ` before and ` ; `
between the measures of a compound; dates as `date <= 2024-12-31`, periods as `period first..last`. The year
of the forms is 2024.
"""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalizers.measures import Part
from normalizers.values import Value, attainment, is_placeholder, read_value, target_met

SEEDS = [
    ("1次", "number = 1 次"),
    ("≥20家", "number >= 20 家"),
    ("2023年1-12月", "period 2023-01-01..2023-12-31"),
    ("2023 年 1 月-2023 年 12 月", "period 2023-01-01..2023-12-31"),
    (">80%", "percent > 80 %"),
    ("> 80%", "percent > 80 %"),
    ("＞80%", "percent > 80 %"),
    ("<=2%", "percent <= 2 %"),
    ("≥50 个社区", "number >= 50 个社区"),
    ("10件设备设施", "number = 10 件设备设施"),
    ("20.5 万余师生", "number > 205000 师生"),
    ("14.775万元/期", "money = 147750 元/期"),
    ("75353.6元/件", "money = 75353.6 元/件"),
    ("2500.00元/台", "money = 2500 元/台"),
    ("1年", "number = 1 年"),
    ("2024年", "period 2024-01-01..2024-12-31"),
    ("2024年底", "date <= 2024-12-31"),
    ("2024年12月底完成", "date <= 2024-12-31"),
    ("2024年6月30日前", "date <= 2024-06-30"),
    ("1-8月", "period 2024-01-01..2024-08-31"),
    ("每年正常开馆率≥98%", "每年正常开馆率: percent >= 98 %"),
    ("预计公民科学素质比例达到7%", "预计公民科学素质比例: percent >= 7 %"),
    ("达 90%以上", "percent >= 90 %"),
    ("培养企业技术技能人才 100 人次", "培养企业技术技能人才: number = 100 人次"),
    (
        "培训合格率达到100%，创新方法实践项目完成率90%",
        "培训合格率: percent >= 100 % ; 创新方法实践项目完成率: percent = 90 %",
    ),
    ("1-12月,全年运行不少于120天", "period 2024-01-01..2024-12-31 ; 全年运行: number >= 120 天"),
    ("4.72万元/年,不高于平均0.104万元/场次", "money = 47200 元/年 ; 平均: money <= 1040 元/场次"),
    (
        "制作科普短视频>=100 条;开展科普直播>=20 次",
        "制作科普短视频: number >= 100 条 ; 开展科普直播: number >= 20 次",
    ),
    (r"$\geq 10\%$", "percent >= 10 %"),
    ("受众师生群体逐年增长", "text"),
    ("持续提升", "text"),
    ("0", "number = 0"),
    ("59%", "percent = 59 %"),
]

SIGNS = [
    ("≥95.00%", "percent >= 95 %"), ("≧735", "number >= 735"), ("⩾3项", "number >= 3 项"), ("=>3", "number >= 3"), (">=3", "number >= 3"), ("≦5天", "number <= 5 天"),
    ("〉80%", "percent > 80 %"), ("﹦72890", "number = 72890"), ("═100", "number = 100"), ("＝100%", "percent = 100 %"), ("≥９０％", "percent >= 90 %"),
    ("大于等于20", "number >= 20"), ("大于90%", "percent > 90 %"), ("不少于3名专家", "number >= 3 名专家"), ("不低于95%", "percent >= 95 %"), ("至少5次以上", "number >= 5 次"),
    ("达98%", "percent >= 98 %"), ("超过100人", "number > 100 人"), ("高于5%", "percent > 5 %"), ("不超过3%（含）", "percent <= 3 %"), ("不高于10元", "money <= 10 元"),
    ("控制在50万元以内", "money <= 500000 元"), ("小于等于5", "number <= 5"), ("不足5%", "percent < 5 %"), ("低于3%", "percent < 3 %"), ("少于2次", "number < 2 次"),
    ("完成率为98.5%", "完成率: percent = 98.5 %"), ("95%以上", "percent >= 95 %"), ("15%及其以下", "percent <= 15 %"), ("90分及以上", "number >= 90 分"), ("5人以下", "number <= 5 人"),
    ("250元以内", "money <= 250 元"), ("1次以上/月", "number >= 1 次/月"), ("6个工作日内", "number <= 6 个工作日"), ("合同签订后30日内", "合同签订后: number <= 30 日"),
    ("24小时内响应", "number <= 24 小时"), ("20余场", "number > 20 场"), ("500多人", "number > 500 人"), ("约20余场", "number > 20 场"), ("3000人左右", "number ~ 3000 人"),
    ("约5.5万人次", "number ~ 55000 人次"), ("近百人", "number < 100 人"), ("超百万人次", "number > 1000000 人次"), ("260万人次以上", "number >= 2600000 人次"),
    ("30%以上的学校", "percent >= 30 %"), ("≥85分（含85分）", "number >= 85 分"), ("日均≥3次", "日均: number >= 3 次"), ("满意度：≥95%", "满意度: percent >= 95 %"), ("(≥95%)", "percent >= 95 %"),
    ("达标率100%", "达标率: percent = 100 %"), ("增长10%以上", "增长: percent >= 10 %"), ("不少于每年3次", "每年: number >= 3 次"),
]  # fmt: skip

UNITS = [
    ("≥3次/年", "number >= 3 次/年"), ("1次/月", "number = 1 次/月"), ("每季度1次", "每季度: number = 1 次"), ("3人/次", "number = 3 人/次"), ("≥12次/年/人", "number >= 12 次/年/人"),
    ("60户/人.月", "number = 60 户/人.月"), ("10台（套）", "number = 10 台(套)"), ("5台(套)", "number = 5 台(套)"), ("12个月", "number = 12 个月"), ("0起", "number = 0 起"),
    ("≥2万亩", "number >= 20000 亩"), ("1346.0088万平方米", "number = 13460088 平方米"), ("1,200人", "number = 1200 人"), ("1，200人次", "number = 1200 人次"), ("≥5 000人", "number >= 5000 人"),
    ("3千人", "number = 3000 人"), ("5千克", "number = 5 千克"), ("1.2亿人次", "number = 120000000 人次"), ("500m2", "number = 500 m2"), ("2km", "number = 2 km"), ("80TB", "number = 80 TB"),
    ("100km/h", "number = 100 km/h"), ("90分以上", "number >= 90 分"), ("≥4.5星", "number >= 4.5 星"), ("2.5倍", "number = 2.5 倍"), ("5个百分点", "number = 5 个百分点"),
    ("三次", "number = 3 次"), ("每年两次", "每年: number = 2 次"), ("十二期", "number = 12 期"), ("二十个以上", "number >= 20 个"), ("不少于五次", "number >= 5 次"), ("一个月内", "number <= 1 个月"),
    ("1个标准化社区卫生服务中心建设项目", "number = 1 个"), ("13.5万美元", "number = 135000 美元"), ("0事故", "number = 0 事故"), ("5次完成", "number = 5 次"),
]  # fmt: skip

PERCENTS = [
    ("100（%）", "percent = 100 %"), ("=100.00(%)", "percent = 100 %"), ("99.5％", "percent = 99.5 %"), ("50%%", "percent = 50 %"), ("100百分比", "percent = 100 %"), ("5‰", "percent = 0.5 %"),
    ("千分之三", "percent = 0.3 %"), ("百分之九十", "percent = 90 %"), ("百分之九十五以上", "percent >= 95 %"), ("九成", "percent = 90 %"), ("九成以上", "percent >= 90 %"), ("八成五", "percent = 85 %"), ("八成半", "percent = 85 %"), ("3成员", "number = 3 成员"),
    ("100%完成", "percent = 100 %"), ("-5.2%", "percent = -5.2 %"), ("较上年增长5%", "较上年增长: percent = 5 %"), ("比上年减少2%", "比上年减少: percent = 2 %"), ("≥99.9%（全年）", "percent >= 99.9 %"),
]  # fmt: skip

RANGES = [
    ("80%-90%", "percent range 80..90 %"), ("80%～90%", "percent range 80..90 %"), ("80~90", "number range 80..90"), ("3-5次", "number range 3..5 次"), ("3次至5次", "number range 3..5 次"),
    ("8至10天", "number range 8..10 天"), ("1-3个工作日", "number range 1..3 个工作日"), ("100-80%(含80%)", "percent range 80..100 %"), ("±5%", "percent range -5..5 %"),
    ("1-2万人", "number range 10000..20000 人"), ("50万元-60万元", "money range 500000..600000 元"), ("0.5-1万元", "money range 5000..10000 元"), ("80%≤x≤90%", "percent range 80..90 %"),
    ("30—50岁", "number range 30..50 岁"), ("每周1-2次", "每周: number range 1..2 次"),
]  # fmt: skip

MONEY = [
    ("2.6亿元", "money = 260000000 元"), ("62560元", "money = 62560 元"), ("￥3,000", "money = 3000 元"), ("叁万元", "money = 30000 元"), ("叁拾万元", "money = 300000 元"), ("8000元/台", "money = 8000 元/台"),
    ("17元/人.每天", "money = 17 元/人.每天"), ("≥2000元/人·年", "money >= 2000 元/人·年"), ("≥200元每人每月", "money >= 200 元每人每月"), ("每亩300元", "每亩: money = 300 元"), ("2元/平方米", "money = 2 元/平方米"),
    ("-13.27万元", "money = -132700 元"), ("12.5（万元）", "money = 125000 元"), ("28.8萬元", "money = 288000 元"), ("3.5 亿元左右", "money ~ 350000000 元"), ("$\\le 5$万元", "money <= 50000 元"),
    ("854万元(高标准400万元,示范295万元)", "money = 8540000 元 ; 高标准: money = 4000000 元 ; 示范: money = 2950000 元"), ("20万", "number = 200000"), ("828万/次", "number = 8280000 /次"),
]  # fmt: skip

COSTS = [
    ("20万", "money = 200000 元", True), ("17.34万", "money = 173400 元", True), ("828万/次", "money = 8280000 元/次", True), ("≤20万", "money <= 200000 元", True), ("5万以内", "money <= 50000 元", True),
    ("10-20万", "money range 100000..200000 元", True), ("3.5万每人", "money = 35000 元每人", True), ("20万元", "money = 200000 元", False), ("30", "number = 30", False), ("1万人", "number = 10000 人", False),
    ("≤28.40/株", "number <= 28.4 /株", False),
]  # fmt: skip

TIMES = [
    ("12月底前", "date <= 2024-12-31"), ("2024年12月底前完成率100%", "date <= 2024-12-31 ; 完成率: percent = 100 %"), ("11月底完成100%", "date <= 2024-11-30 ; percent = 100 %"),
    ("6月底前完成50%，12月底前完成100%", "date <= 2024-06-30 ; percent = 50 % ; date <= 2024-12-31 ; percent = 100 %"), ("2024-12-31", "date = 2024-12-31"), ("20241231", "date = 2024-12-31"),
    ("2024.1.1-2024.12.31", "period 2024-01-01..2024-12-31"), ("第四季度", "period 2024-10-01..2024-12-31"), ("一季度末", "date <= 2024-03-31"), ("项目于2024年底前完成验收", "项目: date <= 2024-12-31"),
    ("2024年培训≥50人", "2024年培训: number >= 50 人"), ("一季度1次，二季度2次", "一季度: number = 1 次 ; 二季度: number = 2 次"), ("完成2023年全国科普日活动", "text"), ("每月10日前", "text"), ("按月", "text"),
    ("不低于2023年水平", "text"), ("较2023年提高3个百分点", "较2023年提高: number = 3 个百分点"), ("3个月内", "number <= 3 个月"), ("1-3年", "number range 1..3 年"),
]  # fmt: skip

COMPOUNDS = [
    ("1600人、200人", "number = 1600 人 ; number = 200 人"), ("1项，2场", "number = 1 项 ; number = 2 场"), ("不少于2次，每次不少于3天", "number >= 2 次 ; 每次: number >= 3 天"),
    ("1、短视频10条；2、直播5场", "短视频: number = 10 条 ; 直播: number = 5 场"), ("1、短视频10条2、直播5场3、文章20篇", "短视频: number = 10 条 ; 直播: number = 5 场 ; 文章: number = 20 篇"),
    ("（1）培训3期（2）参训100人", "培训: number = 3 期 ; 参训: number = 100 人"), ("培训3期参训人数≥100人", "培训: number = 3 期 ; 参训人数: number >= 100 人"),
    ("获得一等奖2项、二等奖3项", "获得一等奖: number = 2 项 ; 二等奖: number = 3 项"), ("10份文件及3份报告", "number = 10 份文件 ; number = 3 份报告"), ("合格率100%;及时率100%", "合格率: percent = 100 % ; 及时率: percent = 100 %"),
    ("100%/95%", "percent = 100 % ; percent = 95 %"), ("不低于80%且不高于90%", "percent >= 80 % ; percent <= 90 %"),
    ("覆盖率100%，满意度95%以上，投诉率≤1%", "覆盖率: percent = 100 % ; 满意度: percent >= 95 % ; 投诉率: percent <= 1 %"),
]  # fmt: skip

NAMES_NOT_NUMBERS = [
    ("A4纸500包", "A4纸: number = 500 包"), ("5G基站≥10个", "5G基站: number >= 10 个"), ("PM2.5浓度≤35微克/立方米", "PM2.5浓度: number <= 35 微克/立方米"),
    ("“十四五”规划完成率≥95%", "“十四五”规划完成率: percent >= 95 %"), ("10kV线路5公里", "10kV线路: number = 5 公里"), ("三等奖1个", "三等奖: number = 1 个"), ("第一批100个", "第一批: number = 100 个"),
    ("第3届", "text"), ("〔2021〕101号", "text"), ("《2024年第1号通知》", "text"), ("7×24小时", "text"), ("1:500", "text"), ("1/3", "text"), ("9:00-17:00", "text"), ("T+1日", "text"), ("½", "text"),
    ("C级", "text"), ("三级甲等", "text"), ("一次性", "text"), ("统一", "text"), ("千家万户", "text"), ("一般", "text"), ("十四五", "text"), ("优", "text"), ("定性", "text"), ("无", "text"), ("XX%", "text"),
    ("不低于上年度水平", "text"), ("同比下降", "text"), ("不超预算", "text"), ("100万以内不得分的规定已经废止", "number <= 1000000"),
]  # fmt: skip

FLAGS = [
    ("、条、个、不少于场、活动拍摄不少于场、视频后期制作部、《短片》系列短片共集，每集分钟", {"digits_lost"}), ("、次以上；、%；、%以内；、场拍摄、部视频", {"digits_lost"}), ("≥", {"digits_lost"}),
    ("%", {"digits_lost"}), ("不少于次", {"digits_lost"}), ("及时", set()), ("不低于上年", set()), ("不超预算", set()), ("290%", {"unit_suspect"}), ("2100%", {"unit_suspect"}), ("200%", set()),
    ("≥290%", set()), ("120%", set()), ("45291", {"unit_suspect"}), ("44,561", {"unit_suspect"}), ("45291人", set()), ("3", set()),
]  # fmt: skip

PLACEHOLDERS = [
    ("0", "0", None, True), ("无", "0", None, True), (None, "无", None, True), ("0", None, None, True), ("无", "无", "无", True), ("指标1：无", "无", None, True), ("不涉及", "—", None, True),
    (None, None, None, False), ("/", "-", None, False), ("事故数", "0", None, False), ("无", "5", None, False), ("0", "0起", None, False), (None, "0起", None, False), ("无", "0", "3", False),
    ("满意度", "无", None, False),
]  # fmt: skip

ATTAINED = [
    ("10条", "44条", 440.0), ("≥90%", "95%", 105.5556), ("30期", "30", 100.0), ("≥90%", "95", 105.5556), ("20万元", "19.71万元", 98.55), ("10场", "10期", None), ("0", "3", None), ("优", "优", None),
    ("80-90", "85", None), ("30万元", "30", None), ("12月底", "11月底", None), (None, "3", None), ("2次、3场", "2次、3场", None),
]  # fmt: skip

MET = [
    ("≥90%", "95%", False, True), ("≥90%", "89%", False, False), (">80%", "80%", False, False), ("≤2%", "1%", False, True), ("≤2%", "3%", False, False), ("<5", "5", False, False),
    ("10条", "44条", False, True), ("10条", "9条", False, False), ("10万元", "9万元", True, True), ("10万元", "11万元", True, False), ("10万元", "9万元", False, False),
    ("80-90分", "85分", False, True), ("80-90分", "95分", False, False), ("≥90%", "≥95%", False, True), (">80%", ">80%", False, True), ("≥95%", "≥90%", False, None), (">80%", "≥80%", False, None),
    ("≥90%", "95", False, True), ("10场", "12期", False, None), ("优", "优", False, True), ("明显 提升", "明显提升", False, True), ("提升", "明显提升", False, None), ("≥90%", "满意", False, None),
    ("30万元", "30", False, None), ("2024年12月底前", "2024年11月30日", False, True), ("2024年12月底前", "2025年1月5日", False, False), ("2024年1-12月", "2024年1-12月", False, True),
    ("2024年1-12月", "2025年1-3月", False, False), ("2次、3场", "2次、3场", False, True), ("2次、3场", "2次、4场", False, None), (None, None, False, None), ("—", "—", False, None), ("5元/人", "4元/人", True, True),
    ("5元/人", "4元", True, None),
]  # fmt: skip


def show(value: Value) -> str:
    """A value in the notation of the tables above."""
    return " ; ".join(_part(p) for p in value.parts) if value.parts else str(value.kind)


def _part(p: Part) -> str:
    label = f"{p.label}: " if p.label else ""
    if p.kind == "period":
        return f"{label}period {p.date_start}..{p.date_end}"
    if p.kind == "date":
        return f"{label}date {p.comparator} {p.date_end}"
    top = "" if p.value_max is None else f"..{p.value_max:.12g}"
    unit = f" {p.unit}" if p.unit else ""
    return f"{label}{p.kind} {p.comparator} {p.value:.12g}{top}{unit}"


@pytest.mark.parametrize(("raw", "expected"), SEEDS, ids=lambda x: x)
def test_cells_of_the_bundled_forms(raw: str, expected: str) -> None:
    assert show(read_value(raw, fiscal_year=2024)) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [*SIGNS, *UNITS, *PERCENTS, *RANGES, *MONEY, *TIMES, *COMPOUNDS, *NAMES_NOT_NUMBERS],
    ids=lambda x: x,
)
def test_cells_of_other_published_forms(raw: str, expected: str) -> None:
    assert show(read_value(raw, fiscal_year=2024)) == expected


@pytest.mark.parametrize(("raw", "expected", "assumed"), COSTS)
def test_cost_indicators(raw: str, expected: str, assumed: bool) -> None:
    value = read_value(raw, fiscal_year=2024, cost=True)
    assert show(value) == expected
    assert ("unit_assumed" in value.flags) is assumed


@pytest.mark.parametrize(("raw", "flags"), FLAGS)
def test_flags(raw: str, flags: set[str]) -> None:
    assert read_value(raw, fiscal_year=2024).flags == flags


@pytest.mark.parametrize("raw", [None, "", " ", "—", "-", "/", "\\", "——", "\u3000"])
def test_blank_cells_are_null(raw: str | None) -> None:
    assert read_value(raw, fiscal_year=2024) == Value()


def test_one_measure_is_repeated_in_the_scalars() -> None:
    value = read_value("每年正常开馆率≥98%")
    assert (value.kind, value.comparator, value.value, value.unit) == ("percent", ">=", 98.0, "%")
    assert value.parts == (Part("每年正常开馆率", "percent", ">=", 98.0, None, "%"),)


def test_a_compound_has_no_scalars_and_a_text_no_parts() -> None:
    several = read_value("1项，2场")
    assert (several.kind, several.comparator, several.value, several.unit, len(several.parts)) == (
        "compound",
        None,
        None,
        None,
        2,
    )
    assert read_value("及时") == Value("text")


def test_a_date_without_any_year_is_a_text() -> None:
    assert read_value("12月底前") == Value("text")
    assert read_value("1-12月") == Value("text")


@pytest.mark.parametrize(("name", "target", "actual", "expected"), PLACEHOLDERS)
def test_is_placeholder(name: str | None, target: str | None, actual: str | None, expected: bool) -> None:
    assert is_placeholder(name, target, actual) is expected


@pytest.mark.parametrize(("target", "actual", "expected"), ATTAINED)
def test_attainment(target: str | None, actual: str | None, expected: float | None) -> None:
    assert attainment(read_value(target, fiscal_year=2024), read_value(actual, fiscal_year=2024)) == expected


@pytest.mark.parametrize(("target", "actual", "cost", "expected"), MET)
def test_target_met(target: str | None, actual: str | None, cost: bool, expected: bool | None) -> None:
    read = [read_value(raw, fiscal_year=2024, cost=cost) for raw in (target, actual)]
    assert target_met(read[0], read[1], cost=cost, target_raw=target, actual_raw=actual) is expected


SIGN_FORMS = st.sampled_from(
    [("", "", "="), ("＝", "", "="), ("≥", "", ">="), ("≥ ", "", ">="), (">=", "", ">="), ("不少于", "", ">="), ("至少", "", ">="), ("达到", "", ">="), ("", "以上", ">="), ("", "及以上", ">="),
     ("≤", "", "<="), ("<=", "", "<="), ("不超过", "", "<="), ("", "以内", "<="), ("", "以下", "<="), ("＞", "", ">"), ("超过", "", ">"), ("低于", "", "<"), ("约", "", "~"), ("", "左右", "~")]
)  # fmt: skip
UNIT_FORMS = st.sampled_from(
    ["次", "人次", "个", "家", "场次", "台(套)", "平方米", "个工作日", "次/年", "名专家", "km", "小时"]
)
SPACE = st.sampled_from(["", " ", "\n", "\u3000"])
FIGURE = st.decimals(min_value=0, max_value=10**7, places=2).map(lambda d: d.normalize() + 0)


@given(SIGN_FORMS, FIGURE, UNIT_FORMS, st.booleans())
def test_printed_counts_read_back(
    sign: tuple[str, str, str], figure: object, unit: str, grouped: bool
) -> None:
    value = read_value(
        f"{sign[0]}{figure:,f}{unit}{sign[1]}" if grouped else f"{sign[0]}{figure:f}{unit}{sign[1]}"
    )
    assert (value.kind, value.comparator, value.value, value.unit) == (
        "number",
        sign[2],
        float(str(figure)),
        unit,
    )


@given(SIGN_FORMS, FIGURE, SPACE, st.sampled_from(["%", "％", "(%)", "百分比"]))
def test_printed_percents_read_back(
    sign: tuple[str, str, str], figure: object, space: str, mark: str
) -> None:
    value = read_value(f"{sign[0]}{figure:f}{space}{mark}{sign[1]}")
    assert (value.kind, value.comparator, value.value, value.unit) == (
        "percent",
        sign[2],
        float(str(figure)),
        "%",
    )


@given(
    SIGN_FORMS,
    FIGURE,
    st.sampled_from([("元", 1), ("千元", 1000), ("万元", 10**4), ("亿元", 10**8)]),
    st.sampled_from(["", "/人", "/场次", "/人·月"]),
)
def test_printed_money_reads_back(
    sign: tuple[str, str, str], figure: object, unit: tuple[str, int], per: str
) -> None:
    value = read_value(f"{sign[0]}{figure:f}{unit[0]}{per}{sign[1]}")
    assert (value.kind, value.comparator, value.unit) == ("money", sign[2], "元" + per)
    assert value.value == pytest.approx(float(str(figure)) * unit[1], rel=1e-12)


@given(
    st.integers(0, 10**4),
    st.integers(1, 10**4),
    st.sampled_from(["-", "~", "～", "—", "至", "--"]),
    st.sampled_from(["%", "次", "人次", "个工作日"]),
    st.booleans(),
)
def test_printed_ranges_read_back(low: int, width: int, sign: str, unit: str, both: bool) -> None:
    value = read_value(f"{low}{unit if both else ''}{sign}{low + width}{unit}")
    assert (value.comparator, value.value, value.value_max, value.unit) == ("range", low, low + width, unit)


@given(st.dates(date(1990, 1, 1), date(2059, 12, 31)), st.sampled_from(["前", "之前完成", "前完成"]))
def test_printed_deadlines_read_back(day: date, ending: str) -> None:
    value = read_value(f"{day.year}年{day.month}月{day.day}日{ending}")
    assert (value.kind, value.comparator, value.date_start, value.date_end) == ("date", "<=", None, day)


CELL_TEXT = st.text(
    alphabet="0123456789%％‰.,，、；;（）()≥≤<>=＝~-—至万亿千百元次人个年月日底前完成率以上内余多约超达不少于共每/·×一二三十两第《》“”〔〕 \n$\\",
    max_size=30,
)


@given(
    st.one_of(st.text(max_size=40), CELL_TEXT), st.one_of(st.none(), st.integers(1990, 2059)), st.booleans()
)
def test_nothing_raises_and_the_fields_agree(text: str, year: int | None, cost: bool) -> None:
    value = read_value(text, fiscal_year=year, cost=cost)
    assert (value.kind == "compound") == (len(value.parts) > 1)
    assert (value.kind in (None, "text")) == (not value.parts)
    for part in value.parts:
        assert part.kind in ("number", "percent", "money", "date", "period")
        assert (part.value is None) == (part.kind in ("date", "period")) == (part.date_end is not None)
        assert (part.comparator == "range") == (part.value_max is not None)
        assert part.value_max is None or part.value is None or part.value <= part.value_max
    assert target_met(value, value, cost=cost, target_raw=text, actual_raw=text) in (True, False, None)
    assert is_placeholder(text, text, text) in (True, False)


@pytest.mark.parametrize("text", ["1100 00亩", "≥5 0%", "1,2 00人"])
def test_a_figure_right_before_another_is_a_number_not_understood(text: str) -> None:
    value = read_value(text)
    assert (value.kind, value.value, value.parts) == ("text", None, ())
    assert "value_unread" in value.flags


@pytest.mark.parametrize("text", ["PM2.5 35微克", "2023年 95%", "培训1100"])
def test_a_name_or_a_year_before_a_figure_is_no_torn_number(text: str) -> None:
    assert "value_unread" not in read_value(text).flags
