"""A participant's turn: the vote on one pair and the draw of the next, in one transaction.

What the participant gets to see is put together after the commit, so a truth that is revealed is
that of a vote that is stored, and nobody waits for the database while a picture is made.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from colorizer.errors import Message, StudyError
from colorizer.study.participant_transaction import History, ParticipantTransaction
from colorizer.study.protocol import HOUR_MS, StudySettings
from colorizer.study.store import Store
from colorizer.study.trial_queue import Dealt, TrialQueue
from colorizer.study.trials import SIDES, Side, Vote
from colorizer.study.views import TrialView, Turn, VoteReceipt, view_receipt, view_trial

_DRAWS = 5

Clock = Callable[[], int]


def now_ms() -> int:
    """The present time in Unix milliseconds."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True)
class Answer:
    """Which side a participant took for real, well-formed but not yet known to be allowed."""

    trial_id: str
    side: Side
    response_ms: int | None

    @classmethod
    def of(cls, trial_id: object, choice: object, response_ms: object) -> "Answer":
        """Check what anybody may have sent; StudyError if it cannot be meant."""
        side = _checked_side(choice)
        response = _checked_response(response_ms)
        if not isinstance(trial_id, str):
            raise StudyError("not_yours")
        return cls(trial_id, side, response)


class Turns:
    """Takes votes and hands out trials, one participant at a time."""

    def __init__(
        self, store: Store, trial_queue: TrialQueue, settings: StudySettings, clock_ms: Clock
    ) -> None:
        """`clock_ms` gives Unix milliseconds."""
        self._store = store
        self._queue = trial_queue
        self._settings = settings
        self._clock_ms = clock_ms

    def vote(self, participant_id: str, answer: Answer) -> VoteReceipt:
        """Store a vote; StudyError, and nothing stored, if it is not allowed."""
        return self._store.transaction(
            participant_id, lambda transaction: self._cast(transaction, answer)
        )

    def next(self, participant_id: str) -> TrialView | None:
        """The trial that waits for a vote, else a new one; None when the session is finished."""
        return self._show(participant_id, *self._deal_alone(participant_id))

    def take(self, participant_id: str, answer: Answer) -> Turn:
        """Vote and go on; a vote that is not allowed still leads to the pair that waits."""

        def work(
            transaction: ParticipantTransaction,
        ) -> tuple[VoteReceipt | None, Message | None, Dealt | None, History]:
            receipt, dealt = None, None
            notice: Message | None = None
            try:
                receipt = self._cast(transaction, answer)
            except StudyError as error:
                notice = error.message
            try:
                dealt = self._deal(participant_id, transaction)
            except StudyError as error:
                notice = error.message
            return receipt, notice, dealt, transaction.history

        receipt, notice, dealt, history = self._store.transaction(participant_id, work)
        try:
            return Turn(receipt, notice, self._show(participant_id, dealt, history))
        except StudyError as error:
            return Turn(receipt, error.message, None)

    def _cast(self, transaction: ParticipantTransaction, answer: Answer) -> VoteReceipt:
        past = transaction.history.find(answer.trial_id)
        if past is None:
            raise StudyError("not_yours")
        now = self._clock_ms()
        if past.vote is None and past.trial.expired(now):
            raise StudyError("expired")
        elapsed = max(now - past.trial.issued_ms, 0)
        response = None if answer.response_ms is None else min(answer.response_ms, elapsed)
        stored = transaction.cast(Vote(answer.trial_id, answer.side, response, elapsed, now))
        return view_receipt(
            past.trial,
            stored,
            repeated=past.vote is not None,
            progress=self._queue.progress(transaction.history),
            finished=self._queue.finished(transaction.history),
        )

    def _deal(
        self,
        participant_id: str,
        transaction: ParticipantTransaction,
        *,
        replacing: str | None = None,
    ) -> Dealt | None:
        """The trial that waits, unless it is `replacing` and cannot be shown; else a new one."""
        waiting = transaction.history.open_trial(self._clock_ms(), but=replacing)
        if waiting is not None:
            return Dealt(waiting)
        now = self._clock_ms()
        hour = now - HOUR_MS, now
        if transaction.history.issued_between(*hour) >= self._settings.trials_per_hour:
            raise StudyError("too_much")
        if transaction.issued_at_address(*hour) >= self._settings.trials_per_hour_per_address:
            raise StudyError("too_much")
        dealt = self._queue.deal(participant_id, transaction.history)
        if dealt is not None:
            transaction.issue(dealt.trial)
        return dealt

    def _deal_alone(
        self, participant_id: str, *, replacing: str | None = None
    ) -> tuple[Dealt | None, History]:
        def work(transaction: ParticipantTransaction) -> tuple[Dealt | None, History]:
            return self._deal(participant_id, transaction, replacing=replacing), transaction.history

        return self._store.transaction(participant_id, work)

    def _show(self, participant_id: str, dealt: Dealt | None, history: History) -> TrialView | None:
        """The trial with its picture, or another one if its picture is gone."""
        for _ in range(_DRAWS):
            if dealt is None:
                return None
            stimulus = dealt.stimulus or self._queue.stimulus(dealt.trial)
            if stimulus is not None:
                self._queue.deal_ahead(participant_id, history, dealt.trial)
                at = self._queue.progress(history)
                return view_trial(dealt.trial, stimulus, number=at.done + 1, total=at.total)
            dealt, history = self._deal_alone(participant_id, replacing=dealt.trial.id)
        raise StudyError("no_pair")


def _checked_side(choice: object) -> Side:
    for side in SIDES:
        if choice == side:
            return side
    raise StudyError("no_side")


def _checked_response(response_ms: object) -> int | None:
    if response_ms is None:
        return None
    if isinstance(response_ms, int | float) and not isinstance(response_ms, bool):
        milliseconds = float(response_ms)
        if math.isfinite(milliseconds) and milliseconds >= 0:
            return round(milliseconds)
    raise StudyError("no_time")
