"""The study from start to result."""

import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event

from colorizer.errors import Message, StudyError
from colorizer.study import PUBLISHED_PROTOCOL, StimulusPool, Store, Study
from tests.support.study_support import (
    ADDRESS,
    SHORT,
    Clock,
    make_pool,
    make_study,
    play,
    stored_trial,
)

pytest_plugins = ["tests.support.study_fixtures"]


def test_a_whole_session_is_played(study: Study, sqlite_store: Store, clock: Clock) -> None:
    token, receipts = play(study, sqlite_store, clock, wrong=6)
    assert len(receipts) == 5 + 20 + 4
    assert [receipt.progress.done for receipt in receipts] == list(range(1, 30))
    assert {receipt.progress.total for receipt in receipts} == {29}
    assert [receipt.finished for receipt in receipts] == [False] * 28 + [True]
    assert [receipt.phase for receipt in receipts] == ["practice"] * 5 + ["scored"] * 24
    summary = study.summary(token)
    assert (summary.scored, summary.correct, summary.median_response_ms) == (20, 14, 1800)
    assert len(summary.mistakes) == 6
    assert sum(summary.fooled_by_model.values()) == 6


def test_a_turn_is_a_vote_and_the_next_trial_in_one_transaction(
    short: Study, sqlite_store: Store, clock: Clock
) -> None:
    token = short.start_session(None, ADDRESS).token
    trial = short.next_trial(token)
    begun: list[str] = []
    event.listen(
        sqlite_store.database.engine,
        "before_cursor_execute",
        lambda _c, _cur, statement, *_: begun.append(statement.split()[0]),
    )
    while trial is not None:
        clock.advance(seconds=2)
        begun.clear()
        turn = short.take_turn(trial.id, token, "left", 900)
        assert begun.count("BEGIN") == 1
        assert turn.receipt is not None
        assert turn.receipt.trial_id == trial.id
        assert turn.receipt.finished == (turn.trial is None)
        trial = turn.trial
    assert len(sqlite_store.ballots()) == 6


def test_a_refused_vote_leads_to_the_pair_that_waits(short: Study, sqlite_store: Store) -> None:
    token = short.start_session(None, ADDRESS).token
    trial = short.next_trial(token)
    assert trial is not None
    turn = short.take_turn("0" * 32, token, "left")
    assert (turn.receipt, turn.notice) == (None, Message("not_yours"))
    assert turn.trial is not None
    assert turn.trial.id == trial.id
    assert sqlite_store.ballots() == []


def test_a_vote_counts_though_there_may_be_no_next_pair(
    sqlite_store: Store, pool: StimulusPool, clock: Clock
) -> None:
    study = make_study(sqlite_store, pool, clock, replace(SHORT, trials_per_hour=1))
    token = study.start_session(None, ADDRESS).token
    trial = study.next_trial(token)
    assert trial is not None
    turn = study.take_turn(trial.id, token, "left")
    assert turn.receipt is not None
    assert (turn.notice, turn.trial) == (Message("too_much"), None)
    assert len(sqlite_store.ballots()) == 1
    study.close()


def test_a_session_of_the_store_is_balanced_and_shows_no_photo_twice(
    study: Study, sqlite_store: Store, clock: Clock
) -> None:
    play(study, sqlite_store, clock)
    trials = [ballot.trial for ballot in sqlite_store.ballots()]
    assert Counter(t.model.name for t in trials if t.kind == "scored") == {
        "classification": 10,
        "regression": 10,
    }
    assert len({trial.photo.id for trial in trials}) == 29
    assert Counter(trial.kind for trial in trials) == {"practice": 5, "scored": 20, "catch": 4}


def test_a_participant_whom_the_store_lost_starts_again(
    pool: StimulusPool, clock: Clock, tmp_path: Path
) -> None:
    stores = [Store(f"sqlite:///{tmp_path}/{name}.db") for name in ("lost", "new")]
    before, after = (make_study(store, pool, clock, SHORT) for store in stores)
    token = before.start_session(None, ADDRESS).token
    with pytest.raises(StudyError, match="start a new one"):
        after.next_trial(token)
    assert after.start_session(token, ADDRESS).token == token
    assert after.next_trial(token) is not None
    before.close()
    after.close()


def test_a_finished_session_is_followed_by_a_new_one_with_other_photos(
    short: Study, sqlite_store: Store, clock: Clock
) -> None:
    token, _ = play(short, sqlite_store, clock)
    assert short.next_trial(token) is None
    play(short, sqlite_store, clock, token)
    trials = [ballot.trial for ballot in sqlite_store.ballots()]
    assert Counter(trial.session for trial in trials) == {1: 6, 2: 6}
    assert len({trial.photo.id for trial in trials}) == 12


def test_a_small_study_makes_a_short_session_and_then_says_thanks(
    sqlite_store: Store, clock: Clock, tmp_path: Path
) -> None:
    pool = make_pool(tmp_path, photos=15)
    pool.prepare()
    study = make_study(sqlite_store, pool, clock)
    token, receipts = play(study, sqlite_store, clock)
    kinds = Counter(ballot.trial.kind for ballot in sqlite_store.ballots())
    assert kinds == {"practice": 2, "scored": 10, "catch": 3}
    assert {receipt.progress.total for receipt in receipts} == {15}
    with pytest.raises(StudyError, match="every photo"):
        study.start_session(token, ADDRESS)
    assert study.summary(token).scored == 10
    study.close()


