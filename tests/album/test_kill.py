"""An album that is killed or stopped at any moment is complete after the next run."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from colorizer.photo import open_photo, read_file
from colorizer.photo.kept_metadata import read_metadata
from colorizer.photo.metadata import origin_of_file
from tests.support.album_photos import make_album
from tests.support.source_tree import ROOT

EVAL = ROOT.parent / "shared" / "eval"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")


def start(album: Path, out: Path, model: Path | str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "colorizer", album, "-o", out, "--model", model]
    environment = os.environ | {"OMP_WAIT_POLICY": "PASSIVE"}
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, cwd=ROOT
    )


def results(out: Path) -> list[Path]:
    return sorted(path for path in out.rglob("*") if path.is_file())


def check_whole_and_unique(files: list[Path], out: Path) -> None:
    """Each photo has one result, which can be read to its last row and says what it is of."""
    by_source = {read_metadata(read_file(file))[0].source: file for file in files}
    assert len(by_source) == len(files)
    found = results(out)
    assert len(found) == len(files)
    for result in found:
        origin = origin_of_file(result)
        assert origin
        source = open_photo(by_source.pop(origin.source))
        coloured = open_photo(result)
        assert (coloured.width, coloured.height) == (source.width, source.height)
    assert by_source == {}


def kill_and_resume(
    album: Path, out: Path, model: Path | str, *, kills: int, longest: float
) -> tuple[int, str]:
    """Start and kill so often, then let it end; how many kills hit a running album."""
    rng = random.Random(7)
    hits = 0
    for _ in range(kills):
        before = len(results(out))
        process = start(album, out, model)
        # A random moment after the first photo of this run, so that each kill costs some progress.
        deadline = time.monotonic() + 300
        while len(results(out)) <= before and process.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        time.sleep(rng.uniform(0, longest))
        hits += process.poll() is None
        process.kill()
        process.communicate()
    process = start(album, out, model)
    _, said = process.communicate(timeout=1200)
    assert process.returncode == 0, said
    return hits, said.decode()


def test_an_album_that_is_killed_ends_complete(tmp_path: Path, regression_folder: Path) -> None:
    files = make_album(tmp_path / "album", 60)
    out = tmp_path / "out"
    out.mkdir()
    hits, said = kill_and_resume(tmp_path / "album", out, regression_folder, kills=3, longest=0.1)
    assert hits > 0
    assert "Already coloured earlier" in said
    check_whole_and_unique(files, out)


@pytest.mark.reliability
@pytest.mark.skipif(not EVAL.is_dir(), reason="needs the photos in ../shared/eval")
def test_three_hundred_photos_killed_ten_times(
    tmp_path: Path, figures: Callable[[str, object], None]
) -> None:
    sources = sorted(EVAL.rglob("*.webp"))[:300]
    files = make_album(tmp_path / "album", 300, sources)
    out = tmp_path / "out"
    out.mkdir()
    hits, _ = kill_and_resume(tmp_path / "album", out, "classification", kills=10, longest=2)
    check_whole_and_unique(files, out)
    figures("album of 300, killed while it ran", f"{hits} of 10 times; complete, whole, unique")


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_stops_between_two_photos(
    tmp_path: Path, regression_folder: Path, number: signal.Signals, status: int
) -> None:
    make_album(tmp_path / "album", 120)
    out = tmp_path / "out"
    process = start(tmp_path / "album", out, regression_folder)
    assert process.stdout is not None
    assert process.stdout.readline()
    process.send_signal(number)
    _, said = process.communicate(timeout=120)
    assert process.returncode == status, said
    done = len(results(out))
    assert 0 < done < 120
    assert f"Stopped, {done} of 120 done." in said.decode()
    for result in results(out):
        open_photo(result)
