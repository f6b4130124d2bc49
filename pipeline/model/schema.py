"""The data contract as data: every column of every table, declared once.

Comes in: nothing. Goes out: `TABLES`, whose columns carry name, Arrow type, Chinese label, unit, meaning and
source; from them come the Arrow schemas with their metadata, the data dictionary and the types of the rows
(`pipeline/model/rows.py`). It refuses a table that names a column twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pyarrow as pa

from pipeline.version import VERSION

CONTRACT = "budget-performance disclosures, data contract 1"

STRING = pa.string()
INT16, INT32, INT64 = pa.int16(), pa.int32(), pa.int64()
FLOAT, BOOL, DATE = pa.float64(), pa.bool_(), pa.date32()
MONEY = pa.decimal128(20, 2)
FLAGS = pa.list_(pa.field("element", STRING, nullable=False))
BBOX = pa.list_(pa.field("element", pa.float32(), nullable=False), 4)
PART = pa.struct(
    [
        pa.field("label", STRING),
        pa.field("kind", STRING, nullable=False),
        pa.field("comparator", STRING),
        pa.field("value", FLOAT),
        pa.field("value_max", FLOAT),
        pa.field("unit", STRING),
        pa.field("date_start", DATE),
        pa.field("date_end", DATE),
    ]
)
PARTS = pa.list_(pa.field("element", PART, nullable=False))
DEPARTMENT = pa.struct([pa.field("role", STRING, nullable=False), pa.field("name", STRING, nullable=False)])
DEPARTMENTS = pa.list_(pa.field("element", DEPARTMENT, nullable=False))
REVIEW = pa.struct([pa.field("by", STRING, nullable=False), pa.field("score", FLOAT, nullable=False)])
DOUBT = pa.struct(
    [
        pa.field("column", STRING, nullable=False),
        pa.field("confidence", FLOAT, nullable=False),
        pa.field("why", STRING, nullable=False),
    ]
)
DOUBTS = pa.list_(pa.field("element", DOUBT, nullable=False))
REVIEWS = pa.list_(pa.field("element", REVIEW, nullable=False))

PERCENT = "percent points"
YUAN = "元"
POINTS = "score points"
SHARE = "0–1"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `unit` is what its figures count, `source` where in the document or the program they come
    from.
    """

    name: str
    type: pa.DataType
    label: str
    meaning: str
    source: str
    unit: str | None = None
    required: bool = False
    contract: bool = True  # False: an addition to the contract

    def field(self) -> pa.Field:
        """The Arrow field, with label, meaning, unit and source as its metadata."""
        facts = {"label": self.label, "description": self.meaning, "source": self.source, "unit": self.unit}
        return pa.field(
            self.name,
            self.type,
            nullable=not self.required,
            metadata={k: v for k, v in facts.items() if v is not None},
        )


@dataclass(frozen=True, slots=True)
class Table:
    """One table: what a row is, its key, and its columns in order."""

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    contract: bool = True  # False: a table beside those of the contract

    def __post_init__(self) -> None:
        names = self.names
        twice = sorted({n for n in names if names.count(n) > 1})
        if twice or not set(self.key) <= set(names):
            raise ValueError(f"table {self.name}: columns declared twice {twice}, key {self.key}")

    @property
    def names(self) -> tuple[str, ...]:
        """The column names in order."""
        return tuple(c.name for c in self.columns)

    def schema(self) -> pa.Schema:
        """The Arrow schema with the contract's name, the parser's version and the row's meaning as metadata."""
        facts = {
            "contract": CONTRACT,
            "parser_version": VERSION,
            "table": self.name,
            "description": self.row,
            "key": ",".join(self.key),
        }
        return pa.schema([c.field() for c in self.columns], metadata=facts)


def _text(name: str, label: str, meaning: str, source: str, *, required: bool = False) -> Column:
    return Column(name, STRING, label, meaning, source, required=required)


def _money(name: str, label: str, meaning: str, source: str) -> Column:
    return Column(name, MONEY, label, meaning, source, unit=YUAN)


