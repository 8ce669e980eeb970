from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from colorizer.study.exclusions import count_ballots
from colorizer.study.protocol import StudySettings
from colorizer.study.statistics import (
    fooling_rates,
    participant_bootstrap,
    photo_rates,
    study_results,
    wilson,
)
from colorizer.study.trials import Ballot, StudyPhoto
from tests.support.study_support import MODELS, make_ballot


def session(
    participant: str,
    fooled: int,
    scored: int,
    *,
    caught: int = 2,
    catch: int = 2,
    **changes: object,
) -> list[Ballot]:
    """A participant's session with so many trials fooled and catch trials passed."""
    trials = [make_ballot(participant, fooled=n < fooled, **changes) for n in range(scored)]
    catches = [
        make_ballot(participant, fooled=n >= caught, kind="catch", **changes) for n in range(catch)
    ]
    return trials + catches


@given(st.integers(1, 5000), st.data())
def test_wilson_equals_scipy(trials: int, data: st.DataObject) -> None:
    fooled = data.draw(st.integers(0, trials))
    ours = wilson(fooled, trials)
    theirs = binomtest(fooled, trials).proportion_ci(0.95, method="wilson")
    assert ours.low == pytest.approx(theirs.low, abs=1e-12)
    assert ours.high == pytest.approx(theirs.high, abs=1e-12)


@pytest.mark.parametrize(("fooled", "trials"), [(0, 0), (2, 1), (-1, 3)])
def test_wilson_of_nothing_is_refused(fooled: int, trials: int) -> None:
    with pytest.raises(ValueError, match="share"):
        wilson(fooled, trials)


def coverage(participants: int, *, runs: int, resamples: int, spread: float) -> float:
    """Share of simulated studies whose interval covers the true rate of 32 %.

    Each participant has a rate of their own, beta-distributed; a smaller `spread` differs more.
    """
    truth, trials = 0.32, np.full(participants, 20)
    rng = np.random.default_rng(32)
    covered = 0
    for run in range(runs):
        rates = rng.beta(truth * spread, (1 - truth) * spread, participants)
        fooled = rng.binomial(trials, rates)
        interval = participant_bootstrap(fooled, trials, resamples=resamples, seed=run)
        covered += interval.low <= truth <= interval.high
    return covered / runs


@pytest.mark.parametrize("participants", [12, 40])
def test_intervals_cover_the_truth_in_500_simulated_studies(participants: int) -> None:
    covered = coverage(participants, runs=500, resamples=400, spread=10)
    print(f"{participants} participants: {covered:.1%} of 500 intervals cover the truth")
    assert 0.93 <= covered <= 0.97


@pytest.mark.slow
@pytest.mark.parametrize("spread", [5, 20])
@pytest.mark.parametrize("participants", [10, 20, 40, 100])
def test_intervals_cover_the_truth_in_2000_full_studies(participants: int, spread: float) -> None:
    covered = coverage(participants, runs=2000, resamples=2000, spread=spread)
    print(f"{participants} participants, spread {spread}: {covered:.1%} of 2 000 intervals")
    assert 0.93 <= covered <= 0.97


def test_the_interval_is_wider_when_votes_cluster_by_participant() -> None:
    trials = np.full(20, 20)
    alike = participant_bootstrap(np.full(20, 8), trials)
    split = participant_bootstrap(np.repeat([0, 16], 10), trials)
    even = wilson(160, 400)
    assert alike.high - alike.low < 1e-9
    assert split.high - split.low > 2 * (even.high - even.low)


def test_the_bootstrap_gives_the_same_twice_and_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    trials = rng.integers(5, 25, 50)
    fooled = rng.binomial(trials, 0.3)
    whole = participant_bootstrap(fooled, trials)
    assert participant_bootstrap(fooled, trials) == whole
    monkeypatch.setattr("colorizer.study.statistics._CHUNK", 1000)
    assert participant_bootstrap(fooled, trials) == whole


