"""Title, publisher, day and year of a document, from the lines, the page's own title, or the rows of a workbook
above its first form.
"""

from __future__ import annotations

import html
from datetime import date

import pytest

from pipeline.app.document import parse_document
from pipeline.model.rows import DocumentRow
from tests.rows.workbooks import workbook

FORM = "项目支出绩效自评表"
TABLE = [
    ["项目名称", "农村公路养护"],
    ["主管部门", "某县交通运输局", "实施单位", "某县公路养护中心"],
    ["项目资金（万元）", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"],
    ["年度资金总额", "50", "50", "50", "10", "100%", "10"],
    ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"],
    ["产出指标", "数量指标", "养护里程", "≥120公里", "120公里", "50", "50"],
    ["效益指标", "社会效益指标", "通车率", "≥95%", "97%", "40", "40"],
    ["总分", "", "", "", "", "100", "100"],
]


def page(lines: list[str], title: str = "", form: str = FORM) -> DocumentRow:
    head = f"<head><title>{title}</title></head>" if title else ""
    above = "".join(f"<p>{html.escape(line)}</p>" for line in (*lines, form) if line)
    rows = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in TABLE)
    text = f"<html>{head}<body>{above}<table border='1'>{rows}</table></body></html>"
    return parse_document(text.encode(), "form.html").document


@pytest.mark.parametrize(
    ("lines", "title", "publisher"),
    [
        (["某市水务局", "2023年度部门预算项目支出", "绩效自评结果公开"], "2023年度部门预算项目支出绩效自评结果公开", "某市水务局"),
        (["某市水务局", "关于2023年度绩效自评情况的报告"], "某市水务局关于2023年度绩效自评情况的报告", "某市水务局"),
        (["附件3", "某市财政局关于公开2023年度绩效自评结果的通知"], "某市财政局关于公开2023年度绩效自评结果的通知", "某市财政局"),
        (["2023年度绩效自评报告", "根据预算绩效管理的有关要求，我单位开展了绩效自评"], "2023年度绩效自评报告", None),
        (["2023年度", "部门整体支出绩效自评报告", "单位名称：某县司法局（盖章）"], "2023年度部门整体支出绩效自评报告", "某县司法局"),
        (["某县民政局2023年度绩效评价报告", "评价机构：某会计师事务所有限公司", "2024年6月"], "某县民政局2023年度绩效评价报告", "某县民政局"),
        (["目  录", "一、部门概况", "二、2023年度部门决算情况说明", "三、绩效评价情况"], None, None),
        (["某市图书馆2023年度单位决算公开", "目录", "第一部分 单位概况", "一、主要职责"], "某市图书馆2023年度单位决算公开", "某市图书馆"),
        (["网站首页", "政务公开", "预决算公开", "绩效评价", "某局2023年度绩效自评公示", "来源：某局"], "某局2023年度绩效自评公示", "某局"),
        (["首页 > 政务公开 > 预决算公开", "2023年度绩效自评情况公开", "发布时间：2024-03-12 来源：某区教育局 浏览次数：23"],
         "2023年度绩效自评情况公开", "某区教育局"),
        (["2023年度某县水利局绩效自评公开"], "2023年度某县水利局绩效自评公开", "某县水利局"),
        (["某县2023年度绩效自评公开"], "某县2023年度绩效自评公开", None),
        (["关于某县2023年项目绩效自评情况的", "公示", "现予以公示。", "公示单位：某县农业农村局"], "关于某县2023年项目绩效自评情况的公示", "某县农业农村局"),
        (["某市某区交通运输局"], None, "某市某区交通运输局"),
        (["信息名称：某县民政局2023年绩效自评公开", "发布机构：某县民政局"], "某县民政局2023年绩效自评公开", "某县民政局"),
        (["2023年度部门预算公开", "情况说明"], "2023年度部门预算公开情况说明", None),
    ],
)  # fmt: skip
def test_title_and_publisher(lines: list[str], title: str | None, publisher: str | None) -> None:
    document = page(lines)
    assert (document["title"], document["publisher"]) == (title, publisher)


def test_the_pages_own_title_tells_which_line_is_it_and_stands_in_for_it() -> None:
    own = "某局2023年度绩效自评公开_某县人民政府"
    lines = ["2022年度绩效工作公告", "某局2023年度绩效自评公开"]
    assert page(lines, own)["title"] == "某局2023年度绩效自评公开"
    assert page(["欢迎访问"], own)["title"] == "某局2023年度绩效自评公开"


@pytest.mark.parametrize(
    "line", ["2024年3月15日", "发布时间：2024-03-12", "某财绩〔2024〕15号", "填报日期：2024.3.8"]
)
def test_a_day_and_a_letters_number_are_not_the_year_that_a_form_is_about(line: str) -> None:
    assert page(["2023年度绩效自评报告", line])["fiscal_year"] == 2023
    assert page([line])["fiscal_year"] is None


def test_the_rows_of_one_text_above_a_workbooks_first_form_are_its_cover() -> None:
    lines = ["附件2", "某市水务局2023年度绩效自评结果公开", "2024年6月5日"]
    rows = [[line] for line in (*lines, FORM)] + TABLE
    document = parse_document(workbook({"Sheet1": rows}), "a.xlsx").document
    assert (document["title"], document["publisher"]) == (lines[1], "某市水务局")
    assert (document["published_on"], document["fiscal_year"]) == (date(2024, 6, 5), 2023)
    cover = {"封面": [["某县教育局2024年部门预算公开"], ["编制单位：某县教育局"]], "表": [[FORM], *TABLE]}
    document = parse_document(workbook(cover), "a.xlsx").document
    assert (document["title"], document["publisher"]) == ("某县教育局2024年部门预算公开", "某县教育局")
    assert document["fiscal_year"] == 2024
    assert parse_document(workbook({"表": [[FORM], *TABLE]}), "a.xlsx").document["title"] is None
