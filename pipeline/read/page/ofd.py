"""OFD (GB/T 33190-2016, the national page format) → tables and lines, on the same lattice as PDF.

Comes in: the bytes of an OFD, a ZIP of XML. Goes out: per page the tables that its rulings draw, with spans,
and the lines outside them; a page that is only a picture is read as a scan. Refused: packages that are locked
(`encrypted`), that lack what a document needs or are no XML (`damaged`), that unpack beyond bounds
(`too_large`) or name parts outside themselves (`unsafe_path`). A page that cannot be read is said in
`problems`, and the others are read.
"""

from __future__ import annotations

import io
import math
import posixpath
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from lxml import etree

from pipeline.model.cells import Block, Problem, Reading, Table
from pipeline.model.errors import Code, error
from pipeline.read.common.broken import PICTURE_BREAKS, BrokenError, foreign, package_of, part_of, xml_of
from pipeline.read.page.lattice import Char
from pipeline.read.page.ofd_object import Box, Matrix, Resources, child, local, numbers, times
from pipeline.read.page.ofd_page import Drawn, Picture, draw
from pipeline.read.page.pdf import (
    FEWEST_CHARS,
    MOST_PIXELS,
    MOST_SCALE,
    RUBBISH,
    SCAN_SCALE,
    Page,
    own_grids,
    page_blocks,
)
from pipeline.read.page.pdf import READER as PDF_READER

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

READER = "ofd-lattice"
ROOT = "OFD.xml"
MOST_BYTES = 200_000_000  # unpacked size of one part
MOST_UNPACKED = 1_000_000_000  # unpacked size of all parts that are read
MOST_PAGES = 20_000
MOST_MM = 5080.0  # a side: PDF's own limit, larger pages are scaled or broken
A4: Box = (0.0, 0.0, 210.0, 297.0)  # where a document does not say its page's size
LOCKED = 0x1  # the bit of a ZIP member that asks for a password
LOCK_PARTS = (
    "encrypt",
    "decrypt",
)  # how the names of the parts begin that a protected package has (GM/T 0099)
MOST_PICTURE = 120_000_000  # pixels: more is a bomb or nothing that must be read


@dataclass(slots=True)
class _Package:
    """The parts of an OFD by their names, and how much of it was unpacked."""

    archive: zipfile.ZipFile
    name: str
    parts: dict[str, zipfile.ZipInfo] = field(default_factory=dict)
    unpacked: int = 0

    @property
    def locked(self) -> bool:
        """Does it hold what a protected package holds?"""
        return any(posixpath.basename(part).startswith(LOCK_PARTS) for part in self.parts)

    def read(self, part: str) -> bytes:
        """The bytes of a part; raises BrokenError where there is none."""
        info = self.parts.get(part.lower())
        if info is None:
            raise BrokenError(f"it has no part {part}")
        if info.flag_bits & LOCKED:
            raise error(Code.ENCRYPTED, self.name, "the OFD is locked with a password")
        self.unpacked += info.file_size
        if info.file_size > MOST_BYTES or self.unpacked > MOST_UNPACKED:
            raise error(Code.TOO_LARGE, self.name, f"a part of the OFD unpacks to {info.file_size} bytes")
        return part_of(self.archive, info)

    def xml(self, part: str) -> etree._Element:
        """The root of a part; no entity is resolved and nothing is loaded from anywhere."""
        return xml_of(self.read(part))

    def path(self, base: str, location: str) -> str:
        """A location as a part's name: from the root where it begins with a slash, else from the folder of
        `base`.
        """
        location = location.strip().replace("\\", "/")
        joined = location if location.startswith("/") else posixpath.join(posixpath.dirname(base), location)
        path = posixpath.normpath(joined.lstrip("/"))
        if path.startswith("..") or ":" in path.split("/")[0]:
            raise error(Code.UNSAFE_PATH, self.name, "a part of the OFD has a name that leads out of it")
        return path


@dataclass(frozen=True, slots=True)
class _Document:
    """What one document of a package says once for all its pages."""

    part: str
    box: Box
    templates: dict[str, str]
    resources: tuple[str, ...]
    pages: tuple[str, ...]


