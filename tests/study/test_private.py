from pathlib import Path

import pytest

from colorizer.errors import StudyError
from colorizer.photo import Photo
from colorizer.study import Study, StudyModel
from colorizer.study.protocol import MAX_PRIVATE_PAIRS
from colorizer.study.tables import METADATA
from tests.support.study_support import MODELS, Clock, make_photo, paint

pytest_plugins = ["tests.support.study_fixtures"]

OURS = StudyModel("classification", "classification", "c1")


def pairs(number: int) -> list[tuple[Photo, Photo]]:
    photos = [make_photo(100 + n, (70, 90)) for n in range(number)]
    return [(photo, paint(photo, MODELS[0])) for photo in photos]


def test_own_photos_are_played_to_the_end_and_scored(study: Study) -> None:
    session = study.start_private_session(pairs(6), OURS)
    assert session.private
    assert session.progress.total == 6
    shown = []
    while (trial := study.next_trial(session.token)) is not None:
        shown.append(trial.picture)
        receipt = study.cast_vote(trial.id, session.token, "left", 1500)
        assert receipt.real_side is None
        assert receipt.progress.done == len(shown)
    assert receipt.finished
    summary = study.summary(session.token)
    assert summary.private
    assert summary.scored == len(set(shown)) == 6
    assert summary.correct + len(summary.mistakes) == 6
    assert summary.median_response_ms == 1500
    assert {mistake.picture for mistake in summary.mistakes} <= set(shown)
    assert all(mistake.real_side == "right" for mistake in summary.mistakes)
    assert summary.private


def test_nothing_of_it_is_stored(study: Study, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    session = study.start_private_session(pairs(2), OURS)
    while (trial := study.next_trial(session.token)) is not None:
        study.cast_vote(trial.id, session.token, "right")
    study.summary(session.token)
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before
    assert study.results().counted == 0
    assert set(METADATA.tables) == {
        "participants",
        "trials",
        "votes",
        "comparisons",
        "thumbs",
        "preferences",
    }


def test_the_first_vote_on_a_pair_stands(study: Study) -> None:
    session = study.start_private_session(pairs(2), OURS)
    trial = study.next_trial(session.token)
    assert trial is not None
    assert not study.cast_vote(trial.id, session.token, "left").repeated
    again = study.cast_vote(trial.id, session.token, "right")
    assert (again.repeated, again.choice, again.progress.done) == (True, "left", 1)


def test_reloading_shows_the_same_pair(study: Study) -> None:
    session = study.start_private_session(pairs(3), OURS)
    assert study.next_trial(session.token) == study.next_trial(session.token)


def test_the_result_waits_for_the_last_pair(study: Study) -> None:
    session = study.start_private_session(pairs(1), OURS)
    with pytest.raises(StudyError, match="not finished"):
        study.summary(session.token)


def test_pairs_of_others_are_refused(study: Study) -> None:
    mine, other = (study.start_private_session(pairs(1), OURS) for _ in range(2))
    trial = study.next_trial(other.token)
    assert trial is not None
    with pytest.raises(StudyError, match="does not belong"):
        study.cast_vote(trial.id, mine.token, "left")
    assert study.next_trial(other.token) == trial


def test_it_is_over_after_an_hour(study: Study, clock: Clock) -> None:
    session = study.start_private_session(pairs(1), OURS)
    clock.advance(seconds=3601)
    for call in (study.next_trial, study.summary):
        with pytest.raises(StudyError, match="over"):
            call(session.token)
    with pytest.raises(StudyError, match="over"):
        study.next_trial("private-" + "0" * 32)


def test_many_starts_of_one_address_push_out_only_its_own(study: Study) -> None:
    others = study.start_private_session(pairs(1), OURS, "192.0.2.1")
    sessions = [study.start_private_session(pairs(1), OURS, "192.0.2.2") for _ in range(40)]
    assert study.next_trial(others.token) is not None
    with pytest.raises(StudyError, match="over"):
        study.next_trial(sessions[-4].token)
    assert all(study.next_trial(session.token) for session in sessions[-3:])


def test_a_test_that_lies_idle_makes_room_and_one_that_is_played_does_not(
    study: Study, clock: Clock
) -> None:
    sessions = [study.start_private_session(pairs(1), OURS, f"192.0.2.{n}") for n in range(32)]
    clock.advance(seconds=299)
    assert study.next_trial(sessions[0].token) is not None
    with pytest.raises(StudyError, match="Too many"):
        study.start_private_session(pairs(1), OURS, "198.51.100.1")
    clock.advance(seconds=2)
    study.start_private_session(pairs(1), OURS, "198.51.100.1")
    assert study.next_trial(sessions[0].token) is not None
    with pytest.raises(StudyError, match="over"):
        study.next_trial(sessions[1].token)


@pytest.mark.parametrize("number", [0, MAX_PRIVATE_PAIRS + 1])
def test_too_many_or_no_photos_are_refused(study: Study, number: int) -> None:
    with pytest.raises(StudyError, match="between 1 and 20"):
        study.start_private_session(pairs(1) * number, OURS)


def test_a_pair_of_different_sizes_is_refused(study: Study) -> None:
    with pytest.raises(StudyError, match="differ in size"):
        study.start_private_session([(make_photo(0, (70, 90)), make_photo(0, (90, 70)))], OURS)
