"""The study as the app holds it: sessions, trials, votes, results.

Every method checks its arguments as if it were public and raises StudyError, whose message is meant
for the participant. No method tells which side is real before the vote on it is committed.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from colorizer.errors import Message, StudyError
from colorizer.photo import Photo
from colorizer.study.export import to_csv
from colorizer.study.mirror import Mirror
from colorizer.study.participant import Identity
from colorizer.study.participant_transaction import History
from colorizer.study.pool import PoolProgress, StimulusPool
from colorizer.study.private import PrivateTests
from colorizer.study.protocol import StudySettings
from colorizer.study.statistics import StudyResults, study_results
from colorizer.study.store import Store
from colorizer.study.trial_queue import TrialQueue
from colorizer.study.trials import Ballot, StudyModel
from colorizer.study.views import (
    Mistake,
    Session,
    SessionSummary,
    Standing,
    TrialView,
    Turn,
    VoteReceipt,
    summarise,
    view_mistake,
)
from colorizer.study.voting import HOUR_MS, Answer, Clock, Turns, now_ms

_RESULTS_SECONDS = 5.0

NO_MIRROR = Message("no_copy")


@dataclass(frozen=True)
class StudyStatus:
    """How far the pictures are, and where the votes are kept, in a sentence for the page."""

    pictures: PoolProgress
    votes_saved: Message


class Study:
    """A colorization Turing test: which of two pictures has the real colours?"""

    def __init__(
        self,
        store: Store,
        pool: StimulusPool,
        *,
        secret: bytes,
        settings: StudySettings | None = None,
        mirror: Mirror | None = None,
        clock_ms: Clock = now_ms,
    ) -> None:
        """Put the parts together; `start` sets them going.

        secret: signs participants and salts addresses; ≥ 16 bytes, kept for as long as the votes.
        clock_ms: the present time in Unix milliseconds.
        """
        self.settings = settings or StudySettings()
        self._store = store
        self._pool = pool
        self._mirror = mirror
        self._clock_ms = clock_ms
        self._identity = Identity(secret)
        self._dealer = TrialQueue(pool, self.settings, clock_ms)
        self._turns = Turns(store, self._dealer, self.settings, clock_ms)
        self._private = PrivateTests(self.settings, clock_ms)
        self._results: tuple[float, StudyResults] | None = None
        self._results_lock = threading.Lock()

    def start(self) -> None:
        """Prepare pictures and restore mirrored votes in the background."""
        self._pool.start()
        if self._mirror is not None:
            self._mirror.start()

    def close(self) -> None:
        """Finish background work, mirror the last votes, close the store."""
        self._pool.close()
        self._dealer.close()
        if self._mirror is not None:
            self._mirror.close()
        self._store.close()

    def start_session(self, token: str | None, address: str | None) -> Session:
        """Go on with the participant's session, or begin a new one.

        token: from an earlier Session, kept by the browser; one that is not ours gets a new one.
        address: the participant's IP address, of which only a salted daily hash is kept.
        """
        now = self._clock_ms()
        address_hash = self._identity.address_hash(address, now)
        try:
            participant_id = self._identity.participant(token)
        except StudyError:
            token = self._identity.new_token()
            participant_id = self._identity.participant(token)
        if self._store.history(participant_id) is None:
            self._limit_participants(address_hash, now)
        self._store.add_participant(participant_id, address_hash, now)
        history = self._history(participant_id)
        if self._dealer.finished(history):
            if not self._dealer.unseen(history):
                raise StudyError("no_study_photos" if not self._pool.photos else "seen_all")
            self._store.begin_session(participant_id, after=history.session)
            history = self._history(participant_id)
        return Session(str(token), self._dealer.progress(history))

    def standing(self, token: str | None) -> Standing | None:
        """Where the participant stands, or None for somebody new; begins and deals nothing."""
        try:
            history = self._history(self._identity.participant(token))
        except StudyError:
            return None
        unseen = len(self._dealer.unseen(history))
        return Standing(self._dealer.progress(history), self._dealer.finished(history), unseen)

    def start_private_session(
        self, pairs: Sequence[tuple[Photo, Photo]], model: StudyModel
    ) -> Session:
        """A test of one's own (real, fake) photos; its token works with the methods below.

        Nothing of it is stored or counted. At most 20 pairs, each of two photos of one size.
        """
        return self._private.start(pairs, model)

    def next_trial(self, token: str) -> TrialView | None:
        """The trial that waits for a vote, else a new one; None when the session is finished."""
        if self._private.holds(token):
            return self._private.next_trial(token)
        return self._turns.next(self._identity.participant(token))

    def cast_vote(
        self, trial_id: str, token: str, choice: str, response_ms: float | None = None
    ) -> VoteReceipt:
        """Store which side ("left" or "right") was taken for real; returns after the commit.

        A trial takes one vote: cast again, the receipt shows the first one.
        response_ms: from the pictures' appearance to the answer, as measured by the browser.
        """
        answer = Answer.of(trial_id, choice, response_ms)
        if self._private.holds(token):
            return self._private.cast_vote(token, answer)
        return self._turns.vote(self._identity.participant(token), answer)

    def take_turn(
        self, trial_id: str, token: str, choice: str, response_ms: float | None = None
    ) -> Turn:
        """`cast_vote` and `next_trial` in one transaction.

        A vote that is not allowed is a notice; StudyError if the database fails or the arguments
        cannot be meant, and then nothing is stored.
        """
        answer = Answer.of(trial_id, choice, response_ms)
        if self._private.holds(token):
            return self._private.take_turn(token, answer)
        return self._turns.take(self._identity.participant(token), answer)

    def summary(self, token: str) -> SessionSummary:
        """The personal result of the finished session, with the pairs one got wrong."""
        if self._private.holds(token):
            return self._private.summary(token)
        history = self._history(self._identity.participant(token))
        if not self._dealer.finished(history):
            raise StudyError("session_unfinished")
        ballots = [Ballot(past.trial, past.vote) for past in history.current if past.vote]
        return summarise(ballots, self._mistakes(ballots))

    def results(self) -> StudyResults:
        """All tables of the study, at most five seconds old."""
        with self._results_lock:
            now = time.monotonic()
            if self._results is None or now - self._results[0] > _RESULTS_SECONDS:
                self._results = now, study_results(self._store.ballots())
            return self._results[1]

    def votes_csv(self) -> str:
        """All votes as CSV under pseudonyms, without times of day, addresses and tokens."""
        return to_csv(self._store.ballots(), pseudonym=self._identity.pseudonym)

    def status(self) -> StudyStatus:
        """How far the pictures are and when votes were last saved off the machine."""
        saved = NO_MIRROR if self._mirror is None else self._mirror.status.message
        return StudyStatus(self._pool.progress, saved)

    def _history(self, participant_id: str) -> History:
        history = self._store.history(participant_id)
        if history is None:
            raise StudyError("session_unknown")
        return history

    def _limit_participants(self, address_hash: str, now_ms: int) -> None:
        recent = self._store.recent_participants(address_hash, now_ms - HOUR_MS, now_ms)
        if recent >= self.settings.participants_per_hour_per_address:
            raise StudyError("too_much")

    def _mistakes(self, ballots: Sequence[Ballot]) -> list[Mistake]:
        mistakes = []
        for ballot in ballots:
            if ballot.trial.kind != "scored" or not ballot.fooled:
                continue
            stimulus = self._dealer.stimulus(ballot.trial)
            if stimulus is not None:
                mistakes.append(view_mistake(ballot.trial, stimulus))
        return mistakes
