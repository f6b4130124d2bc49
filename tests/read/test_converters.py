"""A converter ends with the process that started it, however that ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = """
import sys
from pipeline.read.office.converters import _run
_run([sys.argv[1]], sys.argv[2], "a.doc", 60)
"""


def test_a_converter_dies_with_a_reader_that_is_killed(tmp_path: Path) -> None:
    program = tmp_path / "converter"  # as LibreOffice does, it leaves the work to a child
    program.write_text(
        f"#!/bin/sh\nsleep 60 &\necho $! > {tmp_path}/pid.new\nmv {tmp_path}/pid.new {tmp_path}/pid\nwait\n"
    )
    program.chmod(0o755)
    reader = subprocess.Popen([sys.executable, "-c", CODE, str(program), str(tmp_path)], cwd=ROOT)
    assert within(30, (tmp_path / "pid").exists)
    time.sleep(0.5)
    reader.send_signal(signal.SIGKILL)
    reader.wait()
    child = int((tmp_path / "pid").read_text())
    assert within(5, lambda: not alive(child))


def within(seconds: float, came: Callable[[], bool]) -> bool:
    """Does it come to pass in time?"""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if came():
            return True
        time.sleep(0.05)
    return False


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
