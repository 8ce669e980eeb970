"""Uploads and results go: after an hour, when the disk gets full, at exit, after a crash."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import gradio as gr
import pytest

from colorizer.web.temporary_files import MAX_AGE_SECONDS, MIN_AGE_SECONDS, SPARE_BYTES, Sweeper
from tests.support.running_app import ROOT

Write = Callable[..., Path]


class Site:
    """A folder of one process beside that of another one, and a sweeper with a clock to turn."""

    def __init__(self, base: Path) -> None:
        self.folder, self.other = base / "colorizer-mine", base / "colorizer-killed"
        self.now, self.free = 0.0, 2 * SPARE_BYTES
        with gr.Blocks() as self.app:
            gr.Markdown()
        self.sweeper = Sweeper(
            self.app, self.folder, clock=lambda: self.now, free_bytes=lambda _: self.free
        )

    def write(self, name: str, *, where: Path | None = None) -> Path:
        file = (where or self.folder) / name / "photo.jpg"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"a photo")
        return file

    def sweep_after(self, seconds: float) -> None:
        self.now += seconds
        self.sweeper.sweep()


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_files_go_an_hour_after_they_were_found_and_their_folders_with_them(site: Site) -> None:
    old = site.write("old")
    site.sweep_after(0)
    site.sweep_after(MAX_AGE_SECONDS - 60)
    fresh = site.write("fresh")
    site.sweep_after(0)
    assert old.exists()
    site.sweep_after(61)
    assert not old.exists()
    assert fresh.exists()
    site.sweep_after(MAX_AGE_SECONDS)  # an emptied folder counts as changed
    site.sweep_after(MAX_AGE_SECONDS)
    assert list(site.folder.iterdir()) == []
    assert site.folder.is_dir()


@pytest.mark.parametrize("years", [-10, 10])
def test_the_time_of_day_does_not_matter(site: Site, years: int) -> None:
    file = site.write("photo")
    past = file.stat().st_mtime + years * 365 * 86_400
    os.utime(file, (past, past))
    site.sweep_after(0)
    site.sweep_after(MAX_AGE_SECONDS - 1)
    assert file.exists()
    site.sweep_after(2)
    assert not file.exists()


def test_a_photo_that_comes_again_stays_for_another_hour(site: Site) -> None:
    file = site.write("photo")
    site.sweep_after(0)
    site.sweep_after(MAX_AGE_SECONDS - 60)
    site.write("photo")
    site.sweep_after(120)
    assert file.exists()


def test_what_a_killed_process_left_goes_and_its_folder_too(site: Site) -> None:
    site.write("photo")
    site.write("photo", where=site.other)
    site.sweep_after(0)
    for _ in range(3):
        site.sweep_after(MAX_AGE_SECONDS + 1)
    assert not site.other.exists()


def test_the_folder_of_a_process_that_runs_is_left_to_it(site: Site, tmp_path: Path) -> None:
    running, other = started(tmp_path)
    site.sweep_after(0)
    for _ in range(3):
        site.sweep_after(MAX_AGE_SECONDS + 1)
    assert (other / "photo.jpg").exists()
    running.send_signal(signal.SIGKILL)
    running.wait()
    for _ in range(4):
        site.sweep_after(MAX_AGE_SECONDS + 1)
    assert not other.exists()


def test_nothing_else_in_the_temporary_folder_is_touched(site: Site) -> None:
    foreign = site.write("photo", where=site.folder.parent / "somebody-else")
    site.write("photo")
    site.sweep_after(0)
    site.sweep_after(3 * MAX_AGE_SECONDS)
    assert foreign.exists()


def test_a_full_disk_shortens_the_hour_to_five_minutes(site: Site) -> None:
    old = site.write("old")
    site.sweep_after(0)
    site.sweep_after(MIN_AGE_SECONDS)
    new = site.write("new")
    site.sweep_after(1)
    assert old.exists()
    site.free = SPARE_BYTES - 1
    site.sweep_after(1)
    assert not old.exists()
    assert new.exists()


def test_the_first_screens_files_stay_and_gradios_lists_do_not_grow(site: Site) -> None:
    shown, old = site.write("shown"), site.write("old")
    next(iter(site.app.blocks.values())).keep_in_cache.add(str(shown))
    site.app.temp_file_sets[0].update({str(shown), str(old)})
    site.sweep_after(0)
    site.sweep_after(MAX_AGE_SECONDS + 1)
    assert shown.exists()
    assert site.app.temp_file_sets[0] == {str(shown)}


def test_files_may_come_while_it_sweeps(site: Site) -> None:
    stop = threading.Event()

    def upload() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            with suppress(FileExistsError):  # Path.mkdir, when the folder goes in the middle of it
                site.app.temp_file_sets[0].add(str(site.write(str(number % 200))))

    uploading = threading.Thread(target=upload)
    uploading.start()
    try:
        for _ in range(100):
            site.sweep_after(MAX_AGE_SECONDS)
    finally:
        stop.set()
        uploading.join()


START = """
import sys, time
from colorizer.web.temporary_files import temporary_folder
(temporary_folder() / "photo.jpg").write_bytes(b"a photo")
print(temporary_folder(), flush=True)
sys.stdin.read()
"""


def started(base: Path) -> tuple["subprocess.Popen[str]", Path]:
    process = subprocess.Popen(
        [sys.executable, "-c", START],
        cwd=ROOT,
        env=os.environ | {"GRADIO_TEMP_DIR": str(base)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_at_exit_everything_is_deleted_and_after_kill_it_is_left_to_the_next(
    tmp_path: Path,
) -> None:
    ending, folder = started(tmp_path)
    assert folder.parent == tmp_path
    assert folder.stat().st_mode & 0o077 == 0
    ending.communicate("")
    assert ending.returncode == 0
    assert not folder.exists()
    killed, folder = started(tmp_path)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert (folder / "photo.jpg").exists()
    assert folder.name.startswith("colorizer-")


def test_without_a_place_to_write_the_app_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    process, _ = started(tmp_path / "file")
    _, said = process.communicate("")
    assert process.returncode == 1
    assert "set GRADIO_TEMP_DIR" in said
    assert "Traceback" not in said
