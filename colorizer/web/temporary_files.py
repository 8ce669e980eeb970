"""Files on their way to or from a browser: in one folder, swept by age, gone when the page ends.

Gradio's own deletion is not used: it ends for good when a file is added while it looks through its
list, knows nothing of what a killed process left, and goes by the clock, which may jump.
"""

import atexit
import logging
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import gradio as gr
from filelock import FileLock, Timeout

from colorizer.service import memory
from colorizer.web import gradio_internals

logger = logging.getLogger(__name__)

MAX_AGE_SECONDS = 3600.0
MIN_AGE_SECONDS = 300.0
"""However full the disk is: whoever has just sent a photo gets it coloured."""

SPARE_BYTES = 2**30
_SWEEP_SECONDS = 60.0
_PREFIX = "colorizer-"
_LOCK = "in-use.lock"

_held: list[FileLock] = []
"""The lock on the folder of this process; it falls with the process, however that ends."""

_Known = int
"""Hash of a path and its time of change, which is compared but never taken for an age; an hour of a
busy page has a hundred thousand of them."""


@cache
def temporary_folder() -> Path:
    """The folder of this process, readable by nobody else; Gradio puts its files there too.

    Made on the first call inside GRADIO_TEMP_DIR, by default the system's temporary folder, and
    deleted at exit. SystemExit with a sentence where nothing can be written.
    """
    outside = gradio_internals.upload_folder()
    try:
        outside.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=outside)).resolve()
    except OSError as error:
        raise SystemExit(
            f"Photos need a folder to pass through, and {outside} cannot be written "
            f"({error.strerror}): set GRADIO_TEMP_DIR to one that can."
        ) from error
    _held.append(_lock_of(folder))
    _held[-1].acquire(blocking=False)
    os.environ["GRADIO_TEMP_DIR"] = str(folder)
    atexit.register(_discard, folder, os.getpid())
    return folder


def discard_temporary_files() -> None:
    """Delete the folder of this process and all that is in it."""
    _discard(temporary_folder(), os.getpid())


def _discard(folder: Path, process: int) -> None:
    if os.getpid() != process:  # a fork of it
        return
    for _ in range(20):  # a thread may still be writing a photo
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.05)


class Sweeper:
    """Deletes what is older than an hour, and older than five minutes when the disk gets full.

    What a killed process left is swept like everything else, an hour after it was found. The
    folder of one that runs is left to it.
    """

    def __init__(
        self,
        app: gr.Blocks,
        folder: Path,
        *,
        clock: Callable[[], float] = time.monotonic,
        free_bytes: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
    ) -> None:
        """app: keeps the files that its first screen shows. clock: seconds that never jump."""
        self._app = app
        self._folder = folder
        self._clock = clock
        self._free_bytes = free_bytes
        self._since: dict[_Known, float] = {}
        self._thread = threading.Thread(target=self._sweep_on, name="sweeper", daemon=True)

    async def startup(self) -> None:
        """Begin; called by Gradio when the server answers."""
        if not self._thread.is_alive():
            self._thread.start()

    def sweep(self) -> None:
        """Look through all files once."""
        now, since, aged = self._clock(), {}, []
        kept = gradio_internals.shown_files(self._app)
        least = MIN_AGE_SECONDS if self._disk_is_full() else MAX_AGE_SECONDS
        for path, known in self._found():
            since[known] = self._since.get(known, now)
            if now - since[known] > least and path not in kept:
                aged.append((since[known], path))
        self._since = since
        deleted = set()
        for begun, path in sorted(aged, key=lambda each: each[0]):
            if now - begun <= MAX_AGE_SECONDS and not self._disk_is_full():
                break
            if _remove(Path(path)):
                deleted.add(path)
        gradio_internals.forget_files(self._app, deleted)

    def _disk_is_full(self) -> bool:
        return self._free_bytes(self._folder) < SPARE_BYTES

    def _found(self) -> Iterator[tuple[str, _Known]]:
        """Everything in this folder and in those of processes that ended, contents first."""
        for folder in self._folder.parent.glob(f"{_PREFIX}*"):
            if folder != self._folder and (not folder.is_dir() or _is_in_use(folder)):
                continue
            for inside, folders, files in os.walk(folder, topdown=False):
                for name in (*files, *folders):
                    if folder == self._folder and name == _LOCK:
                        continue
                    yield from _known(f"{inside}{os.sep}{name}")
            if folder != self._folder:
                yield from _known(str(folder))

    def _sweep_on(self) -> None:
        while True:
            time.sleep(_SWEEP_SECONDS)
            try:
                self.sweep()
            except Exception:  # a sweep that fails must not be the last one
                logger.exception("old files could not be swept")
            memory.return_free_pages()


def _lock_of(folder: Path) -> FileLock:
    return FileLock(folder / _LOCK)


def _is_in_use(folder: Path) -> bool:
    """Whether a process that runs has this folder."""
    if not (folder / _LOCK).exists():
        return False
    try:
        with _lock_of(folder).acquire(blocking=False):
            return False
    except (Timeout, OSError):  # held, or another user's
        return True


def _known(path: str) -> Iterator[tuple[str, _Known]]:
    try:
        yield path, hash((path, os.lstat(path).st_ctime_ns))
    except OSError:  # deleted meanwhile
        return


def _remove(path: Path) -> bool:
    """Delete a file or an empty folder; False where that cannot be."""
    try:
        if path.is_dir() and not path.is_symlink():
            path.rmdir()
        else:
            path.unlink()
    except OSError:
        return False
    return True
