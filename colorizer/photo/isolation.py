"""`open_photo` in a process of its own: what crashes, hangs or eats memory costs one photo.

    decoder = IsolatedDecoder(limits)
    photo = decoder.open_photo("upload.jpg")

Decoders of image formats are large and written in C; a page that takes strangers' files must
survive them. The process inherits no secret, gets the bytes of a photo and no path, gives up files,
network and programs before it sees them (`confinement`), and has bounded memory and time. It
speaks JSON lines, bytes and raw pixels over its standard streams, lives on between photos, and
ends when its parent does. Beside decoding itself a photo costs the copy of its pixels through a
pipe, some 3 ms a megapixel.
"""

import json
import logging
import signal
import subprocess
import sys
import time
import weakref
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from queue import LifoQueue
from threading import Timer
from typing import IO, Any, Self

import numpy as np

from colorizer.errors import Message
from colorizer.photo import DEFAULT_LIMITS, Photo, PhotoError, PhotoLimits, open_photo
from colorizer.photo.confinement import confine, end_confined, start_confined
from colorizer.photo.limits import out_of_memory
from colorizer.photo.photo import read_file
from colorizer.photo.precheck import preload
from colorizer.service import memory

logger = logging.getLogger(__name__)

SECONDS = 30.0
"""Longest decoding of one photo; 100 megapixels take about 6 s on a busy machine."""

SPARE_MEMORY = 1 << 30
"""Address space beside `PhotoLimits.max_memory`: interpreter, libraries, the result's copies."""

_MAX_LINE = 1 << 16
_MAX_PHOTOS = 500  # of one process: what a decoder leaks ends with it

_COMMAND = (sys.executable, "-W", "ignore", "-m", "colorizer.photo.isolation")


class IsolatedDecoder:
    """Opens photos in up to `workers` processes, started when they are first needed.

    Safe to share between threads; a thread waits while all processes are busy. The processes end
    with the decoder, or at the end of the program at the latest.
    """

    def __init__(
        self,
        limits: PhotoLimits = DEFAULT_LIMITS,
        *,
        workers: int = 2,
        seconds: float = SECONDS,
    ) -> None:
        """seconds: after so long a photo is given up and its process ended."""
        self._workers = [_Worker(limits, seconds) for _ in range(workers)]
        self._idle: LifoQueue[_Worker] = LifoQueue()
        for worker in self._workers:
            self._idle.put(worker)
        weakref.finalize(self, _stop_all, self._workers)

    @classmethod
    def patient(cls, limits: PhotoLimits, *, workers: int) -> Self:
        """One whose time for a photo grows with the pixels that the limits allow."""
        seconds = max(SECONDS, SECONDS * limits.max_pixels / DEFAULT_LIMITS.max_pixels)
        return cls(limits, workers=workers, seconds=seconds)

    def open_photo(self, file: str | Path | bytes) -> Photo:
        """As `colorizer.photo.open_photo`; PhotoError also when the process dies or takes long."""
        worker = self._idle.get()
        try:
            return worker.open_photo(file)
        finally:
            self._idle.put(worker)

    def close(self) -> None:
        """End all processes at once; photos that are being decoded are refused."""
        _stop_all(self._workers)