def test_a_bootstrap_of_one_participant_is_refused() -> None:
    with pytest.raises(ValueError, match="two"):
        participant_bootstrap(np.array([1]), np.array([2]))


def test_few_participants_are_provisional_with_wilson() -> None:
    ballots = [b for n in range(9) for b in session(f"p{n}", fooled=2, scored=4)]
    (rate,) = study_results(ballots).by_model
    assert (rate.trials, rate.fooled, rate.participants, rate.rate) == (36, 18, 9, 0.5)
    assert rate.provisional
    assert rate.method == "Wilson"
    assert (rate.low, rate.high) == (wilson(18, 36).low, wilson(18, 36).high)


def test_ten_participants_are_resampled() -> None:
    ballots = [b for n in range(10) for b in session(f"p{n}", fooled=n % 5, scored=4)]
    (rate,) = study_results(ballots).by_model
    assert not rate.provisional
    assert rate.method == "participant bootstrap"
    assert rate.low < rate.rate < rate.high


def test_always_and_never_get_an_interval_with_a_width() -> None:
    ballots = [b for n in range(12) for b in session(f"p{n}", fooled=0, scored=4)]
    (rate,) = study_results(ballots).by_model
    assert (rate.rate, rate.low) == (0.0, 0.0)
    assert rate.high == wilson(0, 48).high
    assert rate.method == "Wilson"
    assert not rate.provisional


def test_groups_by_model_head_revision_and_subject() -> None:
    ballots = [
        *session("p", fooled=1, scored=2, model=MODELS[0], photo=StudyPhoto("a", "bird")),
        *session("p", fooled=0, scored=3, model=MODELS[1], photo=StudyPhoto("b", "")),
    ]
    results = study_results(ballots)
    rates = {
        name: [(rate.name, rate.fooled, rate.trials) for rate in getattr(results, name)]
        for name in ("by_model", "by_head", "by_revision", "by_subject")
    }
    assert rates == {
        "by_model": [("classification", 1, 2), ("regression", 0, 3)],
        "by_head": [("classification", 1, 2), ("regression", 0, 3)],
        "by_revision": [("classification c1", 1, 2), ("regression r1", 0, 3)],
        "by_subject": [("bird", 1, 2), ("unknown", 0, 3)],
    }


def test_exposures_are_never_pooled() -> None:
    ballots = [
        *session("p", fooled=3, scored=4, exposure_seconds=1.0),
        *session("q", fooled=1, scored=4),
    ]
    results = study_results(ballots)
    for table in (results.by_model, results.by_head, results.by_revision, results.by_subject):
        assert [(rate.exposure_seconds, rate.fooled) for rate in table] == [(None, 1), (1.0, 3)]
    assert {row.exposure_seconds for row in results.by_photo} == {None, 1.0}


def test_photos_that_fool_come_first() -> None:
    photos = [StudyPhoto(name, "bird") for name in "abc"]
    ballots = [
        make_ballot(f"p{n}", fooled=n < fooled, photo=photo)
        for photo, fooled in zip(photos, (0, 3, 1), strict=True)
        for n in range(4)
    ]
    rows = photo_rates(ballots)
    assert [(row.photo_id, row.rate) for row in rows] == [("b", 0.75), ("c", 0.25), ("a", 0.0)]
    assert rows[0].low == wilson(3, 4).low


def test_left_choices_and_response_times_are_reported() -> None:
    ballots = [
        make_ballot("p", real_side="left", response_ms=1000),
        make_ballot("p", real_side="right", response_ms=2000),
        make_ballot("p", fooled=True, real_side="right", response_ms=None, elapsed_ms=9000),
    ]
    (rate,) = fooling_rates(ballots, by="model")
    assert rate.left_choice_rate == pytest.approx(2 / 3)
    assert rate.median_response_ms == 2000


