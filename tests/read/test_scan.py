"""Pictures and scans: refusals by code, cleaning, rulings, and (slow) the text of a drawn table."""

from __future__ import annotations

import io
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from pipeline.model.cells import Table
from pipeline.model.errors import PipelineError
from pipeline.read.page.lattice import grids
from pipeline.read.scan.grey_seal import without_grey_seal
from pipeline.read.scan.level_page import Sheet, flattened, lines_run, sheet, text_lines_in, without_red
from pipeline.read.scan.lone_signs import lone_sign, with_sign
from pipeline.read.scan.rulings import rulings
from pipeline.read.scan.scanned_page import between_floors, read_image, read_page_image
from tests.accuracy import FIXTURES, parsed
from tests.compare import rows_right

SCANS = FIXTURES / "scan"
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
            cv2.putText(
                page, word, (XS[j] + 60, YS[i] + 52), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (0, 0, 0), 2, cv2.LINE_AA
            )
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


def test_a_page_photographed_from_one_side_is_made_square() -> None:
    page = _page()
    corners = np.array([(0, 0), (WIDTH, 0), (WIDTH, HEIGHT), (0, HEIGHT)], np.float32)
    tilted = corners + np.array([(14, 6), (-14, 0), (0, 0), (0, -6)], np.float32)
    photo = cv2.warpPerspective(
        page, cv2.getPerspectiveTransform(corners, tilted), (WIDTH, HEIGHT), borderValue=(255, 255, 255)
    )
    across, down, _ = rulings(sheet(without_red(np.asarray(photo, np.uint8)), SCALE))
    (grid,) = grids(across, down)
    assert len(grid.cells) == 9


@pytest.mark.parametrize("gap", [0, 3, 12, 20])
def test_rulings_broken_in_places_are_whole(gap: int) -> None:
    page = _page(words=False)
    for y in YS:
        for x in range(120, 1000, 100):
            page[y - 3 : y + 4, x : x + gap] = 255
    across, down, bare = rulings(sheet(without_red(page), SCALE))
    (grid,) = grids(across, down)
    assert len(grid.cells) == 9
    assert not bare.ink.any()


