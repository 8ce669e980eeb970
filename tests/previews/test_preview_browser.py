"""The PCA and palette tabs in headless Chromium, by mouse and by keyboard, on odd photos too."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from skimage import data

from tests.previews.test_preview_photos import ODD
from tests.support.browser_support import SLOW_MS, needs_chromium

pytest_plugins = ["tests.support.browser_support"]
pytestmark = [pytest.mark.browser, needs_chromium]


@pytest.fixture
def page(browser: Browser, page_url: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(SLOW_MS)
    page.goto(page_url)
    yield page
    context.close()


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("browser")
    Image.fromarray(data.camera()).resize((300, 300)).save(folder / "camera.png")
    Image.fromarray(data.coffee()).resize((360, 240)).save(folder / "coffee.jpg")
    return [folder / "camera.png", folder / "coffee.jpg"]


def drop(page: Page, where: str, files: list[Path]) -> None:
    """A photo in place of the example that the tab begins with."""
    shown = page.locator(f"{where.removesuffix('-photo')}-before-after img").first
    expect(shown).to_have_attribute("src", re.compile("file="))
    example = str(shown.get_attribute("src"))
    page.locator(f"{where} input[type=file]").set_input_files(files)
    expect(shown).not_to_have_attribute("src", example)


def test_pca_follows_mouse_and_keyboard(page: Page, photos: list[Path]) -> None:
    page.get_by_role("tab", name="PCA").click()
    drop(page, "#pca-photo", photos[1:])
    figures = page.locator("#pca-figures")
    expect(figures).to_contain_text(re.compile(r"98(\.\d)? % of the variance in \d+ of \d+"))
    expect(page.locator("#pca-curve svg circle")).to_be_visible()
    slider = page.locator("#pca-variance input[type=range]")
    slider.focus()
    slider.press("Home")
    expect(figures).to_contain_text("in 1 of 192 components")
    box = slider.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.9, box["y"] + box["height"] / 2)
    expect(figures).to_contain_text(re.compile(r"in ([2-9]|1\d) of 192 components"))
    page.get_by_label("Whole rows").check()
    expect(figures).to_contain_text("of 240 components")
    expect(page.locator("#pca-curve svg text", has_text="100").first).to_be_visible()
    with page.expect_download() as download:
        page.locator("#pca-full").click()
    assert re.fullmatch(r"coffee-pca-\d+\.png", download.value.suggested_filename)


def test_both_tabs_begin_with_what_is_on_the_stage(page: Page, photos: list[Path]) -> None:
    page.get_by_role("tab", name="PCA").click()
    expect(page.locator("#pca-figures")).to_contain_text("patterns are kept")  # the example's
    example = page.locator("#pca-before-after img").first.get_attribute("src")
    page.get_by_role("tab", name="Colorize").click()
    page.locator("#photos input[type=file]").set_input_files(photos[1])
    expect(page.locator("#status")).to_contain_text("coffee.jpg")
    page.get_by_role("tab", name="PCA").click()
    shown = page.locator("#pca-before-after img").first
    expect(shown).not_to_have_attribute("src", str(example))
    page.get_by_role("tab", name="Palette").click()
    expect(page.locator("#palette-swatches button[data-hex]")).to_have_count(8)


def test_the_slider_ends_where_it_ends(page: Page, photos: list[Path]) -> None:
    page.get_by_role("tab", name="PCA").click()
    drop(page, "#pca-photo", photos[1:])
    expect(page.locator("#pca-figures")).to_contain_text("of 192 patterns are kept")
    slider = page.locator("#pca-variance input[type=range]")
    least = float(str(slider.get_attribute("min")))
    assert least > 10
    slider.focus()
    slider.press("Home")
    expect(page.locator("#pca-figures")).to_contain_text("1 of 192 patterns are kept")
    slider.press("ArrowRight")
    slider.press("ArrowRight")
    slider.press("ArrowRight")
    expect(page.locator("#pca-figures")).not_to_contain_text(f"{least:g} % of the variance in 1 ")


def test_palette_shows_and_copies_its_colours(page: Page, photos: list[Path]) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("tab", name="Palette").click()
    drop(page, "#palette-photo", photos[1:])
    swatches = page.locator("#palette-swatches button[data-hex]")
    expect(swatches).to_have_count(8)
    swatches.first.click()
    code = swatches.first.get_attribute("data-hex")
    assert page.evaluate("navigator.clipboard.readText()") == code
    number = page.locator("#palette-number input[type=range]")
    number.focus()
    number.press("Home")
    expect(swatches).to_have_count(2)
    page.locator("#palette-elbow").click()
    expect(page.locator("#palette-curve svg circle")).to_be_visible()
    expect(page.locator("#palette-answer")).to_contain_text("The picture now has that many")
    answer = page.locator("#palette-answer p").inner_text()
    needed = re.search(r"About (\d+): then the difference is hardly visible", answer)
    assert needed, answer
    expect(swatches).to_have_count(int(needed.group(1)))
    with page.expect_download() as download:
        page.locator("#palette-save").click()
    assert download.value.suggested_filename == f"coffee-{needed.group(1)}-colours.png"
    page.get_by_label("Nothing").check()
    expect(page.locator("#palette-figures")).to_contain_text("of the palette's")
    expect(number).to_be_disabled()  # it has no meaning there
    expect(page.locator("#palette-elbow")).to_be_disabled()
    expect(page.locator("#palette-answer p, #palette-curve svg")).to_have_count(0)


def test_fifty_swatches_are_a_compact_grid_on_a_phone(page: Page, photos: list[Path]) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("tab", name="Palette").click()
    drop(page, "#palette-photo", photos[1:])
    expect(page.locator("#palette-swatches button[data-hex]")).to_have_count(8)
    page.locator("#palette-number input[type=number]").fill("50")
    expect(page.locator("#palette-swatches button[data-hex]")).to_have_count(50)
    box = page.locator("#palette-swatches .swatches").bounding_box()
    assert box is not None
    assert box["height"] < 600
    first = page.locator("#palette-swatches button[data-hex]").first.bounding_box()
    assert first is not None
    assert first["height"] >= 24  # WCAG 2.2, 2.5.8: a finger hits it
    code = page.locator("#palette-swatches button span").first
    assert code.evaluate("e => e.scrollWidth <= e.clientWidth")


@pytest.mark.parametrize("make", ODD, ids=lambda make: make.__name__)
def test_odd_photo_is_shown_with_its_figures_in_both_tabs(
    page: Page, tmp_path: Path, make: Callable[[], Image.Image]
) -> None:
    make().save(tmp_path / "odd.png", compress_level=1)
    page.get_by_role("tab", name="PCA").click()
    drop(page, "#pca-photo", [tmp_path / "odd.png"])
    expect(page.locator("#pca-figures")).to_contain_text("of the variance in")
    expect(page.locator("#pca-before-after img").first).to_be_visible()
    page.get_by_role("tab", name="Palette").click()
    drop(page, "#palette-photo", [tmp_path / "odd.png"])
    expect(page.locator("#palette-figures")).to_contain_text("colour")
    expect(page.locator("#palette-swatches button[data-hex]").first).to_be_visible()
    expect(page.get_by_test_id("toast-body")).to_have_count(0)


def test_a_phone_needs_no_sideways_scrolling(browser: Browser, page_url: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(page_url)
    page.locator("#photos label").wait_for(timeout=SLOW_MS)
    for tab in ("PCA", "Palette", "Turing test", "Colorize"):
        page.get_by_role("tab", name=tab).click()
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390, tab
    page.close()


def test_nothing_is_asked_of_other_machines(browser: Browser, page_url: str) -> None:
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(page_url)
    page.locator("#photos label").wait_for(timeout=SLOW_MS)
    page.close()
    elsewhere = [url for url in asked if not url.startswith((page_url, "data:", "blob:"))]
    assert asked
    assert not elsewhere