def test_an_empty_study_says_so(sqlite_store: Store, clock: Clock, tmp_path: Path) -> None:
    pool = make_pool(tmp_path, photos=0)
    study = make_study(sqlite_store, pool, clock)
    token = study.start_session(None, ADDRESS).token
    with pytest.raises(StudyError, match="still being made"):
        study.next_trial(token)
    pool.prepare()
    with pytest.raises(StudyError, match="no photos"):
        study.start_session(token, ADDRESS)
    study.close()


def test_a_trial_whose_picture_is_gone_is_replaced(
    sqlite_store: Store, clock: Clock, tmp_path: Path
) -> None:
    pool = make_pool(tmp_path, photos=10)
    pool.prepare()
    study = make_study(sqlite_store, pool, clock, SHORT)
    token = study.start_session(None, ADDRESS).token
    trial = study.next_trial(token)
    assert trial is not None
    past = stored_trial(sqlite_store, trial.id)
    assert past is not None
    pool._path(past.trial.photo, past.trial.model).unlink()
    fresh = study.next_trial(token)
    assert fresh is not None
    assert fresh.id != trial.id
    assert study.next_trial(token) is not None
    study.close()


def test_the_next_trial_is_ready_while_the_person_looks(
    short: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = short.start_session(None, ADDRESS).token
    trial = short.next_trial(token)
    assert trial is not None
    short._queue._renderer.submit(lambda: None).result(timeout=10)  # wait for the background

    def too_late(*_args: object) -> None:
        raise AssertionError("drawn on the participant's time")

    monkeypatch.setattr(short._queue, "_drawn", too_late)
    monkeypatch.setattr(short._queue, "stimulus", too_late)
    monkeypatch.setattr(short._queue, "deal_ahead", lambda *_: None)
    assert short.take_turn(trial.id, token, "left").trial is not None


def test_the_published_protocol_stores_its_exposure(
    sqlite_store: Store, pool: StimulusPool, clock: Clock
) -> None:
    study = make_study(sqlite_store, pool, clock, PUBLISHED_PROTOCOL)
    token = study.start_session(None, ADDRESS).token
    trial = study.next_trial(token)
    assert trial is not None
    assert trial.exposure_seconds == 1.0
    study.cast_vote(trial.id, token, "left")
    assert sqlite_store.ballots()[0].trial.exposure_seconds == 1.0
    study.close()


def test_the_summary_waits_for_the_end(short: Study) -> None:
    token = short.start_session(None, ADDRESS).token
    trial = short.next_trial(token)
    assert trial is not None
    short.cast_vote(trial.id, token, "left")
    with pytest.raises(StudyError, match="not finished"):
        short.summary(token)


def test_results_and_table_count_the_session(
    short: Study, sqlite_store: Store, clock: Clock
) -> None:
    play(short, sqlite_store, clock, wrong=1)
    results = short.results()
    assert results.counted == 4
    assert sum(rate.fooled for rate in results.by_model) == 1
    assert results.catch_pass_rate == 1.0
    assert {rate.name for rate in results.by_subject} <= {"bird", "plant"}
    table = short.votes_csv()["votes.csv"].splitlines()
    assert len(table) == 1 + 6
    assert sum(line.endswith(",yes") for line in table) == 4


def test_results_are_counted_anew_after_five_seconds(
    short: Study, sqlite_store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = time.monotonic()
    monkeypatch.setattr("colorizer.study.study.time.monotonic", lambda: seconds)
    assert short.results().counted == 0
    play(short, sqlite_store, clock)
    assert short.results().counted == 0
    seconds += 5.1
    assert short.results().counted == 4


def test_reloading_prepares_nothing_twice(short: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    token = short.start_session(None, ADDRESS).token
    prepared = []
    submit = short._queue._renderer.submit
    monkeypatch.setattr(
        short._queue._renderer, "submit", lambda work: prepared.append(submit(work))
    )
    for _ in range(5):
        short.next_trial(token)
    prepared[0].result(timeout=10)
    short.next_trial(token)
    assert len(prepared) == 1


def test_without_a_mirror_the_page_is_told_so(short: Study) -> None:
    status = short.status()
    assert "this machine only" in str(status.votes_saved)
    assert status.pictures.ready == 30


def test_standing_tells_how_far_one_is_without_dealing(
    short: Study, sqlite_store: Store, clock: Clock
) -> None:
    assert short.standing(None) is None
    assert short.standing("forged") is None
    token = short.start_session(None, ADDRESS).token
    before = short.standing(token)
    assert before is not None
    assert (before.progress.done, before.finished, before.unseen) == (0, False, 30)
    play(short, sqlite_store, clock, token)
    after = short.standing(token)
    assert after is not None
    assert (after.progress.done, after.finished, after.unseen) == (6, True, 24)
    assert short.standing(token) == after
