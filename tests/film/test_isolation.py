"""A stranger's film in a process of its own: the same colours, and no way to harm the parent."""

import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import av
import numpy as np
import pytest

from colorizer import Colorizer
from colorizer.adjustments import NO_ADJUSTMENTS
from colorizer.errors import FilmError
from colorizer.film import isolation
from colorizer.film.colouring import colour_film
from colorizer.film.confined import played_suffix
from colorizer.film.guess import Guess, guess_of
from colorizer.film.isolation import FilmLimits, IsolatedFilm
from colorizer.film.options import FilmOptions
from colorizer.film.reading import mark_of_file, open_film
from colorizer.photo import Photo, PhotoLimits
from tests.support.small_films import decoded, scene, stamps_and_bytes, write_film

on_linux = pytest.mark.skipif(not Path("/proc/self/limits").exists(), reason="reads /proc")
MARK = "Colours invented by a test."
FAILING = (sys.executable, "-m", "tests.support.failing_film")


@pytest.fixture(scope="module")
def colorizer(regression_folder: Path) -> Colorizer:
    return Colorizer.from_pretrained(regression_folder)


@pytest.fixture
def look(colorizer: Colorizer) -> isolation.Look:
    def guess(picture: np.ndarray) -> Guess:
        return guess_of(colorizer, colorizer.predict(Photo(picture)), NO_ADJUSTMENTS)

    return guess


def run(
    data: bytes, folder: Path, look: isolation.Look, limits: FilmLimits | None = None,
    meanwhile: Callable[[IsolatedFilm], None] = lambda film: None,
) -> IsolatedFilm:  # fmt: skip
    film = IsolatedFilm(limits or FilmLimits())
    for _ in film.colour(data, lambda suffix: folder / f"result{suffix}", look, side=64, mark=MARK):
        meanwhile(film)
    return film


def test_the_colours_are_those_of_the_command_line(
    tmp_path: Path, colorizer: Colorizer, look: isolation.Look
) -> None:
    source = write_film(tmp_path / "film.mp4", scene(40), sound=True, degrees=90)
    film = run(source.read_bytes(), tmp_path, look)
    assert film.file == tmp_path / "result.mp4"
    assert film.notes == ()
    assert mark_of_file(film.file) == MARK
    here = colour_film(
        open_film(source, PhotoLimits()), tmp_path / "here.mp4", colorizer,
        options=FilmOptions(mark=MARK),
    )  # fmt: skip
    for kind in ("video", "audio"):
        assert stamps_and_bytes(film.file, kind) == stamps_and_bytes(here.written, kind)
    assert stamps_and_bytes(film.file, "audio") == stamps_and_bytes(source, "audio")


def test_of_a_long_film_the_beginning_is_coloured_with_its_sound(
    tmp_path: Path, look: isolation.Look
) -> None:
    source = write_film(tmp_path / "film.mkv", scene(70), sound=True)
    film = run(source.read_bytes(), tmp_path, look, FilmLimits(seconds=1))
    assert [note.code for note in film.notes] == ["film_cut"]
    assert film.file is not None
    assert len(decoded(film.file)) == 25
    (*_, last) = stamps_and_bytes(film.file, "audio")
    assert 0.95 < float(last[0] + last[1]) < 1.05


def test_sound_that_browsers_do_not_play_in_mp4_is_kept(
    tmp_path: Path, look: isolation.Look
) -> None:
    source = write_film(tmp_path / "film.mkv", scene(3), sound=True, sound_codec="pcm_s16le")
    film = run(source.read_bytes(), tmp_path, look)
    assert film.file == tmp_path / "result.mkv"
    assert stamps_and_bytes(film.file, "audio") == stamps_and_bytes(source, "audio")


@pytest.mark.parametrize(
    ("sounds", "suffix"),
    [((), ".mp4"), (("opus",), ".mp4"), (("opus", "vorbis"), ".webm"), (("aac", "vorbis"), ".mkv")],
)
def test_the_container_is_one_that_browsers_play(sounds: tuple[str, ...], suffix: str) -> None:
    assert played_suffix(SimpleNamespace(sounds=sounds)) == suffix  # type: ignore[arg-type]


def test_no_text_of_the_film_but_the_mark_is_in_the_result(
    tmp_path: Path, look: isolation.Look
) -> None:
    texts = {"title": "telling", "location": "+52.5+013.4/", "comment": "telling"}
    source = write_film(tmp_path / "film.mp4", scene(3), texts=texts, chapters=["telling"])
    film = run(source.read_bytes(), tmp_path, look)
    assert film.file is not None
    assert b"telling" not in film.file.read_bytes()
    assert b"+52.5" not in film.file.read_bytes()


def playlist(folder: Path) -> bytes:
    write_film(folder / "other.ts", scene(3))
    return b"#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nother.ts\n#EXT-X-ENDLIST\n"


def concatenation(folder: Path) -> bytes:
    return f"ffconcat version 1.0\nfile {write_film(folder / 'other.mp4', scene(3))}\n".encode()


def another_container(folder: Path) -> bytes:
    return write_film(folder / "film.avi", scene(3)).read_bytes()


def cut_off(folder: Path) -> bytes:
    data = write_film(folder / "film.mp4", scene(3)).read_bytes()
    return data[: data.index(b"moov")]


def too_large(folder: Path) -> bytes:
    return write_film(folder / "large.mp4", scene(1, width=256)).read_bytes()


