"""The command line meets files that are there: results of earlier runs, and a person's own."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from colorizer import cli


@pytest.fixture
def album(tmp_path: Path, colourful: np.ndarray) -> Path:
    folder = tmp_path / "album"
    (folder / "inner").mkdir(parents=True)
    Image.fromarray(colourful).save(folder / "one.jpg")
    Image.fromarray(colourful[:50]).convert("L").save(folder / "inner" / "two.png")
    return folder


def run(*arguments: object) -> int:
    return cli.main([str(argument) for argument in arguments])


def test_an_album_is_done_once(
    album: Path, tmp_path: Path, regression_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = (album, "-o", tmp_path / "out", "--model", regression_folder)
    assert run(*arguments) == cli.EXIT_DONE
    written = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*.*")}
    capsys.readouterr()
    assert run(*arguments) == cli.EXIT_DONE
    assert "Already coloured earlier: 2 (--overwrite" in capsys.readouterr().err
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "out").rglob("*.*")} == written
    assert run(*arguments, "--overwrite") == cli.EXIT_DONE
    assert all(path.stat().st_mtime_ns > before for path, before in written.items())


def test_a_resume_with_other_settings_is_noticed(
    album: Path, tmp_path: Path, regression_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "report.csv"
    arguments = (album / "one.jpg", album / "inner", "--model", regression_folder)
    run(*arguments, "--vividness", "1.2")
    capsys.readouterr()
    assert run(*arguments, "--vividness", "1.2") == cli.EXIT_DONE
    assert "Already coloured earlier: 2 (--overwrite" in capsys.readouterr().err
    assert run(*arguments, "--warmth", "0.5", "--report", report) == cli.EXIT_DONE
    assert "earlier: 2, 2 of them with other settings (--overwrite" in capsys.readouterr().err
    (row, _) = csv.DictReader(report.read_text(encoding="utf-8").splitlines())
    folder = regression_folder.name
    assert row["notes"] == f"It was coloured with other settings (model {folder}, vividness 1.2)."
    assert str(regression_folder.parent) not in row["notes"]


def test_hints_that_changed_are_other_settings(
    album: Path, regression_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def hints(colour: str) -> None:
        hint = {"x": 0.5, "y": 0.5, "colour": colour}
        file.write_text(json.dumps({"hints": [hint]}), encoding="utf-8")

    file = album / "one.hints.json"
    hints("#aa3322")
    arguments = (album / "one.jpg", "--model", regression_folder)
    for _ in range(2):
        assert run(*arguments) == cli.EXIT_DONE
        assert "other settings" not in capsys.readouterr().err
    hints("#2233aa")
    assert run(*arguments) == cli.EXIT_DONE
    assert "1 of them with other settings" in capsys.readouterr().err


def test_results_without_a_mark_are_not_called_somebody_elses(
    album: Path, regression_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = (album / "one.jpg", "--model", regression_folder, "--no-mark")
    assert run(*arguments) == cli.EXIT_DONE
    before = (album / "one-colour.jpg").read_bytes()
    assert run(*arguments) == cli.EXIT_NOTHING_DONE
    said = capsys.readouterr().err
    assert "does not say that Colorizer made it (results of --no-mark do not)" in said
    assert (album / "one-colour.jpg").read_bytes() == before


def test_a_persons_own_file_is_kept_and_said(
    album: Path, regression_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = album / "one-colour.jpg"
    Image.new("RGB", (20, 20), "red").save(own)
    before = own.read_bytes()
    assert run(album / "one.jpg", "--model", regression_folder) == cli.EXIT_NOTHING_DONE
    assert own.read_bytes() == before
    assert "one-colour.jpg is already there" in capsys.readouterr().err
