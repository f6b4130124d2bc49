"""Indicator rows out of text without cells: where a cell ends, and whose it is, in one search.

Comes in: a flow, the stretches between header and total row, the header's columns. Goes out: rows of cells under those
columns. A beam of readings runs over the stretch; each reading is a sequence of (column, stretch) with a cost from the same
table that aligns grids, plus what cells say of each other: target and actual alike, score not above weight, weights that
sum to the level's `（50分）` and to the total. Where readings of nearly the same cost differ in a row, that row is a guess.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from normalizers.levels import read_level
from pipeline import fit
from pipeline.columns import Column
from pipeline.cut_head import GUESS, READER
from pipeline.flow import LINE, NONE, Flow
from pipeline.stitch import Row

BEAM = 16
SEGMENTS = 70  # cheapest stretches tried from one place
LONGEST = {"name": 150, "reason": 200, "remark": 160, "target": 60, "actual": 60, "level1": 26, "level2": 30, "side": 14}
LONGEST_FIGURE = 12
WORST = 6.5
JOIN_SPACE = 0.9  # a cell that runs over a break by which cells are parted
JOIN_PANGU = 0.12  # the same where the break only parts Chinese from digits
JOIN_LINE = 1.6
ALIKE = -0.9
FULL_SCORE = -0.5
OVER = 7.0
SUM_OFF = 4.5
LONGER_LABEL = 0.05  # a longer label is the better reading: 服务对象满意度 before 服务对象
TORN_NUMBER = 0.7  # a text that begins with the second half of a run of digits
MOST_SURE = 0.88  # a row that nothing but its own sense cuts is never quite sure
LOST_UNIT = 1.2  # a text that begins with a unit behind a figure
ROW_IN_LINE = 3.0  # a row that starts inside a line where rows have lines of their own
ROW_OVER_LINE = 1.2  # a row that goes on in the next line there
CLOSE = 3.0  # readings that cost this much more than the best are still to be heard

_UNITS = (
    "人次|场次|次|场|个|项|家|条|期|人|户|套|台套|台|册|年|个月|月|日|天|小时|分钟|万元|亿元|元|万|亿|%|‰|平方米|万平方米|公里|千米|米|亩|万亩|公顷|吨|公斤|千克|斤|株|万株|件|份|部|篇|辆|所|座|处|名|站|间|张"
    "|块|批次|批|课时|学时|班|例|头|只|羽|尾|盏|根|棵|段|门|支|幅|版|集|级|分|立方米|KM|km|M|TB|GB|兆|个工作日|工作日|周|季度|标段|栋|幢|口|眼|宗|起|本|封|款|种|类|对|组|队|节|轮|趟|顿|床|瓶|盒|箱|袋|包|桶|车次|班次|人年|师生|社区|倍|度|层|道|眼井|项次|户次|台次|件次|辆次|亿千瓦时|千瓦时|千瓦|兆瓦|株数|科|元/人|标准"
)
_COUNT = re.compile(
    rf"(?:[≥≤><=~]|大于等于|小于等于|大于|小于|不少于|不低于|不超过|不高于|至少|达到?|超过?|约|近)*(?:\d+(?:,\d{{3}})*(?:\.\d+)?|[一二三四五六七八九十百千万两]+)"
    rf"(?:(?:余|多|来)?(?:{_UNITS})?(?:[(](?:套|次|元|人)[)])?(?:/(?:{_UNITS}|[一-鿿]{{1,3}}))?)?"
    rf"(?:[-~至](?:[≥≤><=])?\d+(?:\.\d+)?(?:{_UNITS})?)?(?:及?以[上下内]|左右|\(含\))?"
)
_DAY = re.compile(
    r"(?:(?:19|20)\d\d年?[-.]?)?(?:\d{1,2}月?(?:[-.]?\d{1,2}日?)?)?(?:[-~至]+(?:(?:19|20)\d\d年)?(?:\d{1,2}月)?(?:\d{1,2}日)?)?(?:底前完成|底完成|底之前完成|底之前|底前|底|前完成|前|之前|内|初|末|全年)?"
)
_QUALITY_WORDS = (
    "不断提升|不断提高|不断增强|不断改善|持续提升|持续提高|持续增强|持续改善|持续受益|持续发展|持续影响|持续推进|持续|明显提升|明显提高|明显改善|明显增强|明显降低|明显|显著提升|显著提高|显著增强|显著改善|显著|有效提升|有效提高|有效改善|有效保障|有效促进|有效降低|有效|大幅提升|大幅提高|进一步提升|进一步提高|进一步增强"
    "|进一步改善|进一步加强|逐年提升|逐年提高|逐年增长|逐年降低|逐步提升|逐步提高|稳步提升|稳步提高|稳步增长|有所提升|有所提高|有所改善|有所增强|全面提升|长期|长效|良好|较好|优良|优秀|优|良|满意|基本满意|非常满意|合格|达标|完成|已完成|未完成|基本完成|全部完成|按时完成|按期完成|及时|按时|按期|准确|规范|合规|健全|完善|达到预期|达成预期指标"
    "|达成|保障|促进|推动|提升|提高|改善|增强|降低|减少|加强|稳定|安全|无|是|有|好|高|正常|到位|可持续|得到提升|得到提高|得到改善|得到保障|效果显著|效果明显|效果良好|符合要求|符合规定|符合标准|严格执行|应保尽保|达到要求"
)
_QUALITY = re.compile(rf"(?:{_QUALITY_WORDS})(?:[,、，](?:{_QUALITY_WORDS}))*")
_QUALITY_AT = re.compile(rf"{_QUALITY_WORDS}")
_ORDINAL = re.compile(r"指标\d{1,2}[::、.]|指标[一二三四五六七八九十]+[::、]|[①-⑳]|(?<![\d.])\d{1,2}[、](?=\D)|[(]\d{1,2}[)](?=\D)")
_LEVEL = re.compile(
    r"(?:\d{1,2}[-.、])?(?:产出|效益|满意度|成本|数量|质量|时效|经济效益|社会效益|生态效益|可持续影响|可持续发展影响|可持续效益|生态环境成本|经济成本|社会成本|服务对象满意度|服务对象|社会公众或服务对象满意度|社会公众满意度|预算执行率|预算执行|决策|过程|管理|效果|产出类|效益类|满意度类|环境效益|生态环境效益)"
    r"(?:类)?(?:指标|目标)?(?:[(]\d+(?:\.\d+)?分?[)]|\d+(?:\.\d+)?分)?"
)
_NUMBER_RUN = re.compile(r"[\d.,]+")
_INNER = re.compile(
    rf"指标\d{{1,2}}[::]|(?<![\d.第≥≤])[≥≤]?(?!(?:19|20)\d\d年)\d+(?:\.\d+)?(?:{_UNITS})|[≥≤](?!\d)|\d{{1,2}}-(?=[产效满数质时成经社生可服])"
    r"|(?:产出|效益|满意度|数量|质量|时效|成本|社会效益|经济效益|生态效益|可持续影响)指标"
)
_WORDY = frozenset({"level1", "level2", "name", "reason", "remark"})
_MEASURED = re.compile(rf"\d(?:{_UNITS})(?:以[上下内])?$")
_UNIT_AT = re.compile(rf"(?:{_UNITS})")
_NO_END = "=<>≥≤~-、,:(《“"
_NO_START = "、,;:%)》”/-"
_BARE_WEIGHT = re.compile(r"[^\d.(]\d+(?:\.\d+)?$")
_FIGURE_INSIDE = re.compile(r"(?<=[^\d第≥≤.\-])(?!(?:19|20)\d\d)\d[\d.]*(?=[^\d.年届次届级期号])")
_END_MARK = "。;；”》"


@dataclass(frozen=True, slots=True)
class Block:
    """What the search knows of the block: columns, how cells are parted, the printed total and the fund block's weight."""

    columns: tuple[Column, ...]
    sep: int
    total: float | None
    budget: float | None
    by_line: bool = False  # nothing parts the cells, but every row has its line


