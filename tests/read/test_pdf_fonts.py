"""Fonts that a PDF names and does not carry: what is read is the same on every machine, and what cannot be read
is said.
"""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pypdfium2 as pdfium
import pytest

from pipeline.app.document import parse_document
from pipeline.model.cells import Line, Table
from pipeline.read import read_document
from pipeline.read.page import lost_characters, written_characters
from pipeline.read.page.page_objects import objects_of
from pipeline.read.page.pdfium_calls import FONT, IS_EMBEDDED, each
from pipeline.read.page.substitute_font import FONT_FILE, STANDARD, install, only_drawable_fonts
from tests.forms import ROWS
from tests.machine import PICTURES
from tests.named_fonts import BROKEN, FONTS, latin, plain, ruled
from tests.read.test_hostile_pdf import paged, stream
from tests.writers.substitute_font import Kind, font_file

ALONE = ("检验报告出具及时", "率", "≥", "≤", "％", "□", "标", "。", "12345", "6", "检验")
TITLE = "项目支出绩效指标体系（农村道路养护）"
FORM = [
    ("一级指标", "二级指标", "三级指标", "指标值", "分值"),
    *((r[0], r[1], r[3], r[4], r[6]) for r in ROWS),
    ("总分", "", "", "", "90"),
]
INSTALLED = "WenQuanYi Micro Hei"  # a font that pdfium looks for on Linux where a Chinese one is missing
CHINESE = 1 << 18  # of OS/2.ulCodePageRange1: simplified Chinese


def lines(data: bytes) -> list[str]:
    """The texts outside tables, without the blanks that set them apart."""
    return [b.text.strip() for b in read_document(data, "a.pdf").blocks if isinstance(b, Line)]


def texts(data: bytes) -> list[str]:
    """The texts of the only table, row by row."""
    (table,) = [b for b in read_document(data, "a.pdf").blocks if isinstance(b, Table)]
    return [c.text.replace("\n", "") for c in sorted(table.cells, key=lambda c: (c.row, c.col))]


def test_the_font_in_the_package_is_the_one_that_the_command_writes() -> None:
    assert FONT_FILE.read_bytes() == font_file(Kind())


@pytest.mark.parametrize("name", FONTS)
def test_characters_that_stand_alone_are_read(name: str) -> None:
    data = plain(FONTS[name], ALONE)
    assert lines(data) == list(ALONE)
    assert read_document(data, "a.pdf").flags == ()


@pytest.mark.parametrize("name", FONTS)
def test_the_last_character_of_a_narrow_cell_is_read(name: str) -> None:
    data = ruled(FONTS[name], TITLE, FORM)
    assert texts(data) == [text for row in FORM for text in row]
    assert [r["name"] for r in parse_document(data, "a.pdf").indicators] == [r[3] for r in ROWS]


# ---- machines
# ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`none`, `latin`, `chinese`: fonts of three machines; `pdfs`: a form in every kind of font."""
    root = tmp_path_factory.mktemp("machines")
    for name in ("none", "latin", "chinese", "pdfs"):
        (root / name).mkdir()
    chinese = Kind(INSTALLED, inked=True, ascent=1010, descent=-310, code_pages=CHINESE)
    (root / "chinese" / "font.ttf").write_bytes(font_file(chinese))
    (root / "latin" / "font.ttf").write_bytes(font_file(Kind("Calibri", inked=True, code_pages=1)))
    for name, font in FONTS.items():
        (root / "pdfs" / f"{name}.pdf").write_bytes(ruled(font, TITLE, FORM))
    for base in (b"Calibri", b"Arial", b"SimSun"):
        (root / "pdfs" / f"{base.decode()}.pdf").write_bytes(plain(latin(base), ("Total 95", "A", "9")))
    return root


def tables(folders: Path, machine: str, source: str) -> dict[str, bytes]:
    """What a process on that machine writes, by file."""
    out = folders / f"{machine}-{source}"
    command = [sys.executable, "-m", "tests.machine", folders / machine, source, folders / "pdfs", out]
    subprocess.run(command, check=True, cwd=Path(__file__).parents[2])
    return {path.name: path.read_bytes() for path in sorted(out.glob("[!.]*"))}


def test_machines_with_and_without_fonts_write_the_same_bytes(folders: Path) -> None:
    bare = tables(folders, "none", "ours")
    assert bare == tables(folders, "latin", "ours")
    assert bare == tables(folders, "chinese", "ours")
    assert {"indicators.parquet", PICTURES} < bare.keys()


