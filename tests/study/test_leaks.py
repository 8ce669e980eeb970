"""What a participant gets never tells which side is real before it may."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection

from colorizer.errors import StudyError
from colorizer.study import StimulusPool, Store, Study
from tests.support.study_support import (
    ADDRESS,
    SHORT,
    Clock,
    make_study,
    other,
    play,
    stored_trial,
    truth,
)

pytest_plugins = ["tests.support.study_fixtures"]


def test_only_practice_tells_the_answer(study: Study, sqlite_store: Store, clock: Clock) -> None:
    _, receipts = play(study, sqlite_store, clock)
    for receipt in receipts:
        if receipt.phase == "practice":
            assert receipt.real_side == truth(sqlite_store, receipt.trial_id)
        else:
            assert receipt.real_side is None


def test_the_answer_is_not_told_when_the_vote_is_not_saved(
    short: Study, sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = short.start_session(None, ADDRESS).token
    trial = short.next_trial(token)
    assert trial is not None

    write = sqlite_store.database.write

    def fail(work: Callable[[Connection], object]) -> None:
        """Like a disk that is full when everything is done but the commit."""

        def work_and_fail(connection: Connection) -> None:
            work(connection)
            raise StudyError("vote_not_saved")

        write(work_and_fail)

    monkeypatch.setattr(sqlite_store.database, "write", fail)
    with pytest.raises(StudyError, match="could not be saved"):
        short.cast_vote(trial.id, token, "left")
    monkeypatch.undo()
    assert not short.cast_vote(trial.id, token, "left").repeated


def test_the_answer_of_a_trial_shows_in_no_view(
    short: Study, sqlite_store: Store, clock: Clock
) -> None:
    views: dict[tuple[str, str], set[tuple[object, ...]]] = {}
    everything = {(k, s) for k in ("practice", "scored", "catch") for s in ("left", "right")}
    while set(views) < everything:
        token = short.start_session(None, ADDRESS).token
        while (trial := short.next_trial(token)) is not None:
            past = stored_trial(sqlite_store, trial.id)
            assert past is not None
            fields = dataclasses.asdict(trial)
            assert len(fields.pop("id")) == 32
            assert len(fields.pop("file_name")) == 21
            del fields["picture"], fields["width"], fields["height"], fields["number"]
            key = past.trial.kind, past.trial.real_side
            views.setdefault(key, set()).add(tuple(fields.items()))
            clock.advance(seconds=2)
            short.cast_vote(trial.id, token, "left")
    assert len({frozenset(views[key]) for key in views if key[0] != "practice"}) == 1
    assert views["practice", "left"] == views["practice", "right"]


def test_right_and_wrong_scored_answers_get_the_same_receipt(
    short: Study, sqlite_store: Store, clock: Clock
) -> None:
    receipts = set()
    for right in (True, False):
        token = short.start_session(None, ADDRESS).token
        for _ in range(2):
            trial = short.next_trial(token)
            assert trial is not None
            real = truth(sqlite_store, trial.id)
            clock.advance(seconds=2)
            receipt = short.cast_vote(trial.id, token, real if right else other(real))
        receipts.add(dataclasses.replace(receipt, trial_id="", choice="left"))
    assert len(receipts) == 1


def test_no_log_line_tells_an_answer(
    pool: StimulusPool, clock: Clock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    caplog.set_level("INFO", logger="sqlalchemy.engine")  # DEBUG would print every row read
    store = Store(f"sqlite:///{tmp_path}/logged.db")
    study = make_study(store, pool, clock, SHORT)
    caplog.clear()  # the schema's constraints name both sides
    play(study, store, clock, wrong=2)
    study.close()
    assert "INSERT INTO votes" in caplog.text
    for word in ("'left'", "'right'", "real_side="):
        assert word not in caplog.text


def test_no_address_is_stored(short: Study, sqlite_store: Store, tmp_path: Path) -> None:
    token = short.start_session(None, ADDRESS).token
    short.next_trial(token)
    sqlite_store.close()
    for file in tmp_path.glob("votes.db*"):
        assert ADDRESS.encode() not in file.read_bytes()
