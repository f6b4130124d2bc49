"""`pipeline.corpus.corrections`: a register is read whole or refused with the line; corrections are applied,
stale or absent.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.corpus.all_documents import finish
from pipeline.corpus.corrections import apply_corrections, read_corrections
from pipeline.model.errors import InputError
from tests.forms import document, form

HEADER = "sha256,form,row,column,old,new,who,why"
DOCUMENT = document(form(total=("100", "98.68")))
SHA = DOCUMENT.document["sha256"]


def register(folder: Path, *lines: str, header: str = HEADER) -> Path:
    path = folder / "corrections.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def test_a_correction_is_applied_flagged_and_audited(tmp_path: Path) -> None:
    lines = [
        f"{SHA},1,,total_score,98.68,97.68,李,原件为97.68",
        f'{SHA[:16]},1,2,target_raw,≥95%,≥98%,李,"原件第1页,第2行"',
    ]
    done = finish([DOCUMENT], read_corrections(register(tmp_path, *lines)))
    project, row = done.documents[0].projects[0], done.documents[0].indicators[1]
    assert (project["total_score"], row["target_raw"], row["target_value"], row["target_met"]) == (
        97.68,
        "≥98%",
        98.0,
        False,
    )
    assert "corrected" in project["flags"]
    assert "corrected" in row["flags"]
    assert "corrected" not in done.documents[0].indicators[0]["flags"]
    assert [o.status for o in done.outcomes] == ["applied", "applied"]
    assert {f["rule"] for f in done.documents[0].findings} == {"target_missed_full_score"}
    assert DOCUMENT.projects[0]["total_score"] == 98.68  # what was given is not changed


def test_a_funding_line_carries_its_correction_to_the_form(tmp_path: Path) -> None:
    path = register(
        tmp_path,
        f"{SHA},1,fund 1,executed,347100.00,327100,李,原件",
        f"{SHA},1,fund 1,execution_rate_reported_pct,86.78,81.78,李,原件",
    )
    project = finish([DOCUMENT], read_corrections(path)).documents[0].projects[0]
    assert (project["executed"], project["execution_rate_pct"], project["execution_rate_reported_pct"]) == (
        Decimal("327100.00"),
        81.775,
        81.78,
    )


def test_an_empty_cell_is_null_on_both_sides(tmp_path: Path) -> None:
    path = register(
        tmp_path,
        f"{SHA},1,1,deviation_reason,,原因见附件,李,原件",
        f"{SHA},1,6,deviation_reason,部分路段施工扰民，已调整工期。,,李,原件",
    )
    rows = finish([DOCUMENT], read_corrections(path)).documents[0].indicators
    assert (rows[0]["deviation_reason"], rows[5]["deviation_reason"]) == ("原因见附件", None)


def test_what_no_longer_stands_there_is_stale_and_not_applied(tmp_path: Path) -> None:
    path = register(
        tmp_path,
        f"{SHA},1,,total_score,90,97.68,李,原件",
        f"{SHA},1,99,weight,1,2,李,原件",
        f"{'0' * 64},1,,total_score,90,91,李,原件",
    )
    done = finish([DOCUMENT], read_corrections(path))
    assert [(o.status, o.found) for o in done.outcomes] == [
        ("stale", "98.68"),
        ("absent", None),
        ("absent", None),
    ]
    assert done.documents[0].projects[0]["total_score"] == 98.68
    table = done.tables()["corrections"]
    assert [(r["line"], r["status"], r["old"], r["found"]) for r in table] == [
        (2, "stale", "90.0", "98.68"),
        (3, "absent", "1.0", None),
        (4, "absent", "90.0", None),
    ]


BAD = [
    ("sha,form,row,column,old,new,who,why", "", 1, "the header must be"),
    (HEADER, "xyz,1,,total_score,1,2,李,原件", 2, "no SHA-256"),
    (HEADER, f"{SHA},0,,total_score,1,2,李,原件", 2, "no number of a form"),
    (HEADER, f"{SHA},1,line 3,weight,1,2,李,原件", 2, "no row"),
    (HEADER, f"{SHA},1,3,colour,1,2,李,原件", 2, "no column of indicators that can be corrected"),
    (HEADER, f"{SHA},1,3,target_value,1,2,李,原件", 2, "no column of indicators that can be corrected"),
    (HEADER, f"{SHA},1,,executed,1,2,李,原件", 2, "no column of projects that can be corrected"),
    (HEADER, f"{SHA},1,3,weight,1,ten,李,原件", 2, "`ten` is no value of indicators.weight"),
    (HEADER, f"{SHA},1,3,weight,1,nan,李,原件", 2, "`nan` is no value"),
    (HEADER, f"{SHA},1,fund 1,executed,1,1e999,李,原件", 2, "is no value of funds.executed"),
    (HEADER, f"{SHA},1,,fiscal_year,2023,today,李,原件", 2, "`today` is no value"),
    (HEADER, f"{SHA},1,,form_type,target,,李,原件", 2, "may not be empty"),
    (HEADER, f"{SHA},1,3,weight,1,2,,原件", 2, "who corrects and why"),
    (HEADER, f"{SHA},1,3,weight,1,2,李", 2, "7 cells, expected 8"),
    (
        HEADER,
        f"{SHA},1,3,weight,1,2,李,原件\n{SHA[:16]},1,3,weight,1,3,王,原件",
        3,
        "corrected twice, in line 2 and here",
    ),
    # hostile ones: each gave a traceback, or cost the run after everything was read
    (HEADER, f"{SHA},{'9' * 5000},,total_score,1,2,李,原件", 2, "no number of a form"),
    (HEADER, f"{SHA},9999999999,,total_score,1,2,李,原件", 2, "no number of a form"),
    (HEADER, f"{SHA},1,{'9' * 5000},weight,1,2,李,原件", 2, "no row"),
    (HEADER, f"{SHA},1,,fiscal_year,2023,{'9' * 30},李,原件", 2, "no value of projects.fiscal_year"),
    (HEADER, f"{SHA},1,,fiscal_year,{'9' * 5000},2024,李,原件", 2, "no value of projects.fiscal_year"),
    (HEADER, f"{SHA},1,fund 1,executed,1,NaN,李,原件", 2, "no value of funds.executed"),
    (HEADER, f"{SHA},1,fund 1,executed,sNaN,1,李,原件", 2, "no value of funds.executed"),
    (HEADER, f"{SHA},1,fund 1,executed,-Infinity,1,李,原件", 2, "no value of funds.executed"),
    (HEADER, f"{SHA},1,fund 1,executed,1,1e18,李,原件", 2, "no value of funds.executed"),
    (HEADER, f"{SHA},1,3,name_raw,a,{'b' * 200_000},李,原件", 2, "it is no CSV"),
    (HEADER, f'{SHA},1,3,name_raw,a,"b,李,原件', 2, "it is no CSV"),
    (HEADER, f'{SHA},1,3,name_raw,a,"b"c,李,原件', 2, "it is no CSV"),
    (HEADER, f"{SHA},1,3,weight,1,2,李,原件\n{SHA},1,03,weight,1,3,王,原件", 3, "corrected twice, in line 2"),
]


@pytest.mark.parametrize(
    ("header", "lines", "line", "why"), BAD, ids=[f"{n} {b[3]}" for n, b in enumerate(BAD)]
)
def test_a_bad_line_is_refused_with_its_number(
    tmp_path: Path, header: str, lines: str, line: int, why: str
) -> None:
    with pytest.raises(InputError) as refused:
        read_corrections(register(tmp_path, lines, header=header))
    assert refused.value.code == "bad_correction"
    assert f"line {line}: " in refused.value.what
    assert why in refused.value.what


def test_a_register_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "corrections.csv"
    path.write_bytes("更正".encode("gb18030"))
    with pytest.raises(InputError, match="UTF-8"):
        read_corrections(path)


def test_a_register_may_be_saved_by_a_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "corrections.csv"
    path.write_bytes(
        f"\ufeff{HEADER}\r\n\r\n{SHA},1,,total_score,98.68,97.68,李,原件\r\n,,,,,,,\r\n".encode()
    )
    (correction,) = read_corrections(path)
    assert (correction.line, correction.new) == (3, 97.68)


def test_without_corrections_nothing_changes() -> None:
    documents, outcomes = apply_corrections([DOCUMENT], ())
    assert documents == [DOCUMENT]
    assert outcomes == []