@dataclass(frozen=True, slots=True)
class _State:
    cost: float
    column: int  # column of the last cell; -1 before a row's first
    pick: tuple[int, int, int] | None  # (start, end, column) of the last cell
    before: _State | None = None
    weight: float | None = None
    summed: float = 0.0
    in_level: float = 0.0
    level_sum: float | None = None
    target: str = ""

    def picks(self) -> list[tuple[int, int, int]]:
        """All cells of this reading, first to last."""
        out = []
        state: _State | None = self
        while state is not None:
            if state.pick is not None:
                out.append(state.pick)
            state = state.before
        return out[::-1]


def cut_rows(flow: Flow, stretches: Sequence[tuple[int, int]], block: Block, first_row: int) -> list[Row]:
    """The rows of an indicator block, cells in place."""
    rows: list[Row] = []
    for start, end in stretches:
        if end <= start:
            continue
        best, close = _search(flow, start, end, block, last=(start, end) == stretches[-1])
        others = [(s.cost, set(s.picks())) for s in close]
        for picks in _rows_of(best.picks()):
            sure = min(_agreed(picks, best.cost, others), MOST_SURE if block.sep == NONE else 1.0)
            flags = GUESS if sure < 0.9 or block.sep == NONE else frozenset()
            n = first_row + len(rows)
            cells = [flow.cell(a, b, n, block.columns[c].start, sure, flags) for a, b, c in picks]
            rows.append(Row(tuple(cells), True, 0, reader=READER))
    return rows


