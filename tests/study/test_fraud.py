"""Clicks, reloads, forgeries and floods: nothing counts twice, nothing foreign counts."""

import dataclasses
from concurrent.futures import ThreadPoolExecutor

import pytest

from colorizer.errors import StudyError
from colorizer.study import StimulusPool, Store, Study
from tests.support.study_support import ADDRESS, SHORT, Clock, make_study, play

pytest_plugins = ["tests.support.study_fixtures"]


def test_reloading_shows_the_same_trial_with_the_same_picture(short: Study) -> None:
    token = short.start_session(None, ADDRESS).token
    first = short.next_trial(token)
    assert first is not None
    for _ in range(3):
        again = short.next_trial(short.start_session(token, ADDRESS).token)
        assert again is not None
        assert again == first


def test_double_clicks_count_once_and_keep_the_first_choice(
    short: Study, sqlite_store: Store
) -> None:
    token = short.start_session(None, ADDRESS).token
    trial = short.next_trial(token)
    assert trial is not None
    first = short.cast_vote(trial.id, token, "left")
    second = short.cast_vote(trial.id, token, "right")
    assert (first.repeated, second.repeated) == (False, True)
    assert second == dataclasses.replace(first, repeated=True)
    assert len(sqlite_store.ballots()) == 1


def test_a_hundred_parallel_votes_count_once(short: Study, sqlite_store: Store) -> None:
    token = short.start_session(None, ADDRESS).token
    trial = short.next_trial(token)
    assert trial is not None
    with ThreadPoolExecutor(max_workers=30) as clicks:
        receipts = list(
            clicks.map(
                lambda n: short.cast_vote(trial.id, token, "left" if n % 2 else "right"),
                range(100),
            )
        )
    assert len(sqlite_store.ballots()) == 1
    assert len({receipt.choice for receipt in receipts}) == 1
    assert {receipt.progress.done for receipt in receipts} == {1}


def test_two_tabs_get_one_trial(short: Study) -> None:
    token = short.start_session(None, ADDRESS).token
    with ThreadPoolExecutor(max_workers=10) as tabs:
        trials = list(tabs.map(lambda _: short.next_trial(token), range(10)))
    assert len({trial.id for trial in trials if trial}) == 1


def test_two_participants_do_not_meet(short: Study) -> None:
    tokens = [short.start_session(None, ADDRESS).token for _ in range(2)]
    trials = [short.next_trial(token) for token in tokens]
    assert all(trials)
    for trial, token in zip(reversed(trials), tokens, strict=True):
        assert trial is not None
        with pytest.raises(StudyError, match="does not belong"):
            short.cast_vote(trial.id, token, "left")
    assert short.results().counted == 0


def test_foreign_and_invented_trials_are_refused_alike(short: Study, sqlite_store: Store) -> None:
    mine, other_token = (short.start_session(None, ADDRESS).token for _ in range(2))
    foreign = short.next_trial(other_token)
    assert foreign is not None
    answers = set()
    for trial_id in (foreign.id, "0" * 32, "", "' OR 1=1 --", None, 7, "x" * 100_000):
        with pytest.raises(StudyError) as refused:
            short.cast_vote(trial_id, mine, "left")  # type: ignore[arg-type]
        answers.add(str(refused.value))
    assert len(answers) == 1
    assert sqlite_store.ballots() == []


@pytest.mark.parametrize("choice", ["", "LEFT", "middle", None, 0, ["left"], "left\n"])
def test_other_choices_are_refused(short: Study, sqlite_store: Store, choice: object) -> None:
    token = short.start_session(None, ADDRESS).token
    trial = short.next_trial(token)
    assert trial is not None
    with pytest.raises(StudyError, match="left or the right"):
        short.cast_vote(trial.id, token, choice)  # type: ignore[arg-type]
    assert sqlite_store.ballots() == []


