"""Languages of the page: complete, chosen by the browser, and nothing but texts in what is sent."""

import json
import re
from string import Formatter
from types import ModuleType
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, expect

from colorizer.web import i18n
from colorizer.web.i18n import LANGUAGES, best_language, de, en, filled, language_of
from tests.support.browser_support import SLOW_MS, needs_chromium

pytest_plugins = ["tests.support.browser_support"]
OTHERS = [language for language in LANGUAGES if language != "en"]


def named(module: ModuleType) -> dict[str, Any]:
    return {name: value for name, value in vars(module).items() if name.isupper()}


def shape(text: Any) -> Any:
    """The fields of a text, or of all that it holds, with its keys."""
    if isinstance(text, dict):
        return {key: shape(inner) for key, inner in text.items()}
    if isinstance(text, tuple):
        return [shape(inner) for inner in text]
    fields = [(name, form) for _, name, form, _ in Formatter().parse(text) if name is not None]
    return sorted({field for field in fields if "|" not in str(field[1])}, key=str)


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_has_the_same_texts_with_the_same_fields(language: str) -> None:
    english, other = named(en), named(LANGUAGES[language])
    assert list(other) == list(english)
    assert {name: shape(text) for name, text in other.items()} == {
        name: shape(text) for name, text in english.items()
    }


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_is_translated(language: str) -> None:
    english, other = named(en), named(LANGUAGES[language])
    same = [name for name in english if other[name] == english[name] and len(english[name]) > 20]
    same = [name for name in same if not name.endswith("_RANGE")]  # numbers and a dash
    assert not same


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("de-DE,de;q=0.9,en;q=0.8", "de"),
        ("fr-FR,fr;q=0.9,de;q=0.5,en;q=0.4", "de"),
        ("en-GB,en;q=0.9,de;q=0.8", "en"),
        ("de;q=0.2,en;q=0.7", "en"),
        ("DE", "de"),
        ("de;q=0", "en"),
        ("de;q=x", "en"),
        ("*", "en"),
        ("", "en"),
    ],
)
def test_the_language_is_the_one_that_the_browser_likes_best(accepted: str, language: str) -> None:
    assert best_language(accepted) == language


def test_the_language_chosen_on_the_page_counts_most() -> None:
    asked = {"accept-language": "en", "cookie": "a=b; colorizer-language=de"}
    assert language_of(asked) == "de"
    assert language_of(asked | {"cookie": "colorizer-language=xx"}) == "en"
    assert language_of({}) == "en"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_word_after_a_number_fits_it(language: str) -> None:
    mark = LANGUAGES[language].DECIMAL_MARK
    for name, text in named(LANGUAGES[language]).items():
        if isinstance(text, str) and "|" in text:
            numbers = {
                field for _, field, form, _ in Formatter().parse(text) if form and "|" in form
            }
            others = {f for _, f, _, _ in Formatter().parse(text) if f} - numbers
            one, two, none = (
                i18n.Sentence.of(text, mark).format(
                    **dict.fromkeys(numbers, n) | dict.fromkeys(others, 7)
                )
                for n in (1, 2, 0)
            )
            assert one.replace("1", "2") != two, name
            assert two.replace("2", "0") == none, name
            assert "|" not in one + two


def test_the_words_of_a_tiny_study() -> None:
    said = i18n.STUDY_SESSION.format(trials=1, practice=0, counted=1)
    assert said.startswith("A session has 1 pair: 0 for practice")
    assert said.endswith("and 1 whose answer you learn at the end.")
    assert i18n.STUDY_GO_ON.format(done=0, total=1) == "You have answered 0 of 1 pair."
    german = i18n.Sentence.of(de.ABOUT_FOOLED, ",").format(rate=50.0, votes=1, low=1.0, high=99.0)
    assert german.startswith("In 50 % von 1 Paar für echt gehalten")


@pytest.mark.usefixtures("german_visitor")
def test_an_event_answers_in_the_language_of_its_request() -> None:
    assert i18n.NO_PHOTO == de.NO_PHOTO
    assert "0,5 s" in i18n.RESULT_SPEED.format(seconds=0.5)
    assert "3 von 12" in i18n.WORKING.format(number=3, total=12)


def test_without_a_request_the_texts_are_english() -> None:
    assert i18n.NO_PHOTO == en.NO_PHOTO
    assert "0.5 s" in i18n.RESULT_SPEED.format(seconds=0.5)
    with pytest.raises(AttributeError):
        _ = i18n.NOT_THERE  # type: ignore[attr-defined]


def test_placeholders_lead_to_texts_that_are_safe_in_a_script() -> None:
    with i18n.placeholders():
        inside = json.dumps([i18n.COLORIZE, i18n.MODELS["regression"], i18n.EXAMPLES["coins"]])
    found = json.loads(filled(inside.encode(), "de"))
    assert found == [de.COLORIZE, de.MODELS["regression"], list(de.EXAMPLES["coins"])]
    assert filled(b"%%SAVING_HINT%%", "de").isascii()
    assert not set(b"<>&'") & set(filled(b"%%PRIVATE_LEAD%% %%LEAD%% %%SHARED%%", "en"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", ["", "config", "gradio_api/info"])
def test_what_is_sent_has_texts_in_place_of_placeholders(
    page_url: str, path: str, language: str
) -> None:
    reply = httpx2.get(page_url + path, headers={"accept-language": language})
    assert reply.status_code == 200
    assert "Accept-Language" in reply.headers["vary"]
    assert not re.findall(r"%%[A-Z]\w+", reply.text)
    german = json.dumps(de.COLORIZE)[1:-1]
    assert (german in reply.text) == (language == "de" and path != "gradio_api/info")


def test_texts_with_fields_are_left_to_events(page_url: str) -> None:
    config = httpx2.get(f"{page_url}config").text
    with_fields = [text for text in named(en).values() if isinstance(text, str) and shape(text)]
    assert with_fields
    assert not [text for text in with_fields if json.dumps(text)[1:-1] in config]


@pytest.mark.browser
@needs_chromium
def test_a_german_browser_gets_a_german_page(browser: Browser, page_url: str) -> None:
    context = browser.new_context(locale="de-DE")
    page = context.new_page()
    page.set_default_timeout(SLOW_MS)
    page.goto(page_url)
    expect(page.locator("#photos label")).to_have_text(de.DROP_CHOOSE)
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.locator("#status")).to_contain_text(de.EXAMPLES["cameraman"][1])
    expect(page.get_by_label(de.MODELS["regression"])).to_be_visible()
    page.locator("#save-all").click()
    expect(page.get_by_test_id("toast-body")).to_contain_text(de.NOTHING_TO_SAVE)
    for name in (de.TAB_PCA, de.TAB_PALETTE, de.TAB_STUDY):
        page.get_by_role("tab", name=name).click()
    expect(page.locator("#study-lead")).to_contain_text(de.STUDY_LEAD)
    expect(page.locator("body")).not_to_contain_text("%%")
    context.close()


@pytest.mark.browser
@needs_chromium
def test_the_language_can_be_switched_on_the_page(browser: Browser, page_url: str) -> None:
    page = browser.new_page()
    page.set_default_timeout(SLOW_MS)
    page.goto(page_url)
    page.get_by_role("button", name="Deutsch").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.locator("#lead")).to_contain_text(de.LEAD)
    page.locator("#save-all").click()
    expect(page.get_by_test_id("toast-body")).to_contain_text(de.NOTHING_TO_SAVE)  # events too
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.close()
