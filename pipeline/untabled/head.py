"""The head of a form that came without cells: fields, funds and goals cut at their labels.

Comes in: a flow and the stretch from a form's first label to its indicator header. Goes out: rows of cells as
a grid would have given them. Figures that stand glued together are cut by what a fund line must satisfy: its
rate, its score, its sum (`fund_figures`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.model.cells import Cell
from pipeline.model.regions import CellRow
from pipeline.model.roles import AMOUNTS, Role, fund_role
from pipeline.untabled.fund_figures import DASHES, split_figures, under_columns
from pipeline.untabled.stream import GUESS, LINE, MOST_SURE, SPACE, WIDE, Flow, labels, next_label, row_of
from pipeline.words import vocabulary
from pipeline.words.values import either, word, words

FIELD_GROUPS = ("field", "fund_block", "fund_column", "fund_line", "fund_scope", "goal")
FUND_GROUPS = ("fund_block", "fund_column", "fund_line", "fund_scope", "goal")
OTHER_FIELD = "other_note"
_FIGURES = re.compile(r"[\d.,%—\-/]*(?:\(%\))?")
_NUMBER = re.compile(r"\d+(\.\d+)?")
_PAIR_FIGURE = re.compile(rf"-?[\d,.]+(?:{either(words('fund_parts', 'amount_units'))})?|[—\-/]")
_LIST_START = re.compile("|".join(words("head_parts", "first_marks")))
_DECIMAL = re.compile(r"1[.、]\d")
_FAR_OWN, _FAR_OTHER = 1, 4  # grid columns of the two panels' labels
_OTHER_PANEL = frozenset({"central", "regional"})
_PROJECT = word("head_parts", "project")
_FULL_STOP = word("sentence", "full_stop")
_BEFORE_NEW = word("sentence", "before_new")
MOST_GOAL_LABELS = 4  # the block's, two columns' and the long term's


@dataclass(frozen=True, slots=True)
class Token:
    """A label in the flow, with the section and key of the vocabulary, or a stretch of text without one."""

    start: int
    end: int
    group: str
    key: str
    value_end: int

    @property
    def alone(self) -> bool:
        """Does another label follow at once?"""
        return self.value_end == self.end


@dataclass(frozen=True, slots=True)
class Head:
    """The rows of a form's head, and the points that the fund block gives to the execution of the budget."""

    rows: list[CellRow]
    budget_weight: float | None


def read_head(flow: Flow, start: int, end: int, sep: int) -> Head:
    """Everything between the first label and the indicator header."""
    found = _Rows(flow, sep)
    goals: list[Token] = []
    tokens = list(_tokens(flow, start, end, sep))
    for i, t in enumerate(tokens):
        following = tokens[i + 1].group if i + 1 < len(tokens) else ""
        if t.group == "goal":
            found.flush()
            goals.append(t)
        elif t.group in ("fund_line", "fund_scope"):
            found.fund_line(t)
        elif t.group == "fund_block" and t.alone and following == "fund_column":
            found.flush()
            found.run.append(t)
        elif (
            t.group == "fund_column"
            and t.value_end - t.end <= 1
            and (found.run or following == "fund_column")
        ):
            found.run.append(t)
        else:
            found.flush()
            found.label(t)
    found.flush()
    for cells in _goal_rows(flow, goals, sep, len(found.rows)):
        found.row(cells)
    return Head(found.rows, found.budget_weight)


