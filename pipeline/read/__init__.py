"""The readers: the bytes of one file → a `Reading` of tables and lines, whatever the format.

Comes in: bytes and the name that they were found under. Goes out: blocks in reading order. The format is told
by the content, never by the ending. One module reads one format; none of them knows what the texts mean.
Refused, with the project's errors: nothing at all, and formats without a reader.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from pipeline.model.cells import Reading
from pipeline.model.errors import Code, error
from pipeline.model.flags import Flag
from pipeline.read.common.bounds import bounded
from pipeline.read.common.media_type import (
    DOC,
    DOCX,
    HTML,
    JPEG,
    MARKDOWN,
    MHTML,
    OFD,
    OLE,
    PDF,
    PLAIN,
    PNG,
    RTF,
    TIFF,
    XLS,
    XLSX,
    XML,
    media_type_of,
    wrong_ending,
)

Reader = Callable[[bytes, str, str], Reading]
"""Bytes, name of the file (for errors only) and media type → blocks."""


def _text() -> Reader:
    from pipeline.read.text.plain import read_text

    return read_text


def _html() -> Reader:
    from pipeline.read.web.html import read_html

    return read_html


def _mhtml() -> Reader:
    from pipeline.read.web.web_archive import read_mhtml

    return read_mhtml


def _pdf() -> Reader:
    from pipeline.read.page.pdf import read_pdf

    return read_pdf


def _ofd() -> Reader:
    from pipeline.read.page.ofd import read_ofd

    return read_ofd


def _docx() -> Reader:
    from pipeline.read.office.word import read_docx

    return read_docx


def _doc() -> Reader:
    from pipeline.read.office.old_word import read_doc

    return read_doc


def _rtf() -> Reader:
    from pipeline.read.office.old_word import read_rtf

    return read_rtf


def _ole() -> Reader:
    from pipeline.read.office.old_word import read_ole

    return read_ole


def _xml() -> Reader:
    return _read_xml


def _read_xml(data: bytes, name: str, media_type: str) -> Reading:
    """Reads an Office file that is a single XML."""
    if b"urn:schemas-microsoft-com:office:spreadsheet" in data:
        from pipeline.read.office.excel import read_xml_workbook as read_xml
    else:
        from pipeline.read.office.word import read_word_xml as read_xml
    return read_xml(data, name, media_type)


def _xlsx() -> Reader:
    from pipeline.read.office.excel import read_xlsx

    return read_xlsx


def _xls() -> Reader:
    from pipeline.read.office.excel import read_xls

    return read_xls


def _picture() -> Reader:
    from pipeline.read.scan.scanned_page import read_image

    return read_image


READERS: Mapping[str, Callable[[], Reader]] = {
    PLAIN: _text,
    MARKDOWN: _text,
    HTML: _html,
    MHTML: _mhtml,
    PDF: _pdf,
    OFD: _ofd,
    DOCX: _docx,
    DOC: _doc,
    RTF: _rtf,
    OLE: _ole,
    XML: _xml,
    XLSX: _xlsx,
    XLS: _xls,
    PNG: _picture,
    JPEG: _picture,
    TIFF: _picture,
}
"""How the reader of each media type is had: it is loaded by the first file that needs it."""

IN_PAGES = frozenset({PDF, OFD, PNG, JPEG, TIFF})  # their own readers bound the pages and what one may hold


def read_document(data: bytes, name: str) -> Reading:
    """Reads one file.

    `name` is the file's path or name: it tells the user which file an error is about, and whether the ending
    is wrong (flag `wrong_ending`); it never decides how the bytes are read.

    Raises:
        PipelineError: `empty_file` for nothing but white space, `unknown_format` where no reader knows the
        bytes,
            `too_large` for more than is understood, and what the reader of the format raises.
    """
    media_type = media_type_of(data, name)
    load = READERS.get(media_type)
    if load is None:
        raise error(Code.UNKNOWN_FORMAT, name, f"files of type {media_type} are not read")
    reading = load()(data, name, media_type)
    if media_type not in IN_PAGES:
        reading = bounded(reading, name)
    if wrong_ending(name, media_type):
        reading = replace(reading, flags=(*reading.flags, Flag.WRONG_ENDING.value))
    return reading
