"""Participants, trials and votes in the database: the only queries of the project, with
`participant_transaction` and `preferences`.

A method that writes returns after its commit, so what it returns may be shown to the participant.
Votes are inserted once; nothing here updates or deletes them.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, fields
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
from colorizer.study.tables import COMPARISONS, PARTICIPANTS, PREFERENCES, THUMBS, TRIALS, VOTES
from colorizer.study.trials import Ballot, PreferenceVote, Record, Thumb

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

    def preferences(self, study: str | None = None) -> list[PreferenceVote]:
        """The preference votes of a study, or of all, oldest first."""
        columns = {column.name: column for column in (*PREFERENCES.c, *COMPARISONS.c)}
        wanted = (columns[field.name] for field in fields(PreferenceVote))
        query = select(*wanted).join_from(PREFERENCES, COMPARISONS)
        if study is not None:
            query = query.where(COMPARISONS.c.study == study)
        ordered = query.order_by(PREFERENCES.c.cast_ms, COMPARISONS.c.id)
        rows = self.database.read(lambda connection: connection.execute(ordered).mappings().all())
        return [PreferenceVote(**row) for row in rows]

    def thumbs(self) -> list[Thumb]:
        """All thumbs, oldest first."""
        query = select(*(THUMBS.c[field.name] for field in fields(Thumb)))
        ordered = query.order_by(THUMBS.c.cast_ms, THUMBS.c.id)
        rows = self.database.read(lambda connection: connection.execute(ordered).mappings().all())
        return [Thumb(**row) for row in rows]

    def add_thumb(self, thumb: Thumb, address_hash: str, *, most_an_hour: int) -> bool:
        """Store a thumb; False if there is one of its id. StudyError beyond the limit."""

        def work(connection: Connection) -> bool:
            lock_address(connection, address_hash)
            then = THUMBS.c.cast_ms.between(thumb.cast_ms - HOUR_MS, thumb.cast_ms)
            recent = (THUMBS.c.address_hash == address_hash) & then
            count = select(func.count()).select_from(THUMBS).where(recent)
            if connection.execute(count).scalar_one() >= most_an_hour:
                raise StudyError("too_much")
            row = asdict(thumb) | {"address_hash": address_hash}
            return _insert_missing(connection, THUMBS, [row]) == 1

        return self.database.write(work)

    def records(self) -> list[Record]:
        """Everything that was voted, of all studies."""
        return [*self.ballots(), *self.preferences(), *self.thumbs()]

    def add_records(self, records: Sequence[Record]) -> int:
        """Add what came from a mirror; what is already here stays as it is.

        Returns how many were new. A trial or comparison whose photo its participant has meanwhile
        seen in another one is left out.
        """
        ballots = [record for record in records if isinstance(record, Ballot)]
        preferences = [record for record in records if isinstance(record, PreferenceVote)]
        thumbs = [asdict(r) | {"address_hash": ""} for r in records if isinstance(r, Thumb)]
        added = self.add_ballots(ballots)
        for start in range(0, len(preferences), _BATCH):
            batch = preferences[start : start + _BATCH]
            added += self.database.write(partial(_add_preferences, votes=batch))
        return added + self.database.write(lambda c: _insert_missing(c, THUMBS, thumbs))

    def add_ballots(self, ballots: Sequence[Ballot]) -> int:
        """As `add_records`, ballots alone."""
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


def _add_participants(connection: Connection, ids: Iterable[str]) -> None:
    new = {"session": 1, "address_hash": "", "created_ms": 0}
    rows: list[dict[str, Any]] = [{"id": each, **new} for each in dict.fromkeys(ids)]
    _insert_missing(connection, PARTICIPANTS, rows)


def _add_preferences(connection: Connection, votes: Sequence[PreferenceVote]) -> int:
    _add_participants(connection, (vote.participant_id for vote in votes))
    rows = [asdict(vote) | {"address_hash": "", "comparison_id": vote.id} for vote in votes]
    _insert_missing(connection, COMPARISONS, [_of(COMPARISONS, row) for row in rows])
    ids = select(COMPARISONS.c.id).where(COMPARISONS.c.id.in_([vote.id for vote in votes]))
    present = set(connection.execute(ids).scalars())
    answers = [_of(PREFERENCES, row) for row in rows if row["id"] in present]
    return _insert_missing(connection, PREFERENCES, answers)


def _of(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    """The part of a row that is in the table."""
    return {name: value for name, value in row.items() if name in table.c}


def _add_batch(connection: Connection, ballots: Sequence[Ballot]) -> int:
    _add_participants(connection, (ballot.trial.participant_id for ballot in ballots))
    trials = [trial_row(b.trial, "") for b in ballots]
    _insert_missing(connection, TRIALS, trials)
    ids = select(TRIALS.c.id).where(TRIALS.c.id.in_([b.trial.id for b in ballots]))
    present = set(connection.execute(ids).scalars())
    votes = [vote_row(b.vote) for b in ballots if b.trial.id in present]
    added = _insert_missing(connection, VOTES, votes)
    _catch_up_sessions(connection, [ballot.trial.participant_id for ballot in ballots])
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
