"""Indicators told in sentences or under bracketed headings → a form's rows.

Comes in: a region of loose lines without a header of columns. Goes out: the region with a row an indicator,
its levels from the headings (`质量指标：`, `【产出指标-数量指标】`), its name and values from what follows.
Refused, as None: a text with fewer indicators than make a block, under one heading only, or with more
sentences below its headings that hold no value than such that do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from normalizers.levels import read_level
from normalizers.symbols import clean, fold, narrow
from pipeline.model.cells import Cell, Line
from pipeline.model.regions import CellRow, Region
from pipeline.model.roles import Role
from pipeline.table.header import role_of
from pipeline.untabled.boundaries import value_cost
from pipeline.untabled.stream import GUESS, labels, row_of
from pipeline.words import vocabulary
from pipeline.words.values import either, one_of, word, words

READER = "text-sentences"
SURE = 0.8  # nothing but the words themselves parts a name from its value
FEWEST = 3  # indicators
FEWEST_HEADINGS = 2
LONGEST_NAME, LONGEST_VALUE, SHORTEST_NAME = 40, 30, 2  # characters
SHAPED = 0.6  # what a stretch costs at most that has the shape of a value
TOLD = 2.5  # the same where a label or a colon says that it is one, or a figure in brackets does
ANCHORS = ("project_name", "unit_name")  # a form's head begins with one of these
MOST_IDLE = 2  # lines below a heading that hold no indicator before the list has ended
PARTS = (Role.LEVEL1, Role.LEVEL2, Role.NAME, Role.TARGET, Role.ACTUAL, Role.WEIGHT, Role.SCORE, Role.REASON)
# white space is taken whole (`*+`): nothing that follows it begins with any
_MARK = r"(?:[-—–•·●◆★*]+|[(]?[一二三四五六七八九十]{1,3}[)、.]+|[(]?\d{1,2}[)、.]+(?!\d)|[①-⑳])?\s*+"
_LABEL = r"[一-鿿][一-鿿、/]{1,16}?(?:[(][^()]{1,10}[)])?"
_ENDS = either(words("told", "heading_ends"))
_HEADING = re.compile(
    rf"\s*+{_MARK}(?P<open>[【\[])?\s*+(?P<first>{_LABEL})(?:{_ENDS})?"
    rf"(?:\s*+[】\]]?\s*+[-—–/>]+\s*+[【\[]?\s*+(?P<second>{_LABEL})(?:{_ENDS})?)?\s*+(?P<end>[】\]]\s*+[::]?|[::]|$)"
)
_SECTION = re.compile(r"\s*(?:[一二三四五六七八九十]{1,3}、|[(][一二三四五六七八九十]{1,3}[)]|#)")
_CLAUSE = re.compile(r"[^;。]+")
_ITEM_START = re.compile(r"(?=[①-⑳])|(?<=[^\d一-鿿])(?=[(]\d{1,2}[)])|(?=指标\d{1,2}[::])")
_BRACKETED = re.compile(r"(?P<name>.+?)[(](?P<value>[^()]+(?:[(][^()]*[)])?)[)]")
_COLON = re.compile(r"(?P<name>[^::]+(?:指标\d{1,2}[::][^::]+)?)[::](?P<value>[^::]+)")
_ORDINAL = re.compile(r"\s*指标\d{1,2}[::]")
_LINK = re.compile(rf"(?:{either(words('told', 'links'))})$")
_VALUE_LINK = re.compile(rf"\s*[::]?\s*(?:{either(words('told', 'links'))})?\s*[::]?\s*")
_SCALE = re.compile(rf"(?<=\d){one_of(word('told', 'scales'))}(?=[一-鿿])")
_COMMA = re.compile("[,，]")
_STRIPPED = " \t　,，;；。:：、"


@dataclass(frozen=True, slots=True)
class _Told:
    """An indicator: the text of each of its cells, and its line."""

    texts: Mapping[Role, str]
    line: Line


def told_in_sentences(region: Region) -> list[Region]:
    """The forms of the region with their indicators as rows; none where it tells none."""
    out: list[Region] = []
    lines: list[Line] = []
    for line in region.lines:
        lines.append(line)
        if _field_of(line.text) in ANCHORS:
            last = max((n for n, x in enumerate(lines[:-1]) if _holds_indicators(x)), default=-1)
            out += [_form(region, lines[: last + 1])] if last >= 0 else []
            lines = lines[last + 1 :]
    out.append(_form(region, lines))
    return [form for form in out if form.rows] if any(form.rows for form in out) else []


def _holds_indicators(line: Line) -> bool:
    return _field_of(line.text) is None and any(
        _items(line.text[a:b]) for a, b in _stretches(narrow(line.text))
    )


def _field_of(text: str) -> str | None:
    """The field of a form's head that a line gives (`项目名称：…`)."""
    label, colon, _ = fold(text).partition(":")
    return vocabulary.key_of("field", label, fuzzy=False) if colon else None


