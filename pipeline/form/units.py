"""In which unit a form's bare amounts are: 元, 万元, 亿元. Nothing else decides it.

Comes in: the tagged rows of a form's head, and the region that it was found in. Goes out: `AmountUnit`, the
unit and whether the form states it; a form that states none is in the unit of the Ministry's templates.
Refused: a unit in a long text, which is prose, and one in the rows of indicators (`8730元/单位`). What a
cell's own text says of its amount beats the form's unit: `normalizers.units.yuan`.

The first of these that states a unit decides: the labels of the fund block (`项目资金（万元）`,
`全年预算数（元）`), the lines above the table from the last one upwards (`金额单位：万元`), the short cells
of the head that name one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from normalizers.symbols import fold
from normalizers.units import OF_AMOUNTS, UNIT_LABELS, stated_unit, unit_of
from pipeline.form.tags import Group, TaggedRow
from pipeline.model.regions import Region

TEMPLATE_UNIT = "万元"  # 财预〔2020〕10号, 附件
FUND_LABELS: tuple[Group, ...] = ("fund_block", "fund_column", "fund_line")
LONGEST_NOTE = 29  # characters of a cell that states the unit
LONGEST_LINE = (
    120  # characters of a line above the table, blanks between its notes too; longer ones are prose
)


@dataclass(frozen=True, slots=True)
class AmountUnit:
    """The unit of a form's bare amounts."""

    name: str
    source: Literal["stated", "assumed"]


def amount_unit(head: Sequence[TaggedRow], region: Region) -> AmountUnit:
    """The unit of the bare amounts of the form in a region."""
    units = (
        *(unit_of(text) for text in (*_fund_labels(head), *region.given.fund_labels)),
        *(stated_unit(text) for text in _notes(head, region)),
    )
    stated = next((unit for unit in units if unit is not None), None)
    return AmountUnit(stated, "stated") if stated else AmountUnit(TEMPLATE_UNIT, "assumed")


def _fund_labels(head: Iterable[TaggedRow]) -> Iterator[str]:
    for row in head:
        for t in row.cells:
            if any(t.key(group) is not None for group in FUND_LABELS):
                yield t.cell.text


def _notes(head: Iterable[TaggedRow], region: Region) -> Iterator[str]:
    """What may say the unit besides the fund block: lines above the table, short cells of the head."""
    yield from (line.text for line in reversed(region.lines) if len(line.text) <= LONGEST_LINE)
    yield from (t.cell.text for row in head for t in row.cells if len(t.cell.text) <= LONGEST_NOTE)


def is_unit_note(text: str) -> bool:
    """Does a piece of a line only say the unit of the amounts (`金额单位：万元`), so that it is no label?"""
    return fold(text).removeprefix(OF_AMOUNTS).startswith(UNIT_LABELS)
