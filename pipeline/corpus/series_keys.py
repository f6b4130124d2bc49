"""What of a project is compared with other projects: its name without what drifts, its place, its unit.

Comes in: a project's row and the region of its document's publisher. Goes out: `Key`. A place is what the
unit, the department or the publisher says in full; a head such as 某市 or 县公路局 says none, and so does a
name that several places share, unless the others tell which. Nothing raises.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from normalizers.places import Place, named, place_of
from normalizers.symbols import fold
from normalizers.words import alternatives
from pipeline.model.rows import ProjectRow
from pipeline.words.vocabulary import words

SHORTEST = 4  # characters that a name keeps when its endings are cut
LONGEST_HEAD = 8  # characters before the ending of a region at the head of a unit's name
SHORTEST_PLACE = 2  # characters of a county's name without its ending
_CODE = re.compile(r"^[0-9A-Za-z]{6,}[-_]+")
_YEARS = re.compile(r"(?:19|20)\d{2}(?:年度?)?(?:[-~至](?:19|20)\d{2}(?:年度?)?)?")
_BRACKETS = re.compile(r"[(\[【][^()\[\]【】]*[)\]】]")
_MARKS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Key:
    """What of a project is compared. `place` is empty where nobody says it."""

    core: str
    apart: frozenset[str]
    numbers: tuple[str, ...]
    unit: str
    department: str
    place: str


def key_of(project: ProjectRow, publisher: str | None) -> Key:
    """The project's key; `publisher` is the path of its document's region (`浙江省/杭州市/西湖区`)."""
    name = fold(project["project_name"] or "")
    core = core_of(name)
    unit, department = (
        fold(text or "") for text in (project["implementing_unit"], project["supervising_department"])
    )
    return Key(
        core,
        frozenset(w for w in words("series", "apart") if w in name),
        tuple(_numbers().findall(core)),
        body_of(unit),
        body_of(department),
        _place(unit, department, (publisher or "").replace("/", "")),
    )


def core_of(name: str) -> str:
    """A project's name without its code, years, brackets' marks and the endings that come and go (经费, 项目,
    专项).
    """
    apart = words("series", "apart")
    key = _ordinal().sub("", _YEARS.sub("", _CODE.sub("", fold(name))))
    key = _BRACKETS.sub(lambda m: "" if any(w in m[0] for w in apart) else m[0], key)  # told apart by itself
    key = _MARKS.sub("", key) or _MARKS.sub("", fold(name))
    ends = words("series", "ends")
    while True:
        end = next((e for e in ends if key.endswith(e) and len(key) - len(e) >= SHORTEST), None)
        if end is None:
            return key
        key = key.removesuffix(end)


def opposed(a: str, b: str) -> bool:
    """Do two names of one length differ in a character that tells things apart (初中, 高中)?"""
    if len(a) != len(b):
        return False
    kinds = words("series", "opposed")
    return any(x != y and any(x in kind and y in kind for kind in kinds) for x, y in zip(a, b, strict=True))


@lru_cache(maxsize=16384)
def body_of(text: str) -> str:
    """A unit's name without its place and its kind of office, departments under the name that they have
    today: 青河县国土资源局 → 自然资源.
    """
    body = without_place(text)
    for old, new in _renamed():
        if old in body:
            body = body.replace(old, new)
            break
    end = next((e for e in words("series", "offices") if body.endswith(e) and len(body) > len(e) + 1), "")
    return body.removesuffix(end)


@cache
def _renamed() -> Sequence[tuple[str, str]]:
    """Names that departments had before, and short ones, the longest first → today's."""
    pairs = [(old, line.split("|")[0]) for line in words("series", "renamed") for old in line.split("|")]
    return sorted(pairs, key=lambda pair: (-len(pair[0]), pair))


