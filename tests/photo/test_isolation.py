"""Decoding in a process of its own: the same photos, and no way to harm the parent."""

import io
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from colorizer.errors import MESSAGES
from colorizer.photo import Photo, PhotoError, PhotoLimits, encode_photo, isolation, open_photo
from colorizer.photo.isolation import IsolatedDecoder
from colorizer.photo.precheck import accepted_formats
from tests.support.photo_bytes import picture

CRASHED, TOO_LONG = MESSAGES["crashed"], MESSAGES["slow"]

on_linux = pytest.mark.skipif(not Path("/proc/self/limits").exists(), reason="reads /proc")


@pytest.fixture(scope="module")
def decoder() -> Iterator[IsolatedDecoder]:
    decoder = IsolatedDecoder(workers=1, seconds=120)
    yield decoder
    decoder.close()


@pytest.fixture
def failing_decoders(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes started from now on crash, hang and so on as the content of the file says."""
    command = (sys.executable, "-m", "tests.support.failing_decoder")
    monkeypatch.setattr(isolation, "_COMMAND", command)


@pytest.fixture
def photo(tmp_path: Path, colourful: np.ndarray) -> Path:
    Image.fromarray(colourful).save(tmp_path / "photo.png")
    return tmp_path / "photo.png"


def process_of(decoder: IsolatedDecoder) -> "subprocess.Popen[bytes]":
    process = decoder._workers[-1].process
    assert process is not None
    return process


def holding(folder: Path, content: bytes) -> Path:
    (folder / f"{content.decode()}.jpg").write_bytes(content)
    return folder / f"{content.decode()}.jpg"


def gone(pid: int) -> bool:
    """Whether the process ends within two minutes; a zombie has ended."""
    for _ in range(1200):
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.1)
    return False


def test_photo_is_the_same_as_in_process(decoder: IsolatedDecoder, photo: Path) -> None:
    there, here = decoder.open_photo(photo), open_photo(photo)
    assert np.array_equal(there.rgb, here.rgb)
    assert (there.alpha, there.format, there.notes, there.mark) == (None, "PNG", (), None)


def test_transparency_notes_and_mark_come_along(decoder: IsolatedDecoder, tmp_path: Path) -> None:
    frames = [Image.new("RGBA", (9, 7), (255, 0, 0, alpha)) for alpha in (90, 200)]
    frames[0].save(tmp_path / "two.webp", save_all=True, append_images=frames[1:], lossless=True)
    there, here = decoder.open_photo(tmp_path / "two.webp"), open_photo(tmp_path / "two.webp")
    assert there.alpha is not None
    assert here.alpha is not None
    assert np.array_equal(there.alpha, here.alpha)
    assert there.notes == here.notes != ()
    (tmp_path / "marked.jpg").write_bytes(encode_photo(here, "jpg", mark="Invented – by a test."))
    assert decoder.open_photo(tmp_path / "marked.jpg").mark == "Invented – by a test."


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


def test_sixteen_bit_grey_and_every_kind_come_through(
    decoder: IsolatedDecoder, tmp_path: Path
) -> None:
    deep = np.linspace(0, 65_535, 48 * 64).astype(np.uint16).reshape(48, 64)
    Image.fromarray(deep).save(tmp_path / "deep.png")
    there = decoder.open_photo(tmp_path / "deep.png")
    assert there.grey16 is not None
    assert np.array_equal(there.grey16, deep)
    for kind in accepted_formats():
        if kind != "HEIF":
            picture().save(tmp_path / "photo", kind)
            assert decoder.open_photo(tmp_path / "photo").format == kind


def test_limits_reach_the_process(photo: Path) -> None:
    decoder = IsolatedDecoder(PhotoLimits(max_pixels=100), seconds=120)
    with pytest.raises(PhotoError, match="megapixels"):
        decoder.open_photo(photo)


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


def test_a_process_ends_after_many_photos(photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "_MAX_PHOTOS", 2)
    decoder = IsolatedDecoder(workers=1, seconds=120)
    pids = []
    for _ in range(4):
        assert decoder.open_photo(photo).width == 180
        pids.append(process_of(decoder).pid)
    assert pids[0] == pids[1] != pids[2] == pids[3]


def test_many_threads_share_the_processes(tmp_path: Path) -> None:
    decoder = IsolatedDecoder(workers=2, seconds=120)
    files = []
    for level in range(60):
        files.append(tmp_path / f"{level}.png")
        Image.new("RGB", (300, 200 + level), (level, 2, 3)).save(files[-1])
    with ThreadPoolExecutor(16) as pool:
        for level, photo in enumerate(pool.map(decoder.open_photo, files)):
            assert photo.rgb.shape == (200 + level, 300, 3)
            assert (photo.rgb == (level, 2, 3)).all()
    assert all(worker.process is not None for worker in decoder._workers)


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"crash", CRASHED), (b"leave", CRASHED), (b"hang", TOO_LONG), (b"hoard", "enough memory")],
)
@pytest.mark.usefixtures("failing_decoders")
def test_decoder_that_fails_costs_one_photo(
    photo: Path, tmp_path: Path, content: bytes, says: str
) -> None:
    decoder = IsolatedDecoder(workers=1, seconds=120)
    decoder.open_photo(photo)  # started: what takes long from here on is the photo
    decoder._workers[0].seconds = 1.0 if content == b"hang" else 120.0
    with pytest.raises(PhotoError, match=says):
        decoder.open_photo(holding(tmp_path, content))
    decoder._workers[0].seconds = 120.0
    assert decoder.open_photo(photo).width == 180


@pytest.mark.usefixtures("failing_decoders")
def test_photos_beside_one_that_fails_are_not_harmed(photo: Path, tmp_path: Path) -> None:
    decoder = IsolatedDecoder(workers=2, seconds=120)
    crash = holding(tmp_path, b"crash")

    def answer(file: Path) -> int | str:
        try:
            return decoder.open_photo(file).width
        except PhotoError as refusal:
            return str(refusal)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(answer, [photo, crash, photo, photo] * 5))
    assert answers == [180, CRASHED, 180, 180] * 5


@pytest.mark.parametrize(
    "answer",
    [
        "nonsense",
        "[]",
        "{}",
        '{"height": 9999999, "width": 9999999}',
        '{"height": 4, "width": 4, "alpha": false, "format": "PNG", "notes": [], "mark": null}',
    ],
    ids=["no JSON", "a list", "nothing", "too much", "half of it"],
)
def test_answers_are_not_believed(
    monkeypatch: pytest.MonkeyPatch, photo: Path, answer: str
) -> None:
    code = f"import sys; sys.stdin.readline(); print({answer!r})"
    monkeypatch.setattr(isolation, "_COMMAND", (sys.executable, "-c", code))
    with pytest.raises(PhotoError, match=CRASHED):
        IsolatedDecoder(workers=1, seconds=120).open_photo(photo)


def test_an_endless_answer_is_not_read(monkeypatch: pytest.MonkeyPatch, photo: Path) -> None:
    code = "import sys; sys.stdin.readline()\nwhile True: sys.stdout.write('x' * 4096)"
    monkeypatch.setattr(isolation, "_COMMAND", (sys.executable, "-c", code))
    with pytest.raises(PhotoError, match=CRASHED):
        IsolatedDecoder(workers=1, seconds=120).open_photo(photo)


def test_memory_that_is_missing_in_the_parent_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, decoder: IsolatedDecoder, photo: Path
) -> None:
    def none_left(*_: object) -> Photo:
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(isolation, "_read_photo", none_left)
        with pytest.raises(PhotoError, match="enough memory"):
            decoder.open_photo(photo)
    assert decoder.open_photo(photo).width == 180


@on_linux
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


def test_photo_beyond_the_process_memory_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(isolation, "SPARE_MEMORY", -500 << 20)
    stream = io.BytesIO()
    Image.new("RGB", (9000, 9000)).save(stream, "PNG", compress_level=1)
    (tmp_path / "large.png").write_bytes(stream.getvalue())
    decoder = IsolatedDecoder(workers=1, seconds=120)
    decoder.open_photo(_small(tmp_path))
    with pytest.raises(PhotoError, match=r"memory|decoder fail"):
        decoder.open_photo(tmp_path / "large.png")
    assert decoder.open_photo(_small(tmp_path)).width == 8


@on_linux
def test_processes_end_with_the_decoder_and_when_it_is_closed(photo: Path) -> None:
    for end in ("close", "forget"):
        decoder = IsolatedDecoder(workers=1, seconds=120)
        decoder.open_photo(photo)
        pid = process_of(decoder).pid
        if end == "close":
            decoder.close()
        del decoder
        assert gone(pid), end


@on_linux
@pytest.mark.parametrize("end", ["os._exit(1)", "sys.exit(0)", "os.kill(os.getpid(), 9)"])
@pytest.mark.parametrize("busy", [False, True], ids=["idle", "busy"])
def test_processes_end_with_their_parent(photo: Path, tmp_path: Path, end: str, busy: bool) -> None:
    file = holding(tmp_path, b"hang") if busy else photo
    code = f"""
import os, sys, time
from threading import Thread
from colorizer.photo import isolation
isolation._COMMAND = (sys.executable, "-m", "tests.support.failing_decoder")
decoder = isolation.IsolatedDecoder(workers=1, seconds=8)
decoder.open_photo({str(photo)!r})
Thread(target=decoder.open_photo, args=({str(file)!r},), daemon=True).start()
time.sleep(1)
print(decoder._workers[0].process.pid, flush=True)
{end}
"""
    command = [sys.executable, "-c", code]
    parent = subprocess.run(command, stdout=subprocess.PIPE, check=False, env=_with_this_path())
    assert gone(int(parent.stdout))


def _with_this_path() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def _small(folder: Path) -> Path:
    Image.new("RGB", (8, 8)).save(folder / "small.png")
    return folder / "small.png"
