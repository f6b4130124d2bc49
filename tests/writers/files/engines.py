"""Programs that turn one file into another: LibreOffice and Chromium. They are needed to make documents,
never to test.

Comes in: bytes. Goes out: bytes. Raises `FileNotFoundError` where the program is missing, `RuntimeError`
where it gives nothing.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

SECONDS = 120  # the longest that a program may take


def office(data: bytes, old: str, new: str) -> bytes:
    """LibreOffice's conversion of a file with the ending `old` to `new` (`docx` → `pdf`, `xlsx` → `xls`)."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / f"form.{old}").write_bytes(data)
        profile = f"-env:UserInstallation=file://{folder / 'profile'}"
        _run(
            [
                "soffice",
                profile,
                "--headless",
                "--convert-to",
                new,
                "--outdir",
                str(folder / "out"),
                str(folder / f"form.{old}"),
            ]
        )
        return _read(folder / "out" / f"form.{new}")


def browser(page: str) -> bytes:
    """Chromium's print of a page to PDF."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "form.html").write_text(page, encoding="utf-8")
        out = folder / "form.pdf"
        flags = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-pdf-header-footer",
            f"--user-data-dir={folder / 'profile'}",
        ]
        _run(["chromium", *flags, f"--print-to-pdf={out}", (folder / "form.html").as_uri()])
        return _read(out)


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)


def _read(path: Path) -> bytes:
    if not path.exists():
        raise RuntimeError(f"{path.name} was not made")
    return path.read_bytes()
