"""The site in a browser, opened from disk: what a person does with it, and what a hostile document tries."""

from __future__ import annotations

import csv
import time
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from pipeline.corpus.corrections import read_corrections
from tests.browser.conftest import Browser
from tests.browser.made_tables import HOSTILE_NAME, HOSTILE_WORDS, PAGE, PDF

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
FORM_OF = """const [forms, docs] = await Promise.all([site.lists('forms'), site.lists('documents')]);
    return forms.project_id[forms.document.findIndex((d) => docs.source_path[d] === arguments[0])];"""


def form_of(browser: Browser, path: str) -> str:
    return str(browser.run(FORM_OF, path))


def open_form(browser: Browser, site: Path, path: str, row: int | None = None) -> None:
    browser.open(site)
    browser.go(f"form/{form_of(browser, path)}{f'?row={row}' if row else ''}")
    browser.until("return !!document.querySelector('.form-page')")


def shown_rows(browser: Browser) -> int:
    return (
        int(str(browser.run("return document.querySelector('[role=table]').getAttribute('aria-rowcount')")))
        - 1
    )


def scrolled_into_pane(browser: Browser, css: str) -> bool:
    return bool(browser.run("""const box = document.querySelector(arguments[0]).getBoundingClientRect(), pane = document.querySelector('.sheets').getBoundingClientRect();
        return box.top >= pane.top - 1 && box.bottom <= pane.bottom + 1;""", css))  # fmt: skip


def test_the_overview_counts_and_leads_to_rows(browser: Browser, site: Path) -> None:
    browser.open(site)
    assert "总览" in browser.driver.title
    assert len(browser.all(".chart canvas")) >= 6
    browser.one(".chart summary").click()
    browser.one(".chart details a").click()
    browser.until("return location.hash.startsWith('#/findings?rule=')")
    browser.until("return document.querySelectorAll('.rows .row').length > 0")


def test_searching_filtering_and_sorting_are_in_the_address(browser: Browser, site: Path) -> None:
    browser.open(site, "indicators")
    everything = shown_rows(browser)
    browser.one("input[type=search]").send_keys("满意度")
    browser.until("return location.hash.includes('q=')")
    found = shown_rows(browser)
    assert 0 < found < everything
    assert all("满意" in row.text for row in browser.all(".rows .row"))
    browser.one("[data-key=weight] button").click()
    browser.one("[data-key=weight] button").click()
    assert browser.one("[data-key=weight]").get_attribute("aria-sort") == "descending"
    weights = [float(cell.text) for cell in browser.all(".rows .row > :nth-child(6)") if cell.text]
    assert weights == sorted(weights, reverse=True)
    address = str(browser.run("return location.hash"))[2:]
    browser.open(site, address)
    assert shown_rows(browser) == found
    assert browser.one("input[type=search]").get_attribute("value") == "满意度"
    assert browser.one("[data-key=weight]").get_attribute("aria-sort") == "descending"


def test_a_filter_keeps_its_rows_only(browser: Browser, site: Path) -> None:
    browser.open(site, "indicators?met=no")
    assert shown_rows(browser) == browser.run(
        "return site.lists('indicators').then((r) => r.target_met.filter((m) => m === false).length)"
    )
    browser.one(".controls button").click()
    assert shown_rows(browser) == browser.run("return site.lists('indicators').then((r) => r.seq.length)")


def test_the_keyboard_walks_a_list_and_opens_a_form(browser: Browser, site: Path) -> None:
    browser.open(site, "indicators")
    scroller = browser.one(".scroller")
    scroller.send_keys(Keys.END)
    browser.until(
        "return document.querySelector('.row.current')?.getAttribute('aria-rowindex') === document.querySelector('[role=table]').getAttribute('aria-rowcount')"
    )
    scroller.send_keys(Keys.HOME)
    scroller.send_keys(Keys.ARROW_DOWN)
    scroller.send_keys(Keys.ENTER)
    browser.until("return !!document.querySelector('.indicator.selected')")
    assert "row=2" in str(browser.run("return location.hash"))


