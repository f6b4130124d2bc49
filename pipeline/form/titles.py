"""A form's title, and what it says: the form's type, the project in its brackets, the year.

Comes in: lines and regions. Goes out: texts as printed, a type of the contract, a year; None where the title
and what stands around it do not say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from typing import Literal

from normalizers.symbols import fold
from pipeline.model.form import Field
from pipeline.model.regions import Region
from pipeline.model.roles import Role
from pipeline.words import vocabulary

SHORTEST_TITLE, LONGEST_TITLE = 4, 60
SHORTEST_NAME, LONGEST_NAME = 3, 60  # characters of a project's name in brackets behind a title
SHORTEST_BEGINNING = 6  # characters of a line that goes on below; 部门预算 alone is a section of a site
LONGEST_LINE = 40  # characters of a line that is searched for the year
RESULTS = frozenset({Role.ACTUAL, Role.SCORE})
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})\s*年?度?")
_NO_FISCAL_YEAR = re.compile(
    r"(?:19|20)\d{2}(?:年\d{1,2}月|[-./]\d{1,2}(?:[-./]|$))|[〔[(](?:19|20)\d{2}[〕)\]]第?\d{1,5}号"
)  # a day, and the number of a letter
_YEAR_LINE = re.compile(r"^[(]?((?:19|20)\d{2})年?度?[)]?$")
_YEAR_FIRST = re.compile(r"(?:19|20)\d{2}年(?!\d)")
_FIGURE = re.compile(r"(?<!\d)(?!(?:19|20)\d{2}年)\d+")
_HEADING = re.compile(
    r"[一二三四五六七八九十]+、|[(][一二三四五六七八九十\d]+[)]|第[一二三四五六七八九十]+[部章节]"
)
_PAUSE = re.compile(r"[:,。;、!?]")
_SENTENCE = re.compile(r"[。;；]")


@cache
def _title_patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    form = vocabulary.data()["form"]
    return re.compile(form["title_words"]), re.compile(form["title_stop"])


def is_title(text: str) -> bool:
    """Does the text announce a form (`2024年度项目支出绩效自评表`)?"""
    key = fold(text)
    if not SHORTEST_TITLE <= len(key) <= LONGEST_TITLE or vocabulary.form_type(key) is None:
        return False
    words, stop = _title_patterns()
    if stop.search(key) or not words.search(key) or _SENTENCE.search(key):
        return False
    return (
        vocabulary.find("column", text, fuzzy=False) is None
        and vocabulary.find("goal", text, fuzzy=False) is None
    )


def caption(text: str) -> Literal["annual", "long_term"] | None:
    """The term of the block of indicators that a row alone heads: `长期绩效目标表`, `年度绩效指标`."""
    key, form = re.sub(r"[(][^()]*[)]$", "", fold(text)), vocabulary.data()["form"]
    if re.fullmatch(form["caption_of_years"], key):
        return "long_term"
    return "annual" if re.fullmatch(form["caption_of_year"], key) else None


def is_year(text: str) -> bool:
    """Does a line say nothing but a year?"""
    return _YEAR_LINE.match(fold(text)) is not None


def title_of(region: Region) -> str | None:
    """The last title above the form's table, all its lines joined, without white space."""
    texts = [re.sub(r"\s+", "", line.text) for line in region.lines]
    whole = [i for i, text in enumerate(texts) if is_title(text)]
    torn = [i for i, (a, b) in enumerate(pairwise(texts)) if _goes_on(a) and is_title(a + b)]
    if not whole and not torn:
        return None
    at, title = (whole[-1], texts[whole[-1]]) if whole else (torn[-1], texts[torn[-1]] + texts[torn[-1] + 1])
    while at and _begins_title(texts[at - 1], title):
        at, title = at - 1, texts[at - 1] + title
    return title


def _begins_title(line: str, title: str) -> bool:
    """Is the line above a title its beginning? It opens with the year that the title lacks
    (`2023年度某县本级`), or ends where no title ends (`中央对地方转移支付`), or what stands below it is no
    whole title (`绩效自评表`). It is no title and no sentence with figures itself.
    """
    key, form = fold(line), vocabulary.data()["form"]
    years = [_YEAR.search(text) is not None for text in (key, fold(title))]
    dangles = len(key) >= SHORTEST_BEGINNING and key.endswith(tuple(form["goes_on"]))
    bare = re.fullmatch(form["bare"], fold(title)) is not None
    return (
        ((_YEAR_FIRST.match(key) is not None and not years[1]) or ((dangles or bare) and not all(years)))
        and _YEAR_LINE.match(key) is None
        and _goes_on(line)
        and not is_title(line)
        and not _HEADING.match(key)
        and _FIGURE.search(key) is None
        and not any(word in key for word in form["no_beginning"])
    )


def _goes_on(line: str) -> bool:
    """Could a title go on below this line? It is short and no sentence, label or number of an annex."""
    key = fold(line)
    return (
        0 < len(key) <= LONGEST_LINE and _PAUSE.search(key) is None and not _title_patterns()[1].search(key)
    )


def form_type(title: str | None, roles: frozenset[Role], fields: bool, funds: bool) -> str:
    """The contract's type, by the title, else by the form's columns and blocks."""
    announced = vocabulary.form_type(title) if title else None
    if announced is not None:
        return announced
    if roles & RESULTS:
        return "self_evaluation"
    return "target" if fields or funds else "indicator_system"


def name_in_title(title: str) -> str | None:
    """The project in brackets at a title's end, which may hold brackets itself:
    `指标体系（道路养护（中央资金））`.
    """
    key = fold(title)
    if not key.endswith(")") or len(key) != len(title):
        return None
    depth = 0
    for at in range(len(key) - 1, -1, -1):
        depth += (key[at] == ")") - (key[at] == "(")
        if depth == 0:
            name = key[at + 1 : -1]
            fits = SHORTEST_NAME <= len(name) <= LONGEST_NAME and not _YEAR_LINE.match(name)
            return title[at + 1 : -1] if fits else None
    return None


def fiscal_year(region: Region, title: str | None, header: Mapping[str, Field]) -> int | None:
    """The year in a line of its own, else the title's, else the one that the project's name carries, be it in
    the number of a letter.
    """
    alone = [line.text for line in region.lines[::-1]] + [
        r.filled[0].text for r in region.rows if len(r.filled) == 1
    ]
    for text in alone:
        if (m := _YEAR_LINE.match(fold(text))) is not None:
            return int(m[1])
    name = header.get("project_name")
    above = (line.text for line in region.lines[::-1] if len(line.text) < LONGEST_LINE)
    named = name.text if name else None
    years = [year_of(text) for text in (title, *above, named) if text]
    letter = _YEAR.search(fold(named)) if named else None
    return next((year for year in years if year is not None), int(letter[1]) if letter else None)


def year_of(text: str) -> int | None:
    """The year that a text is about, which is not that of a day or of a letter's number."""
    m = _YEAR.search(_NO_FISCAL_YEAR.sub("", fold(text)))
    return int(m[1]) if m else None