def _form(region: Region, lines: Sequence[Line]) -> Region:
    """The lines as one form; without rows where they tell no indicators."""
    found: list[_Told] = []
    idle = 0
    first: int | None = None
    level1 = level2 = None
    quiet = MOST_IDLE + 1  # lines since the last indicator
    for n, line in enumerate(lines):
        view = narrow(line.text)
        if (_SECTION.match(view) and _heading(view) is None) or _field_of(line.text) is not None:
            quiet = MOST_IDLE + 1
            continue
        before = len(found)
        for start, end in _stretches(view):
            heading = _heading(view[start:end])
            if heading is not None:
                first = n if first is None else first
                quiet = 0
                for level, label in heading.labels:
                    if level == 1:
                        level1, level2 = label, None
                    else:
                        level2 = label
                start += heading.length
            if quiet > MOST_IDLE or not line.text[start:end].strip(_STRIPPED):
                continue
            items = _items(line.text[start:end])
            idle += not items
            levels = {Role.LEVEL1: level1, Role.LEVEL2: level2}
            own = {role: text for role, text in levels.items() if text is not None}
            found += [_Told({**own, **item}, line) for item in items]
        quiet = 0 if len(found) > before else quiet + 1
    headings = {(told.texts.get(Role.LEVEL1), told.texts.get(Role.LEVEL2)) for told in found}
    if len(found) < FEWEST or len(headings) < FEWEST_HEADINGS or idle > len(found) or first is None:
        return Region(tuple(lines), ())
    return replace(region, lines=tuple(lines[:first]), rows=tuple(_rows(found)))


def _rows(found: Sequence[_Told]) -> Iterator[CellRow]:
    roles = tuple(role for role in PARTS if any(role in told.texts for told in found))
    yield _row([Cell("", 0, c) for c in range(len(roles))], roles)
    for r, told in enumerate(found, 1):
        own = [role for role in roles if role in told.texts]
        cells = [
            Cell(
                clean(told.texts[role]),
                r,
                roles.index(role),
                page=told.line.page,
                line_start=told.line.line_start,
                line_end=told.line.line_end,
                confidence=SURE,
                flags=GUESS,
            )
            for role in own
        ]
        yield _row(cells, own)


def _row(cells: Sequence[Cell], roles: Sequence[Role]) -> CellRow:
    return replace(row_of(cells, tuple(roles), glued=True), reader=READER)


def _stretches(view: str) -> Iterator[tuple[int, int]]:
    """The sentences of a line, and the parts of each that a mark of a list opens."""
    for clause in _CLAUSE.finditer(view):
        cuts = [clause.start()]
        cuts += [m.start() for m in _ITEM_START.finditer(view, *clause.span()) if m.start() > clause.start()]
        yield from zip(cuts, [*cuts[1:], clause.end()], strict=True)


