"""What the study draws and tabulates."""

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from scipy.stats import binom

from colorizer.study import Others, SessionSummary, Store, Study, StudyModel
from colorizer.study.exclusions import Exclusion
from colorizer.study.trials import StudyPhoto
from colorizer.web import i18n
from colorizer.web.download_folder import DownloadFolder
from colorizer.web.study.figures import (
    RateRow,
    chance_of,
    rates_svg,
    score_svg,
    table_html,
)
from colorizer.web.study.host import StudyHost
from colorizer.web.study.pictures import StudyPictures, pair_html
from colorizer.web.study.result import ResultPanel
from colorizer.web.study.results import MIN_PHOTO_VOTES, ResultsPage
from tests.support.study_support import MODELS, OWNER_KEY, SECRET, make_ballot, make_pool

pytest_plugins = ["tests.support.study_fixtures"]


@pytest.mark.parametrize(("correct", "scored"), [(0, 5), (3, 5), (5, 5), (14, 20), (0, 0)])
def test_the_chance_of_a_score_is_the_binomial_tail(correct: int, scored: int) -> None:
    assert chance_of(correct, scored) == pytest.approx(binom.sf(correct - 1, scored, 0.5))


def test_a_score_is_drawn_where_it_belongs() -> None:
    svg = ElementTree.fromstring(score_svg(75, title="75 % & more", chance="guess", you="you"))
    (circle,) = svg.iter("circle")
    dashed = next(path for path in svg.iter("path") if path.get("stroke-dasharray"))
    middle = float(dashed.get("d", "").removeprefix("M").split(",")[0])
    assert float(circle.get("cx", "0")) > middle
    assert svg.get("aria-label") == "75 % & more"


def test_rates_have_intervals_and_published_ones_have_none() -> None:
    rows = [RateRow("<ours>", 40, (30, 50)), RateRow("theirs", 32, None)]
    svg = rates_svg(rows, title="Rate", chance="50", spoken=["ours: 40 %", "theirs: 32 %"])
    drawing = ElementTree.fromstring(svg)
    assert len(list(drawing.iter("circle"))) == 1
    assert drawing.get("aria-label") == "Rate. ours: 40 %; theirs: 32 %."
    assert [text.text for text in drawing.iter("text")][1:3] == ["<ours>", "theirs"]


def test_tables_say_on_a_phone_what_each_number_is() -> None:
    table = ElementTree.fromstring(table_html(["", "n"], [["<b>", "3"]], caption="c"))
    (cell,) = table.iter("td")
    assert (cell.text, cell.get("data-label")) == ("3", "n")
    assert table.find("tbody/tr/th").text == "<b>"  # type: ignore[union-attr]


def test_only_the_real_half_is_marked() -> None:
    pair = pair_html("a.jpeg", ratio=1.5, stretch=2.1, real_side="right", real="real")
    windows = list(ElementTree.fromstring(pair.replace('alt="">', 'alt=""/>')).iter("b"))
    assert len(windows) == 1
    assert pair.index("<b>") > pair.index('data-side="right"')


@pytest.fixture
def results(sqlite_store: Store, tmp_path: Path) -> ResultsPage:
    study = Study(sqlite_store, make_pool(tmp_path, photos=0), secret=SECRET, owner_key=OWNER_KEY)
    host = StudyHost(lambda: study)
    host._study = study
    return ResultsPage(host, DownloadFolder())


def shown_to_owner(results: ResultsPage, study: str | None = None) -> str:
    return results.figures(None, study, OWNER_KEY)[1]


def test_no_votes_is_a_sentence(results: ResultsPage) -> None:
    assert i18n.RESULTS_NONE in shown_to_owner(results)
    assert results.study_results(OWNER_KEY)["by_model"] == ()


def test_few_participants_are_provisional_and_exposures_stay_apart(
    results: ResultsPage, sqlite_store: Store
) -> None:
    for exposure in (None, 1.0):
        sqlite_store.add_ballots(
            [
                make_ballot(f"p{exposure}{n % 3}", fooled=n % 2 == 0, exposure_seconds=exposure)
                for n in range(6)
            ]
        )
    shown = shown_to_owner(results)
    assert shown.count("Wilson, provisional") == 2
    assert "no time limit, n = 6" in shown
    assert ", 1 s, n = 6" in shown
    assert [row["exposure_seconds"] for row in results.study_results(OWNER_KEY)["by_model"]] == [
        None,
        1.0,
    ]


def test_many_participants_get_a_bootstrap(results: ResultsPage, sqlite_store: Store) -> None:
    ballots = [make_ballot(f"p{n % 12}", fooled=n % 3 == 0) for n in range(60)]
    sqlite_store.add_ballots(ballots)
    assert i18n.RESULTS_METHODS["participant bootstrap"] in shown_to_owner(results)
    assert i18n.RESULTS_PROVISIONAL not in shown_to_owner(results)


