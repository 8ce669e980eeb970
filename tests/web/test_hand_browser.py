"""Colours by hand as a person gives them: click, choose, look, take back; mouse, touch and keys."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from colorizer.photo import open_photo, read_mark
from colorizer.web.i18n import de
from tests.support.browser_support import SLOW_MS, needs_chromium
from tests.support.journeys import colour

pytest_plugins = ["tests.support.browser_support", "tests.support.journeys"]
pytestmark = [pytest.mark.browser, needs_chromium]

BROWN, LEFT, RIGHT = "#b08060", (0.2, 0.5), (0.8, 0.5)
PIXELS = """
(places) => {
  const image = document.querySelector('.hand-picture img');
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  const context = canvas.getContext('2d');
  context.drawImage(image, 0, 0);
  return places.map(([x, y]) =>
    [...context.getImageData(x * canvas.width, y * canvas.height, 1, 1).data].slice(0, 3));
}
"""
LOADED = """
(before) => {
  const image = document.querySelector('.hand-picture img');
  return image.getAttribute('src') !== before && image.complete && image.naturalWidth;
}
"""


@pytest.fixture(scope="module")
def halves(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two grey photos, dark on the left and light on the right."""
    files = []
    for number in range(2):
        grey = np.full((192, 256, 3), 70, np.uint8)
        grey[:, 128:] = 190
        noise = np.random.default_rng(number).normal(0, 4, (192, 256, 1))
        files.append(tmp_path_factory.mktemp("halves") / f"halves-{number}.png")
        Image.fromarray((grey + noise).clip(0, 255).astype(np.uint8)).save(files[-1])
    return files


@pytest.fixture
def stage(page: Page, halves: list[Path]) -> Page:
    colour(page, halves[:1])
    page.locator(".hand-begin").click()
    return page


@pytest.fixture
def phone(browser: Browser, page_url: str, halves: list[Path]) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, locale="de-DE"
    )
    page = context.new_page()
    page.set_default_timeout(SLOW_MS)
    page.goto(page_url)
    colour(page, halves[:1])
    page.locator(".hand-begin").tap()
    yield page
    context.close()


def chroma(page: Page, *places: tuple[float, float]) -> list[float]:
    """Red less blue at the places."""
    return [red - blue for red, _, blue in page.evaluate(PIXELS, places)]


def source(page: Page) -> str:
    return str(page.locator(".hand-picture img").get_attribute("src"))


def expect_other_picture(page: Page, before: str) -> str:
    page.wait_for_function(LOADED, arg=before)
    return source(page)


def begin_at(page: Page, place: tuple[float, float], *, touch: bool = False) -> None:
    picture = page.locator(".hand-picture")
    box = picture.bounding_box()
    assert box is not None
    x, y = box["width"] * place[0], box["height"] * place[1]
    (picture.tap if touch else picture.click)(position={"x": x, "y": y})
    expect(page.locator("[data-row=likely] button")).to_have_count(5)
    expect(page.locator("[data-row=own] button").first).to_be_visible()


def give(page: Page, place: tuple[float, float], code: str) -> str:
    before = source(page)
    begin_at(page, place)
    page.locator(".hand input[type=color]").fill(code)
    return expect_other_picture(page, before)


def test_a_click_and_a_colour_change_what_is_there_and_nothing_else(stage: Page) -> None:
    left, right = chroma(stage, LEFT, RIGHT)
    give(stage, RIGHT, BROWN)
    new_left, new_right = chroma(stage, LEFT, RIGHT)
    assert new_right == pytest.approx(0xB0 - 0x60, abs=14)
    assert abs(new_left - left) < 0.3 * abs(new_right - right)
    stage.get_by_role("button", name="Neutral").click()
    stage.wait_for_function(f"places => ({PIXELS})(places)[0][0] < 200", arg=[RIGHT])
    neutral = source(stage)
    stage.locator("[data-row=likely] button").nth(1).click()
    expect_other_picture(stage, neutral)
    with stage.expect_download() as download:
        stage.locator("#save-photo").click()
    assert "chosen by a person" in (read_mark(download.value.path()) or "")
    rgb = open_photo(download.value.path()).rgb.astype(int)
    shown = stage.evaluate(PIXELS, [RIGHT])[0]
    assert np.abs(rgb[96, 204] - shown).max() <= 6


def test_steps_are_taken_back_and_taken_again(stage: Page) -> None:
    first = source(stage)
    brown = give(stage, RIGHT, BROWN)
    undo, redo = (stage.get_by_role("button", name=name) for name in ("Undo", "Redo"))
    undo.click()
    assert expect_other_picture(stage, brown) == first
    expect(stage.locator(".hand-dot")).to_have_count(0)
    expect(undo).to_be_disabled()
    redo.click()
    assert expect_other_picture(stage, first) == brown
    stage.keyboard.press("Control+z")
    assert expect_other_picture(stage, brown) == first


def test_a_dot_is_moved_and_removed(stage: Page) -> None:
    plain = source(stage)
    brown = give(stage, RIGHT, BROWN)
    stage.locator("[data-do=close]").click()
    dot, picture = stage.locator(".hand-dot"), stage.locator(".hand-picture").bounding_box()
    assert picture is not None
    dot.hover()
    stage.mouse.down()
    stage.mouse.move(picture["x"] + 0.2 * picture["width"], picture["y"] + 0.5 * picture["height"])
    stage.mouse.up()
    moved = expect_other_picture(stage, brown)
    expect(stage.locator(".hand-panel")).to_be_hidden()  # the end of a movement is no click
    left, right = chroma(stage, LEFT, RIGHT)
    assert left > right + 15
    dot.click()
    stage.locator("[data-do=remove]").click()
    assert expect_other_picture(stage, moved) == plain