@dataclass(slots=True)
class _Rows:
    """The rows so far, and the labels that wait for the rest of their row."""

    flow: Flow
    sep: int
    rows: list[CellRow] = field(default_factory=list)
    run: list[Token] = field(default_factory=list)  # column heads of the fund block
    pairs: list[Token] = field(default_factory=list)  # labels beside their amounts
    columns: tuple[Role, ...] = ()
    most: float | None = None  # the total's largest amount: no line of it is more
    budget_weight: float | None = None

    def row(self, cells: Sequence[Cell]) -> None:
        """One row more."""
        self.rows.append(row_of(cells))

    def label(self, t: Token) -> None:
        """A label beside its text, or the fund block's, which may state the unit."""
        n = len(self.rows)
        if t.group == "fund_block":
            self.row([_label(self.flow, t, n, 0)])
        elif t.group in ("field", "fund_column"):
            self.row([_label(self.flow, t, n, 0), self.flow.cell(t.end, t.value_end, n, 1)])

    def fund_line(self, t: Token) -> None:
        """A line below column heads; without heads a label beside its amount."""
        if self.run:
            self.flush()
        if not self.columns or t.group != "fund_line":
            self.pairs.append(t)
            return
        cells = _fund_cells(self.flow, t, self.columns, self.sep, len(self.rows), self.most)
        if t.key == "total":
            self.most = _largest(cells, self.columns)
            if self.budget_weight is None:
                self.budget_weight = _weight(cells, self.columns)
        self.row(cells)

    def flush(self) -> None:
        """What waits becomes rows."""
        if self.run:
            self.columns = tuple(fund_role(t.key) for t in self.run if t.group == "fund_column")
            n = len(self.rows)
            self.row([_label(self.flow, t, n, _place(self.run, t)) for t in self.run])
            self.run.clear()
        if self.pairs:
            for cells in _panel_rows(self.flow, self.pairs, len(self.rows)):
                self.row(cells)
            self.pairs.clear()


def _place(run: Sequence[Token], t: Token) -> int:
    """Column heads stand right of the fund lines' labels."""
    before = [x for x in run if x.group == "fund_column" and x.start < t.start]
    return 2 + len(before) if t.group == "fund_column" else 0


def _label(flow: Flow, t: Token, row: int, col: int) -> Cell:
    return flow.cell(t.start, t.end, row, col)


@dataclass(frozen=True, slots=True)
class _Found:
    """A label that was found: where, and what it means."""

    start: int
    end: int
    group: str
    key: str


def _tokens(flow: Flow, start: int, end: int, sep: int) -> Iterator[Token]:
    """Labels from left to right, each with the stretch of text behind it."""
    found: list[_Found] = []
    at = start
    stage = "field"
    while at < end:
        groups = FIELD_GROUPS if stage == "field" else FUND_GROUPS if stage == "fund" else ("goal",)
        m = next_label(flow, labels(groups), at, end, sep)
        if m is None:
            break
        if not _is_label(flow, m, groups, found, sep):
            at = m.start() + 1
            continue
        if not sep:
            m = _behind_project(flow, m, groups, found, end)
        group, key = _meaning(m[1], groups)
        found += _one_or_two(m, group, key, found, sep)
        at = m.end()
        if group == "goal":
            stage = "goal"
        elif group.startswith("fund") and group != "fund_block":
            stage = "fund"
    for i, label in enumerate(found):
        stop = found[i + 1].start if i + 1 < len(found) else end
        yield Token(label.start, label.end, label.group, label.key, stop)


def _is_label(flow: Flow, m: re.Match[str], groups: Sequence[str], found: Sequence[_Found], sep: int) -> bool:
    """Is the word a label here, and not a part of a text?"""
    group, _ = _meaning(m[1], groups)
    if not _stands_alone(flow, m.start(), m.end(), sep, found):
        return False
    if not sep and not _leads_on(flow, m.end(), group):
        return False
    return groups != ("goal",) or _goal_label(flow, m, found, sep)


def _behind_project(
    flow: Flow, m: re.Match[str], groups: tuple[str, ...], found: Sequence[_Found], end: int
) -> re.Match[str]:
    """Names end in 项目 more often than 主管部门 begins with it: the label without the name's 项目."""
    name_before = bool(found) and found[-1].key == "project_name"
    if name_before and m[1].startswith(_PROJECT) and m[1][len(_PROJECT) :] in vocabulary.index("field"):
        return labels(groups).match(flow.keys, m.start() + len(_PROJECT), end) or m
    return m