def ours(folder: Path) -> bytes:
    texts = {"comment": "Colours invented by Colorizer 0"}
    return write_film(folder / "ours.mp4", scene(1), texts=texts).read_bytes()


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda folder: b"", "film_unreadable"),
        (lambda folder: b"no film" * 99, "film_unreadable"),
        (playlist, "film_unreadable"),
        (concatenation, "film_unreadable"),
        (another_container, "film_unreadable"),
        (cut_off, "film_unreadable"),
        (too_large, "film_too_large"),
        (ours, "own_result"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_what_is_no_film_for_strangers_is_refused(
    tmp_path: Path, look: isolation.Look, make: Callable[[Path], bytes], code: str
) -> None:
    with pytest.raises(FilmError) as refused:
        run(make(tmp_path), tmp_path, look, FilmLimits(max_pixels=128 * 96))
    assert refused.value.code == code
    assert not list(tmp_path.glob("result*"))
    assert str(tmp_path) not in str(refused.value)


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"crash", "film_crashed"), (b"leave", "film_crashed"), (b"hang", "film_too_much"),
     (b"hoard", "film_too_much"), (b"burn", "film_too_much"), (b"curious", "film_too_much")],
)  # fmt: skip
def test_a_process_that_fails_costs_its_film(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, look: isolation.Look, content: bytes, code: str
) -> None:
    monkeypatch.setattr(isolation, "_COMMAND", FAILING)
    monkeypatch.setattr(isolation, "SILENCE", 8.0 if content == b"hang" else 120.0)
    with pytest.raises(FilmError) as failed:
        run(content, tmp_path, look, FilmLimits(seconds=1))
    assert failed.value.code == code
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("nonsense", "film_crashed"),
        ("[]", "film_crashed"),
        ("{}", "film_crashed"),
        ('{"look": [99999, 99999]}', "film_crashed"),
        ('{"size": 9, "suffix": ".mp4/../../x", "notes": []}', "film_crashed"),
        ('{"size": 9, "suffix": ".mp4", "notes": []}', "film_crashed"),
        (
            '{"size": 9, "suffix": ".mp4", "notes": [{"code": "made up", "fields": {}}]}',
            "film_crashed",
        ),
        ('{"error": {"code": "made up", "fields": {}}}', "film_crashed"),
        ('{"size": 999999999999, "suffix": ".mp4", "notes": []}', "film_too_much"),
    ],
)
def test_answers_are_not_believed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, look: isolation.Look, answer: str, code: str
) -> None:
    program = f"import sys; sys.stdin.buffer.read(3); print({answer!r})"
    monkeypatch.setattr(isolation, "_COMMAND", (sys.executable, "-c", program))
    with pytest.raises(FilmError) as failed:
        run(b"x", tmp_path, look)
    assert failed.value.code == code
    assert not list(tmp_path.iterdir())


@on_linux
def test_the_process_has_no_secrets_and_bounds_and_ends(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, look: isolation.Look
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    seen: dict[str, object] = {}
    films: list[IsolatedFilm] = []

    def watch(film: IsolatedFilm) -> None:
        films.append(film)
        assert film._process is not None
        process = Path(f"/proc/{film._process.pid}")
        seen["secret"] = b"hf_secret" in (process / "environ").read_bytes()
        seen["limits"] = {
            line[:26].strip(): line[26:].split()[0] for line in (process / "limits").open()
        }
        film.stop()

    source = write_film(tmp_path / "film.mp4", scene(120))
    with pytest.raises(FilmError) as stopped:
        run(source.read_bytes(), tmp_path, look, meanwhile=watch)
    assert stopped.value.code == "film_stopped"
    assert seen["secret"] is False
    limits = seen["limits"]
    assert isinstance(limits, dict)
    assert int(limits["Max address space"]) == FilmLimits().memory < 4 << 30
    assert int(limits["Max cpu time"]) == FilmLimits().processor_seconds
    assert limits["Max file size"] == limits["Max core file size"] == "0"
    process = films[0]._process
    assert process is not None
    assert process.returncode is not None
    assert list(tmp_path.iterdir()) == [source]


def test_a_film_that_nobody_asks_for_any_more_ends(tmp_path: Path, look: isolation.Look) -> None:
    source = write_film(tmp_path / "film.mp4", scene(120))
    film = IsolatedFilm(FilmLimits())
    steps = film.colour(
        source.read_bytes(), lambda suffix: tmp_path / f"result{suffix}", look, side=64, mark=None
    )
    next(steps)
    steps.close()
    assert film._process is not None
    assert film._process.returncode is not None


def test_stopped_while_the_network_is_busy(tmp_path: Path) -> None:
    film = IsolatedFilm(FilmLimits())

    def slow(picture: np.ndarray) -> Guess:
        threading.Thread(target=film.stop).start()
        time.sleep(1.0)
        return Guess(np.zeros((2, 64, 88), np.float32), np.ones((4, 8, 11), np.float32))

    source = write_film(tmp_path / "film.mp4", scene(3))
    with pytest.raises(FilmError) as stopped:
        list(film.colour(source.read_bytes(), Path, slow, side=64, mark=None))
    assert stopped.value.code == "film_stopped"


def test_limits_grow_with_the_seconds() -> None:
    one, ten = FilmLimits(seconds=1), FilmLimits(seconds=10)
    assert ten.guesses == 10 * one.guesses
    assert ten.memory > one.memory
    assert replace(ten, max_pixels=10**8).memory > ten.memory
    assert ten.wall_seconds > ten.processor_seconds


def test_a_film_with_vfr_and_many_frames_stays_within_its_seconds(
    tmp_path: Path, look: isolation.Look
) -> None:
    pts = [0, 10, 20, 500, 990, 1000, 1500, 9000]
    source = write_film(tmp_path / "film.mp4", scene(8), pts=pts)
    film = run(source.read_bytes(), tmp_path, look, FilmLimits(seconds=1))
    assert film.file is not None
    with av.open(str(film.file)) as container:
        shown = [round(float(frame.pts * frame.time_base) * 1000) for frame in container.decode()]
    assert shown == pts[:5]
