"""What a film keeps on its way: its light, its times, its sound; and unusual films."""

import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from colorizer import Colorizer
from colorizer.errors import FilmError
from colorizer.film.colouring import ColouredFilm, colour_film
from colorizer.film.options import FilmOptions
from colorizer.film.reading import mark_of_file, open_film
from colorizer.film.writing import result_suffix
from colorizer.photo import PhotoLimits
from tests.support.small_films import decoded, luma_of, scene, stamps_and_bytes, write_film
from tests.support.source_tree import ROOT

LOSSLESS = FilmOptions(crf=0, mark="Colours invented by a test.")


@pytest.fixture(scope="module")
def colorizer(regression_folder: Path) -> Colorizer:
    return Colorizer.from_pretrained(regression_folder)


def coloured(
    colorizer: Colorizer, film: Path, target: Path, options: FilmOptions = LOSSLESS
) -> ColouredFilm:
    return colour_film(open_film(film, PhotoLimits()), target, colorizer, options=options)


def test_the_light_is_the_films_own_to_the_bit_and_there_is_colour(
    tmp_path: Path, colorizer: Colorizer
) -> None:
    frames = scene(12)
    film = write_film(tmp_path / "film.mp4", frames)
    result = coloured(colorizer, film, tmp_path / "result.mp4")
    assert (result.frames, result.stopped, result.notes) == (12, False, ())
    seen = decoded(result.written)
    assert len(seen) == 12
    for frame, before in zip(seen, frames, strict=True):
        assert np.array_equal(luma_of(frame), before)
    assert any(np.frombuffer(frame.planes[1], np.uint8).std() > 0 for frame in seen)
    assert mark_of_file(result.written) == LOSSLESS.mark
    assert mark_of_file(film) is None


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".mov"])
def test_irregular_times_sound_and_title_stay(
    tmp_path: Path, colorizer: Colorizer, suffix: str
) -> None:
    pts = [0, 40, 81, 200, 201, 350, 390, 440, 470, 1100]
    film = write_film(
        tmp_path / f"film{suffix}", scene(10), pts=pts, sound=True, texts={"title": "At the sea"}
    )
    result = coloured(colorizer, film, tmp_path / f"result{suffix}").written
    assert stamps_and_bytes(result, "audio") == stamps_and_bytes(film, "audio")
    times = [stamp for stamp, _, _ in stamps_and_bytes(result, "video")]
    assert times == [Fraction(each, 1000) for each in pts]
    with av.open(str(film)) as before, av.open(str(result)) as after:
        assert after.duration == before.duration
        assert {name.lower(): text for name, text in after.metadata.items()}["title"] == (
            "At the sea"
        )


def test_subtitles_stay_where_the_file_can_hold_them(tmp_path: Path, colorizer: Colorizer) -> None:
    film = write_film(tmp_path / "film.mkv", scene(10), subtitle="Good morning!")
    kept = coloured(colorizer, film, tmp_path / "result.mkv")
    assert stamps_and_bytes(kept.written, "subtitle") == stamps_and_bytes(film, "subtitle")
    assert not kept.notes
    lost = coloured(colorizer, film, tmp_path / "result.mp4")
    assert [note.code for note in lost.notes] == ["film_streams_lost"]
    assert "srt" in str(lost.notes[0])


def test_chapters_stay_and_the_place_only_if_asked(tmp_path: Path, colorizer: Colorizer) -> None:
    film = write_film(
        tmp_path / "film.mov", scene(30), texts={"location": "+48.1+011.5/", "title": "At home"},
        chapters=["One", "Two"],
    )  # fmt: skip
    for keep in (False, True):
        options = FilmOptions(keep_gps=keep)
        result = coloured(colorizer, film, tmp_path / f"{keep}.mov", options).written
        with av.open(str(result)) as container:
            titles = [chapter["metadata"]["title"] for chapter in container.chapters()]
            assert titles == ["One", "Two"]
            assert container.metadata["title"] == "At home"
            assert ("location" in container.metadata) == keep
    bare = coloured(colorizer, film, tmp_path / "bare.mov", FilmOptions(metadata=False)).written
    with av.open(str(bare)) as container:
        assert "title" not in container.metadata
        assert container.chapters() == []


