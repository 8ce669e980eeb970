"""The command line: colour photos and folders of photos, or films.

Parses, prints and counts; what is coloured and where it goes is in `colorizer.album.plan`, what
happens to the photos in `colorizer.batch`. Films go to `colorizer.film.command`.
"""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from colorizer.adjustments import NO_GUIDE
from colorizer.album.arguments import (
    EXIT_DONE,
    EXIT_NOTHING_DONE,
    EXIT_SOME_FAILED,
    build_parser,
    colorizer_of,
    guide_of,
    limits_of,
    plan_options,
    save_options,
)
from colorizer.album.plan import Plan, UsageError, plan_album
from colorizer.album.report import Report, be_quiet_but_for_us, printable, reason, say, summary
from colorizer.album.stopping import Stopping
from colorizer.batch import Outcome, SaveOptions, State, colour_album
from colorizer.errors import ColorizerError, FilmError
from colorizer.film import SUFFIXES
from colorizer.photo import PhotoLimits
from colorizer.photo.isolation import IsolatedDecoder
from colorizer.photo.saving import sweep

if TYPE_CHECKING:
    from colorizer.pipeline import Colorizer


def main(argv: Sequence[str] | None = None) -> int:
    """Colour what the arguments name; returns the exit status."""
    arguments = build_parser().parse_intermixed_args(argv)
    be_quiet_but_for_us()
    with Stopping() as stopping, ExitStack() as stack:
        try:
            if _are_films(arguments.photos):
                return _colour_films(arguments, stopping)
            limits = limits_of(arguments)
            plan = plan_album(arguments.photos, plan_options(arguments), _stdin_within(limits))
            _say_unreadable(plan)
            if not plan.total:
                say(f"No photos found there.\n{summary(Counter(), plan)}", sys.stderr)
                return EXIT_NOTHING_DONE
            if arguments.dry_run:
                return _dry_run(plan)
            colorizer = colorizer_of(arguments) if plan.jobs else None
            guide = guide_of(arguments, colorizer, limits) if colorizer else NO_GUIDE
            options = save_options(arguments, guide)
            report = None
            if arguments.report is not None:
                model = colorizer.name if colorizer else arguments.model
                report = stack.enter_context(Report(arguments.report, model))
        except (UsageError, ColorizerError) as error:
            say(printable(str(error)), sys.stderr)
            return EXIT_NOTHING_DONE
        states = _run(arguments, plan, colorizer, options, report, limits, stopping)
        return _end(arguments, plan, states, report, stopping)


def _are_films(names: Sequence[str]) -> bool:
    films = [Path(name).suffix.lower() in SUFFIXES for name in names]
    if any(films) and not all(films):
        raise UsageError("Give films and photos in commands of their own.")
    return any(films)


def _colour_films(arguments: argparse.Namespace, stopping: Stopping) -> int:
    try:
        from colorizer.film.command import colour_films
    except ImportError as error:
        if error.name not in ("av", "cv2"):
            raise
        raise FilmError("film_needs_extra") from error
    return colour_films(arguments, stopping)


def _run(
    arguments: argparse.Namespace,
    plan: Plan,
    colorizer: "Colorizer | None",
    options: SaveOptions,
    report: Report | None,
    limits: PhotoLimits,
    stopping: Stopping,
) -> Counter[State]:
    states: Counter[State] = Counter()
    outcomes = _outcomes(plan, colorizer, options, limits, stopping)
    silent = arguments.quiet or not sys.stderr.isatty()
    for outcome in tqdm(outcomes, total=plan.total, unit="photo", disable=silent):
        states[outcome.state] += 1
        if report is not None:
            report.add(outcome)
        _tell(outcome, quiet=arguments.quiet)
    return states


def _outcomes(
    plan: Plan,
    colorizer: "Colorizer | None",
    options: SaveOptions,
    limits: PhotoLimits,
    stopping: Stopping,
) -> Iterator[Outcome]:
    yield from plan.settled
    if colorizer is None:
        return
    for folder in sorted({job.target.parent for job in plan.jobs}):
        sweep(folder)
    workers = os.cpu_count() or 1
    decoder = IsolatedDecoder.patient(limits, workers=min(workers, len(plan.jobs)))
    try:
        yield from colour_album(
            colorizer,
            plan.jobs,
            options,
            limits=limits,
            decoder=decoder.open_photo,
            stopped=stopping,
        )
    finally:
        decoder.close()


def _end(
    arguments: argparse.Namespace,
    plan: Plan,
    states: Counter[State],
    report: Report | None,
    stopping: Stopping,
) -> int:
    if report is not None and report.problem:
        say(f"The report is incomplete: {report.problem}.", sys.stderr)
    if stopping():
        ended = states[State.DONE] + states[State.SKIPPED]
        say(f"Stopped, {ended} of {plan.total} done.", sys.stderr)
        return stopping.exit_status
    failures = states[State.FAILED] + len(plan.unreadable)
    worth_saying = plan.total > 1 or plan.left_out or not states[State.DONE]
    if failures or (worth_saying and not arguments.quiet):
        say(summary(states, plan), sys.stderr)
    if not failures:
        return EXIT_DONE
    return EXIT_SOME_FAILED if states[State.DONE] + states[State.SKIPPED] else EXIT_NOTHING_DONE


def _dry_run(plan: Plan) -> int:
    for job in plan.jobs:
        say(f"{printable(job.source)} -> {printable(job.target)}", sys.stdout)
    states: Counter[State] = Counter({State.DONE: len(plan.jobs)})
    for outcome in plan.settled:
        states[outcome.state] += 1
        _tell(outcome, quiet=False)
    say(summary(states, plan, dry=True), sys.stderr)
    return EXIT_SOME_FAILED if states[State.FAILED] or plan.unreadable else EXIT_DONE


class _stdin_within:
    """Reads one photo from standard input, never more than the limit and a byte."""

    def __init__(self, limits: PhotoLimits) -> None:
        self._most = limits.max_bytes + 1

    def __call__(self) -> bytes:
        return sys.stdin.buffer.read(self._most)


def _tell(outcome: Outcome, *, quiet: bool) -> None:
    source = printable(outcome.job.source)
    if outcome.state == State.DONE:
        say(printable(outcome.written or ""), sys.stdout)
        for note in outcome.notes if not quiet else ():
            say(f"{source}: {printable(str(note))}", sys.stderr)
    elif outcome.state == State.FAILED:
        say(f"{source}: {reason(outcome)}", sys.stderr)


def _say_unreadable(plan: Plan) -> None:
    for folder, why in plan.unreadable:
        say(f"{printable(folder)}: this folder cannot be read ({why}).", sys.stderr)
