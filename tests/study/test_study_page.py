"""The study's page without a browser: its callbacks, its requests over HTTP, its leaks."""

import io
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import httpx
import numpy as np
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from PIL import Image
from sqlalchemy import update

from colorizer.errors import StudyError
from colorizer.settings import Settings
from colorizer.study import Study, StudySettings
from colorizer.study.stimuli import GAP
from colorizer.study.tables import TRIALS
from colorizer.web import i18n
from colorizer.web.study.host import StudyHost
from colorizer.web.study.pictures import StudyPictures
from colorizer.web.study.play import PlayPage
from tests.support.study_site import StudySite, serve_study
from tests.support.study_support import other

SESSION = StudySettings(practice=1, scored=4, catch=1, trials_per_hour_per_address=10_000)
PICTURE = re.compile(r"gradio_api/file=\S+/study/[0-9a-f]{16}\.jpeg")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StudySite]:
    with serve_study(tmp_path_factory.mktemp("site"), SESSION, photos=8) as site:
        yield site


@pytest.fixture
def token(site: StudySite) -> str:
    return site.study.start_session(None, None).token


@pytest.fixture(scope="module")
def page(site: StudySite) -> PlayPage:
    with gr.Blocks():
        page = PlayPage(_holding(site.study), Settings(), StudyPictures())
        page.build([], gr.BrowserState(None))
    return page


def _holding(study: Study | None) -> StudyHost:
    """A host that was not started, with this study or with none."""
    host = StudyHost(lambda: pytest.fail("not started"))
    host._study = study
    return host


def request(**headers: str) -> gr.Request:
    return gr.Request(headers=headers, client=SimpleNamespace(host="192.0.2.9"))


def stop_event(**data: str) -> gr.EventData:
    return gr.EventData(None, data)


def vote(site: StudySite, token: str, trial: dict[str, Any], choice: str) -> dict[str, Any]:
    answer = {"token": token, "trial": trial["id"], "choice": choice, "response_ms": 900}
    return site.ask("vote", answer)


def play(site: StudySite, token: str, *, wrong: bool = False) -> list[dict[str, Any]]:
    """Answer every pair over HTTP; returns the replies."""
    replies = []
    trial = site.ask("next_pair", {"token": token})["trial"]
    while trial is not None:
        real = site.truth(trial["id"])
        err = wrong and site.kind(trial["id"]) == "scored"
        replies.append(vote(site, token, trial, other(real) if err else real))
        trial = replies[-1]["trial"]
    return replies


def picture(site: StudySite, trial: dict[str, Any]) -> httpx.Response:
    return site.http.get(trial["picture"])


Shown = tuple[dict[str, Any], httpx.Response]


def both_answers(site: StudySite, token: str) -> tuple[Shown, Shown]:
    """One trial as the page gets it, with the real photo on one side and then on the other."""
    first = site.ask("next_pair", {"token": token})["trial"]
    before = picture(site, first)
    Path(first["picture"].removeprefix("gradio_api/file=")).unlink()  # it is written once a trial
    mirrored = other(site.truth(first["id"]))
    flip = update(TRIALS).where(TRIALS.c.id == first["id"]).values(real_side=mirrored)
    site.store.database.write(lambda connection: connection.execute(flip).close())
    second = site.ask("next_pair", {"token": token})["trial"]
    return (first, before), (second, picture(site, second))


def test_a_session_is_played_over_http(site: StudySite, token: str) -> None:
    before = site.votes()
    replies = play(site, token)
    assert len(replies) == SESSION.trials
    assert site.votes() - before == SESSION.trials
    assert [reply["real"] is not None for reply in replies] == [True] + [False] * 5
    numbers = [reply["trial"]["number"] for reply in replies[:-1]]
    assert numbers == [2, 3, 4, 5, 6]
    assert site.study.summary(token).correct == SESSION.scored


def test_the_same_vote_forty_times_is_one_vote(site: StudySite, token: str) -> None:
    trial = site.ask("next_pair", {"token": token})["trial"]
    before = site.votes()
    with ThreadPoolExecutor(16) as senders:
        replies = list(
            senders.map(lambda n: vote(site, token, trial, ("left", "right")[n % 2]), range(40))
        )
    assert site.votes() == before + 1
    assert not any(reply["notice"] for reply in replies)
    assert len({reply["trial"]["id"] for reply in replies} | {trial["id"]}) == 2


