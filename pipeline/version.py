"""The parser's version, in one place: the packaging, every table's metadata and every document row take it
from here.
"""

VERSION = "0.1.0"