def _number(name: str, label: str, meaning: str, source: str, unit: str) -> Column:
    return Column(name, FLOAT, label, meaning, source, unit=unit)


# fmt: off
# Columns that stand in more than one table.
DOCUMENT_ID = _text("document_id", "文档编号", "First 16 hex digits of the file's SHA-256.", "the file's bytes", required=True)
PROJECT_ID = _text("project_id", "项目编号", "`{document_id}-{form_index:03d}`.", "document and position of the form", required=True)
CONFIDENCE = Column("confidence", FLOAT, "置信度", "How probable it is that the row is right.", "pipeline/confidence, by numbers fitted on drawn documents", SHARE, True)
FLAG_LIST = Column("flags", FLAGS, "疑点标记", "What was repaired, guessed or found odd, sorted; the words are listed below.", "the stages that read the row", required=True)
FISCAL_YEAR = Column("fiscal_year", INT16, "年度", "The budget year.", "the form's title, its line (2023年度), or the document around it", "year")
# fmt: on


def _value(prefix: str, label: str, cell: str) -> tuple[Column, ...]:
    """The columns of one value read from a cell, as the contract's section "A value" says."""
    read = f"read from {prefix}_raw"

    def column(name: str, type_: pa.DataType, word: str, meaning: str, unit: str | None = None) -> Column:
        return Column(f"{prefix}_{name}", type_, f"{label}{word}", f"{meaning} ({cell}).", read, unit)

    return (
        column(
            "kind",
            STRING,
            "类型",
            "`number`, `percent`, `money`, `date`, `period`, `text` or `compound`; null where the cell is",
        ),
        column("comparator", STRING, "比较符", "`=`, `>=`, `>`, `<=`, `<`, `~` or `range`"),
        column(
            "value",
            FLOAT,
            "数值",
            "The figure scaled to its base unit, or the lower end of a range",
            "as the unit column says",
        ),
        column("value_max", FLOAT, "上限", "The upper end of a `range`", "as the unit column says"),
        column("unit", STRING, "单位", "The base unit of the figure; null if the cell has none"),
        column("date_start", DATE, "起始日", "The first day of a `period`", "day"),
        column(
            "date_end",
            DATE,
            "截止日",
            "The deadline or day of a `date`, or the last day of a `period`",
            "day",
        ),
        replace(
            column("parts", PARTS, "分项", "Every measure in the cell, in order; empty for `text`"),
            required=True,
        ),
    )


# fmt: off
DOCUMENTS = Table("documents", "One row per input file, the broken ones too.", ("source_path",), (
    DOCUMENT_ID,
    _text("sha256", "SHA-256", "The whole digest in hex digits.", "the file's bytes", required=True),
    _text("source_path", "文件路径", "The path below the input folder, `/`-separated.", "the run", required=True),
    _text("media_type", "媒体类型", "`application/pdf`, `text/plain`, …; null where no format was recognised.", "sniffed from the content, never from the ending"),
    Column("n_bytes", INT64, "字节数", "The file's size.", "the file", "bytes", True),
    Column("n_pages", INT32, "页数", "Pages of the document; null where the format has none.", "the reader", "pages"),
    _text("text_layer", "文字来源", "`native`, `ocr` or `mixed`; null where nothing was read.", "the reader"),
    _text("title", "文档标题", "The document's own title, a line or a few; null if it has only its forms' titles.", "lines before the first form, or the format's title field"),
    _text("publisher", "发布单位", "Who published the document, if it says so.", "the signature above the date, or a line such as 发布单位："),
    _text("region_code", "行政区划代码", "The publisher's place: six digits of GB/T 2260; null where the document does not tell.", "publisher, title, or the departments of the forms, by normalizers/places.tsv"),
    _text("region", "行政区划", "The names of the place from the province down: `浙江省/杭州市/西湖区`.", "region_code"),
    Column("published_on", DATE, "发布日期", "The date of publication or of filling in, where printed.", "发布日期, the line below the signature, or 填报日期", "day"),
    _text("document_number", "文号", "The number of the letter that the document is annexed to: `财预〔2021〕101号`.", "a line before the first form that says nothing else, or 文号："),
    replace(FISCAL_YEAR, meaning="The year that the document is about, if its forms agree on one.", source="the forms' years"),
    Column("n_projects", INT32, "项目表数", "Forms found in the file.", "counted", "forms", True),
    Column("n_indicators", INT32, "指标数", "Indicator rows found in the file, placeholders included.", "counted", "rows", True),
    Column("n_findings", INT32, "审核发现数", "Findings about the file and what is below it.", "counted", "findings", True),
    _text("status", "状态", "`ok`, `partial`, `empty`, `duplicate` or `failed`.", "the run", required=True),
    _text("error_code", "错误代码", "A stable code; null unless `partial` or `failed`.", "pipeline/model/errors.py"),
    _text("error", "错误说明", "A sentence: what happened and what to do next; for a `duplicate`, the earlier path.", "pipeline/model/errors.py"),
    _text("parser_version", "程序版本", "The version of the program that read the file.", "pipeline/version.py", required=True),
    replace(CONFIDENCE, meaning="The mean confidence of the file's forms; null where it has none.", required=False, contract=False),
    replace(FLAG_LIST, meaning="Doubts about the file as a whole (encoding, ending), sorted.", source="the reader", contract=False),
))

