"""A film from file to file, in bounded memory."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from colorizer.adjustments import NO_ADJUSTMENTS, Adjustments
from colorizer.errors import FilmError, Message
from colorizer.film.guess import Guess
from colorizer.film.hints import FrameHints
from colorizer.film.key_frames import NetworkColours
from colorizer.film.options import FORMATS, FilmOptions
from colorizer.film.planes import chroma, shrunk
from colorizer.film.reading import Film, Frame, Reading
from colorizer.film.steady import ColouredFrame, steady_colours
from colorizer.film.writing import Unfinished, Writing
from colorizer.pipeline import Colorizer


class KeyFrames(Protocol):
    """Colours for key frames. size: height and width at which the network sees them."""

    @property
    def size(self) -> tuple[int, int]:
        """Height and width, pixels."""

    def __call__(self, frame: Frame, shot: int) -> Guess:
        """See `steady.KeyColours`."""

    def must_be_key(self, frame: Frame) -> bool:
        """Whether the frame must have colours of its own."""


Colours = Callable[[Iterable[Frame], Any, Film], Iterator[ColouredFrame]]
"""How the frames of a film get their colours; others than `steady` are for measuring."""


@dataclass(frozen=True)
class ColouredFilm:
    """What became of a film. written: the file. frames: how many it has.

    stopped: whether it is only the film's beginning. notes: what was left out or assumed.
    """

    written: Path
    frames: int
    stopped: bool
    notes: tuple[Message, ...]


def steady(frames: Iterable[Frame], keys: KeyFrames, film: Film) -> Iterator[ColouredFrame]:
    """See `colorizer.film.steady`."""
    return steady_colours(frames, keys, keys.size, film.coding, must_be_key=keys.must_be_key)


def colour_film(
    film: Film,
    target: Path,
    colorizer: Colorizer,
    adjustments: Adjustments = NO_ADJUSTMENTS,
    options: FilmOptions = FilmOptions(),  # noqa: B008 - frozen
    *,
    hints: Sequence[FrameHints] = (),
    part: Path | None = None,
    progress: Callable[[int], None] = lambda frames: None,
    stopped: Callable[[], bool] = lambda: False,
    colours: Colours = steady,
) -> ColouredFilm:
    """Colour a film and save it, over whatever lies at `target`.

    Args:
        film: from `open_film`.
        target: the result; its ending decides the container.
        colorizer: gives the colours of key frames.
        adjustments: for the whole film; hints of its guide are not used.
        options: how it is saved.
        hints: for single frames; their shots follow them.
        part: where the beginning goes if it is stopped; by default nothing is left then.
        progress: told how many frames are written.
        stopped: asked before each frame.
        colours: see `Colours`.

    Raises FilmError, and CheckpointError or AdjustmentError as `Colorizer` does.
    """
    suffix = target.suffix.lower()
    if suffix not in FORMATS:
        raise FilmError("film_no_such_format", format=suffix or repr(target.name))
    keys = NetworkColours(colorizer, adjustments, film, hints)
    unfinished = Unfinished(target)
    try:
        written = write_film(
            film, unfinished.path, suffix, keys, options,
            progress=progress, stopped=stopped, colours=colours,
        )  # fmt: skip
        is_part = stopped()
        if is_part and part is None:
            raise FilmError("film_stopped")
        place = unfinished.move(part if is_part and part is not None else target)
    finally:
        unfinished.discard()
    return ColouredFilm(place, written.frames, is_part, written.notes)


@dataclass(frozen=True)
class WrittenFilm:
    """What was written of a film. frames: how many. notes: what was left out or assumed."""

    frames: int
    notes: tuple[Message, ...]


def write_film(
    film: Film,
    out: Path | BinaryIO,
    suffix: str,
    keys: KeyFrames,
    options: FilmOptions,
    *,
    seconds: float | None = None,
    progress: Callable[[int], None] = lambda frames: None,
    stopped: Callable[[], bool] = lambda: False,
    colours: Colours = steady,
) -> WrittenFilm:
    """Colour a film into a file or a stream that can be sought; as `colour_film`.

    suffix: one of `FORMATS`. seconds: so much of the film; None is all.
    """
    reading = Reading(film, seconds=seconds)
    try:
        writing = Writing(out, suffix, reading, options)
        try:
            count = 0
            frames = _frames(reading, writing, stopped)
            for coloured in colours(frames, keys, film):
                _write(writing, coloured, film)
                count += 1
                progress(count)
            if not count:
                raise FilmError("film_no_pictures")
            writing.finish()
        finally:
            writing.close()
    finally:
        reading.close()
    notes = [*film.notes, *writing.notes]
    if reading.damaged:
        notes.append(Message("film_damaged", {"pieces": reading.damaged}))
    if reading.cut:
        notes.append(Message("film_cut", {"seconds": seconds or 0.0}))
    return WrittenFilm(count, tuple(notes))


def _frames(reading: Reading, writing: Writing, stopped: Callable[[], bool]) -> Iterator[Frame]:
    """The frames of the pictures; what lies between them is copied on the way."""
    for item in reading.items(writing.copied):
        if stopped():
            return
        if isinstance(item, Frame):
            yield item
        else:
            writing.copy(item)


def _write(writing: Writing, coloured: ColouredFrame, film: Film) -> None:
    frame: Any = coloured.small.frame
    luma = shrunk(frame.luma, *writing.chroma_size)
    writing.encode(frame, chroma(luma, coloured.small.L, coloured.ab, film.coding))
