"""The process in which a stranger's film is coloured: the other side of `isolation`."""

import io
import json
import logging
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any

import numpy as np

from colorizer.errors import FilmError, Message
from colorizer.film.colouring import write_film
from colorizer.film.guess import Guess
from colorizer.film.isolation import FilmLimits, read_exactly, read_guess
from colorizer.film.key_frames import upright_picture
from colorizer.film.options import FilmOptions
from colorizer.film.reading import Film, Frame, open_film
from colorizer.photo import PhotoLimits
from colorizer.photo.confinement import confine
from colorizer.pipeline import network_size

logger = logging.getLogger(__name__)

_CORES = 4  # more make one film faster, and need memory of their own
_PATIENCE = 10  # so much nicer than the page, whose photos come first
_SECONDS_BETWEEN_WORDS = 0.5

_SOUND_OF_WEBM = frozenset(("opus", "vorbis"))
_SOUND_OF_MP4 = frozenset(("aac", "mp3", "opus", "ac3", "eac3", "flac", "alac"))


def played_suffix(film: Film) -> str:
    """The ending for a film that browsers play with its sound; else Matroska's, which holds it."""
    sounds = set(film.sounds)
    if sounds <= _SOUND_OF_MP4:
        return ".mp4"
    return ".webm" if sounds <= _SOUND_OF_WEBM else ".mkv"


class _AskedColours:
    """Colours of key frames, from whoever started this process."""

    def __init__(self, film: Film, side: int, ask: Callable[[Any], Guess]) -> None:
        self.size = network_size(film.height, film.width, side)
        self._film, self._ask = film, ask

    def __call__(self, frame: Frame, shot: int) -> Guess:
        picture = upright_picture(frame, self._film, self.size)
        return self._ask(picture[..., 0]).turned(-self._film.turn)

    def must_be_key(self, frame: Frame) -> bool:
        return False


class _Conversation:
    """What is said to, and read from, whoever started this process."""

    def __init__(self, questions: IO[bytes], answers: IO[bytes]) -> None:
        self._questions, self._answers = questions, answers
        self._told = 0.0

    def film(self) -> bytes:
        return read_exactly(self._questions, int(self._questions.readline()))

    def ask(self, grey: np.ndarray) -> Guess:
        self.say({"look": grey.shape}, np.ascontiguousarray(grey).tobytes())
        return read_guess(self._questions)

    def progress(self, frames: int, total: int) -> None:
        now = time.monotonic()
        if now - self._told >= _SECONDS_BETWEEN_WORDS:
            self._told = now
            self.say({"frames": frames, "total": total})

    def say(self, content: dict[str, Any], more: bytes | memoryview = b"") -> None:
        self._answers.write(json.dumps(content).encode() + b"\n")
        self._answers.write(more)
        self._answers.flush()


def _colour(data: bytes, task: dict[str, Any], talk: _Conversation) -> None:
    limits = FilmLimits(**task["limits"])
    film = open_film(data, PhotoLimits(max_pixels=limits.max_pixels))
    if film.mark is not None:
        raise FilmError("own_result")
    total = min(film.frames, round(limits.seconds * film.rate))
    suffix, out = played_suffix(film), io.BytesIO()
    written = write_film(
        film, out, suffix, _AskedColours(film, task["side"], talk.ask),
        FilmOptions(mark=task["mark"], metadata=False), seconds=limits.seconds,
        progress=lambda frames: talk.progress(frames, total),
    )  # fmt: skip
    content = out.getbuffer()
    notes = [note.as_json() for note in written.notes]
    talk.say({"size": len(content), "suffix": suffix, "notes": notes}, content)


def main(task: dict[str, Any]) -> None:
    """Be the process: see `isolation.IsolatedFilm.colour` for the task."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    talk = _Conversation(sys.stdin.buffer, os.fdopen(os.dup(1), "wb"))
    os.dup2(2, 1)  # what a library prints is no answer
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:_CORES])
    with suppress(AttributeError, OSError):
        os.nice(_PATIENCE)
    limits = FilmLimits(**task["limits"])
    confine(limits.memory, processor_seconds=limits.processor_seconds)
    try:
        _colour(talk.film(), task, talk)
    except FilmError as error:
        talk.say({"error": error.message.as_json()})
    except MemoryError:
        talk.say({"error": Message("film_too_much").as_json()})
    except Exception:
        logger.exception("a film could not be coloured")
        talk.say({"error": Message("film_crashed").as_json()})


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
