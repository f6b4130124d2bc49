"""What a document says about itself before its first form: the lines, and from them the day it was published
and the letter it is annexed to. Its title and publisher: `document_title`, `publisher`.

Comes in: a reading and its forms. Goes out: the lines before the first form, a workbook's rows of one text
among them; date and number, each None where the document does not say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache

from normalizers import head_texts
from normalizers.symbols import clean, fold, is_blank, narrow
from normalizers.words import alternatives
from pipeline.model.cells import Cell, Line, Reading, Table
from pipeline.model.form import Form
from pipeline.rows.figures import text_of
from pipeline.words.vocabulary import words

TITLE_LINES = 4  # a title is printed on as many lines at most
_NUMERAL = "[\\d〇零一二三四五六七八九十]"
DATE = re.compile(rf"^{_NUMERAL}{{4}}年{_NUMERAL}{{1,3}}月(?:{_NUMERAL}{{1,3}}日)?$")
DAY = rf"{_NUMERAL}{{4}}[年./-]{_NUMERAL}{{1,3}}[月./-]{_NUMERAL}{{1,3}}日?"
# 文号: 发文机关代字、年份、发文顺序号. Source: GB/T 9704-2012, 7.2.5
NUMBER = re.compile(
    r"(?:[(\[【]?(?P<number>[一-鿿]{1,15}[〔\[(【](?:19|20)\d{2}[〕\])】]第?\d{1,5}号)[)\]】]?)"
)


@cache
def _number_label() -> re.Pattern[str]:
    return re.compile(rf"(?:{alternatives(words('cover', 'number_labels'))})[:：]\s*")


def cover_lines(reading: Reading, forms: Sequence[Form]) -> tuple[str, ...]:
    """The lines that stand before the first form and its title, cleaned, blank ones left out."""
    lead = [line for text in _lead(reading) if not is_blank(line := clean(text))]
    if not forms:
        return tuple(lead)
    title = fold(forms[0].title or "")
    start = _title_start([fold(line) for line in lead], title) if title else None
    if start is not None:
        return tuple(lead[:start])
    # a table follows; without one the lines are the form itself
    return tuple(lead) if any(isinstance(b, Table) for b in reading.blocks) else ()


def _lead(reading: Reading) -> Iterator[str]:
    """The texts before the first row of a table that holds more than one."""
    for block in reading.blocks:
        if isinstance(block, Line):
            yield block.text
            continue
        rows: dict[int, list[Cell]] = {}
        for cell in block.cells:
            if not is_blank(cell.text):
                rows.setdefault(cell.row, []).append(cell)
        for at in sorted(rows):
            if len(rows[at]) > 1:
                return
            yield rows[at][0].text


def _title_start(lines: Sequence[str], title: str) -> int | None:
    """Where the form's title begins: a line that opens with it, or lines that make it up together."""
    for at, line in enumerate(lines):
        if line.startswith(title) or any(
            "".join(lines[at:end]) == title for end in range(at + 2, at + TITLE_LINES + 1)
        ):
            return at
    return None


def published_on(lines: Sequence[str], reading: Reading, forms: Sequence[Form]) -> date | None:
    """When the document was published, else when its forms were filled in, if they agree on a day."""
    labelled = _days(lines, "published_labels")
    signed = [day for line in reversed(lines) if (day := _signed(line)) is not None]
    if labelled or signed:
        return (labelled or signed)[0]
    loose = [b.text for b in reading.blocks if isinstance(b, Line)]
    filled = {
        *(d for f in forms if (d := head_texts.day(text_of(f.header.get("date_filled")))) is not None),
        *_days(loose, "filled_labels"),
    }
    return filled.pop() if len(filled) == 1 else None


def _days(lines: Sequence[str], labels: str) -> list[date]:
    """The days behind one of these labels; a bare 日期 or 时间 labels one only at the head of a line."""
    named, alone = alternatives(words("cover", labels)), alternatives(words("cover", "day_labels"))
    label = re.compile(rf"(?:{named}|^(?:{alone}))[:：]\s*({DAY})")
    found = (head_texts.day(m[1]) for line in lines for m in label.finditer(line))
    return [day for day in found if day is not None]


def _signed(line: str) -> date | None:
    """A line that is a day and nothing else, as below a signature."""
    return head_texts.day(line) if DATE.match(fold(line)) else None


def document_number(lines: Sequence[str]) -> str | None:
    """The number of the letter that the document is annexed to: a line of its own, or behind its label."""
    return next((number for line in lines for number in _numbers(line)), None)


def _numbers(line: str) -> Iterator[str]:
    """A number that the line says and nothing else; what a sentence cites is another letter's."""
    label = _number_label().search(line)
    m = NUMBER.match(narrow(line), label.end() if label else 0)
    if m is not None and (label or m.end() == len(line)):
        yield line[m.start("number") : m.end("number")]
