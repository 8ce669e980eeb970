"""What journeys through the Colorize tab share: a page, photos, and what a visitor does there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect
from skimage import data

from tests.support.browser_support import SLOW_MS

OWN_PICTURE = re.compile(r"/picture\.(jpg|png)$")
"""Address of a picture that was made for a visitor; those of the examples have their names."""

DROP = """
([files]) => {
  const transfer = new DataTransfer();
  for (const [name, content] of files) {
    const bytes = Uint8Array.from(atob(content), (c) => c.charCodeAt(0));
    transfer.items.add(new File([bytes], name, { type: 'image/png' }));
  }
  return transfer;
}
"""


@pytest.fixture
def page(browser: Browser, page_url: str) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 1280, "height": 900},
        accept_downloads=True,
        permissions=["clipboard-read", "clipboard-write"],
    )
    page = context.new_page()
    page.set_default_timeout(SLOW_MS)
    page.goto(page_url)
    yield page
    context.close()


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A black-and-white photo, no photo at all, and a colour photo."""
    folder = tmp_path_factory.mktemp("journeys")
    Image.fromarray(data.camera()).resize((300, 300)).save(folder / "camera.png")
    (folder / "bad.jpg").write_bytes(b"this is no photo")
    Image.fromarray(data.coffee()).resize((360, 240)).save(folder / "coffee.jpg")
    return [folder / "camera.png", folder / "bad.jpg", folder / "coffee.jpg"]


def colour(page: Page, files: list[Path]) -> None:
    """Photos are coloured as they come: nothing else is pressed."""
    page.locator("#photos input[type=file]").set_input_files(files)
    expect(page.locator("#tiles .tile")).to_have_count(len(files))
    pending = page.locator("#tiles .tile.waiting, #tiles .tile.working")
    expect(pending).to_have_count(0)
    expect(page.locator("#cancel")).to_have_count(0)
    if page.locator("#tiles .tile.done").count():
        expect(page.locator("#status")).not_to_contain_text("An example")
        # The words may be there before the picture.
        for shown in ("#before-after .pair-after", ".hand-picture img"):
            expect(page.locator(shown)).to_have_attribute("src", OWN_PICTURE)


def paste(page: Page, content: list[list[str]]) -> None:
    transfer = page.evaluate_handle(DROP, [content])
    page.evaluate(
        """(data) => document.body.dispatchEvent(new ClipboardEvent('paste',
             { clipboardData: data, bubbles: true, cancelable: true }))""",
        transfer,
    )


def drop_on(page: Page, selector: str, content: list[list[str]]) -> None:
    transfer = page.evaluate_handle(DROP, [content])
    page.locator(selector).first.dispatch_event("drop", {"dataTransfer": transfer})


def titles(page: Page) -> list[str]:
    return page.locator("#tiles .tile-title").all_inner_texts()


def after(page: Page) -> str:
    """Address of the coloured picture on the stage."""
    return str(page.locator("#before-after img").nth(1).get_attribute("src"))


def expect_another(page: Page, before: str) -> None:
    page.wait_for_function(
        "old => document.querySelectorAll('#before-after img')[1].getAttribute('src') !== old",
        arg=before,
    )


def tab(page: Page, name: str) -> Locator:
    return page.get_by_role("tab", name=name)
