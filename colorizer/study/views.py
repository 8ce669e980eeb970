"""What a participant gets to see: sessions, trials without answers, receipts and summaries."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Literal

from colorizer.errors import Message
from colorizer.study.exclusions import Exclusion, response_ms, session_exclusion
from colorizer.study.statistics import CHANCE
from colorizer.study.stimuli import Stimulus
from colorizer.study.trials import Ballot, Side, Trial, Vote

Phase = Literal["practice", "scored"]


@dataclass(frozen=True)
class Progress:
    """Trials voted on and trials of the session in all."""

    done: int
    total: int


@dataclass(frozen=True)
class Session:
    """A session of a participant; `token` is what every further call needs.

    private: made of one's own photos, kept in memory only and never counted.
    """

    token: str
    progress: Progress
    private: bool = False


@dataclass(frozen=True)
class Standing:
    """Where a participant stands. unseen: photos that can still be shown to them."""

    progress: Progress
    finished: bool
    unseen: int


@dataclass(frozen=True)
class TrialView:
    """A trial as the page shows it: nothing in here depends on which side is real.

    Catch trials look like scored ones. `number` counts from 1.
    """

    id: str
    picture: bytes
    file_name: str
    media_type: str
    width: int
    height: int
    phase: Phase
    number: int
    total: int
    exposure_seconds: float | None


@dataclass(frozen=True)
class VoteReceipt:
    """Proof that a vote is stored. `real_side` is only given away in practice.

    choice: what is stored, which is the first choice if the trial was voted on before (`repeated`).
    """

    trial_id: str
    choice: Side
    repeated: bool
    real_side: Side | None
    phase: Phase
    progress: Progress
    finished: bool


@dataclass(frozen=True)
class Turn:
    """What a vote leads to: its receipt unless it was refused, and the next trial if there is one.

    notice: why there is no receipt or no trial; None when all went well or the session is over.
    """

    receipt: VoteReceipt | None
    notice: Message | None
    trial: TrialView | None


@dataclass(frozen=True)
class AnsweredPair:
    """A scored pair, shown after the session. fooled: the fake was taken for real."""

    picture: bytes
    file_name: str
    width: int
    height: int
    real_side: Side
    model: str
    fooled: bool


@dataclass(frozen=True)
class Others:
    """How those did whose votes count. right: mean share of pairs told apart, 0…1; below: how many
    of the participants told fewer apart than this one.
    """

    participants: int
    right: float
    below: int


@dataclass(frozen=True)
class SessionSummary:
    """The personal result of a finished session; practice and catch trials are not in it.

    exclusion: why the session does not count in the study, if it does not. others: None where
    nobody else has played, or nothing is counted.
    """

    scored: int
    correct: int
    median_response_ms: float | None
    fooled_by_model: dict[str, int]
    mistakes: tuple[AnsweredPair, ...]
    private: bool = False
    exclusion: Exclusion | None = None
    others: Others | None = None
    chance: float = CHANCE


def view_trial(trial: Trial, stimulus: Stimulus, *, number: int, total: int) -> TrialView:
    """The trial without its answer."""
    return TrialView(
        id=trial.id,
        picture=stimulus.data,
        file_name=stimulus.file_name,
        media_type=stimulus.media_type,
        width=stimulus.width,
        height=stimulus.height,
        phase=phase(trial),
        number=number,
        total=total,
        exposure_seconds=trial.exposure_seconds,
    )


def view_receipt(
    trial: Trial, vote: Vote, *, repeated: bool, progress: Progress, finished: bool
) -> VoteReceipt:
    """The proof of a stored vote; tells the answer in practice only."""
    return VoteReceipt(
        trial_id=trial.id,
        choice=vote.choice,
        repeated=repeated,
        real_side=trial.real_side if trial.kind == "practice" else None,
        phase=phase(trial),
        progress=progress,
        finished=finished,
    )


def view_answer(ballot: Ballot, stimulus: Stimulus) -> AnsweredPair:
    """A pair of a finished session, with its answer."""
    trial = ballot.trial
    return AnsweredPair(
        picture=stimulus.data,
        file_name=stimulus.file_name,
        width=stimulus.width,
        height=stimulus.height,
        real_side=trial.real_side,
        model=trial.model.name,
        fooled=ballot.fooled,
    )


def phase(trial: Trial) -> Phase:
    """Whether the participant is told the answer; catch trials pass for scored ones."""
    return "practice" if trial.kind == "practice" else "scored"


def summarise(
    ballots: Sequence[Ballot],
    mistakes: Sequence[AnsweredPair],
    *,
    private: bool = False,
    others: Sequence[float] = (),
) -> SessionSummary:
    """The personal result of a session's ballots.

    others: the share of pairs that each of the other participants told apart.
    """
    tested = [ballot for ballot in ballots if ballot.trial.kind != "practice"]
    scored = [ballot for ballot in ballots if ballot.trial.kind == "scored"]
    fooled = [ballot for ballot in scored if ballot.fooled]
    return SessionSummary(
        scored=len(scored),
        correct=len(scored) - len(fooled),
        median_response_ms=median(map(response_ms, scored)) if scored else None,
        fooled_by_model=dict(Counter(ballot.trial.model.name for ballot in fooled)),
        mistakes=tuple(mistakes),
        private=private,
        exclusion=session_exclusion(tested) if tested and not private else None,
        others=_among(others, 1 - len(fooled) / len(scored)) if others and scored else None,
    )


def _among(others: Sequence[float], right: float) -> Others:
    return Others(len(others), fmean(others), sum(each < right for each in others))
