"""What the writer of the site puts on disk: every row, sources or their absence, no markup of a document, no foreign folder replaced."""

from __future__ import annotations

import base64
import datetime
import gzip
import json
import re
import tomllib
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from PIL import Image

from pipeline.app.cli import main
from pipeline.app.document import parse_document
from pipeline.app.source_bytes import finder
from pipeline.audit.rules import RULES
from pipeline.model.errors import PipelineError
from pipeline.report.packed import script
from pipeline.report.rows import correctable
from pipeline.report.site import SIGN, write_site
from pipeline.report.source_view import NOTHING, view
from pipeline.report.words import words

STATIC = Path(__file__).parents[2] / "pipeline" / "report" / "static"
HOSTILE = "</script><script>alert(1)</script>.txt"


def unpacked(path: Path) -> Any:
    call = re.fullmatch(
        r'site\.take\("([0-9a-z-]+)","([A-Za-z0-9+/=]*)"\);\n', path.read_text(encoding="ascii")
    )
    assert call, path.name
    assert call[1] == path.stem
    return json.loads(gzip.decompress(base64.b64decode(call[2])))


@pytest.fixture(scope="module")
def raw(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled example, and its first file once more under a hostile name and with other words."""
    folder = tmp_path_factory.mktemp("raw")
    files = sorted((root / "data" / "raw").iterdir())
    for file in files:
        (folder / file.name).write_bytes(file.read_bytes())
    other = files[0].read_text(encoding="utf-8").replace("媒体宣传", "<b onclick=alert(1)>媒体宣传")
    (folder / HOSTILE.replace("/", "∕")).write_text(other, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def tables(raw: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("tables")
    assert CliRunner().invoke(main, ["parse", str(raw), "--out", str(out), "--jobs", "2"]).exit_code == 0
    return out


@pytest.fixture(scope="module")
def site(raw: Path, tables: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out") / "report"
    written = write_site(tables, out, finder([raw]), "zh")
    assert (written.documents, written.missing, written.changed) == (5, (), ())
    return out


def test_every_row_of_every_list_is_there(site: Path, tables: Path) -> None:
    chunks = unpacked(site / "data" / "site.js")["chunks"]
    for name, table in (
        ("documents", "documents"),
        ("forms", "projects"),
        ("indicators", "indicators"),
        ("findings", "findings"),
    ):
        pieces = [unpacked(site / "data" / f"{chunk}.js") for chunk in chunks[name]]
        rows = pq.read_table(tables / f"{table}.parquet").to_pylist()
        lengths = {sum(len(p[column]) for p in pieces) for column in pieces[0]}
        assert lengths == {len(rows)}
    listed = [n for chunk in chunks["indicators"] for n in unpacked(site / "data" / f"{chunk}.js")["name"]]
    assert listed == pq.read_table(tables / "indicators.parquet")["name"].to_pylist()


def test_every_row_of_a_form_is_in_its_document(site: Path, tables: Path) -> None:
    seen = [unpacked(p) for p in sorted((site / "data").glob("document-*.js"))]
    for table in ("funds", "indicators", "unread"):
        there = [row for d in seen for form in d["forms"] for row in form[table]]
        assert len(there) == pq.read_table(tables / f"{table}.parquet").num_rows
    row, truth = seen[0]["forms"][0]["funds"][0], pq.read_table(tables / "funds.parquet").to_pylist()
    assert row["executed"] in {
        str(f["executed"]) for f in truth
    }  # to the last digit, as the register needs it


def test_lines_of_a_text_are_counted_as_rows_count_them(site: Path) -> None:
    for path in (site / "data").glob("document-*.js"):
        document = unpacked(path)
        assert document["source"]["kind"] == "lines"
        for row in document["forms"][0]["indicators"]:
            lines = document["source"]["lines"][row["line_start"] - 1 : row["line_end"]]
            assert re.sub(r"\s", "", row["name"])[:4] in re.sub(r"\s", "", "".join(lines))


def test_no_text_of_a_document_stands_in_a_file_as_it_is(site: Path) -> None:
    for path in site.rglob("*"):
        if path.is_file() and path.suffix in (".html", ".js", ".txt") and path.parent.name != "vendor":
            text = path.read_text(encoding="utf-8")
            assert "alert(1)" not in text, path
        assert "<" not in path.name
    page = (site / "index.html").read_text(encoding="utf-8")
    assert "default-src 'none'" in page
    assert 'lang="zh-CN"' in page
    assert not re.search(r"unsafe|https?:", page)


def test_the_scripts_make_no_markup_of_texts() -> None:
    code = "\n".join(p.read_text(encoding="utf-8") for p in STATIC.glob("*.js"))
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|fetch\(", code
    )


def test_the_same_tables_give_the_same_files(raw: Path, tables: Path, site: Path, tmp_path: Path) -> None:
    write_site(tables, tmp_path / "again", finder([raw]), "zh")
    for path in (p for p in site.rglob("*") if p.is_file()):
        assert path.read_bytes() == (tmp_path / "again" / path.relative_to(site)).read_bytes()


def test_missing_and_changed_sources_are_named_and_their_rows_stay(tables: Path, tmp_path: Path) -> None:
    paths = sorted(pq.read_table(tables / "documents.parquet")["source_path"].to_pylist())
    written = write_site(tables, tmp_path / "site", lambda path: b"other" if path == paths[0] else None, "en")
    assert written.changed == (paths[0],)
    assert sorted(written.missing) == paths[1:]
    kinds = {d["source"]["kind"] for d in map(unpacked, (tmp_path / "site" / "data").glob("document-*.js"))}
    assert kinds == {"missing", "changed"}


def test_a_folder_that_holds_other_things_is_not_replaced(tables: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("x")
    with pytest.raises(PipelineError, match="other things"):
        write_site(tables, tmp_path / "mine", lambda _: None, "zh")
    assert [p.name for p in (tmp_path / "mine").iterdir()] == ["letter.txt"]


def test_an_earlier_site_is_replaced_whole(tables: Path, tmp_path: Path) -> None:
    out = tmp_path / "site"
    for _ in range(2):
        write_site(tables, out, lambda _: None, "zh")
        assert (out / SIGN).is_file()
        assert not (out / "data" / "old.js").exists()
        (out / "data" / "old.js").write_text("")
    assert [p.name for p in tmp_path.iterdir()] == ["site"]


def test_the_command_says_where_the_site_is_and_what_it_misses(
    tables: Path, raw: Path, tmp_path: Path
) -> None:
    arguments = ["report", "--tables", str(tables), "--out", str(tmp_path / "site"), "--lang", "en"]
    result = CliRunner().invoke(main, [*arguments, "--raw", str(raw)])
    assert result.exit_code == 0, result.output
    assert "index.html" in result.output
    assert "missing" not in result.output
    result = CliRunner().invoke(main, [*arguments, "--raw", str(tmp_path / "nowhere")])
    assert result.exit_code == 0, result.output
    assert result.output.count("source missing") == 5


def test_sources_are_found_by_the_names_that_a_run_gives_them(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "form.txt").write_text(folder)
    with zipfile.ZipFile(tmp_path / "a" / "packed.zip", "w") as archive:
        archive.writestr("in/form.txt", "packed")
    find = finder([tmp_path / "a", tmp_path / "b", tmp_path / "gone"])
    names = ("a/form.txt", "b/form.txt", "packed.zip/in/form.txt", "gone/form.txt")
    assert [find(name) for name in names] == [b"a", b"b", b"packed", None]
    assert finder([tmp_path / "gone"])("form.txt") is None


def test_a_folder_without_tables_ends_with_status_2(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["report", "--tables", str(tmp_path), "--out", str(tmp_path / "site")])
    assert result.exit_code == 2
    assert "parse" in result.output


# ---- packed values -----------------------------------------------------------------------------


def test_amounts_and_days_keep_every_digit() -> None:
    text = script(
        "a-1",
        {"amount": Decimal("123456789012345678.10"), "day": datetime.date(2023, 1, 2), "lone": "\ud800"},
    )
    packed = re.findall(r'"([A-Za-z0-9+/=]+)"', text)[-1]
    assert json.loads(gzip.decompress(base64.b64decode(packed))) == {
        "amount": "123456789012345678.10",
        "day": "2023-01-02",
        "lone": "?",
    }


def test_a_name_that_is_none_and_a_value_of_another_type_are_refused() -> None:
    with pytest.raises(ValueError, match="evil"):
        script('x");evil("', 1)
    with pytest.raises(TypeError):
        script("x", object())
    with pytest.raises(ValueError, match="JSON"):
        script("x", float("nan"))


# ---- sources -----------------------------------------------------------------------------------


def test_a_picture_has_its_size_in_points(tmp_path: Path) -> None:
    path = tmp_path / "page.png"
    Image.new("RGB", (1240, 1754), "white").save(path, dpi=(150, 150))
    [page] = view(path.read_bytes(), "page.png", "image/png", {1: ()}).pages
    assert (round(page.width), round(page.height)) == (595, 842)
    assert page.webp[8:12] == b"WEBP"


def test_only_the_pages_of_forms_are_drawn(root: Path) -> None:
    data = (root / "tests" / "fixtures" / "pdf" / "drawn-rows-over-pages.pdf").read_bytes()
    seen = view(data, "x.pdf", "application/pdf", {2: (), 99: ()})
    assert [p.number for p in seen.pages] == [2]


def test_a_page_that_is_printed_sideways_is_turned_as_its_boxes_are(root: Path) -> None:
    data = (root / "tests" / "fixtures" / "pdf" / "drawn-sideways-doubled.pdf").read_bytes()
    rows = [r for r in parse_document(data, "x.pdf").tables()["indicators"] if r["page"] == 1]
    [page] = view(data, "x.pdf", "application/pdf", {1: [(tuple(r["bbox"]), r["name"]) for r in rows]}).pages
    assert page.width > page.height  # the file says 595 x 842 and no turn
    [untold] = view(data, "x.pdf", "application/pdf", {1: ()}).pages
    assert untold.width < untold.height


@pytest.mark.parametrize(
    "media",
    [
        "application/pdf",
        "image/png",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        None,
    ],
)
def test_what_cannot_be_opened_shows_nothing(media: str | None) -> None:
    assert view(b"\x00\x01rubbish", "x", media, {1: ()}) == NOTHING


# ---- words -------------------------------------------------------------------------------------


def test_every_word_that_the_scripts_ask_for_is_there_in_both_languages() -> None:
    code = "\n".join(p.read_text(encoding="utf-8") for p in STATIC.glob("*.js"))
    asked = set(re.findall(r'\bt\("([a-z_0-9.]+)"', code)) | set(re.findall(r'"(ui\.[a-z_]+)"', code))
    catalogue = words()
    assert asked >= {"ui.search", "ui.copied", "column.confidence"}
    for language, texts in catalogue.items():
        assert asked - set(texts) == set(), language


def test_no_word_of_the_site_is_unused() -> None:
    code = "\n".join(p.read_text(encoding="utf-8") for p in STATIC.glob("*.js"))
    text = (STATIC.parent / "words.toml").read_text(encoding="utf-8")
    dynamic = {
        "overview",
        "forms",
        "form",
        "indicators",
        "findings",
        "documents",
        "source_missing",
        "source_changed",
        "source_nothing",
    }
    assert [k for k in tomllib.loads(text)["ui"] if f'"ui.{k}"' not in code and k not in dynamic] == []


def test_sentences_are_of_rules_that_exist() -> None:
    names = {r.name for r in RULES}
    texts = words()["en"]
    told = {k.removeprefix("sentence.") for k in texts if k.startswith("sentence.")}
    assert told <= names
    assert names - told == {
        "budget_added",
        "unit_suspect",
    }  # their figures do not make a sentence: told in Chinese
    for key in (k for k in texts if k.startswith("sentence.")):
        assert set(re.findall(r"\{(\w+)\}", texts[key])) <= {"name", "expected", "observed"}


def test_what_the_register_refuses_is_not_offered() -> None:
    columns = correctable()
    assert "target_raw" in columns["indicators"]
    assert "executed" in columns["funds"]
    assert not {"confidence", "target_value", "seq"} & set(columns["indicators"])
    assert "executed" not in columns["projects"]