def test_pointing_at_a_row_lights_its_box_and_the_other_way_round(browser: Browser, site: Path) -> None:
    open_form(browser, site, PDF)
    browser.until(
        "return [...document.querySelectorAll('.sheet img')].every((i) => i.complete && i.naturalWidth > 500)"
    )
    last = browser.all("tr.indicator")[-1]
    ActionChains(browser.driver).move_to_element(last).perform()
    key = last.get_attribute("data-row")
    browser.until("return document.querySelector('.box.lit')?.dataset.row === arguments[0]", key)
    end = time.monotonic() + 3
    while not scrolled_into_pane(browser, ".box.lit"):
        assert time.monotonic() < end
    first = browser.one(".box[data-row=i1]")
    browser.run("arguments[0].scrollIntoView({block: 'center'})", first)
    ActionChains(browser.driver).move_to_element(first).click().perform()
    browser.until("return document.querySelector('tr.indicator.lit')?.dataset.row === 'i1'")
    assert browser.run("return document.querySelectorAll('.box.lit').length") == 1
    assert (
        browser.run("return document.scrollingElement.scrollTop + document.querySelector('main').scrollTop")
        == 0
    )
    assert "row=1" in str(browser.run("return location.hash"))


def test_the_box_lies_on_the_words_of_its_row(browser: Browser, site: Path) -> None:
    open_form(browser, site, PDF, 1)
    browser.until("return !!document.querySelector('.box.lit')")
    inside: Any = browser.run("""const box = document.querySelector('.box.lit').getBoundingClientRect(), sheet = document.querySelector('.box.lit').parentElement.getBoundingClientRect();
        return box.width > 50 && box.height > 5 && box.left >= sheet.left && box.right <= sheet.right && box.top >= sheet.top && box.bottom <= sheet.bottom;""")
    assert inside is True


def test_lines_of_a_text_are_lit_and_the_rows_words_marked(browser: Browser, site: Path) -> None:
    open_form(browser, site, "000_d9e816b49658f078.txt", 3)
    browser.until("return document.querySelectorAll('ol.lines li.lit').length === 1")
    name = browser.one("tr.indicator.selected .name").text
    assert name in browser.one("ol.lines li.lit").text
    assert browser.run("return CSS.highlights.get('row-words').size") >= 1


def test_cells_of_a_web_page_are_lit(browser: Browser, site: Path) -> None:
    open_form(browser, site, PAGE, 2)
    browser.until("return document.querySelector('.read tr.lit')?.textContent.includes('出行条件')")


def test_a_chosen_row_says_what_is_known_of_it(browser: Browser, site: Path) -> None:
    open_form(browser, site, PAGE)
    browser.one("tr[data-row=i1] .name").click()
    details = browser.one("tr.more:not([hidden]) .details")
    assert "90%" in details.text
    assert browser.one("tr[data-row=i1] .name").get_attribute("aria-expanded") == "true"
    assert browser.all(".details .finding .mark.warning, .details .finding .mark.info")


