"""Trials and votes as rows of the database, and back."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import RowMapping, Select, select

from colorizer.study.tables import TRIALS, VOTES
from colorizer.study.trials import PastTrial, StudyModel, StudyPhoto, Trial, Vote


def trials_with_votes() -> Select[Any]:
    """All trials, each with its vote or with NULL in the vote's columns; see `past_trial`."""
    return select(TRIALS, VOTES).join(VOTES, VOTES.c.trial_id == TRIALS.c.id, isouter=True)


def trial_row(trial: Trial, address_hash: str) -> dict[str, Any]:
    """The columns of a trial that is handed out at an address."""
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
        "address_hash": address_hash,
        "study": trial.study,
    }


def vote_row(vote: Vote) -> dict[str, Any]:
    """The columns of a vote."""
    return asdict(vote)


def past_trial(row: RowMapping) -> PastTrial:
    """A row of `trials_with_votes`."""
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
        study=row["study"],
    )
    return PastTrial(trial, None if row["choice"] is None else vote(row))


def vote(row: RowMapping) -> Vote:
    """The vote of a row that has one."""
    return Vote(
        row["trial_id"], row["choice"], row["response_ms"], row["elapsed_ms"], row["cast_ms"]
    )
