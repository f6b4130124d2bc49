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
from pipeline.read.office.excel import read_xls, read_xlsx, read_xml_workbook
from pipeline.read.office.old_word import read_doc, read_ole, read_rtf
from pipeline.read.office.word import read_docx, read_word_xml
from pipeline.read.page.ofd import read_ofd
from pipeline.read.page.pdf import read_pdf
from pipeline.read.text.plain import read_text
from pipeline.read.web.html import read_html
from pipeline.read.web.web_archive import read_mhtml

Reader = Callable[[bytes, str, str], Reading]
"""Bytes, name of the file (for errors only) and media type → blocks."""


def _read_picture(data: bytes, name: str, media_type: str) -> Reading:
    """Reads a picture; the recogniser is heavy and loaded only when there is one."""
    from pipeline.read.scan.scanned_page import read_image

    return read_image(data, name, media_type)


def _read_xml(data: bytes, name: str, media_type: str) -> Reading:
    """Reads an Office file that is a single XML."""
    return (read_xml_workbook if b"urn:schemas-microsoft-com:office:spreadsheet" in data else read_word_xml)(
        data, name, media_type
    )


READERS: Mapping[str, Reader] = {
    PLAIN: read_text,
    MARKDOWN: read_text,
    HTML: read_html,
    MHTML: read_mhtml,
    PDF: read_pdf,
    OFD: read_ofd,
    DOCX: read_docx,
    DOC: read_doc,
    RTF: read_rtf,
    OLE: read_ole,
    XML: _read_xml,
    XLSX: read_xlsx,
    XLS: read_xls,
    PNG: _read_picture,
    JPEG: _read_picture,
    TIFF: _read_picture,
}


def read_document(data: bytes, name: str) -> Reading:
    """Reads one file.

    `name` is the file's path or name: it tells the user which file an error is about, and whether the ending
    is wrong (flag `wrong_ending`); it never decides how the bytes are read.

    Raises:
        PipelineError: `empty_file` for nothing but white space, `unknown_format` where no reader knows the
        bytes,
            and what the reader of the format raises.
    """
    media_type = media_type_of(data, name)
    reader = READERS.get(media_type)
    if reader is None:
        raise error(Code.UNKNOWN_FORMAT, name, f"files of type {media_type} are not read")
    reading = reader(data, name, media_type)
    if wrong_ending(name, media_type):
        reading = replace(reading, flags=(*reading.flags, Flag.WRONG_ENDING.value))
    return reading
