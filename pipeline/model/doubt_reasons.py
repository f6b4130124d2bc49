"""Why a column of a row is doubted: the only words that may stand in `doubts.why`, declared once.

Comes in: nothing. Goes out: the reasons with what they mean, for the tables and the data dictionary. A
feature of `pipeline/confidence` opens with the reason that it belongs to.
"""

from __future__ import annotations

from enum import StrEnum


class DoubtReason(StrEnum):
    """What speaks against a column; `label` is Chinese, `meaning` English."""

    label: str
    meaning: str

    def __new__(cls, value: str, label: str, meaning: str) -> DoubtReason:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        member.meaning = meaning
        return member

    # fmt: off
    SOURCE = "source", "来源格式易误读", "sources of this kind are misread more often"
    RIVAL_READING = "rival_reading", "另有近似读法", "another way to place the row's cells is nearly as good"
    COLUMN_UNSURE = "column_unsure", "列含义不确定", "what the column holds could not be told for certain"
    COLUMN_MISSING = "column_missing", "表头缺列", "the header has no such column, or none was found"
    LABEL_UNKNOWN = "label_unknown", "表头用词未知", "a heading of the table is in no list"
    LEVEL_UNSURE = "level_unsure", "指标层级不确定", "a level is inferred, unknown, or out of its order"
    CONTENTS_ODD = "contents_odd", "内容与同列不符", "the cell or one beside it does not look like its column"
    ROW_SHIFTED = "row_shifted", "行内错位", "cells stand beside their columns, or were joined"
    CUT_GUESSED = "cut_guessed", "切分为推断", "nothing in the source parts this cell from its neighbour"
    BADLY_RECOGNISED = "badly_recognised", "识别不清", "a character of the row was recognised with doubt"
    SUMS_OPEN = "sums_open", "合计不符", "points or amounts do not close on what the form prints"
    REPAIRED = "repaired", "经过修正", "something in the row or form was repaired or guessed; see flags"
    PLACE = "place", "位于边缘", "the row is the first or last of its page or form"
    # fmt: on