@pytest.mark.parametrize(("suffix", "codec"), [(".ts", "libx264"), (".avi", "mpeg4")])
def test_other_containers_become_matroska(
    tmp_path: Path, colorizer: Colorizer, suffix: str, codec: str
) -> None:
    options = None if codec == "libx264" else {}
    film = write_film(tmp_path / f"film{suffix}", scene(8), codec=codec, options=options)
    assert result_suffix(film) == ".mkv"
    result = coloured(colorizer, film, tmp_path / "result.mkv").written
    times = [[stamp for stamp, _, _ in stamps_and_bytes(f, "video")] for f in (film, result)]
    assert [round(float(each), 3) for each in times[0]] == [float(each) for each in times[1]]


@pytest.mark.parametrize("degrees", [90, 180, -90])
def test_a_turned_film_stays_turned_and_the_network_sees_it_upright(
    tmp_path: Path, colorizer: Colorizer, degrees: int
) -> None:
    upright = scene(3)
    turns = degrees // 90
    lying = [np.ascontiguousarray(np.rot90(frame, -turns)) for frame in upright]
    film = write_film(tmp_path / "turned.mp4", lying, degrees=degrees)
    plain = coloured(
        colorizer, write_film(tmp_path / "upright.mp4", upright), tmp_path / "plain.mp4"
    )
    result = coloured(colorizer, film, tmp_path / "result.mp4")
    for turned, straight in zip(decoded(result.written), decoded(plain.written), strict=True):
        assert turned.rotation == degrees or abs(turned.rotation) == 180 == degrees
        pictures = [frame.to_ndarray(format="rgb24").astype(int) for frame in (turned, straight)]
        difference = np.abs(np.rot90(pictures[0], turns) - pictures[1])
        assert difference.mean() < 1.0


@pytest.mark.parametrize(
    ("pix_fmt", "codec", "codes"),
    [
        ("yuv420p10le", "libx264", ["film_eight_bits"]),
        ("yuv444p", "libx264", []),
        ("gray", "ffv1", []),
        ("rgb24", "libx264rgb", []),
    ],
)
def test_other_kinds_of_samples_become_eight_bits(
    tmp_path: Path, colorizer: Colorizer, pix_fmt: str, codec: str, codes: list[str]
) -> None:
    frames = scene(3)
    film = write_film(tmp_path / "film.mkv", frames, pix_fmt=pix_fmt, codec=codec)
    result = coloured(colorizer, film, tmp_path / "result.mkv")
    assert [note.code for note in result.notes] == codes
    frame = decoded(result.written)[0]
    assert (frame.format.name, frame.width, frame.height) == ("yuv420p", 128, 96)
    expected = frames[0].astype(float)
    if pix_fmt in ("gray", "rgb24"):  # of full range there, 16 to 235 in the result
        expected = 16 + expected * 219 / 255
    assert np.abs(luma_of(frame) - expected).mean() < 1.5


def test_an_odd_size_is_kept(tmp_path: Path, colorizer: Colorizer) -> None:
    frames = [frame[:95, :127].copy() for frame in scene(3)]
    film = write_film(tmp_path / "odd.mkv", frames, pix_fmt="yuv444p")
    result = coloured(colorizer, film, tmp_path / "result.mkv")
    frame = decoded(result.written)[0]
    assert (frame.width, frame.height) == (127, 95)
    assert np.array_equal(luma_of(frame), frames[0])
    assert [note.code for note in result.notes] == ["film_odd_size"]


def test_a_narrow_film_and_one_too_narrow(tmp_path: Path, colorizer: Colorizer) -> None:
    wide = [np.tile(frame[:16], (1, 5)) for frame in scene(4)]
    result = coloured(colorizer, write_film(tmp_path / "wide.mkv", wide), tmp_path / "result.mkv")
    assert result.frames == 4
    thread = write_film(tmp_path / "thread.mkv", [np.tile(frame[:2], (1, 5)) for frame in wide])
    with pytest.raises(FilmError) as refused:
        open_film(thread, PhotoLimits())
    assert refused.value.code == "narrow"


