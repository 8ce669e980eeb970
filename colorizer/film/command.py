"""Films on the command line: parses nothing, decides what is done with each, prints.

Called by `colorizer.cli` for arguments that are films.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

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
from colorizer.film import SUFFIXES
from colorizer.guide.files import hints_file
from colorizer.photo.saving import sweep

if TYPE_CHECKING:
    from colorizer.film.reading import Film
    from colorizer.pipeline import Colorizer

_SECONDS_BETWEEN_LINES = 30.0
_NOT_FOR_FILMS = ("layer", "variants", "format", "report", "dry_run")


def colour_films(arguments: argparse.Namespace, stopping: Stopping) -> int:
    """Colour the films that the arguments name; returns the exit status.

    Raises UsageError or ColorizerError where none can be coloured.
    """
    try:
        from colorizer.film.reading import mark_of_file
        from colorizer.film.writing import result_suffix
    except ImportError as error:
        raise FilmError("film_needs_extra") from error

    sources = [Path(each) for each in dict.fromkeys(arguments.photos)]
    _check(arguments, sources)
    targets = [_target(arguments.out, each, result_suffix(each)) for each in sources]
    if len(set(targets)) < len(targets):
        raise UsageError("Two of the films would have the same result: give them one by one.")
    colorizer = colorizer_of(arguments)
    failed = done = 0
    for source, target in zip(sources, targets, strict=True):
        if stopping():
            break
        if target.exists() and not arguments.overwrite and source.resolve() != target.resolve():
            if mark_of_file(target) is None:
                outcome: str | Message = Message("already_there", {"file": str(target)})
            else:
                outcome = f"{target} is there already (--overwrite makes it anew)."
        else:
            colour = _Job(arguments, source, target, colorizer, stopping)
            outcome = attempt(colour)
        if isinstance(outcome, Message):
            failed += 1
            say(printable(f"{source}: {outcome}"), sys.stderr)
        else:
            done += 1
            say(printable(outcome), sys.stdout)
    if stopping():
        return stopping.exit_status
    if failed:
        return EXIT_SOME_FAILED if done else EXIT_NOTHING_DONE
    return EXIT_DONE


def are_films(names: Sequence[str]) -> bool:
    """Whether films are named; raises UsageError for films among photos."""
    films = [Path(name).suffix.lower() in SUFFIXES for name in names]
    if any(films) and not all(films):
        raise UsageError("Give films and photos in commands of their own.")
    return any(films)


def _check(arguments: argparse.Namespace, sources: Sequence[Path]) -> None:
    for name in _NOT_FOR_FILMS:
        if getattr(arguments, name):
            raise UsageError(f"--{name.replace('_', '-')} is for photos, not for films.")
    if len(sources) > 1 and arguments.hints:
        raise UsageError("--hints is for one film; hints beside each are read anyway.")
    if arguments.out and Path(arguments.out).suffix and len(sources) > 1:
        raise UsageError(f"{arguments.out} is one file: give one film, or a folder's name.")


def _target(out: str | None, source: Path, suffix: str) -> Path:
    name = f"{coloured_name(source.stem)}{suffix}"
    if out is None:
        return source.with_name(name)
    place = Path(out)
    return place if place.suffix and not place.is_dir() else place / name


class _Job:
    """Colours one film; called, it returns what to print."""

    def __init__(
        self,
        arguments: argparse.Namespace,
        source: Path,
        target: Path,
        colorizer: "Colorizer",
        stopping: Callable[[], bool],
    ) -> None:
        self._arguments, self._source, self._target = arguments, source, target
        self._colorizer, self._stopping = colorizer, stopping

    def __call__(self) -> str:
        from colorizer.film.colouring import colour_film
        from colorizer.film.hints import read_film_hints
        from colorizer.film.reading import mark_of_file, open_film
        from colorizer.film.writing import FilmOptions
        from colorizer.pipeline import honest_mark

        arguments, colorizer = self._arguments, self._colorizer
        if self._source.resolve() == self._target.resolve():
            raise FilmError("target_is_source", file=str(self._target))
        limits = limits_of(arguments)
        film = open_film(self._source, limits)
        if film.mark is not None:
            raise FilmError("own_result")
        hints_at = arguments.hints or hints_file(self._source)
        has_hints = arguments.hints is not None or hints_at.is_file()
        hints = read_film_hints(hints_at) if has_hints else ()
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
        sweep(self._target.parent)
        part = self._target.with_name(f"{self._target.stem}-part{self._target.suffix}")
        free = arguments.overwrite or not part.exists() or mark_of_file(part) is not None
        with _Progress(film, self._source, quiet=arguments.quiet) as progress:
            coloured = colour_film(
                film, self._target, colorizer, adjustments, options,
                hints=hints, part=part if free else None, progress=progress, stopped=self._stopping,
            )  # fmt: skip
        for note in coloured.notes if not arguments.quiet else ():
            say(printable(f"{self._source}: {note}"), sys.stderr)
        if coloured.stopped:
            say(f"Stopped: the first {coloured.frames} frames are done.", sys.stderr)
        return str(coloured.written)


class _Progress:
    """Frames, frames a second and the time left: a bar on a terminal, else a line now and then."""

    def __init__(self, film: "Film", source: Path, *, quiet: bool) -> None:
        self._frames, self._source = film.frames, source
        self._lines = not quiet and not sys.stderr.isatty()
        self._started = self._told = time.monotonic()
        self._bar = tqdm(
            total=film.frames or None, unit="frame", disable=quiet or not sys.stderr.isatty()
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.close()

    def __call__(self, frames: int) -> None:
        """So many frames are written."""
        self._bar.update(frames - self._bar.n)
        now = time.monotonic()
        if not self._lines or now - self._told < _SECONDS_BETWEEN_LINES:
            return
        self._told = now
        rate = frames / (now - self._started)
        left = max(0, self._frames - frames) / rate
        of = f" of {self._frames}" if self._frames else ""
        time_left = tqdm.format_interval(left) if self._frames else "unknown"
        said = f"{frames}{of} frames, {rate:.1f} a second, time left {time_left}"
        say(printable(f"{self._source}: {said}"), sys.stderr)
