"""How a study is run: session lengths, exposure, expiry and rate limits."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

HOUR_MS = 3_600_000

FORGIVEN_CATCHES = 1
"""Catch trials of a session that may go wrong: a slip of the finger is no proof of not looking.

Of four, somebody who clicks at random gets so many right 5 times in 16, of three half the time, of
two 3 times in 4; somebody who slips in 2 of 100 pairs fails 2, 1 and 0.4 times in 1000."""

_FEWEST_CATCHES = 3  # with fewer, nobody would be found out
_PHOTOS_TO_A_CATCH = 4


@dataclass(frozen=True)
class StudySettings:
    """The protocol of a study and the limits that protect it.

    practice, scored, catch: trials per session; catch trials are strewn among the scored ones.
    exposure_seconds: how long a pair is shown; None is as long as one likes. Stored with every
        trial, and trials of different exposure are never pooled.
    one_model_per_session: a session shows one model only (Zhang et al. 2016) instead of all of
        them in equal shares.
    trial_minutes: a trial that is older takes no vote.
    trials_per_hour, trials_per_hour_per_address, participants_per_hour_per_address: rate limits.
    """

    practice: int = 5
    scored: int = 20
    catch: int = 4
    exposure_seconds: float | None = None
    one_model_per_session: bool = False
    trial_minutes: float = 15.0
    trials_per_hour: int = 120
    trials_per_hour_per_address: int = 600
    participants_per_hour_per_address: int = 60

    def __post_init__(self) -> None:
        if self.practice < 0 or self.catch < 0 or self.scored < 1:
            raise ValueError("a session needs at least one scored trial and no negative lengths")
        if self.exposure_seconds is not None and not 0.0 < self.exposure_seconds <= 60.0:
            raise ValueError(f"exposure must be in 0…60 seconds, not {self.exposure_seconds}")
        if self.trial_minutes <= 0:
            raise ValueError("a trial must live for more than 0 minutes")

    @property
    def trials(self) -> int:
        """Trials in one session: practice + scored + catch."""
        return self.practice + self.scored + self.catch

    @property
    def trial_ms(self) -> int:
        """Lifetime of a trial in milliseconds."""
        return round(self.trial_minutes * 60_000)

    def fitted(self, photos: int) -> "StudySettings":
        """The same protocol shortened in proportion to a study of only `photos` unseen photos.

        A quarter of them may be catch trials.
        """
        if photos >= self.trials:
            return self
        photos = max(photos, 1)
        practice = photos * self.practice // self.trials
        catch = min(self.catch, photos // _PHOTOS_TO_A_CATCH, photos - practice - 1)
        if catch < _FEWEST_CATCHES:
            catch = 0
        return replace(self, practice=practice, catch=catch, scored=photos - practice - catch)


def study_label(
    name: str, photos: Iterable[str], models: Iterable[str], settings: StudySettings
) -> str:
    """What the trials of a study are called: its name and six digits of what it consists of.

    photos, models: ids and names. Votes on other photos or models, or after another protocol, have
    another label, so they are never counted together.
    """
    protocol = (
        settings.practice,
        settings.scored,
        settings.catch,
        settings.exposure_seconds,
        settings.one_model_per_session,
    )
    content = repr((sorted(photos), sorted(models), protocol))
    return f"{name} [{hashlib.sha256(content.encode()).hexdigest()[:6]}]"


PUBLISHED_PROTOCOL = StudySettings(
    practice=10, scored=36, catch=4, exposure_seconds=1.0, one_model_per_session=True
)
"""Zhang, Isola & Efros 2016, section 3.2: 10 practice trials, then 40 of which 10 % are catch."""

MAX_PRIVATE_PAIRS = 20
"""Photos of one's own that a private test takes at most."""
