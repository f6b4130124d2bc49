"""The doubts that a row can carry, declared once: the only words that may stand in a `flags` column.

Comes in: a flag as a stage sets it. Goes out: its name and what it means, for the tables, the data dictionary
and the report. A flag that is not declared here does not stop a run; it fails a test.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Flag(StrEnum):
    """What was repaired, guessed or found odd; `label` is Chinese, `meaning` English."""

    label: str
    meaning: str

    def __new__(cls, value: str, label: str, meaning: str) -> Flag:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        member.meaning = meaning
        return member

    # fmt: off
    ROW_SHIFT_REPAIRED = "row_shift_repaired", "错列已归位", "cells stood in the wrong column and were moved to the one that fits"
    PAGE_STITCHED = "page_stitched", "跨页已拼接", "pieces of one table on both sides of a page break were joined"
    CELLS_JOINED = "cells_joined", "断格已合并", "a cell torn in two was joined"
    CUT_GUESSED = "cut_guessed", "切分为推断", "the source has no separator here; where a cell ends was decided by types and sums"
    LEVEL1_INFERRED = "level1_inferred", "一级指标为推断", "the first level follows from the second or from the template, not from a printed cell"
    LEVEL1_BLANK = "level1_blank", "一级指标栏为空", "the row prints no first level, and the second one does not belong to that of the rows above: the cell may be lost"
    LEVEL2_INFERRED = "level2_inferred", "二级指标为推断", "the second level's cell is lost; the template's order leaves one choice"
    LEVEL_UNKNOWN = "level_unknown", "指标层级未知", "a level label is in no list and is kept as printed"
    TEMPLATE_UNKNOWN = "template_unknown", "表式未识别", "no title announces a known type of form, so that the type was taken from the form's blocks; or a label of its head is in no list"
    LABEL_FUZZY = "label_fuzzy", "标签近似匹配", "a label was recognised although it is not printed to the letter"
    UNIT_ASSUMED = "unit_assumed", "单位为推定", "an amount's unit is not printed; the usual one was assumed"
    UNIT_SUSPECT = "unit_suspect", "单位可疑", "the printed unit or sign cannot be right for this figure; it was kept"
    DIGITS_LOST = "digits_lost", "数字缺失", "units or comparators stand without the figures that belong to them"
    VALUE_UNREAD = "value_unread", "数值未读出", "a figure was expected here and the text could not be read as one"
    RATE_FRACTION = "rate_fraction", "执行率为小数", "a rate printed as a fraction of one was taken as percent points, as the amounts confirm"
    OCR_REPAIRED = "ocr_repaired", "识别错误已修正", "a misread text was set right because the form's own sums or words leave no other reading"
    GARBLED_TEXT = "garbled_text", "文字乱码", "some characters of the source could not be decoded"
    CHARACTERS_LOST = "characters_lost", "文字缺失", "the source has more characters than could be read: those of a font that it does not carry"
    ENCODING_GUESSED = "encoding_guessed", "编码为推断", "the text does not state its encoding; it was chosen by plausibility"
    WRONG_ENDING = "wrong_ending", "扩展名不符", "the file's ending does not say what its bytes are"
    HIDDEN_SHEETS_SKIPPED = "hidden_sheets_skipped", "隐藏工作表未读", "the workbook has hidden sheets, which were not read"
    HEADER_MISSING = "header_missing", "指标表头缺失", "the form has no header of an indicator block"
    CELL_ERROR = "cell_error", "单元格公式出错", "the workbook shows an error (`#REF!`, `#DIV/0!`) where a value belongs; the cell was taken as blank"
    CORRECTED = "corrected", "已更正", "a cell of the row was corrected by the register of corrections"
    TEXT_LOST = "text_lost", "文字遗漏", "printed characters are in no column and were not accounted for: a fault of the reader; they stand in `unread`"
    TRUNCATED = "truncated", "内容被截断", "the document ends in the middle of a form"
    # fmt: on


def unknown(flags: Iterable[str]) -> tuple[str, ...]:
    """The flags that are not declared, sorted."""
    return tuple(sorted(set(flags) - {str(flag) for flag in Flag}))
