"""Rows that a page break or a wrapped line has torn → whole rows.

Comes in: placed rows of one block, in order. Goes out: the same rows, the pieces of each joined column by
column. Whether a row is a piece is told by the columns that most rows of its block fill.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from normalizers.indicator_names import split_ordinal
from normalizers.symbols import clean, fold
from pipeline.model.flags import Flag
from pipeline.model.roles import POINTS, VALUES, Role
from pipeline.table.placed_rows import PlacedRow
from pipeline.words.values import pairs_of

USUAL = 0.6  # a column that this share of the rows fills is one that a whole row has
TEXTS = (
    Role.NAME,
    Role.TARGET,
    Role.ACTUAL,
    Role.REASON,
    Role.REMARK,
    Role.SIDE,
    Role.LEVEL1,
    Role.LEVEL2,
    Role.UNIT,
)
CLOSERS = {closer: opener for opener, closer in pairs_of("sentence", "quotes")}


def join_torn(rows: Sequence[PlacedRow]) -> list[PlacedRow]:
    """The rows with those that were cut in two made one."""
    usual = _usual(rows)
    out: list[PlacedRow] = []
    carried: PlacedRow | None = None
    for i, row in enumerate(rows):
        if carried is not None:
            row, carried = _joined(carried, row), None
        following = rows[i + 1] if i + 1 < len(rows) else None
        if out and _belongs_to(out[-1], row, following, usual):
            out[-1] = _joined(out[-1], row)
        elif _leads_to(row, following, usual):
            carried = row
        else:
            out.append(row)
    if carried is not None:
        out.append(carried)
    return out


def all_whole(rows: Sequence[PlacedRow]) -> bool:
    """Is no row a piece of another?"""
    usual = _usual(rows)
    return all(_whole(row, usual) for row in rows)


def _usual(rows: Sequence[PlacedRow]) -> frozenset[Role]:
    named = [r for r in rows if r.has(Role.NAME)]
    counts = Counter(role for r in named for role in (*r.texts, *r.blank))
    return frozenset(role for role in VALUES if counts[role] >= USUAL * max(1, len(named)))


def _missing(row: PlacedRow, usual: frozenset[Role]) -> set[Role]:
    return {r for r in usual if r not in row.texts and r not in row.blank}


def _whole(row: PlacedRow, usual: frozenset[Role]) -> bool:
    figures = not usual or len(_missing(row, usual)) < len(usual)
    return (row.has(Role.NAME) and figures) or (row.has(Role.TARGET) and row.has(Role.WEIGHT, Role.ACTUAL))


def _is_piece(row: PlacedRow, usual: frozenset[Role]) -> bool:
    return not _whole(row, usual) and row.has(Role.NAME, *VALUES, Role.REASON, Role.REMARK)


def _belongs_to(
    before: PlacedRow, row: PlacedRow, following: PlacedRow | None, usual: frozenset[Role]
) -> bool:
    """Is the row the rest of the one before it?"""
    if not _is_piece(row, usual):
        return row.top and row.has(Role.NAME) and _wants_rest(before, row, usual)
    if _leads_to(row, following, usual) and not (row.top and _fits(before, row)):
        return False
    if _leads_to(row, following, usual) and _rather_ahead(before, row, following):
        return False
    if row.top and _fits(before, row):
        return True
    return not row.has(Role.NAME) and _fits(before, row) and len(row.texts) == 1 and not row.spans


def _leads_to(row: PlacedRow, following: PlacedRow | None, usual: frozenset[Role]) -> bool:
    """Is the row the first piece of the one that opens the next page?"""
    return (
        _is_piece(row, usual)
        and following is not None
        and following.top
        and _fits(row, following)
        and (bool(_missing(row, usual) & set(following.texts)) or not following.has(Role.NAME))
    )


def _rather_ahead(before: PlacedRow, row: PlacedRow, following: PlacedRow | None) -> bool:
    """Of a piece that fits both its neighbours: does it go with the one behind it?"""
    return _open_text(row, following) or (row.has(Role.NAME) and not _open_text(before, row))


def _wants_rest(before: PlacedRow, row: PlacedRow, usual: frozenset[Role]) -> bool:
    """The piece before the break has a name and no figure, this one the figures."""
    return (
        before.has(Role.NAME)
        and bool(usual)
        and len(_missing(before, usual)) == len(usual)
        and _fits(before, row)
        and split_ordinal(row.texts[Role.NAME])[0] is None
    )


def _fits(a: PlacedRow, b: PlacedRow) -> bool:
    return not any(role in a.texts and role in b.texts for role in POINTS)


def _open_text(a: PlacedRow, b: PlacedRow | None) -> bool:
    """Do brackets or quotes that open in `a` close in `b`, in some column?"""
    if b is None:
        return False
    for role in TEXTS:
        if role not in a.texts or role not in b.texts:
            continue
        if _balance(a.texts[role]) and not _balance(a.texts[role] + b.texts[role]):
            return True
        if any(_balance(b.texts[role])) and not any(_balance(a.texts[role])) and _stray(b.texts[role]):
            return False
    return False


def _balance(text: str) -> list[str]:
    """Brackets and quotes that are still open at the end of the text."""
    stack: list[str] = []
    for ch in text:
        if ch in CLOSERS.values():
            stack.append(ch)
        elif ch in CLOSERS and stack and stack[-1] == CLOSERS[ch]:
            stack.pop()
    return stack


def _stray(text: str) -> bool:
    return any(ch in CLOSERS and CLOSERS[ch] not in text for ch in text)


def _joined(a: PlacedRow, b: PlacedRow) -> PlacedRow:
    texts, cells = dict(a.texts), dict(a.cells)
    for role, text in b.texts.items():
        if role in (Role.LEVEL1, Role.LEVEL2) and role in texts and fold(text) == fold(texts[role]):
            continue
        texts[role] = clean(texts[role] + "\n" + text) if role in texts else text
        cells[role] = cells.get(role, ()) + b.cells.get(role, ())
    return PlacedRow(
        texts,
        cells,
        a.top,
        a.spans,
        min(a.margin, b.margin),
        max(a.cost, b.cost),
        a.flags | b.flags | {Flag.PAGE_STITCHED},
        a.blank | b.blank,
        a.empty,
        a.recognised,
        {**b.further, **a.further},
        a.reader,
        a.doubtful + b.doubtful,
    )
