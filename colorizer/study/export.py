"""Votes on paper: one JSON line for the mirror, one anonymous CSV row for the owner."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from colorizer.study.exclusions import count_ballots
from colorizer.study.trials import (
    KINDS,
    SIDES,
    Ballot,
    PreferenceVote,
    Record,
    StudyModel,
    StudyPhoto,
    Thumb,
    Trial,
    Vote,
)

CSV_COLUMNS = (
    "study",
    "participant",
    "session",
    "kind",
    "photo",
    "subject",
    "model",
    "head",
    "revision",
    "exposure_seconds",
    "real_side",
    "choice",
    "fooled",
    "response_ms",
    "elapsed_ms",
    "date",
    "counted",
)


_OTHERS: dict[str, type[PreferenceVote] | type[Thumb]] = {
    "preference": PreferenceVote,
    "thumb": Thumb,
}


def to_line(record: Record) -> str:
    """One JSON object without line breaks; `from_line` reads it back."""
    values = asdict(record)
    for name, kind in _OTHERS.items():
        values = {name: values} if isinstance(record, kind) else values
    return json.dumps(values, separators=(",", ":"), sort_keys=True)


def from_line(line: str) -> Record:
    """The record in a JSON line; ValueError if it isn't one."""
    try:
        values = json.loads(line)
        for name, kind in _OTHERS.items():
            if name in values:
                return _checked(kind(**values[name]))
        trial, vote = values["trial"], Vote(**values["vote"])
        photo, model = StudyPhoto(**trial.pop("photo")), StudyModel(**trial.pop("model"))
        ballot = Ballot(Trial(photo=photo, model=model, **trial), vote)
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"not a ballot: {error}") from error
    if ballot.trial.kind not in KINDS or ballot.trial.id != vote.trial_id:
        raise ValueError("not a ballot: unknown kind or foreign vote")
    if not {ballot.trial.real_side, vote.choice} <= set(SIDES):
        raise ValueError("not a ballot: unknown side")
    return ballot


def _checked(record: PreferenceVote | Thumb) -> PreferenceVote | Thumb:
    given = record.choice if isinstance(record, PreferenceVote) else record.thumb
    if given not in (SIDES if isinstance(record, PreferenceVote) else ("up", "down")):
        raise ValueError("not a ballot: unknown answer")
    return record


def to_csv(ballots: Iterable[Ballot], *, pseudonym: Callable[[str], str]) -> str:
    """All votes, with what excludes them, without anything that leads to a person.

    pseudonym: participant id → a name that cannot be traced back. Times are cut to the day.
    """
    ballots = list(ballots)
    count = count_ballots(ballots)
    verdict: dict[str, str] = {
        ballot.trial.id: reason for reason, out in count.excluded.items() for ballot in out
    }
    verdict |= {ballot.trial.id: "yes" for ballot in count.counted}
    rows = []
    for ballot in ballots:
        trial, vote = ballot.trial, ballot.vote
        rows.append(
            (
                trial.study,
                pseudonym(trial.participant_id),
                trial.session,
                trial.kind,
                trial.photo.id,
                trial.photo.subject,
                trial.model.name,
                trial.model.head,
                trial.model.revision,
                "" if trial.exposure_seconds is None else trial.exposure_seconds,
                trial.real_side,
                vote.choice,
                int(ballot.fooled),
                "" if vote.response_ms is None else vote.response_ms,
                vote.elapsed_ms,
                _day(vote.cast_ms),
                verdict.get(trial.id, f"no: {trial.kind}"),
            )
        )
    return _table(CSV_COLUMNS, rows)


def preferences_csv(votes: Iterable[PreferenceVote], *, pseudonym: Callable[[str], str]) -> str:
    """All preference votes, as `to_csv`."""
    columns = (
        "study", "participant", "photo", "left_model", "left_revision", "right_model",
        "right_revision", "choice", "response_ms", "elapsed_ms", "date",
    )  # fmt: skip
    rows = []
    for vote in votes:
        values = asdict(vote) | {
            "participant": pseudonym(vote.participant_id),
            "photo": vote.photo_id,
            "response_ms": "" if vote.response_ms is None else vote.response_ms,
            "date": _day(vote.cast_ms),
        }
        rows.append([values[column] for column in columns])
    return _table(columns, rows)


def thumbs_csv(thumbs: Iterable[Thumb]) -> str:
    """All thumbs, as `to_csv`; nobody knows which of them are one person's."""
    columns = ("model", "revision", "vividness", "warmth", "thumb", "date")
    rows = [(t.model, t.revision, t.vividness, t.warmth, t.thumb, _day(t.cast_ms)) for t in thumbs]
    return _table(columns, rows)


def _table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_as_text(cell) if isinstance(cell, str) else cell for cell in row])
    return file.getvalue()


def _day(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, tz=UTC).date().isoformat()


def _as_text(cell: str) -> str:
    """A cell on one line that no spreadsheet takes for a formula."""
    cell = cell.replace("\r", " ")
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t")) else cell
