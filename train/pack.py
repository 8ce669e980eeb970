"""Photos in a few files, to carry them to a machine that nothing else can be fetched from.

    python -m train.pack --photos PHOTOS --out packs --side 128 --quality 60 --limit 20000
    python -m train.pack --unpack packs/photos-00.zip packs/photos-01.zip --out PHOTOS

Photos are drawn so that no source and no subject dominates, shrunk, encoded anew and put into zip
files of at most so many MiB; each has an index.csv, and unpacked they are a folder like any other.
"""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import tyro
from PIL import Image
from tqdm import tqdm

from colorizer.photo import PhotoError, open_photo
from train.dataset import list_photos, shrink
from train.photo_index import INDEX_FILE, IndexLine, balancing_weights, read_index

_FIELDS = ("path", "subject", "source", "split")


@dataclass(frozen=True)
class PackOptions:
    """Pack photos into zip files, or unpack those."""

    out: Path
    """Folder for the zip files, or for the unpacked photos."""
    photos: list[Path] = field(default_factory=list)
    """Folders of colour photos."""
    unpack: list[Path] = field(default_factory=list)
    """Zip files to unpack instead."""
    side: int = 128
    """Short side in pixels; smaller photos stay as they are."""
    quality: int = 60
    """Of the WebP encoder, 0 … 100."""
    limit: int | None = None
    """Pack this many photos; default: all."""
    max_mib: float = 28.0
    """Size of a zip file at most, in MiB."""
    seed: int = 0

    def __post_init__(self) -> None:
        if bool(self.photos) == bool(self.unpack):
            raise SystemExit("Give either --photos or --unpack.")


Encoded = tuple[IndexLine, bytes]


def pack(options: PackOptions) -> list[Path]:
    """Write photos-00.zip, photos-01.zip, …; returns them."""
    files = list_photos(options.photos)
    index = read_index(options.photos)
    lines = [index.get(file.resolve(), IndexLine()) for file in files]
    chosen = _draw(lines, options)
    options.out.mkdir(parents=True, exist_ok=True)
    encode = partial(_encode, side=options.side, quality=options.quality)
    with ThreadPoolExecutor() as pool:
        contents = pool.map(encode, (files[i] for i in chosen))
        encoded = (
            (lines[i], content) for i, content in zip(chosen, contents, strict=True) if content
        )
        parts = _parts(tqdm(encoded, total=len(chosen)), int(options.max_mib * 2**20))
        written = [
            _write(options.out / f"photos-{number:02}.zip", part)
            for number, part in enumerate(parts)
        ]
    return written


def unpack(files: Sequence[Path], folder: Path) -> None:
    """Photos and one index.csv of all `files` into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    rows: list[dict[str, str]] = []
    for file in files:
        with zipfile.ZipFile(file) as content:
            for row in csv.DictReader(io.StringIO(content.read(INDEX_FILE).decode())):
                name = f"{file.stem}-{Path(row['path']).name}"  # never out of `folder`
                (folder / name).write_bytes(content.read(row["path"]))
                rows.append({**row, "path": name})
    (folder / INDEX_FILE).write_text(_table(rows), encoding="utf-8")


def _draw(lines: Sequence[IndexLine], options: PackOptions) -> list[int]:
    """Numbers of the photos to pack, in random order; each weighs as in a balanced training."""
    random = np.random.default_rng(options.seed)
    count = min(options.limit or len(lines), len(lines))
    weights = balancing_weights(lines, 0.5)
    return [int(i) for i in random.choice(len(lines), count, replace=False, p=weights)]


def _encode(file: Path, *, side: int, quality: int) -> bytes | None:
    """The photo as a small WebP; None where it cannot be read."""
    try:
        rgb = open_photo(file).rgb
    except PhotoError:
        return None
    result = io.BytesIO()
    Image.fromarray(shrink(rgb, side)).save(result, "WEBP", quality=quality, method=4)
    return result.getvalue()


def _parts(encoded: Iterator[Encoded] | Sequence[Encoded], limit: int) -> Iterator[list[Encoded]]:
    """Cut into parts whose zip files stay below `limit` bytes."""
    part: list[Encoded] = []
    size = 1024
    for line, content in encoded:
        more = len(content) + 400  # its headers in the zip file and its line of the index
        if part and size + more > limit:
            yield part
            part, size = [], 1024
        part.append((line, content))
        size += more
    if part:
        yield part


def _write(file: Path, part: Sequence[Encoded]) -> Path:
    rows = []
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as content:
        for number, (line, photo) in enumerate(part):
            name = f"{number:05}.webp"
            content.writestr(name, photo)
            rows.append({"path": name, **asdict(line)})
        content.writestr(INDEX_FILE, _table(rows))
    return file


def _table(rows: Sequence[dict[str, str]]) -> str:
    text = io.StringIO()
    table = csv.DictWriter(text, _FIELDS, lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return text.getvalue()


def main(arguments: list[str] | None = None) -> None:
    """Parse the command line, pack or unpack, and say what was written."""
    options = tyro.cli(PackOptions, prog="python -m train.pack", args=arguments)
    if options.unpack:
        unpack(options.unpack, options.out)
        return
    for file in pack(options):
        print(f"{file}  {file.stat().st_size / 2**20:.1f} MiB")


if __name__ == "__main__":
    main()
