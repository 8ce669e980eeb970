"""Journeys of a visitor whose photos stay: settings, reload, examples, drops anywhere, names."""

import base64
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from colorizer.photo import open_photo, read_mark
from tests.support.browser_support import SLOW_MS, needs_chromium
from tests.support.journeys import after, colour, drop_on, expect_another, paste, tab, titles

pytest_plugins = ["tests.support.browser_support", "tests.support.journeys"]
pytestmark = [pytest.mark.browser, needs_chromium]


def test_row_2_the_whole_page_takes_drops_and_pastes(page: Page, photos: list[Path]) -> None:
    content = [[p.name, base64.b64encode(p.read_bytes()).decode()] for p in photos]
    address = page.url
    drop_on(page, "#before-after img", content[:1])  # on a result
    expect(page.locator("#status")).to_contain_text("camera.png")
    drop_on(page, "#photos", content[2:])  # on the place that has been used
    expect(page.locator("#status")).to_contain_text("coffee.jpg")
    paste(page, content[:1])
    expect(page.locator("#tiles .tile.done")).to_have_count(3)
    assert titles(page) == ["camera.png", "coffee.jpg", "camera.png"]
    tab(page, "About the models").click()
    paste(page, content[2:])
    expect(tab(page, "Colorize")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#tiles .tile.done")).to_have_count(4)
    assert page.url == address


def test_a_file_that_is_no_photo_is_listed_with_its_reason(
    page: Page, photos: list[Path], tmp_path: Path
) -> None:
    (tmp_path / "bill.pdf").write_bytes(b"%PDF-1.4")
    colour(page, [photos[0], tmp_path / "bill.pdf", photos[2]])
    assert titles(page) == ["camera.png", "bill.pdf", "coffee.jpg"]
    expect(page.locator("#tiles .refused .tile-note")).to_contain_text("This is not a photo")
    expect(page.locator("#progress")).to_contain_text("2 of 3 photos coloured")
    expect(page.get_by_text("Error", exact=True)).to_have_count(0)


def test_a_click_in_the_comparison_chooses_what_is_saved(page: Page, photos: list[Path]) -> None:
    colour(page, photos[:1])
    tab(page, "Compare").click()
    cautious = page.locator("#compare button[data-key=regression]")
    cautious.click()
    expect(cautious).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_label("Cautious: averages")).to_be_checked()
    with page.expect_download() as download:
        page.locator("#save-photo").click()
    assert "regression" in (read_mark(download.value.path()) or "")


def test_a_chosen_tile_brings_the_stage_into_view(page: Page, photos: list[Path]) -> None:
    for width, height in ((390, 844), (1280, 700)):
        page.set_viewport_size({"width": width, "height": height})
        if width == 390:
            colour(page, [photos[0], photos[2]])
        page.locator("#tiles button.done").nth(1).scroll_into_view_if_needed()
        page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        page.locator("#tiles button.done").nth(1).evaluate("e => e.click()")
        expect(page.locator("#before-after img").nth(1)).to_be_in_viewport(ratio=0.5)


def test_every_photo_keeps_its_own_settings(page: Page, photos: list[Path]) -> None:
    colour(page, [photos[0], photos[2]])
    warmth = page.locator("#warmth input[type=number]")
    shown = after(page)
    page.locator("#warmth input[type=range]").focus()
    page.keyboard.press("End")
    expect_another(page, shown)
    page.get_by_role("button", name="Next photo").click()
    expect(page.locator("#status")).to_contain_text("coffee.jpg")
    expect(warmth).to_have_value("0")
    page.locator("#vividness input[type=range]").focus()
    page.keyboard.press("p")
    expect(page.locator("#status")).to_contain_text("camera.png")
    expect(warmth).to_have_value("1")
    thumbnail = page.locator("#tiles .tile img").nth(1)
    cold = thumbnail.get_attribute("src") or ""
    page.get_by_role("button", name="Use these settings for all").click()
    expect(thumbnail).not_to_have_attribute("src", cold)
    expect(page.locator("#progress")).to_contain_text("2 of 2 photos coloured")
    page.keyboard.press("n")
    expect(page.locator("#status")).to_contain_text("coffee.jpg")
    expect(warmth).to_have_value("1")


