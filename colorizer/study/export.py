"""Ballots on paper: one JSON line for the mirror, one anonymous CSV row for everybody."""

import csv
import io
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import UTC, datetime

from colorizer.study.exclusions import count_ballots
from colorizer.study.trials import KINDS, SIDES, Ballot, StudyModel, StudyPhoto, Trial, Vote

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


def to_line(ballot: Ballot) -> str:
    """One JSON object without line breaks; `from_line` reads it back."""
    return json.dumps(asdict(ballot), separators=(",", ":"), sort_keys=True)


def from_line(line: str) -> Ballot:
    """The ballot in a JSON line; ValueError if it isn't one."""
    try:
        values = json.loads(line)
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
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for ballot in ballots:
        trial, vote = ballot.trial, ballot.vote
        writer.writerow(
            (
                trial.study,
                pseudonym(trial.participant_id),
                trial.session,
                trial.kind,
                _as_text(trial.photo.id),
                _as_text(trial.photo.subject),
                _as_text(trial.model.name),
                _as_text(trial.model.head),
                _as_text(trial.model.revision),
                "" if trial.exposure_seconds is None else trial.exposure_seconds,
                trial.real_side,
                vote.choice,
                int(ballot.fooled),
                "" if vote.response_ms is None else vote.response_ms,
                vote.elapsed_ms,
                datetime.fromtimestamp(vote.cast_ms / 1000, tz=UTC).date().isoformat(),
                verdict.get(trial.id, f"no: {trial.kind}"),
            )
        )
    return file.getvalue()


def _as_text(cell: str) -> str:
    """A cell on one line that no spreadsheet takes for a formula."""
    cell = cell.replace("\r", " ")
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t")) else cell
