"""Wrong bytes told from wrong code: what libraries raise on a broken file → `BrokenError`.

Comes in: a call of a library, the exceptions that it raises on bytes that are not what their format says.
Goes out: its result, or `BrokenError`, which a reader makes an error of the document. Only the library's call
stands inside `foreign`: an exception of our own code stays what it is, a bug. Here too: how parts of a
package and XML are had.
"""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from lxml import etree

MOST_NESTED = 256  # elements inside each other: libxml2's own limit, which `huge_tree` lifts with the others
ZIP_BREAKS = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError, ValueError)
"""What zipfile raises on a broken or locked archive; its NotImplementedError is a RuntimeError."""
PICTURE_BREAKS = (OSError, SyntaxError, ValueError, TypeError, EOFError, ArithmeticError, LookupError)
"""What Pillow raises on a broken picture."""


class BrokenError(Exception):
    """The bytes are not what their format says."""


@contextmanager
def foreign(*breaks: type[Exception]) -> Iterator[None]:
    """Turns what a library raises on wrong bytes into `BrokenError`."""
    try:
        yield
    except breaks as exception:
        raise BrokenError(str(exception) or type(exception).__name__) from exception


def package_of(data: bytes) -> zipfile.ZipFile:
    """The ZIP archive that the bytes are; raises BrokenError where they are none."""
    with foreign(*ZIP_BREAKS):
        return zipfile.ZipFile(io.BytesIO(data))


def part_of(package: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """The bytes of a member; raises BrokenError where they cannot be unpacked."""
    with foreign(*ZIP_BREAKS):
        return package.read(info)


def xml_of(markup: bytes) -> etree._Element:
    """The root of an XML, with no entity resolved and nothing loaded from anywhere; comments and processing
    instructions are left out.

    Raises BrokenError where it is no XML or is nested without end.
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
    )
    with foreign(etree.XMLSyntaxError, ValueError):
        root = etree.fromstring(markup, parser)
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > MOST_NESTED:
            raise BrokenError("its elements are nested without end")
    return root
