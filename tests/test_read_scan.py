"""Pictures and scans: refusals by code, cleaning, rulings, and (slow) the text of a drawn table."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from pipeline.errors import PipelineError
from pipeline.model import Table
from pipeline.read.lattice import grids
from pipeline.read.scan import read_image, read_page_image
from pipeline.read.scan_page import Sheet, sheet, text_lines_in, without_red
from pipeline.read.scan_rulings import rulings

SCALE = 2.0  # pixels a point
WIDTH, HEIGHT = 1190, 842
XS = (100, 400, 700, 1000)
YS = (100, 180, 260, 340)
WORDS = (("10", "95%", "2023"), ("100", "7.5", "20"), ("8", "30", "1.25"))


def _png(image: np.ndarray) -> bytes:
    out = io.BytesIO()
    Image.fromarray(image).save(out, "PNG")
    return out.getvalue()


def _page(angle: float = 0.0, words: bool = True) -> np.ndarray:
    page = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    for x in XS:
        cv2.line(page, (x, YS[0]), (x, YS[-1]), (0, 0, 0), 2)
    for y in YS:
        cv2.line(page, (XS[0], y), (XS[-1], y), (0, 0, 0), 2)
    for i, row in enumerate(WORDS if words else ()):
        for j, word in enumerate(row):
            cv2.putText(page, word, (XS[j] + 60, YS[i] + 52), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (0, 0, 0), 2, cv2.LINE_AA)
    turn = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), angle, 1.0)
    return np.asarray(cv2.warpAffine(page, turn, (WIDTH, HEIGHT), borderValue=(255, 255, 255)), np.uint8)


REFUSED = [
    (_png(np.zeros((1, 1, 3), np.uint8)), "empty_file"),
    (_png(_page())[:600], "damaged"),
    (b"\x89PNG\r\n\x1a\nnothing", "damaged"),
    (b"\xff\xd8\xff\xe0", "damaged"),
]


@pytest.mark.parametrize(("data", "code"), REFUSED)
def test_broken_pictures_are_refused_with_their_code(data: bytes, code: str) -> None:
    with pytest.raises(PipelineError) as caught:
        read_image(data, "a.png", "image/png")
    assert caught.value.code == code


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = io.BytesIO()
    Image.new("1", (20000, 15000)).save(bomb, "PNG")
    with pytest.raises(PipelineError) as caught:
        read_image(bomb.getvalue(), "a.png", "image/png")
    assert caught.value.code == "too_large"


def test_red_ink_goes_and_black_stays() -> None:
    page = np.full((40, 120, 3), 255, np.uint8)
    page[:, :10] = (30, 30, 220)
    page[:, 10:20] = (15, 15, 40)
    grey = without_red(page)
    assert (grey[:, :8] == 255).all()
    assert (grey[:, 10:20] < 60).all()


@pytest.mark.parametrize("angle", [0.0, 1.5, -1.5, 4.0])
def test_rulings_of_a_skewed_page_make_its_grid(angle: float) -> None:
    across, down, _ = rulings(sheet(without_red(_page(angle)), SCALE))
    (grid,) = grids(across, down)
    assert len(grid.cells) == 9
    assert [round(x) for x in grid.xs] == pytest.approx([x / SCALE for x in XS], abs=3)


STRIPES = [  # runs of ink (top, bottom), lines found with characters 20 pixels high
    ([(10, 30)], [(10, 30)]),
    ([(10, 12), (16, 18), (26, 30)], [(10, 18), (26, 30)]),
    ([(10, 30), (34, 54)], [(10, 30), (34, 54)]),
]


@pytest.mark.parametrize(("runs", "expected"), STRIPES)
def test_strokes_of_one_character_stay_together(runs: list[tuple[int, int]], expected: list[tuple[int, int]]) -> None:
    ink = np.zeros((70, 40), np.uint8)
    for top, bottom in runs:
        ink[top:bottom, 5:35] = 255
    found = text_lines_in(Sheet(255 - ink, ink, SCALE), (0, 0, 40, 70), 20.0)
    assert [(top, bottom) for _, top, _, bottom in found] == expected


@pytest.mark.slow
def test_cells_of_a_drawn_table_are_read() -> None:
    page = _page(1.0)
    blocks = read_page_image(page, 1, page.shape[1] / SCALE, page.shape[0] / SCALE)
    (table,) = [b for b in blocks if isinstance(b, Table)]
    assert [c.text for c in table.cells] == [word for row in WORDS for word in row]
    assert min(c.confidence for c in table.cells) > 0.5
