"""Films on the command line: what is done with each, and what is printed."""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

from tqdm import tqdm

from colorizer.album.arguments import (
    EXIT_DONE,
    EXIT_NOTHING_DONE,
    EXIT_SOME_FAILED,
    colorizer_of,
    guide_of,
    limits_of,
    save_options,
)
from colorizer.album.plan import UsageError
from colorizer.album.report import printable, say
from colorizer.album.search import coloured_name
from colorizer.album.stopping import Stopping
from colorizer.errors import FilmError, Message, attempt
from colorizer.film.colouring import colour_film
from colorizer.film.hints import read_film_hints
from colorizer.film.options import FilmOptions
from colorizer.film.reading import mark_of_file, open_film
from colorizer.film.writing import result_suffix
from colorizer.guide.files import hints_file
from colorizer.photo.saving import sweep
from colorizer.pipeline import Colorizer, honest_mark

_SECONDS_BETWEEN_LINES = 30.0
_NOT_FOR_FILMS = ("layer", "variants", "format", "report", "dry_run")


def colour_films(arguments: argparse.Namespace, stopping: Stopping) -> int:
    """Colour the films that the arguments name; returns the exit status.

    Raises UsageError or CheckpointError where none can be coloured.
    """
    sources = [Path(each) for each in dict.fromkeys(arguments.photos)]
    _check(arguments, sources)
    targets = [_target(arguments.out, each) for each in sources]
    if len(set(targets)) < len(targets):
        raise UsageError("Two of the films would have the same result: give them one by one.")
    colorizer = colorizer_of(arguments)
    done = 0
    for source, target in zip(sources, targets, strict=True):
        if stopping():
            break
        outcome = attempt(partial(_colour, arguments, source, target, colorizer, stopping))
        failed = isinstance(outcome, Message)
        done += not failed
        said = f"{source}: {outcome}" if failed else str(outcome)
        say(printable(said), sys.stderr if failed else sys.stdout)
    if stopping():
        return stopping.exit_status
    if done == len(sources):
        return EXIT_DONE
    return EXIT_SOME_FAILED if done else EXIT_NOTHING_DONE


def _check(arguments: argparse.Namespace, sources: Sequence[Path]) -> None:
    for name in _NOT_FOR_FILMS:
        if getattr(arguments, name):
            raise UsageError(f"--{name.replace('_', '-')} is for photos, not for films.")
    if len(sources) > 1 and arguments.hints:
        raise UsageError("--hints is for one film; hints beside each are read anyway.")
    if arguments.out and Path(arguments.out).suffix and len(sources) > 1:
        raise UsageError(f"{arguments.out} is one file: give one film, or a folder's name.")


def _target(out: str | None, source: Path) -> Path:
    name = f"{coloured_name(source.stem)}{result_suffix(source)}"
    if out is None:
        return source.with_name(name)
    place = Path(out)
    return place if place.suffix and not place.is_dir() else place / name


def _colour(
    arguments: argparse.Namespace,
    source: Path,
    target: Path,
    colorizer: Colorizer,
    stopping: Callable[[], bool],
) -> Path:
    """Colour one film, unless that was done earlier; returns the file."""
    if source.resolve() == target.resolve():
        raise FilmError("target_is_source", file=str(target))
    if target.exists() and not arguments.overwrite:
        if mark_of_file(target) is None:
            raise FilmError("already_there", file=str(target))
        say(f"{printable(target)} is there already (--overwrite makes it anew).", sys.stderr)
        return target
    limits = limits_of(arguments)
    film = open_film(source, limits)
    if film.mark is not None:
        raise FilmError("own_result")
    beside = hints_file(source)
    hints_at = arguments.hints or (beside if beside.is_file() else None)
    hints = read_film_hints(hints_at) if hints_at else ()
    for_photos = argparse.Namespace(**{**vars(arguments), "hints": None})
    adjustments = save_options(for_photos, guide_of(for_photos, colorizer, limits)).adjustments
    by_hand = bool(hints) or adjustments.guide.chosen_by_a_person
    mark = honest_mark(colorizer.name, colorizer.checkpoint.revision, by_hand=by_hand)
    options = FilmOptions(
        codec=arguments.codec,
        crf=arguments.crf,
        mark=None if arguments.no_mark else mark,
        metadata=not arguments.no_metadata,
        keep_gps=arguments.keep_gps,
    )
    sweep(target.parent)
    part = target.with_name(f"{target.stem}-part{target.suffix}")
    free = arguments.overwrite or not part.exists() or mark_of_file(part) is not None
    with _Progress(source, film.frames, quiet=arguments.quiet) as progress:
        coloured = colour_film(
            film, target, colorizer, adjustments, options,
            hints=hints, part=part if free else None, progress=progress, stopped=stopping,
        )  # fmt: skip
    for note in coloured.notes if not arguments.quiet else ():
        say(printable(f"{source}: {note}"), sys.stderr)
    if coloured.stopped:
        say(f"Stopped: the first {coloured.frames} frames are done.", sys.stderr)
    return coloured.written


class _Progress(AbstractContextManager["_Progress"]):
    """Frames, frames a second and the time left: a bar on a terminal, else a line now and then."""

    def __init__(self, source: Path, frames: int, *, quiet: bool) -> None:
        terminal = sys.stderr.isatty()
        self._source, self._frames, self._lines = source, frames, not quiet and not terminal
        self._started = self._told = time.monotonic()
        bar_is_off = quiet or not terminal
        self._bar = tqdm(total=frames or None, unit="frame", disable=bar_is_off)

    def __exit__(self, *error: object) -> None:
        self._bar.close()

    def __call__(self, frames: int) -> None:
        """So many frames are written."""
        self._bar.update(frames - self._bar.n)
        now = time.monotonic()
        if not self._lines or now - self._told < _SECONDS_BETWEEN_LINES:
            return
        self._told = now
        total, rate = self._frames, frames / (now - self._started)
        left = tqdm.format_interval(max(0, total - frames) / rate) if total else "unknown"
        said = f"{frames} of {total or '?'} frames, {rate:.1f} a second, time left {left}"
        say(printable(f"{self._source}: {said}"), sys.stderr)
