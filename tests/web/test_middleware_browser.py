"""The page works inside what its Content-Security-Policy allows: a browser reports nothing."""

import pytest
from playwright.sync_api import Browser, expect

from tests.support.browser_support import SLOW_MS, needs_chromium
from tests.support.running_app import ROOT

pytest_plugins = ["tests.support.browser_support"]
pytestmark = [pytest.mark.browser, needs_chromium]


def test_no_tab_breaks_the_policy(browser: Browser, page_url: str) -> None:
    page = browser.new_page()
    page.set_default_timeout(SLOW_MS)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(page_url)
    page.locator("#photos label").wait_for()
    for tab in page.get_by_role("tab").all():
        if tab.is_visible():
            tab.click()
    page.get_by_role("tab").first.click()
    example = ROOT / "assets" / "examples" / "cameraman.jpg"
    page.locator("#photos input[type=file]").first.set_input_files(example)
    expect(page.locator("#progress")).to_contain_text("Your photo is coloured")
    page.close()
    assert not [text for text in said if "Content Security Policy" in text or "Refused to" in text]
