"""PDFs that are broken, huge or traps: each has its stable code or is read, in bounded time and memory."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable

import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from pipeline.app.document import parse_document
from pipeline.read import read_document
from tests.read.test_pdf import GRID, cells_of, drawn, table

METRE = 72 / 0.0254  # points
EMPTY = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"


def raw_pdf(objects: list[bytes]) -> bytes:
    """A PDF of these objects, numbered from 1, the first being the catalogue."""
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(
        b"%010d 00000 n \n" % p for p in places
    )
    return out + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)


def paged(pages: list[bytes], *more: bytes) -> bytes:
    """A PDF of these page objects (3, 4, …) and the objects after them."""
    kids = b" ".join(b"%d 0 R" % n for n in range(3, 3 + len(pages)))
    tree = b"<</Type/Pages/Count %d/Kids[" % len(pages) + kids + b"]>>"
    return raw_pdf([b"<</Type/Catalog/Pages 2 0 R>>", tree, *pages, *more])


def stream(data: bytes, more: bytes = b"") -> bytes:
    return b"<</Length %d" % len(data) + more + b">>stream\n" + data + b"\nendstream"


def bomb() -> bytes:
    """A page whose contents unpack to a GB of blanks."""
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(b" " * 2**20) for _ in range(1024)) + packer.flush()
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>"
    return paged([page], stream(data, b"/Filter/FlateDecode"))


def huge_picture() -> bytes:
    """A page with a picture that says it has 100,000 × 100,000 pixels."""
    page = (
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>"
    )
    facts = b"/Type/XObject/Subtype/Image/Width 100000/Height 100000/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/FlateDecode"
    return paged([page], stream(b"595 0 0 842 0 0 cm /I Do"), stream(zlib.compress(b"\0" * 10**6), facts))


def small_picture() -> bytes:
    """A page with a picture of one pixel."""

    def draw(canvas: Canvas) -> None:
        canvas.drawImage(ImageReader(Image.new("L", (1, 1), 255)), 0, 0, 595, 842)

    return drawn(draw)


def giant(chars: bool) -> bytes:
    """A page of 100 m by 100 m, with a text or with a picture over all of it."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(100 * METRE, 100 * METRE))
    if chars:
        table(canvas)
    else:
        canvas.drawImage(ImageReader(Image.new("L", (40, 40), 255)), 0, 0, 100 * METRE, 100 * METRE)
    canvas.save()
    return out.getvalue()


HARMLESS: list[tuple[str, Callable[[], bytes], str, str | None]] = [
    ("10,000 empty pages", lambda: paged([EMPTY] * 10_000), "empty", None),
    ("a picture of one pixel", small_picture, "empty", None),
    ("a page of 100 m with a table", lambda: giant(True), "partial", "page_unread"),
    ("a page of 100 m with a picture", lambda: giant(False), "partial", "page_unread"),
    ("a GB of blanks", bomb, "empty", None),
    ("a picture of 10 gigapixels", huge_picture, "empty", None),
    ("no page", lambda: paged([]), "failed", "damaged"),
    ("a text file", lambda: "绩效目标表的说明文字。\n".encode() * 9, "empty", None),
    ("a web page", lambda: "<html><body><p>绩效目标</p></body></html>".encode(), "empty", None),
    ("nothing after the header", lambda: b"%PDF-1.7\n", "failed", "damaged"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "status", "code"), [h[1:] for h in HARMLESS], ids=[h[0] for h in HARMLESS])
def test_a_trap_has_a_status_and_a_code(make: Callable[[], bytes], status: str, code: str | None) -> None:
    row = parse_document(make(), "a.pdf").document
    assert (row["status"], row["error_code"]) == (status, code)


def test_bytes_before_the_header_do_not_matter() -> None:
    assert cells_of(b"\r\n\r\n" + drawn(table)) == sorted(GRID, key=lambda c: c[1:3])


def test_what_is_no_pdf_is_read_as_what_it_is_and_said_so() -> None:
    reading = read_document("<html><body><p>绩效目标</p></body></html>".encode(), "a.pdf")
    assert reading.media_type == "text/html"
    assert "wrong_ending" in reading.flags
