"""The head of a form that came without cells: fields, funds and goals cut at their labels.

Comes in: a flow and the stretch from a form's first label to its indicator header. Goes out: rows of cells as
a grid would have given them. Figures that stand glued together are cut by what a fund line must satisfy: its
rate, its score, its sum.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.model.cells import Cell, CellRow
from pipeline.untabled.stream import LINE, Flow, labels, next_label
from pipeline.words import vocabulary

READER = "text-flow"
FIELD_GROUPS = ("field", "fund_block", "fund_column", "fund_line", "fund_scope", "goal")
FUND_GROUPS = ("fund_block", "fund_column", "fund_line", "fund_scope", "goal")
GUESS = frozenset({"cut_guessed"})
MOST_SURE = 0.88  # what nothing but its own sense cuts is never quite sure
AMOUNTS = frozenset({"initial_budget", "annual_budget", "executed", "arrived"})
_FIGURES = re.compile(r"[\d.,%—\-/]*(?:\(%\))?")
_AMOUNT = re.compile(r"-?(?:0|[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d*|0(?=\.))(?:\.\d{1,6})?")
_DASH = "—-/"
_FAR_OWN, _FAR_OTHER = 1, 4  # grid columns of the two panels' labels
_OTHER_PANEL = frozenset({"central", "regional"})


@dataclass(frozen=True, slots=True)
class Token:
    """A label in the flow, with the section and key of the vocabulary, or a stretch of text without one."""

    start: int
    end: int
    group: str
    key: str
    value_end: int


def head_rows(flow: Flow, start: int, end: int, sep: int) -> list[CellRow]:
    """Rows for everything between the first label and the indicator header."""
    tokens = list(_tokens(flow, start, end, sep))
    rows: list[CellRow] = []
    columns: list[str] = []
    run: list[Token] = []
    pairs: list[Token] = []
    goals: list[Token] = []
    limit: float | None = None

    def row(cells: Sequence[Cell]) -> None:
        rows.append(CellRow(tuple(cells), True, 0, reader=READER))

    def flush() -> None:
        nonlocal columns
        if run:
            columns = [t.key for t in run if t.group == "fund_column"]
            row([_label(flow, t, len(rows), _place(run, t)) for t in run])
            run.clear()
        if pairs:
            for cells in _panel_rows(flow, pairs, len(rows)):
                row(cells)
            pairs.clear()

    for i, t in enumerate(tokens):
        if (
            t.group == "fund_block"
            and t.value_end == t.end
            and i + 1 < len(tokens)
            and tokens[i + 1].group == "fund_column"
        ):
            flush()
            run.append(t)
        elif (
            t.group == "fund_column"
            and t.value_end - t.end <= 1
            and (run or (i + 1 < len(tokens) and tokens[i + 1].group == "fund_column"))
        ):
            run.append(t)
        elif t.group in ("fund_line", "fund_scope"):
            if run:
                flush()
            if columns and t.group == "fund_line":
                cells = _fund_cells(flow, t, columns, sep, len(rows), limit)
                limit = _annual(cells, columns) if t.key == "total" else limit
                row(cells)
            else:
                pairs.append(t)
        elif t.group == "goal":
            flush()
            goals.append(t)
        else:
            flush()
            if t.group == "fund_block":
                row([_label(flow, t, len(rows), 0)])  # it may state the unit
            elif t.group in ("field", "fund_column"):
                row([_label(flow, t, len(rows), 0), flow.cell(t.end, t.value_end, len(rows), 1)])
    flush()
    for cells in _goal_rows(flow, goals, sep, len(rows)):
        row(cells)
    return rows


def _place(run: Sequence[Token], t: Token) -> int:
    """Column heads stand right of the fund lines' labels."""
    before = [x for x in run if x.group == "fund_column" and x.start < t.start]
    return 2 + len(before) if t.group == "fund_column" else 0


def _label(flow: Flow, t: Token, row: int, col: int) -> Cell:
    return flow.cell(t.start, t.end, row, col)