def _rows_of(picks: Sequence[tuple[int, int, int]]) -> list[list[tuple[int, int, int]]]:
    rows: list[list[tuple[int, int, int]]] = []
    for pick in picks:
        if not rows or pick[2] <= rows[-1][-1][2]:
            rows.append([])
        rows[-1].append(pick)
    return rows


def _agreed(row: Sequence[tuple[int, int, int]], cost: float, others: Sequence[tuple[float, set[tuple[int, int, int]]]]) -> float:
    """The share of the readings' weight that has this very row."""
    total = same = 1.0
    wanted = set(row)
    for other, picks in others:
        weight = math.exp(cost - other)
        total += weight
        same += weight if wanted <= picks else 0.0
    return round(same / total, 3)


def _search(flow: Flow, start: int, end: int, block: Block, last: bool) -> tuple[_State, list[_State]]:
    """The best reading of a stretch and the ones that come close."""
    spots = boundaries(flow, start, end, block.sep)
    roles = [c.role for c in block.columns]
    beams: dict[int, list[_State]] = {start: [_State(0.0, -1, None)]}
    blanks = [fit.blank_cost(r) * _BLANK_FACTOR.get(r, 1.0) for r in roles]
    for at in spots:
        states = beams.pop(at, None)
        if not states or at == end:
            if at == end and states:
                beams[end] = states
            continue
        segments = _segments(flow, at, spots, roles, block.sep)
        for state in _prune(states):
            for stop, column, cost in segments:
                following = _step(state, at, stop, column, cost, flow, roles, blanks, block)
                if following is not None:
                    beams.setdefault(stop, []).append(following)
    finals = [_close(s, roles, blanks, block, last) for s in beams.get(end, [])]
    if not finals:
        return _State(0.0, 0, (start, end, _index(roles, "name"))), []
    finals.sort(key=lambda s: s.cost)
    return finals[0], [s for s in finals[1:] if s.cost - finals[0].cost < CLOSE]


_BLANK_FACTOR = {"name": 1.6, "target": 2.2, "actual": 2.2, "weight": 2.5, "score": 2.2}


def _index(roles: Sequence[str], role: str) -> int:
    return roles.index(role) if role in roles else 0


def _prune(states: list[_State]) -> list[_State]:
    """The cheapest states, one for each future that they can have."""
    best: dict[tuple[int, float, float, float | None, float | None, str], _State] = {}
    for s in sorted(states, key=lambda s: s.cost):
        best.setdefault((s.column, round(s.summed, 2), round(s.in_level, 2), s.level_sum, s.weight, s.target), s)
        if len(best) >= BEAM:
            break
    return list(best.values())


def _step(
    state: _State, at: int, stop: int, column: int, cost: float, flow: Flow, roles: Sequence[str], blanks: Sequence[float], block: Block
) -> _State | None:
    """The state after one more cell; None where it cannot be."""
    role = roles[column]
    key = flow.keys[at:stop]
    total = state.cost + cost
    weight, summed, in_level, level_sum, target = state.weight, state.summed, state.in_level, state.level_sum, state.target
    if column > state.column:
        total += sum(blanks[state.column + 1 : column])
        total += ROW_OVER_LINE if block.by_line and state.column >= 0 and flow.breaks[at] == LINE else 0.0
    else:
        if state.column < _index(roles, "name") or role in ("weight", "score", "actual", "target", "reason", "remark", "unit"):
            return None
        total += sum(blanks[state.column + 1 :]) + sum(blanks[:column])
        total += ROW_IN_LINE if block.by_line and flow.breaks[at] != LINE else 0.0
        weight, target = None, ""
    if role == "level1":
        found = read_level(key, 1)
        if level_sum is not None and abs(in_level - level_sum) > 0.01:
            total += SUM_OFF
        level_sum, in_level = (found.weight if found else None), 0.0
    elif role == "target":
        target = key
    elif role == "actual":
        total += ALIKE if key == target else 0.0
    elif role == "weight":
        weight = float(key.rstrip("分")) if re.fullmatch(r"\d+(\.\d+)?分?", key) else None
        summed += weight or 0.0
        in_level += weight or 0.0
        if weight is not None:
            total += _weight_prior(weight)
            if level_sum is not None and in_level > level_sum + 0.01:
                total += SUM_OFF
    elif role == "score" and weight is not None and re.fullmatch(r"\d+(\.\d+)?分?", key):
        score = float(key.rstrip("分"))
        total += OVER if score > weight else FULL_SCORE if score == weight else 0.4 if score >= weight / 2 else 1.0
    return _State(total, column, (at, stop, column), state, weight, summed, in_level, level_sum, target)


