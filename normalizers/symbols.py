"""The text of a cell → its cleaned form, its match key, its half-width view.

Comes in: any text. Goes out: a text; three views that are never mixed. `clean` is what `*_raw` columns hold
(the source's characters), `fold` is only for comparing, `narrow` has the length of its input, so that a place
found in it is a place in the original. Nothing is refused and nothing raises.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from html import unescape

from normalizers.words import alternatives, load

_TABLES = load("symbols.toml")
_COUNTED: tuple[str, ...] = tuple(_TABLES["torn"]["counted"])
_UNITS = set(load("units.toml")["unit"]["classifiers"]) - set(_TABLES["torn"]["no_units"])
_TORN_UNIT = re.compile(rf"\s*(?:[%‰]|[十百千]?[万亿]|{alternatives(_UNITS)})")
TICKED: str = _TABLES["boxes"]["ticked"]
EMPTY_BOX: str = _TABLES["boxes"]["empty"]
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
# Names of elements that word processors and web pages leave in cells; `<5天` and `<=2%` are no tags.
_BLOCK_TAGS = "p|br|div|td|tr|th|table|tbody|thead|li|ul|ol|h[1-6]|section|pre"
_INLINE_TAGS = "span|b|i|u|s|a|em|strong|font|sup|sub|o:p|img|small|big|center|label|hr|wbr"
_BLOCK = re.compile(rf"</?(?:{_BLOCK_TAGS})(?:\s[^<>]*)?\s*/?>", re.IGNORECASE)
_INLINE = re.compile(rf"</?(?:{_INLINE_TAGS})(?:\s[^<>]*)?\s*/?>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_TORN_NUMBER = re.compile(
    r"(?<=[0-9][.,])[ \t]*[\r\n]+[ \t]*(?=[0-9])|(?<=[0-9])[ \t]*[\r\n]+[ \t]*(?=[.,][0-9]|%)"
)
_TORN_DIGITS = re.compile(
    r"(?P<left>[0-9][0-9,]*(?:\.[0-9]+)?)[ \t]*[\r\n]+[ \t]*"
    r"(?=(?P<right>[0-9]+(?:\.[0-9]+)?)(?P<unit>[^0-9\r\n]?[^\r\n]*))"
)
FULL_RATE = 100.0  # 80⏎90% are two rates, 10⏎0% is one
_YEAR_WORD: str = _TABLES["torn"]["year"]
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_TORN_WORD = re.compile(
    r"(?<=[a-z]{2})[\r\n]+(?=[a-z](?![A-Za-z]))|(?<=(?<![A-Za-z])[a-z])[\r\n]+(?=[a-z]{2})"
    r"|(?<=[A-Z]{2})[\r\n]+(?=[A-Z](?![A-Za-z]))|(?<=(?<![A-Za-z])[A-Z])[\r\n]+(?=[A-Z]{2})"
)
_SPACE = re.compile(r"\s+")
_CHINESE = "⺀-⿟\u3000-〿\u3040-ヿ㈀-㏿㐀-䶿一-鿿豈-﫿︰-﹏\uff00-\uffef𠀀-\U0003fffd“”‘’—…"
_SPACE_BESIDE_CHINESE = re.compile(rf" (?=[{_CHINESE}])|(?<=[{_CHINESE}]) ")
_BLANK = re.compile(rf"[\s{_INVISIBLE}—–‐‑‒―─−－﹣_\-/／\\＼…⋯]*|\s*(?:\.{{3,}}|·{{3,}}|。{{3,}})\s*")
_LATEX_WORDS = re.compile(
    r"\\(geqslant|leqslant|geq|leq|ge|le|gt|lt|sim|approx|times|pm|cdot|mathrm|text|mathbf|quad|qquad|left|right|circ)(?![A-Za-z])"
)
_LATEX_SIGNS = {
    "geqslant": "≥", "leqslant": "≤", "geq": "≥", "leq": "≤", "ge": "≥", "le": "≤", "gt": ">", "lt": "<",
    "sim": "~", "approx": "≈", "times": "×", "pm": "±", "cdot": "·", "circ": "°",
}  # fmt: skip
_LATEX_ESCAPE = re.compile(r"\\([%$#&_{}~,;! ])")
_MATH = re.compile(r"\$([^$]*)\$")
_JOINED_SIGNS = ((">=", "≥"), ("<=", "≤"), ("=>", "≥"), ("=<", "≤"))


def _pairs(section: str) -> dict[int, str]:
    source, target = ("".join(_TABLES[section][side].split()) for side in ("from", "to"))
    return {ord(a): b for a, b in zip(source, target, strict=True)}


_MAPPED: dict[int, str] = {
    **_pairs("traditional"),
    **_pairs("radicals"),
    **{ord(other): group[0] for group in _TABLES["look_alikes"]["groups"] for other in group[1:]},
}
_FOLDED: dict[int, str] = {**_MAPPED, **dict.fromkeys(map(ord, _INVISIBLE), "")}


class _Narrow(dict[int, str]):
    """Code point → one character; filled as characters are met."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        one = unicodedata.normalize("NFKC", char)
        # ① and ² are marks, not digits of a number; what folds into several characters would move the places
        # after it.
        if len(one) != 1 or unicodedata.category(char) == "No":
            one = char
        self[code] = _MAPPED.get(ord(one), one)
        return self[code]