class _Worker:
    """One decoder process, started again after every failure; opens one photo at a time."""

    def __init__(self, limits: PhotoLimits, seconds: float) -> None:
        self._limits = limits
        self.seconds = seconds
        self._photos = 0
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> "subprocess.Popen[bytes]":
        """The process, started if there is none that lives."""
        if self.process is None or self.process.poll() is not None:
            self._photos = 0
            self.process = _start(self._limits, self.seconds)
        return self.process

    def stop(self) -> None:
        """End the process; whoever reads from it sees it end."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def open_photo(self, file: str | Path | bytes) -> Photo:
        data = read_file(file, self._limits)
        process = self.start()
        alarm = Timer(self.seconds, process.kill)
        started = time.monotonic()
        alarm.start()
        try:
            photo = self._ask(process, data)
        except PhotoError:
            raise
        except MemoryError as error:  # here, for the pixels; there it is one more sentence
            end_confined(process)
            raise out_of_memory() from error
        except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
            end_confined(process)
            code = "slow" if time.monotonic() - started >= self.seconds else "crashed"
            logger.warning("a decoder process ended: %s (%s)", code, process.returncode)
            raise PhotoError(code) from error
        except BaseException:  # an answer may be left half read
            end_confined(process)
            raise
        finally:
            alarm.cancel()
            self._photos += 1
            if self._photos >= _MAX_PHOTOS or time.monotonic() - started >= self.seconds:
                end_confined(process)  # the alarm, too, may go off before the next photo
        return photo

    def _ask(self, process: "subprocess.Popen[bytes]", data: bytes) -> Photo:
        stdin, stdout = process.stdin, process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(b"%d\n" % len(data))
        stdin.write(data)
        stdin.flush()
        answer = json.loads(stdout.readline(_MAX_LINE))
        if "error" in answer:
            raise PhotoError.of(Message.from_json(answer["error"]))
        return _read_photo(stdout, answer, self._limits)


def _stop_all(workers: Sequence[_Worker]) -> None:
    for worker in workers:
        worker.stop()


def _start(limits: PhotoLimits, seconds: float) -> "subprocess.Popen[bytes]":
    memory = limits.max_memory + SPARE_MEMORY
    task = {"limits": asdict(limits), "seconds": seconds, "memory": memory}
    return start_confined(_COMMAND, task)


def _read_photo(stream: IO[bytes], header: dict[str, Any], limits: PhotoLimits) -> Photo:
    """The pixels that follow a header; what it says is checked before memory is taken."""
    height, width = int(header["height"]), int(header["width"])
    if height < 1 or width < 1 or height * width > limits.max_pixels:
        raise EOFError(f"the decoder announced {width} × {height} pixels")
    rgb = _read_array(stream, (height, width, 3))
    alpha = _read_array(stream, (height, width)) if header["alpha"] else None
    grey16 = _read_array(stream, (height, width, 2)) if header["grey16"] else None
    return Photo(
        rgb,
        alpha,
        format=str(header["format"]),
        notes=tuple(map(Message.from_json, header["notes"])),
        mark=None if header["mark"] is None else str(header["mark"]),
        grey16=None if grey16 is None else grey16.view(np.uint16)[..., 0],
    )


def _read_array(stream: IO[bytes], shape: tuple[int, ...]) -> np.ndarray:
    array = memory.empty(shape)
    left = array.data.cast("B")
    while len(left):
        count = stream.readinto(left)  # type: ignore[attr-defined]
        if not count:
            raise EOFError("the decoder ended in the middle of a photo")
        left = left[count:]
    return array


def _serve(questions: IO[bytes], answers: IO[bytes], limits: PhotoLimits, seconds: float) -> None:
    """Answer until the parent closes the stream."""
    for line in questions:
        _end_after(seconds)
        data = questions.read(int(line))
        try:
            photo = open_photo(data, limits)
        except PhotoError as error:
            _write_line(answers, {"error": error.message.as_json()})
        else:
            _write_photo(answers, photo)
        answers.flush()
        _end_after(0)


def _write_photo(stream: IO[bytes], photo: Photo) -> None:
    header = {
        "height": photo.height,
        "width": photo.width,
        "alpha": photo.alpha is not None,
        "grey16": photo.grey16 is not None,
        "format": photo.format,
        "notes": [note.as_json() for note in photo.notes],
        "mark": photo.mark,
    }
    _write_line(stream, header)
    for array in (photo.rgb, photo.alpha, photo.grey16):
        if array is not None:
            stream.write(np.ascontiguousarray(array).data.cast("B"))


def _write_line(stream: IO[bytes], content: dict[str, Any]) -> None:
    stream.write(json.dumps(content).encode() + b"\n")


def _end_after(seconds: float) -> None:
    """Let the kernel end this process, should the parent be gone that would; 0 takes it back."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, 2 * seconds)


def main(task: dict[str, Any]) -> None:
    """Be the process: see `_start` for the task."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    preload()
    confine(task["memory"])
    _serve(sys.stdin.buffer, sys.stdout.buffer, PhotoLimits(**task["limits"]), task["seconds"])


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
