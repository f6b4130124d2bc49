"""English text of the program → the same in the language that the user reads.

Comes in: an English sentence as it stands in the code, and its figures. Goes out: the sentence in the
language that `--lang` or else the locale (`LC_ALL`, `LC_MESSAGES`, `LANG`) asks for. The Chinese sentences
are in `zh.toml`, and a test sees to it that none is missing and none is left over. The tables never hang on
this.
Refused: nothing; what has no translation stays English.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

import click

ZH, EN = "zh", "en"
CHOICES = (ZH, EN)
OPTION = "--lang"
_KEY = "budget-performance.language"
_LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")  # the first that is set counts (POSIX, 8.2)


def language() -> str:
    """The language of what is printed now."""
    context = click.get_current_context(silent=True)
    chosen = context.meta.get(_KEY) if context is not None else None
    return str(chosen) if chosen in CHOICES else _of_locale()


def choose(context: click.Context, arguments: Sequence[str]) -> None:
    """Takes `--lang` out of arguments that are not yet looked at, so that help and refusals speak it too."""
    for at, argument in enumerate(arguments):
        name, _, value = argument.partition("=")
        if name == OPTION:
            context.meta[_KEY] = value or next(iter(arguments[at + 1 :]), "")


def say(text: str, **figures: object) -> str:
    """A text in the user's language, with its figures."""
    found = chinese().get(text, text) if language() == ZH else text
    return found.format(**figures) if figures else found


def _of_locale() -> str:
    told = next((value for name in _LOCALE if (value := os.environ.get(name))), "")
    return ZH if told.lower().startswith(ZH) else EN


@cache
def chinese() -> Mapping[str, str]:
    """English → Chinese."""
    import tomllib

    text = resources.files(__package__).joinpath("zh.toml").read_text(encoding="utf-8")
    return {english: told for part in tomllib.loads(text).values() for english, told in part.items()}