_NARROW = _Narrow()


@lru_cache(maxsize=65536)
def clean(text: str) -> str:
    """The text as a `*_raw` column holds it: markup, line breaks and white space beside Chinese gone, the
    characters kept.

    Quotes that a text format put around a cell are dropped. A number torn by a line break at its decimal
    point, its thousands separator or its `%` is whole again. Idempotent. Source of the rules: the data
    contract, opening paragraphs.
    """
    while (shorter := _clean_once(text)) != text:
        text = shorter
    return text


def _clean_once(text: str) -> str:
    if "&" in text:
        text = _ENTITY.sub(lambda m: unescape(m.group()), text)
    if "<" in text:
        text = _INLINE.sub("", _BLOCK.sub("\n", text))
    text = text.translate(dict.fromkeys(map(ord, _INVISIBLE)))
    if "\n" in text or "\r" in text:
        text = _TORN_WORD.sub("", _TORN_DIGITS.sub(_one_number, _TORN_NUMBER.sub("", text)))
    text = _SPACE.sub(" ", text).strip()
    return _unquote(_SPACE_BESIDE_CHINESE.sub("", text)).strip()


def _one_number(m: re.Match[str]) -> str:
    """The digits on both sides of a line break as one number, where they cannot be two: the second line goes
    on with zeros, or it alone has the unit.
    """
    left, right, unit = m.group("left", "right", "unit")
    before = m.string[: m.start()]
    if len(right) > 1 and right[0] == "0" and right.isdigit():
        return left
    if "." in left or _TORN_UNIT.match(unit) is None:
        return m.group()
    counted = before.endswith(_COUNTED) or _YEAR.fullmatch(left) is not None
    dated = unit[0] == _YEAR_WORD and _YEAR.fullmatch(right) is not None
    rates = unit.lstrip()[0] == "%" and len(right) > 1 and float(left.replace(",", "") + right) > FULL_RATE
    return left if right == "0" or not (counted or dated or rates) else m.group()


def _unquote(text: str) -> str:
    """Without the `"` that a text format put around the whole cell; one that stands alone may be the form's
    own.
    """
    if '"' not in text:
        return text
    if len(text) > 1 and text[0] == text[-1] == '"' and '"' not in text[1:-1].replace('""', ""):
        return text[1:-1].replace('""', '"')
    return text


@lru_cache(maxsize=262144)
def fold(text: str) -> str:
    """The match key: LaTeX unwrapped, NFKC, radicals and traditional characters mapped, look-alikes unified,
    no white space.

    Idempotent. Only for comparing: it turns `½` into `1/2` and `10³` into `103`. Source of the tables:
    `symbols.toml`.
    """
    while (folded := _fold_once(text)) != text:
        text = folded
    return text


def _fold_once(text: str) -> str:
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(_FOLDED)).translate(_FOLDED)
    if "$" in text or "\\" in text:
        text = unwrap_latex(text)
    text = "".join(text.split())
    if "=" in text:
        for pair, sign in _JOINED_SIGNS:
            text = text.replace(pair, sign)
    return text


def unwrap_latex(text: str) -> str:
    r"""`$\geq 10\%$` → `≥ 10%`; a text without LaTeX comes back as it is."""
    if "\\" not in text and "$" not in text:
        return text
    text = _LATEX_WORDS.sub(lambda m: _LATEX_SIGNS.get(m.group(1), ""), text)
    text = _LATEX_ESCAPE.sub(lambda m: " " if m.group(1) in ",;! " else m.group(1), text)
    return _MATH.sub(r"\1", text)


def narrow(text: str) -> str:
    """The text in half-width, simplified characters, each where it was: same length, white space kept."""
    return text.translate(_NARROW)


def is_blank(text: str | None) -> bool:
    """Is there nothing in the cell, or only `—`, `-`, `/`, `\\` (any run of them and white space), or the
    `……` that a template was left with?
    """
    # most texts begin with a letter or digit, and no blank does
    return text is None or (not text[:1].isalnum() and _BLANK.fullmatch(text) is not None)
