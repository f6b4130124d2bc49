"""Truth form → the sheet that a given place would publish, and the truth as far as that sheet shows it.

Comes in: a form in the golden format and the name of a layout in `layouts.toml`. Goes out: `Printed`, a
`Sheet` and the truth to compare a reading of it with: what the layout has no room for is null there. Labels,
order, spans and the way figures are written vary with the random generator, within what such forms do. It
refuses an unknown layout and a sheet with holes.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from random import Random
from typing import Any

from tests.compare import FORM_FIELDS, FUND_FIELDS, LATEX
from tests.writers.rows import Style, shown_row
from tests.writers.sheet import Piece, Sheet, placed, spread

Form = dict[str, Any]
Layout = Mapping[str, Any]

LAYOUTS: Mapping[str, Layout] = tomllib.loads(
    (Path(__file__).parent / "layouts.toml").read_text(encoding="utf-8")
)
UNITS = {"元": Decimal(1), "万元": Decimal(10_000), "亿元": Decimal(100_000_000)}
MONEY_FIELDS = frozenset({"initial_budget", "annual_budget", "executed"})
CONTACT = {"contact_name": "王建国", "contact_phone": "0000-1234567", "contact_date": "2024年3月15日"}
ALWAYS_TRUE = frozenset({"form_type", "form_title", "fiscal_year"})


@dataclass(frozen=True, slots=True)
class Printed:
    """A form laid out, and what of it can be read again."""

    sheet: Sheet
    truth: Form
    layout: str


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the indicator block."""

    label: str
    field: str
    group: str | None = None


def layouts_for(form: Form, own: Mapping[str, Layout] = LAYOUTS) -> list[str]:
    """The layouts that a form can stand in: those for its kind, and for a form without values those without
    value columns.
    """
    target, without_values = (
        form["form_type"].endswith("target"),
        all(r["target_raw"] is None for r in form["indicators"]),
    )
    out = []
    for name, layout in own.items():
        fields = {spec.rpartition("=")[2] for spec in layout["columns"]}
        if layout["form_type"] == "indicator_system":
            fits = not target
        else:
            fits = (
                (layout["form_type"] == "target") == target
                and bool(form["funds"])
                and bool(layout.get("overall")) == bool(form.get("overall"))
            )
        if fits and not (without_values and fields & {"target_raw", "value"}):
            out.append(name)
    return out


def reprinted(form: Form) -> Form:
    """A golden form as its publisher meant it: level cells that its damaged text had lost are back, LaTeX is
    unwrapped.
    """
    rows = []
    for row in form["indicators"]:
        row = dict(row)
        for field in ("target_raw", "actual_raw"):
            if row[field] and "$" in row[field]:
                for old, new in LATEX.items():
                    row[field] = row[field].replace(old, new)
        for level in ("level1", "level2"):
            raw, weight = row[f"{level}_raw"] or row[level], row[f"{level}_weight"]
            row[f"{level}_raw"] = (
                f"{raw}（{weight:g}分）"
                if weight is not None and not re.search(r"\d+(\.\d+)?\s*分", raw)
                else raw
            )
        rows.append(row)
    return {**form, "indicators": rows}


def printed(form: Form, name: str, rng: Random) -> Printed:
    """The form in the layout `name`; equal arguments and generator state give equal sheets."""
    return laid_out(form, name, LAYOUTS[name], rng)


def laid_out(form: Form, name: str, layout: Layout, rng: Random) -> Printed:
    """The same in a layout that stands in no file."""
    style = Style.of(rng)
    builder = _Builder(form, layout, style, rng)
    return Printed(builder.sheet(), builder.truth(), name)