def test_practice_is_not_counted() -> None:
    results = study_results([make_ballot("p", kind="practice"), make_ballot("p")])
    assert results.counted == 1
    assert results.catch_pass_rate is None


def test_a_session_that_fails_its_catch_trials_is_excluded_but_countable() -> None:
    ballots = [
        *session("careless", fooled=2, scored=4, caught=0),
        *session("careful", fooled=1, scored=4),
        *session("careless", fooled=1, scored=4, session=2),
    ]
    results = study_results(ballots)
    assert results.counted == 8
    assert results.excluded["failed catch trials"] == 4
    assert results.catch_pass_rate == pytest.approx(4 / 6)
    assert results.participants == 2


def test_one_slip_is_forgiven() -> None:
    assert count_ballots(session("p", fooled=1, scored=4, caught=1, catch=2)).counted
    assert count_ballots(session("p", fooled=1, scored=4, caught=0, catch=1)).counted
    assert not count_ballots(session("p", fooled=1, scored=4, caught=0, catch=2)).counted


def test_the_same_session_number_in_two_studies_is_two_sessions() -> None:
    failed = session("p", fooled=0, scored=4, caught=0, catch=2)
    other = [
        replace(ballot, trial=replace(ballot.trial, study="other"))
        for ballot in session("p", fooled=1, scored=4, caught=2, catch=2)
    ]
    count = count_ballots([*failed, *other])
    assert {ballot.trial.study for ballot in count.counted} == {"other"}


@pytest.mark.parametrize(("caught", "counts"), [(4, True), (3, True), (2, False)])
def test_three_of_four_catch_trials_suffice(caught: int, counts: bool) -> None:
    count = count_ballots(session("p", fooled=1, scored=4, caught=caught, catch=4))
    assert bool(count.counted) is counts


def test_few_who_click_at_random_count() -> None:
    """The numbers that docs/study.md and the results tell: all outcomes are equally likely."""
    catch = StudySettings().catch
    outcomes = [sum(right) for right in product((0, 1), repeat=catch)]
    passed = [
        caught
        for caught in outcomes
        if count_ballots(session("p", fooled=1, scored=4, caught=caught, catch=catch)).counted
    ]
    assert len(passed) / len(outcomes) == 5 / 16


@pytest.mark.parametrize(
    ("response_ms", "elapsed_ms", "counts"),
    [(299, 5000, False), (300, 5000, True), (None, 250, False), (None, 900, True)],
)
def test_impossible_speed_is_excluded(
    response_ms: int | None, elapsed_ms: int, counts: bool
) -> None:
    ballots = session("p", fooled=1, scored=6, response_ms=response_ms, elapsed_ms=elapsed_ms)
    count = count_ballots(ballots)
    assert bool(count.counted) is counts
    assert len(count.excluded["impossible speed"]) == (0 if counts else 6)


def test_one_fast_answer_does_not_exclude_a_session() -> None:
    ballots = [*session("p", fooled=1, scored=6), make_ballot("p", response_ms=100)]
    assert len(count_ballots(ballots).counted) == 7


def test_a_vote_during_the_exposure_is_excluded() -> None:
    ballots = [
        make_ballot("p", exposure_seconds=2.0, elapsed_ms=1999, response_ms=1990),
        make_ballot("p", exposure_seconds=2.0, elapsed_ms=2000, response_ms=1990),
    ]
    count = count_ballots(ballots)
    assert count.counted == (ballots[1],)
    assert count.excluded["voted during exposure"] == (ballots[0],)


def test_an_unfinished_session_without_catch_trials_counts() -> None:
    assert study_results(session("p", fooled=1, scored=3, catch=0)).counted == 3


def test_an_empty_study_has_empty_tables() -> None:
    results = study_results([])
    assert (results.by_model, results.by_photo, results.counted) == ((), (), 0)
    assert {rate.rate for rate in results.published} == {0.323, 0.478}
