"""Every tab by axe-core, light and dark, on a desktop and a phone, and by the keyboard alone.

Only what is serious or critical counts. What Gradio itself does wrong, and nobody can put right
from outside, is listed with its reason.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from colorizer.web import i18n
from tests.support.browser_support import SLOW_MS, needs_chromium

pytest_plugins = ["tests.support.browser_support"]
pytestmark = [pytest.mark.browser, needs_chromium]

GRADIOS_OWN = {
    "aria-prohibited-attr": 'aria-label="Empty value"',  # an Image without a picture
}
"""axe rule → what stands in the elements of Gradio that break it and cannot be fixed from here."""

SCREENS = {
    "desktop-light": (1280, 900, "light"),
    "desktop-dark": (1280, 900, "dark"),
    "phone-light": (390, 844, "light"),
    "phone-dark": (390, 844, "dark"),
}
TABS = (
    i18n.TAB_COLORIZE,
    i18n.TAB_FILM,
    i18n.TAB_PCA,
    i18n.TAB_PALETTE,
    i18n.TAB_STUDY,
    i18n.TAB_STUDY_PRIVATE,
    i18n.TAB_STUDY_PREFER,
    i18n.TAB_STUDY_RESULTS,
    i18n.TAB_STUDY_OWN,
    i18n.TAB_ABOUT,
)
CONTROLS = (
    "page-head", "photos", "model", "examples", "before-after", "hand", "vividness", "warmth",
    "versions", "like", "save-photo", "save-all", "save-layer", "save-both", "copy-picture",
    "certainty", "palette", "saving",
)  # fmt: skip
FOCUSED = "ids => ids.filter((id) => document.activeElement.closest(`#${id}`))"


@pytest.fixture(params=SCREENS)
def screen(request: pytest.FixtureRequest, browser: Browser, page_url: str) -> Iterator[Page]:
    width, height, theme = SCREENS[request.param]
    page = browser.new_page(viewport={"width": width, "height": height})
    page.set_default_timeout(SLOW_MS)
    page.goto(f"{page_url}?__theme={theme}")
    page.locator("#photos label").wait_for()
    yield page
    page.close()


def serious(page: Page) -> list[str]:
    """What axe finds and Gradio is not known for: rule, element and reason."""
    found: list[Any] = (
        Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    )
    return [
        f"{rule['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
        if rule["id"] not in GRADIOS_OWN or GRADIOS_OWN[rule["id"]] not in node["html"]
    ]


def test_row_17_no_tab_has_a_serious_barrier(screen: Page) -> None:
    barriers = {}
    for name in TABS:
        screen.get_by_role("tab", name=name, exact=True).click()
        screen.wait_for_timeout(400)  # fading colours would be measured half-way
        if found := serious(screen):
            barriers[name] = found
    assert not barriers


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("size", [(1280, 900), (390, 844)])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_by_hand_and_refused_photos_have_no_serious_barrier(
    browser: Browser,
    page_url: str,
    theme: str,
    size: tuple[int, int],
    language: str,
    tmp_path: Path,
) -> None:
    page = browser.new_page(viewport={"width": size[0], "height": size[1]}, locale=language)
    page.set_default_timeout(SLOW_MS)
    page.goto(f"{page_url}?__theme={theme}")
    (tmp_path / "bill.pdf").write_bytes(b"%PDF-1.4")
    Image.effect_noise((300, 400), 40).save(tmp_path / "noise.png")
    page.locator("#photos input[type=file]").set_input_files(
        [tmp_path / "noise.png", tmp_path / "bill.pdf"]
    )
    expect(page.locator("#tiles .refused")).to_have_count(1)
    expect(page.locator("#status")).to_contain_text("noise.png")
    page.locator(".hand-begin").click()
    for x in (60, 120):
        page.locator(".hand-picture").click(position={"x": x, "y": 50})
        expect(page.locator("[data-row=likely] button")).to_have_count(5)
    page.locator("[data-row=likely] button").first.click()
    expect(page.locator("[data-do=undo]")).to_be_enabled()
    for fold in ("versions", "like"):
        page.locator(f"#{fold} > button").click()
    expect(page.locator("#version-grid img")).to_have_count(5)
    page.wait_for_timeout(400)
    assert not serious(page)
    page.close()


def test_row_17_the_keyboard_reaches_every_control(browser: Browser, page_url: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(SLOW_MS)
    page.goto(page_url)
    expect(page.locator("#photos label")).to_be_visible()
    reached: set[str] = set()
    for _ in range(70):
        page.keyboard.press("Tab")
        reached.update(page.evaluate(FOCUSED, CONTROLS))
    page.close()
    assert reached == set(CONTROLS)
