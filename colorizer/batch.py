"""Albums: many photo files through one Colorizer, on all cores.

Each worker takes a handful of photos from file to file: it decodes them, lets those that the
network sees at one size share a pass, recolours and encodes. So one photo is read or written while
another one is in the network, and no worker waits for another.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from colorizer.adjustments import NO_ADJUSTMENTS, Adjustments
from colorizer.errors import Message
from colorizer.photo import (
    DEFAULT_LIMITS,
    Photo,
    PhotoError,
    PhotoLimits,
    open_photo,
    save_photo,
)
from colorizer.threads import usable_threads, use_threads

if TYPE_CHECKING:
    from colorizer.pipeline import Colorizer, Prediction

HANDFUL = 4
"""Photos in one pass of the network at most; more gain nothing on a CPU."""

_HANDFUL_BYTES = 16 * 2**20  # of pixels that wait for a shared pass: large photos go one by one


def coloured_stem(photo: str | Path) -> str:
    """The name of a coloured photo without its suffix: the page and the command line name alike."""
    return f"{Path(photo).stem}-colour"


@dataclass(frozen=True)
class Job:
    """One photo to colour: where it lies and where the result goes (without a final suffix)."""

    source: Path
    target: Path


@dataclass(frozen=True)
class SaveOptions:
    """How an album is to be coloured and saved.

    format: "jpg", "png", "webp" or "tiff"; None is each photo's own. marked: whether the files say
    that their colours are invented. layer: whether the colours alone are written beside the photo,
    see `colorizer.colour.chroma_layer`.
    """

    adjustments: Adjustments = NO_ADJUSTMENTS
    format: str | None = None
    marked: bool = True
    layer: bool = False


@dataclass(frozen=True)
class Outcome:
    """What became of a job: the file written, or the message that says why there is none."""

    job: Job
    written: Path | None = None
    reason: Message | None = None


def colour_album(
    colorizer: "Colorizer",
    jobs: Sequence[Job],
    save_options: SaveOptions,
    *,
    limits: PhotoLimits = DEFAULT_LIMITS,
) -> Iterator[Outcome]:
    """Colour and save every photo; outcomes come handful by handful, refused photos first.

    Workers instead of operations share the cores: each of them uses one thread.
    """
    workers = min(usable_threads(), len(jobs))
    handfuls = _in_handfuls(jobs, workers)
    if workers <= 1:
        for each in handfuls:
            yield from _colour(colorizer, save_options, limits, each)
        return
    colour = partial(_colour_at_once, colorizer, save_options, limits)
    with ThreadPoolExecutor(workers, initializer=use_threads, initargs=(1,)) as pool:
        for outcomes in pool.map(colour, handfuls):
            yield from outcomes


def _in_handfuls(jobs: Sequence[Job], workers: int) -> list[Sequence[Job]]:
    """Single photos at the end, so that no worker waits long for another one's last handful."""
    handfuls, first = [], 0
    while first < len(jobs):
        left = len(jobs) - first
        size = min(HANDFUL, left if workers == 1 else max(1, left // (2 * workers)))
        handfuls.append(jobs[first : first + size])
        first += size
    return handfuls


def _colour_at_once(
    colorizer: "Colorizer", save_options: SaveOptions, limits: PhotoLimits, jobs: Sequence[Job]
) -> list[Outcome]:
    return list(_colour(colorizer, save_options, limits, jobs))


def _colour(
    colorizer: "Colorizer", save_options: SaveOptions, limits: PhotoLimits, jobs: Sequence[Job]
) -> Iterator[Outcome]:
    """Open the photos and run the network on as many at once as _HANDFUL_BYTES allow."""
    waiting: list[tuple[Job, Photo]] = []
    for job in jobs:
        try:
            waiting.append((job, open_photo(job.source, limits)))
        except PhotoError as error:
            yield Outcome(job, reason=error.message)
        if sum(photo.rgb.nbytes for _, photo in waiting) > _HANDFUL_BYTES:
            yield from _finish(colorizer, save_options, waiting)
            waiting = []
    yield from _finish(colorizer, save_options, waiting)


def _finish(
    colorizer: "Colorizer", save_options: SaveOptions, waiting: Sequence[tuple[Job, Photo]]
) -> Iterator[Outcome]:
    analyses = colorizer.predict_batch([photo for _, photo in waiting])
    for (job, _), prediction in zip(waiting, analyses, strict=True):
        try:
            yield Outcome(job, written=_save(colorizer, save_options, job, prediction))
        except PhotoError as error:
            yield Outcome(job, reason=error.message)


def _save(
    colorizer: "Colorizer", save_options: SaveOptions, job: Job, prediction: "Prediction"
) -> Path:
    result = colorizer.decode(prediction, save_options.adjustments)
    suffix = f".{save_options.format}" if save_options.format else result.photo.suffix
    target = job.target.with_name(job.target.name + suffix)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PhotoError(
            "no_folder", folder=str(target.parent), reason=str(error.strerror)
        ) from error
    mark = result.mark if save_options.marked else None
    if save_options.layer:
        from colorizer.colour.chroma_layer import chroma_layer

        layer = job.target.with_name(f"{job.target.name}-layer.png")
        save_photo(chroma_layer(result.photo), layer, mark=mark)
    return save_photo(result.photo, target, mark=mark)
