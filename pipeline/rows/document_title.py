"""The lines before a document's first form → its own title.

Comes in: those lines, the title that its format gives, and its forms. Goes out: the title, its lines joined;
None if the document has only its forms' titles. Refused: prose, labels with their values, headings of
sections, menus of a site, the publisher's name on a line of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from normalizers.symbols import clean, fold
from normalizers.words import alternatives
from pipeline.model.form import Form
from pipeline.rows.cover import DATE, TITLE_LINES
from pipeline.rows.organisations import has_title_word, is_organisation
from pipeline.words.vocabulary import words

TITLE_LENGTH = 60  # characters of one of its lines, folded
SHORTEST = 6  # characters of a line that the page's own title begins with
SENTENCE = re.compile(r"[。,;!?>»]|[:、]$|^.{1,10}:")
YEAR = re.compile(r"^(?:19|20)\d{2}年度?$")
BRACKETED_YEAR = re.compile(r"^[(\[](?:19|20)\d{2}年?度?[)\]]$|^(?:19|20)\d{2}$")
# `一、`, `（二）`, `第三部分`, `4.`: a section of a report
HEADING = re.compile(
    r"^(?:[一二三四五六七八九十]+、|[(][一二三四五六七八九十\d]+[)]|第[一二三四五六七八九十\d]+[部章节条]|\d{1,2}[.、](?!\d))"
)
WORDS = re.compile(r"[一-鿿]")
NO_BEGINNINGS = tuple(
    w for key in ("not_a_title", "web_chrome", "prose_beginnings") for w in words("cover", key)
)
ABOUT = "关于"
SITE = re.compile(r"[_|—–-]+")  # parts a page's title from the name of its site


@cache
def _label() -> re.Pattern[str]:
    return re.compile(rf"(?:{alternatives(words('cover', 'title_labels'))})[:：]\s*(.+)$")


def title_of(lines: Sequence[str], given: str | None, forms: Sequence[Form]) -> str | None:
    """The document's own title, its lines joined, or `given` by its format; None if it has only its forms'
    titles.
    """
    own = {fold(f.title) for f in forms if f.title}
    given = clean(given) if given else ""
    runs = [run for run in _runs(lines) if _is_title(run, own)]
    named = [run for run in runs if len(fold(run[0])) >= SHORTEST and fold(given).startswith(fold(run[0]))]
    if runs:
        return clean("\n".join((named or runs)[0]))
    labelled = (_label().match(line) for line in lines)
    told = next((m[1] for m in labelled if m and _is_title([m[1]], own)), None)
    if told is not None:
        return told
    whole = next((part for part in (given, SITE.split(given)[0].strip()) if _ends_as_title(part)), given)
    return whole if whole and _is_title([whole], own) else None


def _runs(lines: Sequence[str]) -> list[list[str]]:
    """Lines that follow each other and may be one title together."""
    out: list[list[str]] = []
    run: list[str] = []
    for at, line in enumerate(lines):
        after = lines[at + 1] if at + 1 < len(lines) else ""
        closes = run and fold(line) in words("cover", "kinds") and not _ends_as_title("".join(run))
        if not closes and not _may_be_line(line, after):
            out.append(run)
            run = []
            continue
        if run and (len(run) == TITLE_LINES or (_ends_as_title("".join(run)) and not _goes_on(line))):
            out.append(run)
            run = []
        run = [*run, line]
    return [r for r in (*out, run) if r]


def _may_be_line(line: str, after: str) -> bool:
    """Could the line be one of a title's lines?"""
    key = fold(line)
    if YEAR.match(key):
        return _may_be_line(after, "") if after else False
    if is_organisation(line):
        return fold(after).startswith(ABOUT)
    return 0 < len(key) <= TITLE_LENGTH and not (
        SENTENCE.search(key)
        or HEADING.match(key)
        or BRACKETED_YEAR.match(key)
        or DATE.match(key)
        or key in (*words("cover", "navigation"), *words("cover", "contents"))
        or key.startswith(NO_BEGINNINGS)
        or any(word in key for word in words("cover", "prose"))
        or not WORDS.search(key)
    )


def _goes_on(line: str) -> bool:
    """Does a line go on with a title that might end above it: `部门预算公开` and `情况说明`, a name in
    brackets?
    """
    key = fold(line)
    return key.startswith((*words("cover", "kinds"), "("))


def _ends_as_title(text: str) -> bool:
    """Does the text end with a kind of document?"""
    return fold(text).endswith(words("cover", "kinds"))


def _is_title(run: Sequence[str], own: set[str]) -> bool:
    key = fold("".join(run))
    return has_title_word(key) and key not in own and key not in words("cover", "navigation")
