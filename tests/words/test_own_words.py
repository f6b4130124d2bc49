"""A user's own words: what a file may hold, what is said of a wrong one, and that it reaches every process."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from normalizers.words import OWN
from pipeline.model.errors import Code, PipelineError
from pipeline.words import vocabulary
from pipeline.words.own_words import TOLERANCES, meanings, read, tolerance, use

FORM = (
    "项目支出绩效自评表\n（2023年度）\n呼号甲\t农村道路养护\t\t\t\t\n"
    "一级指标\t二级指标\t三级指标\t年度指标值\t实际完成值\t分值\n"
    "产出指标\t数量指标\t养护里程\t≥20公里\t41公里\t20\n"
    "\t质量指标\t合格率\t≥95%\t96%\t10\n"
)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "my.toml"
    path.write_text(
        '[words]\n"呼号甲" = "field.project_name"\n"乙乙" = "unit"\n[tolerances]\nover_achievement_pct = 300\n'
    )
    return path


def test_a_file_is_read(own: Path) -> None:
    words = read(own)
    assert words.labels == {"field.project_name": ["呼号甲"]}
    assert words.units == ["乙乙"]
    assert words.tolerances == {"over_achievement_pct": 300.0}
    assert {"column.target", "total", "unit"} <= set(meanings())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[words]\n"x" = ', "it is no TOML in UTF-8"),
        ('[word]\n"呼号甲" = "unit"\n', "[word] is neither [words] nor [tolerances]"),
        ('[words]\n"呼号甲" = "column.targt"\n', "“呼号甲” cannot mean “column.targt”; “column.target”?"),
        ('[words]\n"呼号甲" = 3\n', "“呼号甲” cannot mean “3”"),
        ('[words]\n"" = "column.target"\n', "“” is no label"),
        (f'[words]\n"{"长" * 61}" = "column.target"\n', "longer than 60 characters"),
        ('[words]\n"项目名称" = "column.target"\n', "“项目名称” means “field.project_name” already"),
        (
            "[tolerances]\nrounding = 1\n",
            "there is no tolerance “rounding”; there are over_achievement_pct, points",
        ),
        ("[tolerances]\npoints = -1\n", "points = -1 is no number from 0 on"),
        ("[tolerances]\npoints = true\n", "points = True is no number from 0 on"),
    ],
)
def test_a_wrong_file_is_told_what_is_wrong(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "my.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PipelineError) as told:
        read(path)
    assert told.value.code == Code.BAD_VOCABULARY
    assert said in str(told.value)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "my.toml"
    path.write_text('[words]\n"呼号甲" = "a"\n"呼号乙" = "b"\n', encoding="utf-8")
    with pytest.raises(PipelineError, match=r"呼号甲.*呼号乙"):
        read(path)


def test_words_are_known_once_they_are_used(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(OWN, "{}")
    assert vocabulary.key_of("field", "呼号甲", fuzzy=False) is None
    use(own)
    try:
        assert vocabulary.key_of("field", "呼号甲：") == "project_name"
        assert tolerance("over_achievement_pct") == 300
        assert tolerance("points") == TOLERANCES["points"]
    finally:
        monkeypatch.delenv(OWN)
        vocabulary.forget()
    assert vocabulary.key_of("field", "呼号甲", fuzzy=False) is None


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pipeline", *map(str, arguments)]
    environment = {k: v for k, v in os.environ.items() if k != OWN}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)


def test_words_reach_the_processes_that_read(own: Path, tmp_path: Path) -> None:
    source = tmp_path / "a.txt"
    source.write_text(FORM, encoding="utf-8")
    for out, options in ((tmp_path / "without", ()), (tmp_path / "with", ("--vocabulary", own))):
        assert run(*options, "parse", source, "--out", out, "--jobs", 1).returncode in (0, 1)
    names = [
        pq.read_table(tmp_path / out / "projects.parquet")["project_name"].to_pylist()
        for out in ("without", "with")
    ]
    assert names == [[None], ["农村道路养护"]]
    unknown = [
        (tmp_path / out / "unknown_words.csv").read_text(encoding="utf-8-sig") for out in ("without", "with")
    ]
    assert ["呼号甲" in text for text in unknown] == [True, False]
    assert '"""呼号甲"" = ' in unknown[0] or '# ""呼号甲""' in unknown[0]
    rules = [
        pq.read_table(tmp_path / out / "findings.parquet")["rule"].to_pylist() for out in ("without", "with")
    ]
    assert ["over_achievement" in found for found in rules] == [True, False]


def test_a_wrong_file_ends_the_run_before_it_begins(tmp_path: Path) -> None:
    (tmp_path / "my.toml").write_text('[words]\n"呼号甲" = "unitt"\n', encoding="utf-8")
    done = run("--vocabulary", tmp_path / "my.toml", "parse", tmp_path, "--out", tmp_path / "out")
    assert done.returncode == 2
    assert "“unit”?" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_own_units_are_units() -> None:
    words = '{"units": ["乙乙"]}'
    code = "from normalizers.words import load; print('乙乙' in load('units.toml')['unit']['classifiers'])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {OWN: words},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "True"


def test_the_example_of_the_docs_is_right(root: Path, tmp_path: Path) -> None:
    page = (root / "docs" / "own-words.md").read_text(encoding="utf-8")
    path = tmp_path / "my.toml"
    path.write_text(page.partition("```toml\n")[2].partition("```")[0], encoding="utf-8")
    words = read(path)
    assert words.tolerances.keys() == TOLERANCES.keys()
    assert {m.partition(".")[0] for m in meanings()} <= set(re.findall(r"`(\w+)[.`]", page)) | {"unit"}
