"""An organisation's name or a title → the place of China that it names first.

Comes in: a text. Goes out: a `Place`, its code of GB/T 2260 and its names from the province down; None where
the text names none, or one that several places share (朝阳区). Nothing raises.

The table `places.tsv` is GB/T 2260 as the Ministry of Civil Affairs published it in April 2019, with the
names that came after it until 2021 (`as_of`). Places that were founded or renamed later are not in it;
development zones are no divisions of that standard. Where it comes from: `places-licence.txt`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from normalizers.symbols import fold
from normalizers.words import alternatives, load

_WORDS = load("places.toml")["place"]
_PEOPLES = re.compile(rf"(?:{alternatives(_WORDS['peoples'])})+$")
_OPENING = re.compile(rf"(?:{alternatives(_WORDS['openings'])}|\d{{4}}年度?|\d{{1,2}})*")
_NOT_BEFORE: tuple[str, ...] = tuple(_WORDS["not_before"])
SHORTEST = (
    2  # characters of an everyday name; a division of one character and its ending (城区) needs its parent
)


@dataclass(frozen=True, slots=True)
class Place:
    """A division: six digits, and the names from its province down to it."""

    code: str
    names: tuple[str, ...]

    @property
    def path(self) -> str:
        """The names, `/`-separated: `浙江省/杭州市/西湖区`."""
        return "/".join(self.names)


def place_of(text: str) -> Place | None:
    """The first place that a text names, and what of it follows (`杭州市西湖区教育局`): the longest name.

    An everyday name (浙江, 杭州) counts only where the text begins, or behind the place that it lies in.
    """
    return named(text)[0]


@lru_cache(maxsize=16384)
def named(text: str) -> tuple[Place | None, int]:
    """The place, and where its name ends in the folded text; a name that several places share ends too."""
    key = fold(text)
    opening = _OPENING.match(key)
    start = opening.end() if opening else 0
    for at in range(start, len(key)):
        codes, end = _longest(key, at, at == start, ())
        if not codes:
            continue
        while end < len(key):
            inner, further = _longest(key, end, True, codes)
            if not inner:
                break
            codes, end = inner, further
        return _settled(codes), end
    return None, 0


def place(code: str) -> Place | None:
    """The place with this code; None where the table has none."""
    if code not in _NAMES:
        return None
    return Place(code, tuple(_NAMES[c] for c in (*_above(code), code) if c in _NAMES))


def common(places: Iterable[Place]) -> Place | None:
    """The smallest place that all of them lie in or are; None where there is none."""
    shared: list[str] | None = None
    for p in places:
        line = [*_above(p.code), p.code]
        shared = line if shared is None else [c for c in shared if c in line]
    known = [c for c in shared or () if c in _NAMES]
    return place(known[-1]) if known else None


def _longest(text: str, at: int, short: bool, within: tuple[str, ...]) -> tuple[tuple[str, ...], int]:
    """The codes of the longest name that begins at a place of the text, and where it ends."""
    for end in range(min(len(text), at + _LONGEST), at + 1, -1):
        word = text[at:end]
        codes = _FULL.get(word, ())
        if not within and len(word) == SHORTEST:
            codes = ()
        if not codes and short and not text.startswith(_NOT_BEFORE, end):
            codes = _SHORT.get(word, ())
        inside = tuple(c for c in codes if not within or any(w in _above(c) for w in within))
        if inside:
            return inside, end
    return (), at


def _settled(codes: tuple[str, ...]) -> Place | None:
    """The one of them, or the one that all the others lie in: 吉林 is the province."""
    top = [c for c in codes if all(c == other or c in _above(other) for other in codes)]
    return place(top[0]) if len(top) == 1 else None


def _above(code: str) -> tuple[str, ...]:
    """The codes of the province and the prefecture that a place lies in."""
    return tuple(c for c in (code[:2] + "0000", code[:4] + "00") if c != code)


def _read() -> Mapping[str, str]:
    """Code → name; of two names of one code both stand, the earlier one under the code and its date."""
    text = resources.files(__package__).joinpath("places.tsv").read_text(encoding="utf-8")
    rows = sorted((line.split("\t") for line in text.splitlines()[1:]), key=lambda row: (row[2], row[0]))
    last = {code: name for code, name, _ in rows}
    return {f"{code}-{as_of}": name for code, name, as_of in rows if name != last[code]} | last


_ROWS = _read()
_NAMES: Mapping[str, str] = {code: name for code, name in _ROWS.items() if "-" not in code}


def _full() -> dict[str, tuple[str, ...]]:
    """Folded name → codes; autonomous places also without the names of their peoples (延边州)."""
    out: dict[str, dict[str, None]] = {}
    for key, name in _ROWS.items():
        code = key.split("-")[0]
        for form in (fold(name), _without_peoples(fold(name))):
            same = [c for c in out.get(form, ()) if c[:4] == code[:4] and c != code]
            for earlier in same:  # the same division under a new code
                del out[form][earlier]
            out.setdefault(form, {})[code] = None
    return {form: tuple(codes) for form, codes in out.items()}


def _without_peoples(name: str) -> str:
    ending = next((e for e in _WORDS["autonomous"] if name.endswith(e)), None)
    bare = _PEOPLES.sub("", name.removesuffix(ending)) if ending else ""
    plain = _WORDS["plain"].get(ending)
    return bare + plain if plain and len(bare) >= SHORTEST else name


def _everyday() -> dict[str, tuple[str, ...]]:
    """Everyday name of a province or prefecture (浙江, 杭州, 延边) → codes."""
    out: dict[str, list[str]] = {}
    for code, name in _NAMES.items():
        ending = next((e for e in _WORDS["short_endings"] if name.endswith(e)), None)
        if ending is None or not code.endswith("00"):
            continue
        bare = _PEOPLES.sub("", fold(name).removesuffix(ending))
        if len(bare) >= SHORTEST:
            out.setdefault(bare, []).append(code)
    return {bare: tuple(codes) for bare, codes in out.items()}


_FULL = _full()
_SHORT = _everyday()
_LONGEST = max(map(len, _FULL))
