"""What kind of file is this? Bytes → media type, by content alone.

Comes in: the bytes of one file. Goes out: a media type. Signatures of binary formats are looked at first,
then the bytes are decoded and the opening of the text decides. Refused: nothing but white space
(`empty_file`), bytes that are neither a known signature nor text (`unknown_format`).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import PurePath

from pipeline.model.errors import Code, error
from pipeline.read.common.encoding import decode
from pipeline.read.office.ole import EXCEL, WORD, kind_of
from pipeline.read.web.web_archive import is_archive

PLAIN = "text/plain"
MARKDOWN = "text/markdown"
HTML = "text/html"
MHTML = "multipart/related"
XML = "application/xml"
PDF = "application/pdf"
ZIP = "application/zip"
DOC = "application/msword"
XLS = "application/vnd.ms-excel"
RTF = "application/rtf"
OLE = "application/x-ole-storage"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLSB = "application/vnd.ms-excel.sheet.binary.macroenabled.12"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
OFD = "application/ofd"
PNG = "image/png"
JPEG = "image/jpeg"
TIFF = "image/tiff"

SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
    (b"GIF8", "image/gif"),
    (b"{\\rtf", RTF),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\x1f\x8b\x08", "application/gzip"),
)
ZIP_MEMBERS: tuple[tuple[str, str], ...] = (
    ("word/", DOCX),
    ("xl/workbook.bin", XLSB),  # before the workbook in XML, whose folder it shares
    ("xl/", XLSX),
    ("ppt/", PPTX),
    ("OFD.xml", OFD),
)
OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLE_TYPES: Mapping[str, str] = {WORD: DOC, EXCEL: XLS}
PDF_WINDOW = 1024  # bytes in which readers accept the header of a PDF file (ISO 32000-1, Annex H, note 13)
TEXT_WINDOW = 1 << 16  # characters that decide between plain text, Markdown and HTML

ENDINGS: Mapping[str, frozenset[str]] = {
    ".txt": frozenset({PLAIN, MARKDOWN}),
    ".text": frozenset({PLAIN, MARKDOWN}),
    ".tsv": frozenset({PLAIN}),
    ".md": frozenset({PLAIN, MARKDOWN, HTML}),
    ".markdown": frozenset({PLAIN, MARKDOWN, HTML}),
    ".html": frozenset({HTML}),
    ".htm": frozenset({HTML}),
    ".shtml": frozenset({HTML}),
    ".xhtml": frozenset({HTML}),
    ".mht": frozenset({MHTML}),
    ".mhtml": frozenset({MHTML}),
    ".pdf": frozenset({PDF}),
    ".doc": frozenset({DOC}),
    ".wps": frozenset({DOC}),
    ".rtf": frozenset({RTF}),
    ".docx": frozenset({DOCX}),
    ".xls": frozenset({XLS}),
    ".xlsx": frozenset({XLSX}),
    ".xlsb": frozenset({XLSB}),
    ".ofd": frozenset({OFD}),
    ".zip": frozenset({ZIP}),
    ".png": frozenset({PNG}),
    ".jpg": frozenset({JPEG}),
    ".jpeg": frozenset({JPEG}),
    ".tif": frozenset({TIFF}),
    ".tiff": frozenset({TIFF}),
}

_XML_OPENING = re.compile(r"<\?xml\b[^>]{0,400}>", re.IGNORECASE)
_COMMENT = re.compile(r"<!--(?:(?!-->).){0,4000}-->", re.DOTALL)
_HTML_OPENING = re.compile(
    r"<(?:!doctype\s+html|html|head|body|meta|title|link|style|script|base|table|thead|tbody|tr|td|div|p|span|center|font|section"
    r"|article|main|h[1-6]|ul|ol|br|b|strong|a|form|iframe|img|pre)\b",
    re.IGNORECASE,
)
_HTML_SKELETON = re.compile(r"<(?:!doctype\s+html|html|body)\b[^>]*>", re.IGNORECASE)
_MARKDOWN_MARKS = re.compile(
    r"^#{1,6}[ \t]+\S"  # a heading
    r"|^[ \t]*+\|?[ \t]*+:?-{3,}:?[ \t]*\|[ \t|:\-]*$"  # the separator row of a pipe table
    r"|^```"
    r"|^[ \t]*\|.*\|[ \t]*$"
    r"|<table\b",
    re.IGNORECASE | re.MULTILINE,
)


def media_type_of(data: bytes, name: str) -> str:
    """The media type of `data`; `name` only names the place in an error.

    Raises:
        PipelineError: `empty_file`, `unknown_format`.
    """
    if not data.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
        raise error(Code.EMPTY_FILE, name, "the file holds no text")
    binary = _binary(data)
    if binary is not None:
        return binary
    text = decode(data)
    if text is None:
        raise error(Code.UNKNOWN_FORMAT, name, "the bytes are neither text nor a known format")
    if not text.text.strip():
        raise error(Code.EMPTY_FILE, name, "the file holds no text")
    return _textual(text.text)


def wrong_ending(name: str, media_type: str) -> bool:
    """Does the ending of `name` promise another format than `media_type`? An ending that promises nothing
    does not.
    """
    expected = ENDINGS.get(PurePath(name).suffix.lower())
    return expected is not None and media_type not in expected


def _binary(data: bytes) -> str | None:
    for signature, media_type in SIGNATURES:
        if data.startswith(signature):
            return media_type
    if b"%PDF-" in data[:PDF_WINDOW]:
        return PDF
    if data.startswith(OLE_SIGNATURE):
        return OLE_TYPES.get(kind_of(data) or "", OLE)
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _inside_zip(data)
    return MHTML if is_archive(data) else None


def _inside_zip(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return ZIP
    return next((kind for prefix, kind in ZIP_MEMBERS if any(n.startswith(prefix) for n in names)), ZIP)


def _textual(text: str) -> str:
    start = text[:TEXT_WINDOW].lstrip("\ufeff \t\r\n\f")
    declared = _XML_OPENING.match(start)
    opening = _COMMENT.sub("", start[declared.end() :] if declared else start).lstrip()
    if _HTML_OPENING.match(opening):
        return HTML
    if declared:
        return HTML if _HTML_SKELETON.search(opening) else XML
    if _HTML_SKELETON.search(opening):
        return HTML
    return MARKDOWN if _MARKDOWN_MARKS.search(text) else PLAIN
