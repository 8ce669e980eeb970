"""Participants, trials and votes in the database: the only queries of the project.

A method that writes returns after its commit, so what it returns may be shown to the participant.
Votes are inserted once; nothing here updates or deletes them.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, Table, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from colorizer.study.database import Database
from colorizer.study.schema import PARTICIPANTS, TRIALS, VOTES
from colorizer.study.trials import Ballot, PastTrial, StudyModel, StudyPhoto, Trial, Vote

_BATCH = 500


@dataclass(frozen=True)
class History:
    """All trials of one participant, oldest first, and the number of the session they are in."""

    session: int
    address_hash: str
    trials: tuple[PastTrial, ...]

    @property
    def current(self) -> tuple[PastTrial, ...]:
        """The trials of the present session."""
        return tuple(past for past in self.trials if past.trial.session == self.session)

    def find(self, trial_id: str) -> PastTrial | None:
        """The participant's trial of this id; None if it is nobody's or somebody else's."""
        return next((past for past in self.trials if past.trial.id == trial_id), None)

    def with_vote(self, vote: Vote) -> "History":
        """The history after `vote` was stored."""
        trials = (
            PastTrial(past.trial, vote) if past.trial.id == vote.trial_id else past
            for past in self.trials
        )
        return replace(self, trials=tuple(trials))

    def open_trial(self, now_ms: int) -> Trial | None:
        """The trial of the present session that waits for its vote."""
        waiting = (past.trial for past in self.current if past.vote is None)
        return next((trial for trial in waiting if not trial.expired(now_ms)), None)


@dataclass(frozen=True)
class Recent:
    """How much was handed out lately to one participant and to everybody at the same address."""

    by_participant: int
    by_address: int


class Store:
    """The study's memory. Every method raises TrialError when the database fails."""

    def __init__(self, url: str, *, busy_timeout_ms: int = 10_000) -> None:
        """Open (and migrate) the database at `url`; see `Database`."""
        self.database = Database(url, busy_timeout_ms=busy_timeout_ms)

    def close(self) -> None:
        """Close all connections."""
        self.database.close()

    def add_participant(self, participant_id: str, address_hash: str, now_ms: int) -> None:
        """Remember a participant; one who is known gets today's address hash."""

        def work(connection: Connection) -> None:
            known = update(PARTICIPANTS).where(PARTICIPANTS.c.id == participant_id)
            if connection.execute(known.values(address_hash=address_hash)).rowcount == 0:
                participant = {
                    "id": participant_id,
                    "session": 1,
                    "address_hash": address_hash,
                    "created_ms": now_ms,
                }
                _insert_missing(connection, PARTICIPANTS, [participant])

        self.database.write(work)

    def begin_session(self, participant_id: str, *, after: int) -> None:
        """Move a participant from session `after` to the next; asked twice, it moves once."""
        this = (PARTICIPANTS.c.id == participant_id) & (PARTICIPANTS.c.session == after)
        statement = update(PARTICIPANTS).where(this).values(session=after + 1)
        self.database.write(lambda connection: connection.execute(statement).close())

    def history(self, participant_id: str) -> History | None:
        """Everything that a participant was shown, or None if nobody has this id."""

        def work(connection: Connection) -> History | None:
            found = select(PARTICIPANTS).where(PARTICIPANTS.c.id == participant_id)
            participant = connection.execute(found).mappings().first()
            if participant is None:
                return None
            query = _trials_with_votes().where(TRIALS.c.participant_id == participant_id)
            rows = connection.execute(query.order_by(TRIALS.c.issued_ms, TRIALS.c.id)).mappings()
            trials = tuple(_past_trial(row) for row in rows)
            return History(participant["session"], participant["address_hash"], trials)

        return self.database.read(work)

    def recent_trials(self, participant_id: str, address_hash: str, since_ms: int) -> Recent:
        """Trials handed out since `since_ms`."""
        count = select(func.count()).select_from(TRIALS).where(TRIALS.c.issued_ms >= since_ms)
        own = count.where(TRIALS.c.participant_id == participant_id)
        address = count.where(TRIALS.c.address_hash == address_hash)
        return self.database.read(
            lambda connection: Recent(
                connection.execute(own).scalar_one(), connection.execute(address).scalar_one()
            )
        )

    def recent_participants(self, address_hash: str, since_ms: int) -> int:
        """Participants who came from an address since `since_ms`."""
        new = (PARTICIPANTS.c.address_hash == address_hash) & (
            PARTICIPANTS.c.created_ms >= since_ms
        )
        count = select(func.count()).select_from(PARTICIPANTS).where(new)
        return self.database.read(lambda connection: connection.execute(count).scalar_one())

    def issue(self, trial: Trial, *, replacing: str | None = None) -> Trial | None:
        """Hand out `trial`, unless the participant's session has one waiting: then that one.

        replacing: id of a waiting trial that cannot be shown any more and doesn't stand in the way.
        Returns None if the participant has meanwhile seen the photo: draw another.
        """

        def work(connection: Connection) -> Trial:
            owner = select(PARTICIPANTS.c.address_hash).where(
                PARTICIPANTS.c.id == trial.participant_id
            )
            # The row lock makes parallel requests of one participant wait for each other.
            address_hash = connection.execute(owner.with_for_update()).scalar_one()
            waiting = connection.execute(_waiting(trial, replacing)).mappings().first()
            if waiting is not None:
                return _past_trial(waiting).trial
            row = _trial_row(trial) | {"address_hash": address_hash}
            connection.execute(TRIALS.insert().values(row))
            return trial

        try:
            return self.database.write(work)
        except IntegrityError:
            return None

    def cast(self, vote: Vote) -> Vote:
        """Store a vote, or find the one already cast on its trial; returns what is stored."""
        found = select(VOTES).where(VOTES.c.trial_id == vote.trial_id)

        def work(connection: Connection) -> Vote:
            stored = connection.execute(found).mappings().first()
            if stored is not None:
                return _vote(stored)
            connection.execute(VOTES.insert().values(asdict(vote)))
            return vote

        try:
            return self.database.write(work)
        except IntegrityError:  # another process was faster; its vote is there by now
            return _vote(self.database.read(lambda c: c.execute(found).mappings().one()))

    def ballots(self, *, since_ms: int = 0) -> list[Ballot]:
        """All votes cast since `since_ms` with their trials, oldest first."""
        query = _trials_with_votes().where(VOTES.c.cast_ms >= since_ms)
        ordered = query.order_by(VOTES.c.cast_ms, VOTES.c.trial_id)
        rows = self.database.read(lambda connection: connection.execute(ordered).mappings().all())
        return [Ballot(_past_trial(row).trial, _vote(row)) for row in rows]

    def add_ballots(self, ballots: Sequence[Ballot]) -> int:
        """Add votes that came from a mirror; those already here stay as they are.

        Returns how many were new. A trial whose photo its participant has meanwhile seen in
        another trial is left out.
        """
        added = 0
        for start in range(0, len(ballots), _BATCH):
            add_batch = partial(_add_batch, ballots=ballots[start : start + _BATCH])
            added += self.database.write(add_batch)
        return added