_ALL = "年度资金总额 line of the fund block"
PROJECTS = Table("projects", "One row per form; a form is one project's table.", ("project_id",), (
    PROJECT_ID,
    DOCUMENT_ID,
    Column("form_index", INT32, "表序号", "1, 2, … in reading order.", "position in the document", required=True),
    _text("form_type", "表类型", "`self_evaluation`, `target`, `indicator_system`, `overall_self_evaluation`, `overall_target`, `transfer_self_evaluation` or "
          "`transfer_target`.", "the form's title and blocks", required=True),
    _text("form_title", "表标题", "The title as printed, all its lines joined, white space removed.", "the lines above the form"),
    FISCAL_YEAR,
    _text("project_name", "项目名称", "The project; for an overall form the department or unit.", "项目名称"),
    _text("supervising_department", "主管部门", "The supervising department, without its code.", "主管部门"),
    _text("implementing_unit", "实施单位", "The unit that carries the project out, without its code.", "实施单位"),
    _text("supervising_department_code", "主管部门代码", "The code that is printed with the supervising department: `219001` of `219001-…`.", "主管部门, 主管部门代码"),
    _text("implementing_unit_code", "实施单位代码", "The code that is printed with the implementing unit: `433` of `(433)…`.", "实施单位, 单位代码"),
    Column("departments", DEPARTMENTS, "各部门", "All departments that the head names, in printed order: `role` is `supervising`, `central`, `local`, `finance` or `implementing`.", "主管部门, 中央主管部门, 地方主管部门, 省级财政部门, 实施单位", required=True),
    _text("project_attribute_code", "项目属性代码", "`02` of `02-经常性项目`.", "项目属性"),
    _text("project_attribute", "项目属性", "`经常性项目` of `02-经常性项目`.", "项目属性, after its code"),
    _text("project_period_raw", "项目期（原文）", "The project's term as printed: `99年`.", "项目期"),
    _number("project_period_years", "项目期", "The project's term where it is printed as a number of years.", "project_period_raw", "years"),
    Column("period_start", DATE, "开始日期", "The first day of the project's term, where the form gives it.", "项目起止时间, 计划开始日期", "day"),
    Column("period_end", DATE, "结束日期", "The last day of the project's term, where the form gives it.", "项目起止时间, 计划完成日期", "day"),
    _text("grade", "评价等级", "`优`, `良`, `中` or `差`, beside the total or in a line of its own.", "总分 row, 自评等级, 评价等级"),
    _text("amount_unit", "金额单位", "The unit that the form's bare amounts are printed in: `元`, `万元`, `亿元`.", "项目资金（万元）, 单位：万元"),
    _text("amount_unit_source", "金额单位来源", "`stated`, or `assumed` where the form does not say; null on a form without amounts.", "the title's lines, the head, the fund block"),
    Column("amount_decimals", INT16, "金额小数位数", "The most decimals with which the form prints its bare amounts, in its unit: 6 of `20.000000`; null where it prints none. How far rounding can have moved them.", "total_amount and the funding lines, as printed", "digits", contract=False),
    _money("total_amount", "项目总额", "The project's whole amount over all years.", "项目总额"),
    _money("initial_budget", "年初预算数", "The budget at the start of the year.", f"年初预算数, {_ALL}"),
    _money("annual_budget", "全年预算数", "The budget after changes; on a target form the year's amount.", f"全年预算数, {_ALL}"),
    _money("executed", "全年执行数", "What was spent in the year.", f"全年执行数, {_ALL}"),
    _number("execution_rate_reported_pct", "执行率（填报）", "The rate of execution as printed.", f"执行率, {_ALL}", PERCENT),
    _number("execution_rate_pct", "执行率（计算）", "executed / annual_budget × 100, rounded to 4 places; null where it cannot be computed.", "computed", PERCENT),
    _number("budget_weight", "预算执行分值", "Points that the execution of the budget can earn.", f"分值, {_ALL}", POINTS),
    _number("budget_score", "预算执行得分", "Points that the execution of the budget earned.", f"得分, {_ALL}", POINTS),
    _text("goal_expected", "预期目标", "The goal for the year.", "预期目标, 年度总体目标"),
    _text("goal_actual", "实际完成情况", "What was reached of the goal.", "实际完成情况"),
    _number("total_weight", "总分值", "The printed sum of all points to be earned.", "分值, 总分 or 合计 row", POINTS),
    _number("total_score", "总得分", "The printed sum of all points earned.", "得分, 总分 or 合计 row", POINTS),
    Column("indicator_columns", FLAGS, "指标表列", "What the indicator table has a column for (`target`, `weight`, `reason`, …), sorted: tells a blank from a column that is not there.",
           "the header of the indicator table", required=True, contract=False),
    Column("page_start", INT32, "起始页", "The form's first page, from 1; null without pages.", "the reader", "page"),
    Column("page_end", INT32, "结束页", "The form's last page, from 1; null without pages.", "the reader", "page"),
    _text("series_id", "系列编号", "The same project in other years, forms and documents shares it; null without a project name.", "pipeline/corpus/series.py; see the table series"),
    replace(CONFIDENCE, meaning="How probable it is that the form's head and funds are right, all of them."),
    replace(FLAG_LIST, meaning="What was repaired or guessed in the form's head, goals, totals or blocks, sorted."),
))

