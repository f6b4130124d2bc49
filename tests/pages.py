"""Writes the pages of the documentation that are made: `python -m tests.pages`.

Comes in: a seed, the rules, and the forms that the rules' own tests use. Goes out: `docs/walkthrough.md`,
what every stage makes of one printed form, and `docs/rules.md`, every rule with a form that breaks it and one
that nearly does. A test compares them with what stands in the repository.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from pipeline.app.document import parse_document
from pipeline.app.show import show_forms, show_records, show_tables
from pipeline.audit.messages import label_of
from pipeline.audit.rules import RULES
from pipeline.corpus.all_documents import finish
from pipeline.form.assemble import forms_of
from pipeline.model.form import Form
from pipeline.read import read_document
from tests.audit.test_rules import CASES, PLAN, TARGET
from tests.forms import FUNDS, ROWS, document, form, other_year

ROOT = Path(__file__).parent.parent
SEED = "000_d9e816b49658f078.txt"
MADE = "Made by `python -m tests.pages`; do not edit."
WIDTH = 150  # characters of a line that are shown
SOURCE_LINES, TABLE_LINES, RECORDS = 16, 20, ("projects", "funds", "indicators")
ROW_COLUMNS = (
    "一级指标 · 二级指标 · 一级指标（原文） · 三级指标 · 年度指标值 · 实际完成值 · 分值 · 得分 · 偏差原因"
)
ACROSS: Mapping[str, Callable[[], Any]] = {
    "level2_weight_sum": lambda: finish([document(_level2_weight(form(), 25.0))]),
    "duplicate_project": lambda: finish([document(form(), form())]),
    "target_revised": lambda: _two_years({**TARGET, "rows": _planned("≥25公里")}),
    "indicator_dropped": lambda: _two_years({**TARGET, "rows": _planned("≥20公里", "新建桥梁")}),
    "indicator_added": lambda: _two_years({**TARGET, "rows": _planned("≥20公里", "新建桥梁")}),
    "form_repeated": lambda: finish([document(form()), document(other_year(form(), 2024), name="b.txt")]),
}
"""What shows the rules that have no case of one changed cell."""


def walkthrough() -> str:
    """One printed form on its way from bytes to rows."""
    data = (ROOT / "data" / "raw" / SEED).read_bytes()
    reading = read_document(data, SEED)
    forms = forms_of(reading)[:1]
    rows = finish([parse_document(data, SEED)]).documents[0]
    records = [line for name in RECORDS for line in _fields(next(_of(show_records(rows), name)))]
    parts = [
        f"# The way of one form\n\n{MADE} What every stage makes of the first form of `data/raw/{SEED}`; long lines are cut. "
        f"The commands work for every file. What the stages do stands in [architecture.md](architecture.md).",
        "## 1. The source\n\nA text as a web page gave it: cells are parted by tabs, merged cells are blank, a cell may go over lines.",
        _block(data.decode().splitlines()[:SOURCE_LINES]),
        f"## 2. Cells\n\nThe reader knows formats and nothing of budgets. It gives tables of cells, each with its place (`l` is a line "
        f"of the source, `p` a page).\n\n```\npython -m pipeline show data/raw/{SEED} --stage tables\n```",
        _block(islice(show_tables(reading), TABLE_LINES)),
        f"## 3. The form\n\nTitles part forms; labels and contents tell what a cell is. Fields are still as printed, and what was "
        f"repaired or guessed stands behind them in brackets.\n\n```\npython -m pipeline show data/raw/{SEED} --stage forms\n```",
        _block(show_forms(forms)),
        f"## 4. Rows\n\nAmounts are in 元, targets are comparisons of a value and a unit, levels have their standard names. Every row has "
        f"its confidence, its doubts and its place. The first row of three tables:\n\n```\npython -m pipeline show data/raw/{SEED} --stage records\n```",
        _block(records),
        "## 5. All documents\n\nWhen all files are read, corrections are applied, projects are joined into series and the rules are "
        "looked at ([audit.md](audit.md)). Of this document they say:",
        _block(f"{f['severity']:8} {f['rule']:24} {f['message']}" for f in rows.findings),
        "The rows of all documents go to the Parquet files of `data/parsed`, and `make report` shows them beside their source "
        "([site.md](site.md)).",
    ]
    return "\n\n".join(parts) + "\n"


def rules() -> str:
    """Every rule with an example."""
    examples = {rule: (fires, misses) for rule, _, fires, misses in reversed(CASES)}
    parts = [
        f"# Rules with an example each\n\n{MADE} The examples are those of the rules' own tests: a small form in order, with what is "
        f"changed in it. Severity, source and tolerance stand in the [data dictionary](data-dictionary.md#rules), what "
        f"severities and doubts mean in [audit.md](audit.md).",
        f"A row of the table of indicators is shown as {ROW_COLUMNS}; amounts are in 万元.",
    ]
    for rule in RULES:
        parts.append(f"## `{rule.name}`\n\n{label_of(rule.name)}。 *{rule.severity}*")
        if rule.name in examples:
            fires, misses = examples[rule.name]
            said = _said(finish([document(form(**fires))]), rule.name)
            parts.append("\n".join([f"- {t}" for t in _changes(fires)] + [f"- → **{said}**"]))
            parts.append("Says nothing:\n\n" + "\n".join(f"- {t}" for t in _changes(misses)))
        else:
            parts.append(f"- → **{_said(ACROSS[rule.name](), rule.name)}**")
    return "\n\n".join(parts) + "\n"


PAGES: Mapping[str, Callable[[], str]] = {"docs/walkthrough.md": walkthrough, "docs/rules.md": rules}


def _said(finished: Any, rule: str) -> str:
    """What the rule says of these documents."""
    return next(str(f["message"]) for d in finished.documents for f in d.findings if f["rule"] == rule)


def _level2_weight(made: Form, points: float) -> Form:
    """The form, with points printed in the cell of its first second level."""
    first, *others = made.indicators
    return replace(made, indicators=(replace(first, level2_weight=points), *others))


def _planned(*changed: str) -> tuple[Any, ...]:
    """Rows of a target form, of which the first has another target and another name."""
    first = (*PLAN[0][:3], *(changed[1:] or PLAN[0][3:4]), changed[0], *PLAN[0][5:])
    return (first, *PLAN[1:])


def _two_years(plan: Mapping[str, Any]) -> Any:
    return finish([document(form(**plan), name="a.txt"), document(form(), name="b.txt")])


def _changes(changes: Mapping[str, Any]) -> Iterator[str]:
    """What is changed in the form that is in order, a line each."""
    for key, value in changes.items():
        if key in ("rows", "funds"):
            own: Sequence[Any] = ROWS if key == "rows" else FUNDS
            yield from (_cells(row) for row in value if row not in own)
            if all(row in own for row in value):
                again = len(value) > len(set(value))
                yield (
                    "the last row once more"
                    if again
                    else f"only the first {len(value)} rows"
                    if len(value) < len(own)
                    else "no change"
                )
        elif key == "total":
            yield f"总分: 分值 {value[0] or 'blank'}, 得分 {value[1] or 'blank'}"
        elif key == "columns":
            yield f"only the columns {', '.join(value)}"
        else:
            yield f"{key}: {value}"


def _cells(row: Sequence[Any]) -> str:
    return " · ".join(str(cell) if cell is not None else "–" for cell in row)


def _of(lines: Iterator[str], table: str) -> Iterator[str]:
    return (line for line in lines if line.startswith(f"{table} "))


def _fields(record: str) -> Iterator[str]:
    """A row as it is shown, a column a line."""
    table, _, row = record.partition(" ")
    yield table
    yield from (
        f"    {name}: {json.dumps(value, ensure_ascii=False)}" for name, value in json.loads(row).items()
    )


def _block(lines: Iterable[str], width: int = WIDTH) -> str:
    """Lines as they are, cut where they are long."""
    cut = (line.expandtabs(4).rstrip() for line in lines)
    told = [line if len(line) <= width else f"{line[: width - 1]}…" for line in cut]
    return "```\n" + "\n".join(told) + "\n```"


if __name__ == "__main__":
    for name, page in PAGES.items():
        (ROOT / name).write_text(page(), encoding="utf-8")
