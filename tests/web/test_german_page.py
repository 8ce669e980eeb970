"""The page as a German reads it: all tabs walked through, no English and no decimal points."""

import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from skimage import data

from tests.support.browser_support import SLOW_MS, needs_chromium

pytest_plugins = ["tests.support.browser_support"]
pytestmark = [pytest.mark.browser, needs_chromium]

WORDS = """
(() => {
  const found = [];
  for (const each of document.querySelectorAll('body *')) {
    if (['SCRIPT', 'STYLE', 'INPUT'].includes(each.tagName) || !each.checkVisibility()) continue;
    for (const node of each.childNodes) {
      if (node.nodeType === Node.TEXT_NODE && node.textContent.trim()) found.push(node.textContent);
    }
    for (const name of ['aria-label', 'title', 'placeholder', 'alt']) {
      if (each.hasAttribute(name)) found.push(each.getAttribute(name));
    }
  }
  return found;
})()
"""
ENGLISH = re.compile(
    r"\b(the|of|and|with|your|is|are|for|from|this|that|photos?|colou?rs?|pictures?|you|drop|upload|"
    r"here|file|none|not|no|to|on|by|or|image|empty|value|clear|share|play|between|slider|reset|"
    r"remove|undo|error|warning|close|select|show|more|less|copy|queue|processing|threads)\b"
)
KNOWN = re.compile(
    r"Apache-2\.0|apache-2\.0|arXiv:[\d.]+|CC BY[-\w ]*[\d.]+|Colorful Image Colorization|"
    r"of the Hub|owner/name|scikit-image"
)
NAMES_OF_VALUES = {"0.7", "1.3", "undefined"}
"""Gradio gives each checkbox the value behind it as a title."""


def foreign(page: Page) -> list[str]:
    told = {KNOWN.sub("", words).strip() for words in page.evaluate(WORDS)} - NAMES_OF_VALUES
    return sorted(words for words in told if ENGLISH.search(words) or re.search(r"\d\.\d", words))


def unfold(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    closed = page.locator("button.label-wrap:not(.open):visible")
    while closed.count():  # one after the other, as a person does
        closed.first.click()
        page.wait_for_timeout(300)


@pytest.mark.parametrize("tab", ["colorize", "film", "pca", "palette", "study", "about"])
def test_no_tab_says_anything_in_english_on_a_german_page(
    browser: Browser, page_url: str, tab: str, tmp_path: Path
) -> None:
    page = browser.new_page(locale="de-DE")
    page.set_default_timeout(SLOW_MS)
    page.goto(page_url)
    if tab == "colorize":
        Image.fromarray(data.coffee()).resize((300, 200)).save(tmp_path / "kaffee.png")
        (tmp_path / "rechnung.pdf").write_bytes(b"%PDF-1.4")
        page.locator("#photos input[type=file]").set_input_files(
            [tmp_path / "kaffee.png", tmp_path / "rechnung.pdf"]
        )
        expect(page.locator("#status")).to_contain_text("kaffee.png")
        unfold(page)
        expect(page.locator("#version-grid img")).to_have_count(5)
        expect(page.locator("#used-colours button").first).to_be_visible()
        expect(page.locator("#certainty-map img").first).to_be_visible()
    else:
        page.locator(f"#tab-{tab}-button").click()
    if tab in ("pca", "palette"):
        expect(page.locator(f"#{tab}-figures")).to_contain_text("dB")
    if tab == "palette":
        page.locator("#palette-elbow").click()
        expect(page.locator("#palette-curve svg")).to_be_visible()
    unfold(page)
    inner = page.locator("[role=tabpanel]:visible [role=tab]:visible").all()
    page.wait_for_timeout(1000)
    found = foreign(page)
    for each in inner:
        each.click()
        page.wait_for_timeout(700)
        unfold(page)
        page.wait_for_timeout(700)
        found += foreign(page)
    page.close()
    assert not found
