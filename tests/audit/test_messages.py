"""`pipeline/audit/messages.toml`: every sentence is said somewhere, every one that is said is there, with the same figures."""

from __future__ import annotations

import ast
from pathlib import Path
from string import Formatter

import pytest

from pipeline.audit.messages import catalogue, label_of, say, term
from pipeline.audit.rules import RULES

AUDIT = Path(__file__).parents[2] / "pipeline" / "audit"
NOT_RULES = {"terms", "shared"}


def calls(function: str) -> list[ast.Call]:
    """Every call of a function in the audit."""
    return [
        node
        for path in sorted(AUDIT.glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == function
    ]


def said() -> dict[str, set[frozenset[str]]]:
    """Sentence → the names of the figures that each of its calls gives."""
    out: dict[str, set[frozenset[str]]] = {}
    for call in calls("say"):
        (name,) = call.args
        assert isinstance(name, ast.Constant), f"line {call.lineno}: a sentence is called by its name"
        assert all(k.arg for k in call.keywords), f"line {call.lineno}: figures are given one by one"
        out.setdefault(str(name.value), set()).add(frozenset(str(k.arg) for k in call.keywords))
    return out


SENTENCES = {
    f"{rule}.{key}": text
    for rule, held in catalogue().items()
    if rule != "terms"
    for key, text in held.items()
    if key != "label"
}


def figures(text: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def test_every_sentence_is_said_and_every_one_that_is_said_is_there() -> None:
    assert set(said()) == set(SENTENCES)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_is_given_the_figures_that_it_names(sentence: str) -> None:
    assert said()[sentence] == {figures(SENTENCES[sentence])}


def test_every_rule_has_a_label_and_nothing_else_has_a_section() -> None:
    assert set(catalogue()) - NOT_RULES == {r.name for r in RULES}
    assert all(label_of(r.name) for r in RULES)
    assert len({label_of(r.name) for r in RULES}) == len(RULES)


def test_every_term_is_named_in_the_code() -> None:
    code = "\n".join(p.read_text(encoding="utf-8") for p in AUDIT.glob("*.py"))
    assert [word for word in catalogue()["terms"] if f'"{word}"' not in code] == []


def test_no_sentence_is_there_twice() -> None:
    texts = list(SENTENCES.values())
    assert sorted(texts) == sorted(set(texts))


def test_no_chinese_sentence_stands_in_the_code() -> None:
    """Sources (财预〔2020〕10号) do, and punctuation."""
    found = [
        node.value
        for path in sorted(AUDIT.glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and not _is_docstring(node.value)
        if any("一" <= c <= "鿿" for c in node.value)
    ]
    assert [text for text in found if not text.startswith("财预〔")] == []


def _is_docstring(text: str) -> bool:
    return " " in text and text.rstrip().endswith((".", "?"))


def test_say_and_term() -> None:
    assert say("duplicate_project.message", name="道路养护", form=2) == "项目“道路养护”与第2张表重复"
    assert term("weight") == "分值"
    with pytest.raises(KeyError, match="form"):
        say("duplicate_project.message", name="道路养护")