@dataclass(frozen=True, slots=True)
class _Heading:
    """The labels of levels that open a sentence, each with its level, and the length of the whole."""

    labels: tuple[tuple[int, str], ...]
    length: int


def _heading(view: str) -> _Heading | None:
    m = _HEADING.match(view)
    if m is None or (m["open"] is None) != (m["end"][:1] not in ("】", "]")):
        return None
    found = []
    for text in (m["first"], m["second"]):
        if text is None:
            continue
        level = read_level(text, 2 if m["second"] == text else None)
        if level is None or not level.known or level.score < 1.0:
            return None
        found.append((level.level, text))
    return _Heading(tuple(found), m.end())


# ---- a sentence → names and values
# ------------------------------------------------------------------------------------------------------------


def _items(text: str) -> list[dict[Role, str]]:
    """The indicators of a sentence; none where it holds no value."""
    labelled = _labelled(text)
    if labelled is not None:
        return [labelled]
    parts = [part for part in _COMMA.split(text) if part.strip(_STRIPPED)]
    several = [_named(part) for part in parts]
    if len(parts) > 1 and all(item is not None for item in several):
        return [item for item in several if item is not None]
    whole = _named(text)
    if whole is None and _ORDINAL.match(narrow(text)) and len(text.strip()) <= LONGEST_NAME:
        whole = {Role.NAME: text.strip(_STRIPPED)}
    return [] if whole is None else [whole]


@cache
def _label() -> re.Pattern[str]:
    return labels(("column",))


def _labelled(text: str) -> dict[Role, str] | None:
    """A name, and values that are labelled: `培训人数,目标值500人次,实际完成值520人次`."""
    parts = [part.strip(_STRIPPED) for part in _COMMA.split(text)]
    out: dict[Role, str] = {}
    for part in parts[1:]:
        view = narrow(part)
        m = _label().match(view)
        role = role_of(m[1], fuzzy=False) if m is not None else None
        if m is None or role not in PARTS or role in out:
            return None
        link = _VALUE_LINK.match(view, m.end())
        out[role] = part[link.end() if link is not None else m.end() :].strip(_STRIPPED)
    if Role.NAME in out or not out.keys() & {Role.TARGET, Role.ACTUAL}:
        return None
    return {Role.NAME: parts[0], **{role: value for role, value in out.items() if value}}


def _named(text: str) -> dict[Role, str] | None:
    """A name and its target: in brackets, behind a colon, or where the shape of a value begins."""
    bare = text.strip(_STRIPPED)
    view = narrow(bare)
    for pattern in (_BRACKETED, _COLON):
        m = pattern.fullmatch(view)
        if m is not None and _fits(m["name"], m["value"], SHAPED if pattern is _BRACKETED else TOLD):
            return {
                Role.NAME: bare[: m.end("name")].strip(),
                Role.TARGET: bare[slice(*m.span("value"))].strip(),
            }
    costs = [
        (_value_cost(view[i:]), i)
        for i in range(max(SHORTEST_NAME, len(view) - LONGEST_VALUE), len(view))
        if not view[i].isspace()
    ]
    best, at = min(costs, default=(SHAPED, 0))
    name = _LINK.sub("", bare[:at].strip(_STRIPPED)).strip(_STRIPPED)
    if best >= SHAPED or not SHORTEST_NAME <= len(name) <= LONGEST_NAME:
        return None
    return {Role.NAME: name, Role.TARGET: bare[at:]}


def _fits(name: str, value: str, most: float) -> bool:
    short = SHORTEST_NAME <= len(name.strip()) <= LONGEST_NAME and len(value) <= LONGEST_VALUE
    return (
        short
        and not _ORDINAL.fullmatch(name + ":")
        and (_value_cost(value) < most or (_value_cost(value) < TOLD and any(ch.isdigit() for ch in value)))
    )


def _value_cost(text: str) -> float:
    """What a stretch costs as a value; `10万条` is a measure as `10条` is."""
    return value_cost(_SCALE.sub("", fold(text)), glued=True)