@pytest.mark.parametrize("time", [-1, float("nan"), float("inf"), "fast", True, [1]])
def test_impossible_response_times_are_refused(short: Study, time: object) -> None:
    token = short.start_session(None, ADDRESS).token
    trial = short.next_trial(token)
    assert trial is not None
    with pytest.raises(StudyError, match="milliseconds"):
        short.cast_vote(trial.id, token, "left", time)  # type: ignore[arg-type]


def test_a_response_cannot_take_longer_than_the_server_waited(
    short: Study, sqlite_store: Store, clock: Clock
) -> None:
    token = short.start_session(None, ADDRESS).token
    trial = short.next_trial(token)
    assert trial is not None
    clock.advance(seconds=3)
    short.cast_vote(trial.id, token, "left", 1e300)
    (ballot,) = sqlite_store.ballots()
    assert (ballot.vote.response_ms, ballot.vote.elapsed_ms) == (3000, 3000)


def test_a_clock_set_back_makes_no_negative_times(
    short: Study, sqlite_store: Store, clock: Clock
) -> None:
    token = short.start_session(None, ADDRESS).token
    trial = short.next_trial(token)
    assert trial is not None
    clock.advance(seconds=-100)
    short.cast_vote(trial.id, token, "left", 500)
    assert sqlite_store.ballots()[0].vote.elapsed_ms == 0


def test_an_expired_trial_takes_no_vote_and_is_replaced(
    short: Study, sqlite_store: Store, clock: Clock
) -> None:
    token = short.start_session(None, ADDRESS).token
    trial = short.next_trial(token)
    assert trial is not None
    clock.advance(seconds=15 * 60)
    with pytest.raises(StudyError, match="too long"):
        short.cast_vote(trial.id, token, "left")
    fresh = short.next_trial(token)
    assert fresh is not None
    assert fresh.id != trial.id
    assert (fresh.number, fresh.total) == (1, 6)
    play(short, sqlite_store, clock, token)
    assert len(sqlite_store.ballots()) == 6
    assert len(short.summary(token).mistakes) == 0


@pytest.mark.parametrize("token", [None, "", "x", f"{'0' * 32}.{'0' * 64}", 5])
def test_forged_tokens_are_refused_everywhere_but_at_the_start(short: Study, token: object) -> None:
    for call in (
        lambda: short.next_trial(token),  # type: ignore[arg-type]
        lambda: short.summary(token),  # type: ignore[arg-type]
        lambda: short.cast_vote("0" * 32, token, "left"),  # type: ignore[arg-type]
    ):
        with pytest.raises(StudyError, match="not valid"):
            call()
    assert short.start_session(token, ADDRESS).token != token  # type: ignore[arg-type]


def test_one_participant_cannot_ask_for_ever(
    sqlite_store: Store, pool: StimulusPool, clock: Clock
) -> None:
    settings = dataclasses.replace(SHORT, trials_per_hour=3)
    study = make_study(sqlite_store, pool, clock, settings)
    token = study.start_session(None, ADDRESS).token
    for _ in range(3):
        trial = study.next_trial(token)
        assert trial is not None
        assert study.next_trial(token) is not None  # a reload is free
        study.cast_vote(trial.id, token, "left")
    with pytest.raises(StudyError, match="in an hour"):
        study.next_trial(token)
    clock.advance(seconds=3601)
    assert study.next_trial(token) is not None
    study.close()


def test_one_address_cannot_ask_for_ever(
    sqlite_store: Store, pool: StimulusPool, clock: Clock
) -> None:
    settings = dataclasses.replace(
        SHORT, trials_per_hour_per_address=2, participants_per_hour_per_address=3
    )
    study = make_study(sqlite_store, pool, clock, settings)
    tokens = [study.start_session(None, ADDRESS).token for _ in range(3)]
    assert [study.next_trial(token) is not None for token in tokens[:2]] == [True, True]
    with pytest.raises(StudyError, match="in an hour"):
        study.next_trial(tokens[2])
    with pytest.raises(StudyError, match="in an hour"):
        study.start_session(None, ADDRESS)
    assert study.next_trial(study.start_session(None, "198.51.100.1").token) is not None
    assert study.start_session(tokens[0], ADDRESS).token == tokens[0]
    study.close()
