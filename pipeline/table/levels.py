"""Level cells of an indicator block → the two levels of every row.

Comes in: per row the texts of its first- and second-level cells as printed (None where blank), its ordinal
and whether a break lies before it. Goes out: per row the canonical levels, the printed ones filled down, and
what was inferred. A label that is unknown stays as printed; a lost one is inferred only where the template's
order leaves one choice.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from rapidfuzz import fuzz

from normalizers import levels as labels
from normalizers.symbols import fold
from pipeline.words.values import pairs, word, words

COST, OUTPUT = word("level", "cost"), word("level", "output")
COST_CHILDREN = frozenset(words("level", "cost_children"))
SOLE_CHILD = pairs("level", "sole_child")
ENDING = word("level", "ending")
LIKE = 60.0  # percent: a label read off a picture
LIKE_MARGIN = 8.0  # how much less the next one is like it
SHORTEST_FORM = 3  # characters: shorter forms are like too much
_BARE_WEIGHT = re.compile(r"[^\d(（\[【.]\d+(?:\.\d+)?$")
CLOSES = 0.01  # points: sums that differ by less are equal
LEFTOVER = 4  # characters: a longer text is no remainder of a label


@dataclass(frozen=True, slots=True)
class LevelCells:
    """What one row prints in its level columns."""

    level1: str | None
    level2: str | None
    ordinal: int | None = None
    top: bool = False
    exact: bool = False
    open1: bool = False  # the cell of the first level begins in this row and holds nothing
    open2: bool = False
    recognised: bool = False  # the texts were read off a picture, so that a label may be damaged


@dataclass(frozen=True, slots=True)
class RowLevels:
    """The levels of one row; `*_raw` as printed and filled down."""

    level1: str | None = None
    level2: str | None = None
    level1_raw: str | None = None
    level2_raw: str | None = None
    level1_weight: float | None = None
    level2_weight: float | None = None
    flags: frozenset[str] = frozenset()

    @property
    def unknown(self) -> int:
        """How many of the two are kept as printed because no list knows them."""
        pairs = ((self.level1, 1), (self.level2, 2))
        found = [labels.read_level(label, level) for label, level in pairs if label is not None]
        return sum(f is not None and not f.known for f in found)


@dataclass(frozen=True, slots=True)
class _Printed:
    """The labels that hold at a row, and whether its second level's cell is lost."""

    raw1: str | None = None
    raw2: str | None = None
    lost2: bool = False
    inferred2: str | None = None
    own1: bool = False  # the row's own cell says the first level: one of its own, or one merged over rows

    def next(self, one: str | None, two: str | None, restarts: bool) -> _Printed:
        """The labels at the next row, which prints `one` and `two`."""
        now = self
        if one is not None and one != now.raw1:
            now = _Printed(one, lost2=two is None)
        elif two is None and restarts and (now.raw2 or now.inferred2) is not None:
            now = _Printed(now.raw1, lost2=True, own1=self.own1)
        return now if two is None else _Printed(now.raw1, two, own1=self.own1)


@dataclass(frozen=True, slots=True)
class _Understood:
    """A printed label: its canonical one, and whether that is the nearest to a damaged text."""

    level: labels.Level | None = None
    label: str | None = None
    nearest: bool = False

    @property
    def weight(self) -> float | None:
        return self.level.weight if self.level else None


def resolve(rows: Sequence[LevelCells]) -> list[RowLevels]:
    """The levels of every row of one block, in order."""
    first, second, joined = _whole_labels(rows)
    first_here = _over_breaks(first, [r.open1 for r in rows], [r.top for r in rows])
    second_here = _over_breaks(second, [r.open2 for r in rows], [r.top for r in rows])
    out: list[RowLevels] = []
    now = _Printed()
    for i, row in enumerate(rows):
        own = first_here[i] is not None or (row.exact and now.own1 and not row.open1)
        now = now.next(first_here[i], second_here[i], not row.exact and _restarts(rows, i))
        now = replace(now, own1=own)
        one, two = _understood(now.raw1, 1, row.recognised), _understood(now.raw2, 2, row.recognised)
        if two.label is None and now.lost2 and now.inferred2 is None:
            inferred = _infer(one.label, _before(out, one.label), _after(second, first, i))
            now = replace(now, inferred2=inferred)
        out.append(_row_levels(now, one, two, i in joined))
    return out


def _whole_labels(
    rows: Sequence[LevelCells],
) -> tuple[list[str | None], list[str | None], set[int]]:
    """The labels of both columns, pieces joined and each in its own column, and where pieces were joined."""
    tops = [r.top for r in rows]
    first_cells, second_cells = _sort_pieces([r.level1 for r in rows], [r.level2 for r in rows])
    first, joined1 = join_pieces(first_cells, 1, tops)
    second, joined2 = join_pieces(second_cells, 2, tops)
    first, second = _settle_sides(first, second, [r.exact for r in rows])
    return first, second, joined1 | joined2


