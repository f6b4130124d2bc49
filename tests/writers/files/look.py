"""How one document looks: font, rulings, what stands over and around the table, and how wide its columns are.

Comes in: a random generator, or settings by name. Goes out: a `Look`, which every engine follows as far as it
can, and shares of the page's width for the columns of a sheet. It also tears a sheet in two, as typists do at
the end of a page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from tests.writers.sheet import Sheet, WCell, lattice

# name → (family, file, number in the collection; no file where reportlab cannot embed the outlines)
FONTS = {
    "kai": ("AR PL UKai CN", "arphic/ukai.ttc", 0),
    "ming": ("AR PL UMing CN", "arphic/uming.ttc", 0),
    "zenhei": ("WenQuanYi Zen Hei", "wqy/wqy-zenhei.ttc", 0),
    "microhei": ("WenQuanYi Micro Hei", "wqy/wqy-microhei.ttc", 0),
    "noto-sans": ("Noto Sans CJK SC", None, 0),
    "noto-serif": ("Noto Serif CJK SC", None, 0),
    "noto-mono": ("Noto Sans Mono CJK SC", None, 0),
}
RULINGS = ("solid", "solid", "thin", "dashed", "dotted", "double", "rects", "fills", "open-sides", "none")
FLAWS = {
    "apart": "rulings end five points before they cross",
    "far-apart": "rulings end eight points before they cross",
    "no-walls": "only level rulings",
    "no-floors": "only upright rulings",
    "lost-walls": "a fifth of the upright rulings is not drawn",
    "lost-floors": "a fifth of the level rulings is not drawn",
    "shaken": "every ruling is up to three points off",
    "pale": "in gaps of seven points",
}
"""What may be wrong with rulings: no flaw is drawn by chance."""
WIDTH_EM = {  # widths of indicator columns in characters
    "level1": 4.5, "level2": 5.5, "name": 11.0, "target_raw": 7.5, "actual_raw": 7.5, "value": 5.5, "value_only": 5.5, "sign": 3.2,
    "unit": 4.0, "weight": 3.2, "score": 3.2, "review_score": 3.2, "deviation_reason": 9.0, "remark": 9.0, "direction": 4.2,
    "value_type": 3.2, "side": 2.4, "blank": 4.0,
}  # fmt: skip
FOOTNOTES = (
    "注：1.一级指标分值统一设置为：产出指标50分、效益指标30分、服务对象满意度指标10分、预算资金执行率10分。",
    "2.定性指标根据完成情况分为：达成预期指标、部分达成预期指标并具有一定效果、未达成预期指标且效果较差三档，分别按照100%-80%（含80%）、80%-60%（含60%）、60%-0%合理确定分值。",
)  # what the Ministry's model form says under the table
FIGURE_EM = 0.56  # width of a figure
MARGIN_EM = 1.0  # of a cell, both sides together


@dataclass(frozen=True, slots=True)
class Look:
    """The look of one document; what an engine has no means for it ignores."""

    font: str = "ming"
    size: float = 9.0  # points
    landscape: bool = False
    ruling: str = "solid"
    flaw: str = ""  # of the rulings, see `FLAWS`
    fill: bool = False  # headings on a grey ground
    left: bool = False  # texts at the left, not in the middle
    repeat_header: bool = False
    cut_rows: bool = False  # a row may be cut by the end of a page
    repeat_levels: bool = False  # a merged cell's text again on the next page
    page_numbers: str = ""  # "— {} —"
    watermark: str = ""
    seal: str = ""
    rotate: str = ""  # "flag": turned, and /Rotate turns it back; "turned": turned, and nothing says so
    crop: bool = False
    prose: bool = False
    torn: bool = False  # a form cut into two tables by hand
    narrow: bool = False  # labels broken over lines, the side label one character a line
    new_page: bool = True  # every form on a page of its own
    footnote: str = ""  # "row": notes in the last row of the table; "below": in paragraphs under it

    def but(self, **settings: Any) -> Look:
        """The same with other settings; raises TypeError for one that there is not."""
        return replace(self, **settings)


def look_of(rng: Random) -> Look:
    """A look by chance; most hazards are rare, so that one bad document tells which it was."""
    return Look(
        font=rng.choice(list(FONTS)),
        size=rng.choice([7.0, 7.5, 8.0, 9.0, 10.0, 10.5, 11.0]),
        landscape=rng.random() < 0.35,
        ruling=rng.choice(RULINGS),
        fill=rng.random() < 0.25,
        left=rng.random() < 0.3,
        repeat_header=rng.random() < 0.3,
        cut_rows=rng.random() < 0.5,
        repeat_levels=rng.random() < 0.2,
        page_numbers=rng.choice(["", "", "— {} —", "第 {} 页", "{}", "- {} -"]),
        watermark=rng.choice(["", "", "", "", "政府信息公开", "内部资料 注意保存"]),
        seal=rng.choice(["", "", "", "", "青河省财政厅", "临江市卫生健康局"]),
        rotate=rng.choice(["", "", "", "", "", "flag", "turned"]),
        crop=rng.random() < 0.1,
        prose=rng.random() < 0.35,
        torn=rng.random() < 0.12,
        narrow=rng.random() < 0.4,
        new_page=rng.random() < 0.6,
        footnote=rng.choice(["", "", "row", "below"]),
    )


def column_shares(sheet: Sheet, rng: Random) -> list[float]:
    """Shares of the table's width, in the order of the columns; they sum to 1.

    Columns are as wide as their indicator's field asks for, give or take a fifth, and no unmerged figure is
    wider than its column.
    """
    first = lattice(sheet)[sheet.indicator_rows[0]] if sheet.indicator_rows else []
    ems = [WIDTH_EM.get(c.role, 5.0) / c.col_span * rng.uniform(0.8, 1.2) for c in first] or [
        1.0
    ] * sheet.n_cols
    for cell in sheet.cells:
        if cell.text[:1].isdigit() and cell.text.isascii():
            need = (len(cell.text) * FIGURE_EM + MARGIN_EM) / cell.col_span
            for col in range(cell.col, cell.col + cell.col_span):
                ems[col] = max(ems[col], need)
    return [em / sum(ems) for em in ems]


def headings(sheet: Sheet) -> range:
    """The rows of the indicator block's heading, which a page may repeat."""
    rows = [c.row + k for c in sheet.cells if c.role == "heading" for k in range(c.row_span)]
    return range(min(rows), max(rows) + 1) if rows else range(0)


