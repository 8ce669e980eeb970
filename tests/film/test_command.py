"""Films on the command line: where results go, what is left alone, hints, and Ctrl-C."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import av
import numpy as np
import pytest

from colorizer import cli
from colorizer.film.reading import mark_of_file
from tests.support.small_films import decoded, luma_of, scene, stamps_and_bytes, write_film
from tests.support.source_tree import ROOT


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return write_film(tmp_path / "film.mp4", scene(20), sound=True)


def run(*arguments: object) -> int:
    return cli.main([str(argument) for argument in arguments])


def test_a_film_lands_beside_itself_and_says_that_its_colours_are_invented(
    film: Path, regression_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(film, "--model", regression_folder) == cli.EXIT_DONE
    result = film.with_name("film-colour.mp4")
    assert capsys.readouterr().out.strip() == str(result)
    assert "tiny-regression" in (mark_of_file(result) or "")
    assert len(decoded(result)) == 20
    assert stamps_and_bytes(result, "audio") == stamps_and_bytes(film, "audio")


def test_nothing_is_overwritten_that_is_not_ours(
    film: Path, regression_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = write_film(film.with_name("film-colour.mp4"), scene(2))
    before = other.read_bytes()
    assert run(film, "--model", regression_folder) == cli.EXIT_NOTHING_DONE
    assert "does not say that Colorizer made it" in capsys.readouterr().err
    assert other.read_bytes() == before
    assert run(film, "--model", regression_folder, "--overwrite") == cli.EXIT_DONE
    ours = other.read_bytes()
    assert run(film, "--model", regression_folder) == cli.EXIT_DONE
    assert other.read_bytes() == ours
    assert run(film, "-o", film, "--overwrite", "--model", regression_folder) == (
        cli.EXIT_NOTHING_DONE
    )
    assert run(other, "--model", regression_folder) == cli.EXIT_NOTHING_DONE
    assert "not coloured again" in capsys.readouterr().err


def test_several_films_go_into_a_folder_and_a_bad_one_costs_itself(
    tmp_path: Path, film: Path, regression_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.avi"
    broken.write_bytes(b"no film")
    out = tmp_path / "out"
    assert run(film, broken, "-o", out, "--model", regression_folder) == cli.EXIT_SOME_FAILED
    assert [each.name for each in out.iterdir()] == ["film-colour.mp4"]
    assert "broken.avi: This is not a film" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [("photo.jpg",), ("--layer",), ("--variants", "2"), ("--format", "png"), ("--dry-run",)],
    ids=" ".join,
)
def test_what_makes_no_sense_for_a_film_is_said(
    film: Path, arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(film, *arguments) == cli.EXIT_NOTHING_DONE
    assert "film" in capsys.readouterr().err


def test_vividness_nought_is_grey_and_no_mark_means_none(
    film: Path, regression_folder: Path
) -> None:
    assert run(film, "--vividness", "0", "--no-mark", "--model", regression_folder) == cli.EXIT_DONE
    result = film.with_name("film-colour.mp4")
    assert mark_of_file(result) is None
    for frame in decoded(result):
        for plane in frame.planes[1:]:
            assert np.abs(np.frombuffer(plane, np.uint8).astype(int) - 128).max() <= 2


def write_hints(film: Path, frames: object) -> Path:
    file = film.with_suffix(".hints.json")
    file.write_text(json.dumps({"frames": frames}))
    return file


def test_a_hint_colours_its_whole_shot_and_no_other(tmp_path: Path) -> None:
    """With the bundled model: what a place looks like means something."""
    picture = np.full((96, 128), 90, np.uint8)
    picture[20:70, 30:90] = 190
    picture += np.random.default_rng(1).integers(0, 20, picture.shape, np.uint8)
    shots = [np.roll(each, at // 2, 1) for each in (picture, 255 - picture) for at in range(30)]
    film = write_film(tmp_path / "film.mp4", shots)
    assert run(film, "-o", tmp_path / "plain.mp4", "--crf", "4") == cli.EXIT_DONE
    write_hints(film, [{"time": 0.6, "hints": [{"x": 0.5, "y": 0.5, "colour": "#cc2020"}]}])
    assert run(film, "-o", tmp_path / "hinted.mp4", "--crf", "4") == cli.EXIT_DONE
    assert "chosen by a person" in (mark_of_file(tmp_path / "hinted.mp4") or "")
    reds = []
    for plain, hinted in zip(
        decoded(tmp_path / "plain.mp4"), decoded(tmp_path / "hinted.mp4"), strict=True
    ):
        reds.append(
            [each.to_ndarray(format="rgb24")[30:60, 55:80].astype(int)[..., 0].mean()
             - each.to_ndarray(format="rgb24")[30:60, 55:80].astype(int)[..., 1].mean()
             for each in (plain, hinted)]
        )  # fmt: skip
    before, after = np.array(reds).T
    assert (after[:30] > 45).all()
    assert (before[:30] < 30).all()
    assert np.ptp(after[:30]) < 25
    assert np.abs(after[30:] - before[30:]).max() < 12


@pytest.mark.parametrize(
    ("frames", "said"),
    [
        (
            [{"time": 500, "hints": [{"x": 0.5, "y": 0.5, "colour": "#ff0000"}]}],
            "after the film's end",
        ),
        (["first"], "These are no hints for a film"),
        ([{"hints": []}], "These are no hints for a film"),
        ([{"frame": 1.5, "hints": []}], "These are no hints for a film"),
        ([{"frame": 1, "hints": [{"x": 2, "y": 0, "colour": "#ffffff"}]}], "outside the photo"),
        ("all", "These are no hints"),
    ],
)
def test_hints_that_cannot_be_are_refused(
    film: Path, regression_folder: Path, frames: object, said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    write_hints(film, frames)
    assert run(film, "--model", regression_folder) == cli.EXIT_NOTHING_DONE
    assert said in capsys.readouterr().err
    assert not film.with_name("film-colour.mp4").exists()


def test_ctrl_c_leaves_a_part_that_plays(tmp_path: Path, regression_folder: Path) -> None:
    film = write_film(tmp_path / "film.mkv", scene(60) * 50, sound=True)
    command = [sys.executable, "-m", "colorizer", str(film), "--model", str(regression_folder)]
    program = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    for _ in range(600):
        if list(tmp_path.glob(".colorizer-*.part")):  # its size says little: packets are buffered
            break
        time.sleep(0.1)
    time.sleep(4)  # of the fifteen that it takes
    program.send_signal(signal.SIGINT)
    said = program.communicate(timeout=60)[1]
    assert program.returncode == 130, said
    part = tmp_path / "film-colour-part.mkv"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["film-colour-part.mkv", "film.mkv"]
    frames = decoded(part)
    assert 0 < len(frames) < 3000
    assert np.array_equal(luma_of(frames[0]).shape, (96, 128))
    assert f"first {len(frames)} frames" in said
    with av.open(str(part)) as container:
        assert len(container.streams.audio) == 1


def test_a_full_disk_leaves_nothing(
    small_disk: Path, tmp_path: Path, regression_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    noise = [np.random.default_rng(at).integers(0, 255, (96, 128), np.uint8) for at in range(60)]
    film = write_film(tmp_path / "film.mp4", noise)
    out = small_disk / "film-colour.mp4"
    assert run(film, "-o", out, "--crf", "0", "--model", regression_folder) == (
        cli.EXIT_NOTHING_DONE
    )
    assert "No space left on device" in capsys.readouterr().err
    assert list(small_disk.iterdir()) == []
    assert os.path.lexists(film)