def _weight_prior(weight: float) -> float:
    """Weights are small whole or half numbers."""
    if weight == 0:
        return 1.2
    if weight > 30:
        return 1.5
    return 0.0 if weight == int(weight) else 0.25 if weight * 2 == int(weight * 2) else 0.5


def _close(state: _State, roles: Sequence[str], blanks: Sequence[float], block: Block, last: bool) -> _State:
    cost = state.cost + sum(blanks[state.column + 1 :])
    if state.level_sum is not None and abs(state.in_level - state.level_sum) > 0.01:
        cost += SUM_OFF
    if last and block.total is not None and "weight" in roles:
        off = min(abs(state.summed + b - block.total) for b in (0.0, block.budget if block.budget is not None else 10.0))
        cost += SUM_OFF if off > 0.01 else 0.0
    return _State(cost, state.column, state.pick, state.before)


def boundaries(flow: Flow, start: int, end: int, sep: int) -> list[int]:
    """Places where a cell may end, in order, `end` included."""
    if sep:
        return [start, *[i for i in range(start + 1, end) if flow.breaks[i]], end]
    keys = flow.keys
    out = {start, end} | {i for i in range(start + 1, end) if flow.breaks[i]}
    for i in range(start + 1, end):
        a, b = _kind(keys[i - 1]), _kind(keys[i])
        if a != b or keys[i - 1] in _END_MARK or (b == "n" and a == "n") or b == "s" or keys[i - 1] in "%—":
            out.add(i)
    for pattern in (_ORDINAL, _LEVEL, _QUALITY_AT):
        for m in pattern.finditer(keys, start, end):
            out.update((m.start(), m.end()))
    for m in _COUNT.finditer(keys, start, end):
        out.update(range(m.end(), min(end, m.end() + 2)))
        out.add(m.start())
    for m in re.finditer(r"([^\d]{2,40}?)\1(?=\d|$)", keys[start:end]):
        out.update((start + m.start(), start + m.start() + len(m[1]), start + m.end()))
    return sorted(i for i in out if start <= i <= end)


def _kind(ch: str) -> str:
    if ch.isdigit() or ch in ".,":
        return "n"
    if ch in "≥≤><=~":
        return "s"
    if ch in "%‰":
        return "p"
    if ch in "—-/":
        return "d"
    return "a" if ch.isascii() and ch.isalpha() else "h"


def _segments(flow: Flow, at: int, spots: Sequence[int], roles: Sequence[str], sep: int) -> list[tuple[int, int, float]]:
    """The cheapest (end, column, cost) from one place."""
    out: list[tuple[float, int, int]] = []
    index = _after(spots, at)
    joins = 0.0
    torn = 0.0
    if at and not flow.breaks[at] and flow.keys[at - 1].isdigit():
        torn = TORN_NUMBER if flow.keys[at].isdigit() else LOST_UNIT if _UNIT_AT.match(flow.keys, at) else 0.0
    for stop in spots[index:]:
        n = stop - at
        if n > 200 or joins > WORST + 2:
            break
        key = flow.keys[at:stop]
        for column, role in enumerate(roles):
            if n > LONGEST.get(role, LONGEST_FIGURE):
                continue
            cost = joins + cell_cost(role, key, sep == NONE) + (torn if role in _WORDY else 0.0)
            if cost < WORST:
                out.append((cost, stop, column))
        joins += _join(flow, stop, sep)
    out.sort()
    return [(stop, column, cost) for cost, stop, column in out[:SEGMENTS]]


def _after(spots: Sequence[int], at: int) -> int:
    low, high = 0, len(spots)
    while low < high:
        mid = (low + high) // 2
        if spots[mid] <= at:
            low = mid + 1
        else:
            high = mid
    return low


