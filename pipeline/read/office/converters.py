"""Old text formats → .docx or DocBook, by a converter that the machine may have.

Comes in: bytes and the ending that tells the converter what they are. Goes out: the bytes that LibreOffice or
antiword made of them. Every run has a folder and a profile of its own that are gone afterwards, and ends,
with all its children, at a time limit or with the process that started it. A converter's exit status is not
believed: what counts is the file that it leaves. Refused: `converter_missing`, `converter_failed`.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from pipeline.model.errors import Code, error

SECONDS = 150.0  # for one file; LibreOffice takes one or two, and some more for its first profile
OFFICES = ("soffice", "libreoffice")
ANTIWORD = "antiword"
SHELL = "/bin/sh"
TO_DOCX = "docx:MS Word 2007 XML"
QUIET = ("--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck", "--nofirststartwizard")


def office() -> str | None:
    """The path of LibreOffice, None where it is not installed."""
    return next((path for name in OFFICES if (path := shutil.which(name)) is not None), None)


def antiword() -> str | None:
    """The path of antiword, None where it is not installed."""
    return shutil.which(ANTIWORD)


def to_docx(data: bytes, ending: str, name: str, seconds: float = SECONDS) -> bytes:
    """What LibreOffice makes of a text document, as .docx.

    Raises:
        PipelineError: `converter_missing` without LibreOffice, `converter_failed` where it takes too long or
        leaves nothing.
    """
    program = office()
    if program is None:
        raise error(
            Code.CONVERTER_MISSING,
            name,
            f"a {ending} file is read through LibreOffice, which is not on this machine",
        )
    with tempfile.TemporaryDirectory(prefix="convert-", ignore_cleanup_errors=True) as folder:
        source, profile = Path(folder, f"in.{ending}"), Path(folder, "profile")
        source.write_bytes(data)
        out = Path(folder, "out")
        command = [
            program,
            f"-env:UserInstallation={profile.as_uri()}",
            *QUIET,
            "--convert-to",
            TO_DOCX,
            "--outdir",
            str(out),
            str(source),
        ]
        _run(command, folder, name, seconds)
        made = out / "in.docx"
        if not made.is_file() or not made.stat().st_size:
            raise error(Code.CONVERTER_FAILED, name, "LibreOffice made nothing of the file")
        return made.read_bytes()


def to_docbook(data: bytes, name: str, seconds: float = SECONDS) -> bytes:
    """What antiword makes of a .doc, as DocBook.

    Raises:
        PipelineError: `converter_missing` without antiword, `converter_failed` where it takes too long or
        says nothing.
    """
    program = antiword()
    if program is None:
        raise error(
            Code.CONVERTER_MISSING,
            name,
            "a doc file is read through LibreOffice or antiword, and neither is on this machine",
        )
    with tempfile.TemporaryDirectory(prefix="convert-", ignore_cleanup_errors=True) as folder:
        source = Path(folder, "in.doc")
        source.write_bytes(data)
        made = _run([program, "-m", "UTF-8.txt", "-x", "db", str(source)], folder, name, seconds)
        if not made.strip():
            raise error(Code.CONVERTER_FAILED, name, "antiword made nothing of the file")
        return made


def _run(command: Sequence[str], folder: str, name: str, seconds: float) -> bytes:
    """Runs a converter in a session of its own and returns what it prints; at the limit the whole session is
    killed.
    """
    environment = {**os.environ, "HOME": folder, "TMPDIR": folder}
    with Path(folder, "printed").open("w+b") as printed:
        try:
            process = subprocess.Popen(
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as refused:
            raise error(
                Code.CONVERTER_FAILED,
                name,
                f"{Path(command[0]).name} could not be started ({refused.strerror})",
            ) from refused
        guard = _guard(process.pid)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise error(
                Code.CONVERTER_FAILED, name, f"{Path(command[0]).name} took longer than {seconds:g} s"
            ) from None
        finally:
            guard.kill()
            guard.communicate()
            _end(process)
        printed.seek(0)
        return printed.read()


def _guard(session: int) -> subprocess.Popen[bytes]:
    """A shell that kills the converter's session when this process is gone, however it went: the pipe that it
    reads from is closed then.
    """
    return subprocess.Popen(
        [SHELL, "-c", 'read _; kill -KILL -"$0"', str(session)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kills whatever of the session still runs: a converter may leave children behind."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
    finally:
        process.wait()
