"""Web archives (MHTML, which word processors save under .doc) → the page in them.

Comes in: bytes, a MIME message or a bare page. Goes out: the markup of the first HTML part, decoded. Pictures
and styles beside it are left out. Nothing is refused: without such a part there is None.
"""

from __future__ import annotations

import email
import email.errors
import email.policy
import re
from email.message import Message

from pipeline.model.cells import Reading
from pipeline.model.errors import Code, error
from pipeline.read.common.broken import BrokenError, foreign
from pipeline.read.common.encoding import decode
from pipeline.read.web.html import read_html

READER = "mhtml"
_BREAKS = (email.errors.MessageError, ValueError, LookupError, TypeError, RecursionError)  # of its parser
WINDOW = 4096  # bytes in which the header of a web archive says that it is one
_OPENING = re.compile(rb"(?:[A-Za-z-]+:[^\n\x00]*\n(?:[ \t]+[^\n\x00]*\n)*)+")  # the lines of a header


def is_archive(data: bytes) -> bool:
    """Does it open with the header of a MIME message of several parts, or of a page in one?"""
    head = _OPENING.match(data[:WINDOW].lstrip(b"\xef\xbb\xbf \t\r\n"))
    return head is not None and b"mime-version:" in head[0].lower() and b"content-type:" in head[0].lower()


def read_mhtml(data: bytes, name: str, media_type: str) -> Reading:
    """The blocks of the page in a web archive.

    Raises:
        PipelineError: `damaged` where there is no page in it.
    """
    try:
        part = _html_part(data)
    except BrokenError as broken:
        raise error(Code.DAMAGED, name, f"the web archive cannot be read ({broken})") from broken
    if part is None:
        raise error(Code.DAMAGED, name, "the web archive holds no page")
    return read_html(part, name, media_type)


def page_of(data: bytes) -> str | None:
    """The markup of a web archive's page, or of a bare page; None where the bytes are neither.

    Raises BrokenError where they are a web archive that cannot be taken apart.
    """
    part = _html_part(data) if is_archive(data) else data
    decoded = decode(part) if part is not None else None
    return decoded.text if decoded is not None and "<" in decoded.text else None


def _html_part(data: bytes) -> bytes | None:
    """The bytes of the first part that is HTML, its transfer encoding undone."""
    bare = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    with foreign(*_BREAKS):
        message: Message = email.message_from_bytes(bare, policy=email.policy.compat32)
        pages = [part for part in message.walk() if part.get_content_type() == "text/html"]
        contents = [part.get_payload(decode=True) for part in pages]
    return next((c for c in contents if isinstance(c, bytes) and c.strip()), None)