def read_ofd(data: bytes, name: str, media_type: str) -> Reading:
    """Reads an OFD, all documents of the package.

    Raises:
        PipelineError: `encrypted`, `damaged`, `too_large`, `unsafe_path`.
    """
    try:
        archive = package_of(data)
    except BrokenError as broken:
        raise error(Code.DAMAGED, name, f"the package cannot be opened ({broken})") from broken
    with archive:
        package = _Package(archive, name)
        for info in archive.infolist():
            package.parts.setdefault(
                posixpath.normpath(info.filename.replace("\\", "/")).lstrip("/").lower(), info
            )
        try:
            return _read(package, media_type)
        except BrokenError as broken:
            if package.locked:
                raise error(Code.ENCRYPTED, name, "the OFD is protected by encryption") from broken
            raise error(Code.DAMAGED, name, f"the OFD cannot be read ({broken})") from broken


def _read(package: _Package, media_type: str) -> Reading:
    documents = [_document(package, part) for part in _roots(package)]
    if not any(d.pages for d in documents):
        raise BrokenError("it has no pages")
    blocks: list[Block] = []
    problems: list[Problem] = []
    ways: set[str] = set()
    number = failed = 0
    for document in documents:
        resources = _resources(package, document.resources, document.part)
        for part in document.pages:
            number += 1
            try:
                drawn = _page(package, document, part, resources)
                found, way = _page_blocks(package, drawn, number)
            except BrokenError as exception:
                problems.append(
                    Problem(Code.PAGE_UNREAD, f"page {number} could not be read ({exception})", number)
                )
                failed += 1
                continue
            blocks += found
            ways |= {way} if way else set()
            if not way and _rubbish(drawn.chars):
                problems.append(
                    Problem(Code.PAGE_UNREAD, f"the text of page {number} has no usable characters", number)
                )
    if failed == number:
        raise BrokenError(problems[0].message)
    layer = "mixed" if len(ways) > 1 else next(iter(ways), None)
    return Reading(tuple(blocks), media_type, READER, number, layer, problems=tuple(problems))


def _roots(package: _Package) -> list[str]:
    """The main parts of the package's documents."""
    found = [e.text for e in package.xml(ROOT).iter() if local(e) == "DocRoot" and e.text]
    if not found:
        raise BrokenError("it names no document")
    return [package.path(ROOT, location) for location in found]


def _document(package: _Package, part: str) -> _Document:
    root = package.xml(part)
    templates: dict[str, str] = {}
    resources: list[str] = []
    pages: list[str] = []
    box = A4
    for element in root.iter():
        kind = local(element)
        if kind == "PageArea":
            box = _box(element) or box
        elif kind in ("PublicRes", "DocumentRes") and element.text:
            resources.append(package.path(part, element.text))
        elif kind == "TemplatePage" and element.get("BaseLoc"):
            templates[element.get("ID", "")] = package.path(part, element.get("BaseLoc"))
        elif kind == "Page" and element.get("BaseLoc"):
            pages.append(package.path(part, element.get("BaseLoc")))
    if len(pages) > MOST_PAGES:
        raise error(Code.TOO_LARGE, package.name, f"the OFD has {len(pages)} pages")
    return _Document(part, box, templates, tuple(resources), tuple(pages))


def _box(area: etree._Element) -> Box | None:
    """The page's PhysicalBox; None where it is not there or no page."""
    physical = child(area, "PhysicalBox")
    found = numbers(physical.text, 4) if physical is not None else None
    if found is None or not (0 < found[2] <= MOST_MM and 0 < found[3] <= MOST_MM):
        return None
    return found[0], found[1], found[2], found[3]


def _resources(package: _Package, parts: tuple[str, ...], base: str) -> Resources:
    """The resources of all parts that are there; a missing one costs only what it holds."""
    params: dict[str, etree._Element] = {}
    pictures: dict[str, str] = {}
    composites: dict[str, etree._Element] = {}
    for part in parts:
        if part.lower() not in package.parts:
            continue
        root = package.xml(part)
        folder = package.path(part, posixpath.join(root.get("BaseLoc", "") or ".", "x"))
        for element in root.iter():
            kind, key = local(element), element.get("ID", "")
            if kind == "DrawParam":
                params[key] = element
            elif kind == "CompositeGraphicUnit":
                composites[key] = element
            elif kind == "MultiMedia" and element.get("Type", "Image") == "Image":
                file = child(element, "MediaFile")
                if file is not None and file.text:
                    places = [package.path(at, file.text) for at in (folder, part, base)]
                    pictures[key] = next((p for p in places if p.lower() in package.parts), places[0])
    return Resources(params, pictures, composites)


