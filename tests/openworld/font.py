"""A font of boxes that reportlab can embed, so that a PDF has a text layer that needs no font of the machine.

Comes in: nothing. Goes out: the name under which it is registered. Every character is a box, an em wide, or
half an em if it is ASCII; what a reader takes from the text layer is as with any other font. The tables are
those that OpenType asks of a TrueType font.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping, Sequence
from functools import cache

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

NAME = "Boxes"
EM, ASCENT, DESCENT = 1000, 880, -120
NARROW, WIDE = 1, 2  # glyphs; 0 is for what the font has not
ASCII = (0x20, 0x7E)
OTHERS = (  # first and last code point of what forms are written with
    (0xA0, 0xFF), (0x2000, 0x206F), (0x2160, 0x22FF), (0x2460, 0x24FF), (0x2550, 0x26FF), (0x3000, 0x303F), (0x4E00, 0x9FFF),
    (0xFF00, 0xFFEF),
)  # fmt: skip


@cache
def box_font() -> str:
    """Registers the font with reportlab, once, and gives its name."""
    pdfmetrics.registerFont(TTFont(NAME, io.BytesIO(_file(_tables()))))
    return NAME


def _tables() -> Mapping[str, bytes]:
    glyphs = [_box(EM), _box(EM // 2), _box(EM)]
    starts = [sum(map(len, glyphs[:k])) for k in range(len(glyphs) + 1)]
    names = [(1, NAME), (2, "Regular"), (4, NAME), (6, NAME)]
    return {
        "OS/2": struct.pack(
            ">HhHHHhhhhhhhhhhh10s4L4sHHHhhhHH",
            *(3, EM, 400, 5, 0), *[0] * 11, b"", 0, 0, 0, 0, b"    ", 64, 0x20, 0xFFEF, ASCENT, DESCENT, 0, ASCENT, -DESCENT,
        ),
        "cmap": _characters(),
        "glyf": b"".join(glyphs),
        "head": struct.pack(
            ">LLLLHHqqhhhhHHhhh", 0x10000, 0x10000, 0, 0x5F0F3CF5, 0, EM, 0, 0, 50, 0, EM - 50, 700, 0, 8, 2, 1, 0
        ),
        "hhea": struct.pack(">LhhhHhhhhhhhhhhhH", 0x10000, ASCENT, DESCENT, 0, EM, 50, 50, EM, 1, *[0] * 7, len(glyphs)),
        "hmtx": struct.pack(">HhHhHh", EM, 50, EM // 2, 50, EM, 50),
        "loca": struct.pack(f">{len(starts)}L", *starts),
        "maxp": struct.pack(">LHHHHHHHHHHHHHH", 0x10000, len(glyphs), 4, 1, 0, 0, 1, *[0] * 8),
        "name": _names(names),
        "post": struct.pack(">LLhhLLLLL", 0x30000, 0, 0, 0, 0, 0, 0, 0, 0),
    }  # fmt: skip


def _box(width: int) -> bytes:
    """A rectangle as a simple glyph of one contour of four points."""
    left, right, top = 50, width - 50, 700
    xs, ys = (left, 0, right - left, 0), (0, top, 0, -top)
    head = struct.pack(">hhhhhHH", 1, left, 0, right, top, 3, 0)
    out = head + bytes([1] * 4) + struct.pack(">4h", *xs) + struct.pack(">4h", *ys)
    return out + b"\0" * (-len(out) % 4)


def _characters() -> bytes:
    """A `cmap` of format 4 whose segments name the glyph of every character."""
    segments = [*sorted([ASCII, *OTHERS]), (0xFFFF, 0xFFFF)]
    n = len(segments)
    numbers: list[int] = []
    offsets = []
    for k, (first, last) in enumerate(segments):
        offsets.append(2 * (n - k + len(numbers)) if first != 0xFFFF else 0)
        if first != 0xFFFF:
            numbers += [NARROW if first == ASCII[0] else WIDE] * (last - first + 1)
    body = struct.pack(
        f">{n}HH{n}H{n}h{n}H{len(numbers)}H",
        *(last for _, last in segments), 0, *(first for first, _ in segments), *[0] * (n - 1), 1, *offsets, *numbers,
    )  # fmt: skip
    power = 1 << (n.bit_length() - 1)
    search = (2 * n, 2 * power, power.bit_length() - 1, 2 * n - 2 * power)
    return (
        struct.pack(">HHHHL", 0, 1, 3, 1, 12) + struct.pack(">HHHHHHH", 4, 14 + len(body), 0, *search) + body
    )


def _names(names: Sequence[tuple[int, str]]) -> bytes:
    records, texts = b"", b""
    for number, text in names:
        data = text.encode("utf-16-be")
        records += struct.pack(">HHHHHH", 3, 1, 0x409, number, len(data), len(texts))
        texts += data
    return struct.pack(">HHH", 0, len(names), 6 + len(records)) + records + texts


def _file(tables: Mapping[str, bytes]) -> bytes:
    n = len(tables)
    power = 1 << (n.bit_length() - 1)
    head = struct.pack(">LHHHH", 0x10000, n, 16 * power, power.bit_length() - 1, 16 * (n - power))
    at, records, body = 12 + 16 * n, b"", b""
    for tag, data in sorted(tables.items()):
        padded = data + b"\0" * (-len(data) % 4)
        total = sum(struct.unpack(f">{len(padded) // 4}L", padded)) & 0xFFFFFFFF
        records += struct.pack(">4sLLL", tag.encode(), total, at + len(body), len(data))
        body += padded
    return head + records + body
