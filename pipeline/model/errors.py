"""Everything that can go wrong, declared once.

Comes in: a code, the place, what happened. Goes out: an exception classed by who must act on it (the user,
the document's publisher, us) whose text says where, what, and what to do next. It survives pickling, so a
worker process can hand it over. Codes are stable: they stand in `documents.error_code`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    """The stable names of what went wrong."""

    NO_INPUT = "no_input"
    OUTPUT_UNWRITABLE = "output_unwritable"
    OUTPUT_BUSY = "output_busy"
    UNREACHABLE = "unreachable"
    BAD_CORRECTION = "bad_correction"
    BAD_VOCABULARY = "bad_vocabulary"
    UNREADABLE = "unreadable"
    EMPTY_FILE = "empty_file"
    TOO_LARGE = "too_large"
    ENCRYPTED = "encrypted"
    UNSAFE_PATH = "unsafe_path"
    UNKNOWN_FORMAT = "unknown_format"
    DAMAGED = "damaged"
    PAGE_UNREAD = "page_unread"
    CHARACTERS_LOST = "characters_lost"
    TABLE_UNREAD = "table_unread"
    COLUMNS_UNREAD = "columns_unread"
    TRUNCATED = "truncated"
    VALUES_MISSING = "values_missing"
    CONVERTER_MISSING = "converter_missing"
    CONVERTER_FAILED = "converter_failed"
    TIMEOUT = "timeout"
    OUT_OF_MEMORY = "out_of_memory"
    CRASHED = "crashed"
    INTERNAL_ERROR = "internal_error"


class PipelineError(Exception):
    """An error with a code, a place (`where`), what happened (`what`) and what to do next (`advice`)."""

    def __init__(self, code: Code | str, where: str, what: str, advice: str | None = None) -> None:
        """Keeps all four in `args`, so that the exception pickles; without `advice` the code's own is taken."""
        self.code = Code(code)
        self.where = where
        self.what = what
        self.advice = advice if advice is not None else CODES[self.code].advice
        super().__init__(self.code, where, what, self.advice)

    @property
    def sentence(self) -> str:
        """What happened and what to do next, without the place: the text of `documents.error`."""
        return f"{self.what}; {self.advice}"

    def __str__(self) -> str:
        return f"{self.where}: {self.sentence} [{self.code}]"


class InputError(PipelineError):
    """The user must act: another path, another file, more room."""


class UnsupportedError(PipelineError):
    """The document must change: nothing in it, locked, broken, or of a kind that is not read."""


class InternalError(PipelineError):
    """We must act: the reader itself failed on a document that it should have read."""


@dataclass(frozen=True, slots=True)
class CodeInfo:
    """What a code means, who must act on it, and the advice that goes with it."""

    raises: type[PipelineError]
    meaning: str
    advice: str


# fmt: off
CODES: Mapping[Code, CodeInfo] = {
    Code.NO_INPUT: CodeInfo(InputError, "a path does not exist or holds no file", "check the path; folders are searched with all their subfolders"),
    Code.OUTPUT_UNWRITABLE: CodeInfo(InputError, "the output folder cannot be written", "choose another --out or free some space"),
    Code.OUTPUT_BUSY: CodeInfo(InputError, "another run writes to the output folder", "wait for it to end, or choose another --out"),
    Code.UNREACHABLE: CodeInfo(InputError, "a URL or a cluster cannot be reached, or the package for it is not installed", "check the address, its server and your rights there; `pip install budget-performance[remote,cluster]` brings the packages"),
    Code.BAD_CORRECTION: CodeInfo(InputError, "a line of the register of corrections cannot be understood", "correct the line; columns that are read from another (`name`, `target_value`) are corrected there (`name_raw`, `target_raw`)"),
    Code.BAD_VOCABULARY: CodeInfo(InputError, "a file of own words cannot be used", "correct the lines that are named; what a file may hold stands in docs/own-words.md"),
    Code.UNREADABLE: CodeInfo(InputError, "the operating system refuses to read the file", "check that the file exists and that you may read it"),
    Code.EMPTY_FILE: CodeInfo(UnsupportedError, "the file has no bytes, or nothing but white space", "download or export it again"),
    Code.TOO_LARGE: CodeInfo(UnsupportedError, "the file is larger than the limit for one document", "split it, or raise --max-mb"),
    Code.ENCRYPTED: CodeInfo(UnsupportedError, "the document is locked with a password", "save a copy without password"),
    Code.UNSAFE_PATH: CodeInfo(UnsupportedError, "a member of an archive has a name that leads out of it", "unpack it yourself if you trust it"),
    Code.UNKNOWN_FORMAT: CodeInfo(UnsupportedError, "the bytes are no format that is read", "convert it to one of the formats that the README lists"),
    Code.DAMAGED: CodeInfo(UnsupportedError, "the format is known, but the file breaks its rules beyond repair", "download or export it again"),
    Code.PAGE_UNREAD: CodeInfo(UnsupportedError, "one page or more could not be read; the others were", "look at the page in the source"),
    Code.CHARACTERS_LOST: CodeInfo(UnsupportedError, "characters of one page or more could not be read; the others were", "look at the page in the source, or export the PDF with its fonts embedded"),
    Code.TABLE_UNREAD: CodeInfo(UnsupportedError, "one table or more could not be read; the others were", "look at the table in the source"),
    Code.COLUMNS_UNREAD: CodeInfo(UnsupportedError, "columns of one form or more have headers that are not known, and their texts are in no column of a table", "look at the table `unread`"),
    Code.TRUNCATED: CodeInfo(UnsupportedError, "a form breaks off before its end", "look for the rest of the document"),
    Code.VALUES_MISSING: CodeInfo(UnsupportedError, "formulas of a workbook have no stored value, so that their cells are blank", "open the workbook in a spreadsheet program and save it"),
    Code.CONVERTER_MISSING: CodeInfo(InputError, "the format is read through a program that is not on this machine", "install LibreOffice (for .doc, antiword will do with losses), or save the file as .docx"),
    Code.CONVERTER_FAILED: CodeInfo(UnsupportedError, "the program that a format is read through hangs, fails or gives nothing", "open the file in a word processor and save it as .docx"),
    Code.TIMEOUT: CodeInfo(InternalError, "the document took longer than --timeout", "raise --timeout, or report the document"),
    Code.OUT_OF_MEMORY: CodeInfo(InternalError, "the document took more memory than --memory-mb", "raise --memory-mb, or report the document"),
    Code.CRASHED: CodeInfo(InternalError, "the process that read the document died", "report the document; the others were read"),
    Code.INTERNAL_ERROR: CodeInfo(InternalError, "the program met a case that it does not handle", "report the document and this message"),
}
# fmt: on


def error(code: Code | str, where: str, what: str, advice: str | None = None) -> PipelineError:
    """The exception of the class that the code declares, ready to be raised."""
    return CODES[Code(code)].raises(code, where, what, advice)
