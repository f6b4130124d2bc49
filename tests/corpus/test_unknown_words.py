"""Words that were met and are not known, with a guess, as lines that can be taught."""

from __future__ import annotations

import csv
import io
import tomllib
from pathlib import Path
from typing import Any

from pipeline.app.document import parse_document
from pipeline.corpus.unknown_words import HEAD, Unknown, as_csv, unknown_words
from pipeline.model.form import Why
from pipeline.words.own_words import read


def row(why: Why, label: str | None, text: str = "某值", document: str = "a") -> Any:
    return {"document_id": document, "why": str(why), "label": label, "text": text}


def test_words_are_counted_and_guessed() -> None:
    unread = [
        row(Why.UNKNOWN_COLUMN, "年度指标数值"),
        row(Why.UNKNOWN_COLUMN, "年度指标数值：", "另一值", document="b"),
        row(Why.UNKNOWN_LABEL, "项目的名称"),
        row(Why.UNKNOWN_LABEL, None, "呼号甲"),
        row(Why.NO_COLUMN, "联系电话"),
        row(Why.LEFT_OVER, None),
    ]
    first, *others = unknown_words(unread)
    assert (first.word, first.rows, first.documents, first.example) == ("年度指标数值", 2, 2, "某值")
    assert first.guess == "column.target"
    assert {u.word: u.guess for u in others} == {"项目的名称": "field.project_name", "呼号甲": None}


def test_the_lines_can_be_pasted(tmp_path: Path) -> None:
    found = unknown_words([row(Why.UNKNOWN_COLUMN, '年度"指标\\数值'), row(Why.UNKNOWN_LABEL, "呼号甲")])
    path = tmp_path / "my.toml"
    path.write_text("[words]\n" + "\n".join(u.line for u in found) + "\n", encoding="utf-8")
    assert list(tomllib.loads(path.read_text(encoding="utf-8"))["words"]) == ['年度"指标\\数值']
    assert read(path).labels == {"column.target": ['年度"指标\\数值']}


def test_the_file_has_a_row_a_word_and_no_formula() -> None:
    text = as_csv([Unknown("=1+1", "unknown_label", 1, 1, "@SUM(A1)", None, 0.0)])
    head, told = csv.reader(io.StringIO(text))
    assert tuple(head) == HEAD
    assert told == ["'=1+1", "unknown_label", "1", "1", "'@SUM(A1)", "", "", '# "=1+1" = "…"']
    assert as_csv([]) == ",".join(HEAD) + "\n"


def test_a_word_that_no_list_has_comes_from_a_document() -> None:
    form = (
        "项目支出绩效自评表\n（2023年度）\n项目名称\t农村道路养护\t呼号甲乙\t某某\t\t\n"
        "一级指标\t二级指标\t三级指标\t年度指标值\t实际完成值\t分值\n"
        "产出指标\t数量指标\t养护里程\t≥20公里\t21公里\t20\n"
    )
    rows = parse_document(form.encode(), "a.txt")
    assert [(u.word, u.why) for u in unknown_words(rows.unread)] == [("呼号甲乙", "unknown_label")]
