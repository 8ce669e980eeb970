"""The study as the app holds it: sessions, trials, votes, results.

Every method checks its arguments as if it were public and raises StudyError, whose message is meant
for the participant. No method tells which side is real before the vote on it is committed.
"""

import hmac
import re
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from colorizer.errors import Message, StudyError
from colorizer.photo import Photo
from colorizer.study.bradley_terry import ModelStrength, model_strengths
from colorizer.study.export import preferences_csv, thumbs_csv, to_csv
from colorizer.study.mirror import Mirror
from colorizer.study.participant import Identity
from colorizer.study.participant_transaction import History
from colorizer.study.pool import PoolProgress, StimulusPool
from colorizer.study.preferences import Preferences
from colorizer.study.private import PrivateTests
from colorizer.study.protocol import StudySettings
from colorizer.study.statistics import StudyResults, study_results
from colorizer.study.store import Store, StudyVotes
from colorizer.study.trial_queue import TrialQueue
from colorizer.study.trials import Ballot, StudyModel, Thumb
from colorizer.study.views import (
    AnsweredPair,
    Session,
    SessionSummary,
    Standing,
    TrialView,
    Turn,
    VoteReceipt,
    summarise,
    view_answer,
)
from colorizer.study.voting import Answer, Clock, Turns, now_ms