def _join(flow: Flow, at: int, sep: int) -> float:
    """What it costs that a cell goes on over this place."""
    if at >= len(flow.breaks) or not flow.breaks[at]:
        return 0.0
    a, b = _kind(flow.keys[at - 1]), _kind(flow.keys[at])
    if flow.breaks[at] == 1 and sep <= 1 and {a, b} & {"n", "s", "p", "a"} and a != b:
        return JOIN_PANGU * 3 if sep else JOIN_PANGU
    if sep and flow.breaks[at] < sep:
        return 0.0
    return JOIN_LINE if flow.breaks[at] >= 2 else JOIN_SPACE


@lru_cache(maxsize=262144)
def cell_cost(role: str, key: str, glued: bool) -> float:
    """The cost of a stretch as a cell of a column; stricter than `fit.cost` where nothing parts the cells."""
    if (len(key) > 1 and key[0] in _NO_START) or (key[0] == "." and role != "reason"):
        return fit.NEVER
    if role in ("weight", "score", "review_score"):
        if all(c in "—-/" for c in key):
            return 0.8 if len(key) == 1 else fit.NEVER
        ok = re.fullmatch(r"(100|[1-9]\d?|0)(\.\d{1,2})?分?", key) is not None
        return 0.0 if ok else fit.NEVER
    if role in ("level1", "level2"):
        if key[0] == "0" or _open_bracket(key) or _BARE_WEIGHT.search(key):
            return fit.NEVER
        if fit.level_known(key, 1 if role == "level1" else 2):
            return -LONGER_LABEL * len(key)
        return fit.NEVER if glued or len(key) > 14 else max(2.0, fit.cost(role, key))
    if role in ("target", "actual"):
        return _value_cost(key, glued)
    base = fit.cost(role, key)
    if role in ("name", "reason", "remark"):
        inner = len(_INNER.findall(_ORDINAL.sub("", key, count=1) if role == "name" else key))
        base += 1.5 * inner + max(0, len(key) - 36) * 0.02 + (2.0 if _open_bracket(key) else 0.0)
        base += 1.6 * len(_FIGURE_INSIDE.findall(key)) if glued else 0.0
        if role == "name" and len(key) > 1 and (key[0] == "0" or key[-1] in _NO_END):
            return fit.NEVER
        if role == "name" and glued and key != "0":
            base += 2.2 if _kind(key[-1]) == "n" else 0.0
            base += 0.8 if _QUALITY.fullmatch(key) else 0.0
            base -= (
                0.25
                if key.endswith(("率", "度", "量", "数", "情况", "水平", "能力", "时间", "效果", "成本", "经费", "费", "项目", "活动"))
                else 0.0
            )
        if re.fullmatch(r"(.{3,})\1", key):
            base += 2.0
        if role != "name":
            base += 0.6
    return base


def _open_bracket(key: str) -> bool:
    """Does the stretch hold half a pair of brackets or quotes?"""
    return any(key.count(a) != key.count(b) for a, b in ("()", "《》", "“”"))


def _value_cost(key: str, glued: bool) -> float:
    """A measure, a day, a quality word, or (dearer) free text."""
    if (key[-1] in "-~" and len(key) > 1) or re.match(r"0\d", key):
        return fit.NEVER
    if _COUNT.fullmatch(key):
        return 0.0 if not re.fullmatch(r"[\d.,]+", key) else 0.9
    if re.search(r"\d", key) and re.search(r"[年月日]|\d{4}[-.]\d", key) and _DAY.fullmatch(key):
        return 0.0
    if _QUALITY.fullmatch(key):
        return 0.25
    if all(c in "—-/" for c in key):
        return 0.5 if key == "—" or not glued else 2.5
    if fit.level_known(key, 1) or fit.level_known(key, 2) or _ORDINAL.match(key):
        return 5.0
    measures = re.split("[;,，；、]", key)
    if len(measures) > 1 and all(_MEASURED.search(part) and len(_INNER.findall(part)) <= 1 for part in measures):
        return 0.5 + 0.015 * len(key)
    inner = len(_INNER.findall(key[1:]))
    m = _COUNT.match(key)
    if m and re.search(r"\d", m[0]):
        return 0.5 + 0.22 * (len(key) - m.end()) + 1.5 * len(_INNER.findall(key[m.end() :])) + (2.0 if key[m.end()].isdigit() else 0.0)
    ends = re.search(rf"[\d.]+(?:{_UNITS})(?:以[上下内])?$", key)
    base = (0.9 if ends else 1.3 if not glued else 1.8) + (2.0 if _open_bracket(key) else 0.0)
    base += 1.0 if key[-1].isdigit() and glued else 0.0
    return base + 0.03 * len(key) + 1.5 * max(0, inner - 1)