@pytest.mark.parametrize("apart", [3, 5, 7])  # pixels, with 1 to 5 of white between
@pytest.mark.parametrize("angle", [0.0, 1.5])
def test_double_rulings_make_one_grid(apart: int, angle: float) -> None:
    page = _page(angle)
    moved = np.roll(_page(angle, words=False), (apart, apart), axis=(0, 1))
    across, down, bare = rulings(sheet(without_red(np.minimum(page, moved)), SCALE))
    (grid,) = grids(across, down)
    assert len(grid.cells) == 9
    assert not bare.ink[: 2 * YS[0] // 3].any()


def test_horizontal_rulings_alone_part_rows() -> None:
    title = ((100, 0, 300, 12), "title", 0.9)
    name = [((0, 22, 90, 32), "first", 0.8), ((10, 36, 80, 46), "name", 0.9)]
    value, below = ((120, 29, 160, 39), "10", 0.9), ((0, 60, 90, 70), "second", 0.9)
    assert between_floors([title, *name, value, below], [15, 50, 80]) == [
        title,
        ((0, 16, 90, 50), "first\nname", 0.8),
        ((120, 16, 160, 50), "10", 0.9),
        ((0, 51, 90, 80), "second", 0.9),
    ]
    assert between_floors([title, *name, value, below], []) == sorted(
        [title, *name, value, below], key=lambda part: part[0][1]
    )


def test_a_wall_that_is_not_there_is_not_seen_in_the_text_between() -> None:
    page = _page()
    page[YS[1] + 4 : YS[2] - 3, XS[1] - 4 : XS[1] + 5] = 255
    cv2.putText(
        page, "1111111111", (XS[1] - 90, YS[1] + 52), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (0, 0, 0), 2, cv2.LINE_AA
    )
    across, down, _ = rulings(sheet(without_red(page), SCALE))
    (grid,) = grids(across, down)
    assert (1, 0, 1, 2) in grid.cells


@pytest.mark.parametrize(("quarters", "way"), [(0, 1), (1, -1), (2, 1), (3, -1)])
def test_lines_of_text_run_across_or_down(quarters: int, way: int) -> None:
    page = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    for k in range(8):
        cv2.putText(
            page,
            "12345 67890 12345",
            (100, 100 + 70 * k),
            cv2.FONT_HERSHEY_SIMPLEX,
            1.0,
            (0, 0, 0),
            2,
            cv2.LINE_AA,
        )
    level = sheet(without_red(np.ascontiguousarray(np.rot90(page, quarters))), SCALE)
    assert lines_run(level, 22.0) * way > 0.5


def test_shaded_cells_and_weak_ink_become_black_on_white() -> None:
    page = np.full((200, 400), 230, np.uint8)
    page[:, 200:] = 170
    cv2.putText(page, "10", (60, 110), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (100,), 2)
    cv2.putText(page, "10", (260, 110), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (70,), 2)
    flat = flattened(page, SCALE)
    assert flat[20, 50] == flat[20, 350] == 255
    assert flat[:, :200].min() < 40
    assert flat[:, 200:].min() < 40


def test_pale_print_on_tinted_paper_becomes_black() -> None:
    page = np.full((200, 400), 240, np.uint8)
    cv2.putText(page, "10", (60, 110), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (198,), 2)
    flat = flattened(page, SCALE)
    assert flat[20, 50] == 255
    assert flat.min() < 40


def _sealed(tone: int) -> tuple[np.ndarray, np.ndarray]:
    """A page with a table, and the same under a grey seal through which its print shows."""
    page = cv2.cvtColor(_page(), cv2.COLOR_BGR2GRAY)
    seal = np.full(page.shape, 255, np.uint8)
    cv2.circle(seal, (580, 240), 120, (tone,), 7, cv2.LINE_AA)
    cv2.circle(seal, (580, 240), 40, (tone,), -1, cv2.LINE_AA)
    return np.asarray(page, np.uint8), np.asarray(page * (seal / 255.0), np.uint8)


@pytest.mark.parametrize("tone", [120, 150, 185])
def test_a_grey_seal_goes_and_print_under_it_stays(tone: int) -> None:
    page, under = _sealed(tone)
    clean = without_grey_seal(under, SCALE)
    assert (clean[page == 255] > 235).mean() > 0.998
    assert (clean[page < 20] < 60).all()


def test_rulings_and_shaded_cells_are_no_seal() -> None:
    page, _ = _sealed(255)
    page = np.asarray(np.where(page < 128, 150, page), np.uint8)
    page[YS[0] : YS[1], XS[0] : XS[1]] -= 60
    assert (without_grey_seal(page, SCALE) == page).all()


def _ink(*strokes: tuple[tuple[int, int], tuple[int, int]]) -> np.ndarray:
    ink = np.zeros((30, 40), np.uint8)
    for start, end in strokes:
        cv2.line(ink, start, end, (255,), 2)
    return ink


BAR_ABOVE, BAR_BELOW = ((8, 12), (20, 12)), ((8, 18), (20, 18))
SIGNS = [
    (_ink(BAR_ABOVE, BAR_BELOW), "="),
    (_ink(((8, 15), (14, 15))), "-"),
    (_ink(((4, 15), (28, 15))), "—"),
    (_ink(((8, 24), (16, 4))), "/"),
    (_ink(((12, 24), (12, 4))), None),
    (_ink(((12, 6), (20, 6)), ((4, 22), (28, 22))), None),
]


@pytest.mark.parametrize(("ink", "sign"), SIGNS, ids=["equals", "hyphen", "dash", "slash", "one", "two"])
def test_signs_that_stand_alone_are_told_by_their_shape(ink: np.ndarray, sign: str | None) -> None:
    assert lone_sign(ink, 24.0) == sign


ANGLE = (((4, 6), (16, 11)), ((16, 11), (4, 16)))
LEFT_OUT = [
    (_ink(BAR_ABOVE, BAR_BELOW, ((30, 5), (30, 25))), "84", "=84"),
    (_ink(*ANGLE, ((4, 22), (16, 22)), ((30, 5), (30, 25))), ">84", "≥84"),
    (_ink(*ANGLE, ((30, 5), (30, 25))), ">84", ">84"),
    (_ink(((8, 5), (8, 25)), ((30, 5), (30, 25))), "11", "11"),
]


@pytest.mark.parametrize(("ink", "read", "text"), LEFT_OUT)
def test_a_comparator_is_seen_where_the_recogniser_did_not(ink: np.ndarray, read: str, text: str) -> None:
    assert with_sign(read, ink, 255 - ink, 24.0) == text


STRIPES = [  # runs of ink (top, bottom), lines found with characters 20 pixels high
    ([(10, 30)], [(10, 30)]),
    ([(10, 12), (16, 18), (26, 30)], [(10, 18), (26, 30)]),
    ([(10, 30), (34, 54)], [(10, 30), (34, 54)]),
]


@pytest.mark.parametrize(("runs", "expected"), STRIPES)
def test_strokes_of_one_character_stay_together(
    runs: list[tuple[int, int]], expected: list[tuple[int, int]]
) -> None:
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


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted(SCANS.glob("*.jpg")), ids=lambda p: p.stem)
def test_scanned_forms_are_read_row_by_row(path: Path) -> None:
    truth = json.loads(path.with_name(path.name + ".json").read_text(encoding="utf-8"))
    rows = parsed(path)
    assert [(r.seq, r.wrong) for r in rows_right(truth, rows) if not r.right] == []


def texts(picture: np.ndarray) -> list[str]:
    height, width = (side * 72 / 150 for side in picture.shape[:2])
    blocks = read_page_image(np.ascontiguousarray(picture), 1, width, height)
    return [c.text for b in blocks if isinstance(b, Table) for c in b.cells]


@pytest.fixture(scope="module")
def upright() -> tuple[np.ndarray, list[str]]:
    """The upper part of a page, and its texts."""
    page = np.asarray(Image.open(SCANS / "weak_rulings.jpg").convert("RGB"), np.uint8)[..., ::-1]
    page = page[: len(page) // 2]
    return page, texts(page)


@pytest.mark.slow
@pytest.mark.parametrize("quarters", [1, 3])  # `upside_down.jpg` is the half turn
def test_a_page_in_any_turn_gives_the_same_texts(
    upright: tuple[np.ndarray, list[str]], quarters: int
) -> None:
    page, wanted = upright
    assert len(wanted) > 20
    assert texts(np.rot90(page, quarters)) == wanted
