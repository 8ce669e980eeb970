"""The Turing test as people play it: in headless Chromium, by keyboard, mouse and touch."""

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from colorizer.study import StudySettings
from colorizer.study.exclusions import MIN_MEDIAN_RESPONSE_MS
from colorizer.web import i18n
from tests.support.browser_support import SLOW_MS, needs_chromium
from tests.support.study_site import StudySite, serve_study
from tests.support.study_support import OWNER_KEY, make_photo, other

pytest_plugins = ["tests.support.browser_support"]
pytestmark = [pytest.mark.browser, needs_chromium]

SESSION = StudySettings(practice=1, scored=3, catch=1, trials_per_hour_per_address=10_000)
PAIRS = SESSION.trials
KEYS = {"left": ("ArrowLeft", "1"), "right": ("ArrowRight", "2")}
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StudySite]:
    with serve_study(tmp_path_factory.mktemp("site"), SESSION, photos=12) as site:
        yield site


@contextmanager
def visit(context: BrowserContext, address: str) -> Iterator[Page]:
    """The tab of the study in a new window; what goes wrong in its scripts fails the test."""
    page = context.new_page()
    page.set_default_timeout(SLOW_MS)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(address)
    page.get_by_role("tab", name=i18n.TAB_STUDY).click()
    yield page
    page.close()
    assert not errors


@pytest.fixture(scope="module")
def desktop(browser: Browser) -> Iterator[BrowserContext]:
    """One browser profile for many tests: what it has cached need not be loaded again."""
    context = browser.new_context(**DESKTOP)
    yield context
    context.close()


@pytest.fixture
def page(desktop: BrowserContext, site: StudySite) -> Iterator[Page]:
    """The tab of the study, opened by somebody whom it does not know."""
    with visit(desktop, site.url) as page:
        yield page
        page.evaluate("localStorage.clear()")


def start(page: Page, label: str = i18n.STUDY_START) -> None:
    page.locator("#study-start", has_text=label).click()


def expect_pair(page: Page, number: int, stage: str = "#study-stage", of: int = PAIRS) -> None:
    """Wait until pair `number` is on the screen and can be answered."""
    expect(page.locator(f"{stage} .study-count")).to_have_text(f"{number} / {of}")
    expect(page.locator(f"{stage} .study-pair[aria-busy=false]")).to_be_visible()


def choose(page: Page, side: str, stage: str = "#study-stage") -> None:
    page.locator(f"{stage} .study-choice[data-side={side}]").click()


def leave_feedback(page: Page) -> None:
    page.locator("#study-stage .study-next").click()


