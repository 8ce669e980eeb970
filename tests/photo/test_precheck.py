"""What is known of a file before it is opened: kind, cost, orientation, bombs."""

import io
import subprocess
import sys
import textwrap
import tracemalloc
from pathlib import Path

import pytest
from PIL import Image

from colorizer.photo import DEFAULT_LIMITS, PhotoError, open_photo
from colorizer.photo.precheck import READABLE_SUFFIXES, accepted_formats, inspect
from colorizer.photo.precheck.jpeg import read_structure
from colorizer.photo.precheck.tiff import is_bomb, orientation
from tests.support.bomb_photos import BOMBS
from tests.support.photo_bytes import (
    ASCII,
    LONG,
    SHORT,
    UNDEFINED,
    directory,
    encoded,
    exif,
    jpeg_segment,
    picture,
    png,
    tiff,
    with_jpeg_segments,
)
from tests.support.photo_table import BadPhoto


def structure_of(**options: object) -> tuple[int, float]:
    structure = read_structure(
        encoded(picture(), "JPEG", **options), max_segments=100, max_scans=100
    )
    return structure.scans, structure.coefficient_bytes


def test_baseline_jpeg_comes_in_one_scan_and_costs_no_more() -> None:
    assert structure_of() == (1, 0.0)


def test_progressive_jpeg_costs_two_bytes_for_every_sample() -> None:
    scans, coarse = structure_of(progressive=True, subsampling=2)
    assert scans > 5
    assert coarse == pytest.approx(2 * 1.5)
    assert structure_of(progressive=True, subsampling=0)[1] == pytest.approx(2 * 3.0)


def test_progressive_jpeg_may_have_fewer_pixels() -> None:
    def cost(**options: object) -> float:
        data = encoded(picture(), "JPEG", subsampling=0, **options)
        return inspect(data, DEFAULT_LIMITS).bytes_per_pixel

    assert cost(progressive=True) > cost() + 4


def test_embedded_preview_counts_for_nothing() -> None:
    preview = encoded(picture(16, 16), "JPEG", progressive=True)
    block = b"Exif\0\0" + exif([(0x9999, UNDEFINED, len(preview), preview)])
    assert structure_of(exif=block) == (1, 0.0)


def test_a_run_of_filling_bytes_is_passed_in_one_go() -> None:
    data = b"\xff\xd8" + b"\xff" * 3_000_000 + b"\0" + b"\xff" * 3_000_000
    assert read_structure(data, max_segments=10, max_scans=10).segments <= 1