def test_an_expired_pair_counts_nothing_and_the_next_comes(site: StudySite, token: str) -> None:
    trial = site.ask("next_pair", {"token": token})["trial"]
    before = site.votes()
    site.clock.advance(minutes=16)
    reply = vote(site, token, trial, "left")
    assert "too long" in reply["notice"]
    assert reply["trial"]["id"] != trial["id"]
    assert reply["real"] is None
    assert site.votes() == before


def test_a_foreign_pair_counts_nothing(site: StudySite, token: str) -> None:
    theirs = site.ask("next_pair", {"token": site.study.start_session(None, None).token})["trial"]
    before = site.votes()
    reply = vote(site, token, theirs, "left")
    assert "does not belong" in reply["notice"]
    assert site.votes() == before


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "text",
        {},
        {"token": 5, "trial": None, "choice": True},
        {"token": "x" * 97, "trial": "y" * 32, "choice": "left", "response_ms": "1e999"},
        {"token": "a.b", "trial": "c", "choice": "left", "response_ms": 10**400},
        {"token": "a.b", "trial": {"$ne": 1}, "choice": ["left"], "response_ms": -1},
    ],
)
@pytest.mark.parametrize("name", ["vote", "next_pair"])
def test_made_up_requests_get_a_sentence(site: StudySite, name: str, data: object) -> None:
    before = site.votes()
    reply = site.ask(name, data)
    assert reply["trial"] is None
    assert reply["notice"].endswith(".")
    assert site.votes() == before


def test_a_bad_choice_leaves_the_pair_open(site: StudySite, token: str) -> None:
    trial = site.ask("next_pair", {"token": token})["trial"]
    reply = vote(site, token, trial, "both")
    assert reply["trial"]["id"] == trial["id"]
    assert "left or the right" in reply["notice"]


def test_the_answer_changes_nothing_but_the_picture(site: StudySite, token: str) -> None:
    (first, *_), (second, *_) = both = both_answers(site, token)
    assert PICTURE.fullmatch(first["picture"])
    assert PICTURE.fullmatch(second["picture"])
    assert first == second
    answers = [answer for _, answer in both]
    assert [*answers[0].headers] == [*answers[1].headers]
    assert answers[0].headers["content-type"] == answers[1].headers["content-type"]
    left, right = (np.asarray(Image.open(io.BytesIO(a.content)), dtype=float) for a in answers)
    half = (first["width"] - GAP) // 2
    assert np.abs(left[:, :half] - right[:, -half:]).mean() < 2.0
    assert np.abs(left[:, :half] - left[:, -half:]).mean() > 5.0


def test_the_size_of_a_picture_does_not_tell_the_side(site: StudySite) -> None:
    sizes = []
    for _ in range(8):
        pairs = both_answers(site, site.study.start_session(None, None).token)
        sizes.append([len(answer.content) for _, answer in pairs])
    by_side = np.array(sizes)
    between_sides = np.abs(by_side[:, 0] - by_side[:, 1])
    assert between_sides.max() < 0.03 * by_side.mean()
    assert by_side.mean(axis=1).std() > 2 * between_sides.mean()


def test_pictures_carry_no_metadata_and_meaningless_names(site: StudySite, token: str) -> None:
    trial = site.ask("next_pair", {"token": token})["trial"]
    with Image.open(io.BytesIO(picture(site, trial).content)) as image:
        assert image.format == "JPEG"
        assert not {"exif", "icc_profile", "comment", "xmp"} & set(image.info)
        assert image.size == (trial["width"], trial["height"])


def test_the_page_and_its_config_know_nothing_of_trials(site: StudySite, token: str) -> None:
    trial = site.ask("next_pair", {"token": token})["trial"]
    photos = [photo.id for photo in site.study._pool.photos]
    for address in ("", "config", "gradio_api/info"):
        text = site.http.get(address).text
        assert len(text) > 1000
        assert "real_side" not in text
        assert not [
            word for word in (trial["id"], token, "study-pictures", *photos) if word in text
        ]


