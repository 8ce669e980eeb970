"""A thumb under a result: only with consent, once for each picture, and without the photo."""

from collections.abc import Iterator
from dataclasses import asdict

import pytest
from playwright.sync_api import Browser, expect

from colorizer.errors import StudyError
from colorizer.study import Store, Study, StudySettings
from colorizer.web import i18n
from tests.support.browser_support import SLOW_MS, needs_chromium
from tests.support.study_site import StudySite, serve_study
from tests.support.study_support import ADDRESS, make_thumb

pytest_plugins = ["tests.support.browser_support", "tests.support.study_fixtures"]


def test_an_address_gives_no_endless_number_of_thumbs(study: Study, store: Store) -> None:
    assert store.add_thumb(make_thumb(), "here", most_an_hour=2)
    assert store.add_thumb(make_thumb(), "here", most_an_hour=2)
    with pytest.raises(StudyError, match="hour"):
        store.add_thumb(make_thumb(), "here", most_an_hour=2)
    assert store.add_thumb(make_thumb(), "there", most_an_hour=2)
    thumb = make_thumb()
    assert study.add_thumb(thumb, ADDRESS)
    assert not study.add_thumb(thumb, ADDRESS)
    assert study.thumbs()["regression"] == {"up": 1}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StudySite]:
    with serve_study(tmp_path_factory.mktemp("site"), StudySettings(), photos=3) as site:
        yield site


@needs_chromium
@pytest.mark.browser
def test_a_thumb_is_stored_after_consent_and_once(browser: Browser, site: StudySite) -> None:
    page = browser.new_context().new_page()
    page.set_default_timeout(SLOW_MS)
    page.goto(site.url)
    expect(page.locator("#thumb-consent")).to_be_visible()
    expect(page.locator("#thumb-up")).to_be_hidden()
    page.locator("#thumb-consent input").check()
    page.locator("#thumb-down").click()
    expect(page.locator("#thumb-told")).to_have_text(i18n.THUMB_THANKS)
    page.locator("#thumb-up").click()
    expect(page.locator("#thumb-told")).to_have_text(i18n.THUMB_AGAIN)
    (thumb,) = site.store.thumbs()
    assert (thumb.thumb, thumb.model, thumb.vividness) == ("down", "classification", 1.0)
    assert not [value for value in asdict(thumb).values() if "/" in str(value)]
    page.locator("#thumb-consent input").uncheck()
    expect(page.locator("#thumb-up")).to_be_hidden()
    page.context.close()
