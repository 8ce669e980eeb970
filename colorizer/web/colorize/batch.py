"""The photos of one visitor: each has its state and its own settings; a bad one stops no other."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from colorizer.errors import Message
from colorizer.photo import Photo, encode_photo
from colorizer.service.colorizer_service import Preview
from colorizer.web.colorize.choice import Choice

THUMBNAIL_SIDE = 160


class PhotoState(StrEnum):
    """Where a photo stands."""

    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    REFUSED = "refused"
    STOPPED = "stopped"


@dataclass(frozen=True)
class BatchPhoto:
    """One photo: its file and settings, its state, why it was refused, its thumbnail (JPEG).

    name: as its visitor calls it; a photo that was refused before it was sent has no file.
    """

    name: str
    choice: Choice
    state: PhotoState = PhotoState.WAITING
    reason: Message | None = None
    thumbnail: bytes | None = None


Batch = tuple[BatchPhoto, ...]

PENDING = (PhotoState.WAITING, PhotoState.WORKING)


def in_state(batch: Iterable[BatchPhoto], *states: PhotoState) -> list[BatchPhoto]:
    """The photos that are in one of the states, in order."""
    return [photo for photo in batch if photo.state in states]


def thumbnail(preview: Preview) -> bytes:
    """The coloured photo as a small JPEG."""
    from colorizer.colour.resizing import shrink

    return encode_photo(Photo(rgb=shrink(preview.after, THUMBNAIL_SIDE)), "jpg")
