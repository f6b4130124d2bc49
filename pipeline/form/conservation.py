"""What becomes of every printed text of a form: nothing is lost unsaid.

Comes in: a form's rows, cut into head, blocks, total and rest, and the form that was read from them. Goes
out: `Unread`, every text that no column took and that is no label, with its label and why; a cell that a
column took in part is among them. A text that came without cells is accounted for by its stretches. Rows of
other tables in the same region, of which nothing was read, are not the form's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from normalizers.levels import read_level
from normalizers.symbols import fold, is_blank
from pipeline.form.funds import is_dash, is_fund_header, names_tasks
from pipeline.form.tags import Tagged, TaggedRow, tags
from pipeline.form.titles import is_title, is_year
from pipeline.form.units import is_unit_note
from pipeline.form.unknown_labels import UNKNOWN
from pipeline.model.cells import Cell, Line
from pipeline.model.flags import Flag
from pipeline.model.form import Field, Form, Indicator, Unread, Why
from pipeline.model.regions import CellRow, Region
from pipeline.model.roles import Role
from pipeline.table.further import of_label
from pipeline.table.header import Column, role_of
from pipeline.words import vocabulary
from pipeline.words.values import words

NOTHING_SAID = frozenset(
    fold(w) for key in (("sign", "empty"), ("unit", "empty"), ("unit", "none")) for w in words(*key)
)
"""Signs and units that say that there is none: the contract leaves them out."""
_LEVELS = (Role.LEVEL1, Role.LEVEL2, Role.SIDE)
LONG = 6  # characters of a text that hardly stands twice in a form
_MARKS = re.compile(r"[\W_]")


@dataclass(frozen=True, slots=True)
class Printed:
    """The rows of a form by what they are; `blocks`: columns and the rows below them."""

    head: Sequence[TaggedRow]
    blocks: Sequence[tuple[Sequence[Column], Sequence[CellRow]]]
    total: CellRow | None
    tail: Sequence[CellRow]
    rows: Sequence[CellRow]


def conserved(form: Form, printed: Printed) -> Form:
    """The form with what it left unread; flagged `text_lost` where that is our fault."""
    account = _Account(form, printed)
    left = account.left()
    lost = any(item.why == Why.LOST for item in left)
    flags = tuple(sorted({*form.flags, Flag.TEXT_LOST})) if lost else form.flags
    return replace(form, unread=left, flags=flags)


def accounted(form: Form, printed: Printed) -> tuple[int, int]:
    """Characters of the form's cells, and how many of them are in a column, in a label or unread."""
    account = _Account(form, printed)
    account.left()
    cells = [c for row in account.own_rows() for c in row.filled]
    return _size(cells), _size(c for c in cells if id(c) in account.fate)


def _size(cells: Iterable[Cell]) -> int:
    return sum(len("".join(c.text.split())) for c in cells)


