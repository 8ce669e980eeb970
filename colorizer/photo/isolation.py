"""`open_photo` in a process of its own: what crashes, hangs or eats memory costs one photo.

    decoder = IsolatedDecoder()
    photo = decoder.open_photo("upload.jpg")
    decoder.close()

Decoders of image formats are large and written in C; a page that takes strangers' files must
survive them. The process inherits no secret, can write no file, and has bounded memory and time.
It speaks JSON lines and raw pixels over its standard streams, lives on between photos, and ends
when its parent does.
"""

import json
import logging
import os
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from queue import LifoQueue
from threading import Timer
from typing import IO, Any

import numpy as np

from colorizer.photo import DEFAULT_LIMITS, Photo, PhotoError, PhotoLimits, open_photo

logger = logging.getLogger(__name__)

SECONDS = 30.0
"""Longest decoding of one photo; 100 megapixels take about 6 s on a busy machine."""

SPARE_MEMORY = 1 << 30
"""Address space beside `PhotoLimits.max_memory`: interpreter, libraries, the result's copies."""

TOO_LONG = "This photo takes too long to decode: save it again as an ordinary JPEG and try that."
CRASHED = "This file made the decoder fail: save the photo again with another program and try that."

_INHERITED = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "SYSTEMROOT")


class IsolatedDecoder:
    """Opens photos in up to `workers` processes, started when they are first needed.

    Safe to share between threads; a thread waits while all processes are busy.
    """

    def __init__(self, *, workers: int = 2, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._idle: LifoQueue[subprocess.Popen[bytes] | None] = LifoQueue()
        self._workers = workers
        for _ in range(workers):
            self._idle.put(None)

    def open_photo(self, file: str | Path, limits: PhotoLimits = DEFAULT_LIMITS) -> Photo:
        """As `colorizer.photo.open_photo`; PhotoError also when the process dies or takes long."""
        process = self._idle.get()
        try:
            if process is None or process.poll() is not None:
                process = _start(limits)
            photo = self._ask(process, file, limits)
        except PhotoError:
            raise
        except BaseException:
            _stop(process)
            raise
        finally:
            self._idle.put(process)
        return photo

    def close(self) -> None:
        """Stop the processes; waits for those that are busy."""
        for _ in range(self._workers):
            _stop(self._idle.get())
        for _ in range(self._workers):
            self._idle.put(None)

    def _ask(
        self, process: "subprocess.Popen[bytes]", file: str | Path, limits: PhotoLimits
    ) -> Photo:
        stdin, stdout = process.stdin, process.stdout
        assert stdin is not None
        assert stdout is not None
        alarm = Timer(self._seconds, process.kill)
        started = time.monotonic()
        alarm.start()
        try:
            question = {"file": str(Path(file).absolute()), "limits": asdict(limits)}
            stdin.write(json.dumps(question).encode() + b"\n")
            stdin.flush()
            answer = json.loads(stdout.readline())
            if "error" in answer:
                raise PhotoError(answer["error"])
            return _read_photo(stdout, answer, limits)
        except (OSError, EOFError, json.JSONDecodeError) as error:
            _stop(process)
            reason = TOO_LONG if time.monotonic() - started >= self._seconds else CRASHED
            logger.warning("a decoder process ended: %s (%s)", reason, process.returncode)
            raise PhotoError(reason) from error
        finally:
            alarm.cancel()


def _start(limits: PhotoLimits) -> "subprocess.Popen[bytes]":
    environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    environment["OPENBLAS_NUM_THREADS"] = "1"
    return subprocess.Popen(
        [sys.executable, "-m", "colorizer.photo.isolation", str(limits.max_memory + SPARE_MEMORY)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
    )


def _stop(process: "subprocess.Popen[bytes] | None") -> None:
    if process is None:
        return
    process.kill()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(OSError):
                stream.close()
    process.wait()


def _read_photo(stream: IO[bytes], header: dict[str, Any], limits: PhotoLimits) -> Photo:
    """The pixels that follow a header; what it says is checked before memory is taken."""
    height, width = int(header["height"]), int(header["width"])
    if height < 1 or width < 1 or height * width > limits.max_pixels:
        raise EOFError(f"the decoder announced {width} × {height} pixels")
    rgb = _read_array(stream, (height, width, 3))
    alpha = _read_array(stream, (height, width)) if header["alpha"] else None
    return Photo(rgb, alpha, str(header["format"]), tuple(map(str, header["notes"])))


def _read_array(stream: IO[bytes], shape: tuple[int, ...]) -> np.ndarray:
    array = np.empty(shape, dtype=np.uint8)
    left = array.data.cast("B")
    while len(left):
        count = stream.readinto(left)  # type: ignore[attr-defined]
        if not count:
            raise EOFError("the decoder ended in the middle of a photo")
        left = left[count:]
    return array


def _serve(questions: IO[bytes], answers: IO[bytes]) -> None:
    """Answer until the parent closes the stream."""
    for line in questions:
        question = json.loads(line)
        try:
            photo = open_photo(question["file"], PhotoLimits(**question["limits"]))
        except PhotoError as error:
            _write_line(answers, {"error": str(error)})
            continue
        header = {
            "height": photo.height,
            "width": photo.width,
            "alpha": photo.alpha is not None,
            "format": photo.format,
            "notes": photo.notes,
        }
        _write_line(answers, header, flush=False)
        for array in (photo.rgb, photo.alpha):
            if array is not None:
                answers.write(np.ascontiguousarray(array).data)
        answers.flush()


def _write_line(stream: IO[bytes], content: dict[str, Any], *, flush: bool = True) -> None:
    stream.write(json.dumps(content).encode() + b"\n")
    if flush:
        stream.flush()


def _bound_this_process(memory: int) -> None:
    """No more memory than this, no files written, no core dump; nothing of it on Windows."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    _bound_this_process(int(sys.argv[1]))
    _serve(sys.stdin.buffer, sys.stdout.buffer)