FUNDS = Table("funds", "One row per funding line of a form.", ("project_id", "line_no"), (
    PROJECT_ID,
    DOCUMENT_ID,
    Column("line_no", INT32, "行号", "1, 2, … as printed, row by row and left to right.", "position in the fund block", required=True),
    _text("label_raw", "资金名称（原文）", "The line's label, white space and trailing colon removed; `其中：` stays.", "the fund block", required=True),
    _text("scope", "资金范围", "`all`, `own_level` (本级资金) or `transferred` (转移市县（区）资金).", "the block that the line stands in", required=True),
    _text("source", "资金来源", "`total`, `fiscal`, `central`, `regional`, `carryover` or `other`; null for a line by nature and for a label that is not known.", "label_raw, by the vocabulary"),
    _text("nature", "支出性质", "`basic` (基本支出), `project` (项目支出), `personnel` (人员经费), `public` (公用经费); null for a line by source.", "label_raw, by the vocabulary"),
    _money("initial_budget", "年初预算数", "The line's budget at the start of the year.", "年初预算数"),
    _money("annual_budget", "全年预算数", "The line's budget after changes; on a target form its one amount.", "全年预算数"),
    _money("executed", "全年执行数", "What was spent of the line.", "全年执行数"),
    _number("weight", "分值", "Points that the line can earn.", "分值", POINTS),
    _number("execution_rate_reported_pct", "执行率（填报）", "The line's rate of execution as printed.", "执行率", PERCENT),
    _number("score", "得分", "Points that the line earned.", "得分", POINTS),
    replace(CONFIDENCE, meaning="How probable it is that the whole line is right.", contract=False),
    replace(FLAG_LIST, meaning="What was repaired, guessed or not read in the line, sorted.", contract=False),
))

