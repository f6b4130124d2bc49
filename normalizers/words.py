"""`words.toml` → plain tuples and dictionaries, read once at import.

Comes in: nothing but the file beside this module. Goes out: the words of values, longest first where they are
matched. It refuses a file that lacks a section (KeyError at import), because nothing can be read without it.
A new province's word is one line there.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from importlib import resources
from typing import Any


def load(name: str) -> dict[str, Any]:
    """A TOML file of this package as nested dictionaries. Raises FileNotFoundError if there is none of that
    name.
    """
    return tomllib.loads(resources.files("normalizers").joinpath(name).read_text(encoding="utf-8"))


def longest_first(words: Iterable[str]) -> tuple[str, ...]:
    """The words, each once, longer ones before shorter ones and otherwise in a fixed order."""
    return tuple(sorted(set(words), key=lambda word: (-len(word), word)))


def alternatives(words: Iterable[str]) -> str:
    """A regular expression that matches any of the words, the longest possible one first."""
    return "|".join(re.escape(word) for word in longest_first(words))


WORDS = load("words.toml")

_COMPARATOR = WORDS["comparator"]
COMPARATORS_BEFORE: dict[str, str] = {
    word: sign for sign, words in _COMPARATOR["before"].items() for word in words
}
TOUCHING = frozenset[str](_COMPARATOR["touching"])
COMPARATORS_AFTER: dict[str, str] = {
    word: sign for sign, words in _COMPARATOR["after"].items() for word in words
}
INNER = frozenset[str](_COMPARATOR["inner"])
MODIFIERS = longest_first(WORDS["modifier"]["words"])
CLASSIFIERS = longest_first(WORDS["unit"]["classifiers"])
TIME_UNITS = frozenset[str](WORDS["unit"]["time"])
NOT_SCALED: tuple[str, ...] = tuple(WORDS["unit"]["not_scaled"])
FOREIGN_MONEY = longest_first(WORDS["unit"]["foreign"])
IDENTIFIER_ENDS: tuple[str, ...] = tuple(WORDS["unit"]["identifiers"])
LONGEST_UNIT: int = WORDS["unit"]["longest"]
MONEY_WORDS = longest_first(WORDS["money"]["words"])
MONEY_NOT_BEFORE: tuple[str, ...] = tuple(WORDS["money"]["not_before"])
MONEY_NOT_AFTER: str = WORDS["money"]["not_after"]
NUMERAL_NOT_IN: tuple[str, ...] = tuple(WORDS["numeral"]["not_in"])
PLACEHOLDERS = frozenset[str](WORDS["placeholder"]["words"])