class _Account:
    """The fate of every cell: `fate` holds the cells that are in a column, a label or unread."""

    def __init__(self, form: Form, printed: Printed) -> None:
        self.printed = printed
        self.form = form
        self.claims = _claims(form)
        self.levels = {_squashed(t) for i in form.indicators for t in (i.level1_raw, i.level2_raw) if t}
        self.fate: set[int] = set()
        self.out: list[tuple[int, Unread]] = []
        self.order = {id(c): n for n, c in enumerate(c for row in printed.rows for c in row.cells)}

    def left(self) -> tuple[Unread, ...]:
        """Everything that no column took, in printed order."""
        own = {row.piece for row in self.own_rows()}
        self._head([r for r in self.printed.head if r.row.piece in own])
        for columns, rows in self.printed.blocks:
            for row in rows:
                self._body_row(row, columns)
        self._headers()
        if self.printed.total is not None:
            self._labelled_row(self.printed.total)
        for row in self.printed.tail:
            if row.piece in own or _opens_tail(row):
                self._labelled_row(row)
        for row in self.own_rows():
            for cell in row.filled:
                if id(cell) not in self.fate:
                    self._leave(cell, None, Why.LOST)
        return tuple(item for _, item in sorted(self.out, key=lambda pair: pair[0]))

    def own_rows(self) -> list[CellRow]:
        """Rows of the tables of which anything was read, and those below with a label of a form's end."""
        blocks = {id(row) for _, rows in self.printed.blocks for row in rows}
        pieces = {
            row.piece
            for row in self.printed.rows
            if id(row) in blocks or any(id(c) in self.claims for c in row.cells)
        }
        pieces |= {r.row.piece for r in self.printed.head if any(id(t.cell) in self.claims for t in r.cells)}
        tail = {id(row) for row in self.printed.tail}
        return [
            row for row in self.printed.rows if row.piece in pieces or (id(row) in tail and _opens_tail(row))
        ]

    # ---- the parts of a form

    def _head(self, rows: Sequence[TaggedRow]) -> None:
        heads: list[Tagged] = []  # of the fund block's columns
        for row in rows:
            label: Tagged | None = None
            if is_fund_header(row):
                heads = [t for t in row.cells if not is_blank(t.cell.text)]
                for t in heads:
                    self._understood(t.origin)
                continue
            if row.with_tag("goal") or (row.with_tag("field") and not row.with_tag("fund_line")):
                heads = []
            for n, t in enumerate(row.cells):
                if is_blank(t.cell.text):
                    continue
                if (
                    self._taken(t.cell, t.origin)
                    or (heads and is_dash(t.cell.text))
                    or (not t.tags and len(row.cells) == 1 and _of_the_form(t.cell.text))
                ):
                    self._understood(t.origin)
                elif t.tags:
                    label = t
                    following = next((x for x in row.cells[n + 1 :] if not is_blank(x.cell.text)), None)
                    if t.tags == {UNKNOWN} and (following is None or following.tags):
                        self._leave(t.cell, None, Why.UNKNOWN_LABEL, t.origin)
                    self._understood(t.origin)
                else:
                    above = next((h for h in heads if _overlap(h.cell, t.cell)), None)
                    why = _reason(above, label)
                    if why[1] == Why.UNKNOWN_COLUMN and any(names_tasks(h.cell.text) for h in heads):
                        why = why[0], Why.NO_COLUMN
                    self._leave(t.cell, *why, t.origin)

    def _body_row(self, row: CellRow, columns: Sequence[Column]) -> None:
        first = min(c.start for c in columns)
        for cell in row.filled:
            met = [c for c in columns if c.meets(cell.col, cell.col_span)]
            column = (
                max(met, key=lambda c: c.overlap(cell.col, cell.col_span))
                if met
                else Column(Role.SIDE if cell.col < first else Role.OTHER, cell.col, 1, "")
            )
            if fold(cell.text) in NOTHING_SAID or self._taken(cell, (cell,)) or self._is_level(cell, column):
                self._understood((cell,))
            elif column.role == Role.OTHER and not column.known:
                self._leave(cell, column.label or None, Why.UNKNOWN_COLUMN if met else Why.OTHER_ROW)
            else:
                self._leave(cell, column.label or None, Why.NO_COLUMN)

    def _is_level(self, cell: Cell, column: Column) -> bool:
        """Is the cell a label of a level, or a piece of one, that stands filled down in rows of the form?"""
        text = _squashed(cell.text)
        if any(text in label for label in self.levels):
            return True
        known = any((found := read_level(text, n)) is not None and found.known for n in (1, 2))
        side = role_of(cell.text) == Role.SIDE or vocabulary.find("goal", cell.text, fuzzy=False) is not None
        return (
            known
            or side
            or (column.role == Role.SIDE and len(text) <= 2)
            or (column.role in _LEVELS and text in _side_words())
        )

    def _headers(self) -> None:
        """Header rows: known words, words over columns, and words that mean nothing to us."""
        other = [r.row for r in self.printed.head] + [r for _, rows in self.printed.blocks for r in rows]
        own = {id(c) for row in (*other, self.printed.total, *self.printed.tail) if row for c in row.cells}
        own |= {id(c) for r in self.printed.head for t in r.cells for c in t.origin}
        read = {
            fold(c.label) for columns, _ in self.printed.blocks for c in columns if c.role != Role.OTHER
        } | {fold(item.label) for _, item in self.out if item.label}
        for row in self.own_rows():
            for cell in row.filled:
                if id(cell) in own:
                    continue
                if (
                    any(fold(cell.text) in label for label in read)
                    or tags(cell.text)
                    or role_of(cell.text) is not None
                    or of_label(cell.text) is not None
                ):
                    self._understood((cell,))
                else:
                    self._leave(cell, None, Why.UNKNOWN_LABEL)

    def _labelled_row(self, row: CellRow) -> None:
        """The row of totals, or one below it: a label and texts."""
        label: str | None = None
        for n, cell in enumerate(row.filled):
            named = n == 0 and (
                vocabulary.is_in("total", cell.text)
                or vocabulary.is_in("tail", cell.text)
                or bool(tags(cell.text))
            )
            if self._taken(cell, (cell,)):
                self._understood((cell,))
            elif named:
                label = cell.text
                self._understood((cell,))
            else:
                self._leave(cell, label, Why.NO_COLUMN if label or _opens_tail(row) else Why.OTHER_ROW)

    # ---- fates

    def _understood(self, cells: Iterable[Cell]) -> None:
        self.fate.update(id(c) for c in cells)

    def _leave(self, cell: Cell, label: str | None, why: Why, origin: Sequence[Cell] = ()) -> None:
        cells = origin or (cell,)
        self._understood(cells)
        at = min((self.order[id(c)] for c in cells if id(c) in self.order), default=len(self.order))
        self.out.append((at, Unread(cell.text, label, why, tuple(cells))))

    def _taken(self, cell: Cell, origin: Sequence[Cell]) -> bool:
        """Did a column take the cell, and all of its characters?"""
        claims = self.claims.get(id(cell)) or next(
            (self.claims[id(c)] for c in origin if id(c) in self.claims), None
        )
        if claims is None:
            return False
        if not any(_holds(f, cell) for f in claims):
            self._leave(cell, None, Why.LOST, origin)
        return True