_RESULTS_SECONDS = 5.0
_PREFERRING = re.compile(r"prefer-(\d{1,6})-(.+)")  # answers before the round, token

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
        owner_key: str = "",
        mirror: Mirror | None = None,
        clock_ms: Clock = now_ms,
    ) -> None:
        """Put the parts together; `start` sets them going.

        secret: signs participants and salts addresses; ≥ 16 bytes, kept for as long as the votes.
        owner_key: opens results and votes; "" is nobody's.
        clock_ms: the present time in Unix milliseconds.
        """
        self.settings = settings or StudySettings()
        self._store = store
        self._pool = pool
        self._mirror = mirror
        self._clock_ms = clock_ms
        self._identity = Identity(secret)
        self._owner_key = owner_key
        self._queue = TrialQueue(pool, self.settings, clock_ms)
        self._turns = Turns(store, self._queue, self.settings, clock_ms)
        self._preferences = Preferences(store, pool, self.settings, clock_ms)
        self._private = PrivateTests(self.settings, clock_ms)
        self._results: dict[str, tuple[float, StudyResults]] = {}  # by study, with its time
        self._results_lock = threading.Lock()

    def start(self) -> None:
        """Prepare pictures and restore mirrored votes in the background."""
        self._pool.start()
        if self._mirror is not None:
            self._mirror.start()

    def close(self) -> None:
        """Finish background work, mirror the last votes, close the store."""
        self._pool.close()
        self._queue.close()
        if self._mirror is not None:
            self._mirror.close()
        self._store.close()

    def start_session(self, token: str | None, address: str | None) -> Session:
        """Go on with the participant's session, or begin a new one.

        token: from an earlier Session, kept by the browser; one that is not ours gets a new one.
        address: the participant's IP address, of which only a salted daily hash is kept.
        """
        token, participant_id = self._admitted(token, address)
        history = self._history(participant_id)
        if self._queue.finished(history):
            if not self._queue.unseen(history):
                raise StudyError("no_study_photos" if not self._pool.photos else "seen_all")
            self._store.begin_session(participant_id, after=history.session)
            history = self._history(participant_id)
        return Session(token, self._queue.progress(history))

    def start_preferences(self, token: str | None, address: str | None) -> tuple[str, Session]:
        """A round of "which do you prefer?"; returns the participant's token beside the session.

        The session's own token works with `take_turn` and `next_trial`. StudyError when there is
        nothing to compare.
        """
        token, participant_id = self._admitted(token, address)
        if len(self._pool.models) < 2:
            raise StudyError("one_model")
        begun = self._preferences.done(participant_id)
        progress = self._preferences.progress(participant_id, begun)
        if not progress.total:
            raise StudyError("all_compared" if self._pool.photos else "pictures_in_the_making")
        return token, Session(f"prefer-{begun}-{token}", progress)

    def strengths(self) -> tuple[ModelStrength, ...]:
        """The models by how they were preferred in this study, the strongest first."""
        return model_strengths(self._preferences.votes())

    def standing(self, token: str | None) -> Standing | None:
        """Where the participant stands, or None for somebody new; begins and deals nothing."""
        try:
            history = self._history(self._identity.participant(token))
        except StudyError:
            return None
        unseen = len(self._queue.unseen(history))
        return Standing(self._queue.progress(history), self._queue.finished(history), unseen)

    def start_private_session(
        self, pairs: Sequence[tuple[Photo, Photo]], model: StudyModel, address: str = ""
    ) -> Session:
        """A test of one's own (real, fake) photos; its token works with the methods below.

        Nothing of it is stored or counted. At most 20 pairs, each of two photos of one size, and
        three tests an address at a time.
        """
        return self._private.start(pairs, model, address)

    def next_trial(self, token: str) -> TrialView | None:
        """The trial that waits for a vote, else a new one; None when the session is finished."""
        if self._private.holds(token):
            return self._private.next_trial(token)
        if isinstance(token, str) and (preferring := _PREFERRING.fullmatch(token)):
            participant_id = self._identity.participant(preferring[2])
            turn = self._preferences.take(participant_id, int(preferring[1]), None)
            if turn.notice is not None:
                raise StudyError.of(turn.notice)
            return turn.trial
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
        if isinstance(token, str) and (preferring := _PREFERRING.fullmatch(token)):
            participant_id = self._identity.participant(preferring[2])
            return self._preferences.take(participant_id, int(preferring[1]), answer)
        return self._turns.take(self._identity.participant(token), answer)

    def summary(self, token: str) -> SessionSummary:
        """The personal result of the finished session, with the pairs one got wrong."""
        if self._private.holds(token):
            return self._private.summary(token)
        history = self._history(self._identity.participant(token))
        if not self._queue.finished(history):
            raise StudyError("session_unfinished")
        ballots = [Ballot(past.trial, past.vote) for past in history.current if past.vote]
        mistakes = self._answered(ballot for ballot in ballots if ballot.fooled)
        players = self.results().players
        pseudonym = self._identity.pseudonym(ballots[0].trial.participant_id) if ballots else ""
        others = [right for name, right in players.items() if name != pseudonym]
        return summarise(ballots, mistakes, others=others)

    def answers(self, token: str) -> list[AnsweredPair]:
        """All scored pairs of the finished session, in their order."""
        if self._private.holds(token):
            return self._private.answers(token)
        history = self._history(self._identity.participant(token))
        if not self._queue.finished(history):
            raise StudyError("session_unfinished")
        return self._answered(Ballot(p.trial, p.vote) for p in history.current if p.vote)

    @property
    def label(self) -> str:
        """The name of the study that goes on, as its trials carry it."""
        return self._store.study

    def studies(self) -> list[StudyVotes]:
        """Every study that has votes, the one with the latest vote first."""
        return self._store.studies()

    def results(self, study: str | None = None) -> StudyResults:
        """All tables of a study, by default the one that goes on, at most five seconds old.

        They are for the owner and for those who have played: see `is_owner` and `has_played`.
        """
        label = self.label if study is None else study
        with self._results_lock:
            now = time.monotonic()
            made = self._results.get(label)
            if made is None or now - made[0] > _RESULTS_SECONDS:
                known = {label, self.label} & {self.label, *(s.study for s in self.studies())}
                self._results = {k: v for k, v in self._results.items() if k in known}
                ballots = self._store.ballots(label)
                made = now, study_results(ballots, pseudonym=self._identity.pseudonym)
                self._results[label] = made
            return made[1]

    def is_owner(self, key: object) -> bool:
        """Whether `key` is the owner's; compared in constant time."""
        if not self._owner_key or not isinstance(key, str):
            return False
        return hmac.compare_digest(key.encode("utf-8", "surrogatepass"), self._owner_key.encode())

    def has_played(self, token: object) -> bool:
        """Whether the participant of `token` has finished a session of this study."""
        try:
            history = self._history(self._identity.participant(token))
        except StudyError:
            return False
        earlier = any(past.trial.session < history.session for past in history.of_study)
        return earlier or (bool(history.current) and self._queue.finished(history))

    def votes_csv(self) -> dict[str, str]:
        """All votes as CSV files by name; under pseudonyms, without times of day and addresses."""
        pseudonym = self._identity.pseudonym
        return {
            "votes.csv": to_csv(self._store.ballots(), pseudonym=pseudonym),
            "preferences.csv": preferences_csv(self._store.preferences(), pseudonym=pseudonym),
            "thumbs.csv": thumbs_csv(self._store.thumbs()),
        }

    def add_thumb(self, thumb: Thumb, address: str) -> bool:
        """Store what somebody thought of a result; False if they said so before (by its id).

        StudyError beyond as many an hour as an address may have pairs.
        """
        now = self._clock_ms()
        address_hash = self._identity.address_hash(address, now)
        most = self.settings.trials_per_hour_per_address
        stamped = replace(thumb, cast_ms=now)
        return self._store.add_thumb(stamped, address_hash, most_an_hour=most)

    def thumbs(self) -> dict[str, Counter[str]]:
        """How many thumbs of each kind every model got."""
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for thumb in self._store.thumbs():
            found[thumb.model][thumb.thumb] += 1
        return found

    def status(self) -> StudyStatus:
        """How far the pictures are and when votes were last saved off the machine."""
        saved = NO_MIRROR if self._mirror is None else self._mirror.status.message
        return StudyStatus(self._pool.progress, saved)

    def _admitted(self, token: str | None, address: str | None) -> tuple[str, str]:
        """The participant's token and id; somebody new gets them, as far as the limits allow."""
        now = self._clock_ms()
        address_hash = self._identity.address_hash(address, now)
        try:
            participant_id = self._identity.participant(token)
        except StudyError:
            token = self._identity.new_token()
            participant_id = self._identity.participant(token)
        most = self.settings.participants_per_hour_per_address
        self._store.add_participant(participant_id, address_hash, now, most_an_hour=most)
        return str(token), participant_id

    def _history(self, participant_id: str) -> History:
        history = self._store.history(participant_id)
        if history is None:
            raise StudyError("session_unknown")
        return history

    def _answered(self, ballots: Iterable[Ballot]) -> list[AnsweredPair]:
        pairs = []
        for ballot in ballots:
            stimulus = self._queue.stimulus(ballot.trial) if ballot.trial.kind == "scored" else None
            if stimulus is not None:
                pairs.append(view_answer(ballot, stimulus))
        return pairs
