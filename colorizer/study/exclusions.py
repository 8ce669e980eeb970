"""Which votes count: exclusions are a rule applied when counting, never an edit of the votes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal, get_args

from colorizer.study.protocol import FORGIVEN_CATCHES
from colorizer.study.trials import Ballot

Exclusion = Literal["failed catch trials", "impossible speed", "voted during exposure"]
EXCLUSIONS: tuple[Exclusion, ...] = get_args(Exclusion)

MIN_CATCH_SHARE = 0.75
MIN_MEDIAN_RESPONSE_MS = 300

_Session = tuple[str, str, int]


@dataclass(frozen=True)
class Count:
    """Ballots of scored trials sorted into those that count and those excluded, and the catches."""

    counted: tuple[Ballot, ...]
    excluded: Mapping[Exclusion, tuple[Ballot, ...]]
    catch: tuple[Ballot, ...]

    @property
    def catch_pass_rate(self) -> float | None:
        """Share of catch trials (of excluded sessions too) in which the real photo was found."""
        if not self.catch:
            return None
        return sum(not ballot.fooled for ballot in self.catch) / len(self.catch)


def response_ms(ballot: Ballot) -> int:
    """The browser's response time, or the server's upper bound of it where there is none."""
    vote = ballot.vote
    return vote.elapsed_ms if vote.response_ms is None else vote.response_ms


def count_ballots(ballots: Iterable[Ballot]) -> Count:
    """Sort ballots by the rule of this module; practice ballots are neither counted nor excluded.

    A session is out as a whole when it failed more than one of its catch trials so far and more
    than a quarter of them, or when its median response time is under 300 ms. A single vote is out
    when it came before the pair's limited exposure had ended. Unfinished sessions count: their
    trials were drawn like all others.
    """
    sessions: dict[_Session, list[Ballot]] = defaultdict(list)
    for ballot in ballots:
        if ballot.trial.kind != "practice":
            sessions[_session(ballot)].append(ballot)
    counted: list[Ballot] = []
    catch: list[Ballot] = []
    excluded: dict[Exclusion, list[Ballot]] = {reason: [] for reason in EXCLUSIONS}
    for session in sessions.values():
        reason = session_exclusion(session)
        for ballot in session:
            if ballot.trial.kind == "catch":
                catch.append(ballot)
                continue
            why = reason or _vote_exclusion(ballot)
            (counted if why is None else excluded[why]).append(ballot)
    frozen = {reason: tuple(out) for reason, out in excluded.items()}
    return Count(tuple(counted), frozen, tuple(catch))


def _session(ballot: Ballot) -> _Session:
    trial = ballot.trial
    return trial.study, trial.participant_id, trial.session


def session_exclusion(session: Sequence[Ballot]) -> Exclusion | None:
    """Why the ballots of a session, practice left out, do not count; None if they do."""
    catch = [ballot for ballot in session if ballot.trial.kind == "catch"]
    failed = sum(ballot.fooled for ballot in catch)
    if failed > FORGIVEN_CATCHES and failed > (1 - MIN_CATCH_SHARE) * len(catch):
        return "failed catch trials"
    if median(response_ms(ballot) for ballot in session) < MIN_MEDIAN_RESPONSE_MS:
        return "impossible speed"
    return None


def _vote_exclusion(ballot: Ballot) -> Exclusion | None:
    exposure = ballot.trial.exposure_seconds
    if exposure is not None and ballot.vote.elapsed_ms < exposure * 1000:
        return "voted during exposure"
    return None
