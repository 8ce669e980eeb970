"""Coverage-guided fuzzing of open_photo: any exception but PhotoError, and any slow file, ends it.

    pip install atheris
    python -m tests.support.fuzz_photos FOLDER -max_total_time=1800 -timeout=5

FOLDER collects the interesting inputs and goes on from there the next time; it begins with the
table of odd photos. More folders and all flags are those of libFuzzer. What it finds is written
beside as crash-… or timeout-…: it becomes a row of the tables in bad_photos or odd_photos.
"""

import hashlib
import sys
import warnings
import zlib
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["PIL", "colorizer.photo"]):
    from colorizer.photo import PhotoError, PhotoLimits, open_photo

from tests.support.bad_photos import BAD_PHOTOS
from tests.support.bomb_photos import BOMBS
from tests.support.odd_metadata import ODD_METADATA
from tests.support.odd_photos import ODD_PHOTOS
from tests.support.photo_bytes import PNG_START

# A megapixel is decoded as a hundred are, and more often.
LIMITS = PhotoLimits(max_pixels=1_000_000, max_memory=30_000_000)
MAX_SEED_BYTES = 20_000


def main(argv: list[str]) -> None:
    folder = Path(argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for data in seeds():
        (folder / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
    warnings.simplefilter("ignore")
    atheris.Setup([*argv, f"-max_len={MAX_SEED_BYTES}"], one_input, custom_mutator=mutate_and_mend)
    atheris.Fuzz()


def seeds() -> list[bytes]:
    """Return the small files of the table."""
    rows = [each.make() for each in (*BAD_PHOTOS, *BOMBS)]
    rows += [each.make()[0] for each in (*ODD_PHOTOS, *ODD_METADATA)]
    return [data for data in rows if 0 < len(data) <= MAX_SEED_BYTES]


def one_input(data: bytes) -> None:
    try:
        photo = open_photo(data, LIMITS)
    except PhotoError:
        return
    assert photo.rgb.size <= 3 * LIMITS.max_pixels


def mutate_and_mend(data: bytes, max_size: int, seed: int) -> bytes:
    """Mutate as libFuzzer does; then make the checksums of a PNG right, or none would get in."""
    mutated = bytearray(atheris.Mutate(data, max_size))
    position = len(PNG_START)
    while mutated.startswith(PNG_START) and position + 12 <= len(mutated):
        end = position + 8 + int.from_bytes(mutated[position : position + 4], "big")
        if end + 4 > len(mutated):
            break
        checksum = zlib.crc32(mutated[position + 4 : end])
        mutated[end : end + 4] = checksum.to_bytes(4, "big")
        position = end + 4
    return bytes(mutated)


if __name__ == "__main__":
    main(sys.argv)
