"""Values → the text of a script that a page opened from disk can load.

Comes in: a name and plain values (what JSON knows, decimals and days). Goes out: one call, `site.take(name,
packed)`, where `packed` is JSON under gzip in base 64: a browser reads no data files from disk, but it does
read scripts, and no text of a document can be code in one that holds base 64 only. The same values give the
same text. Refused (TypeError): values of any other type.
"""

from __future__ import annotations

import base64
import datetime
import gzip
import json
import re
from decimal import Decimal

_NAME = re.compile(r"[0-9a-z-]+")


def script(name: str, value: object) -> str:
    """The script's text; `name` is small letters, digits and hyphens."""
    if not _NAME.fullmatch(name):
        raise ValueError(name)
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_plain)
    packed = gzip.compress(text.encode("utf-8", "replace"), compresslevel=6, mtime=0)
    return f'site.take("{name}","{base64.b64encode(packed).decode("ascii")}");\n'


def _plain(value: object) -> str:
    """An amount to the last digit, a day as ISO 8601 writes it."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    raise TypeError(type(value).__name__)
