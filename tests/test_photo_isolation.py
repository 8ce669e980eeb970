"""Decoding in a process of its own: the same photos, and no way to harm the parent."""

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from colorizer.photo import PhotoError, PhotoLimits, isolation, open_photo
from colorizer.photo.isolation import CRASHED, TOO_LONG, IsolatedDecoder


@pytest.fixture(scope="module")
def decoder() -> Iterator[IsolatedDecoder]:
    decoder = IsolatedDecoder(workers=1, seconds=120)
    yield decoder
    decoder.close()


@pytest.fixture
def photo(tmp_path: Path, colourful: np.ndarray) -> Path:
    Image.fromarray(colourful).save(tmp_path / "photo.png")
    return tmp_path / "photo.png"


def process_of(decoder: IsolatedDecoder) -> "subprocess.Popen[bytes]":
    process = decoder._idle.get()
    decoder._idle.put(process)
    assert process is not None
    return process


def test_photo_is_the_same_as_in_process(decoder: IsolatedDecoder, photo: Path) -> None:
    there, here = decoder.open_photo(photo), open_photo(photo)
    assert np.array_equal(there.rgb, here.rgb)
    assert (there.alpha, there.format, there.notes) == (None, here.format, here.notes)


def test_transparency_and_notes_come_along(decoder: IsolatedDecoder, tmp_path: Path) -> None:
    frames = [Image.new("RGBA", (9, 7), (255, 0, 0, alpha)) for alpha in (90, 200)]
    frames[0].save(tmp_path / "two.webp", save_all=True, append_images=frames[1:], lossless=True)
    there, here = decoder.open_photo(tmp_path / "two.webp"), open_photo(tmp_path / "two.webp")
    assert there.alpha is not None
    assert here.alpha is not None
    assert np.array_equal(there.alpha, here.alpha)
    assert there.notes == here.notes != ()


@pytest.mark.parametrize("content", [b"", b"no photo", b"\xff\xd8\xff\xe0 cut"])
def test_refusal_is_the_same_sentence(
    decoder: IsolatedDecoder, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "bad.jpg").write_bytes(content)
    with pytest.raises(PhotoError) as here:
        open_photo(tmp_path / "bad.jpg")
    with pytest.raises(PhotoError) as there:
        decoder.open_photo(tmp_path / "bad.jpg")
    assert str(there.value) == str(here.value)


def test_limits_reach_the_process(decoder: IsolatedDecoder, photo: Path) -> None:
    with pytest.raises(PhotoError, match="megapixels"):
        decoder.open_photo(photo, PhotoLimits(max_pixels=100))


def test_one_process_serves_many_photos_and_a_dead_one_is_replaced(
    decoder: IsolatedDecoder, photo: Path
) -> None:
    decoder.open_photo(photo)
    first = process_of(decoder)
    decoder.open_photo(photo)
    assert process_of(decoder).pid == first.pid
    first.kill()
    first.wait()
    assert decoder.open_photo(photo).width == 180
    assert process_of(decoder).pid != first.pid


def test_photo_that_takes_too_long_is_refused_and_its_process_ends(photo: Path) -> None:
    decoder = IsolatedDecoder(workers=1, seconds=0.0)
    with pytest.raises(PhotoError, match=TOO_LONG):
        decoder.open_photo(photo)
    assert process_of(decoder).poll() is not None


@pytest.mark.parametrize(
    "behaviour",
    [
        "import os; os.abort()",
        "import sys; sys.stdin.readline(); print('nonsense')",
        'import sys; sys.stdin.readline(); print(\'{"height": 9999999, "width": 9999999}\')',
        "import sys; sys.stdin.readline(); print("
        '\'{"height": 4, "width": 4, "alpha": false, "format": "PNG", "notes": []}\')',
    ],
    ids=["aborts", "answers nonsense", "announces too much", "stops half-way"],
)
def test_process_that_fails_costs_one_photo(
    monkeypatch: pytest.MonkeyPatch, photo: Path, behaviour: str
) -> None:
    started = isolation._start

    def fail(limits: PhotoLimits) -> "subprocess.Popen[bytes]":
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        return subprocess.Popen([sys.executable, "-c", behaviour], **pipes)

    decoder = IsolatedDecoder(workers=1, seconds=120)
    monkeypatch.setattr(isolation, "_start", fail)
    with pytest.raises(PhotoError, match=CRASHED):
        decoder.open_photo(photo)
    monkeypatch.setattr(isolation, "_start", started)
    assert decoder.open_photo(photo).width == 180
    decoder.close()


@pytest.mark.skipif(not Path("/proc/self/limits").exists(), reason="limits are read from /proc")
def test_process_has_no_secrets_and_bounded_memory_and_writes_nothing(
    monkeypatch: pytest.MonkeyPatch, photo: Path
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    decoder = IsolatedDecoder(workers=1, seconds=120)
    decoder.open_photo(photo)
    process = Path(f"/proc/{process_of(decoder).pid}")
    assert b"hf_secret" not in (process / "environ").read_bytes()
    limits = {line[:26].strip(): line[26:].split()[0] for line in (process / "limits").open()}
    assert int(limits["Max address space"]) < 4 << 30
    assert limits["Max file size"] == limits["Max core file size"] == "0"
    decoder.close()


def test_photo_beyond_the_process_memory_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(isolation, "SPARE_MEMORY", 250 << 20)
    stream = io.BytesIO()
    Image.new("RGB", (9000, 9000)).save(stream, "PNG", compress_level=1)
    (tmp_path / "large.png").write_bytes(stream.getvalue())
    decoder = IsolatedDecoder(workers=1, seconds=120)
    decoder.open_photo(_small(tmp_path), PhotoLimits(max_memory=1 << 20))
    with pytest.raises(PhotoError, match=r"memory|decoder fail"):
        decoder.open_photo(tmp_path / "large.png")
    assert decoder.open_photo(_small(tmp_path)).width == 8
    decoder.close()


def test_processes_end_with_their_parent(photo: Path) -> None:
    code = (
        "import os, sys\nfrom colorizer.photo.isolation import IsolatedDecoder\n"
        "decoder = IsolatedDecoder(workers=1)\ndecoder.open_photo(sys.argv[1])\n"
        "print(decoder._idle.get().pid, flush=True)\nos._exit(1)"
    )
    child = subprocess.run([sys.executable, "-c", code, photo], capture_output=True, check=False)
    pid = int(child.stdout)
    for _ in range(1200):
        try:
            os.kill(pid, 0)
            if Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z":
                break
        except (ProcessLookupError, FileNotFoundError):
            break
        subprocess.run(["sleep", "0.1"], check=True)
    else:
        pytest.fail("the decoder process outlived its parent")


def _small(folder: Path) -> Path:
    Image.new("RGB", (8, 8)).save(folder / "small.png")
    return folder / "small.png"
