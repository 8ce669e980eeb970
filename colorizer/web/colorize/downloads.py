"""What a visitor takes away: the photo at full size, all photos as a zip, the colours alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from colorizer.errors import Message
from colorizer.photo import PhotoError, save_photo
from colorizer.service.colorizer_service import ColorizerService
from colorizer.web.colorize.choice import Choice
from colorizer.web.download_folder import DownloadFolder, plain_stem

if TYPE_CHECKING:
    from colorizer.pipeline import Colorized


@dataclass(frozen=True)
class Archive:
    """A zip file, and the photos that are not in it with the reason."""

    file: Path
    left_out: dict[str, Message]


class Downloads:
    """Writes files into the download folder; every method raises PhotoError or CheckpointError."""

    def __init__(self, service: ColorizerService, download_folder: DownloadFolder) -> None:
        self._service = service
        self._folder = download_folder

    def photo(self, choice: Choice, *, marked: bool) -> Path:
        """The coloured photo in its own size and format."""
        result = self._colour(choice)
        place = self._folder.place(f"{_stem(choice)}{result.photo.suffix}")
        return save_photo(result.photo, place, mark=result.mark if marked else None)

    def layer(self, choice: Choice, *, marked: bool) -> Path:
        """The colours alone as a transparent PNG, see `colorizer.colour.chroma_layer`."""
        from colorizer.colour.chroma_layer import chroma_layer  # not before the first photo

        result = self._colour(choice)
        place = self._folder.place(f"{_stem(choice)}-layer.png")
        return save_photo(chroma_layer(result.photo), place, mark=result.mark if marked else None)

    def archive(self, choices: Iterable[Choice], *, marked: bool) -> Archive:
        """A zip of all coloured photos; those that cannot be made any more are named.

        Raises PhotoError when there are none left.
        """
        files: list[Path] = []
        left_out: dict[str, Message] = {}
        for choice in choices:
            try:
                files.append(self.photo(choice, marked=marked))
            except PhotoError as error:
                left_out[Path(choice.file).name] = error.message
        if not files:
            raise PhotoError.of(next(iter(left_out.values()), Message("nothing_to_save")))
        archive = self._folder.zip(files, f"colorizer-{len(files)}-photos.zip")
        for file in files:
            file.unlink()
        return Archive(archive, left_out)

    def _colour(self, choice: Choice) -> "Colorized":
        return self._service.colorize(choice.file, choice.model, choice.adjustments)


def _stem(choice: Choice) -> str:
    return f"{plain_stem(choice.file)}-{choice.model.replace('/', '-')}"
