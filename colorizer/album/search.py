"""Which files of a folder are photos to colour, and what is left out."""

import os
import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from colorizer.photo import READABLE_SUFFIXES
from colorizer.photo.metadata import origin_of_file

RESULT = "result of ours"
HIDDEN = "hidden"
LINKED_FOLDER = "linked folder"

_RESULT_NAME = re.compile(r"(.+)-colour(-\d+)?(-layer)?", re.DOTALL)

# Thumbnails and the like, which programs keep beside photos.
_FOLDERS_OF_PROGRAMS = frozenset(("@eadir", "__macosx", "$recycle.bin", "lost+found"))


@dataclass
class Found:
    """Photos of a folder, in order; how many files of which kind are not; folders not readable."""

    photos: list[Path] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    unreadable: list[tuple[Path, str]] = field(default_factory=list)


def search(folder: Path, *, not_in: Path | None = None) -> Found:
    """Search a folder and its folders.

    not_in: a folder that is passed by, because results go there. Links to folders are not
    followed: they may lead in a circle.
    """
    found = Found()

    def failed(error: OSError) -> None:
        found.unreadable.append((Path(error.filename), error.strerror or "cannot be read"))

    for place, folders, files in os.walk(folder, onerror=failed):
        folders[:] = sorted(_entered(Path(place), folders, found, not_in))
        candidates = []
        for name in sorted(files):
            kind = left_out_as(name)
            if kind is None:
                candidates.append(Path(place, name))
            else:
                found.left_out[kind] += 1
        names = names_of(candidates)
        for path in candidates:
            if is_result(path, names):
                found.left_out[RESULT] += 1
            else:
                found.photos.append(path)
    found.photos.sort()
    return found


def is_result(path: Path, names: Collection[str]) -> bool:
    """Whether a file was made by this program: it says so, or is named as the result of one here.

    names: from `names_of`, of the photos in the same folder. The name alone decides nothing.
    """
    named = _RESULT_NAME.fullmatch(path.stem.casefold())
    return (named is not None and named[1] in names) or origin_of_file(path) is not None


def names_of(paths: Collection[Path]) -> set[str]:
    """What the results of these photos may be called after."""
    return {name.casefold() for path in paths for name in (path.stem, path.name)}


def _entered(place: Path, folders: list[str], found: Found, not_in: Path | None) -> Iterator[str]:
    for name in folders:
        path = place / name
        if not_in is not None and os.path.realpath(path) == os.path.realpath(not_in):
            continue
        if path.is_symlink():
            found.left_out[LINKED_FOLDER] += 1
        elif name.startswith(".") or name.casefold() in _FOLDERS_OF_PROGRAMS:
            found.left_out[HIDDEN] += 1
        else:
            yield name


def left_out_as(name: str) -> str | None:
    """The kind under which a file is counted instead of coloured; of its name, or a/path/of/it."""
    parts = name.split("/")
    if any(each.startswith(".") or each.casefold() in _FOLDERS_OF_PROGRAMS for each in parts):
        return HIDDEN
    suffix = Path(name).suffix.lower()
    if suffix in READABLE_SUFFIXES:
        return None
    return suffix.removeprefix(".").upper() or "without an ending"


def coloured_name(name: str) -> str:
    """What the result of a photo of this name is called, on the page as on the command line.

    Both without the suffix of the file.
    """
    return f"{name}-colour"
