"""A correction that somebody has in mind → a line of the register, checked against the tables.

Comes in: the folder of the tables, the id of a row, a column, the right value, who and why. Goes out: the
register with one line more, and that line. Refused, with the register as it was: an id that no row has, a
column that cannot be corrected, a value that it cannot hold, an old value that does not stand there, and a
cell that the register corrects already.
"""

from __future__ import annotations

import csv
import io
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.app.language import say
from pipeline.app.names import stored
from pipeline.app.parsed import row_of, table
from pipeline.corpus.corrections import HEADER, Correction, read_corrections
from pipeline.model.errors import Code, PipelineError, error
from pipeline.report.rows import correctable

_FUND = re.compile(r"(?P<form>.+):(?P<line>[0-9]+)")
IDS = (
    "take an indicator_id (0123456789abcdef-001-002), a project_id (0123456789abcdef-001), or a funding line "
    "of one (0123456789abcdef-001:2)"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants corrected; `old`: what is thought to stand there, None where that is not said."""

    row: str
    column: str
    new: str
    who: str
    why: str
    old: str | None = None


def correct(tables: Path, register: Path, wanted: Wanted) -> Correction:
    """Adds the line; raises InputError, see the module."""
    row, document, form, place = _found(tables, wanted.row)
    if wanted.column not in row:
        columns = ", ".join(correctable()[_table_of(place)])
        raise error(
            Code.BAD_CORRECTION,
            wanted.row,
            say("it has no column `{column}`", column=wanted.column),
            say("those that can be corrected are {columns}", columns=columns),
        )
    old = wanted.old if wanted.old is not None else _text(row[wanted.column])
    cells = (document["sha256"], str(form), place, wanted.column, old, wanted.new, wanted.who, wanted.why)
    before = _before(register)
    line = _checked(register, before + _csv(cells))
    if line.old != row[wanted.column]:
        stands = _text(row[wanted.column])
        what = say(
            "`{column}` is `{stands}`, not `{old}`", column=wanted.column, stands=stands, old=wanted.old
        )
        raise error(Code.BAD_CORRECTION, wanted.row, what, "look at the row again, with `explain`")
    if line.old == line.new:
        what = say("`{column}` is `{new}` already", column=wanted.column, new=wanted.new)
        raise error(Code.BAD_CORRECTION, wanted.row, what, "there is nothing to correct")
    _write(register, before + _csv(cells))
    return line


def _found(tables: Path, row_id: str) -> tuple[dict[str, Any], dict[str, Any], int, str]:
    """The row of an id, its document, and how the register names its form and itself."""
    fund = _FUND.fullmatch(row_id)
    row: dict[str, Any] | None
    if fund is not None:
        lines = table(tables, "funds", project_id=fund["form"]).to_pylist()
        row = next((r for r in lines if r["line_no"] == int(fund["line"])), None)
        place = f"fund {int(fund['line'])}"
    else:
        row, place = row_of(tables, "indicators", indicator_id=row_id), ""
        if row is not None:
            place = str(row["seq"])
        else:
            row = row_of(tables, "projects", project_id=row_id)
    if row is None:
        raise error(
            Code.BAD_CORRECTION,
            row_id,
            say("no row of {tables} has this id", tables=stored(str(tables))),
            IDS,
        )
    project = row_of(tables, "projects", project_id=row["project_id"])
    document = row_of(tables, "documents", document_id=row["document_id"])
    assert project is not None
    assert document is not None
    return row, document, project["form_index"], place


def _table_of(place: str) -> str:
    """The table of a row by its place: a number, `fund` and a number, or nothing for the form itself."""
    return "indicators" if place.isdecimal() else "funds" if place else "projects"


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _before(register: Path) -> str:
    """The register as it is, ending with a line break; a header where there is none."""
    try:
        text = register.read_bytes().decode("utf-8-sig") if register.exists() else ""
    except (OSError, UnicodeDecodeError) as problem:
        raise error(
            Code.BAD_CORRECTION,
            stored(str(register)),
            say("it cannot be read as UTF-8 text ({what})", what=problem),
        ) from problem
    if not text:
        return _csv(HEADER)
    return text if text.endswith("\n") else f"{text}\n"


def _csv(cells: tuple[str, ...]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue()


def _checked(register: Path, text: str) -> Correction:
    """The last line of a register that is read before anybody sees it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, register.name)
        path.write_text(text, encoding="utf-8", newline="")
        return read_corrections(path)[-1]


def _write(register: Path, text: str) -> None:
    try:
        register.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=register.parent, prefix=".writing-") as folder:
            path = Path(folder, register.name)
            path.write_text(text, encoding="utf-8", newline="")
            path.chmod(register.stat().st_mode & 0o777 if register.exists() else 0o644)
            path.replace(register)
    except OSError as problem:
        raise _unwritable(register, problem) from problem


def _unwritable(register: Path, problem: OSError) -> PipelineError:
    what = say("the register cannot be written ({what})", what=problem.strerror)
    return error(Code.OUTPUT_UNWRITABLE, stored(str(register)), what, "choose another --corrections")