def expect_no_scrolling_sideways(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_session_by_keyboard_and_another_one(page: Page, site: StudySite) -> None:
    before = site.votes()
    start(page)
    for number in range(1, PAIRS + 1):
        expect_pair(page, number)
        key = KEYS[site.truth(site.latest_trial())][number % 2]
        page.keyboard.press(key)
        if number == 1:
            expect(page.locator("#study-stage .study-choice.real.chosen")).to_be_visible()
            expect(page.locator("#study-stage .study-notice")).to_have_text(i18n.TRIAL["right"])
            page.wait_for_timeout(450)
            page.keyboard.press("Enter")
    expect(page.locator("#study-result h2")).to_have_text("3 of 3 right")
    expect(page.locator("#study-result")).to_contain_text(i18n.RESULT_FOOLED_NONE)
    share = page.locator("#study-result-share textarea")
    expect(share).to_have_value(re.compile("in 3 of 3 photos"))
    assert site.votes() == before + PAIRS
    start(page, i18n.STUDY_AGAIN)
    expect_pair(page, 1)


def test_mistakes_are_shown_at_the_end(page: Page, site: StudySite) -> None:
    start(page)
    for number in range(1, PAIRS + 1):
        expect_pair(page, number)
        trial = site.latest_trial()
        real = site.truth(trial)
        choose(page, real if site.kind(trial) == "catch" else other(real))
        if number == 1:
            expect(page.locator("#study-stage .study-notice")).to_have_text(i18n.TRIAL["wrong"])
            leave_feedback(page)
    expect(page.locator("#study-result h2")).to_have_text("0 of 3 right")
    expect(page.locator("#study-result figure")).to_have_count(3)
    expect(page.locator("#study-result .study-window.real img").first).to_be_visible()


def test_two_people_at_the_same_time(page: Page, browser: Browser, site: StudySite) -> None:
    votes, people = site.votes(), site.participants()
    context = browser.new_context(**DESKTOP)
    with visit(context, site.url) as other_page:
        both = (page, other_page)
        for each in both:
            start(each)
        for number in range(1, PAIRS + 1):
            for each in both:
                expect_pair(each, number)
                choose(each, "right")
                if number == 1:
                    leave_feedback(each)
        for each in both:
            expect(each.locator("#study-result h2")).to_be_visible()
    context.close()
    assert site.votes() == votes + 2 * PAIRS
    assert site.participants() == people + 2


def test_reload_and_back_button_go_on(page: Page, site: StudySite) -> None:
    people = site.participants()
    start(page)
    expect_pair(page, 1)
    choose(page, "left")
    leave_feedback(page)
    expect_pair(page, 2)
    trial = site.latest_trial()
    for leave in (page.reload, lambda: (page.goto("about:blank"), page.go_back())):
        leave()
        page.get_by_role("tab", name=i18n.TAB_STUDY).click()
        expect(page.locator("#study-card")).to_contain_text("1 of 5 pairs")
        start(page, i18n.STUDY_CONTINUE)
        expect_pair(page, 2)
        assert site.latest_trial() == trial
    assert site.participants() == people + 1


def test_a_double_click_is_one_vote(page: Page, site: StudySite) -> None:
    start(page)
    expect_pair(page, 1)
    before = site.votes()
    page.locator("#study-stage .study-choice").first.dblclick()
    page.locator("#study-stage .study-next").wait_for()
    leave_feedback(page)
    expect_pair(page, 2)
    page.locator("#study-stage .study-choice").last.dblclick()
    expect_pair(page, 3)
    assert site.votes() == before + 2
    expect(page.get_by_test_id("toast-body")).to_have_count(0)


def test_an_expired_pair_is_replaced_with_a_sentence(page: Page, site: StudySite) -> None:
    start(page)
    expect_pair(page, 1)
    expired = site.latest_trial()
    before = site.votes()
    site.clock.advance(minutes=16)
    choose(page, "left")
    expect(page.locator("#study-stage .study-notice")).to_contain_text("open for too long")
    assert site.votes() == before
    expect_pair(page, 1)
    choose(page, "left")
    leave_feedback(page)
    expect_pair(page, 2)
    assert site.latest_trial() != expired
    assert site.votes() == before + 1


def test_lost_requests_are_sent_again_and_count_once(page: Page, site: StudySite) -> None:
    start(page)
    expect_pair(page, 1)
    before = site.votes()
    tries: list[str] = []

    def lossy(route: Route) -> None:
        tries.append(route.request.post_data or "")
        if len(tries) == 1:
            route.abort()
        elif len(tries) == 2:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route("**/component_server/", lossy)
    choose(page, "left")
    page.locator("#study-stage .study-next").wait_for()
    assert len(tries) == 3
    assert site.votes() == before + 1
    expect(page.get_by_test_id("toast-body")).to_have_count(0)


def test_limited_exposure_hides_the_pictures_and_keeps_the_question(
    page: Page, site: StudySite
) -> None:
    def shorten(route: Route) -> None:
        answer = route.fetch()
        reply = answer.json()
        reply["trial"]["exposure"] = 0.3
        route.fulfill(response=answer, json=reply)

    start(page)
    expect_pair(page, 1)
    page.route("**/component_server/", shorten)
    choose(page, "left")
    leave_feedback(page)
    expect(page.locator("#study-stage .study-notice")).to_have_text(i18n.TRIAL["gone"])
    expect(page.locator("#study-stage .study-window img").first).to_be_hidden()
    before = site.votes()
    page.keyboard.press("2")
    expect_pair(page, 3)
    assert site.votes() == before + 1


def test_keys_count_only_while_the_pair_is_on_the_screen(page: Page, site: StudySite) -> None:
    start(page)
    expect_pair(page, 1)
    before = site.votes()
    page.get_by_role("tab", name=i18n.TAB_STUDY_RESULTS).click()
    expect(page.locator("#study-figures p").first).to_be_visible()
    for key in ("1", "2", "ArrowLeft"):
        page.keyboard.press(key)
    page.get_by_role("tab", name=i18n.TAB_STUDY_PLAY).click()
    expect_pair(page, 1)
    page.evaluate("document.body.append(Object.assign(document.createElement('input'), {id: 'x'}))")
    page.locator("#x").press_sequentially("12")
    assert page.locator("#x").input_value() == "12"
    assert site.votes() == before
    expect(page.locator("#study-start")).to_be_hidden()


def test_preferences_are_asked_for_and_a_round_ends(page: Page, site: StudySite) -> None:
    page.get_by_role("tab", name=i18n.TAB_STUDY_PREFER).click()
    page.locator("#prefer-start").click()
    count = page.locator("#prefer-stage .study-count")
    expect(count).to_have_text(re.compile(r"1 / \d+"))
    total = int(count.inner_text().split("/")[1])
    for number in range(1, total + 1):
        expect_pair(page, number, "#prefer-stage", of=total)
        page.wait_for_timeout(MIN_MEDIAN_RESPONSE_MS)
        choose(page, "left", "#prefer-stage")
    expect(page.locator("#prefer-card")).to_have_text(i18n.PREFER_THANKS)
    assert site.study.strengths()


def test_results_are_closed_to_who_has_not_played(page: Page, site: StudySite) -> None:
    page.get_by_role("tab", name=i18n.TAB_STUDY_RESULTS).click()
    figures = page.locator("#study-figures")
    expect(figures).to_contain_text("when you have played")
    page.get_by_role("button", name=i18n.RESULTS_OWNER).click()
    page.locator("#study-key input").fill(OWNER_KEY)
    page.locator("#study-unlock").click()
    expect(figures).not_to_contain_text("when you have played")
    expect(figures).to_contain_text("Participants:")


def test_after_the_end_all_answers_and_ways_on_are_shown(page: Page, site: StudySite) -> None:
    start(page)
    for number in range(1, PAIRS + 1):
        expect_pair(page, number)
        page.wait_for_timeout(MIN_MEDIAN_RESPONSE_MS)
        choose(page, site.truth(site.latest_trial()))
        if number == 1:
            leave_feedback(page)
    page.locator("#study-result-all").click()
    answers = page.locator("#study-result-answers figure")
    expect(answers).to_have_count(3)
    expect(answers.first).to_contain_text("Right.")
    share = page.locator("#study-result-share textarea").input_value()
    assert share.endswith(site.url)
    page.locator("#study-to-private").click()
    expect(page.locator("#private-start")).to_be_visible()


def test_results_are_drawn_told_and_taken_away(page: Page, site: StudySite) -> None:
    start(page)
    for number in range(1, PAIRS + 1):
        expect_pair(page, number)
        page.wait_for_timeout(MIN_MEDIAN_RESPONSE_MS)
        choose(page, site.truth(site.latest_trial()))
        if number == 1:
            leave_feedback(page)
    expect(page.locator("#study-result h2")).to_be_visible()
    page.locator("#study-to-results").click()
    figure = page.get_by_role("img", name=re.compile(r"Fooling rate, %.*95 % interval \d+ to"))
    expect(figure).to_be_visible()
    tables = page.locator("#study-figures table")
    expect(tables.first).to_contain_text(i18n.RESULTS_PROVISIONAL)
    expect(tables.nth(1)).to_contain_text(re.compile("bird|plant"))
    expect(page.locator("#study-figures")).to_contain_text("this machine only")
    page.get_by_role("button", name=i18n.RESULTS_OWNER).click()
    page.locator("#study-csv").click()
    expect(page.get_by_test_id("toast-body")).to_contain_text("The votes are the owner's")
    page.locator("#study-key input").fill(OWNER_KEY)
    page.locator("#study-csv").click()
    expect(page.locator("#study-download")).to_be_enabled()
    with page.expect_download() as download:
        page.locator("#study-download").click()
    with zipfile.ZipFile(download.value.path()) as tables:
        votes, preferences, thumbs = (
            tables.read(name).decode().splitlines()
            for name in ("votes.csv", "preferences.csv", "thumbs.csv")
        )
    assert votes[0].startswith("study,participant,session,kind")
    assert len(votes) == site.votes() + 1
    assert len(preferences) == len(site.store.preferences()) + 1
    assert len(thumbs) == len(site.store.thumbs()) + 1


def test_ones_own_photos_make_a_private_test(page: Page, site: StudySite, tmp_path: Path) -> None:
    files = []
    for number in range(2):
        files.append(tmp_path / f"{number}.png")
        Image.fromarray(make_photo(100 + number).rgb).save(files[-1])
    files.append(tmp_path / "grey.png")
    Image.new("L", (90, 90), 120).save(files[-1])
    files.append(tmp_path / "bill.pdf")
    files[-1].write_bytes(b"%PDF-1.4")
    before = site.votes()
    page.get_by_role("tab", name=i18n.TAB_STUDY_PRIVATE).click()
    page.locator("#private-photos input[type=file]").first.set_input_files(files)
    expect(page.locator("#private-photos img")).to_have_count(3)
    expect(page.locator("#private-photos .refused")).to_have_text(
        re.compile("bill.pdf.*not a photo")
    )
    page.locator("#private-start").click()
    for name in ("grey.png", "bill.pdf"):
        expect(page.locator("#private-refused")).to_contain_text(name)
    for number in (1, 2):
        expect_pair(page, number, "#private-stage", of=2)
        choose(page, "left", "#private-stage")
    expect(page.locator("#private-result h2")).to_contain_text("of 2 right")
    expect(page.locator("#private-result")).to_contain_text("private test")
    expect(page.locator("#private-start")).to_be_visible()
    assert site.votes() == before


def test_a_phone_in_dark_mode(browser: Browser, site: StudySite) -> None:
    context = browser.new_context(**PHONE)
    with visit(context, f"{site.url}?__theme=dark") as page:
        expect(page.locator("#study-start")).to_be_enabled()
        expect_no_scrolling_sideways(page)
        page.locator("#study-start").tap()
        expect_pair(page, 1)
        boxes = [each.bounding_box() for each in page.locator("#study-stage .study-choice").all()]
        assert boxes[0] is not None
        assert boxes[1] is not None
        assert boxes[1]["y"] >= boxes[0]["y"] + boxes[0]["height"]
        assert boxes[1]["y"] + boxes[1]["height"] <= PHONE["viewport"]["height"]
        assert boxes[0]["width"] > 340
        expect_no_scrolling_sideways(page)
        page.locator("#study-stage .study-choice").last.tap()
        page.locator("#study-stage .study-next").tap()
        for number in range(2, PAIRS + 1):
            expect_pair(page, number)
            page.locator("#study-stage .study-choice").first.tap()
        expect(page.locator("#study-result h2")).to_be_visible()
        expect_no_scrolling_sideways(page)
        for tab in (i18n.TAB_STUDY_PRIVATE, i18n.TAB_STUDY_RESULTS):
            page.get_by_role("tab", name=tab).click()
            page.wait_for_timeout(300)
            expect_no_scrolling_sideways(page)
        colours = page.evaluate(
            "[getComputedStyle(document.querySelector('.gradio-container')).backgroundColor,"
            " getComputedStyle(document.querySelector('#study-figures p')).color]"
        )
        back, ink = (sum(map(int, re.findall(r"\d+", colour)[:3])) for colour in colours)
        assert back < 150
        assert ink > 450
    context.close()