def _claims(form: Form) -> dict[int, list[Field]]:
    """Every cell that a field was read from, by identity."""
    out: dict[int, list[Field]] = {}
    for found in _fields(form):
        for cell in found.cells:
            out.setdefault(id(cell), []).append(found)
    return out


def _fields(form: Form) -> Iterator[Field]:
    yield from form.header.values()
    yield from (f for f in (form.total_weight, form.total_score, form.grade) if f is not None)
    yield from (d.name for d in form.departments)
    for said in form.statements:
        told = [f for f in (said.label, said.text, said.problem) if f is not None]
        yield Field("".join(f.text or "" for f in told), tuple(c for f in told for c in f.cells))
    for task in form.tasks:
        whole = (task.name, task.content, task.budget, task.executed, task.start, task.end)
        yield from (f for f in whole if f is not None)
    for line in form.funds:
        yield Field(line.label, line.cells)
        figures = (line.initial_budget, line.annual_budget, line.executed, line.weight, line.execution_rate)
        yield from (f for f in (*figures, line.score) if f is not None)
    for row in form.indicators:
        yield from _of_row(row)


def _of_row(row: Indicator) -> Iterator[Field]:
    fields = (
        row.name, row.target, row.actual, row.weight, row.score, row.review_score, row.direction,
        row.remark, row.reason, row.adjusted_target, row.core, *(points for _, points in row.reviews),
    )  # fmt: skip
    yield from (f for f in fields if f is not None)


def _holds(found: Field, cell: Cell) -> bool:
    """Are all characters of the cell in the field's text? What was repaired says so by itself."""
    if Flag.OCR_REPAIRED in found.flags:
        return True
    key, text = fold(cell.text), fold(found.text or "")
    return key in text or not Counter(_MARKS.sub("", key)) - Counter(_MARKS.sub("", text))


def _of_the_form(text: str) -> bool:
    """Does a line of its own say the form's title, its year or its unit?"""
    return is_title(text) or is_year(text) or is_unit_note(text)


def _reason(above: Tagged | None, label: Tagged | None) -> tuple[str | None, Why]:
    """The label of an unread text of the head, and why it was not read."""
    if above is not None:
        known = above.key("fund_column") is not None
        return above.cell.text, Why.NO_COLUMN if known or above.tags else Why.UNKNOWN_COLUMN
    if label is None:
        return None, Why.OTHER_ROW
    return label.cell.text, Why.UNKNOWN_LABEL if label.key("unknown") is not None else Why.NO_COLUMN


def _overlap(a: Cell, b: Cell) -> bool:
    return a.col < b.col + b.col_span and b.col < a.col + a.col_span


def _squashed(text: str) -> str:
    return "".join(fold(text).split())


def _side_words() -> frozenset[str]:
    return frozenset(w for w, key in vocabulary.index("column").items() if key == Role.SIDE)