def test_a_correction_is_a_line_that_the_register_takes(browser: Browser, site: Path, tmp_path: Path) -> None:
    open_form(browser, site, PAGE, 1)
    browser.one(".details .correct").click()
    browser.until("return document.querySelector('dialog').open")
    assert not browser.one("dialog .primary").is_enabled()
    old = browser.one("dialog input[readonly]").get_attribute("value")
    new, who, why = browser.all("dialog input:not([readonly])")
    new.send_keys("19公里")
    who.send_keys("李明")
    why.send_keys('原件为"19", 见第1页')
    line = browser.one("dialog textarea").get_attribute("value") or ""
    browser.driver.execute_cdp_cmd(
        "Browser.grantPermissions", {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    )
    browser.one("dialog .primary").click()
    browser.until("return document.querySelector('dialog [role=status]').textContent !== ''")
    register = tmp_path / "corrections.csv"
    register.write_text(f"sha256,form,row,column,old,new,who,why\n{line}\n", encoding="utf-8")
    [correction] = read_corrections(register)
    assert (correction.old, correction.new, correction.why) == (old, "19公里", '原件为"19", 见第1页')
    assert next(csv.reader([line]))[0] == browser.run("return location.hash.slice(7, 23)")
    browser.one("dialog").send_keys(Keys.ESCAPE)
    browser.until("return !document.querySelector('dialog')")


def test_no_name_and_no_word_of_a_document_becomes_markup(browser: Browser, site: Path) -> None:
    for address in ("overview", "documents", "forms", "indicators", "findings"):
        browser.open(site, address)
        assert browser.run(
            "return document.title !== 'taken' && !document.querySelector('main img[src=x], main script, main svg[onload]')"
        )
    browser.open(site, "documents")
    assert HOSTILE_NAME in browser.one(".rows").text
    open_form(browser, site, HOSTILE_NAME)
    assert HOSTILE_NAME in browser.one(".titles").text
    assert HOSTILE_WORDS in browser.one("ol.lines").text
    assert browser.run(
        "return document.title !== 'taken' && !document.querySelector('main img[src=x], main script, main svg')"
    )


@pytest.mark.parametrize(
    "address",
    [
        "form/..%2F..%2Fevil-001",
        "form/constructor-001",
        "constructor",
        "forms?sort=__proto__&q=%3Cscript%3E",
        "overview?lang=toString",
    ],
)
def test_a_hostile_address_shows_a_page(browser: Browser, site: Path, address: str) -> None:
    browser.open(site, address)
    assert browser.one("main").text
    assert not browser.all("script[src*='..']")


def test_the_language_can_be_changed_and_is_shared(browser: Browser, site: Path) -> None:
    browser.open(site, "findings")
    browser.one("header button").click()
    browser.until("return document.documentElement.lang === 'en' && document.title.startsWith('Findings')")
    address = str(browser.run("return location.hash"))[2:]
    assert "lang=en" in address
    browser.one("nav a").click()
    browser.until("return document.title.startsWith('Overview')")
    browser.open(site, address)
    assert "of" in browser.one(".controls .count").text


def test_fifty_thousand_rows_stay_fluent(browser: Browser, large_site: Path) -> None:
    browser.open(large_site, "indicators")
    assert shown_rows(browser) == 50_000
    assert len(browser.all(".rows .row")) < 100
    took: Any = browser.run("""const list = document.querySelector('.scroller'), start = performance.now();
        for (let i = 0; i < 50; i++) { list.scrollTop = i * 30000; list.dispatchEvent(new Event('scroll')); }
        return (performance.now() - start) / 50;""")
    assert took < 50, f"{took} ms a screen"
    sorting: Any = browser.run(
        "const start = performance.now(); document.querySelector('[data-key=name] button').click(); return performance.now() - start;"
    )
    assert sorting < 1500, f"{sorting} ms"
    browser.one("input[type=search]").send_keys("媒体")
    browser.until("return location.hash.includes('q=')")
    assert 0 < shown_rows(browser) < 50_000


def test_a_source_that_is_missing_is_said_so(browser: Browser, large_site: Path) -> None:
    open_form(browser, large_site, PAGE)
    assert "--raw" in browser.one(".source .note").text


PAGES = ["overview", "forms", "indicators", "findings", "documents", "form-text", "form-pdf", "dialog"]


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (1440, "dark"), (375, "light")])
@pytest.mark.parametrize("page", PAGES)
def test_no_rule_of_accessibility_is_broken_and_nothing_sticks_out(
    browser: Browser, site: Path, page: str, width: int, scheme: str
) -> None:
    browser.size(width, 900)
    browser.scheme(scheme)
    if page in ("form-text", "dialog"):
        open_form(browser, site, "000_d9e816b49658f078.txt", 3)
    elif page == "form-pdf":
        open_form(browser, site, PDF, 2)
    else:
        browser.open(site, page)
    if page == "dialog":
        browser.run("document.querySelector('.details .correct').click()")
    assert browser.run(
        "return document.documentElement.scrollWidth <= innerWidth && document.querySelector('main').scrollWidth <= innerWidth"
    )
    browser.run(AXE.read_text(encoding="utf-8"))
    found: Any = browser.driver.execute_async_script(
        "const done = arguments[0]; axe.run(document, { preload: false }).then((r) => done({passed: r.passes.length, broken: r.violations.map((v) => [v.id, v.nodes.slice(0, 3).map((n) => n.html.slice(0, 200) + ' | ' + n.failureSummary.slice(0, 300))])}))"
    )
    assert found["broken"] == []
    assert found["passed"] > 15
