"""A machine with other fonts: `python -m tests.machine FONTS SOURCE PDFS OUT`, a process of its own.

Comes in: a folder that stands for all the places where the system keeps fonts, whose fonts are taken (`ours`,
as the project does, or `theirs`, the system's), a folder of PDFs. Goes out: the tables of these PDFs in the
folder OUT, and beside them the digest of every page as it is drawn for the recogniser.
"""

from __future__ import annotations

import ctypes
import hashlib
import sys
from pathlib import Path

import pypdfium2
from pypdfium2 import raw

from pipeline.app import output
from pipeline.app.document import parse_document
from pipeline.corpus.all_documents import finish
from pipeline.read.page import pdf, substitute_font

PICTURES = "pictures.txt"


def restart(fonts: Path) -> object:
    """Starts pdfium anew with the fonts of one folder; what it gives must live as long as pdfium."""
    place = ctypes.create_string_buffer(bytes(fonts))
    places = (ctypes.POINTER(ctypes.c_char) * 2)(ctypes.cast(place, ctypes.POINTER(ctypes.c_char)), None)
    raw.FPDF_DestroyLibrary()
    raw.FPDF_InitLibraryWithConfig(raw.FPDF_LIBRARY_CONFIG(version=2, m_pUserFontPaths=places))
    return places


def picture(data: bytes) -> str:
    """The digest of the first page as it is drawn for the recogniser."""
    with substitute_font.only_drawable_fonts():
        document = pypdfium2.PdfDocument(data)
        pixels = document[0].render(scale=2).to_numpy().tobytes()
        document.close()
    return hashlib.sha256(pixels).hexdigest()


def main(fonts: Path, source: str, pdfs: Path, out: Path) -> None:
    """See the module."""
    kept = restart(fonts)
    if source == "theirs":
        pdf.install = substitute_font.install = lambda: kept
    files = {path.name: path.read_bytes() for path in sorted(pdfs.iterdir())}
    output.prepare(out)
    finished = finish([parse_document(data, name) for name, data in files.items()])
    output.write_tables(finished.tables(), out)
    lines = [f"{name} {picture(data)}\n" for name, data in files.items()]
    (out / PICTURES).write_text("".join(lines))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
