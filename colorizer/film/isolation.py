"""A stranger's film, coloured in a process of its own that has given up files and network.

    film = IsolatedFilm(limits)
    for progress in film.colour(data, place, look, side=256, mark=None):
        ...
    film.file, film.notes

FFmpeg's demuxers and decoders are large and written in C, so a page never opens a film in its own
process, not even to look at it. The process gets bytes and no path and confines itself as the
decoder of photos does (`colorizer.photo.confinement`); it reads, follows the motion, encodes and
sends back the new file. Only the network stays outside: for each key frame the process asks for a
guess (`colorizer.film.confined` is its side). It speaks JSON lines, bytes and raw numbers, whatever
it says is checked, and it ends with its film.
"""

import json
import logging
import signal
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from threading import Timer
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from colorizer.errors import ColorizerError, FilmError, Message
from colorizer.film.guess import Guess
from colorizer.photo.confinement import end_confined, start_confined

logger = logging.getLogger(__name__)

Look = Callable[[NDArray[np.uint8]], Guess]
"""The network's guess for a key frame, upright, grey: uint8 (h, w, 3)."""

SILENCE = 120.0
"""Seconds without a word after which a process is given up; it tells of its frames all the time."""

_COMMAND = (sys.executable, "-W", "ignore", "-m", "colorizer.film.confined")
_SUFFIXES = (".mp4", ".webm", ".mkv")
_MAX_LINE = 1 << 16
_MAX_PICTURE = 1 << 22  # pixels that a guess is asked for
_PIECE = 1 << 20


@dataclass(frozen=True)
class FilmLimits:
    """What a stranger's film may cost.

    seconds: so much of it is coloured, the rest is left out. max_pixels: of a picture.
    """

    seconds: int = 10
    max_pixels: int = 3_000_000

    @property
    def processor_seconds(self) -> int:
        """Of all threads together, beside the network; 720p takes some 3 for a second of film."""
        return 60 + 30 * self.seconds

    @property
    def wall_seconds(self) -> float:
        """From start to end, with waiting for turns."""
        return 300.0 + 2.0 * self.processor_seconds

    @property
    def result_bytes(self) -> int:
        """Of the coloured film."""
        return self.seconds * (16 << 20)

    @property
    def memory(self) -> int:
        """Bytes of address space: libraries, the encoder's and waiting frames, both files."""
        return (2 << 30) + 250 * self.max_pixels + 2 * self.result_bytes

    @property
    def guesses(self) -> int:
        """Key frames: at most all frames, at 60 a second."""
        return 60 * self.seconds


@dataclass(frozen=True)
class FilmProgress:
    """How many frames are coloured, of about how many; 0 where nobody knows."""

    frames: int
    total: int


def films_can_be_had() -> bool:
    """Whether the packages for films are installed."""
    return all(find_spec(name) is not None for name in ("av", "cv2"))


