"""OFD packages that `tests.writers.ofd` draws: forms in every look, offsets, turned and hidden text, scans,
broken and locked packages.
"""

from __future__ import annotations

import io
import random
import zipfile
from pathlib import Path
from random import Random

import pytest
from PIL import Image

from pipeline.app.document import parse_document
from pipeline.app.sources import collect
from pipeline.model.cells import Line, Reading, Table
from pipeline.model.errors import PipelineError
from pipeline.read import read_document
from tests.compare import compare_document, rows_right, shown
from tests.writers.inventor import invented
from tests.writers.ofd import NAMES, RULES, TEXTS, Look, packed, written
from tests.writers.templates import layouts_for, printed

PLAIN = Look("boxes", "deltas", turned=False, landscape=False, template=False)


def page(objects: str, **parts: str | bytes) -> bytes:
    """An OFD of one page of 100 × 100 mm with these objects; `parts` are the texts of other parts, their
    names spelt with underscores.
    """
    named = {name.replace("__", "/").replace("_", "."): content for name, content in parts.items()}
    return packed({
        "OFD.xml": f"<ofd:OFD {NAMES}><ofd:DocBody><ofd:DocRoot>D/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "D/Document.xml": f"<ofd:Document {NAMES}><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 100 100</ofd:PhysicalBox></ofd:PageArea>"
        '<ofd:DocumentRes>Res.xml</ofd:DocumentRes></ofd:CommonData><ofd:Pages><ofd:Page ID="1" BaseLoc="P.xml"/></ofd:Pages></ofd:Document>',
        "D/P.xml": f"<ofd:Page {NAMES}><ofd:Content><ofd:Layer>{objects}</ofd:Layer></ofd:Content></ofd:Page>",
        **named,
    })  # fmt: skip


def text(body: str, more: str = 'Size="4"') -> str:
    return f'<ofd:TextObject Boundary="10 10 80 6" {more}>{body}</ofd:TextObject>'


def lines(reading: Reading) -> list[str]:
    return [b.text if isinstance(b, Line) else "|".join(c.text for c in b.cells) for b in reading.blocks]


# ---- whole forms
# ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(len(RULES)))
def test_every_row_of_invented_forms_is_right(seed: int) -> None:
    rng = Random(seed)
    forms = invented(7000 + seed, n_forms=1 + seed % 2, target=seed % 5 == 4)
    pages = [printed(f, rng.choice(layouts_for(f)), rng) for f in forms]
    look = Look(
        RULES[seed],
        TEXTS[(seed + 1) % len(TEXTS)],
        turned=seed % 4 == 1,
        landscape=seed % 3 == 0,
        template=seed % 2 == 0,
    )
    rows = parse_document(written([p.sheet for p in pages], look), "a.ofd")
    truth = {"projects": [{**p.truth, "form_index": n} for n, p in enumerate(pages, 1)]}
    differences = compare_document(truth, rows)
    results = rows_right(truth, rows)
    assert results
    assert all(r.right for r in results), shown(differences)
    assert differences == []
    assert rows.document["media_type"] == "application/ofd"
    assert {i["extractor"] for i in rows.indicators} == {"ofd-lattice"}


def test_an_ofd_is_a_document_and_no_archive(tmp_path: Path) -> None:
    path = tmp_path / "a.ofd"
    path.write_bytes(page(text("<ofd:TextCode>甲</ofd:TextCode>")))
    assert [s.name for s in collect([path])] == ["a.ofd"]


# ---- objects
# -------------------------------------------------------------------------------------------------------

