"""What the rows of a document depend on besides its bytes, as one digest.

Comes in: nothing. Goes out: a digest over all files of this program (code, words, models, fonts), the
versions of the packages that it reads with, Python's version, which converters the machine has, and the
user's own words. Where any of them changes, what was read before is read again. It refuses nothing.
"""

from __future__ import annotations

import hashlib
import os
import platform
from functools import cache
from importlib import metadata, resources
from importlib.resources.abc import Traversable

from normalizers.words import OWN
from pipeline.read.office.converters import antiword, office

PACKAGES = ("pipeline", "normalizers")
READ_WITH = (
    "camelot-py", "charset-normalizer", "lxml", "numpy", "olefile", "onnxruntime", "opencv-python-headless",
    "openpyxl", "pandas", "pdfminer.six", "pdfplumber", "pillow", "pyarrow", "pypdfium2", "rapidfuzz",
    "rapidocr", "xlrd",
)  # fmt: skip
"""The packages of `pyproject.toml` that have a part in what is read."""
NOT_READ = (".pyc", "__pycache__")


@cache
def parser_version() -> str:
    """The digest, the same on every machine with the same files, packages and converters."""
    digest = hashlib.sha256()
    for package in PACKAGES:
        for name, file in sorted(_files(package, resources.files(package))):
            digest.update(f"{name}\n{hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    converters = [name for name, found in (("office", office()), ("antiword", antiword())) if found]
    own = os.environ.get(OWN, "")
    for fact in (platform.python_version(), *_versions(), *converters, own):
        digest.update(f"{fact}\n".encode())
    return digest.hexdigest()[:32]


def _files(name: str, folder: Traversable) -> list[tuple[str, Traversable]]:
    found = []
    for entry in folder.iterdir():
        here = f"{name}/{entry.name}"
        if entry.name.endswith(NOT_READ):
            continue
        found += _files(here, entry) if entry.is_dir() else [(here, entry)]
    return found


def _versions() -> list[str]:
    """The versions of the packages, as far as they are installed."""
    out = []
    for name in READ_WITH:
        try:
            out.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            continue
    return out