def _trials_with_votes() -> Select[Any]:
    return select(TRIALS, VOTES).join(VOTES, VOTES.c.trial_id == TRIALS.c.id, isouter=True)


def _waiting(trial: Trial, replacing: str | None) -> Select[Any]:
    """Trials of the same session that wait for a vote at the moment `trial` is handed out."""
    return _trials_with_votes().where(
        TRIALS.c.participant_id == trial.participant_id,
        TRIALS.c.session == trial.session,
        TRIALS.c.expires_ms > trial.issued_ms,
        TRIALS.c.id != (replacing or ""),
        VOTES.c.trial_id.is_(None),
    )


def _insert_missing(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> int:
    """Insert those rows that break no constraint; returns how many."""
    if not rows:
        return 0
    postgres = connection.dialect.name == "postgresql"
    insert = postgresql.insert(table) if postgres else sqlite.insert(table)
    missing = insert.on_conflict_do_nothing().execution_options(preserve_rowcount=True)
    return sum(connection.execute(missing, row).rowcount for row in rows)


def _add_batch(connection: Connection, ballots: Sequence[Ballot]) -> int:
    participants: list[dict[str, Any]] = [
        {"id": b.trial.participant_id, "session": 1, "address_hash": "", "created_ms": 0}
        for b in ballots
    ]
    _insert_missing(connection, PARTICIPANTS, participants)
    trials = [_trial_row(b.trial) | {"address_hash": ""} for b in ballots]
    _insert_missing(connection, TRIALS, trials)
    ids = select(TRIALS.c.id).where(TRIALS.c.id.in_([b.trial.id for b in ballots]))
    present = set(connection.execute(ids).scalars())
    votes = [asdict(b.vote) for b in ballots if b.trial.id in present]
    added = _insert_missing(connection, VOTES, votes)
    _catch_up_sessions(connection, [row["id"] for row in participants])
    return added


def _catch_up_sessions(connection: Connection, participant_ids: Sequence[str]) -> None:
    """A participant's present session is at least the latest one that trials were restored of."""
    latest = (
        select(func.max(TRIALS.c.session))
        .where(TRIALS.c.participant_id == PARTICIPANTS.c.id)
        .scalar_subquery()
    )
    behind = PARTICIPANTS.c.id.in_(participant_ids) & (PARTICIPANTS.c.session < latest)
    connection.execute(update(PARTICIPANTS).where(behind).values(session=latest))


def _trial_row(trial: Trial) -> dict[str, Any]:
    return {
        "id": trial.id,
        "participant_id": trial.participant_id,
        "session": trial.session,
        "kind": trial.kind,
        "photo_id": trial.photo.id,
        "subject": trial.photo.subject,
        "model": trial.model.name,
        "head": trial.model.head,
        "revision": trial.model.revision,
        "real_side": trial.real_side,
        "exposure_seconds": trial.exposure_seconds,
        "issued_ms": trial.issued_ms,
        "expires_ms": trial.expires_ms,
    }


def _past_trial(row: RowMapping) -> PastTrial:
    trial = Trial(
        id=row["id"],
        participant_id=row["participant_id"],
        session=row["session"],
        kind=row["kind"],
        photo=StudyPhoto(row["photo_id"], row["subject"]),
        model=StudyModel(row["model"], row["head"], row["revision"]),
        real_side=row["real_side"],
        exposure_seconds=row["exposure_seconds"],
        issued_ms=row["issued_ms"],
        expires_ms=row["expires_ms"],
    )
    return PastTrial(trial, None if row["choice"] is None else _vote(row))


def _vote(row: RowMapping) -> Vote:
    return Vote(
        row["trial_id"], row["choice"], row["response_ms"], row["elapsed_ms"], row["cast_ms"]
    )
