"""Blocks of columns that roles are learned from, each column with its printed label, its texts and its role.

Comes in: golden forms, invented ones in the layouts of the project, and sheets of the open world's fit set
(unknown words, foreign columns, orders of their own), taken before any file is written. Goes out: `Block`s.
Seeds are those of no test, and nothing of the sets that calibrate and judge is drawn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from pipeline.model.roles import Role
from pipeline.table.role_model import FOREIGN, Kind
from pipeline.table.roles import ColumnTexts
from tests.openworld.draw import laid_out_forms
from tests.writers.inventor import invented
from tests.writers.report import golden_documents
from tests.writers.sheet import Sheet, WCell, lattice
from tests.writers.templates import layouts_for, printed

SEED = 71
LAYOUTS_A_FORM = 2
OPEN_MUTATIONS = {
    Kind.INDICATORS: (
        "plain", "unknown:level1", "unknown:level2", "unknown:name", "unknown:target", "unknown:actual",
        "unknown:weight", "unknown:score", "unknown:deviation_reason", "unknown:remark", "unknown:sign",
        "unknown:unit", "unknown:direction", "unknown:value_type", "unknown:review_score", "unknown-two",
        "unknown-all", "header-lost", "header-blank", "header-scrambled", "header-typo", "label-note",
        "foreign-left", "foreign-middle", "foreign-right", "left-out", "order", "levels-first",
        "levels-second", "levels-both",
    ),
    Kind.FUNDS: ("plain", "fund-column", "label-note"),
}  # fmt: skip
ROLE_OF = {
    Kind.INDICATORS: {
        "level1": "level1", "level2": "level2", "name": "name", "target_raw": "target", "actual_raw": "actual",
        "weight": "weight", "score": "score", "deviation_reason": "reason", "remark": "remark",
        "review_score": "review_score", "direction": "direction", "sign": "sign", "unit": "unit", "value": "target",
        "value_only": "target", "ordinal": "ordinal", "side": "side", "value_type": "value_type", "label": "side",
    },
    Kind.FUNDS: {
        "initial_budget": "initial_budget", "annual_budget": "annual_budget", "executed": "executed", "weight": "weight",
        "execution_rate_reported_pct": "execution_rate", "score": "score",
    },
}  # fmt: skip
LABELS = ("heading", "label", "side")


@dataclass(frozen=True, slots=True)
class Block:
    """Columns in printed order, and what each holds. `source`: the layout, or the kind of foreign column."""

    source: str
    columns: tuple[ColumnTexts, ...]
    roles: tuple[Role, ...]


def project_blocks(kind: Kind, documents: int) -> Iterator[Block]:
    """Blocks of golden forms and of invented ones."""
    rng = Random(SEED)
    forms: list[Sequence[dict[str, Any]]] = [
        *golden_documents(),
        *(invented(10_000 * SEED + k, n_forms=2, target=k % 3 == 2) for k in range(documents)),
    ]
    for form in (f for found in forms for f in found):
        able = layouts_for(form)
        for layout in rng.sample(able, min(LAYOUTS_A_FORM, len(able))):
            yield from _block(printed(form, layout, rng).sheet, layout, kind)


def open_blocks(kind: Kind, n: int, seed: int = SEED) -> Iterator[Block]:
    """Blocks of `n` documents of every mutation of the open world's fit set."""
    for laid in laid_out_forms("fit", ("docx",), OPEN_MUTATIONS[kind], n, seed):
        for page in laid.pages:
            yield from _block(page.sheet, laid.stratum.layout, kind)


def _block(sheet: Sheet, source: str, kind: Kind) -> Iterator[Block]:
    rows = sheet.indicator_rows if kind is Kind.INDICATORS else _fund_rows(sheet)
    if not rows:
        return
    grid = lattice(sheet)
    columns, roles = [], []
    foreign = ""
    at = 0
    while at < sheet.n_cols:
        cells = [grid[r][at] for r in rows]
        printed_roles = Counter(c.role for c in cells)
        known = [ROLE_OF[kind][name] for name, _ in printed_roles.most_common() if name in ROLE_OF[kind]]
        family = next((name for name in printed_roles if name.startswith("foreign")), "")
        if known or family:  # a column that the layout leaves blank may be anything
            texts = tuple(c.text if c.row == r else "" for r, c in zip(rows, cells, strict=True))
            columns.append(ColumnTexts(_label(grid, rows[0], at), texts))
            roles.append(Role(known[0]) if known else FOREIGN)
        foreign = foreign or family
        at += max(1, grid[rows[0]][at].col_span)
    if any(r != FOREIGN for r in roles) and len(set(roles) - {FOREIGN}) == len(roles) - roles.count(FOREIGN):
        yield Block(foreign or source, tuple(columns), tuple(roles))


def _fund_rows(sheet: Sheet) -> tuple[int, ...]:
    """The rows of a fund block that has columns."""
    return tuple(sorted({c.row for c in sheet.cells if c.role == "executed"}))


def _label(grid: Sequence[Sequence[WCell]], first: int, at: int) -> str:
    """The label that stands over a column, or beside its rows and its label."""
    for row in range(first, -1, -1):
        cell = grid[row][at]
        if cell.row < first and cell.role in LABELS:
            return cell.text
        if row < first:
            break
    return ""
