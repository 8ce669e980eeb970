"""Albums: many photo files through one Colorizer, on all cores.

Each worker takes a handful of photos from file to file: it decodes them, lets those that the
network sees at one size share a pass, recolours and encodes. So one photo is read or written while
another one is in the network, and no worker waits for another. Where the results go was planned
before (`colorizer.album.plan`); whatever fails costs one photo.
"""

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from colorizer.adjustments import NO_ADJUSTMENTS, Adjustments
from colorizer.errors import Message, PhotoError, attempt
from colorizer.guide.files import hints_file, read_hints
from colorizer.photo import (
    DEFAULT_LIMITS,
    Photo,
    PhotoLimits,
    encode_photo,
    open_photo,
    read_file,
)
from colorizer.photo.kept_metadata import read_metadata
from colorizer.photo.metadata_fields import Metadata
from colorizer.photo.saving import HOLDS_16_BITS, format_named, write_file
from colorizer.threads import usable_threads, use_threads

if TYPE_CHECKING:
    from colorizer.pipeline import Colorized, Colorizer, Prediction

HANDFUL = 4
"""Photos in one pass of the network at most; more gain nothing on a CPU."""

_HANDFUL_BYTES = 16 * 2**20  # of pixels that wait for a shared pass: large photos go one by one

_CANNOT_HOLD_IPTC = {".png": "PNG", ".webp": "WebP"}


@dataclass(frozen=True)
class Job:
    """One photo to colour.

    source: where it lies. target: where the result goes; its suffix decides the format. layer:
    where the colours alone go, if anywhere, see `colorizer.colour.chroma_layer`. data: the photo's
    bytes, for one that lies nowhere. variants: where other versions go.
    """

    source: Path
    target: Path
    layer: Path | None = None
    data: bytes | None = field(default=None, repr=False)
    variants: tuple[Path, ...] = ()


@dataclass(frozen=True)
class SaveOptions:
    """How an album is to be coloured and saved.

    marked: whether the files say that their colours are invented. metadata: whether they keep the
    photos' dates, captions and so on. keep_gps: also the places. sixteen_bits: whether grey of 16
    bits becomes colour of 16 bits, in formats that hold it. settings: all of that in a few words,
    which results keep (see `settings_of`). refuse_results: whether files that say that they are
    results are not coloured again. Hints beside a photo (photo.hints.json) are its own unless
    `adjustments` has some.
    """

    adjustments: Adjustments = NO_ADJUSTMENTS
    marked: bool = True
    metadata: bool = True
    keep_gps: bool = False
    sixteen_bits: bool = True
    settings: str = ""
    refuse_results: bool = False


class State(StrEnum):
    """What became of a job; `SKIPPED` is done earlier, `STOPPED` not begun."""

    DONE = "done"
    SKIPPED = "already there"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Outcome:
    """What became of a job: the file written, or the message that says why there is none.

    notes: what was left out or assumed. seconds: in the network and after it, for this photo.
    size: width and height of the photo in pixels, once it was opened.
    """

    job: Job
    state: State
    written: Path | None = None
    reason: Message | None = None
    notes: tuple[Message, ...] = ()
    seconds: float = 0.0
    size: tuple[int, int] | None = None


@dataclass(frozen=True, eq=False)
class _Opened:
    job: Job
    photo: Photo
    metadata: Metadata | None
    notes: tuple[Message, ...]


Decoder = Callable[[bytes], Photo]
Writer = Callable[[Path, bytes], None]