def test_checkpoints_that_followed_each_other_are_told_apart(
    results: ResultsPage, sqlite_store: Store
) -> None:
    sqlite_store.add_ballots([make_ballot("p"), make_ballot("q")])
    assert i18n.RESULTS_BY_REVISION not in shown_to_owner(results)
    results._host.study._results.clear()  # counted a moment ago
    newer = StudyModel("classification", head="classification", revision="c2")
    sqlite_store.add_ballots([make_ballot("p", model=newer)])
    shown = shown_to_owner(results)
    assert f"<caption>{i18n.RESULTS_BY_REVISION}</caption>" in shown
    for revision in ("c1", "c2"):
        assert f"{i18n.MODEL_NAMES['classification']} {revision}</th>" in shown


def test_photos_are_told_by_number_and_only_with_enough_votes(
    results: ResultsPage, sqlite_store: Store
) -> None:
    often, seldom = StudyPhoto("a" * 32, "bird"), StudyPhoto("b" * 32, "plant")
    ballots = [make_ballot(f"p{n}", photo=often) for n in range(MIN_PHOTO_VOTES)]
    ballots += [make_ballot(f"p{n}", photo=seldom) for n in range(MIN_PHOTO_VOTES - 1)]
    sqlite_store.add_ballots(ballots)
    shown = shown_to_owner(results)
    assert "aaaaaa bird" in shown
    assert "bbbbbb" not in shown
    assert "<img" not in shown


def test_names_cannot_carry_markup(results: ResultsPage, sqlite_store: Store) -> None:
    model = StudyModel("<script>", "x", "r")
    photo = StudyPhoto("c" * 32, "<img src=x>")
    sqlite_store.add_ballots([make_ballot("p", model=model, photo=photo)])
    shown = shown_to_owner(results)
    assert "<script>" not in shown
    assert "<img" not in shown


@pytest.mark.parametrize(
    ("correct", "sentence"),
    [(20, "less than 1 %"), (14, "6 % of those"), (0, "100 % of those")],
)
def test_a_result_says_what_guessing_gives(correct: int, sentence: str) -> None:
    summary = SessionSummary(20, correct, 2340.0, {}, ())
    html = _panel()._result(summary)
    assert f"{correct} of 20 right" in html
    assert "Guessing gives 10;" in html
    assert sentence in html
    assert "2.3 s" in html


def _panel() -> ResultPanel:
    return ResultPanel(StudyHost(lambda: pytest.fail("not started")), StudyPictures())


@pytest.mark.parametrize("why", ["failed catch trials", "impossible speed"])
def test_a_session_that_does_not_count_is_told_so_and_why(why: Exclusion) -> None:
    counted = SessionSummary(20, 12, 2340.0, {}, ())
    html = _panel()._result(replace(counted, exclusion=why))
    assert i18n.RESULT_NOT_COUNTED[why] in html
    assert "does not count" not in _panel()._result(counted)


def test_a_result_says_how_others_did() -> None:
    summary = SessionSummary(20, 12, 2340.0, {}, (), others=Others(9, 0.61, 4))
    html = _panel()._result(summary)
    assert "9 other people have played" in html
    assert "61 %" in html
    assert "better than 4" in html


def test_results_belong_to_a_study_and_can_be_switched(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/votes.db", study="now [aaaaaa]")
    store.add_ballots([make_ballot("p", study="now [aaaaaa]"), make_ballot("q", study="then")])
    study = Study(store, make_pool(tmp_path, photos=0), secret=SECRET, owner_key=OWNER_KEY)
    host = StudyHost(lambda: study)
    host._study = study
    page = ResultsPage(host, DownloadFolder())
    choice, now, _ = page.figures(None, None, OWNER_KEY)
    assert {value for _, value in choice["choices"]} == {"now [aaaaaa]", "then"}
    assert choice["visible"]
    assert "Participants: 1." in now
    assert page.figures(None, "then", OWNER_KEY)[0]["value"] == "then"
    assert page.figures(None, "made up", OWNER_KEY)[0]["value"] == "now [aaaaaa]"
    study.close()


def test_numbers_subjects_and_sources_are_german_for_germans(
    results: ResultsPage, sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqlite_store.add_ballots(
        [make_ballot(f"p{n}", photo=StudyPhoto("a" * 32, "animal")) for n in range(3)]
    )
    monkeypatch.setattr(i18n, "_language", lambda: i18n.LANGUAGES["de"])
    shown = shown_to_owner(results)
    assert "Tier" in shown
    assert "animal" not in shown
    assert "1 s lang gezeigt" in shown
    assert "exposure" not in shown
    assert re.search(r"32,3 %", shown)
    assert not re.search(r">\d+\.\d", shown)


def test_every_model_has_a_name_on_the_page() -> None:
    assert {model.name for model in MODELS} == set(i18n.MODEL_SHORT) == set(i18n.MODEL_NAMES)
