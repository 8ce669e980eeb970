"""The command line as a program of its own: its streams, its names, a disk that is full."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from colorizer import cli, open_photo
from tests.support.photo_bytes import encoded, picture


def test_help_does_not_wait_for_torch() -> None:
    code = (
        "import sys\nfrom colorizer.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "sys.exit(sorted(m for m in sys.modules if m in ('torch', 'timm', 'gradio')) != [])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "album/" in done.stdout


def test_the_module_runs_as_a_program(tmp_path: Path, regression_folder: Path) -> None:
    (tmp_path / "one.jpg").write_bytes(encoded(picture(), "JPEG"))
    done = subprocess.run(
        [sys.executable, "-m", "colorizer", tmp_path / "one.jpg", "--model", regression_folder],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == cli.EXIT_DONE, done.stderr
    assert done.stdout.strip().endswith("one-colour.jpg")


def program(*arguments: object, **options: object) -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, "-m", "colorizer", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, timeout=120, **options)  # type: ignore[call-overload, no-any-return]


def test_standard_input_is_coloured(tmp_path: Path, regression_folder: Path) -> None:
    out = tmp_path / "result.jpg"
    photo = encoded(picture().convert("L"), "PNG")
    done = program("-", "-o", out, "--model", regression_folder, input=photo)
    assert done.returncode == cli.EXIT_DONE, done.stderr
    assert open_photo(out).width == 64


@pytest.mark.skipif(sys.platform != "linux", reason="names are bytes on Linux only")
def test_a_name_that_cannot_be_printed_is_escaped(tmp_path: Path, regression_folder: Path) -> None:
    for name in (b"gro\xdfmutter.jpg", b"line\nbreak.jpg", "ж.jpg".encode()):
        (tmp_path / os.fsdecode(name)).write_bytes(encoded(picture(), "JPEG"))
    (tmp_path / os.fsdecode(b"bad\xdf.jpg")).write_bytes(b"no photo")
    environment = os.environ | {"PYTHONIOENCODING": "latin-1:strict"}
    report = tmp_path / "report.csv"
    arguments = (tmp_path, "--model", regression_folder, "--report", report)
    done = program(*arguments, env=environment)
    assert done.returncode == cli.EXIT_SOME_FAILED, done.stderr
    assert b"gro\\udcdfmutter-colour.jpg" in done.stdout
    assert b"line\\nbreak-colour.jpg" in done.stdout
    assert b"\\u0436-colour.jpg" in done.stdout
    assert b"bad\\udcdf.jpg: This is not a photo" in done.stderr
    assert len(list(tmp_path.glob("*-colour.jpg"))) == 3
    assert report.read_text(encoding="utf-8").count("done") == 3


def test_a_reader_that_is_gone_costs_no_photo(tmp_path: Path, regression_folder: Path) -> None:
    for number in range(6):
        (tmp_path / f"{number}.jpg").write_bytes(encoded(picture(), "JPEG"))
    read_end, write_end = os.pipe()
    os.close(read_end)
    command = [sys.executable, "-m", "colorizer", tmp_path, "--model", regression_folder]
    done = subprocess.run(command, stdout=write_end, stderr=subprocess.PIPE, timeout=120)
    os.close(write_end)
    assert done.returncode == cli.EXIT_DONE, done.stderr
    assert len(list(tmp_path.glob("*-colour.jpg"))) == 6


def test_a_full_disk_costs_what_does_not_fit(
    small_disk: Path, tmp_path: Path, regression_folder: Path
) -> None:
    album = tmp_path / "album"
    album.mkdir()
    noise = np.random.default_rng(0).integers(0, 256, (400, 500, 3), dtype=np.uint8)
    for number in range(3):
        Image.fromarray(noise).save(album / f"large-{number}.png")
        (album / f"small-{number}.jpg").write_bytes(encoded(picture(), "JPEG"))
    done = program(album, "-o", small_disk, "--model", regression_folder)
    assert done.returncode == cli.EXIT_SOME_FAILED, done.stderr
    assert done.stderr.count(b"No space left on device") == 3
    assert sorted(path.name for path in small_disk.iterdir()) == [
        f"small-{number}-colour.jpg" for number in range(3)
    ]
    for path in small_disk.iterdir():
        open_photo(path)
