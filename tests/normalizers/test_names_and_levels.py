"""`normalizers.indicator_names` and `normalizers.levels`: the labels of an indicator row."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalizers.indicator_names import counted, split_ordinal
from normalizers.levels import LEVEL1, LEVEL2_ORDER, LEVEL_LABELS, parent_of, read_level

NAMES = [
    ("指标 2：媒体宣传", 2, "媒体宣传"), ("指标 1: 举办揭晓盛典", 1, "举办揭晓盛典"), ("指标12：x", 12, "x"), ("指标3 培训人数", 3, "培训人数"), ("指标1培训合格率", 1, "培训合格率"), ("指标1：", 1, ""),
    ("指标二：参训率", 2, "参训率"), ("指标十二：参训率", 12, "参训率"), ("三级指标1：满意度", 1, "满意度"), ("指标：满意度", None, "满意度"), ("指标１：培训 人数", 1, "培训人数"),
    ("指标12021年11月30日前完成", 1, "2021年11月30日前完成"), ("指标1:2024年培训", 1, "2024年培训"), ("指标 1 2021年任务", 1, "2021年任务"),
    ("1、发布信息", 1, "发布信息"), ("2.线下活动", 2, "线下活动"), ("3．线下活动", 3, "线下活动"), ("（1）培训人数", 1, "培训人数"), ("(12)培训人数", 12, "培训人数"), ("1）培训人数", 1, "培训人数"),
    ("①新建道路", 1, "新建道路"), ("⑩、新建道路", 10, "新建道路"),
    ("1、发布信息2、新开辟栏目3、线下活动", None, "1、发布信息2、新开辟栏目3、线下活动"), ("1、a；2、b", None, "1、a；2、b"), ("（1）a（2）b", None, "（1）a（2）b"), ("①a②b", None, "①a②b"),
    ("2024年培训人数", None, "2024年培训人数"), ("5G基站", None, "5G基站"), ("1.5万元补助发放", None, "1.5万元补助发放"), ("3个社区", None, "3个社区"), ("1年", None, "1年"), ("指标体系建设", None, "指标体系建设"),
    ("指标3个", None, "指标3个"), ("“科普资源库”建设", None, "“科普资源库”建设"), ("0", None, "0"), ("", None, ""), ("1、", None, "1、"),
]  # fmt: skip

# text, the column's level, level, label, parent, code, weight
LEVELS = [
    ("1-产出指标", 1, 1, "产出指标", None, "1", None),
    ("11-数量指标", 2, 2, "数量指标", "产出指标", "11", None),
    ("24-可持续发展影响", 2, 2, "可持续影响指标", "效益指标", "24", None),
    ("11数量指标", 2, 2, "数量指标", "产出指标", "11", None),
    ("一、产出指标", 1, 1, "产出指标", None, None, None),
    ("（一）产出指标", 1, 1, "产出指标", None, None, None),
    ("产出指标（50分）", 1, 1, "产出指标", None, None, 50.0),
    ("产出指标 (50 分)", 1, 1, "产出指标", None, None, 50.0),
    ("产出指标(50)", 1, 1, "产出指标", None, None, 50.0),
    ("产出指标(50分", 1, 1, "产出指标", None, None, 50.0),
    ("效益指标30分)", 1, 1, "效益指标", None, None, 30.0),
    ("产出指标50分", 1, 1, "产出指标", None, None, 50.0),
    ("产出指标（权重50%）", 1, 1, "产出指标", None, None, 50.0),
    ("数量指标15", 2, 2, "数量指标", "产出指标", None, 15.0),
    ("社会效益指标22.5分", 2, 2, "社会效益指标", "效益指标", None, 22.5),
    ("（20分）社会效益指标", 2, 2, "社会效益指标", "效益指标", None, 20.0),
    ("满意度指标（１０分）", 1, 1, "满意度指标", None, None, 10.0),
    ("社会效益指标(必填)", 2, 2, "社会效益指标", "效益指标", None, None),
    ("產出指標", 1, 1, "产出指标", None, None, None),
    ("产 出\n指 标", 1, 1, "产出指标", None, None, None),
    ("服务\n对象\n满意\n度指\n标", 2, 2, "服务对象满意度指标", "满意度指标", None, None),
    ("数量", 2, 2, "数量指标", "产出指标", None, None),
    ("时效指标等", 2, 2, "时效指标", "产出指标", None, None),
    ("进度指标", 2, 2, "时效指标", "产出指标", None, None),
    ("可持续效益指标", 2, 2, "可持续影响指标", "效益指标", None, None),
    ("环境效益指标", 2, 2, "生态效益指标", "效益指标", None, None),
    ("生态成本", 2, 2, "生态环境成本指标", "成本指标", None, None),
    ("经济成本指标", 2, 2, "经济成本指标", "成本指标", None, None),
    ("社会公众或服务对象满意度指标", 2, 2, "服务对象满意度指标", "满意度指标", None, None),
    ("服务对象", 2, 2, "服务对象满意度指标", "满意度指标", None, None),
    ("履职效能", 1, 1, "产出指标", None, None, None),
    ("项目完成", 1, 1, "产出指标", None, None, None),
    ("效果指标", 1, 1, "效益指标", None, None, None),
    ("满意度类指标", 1, 1, "满意度指标", None, None, None),
    # both levels: the column decides
    ("成本指标", 1, 1, "成本指标", None, None, None),
    ("成本指标", 2, 2, "成本指标", None, None, None),
    ("成本指标", None, 2, "成本指标", None, None, None),
    ("满意度指标", 1, 1, "满意度指标", None, None, None),
    ("满意度指标", 2, 2, "服务对象满意度指标", "满意度指标", None, None),
    ("满意度指标", None, 1, "满意度指标", None, None, None),
    ("预算执行率（10分）", 1, 1, "预算执行率", None, None, 10.0),
    ("预算执行率（10分）", 2, 2, "预算执行率", "预算执行率", None, 10.0),
    ("服务对象满意度", 1, 1, "满意度指标", None, None, None),
    # in the other level's column
    ("数量指标", 1, 2, "数量指标", "产出指标", None, None),
    ("产出指标", 2, 1, "产出指标", None, None, None),
    # other frames: known, kept as printed
    ("决策（20分）", 1, 1, "决策", None, None, 20.0),
    ("过程指标", 1, 1, "过程指标", None, None, None),
    ("项目立项", 2, 2, "项目立项", None, None, None),
]

UNKNOWN = [
    ("效率指标", 1, "效率指标", None), ("绩效指标(50分)", 1, "绩效指标", 50.0), ("民生效益（5分）", 2, "民生效益", 5.0), ("项目质量管理", 2, "项目质量管理", None), ("(50)", 1, "(50)", 50.0),
    ("培训人数", 2, "培训人数", None),
]  # fmt: skip

DAMAGED = [
    ("满意度指际", 1, "满意度指标"), ("社会效盖指标", 2, "社会效益指标"), ("数量指", 2, "数量指标"), ("可持续影向指标", 2, "可持续影响指标"), ("服务对象满意度捐标", 2, "服务对象满意度指标"),
]  # fmt: skip


def test_a_number_before_a_figure_is_an_ordinal_where_names_are_numbered() -> None:
    told = [counted(t) for t in ("1.4类以上水体消除率", "4、65岁以上老人", "就业人数", "4类水体", "0.5级")]
    assert [t and (t.ordinal, t.text) for t in told] == [
        (1, "4类以上水体消除率"), (4, "65岁以上老人"), None, None, None,
    ]  # fmt: skip


@pytest.mark.parametrize(("raw", "ordinal", "name"), NAMES)
def test_split_ordinal(raw: str, ordinal: int | None, name: str) -> None:
    assert split_ordinal(raw) == (ordinal, name)


@pytest.mark.parametrize(("raw", "column", "level", "label", "parent", "code", "weight"), LEVELS)
def test_read_level(
    raw: str,
    column: int | None,
    level: int,
    label: str,
    parent: str | None,
    code: str | None,
    weight: float | None,
) -> None:
    found = read_level(raw, column)
    assert found is not None
    assert (found.level, found.label, found.parent, found.code, found.weight) == (
        level,
        label,
        parent,
        code,
        weight,
    )
    assert (found.known, found.score) == (True, 1.0)


@pytest.mark.parametrize(("raw", "column", "label", "weight"), UNKNOWN)
def test_unknown_labels_are_kept_as_printed(raw: str, column: int, label: str, weight: float | None) -> None:
    found = read_level(raw, column)
    assert found is not None
    assert (found.known, found.level, found.label, found.weight) == (False, column, label, weight)


@pytest.mark.parametrize(("raw", "column", "label"), DAMAGED)
def test_damaged_labels_are_recognised_with_a_lower_score(raw: str, column: int, label: str) -> None:
    found = read_level(raw, column)
    assert found is not None
    assert found.known
    assert found.label == label
    assert 0.8 <= found.score < 1.0


@pytest.mark.parametrize("raw", ["", " ", "\n"])
def test_a_blank_text_is_no_level(raw: str) -> None:
    assert read_level(raw, 1) is None


def test_every_canonical_label_reads_as_itself() -> None:
    for level, labels in ((1, LEVEL1), (2, LEVEL2_ORDER)):
        for label in labels:
            found = read_level(label, level)
            assert found is not None
            assert (found.level, found.label, found.score) == (level, label, 1.0)


def test_every_printed_form_is_known() -> None:
    assert all(
        (found := read_level(form)) is not None and found.known and found.score == 1.0
        for form in LEVEL_LABELS
    )


def test_the_template_order_and_its_parents() -> None:
    assert LEVEL2_ORDER[:4] == ("数量指标", "质量指标", "时效指标", "成本指标")
    assert LEVEL2_ORDER[-1] == "服务对象满意度指标"
    assert [parent_of(label) for label in ("数量指标", "成本指标", "经济成本指标", "生态效益指标", "预算执行率", "没有")] == [
        "产出指标", None, "成本指标", "效益指标", "预算执行率", None,
    ]  # fmt: skip


@given(
    st.integers(1, 99),
    st.sampled_from(["培训人数", "2024年培训人数", "5G基站", "满意度"]),
    st.sampled_from(["指标{}：", "指标 {}: ", "三级指标{}："]),
)
def test_printed_ordinals_read_back(ordinal: int, name: str, form: str) -> None:
    assert split_ordinal(form.format(ordinal) + name) == (ordinal, name)


@given(
    st.sampled_from(LEVEL2_ORDER),
    st.integers(1, 100),
    st.sampled_from(["{}（{}分）", "{}({})", "{}{}分", "{} （ {} 分 ）", "{}\n({}分)"]),
)
def test_printed_weights_read_back(label: str, weight: int, form: str) -> None:
    found = read_level(form.format(label, weight), 2)
    assert found is not None
    assert (found.label, found.weight) == (label, float(weight))


@given(
    st.one_of(
        st.text(max_size=40),
        st.text(alphabet="指标产出效益数量质时满意度0123456789-.、（）()分①② :：", max_size=20),
    ),
    st.sampled_from([None, 1, 2]),
)
def test_nothing_raises(text: str, level: int | None) -> None:
    found = read_level(text, level)
    assert found is None or (found.level in (1, 2) and 0.0 <= found.score <= 1.0 and found.label)
    ordinal, _ = split_ordinal(text)
    assert ordinal is None or ordinal > 0
