"""A film in the browser: dropped, coloured, watched, saved; on a phone, in German, by axe."""

import base64
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from skimage import data

from tests.support.browser_support import SLOW_MS, needs_chromium
from tests.support.journeys import DROP, tab
from tests.support.small_films import decoded, stamps_and_bytes, write_film

pytest_plugins = ["tests.support.browser_support", "tests.support.journeys"]
pytestmark = [pytest.mark.browser, needs_chromium]

PLAYED = """
() => {
  const video = document.querySelector('#film-player video');
  if (video) video.muted = true;
  if (!video || video.readyState < 2) return null;
  if (!video.played.length) video.play();
  if (video.currentTime < 0.3) return null;
  const canvas = Object.assign(document.createElement('canvas'),
    { width: video.videoWidth, height: video.videoHeight });
  const context = canvas.getContext('2d');
  context.drawImage(video, 0, 0);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  let [colour, light] = [0, 0];
  for (let at = 0; at < data.length; at += 4) {
    colour += Math.abs(data[at] - data[at + 2]);
    light += data[at + 1];
  }
  const { videoWidth: width, duration: seconds } = video;
  return light && { colour: colour / (data.length / 4), width, seconds };
}
"""


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second over a real picture, with sound."""
    cat = np.ascontiguousarray(data.chelsea().mean(axis=2).astype(np.uint8))
    frames = [cat[at : at + 240, at : at + 320].copy() for at in range(25)]
    folder = tmp_path_factory.mktemp("films")
    return write_film(folder / "cat.mp4", frames, sound=True, options={"crf": "18"})


def choose(page: Page, film: Path) -> None:
    page.locator("#film input[type=file]").set_input_files(film)
    page.wait_for_function(PLAYED)


def test_a_dropped_film_plays_in_colour_and_can_be_saved_and_deleted(
    page: Page, film: Path, tmp_path: Path
) -> None:
    content = [["cat.mp4", base64.b64encode(film.read_bytes()).decode()]]
    transfer = page.evaluate_handle(DROP.replace("image/png", "video/mp4"), [content])
    page.locator("#photos").dispatch_event("drop", {"dataTransfer": transfer})
    expect(tab(page, "Film")).to_have_attribute("aria-selected", "true")
    played = page.wait_for_function(PLAYED).json_value()
    assert (played["width"], round(played["seconds"])) == (320, 1)
    assert played["colour"] > 5
    expect(page.locator("#film-progress")).to_contain_text("Your film is coloured")
    expect(page.locator("#film-cancel")).to_have_count(0)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the film").click()
    assert download.value.suggested_filename == "cat-colour.mp4"
    saved = tmp_path / "saved.mp4"
    download.value.save_as(saved)
    assert len(decoded(saved)) == 25
    assert stamps_and_bytes(saved, "audio") == stamps_and_bytes(film, "audio")
    page.locator("#film-forget").click()
    expect(page.locator("#film-player video")).to_have_count(0)
    expect(page.locator("#film-progress")).to_contain_text("are deleted")


def test_other_settings_colour_it_again(page: Page, film: Path) -> None:
    tab(page, "Film").click()
    choose(page, film)
    first = page.locator("#film-player video").get_attribute("src")
    page.locator("#film-vividness input[type=number]").fill("0")
    page.locator("#film-again").click()
    page.wait_for_function(
        "old => document.querySelector('#film-player video')?.getAttribute('src') !== old",
        arg=first,
    )
    assert page.wait_for_function(PLAYED).json_value()["colour"] < 2


def test_what_is_no_film_is_said_where_it_was_dropped(page: Page, tmp_path: Path) -> None:
    tab(page, "Film").click()
    for name, said in (("photo.png", "This is not a film"), ("bad.mp4", "film that can be read")):
        (tmp_path / name).write_bytes(b"nothing of the kind")
        page.locator("#film input[type=file]").set_input_files(tmp_path / name)
        expect(page.locator("#film-progress")).to_contain_text(said)
        expect(page.locator("#film-cancel")).to_have_count(0)
    expect(page.locator("#film-player video")).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_on_a_german_phone_all_of_it_is_on_the_screen_without_a_barrier(
    browser: Browser, page_url: str, film: Path, theme: str
) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844}, locale="de-DE")
    page.set_default_timeout(SLOW_MS)
    page.goto(f"{page_url}?tab=film&__theme={theme}")
    choose(page, film)
    expect(page.locator("#film-progress")).to_contain_text("Dein Film ist eingefärbt")
    box = page.locator("#film-player video").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    zone, model = page.locator("#film").bounding_box(), page.locator("#film-model").bounding_box()
    assert zone is not None
    assert model is not None
    assert zone["y"] < box["y"] < model["y"]
    page.wait_for_timeout(400)
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert not [rule["id"] for rule in found if rule["impact"] in ("serious", "critical")]
    page.close()
