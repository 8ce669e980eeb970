"""MIR-FLICKR-25k, the original's data set, as folders that train.train takes.

    python -m train.prepare_mirflickr mirflickr25k.zip mirflickr25k_annotations_v080.zip \\
        --out mirflickr

writes OUT/all/{train,validation,test}/im1.jpg …, the same under OUT/bird and OUT/plant_life for the
photos on these annotation lists, and OUT/prepared.json. The original kept uninitialised memory in
place of photos that were too small, computed its grey filter in 8 bits that wrap around, so that
nearly everything passed, and split in file order with a photo shared between neighbouring parts;
here small and grey photos are dropped, and the parts of a shuffled list share nothing. As there,
photos are squeezed into squares.
"""

import json
import logging
import os
import re
import shutil
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

import numpy as np
import tyro
from tqdm import tqdm
from tyro.conf import Positional

from colorizer.colour.resizing import resize
from colorizer.photo import Photo, PhotoError, open_photo, save_photo
from train.dataset import is_grey

logger = logging.getLogger(__name__)

SIDE = 256
SHARES = {"train": 0.8, "validation": 0.1, "test": 0.1}
MAX_PHOTO_BYTES = 20 * 2**20
MAX_LIST_BYTES = 2 * 2**20

_PHOTO = re.compile(r"im(\d{1,7})\.jpe?g", re.IGNORECASE)
_UNREADABLE = (OSError, EOFError, RuntimeError, PhotoError, zipfile.BadZipFile, zlib.error)
"""What a damaged or encrypted member of an archive, or a photo in it, may raise."""


@dataclass(frozen=True)
class Entry:
    """A file in a folder or an archive: its name without folders, and how to read it.

    read: takes the most bytes that are wanted; raises PhotoError for a longer file. Nothing is ever
    written under a name or path that an archive gives.
    """

    name: str
    read: Callable[[int], bytes]


def list_entries(source: Path) -> Iterator[Entry]:
    """All files in a folder or a zip archive, sorted by path; SystemExit for anything else."""
    if source.is_dir():
        for file in sorted(path for path in source.rglob("*") if path.is_file()):
            yield Entry(file.name, partial(_read_file, file))
        return
    try:
        archive = zipfile.ZipFile(source)
    except (OSError, zipfile.BadZipFile) as error:
        raise SystemExit(f"{source} is neither a folder nor a readable zip archive.") from error
    for member in sorted(archive.infolist(), key=lambda member: member.filename):
        if not member.is_dir():
            name = PurePosixPath(member.filename).name
            yield Entry(name, partial(_read_member, archive, member))


def _read_file(file: Path, most: int) -> bytes:
    with file.open("rb") as content:
        return _bounded(content.read(most + 1), most)


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> bytes:
    with archive.open(member) as content:  # what the archive says of its size is not believed
        return _bounded(content.read(most + 1), most)


def _bounded(content: bytes, most: int) -> bytes:
    if len(content) > most:
        raise PhotoError("too_large", megabytes=most / 2**20)
    return content


def photo_entries(entries: Sequence[Entry]) -> dict[int, Entry]:
    """The photos im1.jpg, im2.jpg … by number, sorted; of two with one number the first."""
    found: dict[int, Entry] = {}
    for entry in entries:
        if match := _PHOTO.fullmatch(entry.name):
            found.setdefault(int(match[1]), entry)
    return dict(sorted(found.items()))


def read_list(entries: Sequence[Entry], name: str) -> set[int]:
    """Photo numbers, counted from 1, on the annotation list NAME.txt; SystemExit without it."""
    for entry in entries:
        if entry.name == f"{name}.txt":
            try:
                return {int(line) for line in entry.read(MAX_LIST_BYTES).split()}
            except (ValueError, *_UNREADABLE) as error:
                raise SystemExit(f"{name}.txt is no list of photo numbers.") from error
    raise SystemExit(f"There is no {name}.txt: give the annotations as well, or other --subsets.")