def test_a_reload_brings_everything_back_and_a_button_deletes_it(
    page: Page, photos: list[Path], tmp_path: Path
) -> None:
    with Image.open(photos[0]) as camera:  # a photo that nobody else has, who would keep its files
        camera.crop((20, 0, 300, 260)).save(tmp_path / "camera.png")
    colour(page, [tmp_path / "camera.png", photos[2]])
    shown = after(page)
    page.locator("#warmth input[type=range]").focus()
    page.keyboard.press("End")
    expect_another(page, shown)
    warm = after(page)
    expect(page.locator("#kept")).to_contain_text("for an hour")
    page.reload()
    expect(page.locator("#tiles .tile.done")).to_have_count(2)
    expect(page.locator("#status")).to_contain_text("camera.png")
    expect(page.locator("#warmth input[type=number]")).to_have_value("1")
    expect(page.locator("#before-after img").nth(1)).to_have_attribute("src", warm)
    page.locator("#forget").click()
    expect(page.locator("#progress")).to_contain_text("are deleted")
    expect(page.locator("#tiles .tile")).to_have_count(0)
    expect(page.locator("#status")).to_contain_text("An example")
    assert page.request.get(f"{page.url}{warm}").status == 403  # gone
    page.reload()
    expect(page.locator("#status")).to_contain_text("An example")


def test_one_photo_is_removed_and_the_next_takes_its_place(
    page: Page, photos: list[Path], tmp_path: Path
) -> None:
    with Image.open(photos[0]) as camera:  # a photo that nobody else has, who would keep its file
        camera.crop((40, 0, 300, 260)).save(tmp_path / "mine.png")
    colour(page, [tmp_path / "mine.png", photos[2]])
    expect(page.locator("#status")).to_contain_text("mine.png")
    page.get_by_role("button", name="Remove this photo: mine.png").click()
    expect(page.locator("#tiles .tile")).to_have_count(1)
    expect(page.locator("#status")).to_contain_text("coffee.jpg")
    page.get_by_role("button", name="Remove this photo: coffee.jpg").click()
    expect(page.locator("#tiles .tile")).to_have_count(0)
    expect(page.locator("#status")).to_contain_text("An example")


def test_an_example_leaves_the_own_photo_alone(page: Page, photos: list[Path]) -> None:
    colour(page, photos[:1])
    shown = after(page)
    page.locator("#warmth input[type=range]").focus()
    page.keyboard.press("End")
    expect_another(page, shown)
    page.locator("#examples button").nth(1).click()
    expect(page.locator("#status")).to_contain_text("An example")
    expect(page.locator("#warmth input[type=number]")).to_have_value("0")
    page.get_by_role("button", name="Back to my photo").click()
    expect(page.locator("#status")).to_contain_text("camera.png")
    expect(page.locator("#warmth input[type=number]")).to_have_value("1")


def test_the_line_is_moved_by_the_keyboard(page: Page) -> None:
    line = page.locator("#before-after input[type=range]")
    line.focus()
    page.keyboard.press("Home")
    clip = page.locator("#before-after .pair-after")
    assert "0%)" in clip.evaluate("e => getComputedStyle(e).clipPath")
    page.keyboard.press("ArrowRight")
    expect(line).to_have_value("1")


def test_nothing_below_the_picture_jumps_while_it_loads(browser: Browser, page_url: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(SLOW_MS)
    page.route("**/file=*.jpg", lambda route: None)  # the pictures never come
    page.goto(page_url)
    page.locator("#save-photo").wait_for()
    without = page.locator("#save-photo").bounding_box()
    page.unroute("**/file=*.jpg")
    page.reload()
    page.wait_for_function(
        "[...document.querySelectorAll('#before-after img')].every((img) => img.naturalWidth)"
    )
    filled = page.locator("#save-photo").bounding_box()
    page.close()
    assert without is not None
    assert filled is not None
    assert abs(without["y"] - filled["y"]) < 4


def test_what_was_made_can_be_shown_around(page: Page, photos: list[Path]) -> None:
    colour(page, photos[:1])
    with page.expect_download() as download:
        page.locator("#save-both").click()
    assert download.value.suggested_filename == "camera-colour-side-by-side.jpg"
    with Image.open(download.value.path()) as both:
        assert both.size == (612, 300)
    page.locator("#copy-picture").click()
    expect(page.locator("#copy-picture")).to_have_text("✓")
    kinds = page.evaluate("async () => (await navigator.clipboard.read())[0].types")
    assert kinds == ["image/png"]


def test_a_link_leads_to_a_tab_and_the_keyboard_is_explained(page: Page, page_url: str) -> None:
    page.goto(f"{page_url}?tab=study")
    expect(tab(page, "Turing test")).to_have_attribute("aria-selected", "true")
    tab(page, "PCA").click()
    page.wait_for_function("location.search === '?tab=pca'")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_contain_text("next or previous photo")
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()


def test_names_are_kept(page: Page, photos: list[Path], tmp_path: Path) -> None:
    name = "Album 01 (b&w) #3 – 100%, Ärger.png"
    (tmp_path / name).write_bytes(photos[0].read_bytes())
    colour(page, [tmp_path / name])
    assert titles(page) == [name]
    expect(page.locator("#status")).to_contain_text(name)
    with page.expect_download() as download:
        page.locator("#save-photo").click()
    assert download.value.suggested_filename == "Album 01 (b&w) #3 – 100%, Ärger-colour.png"
    assert open_photo(download.value.path()).rgb.shape == (300, 300, 3)
