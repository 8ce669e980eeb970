"""Which real photos a study shows: a folder, or a dataset repository on the Hub."""

import csv
import hashlib
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

from colorizer.errors import StudyError
from colorizer.study.trials import StudyPhoto

logger = logging.getLogger(__name__)

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp"})

_DATASET = re.compile(r"[\w.-]+/[\w.-]+")


@dataclass(frozen=True)
class PhotoFile:
    """A file of the study; `photo.id` is the SHA-256 of its bytes, shortened to 128 bits."""

    photo: StudyPhoto
    path: Path


def photos_folder(source: str, *, token: str | None = None) -> Path:
    """The local folder of `source`: a folder, or `owner/name` of a dataset, downloaded once.

    token: for the Hub, where it is not the environment's. StudyError if it is neither or cannot be
    downloaded.
    """
    folder = Path(source).expanduser()
    if folder.is_dir():
        return folder
    if not _DATASET.fullmatch(source):
        raise StudyError("no_study_folder", source=source)
    patterns = ["*.csv", *(f"*{suffix}" for suffix in sorted(SUFFIXES))]
    try:
        return Path(
            snapshot_download(
                source, repo_type="dataset", allow_patterns=patterns, token=token or None
            )
        )
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        raise StudyError("study_download", source=source) from error


def find_photos(folder: Path) -> Iterator[PhotoFile]:
    """The photos in `folder` and below, by path, each content once.

    The subject is the column `subject` of `index.csv` if there is one, else the subfolder's name.
    """
    subjects = _subjects_by_path(folder)
    seen: set[str] = set()
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in SUFFIXES or not path.is_file():
            continue
        digest = hashlib.sha256(path.read_bytes()).hexdigest()[:32]
        if digest in seen:
            continue
        seen.add(digest)
        relative = path.relative_to(folder)
        inside = relative.parts[0] if len(relative.parts) > 1 else ""
        yield PhotoFile(StudyPhoto(digest, subjects.get(relative.as_posix(), inside)), path)


def _subjects_by_path(folder: Path) -> dict[str, str]:
    index = folder / "index.csv"
    if not index.is_file():
        return {}
    with index.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        if not {"path", "subject"} <= set(reader.fieldnames or ()):
            logger.warning("the study's index.csv has no columns path and subject: not used")
            return {}
        return {row["path"]: row["subject"] or "" for row in reader}
