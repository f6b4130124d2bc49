"""What the documents say and what the program does are the same thing."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from lxml import etree

from pipeline.app.cli import main
from pipeline.app.document import parse_document
from pipeline.model.flags import Flag
from pipeline.model.schema import TABLES
from pipeline.version import VERSION
from tests import pages as made_pages

COMMANDS = {f"python -m pipeline {name}": command for name, command in main.commands.items()}
OPTIONS = [
    (name, option)
    for name, command in COMMANDS.items()
    for parameter in command.params
    for option in (
        parameter.opts if isinstance(parameter, click.Option) else [parameter.human_readable_name.upper()]
    )
]
ROOT = Path(__file__).parent.parent
PAGES = sorted(p.relative_to(ROOT).as_posix() for p in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")))
LINK = re.compile(r"(?<!`)\[[^\]]*\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")


def section(text: str, heading: str) -> str:
    """The part of a Markdown text below a heading of the second level."""
    parts = re.split(r"^## ", text, flags=re.MULTILINE)
    return next((p for p in parts if heading in p.split("\n", 1)[0]), "")


@pytest.mark.parametrize(("command", "option"), OPTIONS, ids=[f"{c.split()[-1]} {o}" for c, o in OPTIONS])
def test_every_command_and_option_stands_in_the_docs(root: Path, command: str, option: str) -> None:
    assert option in section((root / "docs" / "cli.md").read_text(encoding="utf-8"), command)


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_every_command_and_option_has_help(command: click.Command) -> None:
    assert command.help
    assert all(p.help for p in command.params if isinstance(p, click.Option))


@pytest.mark.parametrize("page", PAGES)
def test_commands_that_the_docs_name_exist(root: Path, page: str) -> None:
    text = (root / page).read_text(encoding="utf-8")
    targets = set(
        re.findall(r"^([a-z]+):", (root / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    )
    assert (
        set(re.findall(r"`make ([a-z]+)", text))
        | set(re.findall(r"^make ([a-z]+)", text, flags=re.MULTILINE))
        <= targets
    )
    assert set(re.findall(r"python -m pipeline ([a-z]+)", text)) <= set(main.commands)


def anchor(heading: str) -> str:
    """The name under which a heading is linked to."""
    return re.sub(r"[^\w\- ]", "", re.sub(r"[`*]|\]\([^)]*\)|\[", "", heading).strip().lower()).replace(
        " ", "-"
    )


def headings(page: Path) -> set[str]:
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return {anchor(h) for h in re.findall(r"^#+ (.*)$", text, flags=re.MULTILINE)}


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(root: Path, page: str) -> None:
    path = root / page
    dead = []
    for target, part in LINK.findall(path.read_text(encoding="utf-8")):
        to = path.parent / target if target else path
        if not to.exists() or (part and to.suffix == ".md" and part not in headings(to)):
            dead.append(f"{target}#{part}")
    assert dead == []


def test_a_dead_link_is_found(root: Path) -> None:
    assert anchor("A new header word") in headings(root / "docs" / "contributing.md")
    assert anchor("`python -m pipeline show FILE`") == "python--m-pipeline-show-file"
    assert "no-such-part" not in headings(root / "README.md")
    assert LINK.findall("[a](b.md#c) [d](#e) [f](https://g)") == [("b.md", "c"), ("", "e")]


@pytest.mark.parametrize("page", made_pages.PAGES)
def test_a_page_that_is_made_is_up_to_date(root: Path, page: str) -> None:
    made = made_pages.PAGES[page]()
    assert made == (root / page).read_text(encoding="utf-8"), "stale: `make pages`"


def test_every_page_is_in_the_site(root: Path) -> None:
    told = (root / "mkdocs.yml").read_text(encoding="utf-8")
    assert [p for p in PAGES if p.startswith("docs/") and f": {Path(p).name}\n" not in told] == []


def test_the_readmes_lead_to_each_other_and_tell_the_same_tables(root: Path) -> None:
    english, chinese = ((root / n).read_text(encoding="utf-8") for n in ("README.md", "README.zh.md"))
    assert "](README.zh.md)" in english
    assert "](README.md)" in chinese
    rows = [re.findall(r"^\| `(\w+)` \|", text, flags=re.MULTILINE) for text in (english, chinese)]
    assert rows[0] == rows[1] == list(TABLES)


def test_the_citation_knows_the_version(root: Path) -> None:
    assert f"version: {VERSION}\n" in (root / "CITATION.cff").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_files_and_modules_that_the_docs_name_are_there(root: Path, page: str) -> None:
    text = (root / page).read_text(encoding="utf-8")
    paths = set(re.findall(r"`((?:pipeline|normalizers|tests|docs)/[\w./-]+)`", text))
    paths |= set(re.findall(r"\b(tests/[\w./]+\w)", "\n".join(re.findall(r"`([^`]*pytest[^`]*)`", text))))
    assert [path for path in sorted(paths) if not (root / path).exists()] == []
    modules = set(re.findall(r"python -m ((?:pipeline|tests)\.[\w.]*\w)", text))
    gone = [m for m in modules if not list((root / Path(*m.split("."))).parent.glob(m.split(".")[-1] + "*"))]
    assert gone == []


def test_a_newcomers_five_paths_stand_in_a_page(root: Path) -> None:
    text = (root / "docs" / "contributing.md").read_text(encoding="utf-8")
    for path in ("header word", "fund block", "file format", "audit rule", "wrong unit"):
        part = section(text, path)
        assert "Check: `python -m pytest" in part, path
        assert re.search(r"`(?:pipeline|normalizers)/", part), path


def test_the_readme_opens_with_the_two_commands_and_a_picture(root: Path) -> None:
    opening = (root / "README.md").read_text(encoding="utf-8")[:1500]
    assert "make parse" in opening
    assert "make test" in opening
    assert re.search(r"!\[[^\]]+\]\(docs/[a-z-]+\.svg\)", opening)


PICTURED = {
    "projects": ("project_name", "fiscal_year", "annual_budget", "executed", "execution_rate_pct"),
    "funds": ("label_raw", "source", "executed", "execution_rate_reported_pct", "flags"),
    "indicators": ("level1", "level2", "ordinal", "name", "weight", "target_raw", "target_kind", "target_comparator", "target_value", "target_unit", "target_date_end"),
}  # fmt: skip


def test_the_picture_shows_what_the_program_reads(root: Path) -> None:
    drawn = etree.parse(root / "docs" / "example.svg").getroot()
    shown = {element.text.strip("[]") for element in drawn if element.text}
    rows = parse_document((root / "docs" / "example.txt").read_bytes(), "example.txt").tables()
    assert [len(rows[table]) for table in PICTURED] == [1, 2, 4]
    for table, columns in PICTURED.items():
        for value in (row[c] for row in rows[table] for c in columns):
            text = (
                f"{value:g}"
                if isinstance(value, float)
                else ", ".join(value)
                if isinstance(value, list)
                else str(value)
            )
            assert text in shown or value is None, f"{table}: {text}"


def test_the_changelog_knows_the_version(root: Path) -> None:
    assert f"[{VERSION}]" in (root / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_dictionary_lists_every_flag(root: Path) -> None:
    text = section((root / "docs" / "data-dictionary.md").read_text(encoding="utf-8"), "Flags")
    assert [flag for flag in Flag if f"`{flag}`" not in text] == []


def test_the_locks_pin_every_version_and_name_no_host(root: Path) -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        lines = (root / name).read_text(encoding="utf-8").split("\n")
        assert lines.pop() == ""
        assert lines
        assert [
            line for line in lines if not re.fullmatch(r"[a-z0-9][a-z0-9.-]*==[0-9][0-9a-z.]*", line)
        ] == []
