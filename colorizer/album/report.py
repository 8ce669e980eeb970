"""What is told of an album: a line for each photo, a summary, a table for `--report`."""

import csv
import io
import logging
import os
import sys
import warnings
from collections import Counter
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from tqdm import tqdm

from colorizer.album.plan import Plan, UsageError
from colorizer.batch import Outcome, State

_HEADER = ("source", "result", "state", "reason", "notes", "model", "seconds")

_OPTIONS = {
    "too_large": "--max-megabytes",
    "too_many_pixels": "--max-megapixels",
    "too_many_for_its_kind": "--max-megapixels",
}
"""Which option raises the limit that a photo was refused for, by the message's code."""


def printable(text: str | os.PathLike[str]) -> str:
    """A name as it can be printed anywhere: what is no character or moves the cursor, escaped."""
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape", "surrogatepass").decode()
        for each in os.fspath(text)
    )


def reason(outcome: Outcome) -> str:
    """Why a photo was not coloured, with the option that would change it; "" for one that was."""
    if outcome.reason is None:
        return ""
    option = _OPTIONS.get(outcome.reason.code)
    hint = f" ({option} raises this limit.)" if option else ""
    return printable(f"{outcome.reason}{hint}")


def summary(states: Counter[State], plan: Plan, *, dry: bool = False) -> str:
    """What became of an album, in a line or a few."""
    said = [f"{'To colour' if dry else 'Coloured'}: {states[State.DONE]} of {plan.total} photos."]
    if states[State.SKIPPED]:
        other = sum("other_settings" in {note.code for note in each.notes} for each in plan.settled)
        said.append(
            f"Already coloured earlier: {states[State.SKIPPED]}"
            f"{f', {other} of them with other settings' if other else ''}"
            " (--overwrite does them again)."
        )
    if states[State.FAILED]:
        said.append(f"Could not be coloured: {states[State.FAILED]}.")
    if plan.left_out:
        kinds = [f"{count} {kind}" for kind, count in sorted(plan.left_out.items())]
        said.append(f"Left out: {printable(', '.join(kinds))}.")
    if plan.unreadable:
        said.append(f"Folders that could not be read: {len(plan.unreadable)}.")
    return "\n".join(said)


class Report:
    """A CSV file with a row for each photo, written as they end.

    A report of an earlier run is replaced; any other file is not.
    """

    def __init__(self, file: Path, model: str) -> None:
        """model: the name for the column of that name. Raises UsageError."""
        self._model = model
        try:
            if os.path.lexists(file) and not _is_report(file):
                raise UsageError(f"{printable(file)} is there and no report: it is left as it is.")
            self._stream = file.open("w", encoding="utf-8", errors="backslashreplace", newline="")
        except OSError as error:
            said = f"The report {printable(file)} cannot be written: {error.strerror}."
            raise UsageError(said) from error
        self._rows = csv.writer(self._stream)
        self._problem: str | None = None
        self._write(_HEADER)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(OSError):
            self._stream.close()

    @property
    def problem(self) -> str | None:
        """Why rows are missing, if any are: no photo is lost for a full disk of the report's."""
        return self._problem

    def add(self, outcome: Outcome) -> None:
        """Write a row."""
        notes = " ".join(map(str, outcome.notes))
        self._write(
            (
                os.fspath(outcome.job.source),
                os.fspath(outcome.written or ""),
                outcome.state.value,
                reason(outcome),
                notes,
                self._model if outcome.state == State.DONE else "",
                f"{outcome.seconds:.2f}" if outcome.state == State.DONE else "",
            )
        )

    def _write(self, row: tuple[str, ...]) -> None:
        try:
            self._rows.writerow(row)
            self._stream.flush()
        except OSError as error:
            self._problem = error.strerror or "the disk reported an error"


def _is_report(file: Path) -> bool:
    """Whether it begins as a report does; an empty file is none of anybody's."""
    header = io.StringIO()
    csv.writer(header).writerow(_HEADER)
    begins = header.getvalue().encode()
    with file.open("rb") as stream:
        head = stream.read(len(begins))
    return head in (begins, b"")


def be_quiet_but_for_us() -> None:
    """Pillow's remarks on odd files and traces of what cost one photo are not for people."""
    warnings.simplefilter("ignore")
    logging.basicConfig(level=logging.ERROR, format="%(message)s")
    for name in ("PIL", "colorizer.errors"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def say(text: str, stream: TextIO) -> None:
    """Print a line; a reader that is gone, or an encoding without a letter, costs no photo."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    try:
        tqdm.write(text.encode(encoding, "backslashreplace").decode(encoding), file=stream)
        stream.flush()
    except (OSError, ValueError):
        if stream is sys.stdout:
            sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 - until the program ends
