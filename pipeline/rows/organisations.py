"""Lines of a cover → names of organisations.

Comes in: a line. Goes out: whether it is the name of an organisation, and the name that a title opens with. A
place alone (`某县`) is none; what has a title's word is none.
"""

from __future__ import annotations

import re

from normalizers.symbols import fold, narrow
from pipeline.words.vocabulary import words

LONGEST = 40
SHORTEST = 3
PUNCTUATION = re.compile(r"[。,、;:!?>“”\"《》\d]")
# what may stand before and behind the publisher in a title: `2023年度某局部门…`, `某局2023年度…`, `某局关于…`
_BEFORE = re.compile(
    r"^(?:(?:19|20)\d{2}年度?)?(?P<name>\D{3,40}?)(?=(?:19|20)\d{2}年|关于|部门|单位|项目|整体|绩效|预算|决算)"
)


def is_organisation(line: str) -> bool:
    """Is the line the name of an organisation and nothing else?"""
    key = fold(line)
    return (
        SHORTEST - 1 <= len(key) <= LONGEST
        and key.endswith(words("cover", "organisation_ends"))
        and not PUNCTUATION.search(key)
        and not has_title_word(key)
        and key not in words("cover", "navigation")
    )


def in_title(title: str) -> str | None:
    """The organisation that a title opens with: `某县财政局` of `某县财政局关于公开…的通知`."""
    m = _BEFORE.match(narrow(title))
    name = title[m.start("name") : m.end()].strip() if m else ""
    own = is_organisation(name) and not fold(name).endswith(words("cover", "no_publishers"))
    return name if own else None


def has_title_word(key: str) -> bool:
    """Has a folded line a word that titles have?"""
    return any(word in key for word in words("cover", "title_words"))
