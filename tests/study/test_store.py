from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from colorizer.errors import StudyError
from colorizer.study import Store
from colorizer.study.participant_transaction import ParticipantTransaction
from colorizer.study.tables import TRIALS, VOTES
from colorizer.study.trials import Trial
from tests.support.study_support import (
    cast,
    issue,
    make_ballot,
    make_trial,
    make_vote,
    stored_trial,
)

pytest_plugins = ["tests.support.study_fixtures"]


def issued(store: Store, participant: str = "p", **changes: object) -> Trial:
    store.add_participant(participant, "address", 0)
    return issue(store, make_trial(participant, **changes))


def rows(store: Store) -> int:
    count = select(func.count()).select_from(VOTES)
    return store.database.read(lambda connection: connection.execute(count).scalar_one())


def test_a_trial_comes_back_as_it_was(store: Store) -> None:
    trial = issued(store, exposure_seconds=1.5, kind="catch", real_side="right")
    past = stored_trial(store, trial.id)
    assert past is not None
    assert past.trial == trial
    assert past.vote is None


def test_a_hundred_parallel_votes_on_one_trial_make_one_row(store: Store) -> None:
    trial = issued(store)
    votes = [
        make_vote(trial, choice="left" if n % 2 else "right", cast_ms=trial.issued_ms + n)
        for n in range(100)
    ]
    with ThreadPoolExecutor(max_workers=40) as voters:
        stored = list(voters.map(lambda vote: cast(store, vote), votes))
    assert rows(store) == 1
    assert len(set(stored)) == 1
    assert [ballot.vote for ballot in store.ballots()] == [stored[0]]


def test_booths_of_one_participant_follow_each_other(store: Store) -> None:
    def deal(transaction: ParticipantTransaction) -> str:
        waiting = transaction.history.open_trial(trial.issued_ms)
        if waiting is None:
            transaction.issue(waiting := make_trial())
        return waiting.id

    trial = make_trial()
    store.add_participant("p", "address", 0)
    with ThreadPoolExecutor(max_workers=20) as tabs:
        handed_out = list(tabs.map(lambda _: store.transaction("p", deal), range(20)))
    assert len(set(handed_out)) == 1
    count = select(func.count()).select_from(TRIALS)
    assert store.database.read(lambda c: c.execute(count).scalar_one()) == 1


def test_what_fails_in_a_booth_leaves_nothing_behind(store: Store) -> None:
    trial = issued(store)

    def vote_and_fail(transaction: ParticipantTransaction) -> None:
        transaction.cast(make_vote(trial))
        transaction.issue(make_trial())
        raise StudyError("no_side")

    with pytest.raises(StudyError, match="left or the right"):
        store.transaction("p", vote_and_fail)
    history = store.history("p")
    assert history is not None
    assert [(past.trial, past.vote) for past in history.trials] == [(trial, None)]


def test_a_booth_that_clashes_with_a_restore_is_entered_again(store: Store) -> None:
    first = issued(store)
    photos = iter([first.photo, make_trial().photo])
    issued_second = store.transaction(
        "p", lambda transaction: transaction.issue(make_trial(photo=next(photos)))
    )
    assert issued_second is None
    history = store.history("p")
    assert history is not None
    assert len(history.trials) == 2


def test_a_photo_is_refused_the_second_time(store: Store) -> None:
    first = issued(store)
    cast(store, make_vote(first))
    with pytest.raises(StudyError, match="could not be saved"):
        issue(store, make_trial(photo=first.photo))


def test_there_is_no_booth_for_nobody(store: Store) -> None:
    with pytest.raises(StudyError, match="not known any more"):
        store.transaction("nobody", lambda transaction: transaction.history)


def test_an_expired_trial_does_not_wait(store: Store) -> None:
    trial = issued(store)
    history = store.history("p")
    assert history is not None
    assert history.open_trial(trial.expires_ms - 1) == trial
    assert history.open_trial(trial.expires_ms - 1, but=trial.id) is None
    assert history.open_trial(trial.expires_ms) is None


@pytest.mark.parametrize(
    "changes", [{"choice": "middle"}, {"elapsed_ms": -1}, {"response_ms": -1}, {"trial_id": "none"}]
)
def test_the_database_itself_refuses_impossible_votes(
    store: Store, changes: dict[str, object]
) -> None:
    trial = issued(store)
    vote = make_vote(trial, **changes)
    with pytest.raises(IntegrityError):
        store.database.write(
            lambda connection: connection.execute(
                VOTES.insert().values(**{name: getattr(vote, name) for name in vars(vote)})
            ).close()
        )
    assert rows(store) == 0


def test_sessions_move_on_once(store: Store) -> None:
    store.add_participant("p", "address", 0)
    for _ in range(3):
        store.begin_session("p", after=1)
    history = store.history("p")
    assert history is not None
    assert history.session == 2


def test_a_session_of_another_study_is_not_gone_on_with(store_url: str) -> None:
    before = Store(store_url, study="then")
    before.add_participant("p", "address", 0)
    trial = issue(before, make_trial(study="then"))
    before.close()
    now = Store(store_url, study="now")
    history = now.history("p")
    assert history is not None
    assert history.current == ()
    assert [past.trial.photo for past in history.trials] == [trial.photo]  # but its photo was seen
    now.close()


def test_history_of_nobody_is_none(store: Store) -> None:
    assert store.history("nobody") is None


def test_a_known_participant_gets_the_new_address(store: Store) -> None:
    store.add_participant("p", "yesterday", 0)
    store.add_participant("p", "today", 10)
    history = store.history("p")
    assert history is not None
    assert history.address_hash == "today"


def test_participants_that_come_at_once_do_not_pass_the_limit_together(store: Store) -> None:
    def come(number: int) -> bool:
        try:
            store.add_participant(f"p{number}", "address", 10, most_an_hour=6)
        except StudyError:
            return False
        return True

    with ThreadPoolExecutor(max_workers=20) as door:
        assert sum(door.map(come, range(40))) == 6
    assert come(0) or come(39)  # who is known comes in
    store.add_participant("elsewhere", "another address", 10, most_an_hour=6)


def test_recent_trials_count_by_participant_and_by_address(store: Store) -> None:
    for participant in ("p", "q"):
        for session in (1, 2):
            issued(store, participant, session=session)
    start = make_trial().issued_ms

    def recent(*then: int) -> tuple[int, int]:
        return store.transaction(
            "p", lambda b: (b.history.issued_between(*then), b.issued_at_address(*then))
        )

    assert recent(start, start) == (2, 4)
    assert recent(start + 1, start + 10) == (0, 0)
    assert recent(start - 10, start - 1) == (0, 0)


def test_ballots_are_restored_once_and_do_not_change_what_is_there(store: Store) -> None:
    ballots = [make_ballot(f"p{n % 3}", session=1 + n % 2) for n in range(20)]
    assert store.add_ballots(ballots[:12]) == 12
    assert store.add_ballots(ballots) == 8
    assert store.add_ballots(ballots) == 0
    forged = replace(ballots[0], vote=replace(ballots[0].vote, choice="right"))
    assert store.add_ballots([forged]) == 0
    assert {b.trial.id: b for b in store.ballots()} == {b.trial.id: b for b in ballots}
    history = store.history("p1")
    assert history is not None
    assert history.session == 2


def test_a_restored_trial_whose_photo_was_seen_again_is_left_out(store: Store) -> None:
    seen = issued(store)
    clash = make_ballot("p", photo=seen.photo)
    assert store.add_ballots([clash, make_ballot("q")]) == 1
    assert stored_trial(store, clash.trial.id) is None