TEXT_OBJECTS = [
    ("offsets", text('<ofd:TextCode X="0" Y="4" DeltaX="4 4 4">绩效目标</ofd:TextCode>'), "绩效目标"),
    ("repeated offsets", text('<ofd:TextCode X="0" Y="4" DeltaX="4 g 2 2 g 9 4">绩12效目</ofd:TextCode>'), "绩12效目"),
    ("endless repeats", text('<ofd:TextCode X="0" Y="4" DeltaX="g 999999999 4">绩效</ofd:TextCode>'), "绩效"),
    ("no offsets", text('<ofd:TextCode X="0" Y="4">绩效 2024</ofd:TextCode>'), "绩效 2024"),
    ("written in lines", text('\n<ofd:TextCode X="0" Y="4" DeltaX="4">\n  绩效\n</ofd:TextCode>\n'), "绩效"),
    ("several codes", text('<ofd:TextCode X="20" Y="4">后</ofd:TextCode><ofd:TextCode X="0" Y="4">前</ofd:TextCode>'), "前 后"),
    ("a code that keeps the line", text('<ofd:TextCode X="0" Y="4">上</ofd:TextCode><ofd:TextCode X="4">下</ofd:TextCode>'), "上下"),
    ("invisible", text('<ofd:TextCode X="0" Y="4">藏</ofd:TextCode>', 'Size="4" Visible="false"'), ""),
    ("transparent", text('<ofd:FillColor Value="0 0 0" Alpha="0"/><ofd:TextCode X="0" Y="4">藏</ofd:TextCode>'), ""),
    ("not filled", text('<ofd:TextCode X="0" Y="4">藏</ofd:TextCode>', 'Size="4" Fill="false"'), ""),
    ("off the page", text('<ofd:TextCode X="500" Y="4">外</ofd:TextCode>'), ""),
    ("upside down", text('<ofd:TextCode X="0" Y="4" DeltaX="4">倒转</ofd:TextCode>', 'Size="4" CTM="-1 0 0 -1 40 8"'), "倒转"),
    ("turned characters", text('<ofd:TextCode X="0" Y="4" DeltaX="0" DeltaY="4">竖排</ofd:TextCode>', 'Size="4" CharDirection="90"'), "竖排"),
    ("downwards without offsets", text('<ofd:TextCode X="0" Y="4">竖排</ofd:TextCode>', 'Size="4" ReadDirection="90"'), "竖|排"),
    ("in a block", f"<ofd:PageBlock>{text('<ofd:TextCode>块</ofd:TextCode>')}</ofd:PageBlock>", "块"),
    ("nonsense", text('<ofd:TextCode X="nan" Y="inf" DeltaX="x">乱</ofd:TextCode>', 'Size="4" CTM="1 2"'), "乱"),
    ("without a size", text("<ofd:TextCode>乱</ofd:TextCode>", ""), ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("objects", "wanted"), [t[1:] for t in TEXT_OBJECTS], ids=[t[0] for t in TEXT_OBJECTS]
)
def test_text_stands_where_its_offsets_put_it(objects: str, wanted: str) -> None:
    assert " ".join("|".join(lines(read_document(page(objects), "a.ofd"))).split()) == wanted


def ruled(data: str, attributes: str = "", boundary: str = "10 20 60 20") -> str:
    return f'<ofd:PathObject Boundary="{boundary}" {attributes}><ofd:AbbreviatedData>{data}</ofd:AbbreviatedData></ofd:PathObject>'


GRID = "M 0 0 L 60 0 M 0 10 L 60 10 M 0 20 L 60 20 M 0 0 L 0 20 M 30 0 L 30 20 M 60 0 L 60 20"
CELLS = "".join(
    f'<ofd:TextObject Boundary="{x} {y} 20 6" Size="4"><ofd:TextCode X="0" Y="4">{ch}</ofd:TextCode></ofd:TextObject>'
    for x, y, ch in ((12, 22, "甲"), (42, 22, "乙"), (12, 32, "丙"), (42, 32, "丁"))
)
PATHS = [
    ("one path", ruled(GRID), True),
    ("in the page's system", ruled("M 10 20 L 70 20 L 70 40 L 10 40 C M 10 30 L 70 30 M 40 20 L 40 40"), True),
    ("scaled", ruled(GRID.replace("60", "6").replace("30", "3").replace("20", "2").replace("10", "1"), 'CTM="10 0 0 10 0 0" LineWidth="0.03"'), True),
    ("round corners", ruled("M 1 0 L 59 0 Q 60 0 60 1 L 60 19 B 60 20 60 20 59 20 L 1 20 A 1 1 0 0 1 0 19 L 0 1 A 1 1 0 0 1 1 0 M 0 10 L 60 10 M 30 0 L 30 20"), True),
    ("invisible", ruled(GRID, 'Visible="false"'), False),
    ("neither stroked nor filled", ruled(GRID, 'Stroke="false"'), False),
    ("no path at all", ruled("X 1 2 nonsense"), False),
]  # fmt: skip


@pytest.mark.parametrize(("objects", "is_table"), [p[1:] for p in PATHS], ids=[p[0] for p in PATHS])
def test_paths_are_rulings(objects: str, is_table: bool) -> None:
    reading = read_document(page(objects + CELLS), "a.ofd")
    tables = [b for b in reading.blocks if isinstance(b, Table) and b.reader == "ofd-lattice"]
    assert bool(tables) is is_table
    for table in tables:
        assert [(c.text, c.row, c.col) for c in table.cells] == [
            ("甲", 0, 0),
            ("乙", 0, 1),
            ("丙", 1, 0),
            ("丁", 1, 1),
        ]
        assert table.cells[0].box == pytest.approx(
            (10 * 72 / 25.4, 20 * 72 / 25.4, 40 * 72 / 25.4, 30 * 72 / 25.4), abs=0.1
        )


def test_a_drawing_used_again_stands_where_it_is_put() -> None:
    unit = f'<ofd:Res {NAMES}><ofd:CompositeGraphicUnits><ofd:CompositeGraphicUnit ID="9"><ofd:Content>{ruled(GRID, boundary="0 0 60 20")}</ofd:Content></ofd:CompositeGraphicUnit></ofd:CompositeGraphicUnits></ofd:Res>'
    use = '<ofd:CompositeObject ResourceID="9" Boundary="10 20 60 20"/>'
    (table,) = read_document(page(use + CELLS, D__Res_xml=unit), "a.ofd").blocks
    assert isinstance(table, Table)
    assert [c.text for c in table.cells] == ["甲", "乙", "丙", "丁"]


def test_a_page_of_strange_characters_is_said() -> None:
    reading = read_document(
        page(text(f"<ofd:TextCode DeltaX='g 20 4'>{chr(0xE123) * 12}</ofd:TextCode>")), "a.ofd"
    )
    assert (reading.blocks, [p.code for p in reading.problems]) == ((), ["page_unread"])


@pytest.mark.slow
def test_a_page_that_is_only_a_picture_is_read_as_a_scan() -> None:
    out = io.BytesIO()
    cells = written_picture()
    cells.save(out, "PNG")
    media = f'<ofd:Res {NAMES} BaseLoc="Res"><ofd:MultiMedias><ofd:MultiMedia ID="4" Type="Image"><ofd:MediaFile>i.png</ofd:MediaFile></ofd:MultiMedia></ofd:MultiMedias></ofd:Res>'
    use = '<ofd:ImageObject ResourceID="4" Boundary="0 0 100 100" CTM="100 0 0 100 0 0"/>'
    reading = read_document(page(use, D__Res_xml=media, D__Res__i_png=out.getvalue()), "a.ofd")
    assert (reading.text_layer, reading.n_pages) == ("ocr", 1)
    assert any("2024" in line for line in lines(reading))


def written_picture() -> Image.Image:
    """A white page with a figure on it, as a scanner gives it."""
    from PIL import ImageDraw, ImageFont

    image = Image.new("L", (800, 800), 255)
    ImageDraw.Draw(image).text((250, 200), "2024", fill=0, font=ImageFont.load_default(60))
    return image


# ---- broken, locked, hostile
# ---------------------------------------------------------------------------------------

WHOLE = page(text("<ofd:TextCode>甲</ofd:TextCode>"))
BOMB = "<a>" + "&x;" * 10 + "</a>"
REFUSED = [
    ("no document", packed({"OFD.xml": f"<ofd:OFD {NAMES}/>"}), "damaged"),
    ("a document that is not there", packed({"OFD.xml": f"<ofd:OFD {NAMES}><ofd:DocBody><ofd:DocRoot>D.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"}), "damaged"),
    ("no XML", packed({"OFD.xml": b"\x00\x01\x02"}), "damaged"),
    ("a page that is not there", page("").replace(b"P.xml", b"Q.xml", 1), "damaged"),
    ("out of the archive", packed({"OFD.xml": f"<ofd:OFD {NAMES}><ofd:DocBody><ofd:DocRoot>../../etc/passwd</ofd:DocRoot></ofd:DocBody></ofd:OFD>"}), "unsafe_path"),
    ("encrypted parts", packed({"OFD.xml": b"\x8f\x02\x11", "Encryptions.xml": "<a/>"}), "encrypted"),
    ("a bomb", packed({"OFD.xml": b" " * 200_000_001}), "too_large"),
    ("cut", WHOLE[: len(WHOLE) // 2], "unknown_format"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "code"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_what_is_refused_has_a_stable_code(data: bytes, code: str) -> None:
    with pytest.raises(PipelineError) as caught:
        read_document(data, "a.ofd")
    assert caught.value.code == code


def test_a_locked_member_is_encrypted() -> None:
    data = bytearray(WHOLE)
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(signature)
        while at >= 0:
            data[at + flags] |= 1
            at = data.find(signature, at + 4)
    with pytest.raises(PipelineError) as caught:
        read_document(bytes(data), "a.ofd")
    assert caught.value.code == "encrypted"


def test_a_broken_page_costs_only_itself() -> None:
    two = page(
        text("<ofd:TextCode>甲</ofd:TextCode>"),
        D__Document_xml=f'<ofd:Document {NAMES}><ofd:Pages><ofd:Page BaseLoc="X.xml"/><ofd:Page BaseLoc="P.xml"/></ofd:Pages></ofd:Document>',
        D__X_xml=b"<broken",
    )
    reading = read_document(two, "a.ofd")
    assert (lines(reading), [(p.code, p.page) for p in reading.problems]) == (["甲"], [("page_unread", 1)])


def test_entities_stay_unresolved_and_endless_drawings_end() -> None:
    entity = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    body = f"<ofd:Page {NAMES}><ofd:Content><ofd:Layer>{text('<ofd:TextCode>&x;甲</ofd:TextCode>')}</ofd:Layer></ofd:Content></ofd:Page>"
    assert lines(read_document(page("", D__P_xml=entity + body.encode()), "a.ofd")) in ([], ["甲"])
    unit = f'<ofd:Res {NAMES}><ofd:CompositeGraphicUnit ID="9"><ofd:Content><ofd:CompositeObject ResourceID="9"/></ofd:Content></ofd:CompositeGraphicUnit></ofd:Res>'
    with pytest.raises(PipelineError, match="nested"):
        read_document(page('<ofd:CompositeObject ResourceID="9"/>', D__Res_xml=unit), "a.ofd")


@pytest.mark.parametrize("seed", range(20))
def test_changed_bytes_raise_only_errors_of_ours(seed: int) -> None:
    rng = random.Random(seed)
    if seed % 2:  # the package
        data = bytearray(WHOLE)
        for _ in range(rng.randrange(1, 40)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        if seed % 4 == 1:
            del data[rng.randrange(len(data)) :]
    else:  # what is in it
        forms = invented(seed, n_forms=1)
        sheet = printed(forms[0], layouts_for(forms[0])[0], rng).sheet
        with zipfile.ZipFile(io.BytesIO(written([sheet], Look.of(rng)))) as archive:
            parts = {n: bytearray(archive.read(n)) for n in archive.namelist()}
        for content in parts.values():
            for _ in range(rng.randrange(0, 30) if rng.random() < 0.4 else 0):
                content[rng.randrange(len(content))] = rng.choice(b"0123456789 .-gACx")
        data = bytearray(packed({n: bytes(content) for n, content in parts.items()}))
    try:
        reading = read_document(bytes(data), "a.ofd")
    except PipelineError:
        return
    assert reading.media_type