INDICATORS = Table("indicators", "One row per indicator of a form.", ("indicator_id",), (
    _text("indicator_id", "指标编号", "`{project_id}-{seq:03d}`.", "form and position of the row", required=True),
    PROJECT_ID,
    DOCUMENT_ID,
    Column("seq", INT32, "序号", "1, 2, … in reading order in the form.", "position in the form", required=True),
    _text("level1", "一级指标", "The canonical first level; null where it is not known.", "level1_raw, or level2 where that decides"),
    _text("level2", "二级指标", "The canonical second level; null where it is not known.", "level2_raw, or the template's order"),
    _text("level1_raw", "一级指标（原文）", "The first level as printed, merged cells filled down, white space removed.", "一级指标"),
    _text("level2_raw", "二级指标（原文）", "The second level as printed, merged cells filled down, white space removed.", "二级指标"),
    _number("level1_weight", "一级指标分值", "Points printed with the first level: `产出指标（50分）` → 50.", "level1_raw", POINTS),
    _number("level2_weight", "二级指标分值", "Points printed with the second level: `数量指标（20分）` → 20.", "level2_raw", POINTS),
    Column("ordinal", INT32, "指标序号（原文）", "The number before the name: `指标 2：` → 2.", "name_raw"),
    _text("name", "三级指标", "The indicator without its ordinal; white space next to a Chinese character removed.", "name_raw, after its ordinal"),
    _text("name_raw", "三级指标（原文）", "The cell's text, line breaks joined.", "三级指标"),
    Column("is_core", BOOL, "是否核心指标", "Is the indicator marked ★, `*` or 核心指标? The mark is not part of `name`.", "name_raw, 是否核心指标", required=True),
    _text("name_threshold", "名称中的阈值", "A template's threshold inside the name (`（≥**人）`), not part of `name`; it gives sign and unit to a bare value.", "name_raw"),
    _text("parent_id", "上级指标编号", "The indicator_id of the indicator that an `其中：` row is a part of.", "name_raw, and the rows above"),
    Column("is_placeholder", BOOL, "占位行", "The row only says that there is no such indicator (`0`/`0`, `无`/`0`); its value columns are null.", "name and values", required=True),
    _text("target_raw", "年度指标值（原文）", "The target cell's text; sign, value and unit in columns of their own are joined.", "年度指标值"),
    _text("actual_raw", "实际完成值（原文）", "The actual cell's text; sign, value and unit in columns of their own are joined.", "实际完成值"),
    *_value("target", "年度指标值", "of the target"),
    *_value("actual", "实际完成值", "of the actual value"),
    _number("weight", "分值", "Points that the indicator can earn.", "分值", POINTS),
    _number("score", "得分", "Points that the indicator earned.", "得分, 自评得分", POINTS),
    _number("review_score", "复核分", "Points after review, where the form has them.", "复核分", POINTS),
    _text("adjusted_target_raw", "调整指标值（原文）", "The target after its adjustment in the year: the cell's text.", "调整指标值"),
    Column("reviews", REVIEWS, "其他复核分", "Scores of further reviewers, in printed order: who (the column's label), and the points.", "县级评分, 市级评分", required=True),
    _text("horizon", "期限", "`annual`; `long_term` for the rows of a 长期, 中期 or 实施期目标 block.", "the block that the row stands in", required=True),
    _text("direction", "指标方向", "`positive` or `negative` where the form says; else null.", "正向指标, 反向指标"),
    _text("remark", "备注", "An explanation that belongs to the row.", "指标解释, 评分标准, 备注"),
    _number("attainment_pct", "完成率", "actual / target × 100 where both are one number in the same unit.", "computed", PERCENT),
    Column("target_met", BOOL, "是否达标", "Does the actual value meet the target? Null where that cannot be told.", "target and actual compared"),
    _text("deviation_reason", "偏差原因", "Why the target was missed and what is done about it.", "偏差原因分析及改进措施"),
    replace(_text("cost_of", "成本所对应的数量指标", "The indicator_id of the quantity row that a cost row prices; null where none has a like name.", "names of the form's cost and quantity rows"), contract=False),
    replace(_money("cost_amount", "成本金额", "What a cost row adds to the project's cost: its amount, or unit cost × quantity.", "target_raw of the row and of the row cost_of"), contract=False),
    Column("page", INT32, "页码", "The page that the row starts on, from 1; null without pages.", "the reader", "page"),
    Column("bbox", BBOX, "位置", "x0, top, x1, bottom of the row on its page; null without a layout.", "the reader", "PDF points"),
    Column("line_start", INT32, "起始行", "The row's first line in a text source, from 1; else null.", "the reader", "line"),
    Column("line_end", INT32, "结束行", "The row's last line in a text source, from 1; else null.", "the reader", "line"),
    _text("extractor", "抽取器", "Which reader gave the row.", "the reader that gave the cells", required=True),
    replace(CONFIDENCE, meaning="How probable it is that every field of the row is right; from 0.95 on at least 99.5 % of the rows are."),
    Column("doubts", DOUBTS, "存疑列", "The columns that are likelier wrong than 1 in 20, each with its own probability of being right and the reason: what a reviewer has to look at.", "pipeline/confidence", required=True),
    FLAG_LIST,
))