@lru_cache(maxsize=16384)
def _place(unit: str, department: str, publisher: str) -> str:
    """The code of the project's place, or the name of one that the table does not have: of the unit's, else
    the department's, else the publisher's.
    """
    around = [place for text in (department, publisher) if (place := place_of(text)) is not None]
    least = ""  # what the unit says of its kind of place: 县公路局 is no province's
    for text in (unit, department, publisher):
        if text.startswith(tuple(words("series", "national"))):
            return words("series", "national")[0]
        if not text or any(mask in text for mask in words("series", "masks")):
            continue
        found = _named(text, around)
        if found is not None:
            return found if not found.isdigit() or _deep_enough(found, least) else ""
        least = least or next((w for w in words("series", "regions") if text.startswith(w)), "")
    return ""


def _named(text: str, around: Sequence[Place]) -> str | None:
    """The place that a text names in full; empty where several have that name, None where it names none."""
    place, end = named(text)
    head = _head(text)
    shortened = next((p for p in around if _is_short_for(text, end, place, p)), None)
    if shortened is not None:
        return shortened.code
    further = head[end:]
    if place is not None and not further:
        return place.code
    if not end and not head:
        return None
    inner = _inside(text, around)
    if inner is not None:
        return inner.code
    if place is None:
        return head if not end else ""
    return place.code + further if len(further) > 1 else head  # 白山县 is not 白山市


def _is_short_for(text: str, end: int, place: Place | None, other: Place) -> bool:
    """Does a text call a county by its name without its ending: 安阳中医医院, of 安阳县 and not 安阳市?"""
    bare = fold(other.names[-1])[:-1]
    if len(bare) < SHORTEST_PLACE or (place is not None and place.names[-1] == other.names[-1]):
        return False
    if place is None:
        return text.startswith(bare) and not _head(text)
    inside = other.code.startswith(place.code.rstrip("0")) and text.startswith(bare, end)
    return inside or (text[:end].endswith(bare) and not _head(text))


def _deep_enough(code: str, least: str) -> bool:
    """Is the place as small as the head of the unit's name says?"""
    if least in words("series", "counties"):
        return not code.endswith("00")
    return not (least in words("series", "prefectures") and code.endswith("0000"))


def _inside(text: str, around: Sequence[Place]) -> Place | None:
    """The place of which there are several (鼓楼区), within one that the form names elsewhere."""
    for outer in around:
        for end in range(len(outer.names), 0, -1):
            found = place_of("".join(outer.names[:end]) + text)
            if found is not None and len(found.names) > end:
                return found
    return None


@lru_cache(maxsize=16384)
def _head(text: str) -> str:
    """The region at the head of a department's or unit's name: 青河县交通运输局 → 青河县; empty where none is
    named.
    """
    at = max(
        (text.find(w) + len(w) for w in words("series", "regions") if 1 < text.find(w) <= LONGEST_HEAD),
        default=0,
    )
    sounds_so = (
        text[:at].endswith(tuple(words("series", "no_regions"))) and not named(text)[1]
    )  # 东城区 is one
    return "" if sounds_so else text[:at]


def without_place(text: str) -> str:
    """A unit's folded name without the region at its head."""
    for word in words("series", "regions"):  # 自治区科学技术协会: which one, the document knows
        if text.startswith(word):
            return text.removeprefix(word)
    return text.removeprefix(_head(text)) or text


@cache
def _ordinal() -> re.Pattern[str]:
    """Which year's event it is: 第三届, 12届."""
    marked, bare = (alternatives(words("series", key)) for key in ("counted", "counted_without_mark"))
    return re.compile(rf"第[0-9一二三四五六七八九十]+(?={marked})|(?<![0-9])[0-9]{{1,3}}(?={bare})")


@cache
def _numbers() -> re.Pattern[str]:
    """Numbers that tell projects of one name apart: 二期, 3标段, Ⅱ."""
    behind = f"(?=$|{alternatives(words('series', 'numbered'))})"
    return re.compile(rf"[0-9]+|[一二三四五六七八九十]+{behind}|[ⅠⅡⅢⅣⅤIVX]+{behind}")
