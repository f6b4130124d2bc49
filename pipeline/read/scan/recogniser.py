"""Pictures of single lines → texts with confidences.

Comes in: grey pictures of one line of text each, dark on light. Goes out: for each its text and the
recogniser's confidence. The engine and its models come with the package rapidocr; nothing is downloaded, and
no text detection is run: the caller knows where the lines stand. Nothing is refused; what cannot be read is
the empty text with confidence 0.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]

THREADS = 2
BATCH = 8
LEAST_WIDTH = 160  # pixels at the recogniser's height of 48: narrower pictures are padded to it
READ_AGAIN = 0.85  # a line read with less confidence is read again with other margins
NARROW = 2.5  # width over height up to which a line has few characters, so that a second reading is cheap
READ_AGAIN_NARROW = 0.95
SECOND_SCALES = (
    (0.5, 0.05),
    (1.0, 0.35),
)  # margins in line heights (beside, above and below) of the second readings


@functools.cache
def _engine() -> Any:
    """The recogniser of this process, made when first needed."""
    from rapidocr import RapidOCR  # takes a second to import: only scans pay for it

    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "EngineConfig.onnxruntime.intra_op_num_threads": THREADS,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "Rec.rec_batch_num": BATCH,
            "Rec.rec_img_shape": [3, 48, LEAST_WIDTH],
        }
    )


def read_lines(pictures: Sequence[Picture]) -> list[tuple[str, float]]:
    """Text and confidence (0–1) of each picture; unsure ones are read again with other margins and the surer
    text kept.
    """
    out = _recognise(pictures)
    for beside, above in SECOND_SCALES:
        again = [i for i, (text, sure) in enumerate(out) if _unsure(text, sure, pictures[i])]
        for i, second in zip(
            again, _recognise([_framed(pictures[i], beside, above) for i in again]), strict=True
        ):
            if second[0] and second[1] > out[i][1]:
                out[i] = second
    return out


def _unsure(text: str, sure: float, picture: Picture) -> bool:
    narrow = picture.shape[1] <= NARROW * picture.shape[0]
    return not text or sure < (READ_AGAIN_NARROW if narrow else READ_AGAIN)


def _framed(picture: Picture, beside: float, above: float) -> Picture:
    height = picture.shape[0]
    x, y = round(beside * height), round(above * height)
    return np.asarray(cv2.copyMakeBorder(picture, y, y, x, x, cv2.BORDER_CONSTANT, value=[255]), np.uint8)


def _recognise(pictures: Sequence[Picture]) -> list[tuple[str, float]]:
    if not pictures:
        return []
    result = _engine().recognize_txt(
        [np.asarray(cv2.cvtColor(p, cv2.COLOR_GRAY2BGR), np.uint8) for p in pictures]
    )
    return [
        (text.strip(), float(sure) if text.strip() else 0.0)
        for text, sure in zip(result.txts, result.scores, strict=True)
    ]