_PLACE = (
    Column("page", INT32, "页码", "The page that it stands on, from 1; null without pages.", "the reader", "page"),
    Column("bbox", BBOX, "位置", "x0, top, x1, bottom of its cells on the page; null without a layout.", "the reader", "PDF points"),
    Column("line_start", INT32, "起始行", "Its first line in a text source, from 1; else null.", "the reader", "line"),
    Column("line_end", INT32, "结束行", "Its last line in a text source, from 1; else null.", "the reader", "line"),
)

TASKS = Table("tasks", "One row per line of 年度主要任务, or of a list of sub-projects or of work.", ("project_id", "seq"), (
    PROJECT_ID,
    DOCUMENT_ID,
    Column("seq", INT32, "序号", "1, 2, … in reading order in the form.", "position in the form", required=True),
    _text("name", "任务名称", "The task or part of the project.", "任务名称"),
    _text("content", "主要内容", "What is done in it.", "主要内容"),
    _money("budget", "预算金额", "What was planned for it.", "预算金额"),
    _money("executed", "执行金额", "What was spent on it.", "执行金额"),
    Column("start", DATE, "开始日期", "The day on which it begins.", "开始时间", "day"),
    Column("end", DATE, "完成日期", "The day by which it is done.", "完成时间", "day"),
    *_PLACE,
    replace(CONFIDENCE, meaning="That of the form: how probable it is that its head and funds are right."),
    replace(FLAG_LIST, meaning="What was repaired, guessed or not read in the line, sorted."),
))

STATEMENTS = Table("statements", "One row per line of 资金管理情况, and per box such as 存在问题 or 改进措施.", ("project_id", "seq"), (
    PROJECT_ID,
    DOCUMENT_ID,
    Column("seq", INT32, "序号", "1, 2, … in reading order in the form.", "position in the form", required=True),
    _text("label", "标签", "What the statement is about: `分配科学性`, `存在问题`.", "资金管理情况, or the box's label", required=True),
    _text("text", "内容", "What the form says of it.", "情况说明, or the box"),
    _text("problem", "存在问题和改进措施", "The problem and what is done about it, beside the text.", "存在问题和改进措施"),
    *_PLACE,
))