def torn(sheet: Sheet, at: int, *, repeat: bool) -> tuple[Sheet, Sheet]:
    """The sheet in two at a row; a cell over the tear is cut, its text stays above and, with `repeat`, stands
    below too.
    """
    upper, lower = [], []
    for cell in sheet.cells:
        end = cell.row + cell.row_span
        if end <= at:
            upper.append(cell)
        elif cell.row >= at:
            lower.append(replace(cell, row=cell.row - at))
        else:
            upper.append(replace(cell, row_span=at - cell.row))
            text = cell.text if repeat else ""
            lower.append(replace(cell, row=0, row_span=end - at, text=text))
    key = _place
    return (
        Sheet(sheet.titles, sheet.notes, tuple(upper), at, sheet.n_cols, tuple(r for r in sheet.indicator_rows if r < at)),
        Sheet(
            (), (), tuple(sorted(lower, key=key)), sheet.n_rows - at, sheet.n_cols, tuple(r - at for r in sheet.indicator_rows if r >= at)
        ),
    )  # fmt: skip


def parts(sheet: Sheet, look: Look, rng: Random) -> list[Sheet]:
    """The sheet as the tables that it is drawn as: one, or two where it is torn at a row in the midst of its
    indicators.
    """
    if look.footnote == "row":
        note = WCell("\n".join(FOOTNOTES), sheet.n_rows, 0, 1, sheet.n_cols, "note")
        sheet = replace(sheet, cells=(*sheet.cells, note), n_rows=sheet.n_rows + 1)
    inner = sheet.indicator_rows[2:-1]
    if not look.torn or not inner:
        return [sheet]
    return list(torn(sheet, rng.choice(inner), repeat=look.repeat_levels))


def footnotes(look: Look) -> tuple[str, ...]:
    """Paragraphs under a form's table."""
    return FOOTNOTES if look.footnote == "below" else ()


def prose(forms: Mapping[str, object], rng: Random) -> list[str]:
    """Paragraphs that stand before a form in a published report."""
    year, name = forms["fiscal_year"], forms.get("project_name") or "本单位"
    sentences = [
        f"根据{year}年预算绩效管理工作安排，我单位组织开展了项目支出绩效自评工作，现将有关情况报告如下。",
        f"一、项目基本情况。{name}由我单位负责实施，资金来源为财政拨款，项目按计划推进，组织管理规范。",
        "二、绩效管理情况。我单位高度重视预算绩效管理，建立健全了内部控制制度，强化了预算执行的约束力。",
        "三、存在的问题及下一步打算。个别项目前期论证不够充分，下一步将加强项目储备，提高预算编制的科学性。",
        "各项指标完成情况详见附表。",
    ]
    return [s for s in sentences if rng.random() < 0.7] or sentences[:1]


def _place(cell: WCell) -> tuple[int, int]:
    return cell.row, cell.col
