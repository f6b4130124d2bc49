"""`pipeline.form.titles`: a form's title, of one line or of several."""

from __future__ import annotations

import pytest

from pipeline.form.titles import title_of
from pipeline.model.cells import Line
from pipeline.model.regions import Region


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        (["项目支出绩效自评表"], "项目支出绩效自评表"),
        (["2023年度某县本级财政", "项目支出绩效自评表", "（2023年度）"], "2023年度某县本级财政项目支出绩效自评表"),
        (["2024年省级预算项目支出", "绩效目标申报表"], "2024年省级预算项目支出绩效目标申报表"),
        (["项目支出绩效", "自评表", "单位：万元"], "项目支出绩效自评表"),
        (["2023年度", "项目支出绩效自评表"], "项目支出绩效自评表"),
        (["（2023年度）", "项目支出绩效自评表"], "项目支出绩效自评表"),
        (["某县教育局", "项目支出绩效自评表"], "项目支出绩效自评表"),
        (["2023年度部门决算公开", "项目支出绩效自评表"], "项目支出绩效自评表"),
        (["2022年度项目支出", "2023年度项目支出绩效自评表"], "2023年度项目支出绩效自评表"),
        (["2024年5月8日", "项目支出绩效自评表"], "项目支出绩效自评表"),
        (["附件2", "项目支出绩效自评表"], "项目支出绩效自评表"),
        (["填报单位：某局"], None),
    ],
)  # fmt: skip
def test_all_lines_of_a_title_are_joined(lines: list[str], title: str | None) -> None:
    assert title_of(Region(tuple(map(Line, lines)), ())) == title