class IsolatedFilm:
    """One film. file: the coloured one, once it is there. notes: what was left out or assumed."""

    def __init__(self, limits: FilmLimits) -> None:
        self.file: Path | None = None
        self.notes: tuple[Message, ...] = ()
        self._limits = limits
        self._stopped = False
        self._process: subprocess.Popen[bytes] | None = None

    def stop(self) -> None:
        """End it, from any thread; whoever colours it gets FilmError."""
        self._stopped = True
        if self._process is not None:
            self._process.kill()

    def colour(
        self,
        data: bytes,
        place: Callable[[str], Path],
        look: Look,
        *,
        side: int,
        mark: str | None,
    ) -> Generator[FilmProgress, None, None]:
        """Colour it; tells how far it is now and then.

        Args:
            data: its file.
            place: a path for the result, which ends in the suffix that it is given.
            look: what the network makes of key frames; what it raises ends the film.
            side: short side at which the network sees them, pixels.
            mark: what the file is to say of its colours.

        Raises FilmError.
        """
        task = {"limits": asdict(self._limits), "side": side, "mark": mark}
        self._process = process = start_confined(_COMMAND, task)
        alarm = Timer(self._limits.wall_seconds, process.kill)
        alarm.start()
        try:
            yield from self._talk(process, data, place, look)
        except ColorizerError:
            raise
        except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
            raise FilmError(self._reason(process)) from error
        finally:
            alarm.cancel()
            end_confined(process)

    def _talk(
        self,
        process: "subprocess.Popen[bytes]",
        data: bytes,
        place: Callable[[str], Path],
        look: Look,
    ) -> Iterator[FilmProgress]:
        stdin, stdout = process.stdin, process.stdout
        assert stdin is not None
        assert stdout is not None
        if self._stopped:
            raise FilmError("film_stopped")
        stdin.write(b"%d\n" % len(data))
        stdin.write(data)
        stdin.flush()
        guesses = 0
        while True:
            said = _said(process, stdout)
            if "error" in said:
                raise FilmError.of(Message.from_json(said["error"]))
            if "look" in said:
                guesses += 1
                if guesses > self._limits.guesses:
                    raise FilmError("film_too_much")
                height, width = said["look"]
                write_guess(stdin, look(_picture(stdout, int(height), int(width))))
            elif "size" in said:
                self.notes = tuple(map(Message.from_json, said["notes"]))
                self.file = self._save(stdout, said["size"], said["suffix"], place)
                return
            else:
                yield FilmProgress(int(said["frames"]), int(said["total"]))

    def _save(
        self, stream: IO[bytes], size: int, suffix: str, place: Callable[[str], Path]
    ) -> Path:
        if suffix not in _SUFFIXES or not size > 0:
            raise EOFError("the process announced no film")
        if size > self._limits.result_bytes:
            raise FilmError("film_too_much")
        file = place(suffix)
        try:
            with file.open("wb") as out:
                while size:
                    piece = stream.read(min(size, _PIECE))
                    if not piece:
                        raise EOFError("the process ended in the middle of a film")
                    out.write(piece)
                    size -= len(piece)
        except OSError as error:
            file.unlink(missing_ok=True)
            raise FilmError("film_not_saved", reason=error.strerror or "") from error
        except EOFError:
            file.unlink(missing_ok=True)
            raise
        return file

    def _reason(self, process: "subprocess.Popen[bytes]") -> str:
        """The code for a process that ended without an answer, or said nonsense."""
        with suppress(subprocess.TimeoutExpired):
            process.wait(1.0)
        status = process.returncode
        logger.warning("a film's process ended: %s", status)
        if self._stopped:
            return "film_stopped"
        out_of_time = (-signal.SIGKILL, -getattr(signal, "SIGXCPU", 0))
        return "film_too_much" if status and status in out_of_time else "film_crashed"


def _said(process: "subprocess.Popen[bytes]", stream: IO[bytes]) -> dict[str, Any]:
    alarm = Timer(SILENCE, process.kill)
    alarm.start()
    try:
        said = json.loads(stream.readline(_MAX_LINE))
    finally:
        alarm.cancel()
    if not isinstance(said, dict):
        raise TypeError("the process said something else")
    return said


def _picture(stream: IO[bytes], height: int, width: int) -> NDArray[np.uint8]:
    if height < 1 or width < 1 or height * width > _MAX_PICTURE:
        raise EOFError(f"the process asked for {width} × {height} pixels")
    grey = np.frombuffer(read_exactly(stream, height * width), np.uint8).reshape(height, width)
    return np.repeat(grey[..., None], 3, axis=2)


def write_guess(stream: IO[bytes], guess: Guess) -> None:
    """Send a guess; see `read_guess`."""
    maps = [np.ascontiguousarray(each, np.float32) for each in (guess.ab, guess.looks)]
    stream.write(json.dumps([each.shape for each in maps]).encode() + b"\n")
    for each in maps:
        stream.write(each.tobytes())
    stream.flush()


def read_guess(stream: IO[bytes]) -> Guess:
    """Receive what `write_guess` sent."""
    shapes = json.loads(stream.readline(_MAX_LINE))
    ab, looks = (
        np.frombuffer(read_exactly(stream, 4 * int(np.prod(shape))), np.float32).reshape(shape)
        for shape in shapes
    )
    return Guess(ab, looks)


def read_exactly(stream: IO[bytes], size: int) -> bytes:
    """So many bytes; EOFError when there are fewer."""
    data = stream.read(size)
    if len(data) < size:
        raise EOFError("the other side ended")
    return data