def _page(package: _Package, document: _Document, part: str, shared: Resources) -> Drawn:
    """A page with the templates behind and before it."""
    root = package.xml(part)
    behind: list[etree._Element] = []
    before: list[etree._Element] = []
    resources = shared
    box = document.box
    for element in root:
        kind = local(element)
        if kind == "Area":
            box = _box(element) or box
        elif (
            kind == "Template"
            and (template := document.templates.get(element.get("TemplateID", ""))) is not None
        ):
            place = before if element.get("ZOrder") == "Foreground" else behind
            template_root = package.xml(template)
            place += [c for c in template_root if local(c) == "Content"]
        elif kind == "PageRes" and element.text:
            own = _resources(package, (package.path(part, element.text),), document.part)
            resources = Resources(
                {**resources.draw_params, **own.draw_params},
                {**resources.pictures, **own.pictures},
                {**resources.composites, **own.composites},
            )
    return draw([*behind, *(c for c in root if local(c) == "Content"), *before], resources, box)


def _page_blocks(package: _Package, drawn: Drawn, number: int) -> tuple[list[Block], str | None]:
    """A page's blocks and how they were read: `native`, `ocr`, or None for a page without anything."""
    if drawn.pictures and (len(drawn.chars) < FEWEST_CHARS or _rubbish(drawn.chars)):
        return list(_recognised(package, drawn, number)), "ocr"
    if not drawn.chars or _rubbish(drawn.chars):
        return [], None
    page = Page(drawn.chars, drawn.across, drawn.down, drawn.width, drawn.height, bool(drawn.pictures))
    return [_renamed(block) for block in page_blocks(page, number, PDF_READER, own_grids(page))], "native"


def _renamed(block: Block) -> Block:
    return replace(block, reader=READER) if isinstance(block, Table) and block.reader == PDF_READER else block


def _rubbish(chars: tuple[Char, ...]) -> bool:
    """Are there characters, and have too many of them no meaning: private use, replacement, control?"""
    bad = sum(
        1 for c in chars if c.text == "\ufffd" or "\ue000" <= c.text <= "\uf8ff" or not c.text.isprintable()
    )
    return bad > RUBBISH * max(1, len(chars))


def _recognised(package: _Package, drawn: Drawn, number: int) -> Iterator[Block]:
    """A page of pictures, painted on white and read as a scan; the recogniser is heavy, so loaded here."""
    import cv2
    import numpy as np

    from pipeline.read.scan.scanned_page import read_page_image

    width, height = (drawn.height, drawn.width) if drawn.quarter % 2 else (drawn.width, drawn.height)
    painted = [(picture.matrix, _pixels(package, picture)) for picture in drawn.pictures]
    scales = [
        max(p.shape[1] / math.hypot(m[0], m[1]), p.shape[0] / math.hypot(m[2], m[3]))
        for m, p in painted
        if m[0] or m[1]
    ]
    scale = min(max([SCAN_SCALE, *scales]), MOST_SCALE, MOST_PIXELS / max(width, height))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    canvas = np.full((size[1], size[0], 3), 255, np.uint8)
    for m, pixels in painted:
        wide, high = (
            max(1, round(math.hypot(m[0], m[1]) * scale)),
            max(1, round(math.hypot(m[2], m[3]) * scale)),
        )
        if (
            wide < pixels.shape[1] and high < pixels.shape[0]
        ):  # made smaller first, for a turning loses thin lines
            pixels = np.asarray(cv2.resize(pixels, (wide, high), interpolation=cv2.INTER_AREA), np.uint8)
        unit: Matrix = (1 / pixels.shape[1], 0.0, 0.0, 1 / pixels.shape[0], 0.0, 0.0)
        a, b, c, d, e, f = times(unit, times(m, (scale, 0.0, 0.0, scale, 0.0, 0.0)))
        shape = np.array([[a, c, e], [b, d, f]], np.float64)
        cv2.warpAffine(
            pixels, shape, size, dst=canvas, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_TRANSPARENT
        )
    yield from read_page_image(canvas, number, width, height)


def _pixels(package: _Package, picture: Picture) -> npt.NDArray[np.uint8]:
    """A picture's pixels (height × width × BGR), transparency on white.

    Raises BrokenError for more pixels than a page can need and for what Pillow cannot decode.
    """
    import numpy as np
    from PIL import Image

    stored = package.read(picture.part)
    with foreign(Image.DecompressionBombError, *PICTURE_BREAKS), warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        image = Image.open(io.BytesIO(stored), formats=("PNG", "JPEG", "TIFF", "BMP", "GIF"))
    if image.width * image.height > MOST_PICTURE:
        raise BrokenError("its picture has too many pixels")
    with foreign(*PICTURE_BREAKS):
        rgba = image.convert("RGBA")
    flat = Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("RGB")
    return np.ascontiguousarray(np.asarray(flat, np.uint8)[..., ::-1])