def _opens_tail(row: CellRow) -> bool:
    filled = row.filled
    label = re.split(r"[:：]", filled[0].text, maxsplit=1)[0] if filled else ""
    return bool(label) and vocabulary.is_in("tail", label)


# ---- text without cells
# ----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Stream:
    """A text without white space, its match key a character, and what of it is crossed out."""

    text: list[str]
    lines: list[Line]
    keys: str
    gone: bytearray

    def cross_out(self, key: str, low: int, high: int) -> int | None:
        """Crosses out the first place between two others where the key stands whole; gives its end."""
        at = self.keys.find(key, low, high)
        while at >= 0:
            end = at + len(key)
            if not any(self.gone[at:end]):
                self.gone[at:end] = bytes([1]) * len(key)
                return end
            at = self.keys.find(key, at + 1, high)
        return None


def stretches(lines: Sequence[Line], pieces: Sequence[Region]) -> list[tuple[Unread, ...]]:
    """What of a text stands in no cell of the forms that were cut out of it, a tuple a form.

    The texts of a form's cells are sought and crossed out, long ones first, short ones between their
    neighbours; what is left between the first and the last is said.
    """
    stream = _stream(lines)
    out = []
    start = 0
    for piece in pieces:
        texts = [t.text for t in piece.lines] + [c.text for row in piece.rows for c in row.cells]
        keys = [key for text in texts for key in _parts(text, stream.keys)]
        ends: list[int | None] = [None] * len(keys)
        for shortest in (LONG, 1):
            cursor = start
            following = _following(keys, ends)
            for n, key in enumerate(keys):
                if ends[n] is None and len(key) >= shortest:
                    after = following[n]
                    high = after if after is not None and after > cursor else len(stream.keys)
                    ends[n] = stream.cross_out(key, cursor, high)
                    if ends[n] is None:
                        ends[n] = stream.cross_out(key, start, len(stream.keys))
                cursor = ends[n] or cursor
        found = [(e - len(key), e) for key, e in zip(keys, ends, strict=True) if e is not None]
        low, high = min((a for a, _ in found), default=0), max((b for _, b in found), default=0)
        out.append(tuple(_left(stream, low, high)))
        start = max(start, high)
    return out


def _following(keys: Sequence[str], ends: Sequence[int | None]) -> list[int | None]:
    """For each key where the next one that was found begins; None where none was."""
    out: list[int | None] = []
    begins: int | None = None
    for key, end in zip(reversed(keys), reversed(ends), strict=True):
        out.append(begins)
        begins = end - len(key) if end else begins
    return out[::-1]


def _stream(lines: Sequence[Line]) -> _Stream:
    text: list[str] = []
    own: list[Line] = []
    keys: list[str] = []
    same: dict[str, str] = {}  # one object a character, not one each time it is met
    for line in lines:
        for ch in (same.setdefault(c, c) for c in line.text):
            for n, key in enumerate(_key(ch)):
                text.append("" if n else ch)
                own.append(line)
                keys.append(key)
    return _Stream(text, own, "".join(keys), bytearray(len(keys)))


def _key(text: str) -> str:
    """A text without white space and as it may be printed otherwise: `≤` is `<=`."""
    return "".join(fold(text).split()).replace("\u200b", "").replace("≤", "<=").replace("≥", ">=")


def _parts(text: str, stream: str) -> list[str]:
    """A cell's text as it is sought; where it was put together of pieces, the pieces."""
    whole = _key(text)
    if not whole or whole in stream:
        return [whole] if whole else []
    return [key for part in text.split() if (key := _key(part)) in stream and key]


def _left(stream: _Stream, low: int, high: int) -> Iterator[Unread]:
    """The stretches between two places that are not crossed out; a line's end ends one. Marks and labels that
    are understood are no loss.
    """
    at = low
    while at < high:
        if stream.gone[at]:
            at += 1
            continue
        start, line = at, stream.lines[at]
        while at < high and not stream.gone[at] and stream.lines[at] is line:
            at += 1
        text = "".join(stream.text[start:at])
        if _MARKS.sub("", text) and not tags(text) and not _of_the_form(text):
            place = Cell(text, 0, 0, page=line.page, line_start=line.line_start, line_end=line.line_end)
            yield Unread(text, None, Why.LEFT_OVER, (place,))