class _Builder:
    """Lays out one form; remembers which fields it has printed."""

    def __init__(self, form: Form, layout: Layout, style: Style, rng: Random) -> None:
        self.form, self.layout, self.style, self.rng = form, layout, style, rng
        self.unit = form["amount_unit"] or "万元"
        self.shown: set[str] = set()
        self.fund_lines: list[Form] = []
        self.title = ""
        self.columns = [self._column(spec) for spec in layout["columns"]]
        self.rows = [shown_row(row, {c.field for c in self.columns}, style) for row in form["indicators"]]

    # ---- sheet
    # -----------------------------------------------------------------------------------------------------

    def sheet(self) -> Sheet:
        funds, goals = self.layout.get("funds", {}), self.layout.get("goals", {})
        least = len(self.columns) + ("side" in self.layout)
        n_cols = max(least, 2 + len(funds.get("columns", ())), 6 if funds.get("style") == "panels" else 0, 4)
        rows = [
            *(self._pairs(pairs, n_cols) for pairs in self.layout["head"]),
            *self._funds(funds, n_cols),
            *self._goals(goals, n_cols),
        ]
        first = len(rows) + (2 if any(c.group for c in self.columns) else 1)
        rows += self._indicators(n_cols)
        title = self.rng.choice(self._own_titles())
        self.title = re.sub(r"\s+", "", self._filled(title))
        notes = [] if "{year}" in title else [self._filled(self.style.year_note)]
        if "note" in self.layout:
            notes.append(self._filled(self.layout["note"]))
        return Sheet(
            (self.title,), tuple(notes), placed(rows, n_cols), len(rows), n_cols,
            tuple(range(first, first + len(self.rows))),
        )  # fmt: skip

    def _own_titles(self) -> Sequence[str]:
        titles: Sequence[str] = self.layout["titles"]
        return titles

    def _filled(self, text: str) -> str:
        values = {
            "year": self.form["fiscal_year"],
            "unit": self.unit,
            "project": self.form["project_name"],
            "place": self.form.get("place", ""),
        }
        return text.format(**values)

    def _column(self, spec: str) -> Column:
        label, field = self._label(spec)
        group, _, own = label.rpartition("/")
        return Column(own, field, group or None)

    def _label(self, spec: str) -> tuple[str, str]:
        labels, _, field = spec.rpartition("=")
        return self.rng.choice(labels.split("|")), field

    def _pairs(self, specs: Sequence[str], n_cols: int) -> list[Piece]:
        """A row of labels, each with its value to the right."""
        texts = []
        for spec in specs:
            label, field = self._label(spec)
            texts += [Piece(label, role="label"), Piece(self._header_text(field), role=field)]
        spans = spread(n_cols, [1] * len(texts), list(range(1, len(texts), 2)))
        return [Piece(p.text, s, role=p.role) for p, s in zip(texts, spans, strict=True)]

    def _header_text(self, field: str) -> str:
        if field in CONTACT:
            return CONTACT[field]
        self.shown.add(field)
        if field in MONEY_FIELDS or field == "total_amount":
            return self._money(self.form[field])
        value = self.form[field]
        if field == "project_attribute" and value:
            self.shown.add("project_attribute_code")
            code = self.form["project_attribute_code"]
            return f"{code}-{value}" if code else str(value)
        if field == "project_period_raw":
            self.shown.add("project_period_years")
        return "" if value is None else str(value)

    def _money(self, yuan: object) -> str:
        if yuan is None:
            return ""
        amount = Decimal(str(yuan)) / UNITS[self.unit]
        plain = amount.quantize(Decimal(1)) if amount == amount.to_integral() else amount.normalize()
        own: str = self.form.get("money", "")  # a form may say itself how many decimals it prints
        if own and amount == Decimal(own.format(amount)):
            return own.format(amount)
        exact = self.style.money if amount == round(amount, 2) else "{:f}"
        return exact.format(plain)

    # ---- funds
    # -----------------------------------------------------------------------------------------------------

    def _funds(self, funds: Mapping[str, Any], n_cols: int) -> list[list[Piece]]:
        if not funds or not self.form["funds"]:
            return []
        self.shown.update(("amount_unit", "amount_unit_source"))
        if funds["style"] == "panels":
            return self._panels(funds, n_cols)
        wanted = funds.get("lines", ("total", "fiscal", "central", "regional", "carryover", "other"))
        own = [f for f in self.form["funds"] if f["scope"] == "all"]
        lines = [f for f in own if f["source"] in wanted or f.get("nature")]
        block = self.rng.choice(self._filled(funds["label"]).split("|"))
        if funds["style"] == "pairs":
            out = []
            for number, line in enumerate(lines):
                fields = {"annual_budget": line["annual_budget"]}
                label = self._fund_label(funds, line)
                self._show_line(line, label, fields)
                first = [Piece(block, rows=len(lines), role="label")] if number == 0 else []
                spans = spread(n_cols - 1, [1, 1], [1, 0])
                out.append(
                    [
                        *first,
                        Piece(label, spans[0], role="fund"),
                        Piece(self._money(line["annual_budget"]), spans[1], role="amount"),
                    ]
                )
            return out
        specs = [self._label(s) for s in funds["columns"]]
        widths = spread(n_cols - 1, [1] * (1 + len(specs)), [0, 0, 1, 2])
        header = [Piece(block, rows=1 + len(lines), role="label"), Piece("", widths[0], role="corner")]
        header += [Piece(label, w, role="label") for (label, _), w in zip(specs, widths[1:], strict=True)]
        out = [header]
        for line in lines:
            label = self._fund_label(funds, line)
            self._show_line(line, label, {field: line[field] for _, field in specs})
            cells = [Piece(label, widths[0], role="fund")]
            out.append(
                cells
                + [
                    Piece(self._fund_text(line, f), w, role=f)
                    for (_, f), w in zip(specs, widths[1:], strict=True)
                ]
            )
        return out

    def _panels(self, funds: Mapping[str, Any], n_cols: int) -> list[list[Piece]]:
        """The two-panel block: own funds to the left, funds passed on to the right, under a row with both
        totals.
        """
        self.shown.add("total_amount")
        total = next(f for f in self.form["funds"] if f["scope"] == "all" and f["source"] == "total")
        self._show_line(total, "其中：年度资金总额", {"annual_budget": total["annual_budget"]})
        whole = spread(n_cols, [2, 1, 1, 2], [1, 3])
        amount = self._money(total["annual_budget"])
        texts = ["项目总额", self._money(self.form["total_amount"]), "其中：年度资金总额", amount]
        out = [[Piece(t, w, role="label") for t, w in zip(texts, whole, strict=True)]]
        left, right = funds["panels"]
        height = max(len(left), len(right)) - 2
        spans = spread(n_cols - 2, [1, 1, 1, 1], [1, 3])
        for k in range(height):
            row: list[Piece] = []
            for panel, (label_span, value_span) in ((left, spans[:2]), (right, spans[2:])):
                if k == 0:
                    row.append(Piece(panel[0], rows=height, role="label"))
                label, _, source = (panel[k + 2] if k + 2 < len(panel) else "").partition("=")
                line = next(
                    (f for f in self.form["funds"] if f["scope"] == panel[1] and f["source"] == source), None
                )
                if line is not None:
                    self._show_line(line, label, {"annual_budget": line["annual_budget"]})
                row += [
                    Piece(label, label_span, role="fund"),
                    Piece(self._money(line["annual_budget"]) if line else "", value_span, role="amount"),
                ]
            out.append(row)
        return out

    def _fund_label(self, funds: Mapping[str, Any], line: Form) -> str:
        given: str | None = funds.get("labels", {}).get(line["source"])
        return self.rng.choice(given.split("|")) if given else str(line["label_raw"])

    def _fund_text(self, line: Form, field: str) -> str:
        value = line[field]
        if field in MONEY_FIELDS:
            return self._money(value)
        if value is None:
            return self.style.dash if field in ("weight", "score") else ""
        return f"{value:g}%" if field == "execution_rate_reported_pct" else f"{value:g}"

    def _show_line(self, line: Form, label: str, fields: Mapping[str, object]) -> None:
        truth = {
            **dict.fromkeys(FUND_FIELDS),
            "label_raw": label,
            "scope": line["scope"],
            "source": line["source"],
            **fields,
        }
        self.fund_lines.append({"line_no": len(self.fund_lines) + 1, **truth})
        if line["scope"] == "all" and line["source"] == "total":
            names = {"weight": "budget_weight", "score": "budget_score"}
            self.shown.update(names.get(f, f) for f in fields)

    # ---- goals
    # -----------------------------------------------------------------------------------------------------

    def _goals(self, goals: Mapping[str, Any], n_cols: int) -> list[list[Piece]]:
        if "rows" in goals:
            return [self._pairs([spec], n_cols) for spec in goals["rows"]]
        if not goals:
            return []
        specs = [self._label(s) for s in goals["columns"]]
        spans = spread(n_cols - 1, [1] * len(specs), list(range(len(specs))))
        heads = [Piece(label, s, role="label") for (label, _), s in zip(specs, spans, strict=True)]
        texts = [Piece(self._header_text(f), s, role=f) for (_, f), s in zip(specs, spans, strict=True)]
        return [[Piece(goals["label"], rows=2, role="label"), *heads], texts]

    # ---- indicators
    # ------------------------------------------------------------------------------------------------

    def _indicators(self, n_cols: int) -> list[list[Piece]]:
        side = "side" in self.layout
        stretch = [
            k
            for k, c in enumerate(self.columns)
            if c.field in ("name", "target_raw", "value", "deviation_reason", "remark")
        ]
        spans = spread(n_cols - side, [1] * len(self.columns), stretch)
        heads = self._headings(spans)
        body = [self._indicator(k, spans) for k in range(len(self.rows))]
        if side:
            heads[0].insert(0, Piece(self.layout["side"], rows=len(heads) + len(body), role="side"))
        total = self._total(spans, side)
        return heads + body + ([total] if total else [])

    def _headings(self, spans: Sequence[int]) -> list[list[Piece]]:
        if not any(c.group for c in self.columns):
            return [[Piece(c.label, s, role="heading") for c, s in zip(self.columns, spans, strict=True)]]
        upper, lower = [], []
        for group, items in groupby(zip(self.columns, spans, strict=True), key=lambda pair: pair[0].group):
            members = list(items)
            if group is None:
                upper += [Piece(c.label, s, 2, "heading") for c, s in members]
            else:
                upper.append(Piece(group, sum(s for _, s in members), role="heading"))
                lower += [Piece(c.label, s, role="heading") for c, s in members]
        return [upper, lower]

    def _indicator(self, k: int, spans: Sequence[int]) -> list[Piece]:
        row, out = self.rows[k], []
        for column, span in zip(self.columns, spans, strict=True):
            if column.field in ("level1", "level2"):
                key = _level_key(column.field)
                same = [key(r.truth) for r in self.rows]
                if k and same[k] == same[k - 1]:
                    continue
                run = next((n for n in range(k, len(same)) if same[n] != same[k]), len(same)) - k
                out.append(Piece(row.texts[column.field], span, run, column.field))
            else:
                out.append(Piece(row.texts[column.field], span, role=column.field))
        return out

    def _total(self, spans: Sequence[int], side: bool) -> list[Piece]:
        sums = {"weight": self.form["total_weight"], "score": self.form["total_score"]}
        fields = [c.field for c in self.columns]
        places = [k for k, f in enumerate(fields) if sums.get(f) is not None]
        if "total" not in self.layout or not places:
            return []
        self.shown.update(f"total_{fields[k]}" for k in places)
        label = (
            self.style.total.format(self.layout["total"])
            if len(self.layout["total"]) == 2
            else self.layout["total"]
        )
        out = [Piece(label, sum(spans[: places[0]]) + side, role="total")]
        return out + [
            Piece(f"{sums[f]:g}" if k in places else "", spans[k], role="total") for k, f in enumerate(fields) if k >= places[0]
        ]  # fmt: skip

    # ---- truth
    # -----------------------------------------------------------------------------------------------------

    def truth(self) -> Form:
        """What a perfect reader would get from the sheet; call after `sheet`."""
        shown = self.shown | ALWAYS_TRUE
        if self.layout.get("project_in_title"):
            shown |= {"project_name"}
        out: Form = {f: self.form[f] if f in shown else None for f in FORM_FIELDS}
        out |= {
            "form_type": self.layout["form_type"],
            "form_title": self.title,
            "form_index": self.form["form_index"],
            "funds": self.fund_lines,
        }
        if out["amount_unit"] is not None:
            out |= {"amount_unit": self.unit, "amount_unit_source": "stated"}
        if out["execution_rate_reported_pct"] is None and self.layout["form_type"].endswith("target"):
            out["initial_budget"] = None
        if any("*执行率" in c for c in self.layout.get("funds", {}).get("columns", ())):
            out["unrecoverable"] = ["budget_weight"]  # it stands only inside a column's label
        out["indicators"] = [row.truth for row in self.rows]
        return out


def _level_key(level: str) -> Any:
    if level == "level1":
        return lambda row: row["level1_raw"]
    return lambda row: (row["level1_raw"], row["level2_raw"])