def split(numbers: Sequence[int], seed: int) -> dict[str, list[int]]:
    """Shuffle and cut into 80, 10 and 10 %; every number is in exactly one part."""
    shuffled = np.random.default_rng(seed).permutation(np.array(numbers, dtype=np.int64))
    cuts = (np.cumsum(list(SHARES.values()))[:-1] * len(numbers) + 1e-9).astype(int)
    parts = np.split(shuffled, cuts)
    return {name: [int(n) for n in part] for name, part in zip(SHARES, parts, strict=True)}


def _prepare(entry: Entry, target: Path) -> str | None:
    """Write one photo as `target`, or return why it is left out."""
    try:
        rgb = open_photo(entry.read(MAX_PHOTO_BYTES)).rgb
    except _UNREADABLE as error:
        return str(error) or "cannot be read"
    if min(rgb.shape[:2]) < SIDE:
        return f"a side below {SIDE} pixels"
    if is_grey(rgb):
        return "grey"
    save_photo(Photo(rgb=resize(rgb, SIDE, SIDE), format="JPEG"), target)
    return None


@dataclass(frozen=True)
class PreparationOptions:
    """Prepare MIR-FLICKR-25k for train.train: drop, scale, shuffle, split."""

    sources: Positional[tuple[Path, ...]]
    """The zip archives of the photos and of the annotations, or folders with their contents."""
    out: Path
    """Folder to write, which must not exist yet."""
    subsets: tuple[str, ...] = ("bird", "plant_life")
    """Annotation lists that become folders of their own, such as bird for bird.txt."""
    seed: int = 0


def prepare(options: PreparationOptions) -> dict[str, dict[str, int]]:
    """Write all folders; returns the number of photos by subset and part."""
    if options.out.exists():
        raise SystemExit(f"{options.out} exists already; give --out a new folder.")
    entries = [entry for source in options.sources for entry in list_entries(source)]
    lists = {name: read_list(entries, name) for name in options.subsets}
    photos = photo_entries(entries)
    if not photos:
        raise SystemExit("There are no photos im1.jpg, im2.jpg … in what was given.")
    everything = options.out / "all"
    everything.mkdir(parents=True)
    targets = [everything / f"im{number}.jpg" for number in photos]
    with ThreadPoolExecutor(2) as pool:
        reasons = list(
            tqdm(pool.map(_prepare, photos.values(), targets), total=len(photos), unit="photo")
        )
    left_out = {n: reason for n, reason in zip(photos, reasons, strict=True) if reason}
    parts = split([number for number in photos if number not in left_out], options.seed)
    for part, numbers in parts.items():
        (everything / part).mkdir()
        for number in numbers:
            (everything / f"im{number}.jpg").rename(everything / part / f"im{number}.jpg")
    counts = {"all": {part: len(numbers) for part, numbers in parts.items()}}
    counts |= {name: _link(options.out, name, chosen, parts) for name, chosen in lists.items()}
    record = {"seed": options.seed, "photos": counts, "left_out": left_out}
    (options.out / "prepared.json").write_text(json.dumps(record, indent=2) + "\n")
    logger.info("%d left out %s", len(left_out), dict(Counter(left_out.values())))
    return counts


def _link(out: Path, subset: str, chosen: set[int], parts: dict[str, list[int]]) -> dict[str, int]:
    """Give a subset its own folders, without storing its photos twice where links are possible."""
    counts = {}
    for part, numbers in parts.items():
        folder = out / subset / part
        folder.mkdir(parents=True)
        ours = [number for number in numbers if number in chosen]
        for number in ours:
            name = f"im{number}.jpg"
            source = out / "all" / part / name
            try:
                os.link(source, folder / name)
            except OSError:
                shutil.copyfile(source, folder / name)
        counts[part] = len(ours)
    return counts


def main(arguments: list[str] | None = None) -> None:
    """Prepare and print how many photos there are."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    options = tyro.cli(PreparationOptions, prog="python -m train.prepare_mirflickr", args=arguments)
    for subset, parts in prepare(options).items():
        print(subset, ", ".join(f"{count} {part}" for part, count in parts.items()))


if __name__ == "__main__":
    main()
