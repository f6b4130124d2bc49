"""A user's own words: a TOML file → what every process that reads is told of it.

    [words]
    "全年应达到值" = "column.target"   # a label, and what it means
    "户次" = "unit"                    # what is counted

    [tolerances]
    over_achievement_pct = 200

Comes in: the path of such a file. Goes out: its words, checked, and by `use` in the environment, from where
`vocabulary` and the normalizers add them to their own when they are first read; so `use` comes before all
reading. Refused (`bad_vocabulary`), with every fault of the file in one sentence: what is no TOML, a meaning
or tolerance that there is not, a word that is empty, too long or means something else already.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rapidfuzz import process

from normalizers.words import OWN, own
from pipeline.model.errors import Code, error
from pipeline.words import vocabulary

UNIT = "unit"
TOLERANCES: Mapping[str, float] = {
    "over_achievement_pct": 150.0,  # of a target: more should be explained
    "points": 0.0,  # sums of points may be off by so much beyond their printed decimals
}
"""What may be changed, and what holds where nobody does."""
MOST_BYTES = 64 * 1024  # of a file: an environment has room for twice as much


@dataclass(slots=True)
class OwnWords:
    """The words of a file, checked."""

    labels: dict[str, list[str]] = field(default_factory=dict)
    units: list[str] = field(default_factory=list)
    tolerances: dict[str, float] = field(default_factory=dict)


def meanings() -> tuple[str, ...]:
    """Everything that a word may mean: `column.target`, `total`, `unit`."""
    keyed = (
        f"{group}.{key}" if key else group
        for group in (*vocabulary.GROUPS, *vocabulary.LISTS)
        for key in vocabulary.entries(vocabulary.data(), group)
    )
    return (*keyed, UNIT)


def tolerance(name: str) -> float:
    """A tolerance: the user's, or ours."""
    return float((own("tolerances") or {}).get(name, TOLERANCES[name]))


def use(path: Path) -> None:
    """Reads with the words of this file from here on, here and in processes that are started later."""
    words = read(path)
    told = {"labels": words.labels, "units": words.units, "tolerances": words.tolerances}
    os.environ[OWN] = json.dumps(told, ensure_ascii=False)
    vocabulary.forget()


def read(path: Path) -> OwnWords:
    """The file's words; raises PipelineError, see the module."""
    out = OwnWords()
    try:
        data = path.read_bytes()
        if len(data) > MOST_BYTES:
            raise error(Code.BAD_VOCABULARY, str(path), f"the file has more than {MOST_BYTES:,} bytes")
        tables = tomllib.loads(data.decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise error(Code.BAD_VOCABULARY, str(path), f"it is no TOML in UTF-8 ({problem})") from problem
    if faults := list(_faults(tables, out)):
        raise error(Code.BAD_VOCABULARY, str(path), "; ".join(faults))
    return out


def _faults(tables: Mapping[str, Any], out: OwnWords) -> Iterator[str]:
    """What is wrong, a sentence each; what is right goes to `out`."""
    for name, table in tables.items():
        if name not in ("words", "tolerances") or not isinstance(table, dict):
            yield f"[{name}] is neither [words] nor [tolerances]"
        else:
            for key, value in table.items():
                fault = _word(key, value, out) if name == "words" else _tolerance(key, value, out)
                if fault is not None:
                    yield fault


def _word(word: str, meaning: object, out: OwnWords) -> str | None:
    if not isinstance(meaning, str) or meaning not in meanings():
        near = process.extractOne(str(meaning), meanings())
        return f"“{word}” cannot mean “{meaning}”" + (f"; “{near[0]}”?" if near else "")
    if meaning == UNIT:
        out.units.append(word)
        return None if word.strip() else "a unit is empty"
    if not vocabulary.bare(word, notes=True) or len(word) > vocabulary.LONGEST_LABEL:
        return f"“{word}” is no label: it is empty or longer than {vocabulary.LONGEST_LABEL} characters"
    known = [m for m in _known(word) if m != meaning]
    if known:
        return f"“{word}” means “{known[0]}” already, so it cannot mean “{meaning}”"
    out.labels.setdefault(meaning, []).append(word)
    return None


def _known(word: str) -> Iterator[str]:
    """What the word means without the file, to the letter."""
    for group in (*vocabulary.GROUPS, *vocabulary.LISTS):
        key = vocabulary.index(group).get(vocabulary.bare(word, notes=True))
        if key is not None:
            yield f"{group}.{key}" if key else group


def _tolerance(name: str, value: object, out: OwnWords) -> str | None:
    if name not in TOLERANCES:
        return f"there is no tolerance “{name}”; there are {', '.join(TOLERANCES)}"
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
        return f"{name} = {value!r} is no number from 0 on"
    out.tolerances[name] = float(value)
    return None
