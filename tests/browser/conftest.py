"""A headless Chromium and sites that it opens from disk. `make test` does not collect this folder; `make
test-site` names it.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

from pipeline.app.source_bytes import finder
from pipeline.report.site import write_site
from tests.browser.made_tables import parsed, with_many_rows

ARGUMENTS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
PATIENCE = 20.0  # seconds: a page of 50,000 rows takes two on a busy machine


@dataclass(frozen=True)
class Browser:
    """One window, and the short ways of the tests."""

    driver: webdriver.Chrome

    def open(self, site: Path, address: str = "") -> None:
        """Opens an address anew and waits until it is shown."""
        self.driver.get("about:blank")
        self.driver.get(f"{(site / 'index.html').as_uri()}#/{address}")
        self.until("return !!document.querySelector('main[data-shown]:not([aria-busy])')")

    def go(self, address: str) -> None:
        """Changes the address only, as a link does."""
        self.driver.execute_script("location.hash = arguments[0]", f"#/{address}")
        page = address.split("?")[0].split("/")[0]
        self.until("return document.querySelector('main').dataset.shown?.startsWith(arguments[0])", page)

    def until(self, script: str, *values: object) -> None:
        """Waits until the script gives true."""
        end = time.monotonic() + PATIENCE
        while not self.run(script, *values):
            assert time.monotonic() < end, script
            time.sleep(0.02)

    def run(self, script: str, *values: object) -> object:
        """What a script gives."""
        return self.driver.execute_script(script, *values)

    def all(self, css: str) -> list[WebElement]:
        """The elements of a selector."""
        return self.driver.find_elements(By.CSS_SELECTOR, css)

    def one(self, css: str) -> WebElement:
        """The first element of a selector."""
        return self.driver.find_element(By.CSS_SELECTOR, css)

    def size(self, width: int, height: int) -> None:
        """Makes the window as large as a telephone or a desk's screen."""
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
        )

    def scheme(self, name: str) -> None:
        """Light or dark."""
        features = [{"name": "prefers-color-scheme", "value": name}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    for argument in (*ARGUMENTS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(argument)
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    assert program, "Chromium is missing (Debian: apt-get install chromium chromium-driver)"
    assert driver, "its driver is missing (Debian: apt-get install chromium-driver)"
    options.binary_location = program
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    made = webdriver.Chrome(options=options, service=Service(driver))
    yield made
    made.quit()


@pytest.fixture
def browser(chromium: webdriver.Chrome) -> Iterator[Browser]:
    """A desk's window, light; no page may say anything on the console."""
    made = Browser(chromium)
    made.size(1440, 900)
    made.scheme("light")
    chromium.get_log("browser")
    yield made
    assert [e["message"] for e in chromium.get_log("browser") if e["level"] in ("SEVERE", "WARNING")] == []


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Texts, a web page and a PDF of forms, one with a hostile name and hostile words; and their tables."""
    return parsed(tmp_path_factory.mktemp("made"))


@pytest.fixture(scope="session")
def site(made: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of these files."""
    raw, tables = made
    out = tmp_path_factory.mktemp("site") / "report"
    write_site(tables, out, finder([raw]), "zh")
    return out


@pytest.fixture(scope="session")
def large_site(made: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """50,000 indicators, and no source."""
    folder = tmp_path_factory.mktemp("large")
    write_site(with_many_rows(made[1], folder / "tables", 50_000), folder / "report", lambda _: None, "zh")
    return folder / "report"
