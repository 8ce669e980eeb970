"""A study of one's own, as its owner sets it up and friends play it: in headless Chromium."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from colorizer.study import StudySettings
from colorizer.web import i18n
from tests.support.browser_support import SLOW_MS, needs_chromium
from tests.support.study_site import StudySite, serve_study
from tests.support.study_support import make_photo

pytest_plugins = ["tests.support.browser_support"]
pytestmark = [pytest.mark.browser, needs_chromium]

PHOTOS = 5


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StudySite]:
    with serve_study(tmp_path_factory.mktemp("site"), StudySettings(), photos=3) as site:
        yield site


@pytest.fixture(scope="module")
def links(browser: Browser, site: StudySite, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The link for friends and the owner's, of a study that was set up on the page."""
    folder = tmp_path_factory.mktemp("photos")
    files = [folder / f"{number}.png" for number in range(PHOTOS)]
    for number, file in enumerate(files):
        Image.fromarray(make_photo(100 + number).rgb).save(file)
    Image.new("L", (90, 90), 120).save(folder / "grey.png")
    (folder / "bill.pdf").write_bytes(b"%PDF-1.4")
    page = visited(browser, site.url)
    page.get_by_role("tab", name=i18n.TAB_STUDY, exact=True).click()
    page.get_by_role("tab", name=i18n.TAB_STUDY_OWN).click()
    page.locator("#own-photos input[type=file]").first.set_input_files(
        [*files, folder / "grey.png", folder / "bill.pdf", files[0]]
    )
    expect(page.locator("#own-photos li")).to_have_count(PHOTOS + 3)
    expect(page.locator("#own-photos .refused")).to_contain_text("bill.pdf")
    page.locator("#own-photos .tile-remove").last.click()
    expect(page.locator("#own-photos img")).to_have_count(PHOTOS + 1)
    page.locator("#own-name textarea, #own-name input").fill("Aunt Ada's *album*")
    page.locator("#own-create").click()
    expect(page.locator("#own-told")).to_contain_text(f"{PHOTOS} photos")
    expect(page.locator("#own-told")).to_contain_text("grey.png")
    made = [
        page.locator(f"#{name} textarea, #{name} input").input_value()
        for name in ("own-friends", "own-owner")
    ]
    page.context.close()
    return made


def visited(browser: Browser, address: str) -> Page:
    """The page in a browser of its own."""
    page = browser.new_context().new_page()
    page.set_default_timeout(SLOW_MS)
    page.goto(address)
    return page


def test_friends_play_it_by_their_link_and_see_the_results(
    browser: Browser, site: StudySite, links: list[str]
) -> None:
    friends, _ = links
    before = site.votes()
    page = visited(browser, friends)
    expect(page.locator("#study-card")).to_contain_text("Aunt Ada's *album*")
    page.locator("#study-start").click()
    count = page.locator("#study-stage .study-count")
    for number in range(1, PHOTOS + 1):
        expect(count).to_have_text(f"{number} / {PHOTOS}")
        expect(page.locator("#study-stage .study-pair[aria-busy=false]")).to_be_visible()
        page.locator("#study-stage .study-choice[data-side=left]").click()
    expect(page.locator("#study-result h2")).to_contain_text(f"of {PHOTOS} right")
    assert page.locator("#study-result-share textarea").input_value().endswith(friends)
    page.locator("#study-result-all").click()
    expect(page.locator("#study-result-answers figure")).to_have_count(PHOTOS)
    page.locator("#study-to-results").click()
    expect(page.locator("#study-figures")).to_contain_text("Participants:")
    expect(page.locator("#study-delete")).to_be_hidden()
    assert site.votes() == before  # of the page's own study
    page.context.close()


def test_colourings_are_compared_in_it(browser: Browser, links: list[str]) -> None:
    page = visited(browser, links[0])
    page.get_by_role("tab", name=i18n.TAB_STUDY_PREFER).click()
    page.locator("#prefer-start").click()
    expect(page.locator("#prefer-stage .study-count")).to_have_text(f"1 / {PHOTOS}")
    page.context.close()


def test_the_owners_link_opens_results_votes_and_deletion(
    browser: Browser, site: StudySite, links: list[str]
) -> None:
    friends, owner = links
    page = visited(browser, owner)
    figures = page.locator("#study-figures")
    expect(figures).to_contain_text("Aunt Ada's *album*")
    expect(figures).to_contain_text(f"{PHOTOS} of {PHOTOS} photos are ready")
    page.get_by_role("button", name=i18n.RESULTS_OWNER).click()
    page.locator("#study-csv").click()
    expect(page.locator("#study-download")).to_be_enabled()
    with page.expect_download() as download:
        page.locator("#study-download").click()
    assert Path(download.value.path()).stat().st_size > 0
    page.locator("#study-delete").click()
    expect(page.locator("#study-delete-sure")).to_be_visible()
    expect(figures).to_contain_text("Aunt Ada's *album*")
    page.locator("#study-delete-sure").click()
    expect(figures).to_have_text(re.compile(re.escape(i18n.OWN_DELETED)))
    page.context.close()
    late = visited(browser, friends)
    expect(late.locator("#study-card")).to_contain_text("no such study")
    expect(late.locator("#study-start")).to_be_disabled()
    late.context.close()


def test_a_link_without_key_opens_nothing(browser: Browser, site: StudySite) -> None:
    page = visited(browser, f"{site.url}?tab=study&study={'0' * 32}#owner=x")
    expect(page.locator("#study-figures")).to_contain_text("no such study")
    page.context.close()