UNREAD = Table("unread", "One row per printed text inside a form that no column of another table took; in reading order, without a key.", (), (
    DOCUMENT_ID,
    PROJECT_ID,
    _text("text", "文字", "The cell's text, line breaks joined.", "the cell", required=True),
    _text("label", "标签", "The header above it or the label beside it; null where there is none.", "the form"),
    _text("why", "原因", "`unknown_column`: no list has the header above it; `unknown_label`: no list has the label beside it, or it is such a label; `no_column`: its label is "
          "known, and no table has a column for it; `no_figure`: a figure was expected, and this is none; `other_row`: its row is none that is understood; `left_over`: it "
          "stood between the cells that a text was cut into; `lost`: a fault of ours, see the flag `text_lost`.", "the reading", required=True),
    Column("page", INT32, "页码", "The page that it stands on, from 1; null without pages.", "the reader", "page"),
    Column("bbox", BBOX, "位置", "x0, top, x1, bottom of the cell on its page; null without a layout.", "the reader", "PDF points"),
    Column("line_start", INT32, "起始行", "The text's first line in a text source, from 1; else null.", "the reader", "line"),
    Column("line_end", INT32, "结束行", "The text's last line in a text source, from 1; else null.", "the reader", "line"),
))

FINDINGS = Table("findings", "One row per thing that an auditor would mark; a rule may mark one place twice, so there is no key.", (), (
    DOCUMENT_ID,
    replace(PROJECT_ID, meaning="The form that the finding is about; null for one about the document.", required=False),
    _text("indicator_id", "指标编号", "The row that the finding is about; null for one about the form or document.", "the row looked at"),
    _text("rule", "规则", "The rule's stable name in snake_case.", "pipeline/audit", required=True),
    _text("severity", "严重程度", "`error`, `warning` or `info`.", "the rule", required=True),
    _text("message", "说明", "One Chinese sentence with the figures in it.", "the rule and the figures", required=True),
    _text("expected", "应为", "What the rule expects.", "computed from the rest of the form"),
    _text("observed", "实为", "What the document says.", "the column that the rule looks at"),
))

SERIES = Table("series", "One row per form with a project name: its place in the series of the same project over years and documents.", ("project_id",), (
    _text("series_id", "系列编号", "The name of the series; a series once named keeps it when files are added.", "the oldest project's name and unit", required=True),
    PROJECT_ID,
    DOCUMENT_ID,
    _text("project_name", "项目名称", "The project's name on this form.", "项目名称", required=True),
    _text("implementing_unit", "实施单位", "The unit on this form.", "实施单位"),
    _text("form_type", "表类型", "The form's type, as in `projects`.", "the form", required=True),
    FISCAL_YEAR,
    _text("linked_to", "关联项目编号", "The project_id that this form was linked to; null for a series' first one.", "names, places and amounts compared"),
    _number("score", "关联得分", "How surely the two are one project; null for a series' first one.", "names, places and amounts compared", SHARE),
), contract=False)

CORRECTIONS = Table("corrections", "One row per line of the register of corrections, and what became of it.", ("line",), (
    Column("line", INT32, "行号", "The line in the register, from 1.", "the register", required=True),
    _text("sha256", "SHA-256", "The document's digest, whole or its first 16 hex digits.", "the register", required=True),
    Column("form", INT32, "表序号", "The form's number in the document, from 1.", "the register", required=True),
    _text("row", "行", "The indicator's seq, `fund N` for a funding line, null for the form itself.", "the register"),
    _text("column", "列", "The corrected column.", "the register", required=True),
    _text("old", "原值", "The value that the correction is meant to replace.", "the register"),
    _text("new", "新值", "The value that is right.", "the register"),
    _text("who", "更正人", "The person who corrects.", "the register", required=True),
    _text("why", "理由", "Why the value is corrected, with its evidence.", "the register", required=True),
    _text("status", "结果", "`applied`; `stale`: another value stands there, nothing was changed; `absent`: the document or row is not in this run.", "the run", required=True),
    _text("found", "现值", "The value that stands there, where the correction is stale.", "the run"),
), contract=False)

# fmt: on
TABLES: Mapping[str, Table] = {
    t.name: t
    for t in (
        DOCUMENTS,
        PROJECTS,
        FUNDS,
        INDICATORS,
        TASKS,
        STATEMENTS,
        UNREAD,
        FINDINGS,
        SERIES,
        CORRECTIONS,
    )
}
