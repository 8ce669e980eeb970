"""Thousands of odd files through the decoder process, and hundreds over HTTP, counted in a table.

`make reliability` takes all of them, everybody's `make test` a sample; both print the counts.
"""

import asyncio
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from colorizer.photo import PhotoError
from colorizer.photo.isolation import IsolatedDecoder
from tests.photo.test_bad_photos import ACCEPTED, FORMATS, REFUSED, answer, is_sentence, mutated
from tests.support.page_protocol import EventError, Page
from tests.support.photo_bytes import encoded
from tests.support.running_app import ROOT

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "bad-inputs"
SLOW_SECONDS = 5.0
MAX_MEGABYTES = 700
MAX_MEGABYTES_AT_100_MEGAPIXELS = 900
Figures = Callable[[str, object], None]
Sizes = dict[str, int | None]

SAMPLE: Sizes = {"mutations": 150, "pictures": 60, "corpus": 100, "http": 20}
WHOLE: Sizes = {"mutations": 2_000, "pictures": 500, "corpus": None, "http": 300}
lengths = pytest.mark.parametrize(
    "sizes",
    [
        pytest.param(SAMPLE, id="sample"),
        pytest.param(WHOLE, id="whole", marks=pytest.mark.reliability),
    ],
)


@dataclass
class Tally:
    """What became of files. failed: the decoder crashed, hung, or said no sentence."""

    accepted: int = 0
    refused: int = 0
    failed: list[str] = field(default_factory=list)
    slow: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        total = self.accepted + self.refused + len(self.failed)
        return (
            f"{total} files: {self.accepted} accepted, {self.refused} refused, "
            f"{len(self.failed)} failed, {len(self.slow)} over {SLOW_SECONDS:g} s"
        )


def table_rows() -> Iterator[bytes]:
    yield from (bad.make() for bad in REFUSED)
    yield from (odd.make()[0] for odd in ACCEPTED)


def mutations(count: int) -> Iterator[bytes]:
    chance = random.Random(7)
    seeds = [odd.make()[0] for odd in ACCEPTED]
    return (mutated(chance.choice(seeds), chance) for _ in range(count))


def pictures(count: int) -> Iterator[bytes]:
    """Yield valid pictures of any size, mode, format and content."""
    chance = random.Random(8)
    for number in range(count):
        noise = np.random.default_rng(number)
        size = (chance.randint(1, 300), chance.randint(1, 300), 4)
        levels = noise.integers(0, chance.choice((1, 2, 256)), size).astype(np.uint8)
        mode, format = chance.choice(("1", "L", "P", "RGB")), chance.choice(FORMATS)
        if format == "AVIF" or (format == "WEBP" and mode == "1"):
            mode = "RGB"
        if format == "JPEG" and mode in ("P", "1"):
            mode = "L"
        yield encoded(Image.fromarray(levels).convert("RGB").convert(mode), format)


def corpus(count: int | None) -> list[bytes]:
    files = sorted(path for path in CORPUS.rglob("*") if path.is_file())
    random.Random(9).shuffle(files)
    return [file.read_bytes() for file in files[:count]]


def run(decoder: IsolatedDecoder, contents: Iterable[bytes], file: Path) -> Tally:
    tally = Tally()
    for number, data in enumerate(contents):
        file.write_bytes(data)
        name, started = f"number {number}, begins {data[:12].hex()}", time.monotonic()
        try:
            decoder.open_photo(file)
        except PhotoError as refusal:
            if refusal.code in ("crashed", "slow") or not is_sentence(str(refusal)):
                tally.failed.append(f"{name}: {refusal}")
            else:
                tally.refused += 1
        else:
            tally.accepted += 1
        if time.monotonic() - started > SLOW_SECONDS:
            tally.slow.append(name)
    return tally


def peak_megabytes(decoder: IsolatedDecoder) -> int:
    """The most memory that the decoder's present process has had."""
    process = decoder._workers[0].process
    assert process is not None
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) // 1000