def _over_breaks(
    texts: Sequence[str | None], opened: Sequence[bool], tops: Sequence[bool]
) -> list[str | None]:
    """The texts; a cell that a page break cuts has its label, although that is printed behind the break."""
    out = list(texts)
    for i, text in enumerate(texts):
        if text is None and opened[i]:
            k = next((k for k in range(i + 1, len(texts)) if texts[k] is not None or tops[k]), None)
            out[i] = texts[k] if k is not None and tops[k] else None
    return out


def _understood(raw: str | None, level: int, recognised: bool) -> _Understood:
    """What a printed label means; one that was read off a picture may be damaged."""
    found = labels.read_level(raw, level) if raw else None
    if found is None:
        return _Understood()
    near = _nearest(found.label, level) if recognised and not found.known else None
    return _Understood(found, near or found.label, near is not None)


def _row_levels(now: _Printed, one: _Understood, two: _Understood, joined: bool) -> RowLevels:
    """The levels of a row: the second decides the first where the taxonomy says so."""
    flags = {"cells_joined"} if joined else set()
    if one.nearest or two.nearest:
        flags.add("label_fuzzy")
    level1, level2 = one.label, two.label
    if level2 is None and now.inferred2 is not None:
        level2 = now.inferred2
        flags.add("level2_inferred")
    sure = two.level is None or two.level.known or "label_fuzzy" in flags
    parent = labels.parent_of(level2) if level2 and sure else None
    if parent is not None and parent != level1:
        level1 = parent
        flags |= {"level1_inferred"} if now.own1 or one.label is None else {"level1_inferred", "level1_blank"}
    return RowLevels(
        level1, level2, _tight(now.raw1), _tight(now.raw2), one.weight, two.weight, frozenset(flags)
    )


@cache
def _forms(level: int) -> tuple[tuple[str, str], ...]:
    """Every printed form of the labels of a level, with its canonical one."""
    forms = {
        whole
        for form in labels.LEVEL_LABELS
        for whole in (form, form.removesuffix(ENDING) + ENDING)
        if len(whole) > SHORTEST_FORM
    }
    found = ((form, labels.read_level(form, level)) for form in sorted(forms))
    return tuple((form, f.label) for form, f in found if f is not None and f.level == level)


def _nearest(text: str, level: int) -> str | None:
    """The canonical label that a damaged one is most like, in any of its forms, if one clearly is."""
    key = fold(text)
    best: dict[str, float] = {}
    for form, label in _forms(level):
        best[label] = max(best.get(label, 0.0), fuzz.ratio(key, form))
    (label, score), (_, second) = sorted(best.items(), key=lambda item: -item[1])[:2]
    return label if score >= LIKE and score - second >= LIKE_MARGIN else None


def _tight(text: str | None) -> str | None:
    return "".join(text.split()) if text else text


def _sort_pieces(
    first: list[str | None], second: list[str | None]
) -> tuple[list[str | None], list[str | None]]:
    """A piece of a torn label that landed in the other level's column goes back to the piece before it."""
    one, two = list(first), list(second)
    for here, there, level in ((one, two, 2), (two, one, 1)):
        for i, text in enumerate(here):
            if text is None or there[i] is not None or known(text, 3 - level):
                continue
            before = next((there[k] for k in range(i - 1, -1, -1) if there[k] is not None), None)
            if before is not None and not known(before, level) and known(before + text, level):
                here[i], there[i] = None, text
    return one, two


def known(text: str, level: int) -> bool:
    """Is the text, alone, a label of the taxonomy at this level?"""
    found = labels.read_level(text, level)
    return (
        found is not None and found.known and found.level == level and found.score == 1.0 and not _open(text)
    )


def join_pieces(
    texts: Sequence[str | None], level: int, tops: Sequence[bool]
) -> tuple[list[str | None], set[int]]:
    """Labels torn over rows become whole at their first row; `标` left over from `成本指标` is dropped.

    Returns the texts and the places where pieces were joined.
    """
    out = list(texts)
    joined: set[int] = set()
    last: int | None = None
    for i, text in enumerate(out):
        if text is None:
            continue
        before = out[last] if last is not None else None
        complete = known(text, level)
        if (
            before is not None
            and last is not None
            and _continues(before, text, level, complete, any(tops[last + 1 : i + 1]))
        ):
            leftover = not known(before + text, level) and fold(before).endswith(fold(text))
            out[last], out[i] = (before if leftover else before + text), None
            joined.add(last)
            continue
        if not complete:
            following = [k for k in range(i + 1, len(out)) if out[k] is not None][:2]
            for n in (1, 2):
                whole = text + "".join(str(out[k]) for k in following[:n])
                if (
                    len(following) >= n
                    and known(whole, level)
                    and not (n == 1 and known(str(out[following[0]]), level) and not _open(text))
                ):
                    out[i] = whole
                    joined.add(i)
                    for k in following[:n]:
                        out[k] = None
                    break
        last = i
    return out, joined


def _open(text: str) -> bool:
    """A text that cannot be a whole label: a bare code, an open bracket."""
    key = fold(text)
    return key.rstrip("0123456789-.、") == "" or key.count("(") > key.count(")") or key.endswith(("-", "、"))


