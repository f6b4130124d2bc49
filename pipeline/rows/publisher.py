"""The lines before a document's first form → who published it.

Comes in: those lines, and the document's title. Goes out: the name; None where the document does not say.
Asked in this order: the signature above a date, a label (`来源：…`), the cover's own label (`单位名称：…`),
a line of its own beside the title, the organisation that the title opens with.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from normalizers.symbols import fold
from normalizers.words import alternatives
from pipeline.rows.cover import DATE
from pipeline.rows.organisations import in_title, is_organisation
from pipeline.words.vocabulary import words


@cache
def _label(key: str) -> re.Pattern[str]:
    names = alternatives(words("cover", key))
    ends = alternatives(words("cover", "next_labels"))
    return re.compile(rf"(?:{names})(?:[(（][^()（）]*[)）])?\s*[:：]\s*([^\s|丨]+?)(?=(?:{ends})|[\s|丨]|$)")


@cache
def _seal() -> re.Pattern[str]:
    return re.compile(rf"[(（](?:{alternatives(words('cover', 'seals'))})[)）]")


def publisher_of(lines: Sequence[str], title: str | None) -> str | None:
    """Who published the document."""
    for line, after in pairwise(lines):
        if DATE.match(fold(after)) and is_organisation(line):
            return line
    for key in ("publisher_labels", "owner_labels"):
        found = (m.group(1) for line in lines for m in _label(key).finditer(_seal().sub("", line)))
        name = next((n for n in found if is_organisation(n)), None)
        if name is not None:
            return name
    return _beside(lines, title) or (in_title(title) if title else None)


def _beside(lines: Sequence[str], title: str | None) -> str | None:
    """A name on a line of its own, right above the title or right below it; without a title of the
    document, right above that of its first form.
    """
    within = [i for i, line in enumerate(lines) if title and fold(line) and fold(line) in fold(title)]
    if title is not None and not within:
        return None
    places = (within[0] - 1, within[-1] + 1) if within else (len(lines) - 1,)
    beside = [lines[i] for i in places if 0 <= i < len(lines)]
    ends = words("cover", "no_publishers")
    return next((n for n in beside if is_organisation(n) and not fold(n).endswith(ends)), None)
