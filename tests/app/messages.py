"""Every English sentence that the program says in the user's language: of its code and its commands."""

from __future__ import annotations

import ast
from pathlib import Path

import click

from pipeline.app import doctor, sources
from pipeline.app.cli import main
from pipeline.app.correct import IDS
from pipeline.app.job import PARSE_AGAIN
from pipeline.app.parsed import PARSE_FIRST
from pipeline.app.spoken import LANG_HELP
from pipeline.app.start import COMMANDS
from pipeline.app.start import main as loaded
from pipeline.audit.case import ERROR, INFO, WARNING
from pipeline.corpus.corrections import ABSENT, APPLIED, STALE
from pipeline.model.errors import CODES

APP = Path(__file__).parents[2] / "pipeline" / "app"
STATUSES = ("ok", "partial", "empty", "duplicate", "failed")
PARTS = ("program", "formats", "converters", "models", "packages")
FROM_CLICK = ("default: ", "required", "Show this message and exit.", "Show the version and exit.")

LEFT_OUT = (sources.HIDDEN, sources.LINKED, sources.NO_FILE, sources.TABLES_OF_A_RUN)


def wanted() -> set[str]:
    """All of them."""
    out = {
        *STATUSES,
        *PARTS,
        *FROM_CLICK,
        LANG_HELP,
        PARSE_FIRST,
        PARSE_AGAIN,
        IDS,
        ERROR,
        WARNING,
        INFO,
        APPLIED,
        STALE,
        ABSENT,
    }
    out |= {*doctor.OPTIONAL.values(), *LEFT_OUT, *COMMANDS.values()}
    for info in CODES.values():
        out |= {info.meaning, info.advice}
    for path in APP.glob("*.py"):
        out |= set(_said(ast.parse(path.read_text(encoding="utf-8"))))
    for command in (main, loaded, *main.commands.values()):
        out.add(" ".join((command.help or "").split("\f")[0].split()))
        for option in command.params:
            if isinstance(option, click.Option) and option.help:
                out.add(option.help)
                if isinstance(option.show_default, str):
                    out.add(option.show_default)
    return out


def _said(tree: ast.AST) -> list[str]:
    """The texts that are given to `say`, and what errors of the program say: what happened, and advice."""
    found: list[ast.expr] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found += {"say": node.args[:1], "error": node.args[2:4]}.get(node.func.id, [])
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found += [node.value] if node.targets[0].id in ("advice", "what", "said") else []
    return [n.value for n in found if isinstance(n, ast.Constant) and isinstance(n.value, str) and n.value]
