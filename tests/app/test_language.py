"""English and Chinese on the terminal: nothing is left untranslated, and the tables do not hang on it."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.app import start
from pipeline.app.cli import main
from pipeline.app.language import chinese
from tests.app.messages import wanted
from tests.app.test_output import contents


def figures(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_the_catalogue_has_every_sentence_and_no_other() -> None:
    assert set(chinese()) == wanted()


def test_a_translation_has_the_figures_of_its_sentence() -> None:
    assert {e: figures(e) for e in chinese()} == {e: figures(c) for e, c in chinese().items()}


@pytest.mark.parametrize(
    ("arguments", "environment", "said"),
    [
        (["--help"], {"LANG": "zh_CN.UTF-8"}, "命令"),
        (["--help"], {"LANG": "en_GB.UTF-8"}, "Commands"),
        (["--help"], {"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, "Commands"),
        (["--help", "--lang", "zh"], {"LANG": "C"}, "命令"),
        (["--lang=zh", "check", "--help"], {"LANG": "C"}, "选项"),
        (["check", "--help", "--lang", "en"], {"LANG": "zh_CN.UTF-8"}, "Options"),
        (["parse", "--lang", "zh"], {"LANG": "C"}, "缺少"),
        (["parse", "no such", "--out", "x", "--lang", "zh"], {"LANG": "C"}, "没有这个文件或文件夹 (no such)"),
        (["parse", "--ou", "x", "--lang", "zh"], {"LANG": "C"}, "没有选项 --ou"),
        (["bogus", "--lang", "zh"], {"LANG": "C"}, "没有命令 bogus"),
        (["bogus"], {"LANG": "C"}, "there are check, completion"),
    ],
)
def test_help_and_refusals_speak_the_users_language(
    arguments: list[str], environment: dict[str, str], said: str
) -> None:
    unset = {"LC_ALL": None, "LC_MESSAGES": None, "LANG": None}
    for group in (start.main, main):
        assert said in CliRunner().invoke(group, arguments, env={**unset, **environment}).output


def test_the_tables_hold_the_same_bytes_in_both(root: Path, tmp_path: Path) -> None:
    raw = min((root / "data" / "raw").iterdir())
    (tmp_path / "empty.txt").touch()
    said = {}
    for lang in ("zh", "en"):
        arguments = [
            "parse",
            str(raw),
            str(tmp_path / "empty.txt"),
            "--out",
            str(tmp_path / lang),
            "--lang",
            lang,
        ]
        said[lang] = CliRunner().invoke(main, arguments).output
    assert "审核发现" in said["zh"]
    assert "请重新下载或导出" in said["zh"]
    assert "download or export it again" in said["en"]
    assert contents(tmp_path / "zh") == contents(tmp_path / "en")
