"""PDF → what a scanner or a telephone makes of it: turned a little, blurred, noisy, specked, compressed.

Comes in: a PDF and a `Scanner`. Goes out: an image-only PDF, or the pages as PNG, JPEG or TIFF. Equal seeds
give equal noise.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import cv2
import numpy as np
import pypdfium2 as pdfium
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

POINTS = 72.0  # an inch
PAPER = 252  # grey of paper
GREYS = 8  # in a PNG, as programs save pictures of a page
SPECK_SHARE = 5e-6  # specks a pixel


@dataclass(frozen=True, slots=True)
class Scanner:
    """How a page becomes a picture."""

    dpi: int = 200
    skew: float = 0.0  # degrees
    noise: float = 0.0  # standard deviation of grey
    blur: float = 0.0  # standard deviation in pixels
    quality: int = 70  # of JPEG
    specks: bool = False
    colour: bool = False
    shade: float = 0.0  # how much darker one side is, as on a telephone's picture
    bilevel: bool = False  # black and white, as fax machines do

    @staticmethod
    def of(rng: Random, dpi: int) -> Scanner:
        """One by chance."""
        return Scanner(
            dpi,
            rng.choice([0.0, 0.3, -0.6, 1.0, -1.4]),
            rng.choice([0.0, 2.0, 4.0, 6.0]),
            rng.choice([0.0, 0.4, 0.6]),
            rng.choice([55, 65, 75, 85]),
            rng.random() < 0.3,
            rng.random() < 0.4,
            rng.choice([0.0, 0.0, 0.15]),
            rng.random() < 0.1,
        )


def pictures(data: bytes, scanner: Scanner, seed: int) -> list[Image.Image]:
    """Every page of a PDF as the scanner gives it."""
    source = pdfium.PdfDocument(data)
    noise = np.random.default_rng(seed)
    out = []
    for page in source:
        bitmap = page.render(scale=scanner.dpi / POINTS).to_numpy()[:, :, 2::-1]
        out.append(_scanned(np.ascontiguousarray(bitmap), scanner, noise))
    source.close()
    return out


def _scanned(page: np.ndarray, scanner: Scanner, noise: np.random.Generator) -> Image.Image:
    grey = page if scanner.colour else cv2.cvtColor(page, cv2.COLOR_RGB2GRAY)
    grey = np.minimum(grey, PAPER).astype(np.uint8)
    height, width = grey.shape[:2]
    if scanner.skew:
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), scanner.skew, 1.0)
        grey = cv2.warpAffine(grey, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=(PAPER,) * 3)
    if scanner.blur:
        grey = cv2.GaussianBlur(grey, (0, 0), scanner.blur)
    if scanner.specks:
        for _ in range(int(SPECK_SHARE * width * height)):
            x, y = int(noise.integers(width)), int(noise.integers(height))
            cv2.circle(grey, (x, y), 1, (60, 60, 60), -1)
    out = grey.astype(np.float32)
    if scanner.shade:
        ramp = np.linspace(1.0, 1.0 - scanner.shade, width, dtype=np.float32)
        out *= ramp[None, :] if out.ndim == 2 else ramp[None, :, None]
    if scanner.noise:
        out += noise.normal(0.0, scanner.noise, out.shape)
    image = Image.fromarray(np.clip(out, 0, 255).astype(np.uint8))
    return image.convert("L").point(lambda v: 255 * (v > 150)).convert("1") if scanner.bilevel else image


def as_pdf(images: Sequence[Image.Image], scanner: Scanner) -> bytes:
    """The pictures as the pages of a PDF without text."""
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    for image in images:
        width, height = (n * POINTS / scanner.dpi for n in image.size)
        canvas.setPageSize((width, height))
        packed = io.BytesIO(as_picture([image], scanner, "jpg"))
        canvas.drawImage(ImageReader(packed), 0, 0, width, height)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def as_picture(images: Sequence[Image.Image], scanner: Scanner, ending: str) -> bytes:
    """One page as `png` or `jpg`, any number as `tif`, with their resolution; raises ValueError for more
    pages than fit.
    """
    if len(images) > 1 and ending != "tif":
        raise ValueError(f"{len(images)} pages do not fit one picture")
    first, *others = images
    out = io.BytesIO()
    dpi = (scanner.dpi, scanner.dpi)
    if ending == "jpg":
        first.save(out, "JPEG", quality=scanner.quality, dpi=dpi)
    elif ending == "tif":
        first.save(
            out,
            "TIFF",
            compression="group4" if first.mode == "1" else "tiff_lzw",
            dpi=dpi,
            save_all=True,
            append_images=others,
        )
    else:
        first.quantize(GREYS).save(out, "PNG", dpi=dpi, optimize=True)
    return out.getvalue()
