"""The colours of every frame, steady: the network's at key frames, carried along the motion between.

A shot's first and last frame are key frames, and those in between where too little of the last one
is left or enough frames have passed. Every other frame takes its colours from the key frame before
and the one after, more of the nearer one, each where its places are found there; so what newly
appears has the network's colours, and nothing jumps. A key frame itself keeps a part of the colours
of the key frame before it, where it finds them: the network's guesses for one thing waver.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from colorizer.film.motion import Match, carried, match, normalised
from colorizer.film.planes import Coding, lightness, shrunk
from colorizer.film.reading import Frame
from colorizer.film.shots import Shots

Array = NDArray[np.float32]

MOST_FRAMES = 24
"""From one key frame to the next."""
_MOST_BYTES = 128 * 2**20  # of frames that wait for the next key frame
_LEFT = 0.8  # of what was found of a key frame in its neighbour; below it the next one is due
_MEMORY = 0.75
_UNFOUND = 0.02  # weight of what is found nowhere: better than nothing


@dataclass(frozen=True, eq=False)
class SmallFrame:
    """A frame at the network's size, h × w. L: float32, 0…100. level: uint8, `normalised`."""

    frame: Frame
    L: Array
    level: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class ColouredFrame:
    """A frame with its colours. ab: float32 (2, h, w), as the `SmallFrame` lies in the file."""

    small: SmallFrame
    ab: Array


KeyColours = Callable[[Frame, int], Array]
"""The network's colours for a frame of the shot of that number, float32 (2, h, w)."""


def small_frame(frame: Frame, size: tuple[int, int], coding: Coding) -> SmallFrame:
    """A frame at the network's size."""
    L = lightness(shrunk(frame.luma, *size), coding)
    return SmallFrame(frame, L, normalised(L))


def steady_colours(
    frames: Iterable[Frame],
    key_colours: KeyColours,
    size: tuple[int, int],
    coding: Coding,
    *,
    must_be_key: Callable[[Frame], bool] = lambda frame: False,
) -> Iterator[ColouredFrame]:
    """Colour frames in order; size: h and w of the network.

    must_be_key: whether a frame must have colours of its own, such as one with hints.
    """
    shots = Shots()
    key: ColouredFrame | None = None
    waiting: list[tuple[SmallFrame, Match]] = []
    for frame in frames:
        small = small_frame(frame, size, coding)
        if shots.begins_with(small.level) or key is None:
            if key is not None and waiting:
                yield from _until(_next_key(key, *waiting[-1], key_colours, shots.number - 1), key, waiting)
            key, waiting = ColouredFrame(small, key_colours(frame, shots.number)), []
            yield key
            continue
        found = match(small.level, key.small.level, waiting[-1][1] if waiting else None)
        waiting.append((small, found))
        enough = len(waiting) >= min(MOST_FRAMES, max(2, _MOST_BYTES // frame.luma.nbytes))
        if enough or found.share < _LEFT * waiting[0][1].share or must_be_key(frame):
            after = _next_key(key, small, found, key_colours, shots.number)
            yield from _until(after, key, waiting)
            key, waiting = after, []
    if key is not None and waiting:
        after = _next_key(key, *waiting[-1], key_colours, shots.number)
        yield from _until(after, key, waiting)


def _next_key(
    before: ColouredFrame, small: SmallFrame, found: Match, key_colours: KeyColours, shot: int
) -> ColouredFrame:
    """The network's colours, drawn towards those of the key frame before."""
    ab = key_colours(small.frame, shot)
    kept = np.float32(_MEMORY) * found.found
    return ColouredFrame(small, ab + kept * (carried(before.ab, found) - ab))


def _until(
    after: ColouredFrame, before: ColouredFrame, waiting: Sequence[tuple[SmallFrame, Match]]
) -> Iterator[ColouredFrame]:
    """The frames between two key frames, then the second one, which is the last of `waiting`."""
    matches: list[Match] = []
    for small, _ in reversed(waiting[:-1]):
        matches.append(match(small.level, after.small.level, matches[-1] if matches else None))
    for number, (small, found) in enumerate(waiting[:-1], start=1):
        later = number / len(waiting)
        found_after = matches[len(waiting) - 1 - number]
        near = (1.0 - later) * (found.found + _UNFOUND)
        far = later * (found_after.found + _UNFOUND)
        share = np.asarray(far / (near + far), np.float32)
        ab = carried(before.ab, found)
        yield ColouredFrame(small, ab + share * (carried(after.ab, found_after) - ab))
    yield after
