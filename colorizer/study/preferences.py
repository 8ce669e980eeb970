"""Preference votes: two colourings of one photo by different models, no truth shown.

A comparison is drawn, stored and voted on like a trial: by the server, once a photo for each
participant, in one transaction with the participant's row locked.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select

from colorizer.errors import Message, StudyError
from colorizer.study.participant_transaction import History, lock_address, read_history
from colorizer.study.pool import StimulusPool
from colorizer.study.protocol import HOUR_MS, StudySettings
from colorizer.study.stimuli import Halves, compose
from colorizer.study.store import Store
from colorizer.study.tables import COMPARISONS, PREFERENCES
from colorizer.study.trials import SIDES, PreferenceVote, Side, StudyModel, StudyPhoto, new_id
from colorizer.study.views import Progress, TrialView, Turn, VoteReceipt
from colorizer.study.voting import Answer, Clock

ROUND = 10
"""Comparisons that are asked for in one go."""


@dataclass(frozen=True)
class Preference:
    """One answer: `winner` was preferred to `loser`, both names of models."""

    participant_id: str
    winner: str
    loser: str
    response_ms: int


@dataclass(frozen=True)
class _Compared:
    """A participant's comparisons, with the history that says which photos they know."""

    history: History
    rows: Sequence[RowMapping]

    @property
    def done(self) -> int:
        return sum(row["choice"] is not None for row in self._here)

    @property
    def _here(self) -> list[RowMapping]:
        return [row for row in self.rows if row["study"] == self.history.study]

    def waiting(self, now_ms: int) -> RowMapping | None:
        """The comparison that was shown and has no answer yet."""
        return next(
            (row for row in self._here if row["choice"] is None and now_ms < row["expires_ms"]),
            None,
        )

    def find(self, comparison_id: str) -> RowMapping | None:
        return next((row for row in self.rows if row["id"] == comparison_id), None)


