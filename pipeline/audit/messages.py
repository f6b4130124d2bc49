"""What the audit says, from `messages.toml`.

Comes in: the name of a sentence (`rule.sentence`) and its figures by name. Goes out: the Chinese sentence.
Refused (KeyError): a sentence that the file does not hold, and one whose figures are not all given.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Every rule's label and sentences, the sentences of several rules (`shared`), and their `terms`."""
    text = resources.files(__package__).joinpath("messages.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def say(sentence: str, **figures: object) -> str:
    """A sentence with its figures: `say("duplicate_project.message", name=…, form=…)`."""
    rule, _, key = sentence.partition(".")
    return catalogue()[rule][key].format(**figures)


def term(word: str) -> str:
    """A word that stands in several sentences: `weight` → 分值."""
    return catalogue()["terms"][word]


def label_of(rule: str) -> str:
    """What holds where a rule is kept."""
    return catalogue()[rule]["label"]
