"""Bytes → characters: which encoding a text is in, and the text itself.

Comes in: the bytes of a text file. Goes out: the text without byte order mark and control characters, the
encoding, and what is doubtful about it. The order: byte order mark, declared charset, UTF-16 by its NULs,
UTF-7,
strict UTF-8, UTF-8 with a few damaged bytes, then the most plausible of GB18030, Big5 and UTF-16, judged by
how many of the characters are frequent ones, then charset-normalizer. Refused (None): bytes that make no
plausible text.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from charset_normalizer import from_bytes

from pipeline.model.flags import Flag

BOMS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16-LE, whose mark it starts with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
DECLARATION_WINDOW = 4096  # bytes; HTML wants the declaration within the first 1024, real pages are later
SAMPLE = 1 << 16  # bytes or characters that the judgement looks at
SUPERSETS = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "cp936": "gb18030",
    "big5": "big5hkscs",
}
MIN_PLAUSIBLE = (
    0.25  # share of frequent characters; running Chinese text has 0.5 to 0.8, a wrong decoding below 0.1
)
GUESSED_BELOW = 0.4  # from here up the choice is no guess
MAX_DAMAGE = 0.02  # damaged sequences per non-ASCII character that a damaged text may have
MAX_CONTROL = 0.1  # share of control characters above which the bytes are no text

# The most frequent characters of running text and of official documents, simplified and traditional: not a
# vocabulary
# of forms, only what tells Chinese from bytes that were decoded wrongly.
FREQUENT = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经十三"
    "之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表"
    "间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料象"
    "员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则任取"
    "据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶油思术极交受联什认六共权收证改清己美再采转更单风切打白教速花带安场"
    "身车例真务具万每目至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今集温传土许步群广石记需段研界拉林律叫且究观越织装影算"
    "低持音众书布复容儿须际商非验连断深难近矿千周委素技备半办青省列习响约支般史感劳便团往酸历市克何除消构府称太准精值号率族维划选标写"
    "存候毛亲快效斯院查江型眼王按格养易置派层片始却专状育厂京识适属圆包火住调满县局照参红细引听该铁价严项绩预评财评补助益服度单位"
    "這為個國時來們於會發動過說產種後對經進著點從業還實現數體機當開關與間樣無問線內變條沒結軍題黨長員總頭資邊統較將組見計別運農幾區強"
    "決幹戰處隊給門規熱領東導壓階極聯認權證轉單風車務萬積議聲報離華確張馬節話傳許廣記觀織裝書複復須際連斷難礦備辦習約勞團歷構稱準號維"
    "劃選標寫親養層專狀廠識適屬圓調縣參紅細聽該鐵價嚴類項績預評財級補"
)
COMMON = frozenset(
    bytes((row, cell)).decode("gb2312", errors="ignore")
    for row in range(0xB0, 0xD8)
    for cell in range(0xA1, 0xFF)
)
"""The first level of GB 2312: the 3,755 characters of everyday use."""
COMMON_WORTH = 0.3  # of a frequent character

_CHARSET = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_:.\-]{2,40})""", re.IGNORECASE)
_SHIFTED = re.compile(rb"\+[A-Za-z0-9+/]{5,}")  # two Chinese characters or more of UTF-7
_DECLARABLE = re.compile(
    r"utf-?8|gb\w+|big5\w*|(?:euc|iso|windows|koi8|hz)[-_][\w-]+|iso\d[\w-]*|cp\d+|shift[-_]?jis|latin\d"
)
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, the encoding that it was in, and the flags that say what is doubtful."""

    text: str
    encoding: str
    flags: tuple[str, ...] = ()


@lru_cache(maxsize=1)  # the sniffer and the reader ask for the same bytes
def decode(data: bytes) -> Decoded | None:
    """The text of `data`, or None where the bytes make no text."""
    found = (
        _marked(data)
        or _declared(data, MIN_PLAUSIBLE)
        or _wide(data)
        or _seven_bits(data)
        or _utf8(data)
        or _chinese(data)
        or _declared(data, 0.0)
        or _other(data)
    )
    if found is None:
        return None
    sample = found.text[:SAMPLE]
    if len(_CONTROLS.findall(sample)) > MAX_CONTROL * len(sample) + 1:
        return None
    flags = set(found.flags) | ({Flag.GARBLED_TEXT.value} if "\ufffd" in found.text else set())
    return Decoded(_CONTROLS.sub("", found.text), found.encoding, tuple(sorted(flags)))


def plausibility(text: str) -> float:
    """How much the text looks like Chinese: frequent characters and punctuation per non-ASCII character, at
    most 1.
    """
    seen = bad = 0
    good = 0.0
    for char in text[:SAMPLE]:
        code = ord(char)
        if code < 0x80:
            bad += code < 0x20 and char not in "\t\n\r\f\v"
            continue
        seen += 1
        if (
            char in FREQUENT
            or 0x3000 <= code <= 0x3011
            or 0xFF01 <= code <= 0xFF5E
            or char in "—…“”‘’·≥≤≧≦×℃√□☑"
        ):
            good += 1.0
        elif char in COMMON:
            good += COMMON_WORTH
        elif unicodedata.category(char) in ("Cc", "Cn", "Co", "Cs") or code == 0xFFFD:
            bad += 3
    return (good - bad) / seen if seen else 0.0 - bad


def _marked(data: bytes) -> Decoded | None:
    for mark, encoding in BOMS:
        if data.startswith(mark):
            return Decoded(data[len(mark) :].decode(encoding, errors="replace"), encoding)
    return None


def _declared(data: bytes, floor: float) -> Decoded | None:
    """The text by the charset that the markup declares, where that decodes it to something as plausible as
    `floor`.
    """
    head = data[:DECLARATION_WINDOW]
    if b"<" not in head:
        return None
    for match in _CHARSET.finditer(head):
        name = match[1].decode("ascii").lower()
        encoding = SUPERSETS.get(name, name)
        if not _DECLARABLE.fullmatch(encoding):
            continue  # UTF-16 cannot be declared in ASCII, and Python's codecs hold more than character sets
        text = _strict(data, encoding)
        if text is not None and (encoding in ("utf-8", "utf8") or plausibility(text) >= floor):
            return Decoded(text, encoding)
    return None


def _wide(data: bytes) -> Decoded | None:
    """UTF-16 and UTF-32 without a mark: their ASCII characters leave NULs on one side."""
    sample = data[:SAMPLE]
    if b"\x00" not in sample:
        return None
    best: tuple[float, Decoded] | None = None
    for encoding in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"):
        text = _strict(data, encoding) or _with_surrogates(data, encoding)
        if text is None:
            continue
        ascii_share = sum(c < "\x7f" and (c >= " " or c in "\t\r\n") for c in text[:SAMPLE]) / max(
            1, len(text[:SAMPLE])
        )
        worth = max(plausibility(text), ascii_share if "\x00" not in text else 0.0)
        if best is None or worth > best[0]:
            best = (
                worth,
                Decoded(text, encoding, (Flag.ENCODING_GUESSED.value,) if worth < GUESSED_BELOW else ()),
            )
    return best[1] if best is not None and best[0] >= MIN_PLAUSIBLE else None


def _seven_bits(data: bytes) -> Decoded | None:
    """UTF-7, which is ASCII to every other reader: `+` and base 64 where Chinese stands (RFC 2152)."""
    if not data.isascii() or _SHIFTED.search(data) is None:
        return None
    text = _strict(data, "utf-7")
    if text is None or text.isascii() or plausibility(text) < MIN_PLAUSIBLE:
        return None
    return Decoded(text, "utf-7", (Flag.ENCODING_GUESSED.value,))


def _utf8(data: bytes) -> Decoded | None:
    text = _strict(data, "utf-8")
    if text is not None:
        return _two_bytes(data, text) or Decoded(text, "utf-8")
    text = _with_surrogates(data, "utf-8")
    if text is not None:
        return Decoded(text, "utf-8")
    text = data.decode("utf-8", errors="replace")
    damage = text.count("\ufffd")
    wide = sum(ord(c) > 0x7FF for c in text[:SAMPLE]) - text[:SAMPLE].count("\ufffd")
    if damage <= max(1.0, MAX_DAMAGE * wide) and wide >= 8 * damage:
        return Decoded(text, "utf-8")
    return None


def _two_bytes(data: bytes, text: str) -> Decoded | None:
    """Another reading of UTF-8 whose only non-ASCII characters are letters of two bytes: two bytes are a GB
    character too.
    """
    wide = {char for char in text[:SAMPLE] if not char.isascii()}
    if not wide or not all("\u0180" <= char <= "\u07ff" for char in wide):
        return None
    other = _chinese(data)
    return other if other is not None and not other.flags else None


def _chinese(data: bytes) -> Decoded | None:
    """The most plausible of the Chinese encodings; GB18030 wins a tie."""
    candidates = ["gb18030", "big5hkscs"]
    if len(data) % 2 == 0:
        candidates += ["utf-16-le", "utf-16-be"]
    best: tuple[float, Decoded] | None = None
    for encoding in candidates:
        text = _strict(data, encoding) or _damaged(data, encoding)
        if text is None:
            continue
        worth = plausibility(text)
        if best is None or worth > best[0]:
            best = (
                worth,
                Decoded(text, encoding, () if worth >= GUESSED_BELOW else (Flag.ENCODING_GUESSED.value,)),
            )
    return best[1] if best is not None and best[0] >= MIN_PLAUSIBLE else None


def _damaged(data: bytes, encoding: str) -> str | None:
    """The text with replacement characters where only a few byte sequences are broken, as at a cut end."""
    if encoding.startswith("utf-16"):
        return None
    text = data.decode(encoding, errors="replace")
    return text if text.count("\ufffd") <= max(1.0, MAX_DAMAGE * sum(c > "\x7f" for c in text)) else None


def _other(data: bytes) -> Decoded | None:
    """Any other encoding, as charset-normalizer sees it."""
    sample = data[:SAMPLE]
    if b"\x00" in sample:
        return None
    match = from_bytes(sample).best()
    if match is None:
        return None
    text = _strict(data, match.encoding)
    return None if text is None else Decoded(text, match.encoding, (Flag.ENCODING_GUESSED.value,))


def _with_surrogates(data: bytes, encoding: str) -> str | None:
    """Text that is whole but for halves of characters beyond the first plane: two that belong together are
    one character, a lone one is a replacement character.
    """
    try:
        halves = data.decode(encoding, errors="surrogatepass")
    except UnicodeError:
        return None
    return halves.encode("utf-16-le", errors="surrogatepass").decode("utf-16-le", errors="replace")


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeError, LookupError):
        return None
