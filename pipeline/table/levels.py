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

COST_CHILDREN = frozenset({"经济成本指标", "社会成本指标", "生态环境成本指标"})
SOLE_CHILD = {"满意度指标": "服务对象满意度指标", "预算执行率": "预算执行率"}
LIKE, LIKE_MARGIN = (
    60.0,
    8.0,
)  # percent: a label read off a picture, and how much less the next one is like it
SHORTEST_FORM = 3  # characters: shorter forms are like too much
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


def resolve(rows: Sequence[LevelCells]) -> list[RowLevels]:
    """The levels of every row of one block, in order."""
    first_cells, second_cells = _sort_pieces([r.level1 for r in rows], [r.level2 for r in rows])
    first, joined1 = join_pieces(first_cells, 1, [r.top for r in rows])
    second, joined2 = join_pieces(second_cells, 2, [r.top for r in rows])
    first, second = _settle_sides(first, second, [r.exact for r in rows])
    out: list[RowLevels] = []
    raw1: str | None = None
    raw2: str | None = None
    lost2 = False
    inferred2: str | None = None
    for i, row in enumerate(rows):
        flags = set()
        if row.open1 and first[i] is None and (ahead := _over_break(first, rows, i)) is not None:
            first[i] = ahead
        if row.open2 and second[i] is None and (ahead := _over_break(second, rows, i)) is not None:
            second[i] = ahead
        if first[i] is not None and first[i] != raw1:
            raw1, raw2, lost2, inferred2 = first[i], None, second[i] is None, None
        elif second[i] is None and not row.exact and (raw2 or inferred2) is not None and _restarts(rows, i):
            raw2, lost2, inferred2 = None, True, None
        if second[i] is not None:
            raw2, lost2, inferred2 = second[i], False, None
        if i in joined1 or i in joined2:
            flags.add("cells_joined")
        known1 = labels.read_level(raw1, 1) if raw1 else None
        known2 = labels.read_level(raw2, 2) if raw2 else None
        level1 = known1.label if known1 else None
        level2 = known2.label if known2 else None
        if (
            row.recognised
            and known1 is not None
            and not known1.known
            and (near := _nearest(known1.label, 1)) is not None
        ):
            level1 = near
            flags.add("label_fuzzy")
        if (
            row.recognised
            and known2 is not None
            and not known2.known
            and (near := _nearest(known2.label, 2)) is not None
        ):
            level2 = near
            flags.add("label_fuzzy")
        if level2 is None and lost2 and inferred2 is None:
            inferred2 = _infer(level1, _before(out, level1), _after(second, first, i))
        if level2 is None and inferred2 is not None:
            level2 = inferred2
            flags.add("level2_inferred")
        parent = (
            labels.parent_of(level2)
            if level2 and (known2 is None or known2.known or "label_fuzzy" in flags)
            else None
        )
        if parent is not None and parent != level1:
            level1 = parent
            flags.add("level1_inferred")
        out.append(
            RowLevels(
                level1,
                level2,
                _tight(raw1),
                _tight(raw2),
                known1.weight if known1 else None,
                known2.weight if known2 else None,
                frozenset(flags),
            )
        )
    return out


def _over_break(texts: Sequence[str | None], rows: Sequence[LevelCells], i: int) -> str | None:
    """The label of a cell that a page break cuts, where it is printed behind the break only."""
    k = next((k for k in range(i + 1, len(texts)) if texts[k] is not None or rows[k].top), None)
    return texts[k] if k is not None and rows[k].top else None


@cache
def _forms(level: int) -> tuple[tuple[str, str], ...]:
    """Every printed form of the labels of a level, with its canonical one."""
    forms = {
        whole
        for form in labels.LEVEL_LABELS
        for whole in (form, form.removesuffix("指标") + "指标")
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
                and two.label == "成本指标"
                and known(a, 2)
                and current == "产出指标"
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
    order = [x for x in labels.LEVEL2_ORDER if (labels.parent_of(x) or "产出指标") == level1]
    if (before is not None and before not in order) or (after is not None and after not in order):
        return None
    low = order.index(before) + 1 if before is not None else 0
    high = order.index(after) if after is not None else len(order)
    return order[low] if high - low == 1 else None


_BARE_WEIGHT = re.compile(r"[^\d(（\[【.]\d+(?:\.\d+)?$")


def without_chance_weights(rows: Sequence[RowLevels], weights: Sequence[float | None]) -> list[RowLevels]:
    """A bare figure behind a label (`产出指标50`) is its weight only where its rows sum to it; else it is a
    stray stroke.
    """
    out = list(rows)
    for raw in {r.level1_raw for r in rows if r.level1_raw and _BARE_WEIGHT.search(r.level1_raw)}:
        block = [i for i, r in enumerate(rows) if r.level1_raw == raw]
        if abs(sum(weights[i] or 0.0 for i in block) - (rows[block[0]].level1_weight or 0.0)) > 0.01:
            for i in block:
                out[i] = replace(out[i], level1_weight=None)
    for raw in {r.level2_raw for r in rows if r.level2_raw and _BARE_WEIGHT.search(r.level2_raw)}:
        block = [i for i, r in enumerate(rows) if r.level2_raw == raw]
        if abs(sum(weights[i] or 0.0 for i in block) - (rows[block[0]].level2_weight or 0.0)) > 0.01:
            for i in block:
                out[i] = replace(out[i], level2_weight=None)
    return out


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
    total = sum(weights[i] or 0.0 for i in block)
    if out[0].level1_weight is None and raw is not None and abs(total - side_weight) < 0.01:
        for i in block:
            out[i] = replace(out[i], level1_weight=side_weight)
    return out