@pytest.mark.parametrize(
    "segments",
    [
        jpeg_segment(0xE1, b"Exif\0\0" + bytes(2_000)) * 3_000,
        jpeg_segment(0xED, b"Photoshop 3.0\0" + b"8BIM\4\4\0\0\0\0\0\0" * 5_000) * 200,
        jpeg_segment(0xDB, (b"\0" + bytes(range(1, 65))) * 1_000) * 200,
        b"\xff" * 2_000_000,
    ],
    ids=["EXIF", "Photoshop", "tables", "filling"],
)
def test_segments_that_take_pillow_long_are_refused_unread(
    segments: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = with_jpeg_segments(encoded(picture(), "JPEG"), segments)
    monkeypatch.setattr(Image, "open", lambda *_, **__: pytest.fail("Pillow saw it"))
    with pytest.raises(PhotoError, match="damaged"):
        open_photo(data)


def test_deep_png_with_transparency_may_have_fewer_pixels() -> None:
    rows = (b"\0" + bytes(64 * 8)) * 48
    deep = inspect(png(64, 48, bits=16, colour_type=6, rows=rows), DEFAULT_LIMITS)
    assert deep.bytes_per_pixel * 100_000_000 > DEFAULT_LIMITS.max_memory
    opaque = inspect(png(64, 48, bits=16, colour_type=2, rows=rows), DEFAULT_LIMITS)
    assert opaque.bytes_per_pixel * 100_000_000 <= DEFAULT_LIMITS.max_memory


@pytest.mark.parametrize("order", ["II", "MM"])
@pytest.mark.parametrize("value", range(1, 9))
def test_orientation_is_read_in_both_byte_orders(order: str, value: int) -> None:
    fields = Image.Exif()
    fields.endian = "<" if order == "II" else ">"
    fields[271] = "A camera with a long name"
    fields[274] = value
    assert fields.tobytes()[6:8] == order.encode()
    assert orientation(fields.tobytes()) == value
    assert orientation(fields.tobytes()[6:]) == value


@pytest.mark.parametrize(
    "block",
    [
        b"",
        b"II",
        b"II*\0\xff\xff\xff\xff",
        b"nonsense of some length",
        exif([(274, SHORT, 1, 0)]),
        exif([(274, SHORT, 1, 9)]),
        exif([(274, SHORT, 2, 6)]),
        exif([(274, LONG, 1, 6)]),
        exif([(274, ASCII, 2, b"6\0")]),
        exif([(274, SHORT, 1, 6)])[:14],
        exif([(1, SHORT, 1, 0)] * 5_000 + [(274, SHORT, 1, 6)]),
    ],
)
def test_broken_orientation_is_one(block: bytes) -> None:
    assert orientation(block) == 1


def test_a_directory_is_a_bomb_when_its_values_are_many_times_its_size() -> None:
    once = exif([(tag, UNDEFINED, 100_000, bytes(100_000)) for tag in range(1, 20)])
    assert not is_bomb(once)
    shared = exif([(tag, UNDEFINED, 1_000_000, 8) for tag in range(1, 500)]) + bytes(1_000_000)
    assert is_bomb(shared)


def test_sub_directories_of_a_tiff_are_not_read() -> None:
    """Values of 60 MB, all the same megabyte of the file, stand in its EXIF directory."""
    entries = [(tag, UNDEFINED, 1_000_000, 8) for tag in range(1, 60)]
    strip = bytes(1_000_000) + directory(entries, start=1_000_008)
    data = tiff(strip, [(0x8769, LONG, 1, 1_000_008)])
    open_photo(data)
    tracemalloc.start()
    try:
        assert open_photo(data).width == 64
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_every_suffix_belongs_to_an_accepted_format() -> None:
    extensions = Image.registered_extensions()
    for suffix in READABLE_SUFFIXES:
        assert suffix in (".heic", ".heif") or extensions[suffix] in (*accepted_formats(), "MPO")


needs_proc = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="reads the memory figures of Linux"
)

CHILD = r"""
    import re, sys
    from pathlib import Path
    from colorizer.photo import PhotoError, open_photo

    def peak():  # of this process alone; ru_maxrss begins with the peak of the parent
        return int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1])

    small, path = sys.argv[1:]
    open_photo(small)
    before = peak()
    try:
        print(open_photo(path).rgb.shape, end=" ")
    except PhotoError as refusal:
        print("refused", end=" ")
    print((peak() - before) // 1024)
"""


def megabytes_to_open(folder: Path, data: bytes) -> tuple[str, int]:
    """Open a file in a fresh process; return its answer and by how much its peak memory grew."""
    small, photo = folder / "small", folder / "photo"
    small.write_bytes(encoded(picture(), "JPEG"))
    photo.write_bytes(data)
    command = [sys.executable, "-c", textwrap.dedent(CHILD), str(small), str(photo)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    answer, megabytes = output.rsplit(maxsplit=1)
    return answer, int(megabytes)


@needs_proc
@pytest.mark.reliability
@pytest.mark.parametrize(("mode", "most"), [("RGB", 430), ("L", 430), ("portrait", 640)])
def test_a_hundred_megapixels_stay_within_memory(tmp_path: Path, mode: str, most: int) -> None:
    large = picture(100, 100).convert("L" if mode == "L" else "RGB").resize((10_000, 10_000))
    fields = Image.Exif()
    fields[274] = 6 if mode == "portrait" else 1
    stream = io.BytesIO()
    large.save(stream, "JPEG", quality=88, exif=fields)
    answer, megabytes = megabytes_to_open(tmp_path, stream.getvalue())
    print(f"100-megapixel JPEG ({mode}): {megabytes} MB")
    assert answer == "(10000, 10000, 3)"
    assert megabytes <= most


@needs_proc
@pytest.mark.reliability
@pytest.mark.parametrize("bomb", BOMBS, ids=lambda bomb: bomb.make.__name__)
def test_a_bomb_costs_next_to_nothing(tmp_path: Path, bomb: BadPhoto) -> None:
    answer, megabytes = megabytes_to_open(tmp_path, bomb.make())
    assert answer == "refused"
    assert megabytes <= 50
