"""What a document says about itself before its first form: its title, who published it, when, and with which
letter.

Comes in: a reading and its forms. Goes out: title, publisher, date and number, each None where the document
does not say. It refuses to take a form's own title for the document's, and prose for a title.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from itertools import pairwise, takewhile

from normalizers import head_texts
from normalizers.symbols import clean, fold, is_blank, narrow
from normalizers.words import alternatives
from pipeline.model.cells import Line, Reading
from pipeline.model.form import Form
from pipeline.rows.figures import text_of
from pipeline.words.vocabulary import words

TITLE_LINES = 4  # a title is printed on as many lines at most
TITLE_LENGTH = 60  # characters of one of its lines, folded
PUBLISHER_LENGTH = 40
SENTENCE = re.compile(r"[。;!?]|[:,、]$|^[(\[]?\d{4}年度?[)\]]?$")
_NUMERAL = "[\\d〇零一二三四五六七八九十]"
DATE = re.compile(rf"^{_NUMERAL}{{4}}年{_NUMERAL}{{1,3}}月{_NUMERAL}{{1,3}}日$")
DAY = rf"{_NUMERAL}{{4}}[年./-]{_NUMERAL}{{1,3}}[月./-]{_NUMERAL}{{1,3}}日?"
# 文号: 发文机关代字、年份、发文顺序号. Source: GB/T 9704-2012, 7.2.5
NUMBER = re.compile(
    r"(?:[(\[【]?(?P<number>[一-鿿]{1,15}[〔\[(【](?:19|20)\d{2}[〕\])】]第?\d{1,5}号)[)\]】]?)"
)
PUNCTUATION = re.compile(r"[。,、;:!?“”\"《》]")


@cache
def _publisher_label() -> re.Pattern[str]:
    return re.compile(rf"^(?:{alternatives(words('cover', 'publisher_labels'))})[:：]\s*(\S+)")


@cache
def _number_label() -> re.Pattern[str]:
    return re.compile(rf"(?:{alternatives(words('cover', 'number_labels'))})[:：]\s*")


def cover_lines(reading: Reading, forms: Sequence[Form]) -> tuple[str, ...]:
    """The lines that stand before the first form and its title, cleaned, blank ones left out."""
    lead = [
        clean(b.text)
        for b in takewhile(lambda b: isinstance(b, Line), reading.blocks)
        if isinstance(b, Line) and not is_blank(b.text)
    ]
    if not forms:
        return tuple(lead)
    title = fold(forms[0].title or "")
    start = _title_start([fold(line) for line in lead], title) if title else None
    if start is not None:
        return tuple(lead[:start])
    whole = len(lead) < len(reading.blocks)  # a table follows; without one the lines are the form itself
    return tuple(lead) if whole else ()


def _title_start(lines: Sequence[str], title: str) -> int | None:
    """Where the form's title begins: a line that opens with it, or lines that make it up together."""
    for at, line in enumerate(lines):
        if line.startswith(title) or any(
            "".join(lines[at:end]) == title for end in range(at + 2, at + TITLE_LINES + 1)
        ):
            return at
    return None


def title_of(reading: Reading, forms: Sequence[Form]) -> str | None:
    """The document's own title, its lines joined; None if it has only its forms' titles."""
    own = {fold(f.title) for f in forms if f.title}
    run: list[str] = []
    for line in (*cover_lines(reading, forms), ""):
        key = fold(line)
        if _may_be_title(key) and len(run) < TITLE_LINES:
            run.append(line)
            continue
        if _is_title(run, own):
            return _joined(run)
        run = []
    given = reading.title
    return clean(given) if given and _is_title([given], own) else None


def _may_be_title(key: str) -> bool:
    """Could the folded line be one of a title's lines?"""
    return 0 < len(key) <= TITLE_LENGTH and not (
        SENTENCE.search(key)
        or key.startswith((*words("cover", "not_a_title"), *words("cover", "web_chrome")))
        or DATE.match(key)
    )


def _is_title(run: Sequence[str], own: set[str]) -> bool:
    key = fold("".join(run))
    return _has_title_word(key) and key not in own


def _has_title_word(key: str) -> bool:
    return any(word in key for word in words("cover", "title_words"))


def _joined(lines: Sequence[str]) -> str:
    return clean("\n".join(lines))


def publisher_of(reading: Reading, forms: Sequence[Form]) -> str | None:
    """Who published the document: the signature above a date line, or a line that names the publisher."""
    lines = cover_lines(reading, forms)
    for line, after in pairwise(lines):
        if DATE.match(fold(after)) and _is_organisation(line):
            return line
    labelled = (_publisher_label().match(line) for line in lines)
    return next((m.group(1) for m in labelled if m and _is_organisation(m.group(1))), None)


def published_on(reading: Reading, forms: Sequence[Form]) -> date | None:
    """When the document was published, else when its forms were filled in, if they agree on a day."""
    lines = cover_lines(reading, forms)
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


def document_number(reading: Reading, forms: Sequence[Form]) -> str | None:
    """The number of the letter that the document is annexed to: a line of its own, or behind its label."""
    return next((number for line in cover_lines(reading, forms) for number in _numbers(line)), None)


def _numbers(line: str) -> Iterator[str]:
    """A number that the line says and nothing else; what a sentence cites is another letter's."""
    label = _number_label().search(line)
    m = NUMBER.match(narrow(line), label.end() if label else 0)
    if m is not None and (label or m.end() == len(line)):
        yield line[m.start("number") : m.end("number")]


def _is_organisation(line: str) -> bool:
    key = fold(line)
    return (
        len(key) <= PUBLISHER_LENGTH
        and key.endswith(words("cover", "organisation_ends"))
        and not PUNCTUATION.search(key)
        and not _has_title_word(key)
    )