def test_everything_goes_by_keyboard(stage: Page) -> None:
    before = source(stage)
    stage.locator(".hand-picture").focus()
    for key in ("ArrowRight",) * 10 + ("Enter",):
        stage.keyboard.press(key)
    expect(stage.locator("[data-row=likely] button").first).to_be_focused()
    stage.keyboard.press("Tab")
    stage.keyboard.press("Enter")
    placed = expect_other_picture(stage, before)
    stage.keyboard.press("Escape")
    expect(stage.locator(".hand-panel")).to_be_hidden()
    stage.keyboard.press("Tab")
    expect(stage.locator(".hand-dot")).to_be_focused()
    for _ in range(22):
        stage.keyboard.press("ArrowLeft")
    moved = expect_other_picture(stage, placed)
    stage.keyboard.press("Delete")
    expect_other_picture(stage, moved)
    expect(stage.locator(".hand-dot")).to_have_count(0)


def test_touch_on_a_phone_in_german(phone: Page) -> None:
    before, left = source(phone), chroma(phone, LEFT)[0]
    expect(phone.locator(".hand-said")).to_have_text(de.HAND["lead"])
    begin_at(phone, LEFT, touch=True)
    panel = phone.locator(".hand-panel")
    expect(panel.get_by_text(de.HAND["likely"])).to_be_in_viewport()
    panel.get_by_role("button", name=de.HAND["small"]).tap()
    panel.locator("[data-row=likely] button").nth(1).tap()
    expect_other_picture(phone, before)
    assert chroma(phone, LEFT)[0] != left
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    panel.get_by_role("button", name=de.HAND["close"]).tap()
    phone.get_by_role("button", name=de.HAND["zoom"]).tap()
    wide = "document.querySelector('.hand-picture').clientWidth"
    assert phone.evaluate(wide) > 1.9 * phone.evaluate(wide.replace("picture", "window"))
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("place", [(0.5, 0.03), (0.5, 0.97)])
def test_the_panel_covers_nothing_of_a_tall_picture_on_a_phone(
    phone: Page, tmp_path: Path, place: tuple[float, float]
) -> None:
    Image.effect_noise((300, 480), 40).save(tmp_path / "tall.png")
    phone.locator("#photos input[type=file]").set_input_files(tmp_path / "tall.png")
    expect(phone.locator("#status")).to_contain_text("tall.png")
    begin_at(phone, place, touch=True)
    panel, dot = phone.locator(".hand-panel"), phone.locator(".hand-dot")
    for shown in (dot, panel.locator("[data-do=close]"), panel.locator("[data-row=likely] button")):
        expect(shown.first).to_be_in_viewport()
    picture, box = phone.locator(".hand-window").bounding_box(), panel.bounding_box()
    assert picture is not None
    assert box is not None
    assert box["y"] >= picture["y"] + picture["height"]
    assert box["height"] < 260


def test_hints_stay_with_their_photo(stage: Page, halves: list[Path]) -> None:
    brown = give(stage, RIGHT, BROWN)
    stage.locator("#photos input[type=file]").set_input_files(halves[1:])
    expect(stage.locator("#tiles .tile.done")).to_have_count(2)
    expect(stage.locator("#status")).to_contain_text("halves-1.png")
    expect(stage.locator(".hand-dot")).to_have_count(0)
    other = source(stage)
    stage.get_by_role("button", name="Use these settings for all").click()
    expect(stage.locator("#progress")).to_contain_text("2 of 2 photos coloured")
    stage.keyboard.press("p")
    assert expect_other_picture(stage, other) == brown
    stage.get_by_label("Cautious: averages").check()
    cautious = expect_other_picture(stage, brown)
    assert chroma(stage, RIGHT)[0] == pytest.approx(0xB0 - 0x60, abs=14)
    stage.reload()
    expect(stage.locator("#tiles .tile.done")).to_have_count(2)
    expect(stage.locator(".hand-picture img")).to_have_attribute("src", cautious)
    stage.locator(".hand-begin").click()
    expect(stage.locator(".hand-dot")).to_have_count(1)


def test_places_are_saved_and_opened_again(stage: Page, tmp_path: Path) -> None:
    plain = source(stage)
    brown = give(stage, RIGHT, BROWN)
    with stage.expect_download() as download:
        stage.locator("[data-do=save]").click()
    assert download.value.suggested_filename == "halves-0.hints.json"
    (hint,) = json.loads(download.value.path().read_text())["hints"]
    assert (hint["colour"], hint["reach"]) == (BROWN, "normal")
    assert (hint["x"], hint["y"]) == pytest.approx(RIGHT, abs=0.01)
    stage.locator("[data-do=clear]").click()
    assert expect_other_picture(stage, brown) == plain
    again = stage.locator(".hand-open input")
    (tmp_path / "foreign.json").write_text('{"type": "FeatureCollection"}')
    again.set_input_files(tmp_path / "foreign.json")
    expect(stage.locator(".hand-said")).to_contain_text("These are no hints")
    again.set_input_files(download.value.path())
    assert expect_other_picture(stage, plain) == brown
    expect(stage.locator(".hand-dot")).to_have_count(1)


def test_a_colour_that_the_place_cannot_have_is_told(stage: Page) -> None:
    give(stage, LEFT, "#ffff00")
    expect(stage.locator(".hand-said")).to_contain_text("too dark or too light")
