"""pdfium's functions, called for many things in one go.

Comes in: columns of arguments: handles and addresses as integers. Goes out: one result a row of them; what
pdfium writes to addresses stands in numpy arrays, `places` says where. pdfium has no call for all characters
of a page or all points of a path; through pypdfium2's typed functions in a Python loop the characters of a
page took 1.6 ms, and take 0.8 ms. It refuses nothing.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable
from ctypes import PYFUNCTYPE, c_float, c_int, c_uint, c_void_p
from itertools import repeat
from typing import Any

import numpy as np
import numpy.typing as npt
import pypdfium2.raw as raw

Call = Callable[..., Any]
Handle = int


def _entry(function: object, result: type | None, *arguments: type) -> Call:
    """A function of pdfium that takes handles and addresses as integers."""
    return PYFUNCTYPE(result, *arguments)(address(function))


def address(of: Any) -> int:
    """Where something of pdfium's is: its handle as an integer, 0 for none."""
    return ctypes.cast(of, c_void_p).value or 0


# of a page's text: its handle and the number of a character
UNICODE = _entry(raw.FPDFText_GetUnicode, c_uint, c_void_p, c_int)
LOOSE_BOX = _entry(raw.FPDFText_GetLooseCharBox, c_int, c_void_p, c_int, c_void_p)
ORIGIN = _entry(raw.FPDFText_GetCharOrigin, c_int, c_void_p, c_int, c_void_p, c_void_p)
ANGLE = _entry(raw.FPDFText_GetCharAngle, c_float, c_void_p, c_int)
FILL_COLOUR = _entry(raw.FPDFText_GetFillColor, c_int, c_void_p, c_int, *[c_void_p] * 4)
TEXT_OBJECT = _entry(raw.FPDFText_GetTextObject, c_void_p, c_void_p, c_int)
# of a page's objects: the handle of the page or of a form in it, then that of an object
COUNT_OF_PAGE = _entry(raw.FPDFPage_CountObjects, c_int, c_void_p)
OBJECT_OF_PAGE = _entry(raw.FPDFPage_GetObject, c_void_p, c_void_p, c_int)
COUNT_OF_FORM = _entry(raw.FPDFFormObj_CountObjects, c_int, c_void_p)
OBJECT_OF_FORM = _entry(raw.FPDFFormObj_GetObject, c_void_p, c_void_p, c_int)
TYPE = _entry(raw.FPDFPageObj_GetType, c_int, c_void_p)
MATRIX = _entry(raw.FPDFPageObj_GetMatrix, c_int, c_void_p, c_void_p)
BOUNDS = _entry(raw.FPDFPageObj_GetBounds, c_int, c_void_p, *[c_void_p] * 4)
FONT = _entry(raw.FPDFTextObj_GetFont, c_void_p, c_void_p)
IS_EMBEDDED = _entry(raw.FPDFFont_GetIsEmbedded, c_int, c_void_p)
# of a path: its handle, then that of a segment
DRAW_MODE = _entry(raw.FPDFPath_GetDrawMode, c_int, c_void_p, c_void_p, c_void_p)
COUNT_SEGMENTS = _entry(raw.FPDFPath_CountSegments, c_int, c_void_p)
SEGMENT = _entry(raw.FPDFPath_GetPathSegment, c_void_p, c_void_p, c_int)
SEGMENT_TYPE = _entry(raw.FPDFPathSegment_GetType, c_int, c_void_p)
POINT = _entry(raw.FPDFPathSegment_GetPoint, c_int, c_void_p, c_void_p, c_void_p)


def each(call: Call, *columns: Iterable[int]) -> list[Any]:
    """The call for every row of arguments."""
    return list(map(call, *columns))


def every(value: int) -> Iterable[int]:
    """A column that is the same in each row."""
    return repeat(value)


def places(array: npt.NDArray[Any], column: int = 0) -> range:
    """The addresses of one column of a two-dimensional array, row by row."""
    start = array.ctypes.data + column * array.strides[1]
    return range(start, start + len(array) * array.strides[0], array.strides[0] or 1)


def truths(results: list[Any]) -> npt.NDArray[np.bool_]:
    """Results that say whether a call had success."""
    return np.array(results, dtype=bool)
