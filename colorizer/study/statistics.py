"""Fooling rates and what is needed to trust them: pure functions over ballots.

The fooling rate is the share of scored trials in which the fake was taken for real; 50 % is chance,
where fakes cannot be told from photographs. Votes of one participant are not independent (in Zhang
et al. 2016 that about triples the variance), so intervals come from resampling participants.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

import numpy as np
import numpy.typing as npt

from colorizer.study.exclusions import Count, Exclusion, count_ballots, response_ms
from colorizer.study.trials import Ballot

CHANCE = 0.5
CONFIDENCE = 0.95
RESAMPLES = 2000
SEED = 2016
MIN_PARTICIPANTS = 10
"""Below this many participants an interval is Wilson's, and the rate is called provisional."""

_CHUNK = 2_000_000  # resampled participants held in memory at once

Counts = npt.NDArray[np.int64]
Method = Literal["participant bootstrap", "Wilson"]
Grouping = Literal["model", "head", "revision", "subject"]

_GROUPINGS: dict[Grouping, Callable[[Ballot], str]] = {
    "model": lambda ballot: ballot.trial.model.name,
    "head": lambda ballot: ballot.trial.model.head,
    "revision": lambda ballot: f"{ballot.trial.model.name} {ballot.trial.model.revision}".strip(),
    "subject": lambda ballot: ballot.trial.photo.subject or "unknown",
}


@dataclass(frozen=True)
class Interval:
    """A 95 % interval of a share, both ends in 0…1."""

    low: float
    high: float


@dataclass(frozen=True)
class FoolingRate:
    """The fooling rate of one group of trials with the same exposure; shares are in 0…1."""

    name: str
    exposure_seconds: float | None
    participants: int
    trials: int
    fooled: int
    rate: float
    low: float
    high: float
    method: Method
    provisional: bool
    left_choice_rate: float
    median_response_ms: float


@dataclass(frozen=True)
class PhotoRate:
    """How often the fakes of one photo were taken for real; the interval is Wilson's."""

    photo_id: str
    subject: str
    exposure_seconds: float | None
    trials: int
    fooled: int
    rate: float
    low: float
    high: float


@dataclass(frozen=True)
class PublishedRate:
    """A fooling rate from the literature. Studies differ too much to be compared with ours.

    exposure_seconds: None where it is not known or without limit.
    """

    source: str
    rate: float
    exposure_seconds: float | None = None


PUBLISHED_RATES = (
    PublishedRate("Zhang, Isola & Efros 2016", 0.323, exposure_seconds=1.0),
    PublishedRate("Palette (Saharia et al. 2022)", 0.478),
)


@dataclass(frozen=True)
class StudyResults:
    """All tables of a study. Trials of different exposure are in different rows everywhere.

    players: by pseudonym, the share of pairs that a participant told apart, of those that count.
    """

    by_model: tuple[FoolingRate, ...]
    by_head: tuple[FoolingRate, ...]
    by_revision: tuple[FoolingRate, ...]
    by_subject: tuple[FoolingRate, ...]
    by_photo: tuple[PhotoRate, ...]
    participants: int
    counted: int
    excluded: dict[Exclusion, int]
    catch_pass_rate: float | None
    players: dict[str, float]
    published: tuple[PublishedRate, ...] = PUBLISHED_RATES


def study_results(
    ballots: Iterable[Ballot], *, pseudonym: Callable[[str], str] = str
) -> StudyResults:
    """Count the ballots and make every table of them.

    pseudonym: participant id → a name that cannot be traced back.
    """
    count: Count = count_ballots(ballots)
    return StudyResults(
        by_model=fooling_rates(count.counted, by="model"),
        by_head=fooling_rates(count.counted, by="head"),
        by_revision=fooling_rates(count.counted, by="revision"),
        by_subject=fooling_rates(count.counted, by="subject"),
        by_photo=photo_rates(count.counted),
        participants=len({ballot.trial.participant_id for ballot in count.counted}),
        counted=len(count.counted),
        excluded={reason: len(out) for reason, out in count.excluded.items()},
        catch_pass_rate=count.catch_pass_rate,
        players=_players(count.counted, pseudonym),
    )


def _players(counted: Iterable[Ballot], pseudonym: Callable[[str], str]) -> dict[str, float]:
    right: dict[str, list[bool]] = defaultdict(list)
    for ballot in counted:
        right[ballot.trial.participant_id].append(not ballot.fooled)
    return {pseudonym(participant): sum(r) / len(r) for participant, r in right.items()}


def fooling_rates(counted: Iterable[Ballot], *, by: Grouping) -> tuple[FoolingRate, ...]:
    """One rate per group and exposure, sorted by name. `counted` are ballots that count."""
    key = _GROUPINGS[by]
    groups: dict[tuple[str, float | None], list[Ballot]] = defaultdict(list)
    for ballot in counted:
        groups[key(ballot), ballot.trial.exposure_seconds].append(ballot)
    rates = [_fooling_rate(name, exposure, group) for (name, exposure), group in groups.items()]
    return tuple(sorted(rates, key=lambda rate: (rate.name, rate.exposure_seconds or 0.0)))