def test_only_named_endpoints_are_offered_and_results_are_typed(site: StudySite) -> None:
    client = Client(site.url, verbose=False)
    named = client.view_api(return_format="dict")["named_endpoints"]
    assert "/study_results" in named
    assert not [name for name in named if "vote" in name or "start" in name]
    with pytest.raises(AppError, match="open when you have played"):
        client.predict(api_name="/study_results")
    token = site.study.start_session(None, None).token
    with pytest.raises(AppError):
        client.predict(token, api_name="/study_results")
    play(site, token)
    results = client.predict(token, api_name="/study_results")
    assert {"by_model", "by_subject", "by_photo", "participants", "published"} <= set(results)
    assert results["protocol"]["scored"] == SESSION.scored
    assert "this machine only" in results["votes_saved"]
    assert "real_side" not in json.dumps(results)


def test_start_stop_and_result_through_the_callbacks(site: StudySite, page: PlayPage) -> None:
    token, opening, *_ = page.start(None, "", request())
    assert opening["token"] == token
    assert opening["trial"]["practice"]
    play(site, token, wrong=True)
    event = stop_event(notice="")
    headers = request(referer="http://192.0.2.1:7860/?tab=study")
    stage, lead, card, start, _timer, onward, *shown = page.stop(token, "", event, headers)
    result, share, button, answers = shown
    assert stage is None
    assert not lead["visible"]
    assert "0 of 4" in result["value"]
    assert result["value"].count("<figure>") == SESSION.scored
    assert "0 of 4" in share["value"]
    assert share["value"].endswith(" http://192.0.2.1:7860/")
    assert onward["visible"]
    assert button["visible"]
    assert not answers["visible"]
    everything = page._result.answers(token)["value"]
    assert everything.count("<figure>") == SESSION.scored
    assert everything.count("Wrong.") == SESSION.scored
    assert start["value"] == i18n.STUDY_AGAIN
    assert start["visible"]
    assert card["value"] == ""


def test_when_every_photo_was_seen_nothing_is_offered(site: StudySite, page: PlayPage) -> None:
    token, *_ = page.start(None, "", request())
    play(site, token)
    _, opening, *_ = page.start(token, "", request())
    assert opening["trial"]["number"] == 1
    replies = play(site, token)
    assert len(replies) == 2
    _stage, _lead, card, start, *_ = page.stop(token, "", stop_event(notice=""))
    assert card["value"] == i18n.STUDY_SEEN_ALL
    assert not start["visible"]
    assert page.start(token, "", request())[1] is None


def test_coming_back_goes_on_where_one_was(site: StudySite, page: PlayPage, token: str) -> None:
    trial = site.ask("next_pair", {"token": token})["trial"]
    vote(site, token, trial, "left")
    _lead, card, start, *_ = page.arrive(token, None, "")
    assert "1 of 6" in card["value"]
    assert start["value"] == i18n.STUDY_CONTINUE
    assert page.start(token, "", request())[1]["trial"]["number"] == 2


@pytest.mark.parametrize("token", ["forged.token", 17, {"a": 1}, None])
def test_a_token_that_is_not_ours_starts_anew(page: PlayPage, token: object) -> None:
    _lead, card, start, *_ = page.arrive(token, None, "")
    assert start["value"] == i18n.STUDY_START
    assert "6 pairs" in card["value"]
    assert page.start(token, "", request())[0] != token


def test_opening_the_tab_does_not_disturb_a_session(page: PlayPage, token: str) -> None:
    assert all(update == gr.skip() for update in page.arrive(token, {"token": token}, ""))


def test_without_a_study_the_tab_says_why(site: StudySite) -> None:
    with gr.Blocks():
        page = PlayPage(_holding(None), Settings(), StudyPictures())
        page.build([], gr.BrowserState(None))
    _lead, card, start, timer, *_ = page.arrive(None, None, "")
    assert card["value"] == i18n.STUDY_OPENING
    assert not start["interactive"]
    assert timer.active
    assert page.start(None, "", request())[1] is None
    with pytest.raises(StudyError):
        page._stage.opening("token")


def test_asking_again_for_a_pair_writes_no_new_file(site: StudySite, token: str) -> None:
    first = site.ask("next_pair", {"token": token})["trial"]
    folder = Path(first["picture"].removeprefix("gradio_api/file=")).parent
    before = sorted(folder.iterdir())
    assert {site.ask("next_pair", {"token": token})["trial"]["picture"] for _ in range(5)} == {
        first["picture"]
    }
    assert sorted(folder.iterdir()) == before
