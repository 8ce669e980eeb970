"""The colours of every frame, steady: the network's at key frames, carried along the motion.

A shot's first and last frame are key frames, and those in between where too little of the last one
is left or enough frames have passed. Every other frame takes its colours from the key frame before
and the one after, more of the nearer one, each where its places are found there; so what newly
appears has the network's colours, and nothing jumps. A key frame itself keeps a part of the colours
of the key frame before it, where it finds them: the network's guesses for one thing waver. What is
new in it and looks like something kept is moved as that was, so that no border shows in a sky.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from colorizer.colour.guided_upsampling import enlarge
from colorizer.film.guess import Guess
from colorizer.film.motion import Match, Shots, carried, match, normalised
from colorizer.film.planes import Coding, lightness, shrunk
from colorizer.film.reading import Frame
from colorizer.guide.places import shrink

Array = NDArray[np.float32]

MOST_FRAMES = 24
"""From one key frame to the next."""
_MOST_BYTES = 128 * 2**20  # of frames that wait for the next key frame
_LEFT = 0.8  # of what was found of a key frame in its neighbour; below it the next one is due
_MEMORY = 0.75  # of a key frame's colours that come from the one before
_ALIKE, _NEAR = 0.1, 0.3  # widths of the likeness: 1 - cosine of what the network sees; short sides
_TRUST = 0.02  # share of the frame that must be alike and found
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


KeyColours = Callable[[Frame, int], Guess]
"""The network's guess for a frame of the shot of that number, as the frame lies in the file."""


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
                yield from _until(
                    _next_key(key, *waiting[-1], key_colours, shots.number - 1), key, waiting
                )
            key, waiting = ColouredFrame(small, key_colours(frame, shots.number).ab), []
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
    guess = key_colours(small.frame, shot)
    change = carried(before.ab, found) - guess.ab
    change = found.found * change + (1.0 - found.found) * _spread(change, found.found, guess.looks)
    return ColouredFrame(small, guess.ab + np.float32(_MEMORY) * change)


def _spread(change: Array, found: Array, looks: Array) -> Array:
    """The change of found places, taken on by what looks alike and is near: (2, h, w)."""
    channels, height, width = looks.shape
    flat = looks.reshape(channels, -1).T
    rows, columns = np.mgrid[0:height, 0:width].reshape(2, -1) / np.float32(min(height, width))
    apart = (rows[:, None] - rows) ** 2 + (columns[:, None] - columns) ** 2
    weights = np.exp((flat @ flat.T - 1.0) / _ALIKE - apart / (2 * _NEAR**2))
    weights = weights * shrink(found, height, width).ravel()
    small = np.stack([shrink(each, height, width).ravel() for each in change], axis=1)
    total = weights.sum(axis=1, keepdims=True) + np.float32(_TRUST * len(flat))
    spread = np.asarray((weights @ small / total).T, np.float32)
    return enlarge(spread.reshape(2, height, width), *change.shape[1:])


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
