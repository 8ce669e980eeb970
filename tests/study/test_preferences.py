"""Preference votes: what is drawn, stored, counted and kept apart from the Turing test."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from sqlalchemy import select

from colorizer.errors import StudyError
from colorizer.study import StimulusPool, Store, Study
from colorizer.study.bradley_terry import model_strengths
from colorizer.study.preferences import ROUND, Preference, Preferences
from colorizer.study.tables import COMPARISONS, PREFERENCES
from tests.support.study_support import ADDRESS, MODELS, SHORT, Clock, make_study, play

pytest_plugins = ["tests.support.study_fixtures"]


def compare(study: Study, clock: Clock, token: str | None = None) -> tuple[str, int]:
    """A round to its end, always the left one; returns the participant's token and the answers."""
    token, session = study.start_preferences(token, ADDRESS)
    trial, answers = study.next_trial(session.token), 0
    while trial is not None:
        clock.advance(seconds=2)
        turn = study.take_turn(trial.id, session.token, "left", 1500)
        assert turn.notice is None
        assert turn.receipt is not None
        assert turn.receipt.real_side is None
        trial, answers = turn.trial, answers + 1
    return token, answers


def test_a_round_is_played_and_another_one_goes_on(
    store: Store, pool: StimulusPool, clock: Clock
) -> None:
    study = make_study(store, pool, clock, SHORT)
    token, answers = compare(study, clock)
    assert answers == ROUND
    assert [compare(study, clock, token)[1] for _ in range(2)] == [ROUND, ROUND]
    with pytest.raises(StudyError, match="compared every photo"):
        study.start_preferences(token, ADDRESS)
    votes = Preferences(store, pool, SHORT, clock).votes()
    assert len(votes) == len(pool.photos) == 30
    assert {frozenset((vote.winner, vote.loser)) for vote in votes} == {
        frozenset(model.name for model in MODELS)
    }
    sides = Counter(vote.winner for vote in votes)  # always the left one: the side is drawn
    assert min(sides.values()) >= 5
    study.close()


def test_a_vote_counts_once_and_a_reload_shows_the_same_pair(
    store: Store, pool: StimulusPool, clock: Clock
) -> None:
    study = make_study(store, pool, clock, SHORT)
    _, session = study.start_preferences(None, ADDRESS)
    trial = study.next_trial(session.token)
    assert trial is not None
    assert study.next_trial(session.token) == trial
    with ThreadPoolExecutor(max_workers=10) as clicks:
        turns = list(
            clicks.map(
                lambda n: study.take_turn(trial.id, session.token, ("left", "right")[n % 2]),
                range(20),
            )
        )
    assert sum(not turn.receipt.repeated for turn in turns if turn.receipt) == 1
    assert len({turn.receipt.choice for turn in turns if turn.receipt}) == 1
    assert len({turn.trial.id for turn in turns if turn.trial}) == 1
    assert len(Preferences(store, pool, SHORT, clock).votes()) == 1
    study.close()


def test_foreign_comparisons_are_refused(study: Study, sqlite_store: Store) -> None:
    (_, mine), (_, theirs) = (study.start_preferences(None, ADDRESS) for _ in range(2))
    trial = study.next_trial(theirs.token)
    assert trial is not None
    turn = study.take_turn(trial.id, mine.token, "left")
    assert turn.receipt is None
    assert turn.notice is not None
    assert turn.notice.code == "not_yours"
    assert turn.trial is not None
    for forged in ("prefer-0-forged.token", "prefer-x-y"):
        with pytest.raises(StudyError, match="not valid"):
            study.take_turn(trial.id, forged, "left")
    rows = sqlite_store.database.read(lambda c: c.execute(select(PREFERENCES)).all())
    assert rows == []


def test_photos_that_were_compared_are_not_shown_in_the_turing_test(
    short: Study, sqlite_store: Store, clock: Clock
) -> None:
    token, _ = compare(short, clock)
    compared = set(
        sqlite_store.database.read(
            lambda c: c.execute(select(COMPARISONS.c.photo_id)).scalars().all()
        )
    )
    play(short, sqlite_store, clock, token)
    assert not compared & {ballot.trial.photo.id for ballot in sqlite_store.ballots()}


def test_photos_whose_truth_is_out_are_compared_first(
    short: Study, sqlite_store: Store, clock: Clock
) -> None:
    token, _ = play(short, sqlite_store, clock)
    played = {ballot.trial.photo.id for ballot in sqlite_store.ballots()}
    compare(short, clock, token)
    compared = sqlite_store.database.read(
        lambda c: (
            c.execute(select(COMPARISONS.c.photo_id).order_by(COMPARISONS.c.issued_ms))
            .scalars()
            .all()
        )
    )
    assert set(compared[: len(played)]) == played


def answers(
    strengths: dict[str, float], people: int, each: int, seed: int, taste_spread: float = 0.7
) -> list[Preference]:
    """People with a taste of their own (log odds ± the spread) who compare random pairs."""
    rng = np.random.default_rng(seed)
    names = sorted(strengths)
    votes = []
    for person in range(people):
        taste = {name: strengths[name] + rng.normal(0, taste_spread) for name in names}
        for _ in range(each):
            a, b = rng.choice(names, 2, replace=False)
            a_wins = rng.random() < 1 / (1 + np.exp(taste[b] - taste[a]))
            winner, loser = (a, b) if a_wins else (b, a)
            votes.append(Preference(f"p{person}", str(winner), str(loser), 1500))
    return votes


def test_with_two_models_the_strength_is_the_log_odds_of_the_share() -> None:
    votes = [Preference(f"p{n % 12}", *("ab" if n % 4 else "ba"), 1500) for n in range(400)]
    first, second = model_strengths(votes)
    assert (first.name, first.won, first.comparisons) == ("a", 300, 400)
    assert first.strength - second.strength == pytest.approx(np.log(3), abs=0.01)
    assert first.strength == pytest.approx(-second.strength)
    assert not first.provisional


def test_strengths_are_found_again_and_the_order_does_not_matter() -> None:
    truth = {"a": 0.8, "b": 0.1, "c": -0.9}
    votes = answers(truth, people=400, each=10, seed=1, taste_spread=0.0)
    found = {model.name: model.strength for model in model_strengths(votes)}
    assert found == pytest.approx(truth, abs=0.15)
    again = {m.name: m.strength for m in model_strengths(votes[::-1])}
    assert again == pytest.approx(found)


def test_intervals_cover_the_truth_as_often_as_they_say() -> None:
    """Tastes differ from person to person, so an interval over answers would be too narrow."""
    truth = {"a": 0.5, "b": 0.0, "c": -0.5}
    inside = 0
    studies = 150
    reached = model_strengths(answers(truth, people=4000, each=10, seed=0))
    centre = {model.name: model.strength for model in reached}
    for seed in range(1, studies + 1):
        for model in model_strengths(answers(truth, 20, 10, seed)):
            assert model.low is not None
            assert model.high is not None
            inside += model.low <= centre[model.name] <= model.high
    assert 0.93 <= inside / (3 * studies) <= 0.97


def test_few_hurried_and_one_sided_answers() -> None:
    assert model_strengths([]) == ()
    (winner, loser) = model_strengths([Preference("p", "a", "b", 1500)] * 3)
    assert np.isfinite(winner.strength)
    assert winner.strength > 0 > loser.strength
    assert (winner.low, winner.high, winner.provisional) == (None, None, True)
    hurried = [Preference("q", "b", "a", 120)] * 50
    (still, _) = model_strengths([*hurried, Preference("p", "a", "b", 1500)])
    assert still.name == "a"
