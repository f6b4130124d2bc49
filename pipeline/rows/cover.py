"""What a document says about itself before its first form: its title and who published it.

Comes in: a reading and its forms. Goes out: title and publisher, each None where the document does not say.
It refuses to take a form's own title for the document's, and prose for a title.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise, takewhile

from normalizers.symbols import clean, fold, is_blank
from normalizers.words import alternatives
from pipeline.model.cells import Line, Reading
from pipeline.model.form import Form
from pipeline.words.vocabulary import words

TITLE_LINES = 4  # a title is printed on as many lines at most
TITLE_LENGTH = 60  # characters of one of its lines, folded
PUBLISHER_LENGTH = 40
SENTENCE = re.compile(r"[。;!?]|[:,、]$|^[(\[]?\d{4}年度?[)\]]?$")
DATE = re.compile(
    r"^[\d〇零一二三四五六七八九]{4}年[\d一二三四五六七八九十]{1,3}月[\d一二三四五六七八九十]{1,3}日$"
)
PUNCTUATION = re.compile(r"[。,、;:!?“”\"《》]")


@cache
def _publisher_label() -> re.Pattern[str]:
    return re.compile(rf"^(?:{alternatives(words('cover', 'publisher_labels'))})[:：]\s*(\S+)")


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


def _is_organisation(line: str) -> bool:
    key = fold(line)
    return (
        len(key) <= PUBLISHER_LENGTH
        and key.endswith(words("cover", "organisation_ends"))
        and not PUNCTUATION.search(key)
        and not _has_title_word(key)
    )
