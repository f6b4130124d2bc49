"""`normalizers.places`: names of places by GB/T 2260, the longest first, none where several share a name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalizers.places import Place, common, place, place_of


@pytest.mark.parametrize(
    ("text", "code", "path"),
    [
        ("浙江省杭州市西湖区教育局", "330106", "浙江省/杭州市/西湖区"),
        ("杭州市西湖区教育局", "330106", "浙江省/杭州市/西湖区"),
        ("吉林省财政厅", "220000", "吉林省"),
        ("吉林市财政局", "220200", "吉林省/吉林市"),
        ("吉林财政", "220000", "吉林省"),
        ("延边州财政局", "222400", "吉林省/延边朝鲜族自治州"),
        ("长阳县农业农村局", "420528", "湖北省/宜昌市/长阳土家族自治县"),
        ("北京市朝阳区城市管理委员会", "110105", "北京市/朝阳区"),
        ("湖北仙桃市卫生健康委员会", "429004", "湖北省/仙桃市"),
        ("关于公布2023年度长沙市岳麓区项目支出绩效自评结果", "430104", "湖南省/长沙市/岳麓区"),
        ("国家税务总局杭州市税务局", "330100", "浙江省/杭州市"),
        ("阳泉市矿区教育局", "140303", "山西省/阳泉市/矿区"),
        ("伊春市友好区教育局", "230719", "黑龙江省/伊春市/友好区"),
        ("邢台市襄都区民政局", "130502", "河北省/邢台市/襄都区"),
        ("邢台市桥东区民政局", "130502", "河北省/邢台市/襄都区"),
    ],
)  # fmt: skip
def test_the_longest_name_wins(text: str, code: str, path: str) -> None:
    found = place_of(text)
    assert found is not None
    assert (found.code, found.path) == (code, path)


@pytest.mark.parametrize(
    "text",
    ["", "朝阳区城市管理局", "西湖区教育局", "自治区科学技术协会", "中山大学", "矿区棚户区改造", "某某市应急管理局", "市教育局"],
)  # fmt: skip
def test_what_several_places_share_or_none_has_is_no_place(text: str) -> None:
    assert place_of(text) is None


def test_the_smallest_place_that_all_lie_in() -> None:
    hangzhou, westlake, ningbo, beijing = (Place(c, ()) for c in ("330100", "330106", "330200", "110000"))
    assert common([hangzhou, westlake]) == place("330100")
    assert common([westlake, ningbo]) == place("330000")
    assert common([westlake, beijing]) is None
    assert common([]) is None


@given(st.text())
def test_any_text_is_read_without_raising(text: str) -> None:
    found = place_of(text)
    assert found is None or len(found.code) == 6