@lengths
@pytest.mark.parametrize("kind", ["rows of the table", "mutations", "pictures", "corpus"])
def test_every_file_ends_in_a_photo_or_a_sentence(
    kind: str, sizes: Sizes, tmp_path: Path, figures: Figures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("colorizer.photo.isolation._MAX_PHOTOS", 10**6)  # one process, one peak
    contents: Iterable[bytes]
    if kind == "corpus":
        if not CORPUS.is_dir():
            figures("odd photos, corpus", f"SKIPPED: there is no {CORPUS.name} beside the project")
            pytest.skip(f"no {CORPUS.name}")
        contents = corpus(sizes["corpus"])
    elif kind == "rows of the table":
        contents = table_rows()
    else:
        contents = {"mutations": mutations, "pictures": pictures}[kind](sizes[kind] or 0)
    decoder = IsolatedDecoder(workers=1)
    tally = run(decoder, contents, tmp_path / "photo")
    megabytes = peak_megabytes(decoder)
    figures(f"odd photos, {kind}", f"{tally}; decoder's peak {megabytes} MB")
    assert not tally.failed
    assert megabytes <= MAX_MEGABYTES
    if sizes is WHOLE:  # on purpose only: times belong to the machine as much as to the program
        assert not tally.slow


@lengths
def test_odd_files_over_http_are_answered(
    page_url: str, sizes: Sizes, tmp_path: Path, figures: Figures
) -> None:
    count = sizes["http"] or 0
    contents = [*table_rows(), *mutations(count)]
    random.Random(10).shuffle(contents)
    tally, server_errors = asyncio.run(ask(page_url, contents[:count], tmp_path))
    figures("odd photos over HTTP", f"{tally}; {server_errors} answers 5xx")
    assert server_errors == 0
    assert not tally.failed


async def ask(url: str, contents: list[bytes], folder: Path) -> tuple[Tally, int]:
    page, tally = Page(url), Tally()
    await page.open()
    for number, data in enumerate(contents):
        file = folder / f"{number}.jpg"
        file.write_bytes(data)
        try:
            await page.call("palette_preview", [await page.upload(file), "ab", 8])
        except EventError as refusal:
            if is_sentence(str(refusal)):
                tally.refused += 1
            else:
                tally.failed.append(str(refusal))
        else:
            tally.accepted += 1
    await page.close()
    return tally, page.server_errors


HUNDRED_MEGAPIXELS = """
import sys, threading, numpy as np, psutil
from PIL import Image
from colorizer.service.colorizer_service import ColorizerService
from colorizer.service.memory import use_few_heaps
from colorizer.photo import save_photo
from colorizer.photo.isolation import IsolatedDecoder
use_few_heaps()
small, large, result = sys.argv[1:]
Image.fromarray(np.add.outer(np.arange(300), np.arange(400)).astype(np.uint8)).save(small)
y, x = np.ogrid[0:10_000, 0:10_000]
waves = 127 + 90 * np.sin(x / 397).astype(np.float32) * np.cos(y / 261).astype(np.float32)
Image.fromarray(waves.astype(np.uint8)).save(large)
del waves
decoder = IsolatedDecoder()
service = ColorizerService(open_photo=decoder.open_photo)
process = psutil.Process()
done, sizes = threading.Event(), []

def colour(file):
    service.preview(file, "classification", long_side=1024)
    save_photo(service.colorize(file, "classification").photo, result)

def watch():
    while not done.wait(0.02):
        sizes.append(process.memory_info().rss)

colour(small)
loaded = process.memory_info().rss
threading.Thread(target=watch).start()
colour(large)
done.set()
print((max(sizes) - loaded) // 10**6)
"""


@pytest.mark.reliability
def test_a_hundred_megapixels_take_bounded_memory(tmp_path: Path, figures: Figures) -> None:
    files = [str(tmp_path / name) for name in ("small.jpg", "large.jpg", "result.jpg")]
    command = [sys.executable, "-c", HUNDRED_MEGAPIXELS, *files]
    megabytes = int(subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout)
    figures("a JPEG of 100 megapixels, coloured", f"{megabytes} MB above the loaded models")
    assert megabytes <= MAX_MEGABYTES_AT_100_MEGAPIXELS
    with Image.open(files[2]) as result:
        assert result.size == (10_000, 10_000)


def test_generated_pictures_are_valid() -> None:
    refusals = [each for each in map(answer, pictures(40)) if isinstance(each, PhotoError)]
    assert all("narrow" in str(refusal) for refusal in refusals)
    assert len(refusals) < 20
