"""Progress, place in the queue, cancelling and a busy page, with photos that wait for the test."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from skimage import data

from colorizer.service.colorizer_service import ColorizerService, Preview
from colorizer.settings import Settings
from colorizer.web import build_app, launch_options
from colorizer.web.colorize import run
from colorizer.web.colorize.choice import Choice, look_at
from tests.support.browser_support import SLOW_MS, needs_chromium

pytest_plugins = ["tests.support.browser_support"]
pytestmark = [pytest.mark.browser, needs_chromium]


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """While it is closed, no photo gets done."""
    opened = threading.Event()

    def wait(service: ColorizerService, choice: Choice, long_side: int) -> Preview:
        assert opened.wait(SLOW_MS / 1000)
        return look_at(service, choice, long_side)

    monkeypatch.setattr(run, "look_at", wait)
    yield opened
    opened.set()


@pytest.fixture(scope="module")
def narrow_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page with places for two runs and room for one person in the queue."""
    folder = tmp_path_factory.mktemp("narrow")
    settings = Settings(
        queue_size=1, database_url=f"sqlite:///{folder}/votes.db", study_photos=str(folder)
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "MODEL_PLACES", 2)
        app = build_app(settings)
    _, url, _ = app.launch(prevent_thread_lock=True, quiet=True, **launch_options(settings))
    yield url
    app.close()


@pytest.fixture
def visitors(browser: Browser, narrow_url: str) -> Iterator[list[Page]]:
    pages = [browser.new_page() for _ in range(4)]
    for page in pages:
        page.set_default_timeout(SLOW_MS)
        page.goto(narrow_url)
        page.locator("#photos label").wait_for()
    yield pages
    for page in pages:
        page.close()


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("queue")
    for name in "abc":
        Image.fromarray(data.camera()).resize((80, 80)).save(folder / f"{name}.png")
    return sorted(folder.iterdir())


def start(page: Page, photos: list[Path]) -> None:
    page.locator("#photos input[type=file]").set_input_files(photos)
    expect(page.locator("#tiles .tile")).to_have_count(len(photos))


def notes(page: Page) -> list[str]:
    return page.locator("#tiles .tile-note").all_inner_texts()


def test_row_8_states_are_shown_and_cancel_frees_the_model(
    visitors: list[Page], photos: list[Path], gate: threading.Event
) -> None:
    page = visitors[0]
    start(page, photos)
    expect(page.locator("#progress")).to_contain_text("Colouring photo 1 of 3")
    assert notes(page) == ["being coloured …", "waiting", "waiting"]
    expect(page.locator("#colorize")).to_have_count(0)
    page.locator("#cancel").click()
    expect(page.locator("#tiles .tile.stopped")).to_have_count(2)
    assert notes(page) == ["being coloured …", "cancelled", "cancelled"]  # one is in the network
    gate.set()
    expect(page.locator("#progress")).to_contain_text("Cancelled: 1 of 3")
    expect(page.locator("#cancel")).to_have_count(0)
    page.locator("#colorize").click()
    expect(page.locator("#progress")).to_contain_text("3 of 3 photos coloured")
    assert notes(page) == ["done"] * 3


def test_results_can_be_looked_at_while_the_rest_is_coloured(
    visitors: list[Page], photos: list[Path], gate: threading.Event
) -> None:
    page = visitors[0]
    gate.set()
    start(page, photos)
    page.locator("#tiles .done").first.wait_for()
    expect(page.locator("#status")).to_contain_text("a.png")
    expect(page.locator("#progress")).to_contain_text("3 of 3 photos coloured")
    gate.clear()
    page.locator("#photos input[type=file]").set_input_files(photos[:1])
    expect(page.locator("#progress")).to_contain_text("Colouring photo 4 of 4")
    seen = page.locator("#examples button").nth(1)
    seen.click()
    expect(page.locator("#status")).to_contain_text("An example")


def test_row_8_and_20_the_place_in_the_queue_and_a_busy_page_are_told(
    visitors: list[Page], photos: list[Path], gate: threading.Event
) -> None:
    first, second, waiting, refused = visitors
    for page in (first, second):
        start(page, photos)
        expect(page.locator("#progress")).to_contain_text("Colouring photo 1 of 3")
    start(waiting, photos[:1])
    expect(waiting.locator("#progress")).to_contain_text("queue: 1/1")
    expect(waiting.locator("#cancel")).to_be_enabled()
    start(refused, photos[:1])
    expect(refused.get_by_test_id("toast-body")).to_contain_text("currently busy")
    expect(refused.locator("#colorize")).to_be_enabled()  # to try again
    gate.set()
    expect(waiting.locator("#progress")).to_contain_text("Your photo is coloured")
    refused.locator("#colorize").click()
    expect(refused.locator("#progress")).to_contain_text("Your photo is coloured")
    expect(first.locator("#progress")).to_contain_text("3 of 3 photos coloured")
