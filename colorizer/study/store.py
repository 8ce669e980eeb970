"""Participants, trials and votes in the database: the only queries of the project, with
`participant_transaction`.

A method that writes returns after its commit, so what it returns may be shown to the participant.
Votes are inserted once; nothing here updates or deletes them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from colorizer.errors import StudyError
from colorizer.study.database import Database
from colorizer.study.participant_transaction import (
    History,
    ParticipantTransaction,
    lock_address,
    read_history,
)
from colorizer.study.protocol import HOUR_MS
from colorizer.study.rows import past_trial, trial_row, trials_with_votes, vote, vote_row
from colorizer.study.tables import PARTICIPANTS, TRIALS, VOTES
from colorizer.study.trials import Ballot

Result = TypeVar("Result")

_BATCH = 500
_CLASHES = 3


@dataclass(frozen=True)
class StudyVotes:
    """How many votes a study has, and when the first and the last were cast (Unix ms)."""

    study: str
    votes: int
    first_ms: int
    last_ms: int


class Store:
    """The study's memory. Every method raises StudyError when the database fails."""

    def __init__(self, url: str, *, study: str = "", busy_timeout_ms: int = 10_000) -> None:
        """Open (and migrate) the database at `url`; see `Database`.

        study: label of the study that goes on; the votes of others are kept beside its own.
        """
        self.study = study
        self.database = Database(url, busy_timeout_ms=busy_timeout_ms)

    def close(self) -> None:
        """Close all connections."""
        self.database.close()

    def add_participant(
        self,
        participant_id: str,
        address_hash: str,
        now_ms: int,
        *,
        most_an_hour: int | None = None,
    ) -> None:
        """Remember a participant; one who is known gets today's address hash.

        StudyError when `most_an_hour` came from this address already: counted and added in one
        transaction, so that requests in parallel cannot pass the limit together.
        """

        def work(connection: Connection) -> None:
            known = update(PARTICIPANTS).where(PARTICIPANTS.c.id == participant_id)
            if connection.execute(known.values(address_hash=address_hash)).rowcount:
                return
            lock_address(connection, address_hash)
            # Those from before a clock was set back do not count.
            then = PARTICIPANTS.c.created_ms.between(now_ms - HOUR_MS, now_ms)
            new = (PARTICIPANTS.c.address_hash == address_hash) & then
            count = select(func.count()).select_from(PARTICIPANTS).where(new)
            if most_an_hour is not None and connection.execute(count).scalar_one() >= most_an_hour:
                raise StudyError("too_much")
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
        return self.database.read(lambda c: read_history(c, participant_id, self.study))

    def transaction(
        self, participant_id: str, work: Callable[[ParticipantTransaction], Result]
    ) -> Result:
        """Run `work` in a transaction for one participant and return its result after the commit.

        `work` must be repeatable: it runs again in a new transaction when the database was in the
        way.
        What `work` raises undoes what it wrote. StudyError if nobody has this id.
        """
        for _ in range(_CLASHES):
            try:
                return self.database.write(
                    lambda c: work(ParticipantTransaction(c, participant_id, self.study))
                )
            except IntegrityError:  # a mirror is being restored beside: its rows are there by now
                continue
        raise StudyError("vote_not_saved")

    def studies(self) -> list[StudyVotes]:
        """Every study that has votes, the one with the latest vote first."""
        latest = func.max(VOTES.c.cast_ms)
        query = (
            select(
                TRIALS.c.study.label("study"),
                func.count().label("votes"),
                func.min(VOTES.c.cast_ms).label("first_ms"),
                latest.label("last_ms"),
            )
            .join_from(VOTES, TRIALS)
            .group_by(TRIALS.c.study)
            .order_by(latest.desc())
        )
        rows = self.database.read(lambda connection: connection.execute(query).mappings().all())
        return [StudyVotes(**row) for row in rows]

    def ballots(self, study: str | None = None) -> list[Ballot]:
        """The votes of a study, or of all, with their trials, oldest first."""
        query = trials_with_votes().where(VOTES.c.trial_id.is_not(None))
        if study is not None:
            query = query.where(TRIALS.c.study == study)
        ordered = query.order_by(VOTES.c.cast_ms, VOTES.c.trial_id)
        rows = self.database.read(lambda connection: connection.execute(ordered).mappings().all())
        return [Ballot(past_trial(row).trial, vote(row)) for row in rows]

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
    trials = [trial_row(b.trial, "") for b in ballots]
    _insert_missing(connection, TRIALS, trials)
    ids = select(TRIALS.c.id).where(TRIALS.c.id.in_([b.trial.id for b in ballots]))
    present = set(connection.execute(ids).scalars())
    votes = [vote_row(b.vote) for b in ballots if b.trial.id in present]
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