def _tokens(flow: Flow, start: int, end: int, sep: int) -> Iterator[Token]:
    """Labels from left to right, each with the stretch of text behind it."""
    found: list[tuple[int, int, str, str]] = []
    at = start
    stage = "field"
    while at < end:
        groups = FIELD_GROUPS if stage == "field" else FUND_GROUPS if stage == "fund" else ("goal",)
        m = next_label(flow, labels(groups), at, end, sep)
        if m is None:
            break
        group, key = _meaning(m[1], groups)
        if (
            not _stands_alone(flow, m.start(), m.end(), sep, found)
            or (not sep and not _leads_on(flow, m.end(), group))
            or (stage == "goal" and not _goal_label(flow, m, found, sep))
        ):
            at = m.start() + 1
            continue
        if (
            not sep
            and found
            and found[-1][3] == "project_name"
            and m[1].startswith("项目")
            and m[1][2:] in vocabulary.index("field")
        ):
            m = (
                labels(groups).match(flow.keys, m.start() + 2, end) or m
            )  # names end in 项目 far more often than 主管部门 begins with it
            group, key = _meaning(m[1], groups)
        two = (
            _two_labels(m[1], group)
            if not sep and group == "fund_column" and key != "execution_rate"
            else None
        )
        if two is not None and two[1] not in {k for _, _, _, k in found[-6:]}:
            middle = m.start(1) + two[0]
            found += [(m.start(), middle, group, two[1]), (middle, m.end(), group, two[2])]
        else:
            found.append((m.start(), m.end(), group, key))
        at = m.end()
        if group.startswith("fund") and group != "fund_block":
            stage = "fund"
        if group == "goal":
            stage = "goal"
    for i, (a, b, group, key) in enumerate(found):
        stop = found[i + 1][0] if i + 1 < len(found) else end
        yield Token(a, b, group, key, stop)


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
    return "field", "other_note"


def _stands_alone(flow: Flow, a: int, b: int, sep: int, found: Sequence[tuple[int, int, str, str]]) -> bool:
    """Where cells are parted, a label starts at a break; where they are not, it does not start inside a word
    of its own kind.
    """
    if found and found[-1][1] > a:
        return False
    if sep:
        starts = flow.breaks[a] >= min(sep, 1) or (bool(found) and found[-1][1] == a)
        ends = (
            b >= len(flow.breaks)
            or flow.breaks[b] >= min(sep, 1)
            or flow.keys[b - 1] in ":)"
            or flow.keys[b] in "(:"
        )
        return starts and ends
    return b - a >= 3 or (bool(found) and found[-1][1] == a)


def _leads_on(flow: Flow, end: int, group: str) -> bool:
    """Where nothing parts cells, a word of the fund block is a label only before a figure or a further label
    of the block.
    """
    if not group.startswith("fund"):
        return True
    following = flow.keys[end : end + 1]
    return (
        following.isdigit()
        or following in _DASH
        or flow.keys[end - 1] in "::)"
        or labels(FUND_GROUPS).match(flow.keys, end) is not None
    )


def _goal_label(flow: Flow, m: re.Match[str], found: Sequence[tuple[int, int, str, str]], sep: int) -> bool:
    """Inside the goals a label counts where it follows another one at once, or stands at a break of its own."""
    follows = found[-1][1] == m.start() and found[-1][2] == "goal"
    return follows or (
        sep > 0 and flow.breaks[m.start()] >= sep and sum(1 for f in found if f[2] == "goal") < 4
    )


def _fund_cells(
    flow: Flow, t: Token, columns: Sequence[str], sep: int, row: int, limit: float | None
) -> list[Cell]:
    """A fund line under column heads: its label and its figures."""
    out = [_label(flow, t, row, 1)]
    total = t.key == "total"
    figures = _FIGURES.match(flow.keys, t.end, t.value_end)
    stop = figures.end() if figures else t.end
    if sep:
        starts = [t.end] + [i for i in range(t.end + 1, stop) if flow.breaks[i]]
        texts = [(a, b) for a, b in zip(starts, [*starts[1:], stop], strict=True) if b > a]
        chosen = _spread([flow.keys[a:b] for a, b in texts], columns)
        sure = (
            1.0 if len(texts) == len(columns) else MOST_SURE
        )  # blanks are lost: which figure is which was decided by sense
        out += [
            _figure(flow.cell(a, b, row, 2 + j, sure), total and columns[j] == "weight")
            for (a, b), j in zip(texts, chosen, strict=False)
        ]
        return out
    at = t.end
    for j, text in enumerate(split_figures(flow.keys[t.end : stop], tuple(columns), limit)):
        if text:
            out.append(
                _figure(
                    flow.cell(at, at + len(text), row, 2 + j, MOST_SURE, GUESS),
                    total and columns[j] == "weight",
                )
            )
            at += len(text)
    return out


def _annual(cells: Sequence[Cell], columns: Sequence[str]) -> float | None:
    """The total line's largest amount: no line of it is more."""
    amounts = [c.text.replace(",", "") for c in cells[1:] if columns[c.col - 2] in AMOUNTS]
    return max((float(a) for a in amounts if re.fullmatch(r"\d+(\.\d+)?", a)), default=None)


def _figure(cell: Cell, budget_weight: bool) -> Cell:
    if not budget_weight:
        return cell
    return Cell(
        cell.text,
        cell.row,
        cell.col,
        1,
        1,
        cell.page,
        cell.box,
        cell.line_start,
        cell.line_end,
        cell.confidence,
        cell.flags | {"budget_weight"},
    )