def _one_or_two(m: re.Match[str], group: str, key: str, found: Sequence[_Found], sep: int) -> list[_Found]:
    """The label, or both labels where nothing parts two column heads that are a head together, too."""
    if not sep and group == "fund_column" and key != Role.EXECUTION_RATE:
        two = _two_labels(m[1], group)
        if two is not None and two[1] not in {f.key for f in found[-6:]}:
            middle = m.start(1) + two[0]
            return [_Found(m.start(), middle, group, two[1]), _Found(middle, m.end(), group, two[2])]
    return [_Found(m.start(), m.end(), group, key)]


def _two_labels(word: str, group: str) -> tuple[int, str, str] | None:
    """`执行率得分` may be two labels that nothing parts: where the first ends, and both keys."""
    words = vocabulary.index(group)
    for i in range(2, len(word) - 1):
        first, second = words.get(word[:i]), words.get(word[i:])
        if first is not None and second is not None and first != second:
            return i, first, second
    return None


def _meaning(word: str, groups: Sequence[str]) -> tuple[str, str]:
    for group in ("fund_scope", *groups):
        key = vocabulary.index(group).get(word) if group in groups else None
        if key is not None:
            return group, key
    return "field", OTHER_FIELD


def _stands_alone(flow: Flow, a: int, b: int, sep: int, found: Sequence[_Found]) -> bool:
    """Where cells are parted, a label starts at a break; where they are not, it does not start inside a word
    of its own kind.
    """
    if found and found[-1].end > a:
        return False
    if sep:
        starts = flow.breaks[a] >= min(sep, SPACE) or (bool(found) and found[-1].end == a)
        ends = (
            b >= len(flow.breaks)
            or flow.breaks[b] >= min(sep, SPACE)
            or flow.keys[b - 1] in ":)"
            or flow.keys[b] in "(:"
        )
        return starts and ends
    return b - a >= 3 or (bool(found) and found[-1].end == a)


def _leads_on(flow: Flow, end: int, group: str) -> bool:
    """Where nothing parts cells, a word of the fund block is a label only before a figure or a further label
    of the block.
    """
    if not group.startswith("fund"):
        return True
    following = flow.keys[end : end + 1]
    return (
        following.isdigit()
        or following in DASHES
        or flow.keys[end - 1] in "::)"
        or labels(FUND_GROUPS).match(flow.keys, end) is not None
    )


def _goal_label(flow: Flow, m: re.Match[str], found: Sequence[_Found], sep: int) -> bool:
    """Inside the goals a label follows another one at once, or stands at a break of its own."""
    follows = found[-1].end == m.start() and found[-1].group == "goal"
    return follows or (
        sep > 0 and flow.breaks[m.start()] >= sep and sum(f.group == "goal" for f in found) < MOST_GOAL_LABELS
    )


def _fund_cells(
    flow: Flow, t: Token, columns: tuple[Role, ...], sep: int, row: int, most: float | None
) -> list[Cell]:
    """A fund line under column heads: its label and its figures."""
    out = [_label(flow, t, row, 1)]
    figures = _FIGURES.match(flow.keys, t.end, t.value_end)
    stop = figures.end() if figures else t.end
    if sep:
        starts = [t.end] + [i for i in range(t.end + 1, stop) if flow.breaks[i]]
        texts = [(a, b) for a, b in zip(starts, [*starts[1:], stop], strict=True) if b > a]
        chosen = under_columns([flow.keys[a:b] for a, b in texts], columns)
        # where blanks are lost, sense decided which figure is which
        sure = 1.0 if len(texts) == len(columns) else MOST_SURE
        return out + [flow.cell(a, b, row, 2 + j, sure) for (a, b), j in zip(texts, chosen, strict=False)]
    at = t.end
    for j, text in enumerate(split_figures(flow.keys[t.end : stop], columns, most)):
        if text:
            out.append(flow.cell(at, at + len(text), row, 2 + j, MOST_SURE, GUESS))
            at += len(text)
    return out


