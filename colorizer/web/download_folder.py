"""Files that wait to be downloaded, under good names."""

import secrets
import unicodedata
import zipfile
from collections.abc import Sequence
from pathlib import Path

from colorizer.web.temporary_files import temporary_folder


class DownloadFolder:
    """A temporary folder; every file gets a folder of its own, so that names can be plain."""

    def __init__(self) -> None:
        self.root = temporary_folder() / "downloads"

    def place(self, name: str) -> Path:
        """A fresh path for a file called `name`."""
        folder = self.root / secrets.token_hex(8)
        folder.mkdir(parents=True)
        return folder / name

    def zip(self, files: Sequence[Path], name: str) -> Path:
        """One archive of `files`; equal names are numbered. OSError leaves none."""
        archive = self.place(name)
        taken: set[str] = set()
        try:
            with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as out:
                for file in files:
                    out.write(file, _free_name(file, taken))
        except OSError:
            archive.unlink(missing_ok=True)
            raise
        return archive


def _free_name(file: Path, taken: set[str]) -> str:
    """Another name than all that are taken, also where P.jpg and p.jpg are one file."""
    name, number = file.name, 1
    while _key(name) in taken:
        number += 1
        name = f"{file.stem}-{number}{file.suffix}"
    taken.add(_key(name))
    return name


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