def _continues(before: str, text: str, level: int, complete: bool, gap: bool) -> bool:
    """Is `text` the rest of the label before it, or a remainder of it?"""
    if text.isdigit():
        return False
    if complete:
        whole = labels.read_level(before + text, level)
        return (
            gap
            and not _open(text)
            and known(before + text, level)
            and whole is not None
            and whole.label != _label(before, level) == _label(text, level)
        )
    if known(before + text, level):
        return True
    return known(before, level) and len(fold(text)) <= LEFTOVER and fold(text) in fold(before)


def _label(text: str, level: int) -> str | None:
    found = labels.read_level(text, level)
    return found.label if found else None


def _settle_sides(
    first: list[str | None], second: list[str | None], exact: Sequence[bool]
) -> tuple[list[str | None], list[str | None]]:
    """Labels that landed in the other level's column go to their own; 成本指标 alone is a first level only
    above its own children.

    Where the source knows its columns (`exact`) a first level's word in the second column is a second level:
    管理 / 过程.
    """
    first, second = list(first), list(second)
    current: str | None = None
    for i, (a, b) in enumerate(zip(first, second, strict=True)):
        if a is not None and b is None:
            two = labels.read_level(a, 2)
            if (known(a, 2) and not known(a, 1)) or (
                two is not None
                and two.label == COST
                and known(a, 2)
                and current == OUTPUT
                and not _has_cost_child(first, second, i)
            ):
                first[i], second[i] = None, a
        elif b is not None and a is None and not exact[i] and known(b, 1) and not known(b, 2):
            first[i], second[i] = b, None
        if first[i] is not None:
            current = _label(str(first[i]), 1)
    return first, second


def _has_cost_child(first: Sequence[str | None], second: Sequence[str | None], i: int) -> bool:
    for k in range(i, len(second)):
        if k > i and first[k] is not None:
            return False
        if second[k] is not None:
            return _label(str(second[k]), 2) in COST_CHILDREN
    return False


def _restarts(rows: Sequence[LevelCells], i: int) -> bool:
    """Numbering that starts again at 1 under a blank label: the label is lost."""
    before = next((rows[k].ordinal for k in range(i - 1, -1, -1)), None)
    return rows[i].ordinal == 1 and before is not None and before >= 1


def _before(out: Sequence[RowLevels], level1: str | None) -> str | None:
    """The last second level of the same first level before this row."""
    return out[-1].level2 if out and out[-1].level1 == level1 else None


def _after(second: Sequence[str | None], first: Sequence[str | None], i: int) -> str | None:
    """The next printed second level under the same first level."""
    for k in range(i + 1, len(second)):
        if first[k] is not None:
            return None
        if second[k] is not None:
            return _label(str(second[k]), 2)
    return None


def _infer(level1: str | None, before: str | None, after: str | None) -> str | None:
    """The one second level that the template's order allows between its neighbours, if it is one."""
    if level1 in SOLE_CHILD:
        return SOLE_CHILD[level1]
    if before is None and after is None:
        return None
    order = [x for x in labels.LEVEL2_ORDER if (labels.parent_of(x) or OUTPUT) == level1]
    if (before is not None and before not in order) or (after is not None and after not in order):
        return None
    low = order.index(before) + 1 if before is not None else 0
    high = order.index(after) if after is not None else len(order)
    return order[low] if high - low == 1 else None


def without_chance_weights(rows: Sequence[RowLevels], weights: Sequence[float | None]) -> list[RowLevels]:
    """A bare figure behind a label (`产出指标50`) is its weight only where its rows sum to it; else it is a
    stray stroke.
    """
    out = list(rows)
    for raw in {r.level1_raw for r in rows if r.level1_raw and _BARE_WEIGHT.search(r.level1_raw)}:
        block = [i for i, r in enumerate(rows) if r.level1_raw == raw]
        if not _sum_to(block, weights, rows[block[0]].level1_weight or 0.0):
            for i in block:
                out[i] = replace(out[i], level1_weight=None)
    for raw in {r.level2_raw for r in rows if r.level2_raw and _BARE_WEIGHT.search(r.level2_raw)}:
        block = [i for i, r in enumerate(rows) if r.level2_raw == raw]
        if not _sum_to(block, weights, rows[block[0]].level2_weight or 0.0):
            for i in block:
                out[i] = replace(out[i], level2_weight=None)
    return out


def _sum_to(block: Sequence[int], weights: Sequence[float | None], total: float) -> bool:
    return abs(sum(weights[i] or 0.0 for i in block) - total) <= CLOSES


def with_side_weight(
    rows: Sequence[RowLevels], side_weight: float | None, weights: Sequence[float | None]
) -> list[RowLevels]:
    """A weight printed beside `绩效指标` belongs to the first level whose rows sum to it and that has none of
    its own.
    """
    out = list(rows)
    if side_weight is None or not out:
        return out
    raw = out[0].level1_raw
    block = [i for i, r in enumerate(out) if r.level1_raw == raw]
    if out[0].level1_weight is None and raw is not None and _sum_to(block, weights, side_weight):
        for i in block:
            out[i] = replace(out[i], level1_weight=side_weight)
    return out
