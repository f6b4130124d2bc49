"""A file's name as the system has it → text that may be stored, and text that may be shown.

Comes in: a path, whose names may be bytes of another encoding (Chinese archives are often unpacked to names
in GBK), or any text. Goes out: valid Unicode for a table; text without control characters for a terminal. It
refuses nothing.
"""

from __future__ import annotations

import os
import unicodedata

# control, format (direction marks among them), surrogate, and the separators that break a line
NOT_SHOWN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def stored(path: str) -> str:
    """A path as valid text: each name as it is, else in GB18030, else with its bytes written as `\\xNN`."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return "/".join(_name(part) for part in path.split("/"))
    return path


def _name(name: str) -> str:
    data = os.fsencode(name)
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8", "backslashreplace")


def shown(text: str) -> str:
    """A text of a file or its name for a terminal or a log: one line, and nothing that steers either."""
    return "".join(_escape(c) if unicodedata.category(c) in NOT_SHOWN else c for c in text)


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
