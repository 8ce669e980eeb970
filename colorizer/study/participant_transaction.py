"""A participant's rows in a transaction of their own: where votes are cast and trials handed out.

Everything between reading what a participant has seen and writing what happens now is one
transaction, with the participant's row locked, so that clicks and tabs in parallel follow each
other. Votes are inserted once; nothing updates or deletes them.
"""

from dataclasses import dataclass, replace

from sqlalchemy import Connection, func, select

from colorizer.errors import StudyError
from colorizer.study.rows import past_trial, trial_row, trials_with_votes, vote_row
from colorizer.study.tables import COMPARISONS, PARTICIPANTS, TRIALS, VOTES
from colorizer.study.trials import PastTrial, Trial, Vote


@dataclass(frozen=True)
class History:
    """All trials of one participant, oldest first, and the number of the session they are in.

    study: the one that goes on; trials of others only tell which photos were seen.
    compared: ids of photos whose colourings were compared, which gives their fakes away.
    """

    session: int
    address_hash: str
    trials: tuple[PastTrial, ...]
    study: str = ""
    compared: frozenset[str] = frozenset()

    @property
    def current(self) -> tuple[PastTrial, ...]:
        """The trials of the present session."""
        return tuple(past for past in self.of_study if past.trial.session == self.session)

    @property
    def of_study(self) -> tuple[PastTrial, ...]:
        """The trials of all sessions of the study."""
        return tuple(past for past in self.trials if past.trial.study == self.study)

    def find(self, trial_id: str) -> PastTrial | None:
        """The participant's trial of this id; None if it is nobody's or somebody else's."""
        return next((past for past in self.trials if past.trial.id == trial_id), None)

    def issued_between(self, since_ms: int, until_ms: int) -> int:
        """How many trials the participant got then; not those from before a clock was set back."""
        return sum(since_ms <= past.trial.issued_ms <= until_ms for past in self.trials)

    def with_trial(self, trial: Trial) -> "History":
        """The history after `trial` was handed out."""
        return replace(self, trials=(*self.trials, PastTrial(trial, None)))

    def with_vote(self, vote: Vote) -> "History":
        """The history after `vote` was stored."""
        trials = (
            PastTrial(past.trial, vote) if past.trial.id == vote.trial_id else past
            for past in self.trials
        )
        return replace(self, trials=tuple(trials))

    def open_trial(self, now_ms: int, *, but: str | None = None) -> Trial | None:
        """The trial of the present session, other than `but`, that waits for its vote."""
        waiting = (past.trial for past in self.current if past.vote is None)
        return next((t for t in waiting if t.id != but and not t.expired(now_ms)), None)


def read_history(
    connection: Connection, participant_id: str, study: str, *, locking: bool = False
) -> History | None:
    """Everything that a participant was shown, or None if nobody has this id.

    study: the one whose sessions go on.
    """
    found = select(PARTICIPANTS).where(PARTICIPANTS.c.id == participant_id)
    if locking:  # a no-op in SQLite, where a transaction that writes has the whole database
        found = found.with_for_update()
    participant = connection.execute(found).mappings().first()
    if participant is None:
        return None
    query = trials_with_votes().where(TRIALS.c.participant_id == participant_id)
    rows = connection.execute(query.order_by(TRIALS.c.issued_ms, TRIALS.c.id)).mappings()
    trials = tuple(past_trial(row) for row in rows)
    own = COMPARISONS.c.participant_id == participant_id
    compared = connection.execute(select(COMPARISONS.c.photo_id).where(own)).scalars()
    return History(
        participant["session"], participant["address_hash"], trials, study, frozenset(compared)
    )


def lock_address(connection: Connection, address_hash: str) -> None:
    """Let one transaction at a time count and add rows of an address.

    Only PostgreSQL needs it: SQLite lets one transaction write at a time. Taken after a
    participant's row is locked and never before, so that no two transactions wait for each other.
    """
    if connection.dialect.name == "postgresql":
        key = func.hashtextextended(address_hash, 0)
        connection.execute(select(func.pg_advisory_xact_lock(key)))


class ParticipantTransaction:
    """One participant's history, kept up to date with what is written; made by `Store.transaction`.

    What is done in it counts when the transaction has been committed, and only then may be told.
    """

    def __init__(self, connection: Connection, participant_id: str, study: str = "") -> None:
        """StudyError if nobody has this id."""
        history = read_history(connection, participant_id, study, locking=True)
        if history is None:
            raise StudyError("session_unknown")
        self.history = history
        self._connection = connection

    def cast(self, vote: Vote) -> Vote:
        """Store a vote on a trial of the history, or find the one already cast on it."""
        past = self.history.find(vote.trial_id)
        if past is not None and past.vote is not None:
            return past.vote
        self._connection.execute(VOTES.insert().values(vote_row(vote)))
        self.history = self.history.with_vote(vote)
        return vote

    def issue(self, trial: Trial) -> None:
        """Hand out a trial."""
        row = trial_row(trial, self.history.address_hash)
        self._connection.execute(TRIALS.insert().values(row))
        self.history = self.history.with_trial(trial)

    def issued_at_address(self, since_ms: int, until_ms: int) -> int:
        """How many trials everybody at the participant's address got then.

        Until the transaction ends, nobody else at the address gets one.
        """
        lock_address(self._connection, self.history.address_hash)
        here = TRIALS.c.address_hash == self.history.address_hash
        then = TRIALS.c.issued_ms.between(since_ms, until_ms)
        count = select(func.count()).select_from(TRIALS).where(here, then)
        return self._connection.execute(count).scalar_one()
