"""The private test: one's own photos, drawn and scored in memory, never stored, never counted."""

import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from colorizer.errors import Message, StudyError
from colorizer.photo import Photo
from colorizer.study.protocol import MAX_PRIVATE_PAIRS, StudySettings
from colorizer.study.stimuli import Stimulus, compose, match_halves
from colorizer.study.trials import (
    SIDES,
    Ballot,
    StudyModel,
    StudyPhoto,
    Trial,
    Vote,
    new_id,
)
from colorizer.study.views import (
    AnsweredPair,
    Progress,
    Session,
    SessionSummary,
    TrialView,
    Turn,
    VoteReceipt,
    summarise,
    view_answer,
    view_receipt,
    view_trial,
)
from colorizer.study.voting import Answer, Clock

_MAX_TESTS = 32  # of at most 20 pictures of about 0.3 MB each
_MAX_PER_ADDRESS = 3
_IDLE_MS = 300_000  # a test that nobody has touched for so long makes room for another person's
_LIFETIME_MS = 3_600_000


@dataclass
class _Test:
    """A private test under way: trials in their order, with their pictures and votes."""

    token: str
    address: str
    trials: tuple[Trial, ...]
    stimuli: dict[str, Stimulus]
    expires_ms: int
    touched_ms: int
    votes: dict[str, Vote] = field(default_factory=dict)

    @property
    def progress(self) -> Progress:
        return Progress(len(self.votes), len(self.trials))

    @property
    def finished(self) -> bool:
        return len(self.votes) == len(self.trials)


class PrivateTests:
    """All private tests under way.

    An address has at most three, and a new one takes the place of its oldest; so nobody can push
    out other people's tests. When all places are taken, tests that lie idle make room.
    """

    def __init__(self, settings: StudySettings, clock_ms: Clock) -> None:
        """Exposure and trial lifetime come from `settings`; `clock_ms` gives Unix milliseconds."""
        self._settings = settings
        self._clock_ms = clock_ms
        self._tests: dict[str, _Test] = {}  # oldest first
        self._lock = threading.Lock()

    def start(
        self, pairs: Sequence[tuple[Photo, Photo]], model: StudyModel, address: str
    ) -> Session:
        """Make a test of (real, fake) pairs, each of one size; StudyError if it cannot be one."""
        if not 1 <= len(pairs) <= MAX_PRIVATE_PAIRS:
            raise StudyError("private_number", most=MAX_PRIVATE_PAIRS)
        token, now = f"private-{new_id()}", self._clock_ms()
        trials, stimuli = [], {}
        for number, (real, fake) in enumerate(pairs):
            try:
                halves = match_halves(real, fake)
            except ValueError as error:
                raise StudyError("sizes_differ") from error
            trial = self._new_trial(token, StudyPhoto(str(number)), model, now)
            trials.append(trial)
            stimuli[trial.id] = compose(halves, real_side=trial.real_side, nonce=trial.id)
        secrets.SystemRandom().shuffle(trials)
        test = _Test(token, address, tuple(trials), stimuli, now + _LIFETIME_MS, now)
        with self._lock:
            self._make_room(address, now)
            self._tests[token] = test
        return Session(token, test.progress, private=True)

    def holds(self, token: object) -> bool:
        """Whether `token` names a private test (of now or earlier) and not a participant."""
        return isinstance(token, str) and token.startswith("private-")

    def next_trial(self, token: str) -> TrialView | None:
        """The first trial without a vote, or None at the end."""
        with self._lock:
            test = self._test(token)
            waiting = (trial for trial in test.trials if trial.id not in test.votes)
            trial = next(waiting, None)
            if trial is None:
                return None
            number = test.progress.done + 1
        return view_trial(trial, test.stimuli[trial.id], number=number, total=len(test.trials))

    def cast_vote(self, token: str, answer: Answer) -> VoteReceipt:
        """Score a vote; the first on a trial stands."""
        with self._lock:
            test = self._test(token)
            trial = next((each for each in test.trials if each.id == answer.trial_id), None)
            if trial is None:
                raise StudyError("private_not_yours")
            now, response = self._clock_ms(), answer.response_ms
            repeated = trial.id in test.votes
            if not repeated:
                test.votes[trial.id] = Vote(trial.id, answer.side, response, response or 0, now)
            return view_receipt(
                trial,
                test.votes[trial.id],
                repeated=repeated,
                progress=test.progress,
                finished=test.finished,
            )

    def take_turn(self, token: str, answer: Answer) -> Turn:
        """Score a vote and go on; a vote that is not allowed still leads to the next pair."""
        receipt: VoteReceipt | None = None
        notice: Message | None = None
        try:
            receipt = self.cast_vote(token, answer)
        except StudyError as error:
            notice = error.message
        return Turn(receipt, notice, self.next_trial(token))

    def summary(self, token: str) -> SessionSummary:
        """The result of a finished test."""
        ballots, answers = self._answers(token)
        return summarise(ballots, [each for each in answers if each.fooled], private=True)

    def answers(self, token: str) -> list[AnsweredPair]:
        """All pairs of a finished test."""
        return self._answers(token)[1]

    def _answers(self, token: str) -> tuple[list[Ballot], list[AnsweredPair]]:
        with self._lock:
            test = self._test(token)
            if not test.finished:
                raise StudyError("private_unfinished")
            ballots = [Ballot(trial, test.votes[trial.id]) for trial in test.trials]
        return ballots, [view_answer(each, test.stimuli[each.trial.id]) for each in ballots]

    def _test(self, token: str) -> _Test:
        test = self._tests.get(token)
        if test is None or self._clock_ms() >= test.expires_ms:
            raise StudyError("private_over")
        test.touched_ms = self._clock_ms()
        return test

    def _make_room(self, address: str, now_ms: int) -> None:
        """Drop what expired and the address's oldest; StudyError if all places are in use."""
        for token in [t for t, test in self._tests.items() if now_ms >= test.expires_ms]:
            del self._tests[token]
        own = [token for token, test in self._tests.items() if test.address == address]
        for token in own[: max(len(own) - _MAX_PER_ADDRESS + 1, 0)]:
            del self._tests[token]
        if len(self._tests) >= _MAX_TESTS:
            idle = min(self._tests.values(), key=lambda test: test.touched_ms)
            if now_ms - idle.touched_ms < _IDLE_MS:
                raise StudyError("private_busy")
            del self._tests[idle.token]

    def _new_trial(self, token: str, photo: StudyPhoto, model: StudyModel, now_ms: int) -> Trial:
        return Trial(
            id=new_id(),
            participant_id=token,
            session=1,
            kind="scored",
            photo=photo,
            model=model,
            real_side=secrets.choice(SIDES),
            exposure_seconds=self._settings.exposure_seconds,
            issued_ms=now_ms,
            expires_ms=now_ms + _LIFETIME_MS,
        )
