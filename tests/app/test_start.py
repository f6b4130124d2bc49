"""`pipeline.app.start`: help and version at once, the same commands and words as the command line has."""

from __future__ import annotations

import subprocess
import sys

import pytest
from click.testing import CliRunner

from pipeline.app import cli, start
from pipeline.version import VERSION


def test_it_says_what_the_commands_say_of_themselves() -> None:
    assert start.main.help == cli.main.help
    assert {
        name: " ".join((c.help or "").split("\n\n")[0].split()) for name, c in cli.main.commands.items()
    } == start.COMMANDS


def test_it_runs_the_commands() -> None:
    result = CliRunner().invoke(start.main, ["show", "--help"])
    assert result.exit_code == 0
    assert "--stage" in result.output
    assert CliRunner().invoke(start.main, ["nothing"]).exit_code == 2


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_nothing_that_reads_is_loaded_for_help_and_version(option: str) -> None:
    code = "import sys\nfrom pipeline.app.start import main\nmain(standalone_mode=False)\nprint(sorted(sys.modules))"
    out = subprocess.run(
        [sys.executable, "-c", code, option], check=True, capture_output=True, text=True
    ).stdout
    said, modules = out.rsplit("[", 1)
    assert "parse" in said if option == "--help" else said.strip() == VERSION
    loaded = {m.strip().strip("']").split(".")[0] for m in modules.split(",")}
    assert not loaded & {
        "numpy",
        "pyarrow",
        "lxml",
        "rich",
        "pypdfium2",
        "openpyxl",
        "pandas",
        "cv2",
        "normalizers",
    }