def test_an_interlaced_film_stays_interlaced(tmp_path: Path, colorizer: Colorizer) -> None:
    options = {"qp": "0", "x264-params": "bff=1"}
    film = write_film(tmp_path / "film.mkv", scene(4), options=options)
    assert decoded(film)[0].interlaced_frame
    result = coloured(colorizer, film, tmp_path / "result.mkv")
    assert [note.code for note in result.notes] == ["film_interlaced"]
    assert decoded(result.written)[0].interlaced_frame


@pytest.mark.parametrize(
    ("codec", "name", "suffix"),
    [("h265", "hevc", ".mp4"), ("vp9", "vp9", ".webm"), (None, "vp9", ".webm")],
)
def test_other_codecs(
    tmp_path: Path, colorizer: Colorizer, codec: str | None, name: str, suffix: str
) -> None:
    film = write_film(tmp_path / "film.mkv", scene(3))
    target = tmp_path / f"result{suffix}"
    result = coloured(colorizer, film, target, FilmOptions(codec=codec))
    with av.open(str(result.written)) as container:
        context = container.streams.video[0].codec_context
        assert context.name == name
        assert codec != "h265" or context.codec_tag == "hvc1"
    assert len(decoded(result.written)) == 3
    assert mark_of_file(result.written) is None


@pytest.mark.parametrize(
    ("target", "options", "code"),
    [
        ("result.webm", FilmOptions(codec="h264"), "film_no_such_codec"),
        ("result.doc", FilmOptions(), "film_no_such_format"),
    ],
)
def test_what_cannot_be_written_leaves_nothing(
    tmp_path: Path, colorizer: Colorizer, target: str, options: FilmOptions, code: str
) -> None:
    film = write_film(tmp_path / "film.mkv", scene(3))
    with pytest.raises(FilmError) as refused:
        coloured(colorizer, film, tmp_path / target, options)
    assert refused.value.code == code
    assert list(tmp_path.iterdir()) == [film]


def no_film(place: Path) -> Path:
    file = place / "film.mp4"
    file.write_bytes(b"this is no film" * 100)
    return file


def cut_off(place: Path) -> Path:
    """An MP4 whose index, at its end, is missing."""
    file = write_film(place / "film.mp4", scene(10))
    data = file.read_bytes()
    file.write_bytes(data[: data.index(b"moov")])
    return file


def only_sound(place: Path) -> Path:
    file = place / "film.m4v"
    with av.open(str(file), "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=44_100)
        heard = av.AudioFrame.from_ndarray(
            np.zeros((1, 4096), np.float32), format="fltp", layout="mono"
        )
        heard.sample_rate = 44_100
        container.mux(stream.encode(heard))
        container.mux(stream.encode(None))
    return file


def a_list_of_other_files(place: Path) -> Path:
    write_film(place / "other.ts", scene(3))
    file = place / "film.mp4"
    file.write_text("ffconcat version 1.0\nfile other.ts\n")
    return file


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (no_film, "film_unreadable"),
        (cut_off, "film_unreadable"),
        (a_list_of_other_files, "film_unreadable"),
        (lambda place: place / "missing.mp4", "film_unreadable"),
        (only_sound, "film_no_pictures"),
        (lambda place: write_film(place / "large.mp4", scene(1)), "film_too_large"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_what_is_no_film_is_refused_in_one_message(tmp_path: Path, make, code: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(FilmError) as refused:
        open_film(make(tmp_path), PhotoLimits(max_pixels=128 * 96 - (code == "film_too_large")))
    assert refused.value.code == code
    assert str(tmp_path) not in str(refused.value)


def test_a_damaged_film_is_coloured_as_far_as_it_goes(tmp_path: Path, colorizer: Colorizer) -> None:
    film = write_film(tmp_path / "film.mkv", scene(40), options={"crf": "20", "g": "5"})
    data = bytearray(film.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 300] = bytes(300)
    film.write_bytes(data)
    result = coloured(colorizer, film, tmp_path / "result.mkv")
    assert 10 < result.frames <= 40
    assert len(decoded(result.written)) == result.frames


def test_without_the_extra_the_message_names_it(tmp_path: Path) -> None:
    film = write_film(tmp_path / "film.mp4", scene(1))
    code = (
        "import sys\nsys.modules['av'] = None\nfrom colorizer.cli import main\n"
        f"sys.exit(main([{str(film)!r}]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, cwd=ROOT
    )
    assert done.returncode == 2
    assert 'pip install "colorizer[film]"' in done.stderr
