"""Many photos one after the other: each has its state, and a bad one never stops the rest."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial

from colorizer.errors import Message, attempt
from colorizer.photo import Photo, encode_photo
from colorizer.service.colorizer_service import Preview

THUMBNAIL_SIDE = 160


class PhotoState(StrEnum):
    """Where a photo of a batch stands."""

    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    REFUSED = "refused"
    STOPPED = "stopped"


@dataclass(frozen=True)
class BatchPhoto:
    """One photo: its file, its state, why it was refused, and the coloured thumbnail (JPEG)."""

    file: str
    state: PhotoState = PhotoState.WAITING
    reason: Message | None = None
    thumbnail: bytes | None = None


Batch = tuple[BatchPhoto, ...]


@dataclass(frozen=True)
class Step:
    """The batch after something changed for photo number `index`; `preview` when it got done."""

    batch: Batch
    index: int
    preview: Preview | None = None


def colour_batch(files: Sequence[str], colour: Callable[[str], Preview]) -> Iterator[Step]:
    """Colour the files in order by `colour`; one step when a photo begins and one when it ends."""
    batch: Batch = tuple(BatchPhoto(file) for file in files)
    for index, photo in enumerate(batch):
        batch = _with(batch, index, replace(photo, state=PhotoState.WORKING))
        yield Step(batch, index)
        coloured = attempt(partial(_coloured, colour, photo.file))
        if isinstance(coloured, Message):
            ended = replace(photo, state=PhotoState.REFUSED, reason=coloured)
            batch = _with(batch, index, ended)
            yield Step(batch, index)
            continue
        preview, thumbnail = coloured
        ended = replace(photo, state=PhotoState.DONE, thumbnail=thumbnail)
        batch = _with(batch, index, ended)
        yield Step(batch, index, preview)


def stopped(batch: Batch) -> Batch:
    """The batch after its visitor cancelled: what was not done will not be."""
    pending = (PhotoState.WAITING, PhotoState.WORKING)
    return tuple(
        replace(photo, state=PhotoState.STOPPED) if photo.state in pending else photo
        for photo in batch
    )


def in_state(batch: Batch, state: PhotoState) -> list[BatchPhoto]:
    """The photos of the batch that are in a state, in order."""
    return [photo for photo in batch if photo.state == state]


def _with(batch: Batch, index: int, photo: BatchPhoto) -> Batch:
    return (*batch[:index], photo, *batch[index + 1 :])


def _coloured(colour: Callable[[str], Preview], file: str) -> tuple[Preview, bytes]:
    preview = colour(file)
    return preview, _thumbnail(preview)


def _thumbnail(preview: Preview) -> bytes:
    from colorizer.colour.resizing import shrink

    return encode_photo(Photo(rgb=shrink(preview.after, THUMBNAIL_SIDE)), "jpg")
