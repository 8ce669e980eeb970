"""A film's process that fails as the content of the file says: run as a module."""

import json
import os
import sys
import time

from colorizer.film import confined
from colorizer.film.isolation import FilmLimits

_colour = confined._colour


def colour(data: bytes, task: dict, talk: object) -> None:  # type: ignore[type-arg]
    if data == b"crash":
        os.abort()
    if data == b"leave":
        os._exit(3)
    if data == b"hang":
        time.sleep(600)
    if data == b"hoard":
        _ = bytearray(FilmLimits(**task["limits"]).memory)
    if data == b"burn":
        while True:
            pass
    if data == b"curious":
        while True:
            talk.ask(__import__("numpy").zeros((8, 8), "uint8"))  # type: ignore[attr-defined]
    _colour(data, task, talk)  # type: ignore[arg-type]


if __name__ == "__main__":
    confined._colour = colour
    FilmLimits.processor_seconds = 8  # type: ignore[method-assign, assignment]
    confined.main(json.loads(sys.argv[1]))