def photo_rates(counted: Iterable[Ballot]) -> tuple[PhotoRate, ...]:
    """One row per photo and exposure, the most deceptive first."""
    groups: dict[tuple[str, float | None], list[Ballot]] = defaultdict(list)
    for ballot in counted:
        groups[ballot.trial.photo.id, ballot.trial.exposure_seconds].append(ballot)
    rows = []
    for (photo_id, exposure), group in groups.items():
        fooled = sum(ballot.fooled for ballot in group)
        interval = wilson(fooled, len(group))
        subject = group[0].trial.photo.subject
        rate = fooled / len(group)
        row = PhotoRate(
            photo_id, subject, exposure, len(group), fooled, rate, interval.low, interval.high
        )
        rows.append(row)
    return tuple(sorted(rows, key=lambda row: (-row.rate, -row.trials, row.photo_id)))


def wilson(fooled: int, trials: int) -> Interval:
    """Wilson's score interval of fooled / trials (Wilson 1927), without continuity correction."""
    from scipy.special import ndtri  # scipy: not before the first page

    if not 0 <= fooled <= trials or trials == 0:
        raise ValueError(f"{fooled} of {trials} is not a share")
    z = float(ndtri(0.5 + CONFIDENCE / 2))
    rate = fooled / trials
    scale = 1.0 + z * z / trials
    centre = (rate + z * z / (2 * trials)) / scale
    half = z / scale * float(np.sqrt(rate * (1 - rate) / trials + z * z / (4 * trials * trials)))
    low = 0.0 if fooled == 0 else centre - half
    high = 1.0 if fooled == trials else centre + half
    return Interval(low, high)


def participant_bootstrap(
    fooled: Counts, trials: Counts, *, resamples: int = RESAMPLES, seed: int = SEED
) -> Interval:
    """Percentile interval of sum(fooled) / sum(trials) when participants are drawn anew.

    fooled, trials: int64 (P,), per participant. P ≥ 2.
    The percentiles are moved outwards as Hesterberg 2015 advises ("expanded percentile"), because
    plain ones are too narrow for few participants.
    """
    from scipy.special import ndtr, stdtrit  # as above

    participants = len(trials)
    if participants < 2:
        raise ValueError("a bootstrap over participants needs at least two of them")
    rng = np.random.default_rng(seed)
    rates = np.empty(resamples)
    step = max(_CHUNK // participants, 1)
    for start in range(0, resamples, step):
        size = min(step, resamples - start)
        drawn = rng.integers(0, participants, (size, participants))
        rates[start : start + size] = fooled[drawn].sum(axis=1) / trials[drawn].sum(axis=1)
    t = -float(stdtrit(participants - 1, 0.5 - CONFIDENCE / 2))
    tail = float(ndtr(-t * np.sqrt(participants / (participants - 1))))
    low, high = np.quantile(rates, [tail, 1.0 - tail])
    return Interval(float(low), float(high))


def _fooling_rate(name: str, exposure: float | None, group: Sequence[Ballot]) -> FoolingRate:
    fooled, trials = _per_participant(group)
    enough = len(trials) >= MIN_PARTICIPANTS
    # Resampling cannot tell how sure "always" and "never" are: every resample says the same.
    mixed = 0 < fooled.sum() < trials.sum()
    bootstrap = enough and mixed
    if bootstrap:
        interval = participant_bootstrap(fooled, trials)
    else:
        interval = wilson(int(fooled.sum()), int(trials.sum()))
    return FoolingRate(
        name=name,
        exposure_seconds=exposure,
        participants=len(trials),
        trials=len(group),
        fooled=int(fooled.sum()),
        rate=float(fooled.sum() / trials.sum()),
        low=interval.low,
        high=interval.high,
        method="participant bootstrap" if bootstrap else "Wilson",
        provisional=not enough,
        left_choice_rate=sum(ballot.vote.choice == "left" for ballot in group) / len(group),
        median_response_ms=float(median(response_ms(ballot) for ballot in group)),
    )


def _per_participant(group: Sequence[Ballot]) -> tuple[Counts, Counts]:
    """Fooled and all trials per participant, int64 (P,), in a fixed order of participants."""
    fooled: dict[str, int] = defaultdict(int)
    trials: dict[str, int] = defaultdict(int)
    for ballot in group:
        fooled[ballot.trial.participant_id] += ballot.fooled
        trials[ballot.trial.participant_id] += 1
    order = sorted(trials)
    return (
        np.array([fooled[participant] for participant in order], dtype=np.int64),
        np.array([trials[participant] for participant in order], dtype=np.int64),
    )
