"""Words inside the cells of a form, as data (`values.toml`), and the patterns that are built from them.

Comes in: the name of a table and of an entry. Goes out: its words, and patterns for any of them. An entry
that the file lacks is a `KeyError` at import.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipeline.words.vocabulary import data, words

__all__ = ["either", "one_of", "pairs", "pairs_of", "word", "words"]


def word(table: str, entry: str) -> str:
    """A single word, a set of characters, or a pattern."""
    value = data()[table][entry]
    if not isinstance(value, str):
        raise TypeError(f"values.toml: {table}.{entry} is not one text")
    return value


def pairs(table: str, entry: str) -> dict[str, str]:
    """A table of words."""
    return {str(key): str(value) for key, value in data()[table][entry].items()}


def pairs_of(table: str, entry: str) -> tuple[tuple[str, str], ...]:
    """A text of opening characters, each with its closing one."""
    characters = word(table, entry)
    return tuple(zip(characters[::2], characters[1::2], strict=True))


def either(options: Iterable[str]) -> str:
    """A pattern for any of these words, tried in their order."""
    return "|".join(re.escape(word) for word in options)


def one_of(characters: str) -> str:
    """A pattern for one of these characters."""
    return f"[{re.escape(characters)}]"
