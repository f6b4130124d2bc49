"""The words of this package are data: a `.toml` file a subject, beside the module that reads it.

Comes in: the name of such a file; words. Goes out: its tables; words in the order in which they are matched.
The user's own words, which `pipeline/words/own_words.py` checks, come through the environment, so that every
process that reads has them.
A module reads its file at import, and a table that is missing stops it there (KeyError). A new province's
word is one line in a file.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Iterable
from importlib import resources
from typing import Any

OWN = "BUDGET_PERFORMANCE_WORDS"
"""The environment's variable: JSON with `labels` (meaning → words), `units` and `tolerances`."""


def own(part: str) -> Any:
    """One part of the user's own words; None if there are none."""
    return json.loads(os.environ.get(OWN, "{}")).get(part)


def load(name: str) -> dict[str, Any]:
    """A TOML file of this package as nested dictionaries. Raises FileNotFoundError if there is none of that
    name.
    """
    tables = tomllib.loads(resources.files(__package__).joinpath(name).read_text(encoding="utf-8"))
    if name == "units.toml":
        tables["unit"]["classifiers"] += own("units") or []
    return tables


def longest_first(words: Iterable[str]) -> tuple[str, ...]:
    """The words, each once, longer ones before shorter ones and otherwise in a fixed order."""
    return tuple(sorted(set(words), key=lambda word: (-len(word), word)))


def alternatives(words: Iterable[str]) -> str:
    """A regular expression that matches any of the words, the longest possible one first."""
    return "|".join(re.escape(word) for word in longest_first(words))
