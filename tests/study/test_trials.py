import random
import re
import secrets
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colorizer.study import PUBLISHED_PROTOCOL, StudyModel, StudySettings
from colorizer.study.trials import ABSURD, Draw, StudyPhoto, draw, new_id
from tests.support.study_support import MODELS, make_trial

PHOTOS = tuple(StudyPhoto(f"{number:032x}") for number in range(60))


def play(
    settings: StudySettings,
    *,
    photos: Sequence[StudyPhoto] = PHOTOS,
    models: Sequence[StudyModel] = MODELS,
    rng: random.Random | None = None,
) -> list[Draw]:
    """Draw a whole session."""
    done: list[Draw] = []
    while True:
        drawn = draw(
            done=done,
            seen=frozenset(trial.photo.id for trial in done),
            photos=photos,
            models=models,
            settings=settings,
            rng=rng,
        )
        if drawn is None:
            return done
        done.append(drawn)


@pytest.mark.parametrize("settings", [StudySettings(), PUBLISHED_PROTOCOL, StudySettings(0, 7, 0)])
def test_a_session_has_the_lengths_of_its_settings(settings: StudySettings) -> None:
    session = play(settings)
    kinds = [trial.kind for trial in session]
    assert kinds[: settings.practice] == ["practice"] * settings.practice
    assert Counter(kinds[settings.practice :]) == Counter(
        {"scored": settings.scored, "catch": settings.catch}
    )


def test_no_photo_comes_twice() -> None:
    session = play(StudySettings())
    assert len({trial.photo.id for trial in session}) == len(session)


def test_models_are_shown_equally_often() -> None:
    shown = Counter(trial.model for trial in play(StudySettings()) if trial.kind == "scored")
    assert shown == {MODELS[0]: 10, MODELS[1]: 10}


def test_one_model_per_session_shows_one_and_every_model_gets_sessions() -> None:
    rng = random.Random(3)
    settings = StudySettings(one_model_per_session=True)
    sessions = [{t.model for t in play(settings, rng=rng)} - {ABSURD} for _ in range(200)]
    assert all(len(models) == 1 for models in sessions)
    firsts = Counter(next(iter(models)) for models in sessions)
    assert all(60 < firsts[model] < 140 for model in MODELS)


def test_catch_trials_show_absurd_colours_at_every_place() -> None:
    rng = random.Random(4)
    settings = StudySettings(practice=1, scored=5, catch=1)
    places = Counter()
    for _ in range(600):
        session = play(settings, rng=rng)
        assert [t.kind for t in session if t.model == ABSURD] == ["catch"]
        places[[t.kind for t in session].index("catch")] += 1
    assert set(places) == set(range(1, 7))
    assert all(60 < count < 145 for count in places.values())


def test_the_real_photo_is_left_in_half_of_the_draws() -> None:
    # 40 000 draws of the operating system's generator: 1.6 % are 6.4 standard deviations.
    settings = StudySettings()
    sides = Counter(
        drawn.real_side
        for _ in range(40_000)
        if (
            drawn := draw(
                done=[], seen=frozenset(), photos=PHOTOS, models=MODELS, settings=settings
            )
        )
    )
    print(f"left in {sides['left'] / 400:.2f} % of 40 000 draws")
    assert abs(sides["left"] / 40_000 - 0.5) <= 0.016


def test_sides_of_ten_thousand_draws_depend_on_nothing_drawn_with_them() -> None:
    rng = random.Random(5)
    draws = [trial for _ in range(371) for trial in play(StudySettings(), rng=rng)][:10_000]
    left = Counter(trial.model.name for trial in draws if trial.real_side == "left")
    total = Counter(trial.model.name for trial in draws)
    assert abs(sum(left.values()) / len(draws) - 0.5) <= 0.016
    for model, count in total.items():
        assert abs(left[model] / count - 0.5) < 4 * 0.5 / count**0.5


def test_draws_use_the_operating_systems_generator(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    class Watched(secrets.SystemRandom):
        def __init__(self) -> None:
            super().__init__()
            asked.append(self)

    monkeypatch.setattr(secrets, "SystemRandom", Watched)
    play(StudySettings(practice=0, scored=3, catch=0))
    assert len(asked) == 4


def test_ids_are_opaque_and_never_the_same() -> None:
    ids = {new_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(re.fullmatch(r"[0-9a-f]{32}", each) for each in ids)


def test_the_answer_is_not_in_the_text_of_a_trial_or_draw() -> None:
    drawn = Draw("scored", PHOTOS[0], MODELS[0], "left")
    for text in (repr(make_trial()), str(make_trial()), repr(drawn)):
        assert "left" not in text
        assert "side" not in text


@given(
    photos=st.integers(1, 80),
    practice=st.integers(0, 12),
    scored=st.integers(1, 45),
    catch=st.integers(0, 5),
)
def test_a_small_study_is_played_to_its_last_photo(
    photos: int, practice: int, scored: int, catch: int
) -> None:
    settings = StudySettings(practice=practice, scored=scored, catch=catch).fitted(photos)
    assert settings.trials == min(photos, practice + scored + catch)
    assert settings.scored >= 1
    assert len(play(settings, photos=PHOTOS[:photos])) == min(settings.trials, len(PHOTOS))


@pytest.mark.parametrize(("photos", "catch"), [(29, 4), (22, 4), (16, 4), (12, 3), (11, 0)])
def test_catch_trials_are_enough_or_none(photos: int, catch: int) -> None:
    """With one or two of them the rule of exclusions.py would find hardly anybody out."""
    assert StudySettings().fitted(photos).catch == catch


@pytest.mark.parametrize(
    "wrong",
    [{"scored": 0}, {"practice": -1}, {"exposure_seconds": 0.0}, {"trial_minutes": 0.0}],
)
def test_impossible_settings_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"session|exposure|trial"):
        StudySettings(**wrong)  # type: ignore[arg-type]
