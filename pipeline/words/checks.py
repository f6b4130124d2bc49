"""What the files of words must hold to: nothing twice, nothing in two groups by accident, no unknown key.

Comes in: the tables of all files. Goes out: a sentence for each fault, none for sound files. The tests ask
for it; a fault does not stop a run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from normalizers.symbols import fold
from pipeline.words import vocabulary

LABEL_GROUPS = (*vocabulary.GROUPS, *vocabulary.LISTS)
KEYS: Mapping[str, frozenset[str]] = {
    "field": frozenset({
        "project_name", "unit_name", "supervising_department", "central_department", "local_department",
        "finance_department", "implementing_unit", "supervising_department_code", "implementing_unit_code",
        "project_attribute", "project_period_raw", "period_start", "period_end", "total_amount",
        "date_filled", "grade",
        # known, so that their values are not taken for another's
        "contact", "code", "description", "other_note",
    }),
    "fund_column": frozenset({
        "initial_budget", "annual_budget", "executed", "arrived", "weight", "execution_rate", "score",
        "reason",
    }),
    "fund_line": frozenset({
        "total", "fiscal", "central", "regional", "carryover", "other", "government_fund", "special_account",
    }),
    "fund_nature": frozenset({"basic", "project", "personnel", "public"}),
    "fund_scope": frozenset({"own_level", "transferred"}),
    "goal": frozenset({"expected", "actual", "block", "long_term"}),
    "column": frozenset({
        "level1", "level2", "name", "target", "adjusted_target", "actual", "sign", "unit", "direction",
        "value_type", "weight", "score", "review_score", "coefficient", "reason", "remark", "ordinal", "side",
    }),
}  # fmt: skip
"""The keys of the groups that have keys: every one, and no other, is in the files."""


Tables = Mapping[str, Any]


def faults(tables: Tables) -> Iterator[str]:
    """What is wrong in the tables of the vocabulary, a sentence each."""
    for group in LABEL_GROUPS:
        labels = vocabulary.entries(tables, group)
        yield from _keys(group, frozenset(labels))
        yield from _labels(group, labels)
    yield from _shared(tables)
    for name in sorted(tables.keys() - {*LABEL_GROUPS, "shared", "title"}):
        yield from _lists(name, tables[name])


def _keys(group: str, found: frozenset[str]) -> Iterator[str]:
    wanted = KEYS.get(group, frozenset({""}))
    for key in sorted(found ^ wanted):
        yield f"[{group}] {key}: {'nothing reads this key' if key in found else 'this key is missing'}"


def _labels(group: str, labels: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Labels that stand in a group twice once they are folded, and such as no cell is found by."""
    words = [word for held in labels.values() for word in held]
    for word, count in Counter(vocabulary.bare(word, notes=True) for word in words).items():
        if count > 1:
            yield f"[{group}] {word} stands there {count} times"
    for word in words:
        if not 0 < len(word) <= vocabulary.LONGEST_LABEL or not vocabulary.bare(word, notes=True):
            yield f"[{group}] “{word}” is never found"


def _shared(tables: Tables) -> Iterator[str]:
    """Words in several groups that `shared.toml` does not name, and such as it names without need."""
    held: dict[str, set[str]] = {}
    for group in LABEL_GROUPS:
        for words in vocabulary.entries(tables, group).values():
            for word in words:
                held.setdefault(vocabulary.bare(word, notes=True), set()).add(group)
    told: dict[str, set[str]] = {}
    for entry in tables["shared"]:
        if not entry["reason"]:
            yield f"[[shared]] {', '.join(entry['groups'])}: no reason is given"
        for word in entry["words"]:
            if word in told:
                yield f"[[shared]] {word} stands there twice"
            told[word] = set(entry["groups"])
    for word in sorted(held.keys() | told.keys()):
        groups, named = held.get(word, set()), told.get(word, set())
        if groups != named and (len(groups) > 1 or named):
            yield f"{word} stands in {sorted(groups)}, but [[shared]] says {sorted(named)}"


def _lists(name: str, table: Mapping[str, Any]) -> Iterator[str]:
    """Words that stand twice in one list of a table that holds no labels."""
    for key, words in table.items():
        if isinstance(words, list):
            folded = Counter(map(fold, words))
            yield from (f"[{name}] {key}: {w} stands there {n} times" for w, n in folded.items() if n > 1)
