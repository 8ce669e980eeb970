"""Hints for frames of a film, and where their places are in other frames of the shot.

The likeness is that of photos (`colorizer.guide.places`): what the network sees of a place.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from colorizer.errors import FilmError
from colorizer.film.reading import Frame
from colorizer.guide.files import file_text, hints_from_json
from colorizer.guide.guide import Hint, is_number
from colorizer.guide.places import Array, sample

_ALIKE = 0.5
"""Least likeness, the cosine of what the network sees; below it a place is not in the frame."""
_REACH = 0.25  # short sides of a frame that a place moves from one key frame to the next, about


@dataclass(frozen=True)
class FrameHints:
    """Hints of one frame: that of this number, or the first one at `time` or after, in seconds."""

    hints: tuple[Hint, ...]
    frame: int | None = None
    time: float | None = None

    def are_of(self, frame: Frame, seconds: float) -> bool:
        """Whether this is their frame; of those after `time` the first one that is asked for."""
        if self.frame is not None:
            return frame.number == self.frame
        return self.time is not None and seconds >= self.time - 1e-6


def read_film_hints(source: Path) -> tuple[FrameHints, ...]:
    """The hints of {"frames": [{"time": 12.5, "hints": […]}, {"frame": 300, "hints": […]}]}.

    Each hint is written as for a photo. Raises FilmError or AdjustmentError.
    """
    text = file_text(source)
    try:
        groups = json.loads(text)["frames"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise FilmError("film_bad_hints") from error
    if not isinstance(groups, list):
        raise FilmError("film_bad_hints")
    given = (_frame_hints(group) for group in groups)
    return tuple(each for each in given if each.hints)


def _frame_hints(group: object) -> FrameHints:
    if not isinstance(group, dict):
        raise FilmError("film_bad_hints")
    frame, time = group.get("frame"), group.get("time")
    hints = hints_from_json(json.dumps(group))
    if isinstance(frame, int) and is_number(frame, 0, 1e9) and time is None:
        return FrameHints(hints, frame=frame)
    if isinstance(time, int | float) and is_number(time, 0, 1e9) and frame is None:
        return FrameHints(hints, time=float(time))
    raise FilmError("film_bad_hints")


class HintedShot:
    """The hints of one frame, to be found again in the frames of its shot."""

    def __init__(self, shot: int, frame: int, hints: Sequence[Hint], features: Array) -> None:
        """features: float32 (C, h, w), what the network saw of the frame."""
        self.shot, self.frame = shot, frame
        self._mean = features.mean(axis=(1, 2))
        self._given = tuple(hints)
        self._last = list(hints)
        looks = [sample(features, hint.x, hint.y) - self._mean for hint in hints]
        self._looks = np.stack([look / (np.linalg.norm(look) + 1e-6) for look in looks])

    def in_frame(self, number: int, features: Array) -> tuple[Hint, ...]:
        """The hints where their places are in a frame of that number; without those not there."""
        if number == self.frame:
            self._last = list(self._given)
            return self._given
        seen = features - self._mean[:, None, None]
        seen = seen / (np.linalg.norm(seen, axis=0) + 1e-6)
        _, height, width = features.shape
        short = min(height, width)
        rows, columns = np.mgrid[0:height, 0:width]
        found = []
        for index, (look, last) in enumerate(zip(self._looks, self._last, strict=True)):
            down, along = rows + 0.5 - last.y * height, columns + 0.5 - last.x * width
            near = np.exp(-(down**2 + along**2) / (2 * (_REACH * short) ** 2))
            alike = np.tensordot(look, seen, 1)
            row, column = np.unravel_index(int((alike * near).argmax()), alike.shape)
            if alike[row, column] >= _ALIKE:
                x, y = float((column + 0.5) / width), float((row + 0.5) / height)
                self._last[index] = replace(last, x=x, y=y)
                found.append(self._last[index])
        return tuple(found)
