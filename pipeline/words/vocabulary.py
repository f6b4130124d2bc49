"""Printed labels → what they mean. Reads the `.toml` files beside it, the one place for the words of a form.

Comes in: the text of a cell. Goes out: a `Label` (group, key, how sure) or None: an unknown word is no label.
Refused (ValueError, when they are first read): files of which two hold one table.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from itertools import product
from typing import Any

from rapidfuzz import fuzz, process

from normalizers.symbols import fold
from normalizers.words import alternatives, own

FUZZY_MIN_LENGTH = 4  # shorter labels differ from each other by one character
LONGEST_FUZZY = 24  # characters: no label is longer
SWEPT = 0.95  # a label that is to the letter once strokes beside it are taken away
FUZZY_SCORE = 86.0  # measured: single misread characters in labels of 5+ stay above, different labels below
LONGEST_LABEL = 60  # characters: what is longer is a sentence
FILES = (
    "head.toml", "funds.toml", "goals.toml", "columns.toml", "totals_and_tails.toml", "titles.toml",
    "page_chrome.toml", "shared.toml", "qualities.toml", "values.toml", "cover.toml", "audit.toml",
    "series.toml", "statements.toml",
)  # fmt: skip
GROUPS = ("field", "fund_column", "fund_line", "fund_nature", "fund_scope", "goal", "column")
LISTS = ("fund_block", "total", "tail", "chrome")

_NOTE = re.compile(r"[(\[【][^()\[\]【】]*[)\]】]")
_MARK = r"[一二三四五六七八九十]+[、.]|\d{1,2}[、.)](?=\D)|[(]?[一二三四五六七八九十][)]|★+|[*]+"
# what a recogniser makes of a ruling beside a label
_STRAY = re.compile(r"^[1Il|丨!]+(?=[^\d\W])|[1Il|丨!]+$")
_TRAIL = re.compile(r"[:;。.,、]+$")


@dataclass(frozen=True, slots=True)
class Label:
    """A recognised label: `group` is a section of the vocabulary, `key` its entry, `score` 0–1 (1 = to the
    letter).
    """

    group: str
    key: str
    score: float = 1.0


@cache
def files() -> dict[str, dict[str, Any]]:
    """Every file of the vocabulary by its name, as nested dictionaries."""
    folder = resources.files(__package__)
    return {name: tomllib.loads(folder.joinpath(name).read_text(encoding="utf-8")) for name in FILES}


@cache
def data() -> dict[str, Any]:
    """The tables of all files together. Raises ValueError where two files hold one table."""
    out: dict[str, Any] = {}
    for name, tables in files().items():
        if twice := out.keys() & tables.keys():
            raise ValueError(f"{name}: [{', '.join(sorted(twice))}] stands in another file too")
        out |= tables
    for meaning, labels in (own("labels") or {}).items():
        group, _, key = meaning.partition(".")
        entries(out, group)[key].extend(labels)
    return out


def words(table: str, key: str) -> tuple[str, ...]:
    """One list of words of a table that holds no labels."""
    return tuple(data()[table][key])


@cache
def index(group: str) -> dict[str, str]:
    """Folded label → key, for one section."""
    composed = {
        "".join(parts): key
        for key, lists in data()["composed"].get(group, {}).items()
        for parts in product(*lists)
    }
    listed = {bare(word, notes=True): key for key, words in entries(data(), group).items() for word in words}
    return {**composed, **listed}


def entries(tables: Mapping[str, Any], group: str) -> dict[str, list[str]]:
    """Key → labels as they stand in the files, for one section; a plain list has the key ""."""
    section: dict[str, list[str]] = tables[group]
    return section if group in GROUPS else {"": section["labels"]}


@cache
def _prefix() -> re.Pattern[str]:
    """What stands before a label and is no part of it: 其中：, 一、, 1., （一）, ★."""
    return re.compile(rf"^(?:(?:{alternatives(words('of_which', 'words'))}):?|{_MARK})+")


@lru_cache(maxsize=65536)
def bare(text: str, notes: bool = False) -> str:
    """A label without white space, colon and 其中; with `notes` bracketed parts stay."""
    key = _prefix().sub("", _TRAIL.sub("", fold(text)))
    return key if notes else _TRAIL.sub("", _NOTE.sub("", key)) or key


@lru_cache(maxsize=65536)
def find(group: str, text: str, fuzzy: bool = True) -> Label | None:
    """What `text` means as a label of `group`; None if it is none."""
    if not text or len(text) > LONGEST_LABEL:
        return None
    labels = index(group)
    full, short = bare(text, notes=True), bare(text)
    for candidate in (full, short):
        if candidate in labels:
            return Label(group, labels[candidate])
    swept = bare(_STRAY.sub("", text)) if len(text) > FUZZY_MIN_LENGTH else short
    if swept != short and swept in labels:
        return Label(group, labels[swept], SWEPT)
    if not fuzzy or not FUZZY_MIN_LENGTH <= len(short) <= LONGEST_FUZZY:
        return None
    hit = process.extractOne(short, list(labels), scorer=fuzz.ratio, score_cutoff=FUZZY_SCORE)
    return Label(group, labels[hit[0]], hit[1] / 100) if hit else None


def key_of(group: str, text: str, fuzzy: bool = True) -> str | None:
    """The key that `text` has in `group`, if any."""
    hit = find(group, text, fuzzy)
    return hit.key if hit else None


def is_in(group: str, text: str) -> bool:
    """Is the text one of the labels of a plain list (`fund_block`, `total`, `tail`, `chrome`)?"""
    return find(group, text, fuzzy=False) is not None


@cache
def titles() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """(form_type, pattern over the folded title), in the order in which they are tried."""
    return tuple((t["form_type"], re.compile(t["pattern"])) for t in data()["title"])


def form_type(title: str) -> str | None:
    """The contract's form_type that a printed title announces; None if it announces none."""
    key = fold(title)
    return next((kind for kind, pattern in titles() if pattern.search(key)), None)


def forget() -> None:
    """Forgets what was read of the files: the user's own words have changed."""
    for held in (files, data, index, _prefix, bare, find, titles):
        held.cache_clear()