def write_result(path: Path, data: bytes) -> None:
    """Put a result on the disk whole or not at all, in a folder that need not be there yet."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = str(error.strerror)
        raise PhotoError("no_folder", folder=str(path.parent), reason=reason) from error
    write_file(path, data)


@dataclass(frozen=True, eq=False)
class _Album:
    """What all workers share."""

    colorizer: "Colorizer"
    options: SaveOptions
    limits: PhotoLimits
    decoder: Decoder | None
    write: Writer
    stopped: Callable[[], bool]


def colour_album(
    colorizer: "Colorizer",
    jobs: Sequence[Job],
    save_options: SaveOptions,
    *,
    limits: PhotoLimits = DEFAULT_LIMITS,
    decoder: Decoder | None = None,
    write: Writer = write_result,
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[Outcome]:
    """Colour and save every photo, over whatever lies at its target; one outcome for each.

    Outcomes come handful by handful, photos that cannot be opened first. Workers instead of
    operations share the cores: each of them uses one thread.

    Args:
        colorizer: colours them.
        jobs: each with a target of its own.
        save_options: for all of them.
        limits: of one photo.
        decoder: opens the bytes of a file, for instance `IsolatedDecoder.open_photo`; by
            default in this process.
        write: keeps the file of a result; PhotoError or OSError where it cannot.
        stopped: asked before each photo; once it is true, the photo in hand is finished and the
            others are not begun.
    """
    album = _Album(colorizer, save_options, limits, decoder, write, stopped)
    workers = min(usable_threads(), len(jobs))
    handfuls = _in_handfuls(jobs, workers)
    if workers <= 1:
        for each in handfuls:
            yield from _colour(album, each)
        return
    colour = partial(_colour_at_once, album)
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


def _colour_at_once(album: _Album, jobs: Sequence[Job]) -> list[Outcome]:
    return list(_colour(album, jobs))


def _colour(album: _Album, jobs: Sequence[Job]) -> Iterator[Outcome]:
    """Open the photos and run the network on as many at once as _HANDFUL_BYTES allow."""
    waiting: list[_Opened] = []
    for job in jobs:
        if album.stopped():
            yield Outcome(job, State.STOPPED, reason=Message("stopped"))
            continue
        opened = attempt(partial(_open, album, job))
        if isinstance(opened, Message):
            yield Outcome(job, State.FAILED, reason=opened)
            continue
        waiting.append(opened)
        if sum(each.photo.rgb.nbytes for each in waiting) > _HANDFUL_BYTES:
            yield from _finish(album, waiting)
            waiting = []
    yield from _finish(album, waiting)


def _open(album: _Album, job: Job) -> _Opened:
    data = read_file(job.source if job.data is None else job.data, album.limits)
    photo = album.decoder(data) if album.decoder else open_photo(data, album.limits)
    if album.options.refuse_results and photo.mark is not None:
        raise PhotoError("own_result")
    notes = list(photo.notes)
    metadata = None
    if album.options.metadata:
        metadata, more = read_metadata(data, keep_gps=album.options.keep_gps, limits=album.limits)
        kept_deep = _is_deep(album, job, photo)
        more = tuple(note for note in more if note.code != "sixteen_bits" or not kept_deep)
        notes += (note for note in more if note not in notes)
        settings = album.options.settings
        if job.data is None:
            settings = settings_of(settings, job.source)
        metadata = replace(metadata, settings=settings)
        kind = _CANNOT_HOLD_IPTC.get(job.target.suffix.lower())
        if kind and not metadata.iptc_texts.complete:
            notes.append(Message("iptc_not_kept", {"format": kind}))
    if not photo.is_grey:
        notes.append(Message("had_colours"))
    return _Opened(job, photo, metadata, tuple(notes))


def _finish(album: _Album, waiting: Sequence[_Opened]) -> Iterator[Outcome]:
    """Colour and save photos that were opened; one that fails in the network fails alone."""
    if not waiting:
        return
    photos = [each.photo for each in waiting]
    predictions = attempt(partial(album.colorizer.predict_batch, photos))
    if isinstance(predictions, Message) and len(waiting) > 1:
        for each in waiting:
            yield from _finish(album, [each])
        return
    if isinstance(predictions, Message):
        opened, size = waiting[0], (photos[0].width, photos[0].height)
        yield Outcome(opened.job, State.FAILED, None, predictions, opened.notes, size=size)
        return
    for opened, prediction in zip(waiting, predictions, strict=True):
        started = time.perf_counter()
        written = attempt(partial(_save, album, opened, prediction))
        seconds = prediction.seconds + time.perf_counter() - started
        failed = isinstance(written, Message)
        yield Outcome(
            opened.job,
            State.FAILED if failed else State.DONE,
            written=None if isinstance(written, Message) else written,
            reason=written if isinstance(written, Message) else None,
            notes=opened.notes,
            seconds=seconds,
            size=(opened.photo.width, opened.photo.height),
        )


def _save(album: _Album, opened: _Opened, prediction: "Prediction") -> Path:
    job = opened.job
    adjustments = album.options.adjustments
    if job.data is None:
        adjustments = _with_own_hints(adjustments, job.source)
    deep = _is_deep(album, job, opened.photo)
    for number, path in enumerate(job.variants, start=1):
        guide = replace(adjustments.guide, variant=number)
        other = album.colorizer.decode(
            prediction, replace(adjustments, guide=guide), sixteen_bits=deep
        )
        _write(album, other, other.photo, path, opened.metadata)
    result = album.colorizer.decode(prediction, adjustments, sixteen_bits=deep)
    if job.layer is not None:
        _write_layer(album, result, job.layer, opened.metadata)
    _write(album, result, result.photo, job.target, opened.metadata)
    return job.target


def _write(
    album: _Album, result: "Colorized", photo: Photo, path: Path, metadata: Metadata | None
) -> None:
    mark = result.mark if album.options.marked else None
    album.write(path, encode_photo(photo, path.suffix, mark=mark, metadata=metadata))


def _is_deep(album: _Album, job: Job, photo: Photo) -> bool:
    """Whether the result has 16 bits a channel."""
    holds = format_named(job.target.suffix) in HOLDS_16_BITS if job.target.suffix else False
    return album.options.sixteen_bits and photo.grey16 is not None and holds


def settings_of(settings: str, photo: Path) -> str:
    """The settings of an album with those of one photo: its own hints."""
    file = hints_file(photo)
    with suppress(OSError):
        return f"{settings}, own hints {fingerprint(file)}" if file.is_file() else settings
    return settings


def fingerprint(file: Path) -> str:
    """A few letters that tell the content of a file from another one's; raises OSError."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()[:8]


def _with_own_hints(adjustments: Adjustments, photo: Path) -> Adjustments:
    """With the hints that lie beside the photo; raises AdjustmentError where they are damaged."""
    file = hints_file(photo)
    if adjustments.guide.hints or not file.is_file():
        return adjustments
    return replace(adjustments, guide=replace(adjustments.guide, hints=read_hints(file)))


def _write_layer(
    album: _Album, result: "Colorized", layer: Path, metadata: Metadata | None
) -> None:
    """The layer belongs to the same photo, but is no photo: no caption, no date."""
    from colorizer.colour.chroma_layer import chroma_layer

    origin = None if metadata is None else Metadata(source=metadata.source)
    _write(album, result, chroma_layer(result.photo), layer, origin)
