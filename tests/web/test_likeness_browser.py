"""Other versions of a photo, and colours like those of another photo or of a palette."""

import base64
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from skimage import data

from colorizer.photo import read_mark
from tests.support.browser_support import needs_chromium
from tests.support.journeys import after, colour, drop_on, expect_another, tab

pytest_plugins = ["tests.support.browser_support", "tests.support.journeys"]
pytestmark = [pytest.mark.browser, needs_chromium]


@pytest.fixture(scope="module")
def coffee(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A photo in grey, and the same in colour."""
    folder = tmp_path_factory.mktemp("coffee")
    photo = Image.fromarray(data.coffee()).resize((360, 240))
    photo.convert("L").save(folder / "grey.png")
    photo.save(folder / "colour.png")
    return [folder / "grey.png", folder / "colour.png"]


def unfold(page: Page, fold: str) -> Locator:
    page.locator(f"{fold} > button").click()
    return page.locator(fold)


def written(page: Page) -> Locator:
    return page.locator("#like-colours textarea, #like-colours input")


def use(page: Page, colours: str) -> None:
    written(page).fill(colours)
    page.locator("#like-use").click()


def test_a_click_on_a_version_makes_it_the_picture(page: Page, coffee: list[Path]) -> None:
    colour(page, coffee[:1])
    plain = after(page)
    versions = unfold(page, "#versions")
    expect(versions.locator("img")).to_have_count(5)
    third = versions.locator("button[data-key='3']")
    third.click()
    expect_another(page, plain)
    version = after(page)
    expect(third).to_have_attribute("aria-pressed", "true")
    page.locator(".hand-begin").click()
    page.locator(".hand-picture").click(position={"x": 40, "y": 40})
    page.locator("[data-row=likely] button").nth(2).click()
    expect_another(page, version)
    hinted = after(page)
    versions.locator("button[data-key='1']").click()
    expect_another(page, hinted)
    expect(page.locator(".hand-dot")).to_have_count(1)
    with page.expect_download() as download:
        page.locator("#save-photo").click()
    assert "chosen by a person" in (read_mark(download.value.path()) or "")
    page.get_by_label("Cautious: averages").check()
    expect(versions).to_contain_text("knows one version only")
    expect(page.locator("#status")).to_contain_text("need the vivid model")


def test_a_list_of_colours_is_used_as_much_as_wanted(page: Page, coffee: list[Path]) -> None:
    colour(page, coffee[:1])
    plain = after(page)
    like = unfold(page, "#like")
    use(page, "warm and sunny")
    expect(page.get_by_test_id("toast-body")).to_contain_text("No palette can be read")
    assert after(page) == plain
    use(page, "#3050a0, #d0c090 40%")
    expect_another(page, plain)
    blue = after(page)
    expect(like.locator("#like-said i")).to_have_count(2)
    like.locator("input[type=range]").focus()
    page.keyboard.press("Home")
    expect_another(page, blue)
    page.reload()
    expect(page.locator("#tiles .tile.done")).to_have_count(1)
    unfold(page, "#like")
    expect(page.locator("#like-said i")).to_have_count(2)
    page.locator("#like-remove").click()
    expect(page.locator("#before-after img").nth(1)).to_have_attribute("src", plain)
    expect(page.locator("#like-remove")).to_have_count(0)


def test_a_palette_of_one_photo_colours_another(page: Page, coffee: list[Path]) -> None:
    colour(page, coffee[1:])
    tab(page, "Palette").click()
    page.locator("#palette-another").click()
    expect(tab(page, "Colorize")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#progress")).to_contain_text("The next photos that you drop get these")
    for number, taken in ((2, 8), (3, 0)):
        page.locator("#photos input[type=file]").set_input_files(coffee[0])
        expect(page.locator("#tiles .tile.done")).to_have_count(number)
        if number == 2:
            unfold(page, "#like")
        expect(page.locator("#like-said i")).to_have_count(taken)


def test_a_photo_takes_the_colours_of_another(page: Page, coffee: list[Path]) -> None:
    colour(page, coffee[:1])
    plain = after(page)
    unfold(page, "#like")
    content = [[p.name, base64.b64encode(p.read_bytes()).decode()] for p in coffee]
    drop_on(page, "#reference .drop-zone", content[:1])
    expect(page.get_by_test_id("toast-body")).to_contain_text("has hardly any colour")
    drop_on(page, "#reference .drop-zone", content[1:])
    expect_another(page, plain)
    expect(page.locator("#like-said img")).to_be_visible()
    expect(page.locator("#tiles .tile")).to_have_count(1)  # it is no photo to colour
