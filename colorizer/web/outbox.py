"""Files that wait to be downloaded: good names, deleted after an hour."""

import re
import secrets
import shutil
import tempfile
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path

MAX_AGE_SECONDS = 3600.0


class Outbox:
    """A temporary folder; every file gets a folder of its own, so that names can be plain."""

    def __init__(self) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="colorizer-"))

    def place(self, name: str) -> Path:
        """A fresh path for a file called `name`; old files are swept out on the way."""
        self._sweep()
        folder = self.root / secrets.token_hex(8)
        folder.mkdir()
        return folder / name

    def zip(self, files: Sequence[Path], name: str) -> Path:
        """One archive of `files`; equal names are numbered."""
        archive = self.place(name)
        taken: set[str] = set()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as out:
            for file in files:
                out.write(file, _free_name(file, taken))
        return archive

    def _sweep(self) -> None:
        limit = time.time() - MAX_AGE_SECONDS
        for folder in self.root.iterdir():
            if folder.stat().st_mtime < limit:
                shutil.rmtree(folder, ignore_errors=True)


def plain_stem(name: str) -> str:
    """The stem of an uploaded file's name, fit for any file system, never empty."""
    stem = re.sub(r"[^\w.-]+", "-", Path(name).stem).strip(".-")[:80]
    return stem or "photo"


def _free_name(file: Path, taken: set[str]) -> str:
    name, number = file.name, 1
    while name in taken:
        number += 1
        name = f"{file.stem}-{number}{file.suffix}"
    taken.add(name)
    return name