def _spread(texts: Sequence[str], columns: Sequence[str]) -> list[int]:
    """Figures whose blanks are lost → the columns they stand in, in order, at least cost."""
    best: list[tuple[float, tuple[int, ...]]] = [(0.0, ())]
    for text in texts:
        ways = []
        for cost, picks in best:
            low = picks[-1] + 1 if picks else 0
            ways += [
                (cost + _figure_cost(text, columns[j]) + 0.05 * (j - low), (*picks, j))
                for j in range(low, len(columns))
            ]
        best = sorted(ways)[:40]
    return list(best[0][1]) if best else []


def _figure_cost(text: str, column: str) -> float:
    if text == "":
        return 0.8 if column in AMOUNTS else 0.5
    dash = all(c in _DASH for c in text)
    if column in AMOUNTS:
        return 0.6 if dash else 0.0 if _AMOUNT.fullmatch(text) else 9.0
    if column == "execution_rate":
        return (
            0.3
            if dash
            else 0.0
            if re.fullmatch(r"(0|[1-9]\d{0,2})(\.\d+)?(%|\(%\))", text)
            else 1.0
            if re.fullmatch(r"\d{1,3}(\.\d+)?", text)
            else 9.0
        )
    if dash:
        return 0.0
    return 0.0 if re.fullmatch(r"(100|[1-9]?\d)(\.\d{1,2})?", text) else 9.0


@lru_cache(maxsize=4096)
def split_figures(text: str, columns: tuple[str, ...], limit: float | None = None) -> tuple[str, ...]:
    """`353534.711099.17%10` under initial, annual, executed, weight, rate, score → 35, 35, 34.71, 10, 99.17%,
    10.

    Every split is weighed: equal amounts, a rate that the amounts confirm and a score not above its weight
    speak for it. Returns one text per column, empty for a blank.
    """
    best: tuple[float, tuple[str, ...]] = (99.0, ("",) * len(columns))
    for parts in _splits(text, columns):
        cost = sum(_figure_cost(p, c) for p, c in zip(parts, columns, strict=True))
        cost += _agreement(dict(zip(columns, parts, strict=True)), limit)
        if cost < best[0]:
            best = (cost, parts)
    return best[1]


def _splits(text: str, columns: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if not columns:
        if not text:
            yield ()
        return
    for n in range(min(len(text), 16) + 1):
        head = text[:n]
        if _figure_cost(head, columns[0]) < 9.0:
            for rest in _splits(text[n:], columns[1:]):
                yield (head, *rest)


def _agreement(parts: dict[str, str], limit: float | None) -> float:
    """How well the figures of one line go together; negative is good."""
    value = {k: float(v.rstrip("%()").replace(",", "")) for k, v in parts.items() if re.search(r"\d", v)}
    cost = 0.0
    annual, executed, rate = value.get("annual_budget"), value.get("executed"), value.get("execution_rate")
    if limit is not None and any(value.get(k, 0.0) > limit for k in AMOUNTS):
        cost += 4.0
    if annual and executed is not None and rate is not None:
        right = abs(executed / annual * 100 - rate) < 0.06
        cost += 3.0 if not right else -3.0 if executed else 0.0
    if (executed is None) != (rate is None):
        cost += 0.5
    if annual is not None and executed is not None:
        cost += 2.0 if executed > annual * 1.5 else 0.0
        cost -= 1.0 if executed == annual else 0.0
    if annual is not None and "initial_budget" in value:
        cost -= 1.0 if annual == value["initial_budget"] else 0.0
        ratio = max(annual, value["initial_budget"]) / max(0.01, min(annual, value["initial_budget"]))
        cost += 0.0 if ratio < 5 else 1.5
    weight, score = value.get("weight"), value.get("score")
    if weight is not None:
        cost += 0.0 if weight in (10, 20, 5, 15) else 1.0
        if score is not None:
            cost += 4.0 if score > weight else -0.5 if score == weight else 0.0
            if rate is not None and rate <= 100 and abs(score - weight * rate / 100) > 0.6:
                cost += 1.0
    return cost


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
        figures = re.match(r"-?[\d,.]+(?:万元|元|亿元|万)?|[—\-/]", flow.keys[t.end : t.value_end])
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
    for strength in (LINE, 2, 1):
        spots = [i for i in inside if flow.breaks[i] >= strength]
        if 0 < len(spots) <= 3 and sep:
            return min(spots, key=lambda i: abs(i - (a + b) / 2))
    key = flow.keys
    if re.match(r"(1[.、]|[(]?一[)、])", key[a:b]):
        anew = [
            i
            for i in inside
            if re.match(r"(1[.、](?!\d)|[(]?一[)、])", key[i : i + 4])
            and (key[i - 1] in "。;；." or flow.breaks[i])
        ]
        if anew:
            return anew[0]
    same = [i for i in inside if key[i : i + 6] == key[a : a + 6]]
    if same:
        return min(same, key=lambda i: abs(i - (a + b) / 2))
    ends = [i for i in inside if key[i - 1] == "。" or (sep and flow.breaks[i])]
    return min(ends or [(a + b) // 2], key=lambda i: abs(i - (a + b) / 2))
