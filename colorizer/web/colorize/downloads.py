"""What a visitor takes away: the photo at full size, all as a zip, its colours, both sides."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from colorizer.album.search import coloured_name
from colorizer.errors import Message
from colorizer.photo import Photo, PhotoError, save_photo
from colorizer.service.colorizer_service import ColorizerService
from colorizer.web.colorize.choice import Choice, asked
from colorizer.web.download_folder import DownloadFolder

if TYPE_CHECKING:
    from colorizer.pipeline import Colorized

SHARED_SIDE = 1600
"""Long side of each half of a side-by-side picture, pixels."""

_GAP = 12
"""White pixels between the halves."""


@dataclass
class Archive:
    """A zip in the making: the file once all is in it, and what is not in it with the reason."""

    file: Path | None = None
    left_out: dict[str, Message] = field(default_factory=dict)


class Downloads:
    """Writes files into the download folder; every method raises PhotoError or CheckpointError."""

    def __init__(self, service: ColorizerService, download_folder: DownloadFolder) -> None:
        self._service = service
        self._folder = download_folder

    def photo(self, choice: Choice, *, marked: bool) -> Path:
        """The coloured photo in its own size and format."""
        result = self._colour(choice)
        place = self._folder.place(f"{_name(choice)}{result.photo.suffix}")
        return save_photo(result.photo, place, mark=result.mark if marked else None)

    def layer(self, choice: Choice, *, marked: bool) -> Path:
        """The colours alone as a transparent PNG, see `colorizer.colour.chroma_layer`."""
        from colorizer.colour.chroma_layer import chroma_layer  # not before the first photo

        result = self._colour(choice)
        place = self._folder.place(f"{_name(choice)}-layer.png")
        return save_photo(chroma_layer(result.photo), place, mark=result.mark if marked else None)

    def side_by_side(self, choice: Choice, *, marked: bool) -> Path:
        """The photo in black and white beside the same in colour, a JPEG to be shown around."""
        from colorizer.colour.recolor import grey
        from colorizer.colour.resizing import shrink

        result = self._colour(choice)
        after = shrink(result.photo.rgb, SHARED_SIDE)
        gap = np.full((len(after), _GAP, 3), 255, dtype=np.uint8)
        both = Photo(rgb=np.concatenate([grey(after), gap, after], axis=1), format="JPEG")
        place = self._folder.place(f"{_name(choice)}-side-by-side.jpg")
        return save_photo(both, place, mark=result.mark if marked else None)

    def archive(self, choices: Iterable[Choice], *, marked: bool) -> Iterator[Archive]:
        """A zip of all coloured photos; one step for each photo that is done.

        Photos that cannot be made any more are named. Raises PhotoError when there are none left.
        """
        archive, files = Archive(), list[Path]()
        for choice in choices:
            yield archive
            try:
                files.append(self.photo(choice, marked=marked))
            except PhotoError as error:
                archive.left_out[Path(choice.file).name] = error.message
        if not files:
            reasons = iter(archive.left_out.values())
            raise PhotoError.of(next(reasons, Message("nothing_to_save")))
        archive.file = self._folder.zip(files, f"colorizer-{len(files)}-photos.zip")
        for file in files:
            file.unlink()
        yield archive

    def _colour(self, choice: Choice) -> "Colorized":
        return self._service.colorize(choice.file, choice.model, asked(self._service, choice))


def _name(choice: Choice) -> str:
    return coloured_name(Path(choice.file).stem)
