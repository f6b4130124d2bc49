"""PDFs whose fonts are named and not carried, in every way that such a font can be encoded.

Comes in: lines of text, or a form. Goes out: bytes of a PDF of one page. Fonts that are not in the file are the
point here: which characters come out must not depend on what the machine has in their place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tests.read.test_hostile_pdf import paged, stream

Placed = tuple[float, float, str]
"""x, y, and a text that is drawn by itself."""

SIZE = 9
SYMBOLIC, NOT_SYMBOLIC = 4, 32  # flags of a font descriptor (ISO 32000-1, table 123)


@dataclass(frozen=True, slots=True)
class NamedFont:
    """The objects of a font, from number 5, and how it writes characters; both know which ones it needs."""

    objects: Callable[[str], list[bytes]]
    encode: Callable[[str, str], bytes]


def document(
    font: NamedFont, texts: Sequence[Placed], lines: Sequence[tuple[float, float, float, float]] = ()
) -> bytes:
    """A page of A4 with these texts and rulings."""
    characters = "".join(sorted({c for _, _, text in texts for c in text}))
    contents = b"".join(b"%g %g m %g %g l S\n" % line for line in lines)
    contents += b"".join(
        b"BT /F %d Tf 1 0 0 1 %g %g Tm <%s> Tj ET\n"
        % (SIZE, x, y, font.encode(text, characters).hex().encode())
        for x, y, text in texts
    )
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>"
    return paged([page], stream(contents), *font.objects(characters))


def _descriptor(flags: int) -> bytes:
    return (
        b"<</Type/FontDescriptor/FontName/Named/Flags %d/Ascent 859/Descent -141/CapHeight 683/StemV 80"
        b"/ItalicAngle 0/FontBBox[0 -141 1000 859]>>" % flags
    )


def _to_unicode(codes: Mapping[int, str], width: int) -> bytes:
    pairs = b"".join(
        b"<%0*X><%s>\n" % (width, code, c.encode("utf-16-be").hex().encode()) for code, c in codes.items()
    )
    return stream(
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Named def "
        b"1 begincodespacerange <%s><%s> endcodespacerange %d beginbfchar\n%sendbfchar endcmap end end"
        % (b"0" * width, b"F" * width, len(codes), pairs)
    )  # fmt: skip


def _composite(encoding: bytes, ordering: bytes, codec: str, base: bytes = b"SimSun") -> NamedFont:
    """A Chinese font whose codes are those of a public character set."""
    return NamedFont(
        lambda _: [
            b"<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/%s/DescendantFonts[6 0 R]>>" % (base, encoding),
            b"<</Type/Font/Subtype/CIDFontType2/BaseFont/%s/FontDescriptor 7 0 R/DW 1000"
            b"/CIDSystemInfo<</Registry(Adobe)/Ordering(%s)/Supplement 2>>>>" % (base, ordering),
            _descriptor(SYMBOLIC),
        ],
        lambda text, _: text.encode(codec),
    )


FIRST = 40  # the number of the first glyph in fonts that number theirs as they like


def _identity(flags: int, more: bytes = b"") -> NamedFont:
    """A font whose codes are its own numbers of glyphs, with a table that says what they mean."""
    return NamedFont(
        lambda characters: [
            b"<</Type/Font/Subtype/Type0/BaseFont/FangSong/Encoding/Identity-H/DescendantFonts[6 0 R]/ToUnicode 8 0 R>>",
            b"<</Type/Font/Subtype/CIDFontType2/BaseFont/FangSong/FontDescriptor 7 0 R/DW 1000%s"
            b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>>>" % more,
            _descriptor(flags),
            _to_unicode(dict(enumerate(characters, FIRST)), 4),
            stream(b"".join((1000 + n).to_bytes(2, "big") for n in range(300))),
        ],
        lambda text, characters: b"".join((FIRST + characters.index(c)).to_bytes(2, "big") for c in text),
    )


def _simple(kind: bytes, name: Callable[[str], bytes], flags: int, *, to_unicode: bool) -> NamedFont:
    """A font of one byte a character, with its own names of glyphs."""
    return NamedFont(
        lambda characters: [
            b"<</Type/Font/Subtype/%s/BaseFont/FZKTK/FirstChar %d/LastChar %d/Widths[%s]/FontDescriptor 6 0 R%s"
            b"/Encoding<</Type/Encoding/Differences[%d%s]>>>>"
            % (
                kind, FIRST, FIRST + len(characters) - 1, b"1000 " * len(characters),
                b"/ToUnicode 7 0 R" if to_unicode else b"", FIRST, b"".join(b"/" + name(c) for c in characters),
            ),
            _descriptor(flags),
            _to_unicode(dict(enumerate(characters, FIRST)), 2),
        ],
        lambda text, characters: bytes(FIRST + characters.index(c) for c in text),
    )  # fmt: skip


def _uni(character: str) -> bytes:
    return b"uni%04X" % ord(character)


def _own(character: str) -> bytes:
    return b"G%d" % ord(character)


GBK_NAME = b"#CB#CE#CC#E5"  # 宋体 in GBK, as old programs of Windows write it
FONTS: Mapping[str, NamedFont] = {
    "GBK-EUC-H": _composite(b"GBK-EUC-H", b"GB1", "gbk"),
    "UniGB-UCS2-H": _composite(b"UniGB-UCS2-H", b"GB1", "utf-16-be", b"STSong-Light"),
    "Identity-H": _identity(NOT_SYMBOLIC),
    "Identity-H, symbolic": _identity(SYMBOLIC),
    "Identity-H, glyphs by number": _identity(NOT_SYMBOLIC, b"/CIDToGIDMap/Identity"),
    "TrueType named in GBK": NamedFont(
        lambda _: [
            b"<</Type/Font/Subtype/TrueType/BaseFont/%s/Encoding/WinAnsiEncoding/FirstChar 32/LastChar 32"
            b"/Widths[500]/FontDescriptor 6 0 R>>" % GBK_NAME,
            _descriptor(NOT_SYMBOLIC),
        ],
        lambda text, _: text.encode("gbk"),
    ),
    "TrueType, glyphs by their Unicode": _simple(b"TrueType", _uni, NOT_SYMBOLIC, to_unicode=False),
    "Type 1, glyphs by names of its own": _simple(b"Type1", _own, SYMBOLIC, to_unicode=True),
}
BROKEN = _identity(NOT_SYMBOLIC, b"/CIDToGIDMap 9 0 R")
"""It maps its characters to glyphs of a font file that is not there, which the standard forbids."""


def latin(base: bytes) -> NamedFont:
    """A Latin font without widths: the machine's own, or what stands in for it, has them."""
    return NamedFont(
        lambda _: [b"<</Type/Font/Subtype/TrueType/BaseFont/%s/Encoding/WinAnsiEncoding>>" % base],
        lambda text, _: text.encode("cp1252"),
    )


def plain(font: NamedFont, texts: Sequence[str]) -> bytes:
    """Texts one below the other."""
    return document(font, [(60.0, 780.0 - 20 * k, text) for k, text in enumerate(texts)])


XS, TOP, HEIGHT = (40.0, 105.0, 180.0, 300.0, 420.0, 490.0), 700.0, 30.0


def ruled(font: NamedFont, title: str, rows: Sequence[Sequence[str]]) -> bytes:
    """A ruled table; the last character of every Chinese text stands alone on a second line."""
    texts: list[Placed] = [(200.0, 780.0, title)]
    bottom = TOP - HEIGHT * len(rows)
    lines = [(XS[0], TOP - HEIGHT * r, XS[-1], TOP - HEIGHT * r) for r in range(len(rows) + 1)]
    lines += [(x, bottom, x, TOP) for x in XS]
    for r, cells in enumerate(rows):
        for x, text in zip(XS, cells, strict=False):
            cut = len(text) - 1 if len(text) > 2 and not text.isascii() else len(text)
            pieces = [p for p in (text[:cut], text[cut:]) if p]
            texts += [(x + 4, TOP - HEIGHT * r - 12 - 11 * k, piece) for k, piece in enumerate(pieces)]
    return document(font, texts, lines)