def test_without_a_font_of_our_own_the_machine_decides(folders: Path) -> None:
    bare, rich = tables(folders, "none", "theirs"), tables(folders, "chinese", "theirs")
    assert bare["indicators.parquet"] != rich["indicators.parquet"]
    assert bare[PICTURES] != rich[PICTURES]
    assert lost(bare) == set(FONTS)
    assert lost(bare) - lost(rich) == {"GBK-EUC-H", "UniGB-UCS2-H", "TrueType named in GBK"}


def lost(made: dict[str, bytes]) -> set[str]:
    """The kinds of font whose document is said to have lost characters."""
    rows = pq.read_table(io.BytesIO(made["documents.parquet"])).to_pylist()
    return {Path(r["source_path"]).stem for r in rows if r["error_code"] == "characters_lost"}


# ---- Latin, pictures, fixtures
# ------------------------------------------------------------------------------------------------------


def boxes(data: bytes) -> list[tuple[float, ...]]:
    """The ink of every character, as pdfium sees it."""
    document = pdfium.PdfDocument(data)
    text = document[0].get_textpage()
    found = [text.get_charbox(i) for i in range(text.count_chars())]
    document.close()
    return found


@pytest.mark.parametrize("base", [*sorted(STANDARD), "Arial", "TimesNewRoman,Bold", "CourierNewPSMT"])
def test_the_standard_fonts_stay_those_of_pdfium(base: str) -> None:
    install()
    data = plain(latin(base.encode()), ("Total", "W", "i"))
    with only_drawable_fonts():
        wanted = boxes(data)
    assert boxes(data) == wanted


def test_pictures_of_pages_show_latin_in_any_font() -> None:
    data = plain(latin(b"Calibri"), ("Total 95",))
    with only_drawable_fonts():
        shown = pdfium.PdfDocument(data)[0].render().to_numpy().min()
    hidden = pdfium.PdfDocument(data)[0].render().to_numpy().min()
    assert (shown < 100, hidden) == (True, 255)


def test_every_fixture_carries_its_fonts(root: Path) -> None:
    install()
    for path in sorted((root / "tests" / "fixtures").rglob("*.pdf")):
        document = pdfium.PdfDocument(path)
        for page in document:
            fonts = each(FONT, objects_of(page.raw).texts)
            named = [font for font in fonts if not IS_EMBEDDED(font)]
            assert named == [], path
        document.close()


# ---- what is lost all the same
# ------------------------------------------------------------------------------------------------------


def test_characters_that_pdfium_leaves_out_are_noticed() -> None:
    row = parse_document(plain(BROKEN, ALONE), "a.pdf").document
    assert (row["status"], row["error_code"]) == ("partial", "characters_lost")
    assert "characters_lost" in row["flags"]
    assert row["error"].startswith("page 1 has 8 characters more than could be read")


def test_characters_that_pdfminer_cannot_read_either_are_not_spoken_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> object:
        raise ValueError("a font that pdfminer does not know")

    monkeypatch.setattr(written_characters, "written_characters", fail)
    assert parse_document(plain(BROKEN, ALONE), "a.pdf").document["flags"] == []


def test_pdfminer_is_not_asked_where_every_text_gives_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(written_characters, "written_characters", lambda *a: asked.append(a) or [])
    for font in FONTS.values():
        read_document(plain(font, ALONE), "a.pdf")
    assert asked == []
    read_document(plain(BROKEN, ALONE), "a.pdf")
    assert len(asked) == 1


HELVETICA = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
HARMLESS = {
    "a text drawn twice to look bold": b"BT /F 9 Tf 1 0 0 1 60 700 Tm (Total) Tj 1 0 0 1 60.3 700 Tm (Total) Tj ET",
    "blanks": b"BT /F 9 Tf 1 0 0 1 60 700 Tm (Total) Tj 1 0 0 1 90 700 Tm (   ) Tj ET",
    "a wording for other glyphs": b"BT /F 9 Tf 1 0 0 1 60 700 Tm /Span<</ActualText(Total)>>BDC (Tot) Tj (al) Tj EMC "
    b"1 0 0 1 90 700 Tm ( ) Tj ET",
}  # fmt: skip


@pytest.mark.parametrize("contents", HARMLESS.values(), ids=HARMLESS)
def test_texts_without_characters_of_their_own_lose_none(contents: bytes) -> None:
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>"
    data = paged([page], stream(contents), HELVETICA)
    document = pdfium.PdfDocument(data)
    page_of = document[0]
    silent = lost_characters.has_silent_text(objects_of(page_of.raw).texts, page_of.get_textpage())
    assert silent is (contents != HARMLESS["blanks"])
    document.close()
    assert lines(data) == ["Total"]
    assert read_document(data, "a.pdf").problems == ()