def _largest(cells: Sequence[Cell], columns: Sequence[Role]) -> float | None:
    """The largest amount of a line."""
    amounts = [c.text.replace(",", "") for c in cells[1:] if columns[c.col - 2] in AMOUNTS]
    return max((float(a) for a in amounts if _NUMBER.fullmatch(a)), default=None)


def _weight(cells: Sequence[Cell], columns: Sequence[Role]) -> float | None:
    """The points that a line can earn."""
    texts = [c.text for c in cells[1:] if columns[c.col - 2] == Role.FUND_WEIGHT]
    return next((float(t) for t in texts if _NUMBER.fullmatch(t)), None)


def _panel_rows(flow: Flow, pairs: Sequence[Token], n: int) -> Iterator[list[Cell]]:
    """Label–amount pairs, in two panels where the form names them: central and regional money stands on the
    right.
    """
    panels = [t for t in pairs if t.group == "fund_scope"]
    cells: list[Cell] = []
    last = -1
    totals = 0
    for t in pairs:
        if t.group == "fund_scope":
            right = t.key == "transferred"
            if cells and not right:
                yield cells
                n, cells = n + 1, []
            cells.append(_label(flow, t, n, 3 if right else 0))
            continue
        inside = bool(panels) and t.start > panels[0].start
        totals += inside and t.key == "total"
        right = inside and (t.key in _OTHER_PANEL or (t.key == "total" and totals == 2))
        col = _FAR_OTHER if right else _FAR_OWN
        if cells and (col <= last or not inside):
            yield cells
            n, cells = n + 1, []
        figures = _PAIR_FIGURE.match(flow.keys[t.end : t.value_end])
        cells.append(_label(flow, t, n, col))
        if figures:
            cells.append(flow.cell(t.end, t.end + figures.end(), n, col + 1))
        last = col if inside else _FAR_OTHER
    if cells:
        yield cells


def _goal_rows(flow: Flow, goals: Sequence[Token], sep: int, n: int) -> Iterator[list[Cell]]:
    """The goals' labels in one row, their texts in the next."""
    heads = [t for t in goals if t.key in ("expected", "actual")]
    texts = [(t.end, t.value_end) for t in goals if t.value_end > t.end]
    if len(heads) < 2:
        yield from (
            [_label(flow, t, n, 0), flow.cell(t.end, t.value_end, n, 1)] for t in goals if t.value_end > t.end
        )
        return
    yield [_label(flow, t, n, 1 + i) for i, t in enumerate(heads)]
    if len(texts) == 1:
        a, b = texts[0]
        middle = _middle(flow, a, b, sep)
        texts = [(a, middle), (middle, b)]
        flags = GUESS
    else:
        flags = frozenset()
    yield [flow.cell(a, b, n + 1, 1 + i, flags=flags) for i, (a, b) in enumerate(texts[-2:])]


def _middle(flow: Flow, a: int, b: int, sep: int) -> int:
    """Where two goals that follow each other part: at a break, at a list that starts anew, or at the sentence
    end nearest to the middle.
    """
    inside = range(a + 10, b - 5)
    for strength in (LINE, WIDE, SPACE):
        spots = [i for i in inside if flow.breaks[i] >= strength]
        if 0 < len(spots) <= 3 and sep:
            return min(spots, key=lambda i: abs(i - (a + b) / 2))
    key = flow.keys
    if _LIST_START.match(key[a:b]):
        anew = [
            i
            for i in inside
            if _LIST_START.match(key[i : i + 4])
            and not _DECIMAL.match(key[i : i + 4])
            and (key[i - 1] in _BEFORE_NEW or flow.breaks[i])
        ]
        if anew:
            return anew[0]
    same = [i for i in inside if key[i : i + 6] == key[a : a + 6]]
    if same:
        return min(same, key=lambda i: abs(i - (a + b) / 2))
    ends = [i for i in inside if key[i - 1] == _FULL_STOP or (sep and flow.breaks[i])]
    return min(ends or [(a + b) // 2], key=lambda i: abs(i - (a + b) / 2))