class Preferences:
    """Takes preference votes and hands out comparisons, one participant at a time."""

    def __init__(
        self, store: Store, pool: StimulusPool, settings: StudySettings, clock_ms: Clock
    ) -> None:
        """Lifetimes and limits are those of trials; `clock_ms` gives Unix milliseconds."""
        self._store = store
        self._pool = pool
        self._settings = settings
        self._clock_ms = clock_ms

    def progress(self, participant_id: str, begun: int) -> Progress:
        """How far the round is that began after `begun` answers; short when photos run out."""
        return self._store.database.read(
            lambda c: self._progress(_read(c, participant_id, self._store.study), begun)
        )

    def done(self, participant_id: str) -> int:
        """How many comparisons the participant has answered in this study."""
        return self._store.database.read(lambda c: _read(c, participant_id, self._store.study).done)

    def take(self, participant_id: str, begun: int, answer: Answer | None) -> Turn:
        """Store the answer, if there is one, and hand out what comes next in the same round."""

        def work(
            connection: Connection,
        ) -> tuple[VoteReceipt | None, Message | None, RowMapping | None, Progress]:
            receipt: VoteReceipt | None = None
            notice: Message | None = None
            row: RowMapping | None = None
            try:
                if answer is not None:
                    receipt = self._cast(connection, participant_id, begun, answer)
            except StudyError as error:
                notice = error.message
            try:
                row = self._next(connection, participant_id, begun)
            except StudyError as error:
                notice = error.message
            compared = _read(connection, participant_id, self._store.study)
            return receipt, notice, row, self._progress(compared, begun)

        receipt, notice, row, progress = self._store.database.write(work)
        return Turn(receipt, notice, None if row is None else self._view(row, progress))

    def votes(self) -> list[Preference]:
        """All answers of the study that goes on."""
        return [_preference(vote) for vote in self._store.preferences(self._store.study)]

    def _progress(self, compared: _Compared, begun: int) -> Progress:
        done = max(compared.done - begun, 0)
        left = len(self._unseen(compared)) + (compared.waiting(self._clock_ms()) is not None)
        return Progress(done, min(ROUND, done + left))

    def _unseen(self, compared: _Compared) -> list[StudyPhoto]:
        """Photos not compared yet; first those whose truth is out, the others stay for the test."""
        known = {row["photo_id"] for row in compared.rows}
        left = [photo for photo in self._pool.photos if photo.id not in known]
        played = {past.trial.photo.id for past in compared.history.trials}
        return [photo for photo in left if photo.id in played] or left

    def _cast(
        self, connection: Connection, participant_id: str, begun: int, answer: Answer
    ) -> VoteReceipt:
        compared = _read(connection, participant_id, self._store.study, locking=True)
        row = compared.find(answer.trial_id)
        if row is None:
            raise StudyError("not_yours")
        now = self._clock_ms()
        if row["choice"] is None:
            if now >= row["expires_ms"]:
                raise StudyError("expired")
            elapsed = max(now - row["issued_ms"], 0)
            response = None if answer.response_ms is None else min(answer.response_ms, elapsed)
            vote = {
                "comparison_id": row["id"],
                "choice": answer.side,
                "response_ms": response,
                "elapsed_ms": elapsed,
                "cast_ms": now,
            }
            connection.execute(PREFERENCES.insert().values(vote))
        progress = self._progress(_read(connection, participant_id, self._store.study), begun)
        choice: Side = row["choice"] or answer.side
        return VoteReceipt(
            trial_id=row["id"],
            choice=choice,
            repeated=row["choice"] is not None,
            real_side=None,
            phase="scored",
            progress=progress,
            finished=progress.done >= progress.total,
        )

    def _next(self, connection: Connection, participant_id: str, begun: int) -> RowMapping | None:
        compared = _read(connection, participant_id, self._store.study, locking=True)
        now = self._clock_ms()
        waiting = compared.waiting(now)
        progress = self._progress(compared, begun)
        if progress.done >= progress.total:
            return None
        if waiting is not None:
            return waiting
        if len(self._pool.models) < 2:
            raise StudyError("one_model")
        self._limit(connection, compared, now)
        photo = secrets.choice(self._unseen(compared))
        left, right = secrets.SystemRandom().sample(self._pool.models, 2)
        row = self._row(participant_id, compared, photo, (left, right), now)
        connection.execute(COMPARISONS.insert().values(row))
        return _read(connection, participant_id, self._store.study).find(row["id"])

    def _limit(self, connection: Connection, compared: _Compared, now: int) -> None:
        recent = sum(row["issued_ms"] > now - HOUR_MS for row in compared.rows)
        if recent >= self._settings.trials_per_hour:
            raise StudyError("too_much")
        lock_address(connection, compared.history.address_hash)
        here = COMPARISONS.c.address_hash == compared.history.address_hash
        then = COMPARISONS.c.issued_ms.between(now - HOUR_MS, now)
        count = select(func.count()).select_from(COMPARISONS).where(here, then)
        most = self._settings.trials_per_hour_per_address
        if connection.execute(count).scalar_one() >= most:
            raise StudyError("too_much")

    def _row(
        self,
        participant_id: str,
        compared: _Compared,
        photo: StudyPhoto,
        models: tuple[StudyModel, StudyModel],
        now: int,
    ) -> dict[str, Any]:
        left, right = models
        return {
            "id": new_id(),
            "participant_id": participant_id,
            "photo_id": photo.id,
            "left_model": left.name,
            "left_revision": left.revision,
            "right_model": right.name,
            "right_revision": right.revision,
            "issued_ms": now,
            "expires_ms": now + self._settings.trial_ms,
            "address_hash": compared.history.address_hash,
            "study": self._store.study,
        }

    def _view(self, row: RowMapping, progress: Progress) -> TrialView:
        photo = StudyPhoto(row["photo_id"])
        models = {model.name: model for model in self._pool.models}
        shown = [models.get(row[f"{side}_model"]) for side in SIDES]
        fakes = [
            halves.fake
            for model in shown
            if model is not None and (halves := self._pool.halves(photo, model)) is not None
        ]
        if len(fakes) < len(SIDES):
            raise StudyError("no_pair")
        halves = Halves(*fakes)
        stimulus = compose(halves, real_side="left", nonce=row["id"])
        return TrialView(
            id=row["id"],
            picture=stimulus.data,
            file_name=stimulus.file_name,
            media_type=stimulus.media_type,
            width=stimulus.width,
            height=stimulus.height,
            phase="scored",
            number=progress.done + 1,
            total=progress.total,
            exposure_seconds=None,
        )


def _read(
    connection: Connection, participant_id: str, study: str, *, locking: bool = False
) -> _Compared:
    """StudyError if nobody has this id."""
    history = read_history(connection, participant_id, study, locking=locking)
    if history is None:
        raise StudyError("session_unknown")
    query = (
        select(COMPARISONS, PREFERENCES)
        .join_from(COMPARISONS, PREFERENCES, isouter=True)
        .where(COMPARISONS.c.participant_id == participant_id)
        .order_by(COMPARISONS.c.issued_ms, COMPARISONS.c.id)
    )
    return _Compared(history, connection.execute(query).mappings().all())


def _preference(vote: PreferenceVote) -> Preference:
    left, right = vote.left_model, vote.right_model
    winner, loser = (left, right) if vote.choice == "left" else (right, left)
    response = vote.elapsed_ms if vote.response_ms is None else vote.response_ms
    return Preference(vote.participant_id, winner, loser, response)
